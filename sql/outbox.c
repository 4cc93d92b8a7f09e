/* outbox.c: tables outbox, nonces and spend of local.db. */

#include "config.h"

#include "sql/key.h"
#include "sql/outbox.h"
#include "sql/query.h"

const char *
sql_tx_status_name(enum sql_tx_status status)
{
	static const char *const names[] = {
		[SQL_TX_QUEUED] = "queued", [SQL_TX_SENT] = "sent",
		[SQL_TX_MINED] = "mined", [SQL_TX_FINAL] = "final",
		[SQL_TX_FAILED] = "failed", [SQL_TX_DROPPED] = "dropped"
	};

	DC_CHECK((unsigned)status < DC_ARRAY_LEN(names));
	return names[status];
}

static const char SQL_OUTBOX_INSERT[] =
	"INSERT INTO outbox (chain_id, target, epoch, kind, sender,"
	" recipient, value_wei, data, created_s, gas_limit, updated_s,"
	" status, nonce, max_fee_wei, priority_fee_wei, sent_s, mined_block,"
	" mined_hash, gas_used, gas_price_wei, attempts, error, hashes, raw)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9,"
	" 0, NULL, zeroblob(32), zeroblob(32), 0, 0, zeroblob(32), 0,"
	" zeroblob(32), 0, '', zeroblob(0), zeroblob(0))"
	" ON CONFLICT (chain_id, target, epoch, kind) DO NOTHING";
static const char SQL_OUTBOX_ID[] =
	"SELECT id FROM outbox"
	" WHERE chain_id = ?1 AND target = ?2 AND epoch = ?3 AND kind = ?4";

static void
sql_bind_tx_key(struct sql_query *q, const struct sql_tx_key *key)
{
	sql_bind_u64(q, key->chain_id);
	sql_bind_addr(q, &key->target);
	sql_bind_u64(q, key->epoch);
	sql_bind_i64(q, key->kind);
}

enum dc_status
sql_outbox_insert(struct sql_db *db, int64_t *id, bool *inserted,
		  const struct sql_tx_row *t, struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_OUTBOX_INSERT);
	sql_bind_tx_key(&q, &t->key);
	sql_bind_addr(&q, &t->sender);
	sql_bind_addr(&q, &t->to);
	sql_bind_wei(&q, t->value_wei);
	sql_bind_blob(&q, t->data, t->data_len);
	sql_bind_u64(&q, t->created_s);
	sql_bind_u64(&q, t->gas_limit);
	found = sql_query_run(&q, err);
	if (found != DC_OK)
		return found;
	*inserted = sql_changes(db) != 0;
	sql_query_open(&q, db, SQL_OUTBOX_ID);
	sql_bind_tx_key(&q, &t->key);
	while (sql_query_row(&q))
		*id = sql_col_i64(&q);
	return sql_query_close(&q, err);
}

static const char SQL_OUTBOX_UPDATE[] =
	"UPDATE outbox SET status = ?2, gas_limit = ?3, nonce = ?4,"
	" max_fee_wei = ?5, priority_fee_wei = ?6, sent_s = ?7,"
	" mined_block = ?8, mined_hash = ?9, gas_used = ?10,"
	" gas_price_wei = ?11, attempts = ?12, error = ?13, updated_s = ?14,"
	" hashes = ?15, raw = ?16 WHERE id = ?1";

enum dc_status
sql_outbox_update(struct sql_db *db, const struct sql_tx_row *t,
		  struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_OUTBOX_UPDATE);
	sql_bind_i64(&q, t->id);
	sql_bind_i64(&q, t->status);
	sql_bind_u64(&q, t->gas_limit);
	if (t->has_nonce)
		sql_bind_u64(&q, t->nonce);
	else
		sql_bind_null(&q);
	sql_bind_wei(&q, t->max_fee_wei);
	sql_bind_wei(&q, t->priority_fee_wei);
	sql_bind_u64(&q, t->sent_s);
	sql_bind_u64(&q, t->mined_block);
	sql_bind_hash(&q, &t->mined_hash);
	sql_bind_u64(&q, t->gas_used);
	sql_bind_wei(&q, t->gas_price_wei);
	sql_bind_u64(&q, t->attempts);
	sql_bind_text(&q, t->error != NULL ? t->error : "");
	sql_bind_u64(&q, t->updated_s);
	sql_bind_blob(&q, t->hashes, t->n_hashes * sizeof(*t->hashes));
	sql_bind_blob(&q, t->raw, t->raw_len);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ENOTFOUND,
				"no such outgoing transaction");
	return found;
}

static const char SQL_OUTBOX_REQUEUE[] =
	"UPDATE outbox SET status = 0, data = ?2, nonce = NULL, sent_s = 0,"
	" mined_block = 0, mined_hash = zeroblob(32), error = '',"
	" updated_s = ?3, hashes = zeroblob(0), raw = zeroblob(0)"
	" WHERE id = ?1 AND status IN (4, 5)";

enum dc_status
sql_outbox_requeue(struct sql_db *db, const struct sql_tx_row *t,
		   struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_OUTBOX_REQUEUE);
	sql_bind_i64(&q, t->id);
	sql_bind_blob(&q, t->data, t->data_len);
	sql_bind_u64(&q, t->updated_s);
	found = sql_query_run(&q, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ENOTFOUND,
				"no such ended transaction");
	return found;
}

#define SQL_OUTBOX_FROM \
	"SELECT id, chain_id, target, epoch, kind, sender, recipient," \
	" value_wei, created_s, status, gas_limit, nonce, max_fee_wei," \
	" priority_fee_wei, sent_s, mined_block, mined_hash, gas_used," \
	" gas_price_wei, attempts, error, updated_s, hashes, raw, data" \
	" FROM outbox "

static void
sql_col_tx_fixed(struct sql_query *q, struct sql_tx_row *t)
{
	t->id = sql_col_i64(q);
	t->key.chain_id = sql_col_u64(q);
	sql_col_addr(q, &t->key.target);
	t->key.epoch = sql_col_u64(q);
	t->key.kind = (enum sql_tx_kind)sql_col_u32(q);
	sql_col_addr(q, &t->sender);
	sql_col_addr(q, &t->to);
	t->value_wei = sql_col_wei(q);
	t->created_s = sql_col_u64(q);
}

static void
sql_col_tx(struct sql_query *q, struct sql_tx_row *t, struct dc_arena *arena)
{
	size_t bytes;

	sql_col_tx_fixed(q, t);
	t->status = (enum sql_tx_status)sql_col_u32(q);
	t->gas_limit = sql_col_u64(q);
	t->has_nonce = !sql_col_is_null(q);
	t->nonce = sql_col_u64(q);	/* NULL reads as 0 */
	t->max_fee_wei = sql_col_wei(q);
	t->priority_fee_wei = sql_col_wei(q);
	t->sent_s = sql_col_u64(q);
	t->mined_block = sql_col_u64(q);
	sql_col_hash(q, &t->mined_hash);
	t->gas_used = sql_col_u64(q);
	t->gas_price_wei = sql_col_wei(q);
	t->attempts = sql_col_u32(q);
	t->error = sql_col_text(q, arena);
	t->updated_s = sql_col_u64(q);
	/* Records of bytes only, so any alignment will do. */
	t->hashes = (const struct hash32 *)sql_col_blob(q, &bytes, arena);
	t->n_hashes = (uint32_t)(bytes / sizeof(*t->hashes));
	t->raw = sql_col_blob(q, &bytes, arena);
	t->raw_len = (uint32_t)bytes;
	t->data = sql_col_blob(q, &bytes, arena);
	t->data_len = (uint32_t)bytes;
}

static enum dc_status
sql_outbox_read(struct sql_query *q, struct sql_tx_row *out, bool *found,
		struct dc_arena *arena, struct dc_err *err)
{
	*found = false;
	while (sql_query_row(q)) {
		sql_col_tx(q, out, arena);
		*found = true;
	}
	return sql_query_close(q, err);
}

static const char SQL_OUTBOX_GET[] =
	SQL_OUTBOX_FROM
	"WHERE chain_id = ?1 AND target = ?2 AND epoch = ?3 AND kind = ?4";
static const char SQL_OUTBOX_BY_ID[] = SQL_OUTBOX_FROM "WHERE id = ?1";

enum dc_status
sql_outbox_get(struct sql_db *db, struct sql_tx_row *out, bool *found,
	       const struct sql_tx_key *key, struct dc_arena *arena,
	       struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_OUTBOX_GET);
	sql_bind_tx_key(&q, key);
	return sql_outbox_read(&q, out, found, arena, err);
}

enum dc_status
sql_outbox_by_id(struct sql_db *db, struct sql_tx_row *out, bool *found,
		 int64_t id, struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_OUTBOX_BY_ID);
	sql_bind_i64(&q, id);
	return sql_outbox_read(&q, out, found, arena, err);
}

static const char SQL_OUTBOX_OPEN[] =
	SQL_OUTBOX_FROM "INDEXED BY outbox_open"
	" WHERE chain_id = ?1 AND status < 3 AND id > ?2"
	" ORDER BY id LIMIT ?3";

enum dc_status
sql_outbox_open(struct sql_db *db, struct sql_tx_row *out, uint32_t *n,
		uint32_t max, uint64_t chain_id, int64_t after,
		struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	sql_query_open(&q, db, SQL_OUTBOX_OPEN);
	sql_bind_u64(&q, chain_id);
	sql_bind_i64(&q, after);
	sql_bind_u64(&q, max);
	while (sql_query_row(&q))
		sql_col_tx(&q, &out[(*n)++], arena);
	return sql_query_close(&q, err);
}

static const char SQL_OUTBOX_PAGE[] =
	SQL_OUTBOX_FROM "INDEXED BY outbox_by_chain"
	" WHERE chain_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

enum dc_status
sql_outbox_page(struct sql_db *db, struct sql_tx_row *out, uint32_t *n,
		char *next, uint64_t chain_id, const struct sql_page *page,
		struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key = {
		.list = 't', .n_numbers = 1, .v = { INT64_MAX }
	};
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, SQL_OUTBOX_PAGE);
	sql_bind_u64(&q, chain_id);
	sql_bind_u64(&q, key.v[0]);
	sql_bind_u64(&q, page->limit + 1);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			key.v[0] = (uint64_t)out[*n - 1].id;
			sql_key_format(&key, next);
			break;
		}
		sql_col_tx(&q, &out[(*n)++], arena);
	}
	return sql_query_close(&q, err);
}

static const char SQL_NONCE_GET[] =
	"SELECT next FROM nonces WHERE chain_id = ?1 AND sender = ?2";
static const char SQL_NONCE_PUT[] =
	"INSERT INTO nonces (chain_id, sender, next) VALUES (?1, ?2, ?3)"
	" ON CONFLICT DO UPDATE SET next = ?3";

enum dc_status
sql_nonce_get(struct sql_db *db, uint64_t *next, bool *found,
	      uint64_t chain_id, const struct addr20 *sender,
	      struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	*next = 0;
	sql_query_open(&q, db, SQL_NONCE_GET);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, sender);
	while (sql_query_row(&q)) {
		*next = sql_col_u64(&q);
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_nonce_put(struct sql_db *db, uint64_t chain_id,
	      const struct addr20 *sender, uint64_t next, struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_NONCE_PUT);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, sender);
	sql_bind_u64(&q, next);
	return sql_query_run(&q, err);
}

static const char SQL_SPEND_GET[] =
	"SELECT amount_wei FROM spend"
	" WHERE chain_id = ?1 AND sender = ?2 AND day = ?3";
static const char SQL_SPEND_PUT[] =
	"INSERT INTO spend (chain_id, sender, day, amount_wei)"
	" VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT DO UPDATE SET amount_wei = ?4";

enum dc_status
sql_spend_get(struct sql_db *db, struct wei *out, uint64_t chain_id,
	      const struct addr20 *sender, uint64_t day, struct dc_err *err)
{
	struct sql_query q;

	*out = wei_from_u64(0);
	sql_query_open(&q, db, SQL_SPEND_GET);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, sender);
	sql_bind_u64(&q, day);
	while (sql_query_row(&q))
		*out = sql_col_wei(&q);
	return sql_query_close(&q, err);
}

static const char SQL_SPEND_ALL[] =
	"SELECT amount_wei FROM spend WHERE chain_id = ?1 AND sender = ?2";

enum dc_status
sql_spend_total(struct sql_db *db, struct wei *out, uint64_t chain_id,
		const struct addr20 *sender, struct dc_err *err)
{
	struct sql_query q;
	bool fits = true;
	enum dc_status found;

	*out = wei_from_u64(0);
	sql_query_open(&q, db, SQL_SPEND_ALL);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, sender);
	while (sql_query_row(&q))
		fits = fits && wei_add(out, *out, sql_col_wei(&q));
	found = sql_query_close(&q, err);
	if (found == DC_OK && !fits)
		return dc_fail(err, DC_EINVAL, "spending passes 2^256 wei");
	return found;
}

enum dc_status
sql_spend_add(struct sql_db *db, uint64_t chain_id,
	      const struct addr20 *sender, uint64_t day,
	      struct wei amount_wei, struct dc_err *err)
{
	struct sql_query q;
	struct wei sum;
	enum dc_status found;

	sql_must_write(db);
	found = sql_spend_get(db, &sum, chain_id, sender, day, err);
	if (found != DC_OK)
		return found;
	if (!wei_add(&sum, sum, amount_wei))
		return dc_fail(err, DC_EINVAL, "spending passes 2^256 wei");
	sql_query_open(&q, db, SQL_SPEND_PUT);
	sql_bind_u64(&q, chain_id);
	sql_bind_addr(&q, sender);
	sql_bind_u64(&q, day);
	sql_bind_wei(&q, sum);
	return sql_query_run(&q, err);
}
