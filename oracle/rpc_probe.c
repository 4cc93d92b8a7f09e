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
	out->spent = rpc->failure.fault == RPC_FAULT_SPENT;
	if (rpc->failure.fault != RPC_FAULT_REVERTED && !out->spent)
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

static bool read_bytes(const uint8_t **out, size_t *len, const json_t *v,
		       struct dc_arena *arena)
{
	const char *text = json_string_value(v);
	size_t n = json_string_length(v);
	uint8_t *bytes;

	if (text == NULL || n < 2 || n % 2 != 0 || text[0] != '0' ||
	    text[1] != 'x')
		return false;
	bytes = dc_arena_alloc(arena, n / 2);
	*out = bytes;
	*len = n / 2 - 1;
	return hex_decode(bytes, *len, text + 2, NULL) == DC_OK;
}

static bool read_addr(struct addr20 *out, const json_t *v)
{
	return json_is_string(v) && rpc_hex_addr(out, json_string_value(v),
						 json_string_length(v));
}

static bool read_transaction(const struct log_input **out, const json_t *v,
			     struct dc_arena *arena)
{
	const json_t *to = json_object_get(v, "to");
	struct log_input *in;

	*out = NULL;
	if (json_is_null(v))
		return true;
	in = dc_arena_alloc(arena, sizeof(*in));
	*in = (struct log_input){ .len = 0 };
	*out = in;
	return read_addr(&in->from, json_object_get(v, "from")) &&
		(to == NULL || json_is_null(to) || read_addr(&in->to, to)) &&
		read_bytes(&in->data, &in->len, json_object_get(v, "input"),
			   arena);
}

static enum dc_status transactions_batch(struct rpc *rpc,
					 const struct log_input **out,
					 const struct hash32 *tx, size_t n,
					 struct dc_arena *arena,
					 struct dc_err *err)
{
	char hash[HASH32_TEXT_BYTES];
	enum dc_status st;
	json_t *results;
	size_t i;

	rpc_begin(rpc);
	for (i = 0; i < n; i++) {
		hash32_format(&tx[i], hash);
		rpc_add(rpc, "eth_getTransactionByHash", "[\"%s\"]", hash);
	}
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	for (i = 0; st == DC_OK && i < n; i++)
		if (!read_transaction(&out[i], json_array_get(results, i),
				      arena))
			st = rpc_malformed(rpc, err, "a transaction with a "
					   "part missing");
	json_decref(results);
	return st;
}

/* Few at once: one can be a block long. */
#define TRANSACTIONS_BATCH 16

enum dc_status rpc_transactions(struct rpc *rpc, const struct log_input **out,
				const struct hash32 *tx, size_t n,
				struct dc_arena *arena, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i, step;

	for (i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < TRANSACTIONS_BATCH ? n - i : TRANSACTIONS_BATCH;
		st = transactions_batch(rpc, out + i, tx + i, step, arena,
					err);
	}
	return st;
}
