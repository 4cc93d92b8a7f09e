/* /v2: the Open Inference Protocol, so that its clients work unchanged.
 *
 * Source: github.com/kserve/open-inference-protocol,
 * specification/protocol/inference_rest.md. */
#include "config.h"

#include "server/infer_body.h"
#include "server/infer_reply.h"
#include "server/mirror_ask.h"
#include "server/predicting.h"
#include "server/rest.h"

/* A model of more columns is asked by indices: it is for sparse inputs. */
#define FEATURES_MAX 1024

#define INPUTS "inputs[0].data"	/* the inputs' name, for errors */

/* ---- health ---- */

void rest_infer_live(struct http_request *rq, struct http_reply *rp)
{
	if (!http_not_modified(rq, rp, "live"))
		dc_buf_append_text(&rp->body, "{\"live\":true}");
}

/* As /readyz; the protocol wants another body. */
void rest_infer_ready(struct http_request *rq, struct http_reply *rp)
{
	rest_readyz(rq, rp);
	if (rp->status == 200) {
		rp->body.len = 0;
		dc_buf_append_text(&rp->body, "{\"ready\":true}");
		rest_tag_body(rq, rp);
	}
}

void rest_infer_server(struct http_request *rq, struct http_reply *rp)
{
	struct json_out j;

	if (http_not_modified(rq, rp, PACKAGE_VERSION))
		return;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "name");
	json_put_text(&j, "decaid");
	json_put_key(&j, "version");
	json_put_text(&j, PACKAGE_VERSION);
	json_put_key(&j, "extensions");
	json_put_open(&j, '[');
	json_put_text(&j, "binary_tensor_data");
	json_put_close(&j, ']');
	json_put_close(&j, '}');
}

/* ---- what a model takes and says ---- */

static void put_tensor(struct json_out *j, const char *name,
		       const char *datatype, int64_t columns)
{
	json_put_open(j, '{');
	json_put_key(j, "name");
	json_put_text(j, name);
	json_put_key(j, "datatype");
	json_put_text(j, datatype);
	json_put_key(j, "shape");
	json_put_open(j, '[');
	json_put_i64(j, -1);
	if (columns != 0)
		json_put_i64(j, columns);
	json_put_close(j, ']');
	json_put_close(j, '}');
}

/* columns  of features; -1 of indices */
static void put_input(struct json_out *j, enum encoder_input_kind kind,
		      int64_t columns)
{
	static const char *const types[] = {
		[ENCODER_TEXT] = "BYTES", [ENCODER_IMAGE] = "BYTES",
		[ENCODER_FEATURES] = "FP64", [ENCODER_INDICES] = "INT64",
	};

	put_tensor(j, infer_input_name(kind), types[kind], columns);
}

static void put_input_of(struct json_out *j, const struct model_spec *spec)
{
	bool numbers = spec->encoder == &encoder_none ||
		spec->encoder->columns == ENCODER_COLUMNS_EACH;

	if (spec->encoder == &encoder_pixels)
		put_input(j, ENCODER_IMAGE, 0);
	else if (!numbers)
		put_input(j, ENCODER_TEXT, 0);
	else if (spec->columns <= FEATURES_MAX)
		put_input(j, ENCODER_FEATURES, spec->columns);
	else
		put_input(j, ENCODER_INDICES, -1);
}

/* As the dashboard would send it: a text where its encoder is known here. */
static void put_input_of_mirror(struct json_out *j, const struct mirror_ask *a)
{
	if (a->encoder == DECA_ENCODER_HASHES ||
	    (a->encoder == DECA_ENCODER_VOCABULARY &&
	     a->r->app->vocabulary != NULL))
		put_input(j, ENCODER_TEXT, 0);
	else if (a->view.features > 0)
		put_input(j, ENCODER_FEATURES, (int64_t)a->view.features);
	else
		put_input(j, ENCODER_INDICES, -1);
}

static void put_name(struct json_out *j, const char *slug)
{
	json_put_open(j, '{');
	json_put_key(j, "name");
	json_put_text(j, slug);
}

/* n_score  0: no scores are told */
static void put_outputs(struct json_out *j, uint32_t n_score)
{
	json_put_key(j, "outputs");
	json_put_open(j, '[');
	put_tensor(j, infer_output_name(INFER_LABEL), "INT64", 0);
	put_tensor(j, infer_output_name(INFER_CLASS), "BYTES", 0);
	if (n_score > 0)
		put_tensor(j, infer_output_name(INFER_SCORES), "FP64",
			   n_score);
	json_put_close(j, ']');
}

static void put_ready(struct json_out *j, const char *slug)
{
	put_name(j, slug);
	json_put_key(j, "ready");
	json_put_bool(j, true);
	json_put_close(j, '}');
}

/* spec  of a model of ours; NULL: it is a mirror */
static void put_model(struct json_out *j, const char *slug,
		      const struct model_spec *spec,
		      const struct mirror_ask *mirror)
{
	put_name(j, slug);
	json_put_key(j, "platform");
	json_put_text(j, spec != NULL ? "decaid" : "0xdeca10b");
	json_put_key(j, "inputs");
	json_put_open(j, '[');
	if (spec != NULL)
		put_input_of(j, spec);
	else
		put_input_of_mirror(j, mirror);
	json_put_close(j, ']');
	put_outputs(j, spec != NULL ? spec->n_class : 0);
	json_put_close(j, '}');
}

/* ---- 0xDeCA10B's models ---- */

/* What one of them is asked; writes the answer. */
typedef enum dc_status mirror_question(struct mirror_ask *a);

static void of_mirror(struct http_request *rq, struct http_reply *rp,
		      mirror_question *question)
{
	struct mirror_ask a;
	struct rest r;
	enum dc_status st;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	st = mirror_ask_begin(&a, &r, &r.err);
	if (st == DC_OK)
		st = question(&a);
	rest_close(&r, st);
}

static enum dc_status describe_mirror(struct mirror_ask *a)
{
	put_model(&a->r->j, a->model.slug, NULL, a);
	return DC_OK;
}

static enum dc_status mirror_is_ready(struct mirror_ask *a)
{
	if (!a->view.is_live) {
		rest_later(a->r, 1, "this model is not served here: %s",
			   a->view.refusal);
		return DC_EBUSY;
	}
	put_ready(&a->r->j, a->model.slug);
	return DC_OK;
}

/* A contract tells no scores: they are left out, unless they are named.
 * Errors: DC_EINVAL. */
static enum dc_status leave_scores_out(struct infer_body *body,
				       struct dc_err *err)
{
	size_t n = 0;

	if (body->named)
		for (size_t i = 0; i < body->n_outputs; i++)
			if (body->output[i] == INFER_SCORES)
				return dc_fail(err, DC_EINVAL, "outputs[%zu]: "
					       "a contract tells no scores",
					       i);
	for (size_t i = 0; i < body->n_outputs; i++)
		if (body->output[i] != INFER_SCORES) {
			body->binary[n] = body->binary[i];
			body->output[n++] = body->output[i];
		}
	body->n_outputs = n;
	return DC_OK;
}

/* ---- inference ---- */

/* What of the body is JSON: all of it, unless a header says less.
 * Errors: DC_EINVAL. */
static enum dc_status json_length(size_t *out, const struct http_request *rq,
				  struct dc_err *err)
{
	const char *text = http_header(rq, "Inference-Header-Content-Length");
	uint64_t n = rq->body_len;
	enum dc_status st = DC_OK;

	if (text != NULL)
		st = rest_uint(&n, text, "Inference-Header-Content-Length", 1,
			       rq->body_len, err);
	*out = (size_t)n;
	return st;
}

static enum dc_status read_body(struct infer_body *out,
				struct http_request *rq, struct dc_err *err)
{
	size_t n_json;
	enum dc_status st = json_length(&n_json, rq, err);

	return st != DC_OK ? st : infer_body_read(out, rq->arena, rq->body,
						  rq->body_len, n_json, err);
}

static void tell(struct http_request *rq, struct http_reply *rp,
		 const struct predicting *p, const struct infer_body *body)
{
	const char **name = dc_arena_alloc(rq->arena,
					   (body->n + 1) * sizeof(*name));
	uint64_t *label = dc_arena_alloc(rq->arena,
					 (body->n + 1) * sizeof(*label));
	const struct infer_reply is = {
		registry_info(p->model)->slug, body->n, label, name,
		p->spec->n_class, p->scores, p->as_of.block,
		p->as_of.contributions,
	};

	for (size_t i = 0; i < body->n; i++) {
		label[i] = p->label[i];
		name[i] = p->spec->class_name[p->label[i]];
	}
	infer_reply_write(rp, &is, body, rq->arena);
}

static void infer(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct infer_body body;
	struct predicting p;

	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	if (read_body(&body, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	p.list = INPUTS;
	p.body.batch = true;
	p.body.n = body.n;
	p.body.input = body.input;
	if (!predicting_embed(&p, rq, rp))
		return;
	if (predicting_ask(&p, rq, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		tell(rq, rp, &p, &body);
}

static enum dc_status infer_mirror(struct mirror_ask *a)
{
	struct http_request *rq = a->r->rq;
	struct infer_body body;
	const char **name;
	uint64_t *label;
	enum dc_status st;

	st = read_body(&body, rq, &a->r->err);
	if (st == DC_OK)
		st = leave_scores_out(&body, &a->r->err);
	if (st != DC_OK)
		return st;
	name = dc_arena_alloc(rq->arena, (body.n + 1) * sizeof(*name));
	label = dc_arena_alloc(rq->arena, (body.n + 1) * sizeof(*label));
	st = mirror_ask(a, label, body.input, body.n, INPUTS, &a->r->err);
	if (st != DC_OK)
		return st;
	for (size_t i = 0; i < body.n; i++)
		name[i] = mirror_ask_class(a, label[i]);
	infer_reply_write(a->r->rp, &(struct infer_reply){
		a->model.slug, body.n, label, name, 0, NULL,
		a->view.block.number, a->model.totals.count,
	}, &body, rq->arena);
	return DC_OK;
}

/* ---- handlers ---- */

void rest_infer_model(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct json_out j;

	if (rest_find_live(rq->app, rq->param[0]) == NULL) {
		of_mirror(rq, rp, describe_mirror);
	} else if (predicting_begin(&p, rq, rp, rq->param[0])) {
		json_out_init(&j, &rp->body);
		put_model(&j, registry_info(p.model)->slug, p.spec, NULL);
	}
	rest_tag_body(rq, rp);
}

void rest_infer_model_ready(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct json_out j;

	if (rest_find_live(rq->app, rq->param[0]) == NULL) {
		of_mirror(rq, rp, mirror_is_ready);
	} else if (predicting_begin(&p, rq, rp, rq->param[0])) {
		json_out_init(&j, &rp->body);
		put_ready(&j, registry_info(p.model)->slug);
	}
	rest_tag_body(rq, rp);
}

void rest_infer(struct http_request *rq, struct http_reply *rp)
{
	if (rest_find_live(rq->app, rq->param[0]) == NULL)
		of_mirror(rq, rp, infer_mirror);
	else
		infer(rq, rp);
}
