/*
 * fuzz_oracle_log_scan.c: any bytes as an answer to eth_getLogs. What is
 * taken is what was asked for, in order; and the rest of the way, the
 * decoding of what our contracts emit, goes on from there.
 *
 * The first byte picks what was asked: which blocks, whose logs.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>

#include "oracle/abi_decaid.h"
#include "oracle/log_scan.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_order(const struct rpc_logs *logs, const struct log_bounds *b)
{
	size_t i;

	for (i = 0; i < logs->n; i++) {
		const struct raw_log *l = &logs->items[i];

		DC_CHECK(l->n_topics <= RAW_LOG_MAX_TOPICS);
		if (b->block_hash == NULL)
			DC_CHECK(l->at.block >= b->from &&
				 l->at.block <= b->to);
		else
			DC_CHECK(hash32_equal(&l->at.block_hash,
					      b->block_hash));
		if (b->filter != NULL)
			DC_CHECK(addr20_equal(&l->address,
					      &b->filter->addresses[0]));
		if (i > 0)
			DC_CHECK(l[-1].at.block < l->at.block ||
				 (l[-1].at.block == l->at.block &&
				  l[-1].at.index < l->at.index));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct addr20 who = { { 0x11, 0x11 } };
	static const struct hash32 block = { { 0x22, 0x22 } };
	const struct rpc_log_filter filter = { .addresses = &who,
					       .n_addresses = 1 };
	struct log_bounds bounds = { .from = 0, .to = UINT64_MAX };
	struct dc_err err = DC_ERR_INIT;
	struct dc_arena *arena;
	struct rpc_logs logs;
	json_t *tree;
	size_t i;

	if (size == 0)
		return 0;
	if (data[0] & 1)
		bounds.filter = &filter;
	if (data[0] & 2)
		bounds.block_hash = &block;
	if (data[0] & 4)
		bounds = (struct log_bounds){ .from = 1, .to = 2 };
	arena = dc_arena_new(4096);
	if (log_scan(&logs, arena, &bounds, (const char *)data + 1, size - 1,
		     &err) != DC_OK) {
		DC_CHECK(err.text[0] != '\0');
		dc_arena_free(arena);
		return 0;
	}
	fuzz_order(&logs, &bounds);
	for (i = 0; i < logs.n; i++) {
		const struct raw_log *l = &logs.items[i];
		struct abi_event e;

		(void)!abi_event_decode(&e, l->topics, l->n_topics, l->data,
					l->data_len, arena, NULL);
	}
	dc_arena_free(arena);
	/* what we take, jansson takes */
	tree = json_loadb((const char *)data + 1, size - 1, 0, NULL);
	DC_CHECK(tree != NULL);
	DC_CHECK(json_array_size(json_object_get(tree, "result")) == logs.n);
	json_decref(tree);
	return 0;
}
