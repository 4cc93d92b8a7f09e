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
#define SQL_CLOCK_STOPPED INT64_C(-1)

/* A span holds the hours (clock - from, clock - to]. */
struct sql_span {
	int64_t from, to;
};

#define SQL_HOURS_ALL INT64_C(0x7fffffffffff)

extern const struct sql_span sql_spans[SQL_SPANS];

static inline int64_t
sql_board_number(int64_t model, int span, int by)
{
	return model * 32 + span * 4 + by;
}

/* Where sums stand by a measure; first_block and first_log of c count. */
void sql_board_place(struct sql_place *out, const struct sql_sums *s,
		     const struct sql_contributor *c, int by);

enum dc_status sql_board_clock(struct sql_db *db, int64_t *hour,
			       struct dc_err *err) DC_MUST_CHECK;

enum dc_status sql_board_clock_put(struct sql_db *db, int64_t hour,
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

bool sql_span_holds(int span, int64_t clock, int64_t hour);

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
 * in that model, or in all. Nothing where boards are not kept. */
enum dc_status sql_boards_add(struct sql_db *db,
			      const struct sql_contributor *before,
			      const struct sql_contributor *after,
			      const struct sql_contributor_delta *d,
			      struct dc_err *err) DC_MUST_CHECK;

/* Through a rollback: whom the blocks above it changed leaves the boards
 * before it and comes back after it, as the rest of the database then says.
 * An hour that is gone back to is counted anew.  Clear left in any case. */
struct sql_boards_left {
	int64_t clock;
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
