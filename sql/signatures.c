/* signatures.c: table signatures of local.db. */

#include "config.h"

#include <string.h>

#include "sql/query.h"
#include "sql/signatures.h"

static const char SQL_SIGNATURE_PUT[] =
	"INSERT INTO signatures (chain_id, pool, model, epoch, signer,"
	" digest, bytes, time_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	" ON CONFLICT DO UPDATE SET bytes = ?7 WHERE digest = ?6";

enum dc_status
sql_signature_put(struct sql_db *db, const struct sql_signature *s,
		  struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_SIGNATURE_PUT);
	sql_bind_u64(&q, s->chain_id);
	sql_bind_addr(&q, &s->pool);
	sql_bind_addr(&q, &s->model);
	sql_bind_u64(&q, s->epoch);
	sql_bind_addr(&q, &s->signer);
	sql_bind_hash(&q, &s->digest);
	sql_bind_blob(&q, s->bytes, sizeof(s->bytes));
	sql_bind_u64(&q, s->time_s);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ECONFLICT, "the signer has signed "
				"another checkpoint of this epoch");
	return found;
}

static const char SQL_SIGNATURES_LIST[] =
	"SELECT signer, digest, bytes, time_s FROM signatures"
	" WHERE chain_id = ?1 AND pool = ?2 AND model = ?3 AND epoch = ?4"
	" ORDER BY signer LIMIT ?5";

enum dc_status
sql_signatures_list(struct sql_db *db, struct sql_signature *out,
		    uint32_t *n, uint32_t max, uint64_t chain_id,
		    const struct addr20 *pool, const struct addr20 *model,
		    uint64_t epoch, struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	sql_query_open(&q, db, SQL_SIGNATURES_LIST);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, pool);
	sql_bind_addr(&q, model);
	sql_bind_u64(&q, epoch);
	sql_bind_u64(&q, max);
	while (sql_query_row(&q)) {
		struct sql_signature *s = &out[(*n)++];

		s->chain_id = chain_id;
		s->pool = *pool;
		s->model = *model;
		s->epoch = epoch;
		sql_col_addr(&q, &s->signer);
		sql_col_hash(&q, &s->digest);
		sql_col_bytes(&q, s->bytes, sizeof(s->bytes));
		s->time_s = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}
