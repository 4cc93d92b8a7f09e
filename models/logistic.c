/*
 * Multinomial logistic regression, trained online by AdaGrad on samples of
 * length one. oracle/PROTOCOL.md "Models".
 * Source: Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.104
 * to 4.109; the rates as in models/adagrad.h. Samples are brought to length
 * one, so that a text of a thousand words teaches as much as one of ten
 * (Joachims, ECML 1998), with a bias as one feature more.
 *
 * cells    n_class biases, n_class sums of squares, then for each column
 *          n_class weights, n_class sums of squares: a column is one place
 *          in memory. Weights fx9, within ROWS_CELL_MAX of 0; squares in
 *          units of 10^-12, in [0, ADAGRAD_SQUARES_MAX]
 * derived  nothing
 */
#include "config.h"

#include "models/adagrad.h"
#include "models/adagrad_four.h"
#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"
#include "models/softmax.h"

enum { COLUMNS, EPSILON, LEARNING_RATE };

/* Epsilon ends at 1,000: 10^15 in the units of squares, below 2^60. */
static const struct spec_param params[] = {
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "epsilon", 1, 1000 * DC_FX9_ONE },
	{ "learning-rate", 1, 10 * DC_FX9_ONE },
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
				spec->n_class, ADAGRAD_SQUARES_MAX);
}

static void rebuild(struct model *m)
{
}

static bool accepts(const struct sample *x)
{
	return true;
}

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	uint32_t n_class = m->spec->n_class;
	int64_t length = (int64_t)model_length(x);

	rows_sum(out, m->cells + 2 * (size_t)n_class, 2 * (size_t)n_class,
		 n_class, x);
	for (uint32_t c = 0; c < n_class; c++)
		out[c] = fx9_cut(((__int128)out[c] + m->cells[c]) *
				 DC_FX9_ONE / length);
}

/* A step of class c along a feature of (normalised) value u: below 1. */
static struct adagrad_step step_of(const struct model *m, int64_t gradient,
				   int64_t u)
{
	return adagrad_step(gradient * u / DC_FX9_ONE,
			    m->spec->model_param[LEARNING_RATE]);
}

/* One row, weights and squares; step (n_class). False: nothing moved. */
static bool row_learn(struct model *m, size_t row,
		      const struct adagrad_step *step)
{
	size_t n_class = m->spec->n_class, at = row * 2 * n_class;
	int64_t epsilon = m->spec->model_param[EPSILON] * 1000;
	int64_t *weight = m->cells + at, *squares = weight + n_class;
	bool moved = false;

	for (size_t c = 0; c < n_class; c++) {
		if (adagrad_rests(&step[c]))
			continue;
		adagrad_learn(&weight[c], &squares[c], &step[c], epsilon);
		moved = true;
	}
	if (moved)
		model_touch_all(m, at, 2 * n_class);
	return moved;
}

static void row_learn_value(struct model *m, size_t row,
			    const int64_t *gradient, int64_t u)
{
	struct adagrad_step step[SPEC_CLASSES_MAX];

	for (uint32_t c = 0; c < m->spec->n_class; c++)
		step[c] = step_of(m, gradient[c], u);
	(void)row_learn(m, row, step);
}

/* Ones, each row the same step, which moves something; row 0 is the bias. */
static void rows_learn_ones(struct model *m, const struct sample *x,
			    const struct adagrad_step *step)
{
	size_t n_class = m->spec->n_class, row = 2 * n_class;

	if (!x->index || !adagrad_four_can(n_class)) {
		for (uint32_t i = 0; i < x->count; i++)
			(void)row_learn(m, 1 + rows_index(x, i), step);
		return;
	}
	adagrad_four_learn(m->cells + row, x->index, x->count, step, n_class,
			   m->spec->model_param[EPSILON] * 1000);
	if (MODEL_LEAF_CELLS % row == 0)	/* each in one leaf */
		for (uint32_t i = 0; i < x->count; i++)
			model_touch(m, (1 + (size_t)x->index[i]) * row);
	else
		for (uint32_t i = 0; i < x->count; i++)
			model_touch_all(m, (1 + (size_t)x->index[i]) * row,
					row);
}

/* gradient[c] = p[c] - [c is the label], in [-10^9, 10^9] */
static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	struct adagrad_step ones[SPEC_CLASSES_MAX];
	int64_t gradient[SPEC_CLASSES_MAX];
	int64_t length = (int64_t)model_length(x);
	int64_t u = DC_FX9_ONE * DC_FX9_ONE / length;	/* of a 1 */

	softmax(gradient, before, m->spec->n_class);
	gradient[label] -= DC_FX9_ONE;
	for (uint32_t c = 0; c < m->spec->n_class; c++)
		ones[c] = step_of(m, gradient[c], u);
	if (row_learn(m, 0, ones) && !x->value)
		rows_learn_ones(m, x, ones);
	for (uint32_t i = 0; x->value && i < x->count; i++)
		row_learn_value(m, 1 + rows_index(x, i), gradient,
				(int64_t)((__int128)x->value[i] *
					  DC_FX9_ONE / length));
}

const struct model_ops model_logistic = {
	.choice = { "logistic", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_SCORES,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
