/* Fixed point with nine decimals: parsing and formatting. */
#include "config.h"

#include "models/fx9.h"

#include <stdio.h>
#include <string.h>

/* The digits of a number as they are read: the first 28 that count, and the
 * power of ten that they stand at. More digits cannot change a rounding
 * half away from 0. */
struct digits {
	unsigned __int128 value;
	unsigned n_kept;
	int64_t shift;		/* value * 10^shift, in fx9 */
};

#define DIGITS_KEPT 28

enum digits_part { DIGITS_WHOLE, DIGITS_FRACTION };

/* Returns how many digits stand at text. */
static size_t digits_read(struct digits *d, const char *text, size_t len,
			  enum digits_part part)
{
	size_t i;

	for (i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		bool kept = d->n_kept < DIGITS_KEPT;

		if (kept) {
			d->value = d->value * 10 + (unsigned)(text[i] - '0');
			d->n_kept += d->value != 0;
		}
		if (kept && part == DIGITS_FRACTION)
			d->shift--;
		if (!kept && part == DIGITS_WHOLE)
			d->shift++;
	}
	return i;
}

/* "e-12" at text; returns its length, 0 when it is malformed. */
static size_t exponent_read(int64_t *out, const char *text, size_t len)
{
	size_t i = 1, first;
	int64_t sign = 1, e = 0;

	if (i < len && (text[i] == '+' || text[i] == '-'))
		sign = text[i++] == '-' ? -1 : 1;
	for (first = i; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		if (e < 1000000000)	/* far beyond any length that counts */
			e = e * 10 + (text[i] - '0');
	*out = sign * e;
	return i == first ? 0 : i;
}

/* |value| in fx9, rounded half up; false: too large. */
static bool digits_scale(uint64_t *out, const struct digits *d)
{
	unsigned __int128 v = d->value;
	int64_t shift = d->shift;
	unsigned last = 0;

	for (; shift > 0 && v != 0; shift--) {
		v *= 10;
		if (v > INT64_MAX)
			return false;
	}
	for (; shift < 0 && (v != 0 || last != 0); shift++) {
		last = (unsigned)(v % 10);
		v /= 10;
	}
	v += last >= 5;
	*out = (uint64_t)v;
	return v <= INT64_MAX;
}

enum dc_status fx9_parse(int64_t *out, const char *text, size_t len,
			 struct dc_err *err)
{
	struct digits d = { 0, 0, 9 };
	int64_t exponent = 0;
	uint64_t magnitude;
	size_t i = 0, n;
	bool minus = len > 0 && text[0] == '-';

	i = minus;
	n = digits_read(&d, text + i, len - i, DIGITS_WHOLE);
	if (n == 0 || (n > 1 && text[i] == '0'))
		goto malformed;
	i += n;
	if (i < len && text[i] == '.') {
		n = digits_read(&d, text + i + 1, len - i - 1,
				DIGITS_FRACTION);
		if (n == 0)
			goto malformed;
		i += n + 1;
	}
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		n = exponent_read(&exponent, text + i, len - i);
		if (n == 0)
			goto malformed;
		i += n;
	}
	if (i != len)
		goto malformed;
	d.shift += exponent;
	if (!digits_scale(&magnitude, &d))
		return dc_fail(err, DC_EINVAL, "number is out of range");
	*out = minus ? -(int64_t)magnitude : (int64_t)magnitude;
	return DC_OK;
malformed:
	return dc_fail(err, DC_EINVAL, "not a decimal number");
}

void fx9_format(char *out, int64_t v)
{
	uint64_t a = v < 0 ? -(uint64_t)v : (uint64_t)v;
	uint64_t one = (uint64_t)DC_FX9_ONE;
	int n = snprintf(out, FX9_TEXT_BYTES, "%s%llu.%09llu", v < 0 ? "-" : "",
			 (unsigned long long)(a / one),
			 (unsigned long long)(a % one));

	DC_CHECK(n > 0 && n < FX9_TEXT_BYTES);
	while (out[n - 1] == '0')
		out[--n] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
}
