/* Attested predictions: from a request to the attester and back. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "server/attesting.h"
#include "sql/operators.h"

#define AGAIN_S 5	/* what is not so may be so soon */

/* ---- which state ---- */

/* The newest checkpoint that is effective by the chain's time: the last one
 * that was accepted, or, while that one is in challenge, the one before. */
static enum dc_status find_effective(struct rest *r, struct sql_checkpoint *c,
				     const struct sql_model *m)
{
	uint64_t below = INT64_MAX;
	bool found;

	do {
		if (sql_checkpoint_last(r->chain, c, &found, m->row, below,
					r->arena, &r->err) != DC_OK)
			return r->err.status;
		if (!found) {
			rest_later(r, AGAIN_S, "attest: no checkpoint of this "
				   "model is effective yet");
			return DC_EBUSY;
		}
		below = c->is.epoch;
	} while (c->effective_s > r->head.time_s);
	return DC_OK;
}

/* Is this daemon's attester an operator of the model's pool? */
static enum dc_status find_operator(struct rest *r, struct addr20 *owner,
				    const struct sql_model *m)
{
	const struct app *a = r->app;
	struct sql_operator o;
	bool found;

	if (a->attester == NULL)
		return dc_fail(&r->err, DC_EINVAL,
			       "attest: this daemon does not attest");
	if (!addr20_equal(&m->is.params.pool, &a->pool))
		return dc_fail(&r->err, DC_EINVAL, "attest: this daemon "
			       "belongs to another pool than the model");
	if (sql_operator_of_attester(r->chain, &o, &found, &a->pool,
				     attester_address(a->attester), r->arena,
				     &r->err) != DC_OK)
		return r->err.status;
	if (!found || o.slashed) {
		rest_later(r, AGAIN_S, "attest: this daemon's attester is no "
			   "operator of the model's pool");
		return DC_EBUSY;
	}
	*owner = o.owner;
	return DC_OK;
}

enum dc_status attesting_find(struct attester_state *out, struct rest *r,
			      const struct sql_model *m)
{
	struct sql_contribution last;
	struct sql_checkpoint c;
	bool found;

	memset(out, 0, sizeof(*out));
	if (find_operator(r, &out->owner, m) != DC_OK ||
	    find_effective(r, &c, m) != DC_OK)
		return r->told ? DC_EBUSY : r->err.status;
	if (sql_contribution_get(r->chain, &last, &found, m->row,
				 c.is.count - 1, r->arena, &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_EIO, "a checkpoint counts more "
			       "contributions than there are");
	out->trainer = m->is.trainer;
	out->epoch = c.is.epoch;
	out->count = c.is.count;
	out->record = last.record_hash;
	out->root = c.is.state_root;
	out->block = last.log.block;
	out->now_s = r->head.time_s;
	return DC_OK;
}

static bool find_state(struct attester_state *out, struct http_request *rq,
		       struct http_reply *rp)
{
	const struct registry_model *live;
	enum dc_status found;
	struct sql_model m;
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return false;
	found = rest_find_model(&r, &m, &live, &r.err);
	if (found == DC_OK)
		found = attesting_find(out, &r, &m);
	rest_close(&r, found);
	return found == DC_OK;
}

/* ---- wishing ---- */

/* The samples of p packed, as contributions are.
 * b  owns their bytes */
static enum dc_status pack(struct dc_buf *b, struct attester_sample **out,
			   const struct predicting *p, struct dc_arena *arena,
			   struct dc_err *err)
{
	struct attester_sample *x = dc_arena_alloc(arena, p->body.n *
						   sizeof(*x));
	size_t at = 0;

	for (size_t i = 0; i < p->body.n; i++) {
		sample_encode(b, &p->sample[i]);
		x[i].len = b->len - at;
		at = b->len;
	}
	if (dc_buf_failed(b))
		return dc_fail(err, DC_EINVAL, "too much to attest at once");
	at = 0;
	for (size_t i = 0; i < p->body.n; i++) {
		x[i].bytes = b->data + at;
		at += x[i].len;
	}
	*out = x;
	return DC_OK;
}

/* Why something failed is for the operator; what is told is that it did.
 * list  the samples' name where there are several, else NULL */
static void refuse(struct http_request *rq, struct http_reply *rp,
		   const char *list, const struct attester_no *no,
		   const struct dc_err *err)
{
	unsigned status = err->status == DC_EINVAL ? 400 : no->rate ? 429 : 503;

	switch (err->status) {
	case DC_EINVAL:
	case DC_ENOTFOUND:
	case DC_EBUSY:
		if (list != NULL && no->at < no->n)
			http_problem(rq, rp, status, "%s[%zu]: %s", list,
				     no->at, err->text);
		else
			http_problem(rq, rp, status, "attest: %s", err->text);
		break;
	case DC_OK:
	case DC_ECONFLICT:
	case DC_EIO:
	case DC_EREFUSED:
		dc_log(DC_LOG_DEBUG, "rest", "request=%s: %s", rq->id,
		       err->text);
		http_problem(rq, rp, 503, "attest: the prediction could not "
			     "be signed: try again");
		break;
	}
	if (status != 400)
		rp->retry_after_s = no->retry_after_s > 0 ?
			no->retry_after_s : AGAIN_S;
}

void attesting_wait_for(struct http_request *rq, struct http_reply *rp,
			const struct attester_state *of,
			const struct model_spec *spec,
			const struct attester_sample *x, size_t n)
{
	struct attester_no no;
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct attester_wish *w = NULL;

	if (attester_wish(&w, a->attester, of, spec, x, n, &no, &err) != DC_OK)
		refuse(rq, rp, NULL, &no, &err);
	else
		rp->wait = (struct http_wait){ attester_ready, attester_leave,
					       w, a->attest_ms != 0 ?
						  a->attest_ms :
						  APP_ATTEST_MS };
}

static void wish(struct predicting *p, struct http_request *rq,
		 struct http_reply *rp, const struct attester_state *of)
{
	struct dc_err err = DC_ERR_INIT;
	struct attester_sample *x = NULL;
	struct dc_buf b;

	dc_buf_init(&b, ATTESTER_WAITING_BYTES);
	if (pack(&b, &x, p, rq->arena, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		attesting_wait_for(rq, rp, of, p->spec, x, p->body.n);
	dc_buf_clear(&b);
}

void attesting_wish(struct predicting *p, struct http_request *rq,
		    struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct attester_state of;

	if (!find_state(&of, rq, rp))
		return;
	if (predicting_encode(p, rq, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		wish(p, rq, rp, &of);
}

/* ---- taking ---- */

/* list  as in refuse */
static bool grant(struct attester_answer *out, struct http_request *rq,
		  struct http_reply *rp, const char *list)
{
	struct attester_no no = { .retry_after_s = 1 };
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;

	if (!attester_ready(rq->waited))
		found = dc_fail(&err, DC_EBUSY, "the model's checkpoint is "
				"being computed: try again");
	else
		found = attester_grant(rq->waited, out, &no, &err);
	if (found != DC_OK)
		refuse(rq, rp, list, &no, &err);
	return found == DC_OK;
}

bool attesting_granted(struct attester_answer *out, struct http_request *rq,
		       struct http_reply *rp)
{
	return grant(out, rq, rp, NULL);
}

bool attesting_take(struct attester_answer *out, struct predicting *p,
		    struct http_request *rq, struct http_reply *rp)
{
	if (!grant(out, rq, rp, p->body.batch ? p->list : NULL))
		return false;
	DC_CHECK(out->n == p->body.n);
	p->scores = dc_arena_copy(rq->arena, out->scores, out->n *
				  p->spec->n_class * sizeof(*out->scores));
	p->label = dc_arena_alloc(rq->arena, out->n * sizeof(*p->label));
	for (size_t i = 0; i < out->n; i++)
		p->label[i] = out->is[i].label;
	p->as_of = (struct registry_as_of){ out->of.block, out->of.count,
					    true, out->of.root };
	return true;
}

/* ---- telling ---- */

void attesting_put(struct json_out *j, const struct app *a,
		   const struct attester_answer *of, size_t i)
{
	const struct attestation *is = &of->is[i];
	uint8_t bytes[EC_SIGNATURE_BYTES];

	ec_signature_write(bytes, &of->signature[i]);
	json_put_key(j, "attestation");
	json_put_open(j, '{');
	json_put_key(j, "operator");
	json_put_address(j, &of->of.owner);
	json_put_key(j, "attester");
	json_put_address(j, attester_address(a->attester));
	json_put_key(j, "sample_hash");
	json_put_hash(j, &is->sample);
	json_put_key(j, "issued_at");
	json_put_time(j, is->issued_s);
	json_put_key(j, "valid_until");
	json_put_time(j, is->expires_s);
	json_put_key(j, "signature");
	json_put_bytes(j, bytes, sizeof(bytes));
	json_put_close(j, '}');
}

void attesting_put_for(struct json_out *j, const struct app *a,
		       const struct attester_answer *of)
{
	struct gateway_status status;

	a->status(a->user, &status);
	json_put_key(j, "attested_for");
	json_put_open(j, '{');
	json_put_key(j, "chain_id");
	json_put_u64(j, status.chain_id);
	json_put_key(j, "pool");
	json_put_address(j, &a->pool);
	json_put_key(j, "model");
	json_put_address(j, &of->of.trainer);
	json_put_key(j, "epoch");
	json_put_u64(j, of->of.epoch);
	json_put_close(j, '}');
}
