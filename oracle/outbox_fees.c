/* What the outbox offers for its transactions (EIP-1559). */
#include "config.h"

#include "oracle/outbox_core.h"

/* EIP-1559 nodes (geth: txpool.pricebump) want 10 % more on both fields. */
#define BUMP_NUMERATOR 110
#define BUMP_DENOMINATOR 100

static enum dc_status
fees_ask(struct outbox *o, struct dc_err *err)
{
	enum dc_status found;

	if (o->has_fees)
		return DC_OK;
	found = rpc_fees(o->rpc, &o->fees, err);
	o->has_fees = found == DC_OK;
	return found;
}

static bool
has_cap(const struct outbox *o)
{
	return !u256_is_zero(o->config.fee_cap_wei.v);
}

enum dc_status
outbox_fees_new(struct outbox *o, struct wei *fee_wei, struct wei *tip_wei,
		struct dc_err *err)
{
	enum dc_status found = fees_ask(o, err);
	struct wei base;

	if (found != DC_OK)
		return found;
	base = o->fees.base_fee_wei;
	*tip_wei = o->fees.tip_wei;
	/* twice the base fee: room for six full blocks in a row */
	if (!wei_add(fee_wei, base, base) ||
	    !wei_add(fee_wei, *fee_wei, *tip_wei))
		return dc_fail(err, DC_EIO, "the node's fees overflow");
	if (!has_cap(o) || wei_compare(*fee_wei, o->config.fee_cap_wei) <= 0)
		return DC_OK;
	if (wei_compare(base, o->config.fee_cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED,
			       "the chain's base fee is over the fee cap");
	*fee_wei = o->config.fee_cap_wei;
	if (wei_compare(*tip_wei, *fee_wei) > 0)
		*tip_wei = *fee_wei;
	return DC_OK;
}

/* v * 110 / 100, rounded up, and at least v + 1. */
static bool
bumped(struct wei *out, struct wei v)
{
	struct u256 more, rest;

	if (!u256_mul(&more, v.v, u256_from_u64(BUMP_NUMERATOR)) ||
	    !u256_divmod(&more, &rest, more,
			 u256_from_u64(BUMP_DENOMINATOR)))
		return false;
	if (!u256_is_zero(rest) || u256_is_zero(v.v))
		if (!u256_add(&more, more, u256_from_u64(1)))
			return false;
	out->v = more;
	return true;
}

static void
raise_to(struct wei *v, struct wei least)
{
	if (wei_compare(*v, least) < 0)
		*v = least;
}

enum dc_status
outbox_fees_replace(struct outbox *o, const struct sql_tx_row *row,
		    struct wei *fee_wei, struct wei *tip_wei,
		    struct dc_err *err)
{
	struct wei least_fee, least_tip;
	enum dc_status found = outbox_fees_new(o, fee_wei, tip_wei, err);

	if (found != DC_OK)
		return found;
	if (!bumped(&least_fee, row->max_fee_wei) ||
	    !bumped(&least_tip, row->priority_fee_wei))
		return dc_fail(err, DC_EREFUSED, "the fees overflow");
	raise_to(fee_wei, least_fee);
	raise_to(tip_wei, least_tip);
	raise_to(fee_wei, *tip_wei);
	if (has_cap(o) && wei_compare(*fee_wei, o->config.fee_cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED,
			       "a replacement would pass the fee cap");
	return DC_OK;
}

/* --- funds --------------------------------------------------------------- */

/* false: past 2^256. */
static bool
add_cost(struct wei *sum, const struct sql_tx_row *row, struct wei fee_wei)
{
	struct wei gas;

	return u256_mul(&gas.v, u256_from_u64(row->gas_limit), fee_wei.v) &&
	       wei_add(sum, *sum, gas) && wei_add(sum, *sum, row->value_wei);
}

enum dc_status
outbox_funds_check(struct outbox *o, const struct sql_tx_row *row,
		   struct wei fee_wei, struct dc_err *err)
{
	struct wei needed = wei_from_u64(0), has;
	bool fits = add_cost(&needed, row, fee_wei);
	enum dc_status found;

	for (uint32_t i = 0; fits && i < o->n_open; i++) {
		const struct sql_tx_row *other = &o->open[i];

		if (other->id != row->id && other->status == SQL_TX_SENT &&
		    addr20_equal(&other->sender, &row->sender))
			fits = add_cost(&needed, other, other->max_fee_wei);
	}
	found = rpc_balance(o->rpc, &has, &row->sender, rpc_at_latest(), err);
	if (found != DC_OK)
		return found;
	if (fits && wei_compare(needed, has) <= 0)
		return DC_OK;
	return dc_fail(err, DC_EREFUSED, "the sender's funds do not cover "
		       "what it would cost at worst");
}
