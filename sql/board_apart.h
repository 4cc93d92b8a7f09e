#ifndef DECAID_SQL_BOARD_APART_H
#define DECAID_SQL_BOARD_APART_H

/*
 * Baseline rows: accounts that stand beside a leaderboard and take nobody's
 * rank. They keep their places in the tables, which know of no baselines;
 * what they would shift is taken off as a rank is read. For sql/ alone.
 */

#include "sql/board_keep.h"

/* Who of them did anything in a span, best first. */
struct sql_apart {
	size_t n;
	struct {
		struct sql_place place;
		struct addr20 address;
	} of[SQL_BOARD_APART_MAX];
};

/* earlier  0 or SQL_SPAN_EARLIER */
enum dc_status sql_apart_read(struct sql_db *db, struct sql_apart *out,
			      const struct sql_board *b, int earlier,
			      struct dc_err *err) DC_MUST_CHECK;

/* How many of them stand before a place. */
uint64_t sql_apart_before(const struct sql_apart *a,
			  const struct sql_place *place);

bool sql_is_apart(const struct sql_board *b, const struct addr20 *who);

#endif /* DECAID_SQL_BOARD_APART_H */
