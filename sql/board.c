/*
 * board.c: leaderboard pages, with who stood where before.
 *
 * A place in the order is (karma falling, first block, first log, address).
 * The former rank of somebody who held karma then is, with `now` and `then`
 * for the places of both times,
 *
 *     1 + #{all: now before x's then}        (a)
 *       - #{movers: now before x's then}     (b)
 *       + #{movers: then before x's then}    (c)
 *
 * where movers are those whose karma changed since, read from the hours;
 * everybody else stands where they stood. For who did not move (a) is the
 * rank on the page less one; the others' places are counted in one walk
 * along the index, from place to place.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sql/contributors.h"
#include "sql/contributors_row.h"
#include "sql/key.h"
#include "sql/query.h"

#define SQL_BOARD_HOUR_S 3600
#define SQL_BOARD_BACK_S 86400

struct sql_stand {
	int64_t unkarma;
	uint64_t block, log;
	struct addr20 address;
};

struct sql_mover {
	struct sql_stand now, then;
};

struct sql_movers {
	struct sql_mover *list;	/* in order of address */
	struct sql_stand *now, *then;	/* both in order */
	size_t n, room;
};

static int
sql_stand_compare(const void *a, const void *b)
{
	const struct sql_stand *x = a, *y = b;

	if (x->unkarma != y->unkarma)
		return x->unkarma < y->unkarma ? -1 : 1;
	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	if (x->log != y->log)
		return x->log < y->log ? -1 : 1;
	return addr20_compare(&x->address, &y->address);
}

static int
sql_mover_compare(const void *a, const void *b)
{
	const struct sql_mover *x = a, *y = b;

	return addr20_compare(&x->now.address, &y->now.address);
}

/* How many of the sorted list stand before x. */
static uint64_t
sql_stands_before(const struct sql_stand *list, size_t n,
		  const struct sql_stand *x)
{
	size_t low = 0, high = n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (sql_stand_compare(&list[middle], x) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Karma gained since ?2 hours, with the place now. */
#define SQL_MOVERS(activity) \
	"SELECT a.gained, c.unkarma, c.first_block, c.first_log, c.address" \
	" FROM (" activity " GROUP BY h.address) AS a" \
	" CROSS JOIN contributors AS c" \
	" ON c.model = ?1 AND c.address = a.address WHERE a.gained <> 0"
static const char SQL_MOVERS_ONE[] = SQL_MOVERS(
	"SELECT h.address, sum(h.karma) AS gained FROM activity AS h"
	" INDEXED BY activity_by_karma"
	" WHERE h.model = ?1 AND h.hour >= ?2 AND h.karma <> 0");
static const char SQL_MOVERS_ALL[] = SQL_MOVERS(
	"SELECT h.address, sum(h.karma) AS gained FROM models AS m"
	" CROSS JOIN activity AS h INDEXED BY activity_by_karma"
	" ON h.model = m.model AND h.hour >= ?2 AND h.karma <> 0");

static void
sql_movers_append(struct sql_movers *m, struct sql_query *q)
{
	struct sql_mover *x;
	int64_t gained;

	if (m->n == m->room) {
		m->room = m->room * 2 + 64;
		m->list = dc_realloc_array(m->list, m->room,
					   sizeof(*m->list));
	}
	x = &m->list[m->n++];
	gained = sql_col_i64(q);
	x->now.unkarma = sql_col_i64(q);
	x->now.block = sql_col_u64(q);
	x->now.log = sql_col_u64(q);
	sql_col_addr(q, &x->now.address);
	x->then = x->now;
	x->then.unkarma += gained;
}

/* Both orders of the movers; without karma nobody stands anywhere. */
static void
sql_movers_sort(struct sql_movers *m)
{
	size_t i;

	m->now = dc_realloc_array(NULL, m->n + 1, sizeof(*m->now));
	m->then = dc_realloc_array(NULL, m->n + 1, sizeof(*m->then));
	for (i = 0; i < m->n; i++) {
		m->now[i] = m->list[i].now;
		m->then[i] = m->list[i].then;
	}
	qsort(m->list, m->n, sizeof(*m->list), sql_mover_compare);
	qsort(m->now, m->n, sizeof(*m->now), sql_stand_compare);
	qsort(m->then, m->n, sizeof(*m->then), sql_stand_compare);
}

static enum dc_status
sql_movers_read(struct sql_db *db, struct sql_movers *m, int64_t model,
		uint64_t now_s, struct dc_err *err)
{
	struct sql_query q;
	const uint64_t since_s =
		now_s > SQL_BOARD_BACK_S ? now_s - SQL_BOARD_BACK_S : 0;

	sql_query_open(&q, db, model == SQL_ALL_MODELS ? SQL_MOVERS_ALL
						       : SQL_MOVERS_ONE);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, since_s / SQL_BOARD_HOUR_S);
	while (sql_query_row(&q))
		sql_movers_append(m, &q);
	sql_movers_sort(m);
	return sql_query_close(&q, err);
}

static void
sql_movers_clear(struct sql_movers *m)
{
	free(m->list);
	free(m->now);
	free(m->then);
}

static const char SQL_BOARD_BETWEEN[] =
	"SELECT count(*) FROM contributors INDEXED BY contributors_by_karma"
	" WHERE model = ?1"
	" AND (unkarma, first_block, first_log, address) >= (?2, ?3, ?4, ?5)"
	" AND (unkarma, first_block, first_log, address) < (?6, ?7, ?8, ?9)";

static void
sql_bind_stand(struct sql_query *q, const struct sql_stand *s)
{
	sql_bind_i64(q, s->unkarma);
	sql_bind_u64(q, s->block);
	sql_bind_u64(q, s->log);
	sql_bind_addr(q, &s->address);
}

/* How many stand in [from, to) now. */
static enum dc_status
sql_board_between(struct sql_db *db, uint64_t *out, int64_t model,
		  const struct sql_stand *from, const struct sql_stand *to,
		  struct dc_err *err)
{
	struct sql_query q;

	*out = 0;
	sql_query_open(&q, db, SQL_BOARD_BETWEEN);
	sql_bind_i64(&q, model);
	sql_bind_stand(&q, from);
	sql_bind_stand(&q, to);
	while (sql_query_row(&q))
		*out = sql_col_u64(&q);
	return sql_query_close(&q, err);
}

/* One entry of the page, and where it stood. */
struct sql_former {
	struct sql_stand then;
	struct sql_board_entry *entry;
};

static int
sql_former_compare(const void *a, const void *b)
{
	const struct sql_former *x = a, *y = b;

	return sql_stand_compare(&x->then, &y->then);
}

static struct sql_stand
sql_stand_of(const struct sql_contributor *c)
{
	return (struct sql_stand){ -(int64_t)c->karma, c->first_block,
				   c->first_log, c->address };
}

/* The page's entries that held karma then, in the order of then. */
static size_t
sql_formers(struct sql_former *out, struct sql_board_entry *page, uint32_t n,
	    const struct sql_movers *m)
{
	const struct sql_mover *mover;
	struct sql_mover key;
	size_t found = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		page[i].previous_rank = 0;
		key.now = sql_stand_of(&page[i].who);
		mover = m->n == 0 ? NULL
			: bsearch(&key, m->list, m->n, sizeof(*m->list),
				  sql_mover_compare);
		out[found].entry = &page[i];
		out[found].then = mover != NULL ? mover->then : key.now;
		if (out[found].then.unkarma < 0)
			found++;
	}
	qsort(out, found, sizeof(*out), sql_former_compare);
	return found;
}

/* Fill in previous_rank by (a), (b), (c) above, walking from the page's
 * first place, which `first_rank - 1` stand before. */
static enum dc_status
sql_board_former(struct sql_db *db, struct sql_board_entry *page, uint32_t n,
		 int64_t model, const struct sql_movers *m,
		 struct dc_err *err)
{
	struct sql_former *f = dc_calloc((size_t)n + 1, sizeof(*f));
	const size_t formers = sql_formers(f, page, n, m);
	struct sql_stand at = sql_stand_of(&page[0].who);
	uint64_t before = page[0].rank - 1, between;
	enum dc_status found = DC_OK;
	size_t i;

	for (i = 0; i < formers && found == DC_OK; i++) {
		if (sql_stand_compare(&f[i].then, &at) < 0) {
			/* Karma fell: count back from the page's start. */
			found = sql_board_between(db, &between, model,
						  &f[i].then, &at, err);
			between = before - between;
		} else {
			found = sql_board_between(db, &between, model, &at,
						  &f[i].then, err);
			between = before += between;
			at = f[i].then;
		}
		f[i].entry->previous_rank = 1 + between -
			sql_stands_before(m->now, m->n, &f[i].then) +
			sql_stands_before(m->then, m->n, &f[i].then);
	}
	free(f);
	return found;
}

static const char SQL_BOARD_PAGE[] =
	SQL_CONTRIBUTOR_COLUMNS "INDEXED BY contributors_by_karma"
	" WHERE model = ?1"
	" AND (unkarma, first_block, first_log, address) > (?2, ?3, ?4, ?5)"
	" ORDER BY unkarma, first_block, first_log, address LIMIT ?6";

/* A key holds the place and the rank of the last entry before the page. */
static enum dc_status
sql_board_from(struct sql_stand *from, uint64_t *rank,
	       const struct sql_page *page, struct dc_err *err)
{
	struct sql_key key = { .list = 'b', .n_numbers = 4, .n_bytes = 20 };
	enum dc_status found = sql_page_check(page, err);

	memset(from, 0, sizeof(*from));
	from->unkarma = INT64_MIN;
	*rank = 0;
	if (found != DC_OK || page->after == NULL)
		return found;
	found = sql_key_parse(&key, page->after, err);
	if (found == DC_OK) {
		from->unkarma = -(int64_t)(key.v[0] & INT64_MAX);
		from->block = key.v[1];
		from->log = key.v[2];
		*rank = key.v[3] & INT64_MAX;
		memcpy(from->address.b, key.bytes, 20);
	}
	return found;
}

static void
sql_board_next(char *next, const struct sql_board_entry *last)
{
	struct sql_key key = { .list = 'b', .n_numbers = 4, .n_bytes = 20 };

	key.v[0] = last->who.karma;
	key.v[1] = last->who.first_block;
	key.v[2] = last->who.first_log;
	key.v[3] = last->rank;
	memcpy(key.bytes, last->who.address.b, 20);
	sql_key_format(&key, next);
}

enum dc_status
sql_board_page(struct sql_db *db, struct sql_board_entry *out, uint32_t *n,
	       char *next, int64_t model, uint64_t now_s,
	       const struct sql_page *page, struct dc_err *err)
{
	struct sql_query q;
	struct sql_stand from;
	struct sql_movers movers = { 0 };
	uint64_t rank;
	enum dc_status found = sql_board_from(&from, &rank, page, err);

	*n = 0;
	*next = '\0';
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_BOARD_PAGE);
	sql_bind_i64(&q, model);
	sql_bind_stand(&q, &from);
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			sql_board_next(next, &out[*n - 1]);
			break;
		}
		sql_col_contributor(&q, &out[*n].who);
		out[(*n)++].rank = ++rank;
	}
	found = sql_query_close(&q, err);
	if (found != DC_OK || *n == 0)
		return found;
	found = sql_movers_read(db, &movers, model, now_s, err);
	if (found == DC_OK)
		found = sql_board_former(db, out, *n, model, &movers, err);
	sql_movers_clear(&movers);
	return found;
}
