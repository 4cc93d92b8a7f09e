#ifndef DECAID_MODELS_SUSPICION_H
#define DECAID_MODELS_SUSPICION_H

/*
 * How unlike its label's neighbours a contribution is: the nearest rows that
 * came before it vote by how near they are, and suspicion is the part of the
 * votes that goes to other labels. No model is asked and nothing is known of
 * right and wrong but what others said of rows like it; so it is told at
 * once, before any verdict. It pays nothing and is signed by nobody, but is
 * the same number at every daemon: integers, in the order of the chain.
 *
 * Two memories of bounded size, since a sparse row has no neighbours among
 * dense ones:
 *
 * sparse  of each hashed column the last SUSPICION_POSTINGS rows that had
 *         it, of one account at most half of them where others had it
 *         too; near is the cosine of the columns weighted by how rare they
 *         are (suspicion_sparse.c)
 * dense   sketches of the last SUSPICION_DENSE_ROWS rows: of each column the
 *         part of a few former values that is below; near is a small sum of
 *         differences, whatever the columns' scales (suspicion_dense.c)
 *
 * Rows of the same account vote where there are not enough of others', so
 * that nobody vouches for himself by sending a row more than once.
 *
 *     block = malloc(suspicion_size(spec));
 *     suspicion_init(&s, spec, block);
 *     ppm = suspicion_see(&s, &what);
 *
 * Thread: one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "models/sample.h"
#include "models/spec.h"

#define SUSPICION_ONE UINT32_C(1000000)	/* what 1 is */

#define SUSPICION_VOTES 20		/* nearest rows that are asked */
#define SUSPICION_SPARSE_ROWS 8192
#define SUSPICION_POSTINGS 8
#define SUSPICION_TOKENS_MAX 256	/* columns of a row that are compared */
#define SUSPICION_DENSE_ROWS 1024
#define SUSPICION_COORDINATES_MAX 128

/* Fields are private; use the functions. */
struct suspicion_sparse {
	uint64_t n;		/* rows seen */
	uint32_t heads;		/* a power of 2 */
	uint32_t *seen;		/* (heads) rows that had it */
	uint32_t *posting;	/* (heads, SUSPICION_POSTINGS) row numbers */
	/* of the last rows, at their number modulo SUSPICION_SPARSE_ROWS: */
	uint32_t *inverse;	/* 2^31 / length; 0: it has none */
	uint32_t *label, *account;
	uint32_t *shared;	/* all 0 between calls */
};

struct suspicion_dense {
	uint64_t n;
	uint32_t columns, coordinates, stride;
	int64_t *former;	/* (coordinates, formers) to compare with */
	uint32_t *label, *account;	/* (SUSPICION_DENSE_ROWS) */
	uint8_t *sketch;	/* (SUSPICION_DENSE_ROWS, stride) */
};

struct suspicion {
	struct suspicion_sparse sparse;
	struct suspicion_dense dense;
};

struct suspicion_case {
	const struct sample *x;		/* decoded for the spec's columns */
	uint32_t label;
	const struct addr20 *contributor;
};

/* Bytes of the block, 8-aligned: some 200 KiB and 36 a column, with 65,536
 * columns or more 2.6 MiB. */
size_t suspicion_size(const struct model_spec *spec);

/* Nothing seen.
 * block  (suspicion_size), aligned for int64_t, need not be cleared
 * Owner: borrows block. */
void suspicion_init(struct suspicion *s, const struct model_spec *spec,
		    void *block);

/* The suspicion of a valid contribution, in [0, SUSPICION_ONE), from what
 * was seen before; then it is remembered. A tenth where nothing is near. */
uint32_t suspicion_see(struct suspicion *s, const struct suspicion_case *c);

/* The memory as bytes: a header with two counts, then the arrays above in
 * their order, little-endian, the sparse ones first, without `shared`. */
size_t suspicion_export_size(const struct model_spec *spec);
void suspicion_export(const struct suspicion *s, uint8_t *out);

/* Take it in again; whoever keeps the bytes sees to it that they are those
 * that were exported. s was initialised with the same spec.
 * Errors: DC_EINVAL another length or header; s is as it was. */
enum dc_status suspicion_import(struct suspicion *s,
				const struct model_spec *spec,
				const uint8_t *in, size_t len,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_MODELS_SUSPICION_H */
