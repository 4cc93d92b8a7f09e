/* integrity.c: what SQLite says of a file. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "sql/integrity.h"
#include "sql/query.h"

/* One row with "ok", or a row a complaint; at most 100, as the header says. */
static const char SQL_INTEGRITY[] =
	"SELECT integrity_check FROM pragma_integrity_check(100)"
	" WHERE integrity_check <> 'ok'";
static const char SQL_FOREIGN_KEYS[] =
	"SELECT 'table ' || \"table\" || ': row ' || coalesce(rowid, '?') ||"
	" ' refers to no ' || parent FROM pragma_foreign_key_check LIMIT 100";

static enum dc_status
sql_complain(struct sql_db *db, const char *text, uint64_t *n,
	     sql_complaint_fn *tell, void *user, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct sql_query q;

	sql_query_open(&q, db, text);
	while (sql_query_row(&q)) {
		tell(user, sql_col_text(&q, arena));
		(*n)++;
	}
	dc_arena_free(arena);
	return sql_query_close(&q, err);
}

enum dc_status
sql_integrity_check(struct sql_db *db, uint64_t *n, sql_complaint_fn *tell,
		    void *user, struct dc_err *err)
{
	enum dc_status found;

	*n = 0;
	found = sql_complain(db, SQL_INTEGRITY, n, tell, user, err);
	if (found == DC_OK)
		found = sql_complain(db, SQL_FOREIGN_KEYS, n, tell, user, err);
	return found;
}
