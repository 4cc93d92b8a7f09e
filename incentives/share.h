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

/* Zeroed: nothing shared, nobody holds karma. */
struct share_pool {
	struct u256 acc;	/* wei per karma, times 2^32 */
	struct wei carry_wei;	/* could not be shared exactly yet */
	uint64_t karma;		/* K, everybody's */
};

struct share_account {
	uint64_t karma;
	struct u256 paid_acc;	/* acc up to which owed_wei is counted */
	struct wei owed_wei;
};

/* Share amount among all karma; kept in carry while there is none.
 * Returns false, pool untouched: it passes 2^256. */
bool share_forfeit(struct share_pool *p, struct wei amount) DC_MUST_CHECK;

/* Bring an account's owed_wei up to the pool's acc, then add karma to both.
 * Returns false, both untouched: it passes 2^256. */
bool share_karma_add(struct share_pool *p, struct share_account *a,
		     uint64_t karma) DC_MUST_CHECK;

/* What claimRewards would pay now.  false: it passes 2^256. */
bool share_owed(struct wei *out, const struct share_pool *p,
		const struct share_account *a) DC_MUST_CHECK;

/* Pay it: out is owed, and the account is even. */
bool share_claim(struct wei *out, const struct share_pool *p,
		 struct share_account *a) DC_MUST_CHECK;

#endif /* DECAID_INCENTIVES_SHARE_H */
