#ifndef DECAID_ORACLE_RLP_H
#define DECAID_ORACLE_RLP_H

/*
 * Recursive Length Prefix, the form of transactions.
 * Source: Ethereum yellow paper, appendix B. Decoding takes the one
 * canonical form only: shortest lengths, no leading zeros in them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/u256.h"

/* A string of bytes. */
void rlp_append_bytes(struct dc_buf *out, const uint8_t *in, size_t n);

/* Integers: big-endian without leading zeros; 0 is the empty string. */
void rlp_append_u64(struct dc_buf *out, uint64_t v);
void rlp_append_u256(struct dc_buf *out, struct u256 v);

/* A list whose items are already encoded, one after the other. */
void rlp_append_list(struct dc_buf *out, const uint8_t *items, size_t n);

enum rlp_kind { RLP_BYTES, RLP_LIST };

struct rlp_item {
	enum rlp_kind kind;
	const uint8_t *p;	/* payload, borrowed from the input */
	size_t len;
};

/* Items that stand one after the other. */
struct rlp_cursor {
	const uint8_t *p, *end;
};

/* The next item; the cursor moves behind it.
 * Errors: DC_EINVAL the input ends early or is not canonical. */
enum dc_status rlp_next(struct rlp_item *out, struct rlp_cursor *c,
			struct dc_err *err) DC_MUST_CHECK;

/* The next item as an integer without leading zeros, or as exactly n bytes.
 * Errors: DC_EINVAL it is not that. */
enum dc_status rlp_next_u64(uint64_t *out, struct rlp_cursor *c,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status rlp_next_u256(struct u256 *out, struct rlp_cursor *c,
			     struct dc_err *err) DC_MUST_CHECK;

/* The whole input is one list: a cursor over its items.
 * Errors: DC_EINVAL no list, or bytes after it. */
enum dc_status rlp_open_list(struct rlp_cursor *out, const uint8_t *in,
			     size_t n, struct dc_err *err) DC_MUST_CHECK;

static inline bool
rlp_at_end(const struct rlp_cursor *c)
{
	return c->p == c->end;
}

#endif /* DECAID_ORACLE_RLP_H */
