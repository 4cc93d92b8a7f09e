/* check_incentives_record.c: the record chain. */

#include "config.h"

#include <string.h>

#include "incentives/record.h"
#include "tests/unit/unit.h"

/* Hashes by another keccak (tests/vectors/learner.py). */
START_TEST(records_are_chained_as_the_protocol_says)
{
	static const uint8_t sample[] = { 1, 1, 5 };
	static const struct hash32 zero;
	struct ev_contributed ev = {
		.label = 3, .sample = sample, .sample_len = sizeof(sample)
	};
	struct hash32 first, second;
	char text[HASH32_TEXT_BYTES];
	struct record r;

	ck_assert_int_eq(addr20_parse(&ev.contributor,
		"0x00112233445566778899aabbccddeeff01234567", NULL), DC_OK);
	ev.deposit_wei = wei_from_u64(1000000000000000007);
	record_from_event(&r, &ev, 1700000000);
	record_hash(&first, &zero, &r);
	hash32_format(&first, text);
	ck_assert_str_eq(text, "0xeecf196df50bd1915290184fe60fd238"
			 "52a8eb9776d4e27a1662dcbbacd6cbe0");
	ev.label = UINT32_MAX;
	ev.sample_len = 0;
	ev.deposit_wei.v = u256_shl(u256_from_u64(1), 200);
	ev.deposit_wei.v.w[0] = 1;
	record_from_event(&r, &ev, 1700000001);
	record_hash(&second, &first, &r);
	hash32_format(&second, text);
	ck_assert_str_eq(text, "0x6db5e8c0e99e91d5c291fd787b3e9343"
			 "0f9b2f02d1db753291a07c8fa3047744");
}
END_TEST

/* Bit 0 of a slot is the settled flag, so no hash has it. */
START_TEST(a_record_never_has_bit_0)
{
	struct hash32 rec = { { 0 } };
	struct record r = { .time_s = 0 };

	for (r.time_s = 0; r.time_s < 1000; r.time_s++) {
		record_hash(&rec, &rec, &r);
		unit_require((rec.b[31] & 1) == 0);
	}
}
END_TEST

START_TEST(each_field_changes_the_hash)
{
	struct record r = { .time_s = 5 }, other;
	struct hash32 zero = { { 0 } }, one = { { 0 } }, a, b;
	int i;

	one.b[0] = 1;
	record_hash(&a, &zero, &r);
	for (i = 0; i < 6; i++) {
		other = r;
		other.contributor.b[0] ^= i == 0;
		other.time_s ^= i == 1;
		other.deposit_wei.v.w[3] ^= i == 2;
		other.label ^= i == 3;
		other.sample_hash.b[31] ^= i == 4;
		record_hash(&b, i == 5 ? &one : &zero, &other);
		ck_assert(!hash32_equal(&a, &b));
	}
}
END_TEST

UNIT_MAIN("incentives/record",
	  records_are_chained_as_the_protocol_says,
	  a_record_never_has_bit_0,
	  each_field_changes_the_hash)
