/* check_incentives_sim.c: the simulator's clock and ledger. */

#include "config.h"

#include <string.h>

#include "tests/unit/sim_fixture.h"

/* Written down from the first run. */
#define RUN_ROOT \
	"0x1bdbcc1fb870aed770b83527ebd35478eaab078010a19e8d9c7b7ed1e403798e"
#define RUN_GOOD 11043

static struct sim_agent
agent(const char *name, int64_t wrong_fx9, uint64_t wait_s)
{
	return (struct sim_agent){
		.name = name, .start_wei = wei_from_u64(10000),
		.deposit_mean_wei = 50, .deposit_dev_wei = 10,
		.wait_mean_s = wait_s, .wait_dev_s = 5,
		.if_accuracy_fx9 = SIM_ALWAYS, .wrong_fx9 = wrong_fx9,
		.only_class = SIM_EVERY_CLASS,
	};
}

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

static void
finish(struct world *w)
{
	struct sim_event e;

	while (sim_step(&w->sim, &e))
		;
}

/* Invariants (1) to (3) of sim.c, at every event. */
START_TEST(money_is_conserved_at_every_event)
{
	struct sim_agent agents[3] = {
		agent("good", 0, 600), agent("bad", DC_FX9_ONE, 3600),
		{ .name = "caller", .start_wei = wei_from_u64(1000),
		  .calls = true, .pays_wei = wei_from_u64(7),
		  .wait_mean_s = 5000 },
	};
	struct world *w = world_new(agents, 3, 1);
	struct sim_event e;
	uint64_t last = 0, left, open;
	uint32_t i;

	world_begin(w);
	while (sim_step(&w->sim, &e)) {
		unit_require(small(sim_total(&w->sim)) == 21000);
		unit_require(e.time_s >= last);
		last = e.time_s;
		if (e.kind != SIM_MEASURE)
			continue;
		left = open = 0;
		for (i = 0; i < w->sim.n_entry; i++) {
			left += small(w->room.entry[i].record.left_wei);
			open += !w->room.entry[i].settled;
			unit_require(w->room.entry[i].settled ==
				     (small(w->room.entry[i].record.left_wei)
				      == 0));
		}
		unit_require(small(w->sim.contract_wei) >= left);
		unit_require(w->sim.n_open == open);
	}
	ck_assert_uint_eq(w->sim.n_entry, WORLD_ROWS);
	ck_assert_uint_eq(w->sim.n_open, 0);
	ck_assert_uint_gt(small(w->room.account[2].deposited_wei), 0);
	world_free(w);
}
END_TEST

START_TEST(the_honest_gain_and_the_bad_lose)
{
	struct sim_agent agents[2] = {
		agent("good", 0, 600), agent("bad", DC_FX9_ONE, 3600),
	};
	struct world *w = world_new(agents, 2, 1);

	agents[0].if_accuracy_fx9 = 150000000;
	w->config.drt.weight_wei = wei_from_u64(600);
	world_begin(w);
	finish(w);
	ck_assert_uint_gt(small(w->room.account[0].balance_wei), 10000);
	ck_assert_uint_lt(small(w->room.account[1].balance_wei), 10000);
	ck_assert_int_gt(w->sim.accuracy_fx9, 950000000);
	world_free(w);
}
END_TEST

static void
same_again(uint64_t seed_a, uint64_t seed_b, bool same)
{
	struct sim_agent agents[2] = {
		agent("good", 0, 600), agent("bad", DC_FX9_ONE, 3600),
	};
	struct world *a = world_new(agents, 2, seed_a);
	struct world *b = world_new(agents, 2, seed_b);
	struct hash32 root_a, root_b;

	world_begin(a);
	world_begin(b);
	finish(a);
	finish(b);
	learner_root(&a->learner.l, &root_a);
	learner_root(&b->learner.l, &root_b);
	ck_assert_int_eq(hash32_equal(&root_a, &root_b), same);
	if (same)
		ck_assert_int_eq(memcmp(a->room.account, b->room.account,
					2 * sizeof(*a->room.account)), 0);
	world_free(a);
	world_free(b);
}

START_TEST(the_same_seed_is_the_same_run_and_another_is_not)
{
	same_again(3, 3, true);
	same_again(3, 4, false);
}
END_TEST

/* What this run comes to was written down once; it may never change. */
START_TEST(a_run_is_the_same_on_every_machine)
{
	struct sim_agent agents[2] = {
		agent("good", 0, 600), agent("bad", DC_FX9_ONE, 3600),
	};
	struct world *w = world_new(agents, 2, 5);
	char text[HASH32_TEXT_BYTES];
	struct hash32 root;

	world_begin(w);
	finish(w);
	learner_root(&w->learner.l, &root);
	hash32_format(&root, text);
	ck_assert_str_eq(text, RUN_ROOT);
	ck_assert_uint_eq(small(w->room.account[0].balance_wei), RUN_GOOD);
	world_free(w);
}
END_TEST

/* A contribution that the model agrees with comes back after a day; one that
 * it does not is the others'. */
START_TEST(a_single_contribution_is_paid_by_the_rules)
{
	struct sim_agent agents[1] = { agent("only", 0, 600) };
	struct world *w = world_new(agents, 1, 1);
	struct sim_event e;

	w->config.rows.n = 1;
	world_begin(w);
	while (sim_step(&w->sim, &e) && w->sim.n_entry == 0)
		;
	ck_assert_uint_eq(small(w->sim.contract_wei),
			  small(w->room.entry[0].record.deposit_wei));
	while (sim_step(&w->sim, &e) && e.kind != SIM_CLAIM)
		;
	ck_assert_uint_eq(e.time_s, w->room.entry[0].record.time_s + 86401);
	ck_assert(w->room.entry[0].settled);
	ck_assert_int_eq(w->room.entry[0].verdict, VERDICT_AGREE);
	ck_assert_uint_eq(small(w->room.account[0].balance_wei), 10000);
	ck_assert_uint_eq(w->room.account[0].good, 1);
	world_free(w);
}
END_TEST

/* Nobody can ever pay 100,000: they give up instead of trying for ever. */
START_TEST(who_can_do_nothing_leaves)
{
	struct sim_agent agents[1] = { agent("poor", 0, 600) };
	struct world *w = world_new(agents, 1, 1);
	struct sim_event e;
	unsigned events = 0;

	agents[0].deposit_mean_wei = 100000;
	world_begin(w);
	while (sim_step(&w->sim, &e))
		ck_assert_uint_lt(++events, 5000);
	ck_assert_uint_eq(w->sim.n_entry, 0);
	ck_assert_uint_eq(w->sim.n_awake, 0);
	world_free(w);
}
END_TEST

/* Wrong labels begin at `from` and rise within `drift`. */
START_TEST(a_drift_rises_from_its_date)
{
	struct sim_agent agents[1] = { agent("drift", DC_FX9_ONE, 600) };
	struct world *w = world_new(agents, 1, 1);
	unsigned wrong[3] = { 0 }, all[3] = { 0 };
	uint32_t i, part;

	agents[0].from_s = 200000;
	agents[0].drift_s = 400000;
	world_begin(w);
	finish(w);
	for (i = 0; i < w->sim.n_entry; i++) {
		const struct sim_entry *e = &w->room.entry[i];

		part = e->record.time_s < 200000 ? 0 :
			e->record.time_s < 600000 ? 1 : 2;
		all[part]++;
		wrong[part] += e->record.label != e->truth;
	}
	ck_assert_uint_eq(wrong[0], 0);
	ck_assert(wrong[1] > all[1] / 3 && wrong[1] < all[1] * 2 / 3);
	ck_assert_uint_eq(wrong[2], all[2]);
	ck_assert(all[0] > 100 && all[1] > 100 && all[2] > 100);
	world_free(w);
}
END_TEST

static void
trainer_set(struct world *w)
{
	w->config.trainer = (struct trainer_params){
		.refund_wait_s = 7200, .verdict_window_s = 604800,
		.challenge_s = 60, .epoch_s = 600, .owner_claim_wait_s = 10,
		.any_claim_wait_s = 20, .floor_wei = wei_from_u64(40),
		.cap_wei = wei_from_u64(60), .burst = 5, .window_s = 3600,
		.reporter_share_bps = 1000,
	};
	w->config.market = (struct market_params){
		.unit_wei = wei_from_u64(40),
		.bounty_wei = wei_from_u64(4000), .n_test = WORLD_HELD,
		.max_passes = 100,
	};
	/* the other kind has no price, and its waits are the same */
	ck_assert_int_eq(deca_incentive_construct(&w->config.deca,
		w->config.incentive == &sim_incentive_points64 ? DECA_POINTS
							       : DECA_STAKEABLE,
		(struct deca_waits){ 86400, 9 * 86400, 9 * 86400 },
		wei_from_u64(1), u256_from_u64(0)), DECA_DONE);
	w->config.retry_s = 86400;
}

/* Every incentive: whatever happens, no money comes or goes, everything is
 * claimed, and it ends. */
START_TEST(every_incentive_keeps_the_money_and_ends)
{
	static const struct sim_incentive *const kinds[] = {
		&sim_incentive_drt, &sim_incentive_stake,
		&sim_incentive_points, &sim_incentive_market,
		&sim_incentive_market_offers, &sim_incentive_stakeable,
		&sim_incentive_points64,
	};
	size_t k;

	for (k = 0; k < DC_ARRAY_LEN(kinds); k++) {
		struct sim_agent agents[4] = {
			agent("a", 0, 600), agent("b", DC_FX9_ONE / 5, 700),
			agent("c", 0, 800), agent("d", DC_FX9_ONE, 900),
		};
		struct world *w = world_new(agents, 4, 2);
		struct sim_event e;
		uint64_t total;

		agents[3].private_columns = 3;
		agents[2].copies = 2;
		agents[2].near = 1;
		agents[2].accounts = 2;
		agents[2].prime_s = 9999;
		w->config.incentive = kinds[k];
		w->config.rows.n = 300;
		w->config.n_held = 50;
		trainer_set(w);
		w->config.market.n_test = 50;
		world_begin(w);
		total = small(sim_total(&w->sim));
		while (sim_step(&w->sim, &e))
			unit_require(small(sim_total(&w->sim)) == total);
		ck_assert_uint_gt(w->sim.n_entry, 300);
		ck_assert_uint_eq(w->sim.n_open, 0);
		world_free(w);
	}
}
END_TEST

/* By 0xDeCA10B's own contract, too; no wei is left in it. */
START_TEST(under_stakeable64_the_honest_gain_and_the_contract_is_emptied)
{
	struct sim_agent agents[3] = {
		agent("a", 0, 600), agent("b", 0, 700),
		agent("d", DC_FX9_ONE, 3600),
	};
	struct world *w = world_new(agents, 3, 2);

	w->config.incentive = &sim_incentive_stakeable;
	trainer_set(w);
	world_begin(w);
	finish(w);
	ck_assert_uint_gt(small(w->room.account[0].balance_wei), 10000);
	ck_assert_uint_gt(small(w->room.account[1].balance_wei), 10000);
	ck_assert_uint_lt(small(w->room.account[2].balance_wei), 10000);
	ck_assert_uint_eq(small(w->sim.contract_wei), 0);
	world_free(w);
}
END_TEST

/* Under the chain's rules the one who flips labels loses what others win. */
START_TEST(a_stake_is_lost_to_those_who_hold_karma)
{
	struct sim_agent agents[4] = {
		agent("a", 0, 600), agent("b", 0, 700), agent("c", 0, 800),
		agent("d", DC_FX9_ONE, 900),
	};
	struct world *w = world_new(agents, 4, 2);
	uint64_t gained = 0;
	int i;

	w->config.incentive = &sim_incentive_stake;
	trainer_set(w);
	w->config.trainer.fee_gwei = 0;
	world_begin(w);
	finish(w);
	for (i = 0; i < 3; i++)
		gained += small(w->room.account[i].balance_wei);
	ck_assert_uint_gt(gained, 30000);
	ck_assert_uint_lt(small(w->room.account[3].balance_wei), 8000);
	/* each claim leaves the contract less than a wei */
	ck_assert_uint_lt(small(w->sim.contract_wei), 1500);
	world_free(w);
}
END_TEST

/* Stakes for 1,500 rows are more than these agents have. */
START_TEST(a_market_ends_when_nobody_can_stake_any_more)
{
	struct sim_agent agents[2] = {
		agent("a", 0, 600), agent("b", 0, 700),
	};
	struct world *w = world_new(agents, 2, 2);
	struct sim_event e;
	unsigned events = 0;

	w->config.incentive = &sim_incentive_market;
	w->config.n_held = 20;
	trainer_set(w);
	w->config.market.n_test = 20;
	world_begin(w);
	while (sim_step(&w->sim, &e))
		ck_assert_uint_lt(++events, 100000);
	ck_assert_uint_lt(w->sim.n_entry, WORLD_ROWS);
	ck_assert_uint_eq(w->sim.n_open, 0);
	world_free(w);
}
END_TEST

UNIT_MAIN("incentives/sim", money_is_conserved_at_every_event,
	  the_honest_gain_and_the_bad_lose,
	  the_same_seed_is_the_same_run_and_another_is_not,
	  a_run_is_the_same_on_every_machine,
	  a_single_contribution_is_paid_by_the_rules,
	  every_incentive_keeps_the_money_and_ends,
	  under_stakeable64_the_honest_gain_and_the_contract_is_emptied,
	  a_stake_is_lost_to_those_who_hold_karma,
	  a_market_ends_when_nobody_can_stake_any_more,
	  who_can_do_nothing_leaves, a_drift_rises_from_its_date)
