/* blocks.c: tables binding, progress and blocks. */

#include "config.h"

#include <inttypes.h>

#include "sql/blocks.h"
#include "sql/query.h"

static const char SQL_BINDING_PUT[] =
	"INSERT INTO binding VALUES (1, ?1, ?2) ON CONFLICT DO NOTHING";
static const char SQL_BINDING_GET[] = "SELECT chain_id, genesis FROM binding";

enum dc_status
sql_chain_get(struct sql_db *db, uint64_t *chain_id, struct hash32 *genesis,
	      bool *found, struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_BINDING_GET);
	while (sql_query_row(&q)) {
		*chain_id = sql_col_u64(&q);
		sql_col_hash(&q, genesis);
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_chain_bind(struct sql_db *db, uint64_t chain_id,
	       const struct hash32 *genesis, struct dc_err *err)
{
	struct sql_query q;
	struct hash32 bound_genesis = { { 0 } };
	uint64_t bound_id = 0;
	enum dc_status found;
	bool is_there;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_BINDING_PUT);
	sql_bind_u64(&q, chain_id);
	sql_bind_hash(&q, genesis);
	found = sql_query_run(&q, err);
	if (found != DC_OK)
		return found;
	found = sql_chain_get(db, &bound_id, &bound_genesis, &is_there, err);
	if (found != DC_OK)
		return found;
	if (bound_id != chain_id || !hash32_equal(&bound_genesis, genesis))
		return dc_fail(err, DC_EREFUSED,
			       "the database holds chain %" PRIu64 " with "
			       "another beginning than chain %" PRIu64
			       " of the node", bound_id, chain_id);
	return DC_OK;
}

static const char SQL_BLOCK_PUT[] =
	"INSERT INTO blocks (number, hash, parent, time_s)"
	" VALUES (?1, ?2, ?3, ?4)";

enum dc_status
sql_block_put(struct sql_db *db, const struct block_ref *b,
	      struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	DC_CHECK(db->undo_block == SQL_UNDO_NONE ||
		 db->undo_block == (int64_t)b->number);
	sql_query_open(&q, db, SQL_BLOCK_PUT);
	sql_bind_u64(&q, b->number);
	sql_bind_hash(&q, &b->hash);
	sql_bind_hash(&q, &b->parent);
	sql_bind_u64(&q, b->time_s);
	found = sql_query_run(&q, err);
	if (found == DC_OK && db->undo_block == SQL_UNDO_NONE)
		found = sql_undo_final(db, b->number, err);
	return found;
}

static const char SQL_BLOCK_GET[] =
	"SELECT number, hash, parent, time_s FROM blocks WHERE number = ?1";
static const char SQL_BLOCK_UP_TO[] =
	"SELECT number, hash, parent, time_s FROM blocks WHERE number <= ?1"
	" ORDER BY number DESC LIMIT 1";
static const char SQL_BLOCK_HEAD[] =
	"SELECT number, hash, parent, time_s FROM blocks"
	" ORDER BY number DESC LIMIT 1";

static enum dc_status
sql_block_read(struct sql_query *q, struct block_ref *out, bool *found,
	       struct dc_err *err)
{
	*found = false;
	while (sql_query_row(q)) {
		out->number = sql_col_u64(q);
		sql_col_hash(q, &out->hash);
		sql_col_hash(q, &out->parent);
		out->time_s = sql_col_u64(q);
		*found = true;
	}
	return sql_query_close(q, err);
}

enum dc_status
sql_block_get(struct sql_db *db, struct block_ref *out, bool *found,
	      uint64_t number, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_BLOCK_GET);
	sql_bind_u64(&q, number);
	return sql_block_read(&q, out, found, err);
}

enum dc_status
sql_block_up_to(struct sql_db *db, struct block_ref *out, bool *found,
		uint64_t number, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_BLOCK_UP_TO);
	sql_bind_u64(&q, number);
	return sql_block_read(&q, out, found, err);
}

enum dc_status
sql_block_head(struct sql_db *db, struct block_ref *out, bool *found,
	       struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_BLOCK_HEAD);
	return sql_block_read(&q, out, found, err);
}

static const char SQL_FINALIZED_PUT[] =
	"UPDATE progress SET finalized = max(finalized, ?1)";
static const char SQL_FINALIZED_GET[] = "SELECT finalized FROM progress";

static enum dc_status
sql_block_run(struct sql_db *db, const char *text, uint64_t number,
	      struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, text);
	sql_bind_u64(&q, number);
	return sql_query_run(&q, err);
}

enum dc_status
sql_finalized_put(struct sql_db *db, uint64_t number, struct dc_err *err)
{
	sql_must_write(db);
	return sql_block_run(db, SQL_FINALIZED_PUT, number, err);
}

enum dc_status
sql_finalized_get(struct sql_db *db, uint64_t *out, struct dc_err *err)
{
	struct sql_query q;

	*out = 0;
	sql_query_open(&q, db, SQL_FINALIZED_GET);
	while (sql_query_row(&q))
		*out = sql_col_u64(&q);
	return sql_query_close(&q, err);
}

static const char SQL_BLOCKS_PRUNE[] =
	"DELETE FROM blocks"
	" WHERE number >= (SELECT pruned FROM progress) AND number < ?1"
	" AND NOT EXISTS (SELECT 1 FROM contributions AS c"
	"	WHERE c.block = blocks.number)"
	" AND NOT EXISTS (SELECT 1 FROM events AS e"
	"	WHERE e.block = blocks.number)"
	" AND NOT EXISTS (SELECT 1 FROM models AS m"
	"	WHERE m.block = blocks.number)"
	" AND NOT EXISTS (SELECT 1 FROM holdout AS h"
	"	WHERE h.block = blocks.number)";
static const char SQL_PRUNED_PUT[] =
	"UPDATE progress SET pruned = max(pruned, ?1)";

enum dc_status
sql_blocks_prune(struct sql_db *db, uint64_t number, struct dc_err *err)
{
	struct block_ref head;
	enum dc_status found;
	bool any;

	sql_must_write(db);
	found = sql_block_head(db, &head, &any, err);
	if (found != DC_OK || !any)
		return found;
	if (number > head.number)	/* the head stays */
		number = head.number;
	found = sql_block_run(db, SQL_BLOCKS_PRUNE, number, err);
	if (found == DC_OK)
		found = sql_block_run(db, SQL_PRUNED_PUT, number, err);
	return found;
}
