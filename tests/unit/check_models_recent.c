/* check_models_recent.c: near-copies of remembered samples, whichever columns
 * are others; against whole samples compared column by column. */

#include "config.h"

#include <string.h>

#include "models/verdict_recent.h"
#include "tests/unit/unit.h"

#define ROWS 40
#define WIDEST 30
#define FIRST 3	/* cells before them are somebody else's */

static int64_t cells[FIRST + 1 + ROWS * RECENT_TOKENS], derived[ROWS];
static uint64_t dirty[8];
static struct model memory = {
	.cells = cells, .derived = derived, .dirty = dirty,
};

struct row {
	uint32_t index[WIDEST + 2], n;
};

static struct sample
sample_of(const struct row *r)
{
	return (struct sample){ SAMPLE_BINARY, r->n, r->index, NULL };
}

static void
forget(void)
{
	memset(cells, 0, sizeof(cells));
	recent_rebuild(&memory, FIRST, ROWS);
}

static bool
has(const struct row *r)
{
	struct sample x = sample_of(r);

	return recent_has(&memory, FIRST, ROWS, &x);
}

static void
put(const struct row *r)
{
	struct sample x = sample_of(r);

	recent_put(&memory, FIRST, ROWS, &x);
}

/* n columns of so many, or fewer when one comes twice. */
static void
row_make(struct row *r, uint64_t *dice, uint32_t n, uint32_t columns)
{
	for (r->n = 0; r->n < n; r->n++)
		r->index[r->n] = (uint32_t)(unit_random(dice) % columns);
	r->n = (uint32_t)sample_sort_unique(r->index, r->n);
}

/* One column goes, or one comes, or both. */
static void
change(struct row *r, uint64_t *dice)
{
	uint64_t what = unit_random(dice) % 3;

	if (what != 0 && r->n > 0) {
		r->n--;
		r->index[unit_random(dice) % (r->n + 1)] = r->index[r->n];
	}
	if (what != 1)
		r->index[r->n++] = (uint32_t)(unit_random(dice) % 100000);
	r->n = (uint32_t)sample_sort_unique(r->index, r->n);
}

static uint32_t
shared(const struct row *a, const struct row *b)
{
	uint32_t n = 0, i, j;

	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++)
			n += a->index[i] == b->index[j];
	return n;
}

static bool
two_changes_apart(const struct row *a, const struct row *b)
{
	uint32_t n = shared(a, b);

	return n > 0 && a->n <= n + 2 && b->n <= n + 2;
}

START_TEST(no_row_with_two_columns_changed_is_missed)
{
	uint64_t dice = 1;
	uint32_t i, k;

	forget();
	for (i = 0; i < 20000; i++) {
		struct row one, two, other;

		row_make(&one, &dice,
			 1 + (uint32_t)(unit_random(&dice) % (WIDEST - 4)),
			 100000);
		two = one;
		change(&two, &dice);
		if (i % 2 == 0)
			change(&two, &dice);
		put(&one);
		for (k = 0; k < i % ROWS; k++) {	/* most meanwhile */
			row_make(&other, &dice, 9, 100000);
			put(&other);
		}
		unit_require(has(&two) || shared(&one, &two) == 0);
	}
}
END_TEST

/* Rows of RECENT_TOKENS columns or fewer are remembered whole. */
START_TEST(of_short_rows_near_copies_alone_are_found)
{
	static struct row row[3000];
	unsigned i, k, near = 0, far = 0;
	uint64_t dice = 2;

	forget();
	for (i = 0; i < DC_ARRAY_LEN(row); i++) {
		bool is = false;

		row_make(&row[i], &dice, (uint32_t)(unit_random(&dice) %
				    (RECENT_TOKENS + 1)), 40);
		for (k = i < ROWS ? 0 : i - ROWS; k < i; k++)
			is = is || two_changes_apart(&row[i], &row[k]);
		unit_require(has(&row[i]) == is);
		near += is;
		far += !is;
		put(&row[i]);
		if (i % 500 == 99)	/* after a restart */
			recent_rebuild(&memory, FIRST, ROWS);
	}
	ck_assert_uint_gt(near, 500);
	ck_assert_uint_gt(far, 500);
	ck_assert_int_eq(cells[FIRST - 1], 0);
	ck_assert_int_eq(cells[FIRST], DC_ARRAY_LEN(row));
}
END_TEST

/* mix(1797697) + 20139295 = mix(1901801): both columns are one token. With
 * it twice, five tokens would be three away from two. */
START_TEST(a_token_counts_once)
{
	static const uint32_t of_five[] = { 1, 2, 3, 1797697, 1901801 };
	static const int64_t five[] = { 1 << 20, 1 << 20, 1 << 20,
		INT64_C(20139295) << 20, 1 };
	struct sample wide = { SAMPLE_VALUES, 5, of_five, five };
	struct sample two = { SAMPLE_VALUES, 2, of_five, five };

	forget();
	recent_put(&memory, FIRST, ROWS, &wide);
	ck_assert_int_eq(cells[FIRST + 1 + 4], 0);
	ck_assert(recent_has(&memory, FIRST, ROWS, &two));
	forget();
	recent_put(&memory, FIRST, ROWS, &two);
	ck_assert(recent_has(&memory, FIRST, ROWS, &wide));
}
END_TEST

/* Any cells that a snapshot may have. */
START_TEST(whatever_stands_in_the_cells_is_read_within_them)
{
	uint64_t dice = 3;
	struct row row;
	unsigned i, k;

	for (i = 0; i < 200; i++) {
		for (k = 0; k < DC_ARRAY_LEN(cells) - FIRST; k++)
			cells[FIRST + k] = (int64_t)(unit_random(&dice) %
				((uint64_t)recent_cell_most(k) + 1)) *
				(int64_t)(unit_random(&dice) % 2);
		recent_rebuild(&memory, FIRST, ROWS);
		row_make(&row, &dice, 5, 1000);
		unit_require(!has(&row));
		put(&row);
		unit_require(has(&row));
	}
}
END_TEST

UNIT_MAIN("models/recent", no_row_with_two_columns_changed_is_missed,
	  of_short_rows_near_copies_alone_are_found, a_token_counts_once,
	  whatever_stands_in_the_cells_is_read_within_them)
