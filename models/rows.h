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
