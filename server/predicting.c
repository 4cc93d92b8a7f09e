/* Asking a model about the inputs of a request. */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "server/embedder.h"
#include "server/predicting.h"
#include "server/rest.h"

/* Scores of one request; each may cost 90 bytes of the answer. */
#define SCORES_MAX ((size_t)1 << 19)

/* It is listed, but no prediction can be had now, or here. */
static void not_live(struct http_request *rq, struct http_reply *rp,
		     const struct registry_model *m)
{
	const char *why = registry_info(m)->refusal;

	http_problem(rq, rp, 503, "this model is not served here%s%s",
		     *why == '\0' ? "" : ": ", why);
	rp->retry_after_s = 1;
}

bool predicting_begin(struct predicting *p, struct http_request *rq,
		      struct http_reply *rp, const char *name)
{
	memset(p, 0, sizeof(*p));
	p->list = "inputs";
	p->model = rest_find_live(rq->app, name);
	if (p->model == NULL) {
		http_problem(rq, rp, 404, "no such model");
		return false;
	}
	p->spec = registry_info(p->model)->spec;
	if (p->spec == NULL || registry_state(p->model) != REGISTRY_LIVE) {
		not_live(rq, rp, p->model);
		return false;
	}
	return true;
}

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

/* Which text it is, where several were given. */
static void refuse_input(const struct predicting *p, struct http_request *rq,
			 struct http_reply *rp, size_t at, const char *why)
{
	if (p->body.batch && at < p->body.n)
		http_problem(rq, rp, 400, "%s[%zu]: %s", p->list, at, why);
	else
		http_problem(rq, rp, 400, "%s", why);
}

/* Why it fails is the operator's affair; when to come again is not. */
static void refuse_embedding(const struct predicting *p,
			     struct http_request *rq, struct http_reply *rp,
			     const struct embedder_no *no,
			     const struct dc_err *err)
{
	if (err->status == DC_EINVAL) {
		refuse_input(p, rq, rp, no->at, err->text);
		return;
	}
	dc_log(DC_LOG_DEBUG, "rest", "request=%s: %s", rq->id, err->text);
	http_problem(rq, rp, 503, "the service that embeds this model's texts "
		     "does not answer, or has no room: try again");
	rp->retry_after_s = no->retry_after_s;
}

/* Called again: take what was waited for. */
static bool take_embeddings(struct predicting *p, struct http_request *rq,
			    struct http_reply *rp)
{
	struct embedder_no no = { .retry_after_s = 1 };
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;

	if (!embedder_ready(rq->waited))
		found = dc_fail(&err, DC_EBUSY, "embeddings: too slow");
	else
		found = embedder_grant(rq->waited, p->body.input, p->body.n,
				       &no, &err);
	if (found != DC_OK)
		refuse_embedding(p, rq, rp, &no, &err);
	return found == DC_OK;
}

bool predicting_embed(struct predicting *p, struct http_request *rq,
		      struct http_reply *rp)
{
	struct app *a = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct embedder_wish *wish;
	struct embedder_no no;

	if (encoder_dimension(p->spec) == 0)
		return true;
	if (rq->waited_for == embedder_ready)
		return take_embeddings(p, rq, rp);
	if (embedder_wish(&wish, a->embedder, p->spec, p->body.input,
			  p->body.n, &no, &err) != DC_OK) {
		refuse_embedding(p, rq, rp, &no, &err);
		return false;
	}
	if (wish == NULL)
		return true;
	rp->wait = (struct http_wait){ embedder_ready, embedder_leave, wish,
				       a->embed_ms != 0 ? a->embed_ms :
							  APP_EMBED_MS };
	return false;
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
				dc_fail(err, DC_EINVAL, "%s[%zu]: %s", p->list,
					i, why.text) :
				dc_fail(err, DC_EINVAL, "%s", why.text);
		if (p->body.n > 1)
			keep_sample(&p->sample[i], rq->arena);
	}
	return DC_OK;
}

enum dc_status predicting_encode(struct predicting *p,
				 struct http_request *rq, struct dc_err *err)
{
	size_t n_scores = p->body.n * p->spec->n_class;

	if (n_scores > SCORES_MAX)
		return dc_fail(err, DC_EINVAL, "inputs: at most %zu for a "
			       "model of %u classes",
			       SCORES_MAX / p->spec->n_class,
			       p->spec->n_class);
	p->sample = dc_arena_alloc(rq->arena,
				   p->body.n * sizeof(*p->sample));
	p->scores = dc_arena_alloc(rq->arena, n_scores * sizeof(*p->scores));
	p->label = dc_arena_alloc(rq->arena, p->body.n * sizeof(*p->label));
	return encode_all(p, rq, err);
}

enum dc_status predicting_ask(struct predicting *p, struct http_request *rq,
			      struct dc_err *err)
{
	if (predicting_encode(p, rq, err) != DC_OK)
		return DC_EINVAL;
	return registry_predict(p->model, p->scores, p->label, &p->as_of,
				p->sample, p->body.n, err);
}

void predicting_put_as_of(struct json_out *j, const struct registry_as_of *a)
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
