/* snapshots.c: table snapshots. */

#include "config.h"

#include <string.h>

#include "sql/query.h"
#include "sql/snapshots.h"

static const char SQL_SNAPSHOT_PUT[] =
	"INSERT INTO snapshots (model, block, block_hash, count, root, file,"
	" neighbours) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	" ON CONFLICT (model, block) DO UPDATE SET block_hash = ?3,"
	" count = ?4, root = ?5, file = ?6, neighbours = ?7";

enum dc_status
sql_snapshot_put(struct sql_db *db, const struct sql_snapshot *s,
		 struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_SNAPSHOT_PUT);
	sql_bind_i64(&q, s->model);
	sql_bind_u64(&q, s->block);
	sql_bind_hash(&q, &s->block_hash);
	sql_bind_u64(&q, s->count);
	sql_bind_hash(&q, &s->root);
	sql_bind_text(&q, s->file);
	sql_bind_blob(&q, s->neighbours.b, s->has_neighbours ? 32 : 0);
	return sql_query_run(&q, err);
}

#define SQL_SNAPSHOT_FROM \
	"SELECT model, block, block_hash, count, root, file, neighbours" \
	" FROM snapshots "
static const char SQL_SNAPSHOT_NEWEST[] =
	SQL_SNAPSHOT_FROM "WHERE model = ?1 AND block <= ?2"
	" ORDER BY block DESC LIMIT 1";
/* The oldest, when it is not the newest at or below ?2. */
static const char SQL_SNAPSHOT_STALE[] =
	SQL_SNAPSHOT_FROM "WHERE model = ?1 AND block <"
	" (SELECT max(block) FROM snapshots WHERE model = ?1 AND block <= ?2)"
	" ORDER BY block LIMIT 1";

static enum dc_status
sql_snapshot_read(struct sql_db *db, const char *text,
		  struct sql_snapshot *out, bool *found, int64_t model,
		  uint64_t block, struct dc_arena *arena, struct dc_err *err)
{
	const uint8_t *neighbours;
	struct sql_query q;
	size_t bytes;

	*found = false;
	sql_query_open(&q, db, text);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, block > INT64_MAX ? INT64_MAX : block);
	while (sql_query_row(&q)) {
		out->model = sql_col_i64(&q);
		out->block = sql_col_u64(&q);
		sql_col_hash(&q, &out->block_hash);
		out->count = sql_col_u64(&q);
		sql_col_hash(&q, &out->root);
		out->file = sql_col_text(&q, arena);
		neighbours = sql_col_blob(&q, &bytes, arena);
		out->has_neighbours = bytes == 32;
		if (out->has_neighbours)
			memcpy(out->neighbours.b, neighbours, 32);
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_snapshot_newest(struct sql_db *db, struct sql_snapshot *out, bool *found,
		    int64_t model, uint64_t at_most, struct dc_arena *arena,
		    struct dc_err *err)
{
	return sql_snapshot_read(db, SQL_SNAPSHOT_NEWEST, out, found, model,
				 at_most, arena, err);
}

enum dc_status
sql_snapshot_stale(struct sql_db *db, struct sql_snapshot *out, bool *found,
		   int64_t model, uint64_t keep_at, struct dc_arena *arena,
		   struct dc_err *err)
{
	return sql_snapshot_read(db, SQL_SNAPSHOT_STALE, out, found, model,
				 keep_at, arena, err);
}

static const char SQL_SNAPSHOT_DELETE[] =
	"DELETE FROM snapshots WHERE model = ?1 AND block = ?2";

enum dc_status
sql_snapshot_delete(struct sql_db *db, int64_t model, uint64_t block,
		    struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_SNAPSHOT_DELETE);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, block);
	return sql_query_run(&q, err);
}
