/*
 * The life of one transaction, row by row.
 *
 *     queued -> sent -> mined -> final | failed
 *        |  ^    | ^      |
 *        |  +----+ +------+      nonce taken by another; reorg
 *        +-> dropped             it would be reverted
 *
 * (1) Signed bytes are in the row, synced, before any node sees them.
 * (2) A row with a nonce keeps it until a final block proves that another
 *     transaction has it: so no two of our transactions race for one thing.
 * (3) All hashes that a row was ever offered under stay in it: whichever is
 *     mined is found.
 * (4) Nothing is final before its block is.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "oracle/abi_calls.h"
#include "oracle/outbox_core.h"
#include "oracle/tx.h"

#define REPLACE_S 30		/* unmined that long: offered dearer */
#define REOFFER_S 10		/* and again, in case it was dropped */
#define HASHES_MAX 64
#define REASON_BYTES 160
#define DAY_S 86400

/* --- the row in the database --------------------------------------------- */

static bool
ended_in_vain(const struct outbox *o, const struct sql_tx_row *row)
{
	return (row->status == SQL_TX_FAILED ||
		row->status == SQL_TX_DROPPED) &&
	       o->now_s >= row->updated_s + OUTBOX_AGAIN_S;
}

static enum dc_status
begin_anew(struct outbox *o, int64_t id, const struct sql_tx_row *row,
	   struct dc_err *err)
{
	struct sql_tx_row before, again = *row;
	enum dc_status found;
	bool is_there;

	found = sql_outbox_by_id(o->local, &before, &is_there, id, o->arena,
				 err);
	if (found != DC_OK || !is_there || !ended_in_vain(o, &before))
		return found;
	again.id = id;
	again.updated_s = o->now_s;
	return sql_outbox_requeue(o->local, &again, err);
}

enum dc_status
outbox_enqueue(struct outbox *o, const struct sql_tx_row *row,
	       struct dc_err *err)
{
	bool inserted = false;
	int64_t id;
	enum dc_status found = sql_tx_begin(o->local, err);

	if (found == DC_OK)
		found = sql_outbox_insert(o->local, &id, &inserted, row, err);
	if (found == DC_OK && !inserted)
		found = begin_anew(o, id, row, err);
	return sql_tx_end(o->local, found, err);
}

static enum dc_status
row_save(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	enum dc_status found = sql_tx_begin(o->local, err);

	row->updated_s = o->now_s;
	if (found == DC_OK)
		found = sql_outbox_update(o->local, row, err);
	return sql_tx_end(o->local, found, err);
}

static void
row_name(char *out, size_t room, const struct sql_tx_row *row)
{
	char target[ADDR20_TEXT_BYTES];

	addr20_format(&row->key.target, target);
	snprintf(out, room, "%" PRId64 " (kind %d, %s, epoch %" PRIu64 ")",
		 row->id, (int)row->key.kind, target, row->key.epoch);
}

/* Save a change with its reason, which is logged where it is news. */
static enum dc_status
row_change(struct outbox *o, struct sql_tx_row *row, const char *why,
	   struct dc_err *err)
{
	char name[128];

	if (strcmp(row->error, why) != 0) {
		row_name(name, sizeof(name), row);
		dc_log(DC_LOG_UNUSUAL, "outbox", "transaction %s: %s", name,
		       why);
		row->error = dc_arena_printf(o->arena, "%s", why);
	}
	return row_save(o, row, err);
}

/* Nothing changed but what there is to tell. */
static enum dc_status
row_tell(struct outbox *o, struct sql_tx_row *row, const char *text,
	 struct dc_err *err)
{
	if (strcmp(row->error, text) == 0)
		return DC_OK;
	return row_change(o, row, text, err);
}

/* --- asking the node ----------------------------------------------------- */

/* The node answered, and said no: about this row, not about the link. */
static bool
node_refused(const struct outbox *o)
{
	switch (rpc_failure(o->rpc)->fault) {
	case RPC_FAULT_NONE:
	case RPC_FAULT_UNREACHABLE:
	case RPC_FAULT_HTTP:
	case RPC_FAULT_BUSY:
	case RPC_FAULT_MALFORMED:
	case RPC_FAULT_TOO_LARGE:
	case RPC_FAULT_INTERRUPTED:
		return false;
	case RPC_FAULT_RANGE:
	case RPC_FAULT_UNKNOWN_BLOCK:
	case RPC_FAULT_REVERTED:
	case RPC_FAULT_SPENT:
	case RPC_FAULT_NONCE_TOO_LOW:
	case RPC_FAULT_ALREADY_KNOWN:
	case RPC_FAULT_UNDERPRICED:
	case RPC_FAULT_FUNDS:
	case RPC_FAULT_OTHER:
		return true;
	}
	return false;
}

/* Reverts that time may mend; all others stay. */
static bool
revert_passes(const struct rpc_failure *f)
{
	static const char *const passing[] = { "BeforeInChallenge(",
		"EpochNotOver(", "NoQuorum(", "TooEarly(" };
	char reason[REASON_BYTES];

	abi_revert_format(reason, sizeof(reason), f->revert, f->revert_len);
	for (size_t i = 0; i < DC_ARRAY_LEN(passing); i++)
		if (strncmp(reason, passing[i], strlen(passing[i])) == 0)
			return true;
	return false;
}

/* --- queued -------------------------------------------------------------- */

static enum dc_status
row_dropped(struct outbox *o, struct sql_tx_row *row, const char *why,
	    struct dc_err *err)
{
	row->status = SQL_TX_DROPPED;
	return row_change(o, row, why, err);
}

/* *go false: not now, told in the row. */
static enum dc_status
estimate(struct outbox *o, struct sql_tx_row *row, bool *go,
	 struct dc_err *err)
{
	const struct rpc_failure *f = rpc_failure(o->rpc);
	struct rpc_message msg = {
		.from = &row->sender, .to = &row->to,
		.value_wei = row->value_wei, .data = row->data,
		.data_len = row->data_len,
	};
	struct dc_err why = DC_ERR_INIT;
	char text[OUTBOX_TEXT_BYTES], reason[REASON_BYTES];
	enum dc_status found = rpc_estimate_gas(o->rpc, &row->gas_limit, &msg,
						&why);

	*go = found == DC_OK;
	if (found == DC_OK) {
		row->gas_limit += row->gas_limit / 4;
		return DC_OK;
	}
	if (!node_refused(o))
		return dc_fail(err, found, "%s", why.text);
	if (f->fault != RPC_FAULT_REVERTED)
		return row_tell(o, row, why.text, err);
	abi_revert_format(reason, sizeof(reason), f->revert, f->revert_len);
	snprintf(text, sizeof(text), "would be reverted: %s", reason);
	return revert_passes(f) ? row_tell(o, row, text, err)
				: row_dropped(o, row, text, err);
}

/* Ours on their way keep their places; without any, the node knows best. */
static enum dc_status
next_nonce(struct outbox *o, const struct sql_tx_row *row, uint64_t *out,
	   struct dc_err *err)
{
	bool flying = false, known;
	uint64_t counted;
	enum dc_status found;

	for (uint32_t i = 0; i < o->n_open; i++)
		flying = flying || (o->open[i].has_nonce &&
				    addr20_equal(&o->open[i].sender,
						 &row->sender));
	found = rpc_transaction_count(o->rpc, &counted, &row->sender,
				      flying ? rpc_at_latest()
					     : rpc_at_pending(), err);
	if (found != DC_OK)
		return found;
	found = sql_nonce_get(o->local, out, &known, row->key.chain_id,
			      &row->sender, err);
	if (found == DC_OK && (!known || !flying || *out < counted))
		*out = counted;
	return found;
}

static void
row_to_tx(struct tx *tx, const struct sql_tx_row *row)
{
	*tx = (struct tx){
		.chain_id = row->key.chain_id, .nonce = row->nonce,
		.tip_wei = row->priority_fee_wei, .fee_wei = row->max_fee_wei,
		.gas = row->gas_limit, .to = row->to,
		.value = row->value_wei, .data = row->data,
		.data_len = row->data_len,
	};
}

static void
add_hash(struct outbox *o, struct sql_tx_row *row, const struct hash32 *hash)
{
	struct hash32 *all = dc_arena_alloc(o->arena, (row->n_hashes + 1) *
					    sizeof(*all));

	if (row->n_hashes > 0)
		memcpy(all, row->hashes, row->n_hashes * sizeof(*all));
	all[row->n_hashes] = *hash;
	row->hashes = all;
	row->n_hashes++;
}

/* The row's fields as signed bytes, in the row. */
static enum dc_status
row_sign(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	struct hash32 hash;
	struct dc_buf raw;
	enum dc_status found;
	struct tx tx;

	row_to_tx(&tx, row);
	dc_buf_init(&raw, row->data_len + 1024u);
	found = signer_tx(o->config.signer, &raw, &hash, &tx, err);
	if (found == DC_OK) {
		row->raw = dc_arena_copy(o->arena, raw.data, raw.len);
		row->raw_len = (uint32_t)raw.len;
		add_hash(o, row, &hash);
	}
	dc_buf_clear(&raw);
	return found;
}

static enum dc_status
save_with_nonce(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	enum dc_status found = sql_tx_begin(o->local, err);

	row->updated_s = o->now_s;
	if (found == DC_OK)
		found = sql_outbox_update(o->local, row, err);
	if (found == DC_OK)
		found = sql_nonce_put(o->local, row->key.chain_id,
				      &row->sender, row->nonce + 1, err);
	return sql_tx_end(o->local, found, err);
}

/* --- offering ------------------------------------------------------------ */

/* told  what the row goes on to say: "" all is well */
static enum dc_status
offered(struct outbox *o, struct sql_tx_row *row, const char *told,
	struct dc_err *err)
{
	if (row->sent_s == 0) {
		char name[128];

		row->sent_s = o->now_s;
		row_name(name, sizeof(name), row);
		dc_log(DC_LOG_INFO, "outbox", "sent transaction %s", name);
	}
	row->attempts++;
	row->error = told;
	return row_save(o, row, err);
}

/* Give the row's bytes to the node. A "nonce too low" is left to the search
 * for receipts; "underpriced" is mended by the next replacement. */
static enum dc_status
offer(struct outbox *o, struct sql_tx_row *row, const char *told,
      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct hash32 named;
	enum dc_status found = rpc_send_raw(o->rpc, &named, row->raw,
					    row->raw_len, &why);
	enum rpc_fault fault = rpc_failure(o->rpc)->fault;

	if (found == DC_OK || fault == RPC_FAULT_ALREADY_KNOWN ||
	    fault == RPC_FAULT_NONCE_TOO_LOW)
		return offered(o, row, told, err);
	if (!node_refused(o))
		return dc_fail(err, found, "%s", why.text);
	row->sent_s = row->sent_s == 0 ? o->now_s : row->sent_s;
	row->attempts++;
	return row_change(o, row, why.text, err);
}

/* --- queued, put together ------------------------------------------------ */

/* Limits and missing keys are told in the row, where people look. */
static enum dc_status
told_or_failed(struct outbox *o, struct sql_tx_row *row,
	       enum dc_status found, const struct dc_err *why,
	       struct dc_err *err)
{
	if (found == DC_EREFUSED)
		return row_tell(o, row, why->text, err);
	return dc_fail(err, found, "%s", why->text);
}

static enum dc_status
step_queued(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;
	bool go;

	found = estimate(o, row, &go, err);
	if (found != DC_OK || !go)
		return found;
	found = outbox_fees_new(o, &row->max_fee_wei, &row->priority_fee_wei,
				&why);
	if (found == DC_OK)
		found = outbox_funds_check(o, row, row->max_fee_wei, &why);
	if (found == DC_OK)
		found = next_nonce(o, row, &row->nonce, &why);
	if (found == DC_OK)
		found = row_sign(o, row, &why);
	if (found != DC_OK)
		return told_or_failed(o, row, found, &why, err);
	row->has_nonce = true;
	row->status = SQL_TX_SENT;
	row->sent_s = 0;
	row->error = "";
	found = save_with_nonce(o, row, err);		/* keeps (1) */
	return found == DC_OK ? offer(o, row, "", err) : found;
}

/* --- sent ---------------------------------------------------------------- */

/* Under any of its names; keeps (3). */
static enum dc_status
find_receipt(struct outbox *o, const struct sql_tx_row *row,
	     struct rpc_receipt *out, bool *mined, struct dc_err *err)
{
	struct rpc_receipt all[HASHES_MAX];
	bool found_it[HASHES_MAX];
	enum dc_status found;

	DC_CHECK(row->n_hashes <= HASHES_MAX);
	*mined = false;
	found = rpc_receipts(o->rpc, all, found_it, row->hashes,
			     row->n_hashes, err);
	for (uint32_t i = 0; found == DC_OK && i < row->n_hashes; i++)
		if (found_it[i]) {
			*out = all[i];
			*mined = true;
		}
	return found;
}

static enum dc_status
row_mined(struct outbox *o, struct sql_tx_row *row,
	  const struct rpc_receipt *r, struct dc_err *err)
{
	row->status = SQL_TX_MINED;
	row->mined_block = r->block;
	row->mined_hash = r->block_hash;
	row->gas_used = r->gas_used;
	row->gas_price_wei = r->gas_price_wei;
	row->error = r->success ? "" : "reverted";
	return row_save(o, row, err);
}

/* keeps (2): a final block has another transaction of this nonce. */
static enum dc_status
nonce_is_lost(struct outbox *o, const struct sql_tx_row *row, bool *lost,
	      struct dc_err *err)
{
	uint64_t count = 0;
	enum dc_status found;

	*lost = false;
	if (o->finalized == 0)
		return DC_OK;
	found = rpc_transaction_count(o->rpc, &count, &row->sender,
				      rpc_at_number(o->finalized), err);
	*lost = found == DC_OK && count > row->nonce;
	return found;
}

static enum dc_status
start_over(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	row->status = SQL_TX_QUEUED;
	row->has_nonce = false;
	row->nonce = 0;
	row->raw = NULL;
	row->raw_len = 0;
	row->hashes = NULL;
	row->n_hashes = 0;
	row->sent_s = 0;
	return row_change(o, row, "another transaction took its nonce; it "
			  "gets a new one", err);
}

static enum dc_status
replace(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct sql_tx_row dearer = *row;
	char name[128];
	enum dc_status found;

	if (row->n_hashes == HASHES_MAX)
		return offer(o, row, "", err);
	found = outbox_fees_replace(o, row, &dearer.max_fee_wei,
				    &dearer.priority_fee_wei, &why);
	if (found == DC_OK)
		found = outbox_funds_check(o, row, dearer.max_fee_wei, &why);
	if (found == DC_OK)
		found = row_sign(o, &dearer, &why);
	if (found != DC_OK) {
		found = told_or_failed(o, row, found, &why, err);
		return found == DC_OK ? offer(o, row, row->error, err)
				      : found;
	}
	row_name(name, sizeof(name), row);
	dc_log(DC_LOG_INFO, "outbox", "replacing transaction %s", name);
	dearer.sent_s = 0;
	*row = dearer;
	found = row_save(o, row, err);			/* keeps (1) */
	return found == DC_OK ? offer(o, row, "", err) : found;
}

static uint64_t
since(const struct outbox *o, uint64_t then_s)
{
	return o->now_s > then_s ? o->now_s - then_s : 0;
}

static enum dc_status
step_sent(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	unsigned replace_s = o->config.replace_s;
	struct rpc_receipt receipt;
	bool mined, lost;
	enum dc_status found;

	/* the count first: what is mined between the two questions is found */
	found = nonce_is_lost(o, row, &lost, err);
	if (found == DC_OK)
		found = find_receipt(o, row, &receipt, &mined, err);
	if (found != DC_OK)
		return found;
	if (mined)
		return row_mined(o, row, &receipt, err);
	if (lost)
		return start_over(o, row, err);
	if (row->sent_s == 0)
		return offer(o, row, "", err);
	if (since(o, row->sent_s) >= (replace_s ? replace_s : REPLACE_S))
		return replace(o, row, err);
	if (since(o, row->updated_s) >= REOFFER_S)
		return offer(o, row, row->error, err);
	return DC_OK;
}

/* --- mined --------------------------------------------------------------- */

static enum dc_status
row_final(struct outbox *o, struct sql_tx_row *row,
	  const struct rpc_receipt *r, struct dc_err *err)
{
	struct wei cost = { U256_ZERO };
	enum dc_status found = sql_tx_begin(o->local, err);

	row->status = r->success ? SQL_TX_FINAL : SQL_TX_FAILED;
	row->error = r->success ? "" : "reverted";
	row->updated_s = o->now_s;
	if (!u256_mul(&cost.v, u256_from_u64(r->gas_used),
		      r->gas_price_wei.v) ||
	    !wei_add(&cost, cost, r->success ? row->value_wei
					     : wei_from_u64(0)))
		cost.v = U256_MAX_;
	if (found == DC_OK)
		found = sql_outbox_update(o->local, row, err);
	if (found == DC_OK)
		found = sql_spend_add(o->local, row->key.chain_id,
				      &row->sender, o->now_s / DAY_S, cost,
				      err);
	return sql_tx_end(o->local, found, err);
}

/* A reorg put it out: it is offered again as it is. */
static enum dc_status
row_unmined(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	enum dc_status found;

	row->status = SQL_TX_SENT;
	row->mined_block = 0;
	memset(&row->mined_hash, 0, sizeof(row->mined_hash));
	found = row_change(o, row, "a reorganisation put it out of its "
			   "block", err);
	return found == DC_OK ? offer(o, row, "", err) : found;
}

static enum dc_status
step_mined(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	struct rpc_receipt receipt;
	enum dc_status found;
	bool mined;

	if (row->mined_block > o->finalized)
		if (o->now_s < row->updated_s + REOFFER_S)
			return DC_OK;
	found = find_receipt(o, row, &receipt, &mined, err);
	if (found != DC_OK)
		return found;
	if (!mined)
		return row_unmined(o, row, err);
	if (receipt.block != row->mined_block ||
	    !hash32_equal(&receipt.block_hash, &row->mined_hash) ||
	    row->mined_block > o->finalized)
		return row_mined(o, row, &receipt, err);
	return row_final(o, row, &receipt, err);	/* keeps (4) */
}

enum dc_status
outbox_row_step(struct outbox *o, struct sql_tx_row *row, struct dc_err *err)
{
	switch (row->status) {
	case SQL_TX_QUEUED:
		return step_queued(o, row, err);
	case SQL_TX_SENT:
		return step_sent(o, row, err);
	case SQL_TX_MINED:
		return step_mined(o, row, err);
	case SQL_TX_FINAL:
	case SQL_TX_FAILED:
	case SQL_TX_DROPPED:
		return DC_OK;
	}
	return DC_OK;
}
