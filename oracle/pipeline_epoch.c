/*
 * What time brings: verdicts take effect, epochs end. Both are functions of
 * the chain up to that time alone, so they come before the events of the
 * first block that is not earlier.
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "oracle/pipeline_core.h"

#define CHUNK 256	/* contributions read at once */

/* --- when --------------------------------------------------------------- */

/* The end of the first epoch that ends at that time or later. */
static uint64_t epoch_end_from(const struct pipe_model *m, uint64_t time_s)
{
	uint64_t len = m->row.is.params.epoch_s;

	return (time_s + len - 1) / len * len;
}

/* The end of the next epoch that is not empty: where a contribution is to be
 * counted, or the oldest unjudged one has waited long enough. Epochs whose
 * end is not after p->head are closed already. */
static uint64_t epoch_due(const struct pipeline *p,
			  const struct pipe_model *m)
{
	uint64_t open_end = epoch_end_from(m, p->head.time_s + 1), end;

	if (m->row.totals.count > m->computed_count)
		return open_end;
	if (m->judged.judged == m->row.totals.count)
		return PIPELINE_NEVER;
	end = epoch_end_from(m, m->unjudged_s +
			     m->row.is.params.refund_wait_s);
	return end > open_end ? end : open_end;
}

void pipe_due(struct pipeline *p, struct pipe_model *m)
{
	uint64_t effect = pipe_effect_due(m), epoch = epoch_due(p, m);

	m->due_s = effect < epoch ? effect : epoch;
	if (m->due_s < p->due_s)
		p->due_s = m->due_s;
}

/* --- an epoch ends ------------------------------------------------------ */

/* The words of one checkpoint, and the verdicts that are put into them. */
struct word_list {
	struct dc_arena *arena;
	uint8_t *bytes;
	uint32_t n, room;
};

static void push_word(struct word_list *w, const struct u256 *word)
{
	if (w->n == w->room) {
		uint8_t *wider;

		w->room = w->room == 0 ? 4 : 2 * w->room;
		wider = dc_arena_alloc(w->arena, (size_t)w->room * 32);
		if (w->n > 0)
			memcpy(wider, w->bytes, (size_t)w->n * 32);
		w->bytes = wider;
	}
	u256_to_be(*word, w->bytes + (size_t)w->n++ * 32);
}

static enum verdict judge_one(struct pipeline *p, struct pipe_model *m,
			      const struct sql_contribution *c)
{
	struct lesson_input in = {
		.sample = c->is.sample, .sample_len = c->is.sample_len,
		.label = c->is.label,
		.novelty = c->is_new ? NOVELTY_NEW : NOVELTY_REPEAT,
		.contributor = c->is.contributor
	};

	return learner_judge(registry_learner(m->live), &in,
			     c->taught ? LESSON_TAUGHT : LESSON_NONE,
			     p->room);
}

/* A word is complete when the next verdict would open another one. */
static void append_verdict(struct pipe_model *m, struct word_list *words,
			   enum verdict v)
{
	struct u256 word = m->judged.word;

	verdicts_put(&word, m->judged.judged % VERDICTS_PER_WORD, v);
	verdicts_append(&m->judged, v);
	if (m->judged.judged % VERDICTS_PER_WORD == 0)
		push_word(words, &word);
}

/* Judge what has waited long enough at the epoch's end.
 * words  gets all words that hold a verdict of this epoch, whole */
static enum dc_status judge(struct pipeline *p, struct pipe_model *m,
			    struct word_list *words, uint64_t epoch,
			    uint64_t end_s, struct dc_err *err)
{
	uint64_t wait = m->row.is.params.refund_wait_s;
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c[CHUNK];
	enum dc_status st = DC_OK;
	uint64_t before = m->judged.judged;
	uint32_t n = CHUNK, i = CHUNK;

	while (st == DC_OK && m->judged.judged < m->row.totals.count) {
		enum verdict v;

		if (i == n) {
			dc_arena_reset(arena);
			st = sql_contributions_judged(p->db, c, &n, CHUNK,
						      m->row.row,
						      m->judged.judged, arena,
						      err);
			i = 0;
			if (st == DC_OK && n == 0)
				st = dc_fail(err, DC_EIO, "contributions are "
					     "missing");
			continue;
		}
		m->unjudged_s = c[i].log.time_s;
		if (c[i].log.time_s + wait > end_s)
			break;
		v = judge_one(p, m, &c[i]);
		append_verdict(m, words, v);
		st = sql_contribution_judge(p->db, m->row.row, c[i].is.id, v,
					    epoch, err);
		i++;
	}
	dc_arena_free(arena);
	if (m->judged.judged > before &&
	    m->judged.judged % VERDICTS_PER_WORD != 0)
		push_word(words, &m->judged.word);
	return st;
}

static enum dc_status close_epoch(struct pipeline *p, struct pipe_model *m,
				  uint64_t epoch, uint64_t end_s,
				  struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct word_list words = { .arena = p->scratch };
	struct sql_checkpoint row = {
		.model = m->row.row, .judged_before = m->judged.judged,
		.chain_before = m->judged.v, .computed = true
	};
	enum dc_status st = judge(p, m, &words, epoch, end_s, err);

	if (st != DC_OK)
		return st;
	row.is.trainer = m->row.is.trainer;
	row.is.spec = m->row.is.spec_hash;
	row.is.epoch = epoch;
	row.is.count = t->count;
	row.is.record_hash = t->record_hash;
	registry_root(m->live, &row.is.state_root);
	row.is.judged = m->judged.judged;
	verdicts_hash(&row.is.verdicts_hash, &m->judged);
	row.is.accuracy_fx9 =
		learner_accuracy_fx9(registry_learner(m->live));
	row.words = words.bytes;
	row.n_words = words.n;
	m->computed_count = t->count;
	t->has_root = true;
	t->root = row.is.state_root;
	t->root_count = t->count;
	m->dirty = true;
	return sql_checkpoint_put(p->db, &row, err);
}

/* Empty epochs are stepped over, however many there are: keeps (5). */
static enum dc_status model_time(struct pipeline *p, struct pipe_model *m,
				 uint64_t now_s, struct dc_err *err)
{
	uint64_t len = m->row.is.params.epoch_s, end;
	enum dc_status st = DC_OK;

	if (pipe_effect_due(m) <= now_s)
		st = pipe_take_effect(p, m, err);
	for (end = epoch_due(p, m); st == DC_OK && end <= now_s;) {
		uint64_t next;

		st = close_epoch(p, m, end / len - 1, end, err);
		/* what is left waits for a later end */
		if (m->judged.judged == m->row.totals.count)
			break;
		next = epoch_end_from(m, m->unjudged_s +
				      m->row.is.params.refund_wait_s);
		DC_CHECK(st != DC_OK || next > end);
		end = next;
	}
	return st;
}

enum dc_status pipe_time(struct pipeline *p, uint64_t now_s,
			 struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i;

	if (now_s < p->due_s)
		return DC_OK;
	for (i = 0; i < p->n_models && st == DC_OK; i++) {
		struct pipe_model *m = p->models[i];

		if (m->followed && m->due_s <= now_s)
			st = model_time(p, m, now_s, err);
	}
	return st;
}

/* --- coming back -------------------------------------------------------- */

enum dc_status pipe_load_unjudged(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err)
{
	struct sql_contribution c;
	bool found;
	enum dc_status st;

	m->unjudged_s = 0;
	if (m->judged.judged == m->row.totals.count)
		return DC_OK;
	st = sql_contribution_get(p->db, &c, &found, m->row.row,
				  m->judged.judged, p->scratch, err);
	if (st == DC_OK && !found)
		st = dc_fail(err, DC_EIO, "contribution %" PRIu64 " is "
			     "missing", m->judged.judged);
	if (st == DC_OK)
		m->unjudged_s = c.log.time_s;
	return st;
}

/* The words of a row hold all of each word that they touch. */
static void fold_words(struct verdicts_chain *v,
		       const struct sql_checkpoint *row)
{
	uint32_t i;

	v->v = row->chain_before;
	v->judged = row->is.judged;
	v->word = U256_ZERO;
	for (i = 0; i < row->n_words; i++) {
		struct u256 word = u256_from_be(row->words + (size_t)i * 32);
		uint64_t after = (row->judged_before / VERDICTS_PER_WORD +
				  i + 1) * VERDICTS_PER_WORD;

		if (after <= row->is.judged)
			verdicts_fold(&v->v, &word);
		else
			v->word = word;
	}
}

/* Verdicts that the rows of contributions have beyond those in v. */
static enum dc_status append_stored(struct pipeline *p, struct pipe_model *m,
				    struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c[CHUNK];
	enum dc_status st = DC_OK;
	uint32_t n = CHUNK, i;
	bool judged = true;

	while (st == DC_OK && judged && n == CHUNK) {
		dc_arena_reset(arena);
		st = sql_contributions_range(p->db, c, &n, CHUNK, m->row.row,
					     m->judged.judged, arena, err);
		for (i = 0; st == DC_OK && judged && i < n; i++) {
			judged = c[i].now.verdict != VERDICT_NONE;
			if (judged)
				verdicts_append(&m->judged, c[i].now.verdict);
		}
	}
	dc_arena_free(arena);
	return st;
}

/* From the newest row that judged something and still shows what was
 * computed; the contributions tell the rest. */
enum dc_status pipe_load_verdicts(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err)
{
	struct sql_checkpoint own;
	bool found;
	enum dc_status st = pipe_own_checkpoint(p, m, &own, &found, INT64_MAX,
					   err);

	memset(&m->judged, 0, sizeof(m->judged));
	m->computed_count = 0;
	if (st == DC_OK && found)
		m->computed_count = own.is.count;
	while (st == DC_OK && found && (own.n_words == 0 || own.differs) &&
	       own.is.epoch > 0)
		st = pipe_own_checkpoint(p, m, &own, &found, own.is.epoch - 1,
				    err);
	if (st == DC_OK && found && own.n_words > 0 && !own.differs)
		fold_words(&m->judged, &own);
	if (st == DC_OK)
		st = append_stored(p, m, err);
	return st == DC_OK ? pipe_load_unjudged(p, m, err) : st;
}
