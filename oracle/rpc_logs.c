/*
 * eth_getLogs and the logs of a receipt; reading the answer is log_scan.c.
 */

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/log_scan.h"
#include "oracle/rpc_core.h"

static void append_addresses(struct dc_buf *b,
			     const struct rpc_log_filter *f)
{
	size_t i;

	if (f->n_addresses == 0)
		return;
	dc_buf_append_text(b, ",\"address\":[");
	for (i = 0; i < f->n_addresses; i++) {
		dc_buf_append_text(b, i == 0 ? "\"0x" : ",\"0x");
		dc_buf_append_hex(b, f->addresses[i].b, 20);
		dc_buf_append_byte(b, '"');
	}
	dc_buf_append_byte(b, ']');
}

static void append_topics(struct dc_buf *b, const struct rpc_log_filter *f)
{
	size_t i;

	if (f->n_topic0 == 0)
		return;
	dc_buf_append_text(b, ",\"topics\":[[");
	for (i = 0; i < f->n_topic0; i++) {
		dc_buf_append_text(b, i == 0 ? "\"0x" : ",\"0x");
		dc_buf_append_hex(b, f->topic0[i].b, 32);
		dc_buf_append_byte(b, '"');
	}
	dc_buf_append_text(b, "]]");
}

static enum dc_status run_logs(struct rpc *rpc, struct rpc_logs *out,
			       struct dc_arena *arena,
			       const struct log_bounds *bounds,
			       struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	json_t *results;
	enum dc_status st;

	append_addresses(&rpc->request, bounds->filter);
	append_topics(&rpc->request, bounds->filter);
	dc_buf_append_text(&rpc->request, "}]");
	rpc_add_close(rpc);
	st = rpc_run(rpc, err);
	if (st != DC_OK)
		return st;
	st = log_scan(out, arena, bounds, (const char *)rpc->reply.data,
		      rpc->reply.len, &why);
	if (st == DC_OK)
		return DC_OK;
	/* an error object, or not JSON at all: the slow way says which */
	st = rpc_results(rpc, &results, err);
	if (st != DC_OK)
		return st;
	json_decref(results);
	return rpc_malformed(rpc, err, why.text);
}

enum dc_status rpc_logs_range(struct rpc *rpc, struct rpc_logs *out,
			      struct dc_arena *arena,
			      const struct rpc_log_filter *filter,
			      uint64_t from, uint64_t to, struct dc_err *err)
{
	struct log_bounds bounds = {
		.filter = filter, .from = from, .to = to, .block_hash = NULL
	};

	rpc_begin(rpc);
	rpc_add_open(rpc, "eth_getLogs");
	dc_buf_printf(&rpc->request, "[{\"fromBlock\":\"0x%" PRIx64 "\","
		      "\"toBlock\":\"0x%" PRIx64 "\"", from, to);
	return run_logs(rpc, out, arena, &bounds, err);
}

enum dc_status rpc_logs_block(struct rpc *rpc, struct rpc_logs *out,
			      struct dc_arena *arena,
			      const struct rpc_log_filter *filter,
			      const struct hash32 *block_hash,
			      struct dc_err *err)
{
	struct log_bounds bounds = {
		.filter = filter, .from = 0, .to = UINT64_MAX,
		.block_hash = block_hash
	};
	char hash[HASH32_TEXT_BYTES];

	hash32_format(block_hash, hash);
	rpc_begin(rpc);
	rpc_add_open(rpc, "eth_getLogs");
	dc_buf_printf(&rpc->request, "[{\"blockHash\":\"%s\"", hash);
	return run_logs(rpc, out, arena, &bounds, err);
}

enum dc_status rpc_receipt_logs(struct rpc *rpc, struct rpc_logs *out,
				struct dc_arena *arena,
				const struct hash32 *tx, struct dc_err *err)
{
	struct log_bounds bounds = {
		.filter = NULL, .from = 0, .to = UINT64_MAX,
		.block_hash = NULL
	};
	struct dc_err why = DC_ERR_INIT;
	json_t *receipt, *wrapped;
	char hash[HASH32_TEXT_BYTES], *text;
	enum dc_status st;

	hash32_format(tx, hash);
	rpc_begin(rpc);
	rpc_add(rpc, "eth_getTransactionReceipt", "[\"%s\"]", hash);
	st = rpc_result(rpc, &receipt, err);
	if (st != DC_OK)
		return st;
	if (json_is_null(receipt)) {
		json_decref(receipt);
		return dc_fail(err, DC_ENOTFOUND, "no receipt of %s", hash);
	}
	wrapped = json_pack("{s:O?}", "result",
			    json_object_get(receipt, "logs"));
	text = wrapped == NULL ? NULL : json_dumps(wrapped, JSON_COMPACT);
	st = DC_EIO;
	if (text != NULL)
		st = log_scan(out, arena, &bounds, text, strlen(text),
			      &why);
	if (st != DC_OK)
		st = rpc_malformed(rpc, err, why.text);
	free(text);
	json_decref(wrapped);
	json_decref(receipt);
	return st;
}
