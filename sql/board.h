#ifndef DECAID_SQL_BOARD_H
#define DECAID_SQL_BOARD_H

/*
 * Leaderboards: who contributed to a model, or to any, by four measures, over
 * all time or in a window that ends now. Ties go to who was first. Kept with
 * each commit (tables board_*), so that a page is a walk along an index and a
 * rank is a sum over marks, however many contributors there are.
 *
 * A window holds what was done since an hour began, 23, 167 or 719 hours
 * before the running one. It moves on once an hour, the week 12 and the month
 * 24 minutes after the hour: no block has to move them all. previous_rank is
 * the rank one window earlier, to the hour; for all time 24 hours earlier.
 *
 * Some accounts are no competitors but what others are compared with: the
 * owner of a model, who brings its first data, or a bot that is run for
 * reference. Such baselines are named by who asks; they stand apart
 * (sql_board_apart), are on no page, and nobody's rank counts them.
 */

#include "sql/contributors.h"

enum sql_board_by {
	SQL_BY_KARMA = 0,
	SQL_BY_CONTRIBUTIONS = 1,
	SQL_BY_EARNED = 2,
	SQL_BY_DEPOSITED = 3
};

enum sql_board_window {
	SQL_WINDOW_ALL = 0,
	SQL_WINDOW_DAY = 1,
	SQL_WINDOW_WEEK = 2,
	SQL_WINDOW_MONTH = 3
};

struct sql_board {
	int64_t model;			/* SQL_ALL_MODELS: over all */
	enum sql_board_by by;
	enum sql_board_window window;
	const struct addr20 *apart;	/* the baselines, none twice */
	size_t n_apart;			/* at most SQL_BOARD_APART_MAX */
};

#define SQL_BOARD_APART_MAX 65		/* a model's owner and 64 more */

struct sql_board_entry {
	struct sql_contributor who;	/* sums of the window; at least 0 */
	uint64_t rank;			/* 1 is best */
	uint64_t previous_rank;		/* 0: did nothing then */
};

/* A page of the board (see page.h), best first. Every competitor stands on
 * it who did anything in the window.
 * Errors: also DC_EBUSY the boards are not counted yet. */
enum dc_status sql_board_page(struct sql_db *db, struct sql_board_entry *out,
			      uint32_t *n, char *next,
			      const struct sql_board *board,
			      const struct sql_page *page,
			      struct dc_err *err) DC_MUST_CHECK;

/* Those whose address begins with a prefix, with their true ranks, best
 * first; at most room of them, taken in order of address.
 * prefix  "0x" and 2 to 40 digits, in any case
 * Errors: as above; DC_EINVAL not such a prefix. */
enum dc_status sql_board_search(struct sql_db *db,
				struct sql_board_entry *out, uint32_t *n,
				uint32_t room, const struct sql_board *board,
				const char *prefix,
				struct dc_err *err) DC_MUST_CHECK;

/* The baselines that did anything in the window, best first. Their rank is
 * the one they would have beside the competitors alone.
 * out     (n_apart)
 * Errors: as above. */
enum dc_status sql_board_apart(struct sql_db *db,
			       struct sql_board_entry *out, uint32_t *n,
			       const struct sql_board *board,
			       struct dc_err *err) DC_MUST_CHECK;

/* The sums of all contributors, baselines too: what shares are parts of.
 * Address and times are 0.  Errors: as above. */
enum dc_status sql_board_whole(struct sql_db *db, struct sql_contributor *out,
			       const struct sql_board *board,
			       struct dc_err *err) DC_MUST_CHECK;

/* --- the writer's side, in an open transaction ---------------------------- */

/* Whether the boards are kept, or wait to be counted. */
enum dc_status sql_boards_kept(struct sql_db *db, bool *out,
			       struct dc_err *err) DC_MUST_CHECK;

/* Time has come to time_s: windows move on. Nothing where boards are not
 * kept. */
enum dc_status sql_boards_turn(struct sql_db *db, uint64_t time_s,
			       struct dc_err *err) DC_MUST_CHECK;

/* Keep them no longer: a long backlog is cheaper to count at its end. */
enum dc_status sql_boards_suspend(struct sql_db *db,
				  struct dc_err *err) DC_MUST_CHECK;

/* Count everything anew, as of time_s, and keep it from now on. */
enum dc_status sql_boards_recount(struct sql_db *db, uint64_t time_s,
				  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_BOARD_H */
