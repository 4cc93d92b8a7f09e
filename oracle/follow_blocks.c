/*
 * Blocks from the node to the feed: ranges of final ones, single ones above,
 * and what a reorg undoes. Invariants are in follow_core.h.
 */

#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/feed_fill.h"
#include "oracle/follow_core.h"

#define LIVE_BATCH 32		/* headers fetched at once */
#define SPAN_MAX 50000		/* blocks of one range */
/* A range should hold about this many logs: large enough that the exchange
 * is small beside it, small enough for one commit. */
#define RANGE_LOGS 5000

const struct block_ref *follow_tip(const struct follow *f)
{
	return f->n_recent == 0 ? NULL : &f->recent[f->n_recent - 1];
}

uint64_t follow_next(const struct follow *f)
{
	const struct block_ref *tip = follow_tip(f);

	return tip == NULL ? f->config->start_block : tip->number + 1;
}

static void push_recent(struct follow *f, const struct block_ref *b,
			const struct hash32 *digest)
{
	if (f->n_recent == f->room_recent) {
		f->room_recent = f->room_recent == 0 ? 128 :
			2 * f->room_recent;
		f->recent = dc_realloc_array(f->recent, f->room_recent,
					     sizeof(*f->recent));
		f->recent_logs = dc_realloc_array(f->recent_logs,
						  f->room_recent,
						  sizeof(*f->recent_logs));
	}
	f->recent_logs[f->n_recent] = *digest;
	f->recent[f->n_recent++] = *b;
}

/* Our block of that number; NULL: before or after recent. */
static const struct block_ref *ours(const struct follow *f, uint64_t number)
{
	if (f->n_recent == 0 || number < f->recent[0].number ||
	    number > follow_tip(f)->number)
		return NULL;
	return &f->recent[number - f->recent[0].number];
}

void follow_set_final(struct follow *f, uint64_t number)
{
	const struct block_ref *b = ours(f, number);
	size_t gone;

	if (number > f->finalized)
		f->finalized = number;
	if (b == NULL)
		return;
	gone = (size_t)(b - f->recent);
	memmove(f->recent, b, (f->n_recent - gone) * sizeof(*b));
	memmove(f->recent_logs, f->recent_logs + gone,
		(f->n_recent - gone) * sizeof(*f->recent_logs));
	f->n_recent -= gone;
}

enum follow_step follow_halt(struct follow *f, const char *fmt, ...)
{
	struct feed_batch *b = feed_batch_new(FEED_HALT);
	char why[GATEWAY_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(why, sizeof(why), fmt, ap) < 0)
		why[0] = '\0';
	va_end(ap);
	b->why = dc_arena_printf(b->arena, "%s", why);
	(void)feed_put(f->feed, b);
	return FOLLOW_STEP_STOP;
}

/* --- ranges of final blocks --------------------------------------------- */

/* Aim at RANGE_LOGS; below a size that was refused, creep. */
static void grow(struct follow *f, size_t n_logs)
{
	uint64_t next = f->span;

	if (n_logs < RANGE_LOGS / 2)
		next = f->span * 2;
	else if (n_logs > RANGE_LOGS)
		next = f->span * RANGE_LOGS / n_logs;
	if (next > f->span_limit) {
		next = f->span_limit;
		f->span_limit += f->span_limit / 8 + 1;
		if (f->span_limit > SPAN_MAX)
			f->span_limit = SPAN_MAX;
	}
	f->span = next > 0 ? next : 1;
}

/* Whether the failure may be one of size; then the span is smaller now. */
static bool shrink(struct follow *f)
{
	switch (rpc_failure(f->rpc)->fault) {
	case RPC_FAULT_RANGE:
	case RPC_FAULT_TOO_LARGE:
	case RPC_FAULT_OTHER:
	case RPC_FAULT_UNREACHABLE:	/* it may have timed out */
		break;
	case RPC_FAULT_NONE:
	case RPC_FAULT_HTTP:
	case RPC_FAULT_BUSY:
	case RPC_FAULT_MALFORMED:
	case RPC_FAULT_INTERRUPTED:
	case RPC_FAULT_UNKNOWN_BLOCK:
	case RPC_FAULT_REVERTED:
	case RPC_FAULT_SPENT:
	case RPC_FAULT_NONCE_TOO_LOW:
	case RPC_FAULT_ALREADY_KNOWN:
	case RPC_FAULT_UNDERPRICED:
	case RPC_FAULT_FUNDS:
		return false;
	}
	if (f->span == 1)
		return false;
	f->span /= 2;
	f->span_limit = f->span;
	return rpc_failure(f->rpc)->fault != RPC_FAULT_UNREACHABLE;
}

static enum dc_status fetch_range(struct follow *f, struct feed_batch *b,
				  const struct block_ref *final,
				  size_t *n_logs, struct dc_err *err)
{
	uint64_t from = follow_next(f), to = from + f->span - 1;
	struct block_ref last = *final;
	struct rpc_logs logs;
	enum dc_status st = DC_OK;

	if (to < final->number)
		st = rpc_block(f->rpc, &last, rpc_at_number(to), err);
	else
		to = final->number;
	if (st == DC_OK)
		st = follow_logs(f, &logs, b->arena, from, to, NULL, err);
	if (st == DC_OK)
		st = follow_inputs(f, b, &logs, err);
	if (st != DC_OK)
		return st;
	*n_logs = logs.n;
	st = follow_witness_range(f, &logs, from, to, err);
	if (st != DC_OK)
		return st;
	feed_fill(b, logs.items, logs.n, &last);
	st = feed_fill_times(b, f->rpc, err);
	if (st == DC_OK && !hash32_equal(&b->blocks[b->n_blocks - 1].ref.hash,
					 &last.hash))
		st = dc_fail(err, DC_EIO, "logs and header of block %" PRIu64
			     " differ", to);
	if (st == DC_OK)
		b->blocks[b->n_blocks - 1].ref = last;
	return st;
}

enum dc_status follow_range(struct follow *f, enum follow_step *step,
			    const struct block_ref *final, struct dc_err *err)
{
	struct feed_batch *b = feed_batch_new(FEED_FINAL);
	uint64_t from = follow_next(f);
	struct block_ref last;
	enum dc_status st;
	size_t n_logs = 0;

	b->finalized = final->number;
	st = fetch_range(f, b, final, &n_logs, err);
	if (st != DC_OK) {
		feed_batch_free(b);
		follow_trainers_rewind(f, from == 0 ? 0 : from - 1);
		if (st == DC_ECONFLICT || !shrink(f))
			return st;
		dc_err_clear(err);
		*step = FOLLOW_STEP_AGAIN;
		return DC_OK;
	}
	grow(f, n_logs);
	last = b->blocks[b->n_blocks - 1].ref;
	if (!feed_put(f->feed, b)) {
		*step = FOLLOW_STEP_STOP;
		return DC_OK;
	}
	f->n_recent = 0;	/* keeps (1): it cannot be undone */
	push_recent(f, &last, &(const struct hash32){ { 0 } });
	f->doubt.used |= 1u << f->place;
	f->finalized = last.number;
	*step = FOLLOW_STEP_AGAIN;
	return DC_OK;
}

/* --- single blocks ------------------------------------------------------ */

static enum dc_status feed_live(struct follow *f, enum follow_step *step,
				const struct block_ref *ref, bool newest,
				struct dc_err *err)
{
	struct feed_batch *b = feed_batch_new(FEED_LIVE);
	struct hash32 digest;
	struct rpc_logs logs;
	enum dc_status st;
	size_t i;

	b->finalized = f->finalized;
	st = newest ? follow_audit(f, b, err) : DC_OK;
	if (st == DC_OK)
		st = follow_logs(f, &logs, b->arena, ref->number, ref->number,
				 &ref->hash, err);
	if (st == DC_OK)
		st = follow_inputs(f, b, &logs, err);
	if (st != DC_OK) {
		feed_batch_free(b);
		return st;
	}
	b->blocks = dc_arena_alloc(b->arena, sizeof(*b->blocks));
	b->n_blocks = 1;
	for (i = 0; i < logs.n; i++)
		if (logs.items[i].at.block != ref->number) {
			feed_batch_free(b);
			return dc_fail(err, DC_EIO, "logs of block %" PRIu64
				       " carry another number", ref->number);
		}
	b->blocks[0] = (struct feed_block){
		.ref = *ref, .logs = logs.items, .n_logs = logs.n
	};
	digest = follow_digest(logs.items, logs.n);	/* b goes */
	f->doubt.used |= 1u << f->place;
	if (feed_put(f->feed, b))
		push_recent(f, ref, &digest);
	else
		*step = FOLLOW_STEP_STOP;
	return DC_OK;
}

/* A block on our newest that is not its child. Either the chain moved
 * between two questions: then our block is not the node's any more, which
 * follow_reconcile finds; or the node's headers do not fit together, and
 * that is no reorg: keeps (3). */
static enum dc_status odd_parent(struct follow *f,
				 const struct block_ref *tip,
				 struct dc_err *err)
{
	struct block_ref now, next;
	enum dc_status st = rpc_block(f->rpc, &next,
				      rpc_at_number(tip->number + 1), err);

	if (st == DC_OK)
		st = rpc_block(f->rpc, &now, rpc_at_number(tip->number), err);
	if (st != DC_OK || !hash32_equal(&now.hash, &tip->hash) ||
	    hash32_equal(&next.parent, &tip->hash))
		return st;
	return dc_fail(err, DC_EIO, "block %" PRIu64 " of the node is not "
		       "the child of its block before", next.number);
}

enum dc_status follow_live(struct follow *f, enum follow_step *step,
			   const struct block_ref *head, struct dc_err *err)
{
	struct block_ref refs[LIVE_BATCH];
	uint64_t numbers[LIVE_BATCH], next = follow_next(f);
	enum dc_status st;
	size_t i, n = 0;

	while (n < LIVE_BATCH && next + n <= head->number) {
		numbers[n] = next + n;
		n++;
	}
	if (n == 1)
		refs[0] = *head;
	else
		st = rpc_blocks(f->rpc, refs, numbers, n, err);
	if (n != 1 && st != DC_OK)
		return st;
	*step = FOLLOW_STEP_AGAIN;
	for (i = 0; i < n && *step == FOLLOW_STEP_AGAIN; i++) {
		const struct block_ref *tip = follow_tip(f);

		if (tip != NULL && !hash32_equal(&refs[i].parent, &tip->hash))
			return odd_parent(f, tip, err);
		st = feed_live(f, step, &refs[i],
			       refs[i].number == head->number, err);
		if (st != DC_OK)
			return st;
	}
	return DC_OK;
}

/* --- reorgs ------------------------------------------------------------- */

enum follow_step follow_rewind(struct follow *f, const struct block_ref *to,
			       enum feed_kind kind)
{
	struct feed_batch *b = feed_batch_new(kind);
	const struct block_ref *tip = follow_tip(f);
	uint64_t number = to != NULL ? to->number :
		f->config->start_block - 1;

	dc_log(DC_LOG_INFO, "oracle", "%s depth=%" PRIu64 " block=%" PRIu64,
	       kind == FEED_AGAIN ? "asking again" : "rewind",
	       tip != NULL ? tip->number - number : 0, number);
	b->blocks = dc_arena_alloc(b->arena, sizeof(*b->blocks));
	b->blocks[0] = (struct feed_block){ .ref = { .number = number } };
	b->n_blocks = 1;
	if (to != NULL)
		b->blocks[0].ref = *to;
	b->finalized = f->finalized;
	f->n_recent = to == NULL ? 0 : (size_t)(to - f->recent) + 1;
	follow_trainers_rewind(f, number);
	if (f->audited_block > number)
		f->audited_block = number;
	return feed_put(f->feed, b) ? FOLLOW_STEP_AGAIN : FOLLOW_STEP_STOP;
}

/* Whether recent[0] is the first block of all, and may go as well. */
static bool first_may_go(const struct follow *f)
{
	return f->recent[0].number > f->finalized &&
		f->recent[0].number == f->config->start_block &&
		f->config->start_block > 0;
}

enum follow_step follow_again(struct follow *f)
{
	bool all = f->n_recent == 0 || first_may_go(f);

	f->doubt.used = 0;
	f->audited_block = 0;
	return follow_rewind(f, all ? NULL : &f->recent[0], FEED_AGAIN);
}

static enum follow_step halt_below_final(struct follow *f,
					 const struct block_ref *node)
{
	char have[HASH32_TEXT_BYTES], has[HASH32_TEXT_BYTES];

	hash32_format(&f->recent[0].hash, have);
	hash32_format(&node->hash, has);
	return follow_halt(f, "reorg below the last final block: block %"
			   PRIu64 " is %s here and %s at the node; nothing "
			   "was undone", f->recent[0].number, have, has);
}

/* Block `number` of ours is not the node's: go down to where both agree. */
static enum dc_status walk_back(struct follow *f, enum follow_step *step,
				uint64_t number, struct dc_err *err)
{
	struct block_ref node;
	enum dc_status st;

	for (;;) {
		const struct block_ref *mine = ours(f, number);

		st = rpc_block(f->rpc, &node, rpc_at_number(number), err);
		if (st != DC_OK)
			return st;
		if (hash32_equal(&mine->hash, &node.hash)) {
			*step = follow_rewind(f, mine, FEED_REWIND);
			return DC_OK;
		}
		if (mine == &f->recent[0])
			break;
		number--;
	}
	if (first_may_go(f))
		*step = follow_rewind(f, NULL, FEED_REWIND);
	else
		*step = halt_below_final(f, &node);
	return DC_OK;
}

enum dc_status follow_reconcile(struct follow *f, enum follow_step *step,
				bool *same, const struct block_ref *head,
				struct dc_err *err)
{
	const struct block_ref *tip = follow_tip(f), *mine;
	struct block_ref node = *head;
	enum dc_status st = DC_OK;

	*same = true;
	if (tip == NULL || (head->number == tip->number + 1 &&
			    hash32_equal(&head->parent, &tip->hash)))
		return DC_OK;
	if (head->number > tip->number)
		st = rpc_block(f->rpc, &node, rpc_at_number(tip->number),
			       err);
	if (st != DC_OK)
		return st;
	mine = ours(f, node.number);
	if (mine == NULL)
		return dc_fail(err, DC_EIO, "the node is behind: its head is "
			       "%" PRIu64 ", final here is %" PRIu64,
			       head->number, f->recent[0].number);
	*same = hash32_equal(&mine->hash, &node.hash);
	if (*same)		/* perhaps a node that lags: wait for it */
		return DC_OK;
	return walk_back(f, step, node.number, err);
}
