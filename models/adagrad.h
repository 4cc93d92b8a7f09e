#ifndef DECAID_MODELS_ADAGRAD_H
#define DECAID_MODELS_ADAGRAD_H

/*
 * One step of AdaGrad on one weight, in integers: each weight has a learning
 * rate of its own, which falls with the squares of the gradients that it has
 * seen. Private to models/; oracle/PROTOCOL.md "Models".
 * Source: Duchi, Hazan, Singer, JMLR 12, 2011, fig. 1, diagonal, with the
 * squares regularised by epsilon inside the root.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/types.h"
#include "models/root.h"
#include "models/rows.h"

/* Sums of squares, in units of 10^-12, stop here: 4.6 million. */
#define ADAGRAD_SQUARES_MAX (INT64_C(1) << 62)

/* Gradients are at most this, fx9: 275. */
#define ADAGRAD_GRADIENT_MAX (INT64_C(1) << 38)

/* What one gradient does to each weight that has it. */
struct adagrad_step {
	int64_t square;		/* of the gradient, 10^-12: below 2^57 */
	uint64_t push;		/* rate times gradient, 10^-15: below 2^62 */
	bool up;		/* the gradient is negative */
};

/* gradient within ADAGRAD_GRADIENT_MAX; rate in [1, 10^10], fx9. */
static inline struct adagrad_step adagrad_step(int64_t gradient, int64_t rate)
{
	uint64_t size = (uint64_t)(gradient < 0 ? -gradient : gradient);

	if (size <= DC_FX9_ONE)		/* 10^18, and 10^9 10^10 < 2^64 */
		return (struct adagrad_step){
			.square = (int64_t)(size * size / 1000000),
			.push = size * (uint64_t)rate / 1000,
			.up = gradient < 0,
		};
	return (struct adagrad_step){
		.square = (int64_t)((unsigned __int128)size * size / 1000000),
		.push = (uint64_t)((unsigned __int128)size * (uint64_t)rate /
				   1000),
		.up = gradient < 0,
	};
}

/* Whether a step changes nothing. */
static inline bool adagrad_rests(const struct adagrad_step *s)
{
	return s->square == 0 && s->push == 0;
}

/* squares += square; weight -= push / sqrt(squares + epsilon), cut.
 * epsilon in [1, 2^60], 10^-12: the sum stays below 2^63. push 10^-15 over
 * a root of 10^-6 gives fx9. push is below 2^62 and the reciprocal below
 * 2^31 + 2^16: their product, less at least 31 bits, fits 64. A weight ends
 * at ROWS_CELL_MAX, so twice that moves it as far as anything. */
static inline void adagrad_learn(int64_t *weight, int64_t *squares,
				 const struct adagrad_step *s, int64_t epsilon)
{
	unsigned __int128 product;
	uint64_t move;
	unsigned shift;
	int64_t w;

	*squares += s->square;
	if (*squares > ADAGRAD_SQUARES_MAX)
		*squares = ADAGRAD_SQUARES_MAX;
	product = (unsigned __int128)s->push *
		root_reciprocal((uint64_t)(*squares + epsilon), &shift);
	move = (uint64_t)(product >> 64) << (64 - shift) |
		(uint64_t)product >> shift;
	if (move > 2 * ROWS_CELL_MAX)
		move = 2 * ROWS_CELL_MAX;
	w = s->up ? *weight + (int64_t)move : *weight - (int64_t)move;
	*weight = w > ROWS_CELL_MAX ? ROWS_CELL_MAX
		: w < -ROWS_CELL_MAX ? -ROWS_CELL_MAX : w;
}

#endif /* DECAID_MODELS_ADAGRAD_H */
