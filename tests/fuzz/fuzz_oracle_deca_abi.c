/*
 * fuzz_oracle_deca_abi.c: any bytes as a log of one of 0xDeCA10B's contracts,
 * or of whoever looks like one, and as the input of a transaction to it.
 *
 * The first byte picks the event or the call, the second how many topics are
 * given; the topics after the first, 32 bytes each, come before the rest.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/deca_abi.h"
#include "tests/fuzz/fuzz.h"

static const char *const calls[] = {
	"addData(int64[],uint64)", "refund(int64[],uint64,uint256)",
	"report(int64[],uint64,uint256,address)",
};

/* Numbers take a word each of what was given. */
static void
fuzz_sample(const struct deca_sample *s, size_t size)
{
	int64_t all = 0;

	DC_CHECK(s->n <= size / ABI_WORD_BYTES);
	for (size_t i = 0; i < s->n; i++)
		all ^= s->data[i];
	DC_CHECK(s->n != 0 || all == 0);
}

static void
fuzz_event(size_t event, size_t n_topics, const uint8_t *data, size_t size,
	   struct dc_arena *arena)
{
	struct dc_err err = DC_ERR_INIT;
	struct hash32 topics[DECA_TOPICS];
	struct raw_log log;
	struct deca_event e;
	enum dc_status found;

	memset(&log, 0, sizeof(log));
	deca_topics(topics);
	log.n_topics = (unsigned)n_topics;
	log.topics[0] = topics[event];
	for (size_t i = 1; i < n_topics && size >= sizeof(topics[0].b); i++) {
		memcpy(log.topics[i].b, data, sizeof(topics[0].b));
		data += sizeof(topics[0].b);
		size -= sizeof(topics[0].b);
	}
	log.data = data;
	log.data_len = size;
	found = deca_event_decode(&e, &log, arena, &err);
	DC_CHECK((found == DC_ENOTFOUND) == (n_topics == 0));
	if (found != DC_OK) {
		DC_CHECK(err.status == found && err.text[0] != '\0');
		return;
	}
	fuzz_sample(&e.sample, size);
	DC_CHECK((e.kind == DECA_EVENT_ADD_CLASS) == (e.name != NULL));
	DC_CHECK(e.name == NULL || strlen(e.name) <= 3 * size);
}

static void
fuzz_input(size_t call, const uint8_t *data, size_t size,
	   struct dc_arena *arena)
{
	struct abi_selector selector = abi_selector_of(calls[call]);
	uint8_t *input = dc_malloc(sizeof(selector.b) + size);
	struct dc_err err = DC_ERR_INIT;
	struct deca_input found;
	enum dc_status st;

	memcpy(input, selector.b, sizeof(selector.b));
	memcpy(input + sizeof(selector.b), data, size);
	st = deca_input_decode(&found, input, sizeof(selector.b) + size,
			       arena, &err);
	DC_CHECK(st == DC_OK || st == DC_EINVAL);
	if (st == DC_OK) {
		DC_CHECK(found.call == (enum deca_call)call);
		fuzz_sample(&found.sample, size);
	}
	free(input);
	/* whatever else the transaction called */
	(void)!deca_input_decode(&found, data, size, arena, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_arena *arena;

	if (size < 2)
		return 0;
	arena = dc_arena_new(4096);
	fuzz_event(data[0] % DECA_TOPICS,
		   data[1] % (RAW_LOG_MAX_TOPICS + 1), data + 2, size - 2,
		   arena);
	fuzz_input(data[0] % DC_ARRAY_LEN(calls), data + 2, size - 2, arena);
	dc_arena_free(arena);
	return 0;
}
