/* The events of our contracts: one table, one decoder each. */
#include "config.h"

#include "oracle/abi_decaid.h"

#include <pthread.h>
#include <string.h>

#include "base/keccak.h"
#include "oracle/abi.h"
#include "oracle/abi_params.h"

/* What a decoder reads from: indexed values, then the data. */
struct event_in {
	struct abi_in topics;	/* after topic[0] */
	struct abi_in data;
	struct dc_arena *arena;
};

typedef void (*event_decoder)(struct abi_event *out, struct event_in *in);

static void
decode_contributed(struct abi_event *out, struct event_in *in)
{
	struct ev_contributed *e = &out->u.contributed;

	e->id = abi_get_u64(&in->topics);
	e->contributor = abi_get_addr(&in->topics);
	e->label = abi_get_u32(&in->data);
	e->deposit_wei = abi_get_wei(&in->data);
	e->sample = abi_get_bytes(&in->data, &e->sample_len);
}

static void
decode_refunded(struct abi_event *out, struct event_in *in)
{
	struct ev_refunded *e = &out->u.refunded;

	e->id = abi_get_u64(&in->topics);
	e->contributor = abi_get_addr(&in->topics);
	e->amount_wei = abi_get_wei(&in->data);
	e->karma = abi_get_u64(&in->data);
}

static void
decode_reported(struct abi_event *out, struct event_in *in)
{
	struct ev_reported *e = &out->u.reported;

	e->id = abi_get_u64(&in->topics);
	e->reporter = abi_get_addr(&in->topics);
	e->contributor = abi_get_addr(&in->topics);
	e->reward_wei = abi_get_wei(&in->data);
	e->shared_wei = abi_get_wei(&in->data);
}

static void
decode_late_claimed(struct abi_event *out, struct event_in *in)
{
	struct ev_late_claimed *e = &out->u.late_claimed;

	e->id = abi_get_u64(&in->topics);
	e->claimant = abi_get_addr(&in->topics);
	e->contributor = abi_get_addr(&in->topics);
	e->amount_wei = abi_get_wei(&in->data);
}

static void
decode_rewards_claimed(struct abi_event *out, struct event_in *in)
{
	struct ev_rewards_claimed *e = &out->u.rewards_claimed;

	e->account = abi_get_addr(&in->topics);
	e->amount_wei = abi_get_wei(&in->data);
}

static void
decode_checkpoint_accepted(struct abi_event *out, struct event_in *in)
{
	struct ev_checkpoint_accepted *e = &out->u.checkpoint_accepted;

	e->epoch = abi_get_u64(&in->topics);
	e->count = abi_get_u64(&in->data);
	e->judged = abi_get_u64(&in->data);
	e->accuracy_fx9 = abi_get_u64(&in->data);
	e->state_root = abi_get_hash(&in->data);
	e->verdicts_hash = abi_get_hash(&in->data);
}

static void
decode_checkpoint_refuted(struct abi_event *out, struct event_in *in)
{
	out->u.checkpoint_refuted_epoch = abi_get_u64(&in->topics);
}

static enum incentive_kind
decode_incentive(struct abi_in *in)
{
	uint64_t kind = abi_get_uint(in, 8);

	if (kind == INCENTIVE_STAKE)
		return INCENTIVE_STAKE;
	if (kind != INCENTIVE_POINTS)
		abi_in_fail(in, "unknown incentive");
	return INCENTIVE_POINTS;
}

static void
decode_model_created(struct abi_event *out, struct event_in *in)
{
	struct ev_model_created *e = &out->u.model_created;

	e->trainer = abi_get_addr(&in->topics);
	e->owner = abi_get_addr(&in->topics);
	e->kind = decode_incentive(&in->data);
	e->spec_hash = abi_get_hash(&in->data);
	abi_get_params(&e->params, &in->data);
	e->name = abi_get_text(&in->data, ABI_TEXT_MEND, in->arena);
	e->description = abi_get_text(&in->data, ABI_TEXT_MEND, in->arena);
	e->encoder = abi_get_text(&in->data, ABI_TEXT_MEND, in->arena);
	e->spec = (const char *)abi_get_bytes(&in->data, &e->spec_len);
}

static void
decode_operator_joined(struct abi_event *out, struct event_in *in)
{
	struct ev_operator_joined *e = &out->u.operator_joined;

	e->id = abi_get_u64(&in->topics);
	e->owner = abi_get_addr(&in->topics);
	e->signer = abi_get_addr(&in->data);
	e->attester = abi_get_addr(&in->data);
	e->sender = abi_get_addr(&in->data);
	e->bond_wei = abi_get_wei(&in->data);
	e->endpoint = abi_get_text(&in->data, ABI_TEXT_MEND, in->arena);
	e->from_period = abi_get_u64(&in->data);
}

static void
decode_operator_roles(struct abi_event *out, struct event_in *in)
{
	struct ev_operator_roles *e = &out->u.operator_roles;

	e->id = abi_get_u64(&in->topics);
	e->signer = abi_get_addr(&in->data);
	e->attester = abi_get_addr(&in->data);
	e->sender = abi_get_addr(&in->data);
	e->from_period = abi_get_u64(&in->data);
}

static void
decode_operator_endpoint(struct abi_event *out, struct event_in *in)
{
	struct ev_operator_endpoint *e = &out->u.operator_endpoint;

	e->id = abi_get_u64(&in->topics);
	e->endpoint = abi_get_text(&in->data, ABI_TEXT_MEND, in->arena);
}

static void
decode_operator_owner(struct abi_event *out, struct event_in *in)
{
	out->u.operator_owner.id = abi_get_u64(&in->topics);
	out->u.operator_owner.owner = abi_get_addr(&in->topics);
}

static void
decode_bond_added(struct abi_event *out, struct event_in *in)
{
	struct ev_bond_added *e = &out->u.bond_added;

	e->id = abi_get_u64(&in->topics);
	e->amount_wei = abi_get_wei(&in->data);
	e->from_period = abi_get_u64(&in->data);
}

static void
decode_operator_left(struct abi_event *out, struct event_in *in)
{
	out->u.operator_left.id = abi_get_u64(&in->topics);
	out->u.operator_left.until_period = abi_get_u64(&in->data);
}

static void
decode_bond_withdrawn(struct abi_event *out, struct event_in *in)
{
	out->u.bond_withdrawn.id = abi_get_u64(&in->topics);
	out->u.bond_withdrawn.amount_wei = abi_get_wei(&in->data);
}

static void
decode_operator_slashed(struct abi_event *out, struct event_in *in)
{
	struct ev_operator_slashed *e = &out->u.operator_slashed;

	e->id = abi_get_u64(&in->topics);
	e->reporter = abi_get_addr(&in->topics);
	e->reward_wei = abi_get_wei(&in->data);
	e->burnt_wei = abi_get_wei(&in->data);
}

struct event_shape {
	const char *name;
	const char *signature;
	size_t topics;		/* topic[0] counted */
	event_decoder decode;
};

static const struct event_shape shapes[EVENT_KINDS] = {
	[EVENT_UNKNOWN] = { "unknown", "", 0, NULL },
	[EVENT_CONTRIBUTED] = { "Contributed",
		"Contributed(uint256,address,uint32,uint256,bytes)",
		3, decode_contributed },
	[EVENT_REFUNDED] = { "Refunded",
		"Refunded(uint256,address,uint256,uint256)",
		3, decode_refunded },
	[EVENT_REPORTED] = { "Reported",
		"Reported(uint256,address,address,uint256,uint256)",
		4, decode_reported },
	[EVENT_LATE_CLAIMED] = { "LateClaimed",
		"LateClaimed(uint256,address,address,uint256)",
		4, decode_late_claimed },
	[EVENT_REWARDS_CLAIMED] = { "RewardsClaimed",
		"RewardsClaimed(address,uint256)",
		2, decode_rewards_claimed },
	[EVENT_CHECKPOINT_ACCEPTED] = { "CheckpointAccepted",
		"CheckpointAccepted(uint64,uint64,uint64,uint64,bytes32,"
		"bytes32)",
		2, decode_checkpoint_accepted },
	[EVENT_CHECKPOINT_REFUTED] = { "CheckpointRefuted",
		"CheckpointRefuted(uint64)",
		2, decode_checkpoint_refuted },
	[EVENT_MODEL_CREATED] = { "ModelCreated",
		"ModelCreated(address,address,address,uint8,bytes32,"
		ABI_PARAMS_TYPE ",string,string,string,bytes)",
		4, decode_model_created },
	[EVENT_OPERATOR_JOINED] = { "OperatorJoined",
		"OperatorJoined(uint256,address,address,address,address,"
		"uint256,string,uint64)",
		3, decode_operator_joined },
	[EVENT_OPERATOR_ROLES] = { "OperatorRolesChanged",
		"OperatorRolesChanged(uint256,address,address,address,"
		"uint64)",
		2, decode_operator_roles },
	[EVENT_OPERATOR_ENDPOINT] = { "OperatorEndpointChanged",
		"OperatorEndpointChanged(uint256,string)",
		2, decode_operator_endpoint },
	[EVENT_OPERATOR_OWNER] = { "OperatorOwnerChanged",
		"OperatorOwnerChanged(uint256,address)",
		3, decode_operator_owner },
	[EVENT_BOND_ADDED] = { "BondAdded",
		"BondAdded(uint256,uint256,uint64)",
		2, decode_bond_added },
	[EVENT_OPERATOR_LEFT] = { "OperatorLeft",
		"OperatorLeft(uint256,uint64)",
		2, decode_operator_left },
	[EVENT_BOND_WITHDRAWN] = { "BondWithdrawn",
		"BondWithdrawn(uint256,uint256)",
		2, decode_bond_withdrawn },
	[EVENT_OPERATOR_SLASHED] = { "OperatorSlashed",
		"OperatorSlashed(uint256,address,uint256,uint256)",
		3, decode_operator_slashed },
};

static struct hash32 event_topics[EVENT_KINDS];
static pthread_once_t event_topics_once = PTHREAD_ONCE_INIT;

static void
event_topics_compute(void)
{
	for (size_t k = EVENT_UNKNOWN + 1; k < EVENT_KINDS; k++)
		keccak256(&event_topics[k], shapes[k].signature,
			  strlen(shapes[k].signature));
}

const struct hash32 *
abi_event_topic(enum dc_event_kind kind)
{
	DC_CHECK(kind < EVENT_KINDS);
	DC_CHECK(pthread_once(&event_topics_once, event_topics_compute) == 0);
	return &event_topics[kind];
}

const char *
abi_event_name(enum dc_event_kind kind)
{
	DC_CHECK(kind < EVENT_KINDS);
	return shapes[kind].name;
}

static enum dc_event_kind
event_kind_of(const struct hash32 *topic)
{
	for (size_t k = EVENT_UNKNOWN + 1; k < EVENT_KINDS; k++)
		if (hash32_equal(topic, abi_event_topic((enum dc_event_kind)k)))
			return (enum dc_event_kind)k;
	return EVENT_UNKNOWN;
}

enum dc_status
abi_event_decode(struct abi_event *out, const struct hash32 *topics,
		 size_t n_topics, const uint8_t *data, size_t len,
		 struct dc_arena *arena, struct dc_err *err)
{
	const struct event_shape *shape;
	struct dc_err fault = DC_ERR_INIT;
	struct event_in in = { .arena = arena };

	memset(out, 0, sizeof(*out));
	if (n_topics == 0)
		return DC_OK;
	out->kind = event_kind_of(&topics[0]);
	if (out->kind == EVENT_UNKNOWN)
		return DC_OK;
	shape = &shapes[out->kind];
	if (n_topics != shape->topics)
		return dc_fail(err, DC_EINVAL, "%s: %zu topics instead of %zu",
			       shape->name, n_topics, shape->topics);
	abi_in_init(&in.topics, topics[1].b,
		    (n_topics - 1) * sizeof(*topics), &fault);
	abi_in_init(&in.data, data, len, &fault);
	shape->decode(out, &in);
	if (fault.status != DC_OK)
		return dc_fail(err, fault.status, "%s: %s", shape->name,
			       fault.text);
	return DC_OK;
}
