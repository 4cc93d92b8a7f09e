#ifndef DECAID_MODELS_COVARIANCE_H
#define DECAID_MODELS_COVARIANCE_H

/*
 * The part of models/kalman.c that grows with the square of the columns: what
 * was learned of a covariance, P = v I - S, of which the upper triangle of S
 * is kept, row by row, in units of 2^-48 within COVARIANCE_ONE of 0. Private
 * to models/; oracle/PROTOCOL.md "Models", kalman.
 *
 * Each function does four entries at once where the processor can; the ones
 * called _plain, which tests hold them against, give the same bits.
 */

#include <stddef.h>
#include <stdint.h>

#define COVARIANCE_INPUTS_MAX 513
#define COVARIANCE_ONE (INT64_C(1) << 48)
#define COVARIANCE_INPUT_MAX (INT64_C(1) << 20)
#define COVARIANCE_GAIN_MAX (INT64_C(1) << 62)

/* Entries of the triangle of n inputs. */
static inline size_t covariance_cells(size_t n)
{
	return n * (n + 1) / 2;
}

/* k = P x / 2^16, cut towards 0 and to COVARIANCE_GAIN_MAX.
 * k  (n)   s  (covariance_cells(n))   n  in [1, COVARIANCE_INPUTS_MAX]
 * x  (n) within COVARIANCE_INPUT_MAX of 0
 * variance  v in units of 2^-48, in [0, COVARIANCE_ONE] */
void covariance_gain(int64_t *k, const int64_t *s, const int64_t *x, size_t n,
		     int64_t variance);
void covariance_gain_plain(int64_t *k, const int64_t *s, const int64_t *x,
			   size_t n, int64_t variance);

/* S[i][j] += floor(floor(k[i] part / 2^60) k[j] / 2^48), cut to its ends.
 * k     (n) within COVARIANCE_GAIN_MAX of 0
 * part  in [0, 2^58] */
void covariance_learn(int64_t *s, const int64_t *k, size_t n, int64_t part);
void covariance_learn_plain(int64_t *s, const int64_t *k, size_t n,
			    int64_t part);

#endif /* DECAID_MODELS_COVARIANCE_H */
