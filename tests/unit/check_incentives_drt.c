/* check_incentives_drt.c: deposit, refund, take, by hand. */

#include "config.h"

#include "incentives/drt.h"
#include "tests/unit/unit.h"

#define DAY UINT64_C(86400)

static const struct drt_params params = {
	.weight_wei = { { { 60, 0, 0, 0 } } }, .refund_s = DAY,
	.take_s = 9 * DAY,
};

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

/* 60 / floor(sqrt(s)), rounded down, at least 1. */
START_TEST(the_price_falls_with_the_root_of_the_time)
{
	static const struct { uint64_t since_s, price; } want[] = {
		{ 1, 60 }, { 2, 60 }, { 3, 60 }, { 4, 30 }, { 8, 30 },
		{ 9, 20 }, { 15, 20 }, { 16, 15 }, { 100, 6 }, { 600, 2 },
		{ 3599, 1 }, { 3600, 1 }, { 3721, 1 }, { 1000000, 1 },
		{ UINT64_MAX, 1 }
	};
	struct wei price;
	size_t i;

	ck_assert(!drt_price(&price, &params, 0));
	for (i = 0; i < DC_ARRAY_LEN(want); i++) {
		ck_assert(drt_price(&price, &params, want[i].since_s));
		ck_assert_uint_eq(small(price), want[i].price);
	}
}
END_TEST

START_TEST(the_root_is_exact_around_squares)
{
	struct drt_params p = params;
	struct wei price;
	uint64_t r, one = UINT64_C(1) << 62;

	p.weight_wei = wei_from_u64(one);
	for (r = 2; r < 3000000; r += r / 7 + 1) {
		unit_require(drt_price(&price, &p, r * r - 1));
		unit_require(small(price) == one / (r - 1));
		unit_require(drt_price(&price, &p, r * r));
		unit_require(small(price) == one / r);
	}
}
END_TEST

static struct drt_record
record(uint64_t left)
{
	return (struct drt_record){
		.time_s = 1000, .deposit_wei = wei_from_u64(100),
		.left_wei = wei_from_u64(left), .label = 1
	};
}

START_TEST(a_refund_wants_time_and_the_models_word)
{
	struct drt_record r = record(100), none = record(0);

	ck_assert_int_eq(drt_refund(&params, &r, 1, 1000 + DAY),
			 CLAIM_WAITING);
	ck_assert_int_eq(drt_refund(&params, &r, 1, 1001 + DAY),
			 CLAIM_ALLOWED);
	ck_assert_int_eq(drt_refund(&params, &r, 0, 1001 + DAY),
			 CLAIM_BAD_DATA);
	ck_assert_int_eq(drt_refund(&params, &none, 1, 1001 + DAY),
			 CLAIM_SETTLED);
	ck_assert_int_eq(drt_refund(&params, &r, 1, 0), CLAIM_WAITING);
}
END_TEST

START_TEST(a_reporter_has_a_part_by_good_data)
{
	struct drt_record r = record(100), left = record(10);
	struct drt_record none = record(0);
	uint64_t now = 1001 + DAY;
	struct wei pays;

	ck_assert_int_eq(drt_report(&pays, &params, &r, 0, 1, 3, now),
			 CLAIM_ALLOWED);
	ck_assert_uint_eq(small(pays), 33);
	ck_assert_int_eq(drt_report(&pays, &params, &r, 0, 3, 3, now),
			 CLAIM_ALLOWED);
	ck_assert_uint_eq(small(pays), 100);
	/* more than is left, or nothing: what is left */
	ck_assert_int_eq(drt_report(&pays, &params, &left, 0, 1, 3, now),
			 CLAIM_ALLOWED);
	ck_assert_uint_eq(small(pays), 10);
	ck_assert_int_eq(drt_report(&pays, &params, &left, 0, 1, 1000, now),
			 CLAIM_ALLOWED);
	ck_assert_uint_eq(small(pays), 10);
	ck_assert_int_eq(drt_report(&pays, &params, &r, 1, 1, 3, now),
			 CLAIM_GOOD_DATA);
	ck_assert_int_eq(drt_report(&pays, &params, &r, 0, 0, 3, now),
			 CLAIM_NO_KARMA);
	ck_assert_int_eq(drt_report(&pays, &params, &r, 0, 1, 3, now - 1),
			 CLAIM_WAITING);
	ck_assert_int_eq(drt_report(&pays, &params, &none, 0, 1, 3, now),
			 CLAIM_SETTLED);
}
END_TEST

START_TEST(whoever_comes_after_the_wait_takes_it)
{
	struct drt_record r = record(7), none = record(0);

	ck_assert_int_eq(drt_take(&params, &r, 999 + 9 * DAY),
			 CLAIM_ANY_WAIT);
	ck_assert_int_eq(drt_take(&params, &r, 1000 + 9 * DAY),
			 CLAIM_ALLOWED);
	ck_assert_int_eq(drt_take(&params, &none, 1000 + 9 * DAY),
			 CLAIM_SETTLED);
}
END_TEST

UNIT_MAIN("incentives/drt", the_price_falls_with_the_root_of_the_time,
	  the_root_is_exact_around_squares,
	  a_refund_wants_time_and_the_models_word,
	  a_reporter_has_a_part_by_good_data,
	  whoever_comes_after_the_wait_takes_it)
