/*
 * bench_oracle_follow.c: contributions from a node's answers to rows, learned
 * models and a committed block, a second (TARGETS.md "Following"): of our own
 * trainer in the packed form, and of a mirrored one in 0xDeCA10B's ABI, which
 * the gateway stores and the mirrors' thread computes. The node is a process
 * of its own; the daemon's half is this one, and what counts is its CPU, all
 * threads together. The limits in the same run are the rows alone, written to
 * the same tables with the same indexes, ten thousand in a transaction; and
 * the reading alone: the same events as one answer to eth_getLogs, through
 * jansson, which only parses it, and through the scanner, which also decodes
 * and checks.
 *
 * In runs on two busy cores, the best of some rounds, events/s by CPU:
 *	packed		21,000 to 36,000 at 60 values, 24,000 to 41,000 at 3
 *	0xDeCA10B's	12,000 to 13,000 at 60 values, 33,000 to 36,000 at 3
 * that is 1.8 to 2.6 times what their rows alone take, but 3.4 to 3.9 for
 * 0xDeCA10B's at 60 values: 4.4 KB of hex each are read twice, by the follower
 * and by the mirror, and the contract's key of such an entry is the hash of 2
 * KB. 60,000 at 3 values are out of reach while each event is a row, its
 * sample and six indexes in SQLite: those alone made 43,000 to 73,000 a second
 * there.
 *
 *	make bench BENCHES=tests/bench/bench_oracle_follow
 */

#include "config.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "models/sample.h"
#include "oracle/log_scan.h"
#include "oracle/mirrors.h"
#include "sql/mirrors.h"
#include "tests/bench/bench.h"
#include "tests/unit/fake_deca.h"
#include "tests/unit/follow_fixture.h"
#include "tests/unit/mirror_fixture.h"

#define EVENTS 20000
#define A_BLOCK 100
#define ANSWER_BYTES ((size_t)64 << 20)
#define COLUMNS 256	/* of fake_chain.c's model */
#define URL_BYTES 128
#define MOST_LOGS 10000	/* of one answer, as hosted nodes have it */
#define A_TRANSACTION 10000
#define ROUNDS 3
#define POLL_MS 100	/* the default is 1,000 */

/* The sample of event i: n indices that differ from event to event. */
static void
indices_of(uint32_t *out, unsigned i, unsigned n)
{
	unsigned step = COLUMNS / n;

	for (unsigned k = 0; k < n; k++)
		out[k] = k * step + (i * 31 + k * 17) % step;
}

static size_t
sample_of(uint8_t *out, size_t room, unsigned i, unsigned n)
{
	uint32_t index[COLUMNS];
	struct sample s = { SAMPLE_BINARY, n, index, NULL };
	struct dc_buf b;
	size_t len;

	indices_of(index, i, n);
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

/* Of 0xDeCA10B's: AddData(int64[], uint64, uint256, address indexed,
 * uint256) by the trainer. */
static void
put_added(struct fake_chain *c, unsigned i, unsigned n)
{
	struct raw_log log = { .n_topics = 2,
			       .address = mirror_address(MIRROR_TRAINER) };
	struct hash32 topics[DECA_TOPICS];
	uint32_t index[COLUMNS];
	struct dc_buf data;

	deca_topics(topics);
	log.topics[0] = topics[0];
	log.topics[1].b[31] = (uint8_t)(1 + i % 100);	/* the sender */
	indices_of(index, i, n);
	dc_buf_init(&data, (COLUMNS + 5) * 32);
	mirror_word(&data, 0x80);
	mirror_word(&data, i % 2);
	mirror_word(&data, fake_chain_head(c).time_s + FAKE_BLOCK_S);
	mirror_word(&data, MIRROR_DEPOSIT);
	mirror_word(&data, n);
	for (unsigned k = 0; k < n; k++)
		mirror_word(&data, index[k]);
	DC_CHECK(!dc_buf_failed(&data));
	log.data = data.data;
	log.data_len = data.len;
	fake_chain_log(c, &log);
	dc_buf_clear(&data);
}

static void
node_fill_mirrored(struct fake_chain *c, unsigned n)
{
	c->call = fake_deca_call;
	fake_chain_mine(c);
	for (unsigned i = 0; i < EVENTS; i++) {
		put_added(c, i, n);
		if ((i + 1) % A_BLOCK == 0)
			fake_chain_mine(c);
	}
}

/* A process that serves a chain, of its first block alone until it is told
 * to go on. */
struct node {
	pid_t pid;
	int go;
	char url[URL_BYTES];
};

static void
node_serve(void (*fill)(struct fake_chain *c, unsigned n), unsigned n,
	   int tell, int go)
{
	static struct fake_chain c;
	struct fake_block *last;
	char url[URL_BYTES] = "";

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fake_chain_start(&c, FOLLOW_CHAIN, 1);
	fake_front_lie(&c.front[0],
		       (struct fake_lies){ .max_logs = MOST_LOGS });
	fill(&c, n);
	last = c.head;
	fake_chain_fork(&c, 1);
	(void)snprintf(url, sizeof(url), "%s", c.front[0].http.url);
	DC_CHECK(write(tell, url, sizeof(url)) == sizeof(url));
	DC_CHECK(read(go, url, 1) == 1);
	fake_chain_switch(&c, last);
	for (;;)
		(void)pause();
}

static void
node_start(struct node *node,
	   void (*fill)(struct fake_chain *c, unsigned n), unsigned n)
{
	int tell[2], go[2];

	DC_CHECK(pipe(tell) == 0 && pipe(go) == 0);
	fflush(NULL);
	node->pid = fork();
	DC_CHECK(node->pid >= 0);
	if (node->pid == 0)
		node_serve(fill, n, tell[1], go[0]);
	(void)close(tell[1]);
	(void)close(go[0]);
	DC_CHECK(read(tell[0], node->url, URL_BYTES) == URL_BYTES);
	(void)close(tell[0]);
	node->go = go[1];
}

static void
node_go_on(struct node *node)
{
	DC_CHECK(write(node->go, "", 1) == 1);
}

static void
node_stop(struct node *node)
{
	DC_CHECK(kill(node->pid, SIGKILL) == 0);
	DC_CHECK(waitpid(node->pid, NULL, 0) == node->pid);
	(void)close(node->go);
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

static double
seconds_of(clockid_t clock)
{
	struct timespec t;

	DC_CHECK(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the rows alone ------------------------------------------------------ */

static void
write_block(struct sql_db *db, uint64_t number)
{
	struct block_ref b = { .number = number, .time_s = number };

	b.hash = b.parent = sim_hash(number, 0);
	MUST(sql_block_put(db, &b, err));
}

enum form { PACKED, ORIGINAL };	/* ours, 0xDeCA10B's */

static void
write_row(struct sql_db *db, unsigned i, unsigned n, enum form form)
{
	uint8_t bytes[8 * COLUMNS] = { 0 };
	struct sql_contribution c = {
		.model = 1, .valid = true, .is_new = true,
		.is = { .id = i, .label = i % 3, .sample = bytes,
			.contributor = sim_addr(i % 100) },
		.log = { .block = 1 + i / A_BLOCK, .index = i % A_BLOCK,
			 .time_s = i },
		.sample_hash = sim_hash(i, 1), .record_hash = sim_hash(i, 2),
		.suspicion_ppm = (int32_t)(i * 7919 % 1000000)
	};

	c.log.tx = sim_hash(i, 3);
	c.is.sample_len = form == PACKED ?
		sample_of(bytes, sizeof(bytes), i, n) : 8 * n;
	if (form == ORIGINAL)
		c.suspicion_ppm = -1;
	MUST(sql_contribution_insert(db, &c, err));
	if (form == ORIGINAL)
		MUST(sql_contribution_predicted(db, 1, i, i % 3, i, i + 1,
						err));
}

static double
write_rows(unsigned n, enum form form)
{
	struct sql_folder folder;
	struct sql_db *db;
	double cpu;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	for (unsigned i = 0; i < EVENTS; i++) {
		if (i % A_TRANSACTION == 0)
			MUST(sql_tx_begin(db, err));
		if (i % A_BLOCK == 0)
			write_block(db, 1 + i / A_BLOCK);
		write_row(db, i, n, form);
		if ((i + 1) % A_TRANSACTION == 0)
			MUST(sql_tx_commit(db, err));
	}
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	sql_db_close(db);
	sql_folder_remove(&folder);
	return cpu;
}

/* --- following ----------------------------------------------------------- */

#define LAST_BLOCK (1 + EVENTS / A_BLOCK)

static void
wait_followed(struct follower *f, uint64_t block)
{
	struct gateway_status s;

	do {
		(void)usleep(5000);
		gateway_status(f->gateway, &s);
		ck_assert_msg(!s.halted, "halted: %s", s.halted_why);
	} while (s.followed != block);
}

/* Our own model, in the packed form.  Returns its seconds of CPU. */
static double
follow_packed(unsigned n)
{
	struct node node;
	struct follower f;
	double cpu;

	node_start(&node, node_fill, n);
	node_go_on(&node);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	follower_prepare(&f, node.url, 1, POLL_MS);
	MUST(gateway_start(f.gateway, err));
	wait_followed(&f, LAST_BLOCK);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	follower_end(&f);
	node_stop(&node);
	return cpu;
}

static void
ring(void *user, const struct gateway_change *change)
{
	(void)change;
	mirrors_ring(user);
}

/* As server/cmd_serve.c does. */
static struct mirrors *
mirrors_beside(struct follower *f)
{
	const struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	char chain[1200];
	struct mirrors_config config = {
		.gateway = f->gateway, .chain_path = chain,
		.data_dir = f->folder.path, .trainers = &trainer, .n = 1,
		.start_block = 1, .poll_ms = POLL_MS,
	};
	struct mirrors *m;

	(void)snprintf(chain, sizeof(chain), "%s/chain.db", f->folder.path);
	MUST(mirrors_new(&m, &config, err));
	return m;
}

/* Until the database has it, with what it said of so many. */
static void
wait_predicted(struct follower *f, struct mirrors *m, uint64_t n)
{
	struct sql_db *db = sql_open_chain(&f->folder, SQL_READER);
	const struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct mirrors_totals totals;
	struct sql_model row;
	bool found;

	do {
		(void)usleep(5000);
		mirrors_totals(m, &totals);
		ck_assert_uint_eq(totals.refused, 0);
		if (totals.stats.contributions < n)
			continue;
		MUST(sql_model_get(db, &row, &found, &trainer, arena, err));
	} while (totals.stats.contributions < n || !found ||
		 row.totals.progressive_counted != n);
	dc_arena_free(arena);
	sql_db_close(db);
}

/* One of 0xDeCA10B's, mirrored: followed and stored by the gateway, computed
 * by the mirrors' thread, as a daemon has them. */
static double
follow_original(unsigned n)
{
	struct node node;
	struct follower f;
	struct mirrors *m;
	double cpu;

	node_start(&node, node_fill_mirrored, n);
	follower_prepare(&f, node.url, 1, POLL_MS);
	m = mirrors_beside(&f);
	gateway_on_change(f.gateway, ring, m);
	MUST(gateway_start(f.gateway, err));
	mirrors_start(m);
	wait_followed(&f, 1);
	wait_predicted(&f, m, 0);
	node_go_on(&node);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	wait_followed(&f, LAST_BLOCK);
	wait_predicted(&f, m, EVENTS);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	gateway_stop(f.gateway);
	mirrors_free(m);
	follower_end(&f);
	node_stop(&node);
	return cpu;
}

/* The rows again by turns with following, that a noisy neighbour hits both.
 */
static void
follow_and_write(unsigned n, enum form form)
{
	double follow = DBL_MAX, rows = DBL_MAX;

	for (unsigned i = 0; i < ROUNDS; i++) {
		follow = fmin(follow, form == PACKED ? follow_packed(n)
						     : follow_original(n));
		rows = fmin(rows, write_rows(n, form));
	}
	printf("%2u values, %s form: followed, stored, learned, the best of "
	       "%d %7.0f events/s by CPU\n", n, form == PACKED ? "packed" :
	       "0xDeCA10B's", ROUNDS, EVENTS / follow);
	printf("  its rows alone    %26.1f ns        %6.0f events/s"
	       "                ratio %.2f\n", rows / EVENTS * 1e9,
	       EVENTS / rows, follow / rows);
	fflush(stdout);
}

/* The fixture speaks Check, which wants to be in a test. */
START_TEST(following)
{
	static const unsigned values[] = { 60, 3 };

	printf("%d contributions, %d a block; targets: 25,000 events/s at 60 "
	       "values, 60,000 at 3\n", EVENTS, A_BLOCK);
	for (size_t i = 0; i < DC_ARRAY_LEN(values); i++) {
		follow_and_write(values[i], PACKED);
		follow_and_write(values[i], ORIGINAL);
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
