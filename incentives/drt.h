#ifndef DECAID_INCENTIVES_DRT_H
#define DECAID_INCENTIVES_DRT_H

/*
 * Deposit, refund, take, as 0xDeCA10B's simulator has it: the model itself
 * says at the moment of a claim whether data was good, and who gave good
 * data before takes a part of bad data's deposit. Our trainers' rules are in
 * claim.h, price.h and share.h.
 *
 * Source: 0xDeCA10B simulation/decai/simulation/contract/incentive/
 * stakeable.py.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/types.h"
#include "incentives/claim.h"

struct drt_params {
	struct wei weight_wei;	/* price one second after the last */
	uint64_t refund_s;	/* a refund or report only after this */
	uint64_t take_s;	/* whoever comes first takes what is left */
};

/* weight / floor(sqrt(since)), rounded down, at least 1.
 * since_s  seconds after the contribution before
 * Returns false: none is taken in the same second. */
bool drt_price(struct wei *out, const struct drt_params *p, uint64_t since_s)
	DC_MUST_CHECK;

/* What is known of a contribution when somebody claims. */
struct drt_record {
	uint64_t time_s;
	struct wei deposit_wei;
	struct wei left_wei;	/* nobody claimed it yet */
	uint32_t label;
};

/* May the contributor have what is left?
 * predicted  what the model says of the sample now */
enum claim_reason drt_refund(const struct drt_params *p,
			     const struct drt_record *r, uint32_t predicted,
			     uint64_t now_s);

/* May somebody else have a part?
 * good, good_all  the reporter's and everybody's refunded contributions
 * pays  set when CLAIM_ALLOWED: deposit * good / good_all rounded down; all
 *       that is left where that is 0 or more than is left */
enum claim_reason drt_report(struct wei *pays, const struct drt_params *p,
			     const struct drt_record *r, uint32_t predicted,
			     uint64_t good, uint64_t good_all,
			     uint64_t now_s);

/* May anybody have all that is left? */
enum claim_reason drt_take(const struct drt_params *p,
			   const struct drt_record *r, uint64_t now_s);

#endif /* DECAID_INCENTIVES_DRT_H */
