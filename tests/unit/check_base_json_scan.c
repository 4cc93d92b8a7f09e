/*
 * check_base_json_scan.c: how a caller reads with the JSON scanner, and what
 * it says when the input is wrong. What it accepts is compared with jansson
 * in check_base_json_jansson.c.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_scan.h"
#include "tests/unit/unit.h"

static void
scan(struct json_scan *s, const char *text)
{
	json_scan_init(s, text, strlen(text));
}

static bool
slice_equals(struct json_slice a, const char *text)
{
	return a.len == strlen(text) && memcmp(a.p, text, a.len) == 0;
}

START_TEST(an_object_is_read_as_the_header_shows)
{
	struct json_slice key, data = { "", 0, false };
	struct json_scan s;
	bool found;

	scan(&s, " { \"n\" : [1, {\"a\":null}] , \"data\":\"0xff\" } ");
	for (found = json_scan_object(&s); found; found = json_scan_more(&s)) {
		json_scan_key(&s, &key);
		if (json_slice_is(key, "data"))
			json_scan_string(&s, &data);
		else
			json_scan_skip(&s);
	}
	ck_assert(json_scan_close(&s));
	ck_assert(json_scan_end(&s));
	ck_assert(slice_equals(data, "0xff"));
	ck_assert(!data.escaped);
	ck_assert_int_eq(json_scan_error(&s, NULL), DC_OK);
}
END_TEST

START_TEST(values_of_every_kind_are_told_apart_and_read)
{
	struct json_slice text, number;
	struct json_scan s;
	bool truth = false;
	int64_t i = 0;

	scan(&s, "[\"s\",-1.5e3,true,-7,null,false,{},[]]");
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_ARRAY);
	ck_assert(json_scan_array(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_STRING);
	ck_assert(json_scan_string(&s, &text));
	ck_assert(slice_equals(text, "s"));
	ck_assert(json_scan_more(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_NUMBER);
	ck_assert(json_scan_number(&s, &number));
	ck_assert(slice_equals(number, "-1.5e3"));
	ck_assert(json_scan_more(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_BOOL);
	ck_assert(json_scan_bool(&s, &truth) && truth);
	ck_assert(json_scan_more(&s));
	ck_assert(json_scan_i64(&s, &i));
	ck_assert_int_eq(i, -7);
	ck_assert(json_scan_more(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_NULL);
	ck_assert(json_scan_null(&s));
	ck_assert(json_scan_more(&s));
	ck_assert(json_scan_bool(&s, &truth) && !truth);
	ck_assert(json_scan_more(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_OBJECT);
	ck_assert(!json_scan_object(&s));
	ck_assert(json_scan_close(&s));
	ck_assert(json_scan_more(&s));
	ck_assert(!json_scan_array(&s));
	ck_assert(json_scan_close(&s));
	ck_assert(!json_scan_more(&s));
	ck_assert(json_scan_close(&s));
	ck_assert(json_scan_end(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_BAD);
	ck_assert(!json_scan_failed(&s));
}
END_TEST

START_TEST(integers_are_exact_to_the_ends_of_their_range)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{ "0", 0 }, { "-0", 0 }, { "1", 1 }, { "-1", -1 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "1000000000000000000", INT64_C(1000000000000000000) },
	};
	static const char *const bad[] = {
		"9223372036854775808", "-9223372036854775809",
		"10000000000000000000", "99999999999999999999", "1.0", "1e2",
		"01", "-", "", "+1", "\"1\"", "true", "-a", "00",
	};
	struct json_scan s;
	int64_t v = 77;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(good); i++) {
		scan(&s, good[i].text);
		ck_assert(json_scan_i64(&s, &v) && json_scan_end(&s));
		ck_assert_int_eq(v, good[i].value);
	}
	v = 77;
	for (i = 0; i < DC_ARRAY_LEN(bad); i++) {
		scan(&s, bad[i]);
		ck_assert(!json_scan_i64(&s, &v));
		ck_assert(json_scan_failed(&s));
		ck_assert_int_eq(v, 77);
	}
}
END_TEST

/* What the quick way leaves, the ordinary one reads; at the end of the
 * memory, where a sanitizer sees a read past it. */
static size_t
run(uint64_t *out, size_t max, const char *text, size_t *passed)
{
	size_t len = strlen(text), n;
	char *copy = malloc(len);
	struct json_scan s;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	json_scan_init(&s, copy, len);
	ck_assert(json_scan_array(&s));
	n = json_scan_small_run(&s, out, max);
	ck_assert(!json_scan_failed(&s));
	*passed = (size_t)(s.p - copy);
	free(copy);
	return n;
}

START_TEST(a_run_of_small_numbers_stops_where_one_is_not_plain)
{
	static const struct {
		const char *text;
		size_t n, passed;
	} cases[] = {
		{ "[1,22,333,4444,55555,666666,7777777,0,9]xxxxxxx", 8, 38 },
		{ "[1234567,12345678,1]xxxxxxx", 1, 9 },
		{ "[7,08,9]xxxxxxxx", 1, 3 },
		{ "[7,00,9]xxxxxxxx", 1, 3 },
		{ "[7, 8,9]xxxxxxxx", 1, 3 },
		{ "[7,8 ,9]xxxxxxxx", 1, 3 },
		{ "[7,-8,9]xxxxxxxx", 1, 3 },
		{ "[7,8.5,9]xxxxxxxx", 1, 3 },
		{ "[7,8e1,9]xxxxxxxx", 1, 3 },
		{ "[7,\xb8,9]xxxxxxxx", 1, 3 },
		{ "[7,,9]xxxxxxxx", 1, 3 },
		{ "[7]xxxxxxxx", 0, 1 },
		{ "[1,2,3,4]", 1, 3 },	/* fewer than eight bytes behind */
	};
	uint64_t out[16];
	size_t passed;

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		ck_assert_uint_eq(run(out, 16, cases[i].text, &passed),
				  cases[i].n);
		ck_assert_uint_eq(passed, cases[i].passed);
	}
	ck_assert_uint_eq(run(out, 16, cases[0].text, &passed), 8);
	for (size_t i = 0, v = 0; i < 7; i++) {
		for (size_t k = 0; k <= i; k++)
			v = 10 * (k == 0 ? 0 : v) + i + 1;
		ck_assert_uint_eq(out[i], v);
	}
	ck_assert_uint_eq(out[7], 0);
	ck_assert_uint_eq(run(out, 3, cases[0].text, &passed), 3);
	ck_assert_uint_eq(passed, 10);
	ck_assert_uint_eq(run(out, 0, cases[0].text, &passed), 0);
}
END_TEST

START_TEST(every_small_number_is_read_as_it_is)
{
	char text[32];
	uint64_t v;
	size_t passed;

	for (uint32_t i = 0; i < 10000000; i += i < 20000 ? 1 : 997) {
		(void)snprintf(text, sizeof(text), "[%u,1234567]", i);
		ck_assert_uint_eq(run(&v, 1, text, &passed), 1);
		ck_assert_uint_eq(v, i);
		ck_assert_uint_eq(passed, strlen(text) - 8);
	}
}
END_TEST

/* Whatever the reader asks next, nothing more is read. */
START_TEST(after_a_failure_every_call_says_no)
{
	struct dc_err err = DC_ERR_INIT;
	struct json_slice slice;
	struct json_scan s;
	int64_t i;
	bool b;

	scan(&s, "  [1 2]");
	ck_assert(json_scan_array(&s) && json_scan_i64(&s, &i));
	ck_assert(!json_scan_more(&s));
	ck_assert(json_scan_failed(&s));
	ck_assert(!json_scan_close(&s));
	ck_assert(!json_scan_array(&s));
	ck_assert(!json_scan_object(&s));
	ck_assert(!json_scan_more(&s));
	ck_assert(!json_scan_key(&s, &slice));
	ck_assert(!json_scan_string(&s, &slice));
	ck_assert(!json_scan_number(&s, &slice));
	ck_assert(!json_scan_i64(&s, &i));
	ck_assert(!json_scan_bool(&s, &b));
	ck_assert(!json_scan_null(&s));
	ck_assert(!json_scan_skip(&s));
	ck_assert(!json_scan_end(&s));
	ck_assert_int_eq(json_scan_kind(&s), JSON_KIND_BAD);
	ck_assert_int_eq(json_scan_error(&s, &err), DC_EINVAL);
	ck_assert_str_eq(err.text, ", or ] is expected at byte 5");
}
END_TEST

START_TEST(a_failure_names_what_and_where)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "a value is expected at byte 0" },
		{ "  ", "a value is expected at byte 2" },
		{ "{\"a\":1,}", "a key is expected at byte 7" },
		{ "{a:1}", "a key or } is expected at byte 1" },
		{ "{\"a\" 1}", ": is expected at byte 5" },
		{ "[1,]", "a value is expected at byte 3" },
		{ "[1", ", or ] is expected at byte 2" },
		{ "{\"a\":1", ", or } is expected at byte 6" },
		{ "[1}", ", or ] is expected at byte 2" },
		{ "\"abc", "text ends in a string at byte 4" },
		{ "\"ab\nc\"", "control character in a string at byte 3" },
		{ "\"\\", "text ends in an escape at byte 1" },
		{ "\"\\x\"", "unknown escape at byte 1" },
		{ "\"\\u12g4\"", "\\u without four hex digits at byte 1" },
		{ "\"\\u0000\"", "\\u0000 is not allowed at byte 1" },
		{ "\"\\ud800\"", "high surrogate without a low one at byte 1" },
		{ "\"\\udc00\"", "low surrogate without a high one at byte 1" },
		{ "\"\xc0\x80\"", "invalid UTF-8 at byte 1" },
		{ "01", "a number has no leading zeros at byte 2" },
		{ "1.", "a digit is expected at byte 2" },
		{ "1e400", "real number is too large at byte 5" },
		{ "99999999999999999999",
		  "integer does not fit 64 bits at byte 20" },
		{ "tru", "true or false is expected at byte 0" },
		{ "nul", "null is expected at byte 0" },
		{ "1 2", "the end of text is expected at byte 2" },
	};
	struct json_scan s;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;

		scan(&s, cases[i].text);
		ck_assert(!(json_scan_skip(&s) && json_scan_end(&s)));
		ck_assert_int_eq(json_scan_error(&s, &err), DC_EINVAL);
		ck_assert_str_eq(err.text, cases[i].error);
	}
}
END_TEST

START_TEST(the_wrong_kind_is_a_failure)
{
	struct json_slice slice;
	struct json_scan s;
	bool b;

	scan(&s, "1");
	ck_assert(!json_scan_string(&s, &slice) && json_scan_failed(&s));
	scan(&s, "1");
	ck_assert(!json_scan_object(&s) && json_scan_failed(&s));
	ck_assert(!json_scan_close(&s));
	scan(&s, "{}");
	ck_assert(!json_scan_array(&s) && json_scan_failed(&s));
	scan(&s, "\"true\"");
	ck_assert(!json_scan_bool(&s, &b) && json_scan_failed(&s));
	scan(&s, "\"\"");
	ck_assert(!json_scan_number(&s, &slice) && json_scan_failed(&s));
	scan(&s, "0");
	ck_assert(!json_scan_null(&s) && json_scan_failed(&s));
}
END_TEST

START_TEST(a_loop_left_early_fails_to_close)
{
	struct json_scan s;
	int64_t i;

	scan(&s, "[1,2]");
	ck_assert(json_scan_array(&s) && json_scan_i64(&s, &i));
	ck_assert(!json_scan_close(&s));
	ck_assert(json_scan_failed(&s));
}
END_TEST

/* depth containers, each in the one before, all arrays or all objects. */
static void
nest(struct dc_buf *b, int depth, const char *open, const char *close)
{
	int i;

	dc_buf_reset(b);
	for (i = 1; i < depth; i++)
		dc_buf_append_text(b, open);
	dc_buf_printf(b, "%c%c", open[0], close[0]);
	for (i = 1; i < depth; i++)
		dc_buf_append_text(b, close);
}

START_TEST(nesting_stops_at_the_named_depth)
{
	static const char *const open[] = { "[", "{\"\":" };
	static const char *const close[] = { "]", "}" };
	struct json_scan s;
	struct dc_buf b;
	int depth, kind;

	dc_buf_init(&b, 1000);
	for (kind = 0; kind < 2; kind++) {
		for (depth = 1; depth <= JSON_SCAN_MAX_DEPTH; depth++) {
			nest(&b, depth, open[kind], close[kind]);
			scan(&s, dc_buf_text(&b));
			ck_assert(json_scan_skip(&s) && json_scan_end(&s));
		}
		nest(&b, depth, open[kind], close[kind]);
		scan(&s, dc_buf_text(&b));
		ck_assert(!json_scan_skip(&s));
		ck_assert_str_eq(s.what, "nested too deeply");
	}
	dc_buf_clear(&b);
}
END_TEST

/* Mixed containers to the full depth, in half of the rounds with one bracket
 * of the other kind. */
START_TEST(each_bracket_closes_its_own_kind_at_every_depth)
{
	char close[JSON_SCAN_MAX_DEPTH];
	struct json_scan s;
	uint64_t state = 1;
	size_t round, i, bad;
	struct dc_buf b;

	dc_buf_init(&b, 1000);
	for (round = 0; round < 500; round++) {
		dc_buf_reset(&b);
		bad = unit_random(&state) % (2 * JSON_SCAN_MAX_DEPTH);
		for (i = 0; i < JSON_SCAN_MAX_DEPTH; i++) {
			bool object = unit_random(&state) & 1;

			dc_buf_append_text(&b, object ? "{\"k\":" : "[");
			close[i] = object ? '}' : ']';
			if (i == bad)
				close[i] = object ? ']' : '}';
		}
		dc_buf_append_byte(&b, '0');
		while (i-- > 0)
			dc_buf_append_byte(&b, (uint8_t)close[i]);
		scan(&s, dc_buf_text(&b));
		unit_require(json_scan_skip(&s)
			     == (bad >= JSON_SCAN_MAX_DEPTH));
	}
	dc_buf_clear(&b);
}
END_TEST

START_TEST(escapes_are_decoded)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{ "\"\"", "" },
		{ "\"plain\"", "plain" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac" },
		{ "\"\\ud83d\\uDE00.\"", "\xf0\x9f\x98\x80." },
		{ "\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"",
		  "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf" },
		{ "\"\\ud800\\udc00\\udbff\\udfff\"",
		  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	};
	struct json_slice slice;
	struct json_scan s;
	char out[64];
	size_t i, n;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		scan(&s, cases[i].json);
		ck_assert(json_scan_string(&s, &slice) && json_scan_end(&s));
		ck_assert_int_eq(slice.escaped,
				 strchr(cases[i].json, '\\') != NULL);
		json_slice_decode(out, &n, slice);
		ck_assert_uint_le(n, slice.len);
		ck_assert_uint_eq(n, strlen(cases[i].text));
		ck_assert_mem_eq(out, cases[i].text, n);
		ck_assert(json_slice_is(slice, cases[i].text));
	}
}
END_TEST

START_TEST(a_key_is_found_whether_escaped_or_not)
{
	static const struct {
		const char *json, *text;
		bool same;
	} cases[] = {
		{ "\"data\"", "data", true },
		{ "\"d\\u0061ta\"", "data", true },
		{ "\"\\u0064\\u0061\\u0074\\u0061\"", "data", true },
		{ "\"dat\"", "data", false },
		{ "\"data2\"", "data", false },
		{ "\"dat\\u0061\"", "dat", false },
		{ "\"dat\\u0061\"", "data2", false },
		{ "\"\\u00e9\"", "\xc3\xa9", true },
		{ "\"\\u00e9\"", "\xc3", false },
		{ "\"\\n\"", "n", false },
		{ "\"\"", "", true },
	};
	struct json_slice slice;
	struct json_scan s;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		scan(&s, cases[i].json);
		ck_assert(json_scan_string(&s, &slice));
		ck_assert_int_eq(json_slice_is(slice, cases[i].text),
				 cases[i].same);
	}
}
END_TEST

/* A string of every length up to 40, with one special byte at each place:
 * the eight-at-a-time path sees it wherever it stands. */
START_TEST(a_special_byte_is_seen_at_every_place)
{
	char text[64];
	struct json_slice slice;
	struct json_scan s;
	size_t n, at;
	int c;

	for (n = 1; n <= 40; n++) {
		for (at = 0; at < n; at++) {
			for (c = 0; c < 256; c++) {
				bool good = c >= 0x20 && c < 0x80 && c != '\\';

				memset(text, 'x', sizeof(text));
				text[0] = text[n + 1] = '"';
				text[at + 1] = (char)c;
				json_scan_init(&s, text, n + 2);
				unit_require(json_scan_string(&s, &slice)
					     == good || c == '\\');
				if (c == '\\')
					unit_require(s.what != NULL);
				if (!good)
					continue;
				unit_require(slice.p == text + 1);
				unit_require(slice.len
					     == (c == '"' ? at : n));
			}
		}
	}
}
END_TEST

/* The text stands at the end of its memory: a sanitizer sees a read past
 * it. */
START_TEST(nothing_behind_the_input_is_read)
{
	static const char text[] =
		"{\"key\":[\"abcdefgh\\u00e9\",-12.5e+3,true,null,\"\xe2\x82"
		"\xac\\ud83d\\ude00\"]} ";
	struct json_scan s;
	size_t n;
	char *copy;

	for (n = 0; n < sizeof(text); n++) {
		copy = malloc(n != 0 ? n : 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text, n);
		json_scan_init(&s, copy, n);
		ck_assert_int_eq(json_scan_skip(&s) && json_scan_end(&s),
				 n >= sizeof(text) - 2);
		free(copy);
	}
	json_scan_init(&s, NULL, 0);
	ck_assert(!json_scan_skip(&s));
}
END_TEST

UNIT_MAIN("base/json_scan",
	an_object_is_read_as_the_header_shows,
	values_of_every_kind_are_told_apart_and_read,
	integers_are_exact_to_the_ends_of_their_range,
	a_run_of_small_numbers_stops_where_one_is_not_plain,
	every_small_number_is_read_as_it_is,
	after_a_failure_every_call_says_no,
	a_failure_names_what_and_where,
	the_wrong_kind_is_a_failure,
	a_loop_left_early_fails_to_close,
	nesting_stops_at_the_named_depth,
	each_bracket_closes_its_own_kind_at_every_depth,
	escapes_are_decoded,
	a_key_is_found_whether_escaped_or_not,
	a_special_byte_is_seen_at_every_place,
	nothing_behind_the_input_is_read)
