/*
 * Checkpoints that the chain accepted: held against what was computed here,
 * kept, refuted, and, when their challenge time is over, taken as the
 * verdicts that count.
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "oracle/pipeline_core.h"
#include "sql/events.h"

#define CHUNK 256	/* contributions read at once */

/* --- verdicts take effect ----------------------------------------------- */

uint64_t pipe_effect_due(const struct pipe_model *m)
{
	const struct sql_model_totals *t = &m->row.totals;

	if (!t->has_checkpoint || t->checkpoint_judged <= t->judged)
		return PIPELINE_NEVER;
	return t->checkpoint_accepted_s + m->row.is.params.challenge_s;
}

static bool is_settled(const struct sql_contribution *c)
{
	return c->now.state == SQL_STATE_REFUNDED ||
		c->now.state == SQL_STATE_FORFEITED;
}

static enum sql_state state_of(enum verdict v)
{
	switch (v) {
	case VERDICT_DISAGREE:
		return SQL_STATE_DISAGREE;
	case VERDICT_ABSTAIN:
		return SQL_STATE_ABSTAIN;
	case VERDICT_AGREE:
		return SQL_STATE_AGREE;
	case VERDICT_CREDIT:
		return SQL_STATE_CREDIT;
	case VERDICT_NONE:
		break;
	}
	return SQL_STATE_PENDING;
}

/* That it was agreed with counts in the hour of the contribution: the
 * contributor did nothing now, and the head's time depends on empty blocks,
 * which (4) forbids to matter. */
static enum dc_status effect_one(struct pipeline *p, struct pipe_model *m,
				 const struct sql_contribution *c,
				 struct dc_err *err)
{
	struct sql_contributor_delta d = {
		.agreed = 1, .block = c->log.block, .log = c->log.index,
		.time_s = c->log.time_s
	};
	struct sql_settlement s = c->now;
	enum dc_status st;

	if (is_settled(c))	/* taken back before anybody judged it */
		return DC_OK;
	s.state = state_of(s.verdict);
	st = sql_contribution_settle(p->db, m->row.row, c->is.id, &s, err);
	if (st != DC_OK || (s.verdict != VERDICT_AGREE &&
			    s.verdict != VERDICT_CREDIT))
		return st;
	return tally_add(p->tally, m->row.row, &c->is.contributor, &d, err);
}

/* Fees of [from, to), less what lies in a late range. */
static enum dc_status add_fees(struct pipeline *p, struct pipe_model *m,
			       uint64_t from, uint64_t to, struct dc_err *err)
{
	unsigned __int128 gwei = m->row.is.params.fee_gwei;
	struct sql_late_range range;
	struct wei fees;
	bool late;
	enum dc_status st;

	/* one checkpoint judges them all: in a late range all or none are */
	st = sql_late_range_find(p->db, &range, &late, m->row.row, from, err);
	if (st != DC_OK || (late && range.from <= from))
		return st;
	if (!u256_mul(&fees.v, u256_from_u128(gwei * 1000000000),
		      u256_from_u64(to - from)) ||
	    !wei_add(&m->row.totals.fees_wei, m->row.totals.fees_wei, fees))
		return dc_fail(err, DC_EINVAL, "fees pass 2^256");
	return DC_OK;
}

enum dc_status pipe_take_effect(struct pipeline *p, struct pipe_model *m,
				struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	uint64_t id = t->judged;
	struct dc_arena *arena = dc_arena_new(1 << 16);
	enum dc_status st = DC_OK;
	uint32_t n, i;

	while (st == DC_OK && id < t->checkpoint_judged) {
		struct sql_contribution c[CHUNK];
		uint64_t left = t->checkpoint_judged - id;

		dc_arena_reset(arena);
		st = sql_contributions_range(p->db, c, &n, left < CHUNK ?
					     (uint32_t)left : CHUNK,
					     m->row.row, id, arena, err);
		if (st == DC_OK && n == 0)
			st = dc_fail(err, DC_EIO, "contribution %" PRIu64
				     " is missing", id);
		for (i = 0; st == DC_OK && i < n; i++)
			st = effect_one(p, m, &c[i], err);
		id += n;
	}
	dc_arena_free(arena);
	if (st == DC_OK)
		st = add_fees(p, m, t->judged, t->checkpoint_judged, err);
	t->judged = t->checkpoint_judged;
	m->dirty = true;
	return st;
}

/* --- checkpoints of the chain ------------------------------------------- */

enum dc_status pipe_own_checkpoint(struct pipeline *p,
				   const struct pipe_model *m,
				   struct sql_checkpoint *out, bool *found,
				   uint64_t epoch, struct dc_err *err)
{
	struct sql_page page = { .limit = 16, .after = NULL };
	struct sql_checkpoint rows[16];
	char key[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	enum dc_status st;
	uint32_t n, i;

	*found = false;
	do {
		st = sql_checkpoints_page(p->db, rows, &n, key, m->row.row,
					  &page, p->scratch, err);
		for (i = 0; st == DC_OK && i < n && !*found; i++)
			if (rows[i].computed && rows[i].is.epoch <= epoch) {
				*out = rows[i];
				*found = true;
			}
		memcpy(after, key, sizeof(after));
		page.after = after;
	} while (st == DC_OK && !*found && key[0] != '\0');
	return st;
}

static bool same_as_ours(const struct sql_checkpoint *own,
			 const struct ev_checkpoint_accepted *ev)
{
	return own->is.count == ev->count && own->is.judged == ev->judged &&
		own->is.accuracy_fx9 == ev->accuracy_fx9 &&
		hash32_equal(&own->is.state_root, &ev->state_root) &&
		hash32_equal(&own->is.verdicts_hash, &ev->verdicts_hash);
}

static enum dc_status count_late(struct pipeline *p,
				 const struct pipe_model *m, uint64_t *n,
				 struct dc_err *err)
{
	struct sql_late_range range;
	bool found;
	enum dc_status st = sql_late_range_find(p->db, &range, &found,
						m->row.row, UINT64_MAX, err);

	*n = range.index;
	return st;
}

/* Source: Trainer.sol _noteLateness. */
static enum dc_status note_lateness(struct pipeline *p,
				    const struct pipe_model *m,
				    const struct ev_checkpoint_accepted *ev,
				    uint64_t now_s, struct dc_err *err)
{
	const struct trainer_params *q = &m->row.is.params;
	const struct sql_model_totals *t = &m->row.totals;
	uint64_t from = t->has_checkpoint ? t->checkpoint_judged : 0;
	uint64_t ref = t->has_checkpoint ?
		(t->checkpoint_epoch + 1) * q->epoch_s :
		m->row.is.created_at_s;
	struct sql_late_range range = {
		.model = m->row.row, .from = from, .to = ev->judged,
		.accepted_s = now_s
	};
	enum dc_status st;

	if (ev->judged == from)
		return DC_OK;
	if (now_s + q->challenge_s <= ref + q->verdict_window_s &&
	    from >= m->taken_back)
		return DC_OK;
	st = count_late(p, m, &range.index, err);
	return st == DC_OK ? sql_late_range_insert(p->db, &range, err) : st;
}

static enum dc_status record_before(struct pipeline *p,
				    const struct pipe_model *m,
				    struct hash32 *out, uint64_t count,
				    struct dc_err *err)
{
	struct sql_contribution c;
	bool found = true;
	enum dc_status st = DC_OK;

	memset(out, 0, sizeof(*out));
	if (count > 0)
		st = sql_contribution_get(p->db, &c, &found, m->row.row,
					  count - 1, p->scratch, err);
	if (st == DC_OK && count > 0 && found)
		*out = c.record_hash;
	return st;
}

/* The row of an accepted checkpoint: what was computed for that epoch stays
 * in it, what was accepted wins. */
static enum dc_status put_accepted(struct pipeline *p, struct pipe_model *m,
				   const struct ev_checkpoint_accepted *ev,
				   const struct log_ref *at,
				   struct dc_err *err)
{
	struct sql_checkpoint own, row;
	bool computed, found;
	enum dc_status st;

	st = pipe_own_checkpoint(p, m, &own, &computed, ev->epoch, err);
	if (st == DC_OK)
		st = sql_checkpoint_get(p->db, &row, &found, m->row.row,
					ev->epoch, p->scratch, err);
	if (st != DC_OK)
		return st;
	if (!found)
		row = (struct sql_checkpoint){
			.model = m->row.row,
			.judged_before = m->row.totals.checkpoint_judged
		};
	row.differs = !computed || !same_as_ours(&own, ev);
	if (row.differs)
		pipe_mismatch(p, m, at, "accepted checkpoint of epoch %"
			      PRIu64 " is not what was computed here",
			      ev->epoch);
	row.is = (struct checkpoint){
		.trainer = m->row.is.trainer, .spec = m->row.is.spec_hash,
		.epoch = ev->epoch, .count = ev->count,
		.judged = ev->judged, .state_root = ev->state_root,
		.verdicts_hash = ev->verdicts_hash,
		.accuracy_fx9 = ev->accuracy_fx9
	};
	st = record_before(p, m, &row.is.record_hash, ev->count, err);
	row.accepted = true;
	row.refuted = false;
	row.log = *at;
	row.effective_s = at->time_s + m->row.is.params.challenge_s;
	if (st == DC_OK)
		st = pipe_signers(p, m, &row.is, at->time_s, err);
	return st == DC_OK ? sql_checkpoint_put(p->db, &row, err) : st;
}

static enum dc_status checkpoint_event(struct pipeline *p,
				       const struct pipe_model *m,
				       enum sql_event_kind kind,
				       uint64_t epoch,
				       const struct log_ref *at,
				       struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .kind = kind, .model = m->row.row, .ref = epoch
	};

	return sql_event_insert(p->db, &row, err);
}

static void keep_checkpoint(struct sql_model_totals *t,
			    const struct ev_checkpoint_accepted *ev,
			    uint64_t block, uint64_t accepted_s)
{
	t->has_checkpoint = true;
	t->checkpoint_epoch = ev->epoch;
	t->checkpoint_count = ev->count;
	t->checkpoint_judged = ev->judged;
	t->checkpoint_root = ev->state_root;
	t->checkpoint_verdicts = ev->verdicts_hash;
	t->checkpoint_block = block;
	t->checkpoint_accepted_s = accepted_s;
}

enum dc_status pipe_accepted(struct pipeline *p, struct pipe_model *m,
			     const struct ev_checkpoint_accepted *ev,
			     const struct log_ref *at, struct dc_err *err)
{
	enum dc_status st;

	if (ev->count > m->row.totals.count || ev->judged > ev->count)
		return dc_fail(err, DC_ECONFLICT, "a checkpoint over %" PRIu64
			       " contributions of %s, of which %" PRIu64
			       " came: the node drops logs", ev->count,
			       m->row.slug, m->row.totals.count);
	st = put_accepted(p, m, ev, at, err);
	if (st == DC_OK)
		st = note_lateness(p, m, ev, at->time_s, err);
	if (st != DC_OK)
		return st;
	keep_checkpoint(&m->row.totals, ev, at->block, at->time_s);
	m->dirty = true;
	if (pipe_effect_due(m) <= at->time_s)	/* no challenge time at all */
		st = pipe_take_effect(p, m, err);
	pipe_due(p, m);
	return st == DC_OK ? checkpoint_event(p, m, SQL_EVENT_CHECKPOINT,
					      ev->epoch, at, err) : st;
}

/* The trainer is as it was before its last checkpoint; that one counts as
 * effective (Progress.sol refuted). */
static enum dc_status restore_before(struct pipeline *p,
				     struct pipe_model *m, uint64_t epoch,
				     struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct sql_checkpoint last;
	bool found;
	enum dc_status st = sql_checkpoint_last(p->db, &last, &found,
						m->row.row, epoch, p->scratch,
						err);

	if (st != DC_OK)
		return st;
	if (found) {
		struct ev_checkpoint_accepted ev = {
			.epoch = last.is.epoch, .count = last.is.count,
			.judged = last.is.judged,
			.state_root = last.is.state_root,
			.verdicts_hash = last.is.verdicts_hash
		};

		keep_checkpoint(t, &ev, last.log.block, 0);
		return DC_OK;
	}
	t->has_checkpoint = false;
	t->checkpoint_epoch = t->checkpoint_count = t->checkpoint_judged = 0;
	memset(&t->checkpoint_root, 0, sizeof(t->checkpoint_root));
	memset(&t->checkpoint_verdicts, 0, sizeof(t->checkpoint_verdicts));
	t->checkpoint_block = t->checkpoint_accepted_s = 0;
	return DC_OK;
}

/* Source: Trainer.sol _forgetLateness. */
static enum dc_status forget_lateness(struct pipeline *p,
				      const struct pipe_model *m,
				      uint64_t judged_before,
				      struct dc_err *err)
{
	struct sql_late_range range;
	bool found;
	enum dc_status st = sql_late_range_find(p->db, &range, &found,
						m->row.row, judged_before,
						err);

	if (st != DC_OK || !found)
		return st;
	return sql_late_range_delete(p->db, m->row.row, range.index, err);
}

enum dc_status pipe_refuted(struct pipeline *p, struct pipe_model *m,
			    uint64_t epoch, const struct log_ref *at,
			    struct dc_err *err)
{
	struct sql_checkpoint row;
	bool found;
	enum dc_status st = sql_checkpoint_get(p->db, &row, &found,
					       m->row.row, epoch, p->scratch,
					       err);

	if (st == DC_OK && (!found || !row.accepted))
		st = dc_fail(err, DC_ECONFLICT, "checkpoint %" PRIu64 " of %s "
			     "refuted, which never came: the node drops logs",
			     epoch, m->row.slug);
	if (st != DC_OK)
		return st;
	row.refuted = true;
	st = sql_checkpoint_put(p->db, &row, err);
	if (st == DC_OK)
		st = restore_before(p, m, epoch, err);
	if (st == DC_OK)
		st = forget_lateness(p, m, m->row.totals.checkpoint_judged,
				     err);
	m->dirty = true;
	pipe_due(p, m);
	return st == DC_OK ? checkpoint_event(p, m, SQL_EVENT_REFUTED, epoch,
					      at, err) : st;
}
