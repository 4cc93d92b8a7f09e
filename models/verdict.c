/* The table of verdict rules, and what all of them share. */
#include "config.h"

#include "models/verdict.h"

#include <string.h>

static const struct verdict_ops *const rules[] = {
	&verdict_jury,
	&verdict_k_fold,
	&verdict_sketch_fold,
	&verdict_support,
	&verdict_two_fold,
};

const struct verdict_ops *verdict_at(size_t i)
{
	return i < DC_ARRAY_LEN(rules) ? rules[i] : NULL;
}

const struct verdict_ops *verdict_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(rules); i++)
		if (strcmp(rules[i]->choice.name, name) == 0)
			return rules[i];
	return NULL;
}

enum lesson verdict_lesson(const struct model_spec *spec,
			   const int64_t *before, uint32_t label)
{
	int64_t lead = model_margin(before, spec->n_class, label);

	/* A wrong answer is a lead below 0, or an equal that came first. */
	if (model_best(before, spec->n_class) != label ||
	    lead < spec->verdict_param[spec->verdict->credit_at])
		return LESSON_TAUGHT;
	return LESSON_NONE;
}

enum verdict verdict_of(const struct model_spec *spec, int64_t opinion_fx9,
			enum novelty novelty, enum lesson lesson)
{
	int64_t margin = spec->verdict_param[spec->verdict->margin_at];

	if (opinion_fx9 <= -margin)
		return VERDICT_DISAGREE;
	if (opinion_fx9 < margin)
		return VERDICT_ABSTAIN;
	if (novelty == NOVELTY_NEW && lesson == LESSON_TAUGHT)
		return VERDICT_CREDIT;
	return VERDICT_AGREE;
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

/* The last eight bytes as a number; its last bit is that of the hash. */
static uint64_t hash_number(const struct hash32 *hash)
{
	uint64_t v = 0;

	for (unsigned i = 24; i < 32; i++)
		v = v << 8 | hash->b[i];
	return v;
}

unsigned verdict_group_by_hash(const struct verdict_case *c)
{
	return (unsigned)(hash_number(c->hash) %
			  c->spec->verdict->folds(c->spec));
}

/* Source: Steele, Lea, Flood, OOPSLA 2014: splitmix64's finalizer. */
uint64_t verdict_mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Source: Broder 1997, min-wise hashing. */
unsigned verdict_group_by_sketch(const struct verdict_case *c)
{
	uint64_t least = UINT64_MAX;

	if (c->x->index == NULL)
		return verdict_group_by_hash(c);
	for (uint32_t i = 0; i < c->x->count; i++) {
		uint64_t h = verdict_mix(c->x->index[i]);

		if (h < least)
			least = h;
	}
	return (unsigned)(verdict_mix(least) %
			  c->spec->verdict->folds(c->spec));
}

bool verdict_learns_own(unsigned fold, unsigned group)
{
	return fold == group;
}

bool verdict_learns_others(unsigned fold, unsigned group)
{
	return fold != group;
}

int64_t verdict_ask(const struct verdict_case *c, const struct model *m,
		    const struct sample *x)
{
	int64_t scores[SPEC_CLASSES_MAX];

	c->spec->model->scores(m, scores, x);
	return model_margin(scores, c->spec->n_class, c->label);
}
