/*
 * check_base_u256.c: 256-bit integers against __int128, against a long
 * division bit by bit, against themselves and against Python.
 */

#include "config.h"

#include <string.h>

#include "base/u256.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

typedef unsigned __int128 u128;

#define M UINT64_MAX

static const struct u256 edges[] = {
	{ { 0, 0, 0, 0 } }, { { 1, 0, 0, 0 } }, { { 2, 0, 0, 0 } },
	{ { 10, 0, 0, 0 } }, { { 1ull << 32, 0, 0, 0 } },
	{ { 1ull << 63, 0, 0, 0 } },
	{ { M, 0, 0, 0 } }, { { 0, 1, 0, 0 } }, { { 1, 1, 0, 0 } },
	{ { 0, 1ull << 63, 0, 0 } }, { { M, M, 0, 0 } }, { { 0, 0, 1, 0 } },
	{ { 1, 0, 1, 0 } }, { { M, 0, 1, 0 } }, { { M, M, M, 0 } },
	{ { 0, 0, 0, 1 } }, { { 1, 0, 0, 1 } }, { { 0, 0, 0, 1ull << 63 } },
	{ { M, M, M, M >> 1 } }, { { 0, 0, M, M } }, { { M - 1, M, M, M } },
	{ { M, M, M, M } },
};

/* Of every size, half of them from the words that make long division
 * correct its estimates. */
static struct u256
random_u256(uint64_t *state)
{
	static const uint64_t words[] = {
		0, 1, 2, (1ull << 63) - 1, 1ull << 63, (1ull << 63) + 1,
		M - 1, M,
	};
	struct u256 a = U256_ZERO;
	uint64_t shape = unit_random(state);
	unsigned i;

	for (i = 0; i <= shape % 4; i++) {
		a.w[i] = unit_random(state);
		if (shape & 0x100)
			a.w[i] = words[a.w[i] % DC_ARRAY_LEN(words)];
		shape ^= shape >> 12 & 0x100;
	}
	if (shape & 0x200)
		a = u256_shr(a, (unsigned)(shape >> 32) % 64);
	return a;
}

static bool
same(struct u256 a, struct u256 b)
{
	return u256_compare(a, b) == 0;
}

static u128
low(struct u256 a)
{
	return (u128)a.w[1] << 64 | a.w[0];
}

static u128
random_u128(uint64_t *state)
{
	u128 v = (u128)unit_random(state) << 64 | unit_random(state);

	return v >> unit_random(state) % 128;
}

static void
pair_of_128_bits_is_right(u128 a, u128 b)
{
	struct u256 x = u256_from_u128(a), y = u256_from_u128(b), q, r, out;
	u128 product = (u128)(uint64_t)(a >> 64) * (uint64_t)(b >> 64);

	unit_require(u256_compare(x, y) == (a < b ? -1 : a > b));
	unit_require(u256_add(&out, x, y));
	unit_require(low(out) == (u128)(a + b));
	unit_require(out.w[2] == (a + b < a) && out.w[3] == 0);
	unit_require(u256_sub(&out, x, y) == (a >= b));
	unit_require(a < b || low(out) == a - b);
	unit_require(u256_mul(&out, u256_shr(x, 64), u256_shr(y, 64)));
	unit_require(low(out) == product && u256_bits(out) <= 128);
	unit_require(u256_divmod(&q, &r, x, y) == (b != 0));
	if (b == 0)
		return;
	unit_require(low(q) == a / b && u256_bits(q) <= 128);
	unit_require(low(r) == a % b && u256_bits(r) <= 128);
}

START_TEST(small_values_compute_as_the_compiler_does)
{
	uint64_t state = 1;
	u128 a, b;
	int i;

	for (i = 0; i < 200000; i++) {
		a = random_u128(&state);
		b = random_u128(&state);
		pair_of_128_bits_is_right(a, b);
	}
}
END_TEST

/* a * b in digits of 32 bits, then / c bit by bit: slow and plain.
 * false: c is 0 or the quotient needs more than 256 bits. */
static bool
plain_muldiv(struct u256 *out, struct u256 a, struct u256 b, struct u256 c)
{
	uint32_t p[16] = { 0 };
	struct u256 rest = U256_ZERO, q = U256_ZERO;
	bool top, over = false;
	uint64_t t;
	int i, j;

	for (i = 0; i < 8; i++) {
		for (j = 0, t = 0; j < 8; j++) {
			t += (uint64_t)(uint32_t)(a.w[i / 2] >> i % 2 * 32)
			     * (uint32_t)(b.w[j / 2] >> j % 2 * 32);
			t += p[i + j];
			p[i + j] = (uint32_t)t;
			t >>= 32;
		}
		p[i + 8] = (uint32_t)t;
	}
	if (u256_is_zero(c))
		return false;
	for (i = 511; i >= 0; i--) {
		over |= q.w[3] >> 63 != 0;
		q = u256_shl(q, 1);
		top = rest.w[3] >> 63 != 0;
		rest = u256_shl(rest, 1);
		rest.w[0] |= p[i / 32] >> i % 32 & 1;
		if (top || u256_compare(rest, c) >= 0) {
			(void)u256_sub_wrap(&rest, rest, c);
			q.w[0] |= 1;
		}
	}
	*out = q;
	return !over;
}

static void
muldiv_is_plain(struct u256 a, struct u256 b, struct u256 c)
{
	struct u256 want = U256_ZERO, got = u256_from_u64(77);
	bool fits = plain_muldiv(&want, a, b, c);

	unit_require(u256_muldiv(&got, a, b, c) == fits);
	unit_require(same(got, fits ? want : u256_from_u64(77)));
}

START_TEST(muldiv_of_all_edges_equals_long_division_bit_by_bit)
{
	size_t i, j, k, n = DC_ARRAY_LEN(edges);

	for (i = 0; i < n; i++)
		for (j = i; j < n; j++)
			for (k = 0; k < n; k++)
				muldiv_is_plain(edges[i], edges[j], edges[k]);
}
END_TEST

START_TEST(muldiv_of_random_values_equals_long_division_bit_by_bit)
{
	uint64_t state = 2;
	struct u256 a, b, c;
	int i;

	for (i = 0; i < 20000; i++) {
		a = random_u256(&state);
		b = random_u256(&state);
		c = random_u256(&state);
		muldiv_is_plain(a, b, c);
		if (u256_compare(c, a) < 0)
			muldiv_is_plain(a, b, a);
	}
}
END_TEST

/* What holds for every pair. */
static void
pair_is_consistent(struct u256 a, struct u256 b)
{
	struct u256 sum, back, q = U256_ZERO, r = U256_ZERO, p;
	bool carry;

	carry = u256_add_wrap(&sum, a, b);
	unit_require((u256_compare(sum, a) < 0) == carry);
	unit_require(u256_sub_wrap(&back, sum, b) == carry);
	unit_require(same(back, a));
	unit_require(u256_add(&back, a, b) == !carry);
	unit_require(u256_sub(&back, a, b) == (u256_compare(a, b) >= 0));

	(void)u256_mul_wrap(&p, a, b);
	(void)u256_mul_wrap(&back, b, a);
	unit_require(same(p, back));
	if (u256_is_zero(b)) {
		unit_require(!u256_divmod(&q, &r, a, b));
		return;
	}
	unit_require(u256_mul(&back, a, b)
		     == u256_muldiv(&q, a, b, u256_from_u64(1)));
	unit_require(u256_divmod(&q, &r, a, b));
	unit_require(u256_compare(r, b) < 0);
	unit_require(u256_mul(&back, q, b));
	unit_require(u256_add(&back, back, r));
	unit_require(same(back, a));
	if (u256_mul(&p, a, b)) {
		unit_require(u256_divmod(&q, NULL, p, b));
		unit_require(same(q, a));
		unit_require(u256_divmod(NULL, &r, p, b));
		unit_require(u256_is_zero(r));
	}
}

START_TEST(sums_products_and_quotients_undo_each_other)
{
	size_t i, j, n = DC_ARRAY_LEN(edges);
	uint64_t state = 3;
	struct u256 a, b;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			pair_is_consistent(edges[i], edges[j]);
	for (i = 0; i < 200000; i++) {
		a = random_u256(&state);
		b = random_u256(&state);
		pair_is_consistent(a, b);
	}
}
END_TEST

/* out may be an operand. */
START_TEST(results_may_replace_operands)
{
	uint64_t state = 4;
	struct u256 a, b, x, y, q, r;
	int i;

	for (i = 0; i < 2000; i++) {
		a = random_u256(&state);
		b = u256_or(random_u256(&state), u256_from_u64(1));
		x = a;
		(void)u256_mul_wrap(&q, a, b);
		(void)u256_mul_wrap(&x, x, b);
		unit_require(same(x, q));
		unit_require(u256_divmod(&q, &r, a, b));
		x = a;
		y = b;
		unit_require(u256_divmod(&x, &y, x, y));
		unit_require(same(x, q) && same(y, r));
	}
}
END_TEST

START_TEST(shifts_are_products_and_quotients_of_powers_of_two)
{
	struct u256 power = u256_from_u64(1), product, quotient;
	uint64_t state = 5;
	unsigned n;
	int i;

	for (n = 0; n < 256; n++) {
		unit_require(same(u256_shl(u256_from_u64(1), n), power));
		ck_assert_uint_eq(u256_bits(power), n + 1);
		for (i = 0; i < 50; i++) {
			struct u256 a = random_u256(&state);

			(void)u256_mul_wrap(&product, a, power);
			unit_require(same(u256_shl(a, n), product));
			unit_require(u256_divmod(&quotient, NULL, a, power));
			unit_require(same(u256_shr(a, n), quotient));
		}
		(void)u256_add_wrap(&power, power, power);
	}
	ck_assert_uint_eq(u256_bits(U256_ZERO), 0);
	ck_assert_uint_eq(u256_bits(U256_MAX_), 256);
}
END_TEST

START_TEST(bit_operations_obey_de_morgan)
{
	uint64_t state = 6;
	struct u256 a, b;
	int i;

	for (i = 0; i < 1000; i++) {
		a = random_u256(&state);
		b = random_u256(&state);
		unit_require(same(u256_not(u256_and(a, b)),
			       u256_or(u256_not(a), u256_not(b))));
		unit_require(same(u256_and(a, U256_MAX_), a));
		unit_require(same(u256_or(a, U256_ZERO), a));
		unit_require(u256_is_zero(u256_and(a, u256_not(a))));
	}
}
END_TEST

START_TEST(abi_words_are_most_significant_byte_first)
{
	uint8_t word[32], again[32];
	uint64_t state = 7, v = 77;
	size_t i;

	for (i = 0; i < 32; i++)
		word[i] = (uint8_t)(i + 1);
	ck_assert_uint_eq(u256_from_be(word).w[0], 0x191a1b1c1d1e1f20);
	ck_assert_uint_eq(u256_from_be(word).w[3], 0x0102030405060708);
	u256_to_be(u256_from_be(word), again);
	ck_assert_mem_eq(word, again, 32);
	for (i = 0; i < 100; i++) {
		struct u256 a = random_u256(&state);

		u256_to_be(a, word);
		unit_require(same(u256_from_be(word), a));
	}
	unit_require(!u256_to_u64(&v, (struct u256){ { 5, 1, 0, 0 } }));
	unit_require(!u256_to_u64(&v, (struct u256){ { 5, 0, 0, 1 } }));
	ck_assert_uint_eq(v, 77);
	unit_require(u256_to_u64(&v, u256_from_u64(M)));
	ck_assert_uint_eq(v, M);
}
END_TEST

START_TEST(decimal_text_is_read_back)
{
	char text[U256_DECIMAL_BYTES];
	uint64_t state = 8;
	struct u256 a, b;
	int i;

	for (i = 0; i < 20000; i++) {
		a = random_u256(&state);
		u256_format(a, text);
		ck_assert_int_eq(u256_parse(&b, text, NULL), DC_OK);
		unit_require(same(a, b));
	}
	u256_format(U256_MAX_, text);
	ck_assert_uint_eq(strlen(text), U256_DECIMAL_BYTES - 1);
}
END_TEST

START_TEST(what_is_no_decimal_number_is_refused_and_leaves_the_output)
{
	static const char *const cases[] = {
		"", "00", "01", "+1", "-1", " 1", "1 ", "1e3", "0x1", "1.0",
		"a", "1a", "/", ":",
		/* 2^256, 10^78 and more */
		("115792089237316195423570985008687907853"
		 "269984665640564039457584007913129639936"),
		("999999999999999999999999999999999999999"
		 "999999999999999999999999999999999999999"),
		("1000000000000000000000000000000000000000"
		 "000000000000000000000000000000000000000"),
	};
	struct u256 a = u256_from_u64(77);
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;

		ck_assert_int_eq(u256_parse(&a, cases[i], &err), DC_EINVAL);
		unit_require(err.text[0] != '\0');
		unit_require(same(a, u256_from_u64(77)));
	}
}
END_TEST

static struct u256
hex_u256(const char *hex)
{
	struct u256 a = U256_ZERO;
	char digit[2] = "";

	for (; *hex != '\0'; hex++) {
		digit[0] = *hex;
		a = u256_shl(a, 4);
		a.w[0] |= strtoul(digit, NULL, 16);
	}
	return a;
}

/* The result that fits, or "-". */
static void
exact_is(bool fits, struct u256 got, const char *want)
{
	ck_assert_int_eq(fits, strcmp(want, "-") != 0);
	unit_require(!fits || same(got, hex_u256(want)));
}

static void
vector_of_two(const struct vectors *v)
{
	struct u256 a = hex_u256(v->word[1]), b = hex_u256(v->word[2]);
	struct u256 x = U256_ZERO, y = U256_ZERO;
	bool lost, fits;

	if (strcmp(v->word[0], "div") == 0) {
		fits = u256_divmod(&x, &y, a, b);
		exact_is(fits, x, v->word[3]);
		exact_is(fits, y, v->word[4]);
		return;
	}
	if (strcmp(v->word[0], "add") == 0) {
		lost = u256_add_wrap(&x, a, b);
		fits = u256_add(&y, a, b);
	} else if (strcmp(v->word[0], "sub") == 0) {
		lost = u256_sub_wrap(&x, a, b);
		fits = u256_sub(&y, a, b);
	} else {
		ck_assert_str_eq(v->word[0], "mul");
		lost = u256_mul_wrap(&x, a, b);
		fits = u256_mul(&y, a, b);
	}
	unit_require(same(x, hex_u256(v->word[3])));
	ck_assert_int_eq(lost, !fits);
	exact_is(fits, y, v->word[4]);
}

static void
vector_of_one(const struct vectors *v)
{
	struct u256 a = hex_u256(v->word[1]), parsed;
	char text[U256_DECIMAL_BYTES];
	unsigned n;

	if (strcmp(v->word[0], "dec") == 0) {
		u256_format(a, text);
		ck_assert_str_eq(text, v->word[2]);
		ck_assert_int_eq(u256_parse(&parsed, text, NULL), DC_OK);
		unit_require(same(parsed, a));
		return;
	}
	n = (unsigned)strtoul(v->word[2], NULL, 16);
	if (strcmp(v->word[0], "bits") == 0)
		ck_assert_uint_eq(u256_bits(a), n);
	else if (strcmp(v->word[0], "shl") == 0)
		unit_require(same(u256_shl(a, n), hex_u256(v->word[3])));
	else
		unit_require(same(u256_shr(a, n), hex_u256(v->word[3])));
}

START_TEST(vectors_computed_by_python_are_met)
{
	struct u256 out = U256_ZERO;
	struct vectors v;
	bool fits;

	vectors_open(&v, "u256.txt");
	while (vectors_next(&v)) {
		if (strcmp(v.word[0], "muldiv") == 0) {
			fits = u256_muldiv(&out, hex_u256(v.word[1]),
					   hex_u256(v.word[2]),
					   hex_u256(v.word[3]));
			exact_is(fits, out, v.word[4]);
		} else if (strchr("adm", v.word[0][0]) != NULL
			   && strcmp(v.word[0], "dec") != 0) {
			vector_of_two(&v);
		} else if (strcmp(v.word[0], "sub") == 0) {
			vector_of_two(&v);
		} else {
			vector_of_one(&v);
		}
	}
	ck_assert_uint_gt(v.lines, 1900);
}
END_TEST

UNIT_MAIN("base/u256",
	small_values_compute_as_the_compiler_does,
	muldiv_of_all_edges_equals_long_division_bit_by_bit,
	muldiv_of_random_values_equals_long_division_bit_by_bit,
	sums_products_and_quotients_undo_each_other,
	results_may_replace_operands,
	shifts_are_products_and_quotients_of_powers_of_two,
	bit_operations_obey_de_morgan,
	abi_words_are_most_significant_byte_first,
	decimal_text_is_read_back,
	what_is_no_decimal_number_is_refused_and_leaves_the_output,
	vectors_computed_by_python_are_met)
