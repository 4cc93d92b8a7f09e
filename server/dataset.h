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
 * A label is a class name of the model or its number. Empty lines and the
 * carriage return before a line feed are passed over.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/spec.h"
#include "server/input.h"

#define DATASET_LINE_BYTES_MAX (1 << 20)
#define DATASET_FILE_BYTES_MAX ((size_t)256 << 20)	/* unpacked */

/* One row; its texts are good until the function returns. */
struct dataset_row {
	const char *label;
	struct input_texts input;
};

/* Errors: DC_EINVAL what is wrong with the row; its place is put before. */
typedef enum dc_status dataset_fn(void *user, const struct dataset_row *row,
				  struct dc_err *err);

/* Read a file row by row.
 * spec  whose encoder decides what an input is; NULL: texts
 * Errors: DC_ENOTFOUND no such file; DC_EIO it cannot be read; DC_EINVAL
 *	"path:line: what", from here or fn. */
enum dc_status dataset_read(const char *path, const struct model_spec *spec,
			    dataset_fn *fn, void *user, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SERVER_DATASET_H */
