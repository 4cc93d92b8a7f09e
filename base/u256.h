#ifndef DECAID_BASE_U256_H
#define DECAID_BASE_U256_H

/*
 * 256-bit unsigned integers as the EVM has them. Arithmetic that can leave
 * the range says so; the _wrap forms compute modulo 2^256.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* w[0] is the least significant word. */
struct u256 {
	uint64_t w[4];
};

#define U256_ZERO ((struct u256){ { 0, 0, 0, 0 } })
#define U256_MAX_ ((struct u256){ { UINT64_MAX, UINT64_MAX, \
				    UINT64_MAX, UINT64_MAX } })
#define U256_DECIMAL_BYTES 79	/* 78 digits + NUL */

struct u256 u256_from_u64(uint64_t v);
struct u256 u256_from_u128(unsigned __int128 v);

/* false, out untouched: v is 2^64 or more. */
bool u256_to_u64(uint64_t *out, struct u256 v) DC_MUST_CHECK;

int u256_compare(struct u256 a, struct u256 b);
bool u256_is_zero(struct u256 a);

/* Number of bits up to the highest 1, [0, 256]. */
unsigned u256_bits(struct u256 a);

/* Modulo 2^256; true: the exact result did not fit (carry or borrow). */
bool u256_add_wrap(struct u256 *out, struct u256 a, struct u256 b);
bool u256_sub_wrap(struct u256 *out, struct u256 a, struct u256 b);
bool u256_mul_wrap(struct u256 *out, struct u256 a, struct u256 b);

/* Exact; false, out untouched: it does not fit. */
bool u256_add(struct u256 *out, struct u256 a, struct u256 b) DC_MUST_CHECK;
bool u256_sub(struct u256 *out, struct u256 a, struct u256 b) DC_MUST_CHECK;
bool u256_mul(struct u256 *out, struct u256 a, struct u256 b) DC_MUST_CHECK;

/* q = a / b, r = a % b, rounded down; either pointer may be NULL.
 * false: b is 0.  Source: Knuth, TAOCP 2, 4.3.1, algorithm D. */
bool u256_divmod(struct u256 *q, struct u256 *r, struct u256 a,
		 struct u256 b) DC_MUST_CHECK;

/* a * b / c with a 512-bit product, rounded down.
 * false, out untouched: c is 0 or the quotient does not fit. */
bool u256_muldiv(struct u256 *out, struct u256 a, struct u256 b,
		 struct u256 c) DC_MUST_CHECK;

/* The square root, rounded down. */
struct u256 u256_sqrt(struct u256 a);

/* n in [0, 255]; shl drops what leaves at the top. */
struct u256 u256_shl(struct u256 a, unsigned n);
struct u256 u256_shr(struct u256 a, unsigned n);
struct u256 u256_and(struct u256 a, struct u256 b);
struct u256 u256_or(struct u256 a, struct u256 b);
struct u256 u256_not(struct u256 a);

/* 32 bytes, most significant first: an ABI word. */
void u256_to_be(struct u256 a, uint8_t out[32]);
struct u256 u256_from_be(const uint8_t in[32]);

/* Decimal text.  out (U256_DECIMAL_BYTES) */
void u256_format(struct u256 a, char *out);

/* Decimal digits only, no sign, no leading zero but "0" itself.
 * Errors: DC_EINVAL not such a number, or 2^256 or more. */
enum dc_status u256_parse(struct u256 *out, const char *text,
			  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_BASE_U256_H */
