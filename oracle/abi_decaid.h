#ifndef DECAID_ORACLE_ABI_DECAID_H
#define DECAID_ORACLE_ABI_DECAID_H

/*
 * The logs of our contracts as the records of base/event.h. Names, topics
 * and shapes stand in one table (abi_decaid.c); topics are computed from the
 * signatures once.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "base/status.h"

enum dc_event_kind {
	EVENT_UNKNOWN = 0,	/* none of ours: no error, look away */
	EVENT_CONTRIBUTED,
	EVENT_REFUNDED,
	EVENT_REPORTED,
	EVENT_LATE_CLAIMED,
	EVENT_REWARDS_CLAIMED,
	EVENT_CHECKPOINT_ACCEPTED,
	EVENT_CHECKPOINT_REFUTED,
	EVENT_MODEL_CREATED,
	EVENT_OPERATOR_JOINED,
	EVENT_OPERATOR_ROLES,
	EVENT_OPERATOR_ENDPOINT,
	EVENT_OPERATOR_OWNER,
	EVENT_BOND_ADDED,
	EVENT_OPERATOR_LEFT,
	EVENT_BOND_WITHDRAWN,
	EVENT_OPERATOR_SLASHED,
	EVENT_KINDS
};

struct abi_event {
	enum dc_event_kind kind;
	union {
		struct ev_contributed contributed;
		struct ev_refunded refunded;
		struct ev_reported reported;
		struct ev_late_claimed late_claimed;
		struct ev_rewards_claimed rewards_claimed;
		struct ev_checkpoint_accepted checkpoint_accepted;
		uint64_t checkpoint_refuted_epoch;
		struct ev_model_created model_created;
		struct ev_operator_joined operator_joined;
		struct ev_operator_roles operator_roles;
		struct ev_operator_endpoint operator_endpoint;
		struct ev_operator_owner operator_owner;
		struct ev_bond_added bond_added;
		struct ev_operator_left operator_left;
		struct ev_bond_withdrawn bond_withdrawn;
		struct ev_operator_slashed operator_slashed;
	} u;
};

/* topic[0] of a kind, for eth_getLogs. Static.  Thread: any. */
const struct hash32 *abi_event_topic(enum dc_event_kind kind);

/* "Contributed"; "unknown" for EVENT_UNKNOWN. */
const char *abi_event_name(enum dc_event_kind kind);

/* Decode a log. created_at_s of a model is not in its event: 0 here.
 * out     kind EVENT_UNKNOWN, DC_OK: topic[0] is none of ours, or no topics
 * arena   takes texts (NUL, bytes that are no UTF-8 replaced by U+FFFD);
 *         sample and spec are borrowed from data
 * Errors: DC_EINVAL ours by topic, but topics or data do not fit the event.
 * Thread: any. */
enum dc_status abi_event_decode(struct abi_event *out,
				const struct hash32 *topics, size_t n_topics,
				const uint8_t *data, size_t len,
				struct dc_arena *arena,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_ABI_DECAID_H */
