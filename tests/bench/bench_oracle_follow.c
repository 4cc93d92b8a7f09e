/*
 * bench_oracle_follow.c: contributions from a node's answers to rows, learned
 * models and a committed block, a second (TARGETS.md "Following"). The node is
 * a process of its own; the daemon's half is this one, and what counts is its
 * CPU, all threads together, beside the time that passed. The limit in the
 * same run is the reading alone: the same events as one answer to
 * eth_getLogs, through jansson, which only parses it, and through the
 * scanner, which also decodes and checks.
 *
 *	make bench BENCHES=tests/bench/bench_oracle_follow
 */

#include "config.h"

#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "models/sample.h"
#include "oracle/log_scan.h"
#include "tests/bench/bench.h"
#include "tests/unit/follow_fixture.h"

#define EVENTS 20000
#define A_BLOCK 100
#define ANSWER_BYTES ((size_t)64 << 20)
#define COLUMNS 256	/* of fake_chain.c's model */
#define URL_BYTES 128

/* The sample of event i: n indices that differ from event to event. */
static size_t
sample_of(uint8_t *out, size_t room, unsigned i, unsigned n)
{
	unsigned step = COLUMNS / n, k;
	uint32_t index[COLUMNS];
	struct sample s = { SAMPLE_BINARY, n, index, NULL };
	struct dc_buf b;
	size_t len;

	for (k = 0; k < n; k++)
		index[k] = k * step + (i * 31 + k * 17) % step;
	dc_buf_init(&b, room);
	sample_encode(&b, &s);
	DC_CHECK(!dc_buf_failed(&b));
	len = b.len;
	memcpy(out, b.data, len);
	dc_buf_clear(&b);
	return len;
}

/* --- the node ------------------------------------------------------------ */

static void
node_fill(struct fake_chain *c, unsigned n)
{
	size_t model = fake_chain_create(c, INCENTIVE_POINTS, "bench");
	uint8_t bytes[4 * COLUMNS];

	fake_chain_mine(c);
	for (unsigned i = 0; i < EVENTS; i++) {
		size_t len = sample_of(bytes, sizeof(bytes), i, n);

		fake_chain_contribute(c, model, i % 100, bytes, len, i % 3);
		if ((i + 1) % A_BLOCK == 0)
			fake_chain_mine(c);
	}
}

/* Serves until it is killed; its address goes to tell. */
static pid_t
node_start(char *url, unsigned n)
{
	static struct fake_chain c;
	int ends[2];
	pid_t pid;

	DC_CHECK(pipe(ends) == 0);
	fflush(NULL);
	pid = fork();
	DC_CHECK(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fake_chain_start(&c, FOLLOW_CHAIN, 1);
		node_fill(&c, n);
		(void)snprintf(url, URL_BYTES, "%s", c.front[0].http.url);
		DC_CHECK(write(ends[1], url, URL_BYTES) == URL_BYTES);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	DC_CHECK(read(ends[0], url, URL_BYTES) == URL_BYTES);
	(void)close(ends[0]);
	return pid;
}

static void
node_stop(pid_t pid)
{
	DC_CHECK(kill(pid, SIGKILL) == 0);
	DC_CHECK(waitpid(pid, NULL, 0) == pid);
}

/* --- the reading alone --------------------------------------------------- */

static void
put_hex_word(struct dc_buf *b, uint64_t v)
{
	dc_buf_printf(b, "%064llx", (unsigned long long)v);
}

/* A log of our trainer's: three topics, the sample among five words. */
static void
put_log(struct dc_buf *b, unsigned i, unsigned n)
{
	uint8_t bytes[4 * COLUMNS];
	size_t len = sample_of(bytes, sizeof(bytes), i, n);
	unsigned block = 2 + i / A_BLOCK;

	dc_buf_printf(b, "%s{\"address\":\"0x%040x\",\"topics\":[\"0x%064x\","
		      "\"0x%064x\",\"0x%064x\"],\"data\":\"0x", i ? "," : "",
		      7, 1, i, i % 100);
	for (unsigned k = 0; k < 4; k++)
		put_hex_word(b, k + i);
	put_hex_word(b, len);
	dc_buf_append_hex(b, bytes, len);
	for (size_t k = len; k % 32 != 0; k++)
		dc_buf_append_text(b, "00");
	dc_buf_printf(b, "\",\"blockHash\":\"0x%064x\",\"blockNumber\":"
		      "\"0x%x\",\"transactionHash\":\"0x%064x\","
		      "\"transactionIndex\":\"0x%x\",\"logIndex\":\"0x%x\","
		      "\"removed\":false}", block, block, i, i % A_BLOCK,
		      i % A_BLOCK);
}

struct answer {
	struct dc_buf text;
	struct dc_arena *arena;
};

static void
read_jansson(void *data, size_t n)
{
	struct answer *a = data;

	for (size_t i = 0; i < n; i += EVENTS) {
		json_t *read = json_loadb((const char *)a->text.data,
					  a->text.len, 0, NULL);

		DC_CHECK(read != NULL);
		json_decref(read);
	}
}

static void
read_scanner(void *data, size_t n)
{
	struct answer *a = data;
	struct log_bounds bounds = { .from = 0, .to = UINT32_MAX };
	struct dc_err err = DC_ERR_INIT;
	struct rpc_logs logs;

	for (size_t i = 0; i < n; i += EVENTS) {
		dc_arena_reset(a->arena);
		if (log_scan(&logs, a->arena, &bounds,
			     (const char *)a->text.data, a->text.len, &err) !=
		    DC_OK)
			ck_abort_msg("%s", err.text);
		DC_CHECK(logs.n == EVENTS);
	}
}

static void
reading_alone(unsigned n)
{
	struct answer a = { .arena = dc_arena_new(1 << 20) };
	struct bench_rival rivals[] = {
		{ "the scanner alone, decoded", read_scanner, &a, 0 },
		{ "jansson alone", read_jansson, &a, 0 },
	};

	dc_buf_init(&a.text, ANSWER_BYTES);
	dc_buf_append_text(&a.text, "{\"jsonrpc\":\"2.0\",\"id\":1,"
			   "\"result\":[");
	for (unsigned i = 0; i < EVENTS; i++)
		put_log(&a.text, i, n);
	dc_buf_append_text(&a.text, "]}");
	DC_CHECK(!dc_buf_failed(&a.text));
	bench_race(rivals, 2, 3, EVENTS);
	bench_print(rivals, 2, "events", a.text.len / EVENTS);
	dc_buf_clear(&a.text);
	dc_arena_free(a.arena);
}

/* --- following ----------------------------------------------------------- */

static double
seconds_of(clockid_t clock)
{
	struct timespec t;

	DC_CHECK(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
follow_all(unsigned n)
{
	const uint64_t last = 1 + EVENTS / A_BLOCK;
	double cpu, wall;
	char url[URL_BYTES];
	pid_t node = node_start(url, n);
	struct gateway_status s;
	struct follower f;

	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	wall = seconds_of(CLOCK_MONOTONIC);
	follower_start(&f, url, 1);
	do {
		(void)usleep(1000);
		gateway_status(f.gateway, &s);
		ck_assert_msg(!s.halted, "halted: %s", s.halted_why);
	} while (s.followed != last);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = seconds_of(CLOCK_MONOTONIC) - wall;
	printf("%2u values: followed, stored, learned   %7.0f events/s by "
	       "CPU   %7.0f events/s by the clock\n", n, EVENTS / cpu,
	       EVENTS / wall);
	fflush(stdout);
	follower_end(&f);
	node_stop(node);
}

/* The fixture speaks Check, which wants to be in a test. */
START_TEST(following)
{
	static const unsigned values[] = { 60, 3 };

	printf("%d contributions, %d a block; targets: 25,000 events/s at 60 "
	       "values, 60,000 at 3\n", EVENTS, A_BLOCK);
	for (size_t i = 0; i < DC_ARRAY_LEN(values); i++) {
		follow_all(values[i]);
		reading_alone(values[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bench");
	TCase *tcase = tcase_create("bench");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tcase, following);
	suite_add_tcase(suite, tcase);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	return srunner_ntests_failed(runner) == 0 ? EXIT_SUCCESS :
		EXIT_FAILURE;
}
