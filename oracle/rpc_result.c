/*
 * Results and error objects of JSON-RPC 2.0, and the small hex shapes that
 * they are made of.
 */

#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "oracle/rpc_core.h"

/* What nodes say when they mean it: their codes overlap, their words less.
 * Read from geth, anvil, erigon, nethermind, reth and hosted nodes. */
static const struct {
	enum rpc_fault fault;
	const char *word;	/* lower case */
} words[] = {
	{ RPC_FAULT_NONCE_TOO_LOW, "nonce too low" },
	{ RPC_FAULT_ALREADY_KNOWN, "already known" },
	{ RPC_FAULT_ALREADY_KNOWN, "already imported" },
	{ RPC_FAULT_ALREADY_KNOWN, "known transaction" },
	{ RPC_FAULT_UNDERPRICED, "underpriced" },
	{ RPC_FAULT_UNDERPRICED, "less than block base fee" },
	{ RPC_FAULT_UNDERPRICED, "fee too low" },
	{ RPC_FAULT_FUNDS, "insufficient funds" },
	{ RPC_FAULT_FUNDS, "insufficient balance" },
	{ RPC_FAULT_REVERTED, "revert" },
	{ RPC_FAULT_REVERTED, "invalid opcode" },
	{ RPC_FAULT_REVERTED, "opcode 0xfe" },
	{ RPC_FAULT_REVERTED, "invalidfeopcode" },
	{ RPC_FAULT_REVERTED, "stack underflow" },	/* as EIP-211 has it: */
	{ RPC_FAULT_REVERTED, "stackunderflow" },	/* all halts are alike */
	{ RPC_FAULT_REVERTED, "stack limit" },
	{ RPC_FAULT_REVERTED, "stackoverflow" },
	{ RPC_FAULT_REVERTED, "invalid jump" },
	{ RPC_FAULT_REVERTED, "invalidjump" },
	{ RPC_FAULT_REVERTED, "write protection" },
	{ RPC_FAULT_REVERTED, "statechangeduringstaticcall" },
	{ RPC_FAULT_SPENT, "out of gas" },
	{ RPC_FAULT_SPENT, "outofgas" },
	{ RPC_FAULT_SPENT, "execution aborted" },	/* geth: its time-out */
	{ RPC_FAULT_RANGE, "block range" },
	{ RPC_FAULT_RANGE, "range too" },
	{ RPC_FAULT_RANGE, "range is too" },
	{ RPC_FAULT_RANGE, "too many blocks" },
	{ RPC_FAULT_RANGE, "too many results" },
	{ RPC_FAULT_RANGE, "more than" },
	{ RPC_FAULT_RANGE, "response size" },
	{ RPC_FAULT_RANGE, "limited to" },
	{ RPC_FAULT_RANGE, "query timeout" },
	{ RPC_FAULT_RANGE, "logs limit" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "unknown block" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "unknownblock" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "block not found" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "header not found" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "header for hash not found" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "missing trie node" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "blockoutofrange" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "historical state" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "state is not available" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "state not available" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "no state available" },
	{ RPC_FAULT_UNKNOWN_BLOCK, "pruned" },
	{ RPC_FAULT_BUSY, "rate limit" },
	{ RPC_FAULT_BUSY, "too many requests" },
	{ RPC_FAULT_BUSY, "capacity" },
	{ RPC_FAULT_BUSY, "throughput" },
};

static enum rpc_fault fault_of(const char *method, int64_t code,
			       const char *message)
{
	char low[RPC_MESSAGE_BYTES];
	size_t i;

	for (i = 0; message[i] != '\0' && i + 1 < sizeof(low); i++)
		low[i] = (char)tolower((unsigned char)message[i]);
	low[i] = '\0';
	for (i = 0; i < DC_ARRAY_LEN(words); i++) {
		if (words[i].fault == RPC_FAULT_RANGE &&
		    strcmp(method, "eth_getLogs") != 0)
			continue;
		if (strstr(low, words[i].word) != NULL)
			return words[i].fault;
	}
	if (code == 3)		/* geth: execution reverted, with data */
		return RPC_FAULT_REVERTED;
	if (code == -32005)	/* EIP-1474: limit exceeded */
		return RPC_FAULT_BUSY;
	if (code == -32001)	/* EIP-1474: resource not found */
		return RPC_FAULT_UNKNOWN_BLOCK;
	return RPC_FAULT_OTHER;
}

/* Revert data stands in error.data, or in error.data.data. */
static void keep_revert(struct rpc_failure *f, const json_t *error)
{
	const json_t *data = json_object_get(error, "data");
	const char *text;
	size_t n;

	if (json_is_object(data))
		data = json_object_get(data, "data");
	text = json_string_value(data);
	if (text == NULL || strncmp(text, "0x", 2) != 0)
		return;
	n = (json_string_length(data) - 2) / 2;
	if (n > sizeof(f->revert))
		n = sizeof(f->revert);
	if (hex_decode(f->revert, n, text + 2, NULL) == DC_OK)
		f->revert_len = n;
}

enum dc_status rpc_error_object(struct rpc *rpc, const json_t *error,
				struct dc_err *err)
{
	struct rpc_failure *f = &rpc->failure;
	const json_t *text = json_object_get(error, "message");
	const char *message = json_is_string(text) ? json_string_value(text) :
		"";
	enum rpc_fault fault;

	f->code = json_integer_value(json_object_get(error, "code"));
	dc_log_escape(f->message, sizeof(f->message), message,
		      strlen(message));
	fault = fault_of(rpc->method, f->code, message);
	if (fault == RPC_FAULT_REVERTED)
		keep_revert(f, error);
	return rpc_fail(rpc, err,
			fault == RPC_FAULT_BUSY ? DC_EBUSY : DC_EREFUSED,
			fault, "error %" PRId64 ": %.150s", f->code,
			f->message);
}

/* One response object: its id's place in the batch, and its result. */
static enum dc_status one_response(struct rpc *rpc, json_t *results,
				   const json_t *response, struct dc_err *err)
{
	const json_t *error = json_object_get(response, "error");
	const json_t *id = json_object_get(response, "id");
	json_t *result = json_object_get(response, "result");
	json_int_t place = json_integer_value(id);

	if (error != NULL && !json_is_null(error))
		return json_is_object(error) ?
			rpc_error_object(rpc, error, err) :
			rpc_malformed(rpc, err, "error is no object");
	if (!json_is_integer(id) || place < 0 ||
	    (size_t)place >= rpc->n_requests)
		return rpc_malformed(rpc, err, "answer with a foreign id");
	if (result == NULL)
		return rpc_malformed(rpc, err, "neither result nor error");
	/* false marks a place not answered yet: never a result of ours */
	if (!json_is_false(json_array_get(results, (size_t)place)))
		return rpc_malformed(rpc, err, "answered twice");
	json_array_set(results, (size_t)place, result);
	return DC_OK;
}

static enum dc_status all_responses(struct rpc *rpc, json_t *results,
				    const json_t *root, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i;

	if (json_is_object(root))	/* of one, or against all of them */
		st = one_response(rpc, results, root, err);
	else if (!json_is_array(root))
		st = rpc_malformed(rpc, err, "neither object nor array");
	for (i = 0; st == DC_OK && i < json_array_size(root); i++)
		st = one_response(rpc, results, json_array_get(root, i), err);
	for (i = 0; st == DC_OK && i < rpc->n_requests; i++)
		if (json_is_false(json_array_get(results, i)))
			st = rpc_malformed(rpc, err, "a request unanswered");
	return st;
}

enum dc_status rpc_reply_json(struct rpc *rpc, json_t **out,
			      struct dc_err *err)
{
	json_error_t why;
	char text[128];
	size_t n = rpc->reply.len;

	/* anvil puts bytes of a revert into its message, NUL among them */
	*out = json_loadb((const char *)rpc->reply.data, n,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (*out != NULL)
		return DC_OK;
	dc_log_escape(text, sizeof(text), (const char *)rpc->reply.data,
		      n < 30 ? n : 30);
	return rpc_fail(rpc, err, DC_EIO, RPC_FAULT_MALFORMED,
			"not JSON at byte %d: \"%s\"", why.position, text);
}

enum dc_status rpc_results(struct rpc *rpc, json_t **out, struct dc_err *err)
{
	json_t *root, *results;
	enum dc_status st = rpc_reply_json(rpc, &root, err);
	size_t i;

	if (st != DC_OK)
		return st;
	results = json_array();
	DC_CHECK(results != NULL);
	for (i = 0; i < rpc->n_requests; i++)
		DC_CHECK(json_array_append_new(results, json_false()) == 0);
	st = all_responses(rpc, results, root, err);
	json_decref(root);
	if (st != DC_OK) {
		json_decref(results);
		return st;
	}
	*out = results;
	return DC_OK;
}

enum dc_status rpc_result(struct rpc *rpc, json_t **out, struct dc_err *err)
{
	json_t *results;
	enum dc_status st;

	DC_CHECK(rpc->n_requests == 1);
	st = rpc_run(rpc, err);
	if (st == DC_OK)
		st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	*out = json_incref(json_array_get(results, 0));
	json_decref(results);
	return DC_OK;
}

static bool fixed_hex(uint8_t *out, size_t n, const char *text, size_t len)
{
	return len == 2 + 2 * n && text[0] == '0' && text[1] == 'x' &&
		hex_decode(out, n, text + 2, NULL) == DC_OK;
}

bool rpc_hex_hash(struct hash32 *out, const char *text, size_t len)
{
	return fixed_hex(out->b, sizeof(out->b), text, len);
}

bool rpc_hex_addr(struct addr20 *out, const char *text, size_t len)
{
	return fixed_hex(out->b, sizeof(out->b), text, len);
}

bool rpc_hex_u256(struct u256 *out, const char *text, size_t len)
{
	char digits[64];
	uint8_t be[32];

	if (len < 3 || len > 66 || text[0] != '0' || text[1] != 'x')
		return false;
	memset(digits, '0', sizeof(digits));
	memcpy(digits + (66 - len), text + 2, len - 2);
	if (hex_decode(be, sizeof(be), digits, NULL) != DC_OK)
		return false;
	*out = u256_from_be(be);
	return true;
}

struct rpc_at rpc_at_latest(void)
{
	return (struct rpc_at){ .kind = RPC_AT_LATEST };
}

struct rpc_at rpc_at_pending(void)
{
	return (struct rpc_at){ .kind = RPC_AT_PENDING };
}

struct rpc_at rpc_at_safe(void)
{
	return (struct rpc_at){ .kind = RPC_AT_SAFE };
}

struct rpc_at rpc_at_finalized(void)
{
	return (struct rpc_at){ .kind = RPC_AT_FINALIZED };
}

struct rpc_at rpc_at_number(uint64_t number)
{
	return (struct rpc_at){ .kind = RPC_AT_NUMBER, .number = number };
}

struct rpc_at rpc_at_hash(const struct hash32 *hash)
{
	return (struct rpc_at){ .kind = RPC_AT_HASH, .hash = *hash };
}

void rpc_at_text(char *out, struct rpc_at at)
{
	char hash[HASH32_TEXT_BYTES];
	int n = 0;

	switch (at.kind) {
	case RPC_AT_LATEST:
		n = snprintf(out, RPC_AT_TEXT_BYTES, "\"latest\"");
		break;
	case RPC_AT_PENDING:
		n = snprintf(out, RPC_AT_TEXT_BYTES, "\"pending\"");
		break;
	case RPC_AT_SAFE:
		n = snprintf(out, RPC_AT_TEXT_BYTES, "\"safe\"");
		break;
	case RPC_AT_FINALIZED:
		n = snprintf(out, RPC_AT_TEXT_BYTES, "\"finalized\"");
		break;
	case RPC_AT_NUMBER:
		n = snprintf(out, RPC_AT_TEXT_BYTES, "\"0x%" PRIx64 "\"",
			     at.number);
		break;
	case RPC_AT_HASH:
		hash32_format(&at.hash, hash);
		n = snprintf(out, RPC_AT_TEXT_BYTES,
			     "{\"blockHash\":\"%s\"}", hash);
		break;
	}
	DC_CHECK(n > 0 && n < RPC_AT_TEXT_BYTES);
}
