/* A mirror on its way into the gateway's database, and what it tells it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/feed_fill.h"
#include "oracle/mirrors_core.h"
#include "sql/mirrors.h"
#include "sql/models.h"

#define ARENA_BYTES (1 << 16)
#define PAGE 64
/* Strangers' texts, as far as they are kept. */
#define NAME_BYTES 256
#define TEXT_BYTES 4096
#define CLASS_BYTES 64

/* --- from the database --------------------------------------------------- */

enum dc_status mirrors_recall(struct mirrors *m, enum mirror_origin origin,
			      struct dc_err *err)
{
	const struct sql_models_filter filter = { .kind = -1,
						  .sort = SQL_MODELS_OLD };
	char key[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	struct sql_page page = { .limit = PAGE };
	enum dc_status st;
	uint32_t n;

	do {
		struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
		struct sql_model rows[PAGE];

		st = sql_models_page(m->chain, rows, &n, key, &filter, &page,
				     arena, err);
		for (uint32_t i = 0; st == DC_OK && i < n; i++)
			if (rows[i].origin == SQL_ORIGIN_0XDECA10B)
				mirrors_add(m, &rows[i].is.trainer,
					    MIRROR_ADOPTED, origin);
		dc_arena_free(arena);
		memcpy(after, key, sizeof(after));
		page.after = after;
	} while (st == DC_OK && key[0] != '\0');
	return st;
}

static enum dc_status look_up(struct mirrors *m, struct mirrored *s,
			      struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	struct sql_model row;
	bool found;
	enum dc_status st = sql_model_get(m->chain, &row, &found, &s->trainer,
					  arena, err);

	if (st == DC_OK && found && row.origin != SQL_ORIGIN_0XDECA10B)
		st = dc_fail(err, DC_EINVAL, "it is one of our own models");
	else if (st == DC_OK && found)
		s->stage = MIRROR_ADOPTED;
	dc_arena_free(arena);
	return st;
}

/* --- what it is ---------------------------------------------------------- */

/* At most so many bytes, cut between two characters. */
static const char *clip(struct dc_arena *arena, const char *text, size_t most)
{
	size_t n = strlen(text);
	char *out;

	if (n > most)
		for (n = most; n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80; n--)
			;
	out = dc_arena_alloc(arena, n + 1);
	memcpy(out, text, n);
	out[n] = '\0';
	return out;
}

static void put_classes(struct feed_mirror *out, const struct deca_parts *p,
			struct dc_arena *arena)
{
	uint8_t *at = dc_arena_alloc(arena, p->n_class * (CLASS_BYTES + 1) +
				     1);

	out->class_names = at;
	for (size_t i = 0; i < p->n_class; i++) {
		const char *name = clip(arena, p->class_name[i], CLASS_BYTES);
		size_t n = strlen(name) + 1;

		memcpy(at, name, n);
		at += n;
	}
	out->class_names_len = (size_t)(at - out->class_names);
	out->n_class = (uint32_t)p->n_class;
}

static void describe(struct feed_mirror *out, const struct mirrored *s,
		     struct dc_arena *arena)
{
	const struct deca_parts *p = deca_mirror_parts(s->mirror);

	*out = (struct feed_mirror){
		.trainer = p->trainer, .data_handler = p->data_handler,
		.incentive = p->incentive, .classifier = p->classifier,
		.owner = p->trainer,
		.kind = p->rules.kind == DECA_STAKEABLE ? INCENTIVE_STAKE
							: INCENTIVE_POINTS,
		.refund_wait_s = p->rules.waits.refund_s,
		.owner_claim_wait_s = p->rules.waits.owner_claim_s,
		.any_claim_wait_s = p->rules.waits.any_claim_s,
		.cost_weight_wei = p->rules.cost_weight_wei,
		.type = deca_ops(p->kind)->name,
		.name = clip(arena, p->name, NAME_BYTES),
		.description = clip(arena, p->description, TEXT_BYTES),
		.encoder = clip(arena, p->encoder, TEXT_BYTES),
		.features = s->view.features,
	};
	if (!u256_to_u64(&out->last_update_s, p->rules.last_update_s) ||
	    out->last_update_s > INT64_MAX)
		out->last_update_s = 0;
	put_classes(out, p, arena);
}

/* --- its history --------------------------------------------------------- */

static uint64_t final_block(struct mirrors *m, const struct mirrored *s)
{
	uint64_t number = deca_mirror_block(s->mirror)->number;
	struct gateway_status status;

	gateway_status(m->gateway, &status);
	return status.finalized < number ? status.finalized : number;
}

static void begin(struct mirrors *m, struct mirrored *s)
{
	s->history = (struct mirror_history){
		.arena = dc_arena_new(ARENA_BYTES), .next = m->start_block,
		.to = final_block(m, s),
	};
}

static void forget(struct mirror_history *h)
{
	dc_arena_free(h->arena);
	free(h->logs.items);
	*h = (struct mirror_history){ .next = 0 };
}

/* Everything in one batch, whose arena is the history's. */
static enum dc_status offer(struct mirrors *m, struct mirrored *s,
			    struct rpc *rpc, struct dc_err *err)
{
	struct mirror_history *h = &s->history;
	struct feed_batch *b = feed_batch_new(FEED_ADOPT);
	struct raw_log *logs;
	enum dc_status st;

	dc_arena_free(b->arena);
	b->arena = h->arena;
	b->finalized = h->next > 0 ? h->next - 1 : 0;
	describe(&b->mirror, s, b->arena);
	logs = dc_arena_alloc(b->arena, (h->logs.n + 1) * sizeof(*logs));
	if (h->logs.n > 0)
		memcpy(logs, h->logs.items, h->logs.n * sizeof(*logs));
	feed_fill(b, logs, h->logs.n, NULL);
	st = feed_fill_times(b, rpc, err);
	if (st == DC_OK && gateway_adopt(m->gateway, b)) {
		s->stage = MIRROR_OFFERED;
		h->arena = NULL;	/* the batch's now */
		forget(h);
		return DC_OK;
	}
	b->arena = NULL;		/* it is still the history's */
	feed_batch_free(b);
	return st;
}

enum dc_status mirrors_adopt(struct mirrors *m, struct mirrored *s,
			     struct rpc *rpc, struct dc_err *err)
{
	struct mirror_history *h = &s->history;
	enum dc_status st = look_up(m, s, err);

	if (st != DC_OK || s->stage != MIRROR_NEW)
		return st;
	if (h->arena == NULL)
		begin(m, s);
	if (h->next <= h->to)
		st = deca_mirror_gather(s->mirror, &h->logs, h->arena,
					&h->next, h->to, err);
	if (st == DC_OK && h->next > h->to)
		st = offer(m, s, rpc, err);
	return st;
}

/* --- what it said -------------------------------------------------------- */

void mirrors_told(void *self, const struct deca_event *event,
		  const struct log_ref *at, uint64_t prediction)
{
	struct mirrored *s = self;

	if (event->kind != DECA_EVENT_ADD_DATA || prediction == UINT64_MAX)
		return;
	if (s->n_said == s->said_room) {
		s->said_room = s->said_room * 2 + 16;
		s->said = dc_realloc_array(s->said, s->said_room,
					   sizeof(*s->said));
	}
	s->said[s->n_said++] = (struct feed_prediction){ *at, prediction };
}

void mirrors_tell(struct mirrors *m, struct mirrored *s)
{
	struct feed_batch *b;

	if (s->n_said == 0)
		return;
	b = feed_batch_new(FEED_PREDICTED);
	b->trainer = s->trainer;
	b->predictions = dc_arena_copy(b->arena, s->said,
				       s->n_said * sizeof(*s->said));
	b->n_predictions = s->n_said;
	s->told = s->said[s->n_said - 1].at;
	s->has_told = true;
	s->n_said = 0;
	gateway_tell(m->gateway, b);
}
