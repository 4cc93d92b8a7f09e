/*
 * check_oracle_deca_abi.c: 0xDeCA10B's events and calls, right ones and
 * broken ones.
 */

#include "config.h"

#include <string.h>

#include "oracle/deca_abi.h"
#include "tests/unit/unit.h"

static struct dc_arena *arena;

/* AddData([-1, 2], 7, 1000, sender, 5) */
static void
add_data_log(struct raw_log *log, struct dc_buf *data)
{
	static const int64_t sample[] = { -1, 2 };
	struct abi_out t, items;
	struct hash32 topic[DECA_TOPICS];
	uint8_t word[32];

	memset(log, 0, sizeof(*log));
	deca_topics(topic);
	log->n_topics = 2;
	log->topics[0] = topic[0];
	memset(log->topics[1].b + 12, 0xab, 20);
	dc_buf_init(data, 4096);
	abi_open(&t, data, 4);
	abi_put_array(&items, &t, 2, 1);
	for (size_t i = 0; i < 2; i++) {
		memset(word, sample[i] < 0 ? 0xff : 0, sizeof(word));
		if (sample[i] >= 0)
			word[31] = (uint8_t)sample[i];
		abi_put_word(&items, word);
	}
	abi_put_u64(&t, 7);
	abi_put_u64(&t, 1000);
	abi_put_u64(&t, 5);
	log->data = data->data;
	log->data_len = data->len;
}

START_TEST(a_contribution_is_read)
{
	struct dc_err err = DC_ERR_INIT;
	struct deca_event e;
	struct raw_log log;
	struct dc_buf data;

	arena = dc_arena_new(4096);
	add_data_log(&log, &data);
	ck_assert_int_eq(deca_event_decode(&e, &log, arena, &err), DC_OK);
	ck_assert_int_eq(e.kind, DECA_EVENT_ADD_DATA);
	ck_assert_uint_eq(e.sample.n, 2);
	ck_assert_int_eq(e.sample.data[0], -1);
	ck_assert_int_eq(e.sample.data[1], 2);
	ck_assert_uint_eq(e.sample.label, 7);
	ck_assert_uint_eq(e.added_s.w[0], 1000);
	ck_assert_uint_eq(e.amount_wei.v.w[0], 5);
	ck_assert_uint_eq(e.who.b[0], 0xab);
	dc_buf_clear(&data);
	dc_arena_free(arena);
}
END_TEST

START_TEST(broken_bytes_are_told_and_never_read_beyond)
{
	struct dc_err err = DC_ERR_INIT;
	struct deca_event e;
	struct raw_log log;
	struct dc_buf data;
	uint8_t *cut;

	arena = dc_arena_new(4096);
	add_data_log(&log, &data);
	for (size_t n = 0; n < data.len; n += 8) {
		cut = dc_malloc(n + 1);
		memcpy(cut, data.data, n);
		log.data = cut;
		log.data_len = n;
		dc_err_clear(&err);
		ck_assert_int_eq(deca_event_decode(&e, &log, arena, &err),
				 DC_EINVAL);
		free(cut);
	}
	for (size_t at = 0; at < data.len; at++) {
		cut = dc_malloc(data.len);
		memcpy(cut, data.data, data.len);
		cut[at] ^= 0xff;
		log.data = cut;
		log.data_len = data.len;
		dc_err_clear(&err);
		ck_assert_int_ne(deca_event_decode(&e, &log, arena, &err),
				 DC_ENOTFOUND);
		free(cut);
	}
	log.n_topics = 0;
	ck_assert_int_eq(deca_event_decode(&e, &log, arena, &err),
			 DC_ENOTFOUND);
	dc_buf_clear(&data);
	dc_arena_free(arena);
}
END_TEST

START_TEST(a_number_wider_than_int64_is_no_sample)
{
	struct dc_err err = DC_ERR_INIT;
	struct deca_event e;
	struct raw_log log;
	struct dc_buf data;

	arena = dc_arena_new(4096);
	add_data_log(&log, &data);
	data.data[5 * 32] = 0x7f;	/* the sign of the first element */
	ck_assert_int_eq(deca_event_decode(&e, &log, arena, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "no int64"));
	dc_buf_clear(&data);
	dc_arena_free(arena);
}
END_TEST

START_TEST(a_claim_is_joined_to_its_sample_by_the_calls_input)
{
	struct dc_err err = DC_ERR_INIT;
	struct deca_input in;
	struct dc_buf call;
	struct abi_out t, items;
	struct abi_selector s =
		abi_selector_of("report(int64[],uint64,uint256,address)");
	struct addr20 author;

	arena = dc_arena_new(4096);
	memset(author.b, 0xcd, sizeof(author.b));
	dc_buf_init(&call, 4096);
	dc_buf_append(&call, s.b, sizeof(s.b));
	abi_open(&t, &call, 4);
	abi_put_array(&items, &t, 1, 1);
	abi_put_u64(&items, 9);
	abi_put_u64(&t, 3);
	abi_put_u64(&t, 1234);
	abi_put_addr(&t, &author);
	ck_assert_int_eq(deca_input_decode(&in, call.data, call.len, arena,
					   &err),
			 DC_OK);
	ck_assert_int_eq(in.call, DECA_INPUT_REPORT);
	ck_assert_uint_eq(in.sample.n, 1);
	ck_assert_int_eq(in.sample.data[0], 9);
	ck_assert_uint_eq(in.sample.label, 3);
	ck_assert_uint_eq(in.added_s.w[0], 1234);
	ck_assert(addr20_equal(&in.author, &author));
	for (size_t n = 4; n < call.len; n += 16) {
		dc_err_clear(&err);
		ck_assert_int_eq(deca_input_decode(&in, call.data, n, arena,
						   &err),
				 DC_EINVAL);
	}
	ck_assert_int_eq(deca_input_decode(&in, call.data, 3, arena, NULL),
			 DC_ENOTFOUND);
	dc_buf_clear(&call);
	dc_arena_free(arena);
}
END_TEST

UNIT_MAIN("oracle/deca_abi",
	  a_contribution_is_read,
	  broken_bytes_are_told_and_never_read_beyond,
	  a_number_wider_than_int64_is_no_sample,
	  a_claim_is_joined_to_its_sample_by_the_calls_input)
