#ifndef DECAID_MODELS_FX9_H
#define DECAID_MODELS_FX9_H

/*
 * Fixed point with nine decimals (DC_FX9_ONE is 1): the only fractions that
 * models and verdict rules know. Every function is exact or states its
 * error, and gives the same bits on every machine and compiler.
 */

#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

#define FX9_TEXT_BYTES 22	/* sign, 10 digits, point, 9 digits, NUL */

/* The nearest int64 to v: values outside are cut to its ends. */
static inline int64_t fx9_cut(__int128 v)
{
	if (v > INT64_MAX)
		return INT64_MAX;
	if (v < INT64_MIN)
		return INT64_MIN;
	return (int64_t)v;
}

/* a - b, cut. */
static inline int64_t fx9_sub(int64_t a, int64_t b)
{
	return fx9_cut((__int128)a - b);
}

/* Natural logarithm of the integer x >= 1, in fx9.
 * The result differs from 10^9 ln(x) by less than 0.501.
 * Source: ln m = 2 artanh((m - 1) / (m + 1)), Abramowitz and Stegun 4.1.29. */
int64_t fx9_ln(uint64_t x);

/* The same bits, slowly: the sum that says which they are. */
int64_t fx9_ln_series(uint64_t x);

/* A number as JSON writes it (sign, fraction, exponent), rounded to nine
 * decimals, halves away from 0.
 * text (len) need not end in NUL
 * Errors: DC_EINVAL not such a number, or not below 2^63 / 10^9. */
enum dc_status fx9_parse(int64_t *out, const char *text, size_t len,
			 struct dc_err *err) DC_MUST_CHECK;

/* The shortest decimal text of v.  out (FX9_TEXT_BYTES) */
void fx9_format(char *out, int64_t v);

#endif /* DECAID_MODELS_FX9_H */
