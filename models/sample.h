#ifndef DECAID_MODELS_SAMPLE_H
#define DECAID_MODELS_SAMPLE_H

/*
 * Packed samples: the bytes of a contribution, in the one form that
 * oracle/PROTOCOL.md "Samples" calls canonical, and their decoded view.
 * What is not canonical is an ordinary no: such bytes are kept on the chain,
 * judged "disagree", and train nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

/* Entries of one sample; bounds rooms, and keeps every sum in range. */
#define SAMPLE_COUNT_MAX 65536

/* Values lie in [-SAMPLE_VALUE_MAX, SAMPLE_VALUE_MAX], fx9: about a million.
 * A weight of 2^46 times 2^50, 2^16 entries long, stays below 2^127. */
#define SAMPLE_VALUE_MAX (INT64_C(1) << 50)

/* The kind byte on the chain. */
enum sample_kind {
	SAMPLE_BINARY = 1,	/* sparse, every value is 1 */
	SAMPLE_VALUES = 2,	/* sparse with values, none of them 0 */
	SAMPLE_DENSE = 3	/* one value a column */
};

/* A decoded sample. index and value are borrowed (from a room, when
 * sample_decode made it).
 * index  (count) ascending columns; NULL for SAMPLE_DENSE
 * value  (count) fx9; NULL for SAMPLE_BINARY */
struct sample {
	enum sample_kind kind;
	uint32_t count;
	const uint32_t *index;
	const int64_t *value;
};

/* Where one sample at a time is decoded or encoded: one for each thread,
 * 768 KiB, on the heap or static; no state between calls. */
struct sample_room {
	int64_t value[SAMPLE_COUNT_MAX];
	uint32_t index[SAMPLE_COUNT_MAX];
};

/* Decode bytes for a model of so many columns. A dense sample has exactly
 * `columns` values.
 * Returns false, out undefined: not the canonical form.
 * Owner: out points into room.  Thread: any, a room each. */
bool sample_decode(struct sample *out, struct sample_room *room,
		   uint32_t columns, const uint8_t *bytes, size_t len);

/* Append the canonical bytes of s, which has the properties above (checked,
 * the program is wrong otherwise). b may fail by its bound. */
void sample_encode(struct dc_buf *b, const struct sample *s);

/* Sort indices ascending and drop repetitions; returns how many are left. */
size_t sample_sort_unique(uint32_t *index, size_t n);

#endif /* DECAID_MODELS_SAMPLE_H */
