#ifndef DECAID_TESTS_BENCH_BENCH_H
#define DECAID_TESTS_BENCH_BENCH_H

/*
 * What every bench shares. Rivals do the same work by turns in short rounds,
 * so that a noisy neighbour hits all of them; each keeps its best round, in
 * CPU time. What counts is the ratio: absolute figures drift.
 */

#include <stddef.h>
#include <stdint.h>

struct bench_rival {
	const char *name;
	void (*run)(void *data, size_t n);	/* the work, n times */
	void *data;
	double best_ns;		/* a unit of work; set by the race */
};

/* Race the rivals (n of them): rounds of n_work each. */
void bench_race(struct bench_rival *rivals, size_t n, size_t rounds,
		size_t n_work);

/* A line for each: time and rate a unit of work, and how many times the rate
 * of each other one the first has.
 * bytes   of a unit of work, for MB/s; 0: none */
void bench_print(const struct bench_rival *rivals, size_t n,
		 const char *unit, size_t bytes);

/* Keep a result that nobody else looks at. */
void bench_keep(const void *result);

/* The next number of a sequence that is the same on every machine.
 * Source: Steele, Lea, Flood, OOPSLA 2014 (SplitMix64). */
uint64_t bench_random(uint64_t *state);

#endif /* DECAID_TESTS_BENCH_BENCH_H */
