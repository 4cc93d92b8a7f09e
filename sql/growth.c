/* growth.c: old samples go, free pages are given back. */

#include "config.h"

#include <stdio.h>

#include "sql/contributions_row.h"
#include "sql/growth.h"
#include "sql/migrate.h"
#include "sql/query.h"

/* A computed checkpoint whose row could still be undone does not count. */
static const char SQL_SAMPLES_PRUNABLE[] =
	"SELECT min(max(t.count - ?2, 0), coalesce(("
	"SELECT c.judged FROM checkpoints AS c"
	" WHERE c.model = t.model AND c.computed = 1"
	" AND NOT EXISTS (SELECT 1 FROM undo_checkpoints AS u"
	" WHERE u.model = c.model AND u.epoch = c.epoch AND u.existed = 0)"
	" ORDER BY c.epoch DESC LIMIT 1), 0), coalesce(("
	"SELECT s.count FROM snapshots AS s WHERE s.model = t.model"
	" AND s.block <= (SELECT finalized FROM progress)"
	" ORDER BY s.block DESC LIMIT 1), 0))"
	" FROM model_totals AS t WHERE t.model = ?1";

enum dc_status
sql_samples_prunable(struct sql_db *db, uint64_t *end, int64_t model,
		     uint64_t keep, struct dc_err *err)
{
	struct sql_query q;

	*end = 0;
	if (keep == 0)
		return DC_OK;
	sql_query_open(&q, db, SQL_SAMPLES_PRUNABLE);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, keep < SQL_MAX_ID ? keep : SQL_MAX_ID);
	while (sql_query_row(&q))
		*end = sql_col_u64(&q);
	return sql_query_close(&q, err);
}

static const char SQL_SAMPLES_FIRST[] =
	"SELECT row FROM samples WHERE row BETWEEN ?1 AND ?2"
	" ORDER BY row LIMIT 1";

enum dc_status
sql_samples_first(struct sql_db *db, uint64_t *id, int64_t model,
		  struct dc_err *err)
{
	struct sql_query q;

	*id = SQL_MAX_ID + 1;
	sql_query_open(&q, db, SQL_SAMPLES_FIRST);
	sql_bind_i64(&q, sql_contribution_row(model, 0));
	sql_bind_i64(&q, sql_contribution_row(model, SQL_MAX_ID));
	while (sql_query_row(&q))
		*id = sql_col_u64(&q) & SQL_MAX_ID;
	return sql_query_close(&q, err);
}

static const char SQL_SAMPLES_PRUNE[] =
	"DELETE FROM samples WHERE row BETWEEN ?1 AND ?2";

enum dc_status
sql_samples_prune(struct sql_db *db, uint64_t *pruned, int64_t model,
		  uint64_t from, uint64_t to, struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	*pruned = 0;
	if (from >= to)
		return DC_OK;
	sql_query_open(&q, db, SQL_SAMPLES_PRUNE);
	sql_bind_i64(&q, sql_contribution_row(model, from));
	sql_bind_i64(&q, sql_contribution_row(model, to - 1));
	found = sql_query_run(&q, err);
	if (found == DC_OK)
		*pruned = (uint64_t)sql_changes(db);
	return found;
}

/* SQL_TX_CHECKPOINT is 0; SQL_TX_FINAL, FAILED, DROPPED are 3, 4, 5. */
static const char SQL_OUTBOX_PRUNE[] =
	"WITH old AS MATERIALIZED (SELECT chain_id, target,"
	" (SELECT o.epoch FROM outbox AS o WHERE o.chain_id = t.chain_id"
	"  AND o.target = t.target AND o.kind = 0"
	"  ORDER BY o.epoch DESC LIMIT 1 OFFSET ?1) AS oldest,"
	" (SELECT max(o.epoch) FROM outbox AS o WHERE o.chain_id = t.chain_id"
	"  AND o.target = t.target AND o.kind = 0 AND o.status = 3) AS final"
	" FROM (SELECT DISTINCT chain_id, target FROM outbox WHERE kind = 0)"
	" AS t)"
	" DELETE FROM outbox WHERE kind = 0 AND status IN (3, 4, 5)"
	" AND EXISTS (SELECT 1 FROM old WHERE old.chain_id = outbox.chain_id"
	" AND old.target = outbox.target AND outbox.epoch <= old.oldest"
	" AND outbox.epoch < old.final)";
static const char SQL_SIGNATURES_PRUNE[] =
	"WITH old AS MATERIALIZED (SELECT chain_id, pool, model,"
	" (SELECT s.epoch FROM signatures AS s"
	"  WHERE s.chain_id = t.chain_id AND s.pool = t.pool"
	"  AND s.model = t.model GROUP BY s.epoch"
	"  ORDER BY s.epoch DESC LIMIT 1 OFFSET ?1)"
	" AS oldest FROM (SELECT DISTINCT chain_id, pool, model"
	" FROM signatures) AS t)"
	" DELETE FROM signatures WHERE EXISTS (SELECT 1 FROM old"
	" WHERE old.chain_id = signatures.chain_id"
	" AND old.pool = signatures.pool AND old.model = signatures.model"
	" AND signatures.epoch <= old.oldest)";

static enum dc_status
sql_prune_old(struct sql_db *db, uint64_t *gone, const char *text,
	      uint64_t keep, struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_query_open(&q, db, text);
	sql_bind_u64(&q, keep);
	found = sql_query_run(&q, err);
	if (found == DC_OK)
		*gone = (uint64_t)sql_changes(db);
	return found;
}

enum dc_status
sql_local_prune(struct sql_db *db, uint64_t *transactions,
		uint64_t *signatures, uint64_t keep, struct dc_err *err)
{
	enum dc_status found;

	sql_must_write(db);
	*transactions = *signatures = 0;
	found = sql_prune_old(db, transactions, SQL_OUTBOX_PRUNE, keep, err);
	if (found == DC_OK)
		found = sql_prune_old(db, signatures, SQL_SIGNATURES_PRUNE,
				      keep, err);
	return found;
}

/* ---- pages ---- */

static const char SQL_PAGES[] =
	"SELECT page_count, freelist_count, page_size FROM pragma_page_count,"
	" pragma_freelist_count, pragma_page_size";

enum dc_status
sql_pages_get(struct sql_db *db, struct sql_pages *out, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_PAGES);
	while (sql_query_row(&q)) {
		out->total = sql_col_u64(&q);
		out->free = sql_col_u64(&q);
		out->bytes = sql_col_u32(&q);
	}
	return sql_query_close(&q, err);
}

/* Not a prepared query: what it does depends on the text. */
static enum dc_status
sql_run_text(struct sql_db *db, const char *text, const char *what,
	     struct dc_err *err)
{
	int rc;

	DC_CHECK(db->access == SQL_WRITER && db->busy == SQL_IDLE);
	rc = sqlite3_exec(db->h, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? DC_OK : sql_fail(db->h, rc, what, err);
}

enum dc_status
sql_vacuum_some(struct sql_db *db, uint32_t pages, struct dc_err *err)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "PRAGMA incremental_vacuum(%u)",
		       (unsigned)pages);
	return sql_run_text(db, text, "incremental vacuum", err);
}

enum dc_status
sql_vacuum(struct sql_db *db, struct dc_err *err)
{
	enum dc_status found = sql_run_text(db, "VACUUM", "vacuum", err);

	if (found != DC_OK)
		return found;
	return sql_run_text(db, "PRAGMA wal_checkpoint(TRUNCATE)",
			    "checkpoint", err);
}
