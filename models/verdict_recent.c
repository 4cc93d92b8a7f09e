/* Near-copies of recent samples, by sketch. */
#include "config.h"

#include "models/verdict_recent.h"

#include <string.h>

#include "base/types.h"
#include "models/fx9.h"
#include "models/verdict.h"

/* Values count in steps of 2^20, about a thousandth: coarser ones make one
 * of the honest readings of a sensor that stands still. */
#define GRID_BITS 20

/* The least tokens of a sample, ascending, none twice. */
struct sketch {
	int64_t token[RECENT_TOKENS];
	unsigned n;
};

size_t recent_cells(size_t rows)
{
	return rows == 0 ? 0 : 1 + rows * RECENT_TOKENS;
}

int64_t recent_cell_most(size_t i)
{
	return i == 0 ? MODEL_COUNT_MAX : (INT64_C(1) << 62) - 1;
}

/* A column with its value, as a number that is not the 0 of no token. */
static int64_t token(const struct sample *x, uint32_t i)
{
	uint64_t column = x->index != NULL ? x->index[i] : i;
	int64_t value = x->value != NULL ? x->value[i] : DC_FX9_ONE;
	int64_t step = value >> GRID_BITS;
	uint64_t hash = verdict_mix(verdict_mix(column) + (uint64_t)step);

	return (int64_t)(hash >> 2 | 1);
}

static void sketch_add(struct sketch *s, int64_t t)
{
	unsigned at = 0;

	while (at < s->n && s->token[at] < t)
		at++;
	if (at == RECENT_TOKENS || (at < s->n && s->token[at] == t))
		return;
	if (s->n < RECENT_TOKENS)
		s->n++;
	memmove(s->token + at + 1, s->token + at,
		(s->n - 1 - at) * sizeof(s->token[0]));
	s->token[at] = t;
}

static void sketch_make(struct sketch *s, const struct sample *x)
{
	*s = (struct sketch){ .n = 0 };
	for (uint32_t i = 0; i < x->count; i++) {
		int64_t t = token(x, i);

		if (s->n < RECENT_TOKENS || t < s->token[RECENT_TOKENS - 1])
			sketch_add(s, t);
	}
}

/* A bit for each of n tokens. */
static uint64_t bits_of(const int64_t *t, unsigned n)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < n; i++)
		bits |= UINT64_C(1) << (t[i] >> 1 & 63);
	return bits;
}

/* False only where two sketches with these bits are surely no near-copies:
 * they share none, or more than RECENT_CHANGES of one are not in the other. */
static bool may_be_near(uint64_t mine, uint64_t other)
{
	uint64_t left = mine & ~other;

	for (unsigned i = 0; i < RECENT_CHANGES; i++)
		left &= left - 1;	/* the lowest bit goes; 0 stays 0 */
	return left == 0 && (mine & other) != 0;
}

static unsigned count(const int64_t *row)
{
	unsigned n = 0;

	while (n < RECENT_TOKENS && row[n] != 0)
		n++;
	return n;
}

static bool is_near(const struct sketch *s, const int64_t *row)
{
	unsigned n = count(row), shared = 0;

	for (unsigned i = 0, j = 0; i < s->n && j < n;) {
		int64_t a = s->token[i], b = row[j];

		shared += a == b;
		i += a <= b;
		j += b <= a;
	}
	return shared > 0 &&
		(s->n > n ? s->n : n) <= shared + RECENT_CHANGES;
}

void recent_rebuild(struct model *memory, size_t first, size_t rows)
{
	const int64_t *row = memory->cells + first + 1;

	for (size_t i = 0; i < rows; i++, row += RECENT_TOKENS)
		memory->derived[i] = (int64_t)bits_of(row, count(row));
}

bool recent_has(const struct model *memory, size_t first, size_t rows,
		const struct sample *x)
{
	const int64_t *row = memory->cells + first + 1;
	struct sketch s;
	uint64_t mine;

	sketch_make(&s, x);
	mine = bits_of(s.token, s.n);
	for (size_t i = 0; i < rows; i++)
		if (may_be_near(mine, (uint64_t)memory->derived[i]) &&
		    is_near(&s, row + i * RECENT_TOKENS))
			return true;
	return false;
}

void recent_put(struct model *memory, size_t first, size_t rows,
		const struct sample *x)
{
	struct sketch s;
	size_t at, row;

	if (rows == 0)
		return;
	row = (size_t)memory->cells[first] % rows;
	at = first + 1 + row * RECENT_TOKENS;
	sketch_make(&s, x);
	memcpy(memory->cells + at, s.token, sizeof(s.token));
	memory->derived[row] = (int64_t)bits_of(s.token, s.n);
	memory->cells[first]++;
	model_touch(memory, first);
	model_touch_all(memory, at, RECENT_TOKENS);
}
