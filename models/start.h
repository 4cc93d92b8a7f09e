#ifndef DECAID_MODELS_START_H
#define DECAID_MODELS_START_H

/*
 * Starting weights: the cells that a model begins with, packed behind a
 * spec's text so that they travel in the call data that makes the model and
 * are under its spec's hash (oracle/PROTOCOL.md "Starting weights").
 *
 *	unit | run | run | ...		all numbers are unsigned LEB128
 *	run = gap, count, count words	gap: cells left 0 before it
 *	word = zigzag(q) 2 + e		the cell is q unit; with e = 1 the next
 *					cell is its sign (0 or -1), as in the
 *					two cells of an int80
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

/* With the rest of a spec it fits the 128 KiB that nodes let a transaction
 * have. */
#define START_BYTES_MAX 120000

/* Unpack into cells (n), which are 0.
 * Errors: DC_EINVAL not this form, or beyond the cells; cells undefined. */
enum dc_status start_decode(int64_t *cells, size_t n, const uint8_t *bytes,
			    size_t len, struct dc_err *err) DC_MUST_CHECK;

/* Append the packed form of cells (n). b may fail by its bound. */
void start_encode(struct dc_buf *b, const int64_t *cells, size_t n);

#endif /* DECAID_MODELS_START_H */
