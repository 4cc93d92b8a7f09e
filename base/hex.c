/* hex.c: hexadecimal text and bytes, by two tables. */

#include "config.h"

#include "base/hex.h"

static const char hex_digits[16] = "0123456789abcdef";

/* The value of a digit plus 1, so that 0 marks what is no digit. */
static const uint8_t hex_value_plus_1[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6,
	['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

void
hex_encode(char *out, const uint8_t *in, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = hex_digits[in[i] >> 4];
		out[2 * i + 1] = hex_digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}

/* The value of a digit, or -1. */
static int
hex_value(char c)
{
	return hex_value_plus_1[(unsigned char)c] - 1;
}

enum dc_status
hex_decode(uint8_t *out, size_t n, const char *text, struct dc_err *err)
{
	size_t i;
	int high, low;

	for (i = 0; i < n; i++) {
		high = hex_value(text[2 * i]);
		if (high < 0)
			return dc_fail(err, DC_EINVAL,
				       "no hex digit at place %zu", 2 * i);
		low = hex_value(text[2 * i + 1]);
		if (low < 0)
			return dc_fail(err, DC_EINVAL,
				       "no hex digit at place %zu", 2 * i + 1);
		out[i] = (uint8_t)(high << 4 | low);
	}
	return DC_OK;
}

enum dc_status
hex_quantity(uint64_t *out, const char *text, size_t len, struct dc_err *err)
{
	uint64_t v = 0;
	size_t i;
	int digit;

	if (len < 3 || text[0] != '0' || text[1] != 'x')
		return dc_fail(err, DC_EINVAL,
			       "a quantity is 0x and at least one hex digit");
	if (len > 2 + 16)
		return dc_fail(err, DC_EINVAL,
			       "a quantity has at most 16 hex digits, not %zu",
			       len - 2);
	for (i = 2; i < len; i++) {
		digit = hex_value(text[i]);
		if (digit < 0)
			return dc_fail(err, DC_EINVAL,
				       "no hex digit at place %zu", i);
		v = v << 4 | (uint64_t)digit;
	}
	*out = v;
	return DC_OK;
}
