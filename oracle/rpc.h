#ifndef DECAID_ORACLE_RPC_H
#define DECAID_ORACLE_RPC_H

/*
 * A client of an Ethereum node: JSON-RPC over HTTP. One struct rpc belongs
 * to one thread and keeps its connection; calls block until the answer, the
 * time-out or rpc_interrupt. Answers are bounded in size and checked in
 * shape: what a node sends is outside bytes.
 *
 * Status of every call:
 *     DC_OK         answered
 *     DC_ENOTFOUND  the node does not have that block, transaction, receipt
 *     DC_EIO        unreachable, HTTP error, a page instead of JSON, a wrong
 *                   shape, or an answer over the bound: retry later
 *     DC_EBUSY      told to slow down (429, 503, -32005), or interrupted
 *     DC_EREFUSED   the node answered with an error object: rpc_failure tells
 *                   which
 * None of them says anything about the chain: an error is never a reorg.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/status.h"
#include "base/types.h"
#include "oracle/raw_log.h"

struct rpc;

struct rpc_config {
	const char *url;	/* http:// or https:// */
	unsigned timeout_ms;	/* one request, whole; 0: 30 s */
	size_t max_reply_bytes;	/* 0: RPC_MAX_REPLY_BYTES */
	const char *name;	/* in texts; NULL: host:port */
};

#define RPC_MAX_REPLY_BYTES ((size_t)64 << 20)
#define RPC_MAX_BATCH 256	/* requests in one HTTP exchange */

/* Why the last call failed. */
enum rpc_fault {
	RPC_FAULT_NONE,		/* it did not */
	RPC_FAULT_UNREACHABLE,	/* no connection, no answer in time */
	RPC_FAULT_HTTP,		/* an HTTP status other than 200 */
	RPC_FAULT_BUSY,		/* asked to slow down */
	RPC_FAULT_MALFORMED,	/* not the JSON that was due */
	RPC_FAULT_TOO_LARGE,	/* over max_reply_bytes */
	RPC_FAULT_INTERRUPTED,	/* rpc_interrupt */
	/* the node understood and said no: */
	RPC_FAULT_RANGE,	/* eth_getLogs: too many blocks or results */
	RPC_FAULT_UNKNOWN_BLOCK,/* it has not got (or lost) that block */
	RPC_FAULT_REVERTED,	/* eth_call, eth_estimateGas */
	RPC_FAULT_SPENT,	/* the same: over its gas, or the node's time */
	RPC_FAULT_NONCE_TOO_LOW,
	RPC_FAULT_ALREADY_KNOWN,/* that very transaction is in its pool */
	RPC_FAULT_UNDERPRICED,	/* fee too low, or to replace another */
	RPC_FAULT_FUNDS,	/* the sender cannot pay */
	RPC_FAULT_OTHER		/* any other error object */
};

#define RPC_MESSAGE_BYTES 200
#define RPC_REVERT_BYTES 1024

struct rpc_failure {
	enum rpc_fault fault;
	long http_status;	/* 0: none came */
	unsigned retry_after_s;	/* 0: the node did not say */
	int64_t code;		/* of the error object */
	char message[RPC_MESSAGE_BYTES];	/* escaped for logs */
	uint8_t revert[RPC_REVERT_BYTES];	/* revert data, cut */
	size_t revert_len;
};

/* Make libcurl ready, once a process; rpc_new does. Thread: any. */
void rpc_init(void);

/* Owner: the caller, rpc_free.  url and name are copied.
 * Errors: DC_EINVAL the url is not http or https. */
enum dc_status rpc_new(struct rpc **out, const struct rpc_config *config,
		       struct dc_err *err) DC_MUST_CHECK;
void rpc_free(struct rpc *rpc);

/* "host:port" of a url: the rest may hold a password or an API key.
 * out     (room)
 * Errors: DC_EINVAL not http or https, or it does not fit. */
enum dc_status rpc_host(char *out, size_t room, const char *url,
			struct dc_err *err) DC_MUST_CHECK;

/* The running call and all later ones end with DC_EBUSY, until rpc_resume.
 * Thread: any. */
void rpc_interrupt(struct rpc *rpc);
void rpc_resume(struct rpc *rpc);

/* About the last call of this client; borrowed until the next one. */
const struct rpc_failure *rpc_failure(const struct rpc *rpc);

/* --- which state or block is meant -------------------------------------- */

enum rpc_at_kind {
	RPC_AT_LATEST, RPC_AT_PENDING, RPC_AT_SAFE, RPC_AT_FINALIZED,
	RPC_AT_NUMBER, RPC_AT_HASH
};

struct rpc_at {
	enum rpc_at_kind kind;
	uint64_t number;	/* RPC_AT_NUMBER */
	struct hash32 hash;	/* RPC_AT_HASH; EIP-1898 in state queries */
};

struct rpc_at rpc_at_latest(void);
struct rpc_at rpc_at_pending(void);
struct rpc_at rpc_at_safe(void);
struct rpc_at rpc_at_finalized(void);
struct rpc_at rpc_at_number(uint64_t number);
struct rpc_at rpc_at_hash(const struct hash32 *hash);

/* --- reading the chain -------------------------------------------------- */

enum dc_status rpc_chain_id(struct rpc *rpc, uint64_t *out,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status rpc_block_number(struct rpc *rpc, uint64_t *out,
				struct dc_err *err) DC_MUST_CHECK;

/* One block's header. DC_ENOTFOUND: the node has no such block (yet). */
enum dc_status rpc_block(struct rpc *rpc, struct block_ref *out,
			 struct rpc_at at, struct dc_err *err) DC_MUST_CHECK;

/* Headers by number in batches of RPC_MAX_BATCH.
 * out, numbers  (n); out[i] is the block of number numbers[i] */
enum dc_status rpc_blocks(struct rpc *rpc, struct block_ref *out,
			  const uint64_t *numbers, size_t n,
			  struct dc_err *err) DC_MUST_CHECK;

/* What eth_getLogs shall return; an empty list stands for anything. */
struct rpc_log_filter {
	const struct addr20 *addresses;
	size_t n_addresses;
	const struct hash32 *topic0;
	size_t n_topic0;
};

struct rpc_logs {
	struct raw_log *items;	/* strictly ascending (block, index) */
	size_t n;
};

/* Logs of the blocks [from, to], or of the block with that hash. A log's
 * time is set where the node tells it (blockTimestamp), else 0.
 * arena  the logs and their data live there
 * Errors: DC_EIO also: a log of another block, of an address that was not
 *     asked for, marked removed, or out of order. */
enum dc_status rpc_logs_range(struct rpc *rpc, struct rpc_logs *out,
			      struct dc_arena *arena,
			      const struct rpc_log_filter *filter,
			      uint64_t from, uint64_t to,
			      struct dc_err *err) DC_MUST_CHECK;
enum dc_status rpc_logs_block(struct rpc *rpc, struct rpc_logs *out,
			      struct dc_arena *arena,
			      const struct rpc_log_filter *filter,
			      const struct hash32 *block_hash,
			      struct dc_err *err) DC_MUST_CHECK;

/* --- asking contracts and accounts -------------------------------------- */

struct rpc_message {
	const struct addr20 *from;	/* NULL: none */
	const struct addr20 *to;	/* NULL: a new contract */
	struct wei value_wei;
	uint64_t gas;			/* at most; 0: the node's own limit */
	const uint8_t *data;
	size_t data_len;
};

/* out  reset, then the bytes returned
 * Errors: DC_EREFUSED with RPC_FAULT_SPENT also: they are more than out may
 *     hold. */
enum dc_status rpc_eth_call(struct rpc *rpc, struct dc_buf *out,
			    const struct rpc_message *msg, struct rpc_at at,
			    struct dc_err *err) DC_MUST_CHECK;

/* The same call to many, in batches: word i is the first 32 bytes that
 * message i returned.
 * Errors: DC_EINVAL one of them returned fewer. */
enum dc_status rpc_eth_call_words(struct rpc *rpc, struct hash32 *out,
				  const struct rpc_message *msgs, size_t n,
				  struct rpc_at at,
				  struct dc_err *err) DC_MUST_CHECK;

/* What one of many calls, each of which may revert, came to. */
#define RPC_REASON_BYTES 160
struct rpc_answer {
	bool ok;
	bool spent;		/* it took more than it may: no answer */
	struct hash32 word;	/* the first 32 bytes returned */
	char reason[RPC_REASON_BYTES];	/* Error(string) of a revert, or "" */
};

/* The same to many that may revert: that is an answer, not an error; so is
 * a call that returns less than a word (ok false).
 * out  (n) */
enum dc_status rpc_eth_call_answers(struct rpc *rpc, struct rpc_answer *out,
				    const struct rpc_message *msgs, size_t n,
				    struct rpc_at at,
				    struct dc_err *err) DC_MUST_CHECK;

/* Storage slots of one account.
 * out, slots  (n) */
enum dc_status rpc_storage(struct rpc *rpc, struct hash32 *out,
			   const struct addr20 *account,
			   const struct hash32 *slots, size_t n,
			   struct rpc_at at, struct dc_err *err) DC_MUST_CHECK;

/* Senders, receivers and inputs of transactions, in the arena; NULL for one
 * that the node does not have.
 * out, tx  (n) */
enum dc_status rpc_transactions(struct rpc *rpc, const struct log_input **out,
				const struct hash32 *tx, size_t n,
				struct dc_arena *arena,
				struct dc_err *err) DC_MUST_CHECK;

enum dc_status rpc_balance(struct rpc *rpc, struct wei *out,
			   const struct addr20 *account, struct rpc_at at,
			   struct dc_err *err) DC_MUST_CHECK;
enum dc_status rpc_code_size(struct rpc *rpc, size_t *out,
			     const struct addr20 *account, struct rpc_at at,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status rpc_transaction_count(struct rpc *rpc, uint64_t *out,
				     const struct addr20 *account,
				     struct rpc_at at,
				     struct dc_err *err) DC_MUST_CHECK;

/* --- sending ------------------------------------------------------------ */

/* What a transaction costs now (eth_feeHistory over 5 blocks; where the node
 * lacks it, eth_gasPrice as base fee and a tip of 0). */
struct rpc_fees {
	struct wei base_fee_wei;	/* of the next block */
	struct wei tip_wei;		/* median of the blocks' medians */
};

enum dc_status rpc_fees(struct rpc *rpc, struct rpc_fees *out,
			struct dc_err *err) DC_MUST_CHECK;
enum dc_status rpc_estimate_gas(struct rpc *rpc, uint64_t *out,
				const struct rpc_message *msg,
				struct dc_err *err) DC_MUST_CHECK;

/* raw  the signed transaction; hash: what the node calls it */
enum dc_status rpc_send_raw(struct rpc *rpc, struct hash32 *hash,
			    const uint8_t *raw, size_t len,
			    struct dc_err *err) DC_MUST_CHECK;

struct rpc_receipt {
	bool success;
	uint64_t block;
	struct hash32 block_hash;
	uint64_t gas_used;
	struct wei gas_price_wei;	/* effectiveGasPrice */
	struct addr20 created;		/* zero: no contract was made */
};

/* DC_ENOTFOUND: not mined (yet). */
enum dc_status rpc_receipt(struct rpc *rpc, struct rpc_receipt *out,
			   const struct hash32 *tx,
			   struct dc_err *err) DC_MUST_CHECK;

/* Receipts of many, in batches.
 * out, found, txs  (n); found[i] false: not mined (yet) */
enum dc_status rpc_receipts(struct rpc *rpc, struct rpc_receipt *out,
			    bool *found, const struct hash32 *txs, size_t n,
			    struct dc_err *err) DC_MUST_CHECK;

/* The logs of a receipt, for who just sent the transaction. */
enum dc_status rpc_receipt_logs(struct rpc *rpc, struct rpc_logs *out,
				struct dc_arena *arena,
				const struct hash32 *tx,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_RPC_H */
