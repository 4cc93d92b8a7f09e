/* The table of verdict rules. */
#include "config.h"

#include "models/verdict.h"

#include <string.h>

#include "models/model.h"

/* Parameters of two-fold, in the order of its table. */
enum { CREDIT, MARGIN };

/* A margin of 0 would condemn where the judge knows nothing. */
static const struct spec_param two_fold_params[] = {
	{ "credit", 0, INT64_MAX },
	{ "margin", 1, INT64_MAX },
};

static unsigned fold_of(const struct hash32 *sample_hash)
{
	return sample_hash->b[31] & 1;
}

static unsigned fold_other(const struct hash32 *sample_hash)
{
	return 1 - fold_of(sample_hash);
}

static enum lesson two_fold_lesson(const struct model_spec *spec,
				   const int64_t *before, uint32_t label)
{
	int64_t lead = model_margin(before, spec->n_class, label);

	/* A wrong answer is a lead below 0, or an equal that came first. */
	if (model_best(before, spec->n_class) != label ||
	    lead < spec->verdict_param[CREDIT])
		return LESSON_TAUGHT;
	return LESSON_NONE;
}

static enum verdict two_fold_judge(const struct model_spec *spec,
				   const int64_t *judge, uint32_t label,
				   enum novelty novelty, enum lesson lesson)
{
	int64_t margin = spec->verdict_param[MARGIN];
	int64_t m = model_margin(judge, spec->n_class, label);

	if (m <= -margin)
		return VERDICT_DISAGREE;
	if (m < margin)
		return VERDICT_ABSTAIN;
	if (novelty == NOVELTY_NEW && lesson == LESSON_TAUGHT)
		return VERDICT_CREDIT;
	return VERDICT_AGREE;
}

static const struct verdict_ops rules[] = {
	{
		.choice = { "two-fold", two_fold_params,
			    DC_ARRAY_LEN(two_fold_params) },
		.folds = 2,
		.fold_learns = fold_of,
		.fold_judges = fold_other,
		.lesson = two_fold_lesson,
		.judge = two_fold_judge,
	},
};

const struct verdict_ops *verdict_at(size_t i)
{
	return i < DC_ARRAY_LEN(rules) ? &rules[i] : NULL;
}

const struct verdict_ops *verdict_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].choice.name, name) == 0)
			return &rules[i];
	return NULL;
}

const char *verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_DISAGREE:
		return "disagree";
	case VERDICT_ABSTAIN:
		return "abstain";
	case VERDICT_AGREE:
		return "agree";
	case VERDICT_CREDIT:
		return "credit";
	case VERDICT_NONE:
		return "none";
	}
	dc_abort(__FILE__, __LINE__, "verdict out of range");
}
