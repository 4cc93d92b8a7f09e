/* Who may claim which deposit: GET /v1/models/{model}/deposits. */
#include "config.h"

#include <string.h>

#include "models/verdict.h"
#include "server/rest.h"

void rest_claims_init(struct rest_claims *k, struct rest *r,
		      const struct sql_model *m)
{
	memset(k, 0, sizeof(*k));
	k->r = r;
	k->model = m;
}

/* When the checkpoint was accepted that judged this epoch. */
static enum dc_status accepted_at(struct rest_claims *k, uint64_t *out,
				  uint64_t epoch, struct dc_err *err)
{
	struct rest *r = k->r;

	if (!k->known || k->epoch != epoch) {
		struct sql_checkpoint c;
		enum dc_status status;
		bool found;

		status = sql_checkpoint_get(r->chain, &c, &found,
					    k->model->row, epoch, r->arena,
					    err);
		if (status != DC_OK)
			return status;
		k->known = true;
		k->epoch = epoch;
		k->accepted_s = found && c.accepted ? c.log.time_s : 0;
	}
	*out = k->accepted_s;
	return DC_OK;
}

static bool is_settled(enum sql_state state)
{
	return state == SQL_STATE_REFUNDED || state == SQL_STATE_FORFEITED;
}

static enum dc_status make_record(struct rest_claims *k,
				  struct claim_record *out,
				  const struct sql_contribution *c,
				  struct dc_err *err)
{
	struct sql_late_range late;
	enum dc_status status;
	bool found;

	memset(out, 0, sizeof(*out));
	out->time_s = c->log.time_s;
	out->deposit_wei = c->is.deposit_wei;
	out->settled = is_settled(c->now.state);
	out->verdict = c->now.verdict;
	if (c->now.verdict == VERDICT_NONE)
		return DC_OK;
	status = accepted_at(k, &out->accepted_at_s, c->now.verdict_epoch,
			     err);
	if (status != DC_OK)
		return status;
	status = sql_late_range_find(k->r->chain, &late, &found,
				     k->model->row, c->is.id, err);
	if (status == DC_OK && found && late.from <= c->is.id) {
		out->in_late_range = true;
		out->accepted_at_s = late.accepted_s;
	}
	return status;
}

/* When an effective verdict, or else silence, allowed it. */
static uint64_t allowed_since(const struct trainer_params *p,
			      const struct claim_record *c, uint64_t now_s)
{
	uint64_t effective_s = c->accepted_at_s + p->challenge_s;

	if (c->verdict != VERDICT_NONE && now_s >= effective_s)
		return effective_s;
	return claim_deadline_s(p, c->time_s) + 1;
}

enum dc_status rest_claims_check(struct rest_claims *k,
				 struct claim_answer *out,
				 const struct sql_contribution *c,
				 enum claim_action action, struct dc_err *err)
{
	const struct trainer_params *p = &k->model->is.params;
	struct claim_actor actor = { action == CLAIM_REFUND, false };
	struct claim_record record;
	enum dc_status status;

	if (rest_is_mirror(k->model)) {		/* there the chain judges */
		*out = (struct claim_answer){
			.reason = CLAIM_NOT_JUDGED, .when_s = CLAIM_NEVER,
			.pays_wei = rest_mirror_left(c)
		};
		return DC_OK;
	}
	status = make_record(k, &record, c, err);
	if (status != DC_OK)
		return status;
	claim_check(out, p, action, actor, &record, k->r->head.time_s);
	if (out->reason == CLAIM_ALLOWED)
		out->when_s = allowed_since(p, &record, k->r->head.time_s);
	return DC_OK;
}

/* ---- deposits ---- */

/* From when on; what no time makes possible is null. */
static void put_when(struct rest *r, const char *name,
		     const struct claim_answer *a)
{
	json_put_key(&r->j, name);
	json_put_time(&r->j, a->when_s == CLAIM_NEVER ? 0 : a->when_s);
}

/* Why nobody can have it yet; NULL: somebody can. */
static const char *reason(const struct claim_answer *refund,
			  const struct claim_answer *report)
{
	if (refund->reason == CLAIM_ALLOWED || report->reason == CLAIM_ALLOWED)
		return NULL;
	return claim_reason_text(refund->reason);
}

static enum dc_status put_deposit(struct rest_claims *k,
				  const struct registry_model *live,
				  const struct sql_contribution *c)
{
	struct claim_answer refund, report;
	struct rest *r = k->r;
	struct json_out *j = &r->j;
	enum dc_status status;

	if (rest_is_mirror(k->model)) {
		rest_mirror_put_deposit(r, k->model, c);
		return DC_OK;
	}
	status = rest_claims_check(k, &refund, c, CLAIM_REFUND, &r->err);
	if (status == DC_OK)
		status = rest_claims_check(k, &report, c, CLAIM_REPORT,
					   &r->err);
	if (status != DC_OK)
		return status;
	json_put_open(j, '{');
	json_put_key(j, "id");
	json_put_u64(j, c->is.id);
	json_put_key(j, "contributor");
	json_put_address(j, &c->is.contributor);
	json_put_key(j, "deposit_wei");
	json_put_wei(j, c->is.deposit_wei);
	json_put_key(j, "verdict");
	json_put_text(j, c->now.verdict == VERDICT_NONE ? NULL :
		      verdict_name(c->now.verdict));
	put_when(r, "refundable_at", &refund);
	put_when(r, "reportable_at", &report);
	json_put_key(j, "deadline");
	json_put_time(j, claim_deadline_s(&k->model->is.params,
					  c->log.time_s));
	json_put_key(j, "reason");
	json_put_text(j, reason(&refund, &report));
	json_put_close(j, '}');
	return DC_OK;
}

enum dc_status rest_put_rows(struct rest *r, const struct sql_model *m,
			     const struct registry_model *live,
			     const char *name, rest_rows_read *rows,
			     rest_row_put *put)
{
	struct sql_contribution *found;
	char next[SQL_KEY_BYTES];
	struct rest_claims k;
	struct sql_page page;
	uint32_t n;

	if (rest_page(r, &page, &r->err) != DC_OK)
		return r->err.status;
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	if (rows(r->chain, found, &n, next, m->row, &page, r->arena,
		 &r->err) != DC_OK)
		return r->err.status;
	rest_claims_init(&k, r, m);
	json_put_key(&r->j, name);
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++)
		if (put(&k, live, &found[i]) != DC_OK)
			return r->err.status;
	json_put_close(&r->j, ']');
	rest_put_next(r, next);
	return DC_OK;
}

static enum dc_status write_deposits(struct rest *r)
{
	const struct registry_model *live;
	struct sql_model m;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "held_wei");
	json_put_wei(&r->j, m.totals.held_wei);
	if (rest_put_rows(r, &m, live, "claimable", sql_contributions_held,
			  put_deposit) != DC_OK)
		return r->err.status;
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_deposits(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_deposits(&r));
}
