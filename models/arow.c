/*
 * Adaptive regularization of weights, each class against the rest: a weight
 * that was seen often and never wrong moves little, a new one moves far
 * enough that the sample is right at once. One number of trust for each
 * weight, where kalman keeps one for each pair: as good on most tables, at a
 * cost that grows with the columns and not with their square.
 * oracle/PROTOCOL.md "Models".
 * Source: Crammer, Kulesza, Dredze, Adaptive Regularization of Weight
 * Vectors, NIPS 22, 2009, fig. 1, with the diagonal of the covariance alone
 * (sec. 5); margins below 1 are lessons.
 *
 * cells    for each column, the bias first, n_class weights, then n_class
 *          numbers 1 - v, v the weight's variance: 0 at first, units of
 *          2^-58 within [0, ONE_Q58]. Weights fx9, within ROWS_CELL_MAX of 0
 * derived  nothing
 */
#include "config.h"

#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"

enum { COLUMNS, REGULARIZATION };

#define ONE_Q58 (INT64_C(1) << 58)

/* Values are in units of 2^-16, at most 16: 2^20. */
#define VALUE_ONE (INT64_C(1) << 16)
#define VALUE_MAX (INT64_C(1) << 20)

/* How far a sample moves weights stops here, fx9: 4.6 billion. */
#define PUSH_MAX (INT64_C(1) << 62)

static const struct spec_param params[] = {
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "regularization", 1, 1000 * DC_FX9_ONE },
};

static size_t cells(const struct model_spec *spec)
{
	return ((size_t)spec->columns + 1) * 2 * spec->n_class;
}

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	return rows_pairs_valid(cell, (size_t)spec->columns + 1,
				spec->n_class, ONE_Q58);
}

static void rebuild(struct model *m)
{
}

static bool accepts(const struct sample *x)
{
	return true;
}

/* x * 2^16 / 10^9 of entry i, cut. */
static int64_t value_of(const struct sample *x, uint32_t i)
{
	int64_t v;

	if (!x->value)
		return VALUE_ONE;
	v = (int64_t)((__int128)x->value[i] * VALUE_ONE / DC_FX9_ONE);
	return v > VALUE_MAX ? VALUE_MAX : v < -VALUE_MAX ? -VALUE_MAX : v;
}

/* Row of entry i; row 0 is the bias. */
static size_t row_of(const struct model *m, const struct sample *x, uint32_t i)
{
	return (1 + rows_index(x, i)) * 2 * m->spec->n_class;
}

/* The sum of w x, fx9: 2^46 * 2^20 * 2^16 before the division. */
static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	uint32_t n_class = m->spec->n_class;
	__int128 sum[SPEC_CLASSES_MAX];

	if (!x->value) {
		rows_sum(out, m->cells + 2 * (size_t)n_class,
			 2 * (size_t)n_class, n_class, x);
		for (uint32_t c = 0; c < n_class; c++)
			out[c] = fx9_cut((__int128)out[c] + m->cells[c]);
		return;
	}
	for (uint32_t c = 0; c < n_class; c++)
		sum[c] = (__int128)m->cells[c] * VALUE_ONE;
	for (uint32_t i = 0; i < x->count; i++) {
		const int64_t *w = m->cells + row_of(m, x, i);
		int64_t value = value_of(x, i);

		for (uint32_t c = 0; c < n_class; c++)
			sum[c] += (__int128)w[c] * value;
	}
	for (uint32_t c = 0; c < n_class; c++)
		out[c] = fx9_cut(sum[c] / VALUE_ONE);
}

/* The part of v x^2 that a weight with value u has, 2^-58: below 2^66. */
static __int128 spread_of(int64_t known, int64_t u)
{
	return (__int128)(ONE_Q58 - known) * (u * u) >> 32;
}

/* 1 / (x' V x + r) for class c, in units of 2^-32: in [2^6, 2^62]. The sum
 * has at most 2^16 + 1 parts. */
static int64_t damping(const struct model *m, const struct sample *x,
		       uint32_t c)
{
	const int64_t *known = m->cells + m->spec->n_class + c;
	__int128 sum = ((__int128)m->spec->model_param[REGULARIZATION] <<
			58) / DC_FX9_ONE + spread_of(known[0], VALUE_ONE);

	for (uint32_t i = 0; i < x->count; i++)
		sum += spread_of(known[row_of(m, x, i)], value_of(x, i));
	return (int64_t)(((__int128)1 << 90) / sum);
}

/* w += push v u;  v -= v (v u^2 damping). The last factor is at most 1,
 * because v u^2 is part of what damping is the reciprocal of. */
static void weight_learn(struct model *m, size_t at, int64_t u, int64_t push,
			 int64_t damp)
{
	int64_t *weight = m->cells + at, *known = weight + m->spec->n_class;
	int64_t v = ONE_Q58 - *known;
	int64_t share = (int64_t)(spread_of(*known, u) * damp >> 32);
	int64_t gain = (int64_t)((__int128)v * u >> 16);
	__int128 w = *weight + ((__int128)push * gain >> 58);

	if (u == 0)
		return;
	DC_VERIFY(share >= 0 && share <= ONE_Q58);
	*weight = w > ROWS_CELL_MAX ? ROWS_CELL_MAX
		: w < -ROWS_CELL_MAX ? -ROWS_CELL_MAX : (int64_t)w;
	*known += (int64_t)((__int128)v * share >> 58);
	model_touch(m, at);
	model_touch(m, at + m->spec->n_class);
}

/* said  fx9, may be at the ends of int64 */
static void class_learn(struct model *m, const struct sample *x, uint32_t c,
			int64_t said, bool is_label)
{
	__int128 loss = is_label ? DC_FX9_ONE - (__int128)said :
		DC_FX9_ONE + (__int128)said;
	__int128 push;
	int64_t damp;

	if (loss <= 0)
		return;
	damp = damping(m, x, c);
	push = loss * damp >> 32;
	if (push > PUSH_MAX)
		push = PUSH_MAX;
	if (!is_label)
		push = -push;
	weight_learn(m, c, VALUE_ONE, (int64_t)push, damp);
	for (uint32_t i = 0; i < x->count; i++)
		weight_learn(m, row_of(m, x, i) + c, value_of(x, i),
			     (int64_t)push, damp);
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	for (uint32_t c = 0; c < m->spec->n_class; c++)
		class_learn(m, x, c, before[c], c == label);
}

const struct model_ops model_arow = {
	.choice = { "arow", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_SCORES,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
