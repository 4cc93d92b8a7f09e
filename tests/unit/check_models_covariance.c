/* check_models_covariance.c: four entries at once are those one by one. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "models/covariance.h"
#include "models/covariance_four.h"
#include "models/reciprocal.h"
#include "tests/unit/unit.h"

#define INPUTS COVARIANCE_INPUTS_MAX
#define CELLS (INPUTS * (INPUTS + 1) / 2)

static int64_t s[CELLS], one[CELLS], k[INPUTS], other[INPUTS], x[INPUTS];
static uint64_t dice = 5;

/* Of any size within most of 0, and often an end. */
static int64_t
within(int64_t most)
{
	uint64_t how = unit_random(&dice) % 8;
	int64_t v = (int64_t)(unit_random(&dice) % ((uint64_t)most + 1)) >>
		unit_random(&dice) % 63;

	v = how == 0 ? most : how == 1 ? 0 : v;
	return unit_random(&dice) % 2 ? v : -v;
}

static void
fill(int64_t *out, size_t n, int64_t most)
{
	for (size_t i = 0; i < n; i++)
		out[i] = within(most);
}

START_TEST(four_at_once_give_the_gain_of_one_by_one)
{
	if (!covariance_four_can())
		printf("this processor learns one by one\n");
	for (size_t n = 1; n <= INPUTS; n += n < 70 ? 1 : 63) {
		for (int round = 0; round < 20; round++) {
			int64_t variance = within(COVARIANCE_ONE);

			variance = variance < 0 ? -variance : variance;
			fill(s, covariance_cells(n), COVARIANCE_ONE);
			fill(x, n, COVARIANCE_INPUT_MAX);
			covariance_gain(k, s, x, n, variance);
			covariance_gain_plain(other, s, x, n, variance);
			unit_require(memcmp(k, other, n * sizeof(*k)) == 0);
		}
	}
}
END_TEST

/* The largest sums that there can be. */
START_TEST(the_gain_of_ends_alone_is_exact)
{
	for (size_t i = 0; i < CELLS; i++)
		s[i] = i % 3 == 0 ? COVARIANCE_ONE : -COVARIANCE_ONE;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < INPUTS; i++)
			x[i] = i % 2 == 0 || round == 0 ?
				COVARIANCE_INPUT_MAX : -COVARIANCE_INPUT_MAX;
		covariance_gain(k, s, x, INPUTS, COVARIANCE_ONE);
		covariance_gain_plain(other, s, x, INPUTS, COVARIANCE_ONE);
		unit_require(memcmp(k, other, sizeof(k)) == 0);
	}
}
END_TEST

static void
learn_compare(size_t n, int64_t most)
{
	int64_t part = within(INT64_C(1) << 58);

	part = part < 0 ? -part : part;
	fill(s, covariance_cells(n), COVARIANCE_ONE);
	memcpy(one, s, sizeof(s));
	fill(k, n, most);
	covariance_learn(s, k, n, part);
	covariance_learn_plain(one, k, n, part);
	unit_require(memcmp(s, one, sizeof(s)) == 0);
}

START_TEST(four_at_once_learn_what_one_by_one_do)
{
	for (size_t n = 1; n <= INPUTS; n += n < 70 ? 1 : 63) {
		for (int round = 0; round < 20; round++) {
			learn_compare(n, COVARIANCE_FOUR_GAIN_MAX - 1);
			learn_compare(n, INT64_C(1) << 50);
			learn_compare(n, COVARIANCE_GAIN_MAX);
		}
	}
}
END_TEST

typedef unsigned __int128 u128;

static void
divides(u128 v, uint64_t divisor)
{
	if (v >> 92 == 0)
		unit_require(reciprocal_divide(v, reciprocal_of(divisor)) ==
			     (uint64_t)(v / divisor));
}

/* Around a multiple of the divisor, where a quotient would be off. */
static void
divides_around(u128 v, uint64_t divisor)
{
	u128 multiple = v / divisor * divisor;

	divides(v, divisor);
	for (u128 i = 0; i < 3; i++) {
		divides(multiple + i, divisor);
		divides(multiple + divisor - 1 - i, divisor);
		divides((((u128)1 << 92) - 1 - i) / divisor * divisor, divisor);
	}
}

START_TEST(a_reciprocal_divides_exactly)
{
	const uint64_t least = UINT64_C(1) << 48, end = UINT64_C(1) << 63;
	uint64_t state = 8;

	for (unsigned bit = 48; bit < 63; bit++)
		for (uint64_t i = 0; i < 200; i++) {
			uint64_t divisor = (UINT64_C(1) << bit) + i;

			for (unsigned b = 0; b <= 92; b++)
				divides_around(((u128)1 << b) - 1, divisor);
			divides_around(((u128)1 << 92) - 1, end - 1 - i);
			divides_around((u128)divisor << 28, divisor);
		}
	for (int i = 0; i < 1000000; i++) {
		u128 v = (u128)unit_random(&state) << 64 |
			unit_random(&state);

		divides_around(v >> (36 + i % 60), least +
			       (unit_random(&state) >> 1 >> i % 16) %
			       (end - least));
	}
}
END_TEST

UNIT_MAIN("models/covariance",
	  four_at_once_give_the_gain_of_one_by_one,
	  the_gain_of_ends_alone_is_exact,
	  four_at_once_learn_what_one_by_one_do,
	  a_reciprocal_divides_exactly)
