/*
 * sketch-fold with support: a column that fewer than `support` contributors
 * have used does not count when a sample is judged, so that nobody vouches
 * for himself by words of his own. oracle/PROTOCOL.md "Verdict rules".
 *
 * cells  `support` tags a column, 0 for none yet
 */
#include "config.h"

#include "models/verdict.h"

enum { CREDIT, FOLDS, MARGIN, SUPPORT };

static const struct spec_param params[] = {
	{ "credit", 0, INT64_MAX },
	{ "folds", 2, VERDICT_FOLDS_MAX },
	{ "margin", 1, INT64_MAX },
	{ "support", 1, 4 },
};

static unsigned folds(const struct model_spec *spec)
{
	return (unsigned)spec->verdict_param[FOLDS];
}

static size_t cells(const struct model_spec *spec)
{
	return (size_t)spec->columns * (size_t)spec->verdict_param[SUPPORT];
}

/* Any number can be a tag. */
static int64_t cell_most(const struct model_spec *spec, size_t i)
{
	return INT64_MAX;
}

/* An address as a cell: its first 62 bits, and a 1. */
static int64_t tag_of(const struct addr20 *a)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | a->b[i];
	return (int64_t)(v >> 2 << 1 | 1);
}

static void learned(struct model *memory, const struct verdict_case *c)
{
	size_t n = (size_t)c->spec->verdict_param[SUPPORT];
	int64_t tag = tag_of(c->contributor);

	for (uint32_t i = 0; i < c->x->count; i++) {
		size_t at = (c->x->index ? c->x->index[i] : i) * n, k = 0;

		while (k < n && memory->cells[at + k] != 0 &&
		       memory->cells[at + k] != tag)
			k++;
		if (k == n || memory->cells[at + k] == tag)
			continue;
		memory->cells[at + k] = tag;
		model_touch(memory, at + k);
	}
}

static bool is_supported(const struct verdict_case *c, size_t column)
{
	size_t n = (size_t)c->spec->verdict_param[SUPPORT];

	return c->memory->cells[column * n + n - 1] != 0;
}

/* The sample without what is not supported; a dense one becomes sparse. The
 * rest moves to the front of where it lies. */
static void filter(struct sample *out, const struct verdict_case *c,
		   struct sample_room *room)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->x->count; i++) {
		uint32_t column = c->x->index ? c->x->index[i] : i;

		if (!is_supported(c, column))
			continue;
		room->index[n] = column;
		if (c->x->value != NULL)
			room->value[n] = c->x->value[i];
		n++;
	}
	*out = (struct sample){
		.kind = c->x->value == NULL ? SAMPLE_BINARY : SAMPLE_VALUES,
		.count = n,
		.index = room->index,
		.value = c->x->value == NULL ? NULL : room->value,
	};
}

/* Nothing is known of a sample of which nothing counts. */
static int64_t opinion(const struct verdict_case *c,
		       struct sample_room *room)
{
	struct sample x;

	filter(&x, c, room);
	return x.count == 0 ? 0 : verdict_ask(c, &c->fold[c->group], &x);
}

const struct verdict_ops verdict_support = {
	.choice = { "support", params, DC_ARRAY_LEN(params) },
	.credit_at = CREDIT,
	.margin_at = MARGIN,
	.teaches = VERDICT_TEACHES_SERVED,
	.folds = folds,
	.cells = cells,
	.cell_most = cell_most,
	.group = verdict_group_by_sketch,
	.learns = verdict_learns_others,
	.learned = learned,
	.opinion = opinion,
};
