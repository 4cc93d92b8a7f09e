#ifndef DECAID_SERVER_VOCABULARY_H
#define DECAID_SERVER_VOCABULARY_H

/*
 * A vocabulary as 0xDeCA10B keeps it: a JSON object from words to whole
 * numbers, each of 0, 1, 2, ... once; plain or gzip.
 */

#include "base/buf.h"
#include "base/status.h"
#include "models/spec.h"

#define VOCABULARY_UNKNOWN 1337		/* the column of all other words */

/* Append the lines of a spec for it: "encoder vocabulary unknown=N" and a
 * "word TEXT" each. N is 1337, or the number of words where that is more.
 * columns  how many columns that asks for; may be NULL
 * Errors: DC_EIO the file; DC_EINVAL "FILE: what". */
enum dc_status vocabulary_put(struct dc_buf *out, const char *path,
			      uint64_t *columns, struct dc_err *err)
	DC_MUST_CHECK;

/* A spec that is nothing but that encoder. Owner: spec_clear.
 * Errors: as vocabulary_put. */
enum dc_status vocabulary_read(struct model_spec *out, const char *path,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_VOCABULARY_H */
