/*
 * The prediction market.
 *
 * Holds after each pass: left_wei + every stake <= bounty + every stake at
 * first. A pass plays p of left_wei; scores add up to at most n_test, so
 * that gains less losses are at most p.
 */
#include "config.h"

#include "incentives/market.h"

#define AMOUNT_BITS 96

struct playing {
	const struct market_params *p;
	const struct market_entry *entry;
	size_t n_entry;
	struct market_party *party;
	size_t n_party;
	const struct market_model *model;
	struct wei left_wei;
};

static bool is_amount(struct wei w)
{
	return u256_bits(w.v) <= AMOUNT_BITS;
}

static enum dc_status check(const struct playing *g, struct dc_err *err)
{
	const struct market_params *p = g->p;

	if (g->n_entry > MARKET_ENTRIES_MAX || g->n_party > g->n_entry)
		return dc_fail(err, DC_EINVAL, "a market of %zu contributions",
			       g->n_entry);
	if (p->n_test == 0 || p->n_test > MARKET_TEST_MAX)
		return dc_fail(err, DC_EINVAL, "a test set of %u rows",
			       p->n_test);
	if (p->max_passes == 0 || p->max_passes > MARKET_PASSES_MAX)
		return dc_fail(err, DC_EINVAL, "%u passes", p->max_passes);
	if (u256_is_zero(p->unit_wei.v) || !is_amount(p->unit_wei) ||
	    !is_amount(p->bounty_wei))
		return dc_fail(err, DC_EINVAL, "unit or bounty out of range");
	for (size_t i = 0; i < g->n_entry; i++)
		if (g->entry[i].party >= g->n_party)
			return dc_fail(err, DC_EINVAL, "contribution %zu has "
				       "no party", i);
	for (size_t i = 0; i < g->n_party; i++)
		if (!is_amount(g->party[i].stake_wei) ||
		    wei_compare(g->party[i].stake_wei, p->unit_wei) < 0)
			return dc_fail(err, DC_EINVAL, "party %zu has staked "
				       "less than a unit, or too much", i);
	return DC_OK;
}

static void score_all(struct playing *g)
{
	const struct market_model *m = g->model;
	int64_t before, after;

	for (size_t i = 0; i < g->n_party; i++)
		g->party[i].score = 0;
	m->restart(m->data);
	before = m->right(m->data);
	for (size_t i = 0; i < g->n_entry; i++) {
		struct market_party *who = &g->party[g->entry[i].party];

		if (who->out)
			continue;
		m->learn(m->data, i);
		after = m->right(m->data);
		DC_CHECK(after >= 0 && after <= g->p->n_test);
		who->score += after - before;
		before = after;
	}
}

/* What of the bounty a stake bears at a loss of `size` right answers a
 * round: stake n_test / size, rounded down. */
static struct wei borne(const struct playing *g, struct wei stake,
			uint64_t size)
{
	struct wei out;

	DC_CHECK(u256_muldiv(&out.v, stake.v, u256_from_u64(g->p->n_test),
			     u256_from_u64(size)));
	return out;
}

/* How much is played now.
 * Returns whether anybody has a negative score. */
static bool rounds_find(struct wei *play, const struct playing *g)
{
	bool found = false;

	*play = g->left_wei;
	for (size_t i = 0; i < g->n_party; i++) {
		const struct market_party *who = &g->party[i];
		struct wei most;

		if (who->out || who->score >= 0)
			continue;
		found = true;
		most = borne(g, who->stake_wei, (uint64_t)-who->score);
		if (wei_compare(most, *play) < 0)
			*play = most;
	}
	return found;
}

/* play |score| / n_test, in the market's favour. */
static void stake_change(const struct playing *g, struct market_party *who,
			 struct wei play)
{
	uint64_t size = (uint64_t)(who->score < 0 ? -who->score : who->score);
	struct u256 all, q, r;

	DC_CHECK(u256_mul(&all, play.v, u256_from_u64(size)));
	DC_CHECK(u256_divmod(&q, &r, all, u256_from_u64(g->p->n_test)));
	if (who->score >= 0) {
		DC_CHECK(wei_add(&who->stake_wei, who->stake_wei,
				 (struct wei){ q }));
		return;
	}
	if (!u256_is_zero(r))
		DC_CHECK(u256_add(&q, q, u256_from_u64(1)));
	DC_CHECK(wei_sub(&who->stake_wei, who->stake_wei, (struct wei){ q }));
}

/* What was played is not played again, whoever won it. */
static void play_rounds(struct playing *g, struct wei play)
{
	DC_CHECK(wei_sub(&g->left_wei, g->left_wei, play));
	for (size_t i = 0; i < g->n_party; i++)
		if (!g->party[i].out)
			stake_change(g, &g->party[i], play);
}

static size_t drop_out(struct playing *g)
{
	size_t stay = 0;

	for (size_t i = 0; i < g->n_party; i++) {
		struct market_party *who = &g->party[i];

		if (wei_compare(who->stake_wei, g->p->unit_wei) < 0)
			who->out = true;
		stay += !who->out;
	}
	return stay;
}

/* One pass; returns whether another one follows. */
static bool pass(struct playing *g, uint32_t number)
{
	struct wei play;
	bool negative;

	if (number == 0 || g->p->scores == MARKET_SCORES_ANEW)
		score_all(g);
	negative = rounds_find(&play, g);
	play_rounds(g, play);
	return negative && drop_out(g) > 0 && !u256_is_zero(g->left_wei.v);
}

enum dc_status market_play(struct market_result *out,
			   const struct market_params *p,
			   const struct market_entry *entry, size_t n_entry,
			   struct market_party *party, size_t n_party,
			   const struct market_model *model,
			   struct dc_err *err)
{
	struct playing g = {
		p, entry, n_entry, party, n_party, model, p->bounty_wei
	};
	struct wei all = p->bounty_wei, paid = wei_from_u64(0);
	enum dc_status st = check(&g, err);

	if (st != DC_OK)
		return st;
	for (size_t i = 0; i < n_party; i++) {
		DC_CHECK(wei_add(&all, all, party[i].stake_wei));
		party[i].out = false;
	}
	*out = (struct market_result){ .passes = 0 };
	if (n_party > 0)
		while (out->passes < p->max_passes && pass(&g, out->passes++))
			;
	for (size_t i = 0; i < n_party; i++)
		DC_CHECK(wei_add(&paid, paid, party[i].stake_wei));
	out->paid_wei = paid;
	/* what was played and not won is the owner's, too */
	DC_CHECK(wei_sub(&out->left_wei, all, paid));
	return DC_OK;
}
