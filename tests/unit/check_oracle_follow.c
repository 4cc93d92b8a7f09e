/* check_oracle_follow.c: reorganisations, and a node that misbehaves in every
 * way that a script can think of: the daemon ends where the straight chain
 * ends, or says why it does not. */

#include "config.h"

#include "tests/unit/follow_fixture.h"

/* --- reorganisations ----------------------------------------------------- */

static void
check_depth(unsigned depth)
{
	uint64_t dice = 1000 + depth;
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, depth, 8);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	follow_blocks(&c, &dice, depth, 2);	/* these go */
	follower_catch_up(&f, &c);
	fake_chain_fork(&c, 9);
	follow_blocks(&c, &dice, depth + 1, 2);	/* these stay */
	follower_catch_up(&f, &c);
	gateway_status(f.gateway, &s);
	ck_assert_uint_ge(s.reorgs, 1);
	ck_assert_uint_eq(s.mismatches, 0);
	follower_dump(&f, &dump);
	follow_check_same(&dump, &c, 0);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}

START_TEST(reorgs_of_depth_1_to_32_end_where_the_straight_chain_ends)
{
	for (unsigned depth = 1; depth <= 32; depth++)
		check_depth(depth);
}
END_TEST

START_TEST(a_reorg_of_depth_200_ends_where_the_straight_chain_ends)
{
	check_depth(200);
}
END_TEST

/* To and fro between two branches, snapshots in between. */
START_TEST(branches_that_take_turns_leave_no_trace)
{
	uint64_t dice = 5;
	struct fake_block *a;
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, 3, 6);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_close(&f);
	f.snapshot_every = 7;
	follower_open(&f);
	for (unsigned turn = 0; turn < 12; turn++) {
		uint64_t base = c.head->ref.number;

		follow_blocks(&c, &dice, 1 + turn % 4, 3);
		follower_catch_up(&f, &c);
		a = c.head;
		fake_chain_fork(&c, base);
		follow_blocks(&c, &dice, 2 + turn % 4, 2);
		follower_catch_up(&f, &c);
		fake_chain_switch(&c, a);	/* the longer one yields */
		follow_blocks(&c, &dice, 1, 1);
		follower_catch_up(&f, &c);
	}
	follower_dump(&f, &dump);
	follow_check_same(&dump, &c, 0);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

/* Rows of contributor 200 (see fake_chain.c's addresses): block numbers. */
static size_t
rows_of_200(const struct follower *f, uint64_t *block)
{
	sqlite3_stmt *s;
	size_t n = 0;
	sqlite3 *h;

	ck_assert_int_eq(sqlite3_open_v2(f->folder.chain, &h,
					 SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(h, "SELECT block FROM "
		"contributions WHERE hex(contributor) LIKE 'C0%00C8'", -1,
		&s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		*block = (uint64_t)sqlite3_column_int64(s, 0);
		n++;
	}
	sqlite3_finalize(s);
	sqlite3_close(h);
	return n;
}

START_TEST(a_contribution_mined_dropped_and_mined_elsewhere_counts_once)
{
	static const uint8_t sample[] = { SAMPLE_BINARY, 1, 77 };
	uint64_t dice = 8, block = 0;
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, 4, 5);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	fake_chain_contribute(&c, 0, 200, sample, sizeof(sample), 1);
	fake_chain_mine(&c);			/* block 7 */
	follower_catch_up(&f, &c);
	ck_assert_uint_eq(rows_of_200(&f, &block), 1);
	ck_assert_uint_eq(block, 7);
	fake_chain_fork(&c, 6);
	follow_blocks(&c, &dice, 3, 2);		/* 7, 8, 9: not there */
	follower_catch_up(&f, &c);
	ck_assert_uint_eq(rows_of_200(&f, &block), 0);
	fake_chain_contribute(&c, 0, 200, sample, sizeof(sample), 1);
	fake_chain_mine(&c);			/* block 10 */
	follower_catch_up(&f, &c);
	ck_assert_uint_eq(rows_of_200(&f, &block), 1);
	ck_assert_uint_eq(block, 10);
	follower_dump(&f, &dump);
	follow_check_same(&dump, &c, 0);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

START_TEST(a_reorg_below_the_last_final_block_halts_and_touches_nothing)
{
	uint64_t dice = 9;
	struct gateway_status s;
	struct hash32 before, after;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 5, 20);
	follower_start(&f, c.front[0].http.url, 4);
	follower_catch_up(&f, &c);
	before = sql_dump(f.folder.chain, SQL_DUMP_DATA);
	fake_chain_fork(&c, 12);
	follow_blocks(&c, &dice, 15, 2);
	s = follower_until(&f, follow_has_halted, NULL, "halted");
	ck_assert_ptr_nonnull(strstr(s.halted_why, "reorg below the last "
				     "final block: block 17 is 0x"));
	ck_assert_ptr_nonnull(strstr(s.halted_why, "nothing was undone"));
	after = sql_dump(f.folder.chain, SQL_DUMP_DATA);
	ck_assert(hash32_equal(&before, &after));
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

START_TEST(the_same_chain_twice_gives_the_same_bytes)
{
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, 6, 120);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	follower_dump(&f, &dump);
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&dump), "snapshot|"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&dump), "checkpoints|"));
	follow_check_same(&dump, &c, FOLLOW_NEVER);
	follow_check_same(&dump, &c, 0);
	follow_check_same(&dump, &c, 50);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

/* --- one node that misbehaves -------------------------------------------- */

#define MANY "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]"

/* Each is met three times in the middle of following. `why` is what is told
 * meanwhile. */
static const struct {
	const char *name;
	struct fake_fault fault;
	const char *why;
} faults[] = {
	{ "an error page", { .kind = FAKE_STATUS, .status = 502,
		.body = "<html><h1>Bad Gateway</h1></html>", .times = 3 },
	  "HTTP error (502)" },
	{ "asked to wait", { .kind = FAKE_STATUS, .status = 429,
		.headers = "Retry-After: 1\r\n", .body = "slow down",
		.times = 1 }, "slow down (429)" },
	{ "a page with status 200", { .kind = FAKE_BODY,
		.body = "<!doctype html><p>Log in first", .times = 3 },
	  "malformed" },
	{ "cut JSON", { .kind = FAKE_BODY, .times = 3,
		.body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"numb" },
	  "malformed" },
	{ "other JSON", { .kind = FAKE_BODY, .body = MANY, .times = 3 },
	  "malformed" },
	{ "nothing", { .kind = FAKE_BODY, .body = "", .times = 3 },
	  "malformed" },
	{ "a result of another shape", { .kind = FAKE_BODY, .times = 3,
		.body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":[[]]}" },
	  "malformed" },
	{ "an error object", { .kind = FAKE_BODY, .times = 3,
		.body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":"
			"-32603,\"message\":\"oh no\"}}" },
	  "answers with an error" },
	{ "header not found", { .kind = FAKE_BODY, .times = 3,
		.body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":"
			"-32000,\"message\":\"header not found\"}}" },
	  "not got a block" },
	{ "no block", { .kind = FAKE_BODY, .times = 3,
		.body = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":null}" },
	  "" },
	{ "a body cut short", { .kind = FAKE_CUT, .times = 3 },
	  "does not answer" },
	{ "hanging up", { .kind = FAKE_CLOSE, .times = 3 },
	  "does not answer" },
	{ "silence", { .kind = FAKE_HANG, .times = 2 }, "does not answer" },
	{ "a slow body", { .kind = FAKE_TRICKLE, .delay_ms = 50,
		.times = 2 }, "does not answer" },
	/* too large, or, on a slow machine, too slow */
	{ "100 MB", { .kind = FAKE_HUGE, .bytes = 100 << 20, .times = 2 },
	  "" },
};

static bool
tells(const struct gateway_status *s, const void *why)
{
	return strstr(s->last_error, why) != NULL;
}

static bool
stands_at(const struct gateway_status *s, const void *number)
{
	return s->followed == *(const uint64_t *)number;
}

START_TEST(no_failure_of_a_node_is_taken_for_a_reorg)
{
	uint64_t dice = 10;
	struct gateway_status s;
	struct fake_fault lasting;
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, 7, 6);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_close(&f);
	f.timeout_ms = 300;
	follower_open(&f);
	for (size_t i = 0; i < DC_ARRAY_LEN(faults); i++) {
		uint64_t before = fake_http_faults(&c.front[0].http);

		/* it stays until it is told, however late one looks */
		lasting = faults[i].fault;
		lasting.times = 0;
		fake_http_fault(&c.front[0].http, lasting);
		follower_until(&f, tells, faults[i].why, faults[i].name);
		fake_http_fault(&c.front[0].http, faults[i].fault);
		follow_blocks(&c, &dice, 3, 2);
		follower_catch_up(&f, &c);
		ck_assert_uint_gt(fake_http_faults(&c.front[0].http), before);
		gateway_status(f.gateway, &s);
		ck_assert_uint_eq(s.reorgs, 0);
		ck_assert_uint_ge(s.nodes[0].failures, i);
		fake_http_well(&c.front[0].http);
	}
	follower_dump(&f, &dump);
	follow_check_same(&dump, &c, 0);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

START_TEST(a_head_that_lags_or_falls_back_is_waited_for)
{
	uint64_t dice = 11;
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 8, 12);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	fake_front_lie(&c.front[0], (struct fake_lies){ .lag = 7 });
	follow_blocks(&c, &dice, 5, 2);		/* still behind ours */
	(void)usleep(50000);
	gateway_status(f.gateway, &s);
	ck_assert_uint_eq(s.followed, 13);
	ck_assert_uint_eq(s.reorgs, 0);
	fake_front_lie(&c.front[0], (struct fake_lies){ .lag = 0 });
	follower_catch_up(&f, &c);
	gateway_status(f.gateway, &s);
	ck_assert_uint_eq(s.reorgs, 0);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

START_TEST(headers_that_do_not_fit_together_are_no_reorg)
{
	uint64_t dice = 12;
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 9, 5);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	fake_front_lie(&c.front[0], (struct fake_lies){ .odd_parent = 8 });
	follow_blocks(&c, &dice, 4, 2);
	follower_until(&f, tells, "block 8 of the node is not the child of "
		       "its block before", "told");
	/* it is told before what came in with it is stored */
	s = follower_until(&f, stands_at, &(const uint64_t){ 7 }, "at 7");
	ck_assert_uint_eq(s.reorgs, 0);
	fake_front_lie(&c.front[0], (struct fake_lies){ .lag = 0 });
	follower_catch_up(&f, &c);
	gateway_status(f.gateway, &s);
	ck_assert_uint_eq(s.reorgs, 0);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

/* What cannot be right is asked for again; what could be halts at the next
 * thing that does not fit it. */
START_TEST(a_log_doubled_or_out_of_order_is_asked_for_again)
{
	const struct fake_lies lies[] = { { .twice = 9 }, { .swap = 9 } };

	for (size_t i = 0; i < DC_ARRAY_LEN(lies); i++) {
		uint64_t dice = 13;
		struct gateway_status s;
		struct fake_chain c;
		struct follower f;

		follow_chain(&c, 10, 6);
		follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
		fake_front_lie(&c.front[0], lies[i]);
		follow_blocks(&c, &dice, 4, 3);
		follower_until(&f, tells, "malformed", "told");
		gateway_status(f.gateway, &s);
		ck_assert_uint_le(s.followed, 8);
		fake_front_lie(&c.front[0], (struct fake_lies){ .lag = 0 });
		follower_catch_up(&f, &c);
		follower_end(&f);
		fake_chain_stop(&c);
	}
}
END_TEST

START_TEST(a_dropped_log_halts_before_the_next_is_counted)
{
	uint64_t dice = 14;
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 11, 6);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	fake_front_lie(&c.front[0], (struct fake_lies){ .drop = 9 });
	follow_blocks(&c, &dice, 40, 3);
	s = follower_until(&f, follow_has_halted, NULL, "halted");
	ck_assert_ptr_nonnull(strstr(s.halted_why, "drops"));
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

/* --- ranges -------------------------------------------------------------- */

START_TEST(ranges_shrink_to_what_a_node_takes_and_grow_back)
{
	uint64_t dice = 15, narrow;
	struct fake_chain c;
	struct follower f;
	struct dc_buf dump;

	follow_chain(&c, 12, 200);
	fake_front_lie(&c.front[0], (struct fake_lies){ .max_range = 9 });
	follower_start(&f, c.front[0].http.url, 0);
	follower_catch_up(&f, &c);
	narrow = fake_front_asked(&c.front[0]).widest;
	ck_assert_uint_le(narrow, 9);
	ck_assert_uint_ge(narrow, 7);		/* creeps up to the limit */
	fake_front_lie(&c.front[0], (struct fake_lies){ .max_logs = 40 });
	fake_http_fault(&c.front[0].http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 503 });
	follow_blocks(&c, &dice, 300, 3);
	fake_http_well(&c.front[0].http);
	follower_catch_up(&f, &c);
	fake_front_lie(&c.front[0], (struct fake_lies){ .lag = 0 });
	fake_http_fault(&c.front[0].http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 503 });
	follow_blocks(&c, &dice, 800, 1);
	fake_http_well(&c.front[0].http);
	follower_catch_up(&f, &c);
	ck_assert_uint_gt(fake_front_asked(&c.front[0]).widest, 30);
	follower_dump(&f, &dump);
	follow_check_same(&dump, &c, 0);
	dc_buf_clear(&dump);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

/* --- the wrong chain ----------------------------------------------------- */

static void
check_wrong(struct fake_lies lies, const char *why)
{
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 13, 3);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	follower_close(&f);
	fake_front_lie(&c.front[0], lies);
	follower_open(&f);
	s = follower_until(&f, follow_has_halted, NULL, "halted");
	ck_assert_msg(strstr(s.halted_why, why) != NULL, "%s", s.halted_why);
	ck_assert_uint_eq(s.followed, 4);
	follower_end(&f);
	fake_chain_stop(&c);
}

START_TEST(a_node_of_another_chain_is_never_followed)
{
	check_wrong((struct fake_lies){ .chain_id = 5 },
		    "the node is on chain 5, not on 31337");
	check_wrong((struct fake_lies){ .other_genesis = 1 },
		    "the node's chain 31337 begins with 0x");
}
END_TEST

START_TEST(one_that_becomes_another_chain_later_is_left_alone)
{
	uint64_t dice = 16;
	struct gateway_status s;
	struct fake_chain c;
	struct follower f;

	follow_chain(&c, 14, 3);
	follower_start(&f, c.front[0].http.url, FOLLOW_NEVER);
	follower_catch_up(&f, &c);
	fake_front_lie(&c.front[0], (struct fake_lies){ .chain_id = 6 });
	fake_http_fault(&c.front[0].http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 500, .times = 1 });
	follower_until(&f, tells, "is on chain 6", "told");
	follow_blocks(&c, &dice, 3, 1);
	(void)usleep(30000);
	gateway_status(f.gateway, &s);
	ck_assert_uint_eq(s.followed, 4);
	ck_assert_int_eq(s.nodes[0].state, NODE_FOREIGN);
	ck_assert(!s.halted);
	follower_end(&f);
	fake_chain_stop(&c);
}
END_TEST

UNIT_MAIN("oracle/follow",
	  reorgs_of_depth_1_to_32_end_where_the_straight_chain_ends,
	  a_reorg_of_depth_200_ends_where_the_straight_chain_ends,
	  branches_that_take_turns_leave_no_trace,
	  a_contribution_mined_dropped_and_mined_elsewhere_counts_once,
	  a_reorg_below_the_last_final_block_halts_and_touches_nothing,
	  the_same_chain_twice_gives_the_same_bytes,
	  no_failure_of_a_node_is_taken_for_a_reorg,
	  a_head_that_lags_or_falls_back_is_waited_for,
	  headers_that_do_not_fit_together_are_no_reorg,
	  a_log_doubled_or_out_of_order_is_asked_for_again,
	  a_dropped_log_halts_before_the_next_is_counted,
	  ranges_shrink_to_what_a_node_takes_and_grow_back,
	  a_node_of_another_chain_is_never_followed,
	  one_that_becomes_another_chain_later_is_left_alone)
