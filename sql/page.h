#ifndef DECAID_SQL_PAGE_H
#define DECAID_SQL_PAGE_H

/*
 * Lists are read in pages. A page is asked for by a limit and the key of
 * the page before; the key is opaque to everybody outside sql/, safe in a
 * URL, and stays good while rows come and go: it names a place in the
 * order, not a row number.
 */

#include <stdint.h>

#define SQL_KEY_BYTES 192	/* with the NUL */
#define SQL_PAGE_MAX 500

struct sql_page {
	uint32_t limit;		/* [1, SQL_PAGE_MAX] */
	const char *after;	/* NULL: from the start */
};

/* Page functions take  out (page->limit) records, n how many were filled,
 * next (SQL_KEY_BYTES) the key of the next page, "" after the last.
 * They return DC_EINVAL for a key that is none of theirs. */

#endif /* DECAID_SQL_PAGE_H */
