/*
 * fuzz_oracle_rlp.c: any bytes as RLP and as a signed transaction. There is
 * one canonical form, so what is taken comes out as it went in.
 */

#include "config.h"

#include <string.h>

#include "oracle/rlp.h"
#include "oracle/tx.h"
#include "tests/fuzz/fuzz.h"

#define DEPTH_MAX 8
#define ROOM ((size_t)1 << 21)

/* Write again the items of a cursor; false: it is not canonical. */
static bool
fuzz_rewrite(struct dc_buf *out, struct rlp_cursor c, int depth)
{
	struct dc_err err = DC_ERR_INIT;
	struct rlp_item item;

	while (!rlp_at_end(&c)) {
		const uint8_t *before = c.p;

		if (rlp_next(&item, &c, &err) != DC_OK) {
			DC_CHECK(err.status == DC_EINVAL);
			return false;
		}
		DC_CHECK(c.p > before && c.p <= c.end);
		DC_CHECK(item.p >= before && item.p + item.len == c.p);
		if (item.kind == RLP_BYTES) {
			rlp_append_bytes(out, item.p, item.len);
		} else if (depth == DEPTH_MAX) {
			rlp_append_list(out, item.p, item.len);
		} else {
			struct rlp_cursor in = { item.p, item.p + item.len };
			struct dc_buf inner;
			bool found;

			dc_buf_init(&inner, ROOM);
			found = fuzz_rewrite(&inner, in, depth + 1);
			rlp_append_list(out, inner.data, inner.len);
			dc_buf_clear(&inner);
			if (!found)
				return false;
		}
	}
	return true;
}

static void
fuzz_integers(const uint8_t *data, size_t size)
{
	struct rlp_cursor c = { data, data + size };
	struct dc_buf again;
	struct u256 large;
	uint64_t v;

	dc_buf_init(&again, 64);
	if (rlp_next_u64(&v, &c, NULL) == DC_OK) {
		rlp_append_u64(&again, v);
		DC_CHECK(again.len == (size_t)(c.p - data) &&
			 memcmp(again.data, data, again.len) == 0);
	}
	c = (struct rlp_cursor){ data, data + size };
	dc_buf_reset(&again);
	if (rlp_next_u256(&large, &c, NULL) == DC_OK) {
		rlp_append_u256(&again, large);
		DC_CHECK(again.len == (size_t)(c.p - data) &&
			 memcmp(again.data, data, again.len) == 0);
	}
	dc_buf_clear(&again);
}

static void
fuzz_transaction(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct ec_signature sig;
	struct dc_buf again;
	struct tx tx;

	if (tx_decode(&tx, &sig, data, size, &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return;
	}
	dc_buf_init(&again, ROOM);
	tx_encode(&again, &tx, &sig);
	DC_CHECK(again.len == size && memcmp(again.data, data, size) == 0);
	dc_buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct rlp_cursor c = { data, data + size }, list;
	struct dc_buf again;

	if (size == 0)
		return 0;
	dc_buf_init(&again, ROOM);
	if (fuzz_rewrite(&again, c, 0))
		DC_CHECK(again.len == size &&
			 memcmp(again.data, data, size) == 0);
	if (rlp_open_list(&list, data, size, &err) == DC_OK)
		DC_CHECK(list.p >= data && list.end == data + size);
	dc_buf_clear(&again);
	fuzz_integers(data, size);
	fuzz_transaction(data, size);
	return 0;
}
