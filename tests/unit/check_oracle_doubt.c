/* check_oracle_doubt.c: endpoints that leave logs out: with several of them
 * the daemon ends where the straight chain ends, and says who it was. */

#include "config.h"

#include "tests/unit/follow_fixture.h"

/* Endpoints of one chain, and a daemon that has them all. */
struct many {
	struct fake_chain chain;
	struct follower f;
	uint64_t dice;
	char urls[256];
};

static struct many *
many_start(size_t fronts, size_t blocks)
{
	struct many *m = dc_calloc(1, sizeof(*m));
	int len = 0;

	m->dice = 2;
	follow_chain(&m->chain, 31, blocks);
	for (size_t i = 0; i < fronts; i++)
		len += snprintf(m->urls + len, sizeof(m->urls) - (size_t)len,
				"%s%s", i > 0 ? "," : "",
				m->chain.front[i].http.url);
	return m;
}

/* It ends where one ends to whom nobody lies, and the liar alone is told
 * of. */
static void
check_end(struct many *m, size_t liar, uint64_t depth)
{
	const struct node_status *nodes;
	struct gateway_status s;
	struct dc_buf dump;

	gateway_status(m->f.gateway, &s);
	nodes = s.nodes;
	ck_assert(!s.halted);
	ck_assert_uint_eq(s.reorgs, 0);
	for (size_t i = 0; i < s.n_nodes; i++) {
		ck_assert_uint_eq(nodes[i].lies, i == liar ? 1 : 0);
		ck_assert_int_eq(nodes[i].state == NODE_LYING, i == liar);
		ck_assert(i != liar || !nodes[i].chosen);
	}
	ck_assert_msg(strstr(nodes[liar].why, "block ") != NULL, "%s",
		      nodes[liar].why);
	for (size_t i = 0; i < FAKE_FRONTS; i++)
		fake_front_lie(&m->chain.front[i], (struct fake_lies){ 0 });
	follower_dump(&m->f, &dump);
	follow_check_same(&dump, &m->chain, depth);
	dc_buf_clear(&dump);
}

static void
many_end(struct many *m)
{
	follower_end(&m->f);
	fake_chain_stop(&m->chain);
	free(m);
}

static bool
has_lied(const struct gateway_status *s, const void *place)
{
	return s->nodes[*(const size_t *)place].lies > 0;
}

/* In a range of final blocks, in blocks that become final later; by the one
 * that is asked, by the one that is asked for a second opinion. */
static const struct {
	bool live;
	size_t liar;
} places[] = { { false, 0 }, { true, 0 }, { false, 1 }, { true, 1 } };

START_TEST(its_own_receipts_show_who_leaves_a_log_out)
{
	struct many *m = many_start(2, places[_i].live ? 5 : 30);
	size_t liar = places[_i].liar;

	if (places[_i].live) {
		follower_start(&m->f, m->urls, 4);
		follower_catch_up(&m->f, &m->chain);
	}
	fake_front_lie(&m->chain.front[liar], (struct fake_lies){
		.drop = 9 });
	if (!places[_i].live)
		follower_start(&m->f, m->urls, 4);
	follow_blocks(&m->chain, &m->dice, 9, 3);
	follower_until(&m->f, has_lied, &liar, "caught");
	follower_catch_up(&m->f, &m->chain);
	check_end(m, liar, 4);
	many_end(m);
}
END_TEST

START_TEST(a_third_one_shows_who_lies_where_receipts_do_not)
{
	const struct fake_lies lies = { .drop = 9, .no_receipts = 1 };
	struct many *m = many_start(3, 30);
	size_t liar = (size_t)_i;

	fake_front_lie(&m->chain.front[liar], lies);
	follower_start(&m->f, m->urls, 4);
	follower_until(&m->f, has_lied, &liar, "caught");
	follower_catch_up(&m->f, &m->chain);
	check_end(m, liar, 4);
	many_end(m);
}
END_TEST

static bool
tells(const struct gateway_status *s, const void *why)
{
	return strstr(s->last_error, why) != NULL;
}

START_TEST(of_two_neither_can_be_shown_and_nothing_becomes_final)
{
	struct many *m = many_start(2, 30);
	struct gateway_status s;

	fake_front_lie(&m->chain.front[0], (struct fake_lies){
		.drop = 9, .no_receipts = 1 });
	follower_start(&m->f, m->urls, 4);
	s = follower_until(&m->f, tells, "differ about block 9", "told");
	ck_assert_uint_eq(s.followed, 0);
	fake_front_lie(&m->chain.front[0], (struct fake_lies){ 0 });
	follower_catch_up(&m->f, &m->chain);
	gateway_status(m->f.gateway, &s);
	ck_assert_uint_eq(s.nodes[0].lies + s.nodes[1].lies, 0);
	many_end(m);
}
END_TEST

/* Nothing is final: the contract's own word shows it, and the pipeline says
 * so; the block is asked for again of the other. */
START_TEST(what_the_contract_contradicts_is_asked_of_another)
{
	struct many *m = many_start(2, 5);
	struct gateway_status s;
	size_t liar = 0;

	follower_start(&m->f, m->urls, FOLLOW_NEVER);
	follower_catch_up(&m->f, &m->chain);
	fake_front_lie(&m->chain.front[0], (struct fake_lies){ .drop = 9 });
	follow_blocks(&m->chain, &m->dice, 3, 3);
	/* without a next id it shows when the contract is asked */
	follow_blocks(&m->chain, &m->dice, 30, _i == 0 ? 3 : 0);
	follower_catch_up(&m->f, &m->chain);
	follow_blocks(&m->chain, &m->dice, 2, 1);
	follower_until(&m->f, has_lied, &liar, "caught");
	follower_catch_up(&m->f, &m->chain);
	gateway_status(m->f.gateway, &s);
	ck_assert_uint_ge(s.doubts, 1);
	check_end(m, liar, 0);
	many_end(m);
}
END_TEST

START_TEST(when_all_say_the_same_it_halts_and_says_so)
{
	struct many *m = many_start(2, 5);
	struct gateway_status s;

	for (size_t i = 0; i < 2; i++)
		fake_front_lie(&m->chain.front[i], (struct fake_lies){
			.drop = 9 });
	follower_start(&m->f, m->urls, _i == 0 ? FOLLOW_NEVER : 2);
	follow_blocks(&m->chain, &m->dice, 30, 3);
	s = follower_until(&m->f, follow_has_halted, NULL, "halted");
	ck_assert_msg(strstr(s.halted_why, "drops") != NULL &&
		      strstr(s.halted_why, "all 2 nodes say the same") !=
		      NULL, "%s", s.halted_why);
	ck_assert_uint_eq(s.nodes[0].lies + s.nodes[1].lies, 0);
	many_end(m);
}
END_TEST

/* What stands behind one address may be several nodes, one of them behind. */
START_TEST(one_alone_is_asked_twice_before_it_halts)
{
	struct many *m = many_start(1, 5);
	struct gateway_status s;
	struct dc_buf dump;

	fake_front_lie(&m->chain.front[0], (struct fake_lies){
		.drop = 9, .drops = 1 });
	follower_start(&m->f, m->urls, FOLLOW_NEVER);
	follow_blocks(&m->chain, &m->dice, 30, 3);
	follower_catch_up(&m->f, &m->chain);
	gateway_status(m->f.gateway, &s);
	ck_assert_uint_eq(s.doubts, 1);
	ck_assert_uint_eq(s.reorgs, 0);
	follower_dump(&m->f, &dump);
	follow_check_same(&dump, &m->chain, 0);
	dc_buf_clear(&dump);
	many_end(m);
}
END_TEST

UNIT_LOOP_MAIN("oracle/doubt",
		{ its_own_receipts_show_who_leaves_a_log_out,
		  DC_ARRAY_LEN(places) },
		{ a_third_one_shows_who_lies_where_receipts_do_not, 2 },
		{ of_two_neither_can_be_shown_and_nothing_becomes_final, 1 },
		{ what_the_contract_contradicts_is_asked_of_another, 2 },
		{ when_all_say_the_same_it_halts_and_says_so, 2 },
		{ one_alone_is_asked_twice_before_it_halts, 1 })
