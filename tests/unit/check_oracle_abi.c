/* check_oracle_abi.c: the contract ABI, both ways. */

#include "config.h"

#include "oracle/abi.h"
#include "tests/unit/unit.h"

#include <string.h>

#include "base/hex.h"

static struct dc_buf buf;
static char text[8192];

static void
begin(void)
{
	dc_buf_clear(&buf);
	dc_buf_init(&buf, 4096);
}

static const char *
written(void)
{
	ck_assert(!dc_buf_failed(&buf));
	hex_encode(text, buf.data, buf.len);
	return text;
}

/* Solidity documentation, "Contract ABI Specification", examples. */
START_TEST(selectors_are_those_of_the_specification)
{
	static const struct {
		const char *signature, *hex;
	} cases[] = {
		{ "baz(uint32,bool)", "cdcd77c0" },
		{ "bar(bytes3[2])", "fce353f6" },
		{ "sam(bytes,bool,uint256[])", "a5643bf2" },
		{ "f(uint256,uint32[],bytes10,bytes)", "8be65246" },
		{ "g(uint256[][],string[])", "2289b18c" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct abi_selector s = abi_selector_of(cases[i].signature);
		char hex[9];

		hex_encode(hex, s.b, sizeof(s.b));
		ck_assert_str_eq(hex, cases[i].hex);
	}
}
END_TEST

#define W0 "00000000000000000000000000000000000000000000000000000000000000"

/* sam("dave", true, [1,2,3]) and f(0x123, [0x456, 0x789], "1234567890",
 * "Hello, world!") of the specification. */
START_TEST(the_examples_of_the_specification_are_written)
{
	static const uint8_t ten[32] = "1234567890";
	struct abi_out t, a;

	begin();
	abi_open(&t, &buf, 3);
	abi_put_text(&t, "dave");
	abi_put_u64(&t, 1);
	abi_put_array(&a, &t, 3, 1);
	for (uint64_t i = 1; i <= 3; i++)
		abi_put_u64(&a, i);
	ck_assert_str_eq(written(), W0 "60" W0 "01" W0 "a0" W0 "04"
		"6461766500000000000000000000000000000000000000000000000000"
		"000000" W0 "03" W0 "01" W0 "02" W0 "03");

	begin();
	abi_open(&t, &buf, 4);
	abi_put_u64(&t, 0x123);
	abi_put_array(&a, &t, 2, 1);
	abi_put_u64(&a, 0x456);
	abi_put_u64(&a, 0x789);
	abi_put_word(&t, ten);
	abi_put_text(&t, "Hello, world!");
	ck_assert_str_eq(written(),
		"0000000000000000000000000000000000000000000000000000000000000123"
		W0 "80"
		"3132333435363738393000000000000000000000000000000000000000000000"
		W0 "e0" W0 "02"
		"0000000000000000000000000000000000000000000000000000000000000456"
		"0000000000000000000000000000000000000000000000000000000000000789"
		W0 "0d"
		"48656c6c6f2c20776f726c642100000000000000000000000000000000000000");
}
END_TEST

/* g([[1, 2], [3]], ["one", "two", "three"]) of the specification. */
START_TEST(nested_arrays_of_the_specification_are_written_and_read)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_arena *arena = dc_arena_new(1024);
	struct abi_out t, outer, inner;
	struct abi_in in, in_outer, in_inner;

	begin();
	abi_open(&t, &buf, 2);
	abi_put_array(&outer, &t, 2, 1);
	abi_put_array(&inner, &outer, 2, 1);
	abi_put_u64(&inner, 1);
	abi_put_u64(&inner, 2);
	abi_put_array(&inner, &outer, 1, 1);
	abi_put_u64(&inner, 3);
	abi_put_array(&outer, &t, 3, 1);
	abi_put_text(&outer, "one");
	abi_put_text(&outer, "two");
	abi_put_text(&outer, "three");
	ck_assert_str_eq(written(), W0 "40"
		"0000000000000000000000000000000000000000000000000000000000000140"
		W0 "02" W0 "40" W0 "a0" W0 "02" W0 "01" W0 "02" W0 "01" W0 "03"
		W0 "03" W0 "60" W0 "a0" W0 "e0"
		W0 "03"
		"6f6e650000000000000000000000000000000000000000000000000000000000"
		W0 "03"
		"74776f0000000000000000000000000000000000000000000000000000000000"
		W0 "05"
		"7468726565000000000000000000000000000000000000000000000000000000");

	abi_in_init(&in, buf.data, buf.len, &err);
	ck_assert_uint_eq(abi_get_array(&in_outer, &in, 1), 2);
	ck_assert_uint_eq(abi_get_array(&in_inner, &in_outer, 1), 2);
	ck_assert_uint_eq(abi_get_u64(&in_inner), 1);
	ck_assert_uint_eq(abi_get_u64(&in_inner), 2);
	ck_assert_uint_eq(abi_get_array(&in_inner, &in_outer, 1), 1);
	ck_assert_uint_eq(abi_get_u64(&in_inner), 3);
	ck_assert_uint_eq(abi_get_array(&in_outer, &in, 1), 3);
	ck_assert_str_eq(abi_get_text(&in_outer, ABI_TEXT_STRICT, arena),
			 "one");
	ck_assert_str_eq(abi_get_text(&in_outer, ABI_TEXT_STRICT, arena),
			 "two");
	ck_assert_str_eq(abi_get_text(&in_outer, ABI_TEXT_STRICT, arena),
			 "three");
	ck_assert_int_eq(err.status, DC_OK);
	dc_arena_free(arena);
}
END_TEST

START_TEST(numbers_outside_their_type_are_refused)
{
	uint8_t word[32] = { 0 };
	struct dc_err err = DC_ERR_INIT;
	struct abi_in in;

	word[30] = 1;
	abi_in_init(&in, word, sizeof(word), &err);
	ck_assert_uint_eq(abi_get_uint(&in, 9), 256);
	ck_assert_int_eq(err.status, DC_OK);
	abi_in_init(&in, word, sizeof(word), &err);
	(void)abi_get_uint(&in, 8);
	ck_assert_int_eq(err.status, DC_EINVAL);
	word[0] = 1;
	err = (struct dc_err)DC_ERR_INIT;
	abi_in_init(&in, word, sizeof(word), &err);
	(void)abi_get_u64(&in);
	ck_assert_int_eq(err.status, DC_EINVAL);
	err = (struct dc_err)DC_ERR_INIT;
	abi_in_init(&in, word, sizeof(word), &err);
	(void)abi_get_addr(&in);
	ck_assert_int_eq(err.status, DC_EINVAL);
}
END_TEST

/* Every offset and length that could run past the data. */
START_TEST(offsets_and_lengths_past_the_data_are_refused)
{
	static const uint64_t offsets[] = { 97, 96, 65, UINT64_MAX,
					    UINT64_MAX - 31 };
	static const uint64_t lengths[] = { 33, 64, UINT64_MAX,
					    UINT64_MAX - 31, UINT64_MAX / 2 };
	uint8_t data[96] = { 0 };
	struct abi_in in, inner;
	size_t len;

	for (size_t i = 0; i < DC_ARRAY_LEN(offsets); i++) {
		struct dc_err err = DC_ERR_INIT;

		u256_to_be(u256_from_u64(offsets[i]), data);
		abi_in_init(&in, data, sizeof(data), &err);
		(void)abi_get_bytes(&in, &len);
		ck_assert_int_eq(err.status, DC_EINVAL);
		ck_assert_uint_eq(len, 0);
	}
	u256_to_be(u256_from_u64(32), data);
	for (size_t i = 0; i < DC_ARRAY_LEN(lengths); i++) {
		struct dc_err err = DC_ERR_INIT;

		u256_to_be(u256_from_u64(lengths[i]), data + 32);
		abi_in_init(&in, data, sizeof(data), &err);
		(void)abi_get_bytes(&in, &len);
		ck_assert_int_eq(err.status, DC_EINVAL);
		dc_err_clear(&err);
		abi_in_init(&in, data, sizeof(data), &err);
		ck_assert_uint_eq(abi_get_array(&inner, &in, 1), 0);
		ck_assert_int_eq(err.status, DC_EINVAL);
	}
}
END_TEST

START_TEST(after_a_fault_every_read_gives_zeros)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_arena *arena = dc_arena_new(64);
	uint8_t word[32] = { [31] = 7 };
	struct abi_in in, inner;
	size_t len;

	abi_in_init(&in, word, sizeof(word), &err);
	ck_assert_uint_eq(abi_get_u64(&in), 7);
	ck_assert_uint_eq(abi_get_u64(&in), 0);
	ck_assert(abi_in_failed(&in));
	(void)abi_get_bytes(&in, &len);
	ck_assert_uint_eq(len, 0);
	ck_assert_str_eq(abi_get_text(&in, ABI_TEXT_MEND, arena), "");
	abi_get_tuple(&inner, &in);
	ck_assert_uint_eq(abi_get_u64(&inner), 0);
	ck_assert(strstr(err.text, "data ends early at word 1") != NULL);
	dc_arena_free(arena);
}
END_TEST

/* Source: Unicode 15, table 3-7; each second text breaks the first. */
START_TEST(text_that_is_no_utf8_is_refused_or_mended)
{
	static const struct {
		const char *in, *mended;
		enum dc_status strict;
	} cases[] = {
		{ "sections", "sections", DC_OK },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d",
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d", DC_OK },
		{ "a\xff" "b", "a\xef\xbf\xbd" "b", DC_EINVAL },
		{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd", DC_EINVAL },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		  DC_EINVAL },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", DC_EINVAL },
		{ "\xf4\x90\x80\x80",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		  DC_EINVAL },
		{ "\xe0\x9f\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		  DC_EINVAL },
	};
	struct dc_arena *arena = dc_arena_new(64);

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct abi_out t;
		struct abi_in in;

		begin();
		abi_open(&t, &buf, 1);
		abi_put_text(&t, cases[i].in);
		abi_in_init(&in, buf.data, buf.len, &err);
		ck_assert_str_eq(abi_get_text(&in, ABI_TEXT_MEND, arena),
				 cases[i].mended);
		ck_assert_int_eq(err.status, DC_OK);
		abi_in_init(&in, buf.data, buf.len, &err);
		(void)abi_get_text(&in, ABI_TEXT_STRICT, arena);
		ck_assert_int_eq(err.status, cases[i].strict);
	}
	dc_arena_free(arena);
}
END_TEST

START_TEST(a_nul_inside_a_text_never_cuts_it_silently)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_arena *arena = dc_arena_new(64);
	struct abi_out t;
	struct abi_in in;

	begin();
	abi_open(&t, &buf, 1);
	abi_put_bytes(&t, (const uint8_t *)"a\0b", 3);
	abi_in_init(&in, buf.data, buf.len, &err);
	ck_assert_str_eq(abi_get_text(&in, ABI_TEXT_MEND, arena),
			 "a\xef\xbf\xbd" "b");
	dc_arena_free(arena);
}
END_TEST

START_TEST(a_full_buffer_makes_writing_stop_and_says_so)
{
	struct abi_out t, a;

	dc_buf_clear(&buf);
	dc_buf_init(&buf, 40);
	abi_open(&t, &buf, 2);
	ck_assert(dc_buf_failed(&buf));
	abi_put_u64(&t, 1);
	abi_put_array(&a, &t, 3, 1);
	abi_put_u64(&a, 1);
	abi_put_text(&t, "more than there is room for, by far");
	ck_assert(dc_buf_failed(&buf));
	ck_assert_uint_le(buf.len, 40);
}
END_TEST

UNIT_MAIN("oracle/abi",
	selectors_are_those_of_the_specification,
	the_examples_of_the_specification_are_written,
	nested_arrays_of_the_specification_are_written_and_read,
	numbers_outside_their_type_are_refused,
	offsets_and_lengths_past_the_data_are_refused,
	after_a_fault_every_read_gives_zeros,
	text_that_is_no_utf8_is_refused_or_mended,
	a_nul_inside_a_text_never_cuts_it_silently,
	a_full_buffer_makes_writing_stop_and_says_so)
