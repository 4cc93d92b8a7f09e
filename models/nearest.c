/*
 * Nearest neighbours: keeps the newest samples as they came and compares by
 * distance. Learning costs nothing, predicting a look at each of them: for
 * few columns, where it is hard to beat. oracle/PROTOCOL.md "Models".
 * Source: Cover, Hart, IEEE Trans. Inf. Theory 13, 1967; Aha, Kibler, Albert,
 * Machine Learning 6, 1991 (IB1); the newest as a window over time.
 *
 * cells    how many samples were learned, then capacity rows: label + 1 (0:
 *          empty) and a value for each column, in units of 2^-16 within
 *          VALUE_MAX of 0. Row i holds sample i modulo capacity
 * derived  nothing
 */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"

enum { CAPACITY, COLUMNS, NEIGHBOURS };

#define CAPACITY_MAX 16384
#define COLUMNS_MAX 1024	/* so that there are at most 2^24 values */
#define NEIGHBOURS_MAX 8

/* 128 in units of 2^-16. A squared distance of one column is at most 2^48,
 * of all of them 2^58, eight of these 2^61. */
#define VALUE_MAX (INT64_C(1) << 23)

/* The distance squared, a column, of a neighbour that is not there, and what
 * is added to each so that equal samples do not stand infinitely near: 16^2
 * and 2^-10 in units of 2^-32. */
#define FAR_COLUMN (INT64_C(1) << 40)
#define NEAR_COLUMN (INT64_C(1) << 22)

static const struct spec_param params[] = {
	{ "capacity", 1, CAPACITY_MAX },
	{ "columns", 1, COLUMNS_MAX },
	{ "neighbours", 1, NEIGHBOURS_MAX },
};

static size_t row_cells(const struct model_spec *spec)
{
	return (size_t)spec->columns + 1;
}

static size_t capacity(const struct model_spec *spec)
{
	return (size_t)spec->model_param[CAPACITY];
}

static size_t cells(const struct model_spec *spec)
{
	return 1 + capacity(spec) * row_cells(spec);
}

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

/* How many rows are filled. */
static size_t filled(const struct model_spec *spec, const int64_t *cell)
{
	return (uint64_t)cell[0] < capacity(spec) ? (size_t)cell[0]
		: capacity(spec);
}

static bool row_valid(const struct model_spec *spec, const int64_t *row)
{
	if (row[0] < 1 || row[0] > spec->n_class)
		return false;
	for (uint32_t f = 1; f <= spec->columns; f++)
		if (row[f] < -VALUE_MAX || row[f] > VALUE_MAX)
			return false;
	return true;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	size_t each = row_cells(spec), n;

	if (cell[0] < 0)
		return false;
	n = filled(spec, cell);
	for (size_t i = 0; i < n; i++)
		if (!row_valid(spec, cell + 1 + i * each))
			return false;
	for (size_t i = 1 + n * each; i < cells(spec); i++)
		if (cell[i] != 0)
			return false;
	return true;
}

static void rebuild(struct model *m)
{
}

static bool accepts(const struct sample *x)
{
	return true;
}

/* x * 2^16 / 10^9, cut: below 2^67 before the division. */
static int64_t value_of(int64_t x)
{
	__int128 v = (__int128)x * 65536 / DC_FX9_ONE;

	return v > VALUE_MAX ? VALUE_MAX
		: v < -VALUE_MAX ? -VALUE_MAX : (int64_t)v;
}

/* All columns of x, zeros included. */
static void expand(int64_t *out, const struct model_spec *spec,
		   const struct sample *x)
{
	memset(out, 0, spec->columns * sizeof(*out));
	for (uint32_t i = 0; i < x->count; i++)
		out[rows_index(x, i)] = value_of(x->value ? x->value[i]
						 : DC_FX9_ONE);
}

static int64_t distance(const int64_t *a, const int64_t *b, size_t n)
{
	int64_t sum = 0;

	for (size_t f = 0; f < n; f++)
		sum += (a[f] - b[f]) * (a[f] - b[f]);
	return sum;
}

/* Keep d among the k smallest of best, ascending. */
static void best_add(int64_t *best, size_t k, int64_t d)
{
	size_t i = k - 1;

	if (d >= best[i])
		return;
	for (; i > 0 && best[i - 1] > d; i--)
		best[i] = best[i - 1];
	best[i] = d;
}

/* score[c] = -1/2 ln(sum of the distances squared to its k nearest), so that
 * a lead is the logarithm of how many times nearer the winner is */
static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	size_t k = (size_t)m->spec->model_param[NEIGHBOURS];
	size_t columns = m->spec->columns, each = row_cells(m->spec);
	size_t n = filled(m->spec, m->cells);
	int64_t best[SPEC_CLASSES_MAX * NEIGHBOURS_MAX], at[COLUMNS_MAX];

	for (size_t i = 0; i < m->spec->n_class * k; i++)
		best[i] = (int64_t)columns * FAR_COLUMN;
	expand(at, m->spec, x);
	for (size_t i = 0; i < n; i++) {
		const int64_t *row = m->cells + 1 + i * each;

		best_add(best + (size_t)(row[0] - 1) * k, k,
			 distance(row + 1, at, columns));
	}
	for (uint32_t c = 0; c < m->spec->n_class; c++) {
		uint64_t sum = k * columns * (uint64_t)NEAR_COLUMN;

		for (size_t i = 0; i < k; i++)
			sum += (uint64_t)best[c * k + i];
		out[c] = -fx9_ln(sum) / 2;
	}
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	size_t slot = (uint64_t)m->cells[0] % capacity(m->spec);
	size_t each = row_cells(m->spec), at = 1 + slot * each;

	m->cells[at] = (int64_t)label + 1;
	expand(m->cells + at + 1, m->spec, x);
	model_touch_all(m, at, each);
	if (m->cells[0] < INT64_MAX)
		m->cells[0]++;
	model_touch(m, 0);
}

const struct model_ops model_nearest = {
	.choice = { "nearest", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_NOTHING,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
