/* /v2: the Open Inference Protocol, so that its clients work unchanged.
 *
 * Source: github.com/kserve/open-inference-protocol,
 * specification/protocol/inference_rest.md. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "models/fx9.h"
#include "server/infer_body.h"
#include "server/predicting.h"
#include "server/rest.h"

/* A model of more columns is asked by indices: it is for sparse inputs. */
#define FEATURES_MAX 1024

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

static void put_input(struct json_out *j, const struct model_spec *spec)
{
	bool numbers = spec->encoder == &encoder_none ||
		spec->encoder->columns == ENCODER_COLUMNS_EACH;

	if (spec->encoder == &encoder_pixels)
		put_tensor(j, infer_input_name(ENCODER_IMAGE), "BYTES", 0);
	else if (!numbers)
		put_tensor(j, infer_input_name(ENCODER_TEXT), "BYTES", 0);
	else if (spec->columns <= FEATURES_MAX)
		put_tensor(j, infer_input_name(ENCODER_FEATURES), "FP64",
			   spec->columns);
	else
		put_tensor(j, infer_input_name(ENCODER_INDICES), "INT64", -1);
}

static void put_outputs(struct json_out *j, const struct model_spec *spec)
{
	put_tensor(j, infer_output_name(INFER_LABEL), "INT64", 0);
	put_tensor(j, infer_output_name(INFER_CLASS), "BYTES", 0);
	put_tensor(j, infer_output_name(INFER_SCORES), "FP64",
		   spec->n_class);
}

void rest_infer_model(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct json_out j;

	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "name");
	json_put_text(&j, registry_info(p.model)->slug);
	json_put_key(&j, "platform");
	json_put_text(&j, "decaid");
	json_put_key(&j, "inputs");
	json_put_open(&j, '[');
	put_input(&j, p.spec);
	json_put_close(&j, ']');
	json_put_key(&j, "outputs");
	json_put_open(&j, '[');
	put_outputs(&j, p.spec);
	json_put_close(&j, ']');
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

void rest_infer_model_ready(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct json_out j;

	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "name");
	json_put_text(&j, registry_info(p.model)->slug);
	json_put_key(&j, "ready");
	json_put_bool(&j, true);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}

/* ---- inference ---- */

static void put_element(struct json_out *j, const struct predicting *p,
			enum infer_output what, size_t i)
{
	const struct model_spec *spec = p->spec;

	switch (what) {
	case INFER_LABEL:
		json_put_u64(j, p->label[i]);
		break;
	case INFER_CLASS:
		json_put_text(j, spec->class_name[p->label[i]]);
		break;
	case INFER_SCORES:
	case INFER_OUTPUTS:
	default:
		for (uint32_t k = 0; k < spec->n_class; k++)
			json_put_fx9_exact(j, p->scores[i * spec->n_class +
							k]);
	}
}

/* ---- behind the JSON ---- */

static void append_u64(struct dc_buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		dc_buf_append_byte(b, (uint8_t)(v >> (8 * i)));
}

/* The double nearest to a score. */
static void append_score(struct dc_buf *b, int64_t score)
{
	char text[FX9_TEXT_BYTES];
	uint64_t bits;
	double v;

	fx9_format(text, score);
	v = strtod(text, NULL);
	memcpy(&bits, &v, sizeof(bits));
	append_u64(b, bits, sizeof(bits));
}

static void append_element(struct dc_buf *b, const struct predicting *p,
			   enum infer_output what, size_t i)
{
	const struct model_spec *spec = p->spec;
	const char *name = spec->class_name[p->label[i]];

	switch (what) {
	case INFER_LABEL:
		append_u64(b, p->label[i], 8);
		break;
	case INFER_CLASS:
		append_u64(b, strlen(name), 4);
		dc_buf_append_text(b, name);
		break;
	case INFER_SCORES:
	case INFER_OUTPUTS:
	default:
		for (uint32_t k = 0; k < spec->n_class; k++)
			append_score(b, p->scores[i * spec->n_class + k]);
	}
}

/* ---- an output ---- */

static void put_data(struct json_out *j, const struct predicting *p,
		     enum infer_output what)
{
	json_put_key(j, "data");
	json_put_open(j, '[');
	for (size_t i = 0; i < p->body.n; i++)
		put_element(j, p, what, i);
	json_put_close(j, ']');
}

/* behind  what goes behind the JSON, appended to */
static void put_binary(struct json_out *j, struct dc_buf *behind,
		       const struct predicting *p, enum infer_output what)
{
	size_t before = behind->len;

	for (size_t i = 0; i < p->body.n; i++)
		append_element(behind, p, what, i);
	json_put_key(j, "parameters");
	json_put_open(j, '{');
	json_put_key(j, "binary_data_size");
	json_put_u64(j, behind->len - before);
	json_put_close(j, '}');
}

static void put_output(struct json_out *j, struct dc_buf *behind,
		       const struct predicting *p, enum infer_output what,
		       bool binary)
{
	static const char *const types[] = {
		[INFER_LABEL] = "INT64", [INFER_CLASS] = "BYTES",
		[INFER_SCORES] = "FP64",
	};

	json_put_open(j, '{');
	json_put_key(j, "name");
	json_put_text(j, infer_output_name(what));
	json_put_key(j, "datatype");
	json_put_text(j, types[what]);
	json_put_key(j, "shape");
	json_put_open(j, '[');
	json_put_u64(j, p->body.n);
	if (what == INFER_SCORES)
		json_put_u64(j, p->spec->n_class);
	json_put_close(j, ']');
	if (binary)
		put_binary(j, behind, p, what);
	else
		put_data(j, p, what);
	json_put_close(j, '}');
}

/* A client's id as it wrote it. */
static void put_id(struct json_out *j, struct json_slice id,
		   struct dc_arena *arena)
{
	char *text = dc_arena_alloc(arena, id.len + 1);
	size_t n;

	json_slice_decode(text, &n, id);
	json_put_key(j, "id");
	json_put_text_n(j, text, n);
}

/* The state that was asked goes as the protocol's parameters. */
static void write_inference(struct json_out *j, struct dc_buf *behind,
			    const struct predicting *p,
			    const struct infer_body *body,
			    struct dc_arena *arena)
{
	json_put_open(j, '{');
	json_put_key(j, "model_name");
	json_put_text(j, registry_info(p->model)->slug);
	if (body->id.p != NULL)
		put_id(j, body->id, arena);
	json_put_key(j, "parameters");
	json_put_open(j, '{');
	json_put_key(j, "block");
	json_put_u64(j, p->as_of.block);
	json_put_key(j, "contributions");
	json_put_u64(j, p->as_of.contributions);
	json_put_close(j, '}');
	json_put_key(j, "outputs");
	json_put_open(j, '[');
	for (size_t i = 0; i < body->n_outputs; i++)
		put_output(j, behind, p, body->output[i], body->binary[i]);
	json_put_close(j, ']');
	json_put_close(j, '}');
}

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

static void reply(struct http_request *rq, struct http_reply *rp,
		  const struct predicting *p, const struct infer_body *body)
{
	struct dc_buf behind;
	struct json_out j;

	dc_buf_init(&behind, rp->body.bound);
	json_out_init(&j, &rp->body);
	write_inference(&j, &behind, p, body, rq->arena);
	if (behind.len > 0) {
		rp->json_len = rp->body.len;
		rp->type = "application/octet-stream";
		dc_buf_append(&rp->body, behind.data, behind.len);
	}
	dc_buf_clear(&behind);
}

void rest_infer(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct infer_body body;
	struct predicting p;
	size_t n_json;

	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	if (json_length(&n_json, rq, &err) != DC_OK ||
	    infer_body_read(&body, rq->arena, rq->body, rq->body_len, n_json,
			    &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	p.list = "inputs[0].data";
	p.body.batch = true;
	p.body.n = body.n;
	p.body.input = body.input;
	if (!predicting_embed(&p, rq, rp))
		return;
	if (predicting_ask(&p, rq, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		reply(rq, rp, &p, &body);
}
