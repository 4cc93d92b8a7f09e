/*
 * Multiclass perceptron: a weight for each feature and class, and a bias for
 * each class. A wrong answer moves the weights of what was said away from
 * the sample and those of the label towards it. oracle/PROTOCOL.md "Models".
 * Source: Rosenblatt 1958; Duda and Hart 1973, ch. 5 (Kesler); Crammer and
 * Singer, JMLR 3, 2003, for the update on the best wrong class alone.
 *
 * cells    n_class biases, then columns rows of n_class weights; fx9, within
 *          ROWS_CELL_MAX of 0, where they stay (about 70,000 mistakes in one
 *          direction, at a learning rate of 1)
 * derived  nothing
 */
#include "config.h"

#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"

enum { COLUMNS, LEARNING_RATE };

static const struct spec_param params[] = {
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "learning-rate", 1, 1000 * DC_FX9_ONE },
};

static size_t cells(const struct model_spec *spec)
{
	return ((size_t)spec->columns + 1) * spec->n_class;
}

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	for (size_t i = 0; i < cells(spec); i++)
		if (cell[i] < -ROWS_CELL_MAX || cell[i] > ROWS_CELL_MAX)
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

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	uint32_t n_class = m->spec->n_class;

	rows_sum(out, m->cells + n_class, n_class, n_class, x);
	for (uint32_t c = 0; c < n_class; c++)
		out[c] = fx9_cut((__int128)out[c] + m->cells[c]);
}

static void weight_add(struct model *m, size_t i, __int128 delta)
{
	__int128 w = m->cells[i] + delta;

	DC_VERIFY(m->cells[i] >= -ROWS_CELL_MAX &&
		  m->cells[i] <= ROWS_CELL_MAX);
	if (w > ROWS_CELL_MAX)
		w = ROWS_CELL_MAX;
	if (w < -ROWS_CELL_MAX)
		w = -ROWS_CELL_MAX;
	m->cells[i] = (int64_t)w;
	model_touch(m, i);
}

/* w[label] += rate * x, w[said] -= rate * x, the product cut towards 0 */
static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	size_t n_class = m->spec->n_class;
	uint32_t said = model_best(before, m->spec->n_class);
	int64_t rate = m->spec->model_param[LEARNING_RATE];

	if (said == label)
		return;
	weight_add(m, label, rate);
	weight_add(m, said, -rate);
	for (uint32_t i = 0; i < x->count; i++) {
		size_t row = (1 + rows_index(x, i)) * n_class;
		__int128 delta = !x->value ? rate :
			(__int128)rate * x->value[i] / DC_FX9_ONE;

		weight_add(m, row + label, delta);
		weight_add(m, row + said, -delta);
	}
}

const struct model_ops model_sparse_perceptron = {
	.choice = { "sparse-perceptron", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_SCORES,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
