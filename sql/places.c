/* places.c: tables board_places and board_marks. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sql/places.h"

/* --- keys --------------------------------------------------------------- */

static void
sql_put_be(uint8_t *out, uint64_t v, unsigned bytes)
{
	unsigned i;

	for (i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

static void
sql_put_first(struct sql_place *p, size_t at, uint64_t block, uint64_t log)
{
	sql_put_be(p->bytes + at, block, 8);
	sql_put_be(p->bytes + at + 8, log, 4);
	p->n = at + 12;
}

/* INT64_MAX - v rises as v falls, below 0 too, modulo 2^64. */
void
sql_place_i64(struct sql_place *out, int64_t measure, uint64_t block,
	      uint64_t log)
{
	sql_put_be(out->bytes, (uint64_t)INT64_MAX - (uint64_t)measure, 8);
	sql_put_first(out, 8, block, log);
}

void
sql_place_wei(struct sql_place *out, struct wei measure, uint64_t block,
	      uint64_t log)
{
	u256_to_be(u256_not(measure.v), out->bytes);
	sql_put_first(out, 32, block, log);
}

int
sql_place_compare(const struct sql_place *a, const struct sql_place *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int found = n == 0 ? 0 : memcmp(a->bytes, b->bytes, n);

	return found != 0 ? found : (a->n > b->n) - (a->n < b->n);
}

bool
sql_place_equal(const struct sql_place *a, const struct sql_place *b)
{
	return sql_place_compare(a, b) == 0;
}

/* An empty blob, not NULL. */
static void
sql_bind_place(struct sql_query *q, const struct sql_place *p)
{
	sql_bind_blob(q, p->bytes, p->n);
}

static void
sql_col_place(struct sql_query *q, struct sql_place *out)
{
	const void *bytes = sqlite3_column_blob(q->stmt, q->col);
	int n = sqlite3_column_bytes(q->stmt, q->col++);

	if (n < 0 || n > SQL_PLACE_BYTES_MAX) {
		q->damaged = true;
		n = 0;
	}
	out->n = (size_t)n;
	if (n > 0)
		memcpy(out->bytes, bytes, (size_t)n);
}

/* --- marks -------------------------------------------------------------- */

static const char SQL_MARK_OF[] =
	"SELECT low, n FROM board_marks WHERE board = ?1 AND low <= ?2"
	" ORDER BY low DESC LIMIT 1";
static const char SQL_MARK_COUNT[] =
	"UPDATE board_marks SET n = ?3 WHERE board = ?1 AND low = ?2";
static const char SQL_MARK_PUT[] =
	"INSERT INTO board_marks (board, low, n) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (board, low) DO UPDATE SET n = ?3";
static const char SQL_MARK_DELETE[] =
	"DELETE FROM board_marks WHERE board = ?1 AND low = ?2";
static const char SQL_MARK_MIDDLE[] =
	"SELECT place FROM board_places WHERE board = ?1 AND place >= ?2"
	" ORDER BY place LIMIT 1 OFFSET ?3";

/* The mark that counts a place, and what it counts; the first one, and 0,
 * where the board has none yet. */
static enum dc_status
sql_mark_of(struct sql_db *db, int64_t board, const struct sql_place *place,
	    struct sql_place *low, uint64_t *n, struct dc_err *err)
{
	struct sql_query q;

	low->n = 0;
	*n = 0;
	sql_query_open(&q, db, SQL_MARK_OF);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, place);
	while (sql_query_row(&q)) {
		sql_col_place(&q, low);
		*n = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}

static enum dc_status
sql_mark_count(struct sql_db *db, int64_t board, const struct sql_place *low,
	       uint64_t n, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MARK_COUNT);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, low);
	sql_bind_u64(&q, n);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_mark_put(struct sql_db *db, int64_t board, const struct sql_place *low,
	     uint64_t n, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MARK_PUT);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, low);
	sql_bind_u64(&q, n);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_mark_delete(struct sql_db *db, int64_t board,
		const struct sql_place *low, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MARK_DELETE);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, low);
	return sql_query_run(&q, err);
}

/* Half of a full mark's places get one of their own. */
static enum dc_status
sql_mark_split(struct sql_db *db, int64_t board, const struct sql_place *low,
	       uint64_t n, struct dc_err *err)
{
	struct sql_place middle = { .n = 0 };
	struct sql_query q;
	enum dc_status found;

	sql_query_open(&q, db, SQL_MARK_MIDDLE);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, low);
	sql_bind_u64(&q, n / 2);
	while (sql_query_row(&q))
		sql_col_place(&q, &middle);
	found = sql_query_close(&q, err);
	if (found == DC_OK && middle.n == 0)
		found = dc_fail(err, DC_EIO, "board marks count too many");
	if (found == DC_OK)
		found = sql_mark_put(db, board, &middle, n - n / 2, err);
	return found == DC_OK ? sql_mark_put(db, board, low, n / 2, err)
			      : found;
}

/* One place more in the mark that counts it.
 * low  the mark   n  what it counted */
static enum dc_status
sql_mark_more(struct sql_db *db, int64_t board, const struct sql_place *low,
	      uint64_t n, struct dc_err *err)
{
	enum dc_status found;

	if (n == 0)	/* the first mark may be there or not */
		return sql_mark_put(db, board, low, 1, err);
	found = sql_mark_count(db, board, low, n + 1, err);
	return found == DC_OK && n + 1 > SQL_MARK_MAX ?
	       sql_mark_split(db, board, low, n + 1, err) : found;
}

/* One less; the first mark stays, so that each place has one. */
static enum dc_status
sql_mark_less(struct sql_db *db, int64_t board, const struct sql_place *low,
	      uint64_t n, struct dc_err *err)
{
	return n == 1 && low->n > 0 ? sql_mark_delete(db, board, low, err) :
	       sql_mark_count(db, board, low, n - 1, err);
}

/* --- places ------------------------------------------------------------- */

static const char SQL_PLACE_INSERT[] =
	"INSERT INTO board_places (board, place, address) VALUES (?1, ?2, ?3)";
static const char SQL_PLACE_DELETE[] =
	"DELETE FROM board_places WHERE board = ?1 AND place = ?2";

static enum dc_status
sql_place_put(struct sql_db *db, int64_t board, const struct sql_place *place,
	      const struct addr20 *who, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_PLACE_INSERT);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, place);
	sql_bind_addr(&q, who);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_place_take(struct sql_db *db, int64_t board, const struct sql_place *place,
	       struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_query_open(&q, db, SQL_PLACE_DELETE);
	sql_bind_i64(&q, board);
	sql_bind_place(&q, place);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) != 1)
		found = dc_fail(err, DC_EIO, "nobody stands in that place");
	return found;
}

enum dc_status
sql_place_insert(struct sql_db *db, int64_t board,
		 const struct sql_place *place, const struct addr20 *who,
		 struct dc_err *err)
{
	struct sql_place low;
	uint64_t n;
	enum dc_status found = sql_place_put(db, board, place, who, err);

	if (found == DC_OK)
		found = sql_mark_of(db, board, place, &low, &n, err);
	return found == DC_OK ? sql_mark_more(db, board, &low, n, err)
			      : found;
}

enum dc_status
sql_place_delete(struct sql_db *db, int64_t board,
		 const struct sql_place *place, struct dc_err *err)
{
	struct sql_place low;
	uint64_t n;
	enum dc_status found = sql_place_take(db, board, place, err);

	if (found == DC_OK)
		found = sql_mark_of(db, board, place, &low, &n, err);
	return found == DC_OK ? sql_mark_less(db, board, &low, n, err)
			      : found;
}

/* Who moves a little stays under the same mark, which counts as before. */
enum dc_status
sql_place_move(struct sql_db *db, int64_t board, const struct sql_place *from,
	       const struct sql_place *to, const struct addr20 *who,
	       struct dc_err *err)
{
	struct sql_place left, reached;
	uint64_t n_left, n_reached;
	enum dc_status found = sql_place_take(db, board, from, err);

	if (found == DC_OK)
		found = sql_place_put(db, board, to, who, err);
	if (found == DC_OK)
		found = sql_mark_of(db, board, from, &left, &n_left, err);
	if (found == DC_OK)
		found = sql_mark_of(db, board, to, &reached, &n_reached, err);
	if (found != DC_OK || sql_place_equal(&left, &reached))
		return found;
	found = sql_mark_less(db, board, &left, n_left, err);
	return found == DC_OK ? sql_mark_more(db, board, &reached, n_reached,
					      err) : found;
}

/* --- ranks -------------------------------------------------------------- */

static const char SQL_MARKS_ALL[] =
	"SELECT low, n FROM board_marks WHERE board = ?1 ORDER BY low";
static const char SQL_PLACES_BETWEEN[] =
	"SELECT count(*) FROM board_places"
	" WHERE board = ?1 AND place >= ?2 AND place < ?3";

enum dc_status
sql_marks_read(struct sql_db *db, struct sql_marks *out, int64_t board,
	       struct dc_err *err)
{
	struct sql_query q;
	uint64_t before = 0;

	memset(out, 0, sizeof(*out));
	out->board = board;
	sql_query_open(&q, db, SQL_MARKS_ALL);
	sql_bind_i64(&q, board);
	while (sql_query_row(&q)) {
		if (out->n == out->room) {
			out->room = out->room * 2 + 64;
			out->list = dc_realloc_array(out->list, out->room,
						     sizeof(*out->list));
		}
		sql_col_place(&q, &out->list[out->n].low);
		out->list[out->n++].before = before;
		before += sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}

void
sql_marks_clear(struct sql_marks *m)
{
	free(m->list);
	memset(m, 0, sizeof(*m));
}

/* The last mark that is not above a place; there is one when any is. */
static const struct sql_mark *
sql_marks_find(const struct sql_marks *m, const struct sql_place *place)
{
	size_t low = 0, high = m->n, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (sql_place_compare(&m->list[middle].low, place) <= 0)
			low = middle;
		else
			high = middle;
	}
	return &m->list[low];
}

enum dc_status
sql_marks_before(struct sql_db *db, uint64_t *out, const struct sql_marks *m,
		 const struct sql_place *place, struct dc_err *err)
{
	const struct sql_mark *mark;
	struct sql_query q;

	*out = 0;
	if (m->n == 0)
		return DC_OK;
	mark = sql_marks_find(m, place);
	sql_query_open(&q, db, SQL_PLACES_BETWEEN);
	sql_bind_i64(&q, m->board);
	sql_bind_place(&q, &mark->low);
	sql_bind_place(&q, place);
	while (sql_query_row(&q))
		*out = mark->before + sql_col_u64(&q);
	return sql_query_close(&q, err);
}
