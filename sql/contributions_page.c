/* contributions_page.c: lists of contributions. */

#include "config.h"

#include <stdlib.h>

#include "sql/contributions_row.h"
#include "sql/key.h"
#include "sql/plan.h"
#include "sql/query.h"

/* Each state is in the order of rows in an index that begins with it: what
 * has any of several is merged from them, and read no further than asked. */
#define SQL_EACH_HELD(one) \
	one("0") " UNION ALL " one("1") " UNION ALL " one("2") \
	" UNION ALL " one("3") " UNION ALL " one("4") " UNION ALL " one("5")
#define SQL_EACH_STATE(one) \
	SQL_EACH_HELD(one) " UNION ALL " one("6") " UNION ALL " one("7")

/* Pages. ?1 model, ?2 the row below which the page starts, ?3 the model's
 * first row, ?4 limit, ?5 contributor, ?6 state or -1, ?7 label or -1. The
 * most selective condition chooses the index. */
#define SQL_PAGE_TAIL \
	" AND c.row < ?2 AND c.row >= ?3 ORDER BY c.row DESC LIMIT ?4"
#define SQL_PAGE_FROM(index) \
	SQL_CONTRIBUTION_COLUMNS " FROM contributions AS c" \
	" INDEXED BY " index SQL_CONTRIBUTION_JOINS "WHERE c.model = ?1"
#define SQL_OF_CONTRIBUTOR(state) \
	"SELECT row AS its FROM contributions" \
	" INDEXED BY contributions_by_contributor WHERE model = ?1" \
	" AND contributor = ?5 AND state = " state \
	" AND (?7 < 0 OR label = ?7) AND row < ?2 AND row >= ?3"

static const char SQL_PAGE_CONTRIBUTOR[] =
	SQL_CONTRIBUTION_COLUMNS " FROM (" SQL_EACH_STATE(SQL_OF_CONTRIBUTOR)
	" ORDER BY its DESC LIMIT ?4)"
	" CROSS JOIN contributions AS c ON c.row = its"
	SQL_CONTRIBUTION_JOINS "ORDER BY its DESC";
static const char SQL_PAGE_CONTRIBUTOR_STATE[] =
	SQL_PAGE_FROM("contributions_by_contributor")
	" AND c.contributor = ?5 AND c.state = ?6"
	" AND (?7 < 0 OR c.label = ?7)" SQL_PAGE_TAIL;
static const char SQL_PAGE_STATE[] =
	SQL_PAGE_FROM("contributions_by_state")
	" AND c.state = ?6 AND (?7 < 0 OR c.label = ?7)" SQL_PAGE_TAIL;
static const char SQL_PAGE_LABEL[] =
	SQL_PAGE_FROM("contributions_by_label")
	" AND c.label = ?7" SQL_PAGE_TAIL;
static const char SQL_PAGE_ALL[] =
	SQL_CONTRIBUTION_FROM "WHERE +c.model = ?1" SQL_PAGE_TAIL;

static const char *
sql_contributions_text(const struct sql_contributions_filter *f)
{
	if (f->contributor != NULL)
		return f->state < 0 ? SQL_PAGE_CONTRIBUTOR
				    : SQL_PAGE_CONTRIBUTOR_STATE;
	if (f->state >= 0)
		return SQL_PAGE_STATE;
	return f->label >= 0 ? SQL_PAGE_LABEL : SQL_PAGE_ALL;
}

/* Parameters that a text does not have must not be bound. */
static void
sql_bind_filter(struct sql_query *q, const struct sql_contributions_filter *f)
{
	const int wanted = sqlite3_bind_parameter_count(q->stmt);

	if (wanted >= 5 && f->contributor != NULL)
		sql_bind_addr(q, f->contributor);
	else if (wanted >= 5)
		sql_bind_null(q);
	if (wanted >= 6)
		sql_bind_i64(q, f->state);
	if (wanted >= 7)
		sql_bind_i64(q, f->label);
}

#define SQL_SUSPICION_ABOVE UINT64_C(1000001)	/* more than any */

/* Fill a page from an open query and close it; keys are ids. */
static enum dc_status
sql_contributions_fill(struct sql_query *q, struct sql_contribution *out,
		       uint32_t *n, char *next, char list,
		       const struct sql_page *page, struct dc_arena *arena,
		       struct dc_err *err)
{
	struct sql_key key = { .list = list, .n_numbers = 1 };

	while (sql_query_row(q)) {
		if (*n == page->limit) {
			key.v[0] = out[*n - 1].is.id;
			sql_key_format(&key, next);
			break;
		}
		sql_col_contribution(q, &out[(*n)++], arena);
	}
	return sql_query_close(q, err);
}

/* The id in page->after; otherwise *id is left as it is. */
static enum dc_status
sql_contributions_from(uint64_t *id, char list, const struct sql_page *page,
		       struct dc_err *err)
{
	struct sql_key key = { .list = list, .n_numbers = 1 };
	enum dc_status found = sql_page_check(page, err);

	if (found == DC_OK && page->after != NULL) {
		found = sql_key_parse(&key, page->after, err);
		if (found == DC_OK && key.v[0] > SQL_MAX_ID)
			found = dc_fail(err, DC_EINVAL,
					"after: not a key of this list");
		if (found == DC_OK)
			*id = key.v[0];
	}
	return found;
}

enum dc_status
sql_contributions_page(struct sql_db *db, struct sql_contribution *out,
		       uint32_t *n, char *next, int64_t model,
		       const struct sql_contributions_filter *f,
		       const struct sql_page *page, struct dc_arena *arena,
		       struct dc_err *err)
{
	struct sql_query q;
	uint64_t below = SQL_MAX_ID;	/* this id itself is never given */
	enum dc_status found;

	*n = 0;
	*next = '\0';
	found = sql_contributions_from(&below, 'c', page, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, sql_contributions_text(f));
	sql_bind_i64(&q, model);
	sql_bind_i64(&q, sql_contribution_row(model, below));
	sql_bind_i64(&q, sql_contribution_row(model, 0));
	sql_bind_u64(&q, page->limit + 1);
	sql_bind_filter(&q, f);
	return sql_contributions_fill(&q, out, n, next, 'c', page, arena, err);
}

/* ?1 model, ?2 the row from which the page starts, ?3 limit. */
#define SQL_HELD(state) \
	"SELECT row AS held FROM contributions INDEXED BY" \
	" contributions_by_state WHERE model = ?1 AND state = " state \
	" AND row >= ?2"
static const char SQL_CONTRIBUTIONS_HELD[] =
	SQL_CONTRIBUTION_COLUMNS " FROM (" SQL_EACH_HELD(SQL_HELD)
	" ORDER BY held LIMIT ?3)"
	" CROSS JOIN contributions AS c ON c.row = held"
	SQL_CONTRIBUTION_JOINS "ORDER BY held";

enum dc_status
sql_contributions_held(struct sql_db *db, struct sql_contribution *out,
		       uint32_t *n, char *next, int64_t model,
		       const struct sql_page *page, struct dc_arena *arena,
		       struct dc_err *err)
{
	struct sql_query q;
	uint64_t after = 0;
	enum dc_status found;

	*n = 0;
	*next = '\0';
	found = sql_contributions_from(&after, 'h', page, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_CONTRIBUTIONS_HELD);
	sql_bind_i64(&q, model);
	sql_bind_i64(&q, sql_contribution_row(model, after) +
		     (page->after != NULL ? 1 : 0));
	sql_bind_u64(&q, page->limit + 1);
	return sql_contributions_fill(&q, out, n, next, 'h', page, arena, err);
}

/* ?1 model, ?2 suspicion and ?3 row of the one before the page, ?4 limit. */
static const char SQL_CONTRIBUTIONS_SUSPECTS[] =
	SQL_CONTRIBUTION_COLUMNS " FROM contributions AS c"
	" INDEXED BY contributions_suspects" SQL_CONTRIBUTION_JOINS
	"WHERE c.model = ?1 AND (c.state < 2 OR c.state = 5)"
	" AND (c.suspicion, c.row) < (?2, ?3)"
	" ORDER BY c.suspicion DESC, c.row DESC LIMIT ?4";

enum dc_status
sql_contributions_suspects(struct sql_db *db, struct sql_contribution *out,
			   uint32_t *n, char *next, int64_t model,
			   const struct sql_page *page,
			   struct dc_arena *arena, struct dc_err *err)
{
	struct sql_key key = { .list = 's', .n_numbers = 2 };
	struct sql_query q;
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	key.v[0] = SQL_SUSPICION_ABOVE;
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found == DC_OK && (key.v[0] > SQL_SUSPICION_ABOVE ||
			       key.v[1] > SQL_MAX_ID))
		found = dc_fail(err, DC_EINVAL,
				"after: not a key of this list");
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_CONTRIBUTIONS_SUSPECTS);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_i64(&q, sql_contribution_row(model, key.v[1]));
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = (uint64_t)out[*n - 1].suspicion_ppm;
			key.v[1] = out[*n - 1].is.id;
			sql_key_format(&key, next);
			break;
		}
		sql_col_contribution(&q, &out[(*n)++], arena);
	}
	return sql_query_close(&q, err);
}

/* ?1 model, ?2 contributor, ?3 the row from which on, ?4 limit. */
#define SQL_HELD_BY(state) \
	"SELECT row AS held FROM contributions" \
	" INDEXED BY contributions_by_contributor WHERE model = ?1" \
	" AND contributor = ?2 AND state = " state " AND row >= ?3"
static const char SQL_CONTRIBUTIONS_HELD_BY[] =
	SQL_CONTRIBUTION_COLUMNS " FROM (" SQL_EACH_HELD(SQL_HELD_BY)
	" ORDER BY held LIMIT ?4)"
	" CROSS JOIN contributions AS c ON c.row = held"
	SQL_CONTRIBUTION_JOINS "ORDER BY held";

enum dc_status
sql_contributions_held_by(struct sql_db *db, struct sql_contribution *out,
			  uint32_t *n, uint32_t max, int64_t model,
			  const struct addr20 *contributor, uint64_t from,
			  struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	sql_query_open(&q, db, SQL_CONTRIBUTIONS_HELD_BY);
	sql_bind_i64(&q, model);
	sql_bind_addr(&q, contributor);
	sql_bind_i64(&q, sql_contribution_row(model, from));
	sql_bind_u64(&q, max);
	while (*n < max && sql_query_row(&q))
		sql_col_contribution(&q, &out[(*n)++], arena);
	return sql_query_close(&q, err);
}

/* The newest of a contributor: from each model its newest few places, all
 * sorted, then the rows themselves. */
#define SQL_RECENT_MODELS 500

struct sql_place {
	int64_t row;
	uint64_t block;
	uint32_t index;
};

/* Sorts the models that one account contributed to. */
static const char SQL_RECENT_IN[] =
	SQL_WALKS
	"SELECT model FROM contributors INDEXED BY contributors_by_address"
	" WHERE address = ?1 AND model > 0 ORDER BY last_s DESC LIMIT ?2";
#define SQL_RECENT_OF(state) \
	"SELECT row, block, log_index FROM contributions" \
	" INDEXED BY contributions_by_contributor WHERE model = ?1" \
	" AND contributor = ?2 AND state = " state
static const char SQL_RECENT_PLACES[] =
	SQL_EACH_STATE(SQL_RECENT_OF) " ORDER BY row DESC LIMIT ?3";
static const char SQL_RECENT_ROW[] = SQL_CONTRIBUTION_FROM "WHERE c.row = ?1";

static int
sql_place_newer(const void *a, const void *b)
{
	const struct sql_place *p = a, *r = b;

	if (p->block != r->block)
		return p->block > r->block ? -1 : 1;
	return (p->index < r->index) - (p->index > r->index);
}

/* Append one model's newest places to list, then keep the max newest. */
static enum dc_status
sql_recent_merge(struct sql_db *db, struct sql_place *list, uint32_t *n,
		 uint32_t max, int64_t model,
		 const struct addr20 *contributor, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_RECENT_PLACES);
	sql_bind_i64(&q, model);
	sql_bind_addr(&q, contributor);
	sql_bind_u64(&q, max);
	while (sql_query_row(&q)) {
		list[*n].row = sql_col_i64(&q);
		list[*n].block = sql_col_u64(&q);
		list[(*n)++].index = sql_col_u32(&q);
	}
	qsort(list, *n, sizeof(*list), sql_place_newer);
	if (*n > max)
		*n = max;
	return sql_query_close(&q, err);
}

static enum dc_status
sql_recent_places(struct sql_db *db, struct sql_place *list, uint32_t *n,
		  uint32_t max, const struct addr20 *contributor,
		  struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found = DC_OK, closed;

	sql_query_open(&q, db, SQL_RECENT_IN);
	sql_bind_addr(&q, contributor);
	sql_bind_i64(&q, SQL_RECENT_MODELS);
	while (found == DC_OK && sql_query_row(&q))
		found = sql_recent_merge(db, list, n, max, sql_col_i64(&q),
					 contributor, err);
	closed = sql_query_close(&q, err);
	return found != DC_OK ? found : closed;
}

enum dc_status
sql_contributions_recent(struct sql_db *db, struct sql_contribution *out,
			 uint32_t *n, uint32_t max,
			 const struct addr20 *contributor,
			 struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;
	struct sql_place *list;
	uint32_t places = 0, i;
	enum dc_status found;

	*n = 0;
	DC_CHECK(max <= SQL_PAGE_MAX);
	list = dc_calloc((size_t)max * 2 + 1, sizeof(*list));
	found = sql_recent_places(db, list, &places, max, contributor, err);
	for (i = 0; i < places && found == DC_OK; i++) {
		sql_query_open(&q, db, SQL_RECENT_ROW);
		sql_bind_i64(&q, list[i].row);
		while (sql_query_row(&q))
			sql_col_contribution(&q, &out[(*n)++], arena);
		found = sql_query_close(&q, err);
	}
	free(list);
	return found;
}

static const char SQL_CONTRIBUTIONS_TXS[] =
	"SELECT row, tx FROM contributions INDEXED BY contributions_by_place"
	" ORDER BY block DESC, log_index DESC LIMIT ?1";

enum dc_status
sql_contributions_txs(struct sql_db *db, struct sql_contribution_tx *out,
		      uint32_t *n, uint32_t max, struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	sql_query_open(&q, db, SQL_CONTRIBUTIONS_TXS);
	sql_bind_u64(&q, max);
	while (sql_query_row(&q)) {
		int64_t row = sql_col_i64(&q);

		out[*n].model = row >> SQL_ID_BITS;
		out[*n].id = (uint64_t)row & SQL_MAX_ID;
		sql_col_hash(&q, &out[(*n)++].tx);
	}
	return sql_query_close(&q, err);
}
