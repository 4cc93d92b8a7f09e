#ifndef DECAID_SERVER_LABELLED_PRIVATE_H
#define DECAID_SERVER_LABELLED_PRIVATE_H

/* What the two readers of server/labelled.h share. */

#include <stdbool.h>

#include "server/labelled.h"

/* A set that is being read. */
struct labelled_reader {
	struct labelled *d;
	struct labelled_classes *classes;
	char *p, *end;		/* what is left of the bytes */
	size_t line;		/* that p stands in, from 1 */
	size_t room;		/* rows */
	struct dc_err *err;
};

/* "path:line: text" into the reader's err; returns DC_EINVAL. */
enum dc_status labelled_refuse(struct labelled_reader *r, size_t line,
			      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A row more, with the label of this class. name is trimmed, and stays.
 * Returns NULL where it is refused. */
struct labelled_row *labelled_row_add(struct labelled_reader *r, char *name,
				    size_t line);

/* The two forms. */
enum dc_status labelled_read_lines(struct labelled_reader *r) DC_MUST_CHECK;
enum dc_status labelled_read_table(struct labelled_reader *r) DC_MUST_CHECK;

/* Whether the first line is a table's header; sets *delimiter. */
bool labelled_is_table(const struct labelled_reader *r, char *delimiter);

#endif /* DECAID_SERVER_LABELLED_PRIVATE_H */
