#ifndef DECAID_BASE_TYPES_H
#define DECAID_BASE_TYPES_H

/*
 * Values that must not be mixed up, each in a struct of its own: addresses,
 * hashes, amounts. Plain records, copied by value, compared by function.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/u256.h"

struct addr20 {
	uint8_t b[20];
};

struct hash32 {
	uint8_t b[32];
};

/* An amount of the chain's coin in wei, [0, 2^256). */
struct wei {
	struct u256 v;
};

/* fx9: fixed point, 1000000000 means 1. */
#define DC_FX9_ONE INT64_C(1000000000)

#define ADDR20_TEXT_BYTES 43	/* "0x" + 40 + NUL */
#define HASH32_TEXT_BYTES 67	/* "0x" + 64 + NUL */
#define WEI_TEXT_BYTES 79	/* 78 decimal digits + NUL */

bool addr20_equal(const struct addr20 *a, const struct addr20 *b);
int addr20_compare(const struct addr20 *a, const struct addr20 *b);
bool addr20_is_zero(const struct addr20 *a);
bool hash32_equal(const struct hash32 *a, const struct hash32 *b);
bool hash32_is_zero(const struct hash32 *a);

/* EIP-55 text of a.
 * out  (ADDR20_TEXT_BYTES)   Source: EIP-55. */
void addr20_format(const struct addr20 *a, char *out);

/* Parse "0x" and 40 hex digits, any case; mixed case must be a right EIP-55
 * checksum.
 * Errors: DC_EINVAL with what is wrong. */
enum dc_status addr20_parse(struct addr20 *out, const char *text,
			    struct dc_err *err) DC_MUST_CHECK;

/* "0x" and 64 lower-case digits.  out (HASH32_TEXT_BYTES) */
void hash32_format(const struct hash32 *h, char *out);
enum dc_status hash32_parse(struct hash32 *out, const char *text,
			    struct dc_err *err) DC_MUST_CHECK;

/* Amounts. add and sub return false, with out untouched, where the sum
 * passes 2^256 or the difference would be negative. */
bool wei_add(struct wei *out, struct wei a, struct wei b) DC_MUST_CHECK;
bool wei_sub(struct wei *out, struct wei a, struct wei b) DC_MUST_CHECK;
int wei_compare(struct wei a, struct wei b);
struct wei wei_from_u64(uint64_t v);

/* Decimal text, no leading zeros.  out (WEI_TEXT_BYTES) */
void wei_format(struct wei a, char *out);
enum dc_status wei_parse(struct wei *out, const char *text,
			 struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_BASE_TYPES_H */
