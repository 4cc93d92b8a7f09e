/* Mirrors in the pipeline: taken in with their history beside our own models,
 * and stopped, with a reason and without halting anything, by what the
 * originals cannot emit. */
#include "config.h"

#include <string.h>

#include "oracle/deca_abi.h"
#include "oracle/feed_fill.h"
#include "sql/mirrors.h"
#include "tests/unit/follow_fixture.h"

#define BLOCKS 12
#define DEPTH 3
#define AT 5		/* block of the history's first event */
#define DATA_WORDS 70000

static struct fake_chain chain;
static struct follower f;
static struct feed_batch *batch;
static struct raw_log logs[8];
static size_t n_logs;

static struct addr20 address(uint8_t last)
{
	struct addr20 a = { { 0xde, 0xca } };

	a.b[19] = last;
	return a;
}

enum { TRAINER = 1, HANDLER, INCENTIVE, CLASSIFIER, SENDER };

static struct block_ref block_at(uint64_t number)
{
	const struct fake_block *b = chain.head;

	while (b->ref.number > number)
		b = b->up;
	ck_assert_uint_eq(b->ref.number, number);
	return b->ref;
}

static void put_word(struct dc_buf *out, uint64_t v)
{
	uint8_t word[32];

	u256_to_be(u256_from_u64(v), word);
	dc_buf_append(out, word, sizeof(word));
}

/* One more, in block AT unless it is told otherwise. */
static struct raw_log *put_log(unsigned topic, uint8_t who,
			       const struct dc_buf *data)
{
	struct raw_log *log = &logs[n_logs];
	const struct block_ref at = block_at(AT);
	struct hash32 topics[DECA_TOPICS];

	ck_assert_uint_lt(n_logs, DC_ARRAY_LEN(logs));
	deca_topics(topics);
	*log = (struct raw_log){
		.at = { .block = at.number, .block_hash = at.hash,
			.index = (uint32_t)(100 + n_logs) },
		.address = address(who), .n_topics = 1,
		.data = dc_arena_copy(batch->arena, data->data, data->len),
		.data_len = data->len,
	};
	log->at.tx.b[0] = (uint8_t)n_logs;
	log->topics[0] = topics[topic];
	n_logs++;
	return log;
}

/* AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256) */
static struct raw_log *put_added(uint8_t who, uint64_t time_s, size_t n)
{
	struct addr20 sender = address(SENDER);
	struct raw_log *log;
	struct dc_buf data;

	dc_buf_init(&data, DATA_WORDS * 32 + 4096);
	put_word(&data, 0x80);
	put_word(&data, 1);
	put_word(&data, time_s);
	put_word(&data, 1000);
	put_word(&data, n);
	for (size_t i = 0; i < n; i++)
		put_word(&data, i);
	log = put_log(0, who, &data);
	log->n_topics = 2;
	memcpy(log->topics[1].b + 12, sender.b, sizeof(sender.b));
	dc_buf_clear(&data);
	return log;
}

/* Refund(address recipient, uint256 amount) */
static void put_refund(uint64_t amount)
{
	struct addr20 sender = address(SENDER);
	uint8_t word[32] = { 0 };
	struct dc_buf data;

	memcpy(word + 12, sender.b, sizeof(sender.b));
	dc_buf_init(&data, 4096);
	dc_buf_append(&data, word, sizeof(word));
	put_word(&data, amount);
	(void)put_log(2, INCENTIVE, &data);
	dc_buf_clear(&data);
}

static void start(void)
{
	follow_chain(&chain, 7, BLOCKS);
	follower_start(&f, chain.front[0].http.url, DEPTH);
	follower_catch_up(&f, &chain);
	batch = feed_batch_new(FEED_ADOPT);
	n_logs = 0;
	batch->mirror = (struct feed_mirror){
		.trainer = address(TRAINER), .data_handler = address(HANDLER),
		.incentive = address(INCENTIVE), .owner = address(TRAINER),
		.classifier = address(CLASSIFIER), .kind = INCENTIVE_STAKE,
		.cost_weight_wei = wei_from_u64(10),
		.refund_wait_s = 5, .any_claim_wait_s = 9,
		.type = "SparsePerceptron", .name = "a stranger's",
		.description = "", .encoder = "none",
		.class_names = (const uint8_t *)"n\0p", .class_names_len = 4,
		.n_class = 2,
	};
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
	struct addr20 trainer = address(TRAINER);
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
	(void)put_added(TRAINER, block_at(AT).time_s, 3);
	(void)put_added(TRAINER, block_at(AT).time_s, 0);
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
	(void)put_added(TRAINER, block_at(AT).time_s, 1);
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
	(void)put_added(TRAINER, block_at(AT).time_s + 1, 1);
}

static void put_long(void)
{
	(void)put_added(TRAINER, block_at(AT).time_s, 65537);
}

static void put_of_another_part(void)
{
	(void)put_added(INCENTIVE, block_at(AT).time_s, 1);
}

static void put_cut(void)
{
	put_added(TRAINER, block_at(AT).time_s, 4)->data_len -= 32;
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
	(void)put_added(TRAINER, block_at(AT).time_s, 2);
	cases[_i].put();
	(void)put_added(TRAINER, block_at(AT).time_s, 2);
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
	struct addr20 trainer = address(TRAINER);
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

int main(void)
{
	Suite *suite = suite_create("oracle/pipeline_mirror");
	TCase *tcase = tcase_create("oracle/pipeline_mirror");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_history_is_taken_in_with_who_did_what);
	tcase_add_test(tcase,
		       a_contract_that_pays_more_than_it_took_shows_zero);
	tcase_add_loop_test(
		tcase, what_the_originals_cannot_emit_stops_that_mirror_alone,
		0, 4);
	tcase_add_test(tcase, whose_contracts_are_others_as_well_is_left_out);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
