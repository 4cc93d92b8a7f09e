#ifndef DECAID_SQL_PLAN_H
#define DECAID_SQL_PLAN_H

/*
 * What SQLite would do for a statement. A statement that anybody can ask for
 * finds its rows by an index and takes them in its order: it costs what it
 * gives, however much is stored. Builds with --enable-verify hold every
 * statement against that when it is prepared. For sql/ alone.
 */

#include <sqlite3.h>
#include <stdbool.h>

/* How a statement begins that may do otherwise, and why is said beside it. */
#define SQL_WALKS "/* walks */ "

/* Whether it reads all of a table that grows, or sorts what it found there;
 * false where it begins with SQL_WALKS. A walk in order that a LIMIT ends is
 * none. */
bool sql_plan_walks(sqlite3 *h, const char *text);

#endif /* DECAID_SQL_PLAN_H */
