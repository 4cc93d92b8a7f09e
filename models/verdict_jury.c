/*
 * jury: contributors are dealt into groups, each group trains a fold of its
 * own, and a contribution is judged by the median of the folds of the other
 * groups. Whatever an account sends, words of its own, copies, it trains the
 * one fold that never judges it; accounts that work together must hold half
 * of the other groups. oracle/PROTOCOL.md "Verdict rules".
 *
 * cells  n_class counts a fold: how many rows of each class it learned;
 *        then the `recent` rows that anybody sent last (verdict_recent.h)
 */
#include "config.h"

#include "models/verdict.h"

#include "base/keccak.h"
#include "models/verdict_recent.h"

enum { CREDIT, FOLDS, KNOWN, MARGIN, RECENT };

static const struct spec_param params[] = {
	{ "credit", 0, INT64_MAX },
	{ "folds", 2, VERDICT_FOLDS_MAX },
	{ "known", 0, 1000000 },
	{ "margin", 1, INT64_MAX },
	{ "recent", 0, RECENT_ROWS_MAX },
};

static unsigned folds(const struct model_spec *spec)
{
	return (unsigned)spec->verdict_param[FOLDS];
}

static size_t counts_of(const struct model_spec *spec)
{
	return (size_t)folds(spec) * spec->n_class;
}

static size_t recent_of(const struct model_spec *spec)
{
	return (size_t)spec->verdict_param[RECENT];
}

static size_t cells(const struct model_spec *spec)
{
	return counts_of(spec) + recent_cells(recent_of(spec));
}

static int64_t cell_most(const struct model_spec *spec, size_t i)
{
	size_t counts = counts_of(spec);

	return i < counts ? MODEL_COUNT_MAX : recent_cell_most(i - counts);
}

static void rebuild(struct model *memory)
{
	recent_rebuild(memory, counts_of(memory->spec),
		       recent_of(memory->spec));
}

/* By a hash of the address, so that neighbours are not together. */
static unsigned group(const struct verdict_case *c)
{
	struct hash32 hash;
	uint64_t v = 0;

	keccak256(&hash, c->contributor->b, sizeof(c->contributor->b));
	for (unsigned i = 24; i < 32; i++)
		v = v << 8 | hash.b[i];
	return (unsigned)(v % folds(c->spec));
}

static void learned(struct model *memory, const struct verdict_case *c)
{
	size_t at = (size_t)c->group * c->spec->n_class + c->label;

	memory->cells[at]++;
	model_touch(memory, at);
	recent_put(memory, counts_of(c->spec), recent_of(c->spec), c->x);
}

static bool repeats(const struct verdict_case *c)
{
	return recent_has(c->memory, counts_of(c->spec), recent_of(c->spec),
			  c->x);
}

static const int64_t *counts(const struct verdict_case *c, unsigned fold)
{
	return c->memory->cells + (size_t)fold * c->spec->n_class;
}

static bool has_learned(const struct verdict_case *c, unsigned fold)
{
	for (uint32_t i = 0; i < c->spec->n_class; i++)
		if (counts(c, fold)[i] != 0)
			return true;
	return false;
}

/* The best class but the label, the lowest of equals. */
static uint32_t best_other(const int64_t *scores, uint32_t n_class,
			   uint32_t label)
{
	uint32_t best = label == 0 ? 1 : 0;

	for (uint32_t i = best + 1; i < n_class; i++)
		if (i != label && scores[i] > scores[best])
			best = i;
	return best;
}

/* A juror who knows too little of either class says 0. */
static int64_t vote(const struct verdict_case *c, unsigned fold)
{
	int64_t known = c->spec->verdict_param[KNOWN];
	int64_t scores[SPEC_CLASSES_MAX];
	uint32_t other;

	c->spec->model->scores(&c->fold[fold], scores, c->x);
	other = best_other(scores, c->spec->n_class, c->label);
	if (counts(c, fold)[c->label] < known ||
	    counts(c, fold)[other] < known)
		return 0;
	return model_margin(scores, c->spec->n_class, c->label);
}

/* Of two in the middle the one nearer to 0; 0 where they disagree. */
static int64_t median(const int64_t *sorted, unsigned n)
{
	int64_t a, b;

	if (n == 0)
		return 0;
	a = sorted[(n - 1) / 2];
	b = sorted[n / 2];
	if (a > 0)
		return a;
	return b < 0 ? b : 0;
}

static int64_t opinion(const struct verdict_case *c,
		       struct sample_room *room)
{
	int64_t sorted[VERDICT_FOLDS_MAX];
	unsigned n = 0;

	for (unsigned f = 0; f < folds(c->spec); f++) {
		unsigned at = n;
		int64_t v;

		if (f == c->group || !has_learned(c, f))
			continue;
		v = vote(c, f);
		for (; at > 0 && sorted[at - 1] > v; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = v;
		n++;
	}
	return median(sorted, n);
}

const struct verdict_ops verdict_jury = {
	.choice = { "jury", params, DC_ARRAY_LEN(params) },
	.credit_at = CREDIT,
	.margin_at = MARGIN,
	.teaches = VERDICT_TEACHES_OWN_FOLD,
	.folds = folds,
	.cells = cells,
	.cell_most = cell_most,
	.derived = recent_of,
	.rebuild = rebuild,
	.group = group,
	.learns = verdict_learns_own,
	.repeats = repeats,
	.learned = learned,
	.opinion = opinion,
};
