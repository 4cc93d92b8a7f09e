/*
 * Rules with folds by the sample: two-fold, k-fold and sketch-fold.
 * oracle/PROTOCOL.md "Verdict rules".
 */
#include "config.h"

#include "models/verdict.h"

/* A margin of 0 would condemn where the judge knows nothing. */
static const struct spec_param two_params[] = {
	{ "credit", 0, INT64_MAX },
	{ "margin", 1, INT64_MAX },
};

enum { FOLDS = 1 };

static const struct spec_param k_params[] = {
	{ "credit", 0, INT64_MAX },
	{ "folds", 2, VERDICT_FOLDS_MAX },
	{ "margin", 1, INT64_MAX },
};

static unsigned two(const struct model_spec *spec)
{
	return 2;
}

static unsigned many(const struct model_spec *spec)
{
	return (unsigned)spec->verdict_param[FOLDS];
}

/* two-fold: fold g learned group g; the other one judges it. */
static int64_t other_opinion(const struct verdict_case *c,
			     struct sample_room *room)
{
	return verdict_ask(c, &c->fold[1 - c->group], c->x);
}

/* k-fold: fold g learned all groups but g, and judges that one. */
static int64_t own_opinion(const struct verdict_case *c,
			   struct sample_room *room)
{
	return verdict_ask(c, &c->fold[c->group], c->x);
}

const struct verdict_ops verdict_two_fold = {
	.choice = { "two-fold", two_params, DC_ARRAY_LEN(two_params) },
	.credit_at = 0,
	.margin_at = 1,
	.teaches = VERDICT_TEACHES_SERVED,
	.folds = two,
	.group = verdict_group_by_hash,
	.learns = verdict_learns_own,
	.opinion = other_opinion,
};

const struct verdict_ops verdict_k_fold = {
	.choice = { "k-fold", k_params, DC_ARRAY_LEN(k_params) },
	.credit_at = 0,
	.margin_at = 2,
	.teaches = VERDICT_TEACHES_SERVED,
	.folds = many,
	.group = verdict_group_by_hash,
	.learns = verdict_learns_others,
	.opinion = own_opinion,
};

/* The same, with near-copies in one group. */
const struct verdict_ops verdict_sketch_fold = {
	.choice = { "sketch-fold", k_params, DC_ARRAY_LEN(k_params) },
	.credit_at = 0,
	.margin_at = 2,
	.teaches = VERDICT_TEACHES_SERVED,
	.folds = many,
	.group = verdict_group_by_sketch,
	.learns = verdict_learns_others,
	.opinion = own_opinion,
};
