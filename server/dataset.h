#ifndef DECAID_SERVER_DATASET_H
#define DECAID_SERVER_DATASET_H

/*
 * Labelled rows from a file, one a line, plain or gzip:
 *
 * NAME.csv  numbers with commas between them under a line of column names,
 *           the last of which is `label`; also NAME.csv.gz
 * others    label<TAB>input, split on line feeds alone: a text, or for
 *           encoder none the indices of a sparse sample, "3,17,4096"
 *
 * A label is a class name of the model or its number. Empty lines, the
 * carriage return before a line feed and a byte order mark are passed over.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/encoder.h"
#include "models/spec.h"
#include "server/input.h"

#define DATASET_LINE_BYTES_MAX (1 << 20)

/* One row; what it points to is good until the function returns. */
struct dataset_row {
	size_t line;	/* of the file, from 1 */
	const char *label;
	struct input_texts input;
	/* Instead of input: what a service made of the text. */
	const struct encoder_input *embedded;
};

/* Errors: DC_EINVAL what is wrong with the row; its place is put before. Any
 *     other ends the reading. */
typedef enum dc_status dataset_fn(void *user, const struct dataset_row *row,
				  struct dc_err *err);

/* A row that is wrong, and why. */
typedef void dataset_skip(void *user, size_t line, const char *why);

struct dataset_options {
	const char *path;	/* "-": standard input */
	size_t bytes_max;	/* unpacked; 0: not limited */
	/* Whose encoder decides what an input is; NULL: texts. */
	const struct model_spec *spec;
	/* Where its encoder asks a service: rows are handed on EMBED_ROWS
	 * (server/embed_rows.h) at a time. NULL: none is set. */
	struct embedder *embedder;
	dataset_fn *fn;
	/* Told of each wrong row, and reading goes on; NULL: it ends. */
	dataset_skip *skip;
	void *user;
};

/* Read a file row by row.
 * Errors: DC_ENOTFOUND no such file; DC_EIO it cannot be read; DC_EINVAL
 *	"path:line: what", from here or fn; what else fn or the service
 *	fails with. */
enum dc_status dataset_read(const struct dataset_options *o,
			    struct dc_err *err) DC_MUST_CHECK;

/* The row's sample, packed, appended. */
enum dc_status dataset_sample(struct dc_buf *out,
			      const struct dataset_options *o,
			      struct sample_room *room,
			      const struct dataset_row *row,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_DATASET_H */
