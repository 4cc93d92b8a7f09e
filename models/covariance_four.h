#ifndef DECAID_MODELS_COVARIANCE_FOUR_H
#define DECAID_MODELS_COVARIANCE_FOUR_H

/* models/covariance.h, four entries at once. Private to that file. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gains up to here are taken; a covariance that learned gives no larger ones
 * but for samples whose length is above 64. */
#define COVARIANCE_FOUR_GAIN_MAX (INT64_C(1) << 54)

bool covariance_four_can(void);

/* high 2^24 + low = S x, exactly; both (n). */
void covariance_four_sum(int64_t *high, int64_t *low, const int64_t *s,
			 const int64_t *x, size_t n);

/* k  (n) below COVARIANCE_FOUR_GAIN_MAX in size */
void covariance_four_learn(int64_t *s, const int64_t *k, size_t n,
			   int64_t part);

#endif /* DECAID_MODELS_COVARIANCE_FOUR_H */
