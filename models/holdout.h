#ifndef DECAID_MODELS_HOLDOUT_H
#define DECAID_MODELS_HOLDOUT_H

/*
 * Rows that a model's owner held out: never learned from, only asked, so
 * that accuracy on them tells how well the model does on what it has not
 * seen, however many of the contributed labels are wrong.
 */

#include <stddef.h>
#include <stdint.h>

#include "models/learner.h"
#include "models/sample.h"

/* Rows of one set: one measurement asks the served model about each. */
#define HOLDOUT_ROWS_MAX 10000

/* sample (len) packed for the model's spec   label [0, n_class) */
struct holdout_row {
	const uint8_t *sample;
	size_t len;
	uint32_t label;
};

struct holdout {
	const struct holdout_row *row;	/* (n) borrowed */
	size_t n;			/* [1, HOLDOUT_ROWS_MAX] */
};

/* How many rows the served model labels as they are labelled, [0, n]. What
 * is not canonical, or not taken by the model, counts as wrong.
 * Thread: as learner_predict, a room each. */
uint64_t holdout_right(const struct holdout *h, const struct learner *l,
		       struct sample_room *room);

#endif /* DECAID_MODELS_HOLDOUT_H */
