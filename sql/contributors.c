/* contributors.c: tables contributors and activity. */

#include "config.h"

#include <string.h>

#include "sql/board_keep.h"
#include "sql/contributors.h"
#include "sql/contributors_row.h"
#include "sql/key.h"
#include "sql/query.h"

static const char SQL_CONTRIBUTOR_GET[] =
	SQL_CONTRIBUTOR_COLUMNS "WHERE model = ?1 AND address = ?2";

void
sql_col_contributor(struct sql_query *q, struct sql_contributor *c)
{
	c->model = sql_col_i64(q);
	sql_col_addr(q, &c->address);
	c->karma = sql_col_u64(q);
	c->contributions = sql_col_u64(q);
	c->agreed = sql_col_u64(q);
	c->deposited_wei = sql_col_wei(q);
	c->refunded_wei = sql_col_wei(q);
	c->earned_wei = sql_col_wei(q);
	c->first_block = sql_col_u64(q);
	c->first_log = sql_col_u64(q);
	c->first_s = sql_col_u64(q);
	c->last_s = sql_col_u64(q);
	sql_col_u256(q, &c->paid_acc);
	c->owed_wei = sql_col_wei(q);
}

enum dc_status
sql_contributor_get(struct sql_db *db, struct sql_contributor *out,
		    bool *found, int64_t model, const struct addr20 *address,
		    struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_CONTRIBUTOR_GET);
	sql_bind_i64(&q, model);
	sql_bind_addr(&q, address);
	while (sql_query_row(&q)) {
		sql_col_contributor(&q, out);
		*found = true;
	}
	return sql_query_close(&q, err);
}

/* Add d to c's sums, none of which may fall below 0. */
static enum dc_status
sql_contributor_grow(struct sql_contributor *c,
		     const struct sql_contributor_delta *d,
		     struct dc_err *err)
{
	const struct sql_sums delta = sql_sums_of_delta(d);
	struct sql_sums s = sql_sums_of(c);
	enum dc_status found = sql_sums_add(&s, &delta, err);

	if (found != DC_OK)
		return found;
	if (s.karma < 0 || s.contributions < 0 || s.agreed < 0)
		return dc_fail(err, DC_EINVAL,
			       "a contributor's sum falls below 0");
	c->karma = (uint64_t)s.karma;
	c->contributions = (uint64_t)s.contributions;
	c->agreed = (uint64_t)s.agreed;
	c->deposited_wei = s.deposited_wei;
	c->refunded_wei = s.refunded_wei;
	c->earned_wei = s.earned_wei;
	if (c->last_s < d->time_s)
		c->last_s = d->time_s;
	if (c->last_s < d->last_s)
		c->last_s = d->last_s;
	return DC_OK;
}

static const char SQL_CONTRIBUTOR_INSERT[] =
	"INSERT INTO contributors (model, address, karma, contributions,"
	" agreed, deposited_wei, refunded_wei, earned_wei, last_s,"
	" first_block, first_log, first_s, paid_acc, owed_wei)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
	" zeroblob(32), zeroblob(32))";
static const char SQL_CONTRIBUTOR_UPDATE[] =
	"UPDATE contributors SET karma = ?3, contributions = ?4, agreed = ?5,"
	" deposited_wei = ?6, refunded_wei = ?7, earned_wei = ?8,"
	" last_s = ?9 WHERE model = ?1 AND address = ?2";
static const char SQL_CONTRIBUTORS_COUNT[] =
	"UPDATE model_totals SET contributors = contributors + 1"
	" WHERE model = ?1";

static void
sql_bind_contributor(struct sql_query *q, const struct sql_contributor *c)
{
	sql_bind_i64(q, c->model);
	sql_bind_addr(q, &c->address);
	sql_bind_u64(q, c->karma);
	sql_bind_u64(q, c->contributions);
	sql_bind_u64(q, c->agreed);
	sql_bind_wei(q, c->deposited_wei);
	sql_bind_wei(q, c->refunded_wei);
	sql_bind_wei(q, c->earned_wei);
	sql_bind_u64(q, c->last_s);
}

static enum dc_status
sql_contributor_insert(struct sql_db *db, const struct sql_contributor *c,
		       struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_query_open(&q, db, SQL_CONTRIBUTOR_INSERT);
	sql_bind_contributor(&q, c);
	sql_bind_u64(&q, c->first_block);
	sql_bind_u64(&q, c->first_log);
	sql_bind_u64(&q, c->first_s);
	found = sql_query_run(&q, err);
	if (found != DC_OK || c->model == SQL_ALL_MODELS)
		return found;
	sql_query_open(&q, db, SQL_CONTRIBUTORS_COUNT);
	sql_bind_i64(&q, c->model);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_contributor_update(struct sql_db *db, const struct sql_contributor *c,
		       struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_CONTRIBUTOR_UPDATE);
	sql_bind_contributor(&q, c);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_contributor_sum(struct sql_db *db, int64_t clock, int64_t model,
		    const struct addr20 *address,
		    const struct sql_contributor_delta *d, struct dc_err *err)
{
	struct sql_contributor before, c;
	bool there;
	enum dc_status found;

	found = sql_contributor_get(db, &before, &there, model, address, err);
	if (found != DC_OK)
		return found;
	if (!there)
		before = (struct sql_contributor){
			.model = model, .address = *address,
			.first_block = d->block, .first_log = d->log,
			.first_s = d->time_s
		};
	c = before;
	found = sql_contributor_grow(&c, d, err);
	if (found == DC_OK)
		found = there ? sql_contributor_update(db, &c, err)
			      : sql_contributor_insert(db, &c, err);
	return found != DC_OK ? found :
	       sql_boards_add(db, clock, there ? &before : NULL, &c, d, err);
}

static const char SQL_ACTIVITY_GET[] =
	"SELECT " SQL_SUMS_COLUMNS " FROM activity"
	" WHERE model = ?1 AND hour = ?2 AND address = ?3";
static const char SQL_ACTIVITY_PUT[] =
	"INSERT INTO activity (model, hour, address, " SQL_SUMS_COLUMNS ")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT (model, hour, address) DO UPDATE SET karma = ?4,"
	" contributions = ?5, agreed = ?6, deposited_wei = ?7,"
	" refunded_wei = ?8, earned_wei = ?9";

static void
sql_bind_hour(struct sql_query *q, int64_t model, uint64_t time_s,
	      const struct addr20 *address)
{
	sql_bind_i64(q, model);
	sql_bind_u64(q, time_s / SQL_HOUR_S);
	sql_bind_addr(q, address);
}

static enum dc_status
sql_activity_get(struct sql_db *db, struct sql_sums *s, int64_t model,
		 uint64_t time_s, const struct addr20 *address,
		 struct dc_err *err)
{
	struct sql_query q;

	memset(s, 0, sizeof(*s));
	sql_query_open(&q, db, SQL_ACTIVITY_GET);
	sql_bind_hour(&q, model, time_s, address);
	while (sql_query_row(&q))
		sql_col_sums(&q, s);
	return sql_query_close(&q, err);
}

static enum dc_status
sql_activity_sum(struct sql_db *db, int64_t model,
		 const struct addr20 *address,
		 const struct sql_contributor_delta *d, struct dc_err *err)
{
	const struct sql_sums delta = sql_sums_of_delta(d);
	struct sql_sums s;
	struct sql_query q;
	enum dc_status found;

	found = sql_activity_get(db, &s, model, d->time_s, address, err);
	if (found == DC_OK)
		found = sql_sums_add(&s, &delta, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_ACTIVITY_PUT);
	sql_bind_hour(&q, model, d->time_s, address);
	sql_bind_sums(&q, &s);
	return sql_query_run(&q, err);
}

static enum dc_status
sql_deeds_add(struct sql_db *db, int64_t clock, const struct sql_deeds *deeds,
	      struct dc_err *err)
{
	enum dc_status found;

	DC_CHECK(deeds->model != SQL_ALL_MODELS);
	found = sql_contributor_sum(db, clock, deeds->model, &deeds->who,
				    &deeds->d, err);
	if (found == DC_OK)
		found = sql_contributor_sum(db, clock, SQL_ALL_MODELS,
					    &deeds->who, &deeds->d, err);
	return found == DC_OK ? sql_activity_sum(db, deeds->model, &deeds->who,
						 &deeds->d, err) : found;
}

/* Sum up those from first on that share its model and hour.
 * end  where others begin */
static enum dc_status
sql_deeds_run(struct sql_sums *sum, size_t *end, const struct sql_deeds *list,
	      size_t n, size_t first, struct dc_err *err)
{
	const uint64_t hour = list[first].d.time_s / SQL_HOUR_S;
	enum dc_status found = DC_OK;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	for (i = first; i < n && found == DC_OK &&
	     list[i].model == list[first].model &&
	     list[i].d.time_s / SQL_HOUR_S == hour; i++) {
		const struct sql_sums d = sql_sums_of_delta(&list[i].d);

		found = sql_sums_add(sum, &d, err);
	}
	*end = i;
	return found;
}

/* What all of them did, to the wholes of their models and of all. */
static enum dc_status
sql_deeds_whole(struct sql_db *db, int64_t clock, const struct sql_deeds *list,
		size_t n, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t i = 0;

	while (i < n && found == DC_OK) {
		const int64_t hour = (int64_t)(list[i].d.time_s / SQL_HOUR_S);
		const int64_t model = list[i].model;
		struct sql_sums sum;

		found = sql_deeds_run(&sum, &i, list, n, i, err);
		if (found == DC_OK)
			found = sql_boards_add_whole(db, clock, model, hour,
						     &sum, err);
		if (found == DC_OK)
			found = sql_boards_add_whole(db, clock, SQL_ALL_MODELS,
						     hour, &sum, err);
	}
	return found;
}

enum dc_status
sql_contributors_add(struct sql_db *db, const struct sql_deeds *list, size_t n,
		     struct dc_err *err)
{
	int64_t clock;
	enum dc_status found = sql_board_clock(db, &clock, err);
	size_t i;

	sql_must_write(db);
	for (i = 0; i < n && found == DC_OK; i++)
		found = sql_deeds_add(db, clock, &list[i], err);
	return found == DC_OK ? sql_deeds_whole(db, clock, list, n, err)
			      : found;
}

enum dc_status
sql_contributor_add(struct sql_db *db, int64_t model,
		    const struct addr20 *address,
		    const struct sql_contributor_delta *d, struct dc_err *err)
{
	const struct sql_deeds one = { model, *address, *d };

	return sql_contributors_add(db, &one, 1, err);
}

static const char SQL_CONTRIBUTOR_OWE[] =
	"UPDATE contributors SET paid_acc = ?3, owed_wei = ?4"
	" WHERE model = ?1 AND address = ?2";

enum dc_status
sql_contributor_owe(struct sql_db *db, int64_t model,
		    const struct addr20 *address, const struct u256 *paid_acc,
		    struct wei owed_wei, struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_CONTRIBUTOR_OWE);
	sql_bind_i64(&q, model);
	sql_bind_addr(&q, address);
	sql_bind_u256(&q, paid_acc);
	sql_bind_wei(&q, owed_wei);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ENOTFOUND, "no such contributor");
	return found;
}

static const char SQL_CONTRIBUTOR_MODELS[] =
	SQL_CONTRIBUTOR_COLUMNS "INDEXED BY contributors_by_address"
	" WHERE address = ?1 AND model > ?2 ORDER BY model LIMIT ?3";

enum dc_status
sql_contributor_models(struct sql_db *db, struct sql_contributor *out,
		       uint32_t *n, char *next, const struct addr20 *address,
		       const struct sql_page *page, struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key = { .list = 'a', .n_numbers = 1 };
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_CONTRIBUTOR_MODELS);
	sql_bind_addr(&q, address);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = (uint64_t)out[*n - 1].model;
			sql_key_format(&key, next);
			break;
		}
		sql_col_contributor(&q, &out[(*n)++]);
	}
	return sql_query_close(&q, err);
}
