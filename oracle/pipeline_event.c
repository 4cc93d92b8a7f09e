/*
 * One log of ours: decoded, checked against what came before it, and brought
 * into the database and the learner.
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/keccak.h"
#include "base/log.h"
#include "incentives/price.h"
#include "incentives/record.h"
#include "oracle/pipeline_core.h"
#include "sql/events.h"

/* --- models ------------------------------------------------------------- */

static enum dc_status model_created(struct pipeline *p,
				    const struct ev_model_created *ev,
				    const struct log_ref *at,
				    struct dc_err *err)
{
	struct ev_model_created created = *ev;
	struct sql_event row = {
		.log = *at, .kind = SQL_EVENT_MODEL, .account = ev->owner
	};
	struct pipe_model *m;
	enum dc_status st;

	if (pipe_find(p, &ev->trainer) != NULL)
		return dc_fail(err, DC_ECONFLICT, "one trainer created twice");
	created.created_at_s = at->time_s;
	m = pipe_add_model(p, &created, at);
	st = sql_model_insert(p->db, &m->row, err);
	if (st != DC_OK)
		return st;
	pipe_holdout_created(p, m);
	row.model = m->row.row;
	return sql_event_insert(p->db, &row, err);
}

/* --- contributions ------------------------------------------------------ */

/* Keeps (2): what the contract chained together is chained together here. */
static enum dc_status check_id(const struct pipe_model *m, uint64_t id,
			       struct dc_err *err)
{
	if (id == m->row.totals.count)
		return DC_OK;
	return dc_fail(err, DC_ECONFLICT, "contribution %" PRIu64 " of %s "
		       "came where %" PRIu64 " was due: the node %s logs, "
		       "or did before",
		       id, m->row.slug, m->row.totals.count,
		       id > m->row.totals.count ? "drops" : "repeats");
}

static void check_price(struct pipeline *p, const struct pipe_model *m,
			const struct price_level *level,
			const struct ev_contributed *ev,
			const struct log_ref *at)
{
	struct wei price;

	if (m->row.is.kind == INCENTIVE_POINTS)
		price = wei_from_u64(0);
	else
		price = price_at(level, &m->row.is.params, at->time_s);
	if (wei_compare(ev->deposit_wei, price) < 0)
		pipe_mismatch(p, m, at, "deposit below the price");
}

static enum dc_status count_in(struct pipeline *p, struct pipe_model *m,
			       const struct ev_contributed *ev,
			       const struct log_ref *at, struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct sql_contributor_delta d = {
		.contributions = 1, .deposited_wei = ev->deposit_wei,
		.block = at->block, .log = at->index, .time_s = at->time_s
	};
	struct price_level level = {
		.level = t->level, .time_s = t->level_time_s
	};

	check_price(p, m, &level, ev, at);
	if (m->row.is.kind == INCENTIVE_STAKE)
		price_contribute(&level, &m->row.is.params, at->time_s);
	t->level = level.level;
	t->level_time_s = level.time_s;
	if (!wei_add(&t->held_wei, t->held_wei, ev->deposit_wei))
		return dc_fail(err, DC_EINVAL, "deposits pass 2^256");
	return tally_add(p->tally, m->row.row, &ev->contributor, &d, err);
}

/* Predict, then learn; fills what the row says of it. */
static void learn(struct pipeline *p, struct pipe_model *m,
		  struct sql_contribution *c, enum novelty novelty)
{
	struct learner *learner = registry_learner(m->live);
	struct lesson_input in = {
		.sample = c->is.sample, .sample_len = c->is.sample_len,
		.label = c->is.label, .novelty = novelty,
		.contributor = c->is.contributor
	};
	struct learn_result result;

	registry_write_begin(m->live);
	learner_learn(learner, &result, &in, p->room);
	registry_write_end(m->live, c->log.block);
	c->valid = result.valid;
	c->is_new = result.valid && novelty == NOVELTY_NEW;
	c->taught = c->is_new && result.lesson == LESSON_TAUGHT;
	c->prediction_before = result.valid ? (int64_t)result.predicted : -1;
	c->margin_fx9 = result.margin_fx9;
	c->progressive_right = learner_count(learner, LEARNER_RIGHT);
	c->progressive_counted = learner_count(learner, LEARNER_COUNTED);
	c->now.state = result.valid ? SQL_STATE_PENDING : SQL_STATE_INVALID;
	c->now.verdict = VERDICT_NONE;
}

static void link_record(struct pipe_model *m, struct sql_contribution *c)
{
	struct record r = {
		.contributor = c->is.contributor, .time_s = c->log.time_s,
		.deposit_wei = c->is.deposit_wei, .label = c->is.label,
		.sample_hash = c->sample_hash
	};

	record_hash(&c->record_hash, &m->row.totals.record_hash, &r);
}

/* What the row says of the model's totals is theirs from now on. */
static void take_over(struct pipe_model *m, const struct sql_contribution *c)
{
	struct sql_model_totals *t = &m->row.totals;

	t->record_hash = c->record_hash;
	t->count++;
	t->progressive_right = c->progressive_right;
	t->progressive_counted = c->progressive_counted;
	if (c->is.id == m->judged.judged)
		m->unjudged_s = c->log.time_s;
	m->dirty = true;
}

static enum dc_status contributed(struct pipeline *p, struct pipe_model *m,
				  const struct ev_contributed *ev,
				  const struct log_ref *at,
				  struct dc_err *err)
{
	struct sql_contribution c = {
		.model = m->row.row, .is = *ev, .log = *at
	};
	bool seen;
	enum dc_status st = check_id(m, ev->id, err);

	if (st != DC_OK)
		return st;
	keccak256(&c.sample_hash, ev->sample, ev->sample_len);
	link_record(m, &c);
	st = sql_sample_seen(p->db, &seen, m->row.row, &c.sample_hash, err);
	if (st == DC_OK)
		st = count_in(p, m, ev, at, err);
	if (st != DC_OK)
		return st;
	learn(p, m, &c, seen ? NOVELTY_REPEAT : NOVELTY_NEW);
	c.suspicion_ppm = pipe_suspicion_see(p, m, &c);
	take_over(m, &c);
	pipe_due(p, m);
	return sql_contribution_insert(p->db, &c, err);
}

/* --- which is it -------------------------------------------------------- */

/* Events of a trainer that is followed. */
static enum dc_status trainer_event(struct pipeline *p, struct pipe_model *m,
				    const struct abi_event *ev,
				    const struct log_ref *at,
				    struct dc_err *err)
{
	switch (ev->kind) {
	case EVENT_CONTRIBUTED:
		return contributed(p, m, &ev->u.contributed, at, err);
	case EVENT_REFUNDED:
		return pipe_refunded(p, m, &ev->u.refunded, at, err);
	case EVENT_REPORTED:
		return pipe_reported(p, m, &ev->u.reported, at, err);
	case EVENT_LATE_CLAIMED:
		return pipe_late_claimed(p, m, &ev->u.late_claimed, at, err);
	case EVENT_REWARDS_CLAIMED:
		return pipe_rewards_claimed(p, m, &ev->u.rewards_claimed, at,
					    err);
	case EVENT_CHECKPOINT_ACCEPTED:
		return pipe_accepted(p, m, &ev->u.checkpoint_accepted, at,
				     err);
	case EVENT_CHECKPOINT_REFUTED:
		return pipe_refuted(p, m, ev->u.checkpoint_refuted_epoch, at,
				    err);
	case EVENT_UNKNOWN:
	case EVENT_MODEL_CREATED:
	case EVENT_OPERATOR_JOINED:
	case EVENT_OPERATOR_ROLES:
	case EVENT_OPERATOR_ENDPOINT:
	case EVENT_OPERATOR_OWNER:
	case EVENT_BOND_ADDED:
	case EVENT_OPERATOR_LEFT:
	case EVENT_BOND_WITHDRAWN:
	case EVENT_OPERATOR_SLASHED:
	case EVENT_KINDS:
		break;
	}
	return DC_OK;	/* no event of a trainer: look away */
}

/* Who emits decides what an event can be: keeps (3). */
static enum dc_status dispatch(struct pipeline *p, const struct raw_log *log,
			       const struct abi_event *ev,
			       const struct log_ref *at, struct dc_err *err)
{
	struct pipe_model *m;

	if (ev->kind == EVENT_MODEL_CREATED)
		return addr20_equal(&log->address, &p->config->factory) ?
			model_created(p, &ev->u.model_created, at, err) :
			DC_OK;
	if (ev->kind >= EVENT_OPERATOR_JOINED)
		return addr20_equal(&log->address, &p->config->pool) ?
			pipe_operator(p, &log->address, ev, at, err) : DC_OK;
	m = pipe_find(p, &log->address);
	if (m == NULL || !m->followed)
		return DC_OK;
	return trainer_event(p, m, ev, at, err);
}

enum dc_status pipe_log(struct pipeline *p, const struct raw_log *log,
			struct dc_err *err)
{
	struct log_ref at = log->at;
	struct dc_err why = DC_ERR_INIT;
	struct pipe_mirror *mirror = pipe_mirror_find(p, &log->address);
	struct abi_event ev;
	enum dc_status st;

	if (mirror != NULL)
		return pipe_mirror_log(p, mirror, log, err);
	at.time_s = p->head.time_s;
	p->log = log;
	st = abi_event_decode(&ev, log->topics, log->n_topics, log->data,
			      log->data_len, p->scratch, &why);
	if (st != DC_OK)	/* our contracts emit no such thing */
		return dc_fail(err, DC_ECONFLICT, "log %" PRIu32 ": %s",
			       at.index, why.text);
	st = dispatch(p, log, &ev, &at, &why);
	if (st != DC_OK)
		return dc_fail(err, st, "log %" PRIu32 " (%s): %s", at.index,
			       abi_event_name(ev.kind), why.text);
	p->tx_events++;
	return DC_OK;
}
