/* POST /v1/models/{model}/predict. */
#include "config.h"

#include "server/predicting.h"
#include "server/rest.h"

/* A class name has 64 bytes, and six each where all want escapes. */
#define PIECE_BYTES_MAX 4096
#define SCORE_BYTES 16		/* of the answer, about */

static enum dc_status read_body(struct predicting *p, struct http_request *rq,
				struct dc_err *err)
{
	if (predict_body_read(&p->body, rq->arena, rq->body, rq->body_len,
			      err) != DC_OK)
		return DC_EINVAL;
	return !p->body.attest ? DC_OK :
		dc_fail(err, DC_EINVAL, "attest: this daemon does not attest");
}

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

static void put_one(struct json_out *j, const struct predicting *p)
{
	put_head(j, p->spec, p->label[0]);
	for (uint32_t k = 0; k < p->spec->n_class; k++) {
		json_put_key_text(j, p->spec->class_name[k]);
		json_put_score(j, p->scores[k]);
	}
	json_put_close(j, '}');
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

static void put_batch(struct json_out *j, const struct predicting *p,
		      struct dc_arena *arena)
{
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
		json_put_close(j, '}');
	}
}

static void write_predictions(struct json_out *j, const struct predicting *p,
			      struct dc_arena *arena)
{
	if (p->body.batch) {
		json_put_open(j, '{');
		json_put_key(j, "predictions");
		json_put_open(j, '[');
		put_batch(j, p, arena);
		json_put_close(j, ']');
	} else {
		put_one(j, p);
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
	if (read_body(&p, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	if (!predicting_embed(&p, rq, rp))
		return;
	if (predicting_ask(&p, rq, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	json_out_init(&j, &rp->body);
	write_predictions(&j, &p, rq->arena);
}
