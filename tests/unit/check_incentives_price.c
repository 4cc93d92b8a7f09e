/* check_incentives_price.c: the price of the next deposit. */

#include "config.h"

#include <string.h>

#include "incentives/price.h"
#include "tests/unit/unit.h"

static struct trainer_params
params(uint64_t floor, uint64_t cap, uint32_t burst, uint32_t window_s)
{
	return (struct trainer_params){
		.floor_wei = wei_from_u64(floor),
		.cap_wei = wei_from_u64(cap),
		.burst = burst, .window_s = window_s,
	};
}

static uint64_t
price(const struct price_level *l, const struct trainer_params *p,
      uint64_t now_s)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, price_at(l, p, now_s).v));
	return v;
}

START_TEST(the_price_climbs_to_the_cap_in_a_burst_and_sinks_again)
{
	struct trainer_params p = params(100, 1100, 10, 60);
	struct price_level l = { 0, 0 };
	uint64_t i;

	for (i = 0; i < 10; i++) {
		ck_assert_uint_eq(price(&l, &p, 1000), 100 + 100 * i);
		price_contribute(&l, &p, 1000);
	}
	ck_assert_uint_eq(price(&l, &p, 1000), 1100);
	price_contribute(&l, &p, 1000);
	ck_assert_uint_eq(price(&l, &p, 1000), 1100);
	/* 10 a second of a level of 600 */
	ck_assert_uint_eq(price(&l, &p, 1030), 600);
	ck_assert_uint_eq(price(&l, &p, 1059), 117);	/* 16.66 up */
	ck_assert_uint_eq(price(&l, &p, 1060), 100);
	ck_assert_uint_eq(price(&l, &p, UINT64_MAX), 100);
}
END_TEST

START_TEST(one_contribution_a_block_does_not_price_others_out)
{
	struct trainer_params p = params(100, 1100, 10, 60);
	struct price_level l = { 0, 0 };
	uint64_t t;

	for (t = 12; t < 12000; t += 12) {
		price_contribute(&l, &p, t);
		ck_assert_uint_eq(price(&l, &p, t + 12), 100);
	}
}
END_TEST

START_TEST(a_lasting_rate_above_the_burst_leads_to_the_cap)
{
	struct trainer_params p = params(100, 1100, 10, 60);
	struct price_level l = { 0, 0 };
	uint64_t t;

	for (t = 0; t < 600; t += 5)	/* 12 in 60 seconds */
		price_contribute(&l, &p, t);
	ck_assert_uint_ge(price(&l, &p, 600), 1000);
}
END_TEST

START_TEST(no_burst_fixes_the_price_at_the_floor)
{
	struct trainer_params p = params(100, 1100, 0, 60);
	struct price_level l = { 0, 0 };

	price_contribute(&l, &p, 5);
	ck_assert_uint_eq(l.level, 0);
	ck_assert_uint_eq(price(&l, &p, 5), 100);
}
END_TEST

START_TEST(time_does_not_run_backwards)
{
	struct trainer_params p = params(0, 1000, 2, 100);
	struct price_level l = { 150, 1000 };

	ck_assert_uint_eq(price_level_at(&l, &p, 999), 150);
	ck_assert_uint_eq(price_level_at(&l, &p, 0), 150);
	ck_assert_uint_eq(price_level_at(&l, &p, 1001), 148);
}
END_TEST

START_TEST(the_widest_parameters_overflow_nothing)
{
	struct trainer_params p = params(0, 0, UINT32_MAX, UINT32_MAX);
	struct price_level l = { 0, 0 };
	struct wei highest;
	char text[WEI_TEXT_BYTES];
	int i;

	p.cap_wei.v = u256_shr(U256_MAX_, 256 - 96);
	for (i = 0; i < 1000; i++)
		price_contribute(&l, &p, 1);
	l.level = (uint64_t)UINT32_MAX * UINT32_MAX;
	price_contribute(&l, &p, 1);
	ck_assert_uint_eq(l.level, (uint64_t)UINT32_MAX * UINT32_MAX);
	highest = price_at(&l, &p, 1);
	wei_format(highest, text);
	ck_assert_str_eq(text, "79228162514264337593543950335");
}
END_TEST

START_TEST(the_price_is_the_formula_rounded_up)
{
	uint64_t state = 1;
	int i;

	for (i = 0; i < 20000; i++) {
		uint32_t burst = 1 + (uint32_t)(unit_random(&state) % 50);
		uint32_t window = 1 + (uint32_t)(unit_random(&state) % 5000);
		uint64_t floor = unit_random(&state) >> 30;
		uint64_t range = unit_random(&state) >> 30;
		struct trainer_params p =
			params(floor, floor + range, burst, window);
		uint64_t full = (uint64_t)burst * window;
		struct price_level l = { unit_random(&state) % (full + 1), 9 };
		unsigned __int128 product = (unsigned __int128)range * l.level;
		uint64_t want = floor + (uint64_t)((product + full - 1) / full);

		unit_require(price(&l, &p, 9) == want);
	}
}
END_TEST

UNIT_MAIN("incentives/price",
	  the_price_climbs_to_the_cap_in_a_burst_and_sinks_again,
	  one_contribution_a_block_does_not_price_others_out,
	  a_lasting_rate_above_the_burst_leads_to_the_cap,
	  no_burst_fixes_the_price_at_the_floor,
	  time_does_not_run_backwards,
	  the_widest_parameters_overflow_nothing,
	  the_price_is_the_formula_rounded_up)
