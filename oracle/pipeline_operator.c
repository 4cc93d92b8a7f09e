/* Events of the operators' pool, as rows. */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "oracle/pipeline_core.h"
#include "sql/events.h"
#include "sql/operators.h"

static enum dc_status joined(struct sql_operator *o,
			     const struct ev_operator_joined *ev,
			     const struct log_ref *at)
{
	o->owner = ev->owner;
	o->signer = ev->signer;
	o->attester = ev->attester;
	o->sender = ev->sender;
	o->bond_wei = ev->bond_wei;
	o->endpoint = ev->endpoint;
	o->from_period = ev->from_period;
	o->since_block = at->block;
	return DC_OK;
}

static enum dc_status roles(struct sql_operator *o,
			    const struct ev_operator_roles *ev)
{
	o->signer = ev->signer;
	o->attester = ev->attester;
	o->sender = ev->sender;
	return DC_OK;
}

static enum dc_status bond_added(struct sql_operator *o,
				 const struct ev_bond_added *ev,
				 struct dc_err *err)
{
	if (!wei_add(&o->bond_wei, o->bond_wei, ev->amount_wei))
		return dc_fail(err, DC_EINVAL, "a bond passes 2^256");
	return DC_OK;
}

/* Which operator an event is about; 0: none. Their ids count from 1. */
static uint64_t operator_of(const struct abi_event *ev)
{
	switch (ev->kind) {
	case EVENT_OPERATOR_JOINED:
		return ev->u.operator_joined.id;
	case EVENT_OPERATOR_ROLES:
		return ev->u.operator_roles.id;
	case EVENT_OPERATOR_ENDPOINT:
		return ev->u.operator_endpoint.id;
	case EVENT_OPERATOR_OWNER:
		return ev->u.operator_owner.id;
	case EVENT_BOND_ADDED:
		return ev->u.bond_added.id;
	case EVENT_OPERATOR_LEFT:
		return ev->u.operator_left.id;
	case EVENT_BOND_WITHDRAWN:
		return ev->u.bond_withdrawn.id;
	case EVENT_OPERATOR_SLASHED:
		return ev->u.operator_slashed.id;
	case EVENT_UNKNOWN:
	case EVENT_CONTRIBUTED:
	case EVENT_REFUNDED:
	case EVENT_REPORTED:
	case EVENT_LATE_CLAIMED:
	case EVENT_REWARDS_CLAIMED:
	case EVENT_CHECKPOINT_ACCEPTED:
	case EVENT_CHECKPOINT_REFUTED:
	case EVENT_MODEL_CREATED:
	case EVENT_KINDS:
		break;
	}
	return 0;
}

static enum dc_status change(struct sql_operator *o,
			     const struct abi_event *ev,
			     const struct log_ref *at, struct dc_err *err)
{
	switch (ev->kind) {
	case EVENT_OPERATOR_JOINED:
		return joined(o, &ev->u.operator_joined, at);
	case EVENT_OPERATOR_ROLES:
		return roles(o, &ev->u.operator_roles);
	case EVENT_OPERATOR_ENDPOINT:
		o->endpoint = ev->u.operator_endpoint.endpoint;
		return DC_OK;
	case EVENT_OPERATOR_OWNER:
		o->owner = ev->u.operator_owner.owner;
		return DC_OK;
	case EVENT_BOND_ADDED:
		return bond_added(o, &ev->u.bond_added, err);
	case EVENT_OPERATOR_LEFT:
		o->leaving = true;
		o->until_period = ev->u.operator_left.until_period;
		return DC_OK;
	case EVENT_BOND_WITHDRAWN:
		o->bond_wei = wei_from_u64(0);
		return DC_OK;
	case EVENT_OPERATOR_SLASHED:
		o->bond_wei = wei_from_u64(0);
		o->slashed = true;
		return DC_OK;
	case EVENT_UNKNOWN:
	case EVENT_CONTRIBUTED:
	case EVENT_REFUNDED:
	case EVENT_REPORTED:
	case EVENT_LATE_CLAIMED:
	case EVENT_REWARDS_CLAIMED:
	case EVENT_CHECKPOINT_ACCEPTED:
	case EVENT_CHECKPOINT_REFUTED:
	case EVENT_MODEL_CREATED:
	case EVENT_KINDS:
		break;
	}
	return DC_OK;
}

/* Ids are consecutive: whose came before must be here. */
static enum dc_status check_before(struct pipeline *p,
				   const struct addr20 *pool, uint64_t id,
				   struct dc_err *err)
{
	struct sql_operator o;
	bool found;
	enum dc_status st;

	if (id <= 1)
		return DC_OK;
	st = sql_operator_get(p->db, &o, &found, pool, id - 1, p->scratch,
			      err);
	if (st == DC_OK && !found)
		st = dc_fail(err, DC_ECONFLICT, "operator %" PRIu64 " came "
			     "without the one before it: the node drops logs",
			     id);
	return st;
}

enum dc_status pipe_operator(struct pipeline *p, const struct addr20 *pool,
			     const struct abi_event *ev,
			     const struct log_ref *at, struct dc_err *err)
{
	struct sql_event row = {
		.log = *at, .kind = SQL_EVENT_OPERATOR,
		.ref = operator_of(ev)
	};
	struct sql_operator o;
	bool found;
	enum dc_status st = sql_operator_get(p->db, &o, &found, pool,
					     row.ref, p->scratch, err);

	if (st != DC_OK)
		return st;
	if (found == (ev->kind == EVENT_OPERATOR_JOINED))
		return dc_fail(err, DC_ECONFLICT, "operator %" PRIu64 " %s: "
			       "the node %s logs", row.ref, found ?
			       "joined twice" : "never joined", found ?
			       "repeats" : "drops");
	if (!found)
		st = check_before(p, pool, row.ref, err);
	if (st != DC_OK)
		return st;
	if (!found)
		o = (struct sql_operator){ .pool = *pool, .id = row.ref };
	st = change(&o, ev, at, err);
	if (st == DC_OK)
		st = sql_operator_put(p->db, &o, err);
	if (st == DC_OK)
		st = sql_operator_key_put(p->db, pool, &o.signer, o.id, err);
	row.account = o.owner;
	row.amount_wei = o.bond_wei;
	return st == DC_OK ? sql_event_insert(p->db, &row, err) : st;
}
