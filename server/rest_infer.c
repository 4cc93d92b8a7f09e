/* /v2: the Open Inference Protocol, so that its clients work unchanged.
 *
 * Source: github.com/kserve/open-inference-protocol,
 * specification/protocol/inference_rest.md. */
#include "config.h"

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

static void put_output(struct json_out *j, const struct predicting *p,
		       enum infer_output what)
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
	json_put_key(j, "data");
	json_put_open(j, '[');
	for (size_t i = 0; i < p->body.n; i++)
		put_element(j, p, what, i);
	json_put_close(j, ']');
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
static void write_inference(struct json_out *j, const struct predicting *p,
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
		put_output(j, p, body->output[i]);
	json_put_close(j, ']');
	json_put_close(j, '}');
}

void rest_infer(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct infer_body body;
	struct predicting p;
	struct json_out j;

	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	if (infer_body_read(&body, rq->arena, rq->body, rq->body_len, &err) !=
	    DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	p.list = "inputs[0].data";
	p.body.batch = true;
	p.body.n = body.n;
	p.body.input = body.input;
	if (!predicting_embed(&p, rq, rp))
		return;
	if (predicting_ask(&p, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	json_out_init(&j, &rp->body);
	write_inference(&j, &p, &body, rq->arena);
}
