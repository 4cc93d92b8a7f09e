/*
 * /api: the data service of 0xDeCA10B's demo, so that its dashboard runs on a
 * daemon: models, original texts, accuracy.
 * Source of the shapes: 0xDeCA10B, commit f97e40d, demo/server.js and
 * demo/client/src/storage/service-data-store.ts.
 *
 * What its server stores as anybody posts it comes from the chain here: the
 * models are the mirrors, accuracy is this daemon's own, and of texts those
 * are kept that encode to what was contributed (server/texts.h).
 */
#include "config.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "server/rest.h"
#include "server/texts.h"
#include "sql/accuracy.h"
#include "sql/texts.h"

#define MODELS_DEFAULT 10
#define MODELS_MAX 100
#define POINTS_MAX 500
#define AGAIN_S 10

/* ---- bodies ---- */

/* A JSON object, or a 400. The caller frees. */
static json_t *read_object(struct http_request *rq, struct http_reply *rp)
{
	json_error_t why;
	json_t *root = json_loadb(rq->body, rq->body_len,
				  JSON_REJECT_DUPLICATES, &why);

	if (json_is_object(root))
		return root;
	json_decref(root);
	http_problem(rq, rp, 400, "the body is not a JSON object");
	return NULL;
}

static void put_status(struct http_reply *rp, unsigned status,
		       const char *text)
{
	struct json_out j;

	rp->status = status;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "status");
	json_put_text(&j, text);
	json_put_close(&j, '}');
}

/* ---- models ---- */

/* A browser's word for nothing, in whichever of its versions. */
static const char *query(const struct rest *r, const char *name)
{
	const char *text = http_query(r->rq, name);

	if (text == NULL || *text == '\0' || strcmp(text, "null") == 0 ||
	    strcmp(text, "undefined") == 0)
		return NULL;
	return text;
}

/* Every one of its contracts has the interface of that name.
 * address  as it was asked for, which it is compared with; NULL: EIP-55 */
static void put_model(struct json_out *j, const struct sql_model *m,
		      const char *address)
{
	const struct sql_model_totals *t = &m->totals;

	json_put_open(j, '{');
	json_put_key(j, "id");
	json_put_u64(j, (uint64_t)m->row);
	json_put_key(j, "name");
	json_put_text(j, m->is.name);
	json_put_key(j, "address");
	if (address != NULL)
		json_put_text(j, address);
	else
		json_put_address(j, &m->is.trainer);
	json_put_key(j, "description");
	json_put_text(j, m->is.description);
	json_put_key(j, "modelType");
	json_put_text(j, "Classifier64");
	json_put_key(j, "encoder");
	json_put_text(j, m->is.encoder);
	json_put_key(j, "accuracy");
	if (t->progressive_counted > 0)
		json_put_fx9(j, (int64_t)sql_accuracy_fx9(
				     t->progressive_right,
				     t->progressive_counted));
	else
		json_put_null(j);
	json_put_close(j, '}');
}

static enum dc_status put_models(struct rest *r, const struct addr20 *after,
				 uint32_t limit)
{
	int64_t row[MODELS_MAX];
	uint64_t more;
	uint32_t n;
	enum dc_status st = sql_mirrors_listed(r->chain, row, &n, limit, after,
					       &more, &r->err);

	json_put_open(&r->j, '{');
	json_put_key(&r->j, "models");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; st == DC_OK && i < n; i++) {
		struct sql_model m;
		bool found;

		st = sql_model_by_row(r->chain, &m, &found, row[i], r->arena,
				      &r->err);
		if (st == DC_OK && found)
			put_model(&r->j, &m, NULL);
	}
	json_put_close(&r->j, ']');
	json_put_key(&r->j, "remaining");
	json_put_u64(&r->j, more);
	json_put_close(&r->j, '}');
	return st;
}

static enum dc_status write_models(struct rest *r)
{
	const char *text = query(r, "afterAddress");
	const char *most = query(r, "limit");
	uint64_t limit = MODELS_DEFAULT;
	struct addr20 after;

	if (most != NULL && rest_uint(&limit, most, "limit", 1, MODELS_MAX,
				      &r->err) != DC_OK)
		return DC_EINVAL;
	if (text != NULL && addr20_parse(&after, text, NULL) != DC_OK)
		return dc_fail(&r->err, DC_EINVAL, "afterAddress: no address");
	return put_models(r, text != NULL ? &after : NULL, (uint32_t)limit);
}

void rest_deca_models(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_models(&r));
}

/* A mirror by address, or by modelId, which another daemon gives another
 * model.
 * address  out: as it was asked for; NULL: by its number
 * Errors: DC_ENOTFOUND. */
static enum dc_status find_model(struct rest *r, struct sql_model *out,
				 const char **address)
{
	const char *id = query(r, "modelId");
	struct addr20 at;
	uint64_t row;
	bool found = false;
	enum dc_status st = DC_OK;

	*address = query(r, "address");
	if (*address != NULL) {
		st = addr20_parse(&at, *address, NULL) != DC_OK ?
			dc_fail(&r->err, DC_EINVAL, "address: no address") :
			sql_model_get(r->chain, out, &found, &at, r->arena,
				      &r->err);
	} else if (id != NULL) {
		st = rest_uint(&row, id, "modelId", 1, INT32_MAX, &r->err);
		if (st == DC_OK)
			st = sql_model_by_row(r->chain, out, &found,
					      (int64_t)row, r->arena, &r->err);
	} else {
		st = dc_fail(&r->err, DC_EINVAL, "modelId or address is "
			     "needed");
	}
	if (st == DC_OK && (!found || !rest_is_mirror(out)))
		st = dc_fail(&r->err, DC_ENOTFOUND, "no such model of "
			     "0xDeCA10B's is followed here");
	return st;
}

static enum dc_status write_model(struct rest *r)
{
	const char *address;
	struct sql_model m;

	if (find_model(r, &m, &address) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "model");
	put_model(&r->j, &m, address);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_deca_model(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_model(&r));
}

/* Nothing of it is kept: what a contract is, its chain says. */
static enum dc_status take_model(struct rest *r, const struct addr20 *at)
{
	struct sql_model m;
	bool found;
	enum dc_status st = sql_model_get(r->chain, &m, &found, at, r->arena,
					  &r->err);

	if (st != DC_OK)
		return st;
	if (found && rest_is_mirror(&m))
		put_status(r->rp, 200, "followed");
	else if (r->app->finds_mirrors)
		put_status(r->rp, 202, "looked for");
	else
		st = dc_fail(&r->err, DC_ENOTFOUND, "this contract is not "
			     "followed here, and none are looked for");
	return st;
}

void rest_deca_take_model(struct http_request *rq, struct http_reply *rp)
{
	json_t *root = read_object(rq, rp);
	const char *text = json_string_value(json_object_get(root, "address"));
	struct addr20 at;
	struct rest r;

	if (root == NULL)
		return;
	if (text == NULL || addr20_parse(&at, text, NULL) != DC_OK)
		http_problem(rq, rp, 400, "address: no address");
	else if (rest_open_untagged(&r, rq, rp))
		rest_close(&r, take_model(&r, &at));
	json_decref(root);
}

/* ---- original data ---- */

static bool hash_parse(struct hash32 *out, const char *text)
{
	return text != NULL && strlen(text) == 66 &&
	       strncasecmp(text, "0x", 2) == 0 &&
	       hex_decode(out->b, sizeof(out->b), text + 2, NULL) == DC_OK;
}

static void keeps_none(struct http_request *rq, struct http_reply *rp)
{
	http_problem(rq, rp, 403, "this daemon keeps no texts");
}

/* Called again: it was looked at, or that takes longer than one waits. */
static void tell_fate(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err why;

	switch (text_fate(rq->waited, &why)) {
	case TEXT_KEPT:
		put_status(rp, 200, "kept");
		return;
	case TEXT_REFUSED:
		http_problem(rq, rp, 400, "%s", why.text);
		return;
	case TEXT_UNSEEN:
	case TEXT_WAITS:
		break;
	}
	put_status(rp, 202, "waits for its transaction");
}

static void refuse(struct http_request *rq, struct http_reply *rp,
		   const struct dc_err *err)
{
	unsigned status = err->status == DC_EINVAL ? 400 :
			  err->status == DC_EREFUSED ? 429 : 503;

	http_problem(rq, rp, status, "%s", err->text);
	if (status != 400)
		rp->retry_after_s = AGAIN_S;
}

static void offer(struct http_request *rq, struct http_reply *rp,
		  const json_t *root)
{
	const json_t *text = json_object_get(
		json_object_get(root, "originalData"), "text");
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct text_offer *out;
	struct hash32 tx;

	if (!hash_parse(&tx, json_string_value(json_object_get(root,
						"transactionHash"))))
		(void)dc_fail(&err, DC_EINVAL, "transactionHash: no hash");
	else if (!json_is_string(text))
		(void)dc_fail(&err, DC_EINVAL, "originalData.text: no text");
	else if (text_offer(&out, a->texts, &tx, json_string_value(text),
			    json_string_length(text), http_subscriber(rq),
			    &err) == DC_OK)
		rp->wait = (struct http_wait){ text_ready, text_leave, out,
					       a->offer_ms != 0 ?
					       a->offer_ms : APP_OFFER_MS };
	if (err.status != DC_OK)
		refuse(rq, rp, &err);
}

void rest_deca_take_data(struct http_request *rq, struct http_reply *rp)
{
	struct app *a = rq->app;
	json_t *root;

	if (rq->waited != NULL) {
		tell_fate(rq, rp);
		return;
	}
	if (a->texts == NULL) {
		keeps_none(rq, rp);
		return;
	}
	root = read_object(rq, rp);
	if (root != NULL)
		offer(rq, rp, root);
	json_decref(root);
}

enum dc_status rest_text_of(struct rest *r, const char **out,
			    const struct addr20 *model,
			    const struct sql_contribution *c)
{
	struct sql_text t;
	bool found;

	*out = NULL;
	if (r->app->texts == NULL || r->loop->local == NULL)
		return DC_OK;
	if (sql_text_get(r->loop->local, &t, &found, &c->log.tx, r->arena,
			 &r->err) != DC_OK)
		return r->err.status;
	if (found && addr20_equal(&t.model, model) &&
	    hash32_equal(&t.sample_hash, &c->sample_hash))
		*out = t.text;
	return DC_OK;
}

static void put_data(struct http_reply *rp, const struct sql_text *t)
{
	struct json_out j;

	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "originalData");
	json_put_open(&j, '{');
	json_put_key(&j, "text");
	json_put_text(&j, t->text);
	json_put_close(&j, '}');
	json_put_close(&j, '}');
}

void rest_deca_data(struct http_request *rq, struct http_reply *rp)
{
	struct app *a = rq->app;
	struct app_loop *loop = rq->loop_state;
	struct dc_err err = DC_ERR_INIT;
	enum dc_status st = DC_OK;
	struct sql_text t;
	struct hash32 tx;
	bool found = false;

	if (!hash_parse(&tx, rq->param[0]))
		st = dc_fail(&err, DC_EINVAL, "not a transaction's hash");
	else if (a->texts != NULL && loop->local != NULL)
		st = sql_text_get(loop->local, &t, &found, &tx, rq->arena,
				  &err);
	if (st == DC_OK && !found)
		st = dc_fail(&err, DC_ENOTFOUND, "no text of that "
			     "transaction is kept here");
	if (st != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	put_data(rp, &t);
	rest_tag_body(rq, rp);
}

/* ---- accuracy ---- */

/* It is measured here: what others say of it changes nothing. */
void rest_deca_take_accuracy(struct http_request *rq, struct http_reply *rp)
{
	json_t *root = read_object(rq, rp);

	if (root != NULL)
		put_status(rp, 200, "measured here");
	json_decref(root);
}

static enum dc_status put_point(struct rest *r, const struct sql_model *m,
				const struct sql_accuracy_point *p)
{
	struct sql_contribution c;
	bool found;

	if (p->counted == 0)	/* nothing was predicted yet */
		return DC_OK;
	if (sql_contribution_get(r->chain, &c, &found, m->row,
				 p->contribution, r->arena, &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return DC_OK;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "transactionHash");
	json_put_hash(&r->j, &c.log.tx);
	json_put_key(&r->j, "blockNumber");
	json_put_u64(&r->j, p->block);
	json_put_key(&r->j, "modelId");
	json_put_u64(&r->j, (uint64_t)m->row);
	json_put_key(&r->j, "accuracy");
	json_put_fx9(&r->j, (int64_t)sql_accuracy_fx9(p->right, p->counted));
	json_put_key(&r->j, "timestamp");
	json_put_time(&r->j, p->time_s);
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status write_accuracy(struct rest *r)
{
	struct sql_accuracy_point *point =
		dc_arena_alloc(r->arena, POINTS_MAX * sizeof(*point));
	const char *address;
	struct sql_model m;
	uint32_t n = 0;
	enum dc_status st = find_model(r, &m, &address);

	if (st == DC_OK)
		st = sql_accuracy_progressive(r->chain, point, &n, POINTS_MAX,
					      m.row, &r->err);
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "accuracyHistory");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; st == DC_OK && i < n; i++)
		st = put_point(r, &m, &point[i]);
	json_put_close(&r->j, ']');
	json_put_close(&r->j, '}');
	return st;
}

void rest_deca_accuracy(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_accuracy(&r));
}

/* ---- health ---- */

void rest_deca_health(struct http_request *rq, struct http_reply *rp)
{
	if (!http_not_modified(rq, rp, "healthy"))
		dc_buf_append_text(&rp->body, "{\"healthy\":true}");
}
