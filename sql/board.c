/*
 * board.c: pages of leaderboards.
 *
 * A page is read along its places. The rank of its first entry and every
 * former rank come from marks: the board's own, and those of the board that
 * stood one window earlier, in which an entry's place is made from the sums
 * that it had then. Baselines have marks like anybody, and are taken off.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "sql/board_apart.h"
#include "sql/contributors_row.h"
#include "sql/key.h"

static int64_t
sql_board_of(const struct sql_board *b, int earlier)
{
	return sql_board_number(b->model, (int)b->window + earlier,
				(int)b->by);
}

static enum dc_status
sql_board_check(struct sql_db *db, struct dc_err *err)
{
	bool kept;
	enum dc_status found = sql_boards_kept(db, &kept, err);

	if (found == DC_OK && !kept)
		found = dc_fail(err, DC_EBUSY,
				"the leaderboards are being counted");
	return found;
}

/* --- one entry ---------------------------------------------------------- */

static uint64_t
sql_at_least_0(int64_t v)
{
	return v < 0 ? 0 : (uint64_t)v;
}

static void
sql_entry_sums(struct sql_contributor *c, const struct sql_sums *s)
{
	c->karma = sql_at_least_0(s->karma);
	c->contributions = sql_at_least_0(s->contributions);
	c->agreed = sql_at_least_0(s->agreed);
	c->deposited_wei = s->deposited_wei;
	c->refunded_wei = s->refunded_wei;
	c->earned_wei = s->earned_wei;
}

/* Who somebody is and what the window sums up to.
 * s      the sums, for places
 * there  false: did nothing in the window */
static enum dc_status
sql_entry_read(struct sql_db *db, struct sql_board_entry *e,
	       struct sql_sums *s, bool *there, const struct sql_board *b,
	       const struct addr20 *who, struct dc_err *err)
{
	enum dc_status found;

	memset(e, 0, sizeof(*e));
	found = sql_contributor_get(db, &e->who, there, b->model, who, err);
	if (found != DC_OK || !*there)
		return found;
	*s = sql_sums_of(&e->who);
	if (b->window == SQL_WINDOW_ALL)
		return DC_OK;
	found = sql_board_sums(db, s, there, b->model, (int)b->window, who,
			       err);
	sql_entry_sums(&e->who, s);
	return found;
}

/* --- ranks -------------------------------------------------------------- */

/* A board's marks, and who does not count. */
struct sql_ranks {
	struct sql_marks marks;
	struct sql_apart apart;
};

/* Clear it in any case. */
static enum dc_status
sql_ranks_read(struct sql_db *db, struct sql_ranks *out,
	       const struct sql_board *b, int earlier, struct dc_err *err)
{
	enum dc_status found = sql_marks_read(db, &out->marks,
					      sql_board_of(b, earlier), err);

	return found == DC_OK ? sql_apart_read(db, &out->apart, b, earlier,
					       err) : found;
}

/* The rank of a place, which need not be taken. */
static enum dc_status
sql_ranks_of(struct sql_db *db, uint64_t *out, const struct sql_ranks *ranks,
	     const struct sql_place *place, struct dc_err *err)
{
	enum dc_status found = sql_marks_before(db, out, &ranks->marks, place,
						err);

	if (found == DC_OK)
		*out += 1 - sql_apart_before(&ranks->apart, place);
	return found;
}

/* Where it stood one window earlier. */
static enum dc_status
sql_entry_former(struct sql_db *db, struct sql_board_entry *e,
		 const struct sql_board *b, const struct sql_ranks *earlier,
		 struct dc_err *err)
{
	struct sql_place place;
	struct sql_sums s;
	bool there;
	enum dc_status found;

	found = sql_board_sums(db, &s, &there, b->model,
			       (int)b->window + SQL_SPAN_EARLIER,
			       &e->who.address, err);
	if (found != DC_OK || !there)
		return found;
	sql_board_place(&place, &s, &e->who, (int)b->by);
	return sql_ranks_of(db, &e->previous_rank, earlier, &place, err);
}

static enum dc_status
sql_board_former(struct sql_db *db, struct sql_board_entry *list, uint32_t n,
		 const struct sql_board *b, struct dc_err *err)
{
	struct sql_ranks earlier;
	enum dc_status found = sql_ranks_read(db, &earlier, b,
					      SQL_SPAN_EARLIER, err);
	uint32_t i;

	for (i = 0; i < n && found == DC_OK; i++)
		found = sql_entry_former(db, &list[i], b, &earlier, err);
	sql_marks_clear(&earlier.marks);
	return found;
}

/* --- pages -------------------------------------------------------------- */

static const char SQL_BOARD_PAGE[] =
	"SELECT place, address FROM board_places"
	" WHERE board = ?1 AND place > ?2 ORDER BY place LIMIT ?3";

static size_t
sql_place_bytes(enum sql_board_by by)
{
	return by == SQL_BY_KARMA || by == SQL_BY_CONTRIBUTIONS ? 20 : 44;
}

/* A key names its board, and the last place before the page. */
static enum dc_status
sql_board_from(struct sql_place *from, const struct sql_board *b,
	       const struct sql_page *page, struct dc_err *err)
{
	struct sql_key key = { .list = 'b', .n_numbers = 1,
			       .n_bytes = sql_place_bytes(b->by) };
	enum dc_status found = sql_page_check(page, err);

	from->n = 0;
	if (found != DC_OK || page->after == NULL)
		return found;
	found = sql_key_parse(&key, page->after, err);
	if (found == DC_OK && key.v[0] != (uint64_t)sql_board_of(b, 0))
		found = dc_fail(err, DC_EINVAL,
				"after: not a key of this list");
	from->n = key.n_bytes;
	memcpy(from->bytes, key.bytes, key.n_bytes);
	return found;
}

static void
sql_board_next(char *next, const struct sql_board *b,
	       const struct sql_place *last)
{
	struct sql_key key = { .list = 'b', .n_numbers = 1,
			       .n_bytes = last->n };

	key.v[0] = (uint64_t)sql_board_of(b, 0);
	memcpy(key.bytes, last->bytes, last->n);
	sql_key_format(&key, next);
}

/* The page's places and people; their sums come after. */
static enum dc_status
sql_board_walk(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
	       char *next, const struct sql_board *b,
	       const struct sql_page *page, const struct sql_place *from,
	       struct dc_err *err)
{
	struct sql_place place, last = { .n = 0 };
	struct sql_query q;

	place.n = sql_place_bytes(b->by);
	sql_query_open(&q, db, SQL_BOARD_PAGE);
	sql_bind_i64(&q, sql_board_of(b, 0));
	sql_bind_blob(&q, from->bytes, from->n);
	sql_bind_u64(&q, page->limit + b->n_apart + 1);
	while (sql_query_row(&q)) {
		struct addr20 who;

		sql_col_bytes(&q, place.bytes, place.n);
		sql_col_addr(&q, &who);
		if (sql_is_apart(b, &who))
			continue;
		if (*n == page->limit) {
			sql_board_next(next, b, &last);
			break;
		}
		last = place;
		out[(*n)++].who.address = who;
	}
	return sql_query_close(&q, err);
}

static enum dc_status
sql_board_fill(struct sql_db *db, struct sql_board_entry *list, uint32_t n,
	       const struct sql_board *b, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	uint32_t i;

	for (i = 0; i < n && found == DC_OK; i++) {
		const struct addr20 who = list[i].who.address;
		const uint64_t rank = list[i].rank;
		struct sql_sums s;
		bool there;

		found = sql_entry_read(db, &list[i], &s, &there, b, &who,
				       err);
		if (found == DC_OK && !there)
			found = dc_fail(err, DC_EIO, "a place of nobody");
		list[i].rank = rank;
	}
	return found;
}

/* The rank of the first that comes after a place; n 0: of the first. */
static enum dc_status
sql_board_rank(struct sql_db *db, uint64_t *rank, const struct sql_board *b,
	       const struct sql_place *from, struct dc_err *err)
{
	struct sql_place after = *from;
	struct sql_ranks ranks;
	enum dc_status found;

	*rank = 1;
	if (from->n == 0)
		return DC_OK;
	/* the least place above it: it counts itself if it is still taken */
	after.bytes[after.n++] = 0;
	found = sql_ranks_read(db, &ranks, b, 0, err);
	if (found == DC_OK)
		found = sql_ranks_of(db, rank, &ranks, &after, err);
	sql_marks_clear(&ranks.marks);
	return found;
}

enum dc_status
sql_board_page(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
	       char *next, const struct sql_board *board,
	       const struct sql_page *page, struct dc_err *err)
{
	struct sql_place from;
	uint64_t rank = 1;
	uint32_t i;
	enum dc_status found = sql_board_from(&from, board, page, err);

	*n = 0;
	*next = '\0';
	if (found == DC_OK)
		found = sql_board_check(db, err);
	if (found == DC_OK)
		found = sql_board_walk(db, out, n, next, board, page, &from,
				       err);
	if (found == DC_OK)
		found = sql_board_rank(db, &rank, board, &from, err);
	for (i = 0; i < *n; i++)
		out[i].rank = rank++;
	if (found == DC_OK)
		found = sql_board_fill(db, out, *n, board, err);
	if (found == DC_OK)
		found = sql_board_former(db, out, *n, board, err);
	return found;
}

/* --- search ------------------------------------------------------------- */

static const char SQL_BOARD_FIND[] =
	"SELECT address FROM contributors"
	" WHERE model = ?1 AND address >= ?2 AND address <= ?3"
	" ORDER BY address";

/* The lowest and the highest address that begin with a prefix. */
static enum dc_status
sql_prefix_range(struct addr20 *low, struct addr20 *high, const char *prefix,
		 struct dc_err *err)
{
	char text[41];
	size_t n = strlen(prefix);
	enum dc_status found = DC_EINVAL;

	if (n >= 4 && n <= 42 && prefix[0] == '0' && prefix[1] == 'x') {
		n -= 2;
		memset(text, '0', sizeof(text) - 1);
		memcpy(text, prefix + 2, n);
		text[40] = '\0';
		found = hex_decode(low->b, 20, text, NULL);
		memset(text + n, 'f', 40 - n);
		if (found == DC_OK)
			found = hex_decode(high->b, 20, text, NULL);
	}
	return found == DC_OK ? found :
	       dc_fail(err, DC_EINVAL, "q: not 0x and 2 to 40 digits");
}

/* One entry with its rank. */
static enum dc_status
sql_entry_rank(struct sql_db *db, struct sql_board_entry *e, bool *there,
	       const struct sql_board *b, const struct sql_ranks *ranks,
	       const struct addr20 *who, struct dc_err *err)
{
	struct sql_place place;
	struct sql_sums s;
	enum dc_status found = sql_entry_read(db, e, &s, there, b, who, err);

	if (found != DC_OK || !*there)
		return found;
	sql_board_place(&place, &s, &e->who, (int)b->by);
	return sql_ranks_of(db, &e->rank, ranks, &place, err);
}

static enum dc_status
sql_board_match(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
		uint32_t room, const struct sql_board *b,
		const struct sql_ranks *ranks, const struct addr20 range[2],
		struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found = DC_OK, closed;

	sql_query_open(&q, db, SQL_BOARD_FIND);
	sql_bind_i64(&q, b->model);
	sql_bind_addr(&q, &range[0]);
	sql_bind_addr(&q, &range[1]);
	while (found == DC_OK && *n < room && sql_query_row(&q)) {
		struct addr20 who;
		bool there;

		sql_col_addr(&q, &who);
		if (sql_is_apart(b, &who))
			continue;
		found = sql_entry_rank(db, &out[*n], &there, b, ranks, &who,
				       err);
		*n += found == DC_OK && there;
	}
	closed = sql_query_close(&q, err);
	return found != DC_OK ? found : closed;
}

static int
sql_rank_compare(const void *a, const void *b)
{
	const struct sql_board_entry *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

enum dc_status
sql_board_search(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
		 uint32_t room, const struct sql_board *board,
		 const char *prefix, struct dc_err *err)
{
	struct sql_ranks ranks = { 0 };
	struct addr20 range[2];
	enum dc_status found = sql_prefix_range(&range[0], &range[1], prefix,
						err);

	*n = 0;
	if (found == DC_OK)
		found = sql_board_check(db, err);
	if (found == DC_OK)
		found = sql_ranks_read(db, &ranks, board, 0, err);
	if (found == DC_OK)
		found = sql_board_match(db, out, n, room, board, &ranks,
					range, err);
	sql_marks_clear(&ranks.marks);
	if (found != DC_OK)
		return found;
	qsort(out, *n, sizeof(*out), sql_rank_compare);
	return sql_board_former(db, out, *n, board, err);
}

/* --- baselines ---------------------------------------------------------- */

/* Those that stand somewhere, in the order of their places. */
static enum dc_status
sql_apart_list(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
	       const struct sql_board *b, const struct sql_ranks *ranks,
	       struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t i;

	for (i = 0; i < ranks->apart.n && found == DC_OK; i++) {
		bool there;

		found = sql_entry_rank(db, &out[*n], &there, b, ranks,
				       &ranks->apart.of[i].address, err);
		*n += found == DC_OK && there;
	}
	return found;
}

enum dc_status
sql_board_apart(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
		const struct sql_board *board, struct dc_err *err)
{
	struct sql_ranks ranks = { 0 };
	enum dc_status found;

	*n = 0;
	if (board->n_apart == 0)
		return DC_OK;
	found = sql_board_check(db, err);
	if (found == DC_OK)
		found = sql_ranks_read(db, &ranks, board, 0, err);
	if (found == DC_OK)
		found = sql_apart_list(db, out, n, board, &ranks, err);
	sql_marks_clear(&ranks.marks);
	return found == DC_OK ? sql_board_former(db, out, *n, board, err)
			      : found;
}

/* --- everybody ---------------------------------------------------------- */

enum dc_status
sql_board_whole(struct sql_db *db, struct sql_contributor *out,
		const struct sql_board *board, struct dc_err *err)
{
	static const struct addr20 everybody;
	struct sql_sums s;
	bool there;
	enum dc_status found = sql_board_check(db, err);

	memset(out, 0, sizeof(*out));
	out->model = board->model;
	if (found == DC_OK)
		found = sql_board_sums(db, &s, &there, board->model,
				       (int)board->window, &everybody, err);
	if (found == DC_OK)
		sql_entry_sums(out, &s);
	return found;
}
