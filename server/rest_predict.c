/* POST /v1/models/{model}/predict. */
#include "config.h"

#include "server/attesting.h"
#include "server/predicting.h"
#include "server/rest.h"

/* A class name has 64 bytes, and six each where all want escapes. */
#define PIECE_BYTES_MAX 4096
#define SCORE_BYTES 16		/* of the answer, about */

/* What is told.
 * attested  NULL: it is not */
struct telling {
	const struct predicting *p;
	const struct app *app;
	const struct attester_answer *attested;
};

/* A prediction of this label up to its first score. */
static void put_head(struct json_out *j, const struct model_spec *spec,
		     uint32_t label)
{
	json_put_open(j, '{');
	json_put_key(j, "label");
	json_put_u64(j, label);
	json_put_key(j, "class");
	json_put_text(j, spec->class_name[label]);
	json_put_key(j, "scores");
	json_put_open(j, '{');
}

static void put_attestation(struct json_out *j, const struct telling *t,
			    size_t i)
{
	if (t->attested != NULL)
		attesting_put(j, t->app, t->attested, i);
}

static void put_one(struct json_out *j, const struct telling *t)
{
	const struct predicting *p = t->p;

	put_head(j, p->spec, p->label[0]);
	for (uint32_t k = 0; k < p->spec->n_class; k++) {
		json_put_key_text(j, p->spec->class_name[k]);
		json_put_score(j, p->scores[k]);
	}
	json_put_close(j, '}');
	put_attestation(j, t, 0);
}

/* What all predictions of a batch have in common: one a class of each. */
struct pieces {
	struct json_piece *head, *name;
	size_t bytes;		/* of a prediction, about */
};

static struct pieces pieces_make(const struct model_spec *spec,
				 struct dc_arena *arena)
{
	size_t room = spec->n_class * sizeof(struct json_piece);
	struct pieces p = {
		.head = dc_arena_alloc(arena, room),
		.name = dc_arena_alloc(arena, room),
	};
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, PIECE_BYTES_MAX);
	json_out_init(&j, &b);
	for (uint32_t k = 0; k < spec->n_class; k++) {
		put_head(&j, spec, k);
		p.head[k] = json_piece_take(&j, arena);
		json_put_key_text(&j, spec->class_name[k]);
		p.name[k] = json_piece_take(&j, arena);
		p.bytes += p.name[k].len + SCORE_BYTES;
	}
	p.bytes += p.head[0].len;
	dc_buf_clear(&b);
	return p;
}

static void put_batch(struct json_out *j, const struct telling *t,
		      struct dc_arena *arena)
{
	const struct predicting *p = t->p;
	struct pieces pieces = pieces_make(p->spec, arena);
	const int64_t *score = p->scores;

	dc_buf_expect(j->b, p->body.n * pieces.bytes);
	for (size_t i = 0; i < p->body.n; i++) {
		json_put_piece(j, &pieces.head[p->label[i]]);
		for (uint32_t k = 0; k < p->spec->n_class; k++) {
			json_put_piece(j, &pieces.name[k]);
			json_put_score(j, *score++);
		}
		json_put_close(j, '}');
		put_attestation(j, t, i);
		json_put_close(j, '}');
	}
}

static void write_predictions(struct http_request *rq, struct http_reply *rp,
			      const struct telling *t)
{
	const struct predicting *p = t->p;
	struct json_out out, *j = &out;

	json_out_init(j, &rp->body);
	if (p->body.batch) {
		json_put_open(j, '{');
		json_put_key(j, "predictions");
		json_put_open(j, '[');
		put_batch(j, t, rq->arena);
		json_put_close(j, ']');
	} else {
		put_one(j, t);
	}
	predicting_put_as_of(j, &p->as_of);
	if (t->attested != NULL)
		attesting_put_for(j, t->app, t->attested);
	json_put_close(j, '}');
}

static void predict(struct predicting *p, struct http_request *rq,
		    struct http_reply *rp)
{
	const struct telling t = { p, rq->app, NULL };
	struct dc_err err = DC_ERR_INIT;

	if (!predicting_embed(p, rq, rp))
		return;
	if (predicting_ask(p, rq, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		write_predictions(rq, rp, &t);
}

/* The same of the effective checkpoint, signed. */
static void predict_attested(struct predicting *p, struct http_request *rq,
			     struct http_reply *rp)
{
	struct attester_answer attested;
	const struct telling t = { p, rq->app, &attested };

	if (rq->waited_for == attester_ready) {
		if (attesting_take(&attested, p, rq, rp))
			write_predictions(rq, rp, &t);
	} else if (predicting_embed(p, rq, rp)) {
		attesting_wish(p, rq, rp);
	}
}

void rest_predict(struct http_request *rq, struct http_reply *rp)
{
	struct predicting p;
	struct dc_err err = DC_ERR_INIT;

	if (rest_find_live(rq->app, rq->param[0]) == NULL) {
		rest_mirror_predict(rq, rp);
		return;
	}
	if (!predicting_begin(&p, rq, rp, rq->param[0]))
		return;
	if (predict_body_read(&p.body, rq->arena, rq->body, rq->body_len,
			      &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else if (p.body.attest)
		predict_attested(&p, rq, rp);
	else
		predict(&p, rq, rp);
}
