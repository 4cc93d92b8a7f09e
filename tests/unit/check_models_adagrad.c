/* check_models_adagrad.c: four weights at once learn what one by one do. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "models/adagrad_four.h"
#include "tests/unit/unit.h"

#define ROWS 37
#define CLASSES_MAX 8

static uint64_t dice;

/* A number of any size up to bits. */
static int64_t
up_to(unsigned bits)
{
	return (int64_t)(unit_random(&dice) >> 1 >> (63 - bits) >>
			 unit_random(&dice) % (bits + 1));
}

static void
rows_fill(int64_t *rows, size_t n_class)
{
	for (size_t i = 0; i < ROWS * 2 * n_class; i++) {
		bool square = i / n_class % 2 == 1;
		int64_t most = square ? ADAGRAD_SQUARES_MAX : ROWS_CELL_MAX;
		uint64_t how = unit_random(&dice) % 8;

		rows[i] = how == 0 ? 0 : how == 1 ? most :
			up_to(square ? 62 : 46);
		if (!square && how % 2 == 0)
			rows[i] = -rows[i];
	}
}

static void
step_make(struct adagrad_step *step, size_t n_class)
{
	for (size_t c = 0; c < n_class; c++) {
		int64_t rate = 1 + up_to(33) % 10000000000;
		int64_t gradient = up_to(38);

		step[c] = adagrad_step(unit_random(&dice) % 2 ? gradient :
				       -gradient, rate);
	}
}

static void
compare(size_t n_class)
{
	static int64_t one[ROWS * 2 * CLASSES_MAX], four[ROWS * 2 *
							  CLASSES_MAX];
	struct adagrad_step step[CLASSES_MAX];
	int64_t epsilon = 1000 + up_to(60) % 1000000000000000;
	uint32_t row[ROWS], n = 0;

	rows_fill(one, n_class);
	memcpy(four, one, sizeof(one));
	step_make(step, n_class);
	for (uint32_t i = 0; i < ROWS; i++)
		if (unit_random(&dice) % 4 != 0)
			row[n++] = i;
	for (uint32_t i = 0; i < n; i++)
		for (size_t c = 0; c < n_class; c++) {
			int64_t *at = one + row[i] * 2 * n_class + c;

			adagrad_learn(at, at + n_class, &step[c], epsilon);
		}
	adagrad_four_learn(four, row, n, step, n_class, epsilon);
	unit_require(memcmp(one, four, sizeof(one)) == 0);
}

START_TEST(four_at_once_learn_what_one_by_one_do)
{
	static const size_t classes[] = { 2, 4, 8 };

	if (!adagrad_four_can(2))
		printf("this processor learns one by one\n");
	for (size_t k = 0; k < DC_ARRAY_LEN(classes); k++)
		if (adagrad_four_can(classes[k]))
			for (int i = 0; i < 20000; i++)
				compare(classes[k]);
	ck_assert(!adagrad_four_can(3));
	ck_assert(!adagrad_four_can(6));
}
END_TEST

/* The short way of adagrad_step and the long one meet. */
START_TEST(steps_are_the_formulas)
{
	for (int i = 0; i < 100000; i++) {
		int64_t g = i % 3 == 0 ? DC_FX9_ONE + i % 5 - 2 : up_to(38);
		int64_t rate = i % 7 == 0 ? 10000000000 :
			1 + up_to(33) % 10000000000;
		struct adagrad_step s = adagrad_step(i % 2 ? g : -g, rate);

		unit_require(s.square == (int64_t)((__int128)g * g /
						   1000000));
		unit_require(s.push == (uint64_t)((__int128)g * rate / 1000));
		unit_require(s.up == (i % 2 == 0 && g > 0));
	}
}
END_TEST

UNIT_MAIN("models/adagrad",
	  four_at_once_learn_what_one_by_one_do,
	  steps_are_the_formulas)
