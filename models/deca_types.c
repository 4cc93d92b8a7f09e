/*
 * 0xDeCA10B's five classifiers as types of our own models: what
 * models/deca_*.c compute for a mirror, on the cells of a learner.
 *
 * The label is exactly the contract's. Scores say how far apart the classes
 * are, each type in its way; where two of them would round to the same, the
 * label's is raised above the others by the least that shows it.
 * A sample whose update would revert in every contract of the type (too long,
 * not of length 1) is not taken; one that reverts by what the model holds
 * trains nothing. A prediction that reverts scores 0 for every class.
 */
#include "config.h"

#include "base/i256.h"
#include "models/deca_private.h"
#include "models/deca_view.h"
#include "models/fx9.h"

#define LN_2 INT64_C(693147181)		/* fx9 */
#define SCORE_MAX (INT64_MAX / 2)

/* --- samples --- */

static bool accepts_indices(const struct sample *x)
{
	return x->kind == SAMPLE_BINARY && x->count <= DECA_INDICES_MAX;
}

static bool accepts_unit(const struct sample *x)
{
	return x->kind == SAMPLE_DENSE && x->count <= DECA_COLUMNS_DENSE_MAX &&
		deca_norm_is_1(deca_square_sum(x->value, x->count));
}

/* The array that a contract would be given.
 * room (DECA_COLUMNS_DENSE_MAX); a verdict rule may ask about a dense sample
 * of which some columns are left out: they are 0 */
static size_t data_of(const int64_t **out, int64_t *room,
		      const struct sample *x, const struct model_spec *spec,
		      enum deca_kind kind)
{
	*out = room;
	if (x->kind == SAMPLE_DENSE) {
		*out = x->value;
		return x->count;
	}
	if (!deca_kind_is_dense(kind)) {
		for (uint32_t i = 0; i < x->count; i++)
			room[i] = x->index[i];
		return x->count;
	}
	for (uint32_t i = 0; i < spec->columns; i++)
		room[i] = 0;
	for (uint32_t i = 0; i < x->count; i++)
		room[x->index[i]] = x->value ? x->value[i] : DECA_FLOAT;
	return spec->columns;
}

/* --- scores --- */

/* v cut to [0, SCORE_MAX]. */
static int64_t cut(struct u256 v)
{
	return u256_bits(v) >= 62 ? SCORE_MAX : (int64_t)v.w[0];
}

/* ceil(v / 10^9) for an int256: above 0 where v is. */
static int64_t fx9_up(struct u256 v)
{
	bool minus = i256_is_negative(v);
	struct u256 rest;

	if (minus)
		(void)u256_sub_wrap(&v, U256_ZERO, v);
	DC_CHECK(u256_divmod(&v, &rest, v, u256_from_u64(DECA_FLOAT)));
	if (minus)
		return -cut(v);
	return cut(v) + !u256_is_zero(rest);
}

/* In fx9; below every other where v is 0. */
static int64_t logarithm(struct u256 v)
{
	unsigned bits = u256_bits(v), shift = bits > 62 ? bits - 62 : 0;

	if (bits == 0)
		return -DC_FX9_ONE;
	return fx9_ln(u256_shr(v, shift).w[0]) + shift * LN_2;
}

static int64_t score_of(struct u256 v, enum deca_kind kind)
{
	switch (kind) {
	case DECA_DENSE_PERCEPTRON:
		return fx9_up(v);
	case DECA_SPARSE_PERCEPTRON:
		if (!i256_is_negative(v))
			return cut(v);
		(void)u256_sub_wrap(&v, U256_ZERO, v);
		return -cut(v);
	case DECA_NAIVE_BAYES:
		return logarithm(v);
	case DECA_NEAREST_CENTROID:
		return -cut(v);
	case DECA_SPARSE_NEAREST_CENTROID:
		return i256_is_negative(v) ? -SCORE_MAX : -fx9_up(v);
	case DECA_KINDS:
		break;
	}
	return 0;
}

/* Whether v is what predict would rather have than the best so far. */
static bool is_better(struct u256 v, struct u256 best, enum deca_kind kind)
{
	return kind == DECA_NAIVE_BAYES ? u256_compare(v, best) > 0
		: u256_compare(v, best) < 0;
}

/* The label's score above all before it, and no lower than those after. */
static void pin(int64_t *score, uint32_t n_class, uint32_t label)
{
	for (uint32_t k = 0; k < n_class; k++) {
		int64_t least = score[k] + (k < label);

		if (score[label] < least)
			score[label] = least;
	}
}

static bool classes_score(const struct deca_view *v, int64_t *out,
			  const int64_t *data, size_t n)
{
	enum deca_kind kind = (enum deca_kind)v->head.kind;
	const struct deca_ops *ops = deca_ops(kind);
	uint32_t n_class = v->head.n_class, label = 0;
	struct u256 best, one;

	best = kind == DECA_NAIVE_BAYES ? U256_ZERO : U256_MAX_;
	for (uint32_t k = 0; k < n_class; k++) {
		if (ops->measure(&v->head, &one, k, data, n) != DECA_DONE)
			return false;
		out[k] = score_of(one, kind);
		if (is_better(one, best, kind)) {
			best = one;
			label = k;
		}
	}
	pin(out, n_class, label);
	return true;
}

static bool two_score(const struct deca_view *v, int64_t *out,
		      const int64_t *data, size_t n)
{
	enum deca_kind kind = (enum deca_kind)v->head.kind;
	struct u256 sum;

	out[0] = 0;
	if (deca_ops(kind)->measure(&v->head, &sum, 0, data, n) != DECA_DONE)
		return false;
	out[1] = score_of(sum, kind);
	return true;
}

static void scores(const struct model *m, int64_t *out,
		   const struct sample *x, enum deca_kind kind)
{
	uint32_t n_class = m->spec->n_class;
	int64_t room[DECA_COLUMNS_DENSE_MAX];
	const int64_t *data;
	struct deca_view v;
	size_t n = data_of(&data, room, x, m->spec, kind);
	bool done;

	deca_view_read(&v, m, kind);
	done = v.head.n_class == 1 ? two_score(&v, out, data, n)
		: classes_score(&v, out, data, n);
	for (uint32_t k = 0; !done && k < n_class; k++)
		out[k] = 0;
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  enum deca_kind kind)
{
	struct deca_undo undo[DECA_INDICES_MAX];
	int64_t room[DECA_COLUMNS_DENSE_MAX];
	const int64_t *data;
	struct deca_view v;
	size_t n = data_of(&data, room, x, m->spec, kind);

	deca_view_write(&v, m, kind);
	if (deca_ops(kind)->update(&v.head, undo, data, n, label) ==
	    DECA_DONE && v.head.n_class > 1)
		deca_view_save(&v, label);
}

/* --- cells --- */

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

static void rebuild(struct model *m)
{
}

static bool any_cells(const struct model_spec *spec, const int64_t *cell)
{
	return true;
}

/* Each pair an int80, sign extended. */
static bool int80_cells(const struct model_spec *spec, const int64_t *cell)
{
	size_t n = 2 * ((size_t)spec->columns + 1);

	for (size_t i = 1; i < n; i += 2)
		if (cell[i] < INT16_MIN || cell[i] > INT16_MAX)
			return false;
	return true;
}

static bool counts_cells(const struct model_spec *spec, const int64_t *cell)
{
	size_t n = deca_view_cells(spec, DECA_NAIVE_BAYES);

	for (size_t i = 2 * (size_t)spec->n_class; i < n; i++)
		if (cell[i] < 0 || cell[i] > UINT32_MAX)
			return false;
	return true;
}

/* --- the table's five lines --- */

#define SPARSE_COLUMNS { "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN }
#define DENSE_COLUMNS { "columns", 1, DECA_COLUMNS_DENSE_MAX }

#define DECA_TYPE(id, name, kind, params, classes, accept, valid) \
	static size_t id##_cells(const struct model_spec *spec) \
	{ \
		return deca_view_cells(spec, kind); \
	} \
	static void id##_scores(const struct model *m, int64_t *out, \
				const struct sample *x) \
	{ \
		scores(m, out, x, kind); \
	} \
	static void id##_learn(struct model *m, const struct sample *x, \
			       uint32_t label, const int64_t *before) \
	{ \
		learn(m, x, label, kind); \
	} \
	const struct model_ops model_##id = { \
		.choice = { name, params, DC_ARRAY_LEN(params) }, \
		.classes_max = classes, \
		.learn_needs = MODEL_NEEDS_NOTHING, \
		.cells = id##_cells, \
		.derived = derived, \
		.cells_valid = valid, \
		.rebuild = rebuild, \
		.accepts = accept, \
		.scores = id##_scores, \
		.learn = id##_learn, \
	};

static const struct spec_param dense_perceptron_params[] = {
	DENSE_COLUMNS,
	{ "learning-rate", 0, UINT32_MAX },
};

static const struct spec_param sparse_perceptron_params[] = {
	SPARSE_COLUMNS,
	{ "learning-rate", 0, UINT32_MAX },
};

static const struct spec_param naive_bayes_params[] = {
	SPARSE_COLUMNS,
	{ "features", 0, INT64_MAX },
	{ "smoothing", 0, UINT32_MAX },
};

static const struct spec_param nearest_centroid_params[] = {
	DENSE_COLUMNS,
};

static const struct spec_param sparse_centroid_params[] = {
	SPARSE_COLUMNS,
	{ "samples", 0, INT64_MAX },
};

DECA_TYPE(deca_dense_perceptron, "deca-dense-perceptron",
	  DECA_DENSE_PERCEPTRON, dense_perceptron_params, 2, accepts_unit,
	  int80_cells)
DECA_TYPE(deca_sparse_perceptron, "deca-sparse-perceptron",
	  DECA_SPARSE_PERCEPTRON, sparse_perceptron_params, 2,
	  accepts_indices, int80_cells)
DECA_TYPE(deca_naive_bayes, "deca-naive-bayes", DECA_NAIVE_BAYES,
	  naive_bayes_params, SPEC_CLASSES_MAX, accepts_indices, counts_cells)
DECA_TYPE(deca_nearest_centroid, "deca-nearest-centroid",
	  DECA_NEAREST_CENTROID, nearest_centroid_params, SPEC_CLASSES_MAX,
	  accepts_unit, any_cells)
DECA_TYPE(deca_sparse_nearest_centroid, "deca-sparse-nearest-centroid",
	  DECA_SPARSE_NEAREST_CENTROID, sparse_centroid_params,
	  SPEC_CLASSES_MAX, accepts_indices, any_cells)
