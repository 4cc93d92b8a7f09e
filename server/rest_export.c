/*
 * GET /v1/models/{model}/export: the model as a file, made by
 * server/exports.h while the request waits. format=decaid is the whole state,
 * whose root operators sign, behind its spec's text; format=json what is
 * served, as one of 0xDeCA10B's model files where that can say it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "oracle/mirrors.h"
#include "server/export_make.h"
#include "server/rest.h"

#define WAIT_MS 60000
#define AGAIN_S 2

static const char *const formats[] = { "decaid", "json" };
static const enum export_format format_values[] = {
	EXPORT_STATE, EXPORT_JSON
};

/* ---- what is asked for ---- */

static enum dc_status read_format(struct rest *r, struct export_question *q,
				  bool mirror)
{
	const char *text = http_query(r->rq, "format");
	unsigned format = mirror;	/* what it is where nothing is said */

	if (text != NULL &&
	    rest_choice(&format, text, "format", formats,
			DC_ARRAY_LEN(formats), &r->err) != DC_OK)
		return DC_EINVAL;
	q->format = format_values[format];
	q->gzip = http_accepts_gzip(http_header(r->rq, "Accept-Encoding"));
	if (mirror && q->format != EXPORT_JSON)
		return dc_fail(&r->err, DC_EINVAL, "format: a mirrored model "
			       "is a contract's: json alone says it");
	return DC_OK;
}

/* features=N: those below N are to be known first. */
static enum dc_status known(struct rest *r, size_t mirror)
{
	const char *text = http_query(r->rq, "features");
	struct dc_err why = DC_ERR_INIT;
	uint64_t n;
	enum dc_status st;

	if (text == NULL)
		return DC_OK;
	st = rest_uint(&n, text, "features", 1, MIRRORS_SAMPLE_MAX, &r->err);
	if (st != DC_OK)
		return st;
	st = mirrors_know(r->app->mirrors, mirror, n, &why);
	if (st == DC_EBUSY)
		rest_later(r, 1, "%s", why.text);
	return st == DC_OK || st == DC_EBUSY ? st
		: dc_fail(&r->err, st, "%s", why.text);
}

static enum dc_status ask_mirror(struct rest *r, struct export_question *q,
				 const struct sql_model *m)
{
	struct app *a = r->app;

	/* first: what changes meanwhile makes the file newer than its tag */
	q->changes = mirrors_sequence(a->mirrors);
	if (!mirrors_find(a->mirrors, &q->mirror, &m->is.trainer)) {
		rest_later(r, 1, "this model is not served here");
		return DC_EBUSY;
	}
	return known(r, q->mirror);
}

static enum dc_status ask_model(struct rest *r, struct export_question *q,
				const struct registry_model *live)
{
	if (live == NULL || registry_info(live)->spec == NULL)
		return dc_fail(&r->err, DC_ENOTFOUND, "the model is not "
			       "followed here");
	q->model = live;
	if (q->format == EXPORT_STATE &&
	    export_state_bytes(live) > EXPORT_BYTES_MAX)
		return dc_fail(&r->err, DC_EINVAL, "the state has %zu bytes; "
			       "at most %zu are sent",
			       export_state_bytes(live), EXPORT_BYTES_MAX);
	q->changes = registry_changes(live);
	return DC_OK;
}

static enum dc_status read_question(struct rest *r, struct export_question *q)
{
	const struct registry_model *live;
	struct sql_model m;

	*q = (struct export_question){ .model = NULL };
	if (rest_find_model(r, &m, &live, &r->err) != DC_OK ||
	    read_format(r, q, rest_is_mirror(&m)) != DC_OK)
		return r->err.status;
	return rest_is_mirror(&m) ? ask_mirror(r, q, &m) :
		ask_model(r, q, live);
}

/* ---- the reply ---- */

/* The file's tag; true: the client has it, and none is made. */
static bool tag(struct http_request *rq, struct http_reply *rp,
		const struct export_question *q)
{
	const struct app *a = rq->app;
	char state[96];

	(void)snprintf(state, sizeof(state), "%" PRIx64 " %" PRIu64 " %d %zu",
		       a->boot, q->changes, (int)q->format, q->mirror);
	return http_not_modified(rq, rp, state);
}

static const char *type_of(const struct export_question *q)
{
	return q->format == EXPORT_JSON ? "application/json" :
		"application/octet-stream";
}

/* Nothing is made for a HEAD; what is packed tells no length before. */
static void put_head(struct http_reply *rp, const struct export_question *q)
{
	rp->type = type_of(q);
	if (q->gzip)
		http_bare_gzip(rp);
	else
		http_bare(rp, q->format == EXPORT_JSON ? HTTP_LENGTH_UNKNOWN :
			  export_state_bytes(q->model));
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

/* Called again: the file is there, or it is not. */
static void put_file(struct http_request *rq, struct http_reply *rp)
{
	struct export_hold *hold = rq->waited;
	const struct export_question *q = export_question(hold);
	struct dc_err err = DC_ERR_INIT;
	const void *bytes;
	size_t len;

	if (export_get(hold, &bytes, &len, &err) != DC_OK) {
		refuse(rq, rp, &err);
		return;
	}
	(void)tag(rq, rp, q);
	rp->type = type_of(q);
	if (q->gzip)
		http_fixed_gzip(rp, bytes, len);
	else
		http_fixed(rp, bytes, len);
	export_hold_again(hold);
	rp->fixed_free = export_leave;
	rp->fixed_state = hold;
}

static enum dc_status write_export(struct rest *r)
{
	struct export_question q;
	struct export_hold *hold;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = read_question(r, &q);

	if (st != DC_OK || tag(r->rq, r->rp, &q))
		return st;
	if (r->rq->head) {
		put_head(r->rp, &q);
		return DC_OK;
	}
	if (export_want(&hold, r->app->exports, &q, http_subscriber(r->rq),
			&why) != DC_OK) {
		refuse(r->rq, r->rp, &why);
		return DC_OK;
	}
	r->rp->wait = (struct http_wait){ export_ready, export_leave, hold,
					  WAIT_MS };
	return DC_OK;
}

void rest_export(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rq->waited != NULL)
		put_file(rq, rp);
	else if (rest_open_untagged(&r, rq, rp))
		rest_close(&r, write_export(&r));
}
