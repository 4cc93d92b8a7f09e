/* texts.c: table texts of local.db; triggers keep their sum. */

#include "config.h"

#include <string.h>

#include "sql/query.h"
#include "sql/texts.h"

static const char SQL_TEXT_INSERT[] =
	"INSERT INTO texts (tx, model, sample_hash, time_s, bytes, text)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

enum dc_status
sql_text_insert(struct sql_db *db, const struct sql_text *t,
		struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_TEXT_INSERT);
	sql_bind_hash(&q, &t->tx);
	sql_bind_addr(&q, &t->model);
	sql_bind_hash(&q, &t->sample_hash);
	sql_bind_u64(&q, t->time_s);
	sql_bind_u64(&q, strlen(t->text));
	sql_bind_text(&q, t->text);
	return sql_query_run(&q, err);
}

static const char SQL_TEXT_GET[] =
	"SELECT tx, model, sample_hash, time_s, text FROM texts"
	" WHERE tx = ?1";

enum dc_status
sql_text_get(struct sql_db *db, struct sql_text *out, bool *found,
	     const struct hash32 *tx, struct dc_arena *arena,
	     struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_TEXT_GET);
	sql_bind_hash(&q, tx);
	while (sql_query_row(&q)) {
		sql_col_hash(&q, &out->tx);
		sql_col_addr(&q, &out->model);
		sql_col_hash(&q, &out->sample_hash);
		out->time_s = sql_col_u64(&q);
		out->text = sql_col_text(&q, arena);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_TEXT_DELETE[] = "DELETE FROM texts WHERE tx = ?1";

enum dc_status
sql_text_delete(struct sql_db *db, bool *existed, const struct hash32 *tx,
		struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_TEXT_DELETE);
	sql_bind_hash(&q, tx);
	found = sql_query_run(&q, err);
	*existed = found == DC_OK && sql_changes(db) > 0;
	return found;
}

static const char SQL_TEXTS_SUM[] =
	"SELECT kept, bytes FROM texts_sum WHERE one = 1";

enum dc_status
sql_texts_sum(struct sql_db *db, uint64_t *n, uint64_t *bytes,
	      struct dc_err *err)
{
	struct sql_query q;

	*n = *bytes = 0;
	sql_query_open(&q, db, SQL_TEXTS_SUM);
	while (sql_query_row(&q)) {
		*n = sql_col_u64(&q);
		*bytes = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}
