/*
 * check_base_i256.c: signed 256-bit integers against __int128 and at their
 * edges, and the square root.
 */

#include "config.h"

#include <string.h>

#include "base/i256.h"
#include "tests/unit/unit.h"

static struct u256
parsed(const char *text)
{
	struct dc_err err = DC_ERR_INIT;
	struct u256 a = U256_ZERO;

	unit_require(i256_parse(&a, text, &err) == DC_OK);
	return a;
}

static bool
is(struct u256 a, const char *text)
{
	char have[I256_TEXT_BYTES];

	i256_format(a, have);
	return strcmp(have, text) == 0;
}

START_TEST(division_cuts_towards_zero)
{
	static const int64_t edges[] = {
		0, 1, -1, 2, -2, 3, -3, 7, -7, 1000000000, -1000000000,
		INT64_MAX, INT64_MIN, INT64_MIN + 1,
	};
	struct u256 q;

	for (size_t i = 0; i < DC_ARRAY_LEN(edges); i++) {
		for (size_t j = 0; j < DC_ARRAY_LEN(edges); j++) {
			struct u256 a = i256_from_i64(edges[i]);
			struct u256 b = i256_from_i64(edges[j]);

			unit_require(i256_divide(&q, a, b) == (edges[j] != 0));
			unit_require((i256_compare(a, b) < 0)
				     == (edges[i] < edges[j]));
			if (edges[j] == 0)
				continue;
			unit_require(u256_compare(
				q, i256_from_i128((__int128)edges[i]
						  / edges[j])) == 0);
		}
	}
}
END_TEST

START_TEST(the_least_integer_over_minus_1_stays_itself)
{
	struct u256 least = u256_shl(u256_from_u64(1), 255), q;

	ck_assert(i256_is_negative(least));
	ck_assert(i256_divide(&q, least, i256_from_i64(-1)));
	ck_assert(u256_compare(q, least) == 0);
	ck_assert(u256_compare(i256_negate(least), least) == 0);
}
END_TEST

START_TEST(text_goes_both_ways_and_its_edges_hold)
{
	static const char *const good[] = {
		"0", "1", "-1", "-604462909807314587353088",
		"57896044618658097711785492504343953926634992332820282019728"
		"792003956564819967",
		"-5789604461865809771178549250434395392663499233282028201972"
		"8792003956564819968",
	};
	static const char *const bad[] = {
		"", "-", "-0", "--1", "+1", "01", "-01", "1e3", " 1",
		"57896044618658097711785492504343953926634992332820282019728"
		"792003956564819968",
		"-5789604461865809771178549250434395392663499233282028201972"
		"8792003956564819969",
	};
	struct u256 a;

	for (size_t i = 0; i < DC_ARRAY_LEN(good); i++)
		ck_assert(is(parsed(good[i]), good[i]));
	for (size_t i = 0; i < DC_ARRAY_LEN(bad); i++)
		ck_assert_int_eq(i256_parse(&a, bad[i], NULL), DC_EINVAL);
}
END_TEST

/* r^2 <= a < (r + 1)^2 */
static void
check_root(struct u256 a)
{
	struct u256 r = u256_sqrt(a), square, next;

	unit_require(u256_mul(&square, r, r) && u256_compare(square, a) <= 0);
	(void)u256_add_wrap(&next, r, u256_from_u64(1));
	unit_require(!u256_mul(&square, next, next)
		     || u256_compare(square, a) > 0);
}

START_TEST(the_square_root_is_rounded_down)
{
	uint64_t seed = 7;

	for (uint64_t i = 0; i < 5000; i++)
		check_root(u256_from_u64(i));
	for (unsigned bit = 0; bit < 256; bit++) {
		struct u256 a = u256_shl(u256_from_u64(1), bit), b;

		check_root(a);
		(void)u256_sub_wrap(&b, a, u256_from_u64(1));
		check_root(b);
	}
	check_root(U256_MAX_);
	for (int i = 0; i < 2000; i++) {
		struct u256 a = { { unit_random(&seed), unit_random(&seed),
				    unit_random(&seed), unit_random(&seed) } };

		check_root(u256_shr(a, (unsigned)(i % 256)));
	}
}
END_TEST

UNIT_MAIN("base/i256",
	  division_cuts_towards_zero,
	  the_least_integer_over_minus_1_stays_itself,
	  text_goes_both_ways_and_its_edges_hold,
	  the_square_root_is_rounded_down)
