/* POST /v1/models/{model}/predict: no database, no lock but the model's. */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "server/predict_body.h"
#include "server/rest.h"

/* Scores of one request; each may cost 90 bytes of the answer. */
#define SCORES_MAX ((size_t)1 << 19)

struct predicting {
	const struct registry_model *model;
	const struct model_spec *spec;
	struct predict_body body;
	struct sample *sample;
	int64_t *scores;
	uint32_t *label;
	struct registry_as_of as_of;
};

/* Several samples live at once, the room holds one: copy out of it. */
static void keep_sample(struct sample *x, struct dc_arena *arena)
{
	if (x->index != NULL)
		x->index = dc_arena_copy(arena, x->index,
					 x->count * sizeof(*x->index));
	if (x->value != NULL)
		x->value = dc_arena_copy(arena, x->value,
					 x->count * sizeof(*x->value));
}

static enum dc_status encode_all(struct predicting *p, struct http_request *rq,
				 struct dc_err *err)
{
	struct app_loop *loop = rq->loop_state;

	for (size_t i = 0; i < p->body.n; i++) {
		struct dc_err why = DC_ERR_INIT;

		if (encoder_encode(&p->sample[i], p->spec, loop->room,
				   &p->body.input[i], &why) != DC_OK)
			return p->body.batch ?
				dc_fail(err, DC_EINVAL, "inputs[%zu]: %s", i,
					why.text) :
				dc_fail(err, DC_EINVAL, "%s", why.text);
		if (p->body.n > 1)
			keep_sample(&p->sample[i], rq->arena);
	}
	return DC_OK;
}

static enum dc_status predict(struct predicting *p, struct http_request *rq,
			      struct dc_err *err)
{
	size_t n_scores;

	if (predict_body_read(&p->body, rq->arena, rq->body, rq->body_len,
			      err) != DC_OK)
		return DC_EINVAL;
	if (p->body.attest)
		return dc_fail(err, DC_EINVAL,
			       "attest: this daemon does not attest");
	n_scores = p->body.n * p->spec->n_class;
	if (n_scores > SCORES_MAX)
		return dc_fail(err, DC_EINVAL, "inputs: at most %zu for a "
			       "model of %u classes",
			       SCORES_MAX / p->spec->n_class,
			       p->spec->n_class);
	p->sample = dc_arena_alloc(rq->arena,
				   p->body.n * sizeof(*p->sample));
	p->scores = dc_arena_alloc(rq->arena, n_scores * sizeof(*p->scores));
	p->label = dc_arena_alloc(rq->arena, p->body.n * sizeof(*p->label));
	if (encode_all(p, rq, err) != DC_OK)
		return DC_EINVAL;
	return registry_predict(p->model, p->scores, p->label, &p->as_of,
				p->sample, p->body.n, err);
}

/* The members of prediction i, without braces. */
static void put_prediction(struct json_out *j, const struct predicting *p,
			   size_t i)
{
	const struct model_spec *spec = p->spec;
	const int64_t *scores = p->scores + i * spec->n_class;

	json_put_key(j, "label");
	json_put_u64(j, p->label[i]);
	json_put_key(j, "class");
	json_put_text(j, spec->class_name[p->label[i]]);
	json_put_key(j, "scores");
	json_put_open(j, '{');
	for (uint32_t k = 0; k < spec->n_class; k++) {
		json_put_key_text(j, spec->class_name[k]);
		json_put_score(j, scores[k]);
	}
	json_put_close(j, '}');
}

static void put_as_of(struct json_out *j, const struct registry_as_of *a)
{
	json_put_key(j, "as_of");
	json_put_open(j, '{');
	json_put_key(j, "block");
	json_put_u64(j, a->block);
	json_put_key(j, "contributions");
	json_put_u64(j, a->contributions);
	json_put_key(j, "state_root");
	if (a->has_root)
		json_put_hash(j, &a->state_root);
	else
		json_put_null(j);
	json_put_close(j, '}');
}

static void write_predictions(struct json_out *j, const struct predicting *p)
{
	json_put_open(j, '{');
	if (p->body.batch) {
		json_put_key(j, "predictions");
		json_put_open(j, '[');
		for (size_t i = 0; i < p->body.n; i++) {
			json_put_open(j, '{');
			put_prediction(j, p, i);
			json_put_close(j, '}');
		}
		json_put_close(j, ']');
	} else {
		put_prediction(j, p, 0);
	}
	put_as_of(j, &p->as_of);
	json_put_close(j, '}');
}

/* It is listed, but no prediction can be had now, or here. */
static void not_live(struct http_request *rq, struct http_reply *rp,
		     const struct registry_model *m)
{
	const char *why = registry_info(m)->refusal;

	http_problem(rq, rp, 503, "this model is not served here%s%s",
		     *why == '\0' ? "" : ": ", why);
	rp->retry_after_s = 1;
}

void rest_predict(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct dc_err err = DC_ERR_INIT;
	struct json_out j;

	memset(&p, 0, sizeof(p));
	p.model = rest_find_live(rq->app, rq->param[0]);
	if (p.model == NULL) {
		http_problem(rq, rp, 404, "no such model");
		return;
	}
	p.spec = registry_info(p.model)->spec;
	if (p.spec == NULL || registry_state(p.model) != REGISTRY_LIVE) {
		not_live(rq, rp, p.model);
		return;
	}
	if (predict(&p, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	json_out_init(&j, &rp->body);
	write_predictions(&j, &p);
}
