#ifndef DECAID_SQL_INTEGRITY_H
#define DECAID_SQL_INTEGRITY_H

/*
 * Is a file whole? What SQLite itself can tell: pages, indexes, CHECKs,
 * STRICT types and foreign keys.
 */

#include <stdint.h>

#include "sql/db.h"

/* One thing that is wrong; text is SQLite's. */
typedef void sql_complaint_fn(void *user, const char *text);

#define SQL_COMPLAINTS_MAX 100	/* then the looking ends */

/* Look through all of the file; it takes as long as reading it does.
 * n  how many complaints there were; 0: the file is whole
 * Errors: as in db.h; a file too damaged to be read is one. */
enum dc_status sql_integrity_check(struct sql_db *db, uint64_t *n,
				   sql_complaint_fn *tell, void *user,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_INTEGRITY_H */
