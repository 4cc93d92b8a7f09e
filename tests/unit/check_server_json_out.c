/* check_server_json_out.c: the JSON writer, compared with jansson. */

#include "config.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "server/json_out.h"
#include "tests/unit/unit.h"

static struct dc_buf buf;
static struct json_out out;

static void restart(void)
{
	dc_buf_clear(&buf);
	dc_buf_init(&buf, 1 << 20);
	json_out_init(&out, &buf);
}

START_TEST(values_stand_apart_by_commas_and_nest)
{
	restart();
	json_put_open(&out, '{');
	json_put_key(&out, "a");
	json_put_open(&out, '[');
	json_put_u64(&out, UINT64_MAX);
	json_put_i64(&out, INT64_MIN);
	json_put_bool(&out, true);
	json_put_null(&out);
	json_put_open(&out, '{');
	json_put_close(&out, '}');
	json_put_close(&out, ']');
	json_put_key(&out, "b");
	json_put_text(&out, NULL);
	json_put_key_text(&out, "x\"y");
	json_put_text(&out, "");
	json_put_close(&out, '}');
	ck_assert_str_eq(dc_buf_text(&buf),
			 "{\"a\":[18446744073709551615,-9223372036854775808,"
			 "true,null,{}],\"b\":null,\"x\\\"y\":\"\"}");
}
END_TEST

START_TEST(any_bytes_come_out_as_json_that_jansson_reads)
{
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		char in[24];
		size_t n = unit_random(&seed) % sizeof(in);
		json_t *read;

		for (size_t i = 0; i < n; i++) {
			uint64_t r = unit_random(&seed);

			in[i] = (char)((r & 0x300) == 0 ? r % 0x30 : r);
		}
		restart();
		json_put_open(&out, '[');
		json_put_text_n(&out, in, n);
		json_put_close(&out, ']');
		read = json_loadb(dc_buf_text(&buf), buf.len, JSON_ALLOW_NUL,
				  NULL);
		ck_assert_ptr_nonnull(read);
		json_decref(read);
	}
}
END_TEST

START_TEST(right_utf8_survives_and_wrong_is_replaced)
{
	static const struct {
		const char *in, *told;
	} cases[] = {
		{ "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z",
		  "\"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\"" },
		{ "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
				      "\xef\xbf\xbd\"" },
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\x01\n\r\t\"\\\x7f",
		  "\"\\u0001\\n\\r\\t\\\"\\\\\\u007f\"" },
		{ "</script>", "\"</script>\"" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		restart();
		json_put_text(&out, cases[i].in);
		ck_assert_str_eq(dc_buf_text(&buf), cases[i].told);
	}
}
END_TEST

START_TEST(fixed_point_has_at_most_six_decimals_toward_zero)
{
	static const struct {
		int64_t in;
		const char *told;
	} cases[] = {
		{ 0, "0" }, { 1000000000, "1" }, { 833333333, "0.833333" },
		{ 999999999, "0.999999" }, { 500000000, "0.5" },
		{ 999, "0" }, { -999, "0" }, { 1000, "0.000001" },
		{ -1500000000, "-1.5" }, { 12345678901234, "12345.678901" },
		{ INT64_MIN, "-9223372036.854775" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		restart();
		json_put_fx9(&out, cases[i].in);
		ck_assert_str_eq(dc_buf_text(&buf), cases[i].told);
	}
	restart();
	json_put_score(&out, -1386294361);
	ck_assert_str_eq(dc_buf_text(&buf), "\"-1386294361\"");
}
END_TEST

START_TEST(times_agree_with_the_c_library)
{
	static const struct {
		uint64_t in;
		const char *told;
	} cases[] = {
		{ 1, "1970-01-01T00:00:01Z" },
		{ 951782399, "2000-02-28T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 1709164800, "2024-02-29T00:00:00Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ UINT64_MAX, "9999-12-31T23:59:59Z" },
	};
	char text[21], expected[21];
	uint64_t seed = 2;

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		json_time_format(text, cases[i].in);
		ck_assert_str_eq(text, cases[i].told);
	}
	for (int i = 0; i < 100000; i++) {
		uint64_t at = unit_random(&seed) % UINT64_C(253402300800);
		time_t t = (time_t)at;
		struct tm tm;

		ck_assert_ptr_nonnull(gmtime_r(&t, &tm));
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ",
			 &tm);
		json_time_format(text, at);
		/* glibc does not pad years below 1000; 1970 is the first. */
		ck_assert_str_eq(text, expected);
	}
	restart();
	json_put_time(&out, 0);
	ck_assert_str_eq(dc_buf_text(&buf), "null");
}
END_TEST

START_TEST(addresses_hashes_and_amounts_are_quoted)
{
	struct addr20 a;
	struct hash32 h = { { 0xab } };

	ck_assert_int_eq(addr20_parse(&a, "0x5aaeb6053f3e94c9b9a09f33669435e7"
				      "ef1beaed", NULL), DC_OK);
	restart();
	json_put_address(&out, &a);
	json_put_hash(&out, &h);
	json_put_wei(&out, wei_from_u64(1000));
	json_put_bytes(&out, h.b, 0);
	ck_assert_str_eq(dc_buf_text(&buf),
		"\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\","
		"\"0xab00000000000000000000000000000000000000000000000000000"
		"000000000\",\"1000\",\"0x\"");
}
END_TEST

UNIT_MAIN("server/json_out", values_stand_apart_by_commas_and_nest,
	  any_bytes_come_out_as_json_that_jansson_reads,
	  right_utf8_survives_and_wrong_is_replaced,
	  fixed_point_has_at_most_six_decimals_toward_zero,
	  times_agree_with_the_c_library,
	  addresses_hashes_and_amounts_are_quoted)
