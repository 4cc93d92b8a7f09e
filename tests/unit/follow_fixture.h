#ifndef DECAID_TESTS_UNIT_FOLLOW_FIXTURE_H
#define DECAID_TESTS_UNIT_FOLLOW_FIXTURE_H

/*
 * The following half of a daemon against fake nodes: started on a directory
 * of its own, waited for by what it says of itself, and compared with others
 * by what it made of the chain.
 */

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "oracle/gateway.h"
#include "tests/unit/chain_dump.h"
#include "tests/unit/fake_chain.h"
#include "tests/unit/sql_fixture.h"

#define FOLLOW_CHAIN 31337
#define FOLLOW_DUMP_BYTES ((size_t)256 << 20)
#define FOLLOW_WAIT_MS 60000

/* FOLLOW_NEVER: the node has no final blocks. */
#define FOLLOW_NEVER UINT64_MAX

struct follower {
	struct sql_folder folder;
	struct gateway *gateway;
	const char *urls;
	uint64_t depth;
	uint64_t snapshot_every;
	unsigned timeout_ms;
	unsigned poll_ms;	/* 0: 5 */
	uint64_t chain_id;
};

static inline void
follower_make(struct follower *f)
{
	struct gateway_config config = {
		.rpc_url = f->urls, .data_dir = f->folder.path,
		.chain_id = f->chain_id, .factory = fake_chain_factory(),
		.pool = fake_chain_pool(), .start_block = 1,
		.poll_ms = f->poll_ms > 0 ? f->poll_ms : 5,
		.snapshot_every = f->snapshot_every,
		.rpc_timeout_ms = f->timeout_ms,
	};

	if (f->depth != FOLLOW_NEVER)
		config.finality = (struct gateway_finality){ GATEWAY_DEPTH,
							     f->depth };
	MUST(gateway_open(&f->gateway, &config, err));
}

static inline void
follower_open(struct follower *f)
{
	follower_make(f);
	MUST(gateway_start(f->gateway, err));
}

/* Its gateway is opened, and waits for gateway_start.
 * poll_ms  0: 5 */
static inline void
follower_prepare(struct follower *f, const char *urls, uint64_t depth,
		 unsigned poll_ms)
{
	memset(f, 0, sizeof(*f));
	sql_folder_make(&f->folder);
	f->urls = urls;
	f->depth = depth;
	f->timeout_ms = 5000;
	f->poll_ms = poll_ms;
	follower_make(f);
}

static inline void
follower_start(struct follower *f, const char *urls, uint64_t depth)
{
	follower_prepare(f, urls, depth, 0);
	MUST(gateway_start(f->gateway, err));
}

static inline void
follower_close(struct follower *f)
{
	gateway_stop(f->gateway);
	gateway_close(f->gateway);
	f->gateway = NULL;
}

static inline void
follower_end(struct follower *f)
{
	follower_close(f);
	sql_folder_remove(&f->folder);
}

static inline int64_t
follow_now_ms(void)
{
	struct timespec t;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until `pleases` holds of its status; bounded, and a halt that nobody waits
 * for ends the test. */
static inline struct gateway_status
follower_until(struct follower *f,
	       bool (*pleases)(const struct gateway_status *s,
			       const void *arg), const void *arg,
	       const char *what)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;
	static struct gateway_status s;

	for (;;) {
		gateway_status(f->gateway, &s);
		if (pleases(&s, arg))
			return s;
		ck_assert_msg(!s.halted, "%s: halted: %s", what,
			      s.halted_why);
		ck_assert_msg(follow_now_ms() < end, "never %s: followed %d "
			      "of %d, %s", what, (int)s.followed, (int)s.head,
			      s.last_error);
		(void)usleep(1000);
	}
}

static inline bool
follow_has_halted(const struct gateway_status *s, const void *arg)
{
	(void)arg;
	return s->halted;
}

/* At the block that is the chain's head, by its hash. */
static inline void
follower_catch_up(struct follower *f, struct fake_chain *c)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;
	struct sql_db *db = sql_open_chain(&f->folder, SQL_READER);
	struct block_ref head, mine;
	struct gateway_status s;
	bool is_there;

	for (;;) {
		head = fake_chain_head(c);
		MUST(sql_block_head(db, &mine, &is_there, err));
		if (is_there && hash32_equal(&mine.hash, &head.hash))
			break;
		gateway_status(f->gateway, &s);
		ck_assert_msg(!s.halted, "halted: %s", s.halted_why);
		ck_assert_msg(follow_now_ms() < end, "never caught up: at %d "
			      "of %d, %s", (int)s.followed,
			      (int)head.number, s.last_error);
		(void)usleep(1000);
	}
	sql_db_close(db);
	/* the database is a moment ahead of what is told */
	do
		gateway_status(f->gateway, &s);
	while (s.followed != head.number);
}

/* What it made of the chain, as text; it is stopped by then. */
static inline void
follower_dump(struct follower *f, struct dc_buf *out)
{
	dc_buf_init(out, FOLLOW_DUMP_BYTES);
	chain_dump_tables(out, f->folder.path);
	chain_dump_learners(out, gateway_registry(f->gateway));
	gateway_stop(f->gateway);
	chain_dump_snapshots(out, f->folder.path);
	ck_assert(!dc_buf_failed(out));
}

/* A daemon that begins now makes the same of the chain as it stands. */
static inline void
follow_check_same(struct dc_buf *mine, struct fake_chain *c, uint64_t depth)
{
	struct follower fresh;
	struct dc_buf straight;

	follower_start(&fresh, c->front[0].http.url, depth);
	follower_catch_up(&fresh, c);
	follower_dump(&fresh, &straight);
	ck_assert_uint_gt(straight.len, 0);
	ck_assert_str_eq(dc_buf_text(mine), dc_buf_text(&straight));
	follower_end(&fresh);
	dc_buf_clear(&straight);
}

/* --- scripts ------------------------------------------------------------- */

/* A sample of a few columns near 80 times the label. */
static inline size_t
follow_sample(uint8_t *out, uint64_t *dice, uint32_t label)
{
	size_t n = 1 + unit_random(dice) % 6, len = 0;

	out[len++] = SAMPLE_BINARY;
	out[len++] = (uint8_t)n;
	out[len++] = (uint8_t)(label * 40);	/* then gaps */
	for (size_t i = 1; i < n; i++)
		out[len++] = (uint8_t)(unit_random(dice) % 12);
	return len;
}

/* So many contributions, by eight people, to whichever model. */
static inline void
follow_contributions(struct fake_chain *c, uint64_t *dice, size_t n)
{
	uint8_t sample[32];

	for (size_t i = 0; i < n; i++) {
		uint32_t label = (uint32_t)(unit_random(dice) % 3);
		size_t len = follow_sample(sample, dice, label);

		if (unit_random(dice) % 6 == 0)
			label = (label + 1) % 3;
		fake_chain_contribute(c, unit_random(dice) % 2,
				      (unsigned)(unit_random(dice) % 8),
				      sample, len, label);
	}
}

static inline void
follow_blocks(struct fake_chain *c, uint64_t *dice, size_t blocks, size_t each)
{
	while (blocks-- > 0) {
		follow_contributions(c, dice, each);
		fake_chain_mine(c);
	}
}

/* Two models and some blocks of life. */
static inline void
follow_chain(struct fake_chain *c, uint64_t seed, size_t blocks)
{
	uint64_t dice = seed;

	fake_chain_start(c, FOLLOW_CHAIN, 0);
	(void)fake_chain_create(c, INCENTIVE_STAKE, "Sections");
	(void)fake_chain_create(c, INCENTIVE_POINTS, "Tic tac");
	fake_chain_mine(c);
	follow_blocks(c, &dice, blocks, 3);
}

#endif /* DECAID_TESTS_UNIT_FOLLOW_FIXTURE_H */
