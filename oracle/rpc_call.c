/*
 * The methods of the node that decaid calls, one function each; eth_getLogs
 * is in rpc_logs.c.
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/hex.h"
#include "oracle/rpc_core.h"

#define FEE_BLOCKS 5

/* --- shapes ------------------------------------------------------------- */

static bool json_quantity(uint64_t *out, const json_t *v)
{
	return json_is_string(v) &&
		hex_quantity(out, json_string_value(v),
			     json_string_length(v), NULL) == DC_OK;
}

static bool json_u256(struct u256 *out, const json_t *v)
{
	return json_is_string(v) &&
		rpc_hex_u256(out, json_string_value(v),
			     json_string_length(v));
}

static bool json_hash(struct hash32 *out, const json_t *v)
{
	return json_is_string(v) &&
		rpc_hex_hash(out, json_string_value(v),
			     json_string_length(v));
}

/* Hex bytes, appended. */
static bool json_bytes(struct dc_buf *out, const json_t *v)
{
	const char *text = json_string_value(v);
	size_t len, i;
	uint8_t byte;

	if (text == NULL)
		return false;
	len = json_string_length(v);
	if (len < 2 || len % 2 != 0 || text[0] != '0' || text[1] != 'x')
		return false;
	for (i = 2; i < len; i += 2) {
		if (hex_decode(&byte, 1, text + i, NULL) != DC_OK)
			return false;
		dc_buf_append_byte(out, byte);
	}
	return !dc_buf_failed(out);
}

/* A single request that answers with a quantity of at most 64 bits. */
static enum dc_status quantity_result(struct rpc *rpc, uint64_t *out,
				      struct dc_err *err)
{
	json_t *result;
	enum dc_status st = rpc_result(rpc, &result, err);

	if (st != DC_OK)
		return st;
	if (!json_quantity(out, result))
		st = rpc_malformed(rpc, err, "no quantity");
	json_decref(result);
	return st;
}

enum dc_status rpc_chain_id(struct rpc *rpc, uint64_t *out,
			    struct dc_err *err)
{
	rpc_begin(rpc);
	rpc_add(rpc, "eth_chainId", "[]");
	return quantity_result(rpc, out, err);
}

enum dc_status rpc_block_number(struct rpc *rpc, uint64_t *out,
				struct dc_err *err)
{
	rpc_begin(rpc);
	rpc_add(rpc, "eth_blockNumber", "[]");
	return quantity_result(rpc, out, err);
}

/* --- headers ------------------------------------------------------------ */

static enum dc_status header(struct rpc *rpc, struct block_ref *out,
			     const json_t *v, struct dc_err *err)
{
	if (json_is_null(v)) {
		rpc->failure.fault = RPC_FAULT_UNKNOWN_BLOCK;
		return dc_fail(err, DC_ENOTFOUND, "%s: no such block (%s)",
			       rpc->method, rpc->name);
	}
	if (!json_quantity(&out->number, json_object_get(v, "number")) ||
	    !json_hash(&out->hash, json_object_get(v, "hash")) ||
	    !json_hash(&out->parent, json_object_get(v, "parentHash")) ||
	    !json_quantity(&out->time_s, json_object_get(v, "timestamp")))
		return rpc_malformed(rpc, err, "a block with a part missing");
	return DC_OK;
}

enum dc_status rpc_block(struct rpc *rpc, struct block_ref *out,
			 struct rpc_at at, struct dc_err *err)
{
	char text[RPC_AT_TEXT_BYTES], hash[HASH32_TEXT_BYTES];
	json_t *result;
	enum dc_status st;

	rpc_begin(rpc);
	if (at.kind == RPC_AT_HASH) {
		hash32_format(&at.hash, hash);
		rpc_add(rpc, "eth_getBlockByHash", "[\"%s\",false]", hash);
	} else {
		rpc_at_text(text, at);
		rpc_add(rpc, "eth_getBlockByNumber", "[%s,false]", text);
	}
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	st = header(rpc, out, result, err);
	json_decref(result);
	if (st == DC_OK && at.kind == RPC_AT_NUMBER &&
	    out->number != at.number)
		st = rpc_malformed(rpc, err, "another block than asked for");
	if (st == DC_OK && at.kind == RPC_AT_HASH &&
	    !hash32_equal(&out->hash, &at.hash))
		st = rpc_malformed(rpc, err, "another block than asked for");
	return st;
}

static enum dc_status blocks_batch(struct rpc *rpc, struct block_ref *out,
				   const uint64_t *numbers, size_t n,
				   struct dc_err *err)
{
	json_t *results;
	enum dc_status st;
	size_t i;

	rpc_begin(rpc);
	for (i = 0; i < n; i++)
		rpc_add(rpc, "eth_getBlockByNumber",
			"[\"0x%" PRIx64 "\",false]", numbers[i]);
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	for (i = 0; st == DC_OK && i < n; i++) {
		st = header(rpc, &out[i], json_array_get(results, i), err);
		if (st == DC_OK && out[i].number != numbers[i])
			st = rpc_malformed(rpc, err,
					   "another block than asked for");
	}
	json_decref(results);
	return st;
}

enum dc_status rpc_blocks(struct rpc *rpc, struct block_ref *out,
			  const uint64_t *numbers, size_t n,
			  struct dc_err *err)
{
	size_t at, step;
	enum dc_status st = DC_OK;

	for (at = 0; st == DC_OK && at < n; at += step) {
		step = n - at < RPC_MAX_BATCH ? n - at : RPC_MAX_BATCH;
		st = blocks_batch(rpc, out + at, numbers + at, step, err);
	}
	return st;
}

/* --- contracts and accounts --------------------------------------------- */

static void append_hex(struct dc_buf *b, const char *key, const uint8_t *in,
		       size_t n)
{
	dc_buf_printf(b, "%s\"%s\":\"0x",
		      b->data[b->len - 1] == '{' ? "" : ",", key);
	dc_buf_append_hex(b, in, n);
	dc_buf_append_byte(b, '"');
}

static void append_quantity(struct dc_buf *b, const char *key, struct u256 v)
{
	uint8_t be[32];
	char digits[65];
	size_t i = 0;

	u256_to_be(v, be);
	hex_encode(digits, be, sizeof(be));
	while (i < 63 && digits[i] == '0')
		i++;
	dc_buf_printf(b, ",\"%s\":\"0x%s\"", key, digits + i);
}

static void append_message(struct dc_buf *b, const struct rpc_message *msg)
{
	dc_buf_append_byte(b, '{');
	if (msg->from != NULL)
		append_hex(b, "from", msg->from->b, 20);
	if (msg->to != NULL)
		append_hex(b, "to", msg->to->b, 20);
	append_hex(b, "data", msg->data, msg->data_len);
	if (!u256_is_zero(msg->value_wei.v))
		append_quantity(b, "value", msg->value_wei.v);
	if (msg->gas > 0)
		append_quantity(b, "gas", u256_from_u64(msg->gas));
	dc_buf_append_byte(b, '}');
}

void rpc_add_eth_call(struct rpc *rpc, const struct rpc_message *msg,
		      struct rpc_at at)
{
	char text[RPC_AT_TEXT_BYTES];

	rpc_at_text(text, at);
	rpc_add_open(rpc, "eth_call");
	dc_buf_append_byte(&rpc->request, '[');
	append_message(&rpc->request, msg);
	dc_buf_printf(&rpc->request, ",%s]", text);
	rpc_add_close(rpc);
}

enum dc_status rpc_eth_call(struct rpc *rpc, struct dc_buf *out,
			    const struct rpc_message *msg, struct rpc_at at,
			    struct dc_err *err)
{
	json_t *result;
	enum dc_status st;

	rpc_begin(rpc);
	rpc_add_eth_call(rpc, msg, at);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	dc_buf_reset(out);
	if (!json_bytes(out, result))
		st = dc_buf_failed(out) ?
			rpc_fail(rpc, err, DC_EREFUSED, RPC_FAULT_SPENT,
				 "more than %zu bytes returned", out->bound) :
			rpc_malformed(rpc, err, "no bytes");
	json_decref(result);
	return st;
}

static bool first_word(struct hash32 *out, const json_t *v)
{
	const char *text = json_string_value(v);

	return text != NULL && json_string_length(v) >= 66 &&
		rpc_hex_hash(out, text, 66);
}

static enum dc_status words_batch(struct rpc *rpc, struct hash32 *out,
				  const struct rpc_message *msgs, size_t n,
				  struct rpc_at at, struct dc_err *err)
{
	json_t *results;
	enum dc_status st;
	size_t i;

	rpc_begin(rpc);
	for (i = 0; i < n; i++)
		rpc_add_eth_call(rpc, &msgs[i], at);
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	for (i = 0; st == DC_OK && i < n; i++)
		if (!first_word(&out[i], json_array_get(results, i)))
			st = rpc_fail(rpc, err, DC_EINVAL,
				      RPC_FAULT_MALFORMED,
				      "call %zu returned no word", i);
	json_decref(results);
	return st;
}

enum dc_status rpc_eth_call_words(struct rpc *rpc, struct hash32 *out,
				  const struct rpc_message *msgs, size_t n,
				  struct rpc_at at, struct dc_err *err)
{
	size_t i, step;
	enum dc_status st = DC_OK;

	for (i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < RPC_MAX_BATCH ? n - i : RPC_MAX_BATCH;
		st = words_batch(rpc, out + i, msgs + i, step, at, err);
	}
	return st;
}

/* A method whose params are an account and a state. */
static void add_account(struct rpc *rpc, const char *method,
			const struct addr20 *account, struct rpc_at at)
{
	char hex[41], text[RPC_AT_TEXT_BYTES];

	hex_encode(hex, account->b, 20);
	rpc_at_text(text, at);
	rpc_begin(rpc);
	rpc_add(rpc, method, "[\"0x%s\",%s]", hex, text);
}

enum dc_status rpc_balance(struct rpc *rpc, struct wei *out,
			   const struct addr20 *account, struct rpc_at at,
			   struct dc_err *err)
{
	json_t *result;
	enum dc_status st;

	add_account(rpc, "eth_getBalance", account, at);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	if (!json_u256(&out->v, result))
		st = rpc_malformed(rpc, err, "no amount");
	json_decref(result);
	return st;
}

enum dc_status rpc_code_size(struct rpc *rpc, size_t *out,
			     const struct addr20 *account, struct rpc_at at,
			     struct dc_err *err)
{
	json_t *result;
	enum dc_status st;

	add_account(rpc, "eth_getCode", account, at);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	if (!json_is_string(result) || json_string_length(result) < 2)
		st = rpc_malformed(rpc, err, "no code");
	else
		*out = (json_string_length(result) - 2) / 2;
	json_decref(result);
	return st;
}

enum dc_status rpc_transaction_count(struct rpc *rpc, uint64_t *out,
				     const struct addr20 *account,
				     struct rpc_at at, struct dc_err *err)
{
	add_account(rpc, "eth_getTransactionCount", account, at);
	return quantity_result(rpc, out, err);
}

/* --- sending ------------------------------------------------------------ */

static void sort_u256(struct u256 *v, size_t n)
{
	size_t i, k;

	for (i = 1; i < n; i++)
		for (k = i; k > 0 && u256_compare(v[k - 1], v[k]) > 0; k--) {
			struct u256 t = v[k];

			v[k] = v[k - 1];
			v[k - 1] = t;
		}
}

/* The last base fee is the next block's; reward is [block][percentile]. */
static bool read_fee_history(struct rpc_fees *out, const json_t *v)
{
	const json_t *base = json_object_get(v, "baseFeePerGas");
	const json_t *reward = json_object_get(v, "reward");
	struct u256 tips[FEE_BLOCKS];
	size_t n = json_array_size(base), i, n_tips = 0;

	if (n == 0 || !json_u256(&out->base_fee_wei.v,
				 json_array_get(base, n - 1)))
		return false;
	for (i = 0; i < json_array_size(reward) && n_tips < FEE_BLOCKS; i++)
		if (json_u256(&tips[n_tips], json_array_get(
				      json_array_get(reward, i), 0)))
			n_tips++;
	out->tip_wei = wei_from_u64(0);
	if (n_tips > 0) {
		sort_u256(tips, n_tips);
		out->tip_wei.v = tips[n_tips / 2];
	}
	return true;
}

static enum dc_status gas_price(struct rpc *rpc, struct rpc_fees *out,
				struct dc_err *err)
{
	json_t *result;
	enum dc_status st;

	rpc_begin(rpc);
	rpc_add(rpc, "eth_gasPrice", "[]");
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	out->tip_wei = wei_from_u64(0);
	if (!json_u256(&out->base_fee_wei.v, result))
		st = rpc_malformed(rpc, err, "no amount");
	json_decref(result);
	return st;
}

enum dc_status rpc_fees(struct rpc *rpc, struct rpc_fees *out,
			struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	json_t *result;
	enum dc_status st;

	rpc_begin(rpc);
	rpc_add(rpc, "eth_feeHistory", "[\"0x%x\",\"latest\",[50]]",
		(unsigned)FEE_BLOCKS);
	st = rpc_result(rpc, &result, &why);
	if (st == DC_EREFUSED)	/* a chain without it */
		return gas_price(rpc, out, err);
	if (st != DC_OK)
		return dc_fail(err, st, "%s", why.text);
	if (!read_fee_history(out, result))
		st = gas_price(rpc, out, err);
	json_decref(result);
	return st;
}

enum dc_status rpc_estimate_gas(struct rpc *rpc, uint64_t *out,
				const struct rpc_message *msg,
				struct dc_err *err)
{
	rpc_begin(rpc);
	rpc_add_open(rpc, "eth_estimateGas");
	dc_buf_append_byte(&rpc->request, '[');
	append_message(&rpc->request, msg);
	dc_buf_append_byte(&rpc->request, ']');
	rpc_add_close(rpc);
	return quantity_result(rpc, out, err);
}

enum dc_status rpc_send_raw(struct rpc *rpc, struct hash32 *hash,
			    const uint8_t *raw, size_t len,
			    struct dc_err *err)
{
	json_t *result;
	enum dc_status st;

	rpc_begin(rpc);
	rpc_add_open(rpc, "eth_sendRawTransaction");
	dc_buf_append_text(&rpc->request, "[\"0x");
	dc_buf_append_hex(&rpc->request, raw, len);
	dc_buf_append_text(&rpc->request, "\"]");
	rpc_add_close(rpc);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	if (!json_hash(hash, result))
		st = rpc_malformed(rpc, err, "no hash");
	json_decref(result);
	return st;
}

static bool read_receipt(struct rpc_receipt *out, const json_t *v)
{
	const json_t *created = json_object_get(v, "contractAddress");
	const json_t *price = json_object_get(v, "effectiveGasPrice");
	uint64_t status;

	memset(out, 0, sizeof(*out));
	if (!json_quantity(&status, json_object_get(v, "status")) ||
	    !json_quantity(&out->block, json_object_get(v, "blockNumber")) ||
	    !json_hash(&out->block_hash, json_object_get(v, "blockHash")) ||
	    !json_quantity(&out->gas_used, json_object_get(v, "gasUsed")))
		return false;
	out->success = status == 1;
	if (price != NULL && !json_u256(&out->gas_price_wei.v, price))
		return false;
	return created == NULL || json_is_null(created) ||
		rpc_hex_addr(&out->created, json_string_value(created),
			     json_string_length(created));
}

enum dc_status rpc_receipt(struct rpc *rpc, struct rpc_receipt *out,
			   const struct hash32 *tx, struct dc_err *err)
{
	char hash[HASH32_TEXT_BYTES];
	json_t *result;
	enum dc_status st;

	hash32_format(tx, hash);
	rpc_begin(rpc);
	rpc_add(rpc, "eth_getTransactionReceipt", "[\"%s\"]", hash);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	if (json_is_null(result))
		st = dc_fail(err, DC_ENOTFOUND, "no receipt of %s", hash);
	else if (!read_receipt(out, result))
		st = rpc_malformed(rpc, err, "a receipt with a part missing");
	json_decref(result);
	return st;
}

static enum dc_status receipts_batch(struct rpc *rpc, struct rpc_receipt *out,
				     bool *found, const struct hash32 *txs,
				     size_t n, struct dc_err *err)
{
	char hash[HASH32_TEXT_BYTES];
	json_t *results, *result;
	enum dc_status st;
	size_t i;

	rpc_begin(rpc);
	for (i = 0; i < n; i++) {
		hash32_format(&txs[i], hash);
		rpc_add(rpc, "eth_getTransactionReceipt", "[\"%s\"]", hash);
	}
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	json_array_foreach(results, i, result) {
		found[i] = !json_is_null(result);
		if (found[i] && !read_receipt(&out[i], result)) {
			st = rpc_malformed(rpc, err,
					   "a receipt with a part missing");
			break;
		}
	}
	json_decref(results);
	return st;
}

enum dc_status rpc_receipts(struct rpc *rpc, struct rpc_receipt *out,
			    bool *found, const struct hash32 *txs, size_t n,
			    struct dc_err *err)
{
	size_t i, step;
	enum dc_status st = DC_OK;

	for (i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < RPC_MAX_BATCH ? n - i : RPC_MAX_BATCH;
		st = receipts_batch(rpc, out + i, found + i, txs + i, step,
				    err);
	}
	return st;
}
