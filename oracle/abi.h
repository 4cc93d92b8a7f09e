#ifndef DECAID_ORACLE_ABI_H
#define DECAID_ORACLE_ABI_H

/*
 * The contract ABI: arguments of calls are written, return data and logs are
 * read. Source: Solidity documentation, "Contract ABI Specification",
 * version 2 encoding.
 *
 * Writing fills the head of a tuple word by word and puts dynamic parts at
 * the end of the buffer:
 *     abi_open(&t, buf, 2);           f(uint256, bytes)
 *     abi_put_u64(&t, 7);
 *     abi_put_bytes(&t, data, n);
 * A static tuple or array is written inline, its words counted in the head.
 * A nested dynamic one is finished before the outer goes on.
 *
 * Reading is by a cursor over a head; each offset and length is checked
 * against what is there. The first fault is kept in *err, every read after
 * it gives zeros, and the caller looks once at the end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "base/types.h"

#define ABI_WORD_BYTES 32
#define ABI_SELECTOR_BYTES 4

struct abi_selector {
	uint8_t b[ABI_SELECTOR_BYTES];
};

/* The first four bytes of keccak(signature), "f(uint256,bytes)". */
struct abi_selector abi_selector_of(const char *signature);
bool abi_selector_equal(struct abi_selector a, struct abi_selector b);

/* Writing. */
struct abi_out {
	struct dc_buf *buf;
	size_t begin;	/* where offsets count from */
	size_t next;	/* where the next head word goes */
	size_t end;	/* of the head */
};

/* Begin a tuple at the buffer's end: head words, all zero for now. A failed
 * buffer stays failed and every put does nothing. */
void abi_open(struct abi_out *t, struct dc_buf *buf, size_t head_words);

void abi_put_word(struct abi_out *t, const uint8_t word[32]);
void abi_put_u64(struct abi_out *t, uint64_t v);
void abi_put_u256(struct abi_out *t, struct u256 v);
void abi_put_wei(struct abi_out *t, struct wei v);
void abi_put_hash(struct abi_out *t, const struct hash32 *h);
void abi_put_addr(struct abi_out *t, const struct addr20 *a);
void abi_put_bytes(struct abi_out *t, const uint8_t *in, size_t n);
void abi_put_text(struct abi_out *t, const char *text);

/* A dynamic tuple, or an array of n elements of words_each head words. */
void abi_put_tuple(struct abi_out *inner, struct abi_out *t,
		   size_t head_words);
void abi_put_array(struct abi_out *inner, struct abi_out *t, size_t n,
		   size_t words_each);

/* Reading. */
struct abi_in {
	const uint8_t *data;
	size_t len;
	size_t next;	/* of the next head word */
	struct dc_err *err;
};

/* err  holds no error yet; not NULL */
void abi_in_init(struct abi_in *in, const uint8_t *data, size_t len,
		 struct dc_err *err);
bool abi_in_failed(const struct abi_in *in);

/* Mark it wrong from outside, for ranges that only the caller knows. */
void abi_in_fail(struct abi_in *in, const char *what);

/* The next head word; 32 bytes, borrowed. Never NULL (zeros on failure). */
const uint8_t *abi_get_word(struct abi_in *in);

/* An unsigned integer of that many bits: larger ones are wrong. */
uint64_t abi_get_uint(struct abi_in *in, unsigned bits);
uint64_t abi_get_u64(struct abi_in *in);
uint32_t abi_get_u32(struct abi_in *in);
bool abi_get_bool(struct abi_in *in);
struct u256 abi_get_u256(struct abi_in *in);
struct wei abi_get_wei(struct abi_in *in);
struct hash32 abi_get_hash(struct abi_in *in);
struct addr20 abi_get_addr(struct abi_in *in);

/* Dynamic bytes, borrowed; padding must be there, its bits are not looked
 * at. */
const uint8_t *abi_get_bytes(struct abi_in *in, size_t *len);

/* A string: NUL at the end, copied into the arena, valid UTF-8 without NUL.
 * Bytes that are no UTF-8 are a fault with ABI_TEXT_STRICT and become
 * U+FFFD with ABI_TEXT_MEND. Never NULL ("" on failure). */
enum abi_text { ABI_TEXT_STRICT, ABI_TEXT_MEND };
const char *abi_get_text(struct abi_in *in, enum abi_text mode,
			 struct dc_arena *arena);

/* A dynamic tuple; an array whose elements have words_each head words. */
void abi_get_tuple(struct abi_in *inner, struct abi_in *in);
size_t abi_get_array(struct abi_in *inner, struct abi_in *in,
		     size_t words_each);

#endif /* DECAID_ORACLE_ABI_H */
