/*
 * check_incentives_deca.c: 0xDeCA10B's incentives, data handler and trainer
 * where recorded runs seldom come.
 */

#include "config.h"

#include <string.h>

#include "base/keccak.h"
#include "incentives/deca_trainer.h"
#include "tests/unit/unit.h"

static const struct addr20 alice = { { 1 } }, bob = { { 2 } };
static const int64_t data[] = { -1, 2 };

static struct u256
number(uint64_t v)
{
	return u256_from_u64(v);
}

static struct deca_incentive
stakeable(uint64_t weight, uint64_t now)
{
	struct deca_incentive inc;

	ck_assert_int_eq(deca_incentive_construct(
				 &inc, DECA_STAKEABLE,
				 (struct deca_waits){ 10, 100, 1000 },
				 wei_from_u64(weight), number(now)),
			 DECA_DONE);
	return inc;
}

static uint64_t
cost(const struct deca_incentive *inc, uint64_t now)
{
	struct wei out;
	uint64_t v;

	unit_require(deca_incentive_cost(&out, inc, number(now)) == DECA_DONE);
	unit_require(u256_to_u64(&v, out.v));
	return v;
}

START_TEST(the_deposit_falls_with_the_root_of_the_time)
{
	struct deca_incentive inc = stakeable(1000, 50);
	struct wei out;

	ck_assert_uint_eq(cost(&inc, 50), 3600000);
	ck_assert_uint_eq(cost(&inc, 51), 3600000);
	ck_assert_uint_eq(cost(&inc, 53), 3600000);
	ck_assert_uint_eq(cost(&inc, 54), 1800000);
	ck_assert_uint_eq(cost(&inc, 50 + 3600), 60000);
	ck_assert_uint_eq(cost(&inc, 50 + 3599), 3600000 / 59);
	ck_assert_int_eq(deca_incentive_cost(&out, &inc, number(49)),
			 DECA_TIME_BEFORE_UPDATE);
	inc.last_update_s = U256_ZERO;
	ck_assert_int_eq(deca_incentive_cost(&out, &inc, U256_MAX_),
			 DECA_INVALID_OPCODE);
	inc = stakeable(0, 50);
	ck_assert_uint_eq(cost(&inc, 0), 0);
}
END_TEST

START_TEST(points_check_no_waits_and_stakes_do)
{
	struct deca_waits waits = { 3, 2, 1 };
	struct deca_incentive inc;

	ck_assert_int_eq(deca_incentive_construct(&inc, DECA_POINTS, waits,
						  wei_from_u64(0), U256_ZERO),
			 DECA_DONE);
	ck_assert_int_eq(deca_incentive_construct(&inc, DECA_STAKEABLE, waits,
						  wei_from_u64(0), U256_ZERO),
			 DECA_OWNER_WAIT_SHORT);
	waits.refund_s = 2;
	ck_assert_int_eq(deca_incentive_construct(&inc, DECA_STAKEABLE, waits,
						  wei_from_u64(0), U256_ZERO),
			 DECA_ANY_WAIT_SHORT);
}
END_TEST

/* keccak of what abi.encodePacked writes, spelled out. */
START_TEST(an_entry_is_keyed_by_padded_elements_and_packed_values)
{
	static const char packed[] =
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000007"
		"00000000000000000000000000000000000000000000000000000000000003e8"
		"0100000000000000000000000000000000000000";
	struct deca_ref ref = { data, 2, 7, number(1000), alice };
	struct hash32 found, wanted;
	uint8_t bytes[sizeof(packed) / 2];

	for (size_t i = 0; i < sizeof(bytes); i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(packed + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	keccak256(&wanted, bytes, sizeof(bytes));
	deca_entry_key(&found, &ref);
	ck_assert(hash32_equal(&found, &wanted));
}
END_TEST

START_TEST(an_entry_with_money_in_it_is_not_overwritten)
{
	struct deca_incentive inc = stakeable(1000, 50);
	struct deca_entry entry = { .label = 0 };
	struct deca_ref ref = { data, 2, 1, number(1000), alice };
	struct wei price;

	ck_assert_int_eq(deca_trainer_add(&price, &inc, &entry, &ref,
					  wei_from_u64(3600000)),
			 DECA_DONE);
	ck_assert_uint_eq(price.v.w[0], 3600000 / 30);
	ck_assert_int_eq(deca_trainer_add(&price, &inc, &entry, &ref,
					  wei_from_u64(3600000)),
			 DECA_KEY_CONFLICT);
	entry.claimable_wei = wei_from_u64(0);
	entry.claims = number(3);
	ck_assert_int_eq(deca_trainer_add(&price, &inc, &entry, &ref,
					  wei_from_u64(3600000)),
			 DECA_DONE);
	ck_assert(u256_is_zero(entry.claims));
}
END_TEST

START_TEST(a_reporter_gets_his_share_and_the_rest_when_it_is_too_little)
{
	struct deca_incentive inc = stakeable(1000, 0);
	struct deca_stats stats = { .valid = 1 };
	struct deca_ref ref = { data, 2, 1, number(1000), alice };
	struct deca_entry entry = {
		.sender = alice, .label = 1, .added_s = number(1000),
		.initial_wei = wei_from_u64(100),
		.claimable_wei = wei_from_u64(40),
	};
	struct deca_prediction other = { DECA_DONE, 0 };
	struct wei amount;

	inc.total_good = number(3);
	ck_assert_int_eq(deca_trainer_report(&amount, &inc, &entry, &stats,
					     &ref, &bob, false, other,
					     number(1010)),
			 DECA_DONE);
	ck_assert_uint_eq(amount.v.w[0], 33);
	ck_assert_uint_eq(entry.claimable_wei.v.w[0], 7);
	ck_assert_int_eq(deca_trainer_report(&amount, &inc, &entry, &stats,
					     &ref, &bob, false, other,
					     number(1010)),
			 DECA_DONE);
	ck_assert_uint_eq(amount.v.w[0], 7);
	ck_assert_uint_eq(entry.claims.w[0], 2);
	ck_assert_int_eq(deca_trainer_report(&amount, &inc, &entry, &stats,
					     &ref, &bob, true, other,
					     number(1010)),
			 DECA_NOTHING_LEFT);
}
END_TEST

START_TEST(a_model_that_cannot_answer_stops_a_claim_without_words)
{
	struct deca_incentive inc = stakeable(1000, 0);
	struct deca_stats stats = { .valid = 0 };
	struct deca_ref ref = { data, 2, 1, number(1000), alice };
	struct deca_entry entry = {
		.sender = alice, .label = 1, .added_s = number(1000),
		.claimable_wei = wei_from_u64(40),
	};
	struct deca_prediction none = { DECA_INVALID_OPCODE, 0 };
	struct wei amount;

	ck_assert_int_eq(deca_trainer_refund(&amount, &inc, &entry, &stats,
					     &ref, false, none, number(2000)),
			 DECA_REVERTED);
	none.reason = DECA_DIV_ZERO;
	ck_assert_int_eq(deca_trainer_refund(&amount, &inc, &entry, &stats,
					     &ref, false, none, number(2000)),
			 DECA_DIV_ZERO);
	ck_assert(stats.valid == 0);
	ck_assert_uint_eq(entry.claimable_wei.v.w[0], 40);
}
END_TEST

UNIT_MAIN("incentives/deca",
	  the_deposit_falls_with_the_root_of_the_time,
	  points_check_no_waits_and_stakes_do,
	  an_entry_is_keyed_by_padded_elements_and_packed_values,
	  an_entry_with_money_in_it_is_not_overwritten,
	  a_reporter_gets_his_share_and_the_rest_when_it_is_too_little,
	  a_model_that_cannot_answer_stops_a_claim_without_words)
