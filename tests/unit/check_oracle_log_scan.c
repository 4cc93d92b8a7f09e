/* Log arrays: what is read, and each thing that a node must not send. */

#include "config.h"

#include <string.h>

#include "oracle/log_scan.h"
#include "tests/unit/unit.h"

#define A1 "0x1111111111111111111111111111111111111111"
#define A2 "0x2222222222222222222222222222222222222222"
#define H(d) "0x" d d d d d d d d d d d d d d d d
#define H1 H("aa01")
#define H2 H("bb02")

#define LOG(addr, data, block, hash, index, more) \
	"{\"address\":\"" addr "\",\"topics\":[\"" H1 "\",\"" H2 "\"]," \
	"\"data\":\"" data "\",\"blockNumber\":\"" block "\"," \
	"\"blockHash\":\"" hash "\",\"transactionHash\":\"" H2 "\"," \
	"\"transactionIndex\":\"0x0\",\"logIndex\":\"" index "\"" more "}"
#define GOOD(block, hash, index) \
	LOG(A1, "0x0102ff", block, hash, index, ",\"removed\":false")
#define REPLY(logs) "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":[" logs "]}"

static struct addr20 addr1 = { {
	0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11
} };

static enum dc_status scan(struct rpc_logs *out, struct dc_arena *arena,
			   const struct hash32 *hash, const char *text,
			   struct dc_err *err)
{
	struct rpc_log_filter filter = {
		.addresses = &addr1, .n_addresses = 1
	};
	struct log_bounds bounds = {
		.filter = &filter, .from = 5, .to = 9, .block_hash = hash
	};

	return log_scan(out, arena, &bounds, text, strlen(text), err);
}

START_TEST(every_field_of_a_log_is_read)
{
	struct dc_arena *arena = dc_arena_new(1024);
	struct dc_err err = DC_ERR_INIT;
	struct rpc_logs logs;
	struct hash32 h1, h2;

	ck_assert_int_eq(scan(&logs, arena, NULL, REPLY(
		LOG(A1, "0x0102ff", "0x7", H1, "0x3",
		    ",\"removed\":false,\"blockTimestamp\":\"0x65\"")),
		&err), DC_OK);
	ck_assert_int_eq(hash32_parse(&h1, H1, NULL), DC_OK);
	ck_assert_int_eq(hash32_parse(&h2, H2, NULL), DC_OK);
	ck_assert_uint_eq(logs.n, 1);
	ck_assert_uint_eq(logs.items[0].at.block, 7);
	ck_assert_uint_eq(logs.items[0].at.index, 3);
	ck_assert_uint_eq(logs.items[0].at.time_s, 101);
	ck_assert(hash32_equal(&logs.items[0].at.block_hash, &h1));
	ck_assert(hash32_equal(&logs.items[0].at.tx, &h2));
	ck_assert(addr20_equal(&logs.items[0].address, &addr1));
	ck_assert_uint_eq(logs.items[0].n_topics, 2);
	ck_assert(hash32_equal(&logs.items[0].topics[0], &h1));
	ck_assert(hash32_equal(&logs.items[0].topics[1], &h2));
	ck_assert_uint_eq(logs.items[0].data_len, 3);
	ck_assert_mem_eq(logs.items[0].data, "\x01\x02\xff", 3);
	dc_arena_free(arena);
}
END_TEST

START_TEST(many_logs_keep_their_order)
{
	struct dc_arena *arena = dc_arena_new(1024);
	struct dc_err err = DC_ERR_INIT;
	struct rpc_logs logs;
	struct dc_buf text;
	unsigned i;

	dc_buf_init(&text, (size_t)1 << 22);
	dc_buf_append_text(&text, "{\"id\":0,\"result\":[");
	for (i = 0; i < 1000; i++)
		dc_buf_printf(&text, "%s" LOG(A1, "0x%04x", "0x6", H1, "0x%x",
					      ""), i == 0 ? "" : ",", i, i);
	dc_buf_append_text(&text, "]}");
	ck_assert_int_eq(scan(&logs, arena, NULL, dc_buf_text(&text), &err),
			 DC_OK);
	ck_assert_uint_eq(logs.n, 1000);
	for (i = 0; i < 1000; i++) {
		ck_assert_uint_eq(logs.items[i].at.index, i);
		ck_assert_uint_eq(logs.items[i].data[0], i >> 8);
		ck_assert_uint_eq(logs.items[i].data[1], i & 255);
	}
	dc_buf_clear(&text);
	dc_arena_free(arena);
}
END_TEST

START_TEST(what_was_not_asked_for_is_refused)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ REPLY(GOOD("0x4", H1, "0x0")), "outside the range" },
		{ REPLY(GOOD("0xa", H1, "0x0")), "outside the range" },
		{ REPLY(LOG(A2, "0x", "0x7", H1, "0x0", "")),
		  "address not asked for" },
		{ REPLY(GOOD("0x7", H1, "0x1") "," GOOD("0x7", H1, "0x1")),
		  "doubled" },
		{ REPLY(GOOD("0x7", H1, "0x2") "," GOOD("0x7", H1, "0x1")),
		  "out of order" },
		{ REPLY(GOOD("0x7", H1, "0x1") "," GOOD("0x6", H1, "0x2")),
		  "out of order" },
		{ REPLY(GOOD("0x7", H1, "0x1") "," GOOD("0x7", H2, "0x2")),
		  "two hashes" },
		{ REPLY(LOG(A1, "0x", "0x7", H1, "0x0", ",\"removed\":true")),
		  "removed" },
		{ REPLY(LOG(A1, "0x0", "0x7", H1, "0x0", "")), "no hex" },
		{ REPLY(LOG(A1, "0xzz", "0x7", H1, "0x0", "")), "no hex" },
		{ REPLY(LOG(A1, "0102", "0x7", H1, "0x0", "")), "no hex" },
		{ REPLY(LOG("0x11", "0x", "0x7", H1, "0x0", "")),
		  "address" },
		{ REPLY(LOG(A1, "0x", "7", H1, "0x0", "")), "quantity" },
		{ REPLY(LOG(A1, "0x", "0x7", "0x12", "0x0", "")), "hash" },
		{ REPLY(LOG(A1, "0x", "0x7", H1, "0x100000000", "")),
		  "index out of range" },
		{ REPLY("{\"address\":\"" A1 "\"}"), "part missing" },
		{ "{\"id\":0,\"result\":null}", "no array" },
		{ "{\"id\":0}", "no result" },
		{ "{\"id\":0,\"result\":[", "" },
		{ "<html>", "" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_arena *arena = dc_arena_new(1024);
		struct dc_err err = DC_ERR_INIT;
		struct rpc_logs logs;

		ck_assert_int_eq(scan(&logs, arena, NULL, cases[i].text,
				      &err), DC_EIO);
		ck_assert_msg(strstr(err.text, cases[i].why) != NULL,
			      "case %zu: %s", i, err.text);
		ck_assert_str_ne(err.text, "");
		dc_arena_free(arena);
	}
}
END_TEST

START_TEST(a_log_of_another_block_than_the_hash_is_refused)
{
	struct dc_arena *arena = dc_arena_new(1024);
	struct dc_err err = DC_ERR_INIT;
	struct rpc_logs logs;
	struct hash32 h;

	ck_assert_int_eq(hash32_parse(&h, H2, NULL), DC_OK);
	ck_assert_int_eq(scan(&logs, arena, &h,
			      REPLY(GOOD("0x7", H2, "0x0")), &err), DC_OK);
	ck_assert_int_eq(scan(&logs, arena, &h,
			      REPLY(GOOD("0x7", H1, "0x0")), &err), DC_EIO);
	dc_arena_free(arena);
}
END_TEST

START_TEST(each_cut_of_an_answer_is_refused)
{
	static const char whole[] = REPLY(GOOD("0x7", H1, "0x0") ","
					  GOOD("0x8", H2, "0x0"));
	struct dc_arena *arena = dc_arena_new(1024);
	size_t n;

	for (n = 0; n < sizeof(whole) - 1; n++) {
		struct log_bounds bounds = { .from = 0, .to = 99 };
		struct dc_err err = DC_ERR_INIT;
		struct rpc_logs logs;
		char *cut = dc_malloc(n + 1);	/* no byte after it */

		memcpy(cut, whole, n);
		ck_assert_int_eq(log_scan(&logs, arena, &bounds, cut, n,
					  &err), DC_EIO);
		free(cut);
	}
	dc_arena_free(arena);
}
END_TEST

UNIT_MAIN("oracle/log_scan", every_field_of_a_log_is_read,
	  many_logs_keep_their_order, what_was_not_asked_for_is_refused,
	  a_log_of_another_block_than_the_hash_is_refused,
	  each_cut_of_an_answer_is_refused)
