/*
 * fuzz_oracle_rpc.c: any bytes as a node's answer, to each of the calls that
 * decaid makes. The linker puts the exchange below in the place of the one
 * over HTTP (--wrap), so that all that follows the last byte is the daemon's.
 *
 * The first byte picks the call.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/rpc_core.h"
#include "tests/fuzz/fuzz.h"

enum { CALLS = 15, BATCH = 3 };

static const uint8_t *answer;
static size_t answer_len;

enum dc_status __wrap_rpc_run(struct rpc *rpc, struct dc_err *err);

enum dc_status
__wrap_rpc_run(struct rpc *rpc, struct dc_err *err)
{
	(void)err;
	dc_buf_reset(&rpc->reply);
	dc_buf_append(&rpc->reply, answer, answer_len);
	return DC_OK;
}

static struct rpc *
fuzz_client(void)
{
	static const struct rpc_config config = { .url = "http://127.0.0.1:1" };
	static struct rpc *rpc;

	if (rpc == NULL)
		DC_CHECK(rpc_new(&rpc, &config, NULL) == DC_OK);
	return rpc;
}

static enum dc_status
fuzz_logs(struct rpc *rpc, unsigned call, struct dc_err *err)
{
	static const struct hash32 hash = { { 0x22 } };
	const struct rpc_log_filter any = { NULL, 0, NULL, 0 };
	struct dc_arena *arena = dc_arena_new(4096);
	struct rpc_logs logs;
	enum dc_status found;

	if (call == 0)
		found = rpc_logs_range(rpc, &logs, arena, &any, 0, 1000, err);
	else if (call == 1)
		found = rpc_logs_block(rpc, &logs, arena, &any, &hash, err);
	else
		found = rpc_receipt_logs(rpc, &logs, arena, &hash, err);
	dc_arena_free(arena);
	return found;
}

static enum dc_status
fuzz_state(struct rpc *rpc, unsigned call, struct dc_err *err)
{
	static const struct addr20 who = { { 0x11 } };
	const struct rpc_message msg = { .to = &who };
	const struct rpc_message msgs[BATCH] = { msg, msg, msg };
	struct hash32 words[BATCH];
	enum dc_status found;
	struct dc_buf bytes;
	struct wei wei;
	uint64_t v;
	size_t n;

	switch (call) {
	case 0:
		dc_buf_init(&bytes, 1 << 20);
		found = rpc_eth_call(rpc, &bytes, &msg, rpc_at_latest(), err);
		dc_buf_clear(&bytes);
		return found;
	case 1:
		return rpc_eth_call_words(rpc, words, msgs, BATCH,
					  rpc_at_number(1), err);
	case 2:
		return rpc_balance(rpc, &wei, &who, rpc_at_safe(), err);
	case 3:
		return rpc_code_size(rpc, &n, &who, rpc_at_latest(), err);
	case 4:
		return rpc_transaction_count(rpc, &v, &who, rpc_at_pending(),
					     err);
	default:
		return rpc_estimate_gas(rpc, &v, &msg, err);
	}
}

static enum dc_status
fuzz_call(struct rpc *rpc, unsigned call, struct dc_err *err)
{
	static const uint64_t numbers[BATCH] = { 1, 2, 3 };
	static const struct hash32 txs[BATCH];
	struct rpc_receipt receipts[BATCH];
	struct block_ref blocks[BATCH];
	struct rpc_fees fees;
	bool mined[BATCH];
	struct hash32 hash;
	uint64_t v;

	switch (call) {
	case 0:
		return rpc_chain_id(rpc, &v, err);
	case 1:
		return rpc_block(rpc, blocks, rpc_at_finalized(), err);
	case 2:
		return rpc_blocks(rpc, blocks, numbers, BATCH, err);
	case 3:
		return rpc_fees(rpc, &fees, err);
	case 4:
		return rpc_send_raw(rpc, &hash, (const uint8_t *)"x", 1, err);
	case 5:
		return rpc_receipts(rpc, receipts, mined, txs, BATCH, err);
	default:
		return call < 12 ? fuzz_state(rpc, call - 6, err) :
				   fuzz_logs(rpc, call - 12, err);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc *rpc = fuzz_client();
	struct dc_err err = DC_ERR_INIT;
	const struct rpc_failure *why;
	enum dc_status found;

	if (size == 0)
		return 0;
	answer = data + 1;
	answer_len = size - 1;
	found = fuzz_call(rpc, data[0] % CALLS, &err);
	why = rpc_failure(rpc);
	DC_CHECK((found == DC_OK) == (err.text[0] == '\0'));
	if (found != DC_OK && found != DC_ENOTFOUND)
		DC_CHECK(why->fault != RPC_FAULT_NONE);
	DC_CHECK(memchr(why->message, '\0', sizeof(why->message)) != NULL);
	DC_CHECK(why->revert_len <= sizeof(why->revert));
	return 0;
}
