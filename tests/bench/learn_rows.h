#ifndef DECAID_TESTS_BENCH_LEARN_ROWS_H
#define DECAID_TESTS_BENCH_LEARN_ROWS_H

/*
 * What the benches of learning learn: rows made from a seed, whose labels
 * come from a hidden linear model, so that there is something to learn.
 */

#include <stddef.h>
#include <stdint.h>

#include "models/sample.h"

/* Sparse rows of ones, as of texts. */
#define LEARN_SAMPLES 100000
#define LEARN_COLUMNS (1 << 18)
#define LEARN_NONZERO 66
#define LEARN_CLASSES 2

/* Dense rows, as of tables behind the encoder `scale`: fx9 in [-2, 2]. */
#define LEARN_TABLE_SAMPLES 2000
#define LEARN_TABLE_COLUMNS 64

extern uint32_t (*learn_index)[LEARN_NONZERO];
extern uint32_t *learn_label;
extern int64_t (*learn_table)[LEARN_TABLE_COLUMNS];
extern uint32_t *learn_table_label;

void learn_rows_make(void);
void learn_rows_free(void);

/* Row i, from the start again behind the last. */
static inline struct sample
learn_sample(size_t i)
{
	return (struct sample){
		SAMPLE_BINARY, LEARN_NONZERO, learn_index[i % LEARN_SAMPLES],
		NULL
	};
}

static inline struct sample
learn_table_sample(size_t i)
{
	return (struct sample){
		SAMPLE_DENSE, LEARN_TABLE_COLUMNS, NULL,
		learn_table[i % LEARN_TABLE_SAMPLES]
	};
}

#endif /* DECAID_TESTS_BENCH_LEARN_ROWS_H */
