/* POST /v1/models/{model}/predict. */
#include "config.h"

#include "server/predicting.h"
#include "server/rest.h"

static enum dc_status predict(struct predicting *p, struct http_request *rq,
			      struct dc_err *err)
{
	if (predict_body_read(&p->body, rq->arena, rq->body, rq->body_len,
			      err) != DC_OK)
		return DC_EINVAL;
	if (p->body.attest)
		return dc_fail(err, DC_EINVAL,
			       "attest: this daemon does not attest");
	return predicting_ask(p, rq, err);
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
	predicting_put_as_of(j, &p->as_of);
	json_put_close(j, '}');
}

void rest_predict(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct dc_err err = DC_ERR_INIT;
	struct json_out j;

	if (rest_find_live(rq->app, rq->param[0]) == NULL) {
		rest_mirror_predict(rq, rp);
		return;
	}
	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	if (predict(&p, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	json_out_init(&j, &rp->body);
	write_predictions(&j, &p);
}
