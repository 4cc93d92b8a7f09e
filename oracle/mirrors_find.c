/*
 * Finding trainers of 0xDeCA10B's by their events. Anybody can emit these, so
 * what one stranger can make the daemon do is bounded:
 *
 * (1) A round asks for the AddData of one range of blocks, whose size follows
 *     the node's limits, and looks at the emitters' addresses alone.
 * (2) At most CANDIDATES_MAX wait, one is looked at in CHECK_EVERY_MS, and
 *     after one that took long WAIT_TIMES as long passes; who was turned away
 *     is not looked at again while it is remembered.
 * (3) Found mirrors leave MIRRORS_NAMED places for those that are named.
 * (4) How far it looked is kept, no farther than what is final: after a
 *     restart it goes on from there.
 * (5) A candidate must have a trainer's getters, parts that it owns and that
 *     are no others', code of a size that a chain takes, no more numbers than
 *     a found one may have, and a predict that says what its mirror says,
 *     within its gas. Who fails takes no place.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/keccak.h"
#include "base/log.h"
#include "oracle/mirrors_core.h"
#include "oracle/whole_file.h"

#define CANDIDATES_MAX 64
#define TURNED_AWAY_MAX 1024
#define CHECK_EVERY_MS 2000
#define WAIT_TIMES 4
#define WAIT_MOST_MS 20000
#define TRY_NUMBERS (1 << 15)	/* of dense rows */
#define MIRRORS_NAMED 16
#define SPAN_FIRST 2000
#define SPAN_MAX 50000
#define ARENA_BYTES (1 << 16)
#define CODE_BYTES_MAX 49152	/* EIP-7907 at most; EIP-170 has 24,576 */
#define CLASSES_MAX 64
#define KEEP_EVERY_MS 60000
#define KEPT_NAME "found"
#define KEPT_MAGIC "decaid finder 1\n"
#define KEPT_BODY (16 + 32)

struct finder {
	const char *folder;	/* where it is kept */
	int64_t kept_ms;
	uint64_t start_block;
	uint64_t next;		/* block that was not looked at */
	uint64_t span;
	int64_t check_at_ms;
	struct addr20 candidate[CANDIDATES_MAX];
	size_t n_candidates;
	struct addr20 away[TURNED_AWAY_MAX];	/* a ring */
	size_t n_away;
};

/* --- kept ----------------------------------------------------------------- */

/* FOLDER/found: the magic, keccak256 of what follows, and, big-endian, eight
 * bytes each, the start block that it was found from and the next block; then
 * the addresses of those that wait. */
static void put_u64(struct dc_buf *out, uint64_t v)
{
	for (unsigned i = 8; i-- > 0;)
		dc_buf_append_byte(out, (uint8_t)(v >> (8 * i)));
}

static uint64_t u64_at(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void finder_keep(const struct finder *f, uint64_t finalized)
{
	uint64_t next = f->next <= finalized ? f->next : finalized + 1;
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;
	struct hash32 hash = { { 0 } };

	if (next < f->start_block)
		next = f->start_block;
	dc_buf_init(&out, KEPT_BODY + 16 + sizeof(f->candidate));
	dc_buf_append_text(&out, KEPT_MAGIC);
	dc_buf_append(&out, hash.b, sizeof(hash.b));
	put_u64(&out, f->start_block);
	put_u64(&out, next);
	dc_buf_append(&out, f->candidate,
		      f->n_candidates * sizeof(f->candidate[0]));
	DC_CHECK(!dc_buf_failed(&out));
	keccak256(&hash, out.data + KEPT_BODY, out.len - KEPT_BODY);
	memcpy(out.data + KEPT_BODY - sizeof(hash.b), hash.b, sizeof(hash.b));
	if (whole_file_write(f->folder, KEPT_NAME, out.data, out.len, &err) !=
	    DC_OK)
		dc_log(DC_LOG_UNUSUAL, "oracle", "where looking for mirrors "
		       "stands is not kept: %s", err.text);
	dc_buf_clear(&out);
}

/* What is not whole, or was found from another block, is as none. */
static void recall(struct finder *f, const uint8_t *in, size_t len)
{
	size_t n = (len - KEPT_BODY - 16) / sizeof(f->candidate[0]);
	struct hash32 hash;

	if (len < KEPT_BODY + 16 || n > CANDIDATES_MAX ||
	    memcmp(in, KEPT_MAGIC, strlen(KEPT_MAGIC)) != 0)
		return;
	keccak256(&hash, in + KEPT_BODY, len - KEPT_BODY);
	if (memcmp(hash.b, in + KEPT_BODY - sizeof(hash.b),
		   sizeof(hash.b)) != 0 ||
	    u64_at(in + KEPT_BODY) != f->start_block)
		return;
	f->next = u64_at(in + KEPT_BODY + 8);
	memcpy(f->candidate, in + KEPT_BODY + 16,
	       n * sizeof(f->candidate[0]));
	f->n_candidates = n;
}

struct finder *finder_new(const char *folder, uint64_t start_block)
{
	struct finder *f = dc_calloc(1, sizeof(*f));
	struct dc_err err = DC_ERR_INIT;
	const uint8_t *in;
	size_t len;

	f->folder = folder;
	f->start_block = f->next = start_block;
	f->span = SPAN_FIRST;
	f->kept_ms = dc_clock_ms();
	if (whole_file_map(&in, &len, folder, KEPT_NAME, &err) == DC_OK) {
		recall(f, in, len);
		whole_file_unmap(in, len);
	} else if (err.status != DC_ENOTFOUND) {
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirrors: %s", err.text);
	}
	return f;
}

void finder_free(struct finder *f)
{
	free(f);
}

/* --- whom the events name ------------------------------------------------ */

static bool is_among(const struct addr20 *list, size_t n,
		     const struct addr20 *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr20_equal(&list[i], a))
			return true;
	return false;
}

static bool was_turned_away(const struct finder *f, const struct addr20 *a)
{
	size_t n = f->n_away < TURNED_AWAY_MAX ? f->n_away : TURNED_AWAY_MAX;

	return is_among(f->away, n, a);
}

/* Keeps (2): what does not fit comes again with its next event. */
static void note(struct mirrors *m, const struct addr20 *a)
{
	struct finder *f = m->finder;
	size_t i;

	if (f->n_candidates == CANDIDATES_MAX || was_turned_away(f, a) ||
	    is_among(f->candidate, f->n_candidates, a) ||
	    mirrors_find(m, &i, a))
		return;
	f->candidate[f->n_candidates++] = *a;
}

static bool is_too_much(const struct rpc *rpc)
{
	enum rpc_fault fault = rpc_failure(rpc)->fault;

	return fault == RPC_FAULT_RANGE || fault == RPC_FAULT_TOO_LARGE;
}

/* One range; keeps (1). A single block that is too much is passed over. */
static enum dc_status scan(struct mirrors *m, struct rpc *rpc,
			   struct dc_err *err)
{
	struct finder *f = m->finder;
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	struct hash32 topics[DECA_TOPICS];
	const struct rpc_log_filter filter = { .topic0 = topics,
					       .n_topic0 = 1 };
	struct gateway_status status;
	struct dc_err why = DC_ERR_INIT;
	struct rpc_logs logs;
	enum dc_status st = DC_OK;
	uint64_t to;

	gateway_status(m->gateway, &status);
	if (status.followed < f->next)
		goto out;
	deca_topics(topics);		/* AddData is the first */
	to = status.followed - f->next < f->span ? status.followed
						  : f->next + f->span - 1;
	st = rpc_logs_range(rpc, &logs, arena, &filter, f->next, to, &why);
	if (st == DC_OK) {
		for (size_t i = 0; i < logs.n; i++)
			note(m, &logs.items[i].address);
		f->next = to + 1;
		if (f->span < SPAN_MAX && logs.n < 1000)
			f->span *= 2;
	} else if (is_too_much(rpc)) {
		f->next += f->span == 1;
		f->span = f->span > 1 ? f->span / 2 : 1;
		st = DC_OK;
	} else {
		(void)dc_fail(err, st, "%s", why.text);
	}
out:
	dc_arena_free(arena);
	return st;
}

/* --- who they are -------------------------------------------------------- */

static enum dc_status check_code(struct rpc *rpc, const struct deca_parts *p,
				 struct dc_err *err)
{
	const struct addr20 *part[] = { &p->trainer, &p->data_handler,
					&p->incentive, &p->classifier };

	for (size_t i = 0; i < DC_ARRAY_LEN(part); i++) {
		size_t size;
		enum dc_status st = rpc_code_size(rpc, &size, part[i],
						  rpc_at_latest(), err);

		if (st != DC_OK)
			return st;
		if (size == 0 || size > CODE_BYTES_MAX)
			return dc_fail(err, DC_EINVAL, "a part has %zu bytes "
				       "of code", size);
		for (size_t k = 0; k < i; k++)
			if (addr20_equal(part[i], part[k]))
				return dc_fail(err, DC_EINVAL, "two of its "
					       "parts are one");
	}
	return DC_OK;
}

/* All that a mirror would do before it is served: who fails here takes no
 * place. */
static enum dc_status try_out(struct rpc *rpc, const struct addr20 *trainer,
			      struct dc_err *err)
{
	uint64_t seed = (uint64_t)dc_clock_ms();
	struct deca_mirror *mirror;
	enum dc_status st = deca_mirror_open(&mirror, rpc, trainer, UINT64_MAX,
					     TRY_NUMBERS, err);

	if (st != DC_OK)
		return st;
	st = deca_mirror_prove(mirror, MIRRORS_AUDIT_SAMPLES, &seed, err);
	deca_mirror_free(mirror);
	return st;
}

/* Keeps (5). */
static enum dc_status check(struct rpc *rpc, const struct addr20 *trainer,
			    struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	struct deca_parts p;
	enum dc_status st = deca_read_parts(&p, rpc, arena, trainer,
					    rpc_at_latest(), err);

	if (st == DC_OK && !p.is_wired)
		st = dc_fail(err, DC_EINVAL, "it does not own its parts");
	if (st == DC_OK && p.n_class > CLASSES_MAX)
		st = dc_fail(err, DC_EINVAL, "%zu classes: to be named, not "
			     "found", p.n_class);
	if (st == DC_OK)
		st = check_code(rpc, &p, err);
	if (st == DC_OK)
		st = try_out(rpc, trainer, err);
	dc_arena_free(arena);
	return st;
}

static void turn_away(struct mirrors *m, const struct addr20 *a,
		      const char *why)
{
	struct finder *f = m->finder;
	char text[ADDR20_TEXT_BYTES];

	addr20_format(a, text);
	dc_log(DC_LOG_INFO, "oracle", "no mirror of %s: %s", text, why);
	f->away[f->n_away++ % TURNED_AWAY_MAX] = *a;
	atomic_fetch_add(&m->turned_away, 1);
}

static void let_in(struct mirrors *m, const struct addr20 *a)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(a, text);
	dc_log(DC_LOG_INFO, "oracle", "mirror found: %s", text);
	mirrors_add(m, a, MIRROR_NEW, MIRROR_FOUND);
	atomic_fetch_add(&m->found, 1);
}

static void set_pace(struct finder *f, int64_t took_ms)
{
	int64_t wait_ms = took_ms * WAIT_TIMES;

	if (wait_ms > WAIT_MOST_MS)
		wait_ms = WAIT_MOST_MS;
	f->check_at_ms = dc_clock_ms() +
		(wait_ms > CHECK_EVERY_MS ? wait_ms : CHECK_EVERY_MS);
}

static enum dc_status check_one(struct mirrors *m, struct rpc *rpc,
				struct dc_err *err)
{
	int64_t began_ms = dc_clock_ms();
	struct finder *f = m->finder;
	struct dc_err why = DC_ERR_INIT;
	struct addr20 a;
	enum dc_status st;

	if (f->n_candidates == 0 ||
	    dc_clock_ms() < f->check_at_ms)
		return DC_OK;
	a = f->candidate[f->n_candidates - 1];
	if (atomic_load(&m->n) >= MIRRORS_MAX - MIRRORS_NAMED) {
		turn_away(m, &a, "as many as may be are mirrored");
		f->n_candidates--;
		set_pace(f, 0);
		return DC_OK;
	}
	st = check(rpc, &a, &why);
	set_pace(f, dc_clock_ms() - began_ms);
	/* the node's: it comes again */
	if (st == DC_EIO || st == DC_EBUSY || st == DC_ENOTFOUND)
		return dc_fail(err, st, "%s", why.text);
	f->n_candidates--;
	if (st == DC_OK)
		let_in(m, &a);
	else
		turn_away(m, &a, why.text);
	return DC_OK;
}

enum dc_status mirrors_search(struct mirrors *m, struct rpc *rpc,
			      struct dc_err *err)
{
	enum dc_status st = scan(m, rpc, err);
	struct finder *f = m->finder;
	struct gateway_status status;

	if (dc_clock_ms() - f->kept_ms >= KEEP_EVERY_MS) {	/* keeps (4) */
		f->kept_ms = dc_clock_ms();
		gateway_status(m->gateway, &status);
		finder_keep(f, status.finalized);
	}
	return st == DC_OK ? check_one(m, rpc, err) : st;
}
