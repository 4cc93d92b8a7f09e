/* checkpoints.c: tables checkpoints and late_ranges. */

#include "config.h"

#include <string.h>

#include "sql/checkpoints.h"
#include "sql/key.h"
#include "sql/query.h"

static const char SQL_CHECKPOINT_PUT[] =
	"INSERT INTO checkpoints (model, epoch, count, record_hash,"
	" state_root, judged, verdicts_hash, accuracy_fx9, judged_before,"
	" chain_before, computed, accepted, differs, refuted, block,"
	" log_index, tx, accepted_s, effective_s, words)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
	" ON CONFLICT (model, epoch) DO UPDATE SET count = ?3,"
	" record_hash = ?4, state_root = ?5, judged = ?6,"
	" verdicts_hash = ?7, accuracy_fx9 = ?8, judged_before = ?9,"
	" chain_before = ?10, computed = ?11, accepted = ?12, differs = ?13,"
	" refuted = ?14, block = ?15, log_index = ?16, tx = ?17,"
	" accepted_s = ?18, effective_s = ?19, words = ?20";

enum dc_status
sql_checkpoint_put(struct sql_db *db, const struct sql_checkpoint *c,
		   struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_CHECKPOINT_PUT);
	sql_bind_i64(&q, c->model);
	sql_bind_u64(&q, c->is.epoch);
	sql_bind_u64(&q, c->is.count);
	sql_bind_hash(&q, &c->is.record_hash);
	sql_bind_hash(&q, &c->is.state_root);
	sql_bind_u64(&q, c->is.judged);
	sql_bind_hash(&q, &c->is.verdicts_hash);
	sql_bind_u64(&q, c->is.accuracy_fx9);
	sql_bind_u64(&q, c->judged_before);
	sql_bind_hash(&q, &c->chain_before);
	sql_bind_bool(&q, c->computed);
	sql_bind_bool(&q, c->accepted);
	sql_bind_bool(&q, c->differs);
	sql_bind_bool(&q, c->refuted);
	sql_bind_u64(&q, c->log.block);
	sql_bind_u64(&q, c->log.index);
	sql_bind_hash(&q, &c->log.tx);
	sql_bind_u64(&q, c->log.time_s);
	sql_bind_u64(&q, c->effective_s);
	sql_bind_blob(&q, c->words, (size_t)c->n_words * 32);
	return sql_query_run(&q, err);
}

/* A checkpoint that was not accepted has no block. */
#define SQL_CHECKPOINT_FROM \
	"SELECT c.model, m.address, m.spec_hash, c.epoch, c.count," \
	" c.record_hash, c.state_root, c.judged, c.verdicts_hash," \
	" c.accuracy_fx9, c.judged_before, c.chain_before, c.computed," \
	" c.accepted, c.differs, c.refuted, c.block, c.log_index, c.tx," \
	" c.accepted_s, c.effective_s, c.words," \
	" coalesce(b.hash, zeroblob(32))" \
	" FROM checkpoints AS c CROSS JOIN models AS m" \
	" ON m.model = c.model LEFT JOIN blocks AS b ON b.number = c.block "

static void
sql_col_checkpoint(struct sql_query *q, struct sql_checkpoint *c,
		   struct dc_arena *arena)
{
	size_t bytes;

	c->model = sql_col_i64(q);
	sql_col_addr(q, &c->is.trainer);
	sql_col_hash(q, &c->is.spec);
	c->is.epoch = sql_col_u64(q);
	c->is.count = sql_col_u64(q);
	sql_col_hash(q, &c->is.record_hash);
	sql_col_hash(q, &c->is.state_root);
	c->is.judged = sql_col_u64(q);
	sql_col_hash(q, &c->is.verdicts_hash);
	c->is.accuracy_fx9 = sql_col_u64(q);
	c->judged_before = sql_col_u64(q);
	sql_col_hash(q, &c->chain_before);
	c->computed = sql_col_bool(q);
	c->accepted = sql_col_bool(q);
	c->differs = sql_col_bool(q);
	c->refuted = sql_col_bool(q);
	c->log.block = sql_col_u64(q);
	c->log.index = sql_col_u32(q);
	sql_col_hash(q, &c->log.tx);
	c->log.time_s = sql_col_u64(q);
	c->effective_s = sql_col_u64(q);
	c->words = sql_col_blob(q, &bytes, arena);
	c->n_words = (uint32_t)(bytes / 32);
	sql_col_hash(q, &c->log.block_hash);
}

static const char SQL_CHECKPOINT_GET[] =
	SQL_CHECKPOINT_FROM "WHERE c.model = ?1 AND c.epoch = ?2";
static const char SQL_CHECKPOINT_LAST[] =
	SQL_CHECKPOINT_FROM "WHERE c.model = ?1 AND c.epoch < ?2"
	" AND c.accepted = 1 AND c.refuted = 0"
	" ORDER BY c.epoch DESC LIMIT 1";
static const char SQL_CHECKPOINTS_PAGE[] =
	SQL_CHECKPOINT_FROM "WHERE c.model = ?1 AND c.epoch < ?2"
	" ORDER BY c.epoch DESC LIMIT ?3";

static enum dc_status
sql_checkpoint_read(struct sql_db *db, const char *text,
		    struct sql_checkpoint *out, bool *found, int64_t model,
		    uint64_t epoch, struct dc_arena *arena,
		    struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, text);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, epoch > INT64_MAX ? INT64_MAX : epoch);
	while (sql_query_row(&q)) {
		sql_col_checkpoint(&q, out, arena);
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_checkpoint_get(struct sql_db *db, struct sql_checkpoint *out,
		   bool *found, int64_t model, uint64_t epoch,
		   struct dc_arena *arena, struct dc_err *err)
{
	return sql_checkpoint_read(db, SQL_CHECKPOINT_GET, out, found, model,
				   epoch, arena, err);
}

enum dc_status
sql_checkpoint_last(struct sql_db *db, struct sql_checkpoint *out,
		    bool *found, int64_t model, uint64_t below,
		    struct dc_arena *arena, struct dc_err *err)
{
	return sql_checkpoint_read(db, SQL_CHECKPOINT_LAST, out, found,
				   model, below, arena, err);
}

enum dc_status
sql_checkpoints_page(struct sql_db *db, struct sql_checkpoint *out,
		     uint32_t *n, char *next, int64_t model,
		     const struct sql_page *page, struct dc_arena *arena,
		     struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key = {
		.list = 'k', .n_numbers = 1, .v = { INT64_MAX }
	};
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_CHECKPOINTS_PAGE);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = out[*n - 1].is.epoch;
			sql_key_format(&key, next);
			break;
		}
		sql_col_checkpoint(&q, &out[(*n)++], arena);
	}
	return sql_query_close(&q, err);
}

enum sql_checkpoint_status
sql_checkpoint_status(const struct sql_checkpoint *c, uint64_t now_s,
		      uint64_t finalized)
{
	if (!c->accepted || c->refuted)
		return SQL_CHECKPOINT_COMPUTED;
	if (now_s < c->effective_s)
		return SQL_CHECKPOINT_MINED;
	return c->log.block <= finalized ? SQL_CHECKPOINT_FINAL
					 : SQL_CHECKPOINT_EFFECTIVE;
}

const char *
sql_checkpoint_status_name(enum sql_checkpoint_status status)
{
	static const char *const names[] = {
		[SQL_CHECKPOINT_COMPUTED] = "computed",
		[SQL_CHECKPOINT_SIGNED] = "signed",
		[SQL_CHECKPOINT_SENT] = "sent",
		[SQL_CHECKPOINT_MINED] = "mined",
		[SQL_CHECKPOINT_EFFECTIVE] = "effective",
		[SQL_CHECKPOINT_FINAL] = "final"
	};

	DC_CHECK((unsigned)status < DC_ARRAY_LEN(names));
	return names[status];
}

/* A place in the list is used again after a refutation. */
static const char SQL_LATE_INSERT[] =
	"INSERT INTO late_ranges (model, idx, from_id, to_id, accepted_s,"
	" live) VALUES (?1, ?2, ?3, ?4, ?5, 1)"
	" ON CONFLICT (model, idx) DO UPDATE SET from_id = ?3, to_id = ?4,"
	" accepted_s = ?5, live = 1 WHERE live = 0";

enum dc_status
sql_late_range_insert(struct sql_db *db, const struct sql_late_range *r,
		      struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_LATE_INSERT);
	sql_bind_i64(&q, r->model);
	sql_bind_u64(&q, r->index);
	sql_bind_u64(&q, r->from);
	sql_bind_u64(&q, r->to);
	sql_bind_u64(&q, r->accepted_s);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ECONFLICT,
				"the late range is there already");
	return found;
}

static const char SQL_LATE_DELETE[] =
	"UPDATE late_ranges SET live = 0 WHERE model = ?1 AND idx = ?2";

enum dc_status
sql_late_range_delete(struct sql_db *db, int64_t model, uint64_t index,
		      struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_LATE_DELETE);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, index);
	return sql_query_run(&q, err);
}

/* Ranges ascend, so the first is the one with the lowest end above. */
static const char SQL_LATE_FIND[] =
	"SELECT model, idx, from_id, to_id, accepted_s FROM late_ranges"
	" INDEXED BY late_ranges_by_end"
	" WHERE model = ?1 AND live = 1 AND to_id > ?2"
	" ORDER BY to_id LIMIT 1";
static const char SQL_LATE_LENGTH[] =
	"SELECT idx + 1 FROM late_ranges INDEXED BY late_ranges_by_end"
	" WHERE model = ?1 AND live = 1 ORDER BY to_id DESC LIMIT 1";

enum dc_status
sql_late_range_find(struct sql_db *db, struct sql_late_range *out,
		    bool *found, int64_t model, uint64_t id,
		    struct dc_err *err)
{
	struct sql_query q;
	enum dc_status status;

	*found = false;
	memset(out, 0, sizeof(*out));
	sql_query_open(&q, db, SQL_LATE_FIND);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, id);
	while (sql_query_row(&q)) {
		out->model = sql_col_i64(&q);
		out->index = sql_col_u64(&q);
		out->from = sql_col_u64(&q);
		out->to = sql_col_u64(&q);
		out->accepted_s = sql_col_u64(&q);
		*found = true;
	}
	status = sql_query_close(&q, err);
	if (status != DC_OK || *found)
		return status;
	sql_query_open(&q, db, SQL_LATE_LENGTH);
	sql_bind_i64(&q, model);
	while (sql_query_row(&q))
		out->index = sql_col_u64(&q);
	return sql_query_close(&q, err);
}
