/*
 * Finding trainers of 0xDeCA10B's by their events. Anybody can emit these, so
 * what one stranger can make the daemon do is bounded:
 *
 * (1) A round asks for the AddData of one range of blocks, whose size follows
 *     the node's limits, and looks at the emitters' addresses alone.
 * (2) At most CANDIDATES_MAX wait, one is looked at in CHECK_EVERY_MS; who
 *     was turned away is not looked at again while it is remembered.
 * (3) Found mirrors leave MIRRORS_NAMED places for those that are named.
 * (4) A candidate must have a trainer's getters, parts that it owns and that
 *     are no others', code of a size that a chain takes; and then, as every
 *     mirror before it is served, predict as its contract does.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/mirrors_core.h"

#define CANDIDATES_MAX 64
#define TURNED_AWAY_MAX 1024
#define CHECK_EVERY_MS 2000
#define MIRRORS_NAMED 16
#define SPAN_FIRST 2000
#define SPAN_MAX 50000
#define ARENA_BYTES (1 << 16)
#define CODE_BYTES_MAX 49152	/* EIP-7907 at most; EIP-170 has 24,576 */
#define CLASSES_MAX 64

struct finder {
	uint64_t next;		/* block that was not looked at */
	uint64_t span;
	int64_t checked_ms;
	struct addr20 candidate[CANDIDATES_MAX];
	size_t n_candidates;
	struct addr20 away[TURNED_AWAY_MAX];	/* a ring */
	size_t n_away;
};

struct finder *finder_new(uint64_t start_block)
{
	struct finder *f = dc_calloc(1, sizeof(*f));

	f->next = start_block;
	f->span = SPAN_FIRST;
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

/* Keeps (4), but for the predictions: mirrors.c compares those. */
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
	dc_arena_free(arena);
	return st;
}

static void turn_away(struct finder *f, const struct addr20 *a,
		      const char *why)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(a, text);
	dc_log(DC_LOG_INFO, "oracle", "no mirror of %s: %s", text, why);
	f->away[f->n_away++ % TURNED_AWAY_MAX] = *a;
}

static void let_in(struct mirrors *m, const struct addr20 *a)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(a, text);
	dc_log(DC_LOG_INFO, "oracle", "mirror found: %s", text);
	mirrors_add(m, a, MIRROR_NEW);
}

static enum dc_status check_one(struct mirrors *m, struct rpc *rpc,
				struct dc_err *err)
{
	struct finder *f = m->finder;
	struct dc_err why = DC_ERR_INIT;
	struct addr20 a;
	enum dc_status st;

	if (f->n_candidates == 0 ||
	    mirrors_now_ms() - f->checked_ms < CHECK_EVERY_MS)
		return DC_OK;
	f->checked_ms = mirrors_now_ms();
	a = f->candidate[f->n_candidates - 1];
	if (atomic_load(&m->n) >= MIRRORS_MAX - MIRRORS_NAMED) {
		turn_away(f, &a, "as many as may be are mirrored");
		f->n_candidates--;
		return DC_OK;
	}
	st = check(rpc, &a, &why);
	if (st == DC_EIO || st == DC_EBUSY)	/* the node's: it comes again */
		return dc_fail(err, st, "%s", why.text);
	f->n_candidates--;
	if (st == DC_OK)
		let_in(m, &a);
	else
		turn_away(f, &a, why.text);
	return DC_OK;
}

enum dc_status mirrors_search(struct mirrors *m, struct rpc *rpc,
			      struct dc_err *err)
{
	enum dc_status st = scan(m, rpc, err);

	return st == DC_OK ? check_one(m, rpc, err) : st;
}
