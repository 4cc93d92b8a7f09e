/* A mirror of a deployed model; see the invariants in deca_mirror.h. What
 * follows the chain: deca_mirror_follow.c; what doubts: deca_mirror_audit.c. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/deca_mirror_core.h"

#define ARENA_BYTES (1 << 16)
#define KEYS_MAX (1 << 20)	/* that one sample names */
#define KEYS_AT_ONCE (1 << 16)

enum dc_status deca_mirror_read_at(struct deca_mirror *mirror,
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
		st = deca_read_model(&model, mirror->rpc, &parts,
				     mirror->most_cells, at, err);
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

static struct deca_mirror *make(struct rpc *rpc, const struct addr20 *trainer,
				uint64_t cells)
{
	struct deca_mirror *mirror = dc_calloc(1, sizeof(*mirror));

	mirror->rpc = rpc;
	mirror->limit = UINT64_MAX;
	mirror->most_cells = cells;
	mirror->step = 1;
	mirror->step_limit = DECA_MIRROR_STEP_MAX;
	mirror->parts.trainer = *trainer;
	mirror->texts = dc_arena_new(ARENA_BYTES);
	mirror->scratch = dc_arena_new(ARENA_BYTES);
	deca_topics(mirror->topics);
	return mirror;
}

enum dc_status deca_mirror_open(struct deca_mirror **out, struct rpc *rpc,
				const struct addr20 *trainer, uint64_t number,
				uint64_t cells, struct dc_err *err)
{
	struct deca_mirror *mirror = make(rpc, trainer, cells);
	struct block_ref block;
	enum dc_status st = rpc_block(rpc, &block, number == UINT64_MAX ?
				      rpc_at_latest() :
				      rpc_at_number(number), err);

	if (st == DC_OK)
		st = deca_mirror_read_at(mirror, &block, err);
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

/* --- from what was kept --------------------------------------------------- */

enum dc_status deca_mirror_on_chain(struct deca_mirror *mirror, bool *is,
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

/* Of the same contracts. */
static bool is_of(const struct deca_kept *kept, const struct deca_parts *parts)
{
	return addr20_equal(&kept->trainer, &parts->trainer) &&
		addr20_equal(&kept->classifier, &parts->classifier) &&
		kept->model->kind == (uint32_t)parts->kind;
}

/* How it fared is not undone with what it saw. */
static void put_in_place(struct deca_mirror *mirror, struct deca_kept *kept)
{
	struct deca_mirror_stats was = mirror->stats;

	free(mirror->model);
	mirror->model = kept->model;
	mirror->at = kept->at;
	mirror->stats = kept->stats;
	if (was.audited > kept->stats.audited) {
		mirror->stats.audited = was.audited;
		mirror->stats.differed = was.differed;
	}
	if (was.rereads > kept->stats.rereads)
		mirror->stats.rereads = was.rereads;
}

enum dc_status deca_mirror_go_back(struct deca_mirror *mirror, bool *found,
				   struct dc_err *err)
{
	struct deca_kept kept;
	enum dc_status st = DC_OK;

	*found = false;
	for (unsigned i = 0; mirror->recall != NULL &&
	     mirror->recall(mirror->recall_self, &kept, i); i++) {
		if (is_of(&kept, &mirror->parts))
			st = deca_mirror_on_chain(mirror, found, &kept.at,
						  err);
		if (st == DC_OK && *found) {
			put_in_place(mirror, &kept);
			return DC_OK;
		}
		free(kept.model);
		if (st != DC_OK)
			return st;
	}
	return DC_OK;
}

void deca_mirror_recalls(struct deca_mirror *mirror, deca_recall recall,
			 void *self)
{
	mirror->recall = recall;
	mirror->recall_self = self;
}

/* What it is, as of the newest block, and its numbers as of the kept one. */
static enum dc_status resume(struct deca_mirror *mirror, struct dc_err *err)
{
	struct addr20 trainer = mirror->parts.trainer;
	struct block_ref now;
	enum dc_status st = rpc_block(mirror->rpc, &now, rpc_at_latest(), err);
	bool found = false;

	if (st == DC_OK)
		st = deca_read_parts(&mirror->parts, mirror->rpc,
				     mirror->texts, &trainer,
				     rpc_at_hash(&now.hash), err);
	if (st == DC_OK)
		st = deca_mirror_go_back(mirror, &found, err);
	if (st == DC_OK && !found)
		st = dc_fail(err, DC_ENOTFOUND, "no state of it was kept that "
			     "this chain has");
	return st;
}

enum dc_status deca_mirror_resume(struct deca_mirror **out, struct rpc *rpc,
				  const struct addr20 *trainer,
				  uint64_t cells, deca_recall recall,
				  void *self, struct dc_err *err)
{
	struct deca_mirror *mirror = make(rpc, trainer, cells);
	enum dc_status st;

	deca_mirror_recalls(mirror, recall, self);
	st = resume(mirror, err);
	if (st != DC_OK) {
		deca_mirror_free(mirror);
		return st;
	}
	*out = mirror;
	return DC_OK;
}

struct deca_kept deca_mirror_keep(const struct deca_mirror *mirror)
{
	return (struct deca_kept){
		.trainer = mirror->parts.trainer,
		.classifier = mirror->parts.classifier,
		.at = mirror->at, .stats = mirror->stats,
		.model = mirror->model,
	};
}

/* --- settings ------------------------------------------------------------- */

void deca_mirror_ask(struct deca_mirror *mirror, struct rpc *rpc)
{
	mirror->rpc = rpc;
}

void deca_mirror_limit(struct deca_mirror *mirror, uint64_t number,
		       uint64_t final)
{
	mirror->limit = number;
	mirror->final = final;
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

/* --- numbers -------------------------------------------------------------- */

static bool is_full(const struct deca_mirror *mirror, size_t more)
{
	uint64_t most = mirror->most_cells;

	return more > most || mirror->model->n_cell > most - more;
}

static enum dc_status too_many(const struct deca_mirror *mirror,
			       struct dc_err *err)
{
	return dc_fail(err, DC_EINVAL, "more than %" PRIu64 " numbers of the "
		       "model would have to be kept", mirror->most_cells);
}

static int key_order(const void *a, const void *b)
{
	const struct deca_key *x = a, *y = b;

	if (x->klass != y->klass)
		return x->klass < y->klass ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Each once.  Returns how many there are. */
static size_t sort_keys(struct deca_key *keys, size_t n)
{
	size_t out = 0;

	if (n == 0)
		return 0;
	qsort(keys, n, sizeof(*keys), key_order);
	for (size_t i = 1; i < n; i++)
		if (key_order(&keys[out], &keys[i]) != 0)
			keys[++out] = keys[i];
	return out + 1;
}

/* How many of the samples name so many numbers together; at least one. */
static size_t few(const struct deca_mirror *mirror,
		  const struct deca_sample *samples, size_t n, size_t *room)
{
	size_t i = 0;

	*room = 0;
	do
		*room += samples[i].n * mirror->model->n_class;
	while (++i < n && *room + samples[i].n * mirror->model->n_class <=
	       KEYS_AT_ONCE);
	return i;
}

/* Read what these lack. full: there is no room for it, nothing was read. */
static enum dc_status need_few(struct deca_mirror *mirror, bool *full,
			       const struct deca_sample *samples, size_t n,
			       size_t room, struct dc_err *err)
{
	struct deca_key *keys = dc_calloc(room + 1, sizeof(*keys));
	enum dc_status st = DC_OK;
	size_t missing = 0;

	for (size_t i = 0; i < n; i++)
		missing += deca_keys_missing(keys + missing, mirror->model,
					     samples[i].data, samples[i].n);
	missing = sort_keys(keys, missing);
	*full = is_full(mirror, missing);
	if (!*full)
		st = deca_read_cells(&mirror->model, mirror->rpc,
				     &mirror->parts, keys, missing,
				     rpc_at_hash(&mirror->at.hash), err);
	free(keys);
	return st;
}

/* A few after the other: what comes later lacks what is still unknown, which
 * is by (1) as it was at the block. Where it is full the zeros are dropped,
 * once, and all is looked at again. */
enum dc_status deca_mirror_need(struct deca_mirror *mirror,
				const struct deca_sample *samples, size_t n,
				struct dc_err *err)
{
	bool full, shed = false;
	enum dc_status st;
	size_t room, step;

	for (size_t i = 0; i < n; i += step) {
		step = few(mirror, samples + i, n - i, &room);
		if (room > KEYS_MAX)
			return too_many(mirror, err);	/* keeps (2) */
		st = need_few(mirror, &full, samples + i, step, room, err);
		if (st != DC_OK)
			return st;
		if (!full)
			continue;
		if (shed)
			return too_many(mirror, err);
		mirror->model = deca_model_shed(mirror->model, room);
		shed = true;
		i = step = 0;
	}
	return DC_OK;
}

/* Nobody's questions turn a mirror away: what there is no room for stays
 * unknown. */
enum dc_status deca_mirror_fetch(struct deca_mirror *mirror,
				 const struct deca_key *keys, size_t n,
				 struct dc_err *err)
{
	if (is_full(mirror, n))
		mirror->model = deca_model_shed(mirror->model, n);
	if (is_full(mirror, n)) {
		mirror->stats.unread += n;
		return DC_OK;
	}
	return deca_read_cells(&mirror->model, mirror->rpc, &mirror->parts,
			       keys, n, rpc_at_hash(&mirror->at.hash), err);
}

struct deca_prediction deca_mirror_say(const struct deca_mirror *mirror,
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
	st = deca_mirror_need(mirror, &s, 1, err);
	if (st == DC_OK)
		*out = deca_mirror_say(mirror, &s);
	return st;
}
