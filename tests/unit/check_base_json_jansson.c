/*
 * check_base_json_jansson.c: the JSON scanner against jansson: what one
 * accepts the other accepts, and reads the same values from it, over random
 * documents, every class of damage, and the corners by name.
 *
 * jansson runs with JSON_DECODE_ANY and takes duplicate keys. Two differences
 * are meant. The depth (64 here, 2048 there) is reached by no document of this
 * file. And jansson 2.14 loses a NUL byte that follows a number or a word, so
 * that it takes "1\0": a NUL is never JSON here.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_scan.h"
#include "tests/unit/unit.h"

#define DOCUMENTS 30000
#define DOCUMENT_BOUND 100000

/* Comparing */

static void
same_string(struct json_slice a, const char *text, size_t len)
{
	char out[4096];
	size_t n;

	unit_require(a.len <= sizeof(out));
	json_slice_decode(out, &n, a);
	unit_require(n == len && memcmp(out, text, n) == 0);
	unit_require(json_slice_is(a, text));
	unit_require(a.escaped == (memchr(a.p, '\\', a.len) != NULL));
}

static void
same_number(struct json_scan *s, const json_t *want)
{
	struct json_slice number;
	char text[1024];
	int64_t v;

	if (json_is_integer(want)) {
		unit_require(json_scan_i64(s, &v));
		unit_require(v == json_integer_value(want));
		return;
	}
	unit_require(json_scan_number(s, &number));
	unit_require(number.len < sizeof(text));
	memcpy(text, number.p, number.len);
	text[number.len] = '\0';
	unit_require(strtod(text, NULL) == json_real_value(want));
}

static void same_value(struct json_scan *s, const json_t *want);

/* Of two members with one key the last counts in jansson, so an earlier one
 * is only passed over. */
static void
same_object(struct json_scan *s, const json_t *want, bool unique_keys)
{
	struct json_slice key;
	size_t members = 0, n;
	char name[4096];
	bool found;
	json_t *member;

	for (found = json_scan_object(s); found; found = json_scan_more(s)) {
		unit_require(json_scan_key(s, &key));
		unit_require(key.len < sizeof(name));
		json_slice_decode(name, &n, key);
		name[n] = '\0';
		member = json_object_get(want, name);
		unit_require(member != NULL);
		same_string(key, name, n);
		if (unique_keys)
			same_value(s, member);
		else
			unit_require(json_scan_skip(s));
		members++;
	}
	unit_require(json_scan_close(s));
	unit_require(!unique_keys || members == json_object_size(want));
}

static void
same_array(struct json_scan *s, const json_t *want)
{
	size_t i = 0;
	bool found;

	for (found = json_scan_array(s); found; found = json_scan_more(s))
		same_value(s, json_array_get(want, i++));
	unit_require(json_scan_close(s));
	unit_require(i == json_array_size(want));
}

static void
same_value(struct json_scan *s, const json_t *want)
{
	struct json_slice slice;
	bool truth;

	switch (json_scan_kind(s)) {
	case JSON_KIND_OBJECT:
		unit_require(json_is_object(want));
		same_object(s, want, true);
		return;
	case JSON_KIND_ARRAY:
		unit_require(json_is_array(want));
		same_array(s, want);
		return;
	case JSON_KIND_STRING:
		unit_require(json_is_string(want));
		unit_require(json_scan_string(s, &slice));
		same_string(slice, json_string_value(want),
			    json_string_length(want));
		return;
	case JSON_KIND_NUMBER:
		unit_require(json_is_number(want));
		same_number(s, want);
		return;
	case JSON_KIND_BOOL:
		unit_require(json_scan_bool(s, &truth));
		unit_require(truth ? json_is_true(want) : json_is_false(want));
		return;
	case JSON_KIND_NULL:
		unit_require(json_scan_null(s) && json_is_null(want));
		return;
	case JSON_KIND_BAD:
		break;
	}
	ck_abort_msg("no value");
}

/* Do both take the text, or both refuse it? */
static bool
both_accept(const char *text, size_t len)
{
	struct json_scan s;
	json_t *tree;
	bool ours;

	json_scan_init(&s, text, len);
	ours = json_scan_skip(&s) && json_scan_end(&s);
	if (memchr(text, '\0', len) != NULL) {
		unit_require(!ours);
		return false;
	}
	tree = json_loadb(text, len, JSON_DECODE_ANY, NULL);
	if (ours != (tree != NULL))
		ck_abort_msg("jansson %s, we %s: %.*s", tree ? "takes"
			     : "refuses", ours ? "take" : "refuse",
			     (int)len, text);
	json_decref(tree);
	return ours;
}

static void
both_read_the_same(const char *text, size_t len)
{
	json_t *tree = json_loadb(text, len, JSON_DECODE_ANY, NULL);
	struct json_scan s;

	if (tree == NULL)
		ck_abort_msg("jansson refuses %.*s", (int)len, text);
	json_scan_init(&s, text, len);
	same_value(&s, tree);
	unit_require(json_scan_end(&s));
	json_decref(tree);
}

/* Random documents */

static uint64_t rng;

static size_t
below(size_t n)
{
	return unit_random(&rng) % n;
}

static void
put_space(struct dc_buf *b)
{
	while (below(6) == 0)
		dc_buf_append_byte(b, (uint8_t)" \t\r\n"[below(4)]);
}

static void
put_plain(struct dc_buf *b)
{
	size_t n = below(4) == 0 ? below(40) : below(5);

	while (n-- > 0) {
		uint8_t c = (uint8_t)(0x20 + below(0x60));

		dc_buf_append_byte(b, c == '"' || c == '\\' ? 'q' : c);
	}
}

static void
put_utf8(struct dc_buf *b)
{
	static const char *const texts[] = {
		"\xc2\x80", "\xc3\xa9", "\xdf\xbf", "\xe0\xa0\x80",
		"\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80",
		"\xf4\x8f\xbf\xbf",
	};

	dc_buf_append_text(b, texts[below(DC_ARRAY_LEN(texts))]);
}

static void
put_escape(struct dc_buf *b)
{
	unsigned c = 1 + (unsigned)below(0xd7ff);

	switch (below(4)) {
	case 0:
		dc_buf_printf(b, "\\%c", "\"\\/bfnrt"[below(8)]);
		break;
	case 1:
		dc_buf_printf(b, "\\u%04x", c);
		break;
	case 2:
		dc_buf_printf(b, "\\u%04X", c);
		break;
	default:
		dc_buf_printf(b, "\\u%04x\\u%04X",
			      0xd800 + (unsigned)below(0x400),
			      0xdc00 + (unsigned)below(0x400));
		break;
	}
}

static void
put_string(struct dc_buf *b, unsigned *unique)
{
	size_t pieces = below(4);

	dc_buf_append_byte(b, '"');
	if (unique != NULL)
		dc_buf_printf(b, "%u", (*unique)++);
	while (pieces-- > 0) {
		put_plain(b);
		if (below(3) == 0)
			put_utf8(b);
		if (below(3) == 0)
			put_escape(b);
	}
	dc_buf_append_byte(b, '"');
}

static void
put_number(struct dc_buf *b)
{
	size_t i;

	if (below(2) == 0)
		dc_buf_append_byte(b, '-');
	dc_buf_printf(b, "%llu", (unsigned long long)
		      (unit_random(&rng) >> 1 >> below(63)));
	if (below(3) == 0) {
		dc_buf_append_byte(b, '.');
		for (i = below(20) + 1; i > 0; i--)
			dc_buf_append_byte(b, (uint8_t)('0' + below(10)));
	}
	if (below(4) == 0)
		dc_buf_printf(b, "%c%s%u", "eE"[below(2)],
			      below(2) == 0 ? "-" : below(2) ? "+" : "",
			      (unsigned)below(280));
}

static void
put_value(struct dc_buf *b, unsigned depth)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t kind = below(depth < 7 ? 8 : 5), members, i;
	unsigned unique = 0;

	put_space(b);
	if (kind < 2) {
		put_string(b, NULL);
	} else if (kind < 4) {
		put_number(b);
	} else if (kind == 4) {
		dc_buf_append_text(b, words[below(3)]);
	} else {
		bool object = kind == 5;

		members = below(5);
		dc_buf_append_byte(b, object ? '{' : '[');
		for (i = 0; i < members; i++) {
			if (i > 0)
				dc_buf_append_byte(b, ',');
			put_space(b);
			if (object) {
				put_string(b, &unique);
				put_space(b);
				dc_buf_append_byte(b, ':');
			}
			put_value(b, depth + 1);
		}
		put_space(b);
		dc_buf_append_byte(b, object ? '}' : ']');
	}
	put_space(b);
}

/* The next random document; the generator's bounds keep it small. */
static void
next_document(struct dc_buf *b)
{
	dc_buf_reset(b);
	put_value(b, 0);
	unit_require(!dc_buf_failed(b));
}

START_TEST(random_documents_are_read_alike)
{
	struct dc_buf b;
	size_t i, bytes = 0;

	rng = 1;
	dc_buf_init(&b, DOCUMENT_BOUND);
	for (i = 0; i < DOCUMENTS; i++) {
		next_document(&b);
		bytes += b.len;
		unit_require(both_accept(dc_buf_text(&b), b.len));
		both_read_the_same(dc_buf_text(&b), b.len);
	}
	ck_assert_uint_gt(bytes, 500000);
	dc_buf_clear(&b);
}
END_TEST

/* Damage */

static void
put_any(struct dc_buf *out, const struct dc_buf *in, size_t at, size_t drop,
	const char *put, size_t n)
{
	dc_buf_reset(out);
	dc_buf_append(out, in->data, at);
	dc_buf_append(out, put, n);
	dc_buf_append(out, in->data + at + drop, in->len - at - drop);
}

/* What is put into a document, by class. */
static const struct {
	const char *bytes;
	size_t n;
} damage[] = {
#define DAMAGE(text) { text, sizeof(text) - 1 }
	DAMAGE("\0"), DAMAGE("\1"), DAMAGE("\x1f"), DAMAGE("\x7f"),
	DAMAGE("\n"), DAMAGE("\f"), DAMAGE("\v"), DAMAGE("\xa0"),
	DAMAGE("\""), DAMAGE("\\"), DAMAGE("\\x"), DAMAGE("\\u"),
	DAMAGE("\\u0"), DAMAGE("\\u00"), DAMAGE("\\u00e"), DAMAGE("\\uzzzz"),
	DAMAGE("\\u0000"), DAMAGE("\\u0001"), DAMAGE("\\ud800"),
	DAMAGE("\\udc00"), DAMAGE("\\udfff"), DAMAGE("\\ud800\\u0041"),
	DAMAGE("\\ud800\\ud800"), DAMAGE("\\udbff\\udfff"),
	DAMAGE("\\ud800x"), DAMAGE("\\ud800\\n"), DAMAGE("\\U0041"),
	DAMAGE("\x80"), DAMAGE("\xbf"), DAMAGE("\xc0\x80"), DAMAGE("\xc1\xbf"),
	DAMAGE("\xc2"), DAMAGE("\xc2\x41"), DAMAGE("\xe0\x80\x80"),
	DAMAGE("\xe0\x9f\xbf"), DAMAGE("\xe2\x82"), DAMAGE("\xed\xa0\x80"),
	DAMAGE("\xed\xbf\xbf"), DAMAGE("\xf0\x80\x80\x80"),
	DAMAGE("\xf0\x8f\xbf\xbf"), DAMAGE("\xf0\x9f\x98"),
	DAMAGE("\xf4\x90\x80\x80"), DAMAGE("\xf5\x80\x80\x80"),
	DAMAGE("\xf8\x88\x80\x80\x80"), DAMAGE("\xfe"), DAMAGE("\xff"),
	DAMAGE("\xef\xbb\xbf"), DAMAGE("{"), DAMAGE("}"), DAMAGE("["),
	DAMAGE("]"), DAMAGE(","), DAMAGE(":"), DAMAGE("0"), DAMAGE("-"),
	DAMAGE("+"), DAMAGE("."), DAMAGE("e"), DAMAGE("E+"), DAMAGE("e999"),
	DAMAGE("9999999999"), DAMAGE("99999999999999999999"), DAMAGE("1e1"),
	DAMAGE("true"), DAMAGE("nul"), DAMAGE("NaN"), DAMAGE("Infinity"),
	DAMAGE("//"), DAMAGE("/**/"), DAMAGE("#"), DAMAGE("'"), DAMAGE("'a'"),
	DAMAGE("\"a\":"), DAMAGE("{\"a\":1,\"a\":2}"), DAMAGE("[,]"),
#undef DAMAGE
};

/* Cut behind each byte, and with each byte left out. */
START_TEST(documents_with_bytes_missing_are_judged_alike)
{
	struct dc_buf b, out;
	size_t i, at, refused = 0;

	rng = 2;
	dc_buf_init(&b, DOCUMENT_BOUND);
	dc_buf_init(&out, DOCUMENT_BOUND);
	for (i = 0; i < 1500; i++) {
		next_document(&b);
		for (at = 0; at < b.len && at < 400; at++) {
			refused += !both_accept(dc_buf_text(&b), at);
			put_any(&out, &b, at, 1, "", 0);
			refused += !both_accept(dc_buf_text(&out), out.len);
		}
	}
	ck_assert_uint_gt(refused, 10000);
	dc_buf_clear(&b);
	dc_buf_clear(&out);
}
END_TEST

START_TEST(documents_with_bytes_changed_are_judged_alike)
{
	struct dc_buf b;
	size_t i, j, at, refused = 0;
	uint8_t saved;

	rng = 3;
	dc_buf_init(&b, DOCUMENT_BOUND);
	for (i = 0; i < DOCUMENTS; i++) {
		next_document(&b);
		for (j = 0; j < 8; j++) {
			at = below(b.len);
			saved = b.data[at];
			if (j % 2 == 0)
				b.data[at] ^= (uint8_t)(1u << below(8));
			else
				b.data[at] = (uint8_t)below(256);
			refused += !both_accept(dc_buf_text(&b), b.len);
			if (j < 6)
				b.data[at] = saved;
		}
	}
	ck_assert_uint_gt(refused, DOCUMENTS);
	dc_buf_clear(&b);
}
END_TEST

START_TEST(documents_with_something_wrong_put_in_are_judged_alike)
{
	struct dc_buf b, out;
	size_t i, j, k, at, taken = 0, refused = 0;

	rng = 4;
	dc_buf_init(&b, DOCUMENT_BOUND);
	dc_buf_init(&out, DOCUMENT_BOUND);
	for (i = 0; i < 1000; i++) {
		next_document(&b);
		for (j = 0; j < DC_ARRAY_LEN(damage); j++) {
			for (k = 0; k < 3; k++) {
				at = below(b.len + 1);
				put_any(&out, &b, at, 0, damage[j].bytes,
					damage[j].n);
				if (both_accept(dc_buf_text(&out), out.len))
					taken++;
				else
					refused++;
			}
		}
	}
	ck_assert_uint_gt(taken, 1000);
	ck_assert_uint_gt(refused, 10000);
	dc_buf_clear(&b);
	dc_buf_clear(&out);
}
END_TEST

/* Every pair of bytes inside a string, every leading triple of UTF-8. */
START_TEST(every_pair_of_bytes_in_a_string_is_judged_alike)
{
	char text[8] = "\"..\"";
	int a, c;

	for (a = 0; a < 256; a++) {
		for (c = 0; c < 256; c++) {
			text[1] = (char)a;
			text[2] = (char)c;
			(void)both_accept(text, 4);
		}
	}
}
END_TEST

START_TEST(every_shape_of_utf_8_is_judged_alike)
{
	static const uint8_t edge[] = {
		0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0,
		0xff,
	};
	uint8_t text[6] = "\"....\"";
	size_t i, j, k, n;
	int a;

	for (a = 0x80; a < 256; a++) {
		for (i = 0; i < sizeof(edge); i++) {
			for (j = 0; j < sizeof(edge); j++) {
				for (k = 0; k < sizeof(edge); k++) {
					text[1] = (uint8_t)a;
					text[2] = edge[i];
					text[3] = edge[j];
					text[4] = edge[k];
					(void)both_accept((char *)text, 6);
				}
				text[4] = '"';
				(void)both_accept((char *)text, 5);
			}
		}
		for (n = 1; n < 6; n++)
			(void)both_accept((char *)text, n);
	}
}
END_TEST

/* All 65,536 units, alone and before a low surrogate. */
START_TEST(every_unicode_escape_is_judged_alike)
{
	char text[24];
	unsigned c;
	int n;

	for (c = 0; c < 0x10000; c++) {
		n = snprintf(text, sizeof(text), "\"\\u%04X\"", c);
		(void)both_accept(text, (size_t)n);
		n = snprintf(text, sizeof(text), "\"\\u%04x\\uDC00\"", c);
		(void)both_accept(text, (size_t)n);
		n = snprintf(text, sizeof(text), "\"\\uD800\\u%04x\"", c);
		(void)both_accept(text, (size_t)n);
	}
}
END_TEST

/* Numbers */

static void
judge_both_signs(const char *digits)
{
	char text[2048];
	int n;

	n = snprintf(text, sizeof(text), "-%s", digits);
	ck_assert(n > 0 && (size_t)n < sizeof(text));
	(void)both_accept(text, (size_t)n);
	(void)both_accept(text + 1, (size_t)n - 1);
}

START_TEST(numbers_by_name_are_judged_alike)
{
	static const char *const cases[] = {
		"", "0", "00", "01", "0.", "0.0", "0.e1", "0e", "0e+", "0e1",
		"0E-0", ".5", "1.", "1.5", "1.5.5", "1e5", "1e+5", "1e-5",
		"1e5.5", "1ee5", "1e+-5", "+1", "-1", "0x10", "1_000", "1,0",
		"9223372036854775807", "9223372036854775808",
		"9223372036854775809", "9999999999999999999",
		"10000000000000000000", "18446744073709551615",
		"18446744073709551616", "922337203685477580700",
		"9223372036854775808.0", "18446744073709551616e0",
		"1e308", "1e309", "1.7976931348623157e308",
		"1.7976931348623158e308", "1.7976931348623159e308",
		"1.797693134862315807e308", "1.797693134862315808e308",
		"179769313486231570e291", "0.17976931348623159e309",
		"0.00000000017976931348623159e318", "1e-400", "1e-99999999999",
		"0e99999999999", "0.0e99999999999999999999999", "1e99999999999",
		"1e99999999999999999999999999", "1e-99999999999999999999999999",
		"0.000000000000000000000000000001e338",
		"0.000000000000000000000000000001e339", "4.9e-324", "1e2147483648",
		"1e4294967296", "1e-2147483649", "1e9223372036854775807",
		"1e18446744073709551617",
	};
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++)
		judge_both_signs(cases[i]);
}
END_TEST

/* 2^1024 - 2^970 is the first decimal that rounds to infinity: its digits
 * with each digit one up or down, cut, extended, and with the point and the
 * exponent moved. */
START_TEST(reals_around_infinity_are_judged_alike)
{
	static const char limit[] =
		"179769313486231580793728971405303415079934132710037826936173"
		"778980444968292764750946649017977587207096330286416692887910"
		"946555547851940402630657488671505820681908902000708383676273"
		"854845817711531764475730270069855571366959622842914819860834"
		"936475292719074168444365510704342711559699508093042880177904"
		"174497792";
	const size_t digits = sizeof(limit) - 1;
	char number[1024], text[2048];
	size_t at, point;
	int change;

	ck_assert_uint_eq(digits, 309);
	for (at = 0; at < digits; at++) {
		for (change = -1; change <= 1; change++) {
			memcpy(number, limit, sizeof(limit));
			number[at] = (char)(number[at] + change);
			if (number[at] < '0' || number[at] > '9')
				continue;
			snprintf(text, sizeof(text), "%s.0", number);
			judge_both_signs(text);
			snprintf(text, sizeof(text), "%se0", number);
			judge_both_signs(text);
			snprintf(text, sizeof(text), "%s.%se%zu", "0", number,
				 digits);
			judge_both_signs(text);
			point = at + 1;
			snprintf(text, sizeof(text), "%.*s.%s1e%zu",
				 (int)point, number, number + point,
				 digits - point);
			judge_both_signs(text);
			snprintf(text, sizeof(text), "0.000%.*se%zu",
				 (int)point, number, digits + 3);
			judge_both_signs(text);
			snprintf(text, sizeof(text), "%s000e-3", number);
			judge_both_signs(text);
		}
	}
}
END_TEST

/* Documents */

START_TEST(documents_by_name_are_judged_alike)
{
	static const char *const cases[] = {
		"{}", "[]", "[[]]", "[{}]", "{\"a\":{}}", "{\"\":\"\"}",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "[1,2,3]", "[1 2]",
		"[1,,2]", "[,1]", "[1,]", "{,}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{\"a\" \"b\"}", "{\"a\"::1}", "{1:2}", "{a:1}",
		"{'a':1}", "{null:1}", "[}", "{]", "]", "}", "[]]", "{}}",
		"[][]", "{}{}", "1 1", "1,", ",", ":", "[1:2]", "{\"a\",1}",
		"true", "false", "null", "True", "TRUE", "tru", "truex",
		"true1", "true\"\"", "nulll", "nul", "[true,false,null]",
		"[truefalse]", "NaN", "-NaN", "Infinity", "-Infinity", "nan",
		"\"\"", "\"", "\"a", "a\"", "\"a\"b", "'a'", "\"\\\"", "\"\t\"",
		"\"\\a\"", "\"\\'\"", "\"\x7f\"", "\"a\\", "\"\\u\"", "\"\\u123",
		" 1 ", "\t[\r\n1\t]\r\n", "\f1", "\v1", "1\f", "\xc2\xa0" "1",
		"\xef\xbb\xbf" "1", "\xe2\x80\xa8" "1", "/**/1", "//\n1", "#\n1",
		"\xff\xfe" "1", "\"\xe2\x80\xa8\"", "[\"a\",\n\"b\"]",
		"{\"a\":[1,{\"b\":[true,null,{\"c\":-1.5e-3}]}]}",
		"{\"\\u0061\":1,\"a\":2}", "{\"\\u0000\":1}", "{\"a\\n\":1}",
		"{\"\xff\":1}", "{\"a\":\"\\ud800\"}", "[-]", "[-a]", "[--1]",
		"[1e]", "[1.e1]", "[0xa]", "[1a]", "[1\"\"]", "[\"a\"1]",
	};
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++)
		(void)both_accept(cases[i], strlen(cases[i]));
	(void)both_accept("1\0", 2);
	(void)both_accept("\0", 1);
	(void)both_accept("[\0]", 3);
	(void)both_accept("\"a\0b\"", 5);
}
END_TEST

START_TEST(repeated_keys_are_handed_out_one_by_one)
{
	static const char text[] = "{\"a\":1,\"b\":2,\"\\u0061\":[3]}";
	json_t *tree = json_loads(text, JSON_DECODE_ANY, NULL);
	struct json_scan s;

	json_scan_init(&s, text, sizeof(text) - 1);
	same_object(&s, tree, false);
	ck_assert_uint_eq(json_object_size(tree), 2);
	json_decref(tree);
}
END_TEST

UNIT_MAIN("base/json_scan against jansson",
	random_documents_are_read_alike,
	documents_with_bytes_missing_are_judged_alike,
	documents_with_bytes_changed_are_judged_alike,
	documents_with_something_wrong_put_in_are_judged_alike,
	every_pair_of_bytes_in_a_string_is_judged_alike,
	every_shape_of_utf_8_is_judged_alike,
	every_unicode_escape_is_judged_alike,
	numbers_by_name_are_judged_alike,
	reals_around_infinity_are_judged_alike,
	documents_by_name_are_judged_alike,
	repeated_keys_are_handed_out_one_by_one)
