#ifndef DECAID_SQL_PLACES_H
#define DECAID_SQL_PLACES_H

/*
 * The order of a leaderboard: tables board_places and board_marks. A place
 * is a key that sorts ascending, best first, and tells who was first among
 * equals; a mark counts a run of some hundred places, so that a rank is a
 * sum over marks and a short walk. For sql/ alone.
 */

#include "base/types.h"
#include "sql/query.h"

/* A measure of 8 or 32 bytes, the block and the log of the first deed. */
#define SQL_PLACE_BYTES_MAX 44

struct sql_place {
	size_t n;		/* 0: nowhere */
	uint8_t bytes[SQL_PLACE_BYTES_MAX + 1];	/* one to go past it */
};

void sql_place_i64(struct sql_place *out, int64_t measure, uint64_t block,
		   uint64_t log);
void sql_place_wei(struct sql_place *out, struct wei measure, uint64_t block,
		   uint64_t log);
bool sql_place_equal(const struct sql_place *a, const struct sql_place *b);

/* Below 0: a comes first, of one board. */
int sql_place_compare(const struct sql_place *a, const struct sql_place *b);

/* A mark is split when it counts more. */
#define SQL_MARK_MAX 256

enum dc_status sql_place_insert(struct sql_db *db, int64_t board,
				const struct sql_place *place,
				const struct addr20 *who,
				struct dc_err *err) DC_MUST_CHECK;

/* Errors: DC_EIO nobody stands there. */
enum dc_status sql_place_delete(struct sql_db *db, int64_t board,
				const struct sql_place *place,
				struct dc_err *err) DC_MUST_CHECK;

/* Both: who goes from one place to another.
 * Errors: DC_EIO nobody stands in from. */
enum dc_status sql_place_move(struct sql_db *db, int64_t board,
			      const struct sql_place *from,
			      const struct sql_place *to,
			      const struct addr20 *who,
			      struct dc_err *err) DC_MUST_CHECK;

/* All marks of a board, to ask for many ranks.  Clear it in any case. */
struct sql_marks {
	int64_t board;
	struct sql_mark {
		struct sql_place low;
		uint64_t before;	/* places before it */
	} *list;
	size_t n, room;
};

enum dc_status sql_marks_read(struct sql_db *db, struct sql_marks *out,
			      int64_t board, struct dc_err *err)
	DC_MUST_CHECK;
void sql_marks_clear(struct sql_marks *m);

/* How many places come before one, which need not be taken. */
enum dc_status sql_marks_before(struct sql_db *db, uint64_t *out,
				const struct sql_marks *m,
				const struct sql_place *place,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_PLACES_H */
