/* bench.c: rivals by turns, and the table of their times. */

#include "config.h"

#include <stdio.h>
#include <time.h>

#include "tests/bench/bench.h"

static double
bench_cpu_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		return 0;
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void
bench_race(struct bench_rival *rivals, size_t n, size_t rounds, size_t n_work)
{
	double begin, ns;
	size_t round, i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < n; i++) {
			begin = bench_cpu_ns();
			rivals[i].run(rivals[i].data, n_work);
			ns = (bench_cpu_ns() - begin) / (double)n_work;
			if (round == 0 || ns < rivals[i].best_ns)
				rivals[i].best_ns = ns;
		}
	}
}

void
bench_print(const struct bench_rival *rivals, size_t n, const char *unit,
	    size_t bytes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		printf("  %-34s %12.1f ns  %12.0f %s/s", rivals[i].name,
		       rivals[i].best_ns, 1e9 / rivals[i].best_ns, unit);
		if (bytes != 0)
			printf("  %7.0f MB/s",
			       (double)bytes * 1e3 / rivals[i].best_ns);
		if (i > 0)
			printf("  ratio %.2f",
			       rivals[i].best_ns / rivals[0].best_ns);
		putchar('\n');
	}
}

void
bench_keep(const void *result)
{
	__asm__ volatile("" : : "g"(result) : "memory");
}

uint64_t
bench_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
