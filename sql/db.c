/* db.c: opening, transactions, deadlines. */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sql/board_keep.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/query.h"

/* Machine steps of SQLite between two looks at the clock: about 20 us. */
#define SQL_CLOCK_STEPS 1000

/* A deadline of so much processor time is one of so many times more. */
#define SQL_DEADLINE_WALL 10

/* For the triggers: the block that changes belong to, NULL for none. */
static void
sql_undo_block(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct sql_db *db = sqlite3_user_data(ctx);

	(void)argc;
	(void)argv;
	if (db->undo_block == SQL_UNDO_NONE)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_int64(ctx, db->undo_block);
}

static int
sql_peek_open(sqlite3 **h, const char *path, int flags)
{
	int rc = sqlite3_open_v2(path, h, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(*h, SQL_BUSY_MS);
	return rc;
}

/* A process that died while it made the file, before the log was on, left a
 * journal that only a writer can roll back. */
static bool
sql_is_torn(sqlite3 *h)
{
	int rc = sqlite3_exec(h, "SELECT count(*) FROM sqlite_schema", NULL,
			      NULL, NULL);

	return (rc & 0xff) == SQLITE_READONLY;
}

/* Look at a file without a chance of changing it, but for what an unfinished
 * transaction left. */
static enum dc_status
sql_peek(const char *path, enum sql_file file, enum sql_access access,
	 struct dc_err *err)
{
	sqlite3 *h = NULL;
	enum dc_status found;
	int rc;

	rc = sql_peek_open(&h, path, SQLITE_OPEN_READONLY);
	if (rc == SQLITE_OK && access == SQL_WRITER && sql_is_torn(h)) {
		(void)sqlite3_close(h);
		rc = sql_peek_open(&h, path, SQLITE_OPEN_READWRITE);
	}
	if (rc == SQLITE_OK)
		found = sql_migrate_check(h, file, access, err);
	else
		found = sql_fail(h, rc, "open", err);
	(void)sqlite3_close(h);
	return found;
}

/* Durability: chain.db can lose its newest blocks to a power cut and
 * follows them again; local.db loses nothing. */
static const char SQL_SET_CHAIN[] =
	"PRAGMA auto_vacuum = INCREMENTAL;"	/* before the first page */
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	"PRAGMA foreign_keys = ON; PRAGMA secure_delete = OFF;"
	"PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;"
	"PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY";
static const char SQL_SET_LOCAL[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	"PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;"
	"PRAGMA journal_size_limit = 16777216";
static const char SQL_SET_READER[] =
	"PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY";

static const char *
sql_settings(enum sql_file file, enum sql_access access)
{
	if (access == SQL_READER)
		return SQL_SET_READER;
	return file == SQL_CHAIN ? SQL_SET_CHAIN : SQL_SET_LOCAL;
}

/* Statistics of memory that nobody asks for are a lock that every allocation
 * of every connection waits for. Where SQLite has begun already, they stay. */
static void
sql_library_init(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
sql_connect(struct sql_db *db, const char *path)
{
	const int flags = db->access == SQL_READER ? SQLITE_OPEN_READONLY
		: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc;

	rc = sqlite3_open_v2(path, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(db->h, 1);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db->h, SQL_BUSY_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(db->h, "decaid_undo_block", 0,
			SQLITE_UTF8 | SQLITE_INNOCUOUS, db, sql_undo_block,
			NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sql_board_functions(db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->h, sql_settings(db->file, db->access),
				  NULL, NULL, NULL);
	return rc;
}

enum dc_status
sql_db_open(struct sql_db **out, const char *path, enum sql_file file,
	    enum sql_access access, struct dc_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sql_db *db;
	struct stat st;
	enum dc_status found = DC_OK;
	int rc;

	DC_CHECK(pthread_once(&once, sql_library_init) == 0);
	if (stat(path, &st) == 0)
		found = sql_peek(path, file, access, err);
	else if (access == SQL_READER)
		found = dc_fail(err, errno == ENOENT ? DC_ENOTFOUND : DC_EIO,
				"open: %s", strerror(errno));
	if (found != DC_OK)
		return found;
	db = dc_calloc(1, sizeof(*db));
	db->file = file;
	db->access = access;
	db->undo_block = SQL_UNDO_NONE;
	rc = sql_connect(db, path);
	if (rc != SQLITE_OK)
		found = sql_fail(db->h, rc, "open", err);
	else if (access == SQL_WRITER)
		found = sql_migrate(db->h, file, err);
	if (found != DC_OK) {
		sql_db_close(db);
		return found;
	}
	*out = db;
	return DC_OK;
}

void
sql_db_close(struct sql_db *db)
{
	size_t i;

	if (db == NULL)
		return;
	sql_tx_rollback(db);
	for (i = 0; i < SQL_PREPARED_MAX; i++)
		(void)sqlite3_finalize(db->prepared[i].stmt);
	DC_CHECK(sqlite3_close(db->h) == SQLITE_OK);
	free(db);
}

static int64_t
sql_clock_ms(clockid_t clock)
{
	struct timespec t;

	DC_CHECK(clock_gettime(clock, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Work counts, not waiting for a processor that others have; but nobody
 * waits for ever. */
static int
sql_past_deadline(void *arg)
{
	const struct sql_db *db = arg;

	return sql_clock_ms(CLOCK_THREAD_CPUTIME_ID) >= db->deadline_cpu_at ||
	       sql_clock_ms(CLOCK_MONOTONIC) >= db->deadline_at;
}

void
sql_db_set_deadline(struct sql_db *db, uint32_t ms)
{
	db->deadline_ms = ms;
	sql_deadline_start(db);
	sqlite3_progress_handler(db->h, ms != 0 ? SQL_CLOCK_STEPS : 0,
				 sql_past_deadline, db);
}

void
sql_deadline_start(struct sql_db *db)
{
	const int64_t ms = (int64_t)db->deadline_ms;

	if (ms == 0)
		return;
	db->deadline_cpu_at = sql_clock_ms(CLOCK_THREAD_CPUTIME_ID) + ms;
	db->deadline_at = sql_clock_ms(CLOCK_MONOTONIC) +
			  ms * SQL_DEADLINE_WALL;
}

void
sql_db_interrupt(struct sql_db *db)
{
	sqlite3_interrupt(db->h);
}

static const char SQL_BEGIN_WRITE[] = "BEGIN IMMEDIATE";
static const char SQL_BEGIN_READ[] = "BEGIN";
static const char SQL_COMMIT[] = "COMMIT";

static enum dc_status
sql_begin(struct sql_db *db, const char *text, enum sql_busy busy,
	  struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	DC_CHECK(db->busy == SQL_IDLE);
	sql_query_open(&q, db, text);
	found = sql_query_run(&q, err);
	if (found == DC_OK)
		db->busy = busy;
	return found;
}

enum dc_status
sql_tx_begin(struct sql_db *db, struct dc_err *err)
{
	DC_CHECK(db->access == SQL_WRITER);
	return sql_begin(db, SQL_BEGIN_WRITE, SQL_WRITING, err);
}

enum dc_status
sql_tx_begin_read(struct sql_db *db, struct dc_err *err)
{
	return sql_begin(db, SQL_BEGIN_READ, SQL_READING, err);
}

enum dc_status
sql_tx_commit(struct sql_db *db, struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	DC_CHECK(db->busy == SQL_WRITING);
	db->undo_block = SQL_UNDO_NONE;
	sql_query_open(&q, db, SQL_COMMIT);
	found = sql_query_run(&q, err);
	if (found != DC_OK)
		sql_tx_rollback(db);
	db->busy = SQL_IDLE;
	return found;
}

void
sql_tx_rollback(struct sql_db *db)
{
	db->busy = SQL_IDLE;
	db->undo_block = SQL_UNDO_NONE;
	/* After some failures SQLite has rolled back by itself. A rollback
	 * that fails leaves a journal that the next opening rolls back. */
	if (db->h != NULL && !sqlite3_get_autocommit(db->h))
		(void)sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
}

enum dc_status
sql_tx_end(struct sql_db *db, enum dc_status so_far, struct dc_err *err)
{
	if (so_far == DC_OK)
		return sql_tx_commit(db, err);
	sql_tx_rollback(db);
	return so_far;
}

/* Pages as they are, in one step and so of one moment: in WAL mode a writer
 * goes on meanwhile. (VACUUM INTO stumbles over generated columns.) */
static int
sql_copy_pages(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (b == NULL)
		return sqlite3_errcode(to);
	rc = sqlite3_backup_step(b, -1);
	(void)sqlite3_backup_finish(b);	/* repeats what step said */
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

enum dc_status
sql_db_backup(struct sql_db *db, const char *path, struct dc_err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_NOMUTEX;
	enum dc_status found = DC_OK;
	sqlite3 *to = NULL;
	struct stat st;
	int rc;

	DC_CHECK(db->busy == SQL_IDLE);
	if (stat(path, &st) == 0)
		return dc_fail(err, DC_EINVAL, "backup: %s is there", path);
	rc = sqlite3_open_v2(path, &to, flags, NULL);
	if (rc == SQLITE_OK)
		rc = sql_copy_pages(to, db->h);
	if (rc == SQLITE_OK)	/* one file, until a daemon opens it */
		rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL,
				  NULL, NULL);
	if (rc != SQLITE_OK)
		found = sql_fail(to, rc, "backup", err);
	(void)sqlite3_close(to);
	return found;
}
