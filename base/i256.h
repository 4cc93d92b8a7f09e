#ifndef DECAID_BASE_I256_H
#define DECAID_BASE_I256_H

/*
 * 256-bit signed integers as the EVM has them: a struct u256 read as two's
 * complement. Addition, subtraction and multiplication are the unsigned
 * _wrap forms; what differs with a sign is here.
 */

#include "base/u256.h"

#define I256_TEXT_BYTES 80	/* sign, 78 digits, NUL */

struct u256 i256_from_i64(int64_t v);
struct u256 i256_from_i128(__int128 v);

bool i256_is_negative(struct u256 a);
struct u256 i256_negate(struct u256 a);		/* -2^255 stays itself */
int i256_compare(struct u256 a, struct u256 b);

/* a / b cut towards zero; -2^255 / -1 is -2^255, as SDIV has it.
 * false, out untouched: b is 0.  Source: Ethereum yellow paper, SDIV. */
bool i256_divide(struct u256 *out, struct u256 a,
		 struct u256 b) DC_MUST_CHECK;

/* Decimal text with a sign where negative.  out (I256_TEXT_BYTES) */
void i256_format(struct u256 a, char *out);

/* As u256_parse, after one optional '-'; "-0" is no number.
 * Errors: DC_EINVAL not such a number, or outside [-2^255, 2^255). */
enum dc_status i256_parse(struct u256 *out, const char *text,
			  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_BASE_I256_H */
