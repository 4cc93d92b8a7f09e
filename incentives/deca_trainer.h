#ifndef DECAID_INCENTIVES_DECA_TRAINER_H
#define DECAID_INCENTIVES_DECA_TRAINER_H

/*
 * 0xDeCA10B's DataHandler64 and CollaborativeTrainer64: what is stored of a
 * contribution, and addData, refund and report from end to end, the inner
 * calls in the trainer's order. Once wired the trainer owns its three parts,
 * so that the incentive's owner never reports.
 *
 * The caller keeps entries by key and, beside them, who claimed what: an
 * entry that is overwritten keeps its claimants, as the contract does.
 * Each call changes its records only where it says DECA_DONE.
 * Source: demo/client/src/contracts, CollaborativeTrainer.sol and
 * data/DataHandler.sol (rules only).
 */

#include <stddef.h>

#include "incentives/deca_incentive.h"

/* Zeroed: no such entry. */
struct deca_entry {
	struct addr20 sender;
	uint64_t label;
	struct u256 added_s;
	struct wei initial_wei;
	struct wei claimable_wei;
	struct u256 claims;
};

/* Which entry a call names. */
struct deca_ref {
	const int64_t *data;
	size_t n;
	uint64_t label;
	struct u256 added_s;
	struct addr20 author;
};

/* What predict said before the claim. */
struct deca_prediction {
	enum deca_reason reason;
	uint64_t label;
};

/* keccak256(abi.encodePacked(data, label, added, author)) */
void deca_entry_key(struct hash32 *out, const struct deca_ref *ref);

/* Whether an entry is what a getter was asked for: getClaimableAmount,
 * getInitialDeposit, getNumClaims, hasClaimed. */
enum deca_reason deca_entry_check(const struct deca_entry *entry,
				  const struct deca_ref *ref);

/* addData up to classifier.update, which comes last: the caller asks it, and
 * drops what this changed where it reverts. ref's time is the block's. */
enum deca_reason deca_trainer_add(struct wei *cost,
				  struct deca_incentive *inc,
				  struct deca_entry *entry,
				  const struct deca_ref *ref,
				  struct wei value);

/* refund by ref's author; claimed: by him, before. The caller then keeps
 * that he claimed. */
enum deca_reason deca_trainer_refund(struct wei *amount,
				     struct deca_incentive *inc,
				     struct deca_entry *entry,
				     struct deca_stats *stats,
				     const struct deca_ref *ref, bool claimed,
				     struct deca_prediction prediction,
				     struct u256 now_s);

/* report by reporter, whose stats and earlier claim these are. */
enum deca_reason deca_trainer_report(struct wei *amount,
				     const struct deca_incentive *inc,
				     struct deca_entry *entry,
				     const struct deca_stats *stats,
				     const struct deca_ref *ref,
				     const struct addr20 *reporter,
				     bool claimed,
				     struct deca_prediction prediction,
				     struct u256 now_s);

#endif /* DECAID_INCENTIVES_DECA_TRAINER_H */
