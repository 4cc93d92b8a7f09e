/* board_rewind.c: leaderboards through a rollback. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sql/blocks.h"
#include "sql/board_keep.h"
#include "sql/plan.h"

/* Whatever changes activity changes contributors in the same block, in the
 * model and over all. */
static const char SQL_LEFT_LIST[] =
	SQL_WALKS
	"SELECT DISTINCT model, address FROM undo_contributors"
	" WHERE at_block > ?1";

static enum dc_status
sql_left_read(struct sql_db *db, struct sql_boards_left *left,
	      uint64_t block, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_LEFT_LIST);
	sql_bind_u64(&q, block);
	while (sql_query_row(&q)) {
		if (left->n == left->room) {
			left->room = left->room * 2 + 64;
			left->list = dc_realloc_array(left->list, left->room,
						      sizeof(*left->list));
		}
		left->list[left->n].model = sql_col_i64(&q);
		sql_col_addr(&q, &left->list[left->n++].address);
	}
	return sql_query_close(&q, err);
}

/* Off one span's board, or onto it. */
static enum dc_status
sql_span_leave(struct sql_db *db, const struct sql_contributor *c, int span,
	       const struct sql_sums *s, struct dc_err *err)
{
	static const struct sql_sums nothing;
	enum dc_status found = sql_board_move(db, c, span, s, NULL, err);

	if (found == DC_OK && span != SQL_WINDOW_ALL)
		found = sql_sums_put(db, &nothing, c->model, span,
				     &c->address, err);
	return found == DC_OK ? sql_whole_change(db, c->model, span, SQL_TAKE,
						 s, err) : found;
}

static enum dc_status
sql_span_return(struct sql_db *db, const struct sql_contributor *c, int span,
		const struct sql_sums *s, struct dc_err *err)
{
	enum dc_status found = sql_board_move(db, c, span, NULL, s, err);

	if (found == DC_OK && span != SQL_WINDOW_ALL)
		found = sql_sums_put(db, s, c->model, span, &c->address, err);
	return found == DC_OK ? sql_whole_change(db, c->model, span, SQL_ADD,
						 s, err) : found;
}

static enum dc_status
sql_left_leave(struct sql_db *db, const struct sql_left *who,
	       struct dc_err *err)
{
	struct sql_contributor c;
	struct sql_sums s;
	bool there;
	int span;
	enum dc_status found = sql_contributor_get(db, &c, &there, who->model,
						   &who->address, err);

	if (found != DC_OK || !there)
		return found;
	s = sql_sums_of(&c);
	found = sql_span_leave(db, &c, SQL_WINDOW_ALL, &s, err);
	for (span = 1; span < SQL_SPANS && found == DC_OK; span++) {
		found = sql_board_sums(db, &s, &there, c.model, span,
				       &c.address, err);
		if (found == DC_OK && there)
			found = sql_span_leave(db, &c, span, &s, err);
	}
	return found;
}

/* Time goes back to what it was at a block.
 * left->clock  SQL_CLOCK_STOPPED: boards are not kept, or no more */
static enum dc_status
sql_boards_go_back(struct sql_db *db, struct sql_boards_left *left,
		   uint64_t block, struct dc_err *err)
{
	struct block_ref b;
	bool there;
	int64_t from;
	enum dc_status found = sql_board_clock(db, &from, err);

	left->clock = SQL_CLOCK_STOPPED;
	if (found != DC_OK || from == SQL_CLOCK_STOPPED)
		return found;
	found = sql_block_up_to(db, &b, &there, block, err);
	if (found != DC_OK)
		return found;
	if (!there)
		return sql_boards_suspend(db, err);
	left->clock = sql_step_of(b.time_s);
	left->time_s = b.time_s;
	left->far = left->clock > from ||
		    from - left->clock > SQL_MOVE_STEPS_MAX;
	return left->far ? DC_OK :
	       sql_boards_move(db, from, left->clock, err);
}

enum dc_status
sql_boards_leave(struct sql_db *db, struct sql_boards_left *left,
		 uint64_t block, struct dc_err *err)
{
	enum dc_status found;
	size_t i;

	memset(left, 0, sizeof(*left));
	found = sql_boards_go_back(db, left, block, err);
	if (found != DC_OK || left->clock == SQL_CLOCK_STOPPED || left->far)
		return found;
	found = sql_left_read(db, left, block, err);
	for (i = 0; i < left->n && found == DC_OK; i++)
		found = sql_left_leave(db, &left->list[i], err);
	return found;
}

void
sql_boards_left_clear(struct sql_boards_left *left)
{
	free(left->list);
	memset(left, 0, sizeof(*left));
}

/* --- and back ----------------------------------------------------------- */

/* ?1 address, ?2 model. */
#define SQL_ACTIVITY_OF \
	"SELECT hour, " SQL_SUMS_COLUMNS " FROM activity" \
	" INDEXED BY activity_by_address WHERE address = ?1 AND model "
static const char SQL_ACTIVITY_IN[] = SQL_ACTIVITY_OF "= ?2";
static const char SQL_ACTIVITY_IN_ALL[] = SQL_ACTIVITY_OF "> ?2";

static enum dc_status
sql_left_sums(struct sql_db *db, struct sql_sums sums[SQL_SPANS],
	      const struct sql_left *who, int64_t clock, struct dc_err *err)
{
	struct sql_query q;
	struct sql_sums d;
	enum dc_status found = DC_OK, closed;

	memset(sums, 0, SQL_SPANS * sizeof(*sums));
	sql_query_open(&q, db, who->model == SQL_ALL_MODELS ?
		       SQL_ACTIVITY_IN_ALL : SQL_ACTIVITY_IN);
	sql_bind_addr(&q, &who->address);
	sql_bind_i64(&q, who->model);
	while (found == DC_OK && sql_query_row(&q)) {
		const int64_t hour = sql_col_i64(&q);

		sql_col_sums(&q, &d);
		for (int span = 1; span < SQL_SPANS && found == DC_OK; span++)
			if (sql_span_holds(span, clock, hour))
				found = sql_sums_add(&sums[span], &d, err);
	}
	closed = sql_query_close(&q, err);
	return found != DC_OK ? found : closed;
}

static enum dc_status
sql_left_return(struct sql_db *db, const struct sql_left *who, int64_t clock,
		struct dc_err *err)
{
	struct sql_sums sums[SQL_SPANS];
	struct sql_contributor c;
	bool there;
	int span;
	enum dc_status found = sql_contributor_get(db, &c, &there, who->model,
						   &who->address, err);

	if (found == DC_OK && there)
		found = sql_left_sums(db, sums, who, clock, err);
	if (found != DC_OK || !there)
		return found;
	sums[SQL_WINDOW_ALL] = sql_sums_of(&c);
	for (span = 0; span < SQL_SPANS && found == DC_OK; span++)
		if (span == SQL_WINDOW_ALL || !sql_sums_are_zero(&sums[span]))
			found = sql_span_return(db, &c, span, &sums[span],
						err);
	return found;
}

enum dc_status
sql_boards_return(struct sql_db *db, const struct sql_boards_left *left,
		  struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t i;

	if (left->clock == SQL_CLOCK_STOPPED)
		return DC_OK;
	if (left->far)
		return sql_boards_recount(db, left->time_s, err);
	for (i = 0; i < left->n && found == DC_OK; i++)
		found = sql_left_return(db, &left->list[i], left->clock, err);
	return found;
}
