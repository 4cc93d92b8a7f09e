/* check_incentives_random.c: the simulator's dice. */

#include "config.h"

#include <string.h>

#include "base/types.h"
#include "incentives/random.h"
#include "tests/unit/unit.h"

/* From the authors' reference code with the state {1, 2, 3, 4}, as published
 * in the tests of rand_xoshiro (MIT or Apache-2.0). */
START_TEST(xoshiro_gives_the_published_sequence)
{
	static const uint64_t want[] = {
		11520, 0, 1509978240, UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360), UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
		UINT64_C(10595114339597558777), UINT64_C(2904607092377533576)
	};
	struct random r = { { 1, 2, 3, 4 } };
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(want); i++)
		ck_assert_uint_eq(random_u64(&r), want[i]);
}
END_TEST

/* splitmix64 from 0: the first outputs that its authors publish. */
START_TEST(a_seed_fills_the_state_by_splitmix)
{
	struct random r;

	random_seed(&r, 0);
	ck_assert_uint_eq(r.s[0], UINT64_C(0xe220a8397b1dcdaf));
	ck_assert_uint_eq(r.s[1], UINT64_C(0x6e789e6aa1b965f4));
	ck_assert_uint_eq(r.s[2], UINT64_C(0x06c45d188009454f));
	ck_assert_uint_eq(r.s[3], UINT64_C(0xf88bb8a8724c81ec));
}
END_TEST

START_TEST(below_stays_below_and_reaches_everything)
{
	struct random r;
	unsigned count[7] = { 0 };
	size_t i;

	random_seed(&r, 7);
	for (i = 0; i < 70000; i++) {
		uint64_t v = random_below(&r, 7);

		unit_require(v < 7);
		count[v]++;
	}
	for (i = 0; i < 7; i++)	/* 10,000 expected, deviation 93 */
		ck_assert(count[i] > 9500 && count[i] < 10500);
	for (i = 0; i < 100; i++)
		unit_require(random_below(&r, 1) == 0);
	for (i = 0; i < 100; i++)
		unit_require(random_below(&r, UINT64_MAX) < UINT64_MAX);
}
END_TEST

START_TEST(chance_is_never_at_0_and_always_at_1)
{
	struct random r;
	unsigned yes = 0, i;

	random_seed(&r, 1);
	for (i = 0; i < 1000; i++) {
		unit_require(!random_chance(&r, 0));
		unit_require(!random_chance(&r, -5));
		unit_require(random_chance(&r, DC_FX9_ONE));
		unit_require(random_chance(&r, INT64_MAX));
	}
	for (i = 0; i < 40000; i++)
		yes += random_chance(&r, DC_FX9_ONE / 4);
	ck_assert(yes > 9500 && yes < 10500);
}
END_TEST

/* Shares below -2, -1, 0, 1, 2 deviations: 2.275, 15.866, 50, 84.134,
 * 97.725 %, each within five standard errors of 200,000 draws; and the
 * fourth moment, which is 3, tells a normal from most others. */
START_TEST(normal_deviates_are_distributed_as_they_should)
{
	static const struct { int64_t below; double share; } want[] = {
		{ 800000, 0.02275 }, { 900000, 0.15866 }, { 1000000, 0.5 },
		{ 1100000, 0.84134 }, { 1200000, 0.97725 }
	};
	enum { N = 200000 };
	double mean = 0, square = 0, fourth = 0;
	unsigned count[DC_ARRAY_LEN(want)] = { 0 };
	struct random r;
	size_t i, k;

	random_seed(&r, 2);
	for (i = 0; i < N; i++) {
		int64_t v = (int64_t)random_normal(&r, 1000000, 100000);
		double z = (double)(v - 1000000) / 100000;

		mean += z / N;
		square += z * z / N;
		fourth += z * z * z * z / N;
		for (k = 0; k < DC_ARRAY_LEN(want); k++)
			count[k] += v < want[k].below;
	}
	ck_assert(mean > -0.012 && mean < 0.012);
	ck_assert(square > 0.984 && square < 1.016);
	ck_assert(fourth > 2.89 && fourth < 3.11);
	for (k = 0; k < DC_ARRAY_LEN(want); k++) {
		double got = (double)count[k] / N - want[k].share;

		ck_assert_msg(got > -0.0056 && got < 0.0056, "%zu: %f", k,
			      got);
	}
}
END_TEST

START_TEST(a_deviation_of_0_gives_the_mean_and_wide_ones_do_not_overflow)
{
	unsigned __int128 wide = ((unsigned __int128)1 << 96) - 1;
	bool high = false, low = false;
	struct random r;
	int i;

	random_seed(&r, 3);
	for (i = 0; i < 100; i++)
		ck_assert(random_normal(&r, 42, 0) == 42);
	for (i = 0; i < 1000; i++) {
		__int128 v = random_normal(&r, wide, wide);

		high = high || v > (__int128)wide;
		low = low || v < 0;
		unit_require(v < (__int128)wide * 12);
		unit_require(v > -(__int128)wide * 12);
	}
	ck_assert(high && low);
}
END_TEST

START_TEST(the_same_seed_throws_the_same)
{
	struct random a, b, c;
	int i, same = 0;

	random_seed(&a, 9);
	random_seed(&b, 9);
	random_seed(&c, 10);
	for (i = 0; i < 1000; i++) {
		__int128 v = random_normal(&a, 5000, 700);

		unit_require(v == random_normal(&b, 5000, 700));
		same += v == random_normal(&c, 5000, 700);
	}
	ck_assert_int_lt(same, 20);
}
END_TEST

UNIT_MAIN("incentives/random", xoshiro_gives_the_published_sequence,
	  a_seed_fills_the_state_by_splitmix,
	  below_stays_below_and_reaches_everything,
	  chance_is_never_at_0_and_always_at_1,
	  normal_deviates_are_distributed_as_they_should,
	  a_deviation_of_0_gives_the_mean_and_wide_ones_do_not_overflow,
	  the_same_seed_throws_the_same)
