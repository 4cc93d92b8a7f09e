#ifndef DECAID_SQL_MIGRATE_H
#define DECAID_SQL_MIGRATE_H

/*
 * Schemas: the numbered steps that lead to the newest, embedded from
 * sql/migrations at build. PRAGMA user_version counts the steps taken,
 * PRAGMA application_id says whose file it is. For sql/ alone.
 */

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "sql/db.h"

struct sql_migration {
	const char *name;	/* NNNN_name.sql */
	const char *text;
};

/* All steps of a file, in order; n how many. */
const struct sql_migration *sql_migrations(size_t *n, enum sql_file file);

/* May this program write (or read) the file as it is? Changes nothing.
 * Errors: DC_EREFUSED a newer schema, another program's file, or for a
 * reader an older schema. */
enum dc_status sql_migrate_check(sqlite3 *h, enum sql_file file,
				 enum sql_access access,
				 struct dc_err *err) DC_MUST_CHECK;

/* Take the missing steps, each a transaction of its own. */
enum dc_status sql_migrate(sqlite3 *h, enum sql_file file,
			   struct dc_err *err) DC_MUST_CHECK;

/* What a result code of SQLite means here, with SQLite's own text. */
enum dc_status sql_fail(sqlite3 *h, int rc, const char *what,
			struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_MIGRATE_H */
