/* check_models_verdict_mix.c: verdicts on real data are worth money. */

#include "config.h"

#include "tests/unit/verdict_mix.h"

#define SEEDS 3

/* Per cent of count with this verdict. */
static double
percent(const unsigned count[4], enum verdict v)
{
	unsigned all = count[0] + count[1] + count[2] + count[3];

	ck_assert_uint_gt(all, 0);
	return 100.0 * count[v] / all;
}

/* Bounds are loose: package lists differ from machine to machine. */
static void
mix_check(struct mix *m, uint64_t seed)
{
	struct mix_result eager, careful;
	double honest, bad;

	mix_run(&eager, m, 1, seed);
	mix_run(&careful, m, 2 * DC_FX9_ONE, seed);
	honest = percent(careful.honest, VERDICT_DISAGREE);
	bad = percent(careful.bad, VERDICT_DISAGREE);
	printf("margin 2: condemns %.1f %% of honest, %.1f %% of bad rows; "
	       "held out %.1f %%\n", honest, bad,
	       100.0 * careful.right / MIX_HELD_OUT);
	ck_assert(honest < 8);
	ck_assert(bad > 35);
	ck_assert(percent(careful.bad, VERDICT_CREDIT) < 5);
	ck_assert_uint_gt(careful.right, MIX_HELD_OUT * 75 / 100);
	/* the margin is what saves the honest */
	ck_assert(percent(eager.honest, VERDICT_DISAGREE) > 2 * honest);
}

START_TEST(a_margin_spares_the_honest_and_finds_the_bad)
{
	struct mix m;
	uint64_t seed;

	if (!mix_load(&m)) {
		printf("skipped: apt-cache has no package lists\n");
		mix_clear(&m);
		return;
	}
	for (seed = 1; seed <= SEEDS; seed++)
		mix_check(&m, seed);
	mix_clear(&m);
}
END_TEST

UNIT_MAIN("models/verdict_mix",
	  a_margin_spares_the_honest_and_finds_the_bad)
