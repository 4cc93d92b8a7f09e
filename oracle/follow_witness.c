/*
 * Second opinions: with several endpoints, the logs of what becomes final
 * are asked of two, since a log that is left out shows late or, of an
 * operator or a model, never. Where the two differ, the one is to blame that
 * has the log in a receipt and not among its logs; else the one that a third
 * contradicts. Neither shown: nothing becomes final, and it is told.
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "base/log.h"
#include "oracle/follow_core.h"

/* --- the same? ----------------------------------------------------------- */

static void digest_one(struct keccak *k, const struct raw_log *log)
{
	uint64_t words[2] = { log->at.index, log->data_len };

	keccak_update(k, words, sizeof(words));
	keccak_update(k, log->at.tx.b, sizeof(log->at.tx.b));
	keccak_update(k, log->address.b, sizeof(log->address.b));
	keccak_update(k, log->topics, log->n_topics * sizeof(*log->topics));
	keccak_update(k, log->data, log->data_len);
}

struct hash32 follow_digest(const struct raw_log *logs, size_t n)
{
	struct hash32 out;
	struct keccak k;

	keccak_init(&k);
	for (size_t i = 0; i < n; i++)
		digest_one(&k, &logs[i]);
	keccak_final(&k, &out);
	return out;
}

static bool same_log(const struct raw_log *a, const struct raw_log *b)
{
	struct hash32 x = follow_digest(a, 1), y = follow_digest(b, 1);

	return a->at.block == b->at.block && hash32_equal(&x, &y);
}

/* The first block that they tell differently; false: none. */
static bool first_difference(struct block_ref *out, const struct rpc_logs *a,
			     const struct rpc_logs *b)
{
	const struct raw_log *log;
	size_t i = 0;

	while (i < a->n && i < b->n && same_log(&a->items[i], &b->items[i]))
		i++;
	if (i == a->n && i == b->n)
		return false;
	log = i < a->n ? &a->items[i] : &b->items[i];
	if (i < a->n && i < b->n &&
	    b->items[i].at.block < a->items[i].at.block)
		log = &b->items[i];
	*out = (struct block_ref){ .number = log->at.block,
				   .hash = log->at.block_hash };
	return true;
}

/* --- two sides ----------------------------------------------------------- */

/* Who has the turn is in f->rpc and f->link; [0] is the chosen one. */
struct sides {
	struct follow *f;
	struct dc_arena *arena;
	size_t place[2];
	struct rpc_logs logs[2];	/* of the block at issue */
};

static void turn(struct sides *s, size_t side)
{
	s->f->rpc = node_link_turn(s->f->link, s->place[side]);
}

/* Ranges that it refuses are halved. */
static enum dc_status range_of(struct sides *s, struct rpc_logs *out,
			       uint64_t from, uint64_t to,
			       struct dc_err *err)
{
	uint64_t span = to - from + 1;
	struct raw_log *all = NULL;

	out->n = 0;
	for (;;) {
		uint64_t end = to - from < span ? to : from + span - 1;
		struct dc_err why = DC_ERR_INIT;
		struct rpc_logs part;
		enum dc_status st = follow_logs(s->f, &part, s->arena, from,
						end, NULL, &why);

		if (st != DC_OK && span > 1 &&
		    (rpc_failure(s->f->rpc)->fault == RPC_FAULT_RANGE ||
		     rpc_failure(s->f->rpc)->fault == RPC_FAULT_TOO_LARGE)) {
			span /= 2;
			continue;
		}
		if (st != DC_OK)
			return dc_fail(err, st, "%s", why.text);
		all = dc_arena_alloc(s->arena, (out->n + part.n + 1) *
				     sizeof(*all));
		if (out->n > 0)
			memcpy(all, out->items, out->n * sizeof(*all));
		if (part.n > 0)
			memcpy(all + out->n, part.items,
			       part.n * sizeof(*all));
		out->items = all;
		out->n += part.n;
		if (end == to)
			return DC_OK;
		from = end + 1;
	}
}

/* How its question went; that it cannot help now need not be its fault. */
static void excuse(struct sides *s, const struct dc_err *why)
{
	if (why->status != DC_OK && node_link_at_fault(s->f->link) &&
	    rpc_failure(s->f->rpc)->fault != RPC_FAULT_UNKNOWN_BLOCK)
		node_link_bad(s->f->link, why);
	else
		node_link_good(s->f->link);
}

/* A second one that answers has the turn; false: none does, and the chosen
 * one has it. */
static bool call_witness(struct sides *s)
{
	struct follow *f = s->f;
	struct rpc *rpc = node_link_witness(f->link, 0);

	s->place[1] = node_link_place(f->link);
	if (rpc == NULL)
		return false;
	f->rpc = rpc;
	return true;
}

/* --- whose fault --------------------------------------------------------- */

static bool holds(const struct rpc_logs *logs, const struct raw_log *log)
{
	for (size_t i = 0; i < logs->n; i++)
		if (logs->items[i].at.index == log->at.index &&
		    same_log(&logs->items[i], log))
			return true;
	return false;
}

/* Its receipt has a log of the other's that its logs have not. */
static bool contradicts_itself(struct sides *s, size_t side)
{
	const struct rpc_logs *mine = &s->logs[side];
	const struct rpc_logs *others = &s->logs[1 - side];

	turn(s, side);
	for (size_t i = 0; i < others->n; i++) {
		const struct raw_log *log = &others->items[i];
		struct rpc_logs receipt;

		if (!holds(mine, log) &&
		    rpc_receipt_logs(s->f->rpc, &receipt, s->arena,
				     &log->at.tx, NULL) == DC_OK &&
		    holds(&receipt, log))
			return true;
	}
	return false;
}

static bool are_same(const struct rpc_logs *a, const struct rpc_logs *b)
{
	struct block_ref block;

	return !first_difference(&block, a, b);
}

/* Whom a third one contradicts: 0, 1, or 2, neither. */
static size_t third_word(struct sides *s, const struct block_ref *block)
{
	struct follow *f = s->f;
	struct rpc_logs third;
	struct dc_err why = DC_ERR_INIT;
	struct rpc *rpc = node_link_witness(f->link, 1u << s->place[0] |
					    1u << s->place[1]);
	enum dc_status st;
	size_t found = 2;

	if (rpc == NULL)
		return 2;
	f->rpc = rpc;
	st = follow_logs(f, &third, s->arena, block->number, block->number,
			 &block->hash, &why);
	excuse(s, &why);
	if (st != DC_OK)
		return 2;
	if (are_same(&third, &s->logs[0]))
		found = 1;
	else if (are_same(&third, &s->logs[1]))
		found = 0;
	return found;
}

/* The one on that side is to blame. */
static enum dc_status convict(struct sides *s, size_t side,
			      const struct block_ref *block,
			      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;

	(void)dc_fail(&why, DC_EIO, "its logs of block %" PRIu64 " are not "
		      "all, or not right: node %zu has %zu where it has %zu",
		      block->number, s->place[1 - side] + 1,
		      s->logs[1 - side].n, s->logs[side].n);
	turn(s, side);
	node_link_blame(s->f->link, &why);
	if (side == 0)
		return dc_fail(err, DC_ECONFLICT, "%s", why.text);
	turn(s, 0);
	return DC_OK;
}

static enum dc_status undecided(struct sides *s,
				const struct block_ref *block,
				struct dc_err *err)
{
	turn(s, 0);
	node_link_good(s->f->link);	/* who knows */
	s->f->disputed = true;
	return dc_fail(err, DC_ECONFLICT, "nodes %zu and %zu differ about block %"
		       PRIu64 " (%zu logs and %zu), and neither can be shown "
		       "to be wrong: nothing becomes final meanwhile",
		       s->place[0] + 1, s->place[1] + 1, block->number,
		       s->logs[0].n, s->logs[1].n);
}

enum outcome {
	UNKNOWN,	/* the second one cannot say, or the first one */
	SAME_NOW,	/* they do not differ any more */
	FIRST_WRONG,
	SECOND_WRONG,
	UNDECIDED
};

/* The two differ about a block. Ends with the chosen one's turn.
 * Errors: DC_ECONFLICT with FIRST_WRONG and UNDECIDED; the chosen one's. */
static enum dc_status settle(struct sides *s, const struct block_ref *block,
			     enum outcome *out, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;
	size_t guilty;

	*out = UNKNOWN;
	turn(s, 1);
	st = follow_logs(s->f, &s->logs[1], s->arena, block->number,
			 block->number, &block->hash, &why);
	excuse(s, &why);
	turn(s, 0);
	if (st != DC_OK)
		return DC_OK;
	st = follow_logs(s->f, &s->logs[0], s->arena, block->number,
			 block->number, &block->hash, err);
	if (st != DC_OK)
		return st;
	*out = SAME_NOW;
	if (are_same(&s->logs[0], &s->logs[1]))
		return DC_OK;
	guilty = contradicts_itself(s, 0) ? 0 :
		contradicts_itself(s, 1) ? 1 : third_word(s, block);
	*out = guilty == 0 ? FIRST_WRONG : guilty == 1 ? SECOND_WRONG :
		UNDECIDED;
	return guilty < 2 ? convict(s, guilty, block, err) :
		undecided(s, block, err);
}

/* --- what is asked -------------------------------------------------------- */

static struct sides sides_of(struct follow *f)
{
	struct sides s = { .f = f, .arena = dc_arena_new(1 << 16) };

	s.place[0] = f->place;
	return s;
}

/* Another's logs of these blocks; false: nobody can tell. Ends with the
 * chosen one's turn. */
static bool others_logs(struct sides *s, struct rpc_logs *out, uint64_t from,
			uint64_t to)
{
	struct dc_err why = DC_ERR_INIT;
	bool told;

	if (!call_witness(s))
		return false;
	told = range_of(s, out, from, to, &why) == DC_OK;
	excuse(s, &why);
	turn(s, 0);
	return told;
}

enum dc_status follow_witness_range(struct follow *f,
				    const struct rpc_logs *logs,
				    uint64_t from, uint64_t to,
				    struct dc_err *err)
{
	enum outcome outcome = UNKNOWN;
	enum dc_status st = DC_OK;
	struct block_ref block;
	struct rpc_logs theirs;
	struct sides s;

	if (nodes_places(f->nodes) == 1)
		return DC_OK;
	s = sides_of(f);
	if (others_logs(&s, &theirs, from, to) &&
	    first_difference(&block, logs, &theirs))
		st = settle(&s, &block, &outcome, err);
	if (st == DC_OK && outcome == SAME_NOW)
		st = dc_fail(err, DC_EIO, "what was said of the logs of block "
			     "%" PRIu64 " a moment ago is not said any more",
			     block.number);
	dc_arena_free(s.arena);
	return st;
}

/* The first block of (first, last] that was fed with other logs than these;
 * NULL: none. */
static const struct block_ref *fed_otherwise(const struct follow *f,
					     const struct rpc_logs *logs,
					     uint64_t last)
{
	size_t at = 0;

	for (size_t i = 1; i < f->n_recent; i++) {
		const struct block_ref *b = &f->recent[i];
		size_t from = at;
		struct hash32 digest;

		if (b->number > last)
			break;
		while (at < logs->n && logs->items[at].at.block <= b->number)
			at++;
		digest = follow_digest(logs->items + from, at - from);
		if (!hash32_is_zero(&f->recent_logs[i]) &&
		    !hash32_equal(&digest, &f->recent_logs[i]))
			return b;
	}
	return NULL;
}

/* Whether what was fed is not what is known of the block now. */
static bool was_wrong(const struct follow *f, const struct sides *s,
		      enum outcome outcome, uint64_t block)
{
	size_t i = (size_t)(block - f->recent[0].number);
	struct hash32 digest;

	switch (outcome) {
	case UNKNOWN:
	case UNDECIDED:
		return false;
	case SAME_NOW:
	case FIRST_WRONG:
		return true;
	case SECOND_WRONG:
		digest = follow_digest(s->logs[0].items, s->logs[0].n);
		return !hash32_equal(&digest, &f->recent_logs[i]);
	}
	dc_abort(__FILE__, __LINE__, "outcome out of range");
}

enum dc_status follow_witness_fed(struct follow *f, enum follow_step *step,
				  uint64_t final, struct dc_err *err)
{
	const struct block_ref *tip = follow_tip(f), *block = NULL;
	enum outcome outcome = UNKNOWN;
	enum dc_status st = DC_OK;
	struct rpc_logs theirs;
	struct sides s;

	if (tip == NULL || final <= f->recent[0].number ||
	    nodes_places(f->nodes) == 1)
		return DC_OK;
	if (final > tip->number)
		final = tip->number;
	s = sides_of(f);
	if (others_logs(&s, &theirs, f->recent[0].number + 1, final))
		block = fed_otherwise(f, &theirs, final);
	if (block != NULL)
		st = settle(&s, block, &outcome, err);
	if (block != NULL && was_wrong(f, &s, outcome, block->number))
		*step = follow_again(f);
	dc_arena_free(s.arena);
	return st;
}
