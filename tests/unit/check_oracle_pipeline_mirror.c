/* Mirrors in the pipeline: taken in with their history beside our own models,
 * and stopped, with a reason and without halting anything, by what the
 * originals cannot emit. */
#include "config.h"

#include <string.h>

#include "oracle/feed_fill.h"
#include "sql/mirrors.h"
#include "tests/unit/follow_fixture.h"
#include "tests/unit/mirror_fixture.h"

#define BLOCKS 12
#define DEPTH 3
#define AT 5		/* block of the history's first event */

static struct fake_chain chain;
static struct follower f;
static struct feed_batch *batch;
static struct raw_log logs[8];
static size_t n_logs;

static struct block_ref block_at(uint64_t number)
{
	const struct fake_block *b = chain.head;

	while (b->ref.number > number)
		b = b->up;
	ck_assert_uint_eq(b->ref.number, number);
	return b->ref;
}

/* One more, in block AT. */
static struct log_ref next_place(void)
{
	const struct block_ref at = block_at(AT);
	struct log_ref place = {
		.block = at.number, .block_hash = at.hash,
		.index = (uint32_t)(100 + n_logs),
	};

	ck_assert_uint_lt(n_logs, DC_ARRAY_LEN(logs));
	place.tx.b[0] = (uint8_t)n_logs;
	return place;
}

static struct raw_log *put_added(uint8_t who, uint64_t time_s, size_t n)
{
	const struct log_ref at = next_place();

	logs[n_logs] = mirror_added(batch->arena, &at, who, time_s, n);
	return &logs[n_logs++];
}

static void put_refund(uint64_t amount)
{
	const struct log_ref at = next_place();

	logs[n_logs++] = mirror_refunded(batch->arena, &at, amount);
}

static void start(void)
{
	follow_chain(&chain, 7, BLOCKS);
	follower_start(&f, chain.front[0].http.url, DEPTH);
	follower_catch_up(&f, &chain);
	batch = feed_batch_new(FEED_ADOPT);
	n_logs = 0;
	batch->mirror = mirror_model();
}

static void stop(void)
{
	follower_end(&f);
	fake_chain_stop(&chain);
}

/* Handed over with the logs, and waited for. */
static void adopt(struct sql_model *model, struct sql_mirror *mirror,
		  struct dc_arena *arena)
{
	struct sql_db *db = sql_open_chain(&f.folder, SQL_READER);
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;
	struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	struct gateway_status s;
	bool found = false;

	batch->finalized = BLOCKS - DEPTH - 1;
	feed_fill(batch, logs, n_logs, NULL);
	for (size_t i = 0; i < batch->n_blocks; i++)
		batch->blocks[i].ref = block_at(batch->blocks[i].ref.number);
	ck_assert(gateway_adopt(f.gateway, batch));
	while (!found) {
		MUST(sql_model_get(db, model, &found, &trainer, arena, err));
		gateway_status(f.gateway, &s);
		ck_assert_msg(!s.halted, "halted: %s", s.halted_why);
		ck_assert(follow_now_ms() < end);
		(void)usleep(1000);
	}
	MUST(sql_mirror_get(db, mirror, &found, model->row, arena, err));
	ck_assert(found);
	sql_db_close(db);
}

/* Our own models go on, whatever the mirror was. */
static void goes_on(void)
{
	uint64_t dice = 9;

	follow_blocks(&chain, &dice, 2, 2);
	follower_catch_up(&f, &chain);
}

START_TEST(a_history_is_taken_in_with_who_did_what)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_mirror mirror;
	struct sql_model model;

	start();
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 3);
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 0);
	put_refund(400);
	adopt(&model, &mirror, arena);
	ck_assert_str_eq(mirror.refusal, "");
	ck_assert_int_eq(model.origin, SQL_ORIGIN_0XDECA10B);
	ck_assert_uint_eq(model.totals.count, 2);
	ck_assert_uint_eq(model.totals.karma, 1);
	ck_assert_uint_eq(model.totals.held_wei.v.w[0], 1600);
	ck_assert_uint_eq(model.totals.paid_out_wei.v.w[0], 400);
	ck_assert_str_eq(sql_mirror_class(&mirror, 1), "p");
	goes_on();
	stop();
	dc_arena_free(arena);
}
END_TEST

/* What was paid is more than was ever taken: nothing falls below zero. */
START_TEST(a_contract_that_pays_more_than_it_took_shows_zero)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_mirror mirror;
	struct sql_model model;

	start();
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 1);
	put_refund(5000);
	adopt(&model, &mirror, arena);
	ck_assert_str_eq(mirror.refusal, "");
	ck_assert(u256_is_zero(model.totals.held_wei.v));
	goes_on();
	stop();
	dc_arena_free(arena);
}
END_TEST

/* What stops it, put after one good contribution. */
static void put_other_time(void)
{
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s + 1, 1);
}

static void put_long(void)
{
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 65537);
}

static void put_of_another_part(void)
{
	(void)put_added(MIRROR_INCENTIVE, block_at(AT).time_s, 1);
}

static void put_cut(void)
{
	put_added(MIRROR_TRAINER, block_at(AT).time_s, 4)->data_len -= 32;
}

START_TEST(what_the_originals_cannot_emit_stops_that_mirror_alone)
{
	static const struct {
		void (*put)(void);
		const char *why;
	} cases[] = {
		{ put_other_time, "AddData tells another time" },
		{ put_long, "a sample of 65537 numbers" },
		{ put_of_another_part, "an event of another part's" },
		{ put_cut, "AddData" },
	};
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_mirror mirror;
	struct sql_model model;

	start();
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 2);
	cases[_i].put();
	(void)put_added(MIRROR_TRAINER, block_at(AT).time_s, 2);
	adopt(&model, &mirror, arena);
	ck_assert_msg(strncmp(mirror.refusal, "block 5, log 101: ", 18) == 0 &&
		      strstr(mirror.refusal, cases[_i].why) != NULL, "%s",
		      mirror.refusal);
	ck_assert_uint_eq(model.totals.count, 1);	/* and none after it */
	goes_on();
	stop();
	dc_arena_free(arena);
}
END_TEST

START_TEST(whose_contracts_are_others_as_well_is_left_out)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_db *db;
	struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	struct sql_model model;
	bool found;

	start();
	batch->mirror.incentive = fake_chain_trainer(0);	/* ours */
	feed_fill(batch, logs, 0, NULL);
	batch->finalized = BLOCKS - DEPTH - 1;
	ck_assert(gateway_adopt(f.gateway, batch));
	goes_on();
	db = sql_open_chain(&f.folder, SQL_READER);
	MUST(sql_model_get(db, &model, &found, &trainer, arena, err));
	ck_assert(!found);
	sql_db_close(db);
	stop();
	dc_arena_free(arena);
}
END_TEST

UNIT_LOOP_MAIN("oracle/pipeline_mirror",
		{ a_history_is_taken_in_with_who_did_what, 1 },
		{ a_contract_that_pays_more_than_it_took_shows_zero, 1 },
		{ what_the_originals_cannot_emit_stops_that_mirror_alone, 4 },
		{ whose_contracts_are_others_as_well_is_left_out, 1 })
