#ifndef DECAID_MODELS_ROOT_H
#define DECAID_MODELS_ROOT_H

/*
 * Roots of integers, the same bits everywhere: the exact square root, and a
 * quick reciprocal one for learning rates (oracle/PROTOCOL.md "Models").
 */

#include <stdint.h>

/* floor(sqrt(v)). */
uint64_t root_floor(unsigned __int128 v);

/* 192 values of floor(sqrt(floor(2^69 / (2 i + 1)))), i in [64, 256). */
extern const uint32_t root_table[192];

/* About 2^*shift / sqrt(y) for y >= 1: within 1 / 40,000 of it. The result
 * is below 2^31 + 2^16, *shift in [31, 62].
 *
 * y 2^s lies in [2^62, 2^64) for an even s; a is its upper half, the table
 * gives 2^46 / sqrt(a) to one part in 250, and one step of Newton's method,
 * r (3 - a r^2) / 2, squares that. a t is below 1.02 * 2^62, so u fits.
 * Source: Newton's method on 1/r^2 - a; Ito, Takagi, Yajima, IEEE Trans.
 * Computers 46, 1997, for the table before it. */
static inline uint64_t root_reciprocal(uint64_t y, unsigned *shift)
{
	unsigned s = (unsigned)__builtin_clzll(y) & ~1U;
	uint64_t a = (y << s) >> 32;
	uint64_t r = root_table[(a >> 24) - 64];
	uint64_t t = r * r >> 30;
	uint64_t u = (UINT64_C(3) << 62) - a * t;

	*shift = 62 - s / 2;
	return r * (u >> 33) >> 30;
}

#endif /* DECAID_MODELS_ROOT_H */
