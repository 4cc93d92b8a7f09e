/* events.c: table events, and the stream of everything that happened. */

#include "config.h"

#include "sql/events.h"
#include "sql/key.h"
#include "sql/query.h"

static const char SQL_EVENT_INSERT[] =
	"INSERT INTO events (block, log_index, time_s, tx, kind, model, ref,"
	" account, contributor, amount_wei, shared_wei, karma)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

enum dc_status
sql_event_insert(struct sql_db *db, const struct sql_event *e,
		 struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	DC_CHECK(e->kind != SQL_EVENT_CONTRIBUTION);
	sql_query_open(&q, db, SQL_EVENT_INSERT);
	sql_bind_u64(&q, e->log.block);
	sql_bind_u64(&q, e->log.index);
	sql_bind_u64(&q, e->log.time_s);
	sql_bind_hash(&q, &e->log.tx);
	sql_bind_i64(&q, e->kind);
	sql_bind_i64(&q, e->model);
	sql_bind_u64(&q, e->ref);
	sql_bind_addr(&q, &e->account);
	sql_bind_addr(&q, &e->contributor);
	sql_bind_wei(&q, e->amount_wei);
	sql_bind_wei(&q, e->shared_wei);
	sql_bind_u64(&q, e->karma);
	return sql_query_run(&q, err);
}

#define SQL_EVENT_COLUMNS \
	"SELECT e.block, e.log_index, e.time_s, e.tx, e.kind, e.model," \
	" e.ref, e.account, e.contributor, e.amount_wei, e.shared_wei," \
	" e.karma, b.hash"

static void
sql_col_event(struct sql_query *q, struct sql_event *e)
{
	e->log.block = sql_col_u64(q);
	e->log.index = sql_col_u32(q);
	e->log.time_s = sql_col_u64(q);
	sql_col_hash(q, &e->log.tx);
	e->kind = (enum sql_event_kind)sql_col_u32(q);
	e->model = sql_col_i64(q);
	e->ref = sql_col_u64(q);
	sql_col_addr(q, &e->account);
	sql_col_addr(q, &e->contributor);
	e->amount_wei = sql_col_wei(q);
	e->shared_wei = sql_col_wei(q);
	e->karma = sql_col_u64(q);
	sql_col_hash(q, &e->log.block_hash);
}

/* Contributions and the others are two tables, each in the chain's order,
 * merged. ?1 block, ?2 log index, ?3 limit, ?4 model. A contribution's
 * deposit went to nobody yet: amounts are 0. */
#define SQL_SINCE_CONTRIBUTIONS \
	"SELECT block, log_index, time_s, tx, 0 AS kind, model," \
	" row & 0xffffffffff AS ref, contributor AS account, contributor," \
	" zeroblob(32) AS amount_wei, zeroblob(32) AS shared_wei," \
	" 0 AS karma FROM contributions INDEXED BY contributions_by_place" \
	" WHERE (block, log_index) > (?1, ?2)"
#define SQL_SINCE_EVENTS \
	"SELECT block, log_index, time_s, tx, kind, model, ref, account," \
	" contributor, amount_wei, shared_wei, karma FROM events" \
	" WHERE (block, log_index) > (?1, ?2)"
#define SQL_SINCE(contributions, events) \
	SQL_EVENT_COLUMNS " FROM (" contributions " UNION ALL " events \
	" ORDER BY block, log_index LIMIT ?3) AS e" \
	" CROSS JOIN blocks AS b ON b.number = e.block" \
	" ORDER BY e.block, e.log_index"

static const char SQL_EVENTS_SINCE[] =
	SQL_SINCE(SQL_SINCE_CONTRIBUTIONS, SQL_SINCE_EVENTS);
static const char SQL_EVENTS_SINCE_OF[] =
	SQL_SINCE(SQL_SINCE_CONTRIBUTIONS " AND model = ?4",
		  SQL_SINCE_EVENTS " AND model = ?4");

enum dc_status
sql_events_since(struct sql_db *db, struct sql_event *out, uint32_t *n,
		 uint32_t max, int64_t model, uint64_t block, uint32_t index,
		 struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	sql_query_open(&q, db, model == 0 ? SQL_EVENTS_SINCE
					  : SQL_EVENTS_SINCE_OF);
	sql_bind_u64(&q, block);
	sql_bind_u64(&q, index);
	sql_bind_u64(&q, max);
	if (model != 0)
		sql_bind_i64(&q, model);
	while (sql_query_row(&q))
		sql_col_event(&q, &out[(*n)++]);
	return sql_query_close(&q, err);
}

/* ?1 model, ?2 and ?3 the place below which the page starts, ?4 limit. */
static const char SQL_CLAIMS_ALL[] =
	SQL_EVENT_COLUMNS " FROM events AS e"
	" CROSS JOIN blocks AS b ON b.number = e.block"
	" WHERE ?1 = 0 AND (e.block, e.log_index) < (?2, ?3)"
	" ORDER BY e.block DESC, e.log_index DESC LIMIT ?4";
static const char SQL_CLAIMS_OF[] =
	SQL_EVENT_COLUMNS " FROM events AS e INDEXED BY events_by_model"
	" CROSS JOIN blocks AS b ON b.number = e.block"
	" WHERE e.model = ?1 AND (e.block, e.log_index) < (?2, ?3)"
	" ORDER BY e.block DESC, e.log_index DESC LIMIT ?4";

enum dc_status
sql_claims_page(struct sql_db *db, struct sql_event *out, uint32_t *n,
		char *next, int64_t model, const struct sql_page *page,
		struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key = {
		.list = 'e', .n_numbers = 2, .v = { INT64_MAX, INT64_MAX }
	};
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, model == 0 ? SQL_CLAIMS_ALL : SQL_CLAIMS_OF);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_u64(&q, key.v[1]);
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = out[*n - 1].log.block;
			key.v[1] = out[*n - 1].log.index;
			sql_key_format(&key, next);
			break;
		}
		sql_col_event(&q, &out[(*n)++]);
	}
	return sql_query_close(&q, err);
}
