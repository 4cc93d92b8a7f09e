/* 0xDeCA10B's events and calls, read and written. */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "base/i256.h"
#include "base/keccak.h"
#include "oracle/deca_abi.h"

static const char *const events[DECA_TOPICS] = {
	"AddData(int64[],uint64,uint256,address,uint256)",
	"AddClass(string,uint256)",
	"Refund(address,uint256)",
	"Refund(address)",
	"Report(address,uint256)",
	"Report(address)",
};

static const char *const calls[] = {
	[DECA_INPUT_ADD] = "addData(int64[],uint64)",
	[DECA_INPUT_REFUND] = "refund(int64[],uint64,uint256)",
	[DECA_INPUT_REPORT] = "report(int64[],uint64,uint256,address)",
};

static struct hash32 event_topics[DECA_TOPICS];
static pthread_once_t event_topics_once = PTHREAD_ONCE_INIT;

static void event_topics_compute(void)
{
	for (size_t i = 0; i < DECA_TOPICS; i++)
		keccak256(&event_topics[i], events[i], strlen(events[i]));
}

void deca_topics(struct hash32 out[DECA_TOPICS])
{
	DC_CHECK(pthread_once(&event_topics_once, event_topics_compute) == 0);
	memcpy(out, event_topics, sizeof(event_topics));
}

static int64_t get_i64(struct abi_in *in)
{
	struct u256 v = u256_from_be(abi_get_word(in));

	if (u256_compare(v, i256_from_i64((int64_t)v.w[0])) != 0)
		abi_in_fail(in, "no int64");
	return (int64_t)v.w[0];
}

static void get_data(struct deca_sample *out, struct abi_in *in,
		     struct dc_arena *arena)
{
	struct abi_in items;
	size_t n = abi_get_array(&items, in, 1);
	int64_t *data = dc_arena_alloc(arena, (n + 1) * sizeof(*data));

	for (size_t i = 0; i < n; i++)
		data[i] = get_i64(&items);
	out->data = data;
	out->n = n;
}

static void add_data(struct deca_event *out, struct abi_in *topics,
		     struct abi_in *in, struct dc_arena *arena)
{
	out->kind = DECA_EVENT_ADD_DATA;
	out->who = abi_get_addr(topics);
	get_data(&out->sample, in, arena);
	out->sample.label = abi_get_u64(in);
	out->added_s = abi_get_u256(in);
	out->amount_wei = abi_get_wei(in);
}

static void add_class(struct deca_event *out, struct abi_in *in,
		      struct dc_arena *arena)
{
	out->kind = DECA_EVENT_ADD_CLASS;
	out->name = abi_get_text(in, ABI_TEXT_MEND, arena);
	out->index = abi_get_u256(in);
}

static void paid(struct deca_event *out, struct abi_in *in,
		 enum deca_event_kind kind, bool amount)
{
	out->kind = kind;
	out->who = abi_get_addr(in);
	if (amount)
		out->amount_wei = abi_get_wei(in);
}

enum dc_status deca_event_decode(struct deca_event *out,
				 const struct raw_log *log,
				 struct dc_arena *arena, struct dc_err *err)
{
	struct hash32 topic[DECA_TOPICS];
	struct abi_in topics, in;
	struct dc_err why = DC_ERR_INIT;
	size_t i;

	memset(out, 0, sizeof(*out));
	deca_topics(topic);
	for (i = 0; i < DECA_TOPICS; i++)
		if (log->n_topics > 0 &&
		    hash32_equal(&log->topics[0], &topic[i]))
			break;
	if (i == DECA_TOPICS)
		return dc_fail(err, DC_ENOTFOUND, "another event");
	abi_in_init(&topics, log->topics[1].b,
		    (log->n_topics - 1) * ABI_WORD_BYTES, &why);
	abi_in_init(&in, log->data, log->data_len, &why);
	if (i == 0)
		add_data(out, &topics, &in, arena);
	else if (i == 1)
		add_class(out, &in, arena);
	else
		paid(out, &in, i < 4 ? DECA_EVENT_REFUND : DECA_EVENT_REPORT,
		     i % 2 == 0);
	if (why.status == DC_OK)
		return DC_OK;
	return dc_fail(err, DC_EINVAL, "%s: %s", events[i], why.text);
}

enum dc_status deca_input_decode(struct deca_input *out, const uint8_t *input,
				 size_t len, struct dc_arena *arena,
				 struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct abi_selector selector;
	struct abi_in in;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < DC_ARRAY_LEN(calls); i++) {
		selector = abi_selector_of(calls[i]);
		if (len >= ABI_SELECTOR_BYTES &&
		    memcmp(selector.b, input, ABI_SELECTOR_BYTES) == 0)
			break;
	}
	if (i == DC_ARRAY_LEN(calls))
		return dc_fail(err, DC_ENOTFOUND, "another call");
	abi_in_init(&in, input + ABI_SELECTOR_BYTES, len - ABI_SELECTOR_BYTES,
		    &why);
	get_data(&out->sample, &in, arena);
	out->sample.label = abi_get_u64(&in);
	out->call = (enum deca_call)i;
	if (i != DECA_INPUT_ADD)
		out->added_s = abi_get_u256(&in);
	if (i == DECA_INPUT_REPORT)
		out->author = abi_get_addr(&in);
	if (why.status == DC_OK)
		return DC_OK;
	return dc_fail(err, DC_EINVAL, "%s: %s", calls[i], why.text);
}

void deca_call_getter(struct dc_buf *out, const char *signature,
		      const uint64_t *args, size_t n)
{
	struct abi_selector selector = abi_selector_of(signature);
	uint8_t word[ABI_WORD_BYTES];

	dc_buf_append(out, selector.b, sizeof(selector.b));
	for (size_t i = 0; i < n; i++) {
		u256_to_be(u256_from_u64(args[i]), word);
		dc_buf_append(out, word, sizeof(word));
	}
}

void deca_call_predict(struct dc_buf *out, const int64_t *data, size_t n)
{
	struct abi_selector selector = abi_selector_of("predict(int64[])");
	struct abi_out t, items;
	uint8_t word[ABI_WORD_BYTES];

	dc_buf_append(out, selector.b, sizeof(selector.b));
	abi_open(&t, out, 1);
	abi_put_array(&items, &t, n, 1);
	for (size_t i = 0; i < n; i++) {
		u256_to_be(i256_from_i64(data[i]), word);
		abi_put_word(&items, word);
	}
}
