/* Near-copies of recent samples, by sketch. */
#include "config.h"

#include "models/verdict_recent.h"

#include "base/types.h"
#include "models/fx9.h"
#include "models/verdict.h"

#define PAIRS_MAX (RECENT_TOKENS * (RECENT_TOKENS - 1) / 2)

/* Values count in steps of 2^20, about a thousandth: coarser ones make one
 * of the honest readings of a sensor that stands still. */
#define GRID_BITS 20

struct pairs {
	uint64_t hash[PAIRS_MAX];
	unsigned n;
};

/* A column with its value, as a number. */
static uint64_t token(const struct sample *x, uint32_t i)
{
	uint64_t column = x->index != NULL ? x->index[i] : i;
	int64_t value = x->value != NULL ? x->value[i] : DC_FX9_ONE;
	int64_t step = value >> GRID_BITS;

	return verdict_mix(verdict_mix(column) + (uint64_t)step);
}

/* The least tokens, ascending; returns how many. */
static unsigned least(uint64_t *out, const struct sample *x)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < x->count; i++) {
		uint64_t t = token(x, i);
		unsigned at = n;

		if (n == RECENT_TOKENS && t >= out[n - 1])
			continue;
		if (n < RECENT_TOKENS)
			n++;
		else
			at--;
		for (; at > 0 && out[at - 1] > t; at--)
			out[at] = out[at - 1];
		out[at] = t;
	}
	return n;
}

static void pairs_find(struct pairs *p, const struct sample *x)
{
	uint64_t t[RECENT_TOKENS];
	unsigned n = least(t, x);

	p->n = 0;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = i + 1; j < n; j++)
			p->hash[p->n++] = verdict_mix(t[i] +
						      verdict_mix(t[j]));
}

static size_t place(uint64_t hash, size_t n)
{
	return (size_t)(hash % n);
}

/* Never the 0 of an empty cell. */
static int64_t mark(uint64_t hash)
{
	return (int64_t)(hash >> 2 | 1);
}

bool recent_has(const int64_t *cell, size_t n, const struct sample *x)
{
	struct pairs p;
	unsigned seen = 0;

	if (n == 0)
		return false;
	pairs_find(&p, x);
	for (unsigned i = 0; i < p.n; i++)
		seen += cell[place(p.hash[i], n)] == mark(p.hash[i]);
	return p.n > 0 && 3 * seen >= p.n;
}

void recent_put(struct model *memory, size_t first, size_t n,
		const struct sample *x)
{
	struct pairs p;

	if (n == 0)
		return;
	pairs_find(&p, x);
	for (unsigned i = 0; i < p.n; i++) {
		size_t at = first + place(p.hash[i], n);

		memory->cells[at] = mark(p.hash[i]);
		model_touch(memory, at);
	}
}
