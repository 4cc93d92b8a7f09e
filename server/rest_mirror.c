/*
 * The models of 0xDeCA10B's contracts in the shapes of our own: the same
 * routes, origin "0xdeca10b". There the chain judges: no verdicts, no
 * checkpoints, no claims of ours.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/fx9.h"
#include "oracle/mirrors.h"
#include "server/predict_body.h"
#include "server/rest.h"
#include "sql/accuracy.h"

#define PAGE_DEFAULT 50
#define PAGE_MOST 500
#define POINTS_MAX 512		/* of an accuracy curve */
#define CHUNK 256

static void put_u64(struct json_out *j, const char *name, uint64_t v)
{
	json_put_key(j, name);
	json_put_u64(j, v);
}

static void put_wei(struct json_out *j, const char *name, struct wei v)
{
	json_put_key(j, name);
	json_put_wei(j, v);
}

static void put_text(struct json_out *j, const char *name, const char *text)
{
	json_put_key(j, name);
	json_put_text(j, text);
}

static void put_address(struct json_out *j, const char *name,
			const struct addr20 *a)
{
	json_put_key(j, name);
	json_put_address(j, a);
}

static void put_ratio(struct json_out *j, uint64_t right, uint64_t counted)
{
	if (counted == 0)
		json_put_null(j);
	else
		json_put_fx9(j, (int64_t)sql_accuracy_fx9(right, counted));
}

/* A fresh read of mirror i; the reply is made where there is none. */
static bool view(struct http_request *rq, struct http_reply *rp, size_t i,
		 struct mirror_view *v)
{
	struct app *a = rq->app;

	if (mirrors_view(a->mirrors, i, rq->arena, v))
		return true;
	http_problem(rq, rp, 503, "this model is being read from the chain");
	rp->retry_after_s = 1;
	return false;
}

/* ---- the model ---- */

/* Dearest one second after a contribution: costWeight * 3600. */
static struct wei dearest(const struct deca_parts *p)
{
	struct wei cap = p->rules.cost_weight_wei;

	if (!u256_mul(&cap.v, cap.v, u256_from_u64(3600)))
		cap.v = U256_MAX_;
	return cap;
}

static void put_incentive(struct json_out *j, const struct mirror_view *v)
{
	const struct deca_incentive *rules = &v->parts.rules;
	struct addr20 none = { { 0 } };

	json_put_key(j, "incentive");
	json_put_open(j, '{');
	put_text(j, "kind", rules->kind == DECA_STAKEABLE ? "stake"
							  : "points");
	put_address(j, "pool", &none);
	put_wei(j, "next_deposit_wei", v->next_deposit_wei);
	put_wei(j, "floor_wei", wei_from_u64(0));
	put_wei(j, "cap_wei", dearest(&v->parts));
	put_u64(j, "burst", 0);
	put_u64(j, "window_s", 0);
	put_u64(j, "refund_wait_s", rules->waits.refund_s);
	put_u64(j, "verdict_window_s", 0);
	put_u64(j, "challenge_s", 0);
	put_u64(j, "epoch_s", 0);
	put_u64(j, "owner_claim_wait_s", rules->waits.owner_claim_s);
	put_u64(j, "any_claim_wait_s", rules->waits.any_claim_s);
	put_u64(j, "fee_gwei", 0);
	put_u64(j, "reporter_share_bps", 0);
	put_u64(j, "max_sample_bytes", 0);
	json_put_close(j, '}');
}

static void put_identity(struct json_out *j, const struct mirror_view *v)
{
	const struct deca_parts *p = &v->parts;
	struct hash32 none = { { 0 } };

	put_address(j, "address", &p->trainer);
	put_text(j, "slug", v->slug);
	put_text(j, "name", p->name);
	put_text(j, "description", p->description);
	json_put_key(j, "spec");
	json_put_hash(j, &none);
	put_text(j, "spec_text", "");
	put_u64(j, "start_bytes", 0);
	put_text(j, "type", deca_ops(p->kind)->name);
	put_text(j, "encoder", p->encoder);
	put_u64(j, "features", v->features);
	put_address(j, "owner", &p->trainer);
	put_u64(j, "created_block", 0);
	json_put_key(j, "created_at");
	json_put_null(j);
	put_text(j, "origin", "0xdeca10b");
	json_put_key(j, "classes");
	json_put_open(j, '[');
	for (size_t i = 0; i < p->n_class; i++)
		json_put_text(j, p->class_name[i]);
	json_put_close(j, ']');
	put_text(j, "verdict_rule", NULL);
	json_put_key(j, "followed");
	json_put_bool(j, v->is_live);
	put_text(j, "refusal", v->is_live ? NULL : v->refusal);
}

static void put_as_of(struct json_out *j, const struct mirror_view *v)
{
	json_put_key(j, "as_of");
	json_put_open(j, '{');
	put_u64(j, "block", v->block.number);
	put_u64(j, "contributions", v->contributions);
	json_put_key(j, "state_root");
	json_put_null(j);
	json_put_close(j, '}');
}

/* How the mirror fares against the chain's own predict. */
static void put_audit(struct json_out *j, const struct mirror_view *v)
{
	json_put_key(j, "audit");
	json_put_open(j, '{');
	put_u64(j, "compared", v->stats.audited);
	put_u64(j, "differed", v->stats.differed);
	put_u64(j, "block", v->block.number);
	json_put_close(j, '}');
}

static void put_model(struct json_out *j, const struct mirror_view *v)
{
	json_put_open(j, '{');
	put_identity(j, v);
	put_incentive(j, v);
	put_u64(j, "contributions", v->contributions);
	put_u64(j, "contributors", v->contributors);
	put_u64(j, "judged", 0);
	json_put_key(j, "accuracy");
	json_put_open(j, '{');
	json_put_key(j, "progressive");
	put_ratio(j, v->stats.agreed_before, v->stats.contributions);
	json_put_key(j, "holdout");
	json_put_null(j);
	json_put_close(j, '}');
	put_wei(j, "held_wei", v->held_wei);
	put_wei(j, "paid_out_wei", v->paid_out_wei);
	put_as_of(j, v);
	json_put_key(j, "last_checkpoint");
	json_put_null(j);
	put_audit(j, v);
	json_put_close(j, '}');
}

static void mirror_model(struct http_request *rq, struct http_reply *rp,
		       size_t i)
{
	struct mirror_view v;
	struct json_out j;

	if (!view(rq, rp, i, &v))
		return;
	json_out_init(&j, &rp->body);
	put_model(&j, &v);
	rest_tag_body(rq, rp);
}

/* A search finds mirrors by their names, as it finds our own. */
static bool has_text(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static bool matches(const struct mirror_view *v,
		    const struct sql_models_filter *f)
{
	int kind = v->parts.rules.kind == DECA_STAKEABLE ? INCENTIVE_STAKE
							 : INCENTIVE_POINTS;

	if (f->kind >= 0 && f->kind != kind)
		return false;
	if (f->type != NULL &&
	    strcmp(f->type, deca_ops(v->parts.kind)->name) != 0)
		return false;
	return f->q == NULL || has_text(v->parts.name, f->q) ||
		has_text(v->parts.description, f->q);
}

void rest_mirror_put_all(struct rest *r, const struct sql_models_filter *f)
{
	struct mirrors *m = r->app->mirrors;
	struct mirror_view v;

	for (size_t i = 0; i < mirrors_count(m); i++)
		if (mirrors_view(m, i, r->arena, &v) && matches(&v, f))
			put_model(&r->j, &v);
}

/* ---- predict ---- */

static enum dc_status data_of(const int64_t **data, struct http_request *rq,
			      const struct encoder_input *in,
			      struct dc_err *err)
{
	int64_t *v;

	if (in->kind == ENCODER_FEATURES) {
		*data = in->feature;
		return DC_OK;
	}
	if (in->kind != ENCODER_INDICES)
		return dc_fail(err, DC_EINVAL, "this model's contract takes "
			       "features or indices, not texts");
	v = dc_arena_alloc(rq->arena, (in->n + 1) * sizeof(*v));
	for (size_t i = 0; i < in->n; i++)
		v[i] = (int64_t)in->index[i];
	*data = v;
	return DC_OK;
}

static const char *class_name(const struct mirror_view *v, uint64_t label)
{
	return label < v->parts.n_class ? v->parts.class_name[label] : "";
}

/* The contract tells a label and no scores. */
static void put_prediction(struct json_out *j, const struct mirror_view *v,
			   uint64_t label)
{
	put_u64(j, "label", label);
	put_text(j, "class", class_name(v, label));
	json_put_key(j, "scores");
	json_put_open(j, '{');
	json_put_close(j, '}');
}

static enum dc_status predict_all(struct http_request *rq, size_t i,
				  uint64_t *label,
				  const struct predict_body *body,
				  struct dc_err *err)
{
	struct app *a = rq->app;
	enum dc_status st = DC_OK;

	for (size_t k = 0; st == DC_OK && k < body->n; k++) {
		struct deca_prediction p = { .label = 0 };
		const int64_t *data = NULL;

		st = data_of(&data, rq, &body->input[k], err);
		if (st == DC_OK)
			st = mirrors_predict(a->mirrors, i, &p, data,
					     body->input[k].n, err);
		if (st == DC_OK && p.reason != DECA_DONE)
			st = dc_fail(err, DC_EINVAL, "the contract reverts: "
				     "%s", deca_reason_text(p.reason));
		label[k] = p.label;
	}
	return st;
}

static void write_predictions(struct json_out *j, const struct mirror_view *v,
			      const struct predict_body *body,
			      const uint64_t *label)
{
	json_put_open(j, '{');
	if (body->batch) {
		json_put_key(j, "predictions");
		json_put_open(j, '[');
	}
	for (size_t k = 0; k < body->n; k++) {
		if (body->batch)
			json_put_open(j, '{');
		put_prediction(j, v, label[k]);
		if (body->batch)
			json_put_close(j, '}');
	}
	if (body->batch)
		json_put_close(j, ']');
	put_as_of(j, v);
	json_put_close(j, '}');
}

static void mirror_predict(struct http_request *rq, struct http_reply *rp,
			 size_t i)
{
	struct dc_err err = DC_ERR_INIT;
	struct predict_body body;
	struct mirror_view v;
	struct json_out j;
	uint64_t *label = NULL;
	enum dc_status st;

	if (!view(rq, rp, i, &v))
		return;
	st = predict_body_read(&body, rq->arena, rq->body, rq->body_len,
			       &err);
	if (st == DC_OK && body.attest)
		st = dc_fail(&err, DC_EINVAL, "attest: a contract is asked, "
			     "it attests for itself");
	if (st == DC_OK) {
		label = dc_arena_alloc(rq->arena, body.n * sizeof(*label));
		st = predict_all(rq, i, label, &body, &err);
	}
	if (st == DC_EBUSY) {
		http_problem(rq, rp, 503, "%s", err.text);
		rp->retry_after_s = 1;
		return;
	}
	if (st != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	json_out_init(&j, &rp->body);
	write_predictions(&j, &v, &body, label);
}

/* ---- lists ---- */

static enum dc_status read_page(struct http_request *rq, uint64_t *after,
				uint64_t *limit, struct dc_err *err)
{
	const char *a = http_query(rq, "after"), *l = http_query(rq, "limit");
	enum dc_status st = DC_OK;

	*after = UINT64_MAX;
	*limit = PAGE_DEFAULT;
	if (a != NULL && *a != '\0')
		st = rest_uint(after, a, "after", 0, INT64_MAX, err);
	if (st == DC_OK && l != NULL)
		st = rest_uint(limit, l, "limit", 1, PAGE_MOST, err);
	return st;
}

static void put_next(struct json_out *j, bool more, uint64_t key)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, key);
	put_text(j, "next", more ? text : NULL);
}

static const char *state_name(enum mirror_state state)
{
	switch (state) {
	case MIRROR_PENDING:
		return "pending";
	case MIRROR_REFUNDED:
		return "refunded";
	case MIRROR_TAKEN:
		return "forfeited";
	}
	return "pending";
}

/* The members of one, without braces. */
static void put_contribution(struct json_out *j, const struct mirror_view *v,
			     const struct mirror_contribution *c, uint64_t id)
{
	put_u64(j, "id", id);
	put_address(j, "contributor", &c->contributor);
	put_u64(j, "label", c->label);
	put_text(j, "class", c->label < v->parts.n_class
		 ? class_name(v, c->label) : NULL);
	put_wei(j, "deposit_wei", c->deposit_wei);
	put_wei(j, "claimable_wei", c->claimable_wei);
	put_u64(j, "block", c->at.block);
	json_put_key(j, "tx");
	json_put_hash(j, &c->at.tx);
	json_put_key(j, "time");
	json_put_time(j, c->time_s);
	put_text(j, "state", state_name(c->state));
	json_put_key(j, "prediction_before");
	if (c->prediction == UINT64_MAX)
		json_put_null(j);
	else
		json_put_u64(j, c->prediction);
	put_text(j, "verdict", NULL);
	json_put_key(j, "verdict_epoch");
	json_put_null(j);
	json_put_key(j, "suspicion");
	json_put_null(j);
}

/* Newest first; `after` is the id that the page before ended with. */
static void mirror_contributions(struct http_request *rq,
			       struct http_reply *rp, size_t i)
{
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct mirror_contribution *c;
	struct mirror_view v;
	struct json_out j;
	uint64_t end, limit, from;
	size_t n;

	if (!view(rq, rp, i, &v))
		return;
	if (read_page(rq, &end, &limit, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	if (end > v.contributions)
		end = v.contributions;
	from = end > limit ? end - limit : 0;
	c = dc_arena_alloc(rq->arena, (limit + 1) * sizeof(*c));
	n = mirrors_contributions(a->mirrors, i, c, from, end - from);
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "contributions");
	json_put_open(&j, '[');
	for (size_t k = n; k > 0; k--) {
		json_put_open(&j, '{');
		put_contribution(&j, &v, &c[k - 1], from + k - 1);
		json_put_close(&j, '}');
	}
	json_put_close(&j, ']');
	put_next(&j, from > 0, from);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

static bool is_dense(const struct mirror_view *v)
{
	return v->parts.kind == DECA_DENSE_PERCEPTRON ||
		v->parts.kind == DECA_NEAREST_CENTROID;
}

/* The int64[] of addData: 8 bytes each in hex, and what they say. */
static void put_sample(struct json_out *j, const struct mirror_view *v,
		       const struct mirror_contribution *c,
		       struct dc_arena *arena)
{
	uint8_t *bytes = dc_arena_alloc(arena, c->n * 8 + 1);

	for (size_t i = 0; i < c->n * 8; i++)
		bytes[i] = (uint8_t)((uint64_t)c->data[i / 8] >>
				     (56 - 8 * (i % 8)));
	json_put_key(j, "sample");
	json_put_open(j, '{');
	json_put_key(j, "hex");
	json_put_bytes(j, bytes, c->n * 8);
	put_text(j, "kind", is_dense(v) ? "dense" : "binary");
	json_put_key(j, is_dense(v) ? "values" : "indices");
	json_put_open(j, '[');
	for (size_t i = 0; i < c->n; i++) {
		char text[FX9_TEXT_BYTES];

		fx9_format(text, c->data[i]);
		if (is_dense(v))
			json_put_text(j, text);
		else
			json_put_u64(j, c->data[i] < 0 ? 0
				     : (uint64_t)c->data[i]);
	}
	json_put_close(j, ']');
	json_put_close(j, '}');
}

static void mirror_contribution(struct http_request *rq,
				struct http_reply *rp, size_t i)
{
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct mirror_contribution c;
	struct mirror_view v;
	struct json_out j;
	uint64_t id;

	if (!view(rq, rp, i, &v))
		return;
	if (rest_uint(&id, rq->param[1], "id", 0, INT64_MAX, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	if (!mirrors_sample(a->mirrors, i, &c, rq->arena, id)) {
		http_problem(rq, rp, 404, "no such contribution");
		return;
	}
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	put_contribution(&j, &v, &c, id);
	put_address(&j, "model", &v.parts.trainer);
	put_sample(&j, &v, &c, rq->arena);
	put_text(&j, "text", NULL);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

static void put_person(struct json_out *j, const struct mirror_person *p,
		       uint64_t rank)
{
	json_put_open(j, '{');
	put_u64(j, "rank", rank);
	json_put_key(j, "previous_rank");
	json_put_null(j);
	put_address(j, "address", &p->address);
	put_u64(j, "karma", p->good);
	put_u64(j, "contributions", p->contributions);
	put_u64(j, "agreed", p->refunds);
	put_wei(j, "deposited_wei", p->deposited_wei);
	put_wei(j, "refunded_wei", p->refunded_wei);
	put_wei(j, "earned_wei", p->earned_wei);
	json_put_key(j, "last_seen");
	json_put_time(j, p->last_seen_s);
	json_put_key(j, "share");
	json_put_null(j);
	json_put_close(j, '}');
}

/* By good data (numValid), which is what the contract keeps of a person. */
static void mirror_leaderboard(struct http_request *rq, struct http_reply *rp,
			     size_t i)
{
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct mirror_person *p;
	struct json_out j;
	uint64_t from, limit;
	size_t n;

	if (read_page(rq, &from, &limit, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	if (from == UINT64_MAX)
		from = 0;
	p = dc_arena_alloc(rq->arena, (limit + 1) * sizeof(*p));
	n = mirrors_people(a->mirrors, i, p, from, limit + 1);
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	put_text(&j, "by", "karma");
	put_text(&j, "window", "all");
	json_put_key(&j, "entries");
	json_put_open(&j, '[');
	for (size_t k = 0; k < n && k < limit; k++)
		put_person(&j, &p[k], from + k + 1);
	json_put_close(&j, ']');
	put_next(&j, n > limit, from + limit);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

/* Of those that were mirrored: the contract keeps no earlier answers. */
static void put_curve(struct json_out *j, struct mirrors *m, size_t i,
		      uint64_t total)
{
	uint64_t every = total / POINTS_MAX + 1, right = 0, counted = 0;
	struct mirror_contribution c[CHUNK];
	size_t n;

	for (uint64_t at = 0; at < total; at += n) {
		n = mirrors_contributions(m, i, c, at, CHUNK);
		if (n == 0)
			return;
		for (size_t k = 0; k < n; k++) {
			if (c[k].prediction == UINT64_MAX)
				continue;
			counted++;
			right += c[k].prediction == c[k].label;
			if ((at + k) % every != 0 && at + k + 1 < total)
				continue;
			json_put_open(j, '[');
			json_put_u64(j, at + k);
			json_put_u64(j, c[k].at.block);
			json_put_time(j, c[k].time_s);
			put_ratio(j, right, counted);
			json_put_close(j, ']');
		}
	}
}

static void mirror_accuracy(struct http_request *rq, struct http_reply *rp,
			  size_t i)
{
	struct app *a = rq->app;
	struct mirror_view v;
	struct json_out j;

	if (!view(rq, rp, i, &v))
		return;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "progressive");
	json_put_open(&j, '[');
	put_curve(&j, a->mirrors, i, v.contributions);
	json_put_close(&j, ']');
	json_put_key(&j, "holdout");
	json_put_open(&j, '[');
	json_put_close(&j, ']');
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

/* No claims and no checkpoints of ours. */
static void mirror_deposits(struct http_request *rq, struct http_reply *rp,
			  size_t i)
{
	struct mirror_view v;
	struct json_out j;

	if (!view(rq, rp, i, &v))
		return;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	put_wei(&j, "held_wei", v.held_wei);
	json_put_key(&j, "claimable");
	json_put_open(&j, '[');
	json_put_close(&j, ']');
	put_text(&j, "next", NULL);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

static void mirror_checkpoints(struct http_request *rq, struct http_reply *rp,
			     size_t i)
{
	struct json_out j;

	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "checkpoints");
	json_put_open(&j, '[');
	json_put_close(&j, ']');
	put_text(&j, "next", NULL);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

/* ---- which of the two ---- */

/* ---- its file ---- */

/* Its sparse numbers are read as they are asked for: no list has them all. */
static void mirror_export(struct http_request *rq, struct http_reply *rp,
			  size_t i)
{
	http_problem(rq, rp, 400, "a mirrored model has no export: its "
		     "numbers stand in its contract");
}

/* One resource of {model}: a mirror's, or else our own. */
#define EITHER(resource) \
	void rest_either_##resource(struct http_request *rq, \
				    struct http_reply *rp) \
	{ \
		struct app *a = rq->app; \
		size_t i; \
 \
		if (mirrors_find(a->mirrors, &i, rq->param[0])) \
			mirror_##resource(rq, rp, i); \
		else \
			rest_##resource(rq, rp); \
	}

EITHER(model)
EITHER(predict)
EITHER(contributions)
EITHER(contribution)
EITHER(leaderboard)
EITHER(accuracy)
EITHER(deposits)
EITHER(checkpoints)
EITHER(export)
