/*
 * Reading contracts that are not ours: calls that may revert, storage slots,
 * the input of a transaction.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "oracle/abi.h"
#include "oracle/rpc_core.h"

/* Error(string) */
static const uint8_t error_selector[] = { 0x08, 0xc3, 0x79, 0xa0 };

/* The words of a revert; "" where it has none. */
static void revert_words(char *out, const struct rpc_failure *f)
{
	struct dc_err err = DC_ERR_INIT;
	const uint8_t *text;
	struct abi_in in;
	size_t len;

	out[0] = '\0';
	if (f->revert_len < sizeof(error_selector) ||
	    memcmp(f->revert, error_selector, sizeof(error_selector)) != 0)
		return;
	abi_in_init(&in, f->revert + sizeof(error_selector),
		    f->revert_len - sizeof(error_selector), &err);
	text = abi_get_bytes(&in, &len);
	if (abi_in_failed(&in) || len >= RPC_REASON_BYTES)
		return;
	memcpy(out, text, len);
	out[len] = '\0';
}

static enum dc_status call_error(struct rpc *rpc, struct rpc_answer *out,
				 const json_t *error, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;

	memset(&rpc->failure, 0, sizeof(rpc->failure));
	st = rpc_error_object(rpc, error, &why);
	if (rpc->failure.fault != RPC_FAULT_REVERTED)
		return dc_fail(err, st, "%s", why.text);
	revert_words(out->reason, &rpc->failure);
	return DC_OK;
}

/* One response: which request it answers, and how. */
static enum dc_status call_response(struct rpc *rpc, struct rpc_answer *out,
				    bool *answered, const json_t *v,
				    struct dc_err *err)
{
	const json_t *id = json_object_get(v, "id");
	const json_t *error = json_object_get(v, "error");
	const json_t *result = json_object_get(v, "result");
	size_t i = (size_t)json_integer_value(id);

	if (error != NULL && !json_is_integer(id))
		return rpc_error_object(rpc, error, err);
	if (!json_is_integer(id) || i >= rpc->n_requests || answered[i])
		return rpc_malformed(rpc, err, "answer with a foreign id");
	answered[i] = true;
	if (json_is_object(error))
		return call_error(rpc, &out[i], error, err);
	if (!json_is_string(result))
		return rpc_malformed(rpc, err, "neither result nor error");
	out[i].ok = json_string_length(result) >= 66 &&
		rpc_hex_hash(&out[i].word, json_string_value(result), 66);
	return DC_OK;
}

static enum dc_status call_responses(struct rpc *rpc, struct rpc_answer *out,
				     const json_t *root, struct dc_err *err)
{
	bool answered[RPC_MAX_BATCH] = { false };
	enum dc_status st = DC_OK;
	size_t i;

	if (json_is_object(root))
		st = call_response(rpc, out, answered, root, err);
	for (i = 0; st == DC_OK && i < json_array_size(root); i++)
		st = call_response(rpc, out, answered,
				   json_array_get(root, i), err);
	for (i = 0; st == DC_OK && i < rpc->n_requests; i++)
		if (!answered[i])
			st = rpc_malformed(rpc, err, "a request unanswered");
	return st;
}

static enum dc_status answers_batch(struct rpc *rpc, struct rpc_answer *out,
				    const struct rpc_message *msgs, size_t n,
				    struct rpc_at at, struct dc_err *err)
{
	enum dc_status st;
	json_t *root;
	size_t i;

	memset(out, 0, n * sizeof(*out));
	rpc_begin(rpc);
	for (i = 0; i < n; i++)
		rpc_add_eth_call(rpc, &msgs[i], at);
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_reply_json(rpc, &root, err);
	if (st != DC_OK)
		return st;
	st = call_responses(rpc, out, root, err);
	json_decref(root);
	return st;
}

enum dc_status rpc_eth_call_answers(struct rpc *rpc, struct rpc_answer *out,
				    const struct rpc_message *msgs, size_t n,
				    struct rpc_at at, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i, step;

	for (i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < RPC_MAX_BATCH ? n - i : RPC_MAX_BATCH;
		st = answers_batch(rpc, out + i, msgs + i, step, at, err);
	}
	return st;
}

static enum dc_status storage_batch(struct rpc *rpc, struct hash32 *out,
				    const struct addr20 *account,
				    const struct hash32 *slots, size_t n,
				    const char *at, struct dc_err *err)
{
	char hex[41], slot[HASH32_TEXT_BYTES];
	enum dc_status st;
	json_t *results;
	size_t i;

	hex_encode(hex, account->b, sizeof(account->b));
	rpc_begin(rpc);
	for (i = 0; i < n; i++) {
		hash32_format(&slots[i], slot);
		rpc_add(rpc, "eth_getStorageAt", "[\"0x%s\",\"%s\",%s]", hex,
			slot, at);
	}
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	for (i = 0; st == DC_OK && i < n; i++) {
		const json_t *v = json_array_get(results, i);

		if (!json_is_string(v) ||
		    !rpc_hex_hash(&out[i], json_string_value(v),
				  json_string_length(v)))
			st = rpc_malformed(rpc, err, "no storage word");
	}
	json_decref(results);
	return st;
}

enum dc_status rpc_storage(struct rpc *rpc, struct hash32 *out,
			   const struct addr20 *account,
			   const struct hash32 *slots, size_t n,
			   struct rpc_at at, struct dc_err *err)
{
	char text[RPC_AT_TEXT_BYTES];
	enum dc_status st = DC_OK;
	size_t i, step;

	rpc_at_text(text, at);
	for (i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < RPC_MAX_BATCH ? n - i : RPC_MAX_BATCH;
		st = storage_batch(rpc, out + i, account, slots + i, step,
				   text, err);
	}
	return st;
}

static bool append_bytes(struct dc_buf *out, const json_t *v)
{
	const char *text = json_string_value(v);
	size_t n = json_string_length(v);
	uint8_t *bytes;
	bool ok;

	if (text == NULL || n < 2 || n % 2 != 0 || text[0] != '0' ||
	    text[1] != 'x')
		return false;
	bytes = dc_malloc(n / 2);
	ok = hex_decode(bytes, n / 2 - 1, text + 2, NULL) == DC_OK;
	if (ok)
		dc_buf_append(out, bytes, n / 2 - 1);
	free(bytes);
	return ok && !dc_buf_failed(out);
}

enum dc_status rpc_transaction(struct rpc *rpc, struct addr20 *from,
			       struct dc_buf *input, const struct hash32 *tx,
			       struct dc_err *err)
{
	char hash[HASH32_TEXT_BYTES];
	enum dc_status st;
	const json_t *sender;
	json_t *result;

	hash32_format(tx, hash);
	rpc_begin(rpc);
	rpc_add(rpc, "eth_getTransactionByHash", "[\"%s\"]", hash);
	st = rpc_result(rpc, &result, err);
	if (st != DC_OK)
		return st;
	sender = json_object_get(result, "from");
	if (json_is_null(result))
		st = dc_fail(err, DC_ENOTFOUND, "no transaction %s", hash);
	else if (!json_is_string(sender) ||
		 !rpc_hex_addr(from, json_string_value(sender),
			       json_string_length(sender)) ||
		 !append_bytes(input, json_object_get(result, "input")))
		st = rpc_malformed(rpc, err,
				   "a transaction with a part missing");
	json_decref(result);
	return st;
}

static enum dc_status input_take(struct rpc *rpc, struct rpc_input *out,
				 struct dc_arena *arena, const json_t *tx,
				 struct dc_err *err)
{
	enum dc_status st = DC_OK;
	struct dc_buf bytes;

	*out = (struct rpc_input){ NULL, 0 };
	if (json_is_null(tx))
		return DC_OK;
	dc_buf_init(&bytes, RPC_MAX_REPLY_BYTES);
	if (append_bytes(&bytes, json_object_get(tx, "input")))
		*out = (struct rpc_input){
			dc_arena_copy(arena, dc_buf_text(&bytes),
				      bytes.len + 1),
			bytes.len
		};
	else
		st = rpc_malformed(rpc, err, "a transaction without input");
	dc_buf_clear(&bytes);
	return st;
}

static enum dc_status inputs_batch(struct rpc *rpc, struct rpc_input *out,
				   struct dc_arena *arena,
				   const struct hash32 *txs, size_t n,
				   struct dc_err *err)
{
	char hash[HASH32_TEXT_BYTES];
	json_t *results;
	enum dc_status st;

	rpc_begin(rpc);
	for (size_t i = 0; i < n; i++) {
		hash32_format(&txs[i], hash);
		rpc_add(rpc, "eth_getTransactionByHash", "[\"%s\"]", hash);
	}
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	for (size_t i = 0; st == DC_OK && i < n; i++)
		st = input_take(rpc, &out[i], arena,
				json_array_get(results, i), err);
	json_decref(results);
	return st;
}

enum dc_status rpc_inputs(struct rpc *rpc, struct rpc_input *out,
			  struct dc_arena *arena, const struct hash32 *txs,
			  size_t n, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < RPC_MAX_BATCH ? n - i : RPC_MAX_BATCH;
		st = inputs_batch(rpc, out + i, arena, txs + i, step, err);
	}
	return st;
}
