#ifndef DECAID_SQL_BOARD_KEEP_H
#define DECAID_SQL_BOARD_KEEP_H

/* How boards stand in their tables, and keeping them. For sql/ alone. */

#include "sql/board.h"
#include "sql/places.h"
#include "sql/sums.h"

#define SQL_HOUR_S 3600
#define SQL_BOARD_BYS 4
#define SQL_SPAN_EARLIER 4	/* span + this: one window earlier */
#define SQL_SPANS 8

/* The clock counts steps, ten an hour. Windows move on by whole hours, but
 * each end of a span at a step of its own, so that no block has to move them
 * all: a late end moves so many steps after the hour began. */
#define SQL_STEP_S 360
#define SQL_STEPS_AN_HOUR 10
#define SQL_CLOCK_STOPPED INT64_C(-1)

/* A longer pause, or way back, is counted anew. */
#define SQL_MOVE_STEPS_MAX (48 * SQL_STEPS_AN_HOUR)

/* The hours (after, last] that a span holds at a step; what is done now is
 * in an hour before SQL_HOURS_ALL. */
struct sql_hours {
	int64_t after, last;
};

#define SQL_HOURS_ALL INT64_C(0x7fffffffffff)

struct sql_hours sql_span_hours(int span, int64_t step);

static inline int64_t
sql_step_of(uint64_t time_s)
{
	return (int64_t)(time_s / SQL_STEP_S);
}

static inline int64_t
sql_board_number(int64_t model, int span, int by)
{
	return model * 32 + span * 4 + by;
}

/* Where sums stand by a measure; first_block and first_log of c count. */
void sql_board_place(struct sql_place *out, const struct sql_sums *s,
		     const struct sql_contributor *c, int by);

enum dc_status sql_board_clock(struct sql_db *db, int64_t *step,
			       struct dc_err *err) DC_MUST_CHECK;

enum dc_status sql_board_clock_put(struct sql_db *db, int64_t step,
				   struct dc_err *err) DC_MUST_CHECK;

/* Spans and clock from one step to another, later or earlier, a few hours
 * away at most. */
enum dc_status sql_boards_move(struct sql_db *db, int64_t from, int64_t to,
			       struct dc_err *err) DC_MUST_CHECK;

/* What counting anew needs of a writing connection.  Returns SQLite's. */
int sql_board_functions(struct sql_db *db);

/* Sums of a span; found false: none, s is 0. */
enum dc_status sql_board_sums(struct sql_db *db, struct sql_sums *s,
			      bool *found, int64_t model, int span,
			      const struct addr20 *address,
			      struct dc_err *err) DC_MUST_CHECK;

enum dc_status sql_sums_put(struct sql_db *db, const struct sql_sums *s,
			    int64_t model, int span,
			    const struct addr20 *address,
			    struct dc_err *err) DC_MUST_CHECK;

bool sql_span_holds(int span, int64_t step, int64_t hour);

/* From the places of before to those of after; NULL: stands nowhere. */
enum dc_status sql_board_move(struct sql_db *db,
			      const struct sql_contributor *c, int span,
			      const struct sql_sums *before,
			      const struct sql_sums *after,
			      struct dc_err *err) DC_MUST_CHECK;

enum sql_change { SQL_ADD, SQL_TAKE };

/* What all contributors sum up to in a span. */
enum dc_status sql_whole_change(struct sql_db *db, int64_t model, int span,
				enum sql_change change,
				const struct sql_sums *d,
				struct dc_err *err) DC_MUST_CHECK;

/* d was added to the contributor in one model; before and after are its sums
 * in that model, or in all. Nothing where the clock stands still. The wholes
 * of model and spans are added to by themselves, once for many of an hour. */
enum dc_status sql_boards_add(struct sql_db *db, int64_t clock,
			      const struct sql_contributor *before,
			      const struct sql_contributor *after,
			      const struct sql_contributor_delta *d,
			      struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_boards_add_whole(struct sql_db *db, int64_t clock,
				    int64_t model, int64_t hour,
				    const struct sql_sums *d,
				    struct dc_err *err) DC_MUST_CHECK;

/* Through a rollback: whom the blocks above it changed leaves the boards
 * before it and comes back after it, as the rest of the database then says;
 * the clock goes back first.  Clear left in any case. */
struct sql_boards_left {
	int64_t clock;		/* after it */
	bool far;		/* count anew, as of time_s */
	uint64_t time_s;
	struct sql_left {
		int64_t model;
		struct addr20 address;
	} *list;
	size_t n, room;
};

enum dc_status sql_boards_leave(struct sql_db *db,
				struct sql_boards_left *left, uint64_t block,
				struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_boards_return(struct sql_db *db,
				 const struct sql_boards_left *left,
				 struct dc_err *err) DC_MUST_CHECK;
void sql_boards_left_clear(struct sql_boards_left *left);

#endif /* DECAID_SQL_BOARD_KEEP_H */
