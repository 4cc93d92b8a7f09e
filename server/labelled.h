#ifndef DECAID_SERVER_LABELLED_H
#define DECAID_SERVER_LABELLED_H

/*
 * Labelled data in a file, as people keep it: `label<TAB>text`, one a line,
 * or a table with a header (CSV; also with semicolons or tabs between the
 * fields) of which one column is called `label`; plain or gzip. The rest of
 * a table's columns are numbers, or one of them is a text.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

#define LABELLED_BYTES_MAX ((size_t)1 << 31)	/* unpacked */
#define LABELLED_ROWS_MAX 50000000

enum labelled_kind { LABELLED_TEXT, LABELLED_TABLE };

/* Names of classes in the order of their labels; shared by the sets that
 * belong together. */
struct labelled_classes {
	uint32_t n;
	const char **name;	/* (n) */
};

struct labelled_row {
	const char *text;	/* (len) NUL after it; NULL in tables */
	size_t len;
	size_t line;		/* of the file, from 1 */
	uint32_t label;
};

struct labelled {
	enum labelled_kind kind;
	const char *path;		/* borrowed */
	size_t n, n_column;		/* columns: without the label */
	struct labelled_row *row;	/* (n) */
	int64_t *value;			/* (n, n_column) fx9; NULL for texts
					 * that are not embedded */
	const char **column;		/* (n_column) names */
	struct dc_arena *arena;		/* owns names */
	struct dc_buf bytes;		/* owns texts */
};

/* Read a file; new class names are added to classes.
 * path  kept, for messages
 * Errors: DC_EIO the file cannot be read; DC_EINVAL "file:line: what". */
enum dc_status labelled_load(struct labelled *out,
			    struct labelled_classes *classes,
			    const char *path, struct dc_err *err)
	DC_MUST_CHECK;

/* Whether a model that learned a can be asked about b: the same kind, the
 * same columns by name.
 * Errors: DC_EINVAL what differs. */
enum dc_status labelled_match(const struct labelled *a,
			      const struct labelled *b, struct dc_err *err)
	DC_MUST_CHECK;

/* A zeroed or cleared one is fine. */
void labelled_clear(struct labelled *d);
void labelled_classes_clear(struct labelled_classes *c);

#endif /* DECAID_SERVER_LABELLED_H */
