/* check_base_hex.c: hexadecimal text, both ways, and quantities. */

#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "tests/unit/unit.h"

START_TEST(every_byte_survives_encoding_and_decoding)
{
	uint8_t in[256], out[256];
	char text[2 * sizeof(in) + 1];
	size_t i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	hex_encode(text, in, sizeof(in));
	ck_assert_uint_eq(strlen(text), 2 * sizeof(in));
	ck_assert(strncmp(text, "000102030405060708090a0b0c0d0e0f10", 34) == 0);
	ck_assert_str_eq(text + 2 * sizeof(in) - 4, "feff");
	ck_assert_int_eq(hex_decode(out, sizeof(out), text, NULL), DC_OK);
	ck_assert_mem_eq(in, out, sizeof(in));
}
END_TEST

START_TEST(nothing_encodes_to_the_empty_text)
{
	char text[1] = { 'x' };

	hex_encode(text, NULL, 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(hex_decode(NULL, 0, "", NULL), DC_OK);
}
END_TEST

START_TEST(decoding_takes_any_case_and_needs_no_nul)
{
	static const char text[6] = { 'a', 'B', 'C', 'd', 'E', 'f' };
	uint8_t out[3];

	ck_assert_int_eq(hex_decode(out, 3, text, NULL), DC_OK);
	ck_assert_mem_eq(out, "\xab\xcd\xef", 3);
}
END_TEST

/* All 256 bytes, in the high and in the low place of a pair. */
START_TEST(only_the_22_digits_decode_and_an_error_names_the_place)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	char text[4] = "0000", place[32];
	uint8_t out[2];
	int c, i;

	for (c = 0; c < 256; c++) {
		for (i = 0; i < 4; i++) {
			struct dc_err err = DC_ERR_INIT;
			bool digit = c != 0 && strchr(digits, c) != NULL;

			memset(text, '0', sizeof(text));
			text[i] = (char)c;
			ck_assert_int_eq(hex_decode(out, 2, text, &err),
					 digit ? DC_OK : DC_EINVAL);
			snprintf(place, sizeof(place), "place %d", i);
			ck_assert(digit || strstr(err.text, place) != NULL);
		}
	}
}
END_TEST

START_TEST(quantities_of_one_to_sixteen_digits_are_read)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "0x0", 0 }, { "0x1", 1 }, { "0x41", 65 }, { "0x400", 1024 },
		{ "0x0400", 1024 }, { "0xfF", 255 },
		{ "0x7fffffffffffffff", INT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX },
		{ "0x0000000000000001", 1 },
	};
	uint64_t value;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(hex_quantity(&value, cases[i].text,
					      strlen(cases[i].text), NULL),
				 DC_OK);
		ck_assert_uint_eq(value, cases[i].value);
	}
}
END_TEST

START_TEST(what_is_no_quantity_is_refused_and_leaves_the_output)
{
	static const char *const cases[] = {
		"", "0", "0x", "x1", "1", "0X1", "0xg", "0x1g", "0x ", "-0x1",
		"0x10000000000000000", "0x00000000000000001", " 0x1",
	};
	struct dc_err too_long = DC_ERR_INIT;
	uint64_t value = 77;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;

		ck_assert_int_eq(hex_quantity(&value, cases[i],
					      strlen(cases[i]), &err),
				 DC_EINVAL);
		ck_assert_uint_eq(value, 77);
		ck_assert(err.text[0] != '\0');
	}
	ck_assert_int_eq(hex_quantity(&value, "0x10000000000000000", 19,
				      &too_long), DC_EINVAL);
	ck_assert_str_eq(too_long.text,
			 "a quantity has at most 16 hex digits, not 17");
	ck_assert_int_eq(hex_quantity(&value, "0x12", 3, NULL), DC_OK);
	ck_assert_uint_eq(value, 1);
}
END_TEST

UNIT_MAIN("base/hex",
	every_byte_survives_encoding_and_decoding,
	nothing_encodes_to_the_empty_text,
	decoding_takes_any_case_and_needs_no_nul,
	only_the_22_digits_decode_and_an_error_names_the_place,
	quantities_of_one_to_sixteen_digits_are_read,
	what_is_no_quantity_is_refused_and_leaves_the_output)
