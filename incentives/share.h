#ifndef DECAID_INCENTIVES_SHARE_H
#define DECAID_INCENTIVES_SHARE_H

/*
 * How forfeited deposits reach everybody who holds karma: one accumulator
 * that is pulled from. oracle/PROTOCOL.md "Deadlines and claims". Every
 * division leaves its remainder with the contract, so that what is owed
 * never exceeds what was put in.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/types.h"

/* Zeroed: nothing shared, nobody holds karma. The widths are the trainers',
 * which refuse what does not fit. */
struct share_pool {
	struct u256 acc;	/* wei per karma, times 2^32; below 2^128 */
	struct wei carry_wei;	/* not shared exactly yet; below 2^88 */
	uint64_t karma;		/* K, everybody's; below 2^40 */
};

struct share_account {
	uint64_t karma;
	struct u256 paid_acc;	/* acc up to which owed_wei is counted */
	struct wei owed_wei;	/* below 2^88 */
};

/* Share amount among all karma; kept in carry while there is none.
 * Returns false, pool untouched: a width is passed. */
bool share_forfeit(struct share_pool *p, struct wei amount) DC_MUST_CHECK;

/* Bring an account's owed_wei up to the pool's acc, then add karma to both.
 * Returns false, both untouched: a width is passed. */
bool share_karma_add(struct share_pool *p, struct share_account *a,
		     uint64_t karma) DC_MUST_CHECK;

/* What claimRewards would pay now. */
struct wei share_owed(const struct share_pool *p,
		      const struct share_account *a);

/* Pay it: returns what is owed, and the account is even. */
struct wei share_claim(const struct share_pool *p, struct share_account *a);

#endif /* DECAID_INCENTIVES_SHARE_H */
