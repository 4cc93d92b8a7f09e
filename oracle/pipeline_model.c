/*
 * The pipeline's models: made, brought back from the database and their
 * snapshots, written, and saved.
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/pipeline_core.h"
#include "oracle/snapshot.h"
#include "sql/blocks.h"
#include "sql/snapshots.h"

#define CHUNK 256	/* contributions read at once */
#define PAGE 64		/* models read at once */

/* --- the list ----------------------------------------------------------- */

struct pipe_model *pipe_find(struct pipeline *p, const struct addr20 *a)
{
	struct registry_model *live;

	if (p->last != NULL && addr20_equal(&p->last->row.is.trainer, a))
		return p->last;
	live = registry_find_mutable(p->registry, a);
	if (live == NULL)
		return NULL;
	p->last = registry_tag_of(live);
	return p->last;
}

void pipe_append(struct pipeline *p, struct pipe_model *m)
{
	if (p->n_models == p->room_models) {
		p->room_models = p->room_models == 0 ? 16 :
			2 * p->room_models;
		p->models = dc_realloc_array(p->models, p->room_models,
					     sizeof(struct pipe_model *));
	}
	p->models[p->n_models++] = m;
}

static size_t count_followed(const struct pipeline *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->n_models; i++)
		n += p->models[i]->followed;
	return n;
}

static const char *refusal_of(const struct pipeline *p,
			      const struct ev_model_created *created)
{
	const struct gateway_models *policy = &p->config->models;

	if (policy->max_models > 0 && count_followed(p) >= policy->max_models)
		return "as many models as may be are followed already";
	return follow_policy(policy, &created->trainer, &created->owner);
}

static size_t room_left(const struct pipeline *p)
{
	uint64_t most = p->config->models.max_bytes;

	if (most == 0)
		most = GATEWAY_MODELS_BYTES;
	return most > p->bytes_live ? (size_t)most - p->bytes_live : 0;
}

struct pipe_model *pipe_add_model(struct pipeline *p,
				  const struct ev_model_created *created,
				  const struct log_ref *at)
{
	struct pipe_model *m = dc_calloc(1, sizeof(*m));
	const struct registry_info *info;

	m->live = registry_add(p->registry, created, at,
			       refusal_of(p, created), room_left(p));
	registry_tag(m->live, m);
	info = registry_info(m->live);
	m->row.is = info->created;
	m->row.created = *at;
	m->row.slug = info->slug;
	m->row.type = info->spec == NULL ? "" :
		((const struct spec_choice *)info->spec->model)->name;
	m->row.features = info->spec == NULL ? 0 : info->spec->columns;
	m->row.origin = SQL_ORIGIN_DECAID;
	m->followed = registry_state(m->live) == REGISTRY_LIVE;
	m->row.followed = m->followed;
	m->due_s = PIPELINE_NEVER;
	if (m->followed) {
		p->bytes_live += registry_bytes(m->live);
		pipe_suspicion_open(p, m);
	} else
		dc_log(DC_LOG_UNUSUAL, "oracle", "model %s is not followed: "
		       "%s", info->slug, info->refusal);
	pipe_append(p, m);
	return m;
}

/* --- learners ----------------------------------------------------------- */

/* Learn again what is stored, from where the learner stands to the totals.
 * Predictions were made the first time. */
static enum dc_status replay(struct pipeline *p, struct pipe_model *m,
			     uint64_t block, struct dc_err *err)
{
	struct learner *learner = registry_learner(m->live);
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c[CHUNK];
	enum dc_status st = DC_OK;
	uint64_t id;
	uint32_t n, i;

	while (st == DC_OK && (id = learner_count(learner, LEARNER_SEEN)) <
	       m->row.totals.count) {
		dc_arena_reset(arena);
		st = sql_contributions_range(p->db, c, &n, CHUNK, m->row.row,
					     id, arena, err);
		if (st == DC_OK && n == 0)
			st = dc_fail(err, DC_EIO, "contribution %" PRIu64
				     " of %s is missing", id, m->row.slug);
		if (st == DC_OK)
			st = pipe_refetch(p, m, c, n, arena, err);
		for (i = 0; st == DC_OK && i < n; i++) {
			struct lesson_input in = {
				.sample = c[i].is.sample,
				.sample_len = c[i].is.sample_len,
				.label = c[i].is.label,
				.novelty = c[i].is_new ? NOVELTY_NEW :
					NOVELTY_REPEAT,
				.contributor = c[i].is.contributor
			};
			struct learn_result result;

			registry_write_begin(m->live);
			learner_learn(learner, &result, &in, p->room);
			registry_write_end(m->live, block);
			(void)pipe_suspicion_see(p, m, &c[i]);
		}
	}
	dc_arena_free(arena);
	return st;
}

/* One snapshot into the learner.
 * taken  false: gone or spoilt; it is said, and its row deleted */
static enum dc_status try_snapshot(struct pipeline *p, struct pipe_model *m,
				   const struct sql_snapshot *s, bool *taken,
				   struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	const uint8_t *bytes = NULL;
	size_t len = 0;
	enum dc_status st;

	st = snapshot_map(&bytes, &len, p->config->data_dir, s->file, &why);
	if (st == DC_OK)
		st = registry_restore(m->live, bytes, len, &s->root, s->block,
				      &why);
	snapshot_unmap(bytes, len);
	if (st == DC_OK)
		st = pipe_suspicion_restore(p, m, s, &why);
	*taken = st == DC_OK &&
		learner_count(registry_learner(m->live), LEARNER_SEEN) ==
		s->count;
	if (*taken) {
		m->snapshot_count = s->count;
		return DC_OK;
	}
	dc_log(DC_LOG_UNUSUAL, "oracle", "snapshot of %s at block %" PRIu64
	       " cannot be used: %s", m->row.slug, s->block, why.text);
	registry_reset(m->live);
	pipe_suspicion_reset(m);
	st = sql_tx_begin(p->db, err);
	if (st == DC_OK)
		st = sql_snapshot_delete(p->db, m->row.row, s->block, err);
	return sql_tx_end(p->db, st, err);
}

/* The learner as it is after the totals' contributions: newest snapshot not
 * above the block, and replay. */
static enum dc_status restore(struct pipeline *p, struct pipe_model *m,
			      uint64_t block, struct dc_err *err)
{
	struct sql_snapshot s;
	bool found = true, taken = false;
	enum dc_status st = DC_OK;

	registry_reset(m->live);
	pipe_suspicion_reset(m);
	m->snapshot_count = 0;
	while (st == DC_OK && found && !taken) {
		st = sql_snapshot_newest(p->db, &s, &found, m->row.row, block,
					 p->scratch, err);
		if (st == DC_OK && found && s.count <= m->row.totals.count)
			st = try_snapshot(p, m, &s, &taken, err);
		else if (found)
			break;
	}
	return st == DC_OK ? replay(p, m, block, err) : st;
}

/* What the learner counted is what the database says. */
static enum dc_status check_counts(const struct pipe_model *m,
				   struct dc_err *err)
{
	const struct learner *l = registry_learner(m->live);
	const struct sql_model_totals *t = &m->row.totals;

	if (learner_count(l, LEARNER_SEEN) == t->count &&
	    learner_count(l, LEARNER_RIGHT) == t->progressive_right &&
	    learner_count(l, LEARNER_COUNTED) == t->progressive_counted)
		return DC_OK;
	return dc_fail(err, DC_EREFUSED, "database and learner of %s do not "
		       "fit together: delete chain.db to build both anew",
		       m->row.slug);
}

/* --- from the database -------------------------------------------------- */

/* Settled contributions without an effective verdict were taken back. */
static enum dc_status load_taken_back(struct pipeline *p,
				      struct pipe_model *m,
				      struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c[CHUNK];
	uint64_t id = m->row.totals.judged;
	enum dc_status st = DC_OK;
	uint32_t n = CHUNK, i;

	m->taken_back = 0;
	while (st == DC_OK && n == CHUNK) {
		dc_arena_reset(arena);
		st = sql_contributions_range(p->db, c, &n, CHUNK, m->row.row,
					     id, arena, err);
		for (i = 0; st == DC_OK && i < n; i++)
			if (c[i].now.state == SQL_STATE_REFUNDED)
				m->taken_back = c[i].is.id + 1;
		id += n;
	}
	dc_arena_free(arena);
	return st;
}

/* Everything that follows from m->row. */
static enum dc_status load_one(struct pipeline *p, struct pipe_model *m,
			       struct dc_err *err)
{
	enum dc_status st;

	m->dirty = false;
	if (m->mirror != NULL)
		return pipe_mirror_reload(p, m, err);
	if (!m->followed)
		return DC_OK;
	st = pipe_load_verdicts(p, m, err);
	if (st == DC_OK)
		st = load_taken_back(p, m, err);
	if (st == DC_OK && learner_count(registry_learner(m->live),
					 LEARNER_SEEN) != m->row.totals.count)
		st = restore(p, m, p->head.number, err);
	if (st == DC_OK)
		st = check_counts(m, err);
	if (st == DC_OK)
		st = pipe_holdout_resume(p, m, err);
	if (st == DC_OK)
		pipe_due(p, m);
	return st;
}

/* A model's history is whole or not there: what policy left out cannot be
 * taken in later. */
static enum dc_status same_policy(const struct pipe_model *m,
				  const struct sql_model *row,
				  struct dc_err *err)
{
	if (m->followed == row->followed)
		return DC_OK;
	return dc_fail(err, DC_EREFUSED, "model %s %s until now, which this "
		       "configuration or program wants otherwise: begin with "
		       "an empty data directory", row->slug, row->followed ?
		       "was followed" : "was not followed");
}

static enum dc_status load_page(struct pipeline *p,
				const struct sql_model *rows, uint32_t n,
				struct dc_err *err)
{
	enum dc_status st = DC_OK;
	uint32_t i;

	for (i = 0; st == DC_OK && i < n; i++) {
		struct pipe_model *m;

		if (rows[i].origin == SQL_ORIGIN_0XDECA10B) {
			st = pipe_mirror_load(p, &rows[i], err);
			continue;
		}
		m = pipe_add_model(p, &rows[i].is, &rows[i].created);
		m->row.row = rows[i].row;
		m->row.totals = rows[i].totals;
		st = same_policy(m, &rows[i], err);
		if (st == DC_OK)
			st = pipe_holdout_load(p, m, err);
		if (st == DC_OK)
			st = load_one(p, m, err);
	}
	return st;
}

enum dc_status pipe_load(struct pipeline *p, struct dc_err *err)
{
	struct sql_models_filter filter = {
		.kind = -1, .sort = SQL_MODELS_OLD
	};
	struct sql_page page = { .limit = PAGE, .after = NULL };
	struct sql_model rows[PAGE];
	char key[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	enum dc_status st;
	uint32_t n;

	st = sql_block_head(p->db, &p->head, &p->has_head, err);
	if (st == DC_OK)
		st = sql_finalized_get(p->db, &p->finalized, err);
	do {
		struct dc_arena *arena = dc_arena_new(1 << 16);

		if (st == DC_OK)
			st = sql_models_page(p->db, rows, &n, key, &filter,
					     &page, arena, err);
		if (st == DC_OK)
			st = load_page(p, rows, n, err);
		dc_arena_free(arena);
		dc_arena_reset(p->scratch);
		memcpy(after, key, sizeof(after));
		page.after = after;
	} while (st == DC_OK && key[0] != '\0');
	return st;
}

static void drop_model(struct pipeline *p, struct pipe_model *m)
{
	if (m->followed)
		p->bytes_live -= registry_bytes(m->live);
	pipe_suspicion_close(p, m);
	if (m->mirror != NULL)
		m->mirror->model = NULL;
	else
		registry_drop(p->registry, m->live);
	free(m);
}

/* After sql_rollback_above and its commit. */
enum dc_status pipe_reload(struct pipeline *p, struct dc_err *err)
{
	enum dc_status st;
	size_t i, n = 0;

	p->last = NULL;
	p->due_s = PIPELINE_NEVER;
	st = sql_block_head(p->db, &p->head, &p->has_head, err);
	for (i = 0; i < p->n_models; i++) {
		struct pipe_model *m = p->models[i];
		struct sql_model row;
		bool found = true;

		if (st == DC_OK)
			st = sql_model_by_row(p->db, &row, &found, m->row.row,
					      p->scratch, err);
		if (st == DC_OK && !found) {
			drop_model(p, m);
			continue;
		}
		p->models[n++] = m;
		if (st == DC_OK) {
			m->row.totals = row.totals;
			st = load_one(p, m, err);
		}
	}
	p->n_models = n;
	return st;
}

/* --- to the database ---------------------------------------------------- */

enum dc_status pipe_put_totals(struct pipeline *p, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i;

	for (i = 0; i < p->n_models && st == DC_OK; i++) {
		struct pipe_model *m = p->models[i];

		if (!m->dirty)
			continue;
		st = sql_model_totals_put(p->db, m->row.row, &m->row.totals,
					  err);
		m->dirty = false;
	}
	return st;
}

/* --- snapshots ---------------------------------------------------------- */

static enum dc_status write_file(struct pipeline *p, struct pipe_model *m,
				 char *name, struct hash32 *root,
				 struct dc_err *err)
{
	size_t len = registry_kept_size(m->live);
	uint8_t *bytes = dc_malloc(len);
	enum dc_status st;

	registry_root(m->live, root);
	registry_snapshot(m->live, bytes);
	st = snapshot_write(name, p->config->data_dir, root, bytes, len, err);
	free(bytes);
	return st;
}

/* Rows that a newer one below what is final makes useless. */
static enum dc_status delete_stale(struct pipeline *p, struct pipe_model *m,
				   bool *any, struct dc_err *err)
{
	struct sql_snapshot s;
	bool found = true;
	enum dc_status st = DC_OK;

	while (st == DC_OK && found) {
		st = sql_snapshot_stale(p->db, &s, &found, m->row.row,
					p->finalized, p->scratch, err);
		if (st == DC_OK && found) {
			st = sql_snapshot_delete(p->db, m->row.row, s.block,
						 err);
			*any = true;
		}
	}
	return st;
}

/* Files first, their row after them: keeps (6). */
static enum dc_status snapshot_one(struct pipeline *p, struct pipe_model *m,
				   bool *stale, struct dc_err *err)
{
	char name[SNAPSHOT_NAME_BYTES];
	struct sql_snapshot s = {
		.model = m->row.row, .block = p->head.number,
		.block_hash = p->head.hash, .count = m->row.totals.count,
		.file = name
	};
	enum dc_status st = write_file(p, m, name, &s.root, err);

	if (st == DC_OK)
		st = pipe_suspicion_save(p, m, &s, err);
	if (st == DC_OK)
		st = sql_tx_begin(p->db, err);
	if (st != DC_OK)
		return st;
	st = sql_snapshot_put(p->db, &s, err);
	if (st == DC_OK)
		st = delete_stale(p, m, stale, err);
	if (st == DC_OK)
		m->snapshot_count = s.count;
	return sql_tx_end(p->db, st, err);
}

static bool names(const struct sql_snapshot *s, const char *name)
{
	char neighbours[SNAPSHOT_NAME_BYTES];

	hash32_format(&s->neighbours, neighbours);
	return strcmp(s->file, name) == 0 ||
		(s->has_neighbours && strcmp(neighbours, name) == 0);
}

/* Whether a row names the file. */
static bool is_kept(void *user, const char *name)
{
	struct pipeline *p = user;
	size_t i;

	for (i = 0; i < p->n_models; i++) {
		uint64_t at_most = INT64_MAX;
		struct sql_snapshot s;
		bool found = true;

		while (found) {
			if (sql_snapshot_newest(p->db, &s, &found,
						p->models[i]->row.row,
						at_most, p->scratch, NULL) !=
			    DC_OK)
				return true;	/* not known: keep it */
			if (found && names(&s, name))
				return true;
			if (found && s.block == 0)
				break;
			at_most = s.block - 1;
		}
	}
	return false;
}

enum dc_status pipe_snapshots(struct pipeline *p, uint64_t at_least,
			      struct dc_err *err)
{
	enum dc_status st = DC_OK;
	bool stale = false;
	size_t i;

	for (i = 0; i < p->n_models && st == DC_OK; i++) {
		struct pipe_model *m = p->models[i];

		if (m->followed && p->has_head &&
		    m->row.totals.count >= m->snapshot_count + at_least)
			st = snapshot_one(p, m, &stale, err);
	}
	if (stale)
		snapshot_sweep(p->config->data_dir, is_kept, p);
	dc_arena_reset(p->scratch);
	return st;
}
