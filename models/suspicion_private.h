#ifndef DECAID_MODELS_SUSPICION_PRIVATE_H
#define DECAID_MODELS_SUSPICION_PRIVATE_H

/* The inside of models/suspicion.h, shared by suspicion*.c alone. */

#include <stdbool.h>

#include "models/suspicion.h"

#define SUSPICION_FORMERS 64	/* values a coordinate is compared with */

/* A row that may vote.
 * near  comparable within one list, more is nearer */
struct suspicion_vote {
	uint64_t near;
	uint32_t slot;
};

/* The nearest of others, and of the same account. */
struct suspicion_votes {
	struct suspicion_vote of[2][SUSPICION_VOTES];
	uint32_t n[2];
};

enum { SUSPICION_OTHERS = 0, SUSPICION_OWN = 1 };

/* Put a row where it belongs; of equals, who came first stays. */
void suspicion_vote_insert(struct suspicion_votes *v, unsigned whose,
			   uint64_t near, uint32_t slot);

/* The same; most rows are too far, which is seen at once. */
static inline void suspicion_vote_put(struct suspicion_votes *v,
				      unsigned whose, uint64_t near,
				      uint32_t slot)
{
	if (v->n[whose] < SUSPICION_VOTES ||
	    near > v->of[whose][SUSPICION_VOTES - 1].near)
		suspicion_vote_insert(v, whose, near, slot);
}

/* Those that are asked: others' first, then own, SUSPICION_VOTES at most. */
uint32_t suspicion_votes_take(const struct suspicion_votes *v,
			      const struct suspicion_vote **out);

/* From the weights of votes, in units of 2^-16. */
uint32_t suspicion_of(uint64_t same, uint64_t other);

/* What is kept of an address. */
uint32_t suspicion_account(const struct addr20 *a);

/* Source: Steele, Lea, Flood, OOPSLA 2014: splitmix64's finalizer. */
static inline uint64_t suspicion_mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t suspicion_sparse_see(struct suspicion_sparse *s,
			      const struct suspicion_case *c);
uint32_t suspicion_dense_see(struct suspicion_dense *d,
			     const struct suspicion_case *c);

#endif /* DECAID_MODELS_SUSPICION_PRIVATE_H */
