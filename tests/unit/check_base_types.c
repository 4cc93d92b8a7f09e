/* check_base_types.c: addresses, hashes and amounts as text and in order. */

#include "config.h"

#include <string.h>

#include "base/types.h"
#include "tests/unit/unit.h"

/* EIP-55, section "Test Cases". */
static const char *const eip55[] = {
	/* All caps */
	"0x52908400098527886E0F7030069857D2E4169EE7",
	"0x8617E340B3D01FA5F11F306F4090FD50E238070D",
	/* All lower */
	"0xde709f2102306220921060314715629080e2fb77",
	"0x27b1fdb04752bbc536007a920d24acb045561c26",
	/* Normal */
	"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
	"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
	"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
	"0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

START_TEST(addresses_are_written_with_the_eip_55_checksum)
{
	char text[ADDR20_TEXT_BYTES];
	struct addr20 a;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(eip55); i++) {
		ck_assert_int_eq(addr20_parse(&a, eip55[i], NULL), DC_OK);
		addr20_format(&a, text);
		ck_assert_str_eq(text, eip55[i]);
	}
}
END_TEST

/* One letter turned to the other case breaks a mixed address. */
START_TEST(a_wrong_letter_case_in_a_mixed_address_is_refused)
{
	char text[ADDR20_TEXT_BYTES];
	struct addr20 a;
	size_t i, j;

	for (i = 4; i < DC_ARRAY_LEN(eip55); i++) {
		for (j = 2; j < 42; j++) {
			struct dc_err err = DC_ERR_INIT;

			snprintf(text, sizeof(text), "%s", eip55[i]);
			if (text[j] < 'A')
				continue;
			text[j] ^= 0x20;
			ck_assert_int_eq(addr20_parse(&a, text, &err),
					 DC_EINVAL);
			ck_assert(strstr(err.text, "EIP-55") != NULL);
		}
	}
}
END_TEST

/* Two letters in the four ways to write them: both upper-case or both
 * lower-case always pass, of the mixed ones the checksum allows at most one. */
START_TEST(any_two_letters_of_different_case_make_an_address_mixed)
{
	char text[ADDR20_TEXT_BYTES] =
		"0x0000000000000000000000000000000000000000";
	struct addr20 a;
	int one, two, ways;

	for (one = 'a'; one <= 'f'; one++) {
		for (two = 'a'; two <= 'f'; two++) {
			text[2] = (char)one;
			text[41] = (char)two;
			ck_assert(addr20_parse(&a, text, NULL) == DC_OK);
			text[2] ^= 0x20;
			ways = addr20_parse(&a, text, NULL) == DC_OK;
			text[41] ^= 0x20;
			ck_assert(addr20_parse(&a, text, NULL) == DC_OK);
			text[2] ^= 0x20;
			ways += addr20_parse(&a, text, NULL) == DC_OK;
			ck_assert_int_le(ways, 1);
		}
	}
}
END_TEST

START_TEST(an_address_in_one_case_needs_no_checksum)
{
	char upper[ADDR20_TEXT_BYTES], lower[ADDR20_TEXT_BYTES];
	struct addr20 a, b;
	size_t j;

	snprintf(upper, sizeof(upper), "%s", eip55[4]);
	snprintf(lower, sizeof(lower), "%s", eip55[4]);
	for (j = 2; j < 42; j++) {
		if (upper[j] < 'A')
			continue;
		upper[j] &= (char)~0x20;
		lower[j] |= 0x20;
	}
	ck_assert_int_eq(addr20_parse(&a, upper, NULL), DC_OK);
	ck_assert_int_eq(addr20_parse(&b, lower, NULL), DC_OK);
	ck_assert(addr20_equal(&a, &b));
}
END_TEST

START_TEST(what_is_no_address_is_refused_with_a_reason)
{
	static const char *const cases[] = {
		"", "0", "0x", "52908400098527886E0F7030069857D2E4169EE7",
		"0X52908400098527886E0F7030069857D2E4169EE7",
		"0x52908400098527886E0F7030069857D2E4169EE",
		"0x52908400098527886E0F7030069857D2E4169EE77",
		"0x52908400098527886E0F7030069857D2E4169EEg",
		" 0x52908400098527886E0F7030069857D2E4169EE7",
		"0x52908400098527886E0F7030069857D2E4169EE7 ",
	};
	struct addr20 a;
	size_t i;

	memset(&a, 0x5a, sizeof(a));
	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;

		ck_assert_int_eq(addr20_parse(&a, cases[i], &err), DC_EINVAL);
		ck_assert(err.text[0] != '\0');
		ck_assert_uint_eq(a.b[0], 0x5a);
		ck_assert_uint_eq(a.b[19], 0x5a);
	}
}
END_TEST

START_TEST(addresses_compare_by_their_bytes)
{
	struct addr20 a = { { 0 } }, b = { { 0 } };

	ck_assert(addr20_is_zero(&a));
	ck_assert(addr20_equal(&a, &b));
	ck_assert_int_eq(addr20_compare(&a, &b), 0);
	b.b[19] = 1;
	ck_assert(!addr20_is_zero(&b));
	ck_assert(!addr20_equal(&a, &b));
	ck_assert_int_lt(addr20_compare(&a, &b), 0);
	a.b[0] = 0x80;
	ck_assert_int_gt(addr20_compare(&a, &b), 0);
}
END_TEST

START_TEST(hashes_are_written_and_read_back)
{
	static const char text[] = "0x00112233445566778899aabbccddeeff"
				   "0123456789abcdef0123456789abcdef";
	char again[HASH32_TEXT_BYTES], shorter[HASH32_TEXT_BYTES];
	struct hash32 h, zero = { { 0 } };

	ck_assert_int_eq(hash32_parse(&h, text, NULL), DC_OK);
	hash32_format(&h, again);
	ck_assert_str_eq(again, text);
	ck_assert(!hash32_is_zero(&h));
	ck_assert(hash32_is_zero(&zero));
	ck_assert(!hash32_equal(&h, &zero));
	ck_assert(hash32_equal(&h, &h));
	snprintf(shorter, sizeof(shorter), "%s", text);
	shorter[65] = '\0';
	ck_assert_int_eq(hash32_parse(&zero, shorter, NULL), DC_EINVAL);
	ck_assert_int_eq(hash32_parse(&zero, text + 1, NULL), DC_EINVAL);
	shorter[65] = 'z';
	ck_assert_int_eq(hash32_parse(&zero, shorter, NULL), DC_EINVAL);
	ck_assert(hash32_is_zero(&zero));
}
END_TEST

START_TEST(amounts_keep_to_their_range)
{
	struct wei max = { U256_MAX_ }, one = wei_from_u64(1);
	struct wei out = wei_from_u64(7);

	ck_assert(!wei_add(&out, max, one));
	ck_assert(!wei_sub(&out, one, wei_from_u64(2)));
	ck_assert_int_eq(wei_compare(out, wei_from_u64(7)), 0);
	ck_assert(wei_sub(&out, max, one));
	ck_assert_int_lt(wei_compare(out, max), 0);
	ck_assert(wei_add(&out, out, one));
	ck_assert_int_eq(wei_compare(out, max), 0);
	ck_assert_int_gt(wei_compare(out, one), 0);
}
END_TEST

START_TEST(amounts_are_written_in_decimal_and_read_back)
{
	static const char *const cases[] = {
		"0", "1", "1000000000000000000", "18446744073709551616",
		("115792089237316195423570985008687907853"
		 "269984665640564039457584007913129639935"),
	};
	char text[WEI_TEXT_BYTES];
	struct wei a;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(wei_parse(&a, cases[i], NULL), DC_OK);
		wei_format(a, text);
		ck_assert_str_eq(text, cases[i]);
	}
	ck_assert_int_eq(wei_parse(&a, "1.5", NULL), DC_EINVAL);
	ck_assert_int_eq(wei_parse(&a, "-1", NULL), DC_EINVAL);
	ck_assert_int_eq(wei_parse(&a, "0x10", NULL), DC_EINVAL);
}
END_TEST

UNIT_MAIN("base/types",
	addresses_are_written_with_the_eip_55_checksum,
	a_wrong_letter_case_in_a_mixed_address_is_refused,
	any_two_letters_of_different_case_make_an_address_mixed,
	an_address_in_one_case_needs_no_checksum,
	what_is_no_address_is_refused_with_a_reason,
	addresses_compare_by_their_bytes,
	hashes_are_written_and_read_back,
	amounts_keep_to_their_range,
	amounts_are_written_in_decimal_and_read_back)
