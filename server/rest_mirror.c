/*
 * The models of 0xDeCA10B's contracts in the shapes of our own: the same
 * routes, origin "0xdeca10b". There the chain judges: no verdicts, no
 * checkpoints, no claims of ours. What people did is in chain.db; what the
 * model says and how its audit fares, its mirror knows.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "incentives/deca_incentive.h"
#include "models/fx9.h"
#include "server/mirror_ask.h"
#include "server/predict_body.h"
#include "server/rest.h"
#include "sql/mirrors.h"

static void put_u64(struct json_out *j, const char *name, uint64_t v)
{
	json_put_key(j, name);
	json_put_u64(j, v);
}

static void put_text(struct json_out *j, const char *name, const char *text)
{
	json_put_key(j, name);
	json_put_text(j, text);
}

/* ---- what is in the database ---- */

bool rest_is_mirror(const struct sql_model *m)
{
	return m->origin == SQL_ORIGIN_0XDECA10B;
}

enum dc_status rest_mirror_row(struct rest *r, const struct sql_mirror **out,
			       const struct sql_model *m, struct dc_err *err)
{
	struct sql_mirror *row;
	bool found;
	enum dc_status st;

	if (r->mirror == NULL || r->mirror->model != m->row) {
		row = dc_arena_alloc(r->arena, sizeof(*row));
		st = sql_mirror_get(r->chain, row, &found, m->row, r->arena,
				    err);
		if (st == DC_OK && !found)
			st = dc_fail(err, DC_EIO, "mirror is missing");
		if (st != DC_OK)
			return st;
		r->mirror = row;
	}
	*out = r->mirror;
	return DC_OK;
}

struct wei rest_mirror_left(const struct sql_contribution *c)
{
	struct wei left = wei_from_u64(0);

	if (c->now.state == SQL_STATE_PENDING)
		(void)!wei_sub(&left, c->is.deposit_wei, c->now.paid_wei);
	return left;
}

/* ---- the model ---- */

/* costWeight * 3600: one second after a contribution. */
struct wei rest_mirror_cap(const struct sql_mirror *row)
{
	struct wei cap = row->cost_weight_wei;

	if (!u256_mul(&cap.v, cap.v, u256_from_u64(3600)))
		cap.v = u256_not(u256_from_u64(0));
	return cap;
}

struct wei rest_mirror_price(const struct sql_model *m,
			     const struct sql_mirror *row, uint64_t now_s)
{
	const struct deca_incentive rules = {
		.kind = m->is.kind == INCENTIVE_STAKE ? DECA_STAKEABLE
						      : DECA_POINTS,
		.cost_weight_wei = row->cost_weight_wei,
		.last_update_s = u256_from_u64(m->totals.level_time_s),
	};
	struct wei price;

	if (deca_incentive_cost(&price, &rules, u256_from_u64(now_s)) !=
	    DECA_DONE)
		return wei_from_u64(0);
	return price;
}

/* The mirror that this daemon keeps; false: none, or not read yet, view's
 * refusal says why. */
static bool find_view(struct rest *r, const struct sql_model *m,
		      struct mirror_view *v)
{
	size_t i;

	*v = (struct mirror_view){ .refusal = "it is not kept here" };
	return mirrors_find(r->app->mirrors, &i, &m->is.trainer) &&
		mirrors_view(r->app->mirrors, i, r->arena, v);
}

enum dc_status rest_mirror_put_state(struct rest *r,
				     const struct sql_model *m)
{
	const struct sql_mirror *row;
	struct mirror_view v;
	bool is_read, is_live;

	if (rest_mirror_row(r, &row, m, &r->err) != DC_OK)
		return r->err.status;
	is_read = find_view(r, m, &v);
	is_live = is_read && v.is_live && *row->refusal == '\0';
	json_put_key(&r->j, "followed");
	json_put_bool(&r->j, is_live);
	put_text(&r->j, "refusal", is_live ? NULL :
		 *row->refusal != '\0' ? row->refusal :
		 *v.refusal != '\0' ? v.refusal :
		 "it is being read from the chain");
	json_put_key(&r->j, "audit");	/* against the chain's own predict */
	json_put_open(&r->j, '{');
	put_u64(&r->j, "compared", is_read ? v.stats.audited : 0);
	put_u64(&r->j, "differed", is_read ? v.stats.differed : 0);
	put_u64(&r->j, "block", is_read ? v.block.number : 0);
	json_put_close(&r->j, '}');
	return DC_OK;
}

enum dc_status rest_mirror_put_classes(struct rest *r,
				       const struct sql_model *m)
{
	const struct sql_mirror *row;
	const char *name;

	if (rest_mirror_row(r, &row, m, &r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "classes");
	json_put_open(&r->j, '[');
	for (uint64_t i = 0; (name = sql_mirror_class(row, i)) != NULL; i++)
		json_put_text(&r->j, name);
	json_put_close(&r->j, ']');
	put_text(&r->j, "verdict_rule", NULL);
	return DC_OK;
}

/* ---- a contribution ---- */

static bool is_dense(const struct sql_model *m)
{
	enum deca_kind kind;

	return deca_kind_find(&kind, m->type) &&
		(kind == DECA_DENSE_PERCEPTRON ||
		 kind == DECA_NEAREST_CENTROID);
}

static int64_t number_at(const uint8_t *bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | bytes[i];
	return (int64_t)v;
}

/* Numbers of a dense sample in units of 10^-9; else indices, and a negative
 * one is as the contract has it, no index. */
void rest_mirror_put_sample(struct rest *r, const struct sql_model *m,
			    const struct sql_contribution *c)
{
	bool dense = is_dense(m);
	char text[FX9_TEXT_BYTES];

	json_put_key(&r->j, "sample");
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "hex");
	json_put_bytes(&r->j, c->is.sample, c->is.sample_len);
	put_text(&r->j, "kind", dense ? "dense" : "binary");
	json_put_key(&r->j, dense ? "values" : "indices");
	json_put_open(&r->j, '[');
	for (size_t i = 0; i + 8 <= c->is.sample_len; i += 8) {
		int64_t v = number_at(c->is.sample + i);

		if (!dense) {
			json_put_i64(&r->j, v);
			continue;
		}
		fx9_format(text, v);
		json_put_text(&r->j, text);
	}
	json_put_close(&r->j, ']');
	json_put_close(&r->j, '}');
}

/* ---- deposits ---- */

static void put_time(struct json_out *j, const char *name, uint64_t t)
{
	json_put_key(j, name);
	json_put_time(j, t);
}

/* Whether a claim succeeds, the contract's model says when it is made. */
void rest_mirror_put_deposit(struct rest *r, const struct sql_model *m,
			     const struct sql_contribution *c)
{
	const struct trainer_params *p = &m->is.params;
	uint64_t ripe_s = c->log.time_s + p->refund_wait_s;
	struct json_out *j = &r->j;

	json_put_open(j, '{');
	put_u64(j, "id", c->is.id);
	json_put_key(j, "contributor");
	json_put_address(j, &c->is.contributor);
	json_put_key(j, "deposit_wei");
	json_put_wei(j, rest_mirror_left(c));
	put_text(j, "verdict", NULL);
	put_time(j, "refundable_at", ripe_s);
	put_time(j, "reportable_at", ripe_s);
	put_time(j, "deadline", c->log.time_s + p->any_claim_wait_s);
	put_text(j, "reason", r->head.time_s < ripe_s ?
		 "the contract's waiting time is not over" :
		 "the contract asks its model when it is claimed");
	json_put_close(j, '}');
}

/* ---- predict ---- */

static void put_as_of(struct json_out *j, const struct mirror_ask *a)
{
	json_put_key(j, "as_of");
	json_put_open(j, '{');
	put_u64(j, "block", a->view.block.number);
	put_u64(j, "contributions", a->model.totals.count);
	json_put_key(j, "state_root");
	json_put_null(j);
	json_put_close(j, '}');
}

/* The contract tells a label and no scores. */
static void put_prediction(struct json_out *j, const struct mirror_ask *a,
			   uint64_t label)
{
	put_u64(j, "label", label);
	put_text(j, "class", mirror_ask_class(a, label));
	json_put_key(j, "scores");
	json_put_open(j, '{');
	json_put_close(j, '}');
}

static void write_predictions(struct json_out *j, const struct mirror_ask *a,
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
		put_prediction(j, a, label[k]);
		if (body->batch)
			json_put_close(j, '}');
	}
	if (body->batch)
		json_put_close(j, ']');
	put_as_of(j, a);
	json_put_close(j, '}');
}

static enum dc_status write_answer(struct rest *r)
{
	struct predict_body body;
	struct mirror_ask a;
	uint64_t *label;
	enum dc_status st;

	st = mirror_ask_begin(&a, r, &r->err);
	if (st == DC_OK)
		st = predict_body_read(&body, r->arena, r->rq->body,
				       r->rq->body_len, &r->err);
	if (st == DC_OK && body.attest)
		st = dc_fail(&r->err, DC_EINVAL, "attest: a contract is "
			     "asked, it attests for itself");
	if (st != DC_OK)
		return st;
	label = dc_arena_alloc(r->arena, (body.n + 1) * sizeof(*label));
	st = mirror_ask(&a, label, body.input, body.n,
			body.batch ? "inputs" : NULL, &r->err);
	if (st == DC_OK)
		write_predictions(&r->j, &a, &body, label);
	return st;
}

void rest_mirror_predict(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open_untagged(&r, rq, rp))
		rest_close(&r, write_answer(&r));
}
