#ifndef DECAID_INCENTIVES_RANDOM_H
#define DECAID_INCENTIVES_RANDOM_H

/*
 * The simulator's dice: integers only, so that a seed throws the same numbers
 * on every machine and compiler. Not for keys.
 */

#include <stdbool.h>
#include <stdint.h>

/* Fields are private. */
struct random {
	uint64_t s[4];
};

/* Every seed is fine.
 * Source: Steele, Lea, Flood, OOPSLA 2014 (splitmix64 fills the state). */
void random_seed(struct random *r, uint64_t seed);

/* 64 even bits.  Source: Blackman, Vigna, ACM TOMS 47, 2021 (xoshiro256**). */
uint64_t random_u64(struct random *r);

/* Uniform in [0, n); n >= 1.  Source: Lemire, ACM TOMACS 29, 2019. */
uint64_t random_below(struct random *r, uint64_t n);

/* True with probability p, fx9; never at p <= 0, always at p >= 1. */
bool random_chance(struct random *r, int64_t p_fx9);

/* floor(mean + dev * z), z a standard normal deviate, exact but for z being
 * cut to multiples of 2^-64.
 * mean, dev  in [0, 2^96)
 * Source: Karney, ACM TOMS 42, 2016, algorithm N. */
__int128 random_normal(struct random *r, unsigned __int128 mean,
		       unsigned __int128 dev);

#endif /* DECAID_INCENTIVES_RANDOM_H */
