/* check_oracle_nodes.c: several endpoints: a healthy one takes over from one
 * that fails, lags, stops to answer or is on another chain, and it is told. */

#include "config.h"

#include "tests/unit/follow_fixture.h"

/* Two endpoints of one chain, and a daemon that has both. */
struct pair {
	struct fake_chain chain;
	struct follower f;
	uint64_t dice;
	char urls[160];
};

static struct pair *
pair_start(void)
{
	struct pair *p = dc_calloc(1, sizeof(*p));

	p->dice = 1;
	follow_chain(&p->chain, 1, 5);
	snprintf(p->urls, sizeof(p->urls), "%s,%s",
		 p->chain.front[0].http.url, p->chain.front[1].http.url);
	return p;
}

static void
pair_end(struct pair *p)
{
	follower_end(&p->f);
	fake_chain_stop(&p->chain);
	free(p);
}

static bool
second_chosen(const struct gateway_status *s, const void *arg)
{
	(void)arg;
	return s->nodes[1].chosen;
}

/* The first has failed; the second goes on within seconds, and why is told. */
static void
check_takeover(struct pair *p, const char *why)
{
	const int64_t began = follow_now_ms();
	struct gateway_status s = follower_until(&p->f, second_chosen, NULL,
						 "taken over");

	ck_assert_int_lt(follow_now_ms() - began, 20000);
	ck_assert_uint_eq(s.n_nodes, 2);
	ck_assert_msg(strstr(s.nodes[0].why, why) != NULL ||
		      s.nodes[0].why[0] == '\0', "%s", s.nodes[0].why);
	follow_blocks(&p->chain, &p->dice, 3, 2);
	follower_catch_up(&p->f, &p->chain);
	gateway_status(p->f.gateway, &s);
	ck_assert_uint_eq(s.reorgs, 0);
	ck_assert(!s.halted);
}

START_TEST(the_first_in_the_list_is_asked_while_it_is_well)
{
	struct pair *p = pair_start();
	struct gateway_status s;

	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	gateway_status(p->f.gateway, &s);
	ck_assert(s.nodes[0].chosen);
	ck_assert_int_eq(s.nodes[0].state, NODE_GOOD);
	ck_assert_uint_eq(s.nodes[0].head, 6);
	ck_assert_uint_eq(s.nodes[0].failures, 0);
	pair_end(p);
}
END_TEST

static const struct {
	struct fake_fault fault;
	const char *why;
} failures[] = {
	{ { .kind = FAKE_STATUS, .status = 502, .body = "<html>" },
	  "HTTP error (502)" },
	{ { .kind = FAKE_STATUS, .status = 429,
	    .headers = "Retry-After: 60\r\n" }, "slow down (429)" },
	{ { .kind = FAKE_BODY, .body = "<html>" }, "malformed" },
	{ { .kind = FAKE_CLOSE }, "does not answer" },
	{ { .kind = FAKE_CUT }, "does not answer" },
	{ { .kind = FAKE_HUGE, .bytes = 100 << 20 }, "too large" },
	{ { .kind = FAKE_STATUS, .status = 503, .method = "eth_getLogs" },
	  "slow down (503)" },
};

START_TEST(the_second_takes_over_when_the_first_fails)
{
	struct pair *p = pair_start();

	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	fake_http_fault(&p->chain.front[0].http, failures[_i].fault);
	follow_blocks(&p->chain, &p->dice, 1, 1);
	check_takeover(p, failures[_i].why);
	pair_end(p);
}
END_TEST

/* The watcher ends the wait: five seconds, not the request's time-out. */
START_TEST(the_second_takes_over_when_the_first_stops_to_answer)
{
	static const enum fake_fault_kind kinds[] = { FAKE_HANG,
						      FAKE_TRICKLE };
	struct pair *p = pair_start();

	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_close(&p->f);
	p->f.timeout_ms = 120000;
	follower_open(&p->f);
	follower_catch_up(&p->f, &p->chain);
	fake_http_fault(&p->chain.front[0].http, (struct fake_fault){
		.kind = kinds[_i], .delay_ms = 1000 });
	check_takeover(p, "it has stopped to answer");
	pair_end(p);
}
END_TEST

START_TEST(the_second_takes_over_when_the_head_of_the_first_stays_behind)
{
	struct pair *p = pair_start();
	struct gateway_status s;

	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	fake_front_lie(&p->chain.front[0], (struct fake_lies){ .lag = 4 });
	follow_blocks(&p->chain, &p->dice, 4, 1);
	check_takeover(p, "");
	gateway_status(p->f.gateway, &s);
	ck_assert_int_eq(s.nodes[0].state, NODE_BEHIND);
	pair_end(p);
}
END_TEST

START_TEST(one_of_another_chain_is_never_asked)
{
	static const struct fake_lies lies[] = { { .chain_id = 9 },
						 { .other_genesis = 1 } };
	struct pair *p = pair_start();
	struct gateway_status s;

	/* what the chain must be is known: by a database that followed it, or
	 * by the configuration */
	follower_start(&p->f, p->chain.front[1].http.url, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	follower_close(&p->f);
	p->f.urls = p->urls;
	if (_i == 0) {
		sql_folder_remove(&p->f.folder);
		sql_folder_make(&p->f.folder);
		p->f.chain_id = FOLLOW_CHAIN;
	}
	fake_front_lie(&p->chain.front[0], lies[_i]);
	follower_open(&p->f);
	follow_blocks(&p->chain, &p->dice, 2, 1);
	follower_catch_up(&p->f, &p->chain);
	gateway_status(p->f.gateway, &s);
	ck_assert(s.nodes[1].chosen);
	ck_assert_int_eq(s.nodes[0].state, NODE_FOREIGN);
	ck_assert_ptr_nonnull(strstr(s.nodes[0].why, "the node"));
	pair_end(p);
}
END_TEST

START_TEST(without_tls_an_https_endpoint_is_passed_over)
{
	struct pair *p = pair_start();
	struct gateway_status s;

	snprintf(p->urls, sizeof(p->urls), "https://127.0.0.1:%u/,%s",
		 p->chain.front[0].http.port, p->chain.front[1].http.url);
	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	gateway_status(p->f.gateway, &s);
	ck_assert(s.nodes[1].chosen);
	ck_assert_int_eq(s.nodes[0].state, NODE_FAILING);
	ck_assert_ptr_nonnull(strstr(s.nodes[0].why, "does not answer"));
	pair_end(p);
}
END_TEST

/* Both have failed again after they were left alone. */
static void await_failures(struct pair *p, struct gateway_status *s)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;

	do {
		ck_assert_msg(follow_now_ms() < end, "they are not asked again");
		(void)usleep(1000);
		gateway_status(p->f.gateway, s);
	} while (s->nodes[0].failures < 2 || s->nodes[1].failures < 2);
}

START_TEST(when_both_fail_it_waits_for_whichever_is_well_first)
{
	struct pair *p = pair_start();
	struct gateway_status s;

	follower_start(&p->f, p->urls, FOLLOW_NEVER);
	follower_catch_up(&p->f, &p->chain);
	for (size_t i = 0; i < 2; i++)
		fake_http_fault(&p->chain.front[i].http, (struct fake_fault){
			.kind = FAKE_STATUS, .status = 500 });
	follow_blocks(&p->chain, &p->dice, 2, 1);
	await_failures(p, &s);
	(void)usleep(100000);
	gateway_status(p->f.gateway, &s);
	/* they are left alone ever longer: no hammering */
	ck_assert_uint_lt(s.nodes[0].failures, 15);
	ck_assert_str_ne(s.last_error, "");
	fake_http_well(&p->chain.front[1].http);
	check_takeover(p, "HTTP error (500)");
	pair_end(p);
}
END_TEST

START_TEST(a_list_is_checked)
{
	static const char nine[] = "http://a/,http://a/,http://a/,http://a/,"
		"http://a/,http://a/,http://a/,http://a/,http://a/";
	const char *const wrong[] = { "", "ftp://x/", "http://a/,",
		"http://a/,b", ",http://a/", nine };
	struct nodes *n;

	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		const struct nodes_config config = { .urls = wrong[i] };

		MUST_BE(DC_EINVAL, nodes_new(&n, &config, err));
	}
}
END_TEST

UNIT_LOOP_MAIN("oracle/nodes",
		{ the_first_in_the_list_is_asked_while_it_is_well, 1 },
		{ the_second_takes_over_when_the_first_fails,
		  DC_ARRAY_LEN(failures) },
		{ the_second_takes_over_when_the_first_stops_to_answer, 2 },
		{ the_second_takes_over_when_the_head_of_the_first_stays_behind,
		  1 },
		{ one_of_another_chain_is_never_asked, 2 },
		{ without_tls_an_https_endpoint_is_passed_over, 1 },
		{ when_both_fail_it_waits_for_whichever_is_well_first, 1 },
		{ a_list_is_checked, 1 })
