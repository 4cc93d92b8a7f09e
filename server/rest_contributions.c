/* GET /v1/models/{model}/contributions and /contributions/{id} */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "models/verdict.h"
#include "server/rest.h"

enum dc_status rest_put_contribution(struct rest *r, struct rest_claims *k,
				     const struct registry_model *live,
				     const struct sql_contribution *c,
				     struct dc_err *err)
{
	struct json_out *j = &r->j;
	struct claim_answer refund;
	enum dc_status status = rest_claims_check(k, &refund, c, CLAIM_REFUND,
						  err);

	if (status != DC_OK)
		return status;
	json_put_key(j, "id");
	json_put_u64(j, c->is.id);
	json_put_key(j, "contributor");
	json_put_address(j, &c->is.contributor);
	json_put_key(j, "label");
	json_put_u64(j, c->is.label);
	json_put_key(j, "class");
	json_put_text(j, rest_class(r, k->model, live, c->is.label));
	json_put_key(j, "deposit_wei");
	json_put_wei(j, c->is.deposit_wei);
	json_put_key(j, "claimable_wei");
	json_put_wei(j, refund.pays_wei);
	json_put_key(j, "block");
	json_put_u64(j, c->log.block);
	json_put_key(j, "tx");
	json_put_hash(j, &c->log.tx);
	json_put_key(j, "time");
	json_put_time(j, c->log.time_s);
	json_put_key(j, "state");
	json_put_text(j, sql_state_name(c->now.state));
	json_put_key(j, "prediction_before");
	if (c->prediction_before < 0)
		json_put_null(j);
	else
		json_put_i64(j, c->prediction_before);
	json_put_key(j, "verdict");
	json_put_text(j, c->now.verdict == VERDICT_NONE ? NULL :
		      verdict_name(c->now.verdict));
	json_put_key(j, "verdict_epoch");
	if (c->now.verdict == VERDICT_NONE)
		json_put_null(j);
	else
		json_put_u64(j, c->now.verdict_epoch);
	json_put_key(j, "suspicion");
	json_put_ppm(j, c->suspicion_ppm);
	return DC_OK;
}

/* ---- many ---- */

/* A label by number or class name. */
static enum dc_status read_label(struct rest *r, int64_t *out,
				 const struct registry_model *live)
{
	const char *text = http_query(r->rq, "label");
	const struct model_spec *spec =
		live == NULL ? NULL : registry_info(live)->spec;
	uint32_t label;
	uint64_t number;

	*out = -1;
	if (text == NULL)
		return DC_OK;
	if (spec != NULL && spec_class_find(&label, spec, text)) {
		*out = label;
		return DC_OK;
	}
	if (rest_uint(&number, text, "label", 0, UINT32_MAX, NULL) != DC_OK)
		return dc_fail(&r->err, DC_EINVAL,
			       "label: neither a class nor a number");
	*out = (int64_t)number;
	return DC_OK;
}

static enum dc_status read_filter(struct rest *r,
				  struct sql_contributions_filter *out,
				  struct addr20 *address,
				  const struct registry_model *live)
{
	const char *contributor = http_query(r->rq, "contributor");
	const char *state = http_query(r->rq, "state");
	enum sql_state named = SQL_STATE_PENDING;

	if (contributor != NULL) {
		struct dc_err why = DC_ERR_INIT;

		if (addr20_parse(address, contributor, &why) != DC_OK)
			return dc_fail(&r->err, DC_EINVAL, "contributor: %s",
				       why.text);
	}
	if (state != NULL && !sql_state_parse(&named, state))
		return dc_fail(&r->err, DC_EINVAL, "state: no such state");
	out->contributor = contributor == NULL ? NULL : address;
	out->state = state == NULL ? -1 : (int)named;
	return read_label(r, &out->label, live);
}

static enum dc_status put_page(struct rest *r, const struct sql_model *m,
			       const struct registry_model *live,
			       const struct sql_contribution *found,
			       uint32_t n)
{
	struct rest_claims k;
	enum dc_status status = DC_OK;

	rest_claims_init(&k, r, m);
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; status == DC_OK && i < n; i++) {
		json_put_open(&r->j, '{');
		status = rest_put_contribution(r, &k, live, &found[i],
					       &r->err);
		json_put_close(&r->j, '}');
	}
	json_put_close(&r->j, ']');
	return status;
}

static enum dc_status write_contributions(struct rest *r)
{
	struct sql_contributions_filter filter;
	const struct registry_model *live;
	struct sql_contribution *found;
	char next[SQL_KEY_BYTES];
	struct addr20 address;
	struct sql_model m;
	struct sql_page page;
	uint32_t n;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK ||
	    read_filter(r, &filter, &address, live) != DC_OK ||
	    rest_page(r, &page, &r->err) != DC_OK)
		return r->err.status;
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	if (sql_contributions_page(r->chain, found, &n, next, m.row, &filter,
				   &page, r->arena, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "contributions");
	if (put_page(r, &m, live, found, n) != DC_OK)
		return r->err.status;
	rest_put_next(r, next);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_contributions(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_contributions(&r));
}

/* ---- one ---- */

static const char *kind_name(enum sample_kind kind)
{
	switch (kind) {
	case SAMPLE_BINARY: return "binary";
	case SAMPLE_VALUES: return "values";
	case SAMPLE_DENSE: return "dense";
	}
	return "unknown";
}

static void put_values(struct json_out *j, const struct sample *x)
{
	char text[FX9_TEXT_BYTES];

	json_put_key(j, "values");
	json_put_open(j, '[');
	for (uint32_t i = 0; i < x->count; i++) {
		fx9_format(text, x->value[i]);
		json_put_text(j, text);
	}
	json_put_close(j, ']');
}

/* The bytes, and what they say where they are canonical. */
static void put_sample(struct rest *r, const struct sql_model *m,
		       const struct sql_contribution *c)
{
	struct json_out *j = &r->j;
	struct sample x;

	json_put_key(j, "sample");
	json_put_open(j, '{');
	json_put_key(j, "hex");
	json_put_bytes(j, c->is.sample, c->is.sample_len);
	if (m->features <= UINT32_MAX &&
	    sample_decode(&x, r->loop->room, (uint32_t)m->features,
			  c->is.sample, c->is.sample_len)) {
		json_put_key(j, "kind");
		json_put_text(j, kind_name(x.kind));
		if (x.index != NULL) {
			json_put_key(j, "indices");
			json_put_open(j, '[');
			for (uint32_t i = 0; i < x.count; i++)
				json_put_u64(j, x.index[i]);
			json_put_close(j, ']');
		}
		if (x.value != NULL)
			put_values(j, &x);
	}
	json_put_close(j, '}');
}

/* A pruned sample comes from the chain; until it is here, the client is told
 * to come again.
 * Errors: DC_EBUSY the reply is made. */
static enum dc_status complete(struct rest *r, const struct sql_model *m,
			       struct sql_contribution *c)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status status = DC_ENOTFOUND;
	struct dc_buf b;

	if (!c->pruned)
		return DC_OK;
	dc_buf_init(&b, HTTP_PREDICT_BODY_MAX);
	if (r->app->samples != NULL)
		status = samples_get(r->app->samples, &b, &m->is.trainer, c,
				     &why);
	if (status == DC_OK) {
		c->is.sample = dc_arena_copy(r->arena, b.data, b.len);
		c->is.sample_len = b.len;
	} else {
		rest_later(r, status == DC_EBUSY ? 1 : SAMPLES_AGAIN_S,
			   "the sample was pruned and %s", status == DC_EBUSY
			   ? "is being fetched from the chain"
			   : "the node does not give it");
	}
	dc_buf_clear(&b);
	return status == DC_OK ? DC_OK : DC_EBUSY;
}

static enum dc_status write_contribution(struct rest *r)
{
	const struct registry_model *live;
	struct sql_contribution c;
	struct rest_claims k;
	struct sql_model m;
	const char *text;
	uint64_t id;
	bool found;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK ||
	    rest_uint(&id, r->rq->param[1], "id", 0, SQL_MAX_ID,
		      &r->err) != DC_OK ||
	    sql_contribution_get(r->chain, &c, &found, m.row, id, r->arena,
				 &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such contribution");
	if (complete(r, &m, &c) != DC_OK)
		return DC_EBUSY;
	rest_claims_init(&k, r, &m);
	json_put_open(&r->j, '{');
	if (rest_put_contribution(r, &k, live, &c, &r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "model");
	json_put_address(&r->j, &m.is.trainer);
	if (rest_is_mirror(&m))
		rest_mirror_put_sample(r, &m, &c);
	else
		put_sample(r, &m, &c);
	/* What was encoded is not on the chain. */
	if (rest_text_of(r, &text, &m.is.trainer, &c) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "text");
	json_put_text(&r->j, text);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_contribution(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_contribution(&r));
}
