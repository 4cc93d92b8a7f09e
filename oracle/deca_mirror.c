/* A mirror of a deployed model; see the invariants in deca_mirror.h. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/deca_claims.h"
#include "oracle/deca_mirror.h"

#define BLOCKS_A_STEP 2000
#define ARENA_BYTES (1 << 16)
#define HISTORY_LOGS_MAX (1 << 18)
#define HISTORY_BYTES_MAX ((size_t)256 << 20)
#define CELLS_MAX (1 << 21)	/* of a model: some 160 MiB */
#define KEYS_MAX (1 << 20)	/* asked for at once */
#define AUDIT_FEATURES 48	/* the longest sparse sample drawn */
#define AUDIT_DENSE_MAX 4096

struct deca_mirror {
	struct rpc *rpc;
	struct dc_arena *texts;		/* of parts */
	struct dc_arena *scratch;	/* of one step */
	struct deca_parts parts;
	struct deca_model *model;
	struct block_ref at;
	uint64_t limit;			/* no block above is gone to */
	struct hash32 topics[DECA_TOPICS];
	struct deca_mirror_stats stats;
};

/* Everything at one block; what was read before is kept until it is there. */
static enum dc_status read_at(struct deca_mirror *mirror,
			      const struct block_ref *block,
			      struct dc_err *err)
{
	struct dc_arena *texts = dc_arena_new(ARENA_BYTES);
	struct rpc_at at = rpc_at_hash(&block->hash);
	struct addr20 trainer = mirror->parts.trainer;
	struct deca_parts parts;
	struct deca_model *model;
	enum dc_status st = deca_read_parts(&parts, mirror->rpc, texts,
					    &trainer, at, err);

	if (st == DC_OK)
		st = deca_read_model(&model, mirror->rpc, &parts, at, err);
	if (st != DC_OK) {
		dc_arena_free(texts);
		return st;
	}
	free(mirror->model);
	dc_arena_free(mirror->texts);
	mirror->texts = texts;
	mirror->parts = parts;
	mirror->model = model;
	mirror->at = *block;
	return DC_OK;
}

enum dc_status deca_mirror_open(struct deca_mirror **out, struct rpc *rpc,
				const struct addr20 *trainer, uint64_t number,
				struct dc_err *err)
{
	struct deca_mirror *mirror = dc_calloc(1, sizeof(*mirror));
	struct block_ref block;
	enum dc_status st;

	mirror->rpc = rpc;
	mirror->limit = UINT64_MAX;
	mirror->parts.trainer = *trainer;
	mirror->texts = dc_arena_new(ARENA_BYTES);
	mirror->scratch = dc_arena_new(ARENA_BYTES);
	deca_topics(mirror->topics);
	st = rpc_block(rpc, &block, number == UINT64_MAX ? rpc_at_latest()
		       : rpc_at_number(number), err);
	if (st == DC_OK)
		st = read_at(mirror, &block, err);
	if (st != DC_OK) {
		deca_mirror_free(mirror);
		return st;
	}
	*out = mirror;
	return DC_OK;
}

void deca_mirror_free(struct deca_mirror *mirror)
{
	if (mirror == NULL)
		return;
	free(mirror->model);
	dc_arena_free(mirror->texts);
	dc_arena_free(mirror->scratch);
	free(mirror);
}

void deca_mirror_ask(struct deca_mirror *mirror, struct rpc *rpc)
{
	mirror->rpc = rpc;
}

void deca_mirror_limit(struct deca_mirror *mirror, uint64_t number)
{
	mirror->limit = number;
}

const struct deca_parts *deca_mirror_parts(const struct deca_mirror *mirror)
{
	return &mirror->parts;
}

const struct deca_model *deca_mirror_model(const struct deca_mirror *mirror)
{
	return mirror->model;
}

const struct block_ref *deca_mirror_block(const struct deca_mirror *mirror)
{
	return &mirror->at;
}

struct deca_mirror_stats deca_mirror_stats(const struct deca_mirror *mirror)
{
	return mirror->stats;
}

/* Read what these samples need and the model has not got; keeps (1). */
static enum dc_status need(struct deca_mirror *mirror,
			   const struct deca_sample *samples, size_t n,
			   struct dc_err *err)
{
	struct deca_key *keys;
	size_t room = 0, missing = 0;	/* keeps (2) */

	for (size_t i = 0; i < n; i++)
		room += samples[i].n * mirror->model->n_class;
	if (room > KEYS_MAX || mirror->model->n_cell > CELLS_MAX)
		return dc_fail(err, DC_EINVAL, "samples that name more "
			       "numbers of the model than can be kept");
	keys = dc_arena_alloc(mirror->scratch, (room + 1) * sizeof(*keys));
	for (size_t i = 0; i < n; i++)
		missing += deca_keys_missing(keys + missing, mirror->model,
					     samples[i].data, samples[i].n);
	return deca_read_cells(&mirror->model, mirror->rpc, &mirror->parts,
			       keys, missing, rpc_at_hash(&mirror->at.hash),
			       err);
}

enum dc_status deca_mirror_fetch(struct deca_mirror *mirror,
				 const struct deca_key *keys, size_t n,
				 struct dc_err *err)
{
	return deca_read_cells(&mirror->model, mirror->rpc, &mirror->parts,
			       keys, n, rpc_at_hash(&mirror->at.hash), err);
}

static struct deca_prediction predict(const struct deca_mirror *mirror,
				      const struct deca_sample *s)
{
	const struct deca_model *m = mirror->model;
	struct deca_prediction out = { .label = 0 };

	out.reason = deca_ops((enum deca_kind)m->kind)->predict(
		m, &out.label, s->data, s->n);
	return out;
}

enum dc_status deca_mirror_predict(struct deca_mirror *mirror,
				   struct deca_prediction *out,
				   const int64_t *data, size_t n,
				   struct dc_err *err)
{
	struct deca_sample s = { .data = data, .n = n };
	enum dc_status st;

	dc_arena_reset(mirror->scratch);
	st = need(mirror, &s, 1, err);
	if (st == DC_OK)
		*out = predict(mirror, &s);
	return st;
}

/* --- following ------------------------------------------------------------ */

static enum dc_status apply(struct deca_mirror *mirror,
			    const struct deca_event *event,
			    const struct raw_log *log, uint64_t *prediction,
			    struct dc_err *err)
{
	const struct deca_sample *s = &event->sample;
	const struct deca_ops *ops =
		deca_ops((enum deca_kind)mirror->model->kind);
	struct deca_undo *undo = dc_arena_alloc(mirror->scratch, (s->n + 1) *
						sizeof(*undo));
	struct deca_prediction before = predict(mirror, s);
	enum deca_reason r;

	r = ops->update(mirror->model, undo, s->data, s->n, s->label);
	if (r == DECA_NO_ROOM) {
		mirror->model = deca_model_enlarge(mirror->model, s->n);
		r = ops->update(mirror->model, undo, s->data, s->n, s->label);
	}
	if (r != DECA_DONE)
		return dc_fail(err, DC_ECONFLICT, "block %" PRIu64 ", log %"
			       PRIu32 ": the contract took a contribution "
			       "that reverts here: %s", log->at.block,
			       log->at.index, deca_reason_text(r));
	*prediction = before.reason == DECA_DONE ? before.label : UINT64_MAX;
	mirror->stats.contributions++;
	mirror->stats.agreed_before += *prediction == s->label;
	return DC_OK;
}

/* The logs of ours in (at, to], decoded. */
struct span {
	struct rpc_logs logs;
	struct deca_event *event;
	struct deca_sample *sample;	/* of the AddData among them */
	size_t n_sample;
	bool class_added;
};

static enum dc_status decode_all(struct deca_mirror *mirror,
				 struct span *span, struct dc_err *err)
{
	size_t n = span->logs.n;
	enum dc_status st = DC_OK;

	span->event = dc_arena_alloc(mirror->scratch,
				     (n + 1) * sizeof(*span->event));
	span->sample = dc_arena_alloc(mirror->scratch,
				      (n + 1) * sizeof(*span->sample));
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct deca_event *e = &span->event[i];

		st = deca_event_decode(e, &span->logs.items[i],
				       mirror->scratch, err);
		if (st != DC_OK)
			break;
		if (e->kind == DECA_EVENT_ADD_DATA)
			span->sample[span->n_sample++] = e->sample;
		span->class_added |= e->kind == DECA_EVENT_ADD_CLASS;
	}
	return st;
}

static bool is_too_much(const struct deca_mirror *mirror)
{
	enum rpc_fault fault = rpc_failure(mirror->rpc)->fault;

	return fault == RPC_FAULT_RANGE || fault == RPC_FAULT_TOO_LARGE;
}

/* Fewer blocks where the node finds them too many. */
static enum dc_status fetch(struct deca_mirror *mirror,
			    struct rpc_logs *logs, struct dc_arena *arena,
			    struct block_ref *to, uint64_t from,
			    const struct block_ref *head, struct dc_err *err)
{
	struct addr20 who[] = { mirror->parts.trainer,
				mirror->parts.classifier,
				mirror->parts.incentive };
	struct rpc_log_filter filter = { who, DC_ARRAY_LEN(who),
					 mirror->topics, DECA_TOPICS };
	uint64_t step = BLOCKS_A_STEP;
	enum dc_status st;

	for (;;) {
		uint64_t last = head->number - from < step ? head->number
							   : from + step - 1;
		struct dc_err why = DC_ERR_INIT;

		st = rpc_block(mirror->rpc, to, rpc_at_number(last), &why);
		if (st == DC_OK)
			st = rpc_logs_range(mirror->rpc, logs, arena,
					    &filter, from, last, &why);
		if (st == DC_OK)
			return DC_OK;
		if (!is_too_much(mirror))
			return dc_fail(err, st, "%s", why.text);
		if (step == 1)		/* keeps (2) */
			return dc_fail(err, DC_EINVAL, "block %" PRIu64
				       " has more logs of it than can be "
				       "asked for", from);
		step /= 2;
	}
}

static enum dc_status join_all(struct deca_mirror *mirror,
			       struct span *span, struct dc_err *err)
{
	enum dc_status st = deca_claims_fetch(mirror->rpc, span->logs.items,
					      span->logs.n, mirror->scratch,
					      err);

	for (size_t i = 0; st == DC_OK && i < span->logs.n; i++) {
		struct deca_event *e = &span->event[i];

		if (e->kind == DECA_EVENT_REFUND ||
		    e->kind == DECA_EVENT_REPORT)
			deca_claim_join(e, &span->logs.items[i],
					&mirror->parts.trainer,
					mirror->scratch);
	}
	return st;
}

static enum dc_status tell_all(struct deca_mirror *mirror,
			       const struct span *span, deca_told told,
			       void *self, bool computed, struct dc_err *err)
{
	for (size_t i = 0; i < span->logs.n; i++) {
		const struct deca_event *e = &span->event[i];
		uint64_t prediction = UINT64_MAX;
		enum dc_status st = DC_OK;

		if (e->kind == DECA_EVENT_ADD_DATA && computed)
			st = apply(mirror, e, &span->logs.items[i],
				   &prediction, err);
		if (st != DC_OK)
			return st;
		mirror->stats.refunds += e->kind == DECA_EVENT_REFUND;
		mirror->stats.reports += e->kind == DECA_EVENT_REPORT;
		if (told != NULL)
			told(self, e, &span->logs.items[i].at, prediction);
	}
	return DC_OK;
}

/* Whether the node's chain still has that block. */
static enum dc_status still_there(struct deca_mirror *mirror, bool *is,
				  const struct block_ref *block,
				  struct dc_err *err)
{
	struct block_ref now;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = rpc_block(mirror->rpc, &now,
				      rpc_at_number(block->number), &why);

	*is = st == DC_OK && hash32_equal(&now.hash, &block->hash);
	if (st == DC_OK || st == DC_ENOTFOUND)
		return DC_OK;
	return dc_fail(err, st, "%s", why.text);
}

static enum dc_status reread(struct deca_mirror *mirror, bool *moved,
			     const struct block_ref *block, const char *why,
			     struct dc_err *err)
{
	enum dc_status st = read_at(mirror, block, err);

	if (st != DC_OK)
		return st;
	dc_log(DC_LOG_INFO, "oracle", "mirror read anew at block %" PRIu64
	       ": %s", block->number, why);
	mirror->stats.rereads++;
	*moved = true;
	return DC_OK;
}

/* A span computed; a state that the node has dropped, or a class added, is
 * read anew instead. */
static enum dc_status take_span(struct deca_mirror *mirror, bool *moved,
				struct span *span, const struct block_ref *to,
				deca_told told, void *self,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;

	st = span->class_added ? DC_ENOTFOUND
			       : need(mirror, span->sample, span->n_sample,
				      &why);
	if (st == DC_EBUSY || st == DC_EIO)
		return dc_fail(err, st, "%s", why.text);
	if (st == DC_OK) {
		st = tell_all(mirror, span, told, self, true, err);
		if (st == DC_OK) {
			mirror->at = *to;
			*moved = true;
		}
		return st;
	}
	st = reread(mirror, moved, to, span->class_added ? "a class was added"
		    : "the state before is not to be had", err);
	if (st == DC_OK)
		st = tell_all(mirror, span, told, self, false, err);
	return st;
}

/* The newest block that the mirror may go to. */
static enum dc_status find_head(struct deca_mirror *mirror,
				struct block_ref *out, struct dc_err *err)
{
	enum dc_status st = rpc_block(mirror->rpc, out, rpc_at_latest(), err);

	if (st == DC_OK && out->number > mirror->limit)
		st = rpc_block(mirror->rpc, out,
			       rpc_at_number(mirror->limit), err);
	return st;
}

enum dc_status deca_mirror_advance(struct deca_mirror *mirror, bool *moved,
				   deca_told told, void *self,
				   struct dc_err *err)
{
	struct span span = { .n_sample = 0 };
	struct block_ref head, to;
	enum dc_status st;
	bool same;

	*moved = false;
	dc_arena_reset(mirror->scratch);
	st = find_head(mirror, &head, err);
	if (st != DC_OK || hash32_equal(&head.hash, &mirror->at.hash))
		return st;
	st = still_there(mirror, &same, &mirror->at, err);
	if (st != DC_OK)
		return st;
	if (!same)
		return reread(mirror, moved, &head, "its block is gone", err);
	if (head.number <= mirror->at.number)
		return DC_OK;
	st = fetch(mirror, &span.logs, mirror->scratch, &to,
		   mirror->at.number + 1, &head, err);
	if (st == DC_OK)
		st = decode_all(mirror, &span, err);
	if (st == DC_OK)
		st = join_all(mirror, &span, err);
	if (st == DC_OK)
		st = still_there(mirror, &same, &to, err);
	if (st != DC_OK)
		return st;
	if (!same)
		return DC_OK;	/* it changed meanwhile: look again */
	return take_span(mirror, moved, &span, &to, told, self, err);
}

/* --- history -------------------------------------------------------------- */

static enum dc_status keep_logs(struct rpc_logs *out,
				const struct rpc_logs *more,
				struct dc_err *err)
{
	if (out->n + more->n > HISTORY_LOGS_MAX)	/* keeps (2) */
		return dc_fail(err, DC_EINVAL, "a history of more than %d "
			       "events", HISTORY_LOGS_MAX);
	out->items = dc_realloc_array(out->items, out->n + more->n + 1,
				      sizeof(*out->items));
	if (more->n > 0)
		memcpy(out->items + out->n, more->items,
		       more->n * sizeof(*more->items));
	out->n += more->n;
	return DC_OK;
}

enum dc_status deca_mirror_gather(struct deca_mirror *mirror,
				  struct rpc_logs *out,
				  struct dc_arena *arena, uint64_t *from,
				  uint64_t to, struct dc_err *err)
{
	struct block_ref last = { .number = to }, end;
	struct rpc_logs logs;
	enum dc_status st = fetch(mirror, &logs, arena, &end, *from, &last,
				  err);

	if (st == DC_OK)
		st = deca_claims_fetch(mirror->rpc, logs.items, logs.n, arena,
				       err);
	if (st == DC_OK)
		st = keep_logs(out, &logs, err);
	if (st == DC_OK && dc_arena_used(arena) > HISTORY_BYTES_MAX)
		st = dc_fail(err, DC_EINVAL, "a history of more than %zu "
			     "bytes", HISTORY_BYTES_MAX);
	if (st == DC_OK)
		*from = end.number + 1;
	return st;
}

/* --- audit ---------------------------------------------------------------- */

/* Source: Steele, Lea, Flood, Fast splittable PRNGs, 2014 (SplitMix64). */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* About as long as the contract's norm asks; now and then of a wrong length,
 * or with an end of the type in it. */
static void draw_dense(struct deca_sample *out, int64_t *data, uint64_t most,
		       uint64_t *seed)
{
	size_t n = (size_t)most;
	int64_t scale = DECA_FLOAT;

	for (size_t k = n; k > 1; k /= 4)
		scale /= 2;
	if (draw(seed) % 16 == 0)
		n = draw(seed) % (n + 1);
	for (size_t i = 0; i < n; i++)
		data[i] = (int64_t)(draw(seed) % (uint64_t)(2 * scale + 1))
			- scale;
	if (n > 0 && draw(seed) % 8 == 0)
		data[draw(seed) % n] = draw(seed) % 2 ? INT64_MAX : INT64_MIN;
	*out = (struct deca_sample){ .data = data, .n = n };
}

/* Half features that the model knows, half near them; repeated at times. */
static void draw_sparse(struct deca_sample *out, int64_t *data,
			const struct deca_model *m, uint64_t *seed)
{
	size_t n = draw(seed) % (AUDIT_FEATURES + 1);

	for (size_t i = 0; i < n; i++) {
		uint64_t at = draw(seed) % m->slots;
		const struct deca_cell *cell = deca_cell_next(m, &at);
		uint64_t known = cell != NULL ? cell->index : 0;

		data[i] = draw(seed) % 2 ? (int64_t)known
					 : (int64_t)(draw(seed) % 1024);
		if (draw(seed) % 256 == 0)
			data[i] = -1 - (int64_t)(draw(seed) % 4);
	}
	*out = (struct deca_sample){ .data = data, .n = n };
}

static bool is_dense(const struct deca_model *m)
{
	return m->kind == DECA_DENSE_PERCEPTRON ||
		m->kind == DECA_NEAREST_CENTROID;
}

static void draw_samples(struct deca_mirror *mirror,
			 struct deca_sample *samples, size_t n,
			 uint64_t *seed)
{
	const struct deca_model *m = mirror->model;
	uint64_t length = AUDIT_FEATURES;

	if (is_dense(m))
		length = deca_class_at(m, 0)->length;
	if (length > AUDIT_DENSE_MAX)
		length = AUDIT_DENSE_MAX;	/* of a wrong length, then */
	for (size_t i = 0; i < n; i++) {
		int64_t *data = dc_arena_alloc(mirror->scratch,
					       (length + 1) * sizeof(*data));

		if (is_dense(m))
			draw_dense(&samples[i], data, length, seed);
		else
			draw_sparse(&samples[i], data, m, seed);
	}
}

/* Both answer alike: the same label, or the same words, or none. */
static bool same_answer(const struct deca_prediction *ours,
			const struct rpc_answer *chain)
{
	uint64_t label;

	if (ours->reason == DECA_DONE)
		return chain->ok &&
			u256_to_u64(&label, u256_from_be(chain->word.b)) &&
			label == ours->label;
	if (chain->ok)
		return false;
	if (deca_reason_passed_on(ours->reason) == DECA_REVERTED)
		return chain->reason[0] == '\0';
	return strcmp(chain->reason, deca_reason_text(ours->reason)) == 0;
}

static void tell_difference(char *where, const struct deca_mirror *mirror,
			    size_t i, const struct deca_prediction *ours,
			    const struct rpc_answer *chain)
{
	char label[U256_DECIMAL_BYTES];

	u256_format(u256_from_be(chain->word.b), label);
	(void)snprintf(where, DC_ERR_TEXT_BYTES,
		       "block %" PRIu64 ", sample %zu: the chain says %s, "
		       "the mirror %s %" PRIu64, mirror->at.number, i,
		       chain->ok ? label : chain->reason,
		       ours->reason == DECA_DONE ? "label"
		       : deca_reason_text(ours->reason), ours->label);
}

static enum dc_status ask_chain(struct deca_mirror *mirror,
				struct rpc_answer *answers,
				const struct deca_sample *samples, size_t n,
				struct dc_err *err)
{
	struct rpc_message *msg = dc_arena_alloc(mirror->scratch,
						 n * sizeof(*msg));
	struct dc_buf *call = dc_arena_alloc(mirror->scratch,
					     n * sizeof(*call));
	enum dc_status st;

	for (size_t i = 0; i < n; i++) {
		dc_buf_init(&call[i], (AUDIT_DENSE_MAX + 4) * ABI_WORD_BYTES);
		deca_call_predict(&call[i], samples[i].data, samples[i].n);
		msg[i] = (struct rpc_message){
			.to = &mirror->parts.classifier,
			.data = call[i].data, .data_len = call[i].len,
		};
	}
	st = rpc_eth_call_answers(mirror->rpc, answers, msg, n,
				  rpc_at_hash(&mirror->at.hash), err);
	for (size_t i = 0; i < n; i++)
		dc_buf_clear(&call[i]);
	return st;
}

enum dc_status deca_mirror_audit(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed, char *where,
				 struct dc_err *err)
{
	struct deca_sample *samples;
	struct rpc_answer *answers;
	enum dc_status st;

	where[0] = '\0';
	if (n == 0)
		return DC_OK;
	dc_arena_reset(mirror->scratch);
	samples = dc_arena_alloc(mirror->scratch, n * sizeof(*samples));
	answers = dc_arena_alloc(mirror->scratch, n * sizeof(*answers));
	draw_samples(mirror, samples, n, seed);
	st = need(mirror, samples, n, err);
	if (st == DC_OK)
		st = ask_chain(mirror, answers, samples, n, err);
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct deca_prediction ours = predict(mirror, &samples[i]);

		mirror->stats.audited++;
		if (same_answer(&ours, &answers[i]))
			continue;
		mirror->stats.differed++;
		if (where[0] == '\0')
			tell_difference(where, mirror, i, &ours, &answers[i]);
	}
	return st;
}

/* --- every number again --------------------------------------------------- */

static bool same_cell(const struct deca_cell *a, const struct deca_cell *b)
{
	return b != NULL && a->low == b->low && a->high == b->high;
}

static void compare_models(const struct deca_model *a,
			   const struct deca_model *b, uint64_t *n,
			   char *where)
{
	const struct deca_cell *cell;
	uint64_t at = 0;

	if (a->n_class != b->n_class || a->n_count != b->n_count ||
	    u256_compare(a->intercept, b->intercept) != 0)
		(void)snprintf(where, DC_ERR_TEXT_BYTES,
			       "the head of the model differs");
	for (uint32_t k = 0; k < a->n_class && where[0] == '\0'; k++, (*n)++)
		if (memcmp(deca_class_at(a, k), deca_class_at(b, k),
			   sizeof(struct deca_class)) != 0)
			(void)snprintf(where, DC_ERR_TEXT_BYTES,
				       "class %" PRIu32 " differs", k);
	while (where[0] == '\0' && (cell = deca_cell_next(a, &at)) != NULL) {
		if (!same_cell(cell, deca_cell_find(b, cell->klass,
						    cell->index)))
			(void)snprintf(where, DC_ERR_TEXT_BYTES,
				       "class %" PRIu32 ", feature %" PRIu64
				       " differs", cell->klass, cell->index);
		else
			(*n)++;
	}
}

enum dc_status deca_mirror_compare(struct deca_mirror *mirror, uint64_t *n,
				   char *where, struct dc_err *err)
{
	struct rpc_at block = rpc_at_hash(&mirror->at.hash);
	const struct deca_cell *cell;
	struct deca_model *again;
	struct deca_key *keys;
	size_t n_key = 0;
	uint64_t at = 0;
	enum dc_status st;

	where[0] = '\0';
	*n = 0;
	st = deca_read_model(&again, mirror->rpc, &mirror->parts, block, err);
	if (st != DC_OK)
		return st;
	dc_arena_reset(mirror->scratch);
	keys = dc_arena_alloc(mirror->scratch, (mirror->model->n_cell + 1) *
			      sizeof(*keys));
	while ((cell = deca_cell_next(mirror->model, &at)) != NULL)
		keys[n_key++] = (struct deca_key){ cell->klass, cell->index };
	if (!is_dense(mirror->model))
		st = deca_read_cells(&again, mirror->rpc, &mirror->parts, keys,
				     n_key, block, err);
	if (st == DC_OK)
		compare_models(mirror->model, again, n, where);
	free(again);
	return st;
}
