#ifndef DECAID_MODELS_SOFTMAX_H
#define DECAID_MODELS_SOFTMAX_H

/* Probabilities from scores, in integers (oracle/PROTOCOL.md "Models"). */

#include <stdint.h>

/* e^(-d / 10^9) in units of 2^-32, for d >= 0; off by less than 1.
 * Source: e^-r = 1 - r (1 - r/2 (1 - r/3 (...))), Horner's form of the power
 * series, Abramowitz and Stegun 4.2.1. */
uint64_t softmax_exp(int64_t d_fx9);

/* p[c] = e^score[c] / sum of e^score, fx9, rounded down, in [0, 10^9].
 * p (n_class)   scores (n_class) fx9 */
void softmax(int64_t *p, const int64_t *scores, uint32_t n_class);

#endif /* DECAID_MODELS_SOFTMAX_H */
