/*
 * undo.c: going back to an earlier block.
 *
 * Invariants:
 *  1. A transaction that is not tracked holds final blocks only, and
 *     sql_block_put raises the floor to them. Triggers are left out then,
 *     and foreign keys not held: what was just written is what they name.
 *  2. For each tracked block, undo_X holds each row of X that the block
 *     changed, once, as it was before the block (existed = 0: it was not
 *     there). Triggers see to it; rows are never deleted while tracked.
 *  3. So the state after block B of a row that was changed above B is its
 *     entry with the lowest at_block above B, and other rows are as they
 *     were.
 *
 * Which tables are tracked, their keys and columns are read from the schema,
 * so a new table or column needs its migration and nothing here.
 */

#include "config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "sql/board_keep.h"
#include "sql/migrate.h"
#include "sql/plan.h"
#include "sql/query.h"
#include "sql/undo.h"

#define SQL_UNDO_TEXT_BYTES ((size_t)65536)

static const char SQL_FLOOR_GET[] = "SELECT undo_floor FROM progress";
static const char SQL_FLOOR_RAISE[] =
	"UPDATE progress SET undo_floor = max(undo_floor, ?1)";
static const char SQL_BLOCKS_ABOVE[] = "DELETE FROM blocks WHERE number > ?1";
/* A few a model. */
static const char SQL_SNAPSHOTS_ABOVE[] =
	SQL_WALKS
	"DELETE FROM snapshots WHERE block > ?1";
static const char SQL_UNDO_TABLES[] =
	SQL_WALKS
	"SELECT substr(name, 6) FROM sqlite_schema"
	" WHERE type = 'table' AND name GLOB 'undo_*' ORDER BY name";
/* pk: place in the key, 0 for a former value. */
static const char SQL_UNDO_COLUMNS[] =
	SQL_WALKS
	"SELECT name, pk FROM pragma_table_info('undo_' || ?1)"
	" WHERE name NOT IN ('at_block', 'existed') ORDER BY cid";

/* A statement over a table with triggers or foreign keys can fail in its
 * middle, so SQLite keeps a copy of each page that it touches, whether a
 * trigger has anything to do or not: more work than the rows of most final
 * blocks. Changing this compiles every statement anew, so it stays as it is
 * until it must change. */
static void
sql_undo_triggers(struct sql_db *db, bool untriggered)
{
	const int on = untriggered ? 0 : 1;

	if (db->untriggered == untriggered)
		return;
	DC_CHECK(sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, on,
				   NULL) == SQLITE_OK);
	DC_CHECK(sqlite3_db_config(db->h, SQLITE_DBCONFIG_ENABLE_FKEY, on,
				   NULL) == SQLITE_OK);
	db->untriggered = untriggered;
}

void
sql_undo_track(struct sql_db *db, uint64_t block)
{
	sql_must_write(db);
	sql_undo_triggers(db, false);
	DC_CHECK(block <= INT64_MAX && (int64_t)block >= db->undo_block);
	db->undo_block = (int64_t)block;
}

enum dc_status
sql_undo_floor(struct sql_db *db, uint64_t *out, struct dc_err *err)
{
	struct sql_query q;

	*out = 0;
	sql_query_open(&q, db, SQL_FLOOR_GET);
	while (sql_query_row(&q))
		*out = sql_col_u64(&q);
	return sql_query_close(&q, err);
}

/* Run text with ?1 = block; text is not kept. */
static enum dc_status
sql_undo_exec(struct sql_db *db, struct dc_buf *text, uint64_t block,
	      struct dc_err *err)
{
	sqlite3_stmt *s = NULL;
	enum dc_status found = DC_OK;
	int rc;

	DC_CHECK(!dc_buf_failed(text));
	rc = sqlite3_prepare_v2(db->h, dc_buf_text(text), -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 1, (int64_t)block);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc != SQLITE_DONE)	/* these texts yield no rows */
		found = sql_fail(db->h, rc, "undo", err);
	(void)sqlite3_finalize(s);
	return found;
}

/* What is known of one tracked table: lists of names with commas. */
struct sql_tracked {
	const char *table;
	const char *key;	/* "model, id" */
	const char *same;	/* "t.model = u.model AND t.id = u.id" */
	const char *set;	/* "state = u.state, ..."; "": none change */
	const char *names;	/* ", model, id, state, ..." */
};

static enum dc_status
sql_tracked_columns(struct sql_db *db, struct sql_tracked *t,
		    struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	t->key = t->same = t->set = t->names = "";
	sql_query_open(&q, db, SQL_UNDO_COLUMNS);
	sql_bind_text(&q, t->table);
	while (sql_query_row(&q)) {
		const char *name = sql_col_text(&q, arena);

		t->names = dc_arena_printf(arena, "%s, %s",
						  t->names, name);
		if (sql_col_i64(&q) == 0) {
			t->set = dc_arena_printf(arena, "%s%s%s = u.%s",
				t->set, *t->set != '\0' ? ", " : "",
				name, name);
			continue;
		}
		t->key = dc_arena_printf(arena, "%s%s%s", t->key,
			*t->key != '\0' ? ", " : "", name);
		t->same = dc_arena_printf(arena, "%s%st.%s = u.%s", t->same,
			*t->same != '\0' ? " AND " : "", name, name);
	}
	return sql_query_close(&q, err);
}

/* Put one table back to what it was after block (invariant 3). */
static enum dc_status
sql_undo_table(struct sql_db *db, const struct sql_tracked *t,
	       uint64_t block, struct dc_buf *b, struct dc_err *err)
{
	enum dc_status found;

	dc_buf_reset(b);
	dc_buf_printf(b, "DELETE FROM %s WHERE (%s) IN (SELECT %s"
		      " FROM undo_%s WHERE at_block > ?1 AND existed = 0)",
		      t->table, t->key, t->key, t->table);
	found = sql_undo_exec(db, b, block, err);
	if (found != DC_OK || *t->set == '\0')
		return found;
	/* Of a group with min(), SQLite takes the other columns from the row
	 * that holds the minimum. */
	dc_buf_reset(b);
	dc_buf_printf(b, "UPDATE %s AS t SET %s FROM (SELECT min(at_block)%s,"
		      " existed FROM undo_%s WHERE at_block > ?1"
		      " GROUP BY %s) AS u WHERE u.existed = 1 AND %s",
		      t->table, t->set, t->names, t->table, t->key, t->same);
	return sql_undo_exec(db, b, block, err);
}

enum sql_forget { SQL_FORGET_ABOVE, SQL_FORGET_UP_TO };

static enum dc_status
sql_undo_forget(struct sql_db *db, const struct sql_tracked *t,
		enum sql_forget which, uint64_t block, struct dc_buf *b,
		struct dc_err *err)
{
	dc_buf_reset(b);
	dc_buf_printf(b, "DELETE FROM undo_%s WHERE at_block %s ?1", t->table,
		      which == SQL_FORGET_ABOVE ? ">" : "<=");
	return sql_undo_exec(db, b, block, err);
}

static enum dc_status
sql_run_with_block(struct sql_db *db, const char *text, uint64_t block,
		   struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, text);
	sql_bind_u64(&q, block);
	return sql_query_run(&q, err);
}

/* Roll back, or with SQL_FORGET_UP_TO only forget, in every table. */
static enum dc_status
sql_undo_all(struct sql_db *db, enum sql_forget which, uint64_t block,
	     struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(8192);
	struct dc_buf b;
	struct sql_query q;
	enum dc_status found = DC_OK, closed;

	dc_buf_init(&b, SQL_UNDO_TEXT_BYTES);
	sql_query_open(&q, db, SQL_UNDO_TABLES);
	while (found == DC_OK && sql_query_row(&q)) {
		struct sql_tracked t = { .table = sql_col_text(&q, arena) };

		if (which == SQL_FORGET_ABOVE) {
			found = sql_tracked_columns(db, &t, arena, err);
			if (found == DC_OK)
				found = sql_undo_table(db, &t, block, &b, err);
		}
		if (found == DC_OK)
			found = sql_undo_forget(db, &t, which, block, &b, err);
	}
	closed = sql_query_close(&q, err);
	dc_buf_clear(&b);
	dc_arena_free(arena);
	return found != DC_OK ? found : closed;
}

enum dc_status
sql_rollback_above(struct sql_db *db, uint64_t block, struct dc_err *err)
{
	struct sql_boards_left left;
	enum dc_status found;
	uint64_t floor;

	sql_must_write(db);
	db->undo_block = SQL_UNDO_NONE;
	sql_undo_triggers(db, false);	/* what was deleted takes along */
	found = sql_undo_floor(db, &floor, err);
	if (found != DC_OK)
		return found;
	if (block < floor)
		return dc_fail(err, DC_EREFUSED, "blocks up to %" PRIu64
			       " are final here: cannot go back to %" PRIu64,
			       floor, block);
	found = sql_boards_leave(db, &left, block, err);
	if (found == DC_OK)
		found = sql_undo_all(db, SQL_FORGET_ABOVE, block, err);
	if (found == DC_OK)
		found = sql_run_with_block(db, SQL_SNAPSHOTS_ABOVE, block,
					   err);
	if (found == DC_OK)
		found = sql_run_with_block(db, SQL_BLOCKS_ABOVE, block, err);
	if (found == DC_OK)
		found = sql_boards_return(db, &left, err);
	sql_boards_left_clear(&left);
	return found;
}

enum dc_status
sql_undo_final(struct sql_db *db, uint64_t block, struct dc_err *err)
{
	sql_undo_triggers(db, true);
	return sql_run_with_block(db, SQL_FLOOR_RAISE, block, err);
}

enum dc_status
sql_undo_prune(struct sql_db *db, uint64_t final, struct dc_err *err)
{
	enum dc_status found;

	sql_must_write(db);
	found = sql_undo_all(db, SQL_FORGET_UP_TO, final, err);
	if (found == DC_OK)
		found = sql_run_with_block(db, SQL_FLOOR_RAISE, final, err);
	return found;
}
