#ifndef DECAID_ORACLE_TX_H
#define DECAID_ORACLE_TX_H

/*
 * Transactions of type 2 (EIP-1559), with an empty access list.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/types.h"
#include "oracle/ec.h"

/* Call data that a node would take, and our bound on what we read. */
#define TX_DATA_MAX_BYTES (128 * 1024)

struct tx {
	uint64_t chain_id;
	uint64_t nonce;
	struct wei tip_wei;	/* maxPriorityFeePerGas */
	struct wei fee_wei;	/* maxFeePerGas */
	uint64_t gas;
	bool creates;		/* a contract: to is not used */
	struct addr20 to;
	struct wei value;
	const uint8_t *data;	/* borrowed */
	size_t data_len;
};

/* EIP-1559: keccak256(0x02 || rlp([chain_id, nonce,
 * max_priority_fee_per_gas, max_fee_per_gas, gas_limit, destination,
 * amount, data, access_list])) */
void tx_digest(struct hash32 *out, const struct tx *tx);

/* The signed bytes, for eth_sendRawTransaction. Appends. */
void tx_encode(struct dc_buf *out, const struct tx *tx,
	       const struct ec_signature *sig);

/* The hash that names it on the chain, from the signed bytes. */
void tx_hash(struct hash32 *out, const uint8_t *raw, size_t len);

/* Read signed bytes back; data is borrowed from raw.
 * Errors: DC_EINVAL not a type 2 transaction in canonical form, or it has
 * an access list, or more than TX_DATA_MAX_BYTES. */
enum dc_status tx_decode(struct tx *out, struct ec_signature *sig,
			 const uint8_t *raw, size_t len,
			 struct dc_err *err) DC_MUST_CHECK;

/* The most that it can cost: gas * fee + value.
 * false: past 2^256. */
bool tx_worst_cost(struct wei *out, const struct tx *tx) DC_MUST_CHECK;

/* The address of the contract that sender's nonce creates. */
void tx_created_address(struct addr20 *out, const struct addr20 *sender,
			uint64_t nonce);

#endif /* DECAID_ORACLE_TX_H */
