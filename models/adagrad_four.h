#ifndef DECAID_MODELS_ADAGRAD_FOUR_H
#define DECAID_MODELS_ADAGRAD_FOUR_H

/*
 * models/adagrad.h on four weights at once, where the processor can: the same
 * bits, several times as fast. Private to models/.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/adagrad.h"

/* Whether it can, for rows of so many classes: two, or a multiple of four. */
bool adagrad_four_can(size_t n_class);

/* adagrad_learn with step[c] on weight and squares c of each row.
 * rows     of n_class weights and n_class squares each
 * row      (n) which of them, all different
 * step     (n_class)
 * epsilon  at least 1,000
 * Only where adagrad_four_can. */
void adagrad_four_learn(int64_t *rows, const uint32_t *row, size_t n,
			const struct adagrad_step *step, size_t n_class,
			int64_t epsilon);

#endif /* DECAID_MODELS_ADAGRAD_FOUR_H */
