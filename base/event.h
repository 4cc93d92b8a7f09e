#ifndef DECAID_BASE_EVENT_H
#define DECAID_BASE_EVENT_H

/*
 * The plain records that travel between layers: what the follower decodes
 * from the chain, what sql/ stores, what models/ and incentives/ judge and
 * pay. No behaviour here. Pointers are borrowed from the arena of the block
 * or request that the record belongs to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

/* Where something happened. */
struct block_ref {
	uint64_t number;
	struct hash32 hash;
	struct hash32 parent;
	uint64_t time_s;	/* the chain's time, Unix */
};

struct log_ref {
	uint64_t block;
	struct hash32 block_hash;
	struct hash32 tx;
	uint32_t index;		/* log index in the block */
	uint64_t time_s;
};

enum incentive_kind {
	INCENTIVE_STAKE = 0,	/* StakeTrainer: deposit, refund, take */
	INCENTIVE_POINTS = 1	/* PointsTrainer: karma only */
};

/* The order is the chain's encoding (oracle/PROTOCOL.md, Verdicts). */
enum verdict {
	VERDICT_DISAGREE = 0,
	VERDICT_ABSTAIN = 1,
	VERDICT_AGREE = 2,
	VERDICT_CREDIT = 3,
	VERDICT_NONE = 4	/* not judged yet; never on the chain */
};

/* A trainer's immutable numbers, as ModelFactory froze them. */
struct trainer_params {
	struct addr20 pool;
	uint32_t classes;
	uint32_t max_sample_bytes;
	uint32_t refund_wait_s;
	uint32_t verdict_window_s;
	uint32_t challenge_s;
	uint32_t epoch_s;
	uint32_t owner_claim_wait_s;
	uint32_t any_claim_wait_s;
	uint64_t fee_gwei;
	struct wei floor_wei;	/* below 2^96 */
	struct wei cap_wei;	/* below 2^96 */
	uint32_t burst;
	uint32_t window_s;
	uint16_t reporter_share_bps;	/* [0, 10000] */
};

/* Event ModelCreated. */
struct ev_model_created {
	struct addr20 trainer, owner;
	enum incentive_kind kind;
	struct hash32 spec_hash;
	struct trainer_params params;
	const char *name, *description, *encoder;	/* NUL, UTF-8 checked */
	const char *spec;
	size_t spec_len;
	uint64_t created_at_s;
};

/* Event Contributed. */
struct ev_contributed {
	uint64_t id;
	struct addr20 contributor;
	uint32_t label;
	struct wei deposit_wei;
	const uint8_t *sample;
	size_t sample_len;
};

/* Events Refunded, Reported, LateClaimed, RewardsClaimed. */
struct ev_refunded {
	uint64_t id;
	struct addr20 contributor;
	struct wei amount_wei;
	uint64_t karma;		/* gained, 0 or 1 */
};

struct ev_reported {
	uint64_t id;
	struct addr20 reporter, contributor;
	struct wei reward_wei;	/* to the reporter */
	struct wei shared_wei;	/* to all who hold karma */
};

struct ev_late_claimed {
	uint64_t id;
	struct addr20 claimant, contributor;
	struct wei amount_wei;
};

struct ev_rewards_claimed {
	struct addr20 account;
	struct wei amount_wei;
};

/* What operators sign (oracle/PROTOCOL.md, Epochs and checkpoints). */
struct checkpoint {
	struct addr20 trainer;
	struct hash32 spec;
	uint64_t epoch;
	uint64_t count;
	struct hash32 record_hash;
	struct hash32 state_root;
	uint64_t judged;
	struct hash32 verdicts_hash;
	uint64_t accuracy_fx9;
};

/* Event CheckpointAccepted. */
struct ev_checkpoint_accepted {
	uint64_t epoch, count, judged, accuracy_fx9;
	struct hash32 state_root, verdicts_hash;
};

/* Event OperatorJoined. */
struct ev_operator_joined {
	uint64_t id;
	struct addr20 owner, signer, attester, sender;
	struct wei bond_wei;
	const char *endpoint;
	uint64_t from_period;
};

/* Events OperatorRolesChanged, OperatorEndpointChanged,
 * OperatorOwnerChanged, BondAdded, OperatorLeft, BondWithdrawn,
 * OperatorSlashed. */
struct ev_operator_roles {
	uint64_t id;
	struct addr20 signer, attester, sender;
	uint64_t from_period;
};

struct ev_operator_endpoint {
	uint64_t id;
	const char *endpoint;
};

struct ev_operator_owner {
	uint64_t id;
	struct addr20 owner;
};

struct ev_bond_added {
	uint64_t id;
	struct wei amount_wei;
	uint64_t from_period;
};

struct ev_operator_left {
	uint64_t id;
	uint64_t until_period;	/* the first that it does not count in */
};

struct ev_bond_withdrawn {
	uint64_t id;
	struct wei amount_wei;
};

struct ev_operator_slashed {
	uint64_t id;
	struct addr20 reporter;
	struct wei reward_wei, burnt_wei;
};

#endif /* DECAID_BASE_EVENT_H */
