/*
 * json_number.c: numbers of the JSON reader: the grammar, what fits int64,
 * and which reals round to infinity, found without floating point.
 */

#include "config.h"

#include <endian.h>
#include <string.h>

#include "base/json_scan_private.h"

#define JSON_EACH_BYTE UINT64_C(0x0101010101010101)

/* Pass decimal digits; how many. */
static inline size_t
json_pass_digits(struct json_scan *s)
{
	const char *first = s->p;

	while (json_peek(s) >= '0' && json_peek(s) <= '9')
		s->p++;
	return (size_t)(s->p - first);
}

/* An exponent's value, cut to what decides anything: texts are far shorter
 * than 10^15 bytes. */
static int64_t
json_exponent(const char *p, const char *end)
{
	bool negative = *p == '-';
	int64_t v = 0;

	for (p += *p == '-' || *p == '+'; p < end; p++) {
		if (v < INT64_C(1000000000000000))
			v = 10 * v + (*p - '0');
	}
	return negative ? -v : v;
}

/* The first decimal that rounds to infinity, 2^1024 - 2^970: its digits, the
 * point behind the last. */
static const char json_too_large[] =
	"17976931348623158079372897140530341507993413271003782693617377898044"
	"49682927647509466490179775872070963302864166928879109465555478519404"
	"02630657488671505820681908902000708383676273854845817711531764475730"
	"27006985557136695962284291481986083493647529271907416844436551070434"
	"2711559699508093042880177904174497792";

/* Does a real that passed the grammar round to infinity?
 * digits..end: digits with at most one point; exponent: of ten */
static bool
json_real_overflows(const char *digits, const char *end, int64_t exponent)
{
	const char *limit = json_too_large, *p;
	int64_t magnitude = exponent;	/* value = 0.d1d2.. * 10^magnitude */
	bool in_fraction = false, leading = true;

	for (p = digits; p < end; p++) {
		if (*p == '.')
			in_fraction = true;
		else if (*p != '0')
			leading = false;
		if (*p != '.' && !in_fraction && !leading)
			magnitude++;
		if (*p == '0' && in_fraction && leading)
			magnitude--;
	}
	if (leading || magnitude != (int64_t)sizeof(json_too_large) - 1)
		return !leading && magnitude > 0
		       && magnitude >= (int64_t)sizeof(json_too_large);
	for (p = digits; *p == '0' || *p == '.'; p++)
		;
	for (; p < end && *limit != '\0'; p++) {
		if (*p == '.')
			continue;
		if (*p != *limit)
			return *p > *limit;
		limit++;
	}
	return limit[strspn(limit, "0")] == '\0';
}

/* Does an integer that passed the grammar fit int64?
 * digits (n) without sign, no leading zeros */
static bool
json_integer(int64_t *out, const char *digits, size_t n, bool negative)
{
	int64_t v = 0;
	size_t i;
	int digit;

	if (n > 19)
		return false;
	if (n < 19) {	/* below 10^18: fits */
		for (i = 0; i < n; i++)
			v = 10 * v + (digits[i] - '0');
		*out = negative ? -v : v;
		return true;
	}
	for (i = 0; i < n; i++) {
		digit = digits[i] - '0';
		if (__builtin_mul_overflow(v, 10, &v)
		    || (negative ? __builtin_sub_overflow(v, digit, &v)
			: __builtin_add_overflow(v, digit, &v)))
			return false;
	}
	*out = v;
	return true;
}

/* A fraction and an exponent, where they stand; false: it failed. */
static bool
json_real_rest(struct json_scan *s, const char *digits)
{
	const char *end, *exponent_begin;
	int64_t exponent = 0;

	if (json_peek(s) == '.') {
		s->p++;
		if (json_pass_digits(s) == 0)
			return json_fail(s, "a digit is expected");
	}
	end = s->p;
	if (json_peek(s) == 'e' || json_peek(s) == 'E') {
		exponent_begin = ++s->p;
		if (json_peek(s) == '-' || json_peek(s) == '+')
			s->p++;
		if (json_pass_digits(s) == 0)
			return json_fail(s, "a digit is expected");
		exponent = json_exponent(exponent_begin, s->p);
	}
	/* Cheap first: most reals are far from the limit. */
	if (exponent + (end - digits) >= (int64_t)sizeof(json_too_large) - 1
	    && json_real_overflows(digits, end, exponent))
		return json_fail(s, "real number is too large");
	return true;
}

/* A number; *is_integer tells whether *v holds it. */
static bool
json_number(struct json_scan *s, bool *is_integer, int64_t *v)
{
	bool negative = json_peek(s) == '-';
	const char *digits;
	size_t n;

	s->p += negative;
	digits = s->p;
	n = json_pass_digits(s);
	if (n == 0)
		return json_fail(s, "a digit is expected");
	if (n > 1 && *digits == '0')
		return json_fail(s, "a number has no leading zeros");
	*is_integer = json_peek(s) != '.' && json_peek(s) != 'e'
		      && json_peek(s) != 'E';
	if (!*is_integer)
		return json_real_rest(s, digits);
	if (!json_integer(v, digits, n, negative))
		return json_fail(s, "integer does not fit 64 bits");
	return true;
}

bool
json_scan_number(struct json_scan *s, struct json_slice *out)
{
	bool is_integer;
	int64_t v;

	if (s->what != NULL)
		return false;
	if (json_scan_kind(s) != JSON_KIND_NUMBER)
		return json_fail(s, "a number is expected");
	out->p = s->p;
	out->escaped = false;
	if (!json_number(s, &is_integer, &v))
		return false;
	out->len = (size_t)(s->p - out->p);
	return true;
}

/* The common integer in one pass: at the cursor, no sign, no leading zero, up
 * to 18 digits, something else behind it. false: nothing is passed. */
static bool
json_small(struct json_scan *s, int64_t *out)
{
	const char *p = s->p, *last;
	int64_t v = 0;

	last = s->end - p > 18 ? p + 18 : s->end;
	if (p == last || *p < '1' || *p > '9')
		return false;
	for (; p < last && *p >= '0' && *p <= '9'; p++)
		v = 10 * v + (*p - '0');
	if (p == s->end || (*p != ',' && *p != ']'))
		return false;
	*out = v;
	s->p = p;
	return true;
}

bool
json_scan_i64(struct json_scan *s, int64_t *out)
{
	bool is_integer;
	int64_t v = 0;

	if (s->what != NULL)
		return false;
	if (json_small(s, out))
		return true;
	if (json_scan_kind(s) != JSON_KIND_NUMBER)
		return json_fail(s, "an integer is expected");
	if (!json_number(s, &is_integer, &v))
		return false;
	if (!is_integer)
		return json_fail(s, "an integer is expected");
	*out = v;
	return true;
}

/* Eight characters at once, the first in the lowest byte; each that is no
 * digit has its highest bit in the result. Where one is, what is above it is
 * not to be looked at: the sum carries. */
static uint64_t
json_no_digits(uint64_t less_zero)
{
	return (less_zero | (less_zero + 0x76 * JSON_EACH_BYTE))
	       & 0x80 * JSON_EACH_BYTE;
}

/* The value of eight digits, the first in the lowest byte: pairs, then fours,
 * then all. Source: Lemire, "Quickly parsing eight digits", 2018. */
static uint64_t
json_eight_digits(uint64_t d)
{
	const uint64_t mask = UINT64_C(0x000000ff000000ff);

	d = d * 10 + (d >> 8);
	return ((d & mask) * UINT64_C(0x000f424000000064)
		+ (d >> 16 & mask) * UINT64_C(0x0000271000000001)) >> 32;
}

size_t
json_scan_small_run(struct json_scan *s, uint64_t *out, size_t max)
{
	uint64_t word, digits;
	const char *p = s->p;
	size_t n = 0;
	unsigned bits;

	if (s->what != NULL)
		return 0;
	for (; n < max && s->end - p >= (ptrdiff_t)sizeof(word); n++) {
		memcpy(&word, p, sizeof(word));
		word = le64toh(word);
		digits = word ^ '0' * JSON_EACH_BYTE;
		if (json_no_digits(digits) == 0)
			break;
		/* eight a digit */
		bits = (unsigned)__builtin_ctzll(json_no_digits(digits)) & ~7U;
		if (bits == 0 || (word >> bits & 0xff) != ','
		    || (bits > 8 && (digits & 0xff) == 0))
			break;
		out[n] = json_eight_digits(digits << (64 - bits));
		p += bits / 8 + 1;
	}
	s->p = p;
	return n;
}
