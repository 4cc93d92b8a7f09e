/* board_apart.c: where the baselines of a leaderboard stand. */

#include "config.h"

#include <stdlib.h>

#include "sql/board_apart.h"

static enum dc_status
sql_apart_add(struct sql_db *db, struct sql_apart *out,
	      const struct sql_board *b, int span, const struct addr20 *who,
	      struct dc_err *err)
{
	struct sql_contributor c;
	struct sql_sums s;
	bool there;
	enum dc_status found = sql_contributor_get(db, &c, &there, b->model,
						   who, err);

	if (found != DC_OK || !there)
		return found;
	s = sql_sums_of(&c);
	if (span != SQL_WINDOW_ALL)
		found = sql_board_sums(db, &s, &there, b->model, span, who,
				       err);
	if (found != DC_OK || !there)
		return found;
	sql_board_place(&out->of[out->n].place, &s, &c, (int)b->by);
	out->of[out->n++].address = *who;
	return DC_OK;
}

static int
sql_apart_compare(const void *a, const void *b)
{
	/* the place is the first member of both */
	return sql_place_compare(a, b);
}

enum dc_status
sql_apart_read(struct sql_db *db, struct sql_apart *out,
	       const struct sql_board *b, int earlier, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t i;

	DC_CHECK(b->n_apart <= SQL_BOARD_APART_MAX);
	out->n = 0;
	for (i = 0; i < b->n_apart && found == DC_OK; i++)
		found = sql_apart_add(db, out, b, (int)b->window + earlier,
				      &b->apart[i], err);
	qsort(out->of, out->n, sizeof(out->of[0]), sql_apart_compare);
	return found;
}

uint64_t
sql_apart_before(const struct sql_apart *a, const struct sql_place *place)
{
	size_t n = 0;

	while (n < a->n && sql_place_compare(&a->of[n].place, place) < 0)
		n++;
	return n;
}

bool
sql_is_apart(const struct sql_board *b, const struct addr20 *who)
{
	size_t i;

	for (i = 0; i < b->n_apart; i++)
		if (addr20_equal(&b->apart[i], who))
			return true;
	return false;
}
