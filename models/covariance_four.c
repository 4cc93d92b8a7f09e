/*
 * A covariance in the registers of AVX2, which multiply 32 bits by 32. Every
 * long number is split as high 2^24 + low with low in [0, 2^24), so that all
 * products and their sums over 513 inputs are exact in 64.
 */
#include "config.h"

#include "models/covariance_four.h"

#include "models/covariance.h"

#define LOW ((INT64_C(1) << 24) - 1)

#ifdef __x86_64__

#include <immintrin.h>

#define AVX2 static inline __attribute__((target("avx2"), always_inline))

AVX2 __m256i all(int64_t v)
{
	return _mm256_set1_epi64x(v);
}

AVX2 __m256i load(const int64_t *in)
{
	return _mm256_loadu_si256((const __m256i *)in);
}

AVX2 void store(int64_t *out, __m256i v)
{
	_mm256_storeu_si256((__m256i *)out, v);
}

AVX2 void add(int64_t *out, __m256i v)
{
	store(out, _mm256_add_epi64(load(out), v));
}

AVX2 int64_t sum_of(__m256i v)
{
	int64_t part[4];

	store(part, v);
	return part[0] + part[1] + part[2] + part[3];
}

/* Row i of S, from its diagonal on, along and across. Bits 24 to 55 are all
 * of an entry's high part, which is within 2^24 of 0: high and low times an
 * input stay below 2^44. */
AVX2 void row_sum(int64_t *high, int64_t *low, const int64_t *s,
		  const int64_t *x, size_t n)
{
	const __m256i mine = all(x[0]), mask = all(LOW);
	__m256i along_high = all(0), along_low = all(0);
	int64_t h = (s[0] >> 24) * x[0], l = (s[0] & LOW) * x[0];
	size_t j;

	for (j = 1; j + 4 <= n; j += 4) {
		__m256i v = load(s + j), other = load(x + j);
		__m256i v_high = _mm256_srli_epi64(v, 24);
		__m256i v_low = _mm256_and_si256(v, mask);

		add(high + j, _mm256_mul_epi32(v_high, mine));
		add(low + j, _mm256_mul_epi32(v_low, mine));
		along_high = _mm256_add_epi64(along_high, _mm256_mul_epi32(
			v_high, other));
		along_low = _mm256_add_epi64(along_low, _mm256_mul_epi32(
			v_low, other));
	}
	for (; j < n; j++) {
		high[j] += (s[j] >> 24) * x[0];
		low[j] += (s[j] & LOW) * x[0];
		h += (s[j] >> 24) * x[j];
		l += (s[j] & LOW) * x[j];
	}
	high[0] += h + sum_of(along_high);
	low[0] += l + sum_of(along_low);
}

__attribute__((target("avx2"))) void
covariance_four_sum(int64_t *high, int64_t *low, const int64_t *s,
		    const int64_t *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		high[i] = low[i] = 0;
	for (size_t i = 0; i < n; s += n - i++)
		row_sum(high + i, low + i, s, x + i, n - i);
}

/* v / 2^24, rounded down; |v| below 2^60: AVX2 shifts no signs. */
AVX2 __m256i shift_24(__m256i v)
{
	return _mm256_sub_epi64(
		_mm256_srli_epi64(_mm256_add_epi64(v, all(INT64_C(1) << 60)),
				  24), all(INT64_C(1) << 36));
}

AVX2 __m256i cut(__m256i v)
{
	const __m256i most = all(COVARIANCE_ONE), least = all(-COVARIANCE_ONE);

	v = _mm256_blendv_epi8(v, most, _mm256_cmpgt_epi64(v, most));
	return _mm256_blendv_epi8(v, least, _mm256_cmpgt_epi64(least, v));
}

static int64_t cut_one(int64_t v)
{
	return v > COVARIANCE_ONE ? COVARIANCE_ONE
		: v < -COVARIANCE_ONE ? -COVARIANCE_ONE : v;
}

/* floor(a k / 2^48): all of high high, and what the three other products
 * carry. a and k are below 2^54. */
AVX2 __m256i product(__m256i a_high, __m256i a_low, __m256i k)
{
	__m256i k_high = _mm256_srli_epi64(k, 24);
	__m256i k_low = _mm256_and_si256(k, all(LOW));
	__m256i rest = _mm256_srli_epi64(_mm256_mul_epi32(a_low, k_low), 24);

	rest = _mm256_add_epi64(rest, _mm256_mul_epi32(a_high, k_low));
	rest = _mm256_add_epi64(rest, _mm256_mul_epi32(a_low, k_high));
	return _mm256_add_epi64(_mm256_mul_epi32(a_high, k_high),
				shift_24(rest));
}

AVX2 void row_learn(int64_t *s, const int64_t *k, size_t n, int64_t a)
{
	const __m256i high = all(a >> 24), low = all(a & LOW);
	size_t j;

	for (j = 0; j + 4 <= n; j += 4)
		store(s + j, cut(_mm256_add_epi64(
			load(s + j), product(high, low, load(k + j)))));
	for (; j < n; j++)
		s[j] = cut_one(s[j] +
			       (int64_t)((__int128)a * k[j] >> 48));
}

__attribute__((target("avx2"))) void
covariance_four_learn(int64_t *s, const int64_t *k, size_t n, int64_t part)
{
	for (size_t i = 0; i < n; s += n - i++)
		row_learn(s, k + i, n - i,
			  (int64_t)((__int128)k[i] * part >> 60));
}

bool covariance_four_can(void)
{
	return __builtin_cpu_supports("avx2");
}

#else

bool covariance_four_can(void)
{
	return false;
}

void covariance_four_sum(int64_t *high, int64_t *low, const int64_t *s,
			 const int64_t *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		high[i] = low[i] = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++, s++) {
			high[i] += (*s >> 24) * x[j];
			low[i] += (*s & LOW) * x[j];
			if (j == i)
				continue;
			high[j] += (*s >> 24) * x[i];
			low[j] += (*s & LOW) * x[i];
		}
}

void covariance_four_learn(int64_t *s, const int64_t *k, size_t n,
			   int64_t part)
{
	covariance_learn_plain(s, k, n, part);
}

#endif
