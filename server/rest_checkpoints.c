/* GET /v1/models/{model}/checkpoints and /checkpoints/{epoch} */
#include "config.h"

#include <string.h>

#include "incentives/verdicts.h"
#include "oracle/eip712.h"
#include "server/rest.h"
#include "sql/blocks.h"
#include "sql/operators.h"
#include "sql/outbox.h"
#include "sql/signatures.h"

#define SIGNATURES_MAX 32	/* operators of a pool */

/* What all checkpoints of a reply share. */
struct writing {
	struct rest *r;
	struct sql_model m;
	uint64_t chain_id;
	uint64_t finalized;
};

static enum dc_status prepare(struct writing *w, struct rest *r)
{
	const struct registry_model *live;
	struct gateway_status status;

	w->r = r;
	if (rest_find_model(r, &w->m, &live, &r->err) != DC_OK ||
	    sql_finalized_get(r->chain, &w->finalized, &r->err) != DC_OK)
		return r->err.status;
	r->app->status(r->app->user, &status);
	w->chain_id = status.chain_id;
	return DC_OK;
}

/* Two bits each, the first in the lowest bits of the first byte. */
static void put_verdicts(struct writing *w, const struct sql_checkpoint *c)
{
	struct json_out *j = &w->r->j;
	uint64_t from = c->judged_before, n = c->is.judged - from;
	size_t len = (size_t)((n + 3) / 4);
	uint8_t *bits;

	json_put_key(j, "verdicts");
	if (c->n_words == 0 && n > 0) {
		json_put_null(j);
		return;
	}
	bits = dc_arena_alloc(w->r->arena, len + 1);
	memset(bits, 0, len + 1);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = from + i, word = at / VERDICTS_PER_WORD -
					       from / VERDICTS_PER_WORD;
		struct u256 u = u256_from_be(c->words + 32 * word);
		unsigned v = (unsigned)verdicts_get(&u,
						    at % VERDICTS_PER_WORD);

		bits[i / 4] |= (uint8_t)(v << 2 * (i % 4));
	}
	json_put_open(j, '{');
	json_put_key(j, "from");
	json_put_u64(j, from);
	json_put_key(j, "count");
	json_put_u64(j, n);
	json_put_key(j, "bits");
	json_put_bytes(j, bits, len);
	json_put_close(j, '}');
}

/* The operator's own address, or the signer's where it is not known. */
static enum dc_status put_signature(struct writing *w,
				    const struct sql_signature *s)
{
	struct rest *r = w->r;
	struct sql_operator o;
	bool found;

	if (sql_operator_find(r->chain, &o, &found, &s->pool, &s->signer,
			      r->arena, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "operator");
	json_put_address(&r->j, found ? &o.owner : &s->signer);
	json_put_key(&r->j, "signer");
	json_put_address(&r->j, &s->signer);
	json_put_key(&r->j, "signature");
	json_put_bytes(&r->j, s->bytes, sizeof(s->bytes));
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status put_signatures(struct writing *w,
				     const struct sql_checkpoint *c,
				     uint32_t *n)
{
	struct sql_signature *found;
	struct rest *r = w->r;

	*n = 0;
	found = dc_arena_alloc(r->arena, SIGNATURES_MAX * sizeof(*found));
	if (r->loop->local != NULL &&
	    sql_signatures_list(r->loop->local, found, n, SIGNATURES_MAX,
				w->chain_id, &w->m.is.params.pool,
				&w->m.is.trainer, c->is.epoch,
				&r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "signatures");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < *n; i++)
		if (put_signature(w, &found[i]) != DC_OK)
			return r->err.status;
	json_put_close(&r->j, ']');
	return DC_OK;
}

/* Was its transaction offered to a node? */
static enum dc_status is_sent(struct writing *w, bool *out, uint64_t epoch)
{
	struct sql_tx_key key = { w->chain_id, w->m.is.trainer, epoch,
				  SQL_TX_CHECKPOINT };
	struct sql_tx_row row;
	struct rest *r = w->r;
	bool found = false;

	*out = false;
	if (r->loop->local == NULL)
		return DC_OK;
	if (sql_outbox_get(r->loop->local, &row, &found, &key, r->arena,
			   &r->err) != DC_OK)
		return r->err.status;
	*out = found && row.status != SQL_TX_QUEUED &&
	       row.status != SQL_TX_DROPPED;
	return DC_OK;
}

static enum dc_status put_status(struct writing *w,
				 const struct sql_checkpoint *c,
				 uint32_t n_signatures)
{
	struct rest *r = w->r;
	enum sql_checkpoint_status is = sql_checkpoint_status(c,
		r->head.time_s, w->finalized);
	bool sent;

	if (is == SQL_CHECKPOINT_COMPUTED) {
		if (is_sent(w, &sent, c->is.epoch) != DC_OK)
			return r->err.status;
		if (sent)
			is = SQL_CHECKPOINT_SENT;
		else if (n_signatures > 0)
			is = SQL_CHECKPOINT_SIGNED;
	}
	json_put_key(&r->j, "status");
	json_put_text(&r->j, sql_checkpoint_status_name(is));
	return DC_OK;
}

/* What was signed. */
static void put_content(struct writing *w, const struct sql_checkpoint *c)
{
	struct eip712_domain domain = { w->chain_id, w->m.is.params.pool };
	struct json_out *j = &w->r->j;
	struct hash32 digest;

	eip712_checkpoint_digest(&digest, &domain, &c->is);
	json_put_key(j, "model");
	json_put_address(j, &c->is.trainer);
	json_put_key(j, "spec");
	json_put_hash(j, &c->is.spec);
	json_put_key(j, "epoch");
	json_put_u64(j, c->is.epoch);
	json_put_key(j, "epoch_end");
	json_put_time(j, (c->is.epoch + 1) * w->m.is.params.epoch_s);
	json_put_key(j, "contributions");
	json_put_u64(j, c->is.count);
	json_put_key(j, "record_hash");
	json_put_hash(j, &c->is.record_hash);
	json_put_key(j, "state_root");
	json_put_hash(j, &c->is.state_root);
	json_put_key(j, "judged");
	json_put_u64(j, c->is.judged);
	json_put_key(j, "verdicts_hash");
	json_put_hash(j, &c->is.verdicts_hash);
	put_verdicts(w, c);
	json_put_key(j, "accuracy");
	json_put_fx9(j, (int64_t)c->is.accuracy_fx9);
	json_put_key(j, "digest");
	json_put_hash(j, &digest);
}

/* What became of it on the chain; null before. */
static void put_place(struct json_out *j, const struct sql_checkpoint *c)
{
	json_put_key(j, "tx");
	if (c->accepted)
		json_put_hash(j, &c->log.tx);
	else
		json_put_null(j);
	json_put_key(j, "block");
	if (c->accepted)
		json_put_u64(j, c->log.block);
	else
		json_put_null(j);
	json_put_key(j, "effective_at");
	json_put_time(j, c->effective_s);
	json_put_key(j, "differs");
	json_put_bool(j, c->differs);
	json_put_key(j, "refuted");
	json_put_bool(j, c->refuted);
}

static enum dc_status put_checkpoint(struct writing *w,
				     const struct sql_checkpoint *c)
{
	uint32_t n_signatures;

	json_put_open(&w->r->j, '{');
	put_content(w, c);
	if (put_signatures(w, c, &n_signatures) != DC_OK)
		return w->r->err.status;
	put_place(&w->r->j, c);
	if (put_status(w, c, n_signatures) != DC_OK)
		return w->r->err.status;
	json_put_close(&w->r->j, '}');
	return DC_OK;
}

static enum dc_status write_checkpoints(struct rest *r)
{
	struct sql_checkpoint *found;
	char next[SQL_KEY_BYTES];
	struct sql_page page;
	struct writing w;
	uint32_t n;

	if (prepare(&w, r) != DC_OK || rest_page(r, &page, &r->err) != DC_OK)
		return r->err.status;
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	if (sql_checkpoints_page(r->chain, found, &n, next, w.m.row, &page,
				 r->arena, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "checkpoints");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++)
		if (put_checkpoint(&w, &found[i]) != DC_OK)
			return r->err.status;
	json_put_close(&r->j, ']');
	rest_put_next(r, next);
	json_put_close(&r->j, '}');
	return DC_OK;
}

/* Signing and sending leave their marks in local.db, so the tag is that of
 * the bytes. */
void rest_checkpoints(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, write_checkpoints(&r));
	rest_tag_body(rq, rp);
}

/* An epoch in which nothing happened ends with what the one before ended
 * with; operators sign that under its number while no checkpoint since was
 * accepted (oracle/operator.c). */
static enum dc_status find_checkpoint(const struct writing *w,
				      struct sql_checkpoint *out, bool *found,
				      uint64_t epoch)
{
	struct sql_page newest = { .limit = 1 };
	struct rest *r = w->r;
	char next[SQL_KEY_BYTES];
	uint32_t n;

	if (sql_checkpoint_get(r->chain, out, found, w->m.row, epoch,
			       r->arena, &r->err) != DC_OK)
		return r->err.status;
	if (*found)
		return DC_OK;
	if (sql_checkpoints_page(r->chain, out, &n, next, w->m.row, &newest,
				 r->arena, &r->err) != DC_OK)
		return r->err.status;
	*found = n == 1 && out->computed && !out->accepted &&
		out->is.epoch < epoch &&
		epoch < r->head.time_s / w->m.is.params.epoch_s;
	out->is.epoch = epoch;
	return DC_OK;
}

static enum dc_status write_checkpoint(struct rest *r)
{
	struct sql_checkpoint c;
	struct writing w;
	uint64_t epoch;
	bool found;

	if (prepare(&w, r) != DC_OK ||
	    rest_uint(&epoch, r->rq->param[1], "epoch", 0, INT64_MAX / 2,
		      &r->err) != DC_OK ||
	    find_checkpoint(&w, &c, &found, epoch) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such checkpoint");
	return put_checkpoint(&w, &c);
}

void rest_checkpoint(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, write_checkpoint(&r));
	rest_tag_body(rq, rp);
}
