/* What may be bad data, and what reporting it earns:
 * GET /v1/models/{model}/suspects. */
#include "config.h"

#include "models/verdict.h"
#include "server/rest.h"

/* From when on it can be reported. While it has no verdict, that is the
 * earliest time at which it could; never: null. */
static uint64_t reportable_s(const struct rest_claims *k,
			     const struct sql_contribution *c,
			     const struct claim_answer *report)
{
	if (c->now.verdict == VERDICT_NONE)
		return claim_report_least_s(&k->model->is.params,
					    c->log.time_s);
	return report->when_s == CLAIM_NEVER ? 0 : report->when_s;
}

static void put_report(struct rest_claims *k, const struct sql_contribution *c,
		       const struct claim_answer *report)
{
	struct json_out *j = &k->r->j;
	bool now = report->reason == CLAIM_ALLOWED;

	json_put_key(j, "reward_wei");
	json_put_wei(j, now ? report->pays_wei :
		     claim_report_wei(&k->model->is.params,
				      c->is.deposit_wei));
	json_put_key(j, "reportable_at");
	json_put_time(j, reportable_s(k, c, report));
	json_put_key(j, "reason");
	json_put_text(j, now ? NULL : claim_reason_text(report->reason));
}

static enum dc_status put_suspect(struct rest_claims *k,
				  const struct registry_model *live,
				  const struct sql_contribution *c)
{
	struct claim_answer report;
	struct rest *r = k->r;
	struct json_out *j = &r->j;
	enum dc_status status = rest_claims_check(k, &report, c, CLAIM_REPORT,
						  &r->err);

	if (status != DC_OK)
		return status;
	json_put_open(j, '{');
	json_put_key(j, "id");
	json_put_u64(j, c->is.id);
	json_put_key(j, "contributor");
	json_put_address(j, &c->is.contributor);
	json_put_key(j, "label");
	json_put_u64(j, c->is.label);
	json_put_key(j, "class");
	json_put_text(j, rest_class(r, k->model, live, c->is.label));
	json_put_key(j, "suspicion");
	json_put_ppm(j, c->suspicion_ppm);
	json_put_key(j, "time");
	json_put_time(j, c->log.time_s);
	json_put_key(j, "deposit_wei");
	json_put_wei(j, c->is.deposit_wei);
	json_put_key(j, "state");
	json_put_text(j, sql_state_name(c->now.state));
	json_put_key(j, "verdict");
	json_put_text(j, c->now.verdict == VERDICT_NONE ? NULL :
		      verdict_name(c->now.verdict));
	put_report(k, c, &report);
	json_put_close(j, '}');
	return DC_OK;
}

static enum dc_status write_suspects(struct rest *r)
{
	const struct registry_model *live;
	struct sql_model m;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	if (rest_put_rows(r, &m, live, "suspects", sql_contributions_suspects,
			  put_suspect) != DC_OK)
		return r->err.status;
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_suspects(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_suspects(&r));
}
