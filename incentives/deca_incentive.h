#ifndef DECAID_INCENTIVES_DECA_INCENTIVE_H
#define DECAID_INCENTIVES_DECA_INCENTIVE_H

/*
 * 0xDeCA10B's incentive contracts, Stakeable64 and Points64, as they compute
 * (solc 0.6.12): what a contribution costs, who may take what of a deposit
 * and when, and in which order the contract asks. Pure: records in, records
 * out, one reason in the contract's own words. A call that reverts changes
 * nothing. Who calls is the caller's to check (Sender is not the owner.).
 * Source: demo/client/src/contracts/incentive (rules only).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/types.h"
#include "models/deca_reason.h"

enum deca_incentive_kind { DECA_STAKEABLE, DECA_POINTS };

struct deca_waits {
	uint32_t refund_s;
	uint32_t owner_claim_s;
	uint32_t any_claim_s;
};

struct deca_incentive {
	enum deca_incentive_kind kind;
	struct deca_waits waits;
	struct wei cost_weight_wei;	/* below 2^80; Stakeable64 */
	struct u256 last_update_s;	/* Stakeable64 */
	struct u256 total_submitted;
	struct u256 total_good;
};

/* What is kept of an address. numSubmitted is never written. */
struct deca_stats {
	unsigned __int128 valid;
};

/* What the trainer passes to handleRefund and handleReport. */
struct deca_claim {
	uint64_t label;		/* of the contribution */
	uint64_t prediction;	/* of the model now */
	struct u256 added_s;
	struct wei initial_wei;
	struct wei claimable_wei;
	struct u256 claims;	/* made before this one */
	bool claimed;		/* by this claimant, before */
	bool is_author;		/* the claimant contributed it */
	bool is_owner;		/* the claimant owns the incentive */
};

/* By the contract's name; false: neither. */
bool deca_incentive_kind_find(enum deca_incentive_kind *out,
			      const char *name);

/* The constructor at now_s. */
enum deca_reason deca_incentive_construct(struct deca_incentive *out,
					  enum deca_incentive_kind kind,
					  struct deca_waits waits,
					  struct wei cost_weight_wei,
					  struct u256 now_s);

/* getNextAddDataCost: costWeight * 3600 / sqrt(seconds since the last
 * contribution), rounded down twice; 0 for Points64. */
enum deca_reason deca_incentive_cost(struct wei *out,
				     const struct deca_incentive *inc,
				     struct u256 now_s);

/* handleAddData with this value sent. */
enum deca_reason deca_incentive_add(struct wei *cost,
				    struct deca_incentive *inc,
				    struct wei value, struct u256 now_s);

/* handleRefund; stats are the submitter's. */
enum deca_reason deca_incentive_refund(struct wei *amount,
				       struct deca_incentive *inc,
				       struct deca_stats *stats,
				       const struct deca_claim *claim,
				       struct u256 now_s);

/* handleReport; stats are the reporter's. */
enum deca_reason deca_incentive_report(struct wei *amount,
				       const struct deca_incentive *inc,
				       const struct deca_stats *stats,
				       const struct deca_claim *claim,
				       struct u256 now_s);

#endif /* DECAID_INCENTIVES_DECA_INCENTIVE_H */
