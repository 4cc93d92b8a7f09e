#ifndef DECAID_MODELS_RECIPROCAL_H
#define DECAID_MODELS_RECIPROCAL_H

/*
 * Exact division of many long numbers by one: processors multiply many times
 * faster than they divide 128 bits. Private to models/.
 * Source: Granlund, Montgomery, PLDI 1994, section 8.
 */

#include <stdint.h>

#include "base/status.h"

struct reciprocal {
	uint64_t divisor, inverse;	/* floor(2^110 / divisor) */
};

/* divisor in [2^48, 2^63) */
static inline struct reciprocal reciprocal_of(uint64_t divisor)
{
	DC_VERIFY(divisor >> 48 != 0 && divisor >> 63 == 0);
	return (struct reciprocal){
		divisor,
		(uint64_t)(((unsigned __int128)1 << 110) / divisor)
	};
}

/* floor(v / divisor) for v below 2^92: the inverse is at most 2^62 and lacks
 * less than 1, v / 2^28 below 2^64 lacks less than 1, so that the product
 * over 2^82 lacks less than 2^-17, and its floor at most 1. */
static inline uint64_t reciprocal_divide(unsigned __int128 v,
					 struct reciprocal r)
{
	uint64_t q = (uint64_t)((unsigned __int128)(uint64_t)(v >> 28) *
				r.inverse >> 82);

	DC_VERIFY(v >> 92 == 0);
	return q + (v - (unsigned __int128)q * r.divisor >= r.divisor);
}

#endif /* DECAID_MODELS_RECIPROCAL_H */
