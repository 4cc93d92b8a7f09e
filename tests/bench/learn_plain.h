#ifndef DECAID_TESTS_BENCH_LEARN_PLAIN_H
#define DECAID_TESTS_BENCH_LEARN_PLAIN_H

/*
 * The limit: what a person would write in C for one rule, two classes and
 * these rows alone, in numbers of the same 64 bits (int64, or double where
 * the rule divides). No spec, no other sample, no dirty leaves, no limits.
 *
 * Each predicts and learns rows 0 ... n - 1 (bench_rival's run); a state of
 * zeros has learned nothing, and _new and _free are its tables.
 */

#include <stddef.h>
#include <stdint.h>

#include "tests/bench/learn_rows.h"

#define LEARN_PLAIN_INPUTS (LEARN_TABLE_COLUMNS + 1)

/* Counts that a table of logarithms is for: the rows of all rounds. */
#define LEARN_COUNTS_MAX (32 * LEARN_SAMPLES)

/* Two weights a column. */
struct plain_perceptron {
	int64_t (*w)[2], bias[2];
};
void plain_perceptron(void *state, size_t n);

/* Two weights, two sums of squares; and of the biases. */
struct plain_logistic {
	double (*w)[4], bias[4];
};
void plain_logistic(void *state, size_t n);

/* Two weights, what their means lag behind times scale; and of the biases. */
struct plain_passive {
	double (*w)[4], bias[4], scale;
	size_t n;
};
void plain_passive(void *state, size_t n);

/* Counts, and the logarithms of all that there can be. */
struct plain_bayes {
	int64_t (*count)[2];
	double *ln, n[2], sum[2];
};
void plain_bayes_init(struct plain_bayes *b);	/* ln */
void plain_bayes(void *state, size_t n);

/* The two before, and how far each is trusted. */
struct plain_blend {
	struct plain_logistic logistic;
	struct plain_bayes bayes;
	double share[2], squares[2];
};
void plain_blend(void *state, size_t n);

/* Each class' weights, and the covariance of each pair. */
struct plain_kalman {
	double w[2][LEARN_PLAIN_INPUTS];
	double p[2][LEARN_PLAIN_INPUTS][LEARN_PLAIN_INPUTS];
};
void plain_kalman_init(struct plain_kalman *k);	/* p: one */
void plain_kalman(void *state, size_t n);

/* The usual way of naive Bayes: a logarithm a feature and class. It predicts
 * and learns nothing. */
void plain_bayes_logs(void *state, size_t n);

#endif /* DECAID_TESTS_BENCH_LEARN_PLAIN_H */
