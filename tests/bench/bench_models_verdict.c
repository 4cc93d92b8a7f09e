/*
 * bench_models_verdict.c: what the abstain margin of two-fold costs and buys,
 * on package descriptions (tests/unit/verdict_mix.h).
 *
 *     make bench BENCHES=tests/bench/bench_models_verdict
 */

#include "config.h"

#include <stdio.h>

#include "tests/unit/verdict_mix.h"

#define SEEDS 10

static void
add(struct mix_result *sum, const struct mix_result *one)
{
	int v;

	for (v = 0; v < 4; v++) {
		sum->honest[v] += one->honest[v];
		sum->bad[v] += one->bad[v];
	}
	sum->right += one->right;
}

static void
print_rates(const unsigned count[4])
{
	double all = count[0] + count[1] + count[2] + count[3];
	int v;

	for (v = 0; v < 4; v++)
		printf(" %8.1f", 100 * count[v] / all);
}

static void
margin_bench(struct mix *m, int64_t margin_fx9)
{
	struct mix_result sum = { .right = 0 }, one;
	uint64_t seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		mix_run(&one, m, margin_fx9, seed);
		add(&sum, &one);
	}
	printf("%6.2f  ", (double)margin_fx9 / 1e9);
	print_rates(sum.honest);
	printf("  ");
	print_rates(sum.bad);
	printf("   %8.1f\n", 100.0 * sum.right / SEEDS / MIX_HELD_OUT);
}

int
main(void)
{
	static const int64_t margins[] = {
		1, 500000000, 1000000000, 1500000000, 2000000000, 3000000000,
		4000000000
	};
	struct mix m;
	size_t i;

	if (!mix_load(&m)) {
		printf("skipped: apt-cache has no package lists\n");
		return EXIT_SUCCESS;
	}
	printf("%d contributions, %d %% wrong, judged %d later; %d seeds; %%\n",
	       MIX_LEARNED, MIX_WRONG_PERCENT, MIX_JUDGED_AFTER, SEEDS);
	printf("margin   honest:dis  abstain    agree   credit   bad:dis"
	       "  abstain    agree   credit   held out\n");
	for (i = 0; i < DC_ARRAY_LEN(margins); i++)
		margin_bench(&m, margins[i]);
	mix_clear(&m);
	return EXIT_SUCCESS;
}
