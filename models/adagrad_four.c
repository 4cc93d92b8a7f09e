/*
 * AdaGrad on four weights at once: adagrad_learn line by line in the
 * registers of AVX2. All products there are of two 32-bit halves.
 */
#include "config.h"

#include "models/adagrad_four.h"

#ifdef __x86_64__

#include <immintrin.h>

#define AVX2 static inline __attribute__((target("avx2"), always_inline))

/* Four steps and what all weights share. */
struct four {
	__m256i square, push_high, push_low;
	__m256i minus;		/* -1 where the gradient is positive */
	__m256i epsilon;
};

AVX2 __m256i all(int64_t v)
{
	return _mm256_set1_epi64x(v);
}

AVX2 __m256i at_most(__m256i v, int64_t most)
{
	return _mm256_blendv_epi8(v, all(most),
				  _mm256_cmpgt_epi64(v, all(most)));
}

AVX2 __m256i at_least(__m256i v, int64_t least)
{
	return _mm256_blendv_epi8(v, all(least),
				  _mm256_cmpgt_epi64(all(least), v));
}

/* clz of y >= 1 without its lowest bit. A number of 32 bits below a magic
 * exponent is exact, and taking the exponent's own worth away leaves the
 * number, whose exponent tells where its highest bit is.
 * Source: Hacker's Delight, 2nd edition, section 5-3. */
AVX2 __m256i clz_even(__m256i y)
{
	const __m256i magic = all(0x4330000000000000);	/* 2^52 */
	__m256i high = _mm256_srli_epi64(y, 32);
	__m256i none = _mm256_cmpeq_epi64(high, _mm256_setzero_si256());
	__m256i bits = _mm256_or_si256(_mm256_blendv_epi8(high, y, none),
				       magic);

	bits = _mm256_castpd_si256(_mm256_sub_pd(
		_mm256_castsi256_pd(bits), _mm256_castsi256_pd(magic)));
	/* biased by 1,023, and bit 31 has nothing before it */
	bits = _mm256_sub_epi64(all(1023 + 31), _mm256_srli_epi64(bits, 52));
	bits = _mm256_add_epi64(bits, _mm256_and_si256(none, all(32)));
	return _mm256_and_si256(bits, all(~1LL));
}

AVX2 __m256i table_at(__m256i i)
{
	return _mm256_set_epi64x(root_table[_mm256_extract_epi64(i, 3)],
				 root_table[_mm256_extract_epi64(i, 2)],
				 root_table[_mm256_extract_epi64(i, 1)],
				 root_table[_mm256_extract_epi64(i, 0)]);
}

/* root_reciprocal */
AVX2 __m256i reciprocal(__m256i y, __m256i *s)
{
	__m256i r, t, u;

	*s = clz_even(y);
	y = _mm256_sllv_epi64(y, *s);
	r = table_at(_mm256_sub_epi64(_mm256_srli_epi64(y, 56), all(64)));
	t = _mm256_srli_epi64(_mm256_mul_epu32(r, r), 30);
	u = _mm256_mul_epu32(_mm256_srli_epi64(y, 32), t);
	u = _mm256_srli_epi64(_mm256_sub_epi64(
		all((int64_t)(UINT64_C(3) << 62)), u), 33);
	return _mm256_srli_epi64(_mm256_mul_epu32(r, u), 30);
}

/* push r / 2^(62 - s / 2): with epsilon's 1,000 in y, s is at most 54, so
 * that at least 32 bits go. */
AVX2 __m256i move_of(const struct four *f, __m256i squares)
{
	__m256i s, r = reciprocal(_mm256_add_epi64(squares, f->epsilon), &s);
	__m256i low = _mm256_mul_epu32(f->push_low, r);
	__m256i sum = _mm256_add_epi64(_mm256_mul_epu32(f->push_high, r),
				       _mm256_srli_epi64(low, 32));
	__m256i shift = _mm256_sub_epi64(all(30), _mm256_srli_epi64(s, 1));

	return at_most(_mm256_srlv_epi64(sum, shift), 2 * ROWS_CELL_MAX);
}

AVX2 void learn_four(const struct four *f, __m256i *weight, __m256i *squares)
{
	__m256i move;

	*squares = at_most(_mm256_add_epi64(*squares, f->square),
			   ADAGRAD_SQUARES_MAX);
	move = move_of(f, *squares);
	move = _mm256_sub_epi64(_mm256_xor_si256(move, f->minus), f->minus);
	*weight = at_least(at_most(_mm256_add_epi64(*weight, move),
				   ROWS_CELL_MAX), -ROWS_CELL_MAX);
}

AVX2 __m256i load(const int64_t *in)
{
	return _mm256_loadu_si256((const __m256i *)in);
}

AVX2 void store(int64_t *out, __m256i v)
{
	_mm256_storeu_si256((__m256i *)out, v);
}

/* Steps of four lanes; those of two classes stand there twice. */
AVX2 struct four four_of(const struct adagrad_step *step, size_t n_class,
			 int64_t epsilon)
{
	int64_t square[4], high[4], low[4], minus[4];

	for (size_t k = 0; k < 4; k++) {
		const struct adagrad_step *s = &step[k % n_class];

		square[k] = s->square;
		high[k] = (int64_t)(s->push >> 32);
		low[k] = (int64_t)(s->push & UINT32_MAX);
		minus[k] = s->up ? 0 : -1;
	}
	return (struct four){ load(square), load(high), load(low),
			      load(minus), all(epsilon) };
}

/* Two rows a time: w w V V | w w V V. */
static __attribute__((target("avx2"))) void
learn_two_classes(int64_t *rows, const uint32_t *row, size_t n,
		  const struct adagrad_step *step, int64_t epsilon)
{
	struct four f = four_of(step, 2, epsilon);
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		int64_t *a = rows + (size_t)row[i] * 4;
		int64_t *b = rows + (size_t)row[i + 1] * 4;
		__m256i at_a = load(a), at_b = load(b);
		__m256i w = _mm256_permute2x128_si256(at_a, at_b, 0x20);
		__m256i v = _mm256_permute2x128_si256(at_a, at_b, 0x31);

		learn_four(&f, &w, &v);
		store(a, _mm256_permute2x128_si256(w, v, 0x20));
		store(b, _mm256_permute2x128_si256(w, v, 0x31));
	}
	if (i < n)
		for (size_t c = 0; c < 2; c++) {
			int64_t *a = rows + (size_t)row[i] * 4;

			adagrad_learn(&a[c], &a[2 + c], &step[c], epsilon);
		}
}

static __attribute__((target("avx2"))) void
learn_block(int64_t *rows, const uint32_t *row, size_t n,
	    const struct adagrad_step *step, size_t n_class, int64_t epsilon)
{
	struct four f = four_of(step, 4, epsilon);

	for (size_t i = 0; i < n; i++) {
		int64_t *at = rows + (size_t)row[i] * 2 * n_class;
		__m256i w = load(at), v = load(at + n_class);

		learn_four(&f, &w, &v);
		store(at, w);
		store(at + n_class, v);
	}
}

bool adagrad_four_can(size_t n_class)
{
	return (n_class == 2 || n_class % 4 == 0) &&
		__builtin_cpu_supports("avx2");
}

void adagrad_four_learn(int64_t *rows, const uint32_t *row, size_t n,
			const struct adagrad_step *step, size_t n_class,
			int64_t epsilon)
{
	if (n_class == 2)
		learn_two_classes(rows, row, n, step, epsilon);
	else
		for (size_t c = 0; c < n_class; c += 4)
			learn_block(rows + c, row, n, step + c, n_class,
				    epsilon);
}

#else

bool adagrad_four_can(size_t n_class)
{
	(void)n_class;
	return false;
}

void adagrad_four_learn(int64_t *rows, const uint32_t *row, size_t n,
			const struct adagrad_step *step, size_t n_class,
			int64_t epsilon)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < n_class; c++) {
			int64_t *at = rows + (size_t)row[i] * 2 * n_class + c;

			adagrad_learn(at, at + n_class, &step[c], epsilon);
		}
}

#endif
