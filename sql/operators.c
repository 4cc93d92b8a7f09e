/* operators.c: table operators. */

#include "config.h"

#include <string.h>

#include "sql/key.h"
#include "sql/operators.h"
#include "sql/plan.h"
#include "sql/query.h"

static const char SQL_OPERATOR_PUT[] =
	"INSERT INTO operators (pool, id, owner, signer, attester, sender,"
	" bond_wei, endpoint, from_period, leaving, until_period, slashed,"
	" since_block, checkpoints_signed, checkpoints_missed, last_epoch)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16)"
	" ON CONFLICT (pool, id) DO UPDATE SET owner = ?3, signer = ?4,"
	" attester = ?5, sender = ?6, bond_wei = ?7, endpoint = ?8,"
	" from_period = ?9, leaving = ?10, until_period = ?11,"
	" slashed = ?12, since_block = ?13, checkpoints_signed = ?14,"
	" checkpoints_missed = ?15, last_epoch = ?16";

enum dc_status
sql_operator_put(struct sql_db *db, const struct sql_operator *o,
		 struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_OPERATOR_PUT);
	sql_bind_addr(&q, &o->pool);
	sql_bind_u64(&q, o->id);
	sql_bind_addr(&q, &o->owner);
	sql_bind_addr(&q, &o->signer);
	sql_bind_addr(&q, &o->attester);
	sql_bind_addr(&q, &o->sender);
	sql_bind_wei(&q, o->bond_wei);
	sql_bind_text(&q, o->endpoint);
	sql_bind_u64(&q, o->from_period);
	sql_bind_bool(&q, o->leaving);
	sql_bind_u64(&q, o->until_period);
	sql_bind_bool(&q, o->slashed);
	sql_bind_u64(&q, o->since_block);
	sql_bind_u64(&q, o->checkpoints_signed);
	sql_bind_u64(&q, o->checkpoints_missed);
	sql_bind_u64(&q, o->last_epoch);
	return sql_query_run(&q, err);
}

#define SQL_OPERATOR_FROM \
	"SELECT pool, id, owner, signer, attester, sender, bond_wei," \
	" endpoint, from_period, leaving, until_period, slashed," \
	" since_block, checkpoints_signed, checkpoints_missed, last_epoch" \
	" FROM operators "

static void
sql_col_operator(struct sql_query *q, struct sql_operator *o,
		 struct dc_arena *arena)
{
	sql_col_addr(q, &o->pool);
	o->id = sql_col_u64(q);
	sql_col_addr(q, &o->owner);
	sql_col_addr(q, &o->signer);
	sql_col_addr(q, &o->attester);
	sql_col_addr(q, &o->sender);
	o->bond_wei = sql_col_wei(q);
	o->endpoint = sql_col_text(q, arena);
	o->from_period = sql_col_u64(q);
	o->leaving = sql_col_bool(q);
	o->until_period = sql_col_u64(q);
	o->slashed = sql_col_bool(q);
	o->since_block = sql_col_u64(q);
	o->checkpoints_signed = sql_col_u64(q);
	o->checkpoints_missed = sql_col_u64(q);
	o->last_epoch = sql_col_u64(q);
}

static enum dc_status
sql_operator_read(struct sql_query *q, struct sql_operator *out, bool *found,
		  struct dc_arena *arena, struct dc_err *err)
{
	*found = false;
	while (sql_query_row(q)) {
		sql_col_operator(q, out, arena);
		*found = true;
	}
	return sql_query_close(q, err);
}

static const char SQL_OPERATOR_GET[] =
	SQL_OPERATOR_FROM "WHERE pool = ?1 AND id = ?2";

enum dc_status
sql_operator_get(struct sql_db *db, struct sql_operator *out, bool *found,
		 const struct addr20 *pool, uint64_t id,
		 struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_OPERATOR_GET);
	sql_bind_addr(&q, pool);
	sql_bind_u64(&q, id);
	return sql_operator_read(&q, out, found, arena, err);
}

static const char SQL_KEY_PUT[] =
	"INSERT INTO operator_keys (pool, signer, id) VALUES (?1, ?2, ?3)"
	" ON CONFLICT DO NOTHING";

enum dc_status
sql_operator_key_put(struct sql_db *db, const struct addr20 *pool,
		     const struct addr20 *signer, uint64_t id,
		     struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_KEY_PUT);
	sql_bind_addr(&q, pool);
	sql_bind_addr(&q, signer);
	sql_bind_u64(&q, id);
	return sql_query_run(&q, err);
}

static const char SQL_KEY_FIND[] =
	"SELECT id FROM operator_keys WHERE pool = ?1 AND signer = ?2";

enum dc_status
sql_operator_of_key(struct sql_db *db, uint64_t *id, bool *found,
		    const struct addr20 *pool, const struct addr20 *signer,
		    struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_KEY_FIND);
	sql_bind_addr(&q, pool);
	sql_bind_addr(&q, signer);
	while (sql_query_row(&q)) {
		*id = sql_col_u64(&q);
		*found = true;
	}
	return sql_query_close(&q, err);
}

/* ?1 the address, ?2 the pool or NULL. */
/* Sorts the few that share a key. */
static const char SQL_OPERATOR_FIND[] =
	SQL_WALKS
	SQL_OPERATOR_FROM "WHERE (owner = ?1 OR signer = ?1 OR attester = ?1"
	" OR sender = ?1) AND (?2 IS NULL OR +pool = ?2)"
	" ORDER BY since_block DESC, +id DESC LIMIT 1";

enum dc_status
sql_operator_find(struct sql_db *db, struct sql_operator *out, bool *found,
		  const struct addr20 *pool, const struct addr20 *role,
		  struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_OPERATOR_FIND);
	sql_bind_addr(&q, role);
	if (pool != NULL)
		sql_bind_addr(&q, pool);
	else
		sql_bind_null(&q);
	return sql_operator_read(&q, out, found, arena, err);
}

static const char SQL_OPERATOR_OF_ATTESTER[] =
	SQL_OPERATOR_FROM "WHERE attester = ?1 AND +pool = ?2";

enum dc_status
sql_operator_of_attester(struct sql_db *db, struct sql_operator *out,
			 bool *found, const struct addr20 *pool,
			 const struct addr20 *attester,
			 struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_OPERATOR_OF_ATTESTER);
	sql_bind_addr(&q, attester);
	sql_bind_addr(&q, pool);
	return sql_operator_read(&q, out, found, arena, err);
}

/* ?1 and ?2 the place after which the page starts, ?3 limit, ?4 pool. */
static const char SQL_OPERATORS_ALL[] =
	SQL_OPERATOR_FROM "WHERE (pool, id) > (?1, ?2)"
	" ORDER BY pool, id LIMIT ?3";
static const char SQL_OPERATORS_OF[] =
	SQL_OPERATOR_FROM "WHERE pool = ?4 AND (pool, id) > (?1, ?2)"
	" ORDER BY pool, id LIMIT ?3";

enum dc_status
sql_operators_page(struct sql_db *db, struct sql_operator *out, uint32_t *n,
		   char *next, const struct addr20 *pool,
		   const struct sql_page *page, struct dc_arena *arena,
		   struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key = {	/* before every id, which count from 0 */
		.list = 'o', .n_numbers = 1, .n_bytes = 20,
		.v = { UINT64_MAX }
	};
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	if (pool != NULL)
		memcpy(key.bytes, pool->b, 20);
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, pool != NULL ? SQL_OPERATORS_OF
					    : SQL_OPERATORS_ALL);
	sql_bind_blob(&q, key.bytes, 20);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_u64(&q, page->limit + 1);
	if (pool != NULL)
		sql_bind_addr(&q, pool);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = out[*n - 1].id;
			memcpy(key.bytes, out[*n - 1].pool.b, 20);
			sql_key_format(&key, next);
			break;
		}
		sql_col_operator(&q, &out[(*n)++], arena);
	}
	return sql_query_close(&q, err);
}
