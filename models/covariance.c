/* A symmetric matrix times a vector, and one more sample in it. */
#include "config.h"

#include "models/covariance.h"

#include <stdbool.h>

#include "models/covariance_four.h"

static int64_t clamp(__int128 v, int64_t max)
{
	return v > max ? max : v < -max ? -max : (int64_t)v;
}

/* |P| is at most 2^48: the sum stays below 2^48 * 2^20 * 2^10, k below
 * 2^62. */
void covariance_gain_plain(int64_t *k, const int64_t *s, const int64_t *x,
			   size_t n, int64_t variance)
{
	__int128 sum[COVARIANCE_INPUTS_MAX];

	for (size_t i = 0; i < n; i++)
		sum[i] = (__int128)variance * x[i];
	for (size_t i = 0; i < n; s += n - i++) {
		for (size_t j = i + 1; j < n; j++) {
			sum[i] -= (__int128)s[j - i] * x[j];
			sum[j] -= (__int128)s[j - i] * x[i];
		}
		sum[i] -= (__int128)s[0] * x[i];
	}
	for (size_t i = 0; i < n; i++)
		k[i] = clamp(sum[i] / 65536, COVARIANCE_GAIN_MAX);
}

void covariance_gain(int64_t *k, const int64_t *s, const int64_t *x, size_t n,
		     int64_t variance)
{
	int64_t high[COVARIANCE_INPUTS_MAX], low[COVARIANCE_INPUTS_MAX];

	if (!covariance_four_can()) {
		covariance_gain_plain(k, s, x, n, variance);
		return;
	}
	covariance_four_sum(high, low, s, x, n);
	for (size_t i = 0; i < n; i++)
		k[i] = clamp(((__int128)variance * x[i] -
			      (__int128)high[i] * (1 << 24) - low[i]) / 65536,
			     COVARIANCE_GAIN_MAX);
}

/* k part below 2^120, its upper part times k below 2^122. */
void covariance_learn_plain(int64_t *s, const int64_t *k, size_t n,
			    int64_t part)
{
	for (size_t i = 0; i < n; s += n - i++) {
		int64_t a = (int64_t)((__int128)k[i] * part >> 60);

		if (a == 0)
			continue;
		for (size_t j = i; j < n; j++)
			s[j - i] = clamp(s[j - i] + ((__int128)a * k[j] >> 48),
					 COVARIANCE_ONE);
	}
}

static bool all_small(const int64_t *k, size_t n)
{
	bool large = false;

	for (size_t i = 0; i < n; i++)
		large |= k[i] <= -COVARIANCE_FOUR_GAIN_MAX ||
			k[i] >= COVARIANCE_FOUR_GAIN_MAX;
	return !large;
}

void covariance_learn(int64_t *s, const int64_t *k, size_t n, int64_t part)
{
	if (covariance_four_can() && all_small(k, n))
		covariance_four_learn(s, k, n, part);
	else
		covariance_learn_plain(s, k, n, part);
}
