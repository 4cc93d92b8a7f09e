/* check_incentives_market.c: the prediction market, by hand and by force. */

#include "config.h"

#include <string.h>

#include "incentives/market.h"
#include "tests/unit/unit.h"

#define MOST 8

/* A model whose right answers follow from the set of what it learned. */
struct toy {
	int base;
	int effect[MOST];	/* of each contribution */
	int together[MOST][MOST];	/* of pairs */
	bool has[MOST];
	unsigned learned;	/* how often anything was */
};

static void
toy_restart(void *data)
{
	struct toy *t = data;

	memset(t->has, 0, sizeof(t->has));
}

static void
toy_learn(void *data, size_t entry)
{
	struct toy *t = data;

	t->has[entry] = true;
	t->learned++;
}

static uint32_t
toy_right(void *data)
{
	struct toy *t = data;
	int right = t->base, i, k;

	for (i = 0; i < MOST; i++) {
		right += t->has[i] ? t->effect[i] : 0;
		for (k = 0; k < i; k++)
			right += t->has[i] && t->has[k] ? t->together[i][k] : 0;
	}
	return right < 0 ? 0 : right > 100 ? 100 : (uint32_t)right;
}

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

static const struct market_params params = {
	.unit_wei = { { { 100, 0, 0, 0 } } },
	.bounty_wei = { { { 1000, 0, 0, 0 } } },
	.n_test = 100, .max_passes = 100,
};

static struct market_result
play(const struct market_params *p, struct toy *t, struct market_party *party,
     const uint32_t *of, size_t n, size_t n_party)
{
	struct market_model m = { toy_restart, toy_learn, toy_right, t };
	struct market_entry entry[MOST] = { { 0 } };
	struct market_result r;
	struct dc_err err = DC_ERR_INIT;
	size_t i;

	for (i = 0; i < n; i++)
		entry[i].party = of == NULL ? (uint32_t)i : of[i];
	ck_assert_msg(market_play(&r, p, entry, n, party, n_party, &m, &err) ==
		      DC_OK, "%s", err.text);
	return r;
}

/* Ten rounds of 100 wei. First pass: +10, -20, +5 of 100; the second bears
 * five rounds: 100 + 50, 0, 100 + 25. Without it the other five are played:
 * 150 + 50, 125 + 25. */
START_TEST(the_worst_pays_until_it_is_broke_and_the_rest_is_played)
{
	struct toy t = { .base = 50, .effect = { 10, -20, 5 } };
	struct market_party party[3] = {
		{ .stake_wei = wei_from_u64(100) },
		{ .stake_wei = wei_from_u64(100) },
		{ .stake_wei = wei_from_u64(100) },
	};
	struct market_result r = play(&params, &t, party, NULL, 3, 3);

	ck_assert_uint_eq(small(party[0].stake_wei), 200);
	ck_assert_uint_eq(small(party[1].stake_wei), 0);
	ck_assert_uint_eq(small(party[2].stake_wei), 150);
	ck_assert(party[1].out && !party[0].out);
	ck_assert_uint_eq(r.passes, 2);
	ck_assert_uint_eq(small(r.paid_wei), 350);
	ck_assert_uint_eq(small(r.left_wei), 950);
	ck_assert_uint_eq(t.learned, 3 + 2);
}
END_TEST

/* Two rounds are all there is: the bad one pays two fifths of its stake. */
START_TEST(no_more_rounds_are_played_than_are_left)
{
	struct toy t = { .base = 50, .effect = { 10, -20 } };
	struct market_params p = params;
	struct market_party party[2] = {
		{ .stake_wei = wei_from_u64(100) },
		{ .stake_wei = wei_from_u64(100) },
	};
	struct market_result r;

	p.bounty_wei = wei_from_u64(200);
	r = play(&p, &t, party, NULL, 2, 2);
	ck_assert_uint_eq(small(party[0].stake_wei), 120);
	ck_assert_uint_eq(small(party[1].stake_wei), 60);
	ck_assert_uint_eq(small(r.left_wei), 220);
	ck_assert_uint_eq(r.passes, 1);
}
END_TEST

/* -1 of 100 for 3 wei a round: gains fall, losses rise. */
START_TEST(rounding_is_in_the_markets_favour)
{
	struct toy t = { .base = 50, .effect = { 1, -1 } };
	struct market_params p = params;
	struct market_party party[2] = {
		{ .stake_wei = wei_from_u64(100) },
		{ .stake_wei = wei_from_u64(100) },
	};

	p.bounty_wei = wei_from_u64(150);
	(void)play(&p, &t, party, NULL, 2, 2);
	ck_assert_uint_eq(small(party[0].stake_wei), 101);	/* 1.5 */
	ck_assert_uint_eq(small(party[1].stake_wei), 98);	/* 1.5 */
}
END_TEST

/* Contributor 0 gave the first and the third: +10 - 4. */
START_TEST(scores_by_contributor_are_sums)
{
	static const uint32_t of[] = { 0, 1, 0 };
	struct toy t = { .base = 50, .effect = { 10, 2, -4 } };
	struct market_party party[2] = {
		{ .stake_wei = wei_from_u64(200) },
		{ .stake_wei = wei_from_u64(100) },
	};
	struct market_result r = play(&params, &t, party, of, 3, 2);

	ck_assert_int_eq(party[0].score, 6);
	ck_assert_uint_eq(small(party[0].stake_wei), 260);
	ck_assert_uint_eq(small(party[1].stake_wei), 120);
	ck_assert_uint_eq(r.passes, 1);
}
END_TEST

/* The second undoes the first: alone the first is worth 10, not 10 - 20. */
START_TEST(scores_are_taken_anew_or_kept)
{
	struct toy t = {
		.base = 50, .effect = { -10, 10, 5 },
		.together = { { 0 }, { 20 }, { 0 } },
	};
	struct market_params p = params;
	struct market_party anew[3], kept[3];
	int i;

	for (i = 0; i < 3; i++)
		anew[i] = kept[i] = (struct market_party){
			.stake_wei = wei_from_u64(100)
		};
	p.bounty_wei = wei_from_u64(2000);
	(void)play(&p, &t, anew, NULL, 3, 3);
	ck_assert_int_eq(anew[1].score, 10);
	p.scores = MARKET_SCORES_KEPT;
	t.learned = 0;
	(void)play(&p, &t, kept, NULL, 3, 3);
	ck_assert_int_eq(kept[1].score, 30);
	ck_assert_uint_eq(t.learned, 3);
}
END_TEST

START_TEST(a_market_of_nobody_gives_the_bounty_back)
{
	struct toy t = { .base = 50 };
	struct market_result r = play(&params, &t, NULL, NULL, 0, 0);

	ck_assert_uint_eq(small(r.left_wei), 1000);
	ck_assert_uint_eq(r.passes, 0);
}
END_TEST

/* The rules in other words, on plain numbers. */
static void
by_force(int64_t *stake, uint64_t bounty, struct toy *t, size_t n,
	 uint64_t unit)
{
	bool out[MOST] = { false };
	int64_t left = (int64_t)bounty;

	for (;;) {
		int64_t score[MOST] = { 0 }, rounds = left, before, after;
		bool bad = false, any = false;
		size_t i;

		toy_restart(t);
		before = toy_right(t);
		for (i = 0; i < n; i++) {
			if (out[i])
				continue;
			toy_learn(t, i);
			after = toy_right(t);
			score[i] = after - before;
			before = after;
		}
		for (i = 0; i < n; i++)
			if (!out[i] && score[i] < 0) {
				int64_t most = stake[i] * 100 / -score[i];

				bad = true;
				rounds = most < rounds ? most : rounds;
			}
		left -= rounds;
		for (i = 0; i < n; i++) {
			if (out[i])
				continue;
			if (score[i] >= 0)
				stake[i] += rounds * score[i] / 100;
			else
				stake[i] -= (rounds * -score[i] + 99) / 100;
			if (stake[i] < (int64_t)unit)
				out[i] = true;
			any = any || !out[i];
		}
		if (!bad || !any || left == 0)
			return;
	}
}

static void
toy_draw(struct toy *t, uint64_t *state)
{
	int i, k;

	memset(t, 0, sizeof(*t));
	t->base = (int)(unit_random(state) % 101);
	for (i = 0; i < MOST; i++) {
		t->effect[i] = (int)(unit_random(state) % 41) - 20;
		for (k = 0; k < i; k++)
			t->together[i][k] = (int)(unit_random(state) % 9) - 4;
	}
}

START_TEST(thousands_of_markets_end_as_the_rules_in_other_words)
{
	uint64_t state = 1;
	int round;
	size_t i;

	for (round = 0; round < 20000; round++) {
		struct market_params p = params;
		struct market_party party[MOST];
		int64_t stake[MOST];
		uint64_t sum = 0, paid = 0;
		struct market_result r;
		size_t n = 1 + unit_random(&state) % MOST;
		struct toy t;

		toy_draw(&t, &state);
		p.bounty_wei = wei_from_u64(unit_random(&state) % 5000);
		p.unit_wei = wei_from_u64(1 + unit_random(&state) % 100);
		for (i = 0; i < n; i++) {
			stake[i] = (int64_t)(small(p.unit_wei) +
					     unit_random(&state) % 300);
			sum += (uint64_t)stake[i];
			party[i].stake_wei = wei_from_u64((uint64_t)stake[i]);
		}
		r = play(&p, &t, party, NULL, n, n);
		by_force(stake, small(p.bounty_wei), &t, n,
			 small(p.unit_wei));
		for (i = 0; i < n; i++) {
			unit_require(small(party[i].stake_wei) ==
				     (uint64_t)stake[i]);
			paid += (uint64_t)stake[i];
		}
		/* never more than there is */
		unit_require(paid <= sum + small(p.bounty_wei));
		unit_require(small(r.left_wei) + paid ==
			     sum + small(p.bounty_wei));
	}
}
END_TEST

START_TEST(caps_and_wrong_stakes_are_refused)
{
	struct toy t = { .base = 50 };
	struct market_model m = { toy_restart, toy_learn, toy_right, &t };
	struct market_entry entry[1] = { { 0 } };
	struct market_party party[1] = { { .stake_wei = wei_from_u64(99) } };
	struct market_params p = params;
	struct dc_err err = DC_ERR_INIT;
	struct market_result r;

	ck_assert_int_eq(market_play(&r, &p, entry, 1, party, 1, &m, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "less than a unit"));
	party[0].stake_wei = wei_from_u64(100);
	entry[0].party = 1;
	ck_assert_int_eq(market_play(&r, &p, entry, 1, party, 1, &m, NULL),
			 DC_EINVAL);
	entry[0].party = 0;
	p.n_test = 0;
	ck_assert_int_eq(market_play(&r, &p, entry, 1, party, 1, &m, NULL),
			 DC_EINVAL);
	p.n_test = MARKET_TEST_MAX + 1;
	ck_assert_int_eq(market_play(&r, &p, entry, 1, party, 1, &m, NULL),
			 DC_EINVAL);
	p = params;
	p.max_passes = 0;
	ck_assert_int_eq(market_play(&r, &p, entry, 1, party, 1, &m, NULL),
			 DC_EINVAL);
	p = params;
	ck_assert_int_eq(market_play(&r, &p, entry, MARKET_ENTRIES_MAX + 1,
				     party, 1, &m, NULL), DC_EINVAL);
	ck_assert_uint_eq(t.learned, 0);
}
END_TEST

UNIT_MAIN("incentives/market",
	  the_worst_pays_until_it_is_broke_and_the_rest_is_played,
	  no_more_rounds_are_played_than_are_left,
	  rounding_is_in_the_markets_favour, scores_by_contributor_are_sums,
	  scores_are_taken_anew_or_kept,
	  a_market_of_nobody_gives_the_bounty_back,
	  thousands_of_markets_end_as_the_rules_in_other_words,
	  caps_and_wrong_stakes_are_refused)
