/*
 * check_models_deca.c: 0xDeCA10B's classifiers at the edges of their types,
 * where recorded runs seldom come: each value from Solidity's rules.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "models/deca.h"
#include "tests/unit/unit.h"

#define INT80_MAX (((__int128)1 << 79) - 1)
#define CELLS 64
#define CLASSES 8

/* Of the test that runs; the next one's make frees it. */
static struct deca_model *model;
static const struct deca_ops *ops;

static void make(enum deca_kind kind, uint64_t cells)
{
	struct deca_room room = { .classes = CLASSES, .cells = cells };

	free(model);
	model = deca_model_init(dc_malloc(deca_model_size(room)), kind, room);
	ops = deca_ops(kind);
}

/* A row of (index, value) pairs; of dense arrays only value counts. */
#define ROW(...) \
	{ (const struct deca_pair[]){ __VA_ARGS__ }, \
	  sizeof((struct deca_pair[]){ __VA_ARGS__ }) \
		  / sizeof(struct deca_pair) }
#define PAIR(i, v) { .index = (i), .value = (v), .given = 2 }

static __int128 cell(uint32_t klass, uint64_t index)
{
	return deca_cell_value(deca_cell_find(model, klass, index));
}

static enum deca_reason update(const int64_t *data, size_t n, uint64_t label)
{
	struct deca_undo undo[16];

	return ops->update(model, undo, data, n, label);
}

static uint64_t predict(const int64_t *data, size_t n)
{
	uint64_t label = 99;

	ck_assert_int_eq(ops->predict(model, &label, data, n), DECA_DONE);
	return label;
}

#define DATA(...) \
	(const int64_t[]){ __VA_ARGS__ }, \
	sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)

static void make_perceptron(enum deca_kind kind, const struct deca_row *row,
			    __int128 intercept, uint32_t rate)
{
	struct deca_setup s = {
		.n_names = 2, .row = row, .n_row = 1,
		.intercept = intercept, .learning_rate = rate,
	};

	make(kind, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_DONE);
}

START_TEST(a_weight_wraps_at_80_bits)
{
	struct deca_row row = ROW(PAIR(0, INT80_MAX), PAIR(1, -INT80_MAX - 1));

	make_perceptron(DECA_SPARSE_PERCEPTRON, &row, -INT80_MAX - 1, 7);
	ck_assert_uint_eq(predict(DATA(0)), 0);
	ck_assert_int_eq(update(DATA(0), 1), DECA_DONE);
	ck_assert(cell(0, 0) == -INT80_MAX - 1 + 6);
	make_perceptron(DECA_SPARSE_PERCEPTRON, &row, INT80_MAX, 7);
	ck_assert_int_eq(update(DATA(0), 0), DECA_DONE);
	ck_assert_int_eq(update(DATA(1, 5, 5), 2), DECA_DONE);
	ck_assert(cell(0, 1) == -INT80_MAX - 1 + 7);
	ck_assert(cell(0, 5) == 14);
	make_perceptron(DECA_DENSE_PERCEPTRON, &row, -INT80_MAX - 1,
			1000000000);
	ck_assert_int_eq(update(DATA(1000000000, 0), 2), DECA_DONE);
	ck_assert(cell(0, 0) == -INT80_MAX - 1 + 999999999);
}
END_TEST

START_TEST(a_perceptron_takes_any_label_above_1_as_1_and_learns)
{
	struct deca_row row = ROW(PAIR(0, 5));

	make_perceptron(DECA_SPARSE_PERCEPTRON, &row, 0, 3);
	ck_assert_int_eq(update(DATA(0), 1), DECA_DONE);
	ck_assert(cell(0, 0) == 5);
	ck_assert_int_eq(update(DATA(0), UINT64_MAX), DECA_DONE);
	ck_assert(cell(0, 0) == 8);
}
END_TEST

START_TEST(a_step_of_the_dense_perceptron_is_cut_towards_zero)
{
	struct deca_row row = ROW(PAIR(0, 0), PAIR(0, 0));

	make_perceptron(DECA_DENSE_PERCEPTRON, &row, 0, 1);
	ck_assert_int_eq(update(DATA(-999999999, 44721), 1), DECA_DONE);
	ck_assert(cell(0, 0) == 0 && cell(0, 1) == 0);
	make_perceptron(DECA_DENSE_PERCEPTRON, &row, 0, UINT32_MAX);
	ck_assert_int_eq(update(DATA(-999999999, 44721), 1), DECA_DONE);
	ck_assert(cell(0, 0) == -4294967290 && cell(0, 1) == 192075);
}
END_TEST

START_TEST(the_norm_must_lie_strictly_within_its_bounds)
{
	struct deca_row row = ROW(PAIR(0, 0), PAIR(0, 0));

	make_perceptron(DECA_DENSE_PERCEPTRON, &row, 0, 1);
	ck_assert_int_eq(update(DATA(999999950, 0), 1), DECA_DONE);
	ck_assert_int_eq(update(DATA(999999949, 0), 1), DECA_NORM_NOT_1);
	ck_assert_int_eq(update(DATA(1000000050, 0), 1), DECA_NORM_NOT_1);
	ck_assert_int_eq(update(DATA(INT64_MIN, INT64_MIN), 1),
			 DECA_NORM_NOT_1);
	ck_assert_int_eq(update(DATA(1), 1), DECA_WEIGHTS_DIMENSION);
}
END_TEST

START_TEST(sparse_weights_are_placed_modulo_2_64)
{
	struct deca_row row = ROW(PAIR(0, 1), PAIR(0, 2));
	struct deca_row low = ROW(PAIR(-1, 9));
	struct deca_row high = ROW(PAIR(3, 1), PAIR((__int128)1 << 64, 9));
	struct deca_row cut = ROW(PAIR(3, 1), { .index = 4, .given = 1 });
	struct deca_row none = ROW({ .given = 0 });

	make_perceptron(DECA_SPARSE_PERCEPTRON, &row, 0, 1);
	ck_assert_int_eq(ops->extend(model, &row, UINT64_MAX), DECA_DONE);
	ck_assert(cell(0, UINT64_MAX) == 1 && cell(0, 0) == 2);
	ck_assert_int_eq(deca_weights_set(model, &low), DECA_DONE);
	ck_assert(cell(0, UINT64_MAX) == 9);
	ck_assert_int_eq(deca_weights_set(model, &high),
			 DECA_INDEX_TOO_LARGE);
	ck_assert_int_eq(deca_weights_set(model, &cut), DECA_INVALID_OPCODE);
	ck_assert_int_eq(deca_weights_set(model, &none), DECA_INVALID_OPCODE);
	ck_assert(cell(0, 3) == 0);
	ck_assert_int_eq(update(DATA(0, -1), 1), DECA_INDEX_NEGATIVE);
}
END_TEST

START_TEST(a_batch_sums_in_80_bits_where_predict_does_not)
{
	struct deca_row row = ROW(PAIR(0, INT80_MAX), PAIR(1, 1));
	uint32_t batch[DECA_BATCH_COLUMNS];
	uint64_t label[] = { 0, 1 }, correct;

	for (size_t i = 0; i < DECA_BATCH_COLUMNS; i++)
		batch[i] = 100 + (uint32_t)i;
	batch[0] = 0;
	batch[59] = 1;
	make_perceptron(DECA_SPARSE_PERCEPTRON, &row, 0, 1);
	ck_assert_uint_eq(predict(DATA(0, 1)), 1);
	ck_assert_int_eq(deca_batch_evaluate(model, &correct, batch, 1, label,
					     2),
			 DECA_DONE);
	ck_assert_uint_eq(correct, 1);
	ck_assert_int_eq(deca_batch_evaluate(model, &correct, batch, 1, label,
					     0),
			 DECA_INVALID_OPCODE);
}
END_TEST

static void make_bayes(const struct deca_row *rows, size_t n,
		       uint64_t samples, struct u256 total, uint32_t smoothing)
{
	struct u256 count[CLASSES];
	struct deca_setup s = {
		.n_names = n, .row = rows, .n_row = n,
		.count = count, .n_count = n,
		.total_features = total, .smoothing = smoothing,
	};

	for (size_t i = 0; i < n; i++)
		count[i] = u256_from_u64(samples);
	make(DECA_NAIVE_BAYES, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_DONE);
}

START_TEST(bayes_counts_wrap_at_32_bits_and_indices_are_cut)
{
	struct deca_row row = ROW(PAIR(5, UINT32_MAX), PAIR(6, 1));

	make_bayes(&row, 1, 3, u256_from_u64(9), 1000000000);
	ck_assert_int_eq(update(DATA((INT64_C(1) << 32) + 5, -1), 0),
			 DECA_DONE);
	ck_assert(cell(0, 5) == 0);
	ck_assert(cell(0, UINT32_MAX) == 1);
	ck_assert_uint_eq(deca_class_at(model, 0)->total.w[0],
			  UINT64_C(1) + UINT32_MAX + 2);
	ck_assert_int_eq(update(DATA(6, INT64_C(1) << 33), 0),
			 DECA_INDEX_TOO_HIGH);
	ck_assert(cell(0, 6) == 1);
	ck_assert_uint_eq(deca_class_at(model, 0)->count.w[0], 4);
	ck_assert_int_eq(update(DATA(6), 1), DECA_CLASS_OUT_OF_BOUNDS);
}
END_TEST

START_TEST(bayes_stops_at_the_last_sample_and_wraps_its_total)
{
	struct deca_row row = ROW(PAIR(5, 1));

	make_bayes(&row, 1, UINT64_MAX - 1, u256_from_u64(9), 1);
	ck_assert_int_eq(update(DATA(5, 5), 0), DECA_DONE);
	ck_assert_uint_eq(deca_class_at(model, 0)->count.w[0], UINT64_MAX);
	ck_assert_int_eq(update(DATA(5), 0), DECA_TOO_MANY_SAMPLES);
	ck_assert(cell(0, 5) == 3);
}
END_TEST

START_TEST(bayes_reverts_where_safemath_does_and_wraps_where_it_does_not)
{
	struct deca_row rows[] = { ROW(PAIR(0, 1)), ROW(PAIR(0, 3)) };
	struct u256 wraps;
	uint64_t label;

	make_bayes(rows, 2, 1, U256_MAX_, 2);
	ck_assert_int_eq(ops->predict(model, &label, DATA(0)),
			 DECA_MUL_OVERFLOW);
	/* smoothing * total + 10^9 = 2^256: a divisor of 0. */
	(void)u256_sub_wrap(&wraps, U256_ZERO, u256_from_u64(1000000000));
	make_bayes(rows, 2, 1, wraps, 1);
	ck_assert_int_eq(ops->predict(model, &label, DATA(0)),
			 DECA_DIV_ZERO);
	ck_assert_uint_eq(predict(NULL, 0), 0);
	/* A first factor of 0 cannot overflow. */
	make_bayes(rows, 2, 0, U256_ZERO, 0);
	ck_assert_uint_eq(predict(DATA(0)), 0);
}
END_TEST

static void make_centroid(enum deca_kind kind, const struct deca_row *rows,
			  size_t n, const struct u256 *count, size_t n_count)
{
	struct deca_setup s = {
		.n_names = n, .row = rows, .n_row = n,
		.count = count, .n_count = n_count,
	};

	make(kind, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_DONE);
}

START_TEST(dense_centroids_keep_counts_in_an_array_of_its_own)
{
	struct deca_row rows[] = { ROW(PAIR(0, 0)), ROW(PAIR(0, 1000)),
				   ROW(PAIR(0, 2000)) };
	struct u256 one = u256_from_u64(1);

	make_centroid(DECA_NEAREST_CENTROID, rows, 3, &one, 1);
	ck_assert_int_eq(update(DATA(1000000000), 1), DECA_INVALID_OPCODE);
	ck_assert_int_eq(update(DATA(1000000000), 3), DECA_INVALID_OPCODE);
	ck_assert_int_eq(ops->add_class(model, &rows[1], u256_from_u64(4)),
			 DECA_DONE);
	ck_assert_uint_eq(model->n_class, 4);
	ck_assert_uint_eq(model->n_count, 2);
	/* The count just added is class 1's. */
	ck_assert_int_eq(update(DATA(1000000000), 1), DECA_DONE);
	ck_assert(cell(1, 0) == (1000 * 4 + 1000000000) / 5);
	ck_assert_int_eq(update(DATA(1000000000), 3), DECA_INVALID_OPCODE);
	ck_assert_int_eq(ops->add_class(model, &rows[1],
					u256_shl(one, 191)),
			 DECA_COUNT_TOO_LARGE);
}
END_TEST

START_TEST(dense_averages_are_signed_256_bit_and_wrap)
{
	struct deca_row rows[] = { ROW(PAIR(0, 7)), ROW(PAIR(0, 7)),
				   ROW(PAIR(0, -3)) };
	struct u256 count[] = { U256_MAX_, u256_shl(u256_from_u64(1), 255),
				u256_shl(u256_from_u64(1), 191) };

	make_centroid(DECA_NEAREST_CENTROID, rows, 3, count, 3);
	/* (7 * -1 + 10^9) / -1 */
	ck_assert_int_eq(update(DATA(1000000000), 0), DECA_DONE);
	ck_assert(cell(0, 0) == -999999993);
	/* (7 * -2^255 + 10^9) / -2^255, where 7 * -2^255 wraps to -2^255 */
	ck_assert_int_eq(update(DATA(1000000000), 1), DECA_DONE);
	ck_assert(cell(1, 0) == 0);
	/* At the limit the count stands still: (-3n + 10^9) / n = -2 */
	ck_assert_int_eq(update(DATA(1000000000), 2), DECA_DONE);
	ck_assert(cell(2, 0) == -2);
	ck_assert_int_eq(u256_compare(deca_class_at(model, 2)->count,
				      count[2]), 0);
}
END_TEST

START_TEST(a_sparse_centroid_that_reverts_half_way_is_as_before)
{
	struct deca_row rows[] = { ROW(PAIR(1, 600000000),
				       PAIR(2, 800000000)) };
	struct u256 two = u256_from_u64(2);
	struct deca_class before;

	make_centroid(DECA_SPARSE_NEAREST_CENTROID, rows, 1, &two, 1);
	before = *deca_class_at(model, 0);
	ck_assert_int_eq(update(DATA(7, 1, 2, 2, 2, 2), 0),
			 DECA_SUB_OVERFLOW);
	ck_assert(cell(0, 7) == 0);
	ck_assert(deca_cell_find(model, 0, 1)->low == 600000000);
	ck_assert(deca_cell_find(model, 0, 2)->low == 800000000);
	ck_assert(deca_cell_find(model, 0, 2)->high == 2);
	ck_assert_mem_eq(deca_class_at(model, 0), &before, sizeof(before));
	ck_assert_int_eq(update(DATA(1), 1), DECA_CLASS_NOT_ADDED);
}
END_TEST

START_TEST(a_sparse_centroid_divides_by_the_counts_it_has)
{
	struct deca_row rows[] = { ROW(PAIR(1, 5)), ROW(PAIR(1, 5)),
				   ROW(PAIR(1, 5)) };
	struct u256 count[] = { U256_ZERO, u256_from_u64(UINT64_MAX),
				u256_from_u64(UINT32_MAX) };

	make_centroid(DECA_SPARSE_NEAREST_CENTROID, rows, 3, count, 3);
	ck_assert_int_eq(update(DATA(1), 0), DECA_INVALID_OPCODE);
	ck_assert_int_eq(update(NULL, 0, 0), DECA_DONE);
	ck_assert(u256_is_zero(deca_class_at(model, 0)->total));
	/* newN is 0: of a value, and of the squared length. */
	ck_assert_int_eq(update(DATA(9), 1), DECA_INVALID_OPCODE);
	ck_assert_int_eq(update(NULL, 0, 1), DECA_DIV_ZERO);
	/* 2^32 squared is 0 in 64 bits. */
	ck_assert_int_eq(update(NULL, 0, 2), DECA_DIV_ZERO);
}
END_TEST

START_TEST(constructors_ask_in_their_order)
{
	struct deca_row rows[] = { ROW(PAIR(0, 1)),
				   ROW(PAIR(0, 1), PAIR(0, 1)) };
	struct u256 count[] = { u256_from_u64(1), u256_from_u64(1) };
	struct deca_setup s = { .n_names = 2, .row = rows, .n_row = 2,
				.count = count, .n_count = 1 };

	make(DECA_NAIVE_BAYES, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_CLASS_COUNTS_NUMBER);
	make(DECA_NEAREST_CENTROID, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_DIMENSIONS_DIFFER);
	make(DECA_SPARSE_NEAREST_CENTROID, CELLS);
	ck_assert_int_eq(ops->construct(model, &s), DECA_INVALID_OPCODE);
	s.n_count = 2;
	s.n_row = 1;
	ck_assert_int_eq(ops->construct(model, &s), DECA_CENTROIDS_NUMBER);
	make(DECA_NAIVE_BAYES, CELLS);
	ck_assert_int_eq(ops->construct(model, &s),
			 DECA_FEATURE_COUNTS_NUMBER);
	s.n_names = 0;
	ck_assert_int_eq(ops->construct(model, &s), DECA_NO_CLASS);
}
END_TEST

START_TEST(a_full_block_says_so_and_a_larger_one_goes_on)
{
	struct deca_row row = ROW(PAIR(0, 5));
	struct deca_setup s = { .n_names = 2, .row = &row, .n_row = 1,
				.learning_rate = 1, .intercept = -1000 };
	struct deca_model *larger;
	struct deca_room room;
	int64_t data[12];

	for (int64_t i = 0; i < 12; i++)
		data[i] = i * 1000003;
	make(DECA_SPARSE_PERCEPTRON, 1);
	ck_assert_int_eq(ops->construct(model, &s), DECA_DONE);
	ck_assert_int_eq(update(data, 12, 1), DECA_NO_ROOM);
	ck_assert(cell(0, 0) == 5 && model->n_cell == 1);
	room = deca_model_room(model, 1000);
	larger = deca_model_move(dc_malloc(deca_model_size(room)), room,
				 model);
	free(model);
	model = larger;
	ck_assert_int_eq(update(data, 12, 1), DECA_DONE);
	ck_assert(cell(0, 0) == 6 && cell(0, 11 * 1000003) == 1);
	ck_assert_uint_eq(model->n_cell, 12);
}
END_TEST

START_TEST(names_and_words_are_the_contracts)
{
	enum deca_kind kind;

	for (int i = 0; i < DECA_KINDS; i++) {
		ck_assert(deca_kind_find(&kind,
					 deca_ops((enum deca_kind)i)->name));
		ck_assert_int_eq(kind, i);
	}
	ck_assert(!deca_kind_find(&kind, "Perceptron"));
	ck_assert_ptr_null(deca_reason_text(DECA_DONE));
	for (int i = 1; i < DECA_REASON_COUNT; i++)
		ck_assert_ptr_nonnull(deca_reason_text((enum deca_reason)i));
	ck_assert_int_eq(deca_reason_passed_on(DECA_INVALID_OPCODE),
			 DECA_REVERTED);
	ck_assert_int_eq(deca_reason_passed_on(DECA_DIV_ZERO), DECA_DIV_ZERO);
}
END_TEST

UNIT_MAIN("models/deca",
	  a_weight_wraps_at_80_bits,
	  a_perceptron_takes_any_label_above_1_as_1_and_learns,
	  a_step_of_the_dense_perceptron_is_cut_towards_zero,
	  the_norm_must_lie_strictly_within_its_bounds,
	  sparse_weights_are_placed_modulo_2_64,
	  a_batch_sums_in_80_bits_where_predict_does_not,
	  bayes_counts_wrap_at_32_bits_and_indices_are_cut,
	  bayes_stops_at_the_last_sample_and_wraps_its_total,
	  bayes_reverts_where_safemath_does_and_wraps_where_it_does_not,
	  dense_centroids_keep_counts_in_an_array_of_its_own,
	  dense_averages_are_signed_256_bit_and_wrap,
	  a_sparse_centroid_that_reverts_half_way_is_as_before,
	  a_sparse_centroid_divides_by_the_counts_it_has,
	  constructors_ask_in_their_order,
	  a_full_block_says_so_and_a_larger_one_goes_on,
	  names_and_words_are_the_contracts)
