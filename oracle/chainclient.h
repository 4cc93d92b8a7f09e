#ifndef DECAID_ORACLE_CHAINCLIENT_H
#define DECAID_ORACLE_CHAINCLIENT_H

/*
 * Transactions of the accounts of a key guard, sent by a command: built,
 * signed, offered, and their receipts looked for. Nonces are counted here
 * from the node's count on, so that many can be on their way at once; what
 * is sent lives no longer than the process (the daemon's own transactions
 * go through oracle/outbox.h). Thread: one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/types.h"
#include "oracle/keyguard.h"
#include "oracle/rpc.h"

struct chainclient;

struct chain_call {
	const struct addr20 *to;	/* NULL: data is a new contract */
	struct wei value_wei;
	const uint8_t *data;
	size_t data_len;
	uint64_t gas;	/* limit; 0: the node's estimate and a quarter */
};

/* Asks the node which chain it is. guard may be NULL: then it only reads.
 * rpc, guard  borrowed, must outlive the client */
enum dc_status chainclient_new(struct chainclient **out, struct rpc *rpc,
			       const struct keyguard *guard,
			       struct dc_err *err) DC_MUST_CHECK;
void chainclient_free(struct chainclient *c);

uint64_t chainclient_chain_id(const struct chainclient *c);

/* Never offer more than this a gas; none at first. */
void chainclient_set_fee_cap(struct chainclient *c, struct wei cap_wei);

/* Offer a transaction and go on.
 * hash  what it is called on the chain
 * Errors: DC_EREFUSED it would be reverted (err says why), the account
 * cannot pay, or the fee is over the cap; DC_EIO, DC_EBUSY the node. */
enum dc_status chainclient_send(struct chainclient *c, struct hash32 *hash,
				struct keyslot from,
				const struct chain_call *call,
				struct dc_err *err) DC_MUST_CHECK;

/* Which of n transactions are mined: their receipts, all in one exchange.
 * out, mined, txs  (n) */
enum dc_status chainclient_poll(struct chainclient *c,
				struct rpc_receipt *out, bool *mined,
				const struct hash32 *txs, size_t n,
				struct dc_err *err) DC_MUST_CHECK;

/* Wait until it is mined.
 * Errors: DC_EBUSY not within timeout_ms. A reverted one is DC_OK with
 * success false. */
enum dc_status chainclient_wait(struct chainclient *c,
				struct rpc_receipt *out,
				const struct hash32 *tx, unsigned timeout_ms,
				struct dc_err *err) DC_MUST_CHECK;

/* Send and wait; reverted is DC_EREFUSED.
 * hash  may be NULL */
enum dc_status chainclient_run(struct chainclient *c, struct hash32 *hash,
			       struct rpc_receipt *out, struct keyslot from,
			       const struct chain_call *call,
			       unsigned timeout_ms, struct dc_err *err)
	DC_MUST_CHECK;

/* Ask a view; a revert is DC_EREFUSED with its reason.
 * out  reset, then the bytes returned */
enum dc_status chainclient_view(struct chainclient *c, struct dc_buf *out,
				const struct addr20 *to,
				const struct dc_buf *call, struct dc_err *err)
	DC_MUST_CHECK;

/* Forget what is known of an account's nonce: ask the node next time (after
 * transactions were dropped, or others sent from the account). */
void chainclient_resync(struct chainclient *c, struct keyslot account);

#endif /* DECAID_ORACLE_CHAINCLIENT_H */
