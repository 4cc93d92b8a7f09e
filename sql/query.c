/* query.c: prepared statements, their parameters and columns. */

#include "config.h"

#include <string.h>

#include "sql/migrate.h"
#include "sql/plan.h"
#include "sql/query.h"

static struct sql_prepared *
sql_prepared_slot(struct sql_db *db, const char *text)
{
	size_t i = ((uintptr_t)text >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 40;
	size_t n;

	for (n = 0; n < SQL_PREPARED_MAX; n++, i++) {
		struct sql_prepared *p =
			&db->prepared[i & (SQL_PREPARED_MAX - 1)];

		if (p->text == text || p->text == NULL)
			return p;
	}
	dc_abort(__FILE__, __LINE__, "more queries than SQL_PREPARED_MAX");
}

void
sql_query_open(struct sql_query *q, struct sql_db *db, const char *text)
{
	struct sql_prepared *p = sql_prepared_slot(db, text);

	memset(q, 0, sizeof(*q));
	q->db = db;
	if (db->busy == SQL_IDLE)
		sql_deadline_start(db);
	if (p->text == NULL) {
		DC_VERIFY(!sql_plan_walks(db->h, text));
		q->rc = sqlite3_prepare_v3(db->h, text, -1,
					   SQLITE_PREPARE_PERSISTENT,
					   &p->stmt, NULL);
		if (q->rc != SQLITE_OK)
			return;
		p->text = text;
	}
	q->stmt = p->stmt;
	/* One statement serves one query at a time. */
	DC_CHECK(!sqlite3_stmt_busy(q->stmt));
}

bool
sql_query_row(struct sql_query *q)
{
	int rc;

	q->col = 0;
	if (q->rc != SQLITE_OK || q->damaged)
		return false;
	rc = sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		q->rc = rc;
	return false;
}

enum dc_status
sql_query_close(struct sql_query *q, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	if (q->damaged)
		found = dc_fail(err, DC_EIO, "sql: a damaged row");
	else if (q->rc != SQLITE_OK)
		found = sql_fail(q->db->h, q->rc, "sql", err);
	if (q->stmt != NULL) {
		(void)sqlite3_reset(q->stmt);	/* repeats q->rc */
		(void)sqlite3_clear_bindings(q->stmt);
	}
	return found;
}

enum dc_status
sql_query_run(struct sql_query *q, struct dc_err *err)
{
	while (sql_query_row(q))
		;
	return sql_query_close(q, err);
}

/* The next parameter, or 0 after a failure. */
static int
sql_bind_next(struct sql_query *q)
{
	return q->rc == SQLITE_OK ? ++q->bound : 0;
}

void
sql_bind_i64(struct sql_query *q, int64_t v)
{
	const int i = sql_bind_next(q);

	if (i > 0)
		q->rc = sqlite3_bind_int64(q->stmt, i, v);
}

void
sql_bind_u64(struct sql_query *q, uint64_t v)
{
	sql_bind_i64(q, (int64_t)v);
}

void
sql_bind_bool(struct sql_query *q, bool v)
{
	sql_bind_i64(q, v ? 1 : 0);
}

void
sql_bind_blob(struct sql_query *q, const void *v, size_t n)
{
	const int i = sql_bind_next(q);

	if (i == 0)
		return;
	if (n == 0)	/* a NULL pointer would be NULL */
		q->rc = sqlite3_bind_zeroblob(q->stmt, i, 0);
	else
		q->rc = sqlite3_bind_blob64(q->stmt, i, v, n, SQLITE_STATIC);
}

void
sql_bind_addr(struct sql_query *q, const struct addr20 *v)
{
	sql_bind_blob(q, v->b, sizeof(v->b));
}

void
sql_bind_hash(struct sql_query *q, const struct hash32 *v)
{
	sql_bind_blob(q, v->b, sizeof(v->b));
}

void
sql_bind_u256(struct sql_query *q, const struct u256 *v)
{
	uint8_t be[32];
	const int i = sql_bind_next(q);

	u256_to_be(*v, be);
	if (i > 0)
		q->rc = sqlite3_bind_blob(q->stmt, i, be, sizeof(be),
					  SQLITE_TRANSIENT);
}

void
sql_bind_wei(struct sql_query *q, struct wei v)
{
	sql_bind_u256(q, &v.v);
}

void
sql_bind_text(struct sql_query *q, const char *v)
{
	const int i = sql_bind_next(q);

	if (i > 0)	/* a NULL pointer is NULL */
		q->rc = sqlite3_bind_text(q->stmt, i, v, -1, SQLITE_STATIC);
}

void
sql_bind_null(struct sql_query *q)
{
	const int i = sql_bind_next(q);

	if (i > 0)
		q->rc = sqlite3_bind_null(q->stmt, i);
}

int64_t
sql_col_i64(struct sql_query *q)
{
	return sqlite3_column_int64(q->stmt, q->col++);
}

uint64_t
sql_col_u64(struct sql_query *q)
{
	return (uint64_t)sql_col_i64(q);
}

uint32_t
sql_col_u32(struct sql_query *q)
{
	return (uint32_t)sql_col_i64(q);
}

bool
sql_col_bool(struct sql_query *q)
{
	return sql_col_i64(q) != 0;
}

bool
sql_col_is_null(const struct sql_query *q)
{
	return sqlite3_column_type(q->stmt, q->col) == SQLITE_NULL;
}

void
sql_col_bytes(struct sql_query *q, uint8_t *out, size_t n)
{
	const void *p = sqlite3_column_blob(q->stmt, q->col);

	if (p != NULL &&
	    (size_t)sqlite3_column_bytes(q->stmt, q->col) == n) {
		memcpy(out, p, n);
	} else {
		memset(out, 0, n);
		q->damaged = true;
	}
	q->col++;
}

void
sql_col_addr(struct sql_query *q, struct addr20 *out)
{
	sql_col_bytes(q, out->b, sizeof(out->b));
}

void
sql_col_hash(struct sql_query *q, struct hash32 *out)
{
	sql_col_bytes(q, out->b, sizeof(out->b));
}

void
sql_col_u256(struct sql_query *q, struct u256 *out)
{
	uint8_t be[32];

	sql_col_bytes(q, be, sizeof(be));
	*out = u256_from_be(be);
}

struct wei
sql_col_wei(struct sql_query *q)
{
	struct wei found;

	sql_col_u256(q, &found.v);
	return found;
}

const char *
sql_col_text(struct sql_query *q, struct dc_arena *arena)
{
	const unsigned char *p = sqlite3_column_text(q->stmt, q->col);
	const int n = sqlite3_column_bytes(q->stmt, q->col);

	q->col++;
	if (p == NULL)
		return dc_arena_copy(arena, "", 1);
	return dc_arena_copy(arena, p, (size_t)n + 1);
}

const uint8_t *
sql_col_blob(struct sql_query *q, size_t *n, struct dc_arena *arena)
{
	const void *p = sqlite3_column_blob(q->stmt, q->col);

	*n = (size_t)sqlite3_column_bytes(q->stmt, q->col);
	q->col++;
	return dc_arena_copy(arena, p != NULL ? p : "", *n);
}

void
sql_col_skip(struct sql_query *q, int n)
{
	q->col += n;
}

void
sql_must_write(const struct sql_db *db)
{
	DC_CHECK(db->busy == SQL_WRITING);
}

int64_t
sql_changes(const struct sql_db *db)
{
	return sqlite3_changes64(db->h);
}
