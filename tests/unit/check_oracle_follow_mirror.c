/* check_oracle_follow_mirror.c: a mirror is taken in while what was fed is
 * doubted: it is neither lost nor taken in twice. The test is the pipeline. */

#include "config.h"

#include <pthread.h>

#include "oracle/follow_core.h"
#include "tests/unit/follow_fixture.h"
#include "tests/unit/mirror_fixture.h"

#define START_BLOCK 1
#define DEPTH 4
#define GATHERED 3	/* the mirror's history was read up to there */

/* As oracle/mirrors_adopt.c makes it: blocks of its history, the last of
 * which may not be final here. */
static struct feed_batch *
adoption(uint8_t n, uint64_t blocks)
{
	struct feed_batch *b = feed_batch_new(FEED_ADOPT);

	b->mirror.trainer = mirror_address(n);
	b->mirror.incentive = mirror_address((uint8_t)(n + 1));
	b->mirror.classifier = mirror_address((uint8_t)(n + 2));
	b->blocks = dc_arena_alloc(b->arena, blocks * sizeof(*b->blocks));
	b->n_blocks = blocks;
	b->finalized = blocks;
	for (uint64_t i = 0; i < blocks; i++)
		b->blocks[i] = (struct feed_block){ .ref.number = i + 1 };
	return b;
}

/* --- the queue ----------------------------------------------------------- */

START_TEST(a_mirror_dropped_for_a_doubt_is_given_back)
{
	const struct feed_doubt doubt = { .block = 7, .why = "missing" };
	struct feed *f = feed_new(8);
	struct feed_batch *b;
	uint8_t n = 0;

	ck_assert(feed_put(f, feed_batch_new(FEED_LIVE)));
	ck_assert(feed_put(f, adoption(10, GATHERED)));
	ck_assert(feed_put(f, feed_batch_new(FEED_PREDICTED)));
	feed_doubt(f, &doubt);
	ck_assert(feed_put(f, feed_batch_new(FEED_LIVE)));
	ck_assert(feed_put(f, adoption(20, GATHERED)));
	for (; (b = feed_lost(f)) != NULL; n++) {
		const struct addr20 who = mirror_address(n == 0 ? 10 : 20);

		ck_assert_int_eq(b->kind, FEED_ADOPT);
		ck_assert(addr20_equal(&b->mirror.trainer, &who));
		ck_assert_ptr_null(b->next);
		feed_batch_free(b);
	}
	ck_assert_int_eq(n, 2);
	b = feed_take(f);
	ck_assert_int_eq(b->kind, FEED_PREDICTED);
	feed_batch_free(b);
	ck_assert(!feed_ready(f));
	ck_assert(feed_put(f, adoption(30, GATHERED)));	/* freed with it */
	feed_free(f);
}
END_TEST

/* --- the follower -------------------------------------------------------- */

/* A follower of a chain that two endpoints serve, and the highest block that
 * was taken from it. */
struct room {
	struct fake_chain chain;
	char urls[160];
	struct gateway_config config;
	struct nodes *nodes;
	struct feed *feed;
	struct standing *standing;
	struct follow *follow;
	pthread_t thread;
	struct block_ref head;
};

static void *
run(void *arg)
{
	follow_run(arg);
	return NULL;
}

static void
room_open(struct room *r)
{
	const struct follow_start nothing = { .n_blocks = 0 };
	struct nodes_config nodes = { .timeout_ms = 5000, .backoff_ms = 5,
				      .chain_id = FOLLOW_CHAIN };

	memset(r, 0, sizeof(*r));
	follow_chain(&r->chain, 3, 12);
	snprintf(r->urls, sizeof(r->urls), "%s,%s",
		 r->chain.front[0].http.url, r->chain.front[1].http.url);
	nodes.urls = r->urls;
	r->config = (struct gateway_config){
		.chain_id = FOLLOW_CHAIN, .factory = fake_chain_factory(),
		.pool = fake_chain_pool(), .start_block = START_BLOCK,
		.poll_ms = 5, .finality = { GATEWAY_DEPTH, DEPTH },
	};
	r->feed = feed_new(4);
	r->standing = standing_new();
	MUST(nodes_new(&r->nodes, &nodes, err));
	MUST(follow_new(&r->follow, &r->config, &nothing, r->nodes, r->feed,
			r->standing, err));
	ck_assert_int_eq(pthread_create(&r->thread, NULL, run, r->follow), 0);
}

static void
room_stop(struct room *r)
{
	follow_stop(r->follow);
	feed_close(r->feed);
	ck_assert_int_eq(pthread_join(r->thread, NULL), 0);
}

static void
room_close(struct room *r)
{
	follow_free(r->follow);
	nodes_free(r->nodes);
	feed_free(r->feed);
	standing_free(r->standing);
	fake_chain_stop(&r->chain);
}

/* The next batch that is no prediction; blocks follow each other. */
static enum feed_kind
take(struct room *r, struct feed_batch **kept)
{
	struct feed_batch *b = feed_take(r->feed);
	enum feed_kind kind;

	ck_assert_ptr_nonnull(b);
	kind = b->kind;
	ck_assert_msg(kind != FEED_HALT, "%s", b->why);
	if (kind == FEED_LIVE || kind == FEED_FINAL) {
		ck_assert_uint_gt(b->blocks[0].ref.number, r->head.number);
		r->head = b->blocks[b->n_blocks - 1].ref;
	} else if (kind == FEED_AGAIN || kind == FEED_REWIND) {
		r->head = b->blocks[0].ref;
	}
	if (kept != NULL && kind == FEED_ADOPT)
		*kept = b;
	else
		feed_batch_free(b);
	return kind;
}

static void
take_until(struct room *r, enum feed_kind kind, struct feed_batch **kept)
{
	while (take(r, kept) != kind)
		;
}

static void
take_until_head(struct room *r)
{
	const uint64_t head = fake_chain_head(&r->chain).number;

	while (r->head.number < head)
		(void)take(r, NULL);
}

static void
wait_until_something_waits(struct room *r)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;

	while (!feed_ready(r->feed)) {
		ck_assert_int_lt(follow_now_ms(), end);
		(void)usleep(1000);
	}
}

static void
doubt(struct room *r)
{
	struct feed_doubt d = { .block = r->head.number, .has_head = true,
				.head = r->head, .why = "an id is missing" };

	feed_doubt(r->feed, &d);
}

/* It comes once, behind what is asked for again, and fits there. */
static void
check_taken_in(struct room *r, uint64_t gathered)
{
	const struct addr20 who = mirror_address(10);
	struct feed_batch *b = NULL;

	take_until(r, FEED_AGAIN, NULL);
	take_until(r, FEED_ADOPT, &b);
	ck_assert(addr20_equal(&b->mirror.trainer, &who));
	ck_assert_uint_eq(b->finalized, r->head.number);
	ck_assert_uint_eq(b->n_blocks, gathered < r->head.number ?
			  gathered : r->head.number);
	for (size_t i = 0; i < b->n_blocks; i++)
		ck_assert_uint_eq(b->blocks[i].ref.number, i + 1);
	feed_batch_free(b);
	take_until_head(r);
}

enum when {
	BEFORE,		/* the doubt is told, then the mirror offered */
	MEANWHILE,	/* the rewind that goes before it waits */
	BEHIND,		/* it waits itself */
	WHENS
};

static void
doubt_when(struct room *r, enum when when, struct feed_batch *b)
{
	if (when == BEFORE)
		doubt(r);
	ck_assert(follow_adopt(r->follow, b));
	if (when == BEFORE)
		return;
	wait_until_something_waits(r);
	if (when == BEHIND) {
		ck_assert_int_eq(take(r, NULL), FEED_REWIND);
		wait_until_something_waits(r);
	}
	doubt(r);
}

/* Its history ends below the last final block, or above it. */
static const uint64_t histories[] = { GATHERED, 12 };

START_TEST(a_doubt_does_not_lose_the_mirror_that_is_taken_in)
{
	const uint64_t gathered = histories[_i / WHENS];
	struct room r;

	room_open(&r);
	take_until_head(&r);
	doubt_when(&r, (enum when)(_i % WHENS), adoption(10, gathered));
	check_taken_in(&r, gathered);
	room_stop(&r);
	ck_assert_uint_eq(r.follow->n_mirrors, 1);
	ck_assert_ptr_null(r.follow->lost);
	ck_assert_ptr_null(r.follow->adopt);
	room_close(&r);
}
END_TEST

/* A doubt behind it is none of its business. */
START_TEST(a_mirror_that_was_taken_in_stays)
{
	struct feed_batch *b = NULL;
	struct room r;

	room_open(&r);
	take_until_head(&r);
	ck_assert(follow_adopt(r.follow, adoption(10, GATHERED)));
	take_until(&r, FEED_ADOPT, &b);
	feed_batch_free(b);
	take_until_head(&r);
	doubt(&r);
	take_until(&r, FEED_AGAIN, NULL);
	take_until_head(&r);
	room_stop(&r);
	ck_assert_uint_eq(r.follow->n_mirrors, 1);
	while (feed_ready(r.feed))
		ck_assert_int_ne(take(&r, NULL), FEED_ADOPT);
	room_close(&r);
}
END_TEST

/* What ends meanwhile frees what waits; ASan looks on. */
START_TEST(an_end_while_it_waits_leaves_nothing)
{
	struct room r;

	room_open(&r);
	take_until_head(&r);
	doubt_when(&r, BEHIND, adoption(10, GATHERED));
	room_stop(&r);
	room_close(&r);
}
END_TEST

UNIT_LOOP_MAIN("oracle/follow_mirror",
		{ a_mirror_dropped_for_a_doubt_is_given_back, 1 },
		{ a_doubt_does_not_lose_the_mirror_that_is_taken_in,
		  WHENS * DC_ARRAY_LEN(histories) },
		{ a_mirror_that_was_taken_in_stays, 1 },
		{ an_end_while_it_waits_leaves_nothing, 1 })
