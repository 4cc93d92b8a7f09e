#ifndef DECAID_INCENTIVES_MARKET_H
#define DECAID_INCENTIVES_MARKET_H

/*
 * The prediction market: a bounty is played for in rounds, and in each round
 * a contribution is paid, or pays, by how much it made the model better or
 * worse on a test set that was committed to before.
 *
 * A pass takes the starting model's right answers, learns the contributions
 * that are left in order, and scores each by the right answers after it less
 * those before. Where the lowest score is negative, the rounds played are
 * those that its stake bears; every stake changes by its score times the
 * rounds; what has less than a unit left drops out with what it has, and the
 * next pass begins without it. Where none is negative, all rounds that are
 * left are played and the market is over.
 *
 * Exact: scores are counts of right answers out of n_test; rounds are counted
 * in wei of the bounty, unit_wei a round, so that a score s played for p wei
 * is worth p s / n_test. Gains are rounded down, losses up. Stakes that
 * differ could be played below 0 by the lowest score's rounds; so no more
 * rounds are played than every stake with a negative score bears, and the
 * market never owes more than bounty and stakes together.
 *
 * Source: Abernethy, Frongillo, NIPS 2011; 0xDeCA10B simulation/decai/
 * simulation/contract/incentive/prediction_market.py.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

#define MARKET_ENTRIES_MAX 100000
#define MARKET_TEST_MAX 1000000
#define MARKET_PASSES_MAX 10000

enum market_scores {
	MARKET_SCORES_ANEW,	/* each pass learns and scores again */
	MARKET_SCORES_KEPT	/* those of the first pass hold */
};

struct market_params {
	struct wei unit_wei;	/* of a stake and of a round; at least 1 */
	struct wei bounty_wei;
	uint32_t n_test;	/* rows of the test set, at least 1 */
	uint32_t max_passes;	/* then what is left stays with the owner */
	enum market_scores scores;
};

/* Who is scored: a contribution, or a contributor with all of his. */
struct market_party {
	struct wei stake_wei;	/* at first what was staked; then its payout */
	int64_t score;		/* of the last pass, in right answers */
	bool out;		/* dropped out in an earlier pass */
};

/* A contribution. */
struct market_entry {
	uint32_t party;		/* several may share one */
};

/* The model, as the market asks for it. */
struct market_model {
	void (*restart)(void *data);		/* to the starting model */
	void (*learn)(void *data, size_t entry);
	uint32_t (*right)(void *data);		/* of n_test */
	void *data;
};

struct market_result {
	struct wei left_wei;	/* of the bounty, the owner's */
	struct wei paid_wei;	/* to all parties, stakes included */
	uint32_t passes;
};

/* Play a market to its end. Parties hold their payouts afterwards; left_wei
 * and those together are at most bounty and stakes.
 * entry (n_entry) in order   party (n_party)
 * Errors: DC_EINVAL a cap is passed, an entry without a party, a stake below
 *         a unit, amounts of 2^96 or more; nothing was played then. */
enum dc_status market_play(struct market_result *out,
			   const struct market_params *p,
			   const struct market_entry *entry, size_t n_entry,
			   struct market_party *party, size_t n_party,
			   const struct market_model *model,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_INCENTIVES_MARKET_H */
