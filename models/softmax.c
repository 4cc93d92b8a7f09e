/* The exponential function and what is made of it. */
#include "config.h"

#include "models/softmax.h"

#include "base/types.h"
#include "models/fx9.h"
#include "models/model.h"

#define ONE_Q62 (INT64_C(1) << 62)
#define LN2_Q62 INT64_C(3196577161300663915)	/* 2^62 ln 2, nearest */
#define LN2_FX9 693147180		/* 10^9 ln 2, cut */
#define TERMS 14	/* r^15 / 15! < 2^-48 */
#define TINY_FX9 (INT64_C(23) * DC_FX9_ONE)	/* e^-23 < 2^-33 */

/* d = n ln 2 + r with r in [0, ln 2): 2^-n e^-r. Fifteen roundings of 2^-62
 * and what the series leaves out stay below 2^-47. */
uint64_t softmax_exp(int64_t d_fx9)
{
	__int128 d;
	int64_t r, s = ONE_Q62;
	unsigned n;

	if (d_fx9 == 0)
		return UINT64_C(1) << 32;
	if (d_fx9 >= TINY_FX9)
		return 0;
	d = (__int128)(d_fx9 / DC_FX9_ONE) * ONE_Q62 +
		(__int128)((unsigned __int128)(d_fx9 % DC_FX9_ONE) *
			   ONE_Q62 / DC_FX9_ONE);
	n = (unsigned)(d_fx9 / LN2_FX9);	/* at most one too many */
	if ((__int128)n * LN2_Q62 > d)
		n--;
	r = (int64_t)(d - (__int128)n * LN2_Q62);
	if (r >= LN2_Q62) {
		r -= LN2_Q62;
		n++;
	}
#pragma GCC unroll 14	/* so that the divisors are constants */
	for (int64_t k = TERMS; k >= 1; k--)
		s = ONE_Q62 - (int64_t)(((__int128)r * s) >> 62) / k;
	return (uint64_t)s >> 30 >> n;
}

/* The winner's term is 2^32, so the sum is at least that, and at most 1,024
 * times as much: 2^32 * 10^9 and the sum are below 2^63. */
void softmax(int64_t *p, const int64_t *scores, uint32_t n_class)
{
	int64_t top = scores[model_best(scores, n_class)];
	uint64_t sum = 0;

	for (uint32_t c = 0; c < n_class; c++) {
		p[c] = (int64_t)softmax_exp(fx9_sub(top, scores[c]));
		sum += (uint64_t)p[c];
	}
	for (uint32_t c = 0; c < n_class; c++)
		p[c] = (int64_t)((uint64_t)p[c] * DC_FX9_ONE / sum);
}
