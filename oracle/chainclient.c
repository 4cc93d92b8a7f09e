/* Transactions of commands: nonces, fees, offers, receipts. */
#include "config.h"

#include "base/clock.h"
#include "oracle/chainclient.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "oracle/abi_calls.h"

#define FEES_KEPT_MS 2000
#define POLL_MS 100
#define REASON_BYTES 160

struct account {
	bool known;
	uint64_t nonce;		/* of the next transaction */
};

struct chainclient {
	struct rpc *rpc;
	const struct keyguard *guard;
	uint64_t chain_id;
	struct wei fee_cap_wei;		/* zero: none */
	struct rpc_fees fees;
	int64_t fees_ms;		/* when they were asked; 0: never */
	struct account accounts[KEYGUARD_MAX_KEYS];
};

enum dc_status
chainclient_new(struct chainclient **out, struct rpc *rpc,
		const struct keyguard *guard, struct dc_err *err)
{
	struct chainclient *c = dc_calloc(1, sizeof(*c));
	enum dc_status found = rpc_chain_id(rpc, &c->chain_id, err);

	if (found != DC_OK) {
		free(c);
		return found;
	}
	c->rpc = rpc;
	c->guard = guard;
	*out = c;
	return DC_OK;
}

void
chainclient_free(struct chainclient *c)
{
	free(c);
}

uint64_t
chainclient_chain_id(const struct chainclient *c)
{
	return c->chain_id;
}

void
chainclient_set_fee_cap(struct chainclient *c, struct wei cap_wei)
{
	c->fee_cap_wei = cap_wei;
}

void
chainclient_resync(struct chainclient *c, struct keyslot account)
{
	c->accounts[account.index].known = false;
}

/* What the node said, with a revert's reason for people. */
static enum dc_status
node_failed(const struct chainclient *c, enum dc_status found,
	    const struct dc_err *why, struct dc_err *err)
{
	const struct rpc_failure *f = rpc_failure(c->rpc);
	char reason[REASON_BYTES];

	if (f->fault != RPC_FAULT_REVERTED)
		return dc_fail(err, found, "%s", why->text);
	abi_revert_format(reason, sizeof(reason), f->revert, f->revert_len);
	return dc_fail(err, DC_EREFUSED, "refused by the contract: %s",
		       reason);
}

/* --- fees, gas, nonce ---------------------------------------------------- */

/* Room for the base fee to double: six full blocks in a row. */
static enum dc_status
fill_fees(struct chainclient *c, struct tx *tx, struct dc_err *err)
{
	enum dc_status found;

	if (c->fees_ms == 0 || dc_clock_ms() - c->fees_ms > FEES_KEPT_MS) {
		found = rpc_fees(c->rpc, &c->fees, err);
		if (found != DC_OK)
			return found;
		c->fees_ms = dc_clock_ms();
	}
	tx->tip_wei = c->fees.tip_wei;
	if (!wei_add(&tx->fee_wei, c->fees.base_fee_wei,
		     c->fees.base_fee_wei) ||
	    !wei_add(&tx->fee_wei, tx->fee_wei, tx->tip_wei))
		return dc_fail(err, DC_EINVAL, "the node's fees overflow");
	if (u256_is_zero(c->fee_cap_wei.v) ||
	    wei_compare(tx->fee_wei, c->fee_cap_wei) <= 0)
		return DC_OK;
	if (wei_compare(c->fees.base_fee_wei, c->fee_cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED,
			       "the chain's base fee is over the fee cap");
	tx->fee_wei = c->fee_cap_wei;
	if (wei_compare(tx->tip_wei, tx->fee_wei) > 0)
		tx->tip_wei = tx->fee_wei;
	return DC_OK;
}

static enum dc_status
fill_gas(struct chainclient *c, struct tx *tx, const struct addr20 *from,
	 const struct chain_call *call, struct dc_err *err)
{
	struct rpc_message msg = {
		.from = from, .to = call->to, .value_wei = call->value_wei,
		.data = call->data, .data_len = call->data_len,
	};
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;

	tx->gas = call->gas;
	if (tx->gas != 0)
		return DC_OK;
	found = rpc_estimate_gas(c->rpc, &tx->gas, &msg, &why);
	if (found != DC_OK)
		return node_failed(c, found, &why, err);
	tx->gas += tx->gas / 4;
	return DC_OK;
}

static enum dc_status
fill_nonce(struct chainclient *c, struct tx *tx, struct keyslot from,
	   struct dc_err *err)
{
	struct account *a = &c->accounts[from.index];
	enum dc_status found;

	if (!a->known) {
		found = rpc_transaction_count(c->rpc, &a->nonce,
					keyguard_address(c->guard, from),
					rpc_at_pending(), err);
		if (found != DC_OK)
			return found;
		a->known = true;
	}
	tx->nonce = a->nonce;
	return DC_OK;
}

/* --- sending ------------------------------------------------------------- */

static enum dc_status
build(struct chainclient *c, struct tx *tx, struct keyslot from,
      const struct chain_call *call, struct dc_err *err)
{
	enum dc_status found;

	*tx = (struct tx){
		.chain_id = c->chain_id, .creates = call->to == NULL,
		.value = call->value_wei, .data = call->data,
		.data_len = call->data_len,
	};
	if (call->to != NULL)
		tx->to = *call->to;
	found = fill_gas(c, tx, keyguard_address(c->guard, from), call, err);
	if (found == DC_OK)
		found = fill_fees(c, tx, err);
	if (found == DC_OK)
		found = fill_nonce(c, tx, from, err);
	return found;
}

static enum dc_status
sign_and_offer(struct chainclient *c, struct hash32 *hash,
	       struct keyslot from, const struct tx *tx, struct dc_err *err)
{
	struct dc_buf raw;
	struct hash32 named;
	enum dc_status found;

	dc_buf_init(&raw, tx->data_len + 1024);
	found = keyguard_sign_tx(c->guard, from, &raw, hash, tx, err);
	if (found == DC_OK)
		found = rpc_send_raw(c->rpc, &named, raw.data, raw.len, err);
	if (found == DC_EREFUSED &&
	    rpc_failure(c->rpc)->fault == RPC_FAULT_ALREADY_KNOWN) {
		dc_err_clear(err);
		found = DC_OK;
	}
	dc_buf_clear(&raw);
	return found;
}

enum dc_status
chainclient_send(struct chainclient *c, struct hash32 *hash,
		 struct keyslot from, const struct chain_call *call,
		 struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;
	struct tx tx;

	DC_CHECK(c->guard != NULL);
	found = build(c, &tx, from, call, err);
	if (found != DC_OK)
		return found;
	found = sign_and_offer(c, hash, from, &tx, &why);
	if (found == DC_EREFUSED &&
	    rpc_failure(c->rpc)->fault == RPC_FAULT_NONCE_TOO_LOW) {
		/* somebody else sends from this account: count anew, once */
		dc_err_clear(&why);
		chainclient_resync(c, from);
		found = fill_nonce(c, &tx, from, err);
		if (found != DC_OK)
			return found;
		found = sign_and_offer(c, hash, from, &tx, &why);
	}
	if (found != DC_OK)
		return node_failed(c, found, &why, err);
	c->accounts[from.index].nonce = tx.nonce + 1;
	return DC_OK;
}

/* --- receipts ------------------------------------------------------------ */

enum dc_status
chainclient_poll(struct chainclient *c, struct rpc_receipt *out, bool *mined,
		 const struct hash32 *txs, size_t n, struct dc_err *err)
{
	return rpc_receipts(c->rpc, out, mined, txs, n, err);
}

enum dc_status
chainclient_wait(struct chainclient *c, struct rpc_receipt *out,
		 const struct hash32 *tx, unsigned timeout_ms,
		 struct dc_err *err)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	int64_t end = dc_clock_ms() + timeout_ms;
	char text[HASH32_TEXT_BYTES];
	enum dc_status found;
	bool mined = false;

	for (;;) {
		found = rpc_receipts(c->rpc, out, &mined, tx, 1, err);
		if (found != DC_OK || mined)
			return found;
		if (dc_clock_ms() >= end)
			break;
		(void)nanosleep(&pause, NULL);
	}
	hash32_format(tx, text);
	return dc_fail(err, DC_EBUSY, "transaction %s is not mined after %u s",
		       text, timeout_ms / 1000);
}

/* The reason of a mined revert: the same call again, on its block. */
static enum dc_status
reverted(struct chainclient *c, const struct rpc_receipt *r,
	 const struct addr20 *from, const struct chain_call *call,
	 struct dc_err *err)
{
	struct rpc_message msg = {
		.from = from, .to = call->to, .value_wei = call->value_wei,
		.data = call->data, .data_len = call->data_len,
	};
	struct dc_err why = DC_ERR_INIT;
	struct dc_buf out;
	enum dc_status found;

	dc_buf_init(&out, 1 << 20);
	found = rpc_eth_call(c->rpc, &out, &msg, rpc_at_number(r->block),
			     &why);
	dc_buf_clear(&out);
	if (found != DC_OK && rpc_failure(c->rpc)->fault == RPC_FAULT_REVERTED)
		return node_failed(c, found, &why, err);
	return dc_fail(err, DC_EREFUSED, "reverted in block %" PRIu64
		       " with %" PRIu64 " gas used", r->block, r->gas_used);
}

enum dc_status
chainclient_run(struct chainclient *c, struct hash32 *hash,
		struct rpc_receipt *out, struct keyslot from,
		const struct chain_call *call, unsigned timeout_ms,
		struct dc_err *err)
{
	struct hash32 tx;
	enum dc_status found = chainclient_send(c, &tx, from, call, err);

	if (found != DC_OK)
		return found;
	if (hash != NULL)
		*hash = tx;
	found = chainclient_wait(c, out, &tx, timeout_ms, err);
	if (found != DC_OK)
		return found;
	if (out->success)
		return DC_OK;
	return reverted(c, out, keyguard_address(c->guard, from), call, err);
}

enum dc_status
chainclient_view(struct chainclient *c, struct dc_buf *out,
		 const struct addr20 *to, const struct dc_buf *call,
		 struct dc_err *err)
{
	struct rpc_message msg = {
		.to = to, .data = call->data, .data_len = call->len,
	};
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found = rpc_eth_call(c->rpc, out, &msg,
					    rpc_at_latest(), &why);

	if (found != DC_OK)
		return node_failed(c, found, &why, err);
	return DC_OK;
}
