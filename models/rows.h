#ifndef DECAID_MODELS_ROWS_H
#define DECAID_MODELS_ROWS_H

/*
 * Sums over a matrix with one row a column of the sample and one cell a
 * class: what every linear model spends its time on. Private to models/.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/sample.h"

/* Cells whose plain sums over a binary sample fit int64: 2^16 entries. */
#define ROWS_CELL_MAX (INT64_C(1) << 46)

/* Row of entry i of a sample. */
static inline size_t rows_index(const struct sample *x, uint32_t i)
{
	return x->index ? x->index[i] : i;
}

/* A table is larger than a cache, and rows are summed faster than they come:
 * have those of a sparse sample's first entries fetched, then in turn that of
 * the entry so far behind i. */
#define ROWS_AHEAD 24

static inline void rows_fetch_first(const int64_t *rows, size_t stride,
				    const struct sample *x)
{
	for (uint32_t i = 0; i < ROWS_AHEAD && i < x->count; i++)
		__builtin_prefetch(rows + x->index[i] * stride);
}

static inline void rows_fetch(const int64_t *rows, size_t stride,
			      const struct sample *x, uint32_t i)
{
	if (i + ROWS_AHEAD < x->count)
		__builtin_prefetch(rows + x->index[i + ROWS_AHEAD] * stride);
}

/* out[c] = sum over the entries of rows[entry][c] * value / 10^9, cut towards
 * 0 after the sum and to int64; a binary sample's values are 1.
 * rows  (columns) of stride cells, of which the first n_class count; each
 *       within ROWS_CELL_MAX of 0 */
void rows_sum(int64_t *out, const int64_t *rows, size_t stride,
	      uint32_t n_class, const struct sample *x);

/* Of rows of n_class weights and n_class numbers beside them, as a snapshot
 * may hold them: weights within ROWS_CELL_MAX of 0, numbers in [0, most]. */
bool rows_pairs_valid(const int64_t *rows, size_t n, uint32_t n_class,
		      int64_t most);

#endif /* DECAID_MODELS_ROWS_H */
