/*
 * Money: what the chain paid, beside what our rules say it should have. The
 * chain is right in any case: a difference is said loudly and counted, and
 * the books follow the chain.
 */

#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "incentives/claim.h"
#include "oracle/pipeline_core.h"
#include "sql/events.h"

void pipe_mismatch(struct pipeline *p, const struct pipe_model *m,
		   const struct log_ref *at, const char *fmt, ...)
{
	char what[128];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	standing_mismatch(p->standing);
	dc_log(DC_LOG_BROKEN, "oracle", "not by our rules: %s model=%s "
	       "block=%" PRIu64 " log=%" PRIu32, what, m->row.slug, at->block,
	       at->index);
}

/* Less what goes; nothing is left where that is more than there was. */
static void take_from(struct wei *pile, struct wei amount)
{
	if (!wei_sub(pile, *pile, amount))
		*pile = wei_from_u64(0);
}

static enum dc_status put_on(struct wei *pile, struct wei amount,
			     struct dc_err *err)
{
	if (!wei_add(pile, *pile, amount))
		return dc_fail(err, DC_EINVAL, "amounts pass 2^256");
	return DC_OK;
}

static struct sql_contributor_delta delta_at(const struct log_ref *at)
{
	return (struct sql_contributor_delta){
		.block = at->block, .log = at->index, .time_s = at->time_s
	};
}

/* --- the contribution that is claimed ----------------------------------- */

static bool is_settled(const struct sql_contribution *c)
{
	return c->now.state == SQL_STATE_REFUNDED ||
		c->now.state == SQL_STATE_FORFEITED;
}

static enum dc_status get_claimed(struct pipeline *p,
				  const struct pipe_model *m,
				  struct sql_contribution *c, uint64_t id,
				  struct dc_err *err)
{
	bool found;
	enum dc_status st = sql_contribution_get(p->db, c, &found, m->row.row,
						 id, p->scratch, err);

	if (st == DC_OK && !found)
		st = dc_fail(err, DC_ECONFLICT, "a claim on contribution %"
			     PRIu64 " of %s, which never came: the node drops "
			     "logs", id, m->row.slug);
	return st;
}

/* What a claim's rules look at. */
static enum dc_status claim_record_of(struct pipeline *p,
				      const struct pipe_model *m,
				      struct claim_record *out,
				      const struct sql_contribution *c,
				      struct dc_err *err)
{
	const struct sql_model_totals *t = &m->row.totals;
	struct sql_late_range range;
	bool found;
	enum dc_status st;

	st = sql_late_range_find(p->db, &range, &found, m->row.row, c->is.id,
				 err);
	if (st != DC_OK)
		return st;
	*out = (struct claim_record){
		.time_s = c->log.time_s, .deposit_wei = c->is.deposit_wei,
		.settled = is_settled(c), .verdict = VERDICT_NONE,
		.in_late_range = found && range.from <= c->is.id
	};
	if (c->is.id < t->judged || (t->has_checkpoint &&
				     c->is.id < t->checkpoint_judged))
		out->verdict = c->now.verdict;
	if (out->in_late_range)
		out->accepted_at_s = range.accepted_s;
	else if (c->is.id >= t->judged)
		out->accepted_at_s = t->checkpoint_accepted_s;
	return DC_OK;
}

static enum dc_status settle(struct pipeline *p, const struct pipe_model *m,
			     const struct sql_contribution *c,
			     enum sql_state state, struct wei paid,
			     const struct log_ref *at, struct dc_err *err)
{
	struct sql_settlement s = c->now;

	s.state = state;
	s.paid_wei = paid;
	s.settled_block = at->block;
	return sql_contribution_settle(p->db, m->row.row, c->is.id, &s, err);
}

/* --- shares ------------------------------------------------------------- */

static struct share_pool pool_of(const struct pipe_model *m)
{
	return (struct share_pool){
		.acc = m->row.totals.acc,
		.carry_wei = m->row.totals.carry_wei,
		.karma = m->row.totals.karma
	};
}

static void keep_pool(struct pipe_model *m, const struct share_pool *pool)
{
	m->row.totals.acc = pool->acc;
	m->row.totals.carry_wei = pool->carry_wei;
	m->row.totals.karma = pool->karma;
}

/* The account as it is in the database: what is tallied is written first. */
static enum dc_status get_account(struct pipeline *p,
				  const struct pipe_model *m,
				  struct share_account *out, bool *found,
				  const struct addr20 *who,
				  struct dc_err *err)
{
	struct sql_contributor row;
	enum dc_status st = tally_flush(p->tally, p->db, err);

	if (st == DC_OK)
		st = sql_contributor_get(p->db, &row, found, m->row.row, who,
					 err);
	if (st == DC_OK && *found)
		*out = (struct share_account){
			.karma = row.karma, .paid_acc = row.paid_acc,
			.owed_wei = row.owed_wei
		};
	return st;
}

static enum dc_status add_karma(struct pipeline *p, struct pipe_model *m,
				const struct addr20 *who, uint64_t karma,
				struct dc_err *err)
{
	struct share_pool pool = pool_of(m);
	struct share_account account;
	bool found;
	enum dc_status st = get_account(p, m, &account, &found, who, err);

	if (st != DC_OK)
		return st;
	if (!found || !share_karma_add(&pool, &account, karma))
		return dc_fail(err, DC_EINVAL, "karma that cannot be given");
	keep_pool(m, &pool);
	return sql_contributor_owe(p->db, m->row.row, who, &account.paid_acc,
				   account.owed_wei, err);
}

/* --- refund ------------------------------------------------------------- */

static enum dc_status check_refund(struct pipeline *p,
				   const struct pipe_model *m,
				   const struct ev_refunded *ev,
				   const struct sql_contribution *c,
				   const struct log_ref *at,
				   struct dc_err *err)
{
	struct claim_actor actor = {
		.is_contributor = addr20_equal(&ev->contributor,
					       &c->is.contributor)
	};
	struct claim_record record;
	struct claim_answer answer;
	enum dc_status st = claim_record_of(p, m, &record, c, err);

	if (st != DC_OK)
		return st;
	claim_check(&answer, &m->row.is.params, CLAIM_REFUND, actor, &record,
		    at->time_s);
	if (answer.reason != CLAIM_ALLOWED)
		pipe_mismatch(p, m, at, "refund: %s",
			      claim_reason_text(answer.reason));
	else if (wei_compare(answer.pays_wei, ev->amount_wei) != 0)
		pipe_mismatch(p, m, at, "refund of another amount");
	else if (answer.karma != ev->karma)
		pipe_mismatch(p, m, at, "refund with other karma");
	return DC_OK;
}

static enum dc_status book_refund(struct pipeline *p, struct pipe_model *m,
				  const struct ev_refunded *ev,
				  const struct sql_contribution *c,
				  const struct log_ref *at,
				  struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct sql_contributor_delta d = delta_at(at);
	enum dc_status st;

	d.refunded_wei = ev->amount_wei;
	d.karma = (int64_t)ev->karma;
	take_from(&t->held_wei, c->is.deposit_wei);
	st = put_on(&t->paid_out_wei, ev->amount_wei, err);
	/* the account's share is counted with the karma it had: first that */
	if (st == DC_OK && ev->karma > 0)
		st = add_karma(p, m, &ev->contributor, ev->karma, err);
	if (st == DC_OK)
		st = tally_add(p->tally, m->row.row, &ev->contributor, &d,
			       err);
	if (ev->id >= t->judged && ev->id >= m->taken_back)
		m->taken_back = ev->id + 1;
	m->dirty = true;
	return st;
}

enum dc_status pipe_refunded(struct pipeline *p, struct pipe_model *m,
			     const struct ev_refunded *ev,
			     const struct log_ref *at, struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .kind = SQL_EVENT_REFUND, .model = m->row.row,
		.ref = ev->id, .account = ev->contributor,
		.contributor = ev->contributor,
		.amount_wei = ev->amount_wei, .karma = ev->karma
	};
	struct sql_contribution c;
	enum dc_status st = get_claimed(p, m, &c, ev->id, err);

	if (st == DC_OK)
		st = check_refund(p, m, ev, &c, at, err);
	if (st == DC_OK)
		st = book_refund(p, m, ev, &c, at, err);
	if (st == DC_OK)
		st = settle(p, m, &c, SQL_STATE_REFUNDED, ev->amount_wei, at,
			    err);
	return st == DC_OK ? sql_event_insert(p->db, &row, err) : st;
}

/* --- report and late claim ---------------------------------------------- */

/* Both take a condemned deposit; only a report shares it.
 * who  gets reward; shared goes to all who hold karma */
struct forfeit {
	enum claim_action action;
	uint64_t id;
	struct addr20 who, contributor;
	struct wei reward, shared;
};

static enum dc_status check_forfeit(struct pipeline *p,
				    const struct pipe_model *m,
				    const struct forfeit *f,
				    const struct sql_contribution *c,
				    const struct log_ref *at,
				    struct dc_err *err)
{
	struct claim_actor actor = {
		.is_contributor = addr20_equal(&f->who, &c->is.contributor),
		.is_owner = addr20_equal(&f->who, &m->row.is.owner)
	};
	struct claim_record record;
	struct claim_answer answer;
	enum dc_status st = claim_record_of(p, m, &record, c, err);

	if (st != DC_OK)
		return st;
	claim_check(&answer, &m->row.is.params, f->action, actor, &record,
		    at->time_s);
	if (answer.reason != CLAIM_ALLOWED)
		pipe_mismatch(p, m, at, "deposit taken: %s",
			      claim_reason_text(answer.reason));
	else if (wei_compare(answer.pays_wei, f->reward) != 0 ||
		 wei_compare(answer.shared_wei, f->shared) != 0)
		pipe_mismatch(p, m, at, "deposit taken in other parts");
	else if (!addr20_equal(&f->contributor, &c->is.contributor))
		pipe_mismatch(p, m, at, "deposit of somebody else");
	return DC_OK;
}

static enum dc_status share_out(struct pipe_model *m, struct wei amount,
				struct dc_err *err)
{
	struct share_pool pool = pool_of(m);

	if (!share_forfeit(&pool, amount))
		return dc_fail(err, DC_EINVAL, "shares pass 2^256");
	keep_pool(m, &pool);
	return DC_OK;
}

static enum dc_status book_forfeit(struct pipeline *p, struct pipe_model *m,
				   const struct forfeit *f,
				   const struct sql_contribution *c,
				   const struct log_ref *at,
				   struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct sql_contributor_delta d = delta_at(at);
	enum dc_status st;

	d.earned_wei = f->reward;
	take_from(&t->held_wei, c->is.deposit_wei);
	st = put_on(&t->paid_out_wei, f->reward, err);
	if (st == DC_OK)
		st = put_on(&t->forfeited_wei, f->reward, err);
	if (st == DC_OK)
		st = put_on(&t->forfeited_wei, f->shared, err);
	if (st == DC_OK && f->action == CLAIM_REPORT)
		st = share_out(m, f->shared, err);
	m->dirty = true;
	return st == DC_OK ? tally_add(p->tally, m->row.row, &f->who, &d, err)
		: st;
}

static enum dc_status forfeit(struct pipeline *p, struct pipe_model *m,
			      const struct forfeit *f,
			      enum sql_event_kind kind,
			      const struct log_ref *at, struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .kind = kind, .model = m->row.row, .ref = f->id,
		.account = f->who, .contributor = f->contributor,
		.amount_wei = f->reward, .shared_wei = f->shared
	};
	struct sql_contribution c;
	enum dc_status st = get_claimed(p, m, &c, f->id, err);

	if (st == DC_OK)
		st = check_forfeit(p, m, f, &c, at, err);
	if (st == DC_OK)
		st = book_forfeit(p, m, f, &c, at, err);
	if (st == DC_OK)
		st = settle(p, m, &c, SQL_STATE_FORFEITED, f->reward, at,
			    err);
	return st == DC_OK ? sql_event_insert(p->db, &row, err) : st;
}

enum dc_status pipe_reported(struct pipeline *p, struct pipe_model *m,
			     const struct ev_reported *ev,
			     const struct log_ref *at, struct dc_err *err)
{
	struct forfeit f = {
		.action = CLAIM_REPORT, .id = ev->id, .who = ev->reporter,
		.contributor = ev->contributor, .reward = ev->reward_wei,
		.shared = ev->shared_wei
	};

	return forfeit(p, m, &f, SQL_EVENT_REPORT, at, err);
}

enum dc_status pipe_late_claimed(struct pipeline *p, struct pipe_model *m,
				 const struct ev_late_claimed *ev,
				 const struct log_ref *at, struct dc_err *err)
{
	struct forfeit f = {
		.action = CLAIM_LATE, .id = ev->id, .who = ev->claimant,
		.contributor = ev->contributor, .reward = ev->amount_wei,
		.shared = wei_from_u64(0)
	};

	return forfeit(p, m, &f, SQL_EVENT_LATE_CLAIM, at, err);
}

/* --- rewards ------------------------------------------------------------ */

static enum dc_status pay_rewards(struct pipeline *p, struct pipe_model *m,
				  const struct ev_rewards_claimed *ev,
				  const struct log_ref *at,
				  struct dc_err *err)
{
	struct sql_contributor_delta d = delta_at(at);
	struct share_pool pool = pool_of(m);
	struct share_account account;
	struct wei due = wei_from_u64(0);
	bool found;
	enum dc_status st = get_account(p, m, &account, &found, &ev->account,
					err);

	if (st != DC_OK)
		return st;
	if (found)
		due = share_claim(&pool, &account);
	if (wei_compare(due, ev->amount_wei) != 0)
		pipe_mismatch(p, m, at, "rewards of another amount");
	if (!found)		/* a stranger took the nothing he is owed */
		return DC_OK;
	d.earned_wei = ev->amount_wei;
	st = sql_contributor_owe(p->db, m->row.row, &ev->account,
				 &account.paid_acc, account.owed_wei, err);
	return st == DC_OK ? tally_add(p->tally, m->row.row, &ev->account,
				       &d, err) : st;
}

enum dc_status pipe_rewards_claimed(struct pipeline *p, struct pipe_model *m,
				    const struct ev_rewards_claimed *ev,
				    const struct log_ref *at,
				    struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .kind = SQL_EVENT_REWARD, .model = m->row.row,
		.account = ev->account, .amount_wei = ev->amount_wei
	};
	enum dc_status st = pay_rewards(p, m, ev, at, err);

	if (st == DC_OK)
		st = put_on(&m->row.totals.paid_out_wei, ev->amount_wei, err);
	m->dirty = true;
	return st == DC_OK ? sql_event_insert(p->db, &row, err) : st;
}
