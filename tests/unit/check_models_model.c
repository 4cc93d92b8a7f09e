/* check_models_model.c: what each model computes, and at its limits. */

#include "config.h"

#include <math.h>
#include <string.h>

#include "models/fx9.h"
#include "tests/unit/model_room.h"

static uint32_t index_all[SAMPLE_COUNT_MAX];
static int64_t value_all[SAMPLE_COUNT_MAX];

/* Manning et al., example 13.1: Chinese Beijing Chinese; Chinese Chinese
 * Shanghai; Chinese Macao -> China; Tokyo Japan Chinese -> not. Asked:
 * Chinese Chinese Chinese Tokyo Japan. Published: 0.0003 and 0.0001 before
 * normalisation, exactly 3/4 (3/7)^3 1/14 1/14 and 1/4 (2/9)^5. The prior is
 * smoothed here, the book's is not: (3+1)/(4+2), (1+1)/(4+2). */
START_TEST(naive_bayes_works_out_the_textbook)
{
	enum { BEIJING, CHINESE, JAPAN, MACAO, SHANGHAI, TOKYO, WORDS };
	static const uint32_t d1[] = { BEIJING, CHINESE };
	static const int64_t v1[] = { DC_FX9_ONE, 2 * DC_FX9_ONE };
	static const uint32_t d2[] = { CHINESE, SHANGHAI };
	static const int64_t v2[] = { 2 * DC_FX9_ONE, DC_FX9_ONE };
	static const uint32_t d3[] = { CHINESE, MACAO };
	static const uint32_t d4[] = { CHINESE, JAPAN, TOKYO };
	static const int64_t v5[] = { 3 * DC_FX9_ONE, DC_FX9_ONE, DC_FX9_ONE };
	const struct sample s[] = {
		{ SAMPLE_VALUES, 2, d1, v1 }, { SAMPLE_VALUES, 2, d2, v2 },
		{ SAMPLE_BINARY, 2, d3, NULL }, { SAMPLE_BINARY, 3, d4, NULL },
		{ SAMPLE_VALUES, 3, d4, v5 },
	};
	double china = 4. / 6 * pow(3. / 7, 3) / 14 / 14;
	double not_china = 2. / 6 * pow(2. / 9, 5);
	struct model_room r;
	int64_t scores[2];
	int i;

	model_room_init(&r, "naive-bayes", WORDS, 2, DC_FX9_ONE);
	for (i = 0; i < 4; i++)
		learn(&r, &s[i], i == 3);
	r.spec.model->scores(&r.m, scores, &s[4]);
	ck_assert(fabs((double)scores[0] - 1e9 * log(china)) < 5);
	ck_assert(fabs((double)scores[1] - 1e9 * log(not_china)) < 5);
	model_room_clear(&r);
}
END_TEST

START_TEST(naive_bayes_does_not_underflow_on_long_inputs)
{
	struct model_room r;
	struct sample long_one;
	uint32_t i;

	for (i = 0; i < 20000; i++)
		index_all[i] = i;
	model_room_init(&r, "naive-bayes", 20000, 3, DC_FX9_ONE);
	long_one = binary(index_all, 20000);
	learn(&r, &long_one, 2);
	ck_assert_uint_eq(predict(&r, &long_one), 2);
	learn(&r, &long_one, 1);
	learn(&r, &long_one, 1);
	ck_assert_uint_eq(predict(&r, &long_one), 1);
	model_room_clear(&r);
}
END_TEST

START_TEST(naive_bayes_refuses_negative_values)
{
	static const uint32_t index[] = { 0 };
	static const int64_t minus[] = { -1 }, zero[] = { 0 };
	const struct sample x = { SAMPLE_VALUES, 1, index, minus };
	const struct sample y = { SAMPLE_DENSE, 1, NULL, zero };

	ck_assert(!model_naive_bayes.accepts(&x));
	ck_assert(model_naive_bayes.accepts(&y));
	ck_assert(model_sparse_perceptron.accepts(&x));
}
END_TEST

/* Every cell at the far end of what a snapshot may hold: the largest of a few
 * numbers that cells_valid takes there. */
static void
cells_fill(struct model_room *r, int64_t sign)
{
	static const int64_t try[] = {
		INT64_C(1) << 62, INT64_C(1) << 46, INT64_C(1) << 40,
		INT64_C(1) << 36, 1 << 23, 3, 1
	};
	const struct model_ops *ops = r->spec.model;
	size_t n = ops->cells(&r->spec), i, k;

	for (i = 0; i < n; i++) {
		int64_t was = r->m.cells[i];

		for (k = 0; k < 2 * DC_ARRAY_LEN(try); k++) {
			r->m.cells[i] = try[k / 2] * (k % 2 ? -sign : sign);
			if (ops->cells_valid(&r->spec, r->m.cells))
				break;
			r->m.cells[i] = was;
		}
	}
}

/* The largest samples there are, until nothing moves: no sum overflows, and
 * cells stay what a snapshot may hold. */
static void
saturate(const char *name, int64_t param, uint32_t n_class, uint32_t columns,
	 int64_t value)
{
	struct sample x = { SAMPLE_DENSE, columns, NULL, value_all };
	struct model_room r;
	int64_t scores[SPEC_CLASSES_MAX];
	uint32_t i;

	for (i = 0; i < columns; i++)
		value_all[i] = value;
	model_room_init(&r, name, columns, n_class, param);
	for (i = 0; i < 150; i++)
		learn(&r, &x, i % n_class);
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	/* a tree's counts hang together: none stands at an end alone */
	for (i = 0; i < 4 && columns < 100 &&
	     r.spec.model != &model_hoeffding; i++) {
		cells_fill(&r, i % 2 ? 1 : -1);
		r.spec.model->rebuild(&r.m);
		learn(&r, &x, n_class - 1);
		r.spec.model->scores(&r.m, scores, &x);
		ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	}
	for (i = 0; i < n_class && (r.spec.model == &model_naive_bayes ||
				    r.spec.model == &model_sparse_perceptron);
	     i++)
		r.m.cells[i] = r.spec.model == &model_naive_bayes
			? INT64_C(1) << 62 : -(INT64_C(1) << 46);
	r.spec.model->rebuild(&r.m);
	for (i = 0; i < 5; i++) {
		learn(&r, &x, n_class - 1);
		r.spec.model->scores(&r.m, scores, &x);
	}
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	model_room_clear(&r);
}

/* 0xDeCA10B's types wrap where the contract does, and take one kind of sample
 * each: tests/unit/check_models_deca_types.c. */
static bool
is_deca(const struct model_ops *ops)
{
	return strncmp(ops->choice.name, "deca-", 5) == 0;
}

START_TEST(the_largest_samples_overflow_nothing)
{
	static const int64_t params[] = { 1, DC_FX9_ONE, INT64_MAX };
	size_t i, k;

	for (i = 0; model_at(i) != NULL; i++) {
		const char *name = model_at(i)->choice.name;
		bool minus = model_at(i) != &model_naive_bayes &&
			model_at(i) != &model_blend;
		uint32_t most = model_at(i) == &model_nearest ? 1024
			: model_at(i) == &model_hoeffding ? 250
			: model_at(i) == &model_kalman ? 250 : 32768;

		if (is_deca(model_at(i)))
			continue;
		for (k = 0; k < DC_ARRAY_LEN(params); k++) {
			saturate(name, params[k], 3, 20, SAMPLE_VALUE_MAX);
			if (minus)
				saturate(name, params[k], 9, 20,
					 -SAMPLE_VALUE_MAX);
		}
		saturate(name, INT64_MAX, 3, most, SAMPLE_VALUE_MAX);
		if (minus)
			saturate(name, 1, 9, most, -SAMPLE_VALUE_MAX);
	}
}
END_TEST

START_TEST(the_perceptron_moves_the_two_classes_in_question)
{
	static const uint32_t index[] = { 1, 4 };
	static const int64_t value[] = { -500000000, 3 };
	const struct sample x = { SAMPLE_VALUES, 2, index, value };
	const int64_t rate = 200000000;
	struct model_room r;
	size_t i;

	model_room_init(&r, "sparse-perceptron", 5, 3, rate);
	learn(&r, &x, 2);	/* 0 was said */
	ck_assert_int_eq(r.m.cells[0], -rate);
	ck_assert_int_eq(r.m.cells[1], 0);
	ck_assert_int_eq(r.m.cells[2], rate);
	/* row of column 1; -0.5 * 0.2 */
	ck_assert_int_eq(r.m.cells[3 + 3], 100000000);
	ck_assert_int_eq(r.m.cells[3 + 3 + 1], 0);
	ck_assert_int_eq(r.m.cells[3 + 3 + 2], -100000000);
	/* 0.000000003 * 0.2, cut */
	ck_assert_int_eq(r.m.cells[3 + 12], 0);
	ck_assert_uint_eq(predict(&r, &x), 2);
	learn(&r, &x, 2);	/* right: nothing moves */
	ck_assert_int_eq(r.m.cells[2], rate);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(r.m.cells[3 + i], 0);
	model_room_clear(&r);
}
END_TEST

/* One random set of columns below 64, written in the three kinds. */
static void
three_kinds(struct sample out[3], uint64_t *state)
{
	uint32_t n = 1 + (uint32_t)(unit_random(state) % 20), j;
	int64_t *dense = value_all + 64;

	for (j = 0; j < n; j++)
		index_all[j] = (uint32_t)(unit_random(state) % 64);
	n = (uint32_t)sample_sort_unique(index_all, n);
	memset(dense, 0, 64 * sizeof(*dense));
	for (j = 0; j < n; j++) {
		value_all[j] = DC_FX9_ONE;
		dense[index_all[j]] = DC_FX9_ONE;
	}
	out[0] = binary(index_all, n);
	out[1] = (struct sample){ SAMPLE_VALUES, n, index_all, value_all };
	out[2] = (struct sample){ SAMPLE_DENSE, 64, NULL, dense };
}

static void
kinds_agree(const char *name, uint32_t n_class)
{
	int64_t scores[3][48];	/* and what stands after them */
	struct sample x[3];
	struct model_room r;
	uint64_t state = 1;
	uint32_t i, k;

	model_room_init(&r, name, 64, n_class, DC_FX9_ONE);
	for (i = 0; i < 200; i++) {
		three_kinds(x, &state);
		for (k = 0; k < 3; k++) {
			memset(scores[k], 7, sizeof(scores[k]));
			r.spec.model->scores(&r.m, scores[k], &x[k]);
			unit_require(memcmp(scores[0], scores[k],
					    n_class * 8) == 0);
			unit_require(scores[k][n_class] ==
				     INT64_C(0x0707070707070707));
		}
		learn(&r, &x[i % 3], (uint32_t)(unit_random(&state) % n_class));
	}
	model_room_clear(&r);
}

/* Kinds are ways to write one vector: the same scores for any number of
 * classes, blocks and special cases included. */
START_TEST(a_binary_sample_counts_like_one_with_ones)
{
	uint32_t n_class;
	size_t i;

	for (n_class = 2; n_class < 40; n_class++)
		for (i = 0; model_at(i) != NULL; i++) {
			if (!is_deca(model_at(i)))
				kinds_agree(model_at(i)->choice.name,
					    n_class);
		}
}
END_TEST

static bool
is_marked(const struct model_room *r, size_t cell)
{
	return r->dirty[cell / 16 / 64] >> (cell / 16 % 64) & 1;
}

static void
marks_what_it_changes(const char *name)
{
	const uint32_t third = strcmp(name, "kalman") == 0 ||
		strcmp(name, "hoeffding") == 0 ? 20
		: strcmp(name, "nearest") == 0 ? 300 : 1500;
	struct model_room r;
	int64_t *was;
	size_t n, j;
	uint32_t i;

	model_room_init(&r, name, 3 * third, 4, DC_FX9_ONE);
	n = r.spec.model->cells(&r.spec);
	was = dc_calloc(n, sizeof(*was));
	for (i = 0; i < 500; i++) {
		const uint32_t at = i % third;
		const uint32_t index[] = { at, at + third, at + 2 * third };
		struct sample x = binary(index, 3);

		memcpy(was, r.m.cells, n * sizeof(*was));
		memset(r.dirty, 0, sizeof(r.dirty));
		learn(&r, &x, i % 4);
		for (j = 0; j < n; j++)
			unit_require(was[j] == r.m.cells[j] ||
				     is_marked(&r, j));
	}
	free(was);
	model_room_clear(&r);
}

START_TEST(learning_marks_what_it_changes)
{
	size_t i;

	for (i = 0; model_at(i) != NULL; i++)
		marks_what_it_changes(model_at(i)->choice.name);
}
END_TEST

/* Whole counts, fractions, counts beyond those that are met in life, and the
 * last that there is. */
static void
counts_fill(struct model_room *r, uint64_t seed)
{
	size_t i;

	for (i = 0; i < r->spec.model->cells(&r->spec); i++) {
		uint64_t draw = unit_random(&seed), n = draw >> 32;
		int64_t *cell = &r->m.cells[i];

		switch (draw % 16) {
		case 0:
			*cell = (int64_t)(n * 2 * (uint64_t)DC_FX9_ONE / 5);
			break;
		case 1:
			*cell = (int64_t)(16383 + n % 3) * DC_FX9_ONE;
			break;
		case 2:
			*cell = (INT64_C(1) << 62) - (int64_t)(n % 2);
			break;
		default:
			*cell = (int64_t)(n % 50) * DC_FX9_ONE;
		}
	}
	r->m.first_leaf = 61;
	r->spec.model->rebuild(&r->m);
}

/* One pass does what two do. */
static void
studies_as_it_learns(uint32_t n_class)
{
	const uint32_t columns = 700;
	int64_t said[2][SPEC_CLASSES_MAX];
	struct model_room a, b;
	uint64_t state = n_class;
	uint32_t i, k;

	model_room_init(&a, "naive-bayes", columns, n_class, DC_FX9_ONE / 3);
	model_room_init(&b, "naive-bayes", columns, n_class, DC_FX9_ONE / 3);
	counts_fill(&a, 1);
	counts_fill(&b, 1);
	for (i = 0; i < 400; i++) {
		uint32_t n = i % 90, label = i % n_class;
		struct sample x;

		for (k = 0; k < n; k++)
			index_all[k] = (uint32_t)unit_random(&state) % columns;
		x = binary(index_all, (uint32_t)sample_sort_unique(index_all,
								   n));
		model_study(&a.m, said[0], &x, label);
		model_naive_bayes.scores(&b.m, said[1], &x);
		model_naive_bayes.learn(&b.m, &x, label, NULL);
		unit_require(memcmp(said[0], said[1],
				    n_class * sizeof(said[0][0])) == 0);
		unit_require(memcmp(a.m.cells, b.m.cells,
				    model_naive_bayes.cells(&a.spec) *
				    sizeof(*a.m.cells)) == 0);
		unit_require(memcmp(a.m.derived, b.m.derived,
				    model_naive_bayes.derived(&a.spec) *
				    sizeof(*a.m.derived)) == 0);
		unit_require(memcmp(a.dirty, b.dirty, sizeof(a.dirty)) == 0);
	}
	model_room_clear(&a);
	model_room_clear(&b);
}

START_TEST(bayes_learns_the_same_in_one_pass)
{
	studies_as_it_learns(2);
	studies_as_it_learns(3);
}
END_TEST

/* The logarithms of two classes, which have a loop of their own. */
START_TEST(bayes_asks_by_any_number_of_classes_alike)
{
	struct model_room r;
	uint64_t state = 5;
	uint32_t i, k;

	model_room_init(&r, "naive-bayes", 500, 2, DC_FX9_ONE / 3);
	counts_fill(&r, 2);
	for (i = 0; i < 300; i++) {
		uint32_t n = 1 + i % 90;
		int64_t said[2][2];
		struct sample x;

		for (k = 0; k < n; k++) {
			index_all[k] = (uint32_t)unit_random(&state) % 500;
			value_all[k] = DC_FX9_ONE;
		}
		n = (uint32_t)sample_sort_unique(index_all, n);
		x = binary(index_all, n);
		r.spec.model->scores(&r.m, said[0], &x);
		x = (struct sample){ SAMPLE_VALUES, n, index_all, value_all };
		r.spec.model->scores(&r.m, said[1], &x);
		unit_require(memcmp(said[0], said[1], sizeof(said[0])) == 0);
	}
	model_room_clear(&r);
}
END_TEST

static void
derives_as_rebuilt(const char *name)
{
	struct model_room r;
	int64_t *was;
	uint64_t state = 9;
	uint32_t i, index[2];
	size_t n;

	model_room_init(&r, name, 300, 5, 123456789);
	n = r.spec.model->derived(&r.spec);
	was = dc_calloc(n + 1, sizeof(*was));
	for (i = 0; i < 400; i++) {
		struct sample x;

		index[0] = (uint32_t)(unit_random(&state) % 150);
		index[1] = 150 + (uint32_t)(unit_random(&state) % 150);
		x = binary(index, 2);
		learn(&r, &x, (uint32_t)(unit_random(&state) % 5));
	}
	memcpy(was, r.m.derived, n * sizeof(*was));
	r.spec.model->rebuild(&r.m);
	ck_assert_int_eq(memcmp(was, r.m.derived, n * sizeof(*was)), 0);
	free(was);
	model_room_clear(&r);
}

START_TEST(derived_values_are_those_that_rebuilding_makes)
{
	size_t i;

	for (i = 0; model_at(i) != NULL; i++)
		derives_as_rebuilt(model_at(i)->choice.name);
}
END_TEST

/* A line through the origin, and two rings that no line parts. */
static void
point_make(int64_t *value, uint32_t *label, uint64_t *state, bool rings)
{
	int64_t x = (int64_t)(unit_random(state) % 2000001) - 1000000;
	int64_t y = (int64_t)(unit_random(state) % 2000001) - 1000000;

	value[0] = x * 1000;
	value[1] = y * 1000;
	*label = rings ? x * x + y * y > INT64_C(600000000000) : x > 2 * y;
}

/* Right answers among the last 500 of 3,000, each asked before learned. */
static uint32_t
points_right(const char *name, bool rings)
{
	struct model_room r;
	uint64_t state = 3;
	uint32_t i, label, right = 0;
	int64_t value[2];

	model_room_init(&r, name, 2, 2, 500000000);
	for (i = 0; i < 3000; i++) {
		struct sample x = { SAMPLE_DENSE, 2, NULL, value };

		point_make(value, &label, &state, rings);
		right += i >= 2500 && predict(&r, &x) == label;
		learn(&r, &x, label);
	}
	model_room_clear(&r);
	return right;
}

START_TEST(regression_learns_a_line_and_neighbours_learn_rings)
{
	ck_assert_uint_ge(points_right("logistic", false), 480);
	ck_assert_uint_ge(points_right("kalman", false), 480);
	ck_assert_uint_ge(points_right("passive-aggressive", false), 480);
	ck_assert_uint_ge(points_right("hoeffding", false), 430);
	ck_assert_uint_ge(points_right("hoeffding", true), 400);
	ck_assert_uint_ge(points_right("nearest", false), 430);
	ck_assert_uint_ge(points_right("nearest", true), 370);
	ck_assert_uint_lt(points_right("logistic", true), 350);
}
END_TEST

/* One tree that learned rings until it had no room for more nodes. */
static void
tree_grow(struct model_room *r)
{
	uint64_t state = 3;
	uint32_t i, label;
	int64_t value[2];

	model_room_init(r, "hoeffding", 2, 2, 1);
	for (i = 0; i < 2000; i++) {
		struct sample x = { SAMPLE_DENSE, 2, NULL, value };

		point_make(value, &label, &state, true);
		learn(r, &x, label);
	}
}

START_TEST(a_tree_grows_to_its_nodes_and_no_further)
{
	struct model_room r;
	const int64_t *tree;

	tree_grow(&r);
	tree = r.m.cells + 16;
	ck_assert_int_eq(r.m.cells[0], 2000);
	ck_assert_int_eq(tree[0], 7);
	ck_assert_int_gt(tree[1], 0);		/* the root's column + 1 */
	ck_assert_int_eq(tree[3], 1);		/* its first child */
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	model_room_clear(&r);
}
END_TEST

/* A tree whose way down does not end, or ends nowhere, is no snapshot. */
START_TEST(trees_that_no_learning_leads_to_are_refused)
{
	enum { TREE = 16, NODES = TREE + 1, SLOT = TREE + 32 };
	static const struct { size_t cell; int64_t value; } wrong[] = {
		{ 0, -1 }, { 1, 1 }, { TREE, 6 }, { TREE, 9 }, { TREE, -1 },
		{ NODES, 3 }, { NODES, -1 }, { NODES + 1, 15 },
		{ NODES + 1, -1 }, { NODES + 2, 0 }, { NODES + 2, 2 },
		{ NODES + 2, 7 }, { NODES + 3, 1 }, { NODES + 2, 3 },
		{ NODES + 2, 5 }, { NODES + 28, 1 }, { SLOT, -1 },
		{ SLOT + 3, -1 }, { SLOT + 5, INT64_C(1) << 33 },
		{ SLOT + 7, 1 }, { SLOT + 16, 1 << 20 },
	};
	struct model_room r;
	size_t i;

	tree_grow(&r);
	for (i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		int64_t *cell = &r.m.cells[wrong[i].cell], was = *cell;

		*cell = wrong[i].value;
		ck_assert_msg(was != *cell &&
			      !r.spec.model->cells_valid(&r.spec, r.m.cells),
			      "cell %zu is %lld", wrong[i].cell,
			      (long long)*cell);
		*cell = was;
	}
	ck_assert(r.spec.model->cells_valid(&r.spec, r.m.cells));
	model_room_clear(&r);
}
END_TEST

/* The blend's trust moves to whom is right: in a world where features repeat
 * each other, away from Bayes. */
START_TEST(the_blend_learns_whom_to_trust)
{
	struct model_room r;
	uint64_t state = 5;
	uint32_t i, k, index[12];

	model_room_init(&r, "blend", 12, 2, 500000000);
	for (i = 0; i < 2000; i++) {
		uint32_t label = unit_random(&state) % 2, n = 0;
		struct sample x;

		/* ten copies of a weak sign, two of a strong one */
		if (unit_random(&state) % 10 < (label ? 6 : 4))
			for (k = 0; k < 10; k++)
				index[n++] = k;
		if (unit_random(&state) % 10 < (label ? 9 : 1))
			index[n++] = 10;
		if (n == 0)
			index[n++] = 11;
		x = binary(index, n);
		learn(&r, &x, label);
	}
	ck_assert_int_lt(r.m.cells[1], 0);
	ck_assert_int_gt(r.m.cells[2], 0);
	model_room_clear(&r);
}
END_TEST

START_TEST(the_table_finds_models_by_name)
{
	size_t i;

	for (i = 0; model_at(i) != NULL; i++)
		ck_assert_ptr_eq(model_find(model_at(i)->choice.name),
				 model_at(i));
	ck_assert_uint_ge(i, 2);
	ck_assert_ptr_null(model_find("oracle"));
	ck_assert_ptr_null(model_find(""));
}
END_TEST

START_TEST(the_first_of_equal_scores_wins)
{
	static const int64_t scores[] = { 3, 7, 7, -1 };

	ck_assert_uint_eq(model_best(scores, 4), 1);
	ck_assert_int_eq(model_margin(scores, 4, 1), 0);
	ck_assert_int_eq(model_margin(scores, 4, 0), -4);
	ck_assert_int_eq(model_margin(scores, 4, 3), -8);
}
END_TEST

UNIT_MAIN("models/model",
	  naive_bayes_works_out_the_textbook,
	  naive_bayes_does_not_underflow_on_long_inputs,
	  naive_bayes_refuses_negative_values,
	  the_largest_samples_overflow_nothing,
	  the_perceptron_moves_the_two_classes_in_question,
	  a_binary_sample_counts_like_one_with_ones,
	  learning_marks_what_it_changes,
	  bayes_learns_the_same_in_one_pass,
	  bayes_asks_by_any_number_of_classes_alike,
	  derived_values_are_those_that_rebuilding_makes,
	  regression_learns_a_line_and_neighbours_learn_rings,
	  a_tree_grows_to_its_nodes_and_no_further,
	  trees_that_no_learning_leads_to_are_refused,
	  the_blend_learns_whom_to_trust,
	  the_table_finds_models_by_name,
	  the_first_of_equal_scores_wins)
