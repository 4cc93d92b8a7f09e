/* check_models_passive.c: what passive-aggressive computes, at its limits. */

#include "config.h"

#include <math.h>
#include <string.h>

#include "models/fx9.h"
#include "tests/unit/model_room.h"

/* Crammer et al., JMLR 7, 2006, fig. 1 (PA-I) by hand: a sample of length
 * sqrt(4) with its bias, scores of 0, so each class lacks a margin of 1 and
 * moves by the aggressiveness, .25, times the value over 2. */
START_TEST(a_class_moves_as_far_as_its_margin_lacks_and_no_further)
{
	static const uint32_t index[] = { 0, 1, 3 };
	const struct sample x = binary(index, 3);
	struct model_room r;
	int64_t *row;

	model_room_init(&r, "passive-aggressive", 4, 2, 250000000);
	row = r.m.cells + 16;
	learn(&r, &x, 1);
	ck_assert_int_eq(row[0], -125000000);
	ck_assert_int_eq(row[1], 125000000);
	ck_assert_int_eq(row[4], -125000000);		/* column 0 */
	ck_assert_int_eq(row[3 * 4], 0);		/* column 2 */
	ck_assert_int_eq(row[4 * 4 + 1], 125000000);
	for (int i = 0; i < 3; i++)	/* to .25, .5, .75, 1 */
		learn(&r, &x, 1);
	ck_assert_int_eq(row[1], 500000000);
	learn(&r, &x, 1);
	ck_assert_int_eq(row[1], 500000000);
	ck_assert_int_eq(row[4 * 4], -500000000);
	ck_assert_int_eq(r.m.cells[0], 5);
	model_room_clear(&r);
}
END_TEST

/* The mean, by the definition of its source: w'(k) = (1 - B) w'(k - 1) + B w,
 * B = 8 / (min(k, horizon) + 8), of the weights as they stand in the cells. */
START_TEST(the_mean_is_that_of_all_weights_that_there_were)
{
	static const uint32_t index[] = { 0 };
	const struct sample asked = binary(index, 1);
	double mean[2] = { 0 }, share, length = sqrt(2);
	struct model_room r;
	uint64_t state = 11;

	model_room_init(&r, "passive-aggressive", 2, 2, 700000000);
	r.spec.model_param[2] = 1000;
	for (uint32_t k = 1; k <= 3000; k++) {
		const uint32_t other[] = { k % 2 };
		struct sample x = binary(other, 1);
		const int64_t *w = r.m.cells + 16;
		int64_t scores[2];

		learn(&r, &x, unit_random(&state) % 10 < (k % 2 ? 3 : 8));
		share = 8. / ((k < 1000 ? k : 1000) + 8);
		r.spec.model->scores(&r.m, scores, &asked);
		for (int c = 0; c < 2; c++) {
			mean[c] += share * ((double)(w[c] + w[4 + c]) /
					    length - mean[c]);
			unit_require(fabs((double)scores[c] - mean[c]) < 100);
		}
	}
	ck_assert_int_eq(r.m.cells[0], 1000);
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	model_room_clear(&r);
}
END_TEST

/* Ones without values go a quicker way, which must be the same to the bit: also
 * where a weight (column 1) or a lag (column 3) stops and its row's others and
 * the other rows do not. */
START_TEST(ones_are_learned_as_values_of_one_are)
{
	enum { WEIGHT_MAX_BITS = 40, LAG_MAX_BITS = 46 };
	static const uint32_t index[] = { 0, 1, 3 };
	static const int64_t value[] = { DC_FX9_ONE, DC_FX9_ONE, DC_FX9_ONE };
	struct sample ones = binary(index, 3), values = ones;
	const int64_t max = INT64_C(1) << WEIGHT_MAX_BITS;
	struct model_room a, b;
	uint64_t state = 5;
	unsigned stopped = 0;

	values.kind = SAMPLE_VALUES;
	values.value = value;
	model_room_init(&a, "passive-aggressive", 4, 2, 700000000);
	model_room_init(&b, "passive-aggressive", 4, 2, 700000000);
	for (int i = 0; i < 200; i++) {
		int64_t *row = a.m.cells + 16;
		uint32_t label = (uint32_t)(unit_random(&state) % 2);

		if (i % 10 == 0) {
			row[1 * 4] = -max;
			row[2 * 4] = max - 1000 * i;
			row[4 * 4 + 2] = (INT64_C(1) << LAG_MAX_BITS) - i;
		}
		memcpy(b.m.cells, a.m.cells, 8 * a.spec.model->cells(&a.spec));
		learn(&a, &ones, label);
		learn(&b, &values, label);
		stopped += row[2 * 4] == max;
		unit_require(memcmp(a.m.cells, b.m.cells, 8 *
				    a.spec.model->cells(&a.spec)) == 0);
	}
	ck_assert_uint_gt(stopped, 10);
	ck_assert_uint_lt(stopped, 190);
	model_room_clear(&a);
	model_room_clear(&b);
}
END_TEST

START_TEST(means_that_no_learning_leads_to_are_refused)
{
	static const struct { size_t cell; int64_t value; } wrong[] = {
		{ 0, -1 }, { 0, 10001 }, { 1, -1 }, { 1, INT64_C(31) << 32 },
		{ 2, 1 }, { 15, -1 }, { 16, (INT64_C(1) << 40) + 1 },
		{ 16, -(INT64_C(1) << 40) - 1 },
		{ 19, (INT64_C(1) << 46) + 1 }, { 27, -(INT64_C(1) << 46) - 1 },
		{ 18, INT64_MIN },
	};
	struct model_room r;

	model_room_init(&r, "passive-aggressive", 2, 2, 1);
	ck_assert_uint_eq(r.spec.model->cells(&r.spec), 28);
	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		int64_t *cell = &r.m.cells[wrong[i].cell];

		*cell = wrong[i].value;
		ck_assert_msg(!r.spec.model->cells_valid(&r.spec, r.m.cells),
			      "cell %zu is %lld", wrong[i].cell,
			      (long long)*cell);
		*cell = 0;
	}
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	model_room_clear(&r);
}
END_TEST

UNIT_MAIN("models/passive-aggressive",
	  a_class_moves_as_far_as_its_margin_lacks_and_no_further,
	  the_mean_is_that_of_all_weights_that_there_were,
	  ones_are_learned_as_values_of_one_are,
	  means_that_no_learning_leads_to_are_refused)
