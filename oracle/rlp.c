/* RLP, both ways. */
#include "config.h"

#include "oracle/rlp.h"

#include <string.h>

#define RLP_SHORT_MAX 55	/* longest payload with a one-byte prefix */
#define RLP_BYTES_BASE 0x80
#define RLP_LIST_BASE 0xc0

/* Big-endian bytes of v without leading zeros; returns how many. */
static size_t
rlp_be_bytes(uint8_t out[8], uint64_t v)
{
	uint8_t be[8];
	size_t skip = 0;

	for (size_t i = 0; i < 8; i++)
		be[i] = (uint8_t)(v >> (56 - 8 * i));
	while (skip < 8 && be[skip] == 0)
		skip++;
	memcpy(out, be + skip, 8 - skip);
	return 8 - skip;
}

static void
rlp_append_prefix(struct dc_buf *out, uint8_t base, size_t n)
{
	uint8_t be[8];
	size_t be_len;

	if (n <= RLP_SHORT_MAX) {
		dc_buf_append_byte(out, (uint8_t)(base + n));
		return;
	}
	be_len = rlp_be_bytes(be, n);
	dc_buf_append_byte(out, (uint8_t)(base + RLP_SHORT_MAX + be_len));
	dc_buf_append(out, be, be_len);
}

void
rlp_append_bytes(struct dc_buf *out, const uint8_t *in, size_t n)
{
	if (n != 1 || in[0] >= RLP_BYTES_BASE)
		rlp_append_prefix(out, RLP_BYTES_BASE, n);
	if (n > 0)
		dc_buf_append(out, in, n);
}

void
rlp_append_u64(struct dc_buf *out, uint64_t v)
{
	uint8_t be[8];

	rlp_append_bytes(out, be, rlp_be_bytes(be, v));
}

void
rlp_append_u256(struct dc_buf *out, struct u256 v)
{
	uint8_t be[32];
	size_t skip = 0;

	u256_to_be(v, be);
	while (skip < sizeof(be) && be[skip] == 0)
		skip++;
	rlp_append_bytes(out, be + skip, sizeof(be) - skip);
}

void
rlp_append_list(struct dc_buf *out, const uint8_t *items, size_t n)
{
	rlp_append_prefix(out, RLP_LIST_BASE, n);
	if (n > 0)
		dc_buf_append(out, items, n);
}

/* The payload's length where be_len bytes tell it. */
static enum dc_status
rlp_long_length(size_t *out, struct rlp_cursor *c, size_t be_len,
		struct dc_err *err)
{
	uint64_t n = 0;

	if ((size_t)(c->end - c->p) < be_len)
		return dc_fail(err, DC_EINVAL, "rlp: ends within a length");
	if (c->p[0] == 0)
		return dc_fail(err, DC_EINVAL, "rlp: length with a zero");
	for (size_t i = 0; i < be_len; i++)
		n = n << 8 | c->p[i];
	if (n <= RLP_SHORT_MAX)
		return dc_fail(err, DC_EINVAL, "rlp: long form of a short");
	c->p += be_len;
	if (n > (uint64_t)(c->end - c->p))
		return dc_fail(err, DC_EINVAL, "rlp: ends within an item");
	*out = (size_t)n;
	return DC_OK;
}

static enum dc_status
rlp_payload(struct rlp_item *out, struct rlp_cursor *c, uint8_t prefix,
	    struct dc_err *err)
{
	uint8_t base = prefix >= RLP_LIST_BASE ? RLP_LIST_BASE
					       : RLP_BYTES_BASE;
	size_t n = (size_t)(prefix - base);
	enum dc_status found;

	out->kind = base == RLP_LIST_BASE ? RLP_LIST : RLP_BYTES;
	if (n > RLP_SHORT_MAX) {
		found = rlp_long_length(&n, c, n - RLP_SHORT_MAX, err);
		if (found != DC_OK)
			return found;
	}
	if (n > (size_t)(c->end - c->p))
		return dc_fail(err, DC_EINVAL, "rlp: ends within an item");
	out->p = c->p;
	out->len = n;
	if (out->kind == RLP_BYTES && n == 1 && c->p[0] < RLP_BYTES_BASE)
		return dc_fail(err, DC_EINVAL,
			       "rlp: prefix on a byte that is its own");
	c->p += n;
	return DC_OK;
}

enum dc_status
rlp_next(struct rlp_item *out, struct rlp_cursor *c, struct dc_err *err)
{
	uint8_t prefix;

	if (rlp_at_end(c))
		return dc_fail(err, DC_EINVAL, "rlp: an item is missing");
	prefix = *c->p;
	if (prefix < RLP_BYTES_BASE) {
		*out = (struct rlp_item){ RLP_BYTES, c->p, 1 };
		c->p++;
		return DC_OK;
	}
	c->p++;
	return rlp_payload(out, c, prefix, err);
}

enum dc_status
rlp_next_u256(struct u256 *out, struct rlp_cursor *c, struct dc_err *err)
{
	struct rlp_item item;
	uint8_t be[32] = { 0 };
	enum dc_status found = rlp_next(&item, c, err);

	if (found != DC_OK)
		return found;
	if (item.kind != RLP_BYTES || item.len > sizeof(be))
		return dc_fail(err, DC_EINVAL, "rlp: not an integer");
	if (item.len > 0 && item.p[0] == 0)
		return dc_fail(err, DC_EINVAL, "rlp: integer with a zero");
	if (item.len > 0)
		memcpy(be + sizeof(be) - item.len, item.p, item.len);
	*out = u256_from_be(be);
	return DC_OK;
}

enum dc_status
rlp_next_u64(uint64_t *out, struct rlp_cursor *c, struct dc_err *err)
{
	struct u256 v;
	enum dc_status found = rlp_next_u256(&v, c, err);

	if (found != DC_OK)
		return found;
	if (!u256_to_u64(out, v))
		return dc_fail(err, DC_EINVAL, "rlp: over 64 bits");
	return DC_OK;
}

enum dc_status
rlp_open_list(struct rlp_cursor *out, const uint8_t *in, size_t n,
	      struct dc_err *err)
{
	struct rlp_cursor c = { in, in + n };
	struct rlp_item item;
	enum dc_status found = rlp_next(&item, &c, err);

	if (found != DC_OK)
		return found;
	if (item.kind != RLP_LIST)
		return dc_fail(err, DC_EINVAL, "rlp: not a list");
	if (!rlp_at_end(&c))
		return dc_fail(err, DC_EINVAL, "rlp: bytes after the list");
	*out = (struct rlp_cursor){ item.p, item.p + item.len };
	return DC_OK;
}
