/* board_recount.c: leaderboards from contributors and activity alone. */

#include "config.h"

#include <string.h>

#include "sql/board_keep.h"
#include "sql/plan.h"

/* Counting anew reads everything, once, after a backlog or a long pause. */

/* Sums of bytes are no business of SQLite's own sum(). */
#define SQL_SUMMED \
	" sum(karma), sum(contributions), sum(agreed)," \
	" decaid_wei_sum(deposited_wei), decaid_wei_sum(refunded_wei)," \
	" decaid_wei_sum(earned_wei)"
#define SQL_INTO_SUMS \
	"INSERT INTO board_sums (model, span, address, " SQL_SUMS_COLUMNS ")"

static const char SQL_CLEAR_SUMS[] = "DELETE FROM board_sums";
static const char SQL_CLEAR_PLACES[] = "DELETE FROM board_places";
static const char SQL_CLEAR_MARKS[] = "DELETE FROM board_marks";

/* ?1 span, ?2 and ?3 its hours. */
static const char SQL_RECOUNT_SPAN[] =
	SQL_WALKS
	SQL_INTO_SUMS " SELECT model, ?1, address," SQL_SUMMED
	" FROM activity WHERE hour > ?2 AND hour <= ?3"
	" GROUP BY model, address";
static const char SQL_RECOUNT_ALL_MODELS[] =
	SQL_WALKS
	SQL_INTO_SUMS " SELECT 0, span, address," SQL_SUMMED
	" FROM board_sums GROUP BY span, address";
static const char SQL_RECOUNT_NOTHING[] =
	SQL_WALKS
	"DELETE FROM board_sums WHERE karma = 0 AND contributions = 0"
	" AND agreed = 0 AND deposited_wei = zeroblob(32)"
	" AND refunded_wei = zeroblob(32) AND earned_wei = zeroblob(32)";
static const char SQL_RECOUNT_WHOLES[] =
	SQL_WALKS
	SQL_INTO_SUMS " SELECT model, span, zeroblob(20)," SQL_SUMMED
	" FROM board_sums GROUP BY model, span";
static const char SQL_RECOUNT_WHOLE_ALL[] =
	SQL_WALKS
	SQL_INTO_SUMS " SELECT model, 0, zeroblob(20)," SQL_SUMMED
	" FROM contributors GROUP BY model";

#define SQL_MEASURE(s) \
	"CASE b.column1 WHEN 0 THEN " s ".karma" \
	" WHEN 1 THEN " s ".contributions WHEN 2 THEN " s ".earned_wei" \
	" ELSE " s ".deposited_wei END"
#define SQL_BYS " CROSS JOIN (VALUES (0), (1), (2), (3)) AS b"
static const char SQL_RECOUNT_PLACES[] =
	SQL_WALKS
	"INSERT INTO board_places (board, place, address)"
	" SELECT s.model * 32 + s.span * 4 + b.column1,"
	" decaid_place(" SQL_MEASURE("s") ", c.first_block, c.first_log),"
	" s.address FROM board_sums AS s JOIN contributors AS c"
	" ON c.model = s.model AND c.address = s.address" SQL_BYS
	" ORDER BY 1, 2";
static const char SQL_RECOUNT_PLACES_ALL[] =
	SQL_WALKS
	"INSERT INTO board_places (board, place, address)"
	" SELECT c.model * 32 + b.column1,"
	" decaid_place(" SQL_MEASURE("c") ", c.first_block, c.first_log),"
	" c.address FROM contributors AS c" SQL_BYS " ORDER BY 1, 2";
/* ?1 places a mark; the first mark of a board begins before all places. */
static const char SQL_RECOUNT_MARKS[] =
	SQL_WALKS
	"INSERT INTO board_marks (board, low, n)"
	" SELECT board, CASE run WHEN 0 THEN x'' ELSE min(place) END, count(*)"
	" FROM (SELECT board, place,"
	" (row_number() OVER (PARTITION BY board ORDER BY place) - 1) / ?1"
	" AS run FROM board_places) GROUP BY board, run";

/* --- what SQLite lacks -------------------------------------------------- */

static void
sql_place_function(sqlite3_context *x, int n, sqlite3_value **v)
{
	struct sql_place place;
	uint64_t block = (uint64_t)sqlite3_value_int64(v[1]);
	uint64_t log = (uint64_t)sqlite3_value_int64(v[2]);

	(void)n;
	if (sqlite3_value_type(v[0]) == SQLITE_INTEGER)
		sql_place_i64(&place, sqlite3_value_int64(v[0]), block, log);
	else if (sqlite3_value_bytes(v[0]) == 32)
		sql_place_wei(&place, (struct wei){
			u256_from_be(sqlite3_value_blob(v[0])) }, block, log);
	else
		place.n = 0;
	sqlite3_result_blob(x, place.bytes, (int)place.n, SQLITE_TRANSIENT);
}

/* overflow  stays set once a sum passes 2^256 */
struct sql_wei_sum {
	struct u256 sum;
	bool overflow;
};

static void
sql_wei_sum_step(sqlite3_context *x, int n, sqlite3_value **v)
{
	struct sql_wei_sum *s = sqlite3_aggregate_context(x, sizeof(*s));

	(void)n;
	DC_CHECK(s != NULL);
	if (sqlite3_value_bytes(v[0]) != 32 ||
	    !u256_add(&s->sum, s->sum, u256_from_be(sqlite3_value_blob(v[0]))))
		s->overflow = true;
}

static void
sql_wei_sum_final(sqlite3_context *x)
{
	struct sql_wei_sum *s = sqlite3_aggregate_context(x, sizeof(*s));
	uint8_t be[32];

	DC_CHECK(s != NULL);
	if (s->overflow) {
		sqlite3_result_error(x, "a contributor's sum leaves its range",
				     -1);
		return;
	}
	u256_to_be(s->sum, be);
	sqlite3_result_blob(x, be, sizeof(be), SQLITE_TRANSIENT);
}

int
sql_board_functions(struct sql_db *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC |
			  SQLITE_INNOCUOUS;
	int rc = sqlite3_create_function(db->h, "decaid_place", 3, flags,
					 NULL, sql_place_function, NULL, NULL);

	return rc != SQLITE_OK ? rc :
	       sqlite3_create_function(db->h, "decaid_wei_sum", 1, flags,
				       NULL, NULL, sql_wei_sum_step,
				       sql_wei_sum_final);
}

/* --- counting ----------------------------------------------------------- */

static enum dc_status
sql_recount_run(struct sql_db *db, const char *text, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, text);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_recount_span(struct sql_db *db, int span, int64_t clock,
		 struct dc_err *err)
{
	const struct sql_hours held = sql_span_hours(span, clock);
	struct sql_query q;

	sql_query_open(&q, db, SQL_RECOUNT_SPAN);
	sql_bind_i64(&q, span);
	sql_bind_i64(&q, held.after);
	sql_bind_i64(&q, held.last);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_recount_marks(struct sql_db *db, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_RECOUNT_MARKS);
	sql_bind_i64(&q, SQL_MARK_MAX / 2);
	return sql_query_run(&q, err);
}

/* Texts that follow each other; none of them takes a parameter. */
static enum dc_status
sql_recount_all(struct sql_db *db, const char *const *texts, size_t n,
		struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t i;

	for (i = 0; i < n && found == DC_OK; i++)
		found = sql_recount_run(db, texts[i], err);
	return found;
}

static enum dc_status
sql_boards_clear(struct sql_db *db, struct dc_err *err)
{
	static const char *const clear[] = {
		SQL_CLEAR_SUMS, SQL_CLEAR_PLACES, SQL_CLEAR_MARKS
	};

	sql_must_write(db);
	return sql_recount_all(db, clear, DC_ARRAY_LEN(clear), err);
}

enum dc_status
sql_boards_suspend(struct sql_db *db, struct dc_err *err)
{
	enum dc_status found = sql_boards_clear(db, err);

	return found == DC_OK ? sql_board_clock_put(db, SQL_CLOCK_STOPPED,
						    err) : found;
}

enum dc_status
sql_boards_recount(struct sql_db *db, uint64_t time_s, struct dc_err *err)
{
	static const char *const fill[] = {
		SQL_RECOUNT_ALL_MODELS, SQL_RECOUNT_NOTHING,
		SQL_RECOUNT_PLACES, SQL_RECOUNT_PLACES_ALL,
		SQL_RECOUNT_WHOLES, SQL_RECOUNT_WHOLE_ALL
	};
	const int64_t clock = sql_step_of(time_s);
	enum dc_status found = sql_boards_clear(db, err);
	int span;

	for (span = 1; span < SQL_SPANS && found == DC_OK; span++)
		found = sql_recount_span(db, span, clock, err);
	if (found == DC_OK)
		found = sql_recount_all(db, fill, DC_ARRAY_LEN(fill), err);
	if (found == DC_OK)
		found = sql_recount_marks(db, err);
	return found == DC_OK ? sql_board_clock_put(db, clock, err) : found;
}
