/*
 * board_keep.c: leaderboards as they change.
 *
 * Invariants, while the clock runs:
 *  1. board_sums has, for each span and each contributor who did anything in
 *     its hours, what activity sums up to; and for the zero address, which
 *     sends nothing, the sums of all. Rows of nothing but 0 are not there.
 *  2. Each such contributor has one place a measure, that of its sums; span 0
 *     has one for each row of contributors.
 *  3. Marks count places (sql/places.h).
 *
 * So the tables are a function of contributors, activity and the clock, and
 * counting anew (board_recount.c) makes the same rows, marks apart.
 */

#include "config.h"

#include <string.h>

#include "sql/board_keep.h"
#include "sql/plan.h"

/* An end of a span: so many hours ago, moved so many steps after an hour
 * began. hours 0: it does not move. */
struct sql_end {
	int64_t hours, late;
};

static const struct {
	struct sql_end from, to;
} sql_spans[SQL_SPANS] = {
	[SQL_WINDOW_ALL] = { { 0, 0 }, { 0, 0 } },
	[SQL_WINDOW_DAY] = { { 24, 0 }, { 0, 0 } },
	[SQL_WINDOW_WEEK] = { { 168, 2 }, { 0, 0 } },
	[SQL_WINDOW_MONTH] = { { 720, 4 }, { 0, 0 } },
	[SQL_SPAN_EARLIER + SQL_WINDOW_ALL] = { { 0, 0 }, { 24, 1 } },
	[SQL_SPAN_EARLIER + SQL_WINDOW_DAY] = { { 48, 3 }, { 24, 5 } },
	[SQL_SPAN_EARLIER + SQL_WINDOW_WEEK] = { { 336, 6 }, { 168, 7 } },
	[SQL_SPAN_EARLIER + SQL_WINDOW_MONTH] = { { 1440, 8 }, { 720, 9 } },
};

static const struct addr20 sql_everybody;

/* --- the clock ---------------------------------------------------------- */

static const char SQL_CLOCK_GET[] = "SELECT step FROM board_clock";
static const char SQL_CLOCK_PUT[] = "UPDATE board_clock SET step = ?1";

enum dc_status
sql_board_clock(struct sql_db *db, int64_t *step, struct dc_err *err)
{
	struct sql_query q;

	*step = SQL_CLOCK_STOPPED;
	sql_query_open(&q, db, SQL_CLOCK_GET);
	while (sql_query_row(&q))
		*step = sql_col_i64(&q);
	return sql_query_close(&q, err);
}

enum dc_status
sql_board_clock_put(struct sql_db *db, int64_t step, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_CLOCK_PUT);
	sql_bind_i64(&q, step);
	return sql_query_run(&q, err);
}

/* The last hour that an end has come past, in [-1441, ...]. */
static int64_t
sql_end_hour(const struct sql_end *e, int64_t step)
{
	int64_t steps = step - e->late;

	/* rounded down below 0 too */
	return (steps < 0 ? -1 : steps / SQL_STEPS_AN_HOUR) - e->hours;
}

struct sql_hours
sql_span_hours(int span, int64_t step)
{
	const struct sql_end *from = &sql_spans[span].from;
	const struct sql_end *to = &sql_spans[span].to;

	return (struct sql_hours){
		from->hours == 0 ? -1 : sql_end_hour(from, step),
		to->hours == 0 ? SQL_HOURS_ALL : sql_end_hour(to, step)
	};
}

enum dc_status
sql_boards_kept(struct sql_db *db, bool *out, struct dc_err *err)
{
	int64_t step;
	enum dc_status found = sql_board_clock(db, &step, err);

	*out = step != SQL_CLOCK_STOPPED;
	return found;
}

/* --- one contributor in one span ---------------------------------------- */

void
sql_board_place(struct sql_place *out, const struct sql_sums *s,
		const struct sql_contributor *c, int by)
{
	switch ((enum sql_board_by)by) {
	case SQL_BY_KARMA:
		sql_place_i64(out, s->karma, c->first_block, c->first_log);
		break;
	case SQL_BY_CONTRIBUTIONS:
		sql_place_i64(out, s->contributions, c->first_block,
			      c->first_log);
		break;
	case SQL_BY_EARNED:
		sql_place_wei(out, s->earned_wei, c->first_block,
			      c->first_log);
		break;
	case SQL_BY_DEPOSITED:
		sql_place_wei(out, s->deposited_wei, c->first_block,
			      c->first_log);
		break;
	}
}

enum dc_status
sql_board_move(struct sql_db *db, const struct sql_contributor *c, int span,
	       const struct sql_sums *before, const struct sql_sums *after,
	       struct dc_err *err)
{
	enum dc_status found = DC_OK;
	int by;

	for (by = 0; by < SQL_BOARD_BYS && found == DC_OK; by++) {
		const int64_t board = sql_board_number(c->model, span, by);
		struct sql_place from, to;

		if (before != NULL)
			sql_board_place(&from, before, c, by);
		if (after != NULL)
			sql_board_place(&to, after, c, by);
		if (before != NULL && after != NULL &&
		    sql_place_equal(&from, &to))
			continue;
		if (before != NULL && after != NULL)
			found = sql_place_move(db, board, &from, &to,
					       &c->address, err);
		else if (before != NULL)
			found = sql_place_delete(db, board, &from, err);
		else if (after != NULL)
			found = sql_place_insert(db, board, &to, &c->address,
						 err);
	}
	return found;
}

static const char SQL_SUMS_GET[] =
	"SELECT " SQL_SUMS_COLUMNS " FROM board_sums"
	" WHERE model = ?1 AND span = ?2 AND address = ?3";
static const char SQL_SUMS_PUT[] =
	"INSERT INTO board_sums (model, span, address, " SQL_SUMS_COLUMNS ")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT (model, span, address) DO UPDATE SET karma = ?4,"
	" contributions = ?5, agreed = ?6, deposited_wei = ?7,"
	" refunded_wei = ?8, earned_wei = ?9";
static const char SQL_SUMS_DELETE[] =
	"DELETE FROM board_sums"
	" WHERE model = ?1 AND span = ?2 AND address = ?3";

static void
sql_bind_span(struct sql_query *q, int64_t model, int span,
	      const struct addr20 *address)
{
	sql_bind_i64(q, model);
	sql_bind_i64(q, span);
	sql_bind_addr(q, address);
}

enum dc_status
sql_board_sums(struct sql_db *db, struct sql_sums *s, bool *found,
	       int64_t model, int span, const struct addr20 *address,
	       struct dc_err *err)
{
	struct sql_query q;

	memset(s, 0, sizeof(*s));
	*found = false;
	sql_query_open(&q, db, SQL_SUMS_GET);
	sql_bind_span(&q, model, span, address);
	while (sql_query_row(&q)) {
		sql_col_sums(&q, s);
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_sums_put(struct sql_db *db, const struct sql_sums *s, int64_t model,
	     int span, const struct addr20 *address, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, sql_sums_are_zero(s) ? SQL_SUMS_DELETE
						    : SQL_SUMS_PUT);
	sql_bind_span(&q, model, span, address);
	if (!sql_sums_are_zero(s))
		sql_bind_sums(&q, s);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_sums_change(struct sql_sums *s, enum sql_change change,
		const struct sql_sums *d, struct dc_err *err)
{
	return change == SQL_ADD ? sql_sums_add(s, d, err)
				 : sql_sums_take(s, d, err);
}

enum dc_status
sql_whole_change(struct sql_db *db, int64_t model, int span,
		 enum sql_change change, const struct sql_sums *d,
		 struct dc_err *err)
{
	struct sql_sums s;
	bool there;
	enum dc_status found = sql_board_sums(db, &s, &there, model, span,
					      &sql_everybody, err);

	if (found == DC_OK)
		found = sql_sums_change(&s, change, d, err);
	return found == DC_OK ? sql_sums_put(db, &s, model, span,
					     &sql_everybody, err) : found;
}

/* Sums and places of a span that is not 0. */
static enum dc_status
sql_span_change(struct sql_db *db, const struct sql_contributor *c, int span,
		enum sql_change change, const struct sql_sums *d,
		struct dc_err *err)
{
	struct sql_sums before, after;
	bool there;
	enum dc_status found = sql_board_sums(db, &before, &there, c->model,
					      span, &c->address, err);

	after = before;
	if (found == DC_OK)
		found = sql_sums_change(&after, change, d, err);
	if (found == DC_OK)
		found = sql_sums_put(db, &after, c->model, span, &c->address,
				     err);
	if (found == DC_OK)
		found = sql_board_move(db, c, span, there ? &before : NULL,
				       sql_sums_are_zero(&after) ? NULL
								 : &after,
				       err);
	return found;
}

bool
sql_span_holds(int span, int64_t step, int64_t hour)
{
	const struct sql_hours held = sql_span_hours(span, step);

	return hour > held.after && hour <= held.last;
}

enum dc_status
sql_boards_add(struct sql_db *db, int64_t clock,
	       const struct sql_contributor *before,
	       const struct sql_contributor *after,
	       const struct sql_contributor_delta *d, struct dc_err *err)
{
	const struct sql_sums delta = sql_sums_of_delta(d);
	const struct sql_sums now = sql_sums_of(after);
	const int64_t hour = (int64_t)(d->time_s / SQL_HOUR_S);
	struct sql_sums was;
	int span;
	enum dc_status found;

	if (clock == SQL_CLOCK_STOPPED)
		return DC_OK;
	if (before != NULL)
		was = sql_sums_of(before);
	found = sql_board_move(db, after, SQL_WINDOW_ALL,
			       before != NULL ? &was : NULL, &now, err);
	for (span = 1; span < SQL_SPANS && found == DC_OK; span++)
		if (sql_span_holds(span, clock, hour))
			found = sql_span_change(db, after, span, SQL_ADD,
						&delta, err);
	return found;
}

enum dc_status
sql_boards_add_whole(struct sql_db *db, int64_t clock, int64_t model,
		     int64_t hour, const struct sql_sums *d,
		     struct dc_err *err)
{
	enum dc_status found;
	int span;

	if (clock == SQL_CLOCK_STOPPED)
		return DC_OK;
	found = sql_whole_change(db, model, SQL_WINDOW_ALL, SQL_ADD, d, err);
	for (span = 1; span < SQL_SPANS && found == DC_OK; span++)
		if (sql_span_holds(span, clock, hour))
			found = sql_whole_change(db, model, span, SQL_ADD, d,
						 err);
	return found;
}

/* --- time passes -------------------------------------------------------- */

/* One model's activity in an hour; the same for all models. */
static const char SQL_HOUR_ROWS[] =
	SQL_WALKS
	"SELECT a.model, a.address, a.karma, a.contributions, a.agreed,"
	" a.deposited_wei, a.refunded_wei, a.earned_wei"
	" FROM models AS m CROSS JOIN activity AS a"
	" ON a.model = m.model AND a.hour = ?1";

static enum dc_status
sql_row_change(struct sql_db *db, int64_t model, const struct addr20 *address,
	       int span, enum sql_change change, const struct sql_sums *d,
	       struct dc_err *err)
{
	struct sql_contributor c;
	bool there;
	enum dc_status found = sql_contributor_get(db, &c, &there, model,
						   address, err);

	if (found == DC_OK && !there)
		found = dc_fail(err, DC_EIO, "activity of nobody");
	return found == DC_OK ? sql_span_change(db, &c, span, change, d, err)
			      : found;
}

/* What a model, or all, gain or lose in a span; nothing is no change. */
static enum dc_status
sql_hour_whole(struct sql_db *db, int64_t model, int span,
	       enum sql_change change, const struct sql_sums *d,
	       struct dc_err *err)
{
	return sql_sums_are_zero(d) ? DC_OK :
	       sql_whole_change(db, model, span, change, d, err);
}

/* One contributor's deeds of an hour, in its model and over all. */
static enum dc_status
sql_hour_row(struct sql_db *db, int64_t model, const struct addr20 *address,
	     int span, enum sql_change change, const struct sql_sums *d,
	     struct dc_err *err)
{
	enum dc_status found = sql_row_change(db, model, address, span, change,
					      d, err);

	return found == DC_OK ? sql_row_change(db, SQL_ALL_MODELS, address,
					       span, change, d, err) : found;
}

/* Rows come model by model. */
static enum dc_status
sql_hour_change(struct sql_db *db, int64_t hour, int span,
		enum sql_change change, struct dc_err *err)
{
	struct sql_sums all = { 0 }, part = { 0 }, d;
	int64_t model = SQL_ALL_MODELS, next;
	struct sql_query q;
	enum dc_status found = DC_OK, closed;

	sql_query_open(&q, db, SQL_HOUR_ROWS);
	sql_bind_i64(&q, hour);
	while (found == DC_OK && sql_query_row(&q)) {
		struct addr20 address;

		next = sql_col_i64(&q);
		sql_col_addr(&q, &address);
		sql_col_sums(&q, &d);
		if (next != model) {
			found = sql_hour_whole(db, model, span, change, &part,
					       err);
			memset(&part, 0, sizeof(part));
			model = next;
		}
		if (found == DC_OK)
			found = sql_hour_row(db, model, &address, span,
					     change, &d, err);
		if (found == DC_OK)
			found = sql_sums_add(&part, &d, err);
		if (found == DC_OK)
			found = sql_sums_add(&all, &d, err);
	}
	closed = sql_query_close(&q, err);
	if (found == DC_OK)
		found = closed;
	if (found == DC_OK)
		found = sql_hour_whole(db, model, span, change, &part, err);
	return found == DC_OK ? sql_hour_whole(db, SQL_ALL_MODELS, span,
					       change, &all, err) : found;
}

/* A span gains or loses the hours (after, last]; none where last is not
 * after after. */
static enum dc_status
sql_hours_change(struct sql_db *db, int64_t after, int64_t last, int span,
		 enum sql_change change, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	int64_t hour;

	for (hour = after + 1; hour <= last && found == DC_OK; hour++)
		found = sql_hour_change(db, hour, span, change, err);
	return found;
}

/* What it gains comes first, so that no sum falls below 0. */
static enum dc_status
sql_span_move(struct sql_db *db, int span, int64_t from, int64_t to,
	      struct dc_err *err)
{
	const struct sql_hours a = sql_span_hours(span, from);
	const struct sql_hours b = sql_span_hours(span, to);
	enum dc_status found = sql_hours_change(db, a.last, b.last, span,
						SQL_ADD, err);

	if (found == DC_OK)
		found = sql_hours_change(db, b.after, a.after, span, SQL_ADD,
					 err);
	if (found == DC_OK)
		found = sql_hours_change(db, a.after, b.after, span, SQL_TAKE,
					 err);
	return found == DC_OK ? sql_hours_change(db, b.last, a.last, span,
						 SQL_TAKE, err) : found;
}

enum dc_status
sql_boards_move(struct sql_db *db, int64_t from, int64_t to,
		struct dc_err *err)
{
	enum dc_status found = DC_OK;
	int span;

	if (from == to)
		return DC_OK;
	for (span = 1; span < SQL_SPANS && found == DC_OK; span++)
		found = sql_span_move(db, span, from, to, err);
	return found == DC_OK ? sql_board_clock_put(db, to, err) : found;
}

enum dc_status
sql_boards_turn(struct sql_db *db, uint64_t time_s, struct dc_err *err)
{
	const int64_t to = sql_step_of(time_s);
	int64_t clock;
	enum dc_status found = sql_board_clock(db, &clock, err);

	sql_must_write(db);
	if (found != DC_OK || clock == SQL_CLOCK_STOPPED || to <= clock)
		return found;
	return to - clock > SQL_MOVE_STEPS_MAX ?
	       sql_boards_recount(db, time_s, err) :
	       sql_boards_move(db, clock, to, err);
}
