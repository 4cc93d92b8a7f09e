/* A model as it was, learned again from snapshots and stored contributions. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "incentives/record.h"
#include "models/sample.h"
#include "oracle/replica.h"
#include "oracle/snapshot.h"
#include "sql/contributions.h"
#include "sql/models.h"
#include "sql/snapshots.h"

#define CHUNK 256		/* contributions read at once */
#define ARENA_BYTES (1 << 16)

struct replica {
	const char *data_dir;
	size_t bytes_max;
	struct sample_room *room;

	/* Which model; none while spec.hash says nothing (cells NULL). */
	struct addr20 trainer;
	int64_t row;
	struct model_spec spec;
	int64_t *cells, *copy;
	void *work;
	struct learner learner;
	struct hash32 record;	/* of the last contribution learned, or 0 */
};

struct replica *replica_new(const char *data_dir, size_t bytes_max)
{
	struct replica *r = dc_calloc(1, sizeof(*r));

	r->data_dir = data_dir;
	r->bytes_max = bytes_max;
	r->room = dc_malloc(sizeof(*r->room));
	return r;
}

void replica_forget(struct replica *r)
{
	if (r->cells != NULL)
		spec_clear(&r->spec);
	free(r->cells);
	free(r->copy);
	free(r->work);
	r->cells = r->copy = NULL;
	r->work = NULL;
}

void replica_free(struct replica *r)
{
	if (r == NULL)
		return;
	replica_forget(r);
	free(r->room);
	free(r);
}

struct learner *replica_learner(struct replica *r)
{
	DC_CHECK(r->cells != NULL);
	return &r->learner;
}

const int64_t *replica_copy(struct replica *r)
{
	size_t bytes = learner_cells(&r->spec) * sizeof(*r->copy);

	if (r->copy == NULL)
		r->copy = dc_malloc(bytes);
	memcpy(r->copy, r->cells, bytes);
	return r->copy;
}

/* ---- which model -------------------------------------------------------- */

static void nothing_learned(struct replica *r)
{
	learner_init(&r->learner, &r->spec, r->cells, r->work);
	memset(&r->record, 0, sizeof(r->record));
}

/* A place for a learner of the spec, where there is room for it. */
static enum dc_status make_room(struct replica *r, const struct sql_model *m,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	size_t cells, work;

	if (spec_parse(&r->spec, m->is.spec, m->is.spec_len, &why) != DC_OK)
		return dc_fail(err, DC_ENOTFOUND, "its spec is not known "
			       "here: %s", why.text);
	cells = learner_cells(&r->spec) * sizeof(*r->cells);
	work = learner_work_size(&r->spec);
	if (2 * cells + work > r->bytes_max) {
		spec_clear(&r->spec);
		return dc_fail(err, DC_ENOTFOUND, "a model of %zu MiB is more "
			       "than this daemon proves (proof-memory)",
			       (2 * cells + work) >> 20);
	}
	r->cells = dc_malloc(cells);
	r->work = dc_malloc(work);
	r->trainer = m->is.trainer;
	r->row = m->row;
	nothing_learned(r);
	return DC_OK;
}

static enum dc_status choose(struct replica *r, struct sql_db *db,
			     const struct addr20 *trainer,
			     struct dc_arena *arena, struct dc_err *err)
{
	struct sql_model m;
	bool found;
	enum dc_status st = sql_model_get(db, &m, &found, trainer, arena,
					  err);

	if (st != DC_OK)
		return st;
	if (found && r->cells != NULL && m.row == r->row &&
	    addr20_equal(trainer, &r->trainer) &&
	    hash32_equal(&m.is.spec_hash, &r->spec.hash))
		return DC_OK;
	replica_forget(r);
	if (!found)
		return dc_fail(err, DC_ENOTFOUND, "no such model");
	if (!m.followed)
		return dc_fail(err, DC_ENOTFOUND, "the model is not followed "
			       "here");
	return make_room(r, &m, err);
}

/* ---- where it stands ----------------------------------------------------- */

static uint64_t learned(const struct replica *r)
{
	return learner_count(&r->learner, LEARNER_SEEN);
}

/* What the database has as the record after so many contributions. */
static enum dc_status record_after(struct replica *r, struct sql_db *db,
				   struct hash32 *out, bool *found,
				   uint64_t count, struct dc_arena *arena,
				   struct dc_err *err)
{
	struct sql_contribution c;
	enum dc_status st;

	memset(out, 0, sizeof(*out));
	*found = true;
	if (count == 0)
		return DC_OK;
	st = sql_contribution_get(db, &c, found, r->row, count - 1, arena,
				  err);
	if (st == DC_OK && *found)
		*out = c.record_hash;
	return st;
}

/* Whether it stands on the way to count, as the chain is now. */
static enum dc_status on_the_way(struct replica *r, struct sql_db *db,
				 bool *is, uint64_t count,
				 struct dc_arena *arena, struct dc_err *err)
{
	struct hash32 record;
	bool found;
	enum dc_status st;

	*is = false;
	if (learned(r) > count)
		return DC_OK;
	st = record_after(r, db, &record, &found, learned(r), arena, err);
	*is = st == DC_OK && found && hash32_equal(&record, &r->record);
	return st;
}

/* One snapshot, if it can be used; that it cannot is the pipeline's to say. */
static bool take_snapshot(struct replica *r, const struct sql_snapshot *s)
{
	const uint8_t *bytes = NULL;
	size_t len = 0;
	bool taken = snapshot_map(&bytes, &len, r->data_dir, s->file, NULL) ==
		DC_OK && learner_kept_check(&r->spec, bytes, &len, NULL) ==
		DC_OK && learner_import(&r->learner, bytes, len, &s->root,
					NULL) == DC_OK &&
		learned(r) == s->count;

	snapshot_unmap(bytes, len);
	if (!taken)
		nothing_learned(r);
	return taken;
}

/* The newest snapshot of at most count contributions; else nothing learned. */
static enum dc_status begin(struct replica *r, struct sql_db *db,
			    uint64_t count, struct dc_arena *arena,
			    struct dc_err *err)
{
	uint64_t at_most = INT64_MAX;
	enum dc_status st = DC_OK;
	struct sql_snapshot s;
	bool found = true, taken = false;

	nothing_learned(r);
	while (st == DC_OK && !taken) {
		st = sql_snapshot_newest(db, &s, &found, r->row, at_most,
					 arena, err);
		if (st != DC_OK || !found)
			return st;
		taken = s.count <= count && take_snapshot(r, &s);
		if (s.block == 0)
			break;
		at_most = s.block - 1;
	}
	if (taken)
		st = record_after(r, db, &r->record, &found, learned(r),
				  arena, err);
	return st;
}

/* ---- going on ------------------------------------------------------------ */

static enum dc_status learn(struct replica *r,
			    const struct sql_contribution *c,
			    struct dc_err *err)
{
	struct lesson_input in = {
		.sample = c->is.sample, .sample_len = c->is.sample_len,
		.label = c->is.label,
		.novelty = c->is_new ? NOVELTY_NEW : NOVELTY_REPEAT,
		.contributor = c->is.contributor
	};
	struct learn_result result;
	struct record record;

	if (c->is.id != learned(r))
		return dc_fail(err, DC_ECONFLICT, "contribution %" PRIu64
			       " is missing", learned(r));
	if (c->pruned)
		return dc_fail(err, DC_ENOTFOUND, "the sample of contribution "
			       "%" PRIu64 " was pruned here (keep-samples)",
			       c->is.id);
	record_from_event(&record, &c->is, c->log.time_s);
	record_hash(&r->record, &r->record, &record);
	learner_learn(&r->learner, &result, &in, r->room);
	return DC_OK;
}

/* At most CHUNK contributions, none from count on. A view of its own, so that
 * a long way does not keep the database from tidying up. */
static enum dc_status go_on(struct replica *r, struct sql_db *db,
			    uint64_t count, struct dc_arena *arena,
			    struct dc_err *err)
{
	uint64_t left = count - learned(r);
	struct sql_contribution c[CHUNK];
	uint32_t n = 0, i;
	enum dc_status st = sql_contributions_range(db, c, &n,
		left < CHUNK ? (uint32_t)left : CHUNK, r->row, learned(r),
		arena, err);

	if (st == DC_OK && n == 0)
		st = dc_fail(err, DC_ECONFLICT, "contribution %" PRIu64 " is "
			     "missing", learned(r));
	for (i = 0; st == DC_OK && i < n; i++)
		st = learn(r, &c[i], err);
	return st;
}

/* Something else was learned than was asked for. */
static enum dc_status check_record(struct replica *r,
				   const struct hash32 *record,
				   struct dc_err *err)
{
	if (hash32_equal(&r->record, record))
		return DC_OK;
	replica_forget(r);
	return dc_fail(err, DC_ECONFLICT, "the chain went another way");
}

static enum dc_status set_out(struct replica *r, struct sql_db *db,
			      const struct addr20 *trainer, uint64_t count,
			      struct dc_arena *arena, struct dc_err *err)
{
	bool is = false;
	enum dc_status st = sql_tx_begin_read(db, err);

	if (st == DC_OK)
		st = choose(r, db, trainer, arena, err);
	if (st == DC_OK)
		st = on_the_way(r, db, &is, count, arena, err);
	if (st == DC_OK && !is)
		st = begin(r, db, count, arena, err);
	sql_tx_rollback(db);
	return st;
}

enum dc_status replica_seek(struct replica *r, struct sql_db *db,
			    const struct addr20 *trainer, uint64_t count,
			    const struct hash32 *record, atomic_bool *stop,
			    struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	enum dc_status st = set_out(r, db, trainer, count, arena, err);

	while (st == DC_OK && learned(r) < count) {
		dc_arena_reset(arena);
		st = atomic_load(stop) ? dc_fail(err, DC_EBUSY, "stopping") :
			go_on(r, db, count, arena, err);
	}
	if (st == DC_OK)
		st = check_record(r, record, err);
	dc_arena_free(arena);
	return st;
}

enum dc_status replica_step(struct replica *r, struct sql_db *db,
			    const struct hash32 *record, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	enum dc_status st = go_on(r, db, learned(r) + 1, arena, err);

	if (st == DC_OK)
		st = check_record(r, record, err);
	dc_arena_free(arena);
	return st;
}
