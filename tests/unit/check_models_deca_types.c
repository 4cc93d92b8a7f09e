/*
 * check_models_deca_types.c: 0xDeCA10B's classifiers as types of our own
 * models do what the mirrors of the contracts do. Recorded runs go through
 * both in tests/golden; here are random ones, and the edges of what a type
 * takes.
 */
#include "config.h"

#include <string.h>

#include "base/i256.h"
#include "models/deca_view.h"
#include "models/encoder.h"
#include "tests/unit/unit.h"

#define COLUMNS 24
#define CLASSES 3
#define LINE_BYTES 256

static const char *const lines[DECA_KINDS] = {
	[DECA_DENSE_PERCEPTRON] =
		"deca-dense-perceptron columns=24 learning-rate=500000000",
	[DECA_SPARSE_PERCEPTRON] =
		"deca-sparse-perceptron columns=24 learning-rate=500000000",
	[DECA_NAIVE_BAYES] =
		"deca-naive-bayes columns=24 features=24 smoothing=1000000000",
	[DECA_NEAREST_CENTROID] = "deca-nearest-centroid columns=24",
	[DECA_SPARSE_NEAREST_CENTROID] =
		"deca-sparse-nearest-centroid columns=24 samples=1",
};

/* A model of our own and the mirror of a contract. */
struct pair {
	struct model_spec spec;
	struct model m;
	struct deca_model *mirror;
	size_t n_cells;
};

static enum dc_status parse(struct model_spec *spec, const char *line,
			    unsigned n_class, struct dc_err *err)
{
	char text[LINE_BYTES * 4];
	int n = snprintf(text, sizeof(text), "decaid 1\nmodel %s\nencoder none"
			 "\nverdict two-fold credit=1 margin=1\n"
			 "sample packed\n", line);

	for (unsigned c = 0; c < n_class; c++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "class c%u\n", c);
	return spec_parse(spec, text, (size_t)n, err);
}

static void mirror_make(struct pair *p, enum deca_kind kind)
{
	static const struct deca_pair zeros[COLUMNS];
	struct deca_room room = { .classes = CLASSES + 1, .cells = 1000 };
	bool dense = deca_kind_is_dense(kind);
	struct deca_row row[CLASSES];
	struct u256 count[CLASSES];
	struct deca_setup s = { .n_names = p->spec.n_class, .row = row,
		.n_row = p->spec.n_class, .count = count,
		.n_count = p->spec.n_class, .learning_rate = 500000000,
		.smoothing = 1000000000,
		.total_features = u256_from_u64(COLUMNS) };

	for (unsigned i = 0; i < CLASSES; i++) {
		row[i] = (struct deca_row){ zeros, dense ? COLUMNS : 0 };
		count[i] = u256_from_u64(
			kind == DECA_SPARSE_NEAREST_CENTROID);
	}
	p->mirror = deca_model_init(dc_malloc(deca_model_size(room)), kind,
				    room);
	ck_assert_int_eq(deca_ops(kind)->construct(p->mirror, &s), DECA_DONE);
}

static void pair_init(struct pair *p, enum deca_kind kind)
{
	struct dc_err err = DC_ERR_INIT;

	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(parse(&p->spec, lines[kind],
			       kind <= DECA_SPARSE_PERCEPTRON ? 2 : CLASSES,
			       &err), DC_OK);
	p->n_cells = p->spec.model->cells(&p->spec);
	p->m = (struct model){
		.spec = &p->spec,
		.cells = dc_calloc(p->n_cells, sizeof(int64_t)),
		.dirty = dc_calloc(p->n_cells / 1024 + 1, sizeof(uint64_t)),
	};
	mirror_make(p, kind);
}

static void pair_clear(struct pair *p)
{
	free(p->m.cells);
	free(p->m.dirty);
	free(p->mirror);
	spec_clear(&p->spec);
}

/* A sample that the kind takes, as it stands in both worlds. */
struct both {
	struct sample x;
	uint32_t index[COLUMNS];
	int64_t data[COLUMNS];
	size_t n;
};

static void unit_vector(struct both *b, uint64_t *state)
{
	/* 3-4-5, at two places, with any signs */
	size_t i = unit_random(state) % COLUMNS;
	size_t j = (i + 1 + unit_random(state) % (COLUMNS - 1)) % COLUMNS;

	memset(b->data, 0, sizeof(b->data));
	b->data[i] = unit_random(state) % 2 ? 600000000 : -600000000;
	b->data[j] = unit_random(state) % 2 ? 800000000 : -800000000;
	b->n = COLUMNS;
	b->x = (struct sample){ SAMPLE_DENSE, COLUMNS, NULL, b->data };
}

static void some_indices(struct both *b, uint64_t *state)
{
	b->n = 1 + unit_random(state) % 12;
	for (size_t i = 0; i < b->n; i++)
		b->index[i] = (uint32_t)(unit_random(state) % COLUMNS);
	b->n = sample_sort_unique(b->index, b->n);
	for (size_t i = 0; i < b->n; i++)
		b->data[i] = b->index[i];
	b->x = (struct sample){ SAMPLE_BINARY, (uint32_t)b->n, b->index,
				NULL };
}

static void same_label(const struct pair *p, const struct both *b)
{
	int64_t scores[SPEC_CLASSES_MAX];
	uint64_t label;

	ck_assert_int_eq(deca_ops((enum deca_kind)p->mirror->kind)->predict(
				 p->mirror, &label, b->data, b->n), DECA_DONE);
	p->spec.model->scores(&p->m, scores, &b->x);
	unit_require(model_best(scores, p->spec.n_class) == label);
}

/* The mirror's state, put into cells, is what the model came to by itself. */
static void same_state(struct pair *p)
{
	struct dc_err err = DC_ERR_INIT;
	int64_t *own = p->m.cells;

	p->m.cells = dc_calloc(p->n_cells, sizeof(int64_t));
	ck_assert_int_eq(deca_view_load(&p->m, (enum deca_kind)p->mirror->kind,
					p->mirror, &err), DC_OK);
	ck_assert_int_eq(memcmp(own, p->m.cells, p->n_cells * 8), 0);
	ck_assert(p->spec.model->cells_valid(&p->spec, own));
	free(p->m.cells);
	p->m.cells = own;
}

static void walk(enum deca_kind kind)
{
	struct deca_undo undo[COLUMNS];
	uint64_t state = 77;
	struct pair p;
	struct both b;

	pair_init(&p, kind);
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t label = (uint32_t)(unit_random(&state) %
					    p.spec.n_class);

		if (deca_kind_is_dense(kind))
			unit_vector(&b, &state);
		else
			some_indices(&b, &state);
		unit_require(p.spec.model->accepts(&b.x));
		same_label(&p, &b);
		unit_require(deca_ops(kind)->update(p.mirror, undo, b.data,
						    b.n, label) == DECA_DONE);
		p.spec.model->learn(&p.m, &b.x, label, NULL);
		same_label(&p, &b);
	}
	same_state(&p);
	pair_clear(&p);
}

START_TEST(a_type_walks_with_the_mirror_of_its_contract)
{
	for (int kind = 0; kind < DECA_KINDS; kind++)
		walk((enum deca_kind)kind);
}
END_TEST

START_TEST(a_perceptron_tells_two_classes_apart)
{
	struct dc_err err = DC_ERR_INIT;
	struct model_spec spec;

	ck_assert_int_eq(parse(&spec, lines[DECA_SPARSE_PERCEPTRON], 3, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "spec: deca-sparse-perceptron tells 2 "
			 "classes apart, not 3");
}
END_TEST

START_TEST(a_dense_type_takes_samples_of_length_1)
{
	const struct model_ops *ops = model_find("deca-nearest-centroid");
	const uint32_t index[] = { 0 };
	int64_t value[2] = { 600000000, 800000000 };
	struct sample x = { SAMPLE_DENSE, 2, NULL, value };
	struct sample sparse = { SAMPLE_BINARY, 1, index, NULL };

	ck_assert(ops->accepts(&x));
	ck_assert(!ops->accepts(&sparse));
	value[1] = -800000062;	/* 9.9 10^10 too much */
	ck_assert(ops->accepts(&x));
	value[1] = -800000063;
	ck_assert(!ops->accepts(&x));
	value[1] = 0;
	ck_assert(!ops->accepts(&x));
}
END_TEST

START_TEST(a_sparse_type_takes_as_many_indices_as_a_block_holds)
{
	static uint32_t index[DECA_INDICES_MAX + 1];
	const struct model_ops *ops = model_find("deca-naive-bayes");
	const int64_t value[] = { 5 };
	struct sample x = { SAMPLE_BINARY, DECA_INDICES_MAX, index, NULL };
	struct sample valued = { SAMPLE_VALUES, 1, index, value };

	for (uint32_t i = 0; i <= DECA_INDICES_MAX; i++)
		index[i] = i;
	ck_assert(ops->accepts(&x));
	x.count++;
	ck_assert(!ops->accepts(&x));
	ck_assert(!ops->accepts(&valued));
}
END_TEST

/* Products that differ in their last bits have one logarithm: the label is
 * the contract's all the same. */
START_TEST(the_label_is_the_contracts_where_scores_round_alike)
{
	const uint32_t index[] = { 0 };
	const struct sample x = { SAMPLE_BINARY, 1, index, NULL };
	int64_t scores[CLASSES];
	struct pair p;

	pair_init(&p, DECA_NAIVE_BAYES);
	for (unsigned c = 0; c < CLASSES; c++)
		p.m.cells[2 * c] = INT64_C(1) << 60;
	p.m.cells[4] += 1;	/* class 2 has one sample more */
	p.spec.model->scores(&p.m, scores, &x);
	ck_assert_uint_eq(model_best(scores, CLASSES), 2);
	ck_assert_int_eq(scores[2], scores[0] + 1);
	p.m.cells[2] += 1;	/* class 1 too: the first of equals */
	p.spec.model->scores(&p.m, scores, &x);
	ck_assert_uint_eq(model_best(scores, CLASSES), 1);
	pair_clear(&p);
}
END_TEST

START_TEST(products_that_underflow_give_the_first_class)
{
	uint32_t index[COLUMNS];
	const struct sample x = { SAMPLE_BINARY, COLUMNS, index, NULL };
	int64_t scores[CLASSES];
	struct pair p;

	for (uint32_t i = 0; i < COLUMNS; i++)
		index[i] = i;
	pair_init(&p, DECA_NAIVE_BAYES);
	p.m.cells[2 * 2] = 1;
	p.m.cells[2 * 2 + 1] = INT64_C(1) << 40;
	p.spec.model->scores(&p.m, scores, &x);
	ck_assert_uint_eq(model_best(scores, CLASSES), 0);
	for (unsigned c = 0; c < CLASSES; c++)
		ck_assert_int_eq(scores[c], -DC_FX9_ONE);
	pair_clear(&p);
}
END_TEST

START_TEST(a_prediction_that_reverts_scores_nothing)
{
	const uint32_t index[] = { 0 };
	const struct sample x = { SAMPLE_BINARY, 1, index, NULL };
	int64_t scores[CLASSES] = { 1, 2, 3 };
	struct pair p;

	pair_init(&p, DECA_SPARSE_NEAREST_CENTROID);
	p.m.cells[5] = -1;	/* class 1 has 0 samples: a division */
	p.m.cells[15 + 2] = 7;	/* its value in column 0, */
	p.m.cells[15 + 3] = 3;	/* true at 3 */
	p.spec.model->scores(&p.m, scores, &x);
	for (unsigned c = 0; c < CLASSES; c++)
		ck_assert_int_eq(scores[c], 0);
	pair_clear(&p);
}
END_TEST

START_TEST(a_block_that_the_spec_has_no_place_for_is_refused)
{
	const struct deca_cell far = { .index = COLUMNS, .low = 1 };
	struct dc_err err = DC_ERR_INIT;
	struct pair p;

	pair_init(&p, DECA_SPARSE_PERCEPTRON);
	ck_assert(deca_cell_load(p.mirror, &far));
	ck_assert_int_eq(deca_view_load(&p.m, DECA_SPARSE_PERCEPTRON,
					p.mirror, &err), DC_EINVAL);
	ck_assert_str_eq(err.text,
			 "feature 24 of the model is not below 24");
	pair_clear(&p);

	pair_init(&p, DECA_SPARSE_PERCEPTRON);
	p.mirror->learning_rate++;
	err = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(deca_view_load(&p.m, DECA_SPARSE_PERCEPTRON,
					p.mirror, &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "the model has other parameters");
	pair_clear(&p);
}
END_TEST

START_TEST(a_weight_beyond_80_bits_is_no_state)
{
	struct pair p;

	pair_init(&p, DECA_DENSE_PERCEPTRON);
	p.m.cells[3] = INT16_MIN;
	ck_assert(p.spec.model->cells_valid(&p.spec, p.m.cells));
	p.m.cells[3] = INT64_C(1) << 15;
	ck_assert(!p.spec.model->cells_valid(&p.spec, p.m.cells));
	pair_clear(&p);

	pair_init(&p, DECA_NAIVE_BAYES);
	p.m.cells[2 * CLASSES] = UINT32_MAX;
	ck_assert(p.spec.model->cells_valid(&p.spec, p.m.cells));
	p.m.cells[2 * CLASSES]++;
	ck_assert(!p.spec.model->cells_valid(&p.spec, p.m.cells));
	pair_clear(&p);
}
END_TEST

/* Of any size and sign, down to one unit: what comes out passes the norm's
 * check of the contract. */
START_TEST(the_encoder_unit_gives_samples_of_length_1)
{
	static struct sample_room room;
	struct spec_column column[COLUMNS];
	const struct model_ops *ops = model_find("deca-nearest-centroid");
	int64_t feature[COLUMNS];
	struct model_spec spec = { .columns = COLUMNS, .column = column,
		.encoder = encoder_find("unit"),
		.encoder_param = { SAMPLE_VALUE_MAX } };
	struct encoder_input in = { .kind = ENCODER_FEATURES, .n = COLUMNS,
				    .feature = feature };
	struct dc_err err = DC_ERR_INIT;
	uint64_t state = 5;
	struct sample x;

	for (unsigned c = 0; c < COLUMNS; c++)
		column[c] = (struct spec_column){ 0, DC_FX9_ONE };
	for (unsigned i = 0; i < 3000; i++) {
		for (unsigned c = 0; c < COLUMNS; c++)
			feature[c] = (int64_t)unit_random(&state) >>
				(14 + i % 49);
		feature[i % COLUMNS] |= 1;
		unit_require(encoder_encode(&x, &spec, &room, &in, &err) ==
			     DC_OK);
		unit_require(ops->accepts(&x));
	}
	memset(feature, 0, sizeof(feature));
	feature[3] = -1;
	ck_assert_int_eq(encoder_encode(&x, &spec, &room, &in, &err), DC_OK);
	ck_assert_int_eq(x.value[3], -DC_FX9_ONE);
	feature[3] = 0;
	ck_assert_int_eq(encoder_encode(&x, &spec, &room, &in, &err),
			 DC_EINVAL);
}
END_TEST

UNIT_MAIN("models/deca-types",
	  a_type_walks_with_the_mirror_of_its_contract,
	  a_perceptron_tells_two_classes_apart,
	  a_dense_type_takes_samples_of_length_1,
	  a_sparse_type_takes_as_many_indices_as_a_block_holds,
	  the_label_is_the_contracts_where_scores_round_alike,
	  products_that_underflow_give_the_first_class,
	  a_prediction_that_reverts_scores_nothing,
	  a_block_that_the_spec_has_no_place_for_is_refused,
	  a_weight_beyond_80_bits_is_no_state,
	  the_encoder_unit_gives_samples_of_length_1)
