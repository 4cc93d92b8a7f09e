/*
 * u256.c: 256-bit unsigned integers in four words of 64 bits, least
 * significant first; products and dividends in up to eight.
 */

#include "config.h"

#include <endian.h>
#include <string.h>

#include "base/u256.h"

typedef unsigned __int128 u256_wide;

#define U256_WORDS 4
#define U256_DECIMAL_CHUNK UINT64_C(10000000000000000000)	/* 10^19 */
#define U256_CHUNK_DIGITS 19

struct u256
u256_from_u64(uint64_t v)
{
	return (struct u256){ { v, 0, 0, 0 } };
}

struct u256
u256_from_u128(unsigned __int128 v)
{
	return (struct u256){ { (uint64_t)v, (uint64_t)(v >> 64), 0, 0 } };
}

bool
u256_to_u64(uint64_t *out, struct u256 v)
{
	if ((v.w[1] | v.w[2] | v.w[3]) != 0)
		return false;
	*out = v.w[0];
	return true;
}

int
u256_compare(struct u256 a, struct u256 b)
{
	int i;

	for (i = U256_WORDS - 1; i >= 0; i--) {
		if (a.w[i] != b.w[i])
			return a.w[i] < b.w[i] ? -1 : 1;
	}
	return 0;
}

bool
u256_is_zero(struct u256 a)
{
	return (a.w[0] | a.w[1] | a.w[2] | a.w[3]) == 0;
}

/* Words up to the highest that is not 0, [0, n]. */
static unsigned
u256_count_words(const uint64_t *w, unsigned n)
{
	while (n > 0 && w[n - 1] == 0)
		n--;
	return n;
}

unsigned
u256_bits(struct u256 a)
{
	unsigned n = u256_count_words(a.w, U256_WORDS);

	if (n == 0)
		return 0;
	return 64 * n - (unsigned)__builtin_clzll(a.w[n - 1]);
}

bool
u256_add_wrap(struct u256 *out, struct u256 a, struct u256 b)
{
	u256_wide sum = 0;
	unsigned i;

	for (i = 0; i < U256_WORDS; i++) {
		sum += (u256_wide)a.w[i] + b.w[i];
		out->w[i] = (uint64_t)sum;
		sum >>= 64;
	}
	return sum != 0;
}

bool
u256_sub_wrap(struct u256 *out, struct u256 a, struct u256 b)
{
	u256_wide difference;
	uint64_t borrow = 0;
	unsigned i;

	for (i = 0; i < U256_WORDS; i++) {
		difference = (u256_wide)a.w[i] - b.w[i] - borrow;
		out->w[i] = (uint64_t)difference;
		borrow = (uint64_t)(difference >> 64) & 1;
	}
	return borrow != 0;
}

/* The whole product, schoolbook. */
static void
u256_product(uint64_t out[2 * U256_WORDS], struct u256 a, struct u256 b)
{
	u256_wide sum;
	unsigned i, j;

	memset(out, 0, 2 * U256_WORDS * sizeof(out[0]));
	for (i = 0; i < U256_WORDS; i++) {
		sum = 0;
		for (j = 0; j < U256_WORDS; j++) {
			sum += (u256_wide)a.w[i] * b.w[j] + out[i + j];
			out[i + j] = (uint64_t)sum;
			sum >>= 64;
		}
		out[i + U256_WORDS] = (uint64_t)sum;
	}
}

bool
u256_mul_wrap(struct u256 *out, struct u256 a, struct u256 b)
{
	uint64_t product[2 * U256_WORDS];

	u256_product(product, a, b);
	memcpy(out->w, product, sizeof(out->w));
	return u256_count_words(product + U256_WORDS, U256_WORDS) != 0;
}

bool
u256_add(struct u256 *out, struct u256 a, struct u256 b)
{
	struct u256 sum;

	if (u256_add_wrap(&sum, a, b))
		return false;
	*out = sum;
	return true;
}

bool
u256_sub(struct u256 *out, struct u256 a, struct u256 b)
{
	struct u256 difference;

	if (u256_sub_wrap(&difference, a, b))
		return false;
	*out = difference;
	return true;
}

bool
u256_mul(struct u256 *out, struct u256 a, struct u256 b)
{
	struct u256 product;

	if (u256_mul_wrap(&product, a, b))
		return false;
	*out = product;
	return true;
}

/* u /= v in place, n words; returns the remainder. */
static uint64_t
u256_divide_by_word(uint64_t *u, unsigned n, uint64_t v)
{
	u256_wide part = 0;

	while (n-- > 0) {
		part = part << 64 | u[n];
		u[n] = (uint64_t)(part / v);
		part %= v;
	}
	return (uint64_t)part;
}

/* The left-shifted words of in; returns what leaves at the top. */
static uint64_t
u256_shift_words(uint64_t *out, const uint64_t *in, unsigned n, unsigned by)
{
	uint64_t out_bits = 0, word;
	unsigned i;

	for (i = 0; i < n; i++) {
		word = in[i];
		out[i] = word << by | out_bits;
		out_bits = by == 0 ? 0 : word >> (64 - by);
	}
	return out_bits;
}

/* D3: the quotient digit of (u[n] u[n-1] u[n-2]) / (v[n-1] v[n-2]), at most
 * one too large. */
static uint64_t
u256_estimate_digit(const uint64_t *u, const uint64_t *v, unsigned n)
{
	u256_wide top = (u256_wide)u[n] << 64 | u[n - 1];
	u256_wide digit = top / v[n - 1], rest = top % v[n - 1];

	while (digit >> 64 != 0
	       || digit * v[n - 2] > (rest << 64 | u[n - 2])) {
		digit--;
		rest += v[n - 1];
		if (rest >> 64 != 0)
			break;
	}
	return (uint64_t)digit;
}

/* D4 to D6: u[0..n] -= digit * v, and one v back where that was too much.
 * Returns the true digit. */
static uint64_t
u256_subtract_multiple(uint64_t *u, const uint64_t *v, unsigned n,
		       uint64_t digit)
{
	u256_wide product = 0, sum = 0, part;
	uint64_t borrow = 0;
	unsigned i;

	for (i = 0; i <= n; i++) {
		product += i < n ? (u256_wide)digit * v[i] : 0;
		part = (u256_wide)u[i] - (uint64_t)product - borrow;
		u[i] = (uint64_t)part;
		borrow = (uint64_t)(part >> 64) & 1;
		product >>= 64;
	}
	if (borrow == 0)
		return digit;
	for (i = 0; i <= n; i++) {
		sum += (u256_wide)u[i] + (i < n ? v[i] : 0);
		u[i] = (uint64_t)sum;
		sum >>= 64;
	}
	return digit - 1;
}

/*
 * q = u / v and u = u % v.
 * q, u  (m) words, n <= m <= 8    v  (n) words, 1 <= n <= 4, the last not 0
 * Source: Knuth, TAOCP 2, 4.3.1, algorithm D.
 */
static void
u256_divide_words(uint64_t *q, uint64_t *u, unsigned m, const uint64_t *v,
		  unsigned n)
{
	uint64_t un[2 * U256_WORDS + 1], vn[U256_WORDS];
	unsigned shift, j;

	DC_VERIFY(n >= 1 && n <= m && v[n - 1] != 0);
	if (n == 1) {
		memcpy(q, u, m * sizeof(u[0]));
		u[0] = u256_divide_by_word(q, m, v[0]);
		memset(u + 1, 0, (m - 1) * sizeof(u[0]));
		return;
	}
	shift = (unsigned)__builtin_clzll(v[n - 1]);
	(void)u256_shift_words(vn, v, n, shift);
	un[m] = u256_shift_words(un, u, m, shift);
	for (j = m - n + 1; j < m; j++)
		q[j] = 0;
	for (j = m - n + 1; j-- > 0; ) {
		q[j] = u256_estimate_digit(un + j, vn, n);
		q[j] = u256_subtract_multiple(un + j, vn, n, q[j]);
	}
	for (j = 0; j < n; j++) {
		u[j] = un[j] >> shift;
		if (shift != 0)
			u[j] |= un[j + 1] << (64 - shift);
	}
	memset(u + n, 0, (m - n) * sizeof(u[0]));
}

bool
u256_divmod(struct u256 *q, struct u256 *r, struct u256 a, struct u256 b)
{
	struct u256 quotient = U256_ZERO;
	unsigned n = u256_count_words(b.w, U256_WORDS);

	if (n == 0)
		return false;
	u256_divide_words(quotient.w, a.w, U256_WORDS, b.w, n);
	if (q != NULL)
		*q = quotient;
	if (r != NULL)
		*r = a;
	return true;
}

bool
u256_muldiv(struct u256 *out, struct u256 a, struct u256 b, struct u256 c)
{
	uint64_t product[2 * U256_WORDS], q[2 * U256_WORDS] = { 0 };
	unsigned n = u256_count_words(c.w, U256_WORDS);

	if (n == 0)
		return false;
	u256_product(product, a, b);
	u256_divide_words(q, product, 2 * U256_WORDS, c.w, n);
	if (u256_count_words(q + U256_WORDS, U256_WORDS) != 0)
		return false;
	memcpy(out->w, q, sizeof(out->w));
	return true;
}

struct u256
u256_shl(struct u256 a, unsigned n)
{
	struct u256 out = U256_ZERO;
	unsigned by = n / 64;

	DC_CHECK(n < 256);
	(void)u256_shift_words(out.w + by, a.w, U256_WORDS - by, n % 64);
	return out;
}

struct u256
u256_shr(struct u256 a, unsigned n)
{
	struct u256 out = U256_ZERO;
	unsigned by = n / 64, bits = n % 64, i;

	DC_CHECK(n < 256);
	for (i = 0; i + by < U256_WORDS; i++) {
		out.w[i] = a.w[i + by] >> bits;
		if (bits != 0 && i + by + 1 < U256_WORDS)
			out.w[i] |= a.w[i + by + 1] << (64 - bits);
	}
	return out;
}

struct u256
u256_and(struct u256 a, struct u256 b)
{
	return (struct u256){ { a.w[0] & b.w[0], a.w[1] & b.w[1],
				a.w[2] & b.w[2], a.w[3] & b.w[3] } };
}

struct u256
u256_or(struct u256 a, struct u256 b)
{
	return (struct u256){ { a.w[0] | b.w[0], a.w[1] | b.w[1],
				a.w[2] | b.w[2], a.w[3] | b.w[3] } };
}

struct u256
u256_not(struct u256 a)
{
	return (struct u256){ { ~a.w[0], ~a.w[1], ~a.w[2], ~a.w[3] } };
}

/* Newton's steps from above: the first estimate is no less than the root,
 * and each one falls until the root is reached. */
struct u256
u256_sqrt(struct u256 a)
{
	struct u256 root, next;

	if (u256_bits(a) <= 1)
		return a;
	next = u256_shl(u256_from_u64(1), (u256_bits(a) + 1) / 2);
	do {
		root = next;
		DC_CHECK(u256_divmod(&next, NULL, a, root));
		(void)u256_add_wrap(&next, next, root);
		next = u256_shr(next, 1);
	} while (u256_compare(next, root) < 0);
	return root;
}

void
u256_to_be(struct u256 a, uint8_t out[32])
{
	uint64_t word;
	unsigned i;

	for (i = 0; i < U256_WORDS; i++) {
		word = htobe64(a.w[U256_WORDS - 1 - i]);
		memcpy(out + 8 * i, &word, sizeof(word));
	}
}

struct u256
u256_from_be(const uint8_t in[32])
{
	struct u256 a;
	uint64_t word;
	unsigned i;

	for (i = 0; i < U256_WORDS; i++) {
		memcpy(&word, in + 8 * i, sizeof(word));
		a.w[U256_WORDS - 1 - i] = be64toh(word);
	}
	return a;
}

/* Digits from the right, 19 a division. */
void
u256_format(struct u256 a, char *out)
{
	char digits[5 * U256_CHUNK_DIGITS];
	size_t at = sizeof(digits);
	uint64_t chunk;
	int i;

	do {
		chunk = u256_divide_by_word(a.w, U256_WORDS,
					    U256_DECIMAL_CHUNK);
		for (i = 0; i < U256_CHUNK_DIGITS; i++) {
			digits[--at] = (char)('0' + chunk % 10);
			chunk /= 10;
		}
	} while (!u256_is_zero(a));
	while (at < sizeof(digits) - 1 && digits[at] == '0')
		at++;
	memcpy(out, digits + at, sizeof(digits) - at);
	out[sizeof(digits) - at] = '\0';
}

/* a = 10 a + digit; false: it does not fit. */
static bool
u256_push_digit(struct u256 *a, unsigned digit)
{
	return u256_mul(a, *a, u256_from_u64(10))
	       && u256_add(a, *a, u256_from_u64(digit));
}

enum dc_status
u256_parse(struct u256 *out, const char *text, struct dc_err *err)
{
	struct u256 a = U256_ZERO;
	size_t i;

	if (text[0] == '\0')
		return dc_fail(err, DC_EINVAL, "a number has digits");
	if (text[0] == '0' && text[1] != '\0')
		return dc_fail(err, DC_EINVAL,
			       "a number has no leading zeros");
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9')
			return dc_fail(err, DC_EINVAL,
				       "no decimal digit at place %zu", i);
		if (!u256_push_digit(&a, (unsigned)(text[i] - '0')))
			return dc_fail(err, DC_EINVAL,
				       "a number is below 2^256");
	}
	*out = a;
	return DC_OK;
}
