#ifndef DECAID_SQL_QUERY_H
#define DECAID_SQL_QUERY_H

/*
 * A prepared statement in use. For sql/ alone.
 *
 *     struct sql_query q;
 *
 *     sql_query_open(&q, db, SQL_TEXT);
 *     sql_bind_i64(&q, model);            parameters, from ?1 on
 *     while (sql_query_row(&q))
 *             id = sql_col_u64(&q);       columns, from the first on
 *     return sql_query_close(&q, err);
 *
 * The first failure sticks: what follows does nothing, and close returns
 * its status. Bound bytes are borrowed until close; column bytes are
 * SQLite's until the next row, so the arena forms copy them.
 */

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/types.h"
#include "sql/db.h"

/* No block: changes are not tracked. */
#define SQL_UNDO_NONE INT64_C(-1)

struct sql_prepared {
	const char *text;	/* the key: static const text */
	sqlite3_stmt *stmt;
};

#define SQL_PREPARED_MAX 256	/* a power of two, twice all queries */

enum sql_busy { SQL_IDLE, SQL_READING, SQL_WRITING };

struct sql_db {
	sqlite3 *h;
	enum sql_file file;
	enum sql_access access;
	enum sql_busy busy;	/* the open transaction */
	int64_t undo_block;	/* SQL_UNDO_NONE: not tracked */
	bool untriggered;	/* statements leave triggers out (undo.c) */
	uint32_t deadline_ms;	/* 0: none */
	int64_t deadline_at, deadline_cpu_at;	/* monotonic, thread's; ms */
	struct sql_prepared prepared[SQL_PREPARED_MAX];
};

struct sql_query {
	struct sql_db *db;
	sqlite3_stmt *stmt;
	int rc;			/* SQLITE_OK, or the first failure */
	bool damaged;		/* a column is not what it must be */
	int bound, col;		/* how many so far */
};

/* text  static, prepared once a connection and known by its address */
void sql_query_open(struct sql_query *q, struct sql_db *db,
		    const char *text);

/* Advance to a row; false: there is none, or it failed. */
bool sql_query_row(struct sql_query *q);

/* Errors: DC_ECONFLICT a key is there already. DC_EINVAL a value broke a
 * CHECK. DC_EIO, DC_EBUSY as in db.h. */
enum dc_status sql_query_close(struct sql_query *q,
			       struct dc_err *err) DC_MUST_CHECK;

/* Step to the end, then close. */
enum dc_status sql_query_run(struct sql_query *q,
			     struct dc_err *err) DC_MUST_CHECK;

void sql_bind_i64(struct sql_query *q, int64_t v);
void sql_bind_u64(struct sql_query *q, uint64_t v);
void sql_bind_bool(struct sql_query *q, bool v);
void sql_bind_addr(struct sql_query *q, const struct addr20 *v);
void sql_bind_hash(struct sql_query *q, const struct hash32 *v);
void sql_bind_u256(struct sql_query *q, const struct u256 *v);
void sql_bind_wei(struct sql_query *q, struct wei v);
void sql_bind_text(struct sql_query *q, const char *v);	/* NULL: null */
void sql_bind_blob(struct sql_query *q, const void *v, size_t n);
void sql_bind_null(struct sql_query *q);

/* A blob of another length than the type's is damage: DC_EIO at close. */
int64_t sql_col_i64(struct sql_query *q);
uint64_t sql_col_u64(struct sql_query *q);
uint32_t sql_col_u32(struct sql_query *q);
bool sql_col_bool(struct sql_query *q);
bool sql_col_is_null(const struct sql_query *q);	/* does not advance */
void sql_col_addr(struct sql_query *q, struct addr20 *out);
void sql_col_hash(struct sql_query *q, struct hash32 *out);
void sql_col_bytes(struct sql_query *q, uint8_t *out, size_t n);
void sql_col_u256(struct sql_query *q, struct u256 *out);
struct wei sql_col_wei(struct sql_query *q);
const char *sql_col_text(struct sql_query *q, struct dc_arena *arena);
const uint8_t *sql_col_blob(struct sql_query *q, size_t *n,
			    struct dc_arena *arena);
void sql_col_skip(struct sql_query *q, int n);

/* A new reading starts: its time counts from now. */
void sql_deadline_start(struct sql_db *db);

/* A writer's functions need a transaction: the program is wrong without. */
void sql_must_write(const struct sql_db *db);

/* A final block was written: nothing below it can be undone, and what it
 * does is not tracked (undo.c). */
enum dc_status sql_undo_final(struct sql_db *db, uint64_t block,
			      struct dc_err *err) DC_MUST_CHECK;

/* Rows changed by the last query. */
int64_t sql_changes(const struct sql_db *db);

#endif /* DECAID_SQL_QUERY_H */
