/* check_models_root.c: roots, exponentials, probabilities. */

#include "config.h"

#include <math.h>

#include "base/types.h"
#include "models/adagrad.h"
#include "models/root.h"
#include "models/softmax.h"
#include "tests/unit/unit.h"

typedef unsigned __int128 u128;

static void
is_floor(u128 v)
{
	uint64_t r = root_floor(v);

	unit_require((u128)r * r <= v);
	unit_require(r == UINT64_MAX || ((u128)r + 1) * (r + 1) > v);
}

START_TEST(the_root_is_the_floor)
{
	uint64_t state = 1;
	const u128 one = 1, two = 2;
	unsigned bit, i;

	for (i = 0; i < 1000; i++)
		is_floor(i);
	for (bit = 0; bit < 128; bit++)
		for (i = 0; i <= 4; i++)
			is_floor((one << bit) + i - two);
	for (bit = 0; bit < 64; bit++) {
		u128 r = (u128)(UINT64_MAX >> bit);

		for (i = 0; i <= 4; i++)
			is_floor(r * r + i - two);
	}
	for (i = 0; i < 200000; i++) {
		u128 v = (u128)unit_random(&state) << 64 | unit_random(&state);

		is_floor(v >> (unit_random(&state) % 128));
	}
}
END_TEST

START_TEST(the_table_is_what_it_says)
{
	uint32_t i;

	for (i = 64; i < 256; i++)
		ck_assert_uint_eq(root_table[i - 64],
				  root_floor(((u128)1 << 69) / (2 * i + 1)));
}
END_TEST

START_TEST(the_reciprocal_is_near)
{
	uint64_t state = 2;
	unsigned shift;
	int i;

	for (i = 0; i < 300000; i++) {
		uint64_t y = unit_random(&state) >> (unit_random(&state) % 64);
		uint64_t r;
		double off;

		y += y == 0;
		r = root_reciprocal(y, &shift);
		off = ldexp((double)r, -(int)shift) * sqrt((double)y) - 1;
		unit_require(off < 1 / 40000. && off > -1 / 40000.);
		unit_require(r < (UINT64_C(1) << 31) + (1 << 16));
		unit_require(shift >= 31 && shift <= 62);
	}
}
END_TEST

START_TEST(the_exponential_is_within_one_unit)
{
	int64_t d;

	ck_assert_uint_eq(softmax_exp(0), UINT64_C(1) << 32);
	for (d = 0; d < INT64_C(30000000000); d += 7654321) {
		double is = ldexp(exp(-(double)d / 1e9), 32);

		unit_require(fabs((double)softmax_exp(d) - is) < 1.001);
	}
	ck_assert_uint_eq(softmax_exp(INT64_MAX), 0);
}
END_TEST

START_TEST(probabilities_sum_to_one)
{
	static const int64_t far[] = { INT64_MIN, INT64_MAX, 0 };
	int64_t scores[1024], p[1024], sum = 0;
	int i;

	for (i = 0; i < 1024; i++)
		scores[i] = (i % 37) * INT64_C(100000000);
	softmax(p, scores, 1024);
	for (i = 0; i < 1024; i++) {
		sum += p[i];
		ck_assert_int_ge(p[i], 0);
	}
	ck_assert_int_le(sum, DC_FX9_ONE);
	ck_assert_int_gt(sum, DC_FX9_ONE - 1025);
	softmax(p, far, 3);
	ck_assert_int_eq(p[0], 0);
	ck_assert_int_eq(p[1], DC_FX9_ONE);
	ck_assert_int_eq(p[2], 0);
}
END_TEST

/* 0.5 / sqrt(0.25 + 0.01) of a weight, and what comes next. */
START_TEST(a_step_is_adagrad)
{
	struct adagrad_step s = adagrad_step(500000000, 1000000000);
	int64_t weight = 0, squares = 0, epsilon = INT64_C(10000000000);

	adagrad_learn(&weight, &squares, &s, epsilon);
	ck_assert_int_eq(squares, INT64_C(250000000000));
	ck_assert(fabs((double)weight + 1e9 * .5 / sqrt(.26)) < 3e4);
	s = adagrad_step(-500000000, 1000000000);
	adagrad_learn(&weight, &squares, &s, epsilon);
	ck_assert_int_eq(squares, INT64_C(500000000000));
	ck_assert(fabs((double)weight - 1e9 * (.5 / sqrt(.51) -
					       .5 / sqrt(.26))) < 5e4);
}
END_TEST

UNIT_MAIN("models/root",
	  the_root_is_the_floor,
	  the_table_is_what_it_says,
	  the_reciprocal_is_near,
	  the_exponential_is_within_one_unit,
	  probabilities_sum_to_one,
	  a_step_is_adagrad)
