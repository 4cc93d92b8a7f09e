/*
 * Logistic regression of each class against the rest that keeps how sure it
 * is of every pair of weights: one pass comes about where a solver that sees
 * all data ends. For few columns: cells and time grow with their square.
 * oracle/PROTOCOL.md "Models".
 * Source: Fahrmeir, J. Am. Stat. Assoc. 87, 1992 (posterior modes by the
 * extended Kalman filter); MacKay, Neural Computation 4, 1992, eq. 10 and 11
 * (the answer moderated by its variance); the rank-one update is Sherman and
 * Morrison's, 1950.
 *
 * With prior variance v, P = v I - S is the covariance of a class's weights.
 *
 * cells    for each class: a bias and a weight for each column, fx9, within
 *          ROWS_CELL_MAX of 0; then the upper triangle of S, row by row, the
 *          bias first, in units of 2^-48 within ONE_Q48 of 0
 * derived  nothing
 */
#include "config.h"

#include <string.h>

#include "models/covariance.h"
#include "models/fx9.h"
#include "models/model.h"
#include "models/reciprocal.h"
#include "models/root.h"
#include "models/rows.h"
#include "models/softmax.h"

enum { COLUMNS, VARIANCE };

#define COLUMNS_MAX 512
#define INPUTS_MAX (COLUMNS_MAX + 1)	/* with the bias */
_Static_assert(INPUTS_MAX == COVARIANCE_INPUTS_MAX, "room for all inputs");

#define ONE_Q48 COVARIANCE_ONE

/* Values are in units of 2^-16, at most 16: 2^20. */
#define VALUE_MAX COVARIANCE_INPUT_MAX

/* A spread, x' P x, stops here, 2^-48: 16,384. */
#define SPREAD_MAX COVARIANCE_GAIN_MAX

/* pi / 8, and the least p (1 - p) that a sample counts with, fx9. */
#define PI_8 INT64_C(392699082)
#define CURVE_MIN INT64_C(1000000)

static const struct spec_param params[] = {
	{ "columns", 1, COLUMNS_MAX },
	{ "variance", 1, DC_FX9_ONE },
};

static size_t inputs(const struct model_spec *spec)
{
	return (size_t)spec->columns + 1;
}

static size_t class_cells(const struct model_spec *spec)
{
	size_t n = inputs(spec);

	return n + covariance_cells(n);
}

static size_t cells(const struct model_spec *spec)
{
	return class_cells(spec) * spec->n_class;
}

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	size_t each = class_cells(spec), n = inputs(spec);

	for (size_t i = 0; i < cells(spec); i++) {
		int64_t max = i % each < n ? ROWS_CELL_MAX : ONE_Q48;

		if (cell[i] < -max || cell[i] > max)
			return false;
	}
	return true;
}

static void rebuild(struct model *m)
{
}

static bool accepts(const struct sample *x)
{
	return true;
}

static int64_t clamp(__int128 v, int64_t max)
{
	return v > max ? max : v < -max ? -max : (int64_t)v;
}

/* x * 2^16 / 10^9, cut: the ends are 16. */
static int64_t input_of(int64_t x)
{
	const int64_t most = VALUE_MAX / 65536 * DC_FX9_ONE;

	x = x > most ? most : x < -most ? -most : x;
	return x * 65536 / DC_FX9_ONE;
}

/* The bias' 1, then all columns of x. */
static void expand(int64_t *out, const struct model_spec *spec,
		   const struct sample *x)
{
	memset(out, 0, inputs(spec) * sizeof(*out));
	out[0] = 1 << 16;
	for (uint32_t i = 0; i < x->count; i++)
		out[1 + rows_index(x, i)] = !x->value ? 1 << 16 :
			input_of(x->value[i]);
}

/* The sum of w x, fx9: 2^46 * 2^20 * 2^10 before the division. */
static int64_t answer(const int64_t *w, const int64_t *x, size_t n)
{
	__int128 sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (__int128)w[i] * x[i];
	return fx9_cut(sum / 65536);
}

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	size_t n = inputs(m->spec), each = class_cells(m->spec);
	int64_t input[INPUTS_MAX];

	expand(input, m->spec, x);
	for (uint32_t c = 0; c < m->spec->n_class; c++)
		out[c] = answer(m->cells + c * each, input, n);
}

/* x' P x, 2^-48, in [0, SPREAD_MAX]. */
static int64_t spread(const int64_t *k, const int64_t *x, size_t n)
{
	__int128 sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (__int128)k[i] * x[i];
	sum /= 65536;
	return sum < 0 ? 0 : clamp(sum, SPREAD_MAX);
}

/* 1 / (1 + e^-z) with z the answer over sqrt(1 + pi spread / 8), fx9. */
static int64_t probability(int64_t said, int64_t spread_q48)
{
	unsigned __int128 one = (unsigned __int128)DC_FX9_ONE * DC_FX9_ONE;
	unsigned __int128 more =
		(unsigned __int128)((uint64_t)spread_q48) *
		(uint64_t)DC_FX9_ONE / (uint64_t)ONE_Q48 * (uint64_t)PI_8;
	int64_t z = fx9_cut((__int128)said * DC_FX9_ONE /
			    (int64_t)root_floor(one + more));
	uint64_t e = softmax_exp(z < 0 ? fx9_cut(-(__int128)z) : z);
	uint64_t whole = UINT64_C(1) << 32;

	return (int64_t)((uint64_t)DC_FX9_ONE * (z < 0 ? e : whole) /
			 (whole + e));
}

/* S += a k', with a = k h / (1 + h spread) = k part / 2^60. h is at most 1/4,
 * the divisor at least 1. */
static int64_t part_of(int64_t curve, int64_t divisor)
{
	return (int64_t)(((__int128)curve << 60) / DC_FX9_ONE * ONE_Q48 /
			 divisor);
}

/* w += k push / divisor, cut. k as covariance_gain says, push within 10^9 of
 * 0: their product is below 2^92 */
static void weights_learn(int64_t *w, const int64_t *k, size_t n,
			  int64_t push, int64_t divisor)
{
	struct reciprocal r = reciprocal_of((uint64_t)divisor);

	for (size_t i = 0; i < n; i++) {
		__int128 v = (__int128)k[i] * push;
		int64_t q = (int64_t)reciprocal_divide(
			(unsigned __int128)(v < 0 ? -v : v), r);

		w[i] = clamp(v < 0 ? w[i] - q : w[i] + q, ROWS_CELL_MAX);
	}
}

/* w += k (y - p) / (1 + h x' P x), then S. */
static void class_learn(struct model *m, uint32_t c, const int64_t *x,
			int64_t said, int64_t target)
{
	size_t n = inputs(m->spec), at = c * class_cells(m->spec);
	int64_t variance = (int64_t)((__int128)m->spec->model_param[VARIANCE] *
				     ONE_Q48 / DC_FX9_ONE);
	int64_t k[INPUTS_MAX], wide, p, curve, divisor;

	covariance_gain(k, m->cells + at + n, x, n, variance);
	wide = spread(k, x, n);
	p = probability(said, wide);
	curve = p * (DC_FX9_ONE - p) / DC_FX9_ONE;
	if (curve < CURVE_MIN)
		curve = CURVE_MIN;
	divisor = ONE_Q48 + (int64_t)((__int128)curve * wide / DC_FX9_ONE);
	weights_learn(m->cells + at, k, n, target - p, divisor);
	covariance_learn(m->cells + at + n, k, n, part_of(curve, divisor));
	model_touch_all(m, at, class_cells(m->spec));
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	int64_t input[INPUTS_MAX];

	expand(input, m->spec, x);
	for (uint32_t c = 0; c < m->spec->n_class; c++)
		class_learn(m, c, input, before[c],
			    c == label ? DC_FX9_ONE : 0);
}

const struct model_ops model_kalman = {
	.choice = { "kalman", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_SCORES,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
