/* migrate.c: the schema's steps, and whose file this is. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "sql/migrate.h"

static uint32_t
sql_app_id(enum sql_file file)
{
	return file == SQL_CHAIN ? SQL_CHAIN_APP_ID : SQL_LOCAL_APP_ID;
}

uint32_t
sql_db_schema(enum sql_file file)
{
	size_t n;

	(void)sql_migrations(&n, file);
	return (uint32_t)n;
}

enum dc_status
sql_fail(sqlite3 *h, int rc, const char *what, struct dc_err *err)
{
	const char *text = h != NULL ? sqlite3_errmsg(h) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		dc_abort(__FILE__, __LINE__,
			 "sqlite3: out of memory or misused");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return dc_fail(err, DC_EBUSY, "%s: %s", what, text);
	case SQLITE_INTERRUPT:
		return dc_fail(err, DC_EBUSY, "%s: took too long", what);
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
		    rc == SQLITE_CONSTRAINT_UNIQUE ||
		    rc == SQLITE_CONSTRAINT_ROWID)
			return dc_fail(err, DC_ECONFLICT, "%s: %s", what, text);
		return dc_fail(err, DC_EINVAL, "%s: %s", what, text);
	default:
		break;
	}
	return dc_fail(err, DC_EIO, "%s: %s (%d)", what, text, rc);
}

/* One number that sql yields in its first row. */
static enum dc_status
sql_number(sqlite3 *h, int64_t *out, const char *sql, struct dc_err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(h, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		rc = SQLITE_OK;
	} else if (rc == SQLITE_DONE) {
		rc = SQLITE_CORRUPT;
	}
	if (rc != SQLITE_OK) {
		enum dc_status found = sql_fail(h, rc, "reading the file", err);

		(void)sqlite3_finalize(s);
		return found;
	}
	(void)sqlite3_finalize(s);
	return DC_OK;
}

struct sql_identity {
	int64_t app_id, version, objects;
};

static enum dc_status
sql_identify(sqlite3 *h, struct sql_identity *out, struct dc_err *err)
{
	enum dc_status found;

	found = sql_number(h, &out->app_id, "PRAGMA application_id", err);
	if (found == DC_OK)
		found = sql_number(h, &out->version, "PRAGMA user_version",
				   err);
	if (found == DC_OK)
		found = sql_number(h, &out->objects,
				   "SELECT count(*) FROM sqlite_schema", err);
	return found;
}

enum dc_status
sql_migrate_check(sqlite3 *h, enum sql_file file, enum sql_access access,
		  struct dc_err *err)
{
	struct sql_identity is;
	const uint32_t newest = sql_db_schema(file);
	enum dc_status found = sql_identify(h, &is, err);

	if (found != DC_OK)
		return found;
	if (access == SQL_WRITER && is.app_id == 0 && is.version == 0 &&
	    is.objects == 0)
		return DC_OK;
	if (is.app_id != (int64_t)sql_app_id(file))
		return dc_fail(err, DC_EREFUSED,
			       "not the file that was expected "
			       "(application id %#" PRIx64 ")",
			       (uint64_t)is.app_id);
	if (is.version > (int64_t)newest)
		return dc_fail(err, DC_EREFUSED,
			       "schema %" PRId64 " is of a newer decaid; "
			       "this one knows up to %" PRIu32,
			       is.version, newest);
	if (access == SQL_READER && is.version < (int64_t)newest)
		return dc_fail(err, DC_EREFUSED,
			       "schema %" PRId64 " is older than %" PRIu32
			       "; the daemon has to open it first",
			       is.version, newest);
	return DC_OK;
}

/* Take step n (from 1), with its number, or nothing of it. */
static enum dc_status
sql_migrate_step(sqlite3 *h, enum sql_file file, size_t n,
		 const struct sql_migration *m, struct dc_err *err)
{
	char marks[96];
	enum dc_status found;
	int rc;

	(void)snprintf(marks, sizeof(marks),
		       "PRAGMA application_id = %" PRIu32
		       "; PRAGMA user_version = %zu; COMMIT",
		       sql_app_id(file), n);
	rc = sqlite3_exec(h, m->text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(h, marks, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return DC_OK;
	found = sql_fail(h, rc, m->name, err);
	if (!sqlite3_get_autocommit(h))
		(void)sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
	return found;
}

enum dc_status
sql_migrate(sqlite3 *h, enum sql_file file, struct dc_err *err)
{
	size_t n;
	const struct sql_migration *m = sql_migrations(&n, file);
	enum dc_status found;
	int64_t version = 0;
	int rc;

	do {
		/* The lock first: another process may be at it, too. */
		rc = sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		if (rc != SQLITE_OK)
			return sql_fail(h, rc, "migration", err);
		found = sql_number(h, &version, "PRAGMA user_version", err);
		if (found != DC_OK || version >= (int64_t)n) {
			(void)sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
			return found;
		}
		found = sql_migrate_step(h, file, (size_t)version + 1,
					 &m[version], err);
	} while (found == DC_OK);
	return found;
}
