/* A mirror that goes on with its chain; see the invariants in deca_mirror.h. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/deca_claims.h"
#include "oracle/deca_mirror_core.h"

#define LOGS_A_STEP 5000	/* about: large beside the exchange, and held in
				 * memory twice */
#define HISTORY_LOGS_MAX (1 << 18)
#define HISTORY_BYTES_MAX ((size_t)256 << 20)

static enum dc_status apply(struct deca_mirror *mirror,
			    const struct deca_event *event,
			    const struct raw_log *log, uint64_t *prediction,
			    struct dc_err *err)
{
	const struct deca_sample *s = &event->sample;
	const struct deca_ops *ops =
		deca_ops((enum deca_kind)mirror->model->kind);
	struct deca_undo *undo = dc_arena_alloc(mirror->scratch, (s->n + 1) *
						sizeof(*undo));
	struct deca_prediction before = deca_mirror_say(mirror, s);
	enum deca_reason r;

	r = ops->update(mirror->model, undo, s->data, s->n, s->label);
	if (r == DECA_NO_ROOM) {
		mirror->model = deca_model_enlarge(mirror->model, s->n);
		r = ops->update(mirror->model, undo, s->data, s->n, s->label);
	}
	if (r != DECA_DONE)
		return dc_fail(err, DC_ECONFLICT, "block %" PRIu64 ", log %"
			       PRIu32 ": the contract took a contribution "
			       "that reverts here: %s", log->at.block,
			       log->at.index, deca_reason_text(r));
	*prediction = before.reason == DECA_DONE ? before.label : UINT64_MAX;
	mirror->stats.contributions++;
	mirror->stats.agreed_before += *prediction == s->label;
	return DC_OK;
}

/* The logs of ours in (at, to], decoded. */
struct span {
	struct rpc_logs logs;
	struct deca_event *event;
	struct deca_sample *sample;	/* of the AddData among them */
	size_t n_sample;
	bool class_added;
};

static enum dc_status decode_all(struct deca_mirror *mirror,
				 struct span *span, struct dc_err *err)
{
	size_t n = span->logs.n;
	enum dc_status st = DC_OK;

	span->event = dc_arena_alloc(mirror->scratch,
				     (n + 1) * sizeof(*span->event));
	span->sample = dc_arena_alloc(mirror->scratch,
				      (n + 1) * sizeof(*span->sample));
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct deca_event *e = &span->event[i];

		st = deca_event_decode(e, &span->logs.items[i],
				       mirror->scratch, err);
		if (st != DC_OK)
			break;
		if (e->kind == DECA_EVENT_ADD_DATA)
			span->sample[span->n_sample++] = e->sample;
		span->class_added |= e->kind == DECA_EVENT_ADD_CLASS;
	}
	return st;
}

static bool is_too_much(const struct deca_mirror *mirror)
{
	enum rpc_fault fault = rpc_failure(mirror->rpc)->fault;

	return fault == RPC_FAULT_RANGE || fault == RPC_FAULT_TOO_LARGE;
}

/* Aim at LOGS_A_STEP; below what was refused, creep. */
static void adapt_step(struct deca_mirror *mirror, size_t n_logs)
{
	uint64_t next = mirror->step;

	if (n_logs < LOGS_A_STEP / 4)
		next *= 4;
	else if (n_logs < LOGS_A_STEP / 2)
		next *= 2;
	else if (n_logs > LOGS_A_STEP)
		next = next * LOGS_A_STEP / n_logs;
	if (next > mirror->step_limit) {
		next = mirror->step_limit;
		mirror->step_limit += next / 8 + 1;
		if (mirror->step_limit > DECA_MIRROR_STEP_MAX)
			mirror->step_limit = DECA_MIRROR_STEP_MAX;
	}
	mirror->step = next > 0 ? next : 1;
}

/* Fewer blocks where the node finds them too many, and so from then on. */
static enum dc_status fetch(struct deca_mirror *mirror,
			    struct rpc_logs *logs, struct dc_arena *arena,
			    struct block_ref *to, uint64_t from,
			    const struct block_ref *head, struct dc_err *err)
{
	struct addr20 who[] = { mirror->parts.trainer,
				mirror->parts.classifier,
				mirror->parts.incentive };
	struct rpc_log_filter filter = { who, DC_ARRAY_LEN(who),
					 mirror->topics, DECA_TOPICS };
	enum dc_status st;

	for (;;) {
		uint64_t last = head->number - from < mirror->step ?
			head->number : from + mirror->step - 1;
		struct dc_err why = DC_ERR_INIT;

		st = rpc_block(mirror->rpc, to, rpc_at_number(last), &why);
		if (st == DC_OK)
			st = rpc_logs_range(mirror->rpc, logs, arena,
					    &filter, from, last, &why);
		if (st == DC_OK) {
			adapt_step(mirror, logs->n);
			return DC_OK;
		}
		if (!is_too_much(mirror))
			return dc_fail(err, st, "%s", why.text);
		if (last == from)	/* keeps (2) */
			return dc_fail(err, DC_EINVAL, "block %" PRIu64
				       " has more logs of it than can be "
				       "asked for", from);
		mirror->step = mirror->step_limit = (last - from + 1) / 2;
	}
}

static enum dc_status join_all(struct deca_mirror *mirror,
			       struct span *span, struct dc_err *err)
{
	enum dc_status st = deca_claims_fetch(mirror->rpc, span->logs.items,
					      span->logs.n, mirror->scratch,
					      err);

	for (size_t i = 0; st == DC_OK && i < span->logs.n; i++) {
		struct deca_event *e = &span->event[i];

		if (e->kind == DECA_EVENT_REFUND ||
		    e->kind == DECA_EVENT_REPORT)
			deca_claim_join(e, &span->logs.items[i],
					&mirror->parts.trainer,
					mirror->scratch);
	}
	return st;
}

static enum dc_status tell_all(struct deca_mirror *mirror,
			       const struct span *span, deca_told told,
			       void *self, bool computed, struct dc_err *err)
{
	for (size_t i = 0; i < span->logs.n; i++) {
		const struct deca_event *e = &span->event[i];
		uint64_t prediction = UINT64_MAX;
		enum dc_status st = DC_OK;

		if (e->kind == DECA_EVENT_ADD_DATA && computed)
			st = apply(mirror, e, &span->logs.items[i],
				   &prediction, err);
		if (st != DC_OK)
			return st;
		mirror->stats.refunds += e->kind == DECA_EVENT_REFUND;
		mirror->stats.reports += e->kind == DECA_EVENT_REPORT;
		if (told != NULL)
			told(self, e, &span->logs.items[i].at, prediction);
	}
	return DC_OK;
}

static enum dc_status reread(struct deca_mirror *mirror, bool *moved,
			     const struct block_ref *block, const char *why,
			     struct dc_err *err)
{
	enum dc_status st = deca_mirror_read_at(mirror, block, err);

	if (st != DC_OK)
		return st;
	dc_log(DC_LOG_INFO, "oracle", "mirror read anew at block %" PRIu64
	       ": %s", block->number, why);
	mirror->stats.rereads++;
	*moved = true;
	return DC_OK;
}

/* At the last final block, where the node still has its state: nothing after
 * it is missed. Else at the head. */
static enum dc_status reread_final(struct deca_mirror *mirror, bool *moved,
				   const struct block_ref *head,
				   const char *reason, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct block_ref final;

	if (mirror->final > 0 && mirror->final < head->number &&
	    rpc_block(mirror->rpc, &final, rpc_at_number(mirror->final),
		      &why) == DC_OK &&
	    reread(mirror, moved, &final, reason, &why) == DC_OK)
		return DC_OK;
	return reread(mirror, moved, head, reason, err);
}

/* A block of ours is gone: on from a state that was kept, where there is one
 * that the chain still has. */
static enum dc_status go_back(struct deca_mirror *mirror, bool *moved,
			      const struct block_ref *head, struct dc_err *err)
{
	enum dc_status st = deca_mirror_go_back(mirror, moved, err);

	if (st != DC_OK)
		return st;
	if (!*moved)
		return reread_final(mirror, moved, head, "its block is gone",
				    err);
	mirror->stats.rewinds++;
	dc_log(DC_LOG_INFO, "oracle", "mirror back at block %" PRIu64
	       ": a later one is gone", mirror->at.number);
	return DC_OK;
}

/* The state before is not to be had: at the end of the span, or, where the
 * node has dropped that as well, at the newest block; what is between is not
 * told then. */
static enum dc_status start_over(struct deca_mirror *mirror, bool *moved,
				 const struct span *span,
				 const struct block_ref *to,
				 const struct block_ref *head, deca_told told,
				 void *self, struct dc_err *err)
{
	static const char lost[] = "the state before is not to be had";
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = reread(mirror, moved, to, span->class_added ?
				   "a class was added" : lost, &why);

	if (st == DC_OK)
		return tell_all(mirror, span, told, self, false, err);
	if (rpc_failure(mirror->rpc)->fault == RPC_FAULT_UNKNOWN_BLOCK &&
	    head->number > to->number)
		return reread(mirror, moved, head, lost, err);
	return dc_fail(err, st, "%s", why.text);
}

/* A span computed; a state that the node has dropped, or a class added, is
 * read anew instead. */
static enum dc_status take_span(struct deca_mirror *mirror, bool *moved,
				const struct span *span,
				const struct block_ref *to,
				const struct block_ref *head, deca_told told,
				void *self, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;

	if (span->class_added)
		return start_over(mirror, moved, span, to, head, told, self,
				  err);
	st = deca_mirror_need(mirror, span->sample, span->n_sample, &why);
	if (st == DC_EBUSY || st == DC_EIO || st == DC_EINVAL)
		return dc_fail(err, st, "%s", why.text);
	if (st != DC_OK)
		return start_over(mirror, moved, span, to, head, told, self,
				  err);
	st = tell_all(mirror, span, told, self, true, err);
	if (st == DC_OK) {
		mirror->at = *to;
		*moved = true;
	}
	return st;
}

/* The newest block that the mirror may go to. */
static enum dc_status find_head(struct deca_mirror *mirror,
				struct block_ref *out, struct dc_err *err)
{
	enum dc_status st = rpc_block(mirror->rpc, out, rpc_at_latest(), err);

	if (st == DC_OK && out->number > mirror->limit)
		st = rpc_block(mirror->rpc, out,
			       rpc_at_number(mirror->limit), err);
	return st;
}

enum dc_status deca_mirror_reread(struct deca_mirror *mirror, const char *why,
				  struct dc_err *err)
{
	struct block_ref head;
	bool moved;
	enum dc_status st = find_head(mirror, &head, err);

	return st == DC_OK ? reread_final(mirror, &moved, &head, why, err)
			   : st;
}

enum dc_status deca_mirror_advance(struct deca_mirror *mirror, bool *moved,
				   deca_told told, void *self,
				   struct dc_err *err)
{
	struct span span = { .n_sample = 0 };
	struct block_ref head, to;
	enum dc_status st;
	bool same;

	*moved = false;
	dc_arena_reset(mirror->scratch);
	st = find_head(mirror, &head, err);
	if (st != DC_OK || hash32_equal(&head.hash, &mirror->at.hash))
		return st;
	st = deca_mirror_on_chain(mirror, &same, &mirror->at, err);
	if (st != DC_OK)
		return st;
	if (!same)
		return go_back(mirror, moved, &head, err);
	if (head.number <= mirror->at.number)
		return DC_OK;
	st = fetch(mirror, &span.logs, mirror->scratch, &to,
		   mirror->at.number + 1, &head, err);
	if (st == DC_OK)
		st = decode_all(mirror, &span, err);
	if (st == DC_OK)
		st = join_all(mirror, &span, err);
	if (st == DC_OK)
		st = deca_mirror_on_chain(mirror, &same, &to, err);
	if (st != DC_OK)
		return st;
	if (!same)
		return DC_OK;	/* it changed meanwhile: look again */
	return take_span(mirror, moved, &span, &to, &head, told, self, err);
}

/* --- history -------------------------------------------------------------- */

static enum dc_status keep_logs(struct rpc_logs *out,
				const struct rpc_logs *more,
				struct dc_err *err)
{
	if (out->n + more->n > HISTORY_LOGS_MAX)	/* keeps (2) */
		return dc_fail(err, DC_EINVAL, "a history of more than %d "
			       "events", HISTORY_LOGS_MAX);
	out->items = dc_realloc_array(out->items, out->n + more->n + 1,
				      sizeof(*out->items));
	if (more->n > 0)
		memcpy(out->items + out->n, more->items,
		       more->n * sizeof(*more->items));
	out->n += more->n;
	return DC_OK;
}

enum dc_status deca_mirror_gather(struct deca_mirror *mirror,
				  struct rpc_logs *out,
				  struct dc_arena *arena, uint64_t *from,
				  uint64_t to, struct dc_err *err)
{
	struct block_ref last = { .number = to }, end;
	struct rpc_logs logs;
	enum dc_status st = fetch(mirror, &logs, arena, &end, *from, &last,
				  err);

	if (st == DC_OK)
		st = deca_claims_fetch(mirror->rpc, logs.items, logs.n, arena,
				       err);
	if (st == DC_OK)
		st = keep_logs(out, &logs, err);
	if (st == DC_OK && dc_arena_used(arena) > HISTORY_BYTES_MAX)
		st = dc_fail(err, DC_EINVAL, "a history of more than %zu "
			     "bytes", HISTORY_BYTES_MAX);
	if (st == DC_OK)
		*from = end.number + 1;
	return st;
}
