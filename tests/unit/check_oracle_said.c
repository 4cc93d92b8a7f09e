/* What a mirror said of contributions stays with them: when their block comes
 * back, and when it was said before the block came. The test is the follower
 * of a pipeline. */
#include "config.h"

#include <pthread.h>

#include "oracle/pipeline.h"
#include "oracle/registry_write.h"
#include "sql/mirrors.h"
#include "tests/unit/follow_fixture.h"
#include "tests/unit/mirror_fixture.h"

#define FIRST 2		/* block with a contribution, and */
#define LAST 5		/* the last of them */
#define MARK 9		/* an empty block, put last: who sees it saw all */
#define PERIOD_S 12

static struct room {
	struct sql_folder folder;
	struct gateway_config config;
	struct feed *feed;
	struct registry *registry;
	struct standing *standing;
	struct pipeline *pipeline;
	pthread_t thread;
} r;

static void *run(void *arg)
{
	pipeline_run(arg);
	return NULL;
}

/* --- what is put --------------------------------------------------------- */

static struct block_ref block_on(uint8_t branch, uint64_t number)
{
	struct block_ref at = { .number = number,
				.time_s = 1700000000 + number * PERIOD_S };

	at.hash.b[0] = branch;
	at.hash.b[1] = (uint8_t)number;
	return at;
}

static struct log_ref place_on(uint8_t branch, uint64_t number)
{
	const struct block_ref b = block_on(branch, number);

	return (struct log_ref){ .block = number, .block_hash = b.hash,
				 .index = 3, .time_s = b.time_s };
}

static void put(struct feed_batch *b)
{
	ck_assert(feed_put(r.feed, b));
}

/* Each with a contribution, or all empty. */
static void put_blocks(uint8_t branch, uint64_t from, uint64_t to,
		       bool empty, uint64_t finalized)
{
	struct feed_batch *b = feed_batch_new(FEED_LIVE);
	struct raw_log *log;

	b->finalized = finalized;
	b->n_blocks = (size_t)(to - from + 1);
	b->blocks = dc_arena_alloc(b->arena, b->n_blocks * sizeof(*b->blocks));
	log = dc_arena_alloc(b->arena, b->n_blocks * sizeof(*log));
	for (size_t i = 0; i < b->n_blocks; i++) {
		const struct log_ref at = place_on(branch, from + i);

		log[i] = mirror_added(b->arena, &at, MIRROR_TRAINER,
				      at.time_s, 3);
		b->blocks[i] = (struct feed_block){
			.ref = block_on(branch, from + i),
			.logs = &log[i], .n_logs = empty ? 0 : 1,
		};
	}
	put(b);
}

/* Back to the block before the first contribution. */
static void put_back(enum feed_kind kind)
{
	struct feed_batch *b = feed_batch_new(kind);

	b->blocks = dc_arena_alloc(b->arena, sizeof(*b->blocks));
	b->blocks[0] = (struct feed_block){ .ref = block_on('A', FIRST - 1) };
	b->n_blocks = 1;
	b->finalized = FIRST - 1;
	put(b);
}

/* 1, 0, 1, ...: every second one is right. */
static void put_said(uint8_t branch)
{
	struct feed_batch *b = feed_batch_new(FEED_PREDICTED);
	struct feed_prediction *said =
		dc_arena_alloc(b->arena, (LAST - FIRST + 1) * sizeof(*said));

	b->trainer = mirror_address(MIRROR_TRAINER);
	b->n_predictions = LAST - FIRST + 1;
	for (uint64_t n = FIRST; n <= LAST; n++)
		said[n - FIRST] = (struct feed_prediction){
			place_on(branch, n), (n - FIRST + 1) % 2
		};
	b->predictions = said;
	put(b);
}

static void begin(void)
{
	struct feed_batch *b;

	memset(&r, 0, sizeof(r));
	sql_folder_make(&r.folder);
	r.config = (struct gateway_config){
		.data_dir = r.folder.path, .chain_id = FOLLOW_CHAIN,
		.factory = fake_chain_factory(), .pool = fake_chain_pool(),
		.start_block = 1,
	};
	r.feed = feed_new(16);
	r.registry = registry_new();
	r.standing = standing_new();
	MUST(pipeline_new(&r.pipeline, &r.config, r.feed, r.registry,
			  r.standing, err));
	ck_assert_int_eq(pthread_create(&r.thread, NULL, run, r.pipeline), 0);
	b = feed_batch_new(FEED_HELLO);
	b->chain_id = FOLLOW_CHAIN;
	put(b);
	put_blocks('A', FIRST - 1, FIRST - 1, true, FIRST - 1);
	b = feed_batch_new(FEED_ADOPT);
	b->mirror = mirror_model();
	b->finalized = FIRST - 1;
	put(b);
}

/* --- what there is then --------------------------------------------------- */

static void wait_for_mark(uint8_t branch)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;

	put_blocks(branch, LAST + 1, MARK, true, FIRST - 1);
	while (standing_followed(r.standing) != MARK) {
		ck_assert_int_lt(follow_now_ms(), end);
		(void)usleep(1000);
	}
}

/* Nothing more waits: the mark was put last. */
static void check_predicted(bool are)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_db *db = sql_open_chain(&r.folder, SQL_READER);
	struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	struct sql_contribution c[LAST - FIRST + 2];
	struct sql_model model;
	uint32_t n;
	bool found;

	MUST(sql_model_get(db, &model, &found, &trainer, arena, err));
	ck_assert(found);
	MUST(sql_contributions_range(db, c, &n, DC_ARRAY_LEN(c), model.row, 0,
				     arena, err));
	ck_assert_uint_eq(n, LAST - FIRST + 1);
	for (uint32_t i = 0; i < n; i++)
		ck_assert_int_eq(c[i].prediction_before,
				 are ? (int64_t)(i + 1) % 2 : -1);
	ck_assert_uint_eq(model.totals.progressive_counted, are ? n : 0);
	ck_assert_uint_eq(model.totals.progressive_right, are ? n / 2 : 0);
	sql_db_close(db);
	dc_arena_free(arena);
}

static void end(void)
{
	feed_close(r.feed);
	ck_assert_int_eq(pthread_join(r.thread, NULL), 0);
	pipeline_free(r.pipeline);
	feed_free(r.feed);
	registry_free(r.registry);
	standing_free(r.standing);
	sql_folder_remove(&r.folder);
}

static uint64_t said_rows(void)
{
	struct sql_db *db = sql_open_chain(&r.folder, SQL_READER);
	uint64_t n = 0;
	int64_t prediction;
	bool found;

	for (uint64_t b = FIRST; b <= LAST; b++) {
		const struct log_ref at = place_on('A', b);

		MUST(sql_said_get(db, &prediction, &found, &at, err));
		n += found;
	}
	sql_db_close(db);
	return n;
}

/* --- cases ---------------------------------------------------------------- */

static const enum feed_kind ways_back[] = { FEED_REWIND, FEED_AGAIN };

/* A reorg that is taken back, a doubt, another mirror that is taken in. */
START_TEST(a_block_that_comes_back_has_what_was_said)
{
	begin();
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	put_said('A');
	put_back(ways_back[_i]);
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	wait_for_mark('A');
	check_predicted(true);
	end();
}
END_TEST

/* Told again by who went back himself: counted once. */
START_TEST(what_is_said_twice_counts_once)
{
	begin();
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	put_said('A');
	put_said('A');
	wait_for_mark('A');
	check_predicted(true);
	end();
}
END_TEST

/* The mirror asks the node itself, which may be on a branch that has not
 * been fed yet. */
START_TEST(what_was_said_before_its_block_came_is_there)
{
	begin();
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	put_said('B');
	put_back(FEED_REWIND);
	put_blocks('B', FIRST, LAST, false, FIRST - 1);
	wait_for_mark('B');
	check_predicted(true);
	end();
}
END_TEST

START_TEST(another_branch_has_nothing_of_it)
{
	begin();
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	put_said('A');
	put_back(FEED_REWIND);
	put_blocks('B', FIRST, LAST, false, FIRST - 1);
	wait_for_mark('B');
	check_predicted(false);
	end();
}
END_TEST

/* What cannot come back is not kept twice. */
START_TEST(what_is_final_is_kept_in_its_row_alone)
{
	const int64_t until = follow_now_ms() + FOLLOW_WAIT_MS;

	begin();
	put_blocks('A', FIRST, LAST, false, FIRST - 1);
	put_said('A');
	wait_for_mark('A');
	ck_assert_uint_eq(said_rows(), LAST - FIRST + 1);
	put_blocks('A', MARK + 1, MARK + 1, true, LAST);
	while (said_rows() > 0) {
		ck_assert_int_lt(follow_now_ms(), until);
		(void)usleep(1000);
	}
	check_predicted(true);
	end();
}
END_TEST

UNIT_LOOP_MAIN("oracle/said",
		{ a_block_that_comes_back_has_what_was_said,
		  DC_ARRAY_LEN(ways_back) },
		{ what_is_said_twice_counts_once, 1 },
		{ what_was_said_before_its_block_came_is_there, 1 },
		{ another_branch_has_nothing_of_it, 1 },
		{ what_is_final_is_kept_in_its_row_alone, 1 })
