#ifndef DECAID_SQL_KEY_H
#define DECAID_SQL_KEY_H

/*
 * Page keys as text: a letter for the list, numbers in hexadecimal between
 * dots, and bytes after a dash: "b5.1f.2-00ff". For sql/ alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "sql/page.h"

#define SQL_KEY_NUMBERS 4
#define SQL_KEY_DATA_BYTES 52

struct sql_key {
	char list;
	unsigned n_numbers;	/* [1, SQL_KEY_NUMBERS] */
	size_t n_bytes;		/* [0, SQL_KEY_DATA_BYTES] */
	uint64_t v[SQL_KEY_NUMBERS];
	uint8_t bytes[SQL_KEY_DATA_BYTES];
};

/* out  (SQL_KEY_BYTES) */
void sql_key_format(const struct sql_key *key, char *out);

/* Parse text into key, whose list, n_numbers and n_bytes say what it must
 * be.  Errors: DC_EINVAL. */
enum dc_status sql_key_parse(struct sql_key *key, const char *text,
			     struct dc_err *err) DC_MUST_CHECK;

/* Is page->limit in range?  Errors: DC_EINVAL. */
enum dc_status sql_page_check(const struct sql_page *page,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_KEY_H */
