/*
 * 0xDeCA10B's models in the pipeline: taken in with their history, their
 * events stored beside ours and undone with them. There the chain judges: no
 * verdict, no checkpoint, no learner of ours; what the mirror said of a
 * contribution is told later, by who keeps it (oracle/mirrors.h).
 *
 * Strangers write these contracts. What the originals cannot emit stops the
 * one mirror, from that block on, and is said; it never halts following.
 */

#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/deca_claims.h"
#include "oracle/pipeline_core.h"
#include "incentives/deca_trainer.h"
#include "sql/blocks.h"
#include "sql/board.h"
#include "sql/events.h"
#include "sql/mirrors.h"

/* Each of the originals' events costs a storage write or more, 20,000 gas:
 * no block of a chain that we know of has room for as many. */
#define BLOCK_EVENTS_MAX 4096
#define SAMPLE_NUMBERS_MAX 65536
#define CLASS_NAMES_BYTES_MAX 65536
#define TEXTS_BYTES 4096

/* --- the list ----------------------------------------------------------- */

struct pipe_mirror *pipe_mirror_find(struct pipeline *p,
				     const struct addr20 *a)
{
	for (size_t i = 0; i < p->n_mirrors; i++) {
		const struct feed_mirror *is = &p->mirrors[i]->is;

		if (addr20_equal(a, &is->trainer) ||
		    addr20_equal(a, &is->incentive) ||
		    addr20_equal(a, &is->classifier))
			return p->mirrors[i];
	}
	return NULL;
}

static const char *keep(struct dc_arena *arena, const char *text)
{
	return dc_arena_copy(arena, text, strlen(text) + 1);
}

static struct pipe_mirror *add(struct pipeline *p,
			       const struct feed_mirror *is)
{
	struct pipe_mirror *m = dc_calloc(1, sizeof(*m));

	DC_CHECK(p->n_mirrors < FOLLOW_MIRRORS_MAX);
	m->texts = dc_arena_new(TEXTS_BYTES);
	m->is = *is;
	m->is.type = keep(m->texts, is->type);
	m->is.name = keep(m->texts, is->name);
	m->is.description = keep(m->texts, is->description);
	m->is.encoder = keep(m->texts, is->encoder);
	dc_buf_init(&m->class_names, CLASS_NAMES_BYTES_MAX);
	dc_buf_append(&m->class_names, is->class_names, is->class_names_len);
	p->mirrors[p->n_mirrors++] = m;
	return m;
}

void pipe_mirrors_free(struct pipeline *p)
{
	for (size_t i = 0; i < p->n_mirrors; i++) {
		dc_arena_free(p->mirrors[i]->texts);
		dc_buf_clear(&p->mirrors[i]->class_names);
		free(p->mirrors[i]);
	}
}

/* --- rows --------------------------------------------------------------- */

static struct sql_mirror row_of(const struct pipe_mirror *m)
{
	return (struct sql_mirror){
		.model = m->model->row.row,
		.data_handler = m->is.data_handler,
		.incentive = m->is.incentive,
		.classifier = m->is.classifier,
		.cost_weight_wei = m->is.cost_weight_wei,
		.class_names = m->class_names.data,
		.class_names_len = m->class_names.len,
		.refusal = m->refusal,
	};
}

static enum dc_status put_row(struct pipeline *p, const struct pipe_mirror *m,
			      struct dc_err *err)
{
	const struct sql_mirror row = row_of(m);

	return sql_mirror_put(p->db, &row, err);
}

static struct pipe_model *make_model(struct pipe_mirror *m, const char *slug)
{
	struct pipe_model *model = dc_calloc(1, sizeof(*model));
	const struct feed_mirror *is = &m->is;

	model->mirror = m;
	model->due_s = PIPELINE_NEVER;
	model->row.is = (struct ev_model_created){
		.trainer = is->trainer, .owner = is->owner, .kind = is->kind,
		.name = is->name, .description = is->description,
		.encoder = is->encoder, .spec = "",
		.params = { .classes = is->n_class,
			    .refund_wait_s = is->refund_wait_s,
			    .owner_claim_wait_s = is->owner_claim_wait_s,
			    .any_claim_wait_s = is->any_claim_wait_s },
	};
	model->row.slug = keep(m->texts, slug);
	model->row.type = is->type;
	model->row.features = is->features;
	model->row.origin = SQL_ORIGIN_0XDECA10B;
	model->row.followed = true;
	model->row.totals.level_time_s = is->last_update_s;
	m->model = model;
	return model;
}

/* At the head; its row is undone with that block, if it can be. */
static enum dc_status insert(struct pipeline *p, struct pipe_mirror *m,
			     struct dc_err *err)
{
	char slug[REGISTRY_SLUG_BYTES];
	struct pipe_model *model;
	struct sql_mirror row;
	enum dc_status st;

	registry_slug(slug, m->is.name, &m->is.trainer);
	model = make_model(m, slug);
	model->row.created = (struct log_ref){
		.block = p->head.number, .block_hash = p->head.hash,
		.time_s = p->head.time_s
	};
	model->row.is.created_at_s = p->head.time_s;
	st = sql_model_insert(p->db, &model->row, err);
	pipe_append(p, model);
	row = row_of(m);
	return st == DC_OK ? sql_mirror_insert(p->db, &row, err) : st;
}

enum dc_status pipe_mirrors_settle(struct pipeline *p, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	for (size_t i = 0; st == DC_OK && i < p->n_mirrors; i++)
		if (p->mirrors[i]->model == NULL)
			st = insert(p, p->mirrors[i], err);
	return st;
}

static enum dc_status read_row(struct pipeline *p, struct pipe_mirror *m,
			       struct dc_err *err)
{
	struct sql_mirror row;
	bool found;
	enum dc_status st = sql_mirror_get(p->db, &row, &found,
					   m->model->row.row, p->scratch,
					   err);

	if (st == DC_OK && !found)
		st = dc_fail(err, DC_EIO, "mirror of %s is missing",
			     m->model->row.slug);
	if (st != DC_OK)
		return st;
	dc_buf_reset(&m->class_names);
	dc_buf_append(&m->class_names, row.class_names, row.class_names_len);
	(void)snprintf(m->refusal, sizeof(m->refusal), "%s", row.refusal);
	m->is.data_handler = row.data_handler;
	m->is.incentive = row.incentive;
	m->is.classifier = row.classifier;
	m->is.cost_weight_wei = row.cost_weight_wei;
	return DC_OK;
}

enum dc_status pipe_mirror_load(struct pipeline *p,
				const struct sql_model *row,
				struct dc_err *err)
{
	const struct trainer_params *params = &row->is.params;
	struct feed_mirror is = {
		.trainer = row->is.trainer, .owner = row->is.owner,
		.kind = row->is.kind, .type = row->type,
		.name = row->is.name, .description = row->is.description,
		.encoder = row->is.encoder, .n_class = params->classes,
		.refund_wait_s = params->refund_wait_s,
		.owner_claim_wait_s = params->owner_claim_wait_s,
		.any_claim_wait_s = params->any_claim_wait_s,
		.features = row->features, .class_names = (const uint8_t *)"",
	};
	struct pipe_mirror *m;
	struct pipe_model *model;

	if (p->n_mirrors == FOLLOW_MIRRORS_MAX)
		return dc_fail(err, DC_EREFUSED, "more than %d mirrors",
			       FOLLOW_MIRRORS_MAX);
	m = add(p, &is);
	model = make_model(m, row->slug);
	model->row.row = row->row;
	model->row.created = row->created;
	model->row.totals = row->totals;
	pipe_append(p, model);
	return pipe_mirror_reload(p, model, err);
}

/* Predictions are not undone with a block: their sums are counted from the
 * rows that are left. */
enum dc_status pipe_mirror_reload(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	uint64_t right, counted;
	enum dc_status st = read_row(p, m->mirror, err);

	if (st == DC_OK)
		st = sql_predicted_sums(p->db, &right, &counted, m->row.row,
					err);
	if (st != DC_OK)
		return st;
	m->dirty = t->progressive_right != right ||
		t->progressive_counted != counted;
	t->progressive_right = right;
	t->progressive_counted = counted;
	m->mirror->block_events = 0;
	return DC_OK;
}

/* --- events ------------------------------------------------------------- */

static enum dc_status refuse(struct pipeline *p, struct pipe_mirror *m,
			     const struct raw_log *log, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Follow it no further. Its row says so, and a reorg takes that back. */
static enum dc_status refuse(struct pipeline *p, struct pipe_mirror *m,
			     const struct raw_log *log, const char *fmt, ...)
{
	struct dc_err err = DC_ERR_INIT;
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	(void)snprintf(m->refusal, sizeof(m->refusal),
		       "block %" PRIu64 ", log %" PRIu32 ": %s",
		       log->at.block, log->at.index, what);
	dc_log(DC_LOG_UNUSUAL, "oracle", "mirror %s is followed no further: "
	       "%s", m->model->row.slug, m->refusal);
	return put_row(p, m, &err);
}

static struct hash32 entry_key(const struct deca_event *e,
			       const struct addr20 *author)
{
	struct deca_ref ref = {
		.data = e->sample.data, .n = e->sample.n,
		.label = e->sample.label, .added_s = e->added_s,
		.author = *author,
	};
	struct hash32 key;

	deca_entry_key(&key, &ref);
	return key;
}

/* Eight bytes a number, big-endian. */
static const uint8_t *pack(const struct deca_sample *s,
			   struct dc_arena *arena)
{
	uint8_t *out = dc_arena_alloc(arena, s->n * 8 + 1);

	for (size_t i = 0; i < s->n * 8; i++)
		out[i] = (uint8_t)((uint64_t)s->data[i / 8] >>
				   (56 - 8 * (i % 8)));
	return out;
}

static struct sql_contributor_delta delta_at(const struct log_ref *at)
{
	return (struct sql_contributor_delta){
		.block = at->block, .log = at->index, .time_s = at->time_s
	};
}

static bool put_on(struct wei *pile, struct wei amount)
{
	return wei_add(pile, *pile, amount);
}

/* A contract that pays more than it took shows nothing below zero. */
static void take_from(struct wei *pile, struct wei amount)
{
	if (!wei_sub(pile, *pile, amount))
		*pile = wei_from_u64(0);
}

static struct sql_contribution contribution_of(struct pipeline *p,
					       const struct pipe_model *m,
					       const struct deca_event *e,
					       const struct log_ref *at)
{
	const struct sql_model_totals *t = &m->row.totals;
	struct sql_contribution c = {
		.suspicion_ppm = -1,	/* nothing is compared there */
		.model = m->row.row, .log = *at,
		.is = { .id = t->count, .contributor = e->who,
			.label = e->sample.label < UINT32_MAX ?
				(uint32_t)e->sample.label : UINT32_MAX,
			.deposit_wei = e->amount_wei,
			.sample = pack(&e->sample, p->scratch),
			.sample_len = e->sample.n * 8 },
		.sample_hash = entry_key(e, &e->who),
		.valid = true, .is_new = true, .prediction_before = -1,
		.progressive_right = t->progressive_right,
		.progressive_counted = t->progressive_counted,
		.now = { .state = SQL_STATE_PENDING,
			 .verdict = VERDICT_NONE },
	};

	c.record_hash = c.sample_hash;
	return c;
}

/* Once for each contribution. */
static enum dc_status put_prediction(struct pipeline *p, struct pipe_model *m,
				     uint64_t id, uint32_t label,
				     int64_t prediction, struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;

	t->progressive_counted++;
	t->progressive_right += prediction == (int64_t)label;
	m->dirty = true;
	return sql_contribution_predicted(p->db, m->row.row, id,
					  prediction, t->progressive_right,
					  t->progressive_counted, err);
}

/* Its row, and what was said of it when it was here before, or before it
 * came. */
static enum dc_status put_contribution(struct pipeline *p,
				       struct pipe_model *m,
				       const struct sql_contribution *c,
				       struct dc_err *err)
{
	int64_t prediction;
	bool found;
	enum dc_status st = sql_contribution_insert(p->db, c, err);

	if (st == DC_OK)
		st = sql_said_get(p->db, &prediction, &found, &c->log, err);
	if (st != DC_OK || !found)
		return st;
	return put_prediction(p, m, c->is.id, c->is.label, prediction, err);
}

static enum dc_status added(struct pipeline *p, struct pipe_mirror *m,
			    const struct deca_event *e,
			    const struct raw_log *log,
			    const struct log_ref *at, struct dc_err *err)
{
	struct sql_model_totals *t = &m->model->row.totals;
	struct sql_contributor_delta d = delta_at(at);
	struct sql_contribution c;
	enum dc_status st;

	if (e->sample.n > SAMPLE_NUMBERS_MAX)
		return refuse(p, m, log, "a sample of %zu numbers",
			      e->sample.n);
	if (u256_compare(e->added_s, u256_from_u64(at->time_s)) != 0)
		return refuse(p, m, log, "AddData tells another time than "
			      "its block's");
	if (!put_on(&t->held_wei, e->amount_wei))
		return refuse(p, m, log, "deposits pass 2^256");
	c = contribution_of(p, m->model, e, at);
	t->count++;
	t->record_hash = c.record_hash;
	t->level_time_s = at->time_s;
	m->model->dirty = true;
	d.contributions = 1;
	d.deposited_wei = e->amount_wei;
	st = tally_add(p->tally, m->model->row.row, &e->who, &d, err);
	return st == DC_OK ? put_contribution(p, m->model, &c, err) : st;
}

/* What the claim did to the contribution that it was about. */
static enum dc_status settle(struct pipeline *p, struct pipe_mirror *m,
			     const struct deca_event *e,
			     const struct sql_contribution *c,
			     const struct log_ref *at, struct dc_err *err)
{
	struct sql_settlement s = c->now;

	if (!put_on(&s.paid_wei, e->amount_wei))
		s.paid_wei = c->is.deposit_wei;
	if (e->kind == DECA_EVENT_REFUND)
		s.state = SQL_STATE_REFUNDED;
	else if (wei_compare(s.paid_wei, c->is.deposit_wei) >= 0)
		s.state = SQL_STATE_FORFEITED;
	if (s.state != SQL_STATE_PENDING)
		s.settled_block = at->block;
	return sql_contribution_settle(p->db, m->model->row.row, c->is.id, &s,
				       err);
}

static enum dc_status book(struct pipeline *p, struct pipe_mirror *m,
			   const struct deca_event *e,
			   const struct log_ref *at, struct dc_err *err)
{
	struct sql_model_totals *t = &m->model->row.totals;
	struct sql_contributor_delta d = delta_at(at);

	take_from(&t->held_wei, e->amount_wei);
	if (!put_on(&t->paid_out_wei, e->amount_wei))
		t->paid_out_wei.v = u256_not(u256_from_u64(0));
	if (e->kind == DECA_EVENT_REFUND) {
		d.refunded_wei = e->amount_wei;
		d.karma = d.agreed = 1;		/* numValid, and why */
		t->karma++;
	} else {
		d.earned_wei = e->amount_wei;
		if (!put_on(&t->forfeited_wei, e->amount_wei))
			t->forfeited_wei.v = u256_not(u256_from_u64(0));
	}
	m->model->dirty = true;
	return tally_add(p->tally, m->model->row.row, &e->who, &d, err);
}

static enum dc_status claimed(struct pipeline *p, struct pipe_mirror *m,
			      const struct deca_event *e,
			      const struct log_ref *at, struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .model = m->model->row.row, .account = e->who,
		.kind = e->kind == DECA_EVENT_REFUND ? SQL_EVENT_REFUND
						     : SQL_EVENT_REPORT,
		.ref = SQL_EVENT_NO_REF, .amount_wei = e->amount_wei,
		.karma = e->kind == DECA_EVENT_REFUND,
	};
	struct sql_contribution c;
	bool found = false;
	enum dc_status st = book(p, m, e, at, err);

	if (st == DC_OK && e->is_joined) {
		struct hash32 key = entry_key(e, &e->author);

		st = sql_entry_get(p->db, &c, &found, row.model, &key,
				   p->scratch, err);
	}
	if (st == DC_OK && found) {
		row.ref = c.is.id;
		row.contributor = c.is.contributor;
		st = settle(p, m, e, &c, at, err);
	}
	return st == DC_OK ? sql_event_insert(p->db, &row, err) : st;
}

static enum dc_status class_added(struct pipeline *p, struct pipe_mirror *m,
				  const struct deca_event *e,
				  const struct raw_log *log,
				  struct dc_err *err)
{
	dc_buf_append(&m->class_names, e->name, strlen(e->name) + 1);
	if (dc_buf_failed(&m->class_names))
		return refuse(p, m, log, "names of classes over %d bytes",
			      CLASS_NAMES_BYTES_MAX);
	return put_row(p, m, err);
}

/* Each event has one contract that emits it. */
static bool may_emit(const struct feed_mirror *is, enum deca_event_kind kind,
		     const struct addr20 *who)
{
	switch (kind) {
	case DECA_EVENT_ADD_DATA:
		return addr20_equal(who, &is->trainer);
	case DECA_EVENT_ADD_CLASS:
		return addr20_equal(who, &is->classifier);
	case DECA_EVENT_REFUND:
	case DECA_EVENT_REPORT:
		return addr20_equal(who, &is->incentive);
	}
	return false;
}

static enum dc_status take(struct pipeline *p, struct pipe_mirror *m,
			   struct deca_event *e, const struct raw_log *log,
			   const struct log_ref *at, struct dc_err *err)
{
	switch (e->kind) {
	case DECA_EVENT_ADD_DATA:
		return added(p, m, e, log, at, err);
	case DECA_EVENT_REFUND:
	case DECA_EVENT_REPORT:
		deca_claim_join(e, log, &m->is.trainer, p->scratch);
		return claimed(p, m, e, at, err);
	case DECA_EVENT_ADD_CLASS:
		return class_added(p, m, e, log, err);
	}
	return DC_OK;
}

static enum dc_status one_log(struct pipeline *p, struct pipe_mirror *m,
			      const struct raw_log *log, uint64_t time_s,
			      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct log_ref at = log->at;
	struct deca_event e;
	enum dc_status st;

	if (m->refusal[0] != '\0')
		return DC_OK;
	at.time_s = time_s;
	if (m->block != at.block)
		m->block_events = 0;
	m->block = at.block;
	if (++m->block_events > BLOCK_EVENTS_MAX)
		return refuse(p, m, log, "more events in one block than its "
			      "contracts can emit");
	st = deca_event_decode(&e, log, p->scratch, &why);
	if (st == DC_ENOTFOUND)
		return DC_OK;
	if (st != DC_OK)
		return refuse(p, m, log, "%s", why.text);
	if (!may_emit(&m->is, e.kind, &log->address))
		return refuse(p, m, log, "an event of another part's");
	p->tx_events++;
	return take(p, m, &e, log, &at, err);
}

enum dc_status pipe_mirror_log(struct pipeline *p, struct pipe_mirror *m,
			       const struct raw_log *log, struct dc_err *err)
{
	return one_log(p, m, log, p->head.time_s, err);
}

/* --- one more ----------------------------------------------------------- */

/* Slugs and addresses are unique: who takes another's is not let in. */
static enum dc_status is_taken(struct pipeline *p,
			       const struct feed_mirror *is, bool *taken,
			       struct dc_err *err)
{
	char slug[REGISTRY_SLUG_BYTES];
	struct sql_model row;
	enum dc_status st;

	registry_slug(slug, is->name, &is->trainer);
	st = sql_model_by_slug(p->db, &row, taken, slug, p->scratch, err);
	if (st == DC_OK && !*taken)
		st = sql_model_get(p->db, &row, taken, &is->trainer,
				   p->scratch, err);
	*taken |= p->n_mirrors == FOLLOW_MIRRORS_MAX;
	return st;
}

static enum dc_status history(struct pipeline *p, struct pipe_mirror *m,
			      const struct feed_batch *b, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	if (b->n_blocks > 0)	/* hours that have passed count differently */
		st = sql_boards_suspend(p->db, err);
	for (size_t i = 0; st == DC_OK && i < b->n_blocks; i++) {
		const struct feed_block *block = &b->blocks[i];
		struct block_ref was;
		bool found;

		st = sql_block_get(p->db, &was, &found, block->ref.number,
				   err);
		if (st == DC_OK && !found)
			st = sql_block_put(p->db, &block->ref, err);
		for (size_t k = 0; st == DC_OK && k < block->n_logs; k++)
			st = one_log(p, m, &block->logs[k],
				     block->ref.time_s, err);
		dc_arena_reset(p->scratch);
	}
	return st;
}

enum dc_status pipe_mirror_adopt(struct pipeline *p,
				 const struct feed_batch *b,
				 struct dc_err *err)
{
	struct pipe_mirror *m;
	bool taken;
	enum dc_status st = pipe_commit_open(p, err);

	if (st == DC_OK)
		st = is_taken(p, &b->mirror, &taken, err);
	if (st != DC_OK)
		return st;
	if (taken) {
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirror not followed: its "
		       "name or address is another model's");
		return DC_OK;
	}
	m = add(p, &b->mirror);
	if (!p->has_head)
		return DC_OK;		/* with the first block */
	st = pipe_aside_begin(p, err);
	if (st == DC_OK)
		st = insert(p, m, err);
	if (st == DC_OK)
		st = history(p, m, b, err);
	if (st != DC_OK)
		return st;
	dc_log(DC_LOG_INFO, "oracle", "mirror followed: %s contributions=%"
	       PRIu64 " block=%" PRIu64, m->model->row.slug,
	       m->model->row.totals.count, p->head.number);
	return pipe_aside_commit(p, p->tx_events, err);
}

/* --- what it said ------------------------------------------------------- */

static enum dc_status one_prediction(struct pipeline *p,
				     struct pipe_model *m,
				     const struct feed_prediction *said,
				     struct dc_err *err)
{
	const int64_t prediction = (int64_t)(said->label & INT64_MAX);
	uint32_t label;
	uint64_t id;
	bool found;
	enum dc_status st = DC_OK;

	if (said->at.block > p->finalized)
		st = sql_said_put(p->db, &said->at, prediction, err);
	if (st == DC_OK)
		st = sql_contribution_unsaid(p->db, &id, &label, &found,
					     m->row.row, &said->at, err);
	if (st != DC_OK || !found)
		return st;	/* it is not here, or it was told */
	return put_prediction(p, m, id, label, prediction, err);
}

enum dc_status pipe_mirror_predicted(struct pipeline *p,
				     const struct feed_batch *b,
				     struct dc_err *err)
{
	struct pipe_mirror *m = pipe_mirror_find(p, &b->trainer);
	enum dc_status st;

	if (m == NULL || m->model == NULL || !p->has_head)
		return DC_OK;
	st = pipe_commit_open(p, err);
	if (st == DC_OK)
		st = pipe_aside_begin(p, err);
	for (size_t i = 0; st == DC_OK && i < b->n_predictions; i++)
		st = one_prediction(p, m->model, &b->predictions[i], err);
	dc_arena_reset(p->scratch);
	return st == DC_OK ? pipe_aside_commit(p, 0, err) : st;
}
