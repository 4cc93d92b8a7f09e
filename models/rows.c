/* The inner loops of linear models. */
#include "config.h"

#include "models/rows.h"

#include "models/fx9.h"

/* Classes summed at a time: one cache line of a row. */
#define BLOCK 8

/* Inlined with n known where it is small: two cells a row leave no time for
 * a loop. Keeps |sum| < 2^62 by ROWS_CELL_MAX and SAMPLE_COUNT_MAX. */
static inline __attribute__((always_inline)) void
binary_block(int64_t *out, const int64_t *rows, size_t stride, size_t n,
	     const struct sample *x)
{
	int64_t sum[BLOCK] = { 0 };

	rows_fetch_first(rows, stride, x);
	for (uint32_t i = 0; i < x->count; i++) {
		const int64_t *row = rows + x->index[i] * stride;

		rows_fetch(rows, stride, x, i);
		for (size_t c = 0; c < n; c++)
			sum[c] += row[c];
	}
	for (size_t c = 0; c < n; c++)
		out[c] = sum[c];
}

/* 2^46 (cell) * 2^50 (value) * 2^16 (entries) stays far below 2^127. */
static inline __attribute__((always_inline)) void
values_block(int64_t *out, const int64_t *rows, size_t stride, size_t n,
	     const struct sample *x)
{
	__int128 sum[BLOCK] = { 0 };

	for (uint32_t i = 0; i < x->count; i++) {
		const int64_t *row = rows + rows_index(x, i) * stride;

		for (size_t c = 0; c < n; c++)
			sum[c] += (__int128)row[c] * x->value[i];
	}
	for (size_t c = 0; c < n; c++)
		out[c] = fx9_cut(sum[c] / DC_FX9_ONE);
}

static void block_sum(int64_t *out, const int64_t *rows, size_t stride,
		      size_t n, const struct sample *x)
{
	if (x->kind != SAMPLE_BINARY)
		values_block(out, rows, stride, n, x);
	else if (n == BLOCK)
		binary_block(out, rows, stride, BLOCK, x);
	else
		binary_block(out, rows, stride, n, x);
}

/* The row lengths that have a loop of their own: two and four classes, with
 * and without as many cells beside them. */
static bool common_sum(int64_t *out, const int64_t *rows, size_t stride,
		       uint32_t n_class, const struct sample *x)
{
	if (n_class == 2 && stride == 2)
		binary_block(out, rows, 2, 2, x);
	else if (n_class == 2 && stride == 4)
		binary_block(out, rows, 4, 2, x);
	else if (n_class == 4 && stride == 4)
		binary_block(out, rows, 4, 4, x);
	else if (n_class == 4 && stride == 8)
		binary_block(out, rows, 8, 4, x);
	else
		return false;
	return true;
}

void rows_sum(int64_t *out, const int64_t *rows, size_t stride,
	      uint32_t n_class, const struct sample *x)
{
	if (x->kind == SAMPLE_BINARY &&
	    common_sum(out, rows, stride, n_class, x))
		return;
	for (size_t c = 0; c < n_class; c += BLOCK) {
		size_t left = n_class - c;

		block_sum(out + c, rows + c, stride,
			  left < BLOCK ? left : BLOCK, x);
	}
}

bool rows_pairs_valid(const int64_t *rows, size_t n, uint32_t n_class,
		      int64_t most)
{
	for (size_t row = 0; row < n; row++, rows += 2 * (size_t)n_class) {
		const int64_t *beside = rows + n_class;
		bool wrong = false;

		for (uint32_t c = 0; c < n_class; c++)
			wrong |= rows[c] < -ROWS_CELL_MAX ||
				rows[c] > ROWS_CELL_MAX || beside[c] < 0 ||
				beside[c] > most;
		if (wrong)
			return false;
	}
	return true;
}
