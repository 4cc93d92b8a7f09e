#ifndef DECAID_SQL_OUTBOX_H
#define DECAID_SQL_OUTBOX_H

/*
 * local.db: outgoing transactions, which are rows before they are bytes,
 * and the nonces of who sends them. One row for each (chain, target, epoch,
 * kind), so that asking twice sends once.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

/* Stored as these numbers: append only. */
enum sql_tx_kind {
	SQL_TX_CHECKPOINT = 0,
	SQL_TX_REGISTER = 1,
	SQL_TX_OPERATOR = 2,	/* bond, rotate, leave */
	SQL_TX_EVIDENCE = 3,
	SQL_TX_REFUND = 4,
	SQL_TX_REPORT = 5,
	SQL_TX_CLAIM = 6,
	SQL_TX_CONTRIBUTE = 7,
	SQL_TX_DEPLOY = 8
};

enum sql_tx_status {
	SQL_TX_QUEUED = 0,	/* no nonce yet */
	SQL_TX_SENT = 1,	/* signed and offered to a node */
	SQL_TX_MINED = 2,	/* in a block that may still go */
	SQL_TX_FINAL = 3,	/* in a final block, succeeded */
	SQL_TX_FAILED = 4,	/* in a final block, reverted */
	SQL_TX_DROPPED = 5	/* will not be sent; error says why */
};

const char *sql_tx_status_name(enum sql_tx_status status);

struct sql_tx_key {
	uint64_t chain_id;
	struct addr20 target;	/* model, or pool or factory */
	uint64_t epoch;		/* or what tells two of a kind apart */
	enum sql_tx_kind kind;
};

struct sql_tx_row {
	int64_t id;
	struct sql_tx_key key;
	/* Fixed when queued. */
	struct addr20 sender, to;
	struct wei value_wei;
	const uint8_t *data;
	uint32_t data_len;
	uint64_t created_s;
	/* What changes. */
	enum sql_tx_status status;
	uint64_t gas_limit;
	bool has_nonce;
	uint64_t nonce;
	struct wei max_fee_wei, priority_fee_wei;
	const uint8_t *raw;		/* the last signed bytes */
	uint32_t raw_len;
	const struct hash32 *hashes;	/* all that were tried, oldest first */
	uint32_t n_hashes;
	uint64_t sent_s;		/* last offered to a node; 0 */
	uint64_t mined_block;		/* 0 */
	struct hash32 mined_hash;	/* of that block */
	uint64_t gas_used;
	struct wei gas_price_wei;	/* effective */
	uint32_t attempts;
	const char *error;		/* "" */
	uint64_t updated_s;
};

/* Insert t as queued if its key is absent.
 * inserted  false: it was there; *id is its id */
enum dc_status sql_outbox_insert(struct sql_db *db, int64_t *id,
				 bool *inserted, const struct sql_tx_row *t,
				 struct dc_err *err) DC_MUST_CHECK;

/* Write what changes of the row t->id.  Errors: DC_ENOTFOUND. */
enum dc_status sql_outbox_update(struct sql_db *db,
				 const struct sql_tx_row *t,
				 struct dc_err *err) DC_MUST_CHECK;

/* A failed or dropped row begins anew with t's data, as queued.
 * Errors: DC_ENOTFOUND no such row, or it is neither. */
enum dc_status sql_outbox_requeue(struct sql_db *db,
				  const struct sql_tx_row *t,
				  struct dc_err *err) DC_MUST_CHECK;

enum dc_status sql_outbox_get(struct sql_db *db, struct sql_tx_row *out,
			      bool *found, const struct sql_tx_key *key,
			      struct dc_arena *arena,
			      struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_outbox_by_id(struct sql_db *db, struct sql_tx_row *out,
				bool *found, int64_t id,
				struct dc_arena *arena,
				struct dc_err *err) DC_MUST_CHECK;

/* What still needs work on this chain (queued, sent, mined), in order of
 * id, with id > after.
 * out  (max)   n  how many */
enum dc_status sql_outbox_open(struct sql_db *db, struct sql_tx_row *out,
			       uint32_t *n, uint32_t max, uint64_t chain_id,
			       int64_t after, struct dc_arena *arena,
			       struct dc_err *err) DC_MUST_CHECK;

/* Newest first (see page.h). */
enum dc_status sql_outbox_page(struct sql_db *db, struct sql_tx_row *out,
			       uint32_t *n, char *next, uint64_t chain_id,
			       const struct sql_page *page,
			       struct dc_arena *arena,
			       struct dc_err *err) DC_MUST_CHECK;

/* The next nonce of a sender; found false: never asked. */
enum dc_status sql_nonce_get(struct sql_db *db, uint64_t *next, bool *found,
			     uint64_t chain_id, const struct addr20 *sender,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_nonce_put(struct sql_db *db, uint64_t chain_id,
			     const struct addr20 *sender, uint64_t next,
			     struct dc_err *err) DC_MUST_CHECK;

/* What a sender spent (gas and value) on a day (Unix time / 86400). */
enum dc_status sql_spend_get(struct sql_db *db, struct wei *out,
			     uint64_t chain_id, const struct addr20 *sender,
			     uint64_t day, struct dc_err *err) DC_MUST_CHECK;
/* The sum of all days. */
enum dc_status sql_spend_total(struct sql_db *db, struct wei *out,
			       uint64_t chain_id, const struct addr20 *sender,
			       struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_spend_add(struct sql_db *db, uint64_t chain_id,
			     const struct addr20 *sender, uint64_t day,
			     struct wei amount_wei,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_OUTBOX_H */
