/* EIP-1559 transactions: signing payload, signed bytes, and back. */
#include "config.h"

#include "oracle/tx.h"

#include <string.h>

#include "base/keccak.h"
#include "oracle/rlp.h"

#define TX_TYPE_1559 0x02
#define TX_OVERHEAD_BYTES 512	/* everything but the data */

static void
tx_append_fields(struct dc_buf *items, const struct tx *tx)
{
	rlp_append_u64(items, tx->chain_id);
	rlp_append_u64(items, tx->nonce);
	rlp_append_u256(items, tx->tip_wei.v);
	rlp_append_u256(items, tx->fee_wei.v);
	rlp_append_u64(items, tx->gas);
	rlp_append_bytes(items, tx->to.b, tx->creates ? 0 : sizeof(tx->to.b));
	rlp_append_u256(items, tx->value.v);
	rlp_append_bytes(items, tx->data, tx->data_len);
	rlp_append_list(items, NULL, 0);	/* no access list */
}

static void
tx_append_signature(struct dc_buf *items, const struct ec_signature *sig)
{
	rlp_append_u64(items, sig->parity);
	rlp_append_u256(items, u256_from_be(sig->r));
	rlp_append_u256(items, u256_from_be(sig->s));
}

/* 0x02 || rlp(list); sig NULL: the payload that is signed. */
static void
tx_append(struct dc_buf *out, const struct tx *tx,
	  const struct ec_signature *sig)
{
	struct dc_buf items;

	dc_buf_init(&items, tx->data_len + TX_OVERHEAD_BYTES);
	tx_append_fields(&items, tx);
	if (sig != NULL)
		tx_append_signature(&items, sig);
	DC_CHECK(!dc_buf_failed(&items));
	dc_buf_append_byte(out, TX_TYPE_1559);
	rlp_append_list(out, items.data, items.len);
	dc_buf_clear(&items);
}

void
tx_digest(struct hash32 *out, const struct tx *tx)
{
	struct dc_buf payload;

	dc_buf_init(&payload, tx->data_len + TX_OVERHEAD_BYTES);
	tx_append(&payload, tx, NULL);
	DC_CHECK(!dc_buf_failed(&payload));
	keccak256(out, payload.data, payload.len);
	dc_buf_clear(&payload);
}

void
tx_encode(struct dc_buf *out, const struct tx *tx,
	  const struct ec_signature *sig)
{
	tx_append(out, tx, sig);
}

void
tx_hash(struct hash32 *out, const uint8_t *raw, size_t len)
{
	keccak256(out, raw, len);
}

static enum dc_status
tx_next_to(struct tx *out, struct rlp_cursor *c, struct dc_err *err)
{
	struct rlp_item item;
	enum dc_status found = rlp_next(&item, c, err);

	if (found != DC_OK)
		return found;
	if (item.kind != RLP_BYTES ||
	    (item.len != 0 && item.len != sizeof(out->to.b)))
		return dc_fail(err, DC_EINVAL, "transaction: no destination");
	out->creates = item.len == 0;
	memset(&out->to, 0, sizeof(out->to));
	if (!out->creates)
		memcpy(out->to.b, item.p, sizeof(out->to.b));
	return DC_OK;
}

static enum dc_status
tx_next_data(struct tx *out, struct rlp_cursor *c, struct dc_err *err)
{
	struct rlp_item item;
	enum dc_status found = rlp_next(&item, c, err);

	if (found != DC_OK)
		return found;
	if (item.kind != RLP_BYTES || item.len > TX_DATA_MAX_BYTES)
		return dc_fail(err, DC_EINVAL, "transaction: no call data");
	out->data = item.p;
	out->data_len = item.len;
	found = rlp_next(&item, c, err);
	if (found != DC_OK)
		return found;
	if (item.kind != RLP_LIST || item.len != 0)
		return dc_fail(err, DC_EINVAL,
			       "transaction: has an access list");
	return DC_OK;
}

static enum dc_status
tx_next_fields(struct tx *out, struct rlp_cursor *c, struct dc_err *err)
{
	enum dc_status found;

	if ((found = rlp_next_u64(&out->chain_id, c, err)) != DC_OK ||
	    (found = rlp_next_u64(&out->nonce, c, err)) != DC_OK ||
	    (found = rlp_next_u256(&out->tip_wei.v, c, err)) != DC_OK ||
	    (found = rlp_next_u256(&out->fee_wei.v, c, err)) != DC_OK ||
	    (found = rlp_next_u64(&out->gas, c, err)) != DC_OK ||
	    (found = tx_next_to(out, c, err)) != DC_OK ||
	    (found = rlp_next_u256(&out->value.v, c, err)) != DC_OK)
		return found;
	return tx_next_data(out, c, err);
}

static enum dc_status
tx_next_signature(struct ec_signature *out, struct rlp_cursor *c,
		  struct dc_err *err)
{
	struct u256 r, s;
	uint64_t parity;
	enum dc_status found;

	if ((found = rlp_next_u64(&parity, c, err)) != DC_OK ||
	    (found = rlp_next_u256(&r, c, err)) != DC_OK ||
	    (found = rlp_next_u256(&s, c, err)) != DC_OK)
		return found;
	if (parity > 1)
		return dc_fail(err, DC_EINVAL, "transaction: parity over 1");
	if (!rlp_at_end(c))
		return dc_fail(err, DC_EINVAL, "transaction: too many fields");
	out->parity = (uint8_t)parity;
	u256_to_be(r, out->r);
	u256_to_be(s, out->s);
	return DC_OK;
}

enum dc_status
tx_decode(struct tx *out, struct ec_signature *sig, const uint8_t *raw,
	  size_t len, struct dc_err *err)
{
	struct rlp_cursor c;
	enum dc_status found;

	if (len == 0 || raw[0] != TX_TYPE_1559)
		return dc_fail(err, DC_EINVAL, "transaction: not of type 2");
	found = rlp_open_list(&c, raw + 1, len - 1, err);
	if (found != DC_OK)
		return found;
	found = tx_next_fields(out, &c, err);
	if (found != DC_OK)
		return found;
	return tx_next_signature(sig, &c, err);
}

bool
tx_worst_cost(struct wei *out, const struct tx *tx)
{
	struct u256 gas_cost;

	return u256_mul(&gas_cost, u256_from_u64(tx->gas), tx->fee_wei.v) &&
	       u256_add(&out->v, gas_cost, tx->value.v);
}

void
tx_created_address(struct addr20 *out, const struct addr20 *sender,
		   uint64_t nonce)
{
	struct dc_buf items, list;
	struct hash32 h;

	dc_buf_init(&items, 64);
	dc_buf_init(&list, 64);
	rlp_append_bytes(&items, sender->b, sizeof(sender->b));
	rlp_append_u64(&items, nonce);
	rlp_append_list(&list, items.data, items.len);
	DC_CHECK(!dc_buf_failed(&items) && !dc_buf_failed(&list));
	keccak256(&h, list.data, list.len);
	memcpy(out->b, h.b + 12, sizeof(out->b));
	dc_buf_clear(&items);
	dc_buf_clear(&list);
}
