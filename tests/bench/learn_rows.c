/* learn_rows.c: rows from a seed, and the hidden model behind them. */

#include "config.h"

#include "tests/bench/bench.h"
#include "tests/bench/learn_rows.h"

#include <stdlib.h>

#include "base/status.h"
#include "base/types.h"

uint32_t (*learn_index)[LEARN_NONZERO];
uint32_t *learn_label;
int64_t (*learn_table)[LEARN_TABLE_COLUMNS];
uint32_t *learn_table_label;

/* Different columns, ascending. */
static void
columns_draw(uint32_t *index, uint64_t *state)
{
	size_t n;

	for (n = 0; n < LEARN_NONZERO;) {
		for (; n < LEARN_NONZERO; n++) {
			uint64_t r = bench_random(state);

			/* words are not evenly frequent */
			index[n] = (uint32_t)((r >> 32) % LEARN_COLUMNS >>
					      (r % 8));
		}
		n = sample_sort_unique(index, LEARN_NONZERO);
	}
}

static int64_t
hidden_weight(uint64_t column)
{
	return (int64_t)(bench_random(&column) % 201) - 100;
}

static void
table_make(void)
{
	uint64_t state = 2;

	for (size_t i = 0; i < LEARN_TABLE_SAMPLES; i++) {
		int64_t sum = 0;

		for (size_t k = 0; k < LEARN_TABLE_COLUMNS; k++) {
			int64_t *x = &learn_table[i][k];

			*x = (int64_t)(bench_random(&state) % 4000001) * 1000 -
				2 * DC_FX9_ONE;
			sum += *x / 1000000 * hidden_weight(k);
		}
		learn_table_label[i] = sum > 0;
	}
}

void
learn_rows_make(void)
{
	uint64_t state = 1;

	learn_index = dc_calloc(LEARN_SAMPLES, sizeof(*learn_index));
	learn_label = dc_calloc(LEARN_SAMPLES, sizeof(*learn_label));
	learn_table = dc_calloc(LEARN_TABLE_SAMPLES, sizeof(*learn_table));
	learn_table_label = dc_calloc(LEARN_TABLE_SAMPLES,
				      sizeof(*learn_table_label));
	for (size_t i = 0; i < LEARN_SAMPLES; i++) {
		int64_t sum = 0;

		columns_draw(learn_index[i], &state);
		for (size_t k = 0; k < LEARN_NONZERO; k++)
			sum += hidden_weight(learn_index[i][k]);
		learn_label[i] = sum > 0;
	}
	table_make();
}

void
learn_rows_free(void)
{
	free(learn_index);
	free(learn_label);
	free(learn_table);
	free(learn_table_label);
}
