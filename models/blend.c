/*
 * Naive Bayes and logistic regression side by side, and how much to trust
 * each, learned too: Bayes is soon right on little data, regression is right
 * where features repeat each other. oracle/PROTOCOL.md "Models".
 * Source: Wolpert, Neural Networks 5, 1992 (stacking); Ng, Jordan, NIPS 14,
 * 2002, for why these two; the shares follow the gradient of the log loss by
 * AdaGrad, on answers that each expert gave before it learned the sample.
 *
 * cells    16: what was learned of the two shares, their sums of squares,
 *          zeros; then naive Bayes' cells, zeros up to a multiple of 16;
 *          then those of logistic regression
 * derived  naive Bayes'
 */
#include "config.h"

#include <string.h>

#include "models/adagrad.h"
#include "models/fx9.h"
#include "models/model.h"
#include "models/softmax.h"

enum { COLUMNS, EPSILON, LEARNING_RATE, SMOOTHING };

enum expert { LOGISTIC, BAYES, EXPERTS };

enum { HEAD_SHARE = 0, HEAD_SQUARES = EXPERTS, HEAD_CELLS = MODEL_LEAF_CELLS };

/* Where the shares begin, how fast they move, fx9; and their epsilon, 1. */
static const int64_t share_first[EXPERTS] = { DC_FX9_ONE, 300000000 };
#define SHARE_RATE INT64_C(100000000)
#define SHARE_EPSILON INT64_C(1000000000000)

static const struct spec_param params[] = {
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "epsilon", 1, 1000 * DC_FX9_ONE },
	{ "learning-rate", 1, 10 * DC_FX9_ONE },
	{ "smoothing", 1, 100 * DC_FX9_ONE },
};

/* The spec that naive Bayes sees: its own parameters, in its own order.
 * Logistic regression's are those that come first, and how many cells either
 * has is a matter of columns and classes: they see the blend's. */
static struct model_spec bayes_spec(const struct model_spec *spec)
{
	struct model_spec s = *spec;

	s.model = &model_naive_bayes;
	s.model_param[1] = spec->model_param[SMOOTHING];
	return s;
}

static size_t bayes_cells(const struct model_spec *spec)
{
	size_t n = model_naive_bayes.cells(spec);

	return (n + MODEL_LEAF_CELLS - 1) / MODEL_LEAF_CELLS *
		MODEL_LEAF_CELLS;
}

static size_t expert_first(const struct model_spec *spec, enum expert e)
{
	return HEAD_CELLS + (e == BAYES ? 0 : bayes_cells(spec));
}

/* The experts as models of their own. */
struct experts {
	struct model_spec bayes;
	struct model m[EXPERTS];
};

static void experts_find(struct experts *x, const struct model *m)
{
	x->bayes = bayes_spec(m->spec);
	for (enum expert e = 0; e < EXPERTS; e++) {
		size_t first = expert_first(m->spec, e);

		x->m[e] = (struct model){
			.spec = e == BAYES ? &x->bayes : m->spec,
			.cells = m->cells + first,
			.derived = m->derived,
			.dirty = m->dirty,
			.first_leaf = m->first_leaf + first / MODEL_LEAF_CELLS,
		};
	}
}

static size_t cells(const struct model_spec *spec)
{
	return expert_first(spec, LOGISTIC) + model_logistic.cells(spec);
}

static size_t derived(const struct model_spec *spec)
{
	return model_naive_bayes.derived(spec);
}

static bool head_valid(const int64_t *cell)
{
	for (size_t i = 0; i < HEAD_CELLS; i++) {
		bool share = i < HEAD_SQUARES;
		int64_t max = share ? ROWS_CELL_MAX :
			i < HEAD_SQUARES + EXPERTS ? ADAGRAD_SQUARES_MAX : 0;

		if (cell[i] > max || cell[i] < (share ? -max : 0))
			return false;
	}
	return true;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	size_t end = expert_first(spec, LOGISTIC);

	for (size_t i = HEAD_CELLS + model_naive_bayes.cells(spec); i < end;
	     i++)
		if (cell[i] != 0)
			return false;
	return head_valid(cell) &&
		model_naive_bayes.cells_valid(spec, cell + HEAD_CELLS) &&
		model_logistic.cells_valid(spec, cell + end);
}

static void rebuild(struct model *m)
{
	struct experts x;

	experts_find(&x, m);
	model_naive_bayes.rebuild(&x.m[BAYES]);
}

static bool accepts(const struct sample *x)
{
	return model_naive_bayes.accepts(x);
}

/* What both say; bayes (n_class) holds its scores. Its logarithms grow with
 * the sample: they are taken from their mean and divided by its length, like
 * the other's. Only differences between classes count, so a mean that is cut
 * is as good. */
static void experts_say(const struct experts *experts,
			int64_t (*said)[EXPERTS], const int64_t *bayes,
			const struct sample *x)
{
	uint32_t n_class = experts->bayes.n_class;
	int64_t out[SPEC_CLASSES_MAX], length = (int64_t)model_length(x);
	__int128 mean = 0;

	model_logistic.scores(&experts->m[LOGISTIC], out, x);
	for (uint32_t c = 0; c < n_class; c++)
		said[c][LOGISTIC] = out[c];
	for (uint32_t c = 0; c < n_class; c++)
		mean += bayes[c];
	mean /= n_class;
	for (uint32_t c = 0; c < n_class; c++)
		said[c][BAYES] = fx9_cut((bayes[c] - mean) * DC_FX9_ONE /
					 length);
}

/* 2^47 (share) * 2^63 (answer) * 2: below 2^112. */
static void shares_sum(const struct model *m, int64_t *out,
		       const int64_t (*said)[EXPERTS])
{
	for (uint32_t c = 0; c < m->spec->n_class; c++) {
		__int128 sum = 0;

		for (size_t e = 0; e < EXPERTS; e++)
			sum += (__int128)said[c][e] *
				(share_first[e] + m->cells[HEAD_SHARE + e]);
		out[c] = fx9_cut(sum / DC_FX9_ONE);
	}
}

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	int64_t said[SPEC_CLASSES_MAX][EXPERTS], bayes[SPEC_CLASSES_MAX];
	struct experts experts;

	experts_find(&experts, m);
	model_naive_bayes.scores(&experts.m[BAYES], bayes, x);
	experts_say(&experts, said, bayes, x);
	shares_sum(m, out, (const int64_t (*)[EXPERTS])said);
}

/* The sum of p[c] - [c is the label] times what the expert said of c, fx9:
 * 2^30 * 2^63 * 2^10 before the division. */
static int64_t share_gradient(const int64_t *gradient,
			      const int64_t (*said)[EXPERTS], enum expert e,
			      uint32_t n_class)
{
	__int128 sum = 0;

	for (uint32_t c = 0; c < n_class; c++)
		sum += (__int128)gradient[c] * said[c][e];
	sum /= DC_FX9_ONE;
	if (sum > ADAGRAD_GRADIENT_MAX)
		return ADAGRAD_GRADIENT_MAX;
	if (sum < -ADAGRAD_GRADIENT_MAX)
		return -ADAGRAD_GRADIENT_MAX;
	return (int64_t)sum;
}

static void shares_learn(struct model *m, const int64_t *before,
			 const int64_t (*said)[EXPERTS], uint32_t label)
{
	int64_t gradient[SPEC_CLASSES_MAX];

	softmax(gradient, before, m->spec->n_class);
	gradient[label] -= DC_FX9_ONE;
	for (enum expert e = 0; e < EXPERTS; e++) {
		struct adagrad_step step = adagrad_step(
			share_gradient(gradient, said, e, m->spec->n_class),
			SHARE_RATE);

		adagrad_learn(&m->cells[HEAD_SHARE + e],
			      &m->cells[HEAD_SQUARES + e], &step,
			      SHARE_EPSILON);
	}
	model_touch(m, HEAD_SHARE);
}

static void study(struct model *m, int64_t *before, const struct sample *x,
		  uint32_t label)
{
	int64_t said[SPEC_CLASSES_MAX][EXPERTS], alone[SPEC_CLASSES_MAX];
	struct experts experts;

	experts_find(&experts, m);
	model_study(&experts.m[BAYES], alone, x, label);
	experts_say(&experts, said, alone, x);
	shares_sum(m, before, (const int64_t (*)[EXPERTS])said);
	shares_learn(m, before, (const int64_t (*)[EXPERTS])said, label);
	for (uint32_t c = 0; c < m->spec->n_class; c++)
		alone[c] = said[c][LOGISTIC];
	model_logistic.learn(&experts.m[LOGISTIC], x, label, alone);
}

/* The blend's own scores do not tell what each expert said. */
static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	int64_t said[SPEC_CLASSES_MAX];

	(void)before;
	study(m, said, x, label);
}

const struct model_ops model_blend = {
	.choice = { "blend", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_NOTHING,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
	.study = study,
};
