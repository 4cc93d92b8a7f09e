/* plan.c: what SQLite would do for a statement. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/status.h"
#include "sql/plan.h"

#define PLAN_BYTES 4096

/* Of one row, or as many as there are kinds of things. */
static const char *const sql_plan_small[] = {
	"binding", "progress", "board_clock", "sqlite_schema", "pragma_"
};

static bool
sql_begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* "SCAN name ...": neither small nor what another step of the plan made.
 * made  names of such steps, one a line */
static bool
sql_plan_is_walk(const char *name, const char *made)
{
	const size_t n = strcspn(name, " ");
	char line[128];
	size_t i;

	if (*name == '(' || (*name >= '0' && *name <= '9'))
		return false;	/* a subquery, constant rows */
	for (i = 0; i < DC_ARRAY_LEN(sql_plan_small); i++)
		if (sql_begins(name, sql_plan_small[i]))
			return false;
	(void)snprintf(line, sizeof(line), "\n%.*s\n", (int)n, name);
	return strstr(made, line) == NULL;
}

/* One line of the plan.
 * made  gets the names of what it makes, one a line
 * merged  set where a list is put together in order */
static bool
sql_plan_line(const char *detail, const char *text, char made[PLAN_BYTES],
	      bool *merged)
{
	const size_t at = strlen(made);

	if (sql_begins(detail, "CO-ROUTINE ") ||
	    sql_begins(detail, "MATERIALIZE ")) {
		(void)snprintf(made + at, PLAN_BYTES - at, "%s\n",
			       strchr(detail, ' ') + 1);
		*merged = true;
	}
	if (sql_begins(detail, "SCAN "))
		return strstr(text, " LIMIT ") == NULL &&
		       sql_plan_is_walk(detail + strlen("SCAN "), made);
	/* what is merged was limited before */
	return sql_begins(detail, "USE TEMP B-TREE") && !*merged;
}

bool
sql_plan_walks(sqlite3 *h, const char *text)
{
	char *asked = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text);
	char made[PLAN_BYTES] = "\n";
	bool found = false, merged = false;
	sqlite3_stmt *s = NULL;
	int rc;

	DC_CHECK(asked != NULL);
	rc = sql_begins(text, SQL_WALKS) ? SQLITE_DONE :
		sqlite3_prepare_v2(h, asked, -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		const char *detail;

		rc = sqlite3_step(s);
		if (rc != SQLITE_ROW)
			break;
		detail = (const char *)sqlite3_column_text(s, 3);
		if (detail == NULL ||
		    !sql_plan_line(detail, text, made, &merged))
			continue;
		dc_log(DC_LOG_BROKEN, "sql", "%s: %s", detail, text);
		found = true;
	}
	(void)sqlite3_finalize(s);	/* a bad text fails where it is run */
	sqlite3_free(asked);
	return found;
}
