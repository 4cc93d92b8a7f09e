/* The table of models, and what all of them share. */
#include "config.h"

#include "models/model.h"

#include <string.h>

#include "models/fx9.h"
#include "models/root.h"

static const struct model_ops *const models[] = {
	&model_blend,
	&model_deca_dense_perceptron,
	&model_deca_naive_bayes,
	&model_deca_nearest_centroid,
	&model_deca_sparse_nearest_centroid,
	&model_deca_sparse_perceptron,
	&model_hoeffding,
	&model_kalman,
	&model_logistic,
	&model_naive_bayes,
	&model_nearest,
	&model_passive_aggressive,
	&model_sparse_perceptron,
};

const struct model_ops *model_at(size_t i)
{
	return i < DC_ARRAY_LEN(models) ? models[i] : NULL;
}

const struct model_ops *model_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(models); i++)
		if (strcmp(models[i]->choice.name, name) == 0)
			return models[i];
	return NULL;
}

void model_study(struct model *m, int64_t *before, const struct sample *x,
		 uint32_t label)
{
	const struct model_ops *ops = m->spec->model;

	if (ops->study != NULL) {
		ops->study(m, before, x, label);
		return;
	}
	ops->scores(m, before, x);
	ops->learn(m, x, label, before);
}

uint32_t model_best(const int64_t *scores, uint32_t n_class)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < n_class; c++)
		if (scores[c] > scores[best])
			best = c;
	return best;
}

int64_t model_margin(const int64_t *scores, uint32_t n_class, uint32_t label)
{
	int64_t other = INT64_MIN;

	for (uint32_t c = 0; c < n_class; c++)
		if (c != label && scores[c] > other)
			other = scores[c];
	return fx9_sub(scores[label], other);
}

/* The sum is below 2^117: 2^16 squares of 2^100, and one. */
uint64_t model_length(const struct sample *x)
{
	const unsigned __int128 one =
		(unsigned __int128)DC_FX9_ONE * DC_FX9_ONE;
	unsigned __int128 sum = one;

	if (!x->value)
		return root_floor(one * (x->count + 1));
	for (uint32_t i = 0; i < x->count; i++)
		sum += (unsigned __int128)((__int128)x->value[i] *
					   x->value[i]);
	return root_floor(sum);
}
