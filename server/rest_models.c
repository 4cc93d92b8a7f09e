/* GET /v1/models, /v1/models/{model} */
#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "incentives/price.h"
#include "models/verdict.h"
#include "server/embedder.h"
#include "server/rest.h"
#include "sql/accuracy.h"

/* An address of any case, its checksum not looked at; no slug looks so. */
static bool read_address(struct addr20 *out, const char *name)
{
	return name[0] == '0' && name[1] == 'x' &&
	       strlen(name) == ADDR20_TEXT_BYTES - 1 &&
	       hex_decode(out->b, sizeof(out->b), name + 2, NULL) == DC_OK;
}

const struct registry_model *rest_find_live(struct app *a, const char *name)
{
	struct addr20 address;

	return read_address(&address, name) ?
		registry_find(a->registry, &address) :
		registry_find_slug(a->registry, name);
}

enum dc_status rest_find_model(struct rest *r, struct sql_model *out,
			       const struct registry_model **live,
			       struct dc_err *err)
{
	const char *name = r->rq->param[0];
	enum dc_status status = DC_OK;
	struct addr20 address;
	bool found = false;

	if (read_address(&address, name))
		status = sql_model_get(r->chain, out, &found, &address,
				       r->arena, err);
	else
		status = sql_model_by_slug(r->chain, out, &found, name,
					   r->arena, err);
	if (status != DC_OK)
		return status;
	if (!found)
		return dc_fail(err, DC_ENOTFOUND, "no such model");
	*live = registry_find(r->app->registry, &out->is.trainer);
	return DC_OK;
}

const char *rest_class(struct rest *r, const struct sql_model *m,
		       const struct registry_model *live, uint32_t label)
{
	const struct model_spec *spec =
		live == NULL ? NULL : registry_info(live)->spec;
	const struct sql_mirror *row;

	if (rest_is_mirror(m))
		return rest_mirror_row(r, &row, m, NULL) == DC_OK ?
			sql_mirror_class(row, label) : NULL;
	return spec == NULL || label >= spec->n_class ? NULL :
		spec->class_name[label];
}

static const char *incentive_name(enum incentive_kind kind)
{
	switch (kind) {
	case INCENTIVE_STAKE: return "stake";
	case INCENTIVE_POINTS: return "points";
	}
	return "unknown";
}

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

/* What a contribution costs now, and at most. */
static enum dc_status price_of(struct rest *r, const struct sql_model *m,
			       struct wei *price, struct wei *cap)
{
	const struct trainer_params *p = &m->is.params;
	struct price_level level = { m->totals.level, m->totals.level_time_s };
	const struct sql_mirror *row;

	*price = price_at(&level, p, r->head.time_s);
	*cap = p->cap_wei;
	if (!rest_is_mirror(m))
		return DC_OK;
	if (rest_mirror_row(r, &row, m, &r->err) != DC_OK)
		return r->err.status;
	*price = rest_mirror_price(m, row, r->head.time_s);
	*cap = rest_mirror_cap(row);
	return DC_OK;
}

static enum dc_status put_incentive(struct rest *r, const struct sql_model *m)
{
	const struct trainer_params *p = &m->is.params;
	struct json_out *j = &r->j;
	struct wei price, cap;

	if (price_of(r, m, &price, &cap) != DC_OK)
		return r->err.status;

	json_put_open(j, '{');
	put_text(j, "kind", incentive_name(m->is.kind));
	json_put_key(j, "pool");
	json_put_address(j, &p->pool);
	put_wei(j, "next_deposit_wei", price);
	put_wei(j, "floor_wei", p->floor_wei);
	put_wei(j, "cap_wei", cap);
	put_u64(j, "burst", p->burst);
	put_u64(j, "window_s", p->window_s);
	put_u64(j, "refund_wait_s", p->refund_wait_s);
	put_u64(j, "verdict_window_s", p->verdict_window_s);
	put_u64(j, "challenge_s", p->challenge_s);
	put_u64(j, "epoch_s", p->epoch_s);
	put_u64(j, "owner_claim_wait_s", p->owner_claim_wait_s);
	put_u64(j, "any_claim_wait_s", p->any_claim_wait_s);
	put_u64(j, "fee_gwei", p->fee_gwei);
	put_u64(j, "reporter_share_bps", p->reporter_share_bps);
	put_u64(j, "max_sample_bytes", p->max_sample_bytes);
	json_put_close(j, '}');
	return DC_OK;
}

static void put_accuracy(struct json_out *j, const char *name, uint64_t right,
			 uint64_t counted)
{
	json_put_key(j, name);
	if (counted == 0)
		json_put_null(j);
	else
		json_put_fx9(j, (int64_t)sql_accuracy_fx9(right, counted));
}

static enum dc_status put_classes(struct rest *r, const struct sql_model *m,
				  const struct registry_model *live)
{
	const struct model_spec *spec =
		live == NULL ? NULL : registry_info(live)->spec;

	if (rest_is_mirror(m))
		return rest_mirror_put_classes(r, m);
	json_put_key(&r->j, "classes");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; spec != NULL && i < spec->n_class; i++)
		json_put_text(&r->j, spec->class_name[i]);
	json_put_close(&r->j, ']');
	put_text(&r->j, "verdict_rule",
		 spec == NULL ? NULL : spec->verdict->choice.name);
	return DC_OK;
}

static void put_as_of(struct rest *r, const struct sql_model *m)
{
	const struct sql_model_totals *t = &m->totals;

	json_put_key(&r->j, "as_of");
	json_put_open(&r->j, '{');
	put_u64(&r->j, "block", r->head.number);
	put_u64(&r->j, "contributions", t->count);
	json_put_key(&r->j, "state_root");
	if (t->has_root && t->root_count == t->count)
		json_put_hash(&r->j, &t->root);
	else
		json_put_null(&r->j);
	json_put_close(&r->j, '}');
}

static enum dc_status put_last_checkpoint(struct rest *r,
					  const struct sql_model *m)
{
	struct sql_checkpoint last;
	bool found = false;

	if (m->totals.has_checkpoint) {
		enum dc_status status = sql_checkpoint_get(r->chain, &last,
			&found, m->row, m->totals.checkpoint_epoch, r->arena,
			&r->err);

		if (status != DC_OK)
			return status;
	}
	json_put_key(&r->j, "last_checkpoint");
	if (!found) {
		json_put_null(&r->j);
		return DC_OK;
	}
	json_put_open(&r->j, '{');
	put_u64(&r->j, "epoch", last.is.epoch);
	put_u64(&r->j, "block", last.log.block);
	json_put_key(&r->j, "tx");
	json_put_hash(&r->j, &last.log.tx);
	json_put_close(&r->j, '}');
	return DC_OK;
}

/* Whether this daemon predicts with it, and why not. */
static enum dc_status put_followed(struct rest *r, const struct sql_model *m,
				   const struct registry_model *live)
{
	bool followed = live != NULL && registry_state(live) == REGISTRY_LIVE;

	if (rest_is_mirror(m))
		return rest_mirror_put_state(r, m);
	json_put_key(&r->j, "followed");
	json_put_bool(&r->j, followed);
	put_text(&r->j, "refusal",
		 followed || live == NULL ? NULL :
		 registry_info(live)->refusal);
	return DC_OK;
}

static void put_identity(struct rest *r, const struct sql_model *m)
{
	struct json_out *j = &r->j;
	size_t lines;

	json_put_key(j, "address");
	json_put_address(j, &m->is.trainer);
	put_text(j, "slug", m->slug);
	put_text(j, "name", m->is.name);
	put_text(j, "description", m->is.description);
	json_put_key(j, "spec");
	json_put_hash(j, &m->is.spec_hash);
	json_put_key(j, "spec_text");
	lines = spec_lines_len(m->is.spec, m->is.spec_len);
	json_put_text_n(j, m->is.spec, lines);
	put_u64(j, "start_bytes", m->is.spec_len - lines);
	put_text(j, "type", m->type);
	put_text(j, "encoder", m->is.encoder);
	put_u64(j, "features", m->features);
	json_put_key(j, "owner");
	json_put_address(j, &m->is.owner);
	put_u64(j, "created_block", m->created.block);
	json_put_key(j, "created_at");
	json_put_time(j, m->created.time_s);
	put_text(j, "origin", m->origin == SQL_ORIGIN_DECAID ? "decaid" :
		 "0xdeca10b");
}

/* Who embeds its texts, and whether this daemon asks there. */
static void put_embedding(struct rest *r, const struct registry_model *live)
{
	const struct model_spec *spec =
		live == NULL ? NULL : registry_info(live)->spec;
	struct json_out *j = &r->j;

	json_put_key(j, "embedding");
	if (spec == NULL || encoder_dimension(spec) == 0) {
		json_put_null(j);
		return;
	}
	json_put_open(j, '{');
	put_text(j, "service", spec->service);
	put_text(j, "model", spec->service_model);
	put_u64(j, "dimension", encoder_dimension(spec));
	json_put_key(j, "served");
	json_put_bool(j, embedder_knows(r->app->embedder, spec));
	json_put_close(j, '}');
}

static enum dc_status put_model(struct rest *r, const struct sql_model *m)
{
	const struct registry_model *live =
		registry_find(r->app->registry, &m->is.trainer);
	const struct sql_model_totals *t = &m->totals;
	struct json_out *j = &r->j;
	enum dc_status status;

	json_put_open(j, '{');
	put_identity(r, m);
	put_embedding(r, live);
	if (put_classes(r, m, live) != DC_OK ||
	    put_followed(r, m, live) != DC_OK)
		return r->err.status;
	json_put_key(j, "incentive");
	if (put_incentive(r, m) != DC_OK)
		return r->err.status;
	put_u64(j, "contributions", t->count);
	put_u64(j, "contributors", t->contributors);
	put_u64(j, "judged", t->judged);
	json_put_key(j, "accuracy");
	json_put_open(j, '{');
	put_accuracy(j, "progressive", t->progressive_right,
		     t->progressive_counted);
	put_accuracy(j, "holdout", t->holdout_right, t->holdout_counted);
	json_put_close(j, '}');
	put_wei(j, "held_wei", t->held_wei);
	put_wei(j, "paid_out_wei", t->paid_out_wei);
	put_as_of(r, m);
	status = put_last_checkpoint(r, m);
	json_put_close(j, '}');
	return status;
}

/* ---- one ---- */

static enum dc_status write_model(struct rest *r)
{
	const struct registry_model *live;
	struct sql_model m;
	enum dc_status status = rest_find_model(r, &m, &live, &r->err);

	return status != DC_OK ? status : put_model(r, &m);
}

void rest_model(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_model(&r));
}

/* ---- many ---- */

static enum dc_status read_filter(struct rest *r,
				  struct sql_models_filter *out)
{
	static const char *const kinds[] = { "stake", "points" };
	static const char *const sorts[] = {
		"new", "accuracy", "contributions", "deposits", "name"
	};
	static const enum sql_models_sort sort_values[] = {
		SQL_MODELS_NEW, SQL_MODELS_ACCURACY, SQL_MODELS_CONTRIBUTIONS,
		SQL_MODELS_DEPOSITS, SQL_MODELS_NAME
	};
	const char *incentive = http_query(r->rq, "incentive");
	const char *sort = http_query(r->rq, "sort");
	unsigned kind = 0, order = 0;

	if (incentive != NULL &&
	    rest_choice(&kind, incentive, "incentive", kinds,
			DC_ARRAY_LEN(kinds), &r->err) != DC_OK)
		return DC_EINVAL;
	if (sort != NULL && rest_choice(&order, sort, "sort", sorts,
					DC_ARRAY_LEN(sorts), &r->err) != DC_OK)
		return DC_EINVAL;
	out->q = http_query(r->rq, "q");
	out->type = http_query(r->rq, "type");
	out->kind = incentive == NULL ? -1 : (int)kind;
	out->sort = sort_values[order];
	return DC_OK;
}

static enum dc_status write_models(struct rest *r)
{
	struct sql_models_filter filter;
	char next[SQL_KEY_BYTES];
	struct sql_model *found;
	struct sql_page page;
	enum dc_status status;
	uint32_t n;

	if (read_filter(r, &filter) != DC_OK ||
	    rest_page(r, &page, &r->err) != DC_OK)
		return DC_EINVAL;
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	status = sql_models_page(r->chain, found, &n, next, &filter, &page,
				 r->arena, &r->err);
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "models");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; status == DC_OK && i < n; i++)
		status = put_model(r, &found[i]);
	if (status != DC_OK)
		return status;
	json_put_close(&r->j, ']');
	rest_put_next(r, next);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_models(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_models(&r));
}
