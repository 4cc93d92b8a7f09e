/*
 * check_server_rest_deca.c: 0xDeCA10B's data service. Texts are kept that
 * encode to what was contributed, within bounds; all else that its clients
 * post changes nothing. (tests/integration/deca.sh has the contracts.)
 */

#include "config.h"

#include <string.h>
#include <time.h>

#include "base/keccak.h"
#include "server/text_check.h"
#include "server/texts.h"
#include "server/vocabulary.h"
#include "sql/texts.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

#define TEXT_7 "sky plot word7"		/* what contribution 7 says */
#define MIB ((size_t)1 << 20)

static struct rest_fixture f;
static struct texts *t;

static void ring(void *user)
{
	(void)user;
	app_changed(&f.app);
}

static void start_texts(size_t bytes_max, unsigned wait_s)
{
	const struct texts_options o = {
		.chain_path = f.chain, .local_path = f.local,
		.registry = f.registry,
		.bytes_max = bytes_max, .wait_s = wait_s, .ring = ring,
	};

	MUST(texts_new(&t, &o, err));
	f.app.offer_ms = 60000;
	f.app.texts = t;
}

static void start(size_t bytes_max)
{
	rest_fixture_start(&f, 1);
	start_texts(bytes_max, 0);
}

static void finish(void)
{
	app_http_stop(&f.app);
	texts_free(t);
	f.app.texts = t = NULL;
	rest_fixture_stop(&f);
}

/* As the fixture makes it: the transaction of block's contribution. */
static struct hash32 tx_of(uint64_t block)
{
	char text[64];
	struct hash32 h;

	snprintf(text, sizeof(text), "tx %llu",
		 (unsigned long long)block * 100);
	keccak256(&h, text, strlen(text));
	return h;
}

static const char *tx_text(uint64_t block)
{
	static char text[80];
	struct hash32 h = tx_of(block);

	hash32_format(&h, text);
	return text;
}

static const struct http_answer *post(uint64_t block, const char *text)
{
	char body[400];

	snprintf(body, sizeof(body), "{\"transactionHash\":\"%s\","
		 "\"originalData\":{\"text\":\"%s\"}}", tx_text(block), text);
	return http_client_post(f.client, "/api/data", body);
}

static const struct http_answer *read_data(uint64_t block)
{
	char path[200];

	snprintf(path, sizeof(path), "/api/data/%s", tx_text(block));
	return http_client_get(f.client, path);
}

static void status_is(const struct http_answer *a, long status,
		      const char *text)
{
	json_t *reply = rest_parse(a);

	ck_assert_int_eq(a->status, status);
	rest_holds_schema(&f, "DecaTaken", reply);
	ck_assert_str_eq(rest_text_at(reply, "status"), text);
	json_decref(reply);
}

static void data_is(uint64_t block, const char *text)
{
	json_t *reply = rest_ok(&f, read_data(block), "DecaData");

	ck_assert_str_eq(rest_text_at(rest_at(reply, "originalData"), "text"),
			 text);
	json_decref(reply);
}

/* What the contribution's own page says; NULL: nothing. */
static void detail_is(unsigned id, const char *text)
{
	char path[200];
	json_t *reply, *said;

	snprintf(path, sizeof(path), "/v1/models/%s/contributions/%u",
		 registry_info(f.sections)->slug, id);
	reply = rest_ok(&f, http_client_get(f.client, path),
			"ContributionDetail");
	said = rest_at(reply, "text");
	if (text == NULL)
		ck_assert(json_is_null(said));
	else
		ck_assert_str_eq(json_string_value(said), text);
	json_decref(reply);
}

/* ---- texts ---- */

static struct texts_counters counters(void)
{
	struct texts_counters c;

	texts_counters(t, &c);
	return c;
}

START_TEST(a_text_that_encodes_to_its_contribution_is_kept)
{
	start(MIB);
	rest_fails(&f, read_data(9), 404, "no text of that transaction is "
		   "kept here");
	detail_is(7, NULL);
	status_is(post(9, TEXT_7), 200, "kept");
	data_is(9, TEXT_7);
	detail_is(7, TEXT_7);
	detail_is(8, NULL);
	status_is(post(9, TEXT_7), 200, "kept");	/* it is there */
	/* after a restart */
	texts_free(t);
	start_texts(MIB, 0);
	ck_assert_uint_eq(counters().kept, 1);
	data_is(9, TEXT_7);
	finish();
}
END_TEST

START_TEST(a_text_that_encodes_to_something_else_is_not)
{
	start(MIB);
	rest_fails(&f, post(9, "sky plot word8"), 400,
		   "the text does not encode to what was contributed");
	rest_fails(&f, read_data(9), 404, "no text of that transaction is "
		   "kept here");
	/* by another order of words it is the same sample: the first stays */
	status_is(post(9, "word7 PLOT sky"), 200, "kept");
	rest_fails(&f, post(9, TEXT_7), 400,
		   "another text of this transaction is kept");
	data_is(9, "word7 PLOT sky");
	finish();
}
END_TEST

static bool is_there(uint64_t block)
{
	return read_data(block)->status == 200;
}

START_TEST(a_text_may_come_before_its_transaction)
{
	const struct timespec nap = { 0, 5000000 };

	start(MIB);
	/* contribution 120, in a block that is not there yet */
	status_is(post(REST_HEAD + 1, "play arcade word20"), 202,
		  "waits for its transaction");
	texts_changed(t);
	rest_fails(&f, read_data(REST_HEAD + 1), 404,
		   "no text of that transaction is kept here");
	rest_fixture_contribute(&f, REST_HEAD + 1);
	texts_changed(t);
	for (int i = 0; !is_there(REST_HEAD + 1); i++) {
		ck_assert_int_lt(i, 12000);
		(void)nanosleep(&nap, NULL);
	}
	data_is(REST_HEAD + 1, "play arcade word20");
	finish();
}
END_TEST

/* Offered straight, as a visitor of that number. */
static enum dc_status offer(uint64_t block, const char *text, size_t len,
			    uint64_t who, struct dc_err *err)
{
	const struct hash32 tx = tx_of(block);
	struct text_offer *x;
	enum dc_status st = text_offer(&x, t, &tx, text, len, who, err);

	if (st == DC_OK)
		text_leave(x);
	return st;
}

START_TEST(so_many_wait_and_no_more)
{
	uint64_t n = 0;

	start(MIB);
	for (; n < TEXTS_PER_CLIENT; n++)
		MUST(offer(1000 + n, "x", 1, 7, err));
	MUST_BE(DC_EREFUSED, offer(1000 + n, "x", 1, 7, err));
	for (; n < TEXTS_WAITING; n++)
		MUST(offer(1000 + n, "x", 1, 100 + n / TEXTS_PER_CLIENT,
			   err));
	MUST_BE(DC_EBUSY, offer(2000, "x", 1, 9999, err));
	ck_assert_uint_eq(counters().waiting, TEXTS_WAITING);
	rest_fails(&f, post(9, TEXT_7), 503,
		   "many texts wait for their transactions");
	finish();
}
END_TEST

START_TEST(what_waits_too_long_is_forgotten)
{
	const struct timespec nap = { 0, 20000000 };

	rest_fixture_start(&f, 1);
	start_texts(MIB, 1);
	status_is(post(900, "x"), 202, "waits for its transaction");
	for (int i = 0; counters().waiting > 0; i++) {
		ck_assert_int_lt(i, 3000);
		texts_changed(t);
		(void)nanosleep(&nap, NULL);
	}
	ck_assert_uint_eq(counters().refused, 1);
	finish();
}
END_TEST

START_TEST(all_texts_together_have_so_many_bytes_and_no_more)
{
	start(sizeof(TEXT_7) - 1);
	status_is(post(9, TEXT_7), 200, "kept");
	ck_assert_uint_eq(counters().kept, 1);
	ck_assert_uint_eq(counters().bytes, sizeof(TEXT_7) - 1);
	rest_fails(&f, post(10, "x"), 503,
		   "this daemon keeps as many texts as it may");
	finish();
}
END_TEST

/* As `decaid db forget` does beside a daemon. */
static void forget_text(uint64_t block)
{
	const struct hash32 tx = tx_of(block);
	struct sql_db *db;
	bool existed;

	MUST(sql_db_open(&db, f.local, SQL_LOCAL, SQL_WRITER, err));
	MUST(sql_tx_begin(db, err));
	MUST(sql_tx_end(db, sql_text_delete(db, &existed, &tx, err), err));
	ck_assert(existed);
	sql_db_close(db);
}

START_TEST(where_others_delete_texts_there_is_room_again)
{
	const struct timespec nap = { 0, 20000000 };

	start(sizeof(TEXT_7) - 1);
	status_is(post(9, TEXT_7), 200, "kept");
	rest_fails(&f, post(10, "x"), 503,
		   "this daemon keeps as many texts as it may");
	forget_text(9);
	for (int i = 0; counters().kept > 0; i++) {
		ck_assert_int_lt(i, 3000);
		texts_changed(t);
		(void)nanosleep(&nap, NULL);
	}
	ck_assert_uint_eq(counters().bytes, 0);
	status_is(post(9, TEXT_7), 200, "kept");
	ck_assert_uint_eq(counters().kept, 1);
	finish();
}
END_TEST

START_TEST(what_is_no_text_is_refused)
{
	static char large[TEXT_BYTES_MAX + 1];
	char body[300];

	start(MIB);
	memset(large, 'x', sizeof(large));
	MUST_BE(DC_EINVAL, offer(9, large, sizeof(large), 0, err));
	MUST(offer(9, large, sizeof(large) - 1, 0, err));
	rest_fails(&f, post(9, ""), 400, "the text is empty");
	rest_fails(&f, post(9, "a\\u0000b"), 400,
		   "the body is not a JSON object");
	ck_assert_int_eq(offer(9, "a\0b", 3, 0, NULL), DC_EINVAL);
	ck_assert_int_eq(offer(9, "a\xff", 2, 0, NULL), DC_EINVAL);
	rest_fails(&f, http_client_post(f.client, "/api/data", "[]"), 400,
		   "the body is not a JSON object");
	rest_fails(&f, http_client_post(f.client, "/api/data", "{}"), 400,
		   "transactionHash: no hash");
	snprintf(body, sizeof(body), "{\"transactionHash\":\"%s\","
		 "\"originalData\":\"x\"}", tx_text(9));
	rest_fails(&f, http_client_post(f.client, "/api/data", body), 400,
		   "originalData.text: no text");
	rest_fails(&f, http_client_get(f.client, "/api/data/0x12"), 400,
		   "not a transaction's hash");
	finish();
}
END_TEST

START_TEST(a_daemon_keeps_none_unless_it_is_told_to)
{
	rest_fixture_start(&f, 1);
	rest_fails(&f, post(9, TEXT_7), 403, "this daemon keeps no texts");
	rest_fails(&f, read_data(9), 404, "no text of that transaction is "
		   "kept here");
	detail_is(7, NULL);
	rest_fixture_stop(&f);
}
END_TEST

/* ---- the rest ---- */

START_TEST(models_are_the_contracts_that_are_followed)
{
	char path[200], address[ADDR20_TEXT_BYTES];
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = rest_ok(&f, http_client_get(f.client, "/api/models?limit=5"),
			"DecaModels");
	ck_assert_uint_eq(json_array_size(rest_at(reply, "models")), 0);
	ck_assert_int_eq(rest_int_at(reply, "remaining"), 0);
	json_decref(reply);
	addr20_format(&f.sections_at, address);	/* one of ours is none */
	snprintf(path, sizeof(path), "/api/model?modelId=null&address=%s",
		 address);
	rest_fails(&f, http_client_get(f.client, path), 404, "no such model "
		   "of 0xDeCA10B's is followed here");
	rest_fails(&f, http_client_get(f.client, "/api/model?modelId=1"), 404,
		   "no such model of 0xDeCA10B's is followed here");
	rest_fails(&f, http_client_get(f.client,
				       "/api/model?modelId=undefined"), 400,
		   "modelId or address is needed");
	rest_fails(&f, http_client_get(f.client, "/api/models?limit=101"),
		   400, "limit: not a whole number in [1, 100]");
	rest_fails(&f, http_client_get(f.client,
				       "/api/models?afterAddress=x"), 400,
		   "afterAddress: no address");
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_others_say_of_models_is_not_believed)
{
	static const char note[] = "{\"name\":\"n\",\"address\":"
		"\"0x1111111111111111111111111111111111111111\","
		"\"description\":\"d\",\"modelType\":\"Classifier64\","
		"\"encoder\":\"none\",\"accuracy\":0.9}";

	rest_fixture_start(&f, 1);
	rest_fails(&f, http_client_post(f.client, "/api/models", note), 404,
		   "this contract is not followed here, and none are looked "
		   "for");
	f.app.finds_mirrors = true;
	status_is(http_client_post(f.client, "/api/models", note), 202,
		  "looked for");
	rest_fails(&f, http_client_post(f.client, "/api/models",
					"{\"address\":1}"), 400,
		   "address: no address");
	status_is(http_client_post(f.client, "/api/accuracy",
				   "{\"modelId\":1,\"accuracy\":1}"), 200,
		  "measured here");
	rest_fails(&f, http_client_get(f.client,
				       "/api/accuracy/model?modelId=1"), 404,
		   "no such model of 0xDeCA10B's is followed here");
	json_decref(rest_ok(&f, http_client_get(f.client, "/api/health"),
			    "DecaHealth"));
	rest_fixture_stop(&f);
}
END_TEST

/* ---- encoders by name ---- */

/* The contribution's numbers. */
static size_t put_numbers(uint8_t *out, const int64_t *v, size_t n)
{
	for (size_t i = 0; i < 8 * n; i++)
		out[i] = (uint8_t)((uint64_t)v[i / 8] >> (56 - 8 * (i % 8)));
	return 8 * n;
}

/* Texts, and the numbers that 0xDeCA10B's dashboard makes of them (its npm
 * murmurhash-js: "hello" 613153351, "world" 4220927227 with seed 0). */
static const struct {
	const char *encoder, *text;
	int64_t v[4];
	size_t n;
	bool fits;
} named[] = {
	{ "none", "[1, -2, 3]", { 1, -2, 3 }, 3, true },
	{ "None", "[1,-2,3]", { 1, -2, 3 }, 3, true },
	{ "none", "[1, -2]", { 1, -2, 3 }, 3, false },
	{ "none", "[1.0, -2, 3]", { 1, -2, 3 }, 3, false },
	{ "none", "1", { 1 }, 1, false },
	{ "none", "[1, 2", { 1, 2 }, 2, false },
	{ "Multiply by 1E9, then round", "[0.5, -1, 2e-10, 7.5e-10]",
	  { 500000000, -1000000000, 0, 1 }, 4, true },
	{ "Multiply by 1E9, then round", "[1e300]", { 1 }, 1, false },
	{ "Multiply by 1E9, then round", "[-0.5e-9, 0.49999999999999994e-9]",
	  { 0, 0 }, 2, true },
	/* each word's seed is its place, or 0 */
	{ "murmurhash3", "Hello world", { 613153351, 1648897759 }, 2, true },
	{ "murmurhash3", "Hello world", { 613153351, 4220927227 }, 2, true },
	{ "MurmurHash3", "world  HELLO world",
	  { 4220927227, 3142237357, 3308445519 }, 3, true },
	{ "MurmurHash3", "world  HELLO world", { 613153351, 4220927227 }, 2,
	  true },
	{ "MurmurHash3", "world", { 613153351, 4220927227 }, 2, false },
	{ "MurmurHash3", "world", { -1 }, 1, false },
	{ "IMDB vocab", "the", { 0 }, 1, false },	/* none is set */
	{ "MobileNetV2", "[1]", { 1 }, 1, false },
};

START_TEST(encoders_of_contracts_go_by_their_names)
{
	struct text_check *k = text_check_new(NULL);

	for (size_t i = 0; i < DC_ARRAY_LEN(named); i++) {
		const struct sql_model m = { .is.encoder = named[i].encoder };
		struct sql_contribution c;
		struct dc_err err = DC_ERR_INIT;
		uint8_t bytes[32];

		memset(&c, 0, sizeof(c));
		c.is.sample = bytes;
		c.is.sample_len = put_numbers(bytes, named[i].v, named[i].n);
		ck_assert_msg((text_check(k, &m, NULL, &c, named[i].text,
					  strlen(named[i].text), &err) ==
			       DC_OK) == named[i].fits, "%s: %s: %s",
			      named[i].encoder, named[i].text, err.text);
		c.pruned = true;
		ck_assert_int_eq(text_check(k, &m, NULL, &c, named[i].text,
					    strlen(named[i].text), NULL),
				 DC_EINVAL);
	}
	text_check_free(k);
}
END_TEST

START_TEST(a_vocabulary_is_read_from_its_file)
{
	static const struct sql_model m = { .is.encoder = "IMDB vocab" };
	static const int64_t v[] = { 1, 0, 1337, 1 };
	char path[] = "check_vocabulary.XXXXXX";
	struct model_spec vocabulary;
	struct sql_contribution c;
	struct text_check *k;
	uint8_t bytes[32];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "{\"the\":0,\"film\":1}", 18), 18);
	close(fd);
	MUST(vocabulary_read(&vocabulary, path, err));
	k = text_check_new(&vocabulary);
	memset(&c, 0, sizeof(c));
	c.is.sample = bytes;
	c.is.sample_len = put_numbers(bytes, v, 4);
	MUST(text_check(k, &m, NULL, &c, "film THE what film", 18, err));
	ck_assert_int_eq(text_check(k, &m, NULL, &c, "film THE", 8, NULL),
			 DC_EINVAL);
	text_check_free(k);
	spec_clear(&vocabulary);
	unlink(path);
	ck_assert_int_eq(vocabulary_read(&vocabulary, path, NULL), DC_EIO);
}
END_TEST

UNIT_MAIN("server/rest-deca",
	  a_text_that_encodes_to_its_contribution_is_kept,
	  a_text_that_encodes_to_something_else_is_not,
	  a_text_may_come_before_its_transaction, so_many_wait_and_no_more,
	  what_waits_too_long_is_forgotten,
	  all_texts_together_have_so_many_bytes_and_no_more,
	  where_others_delete_texts_there_is_room_again,
	  what_is_no_text_is_refused,
	  a_daemon_keeps_none_unless_it_is_told_to,
	  models_are_the_contracts_that_are_followed,
	  what_others_say_of_models_is_not_believed,
	  encoders_of_contracts_go_by_their_names,
	  a_vocabulary_is_read_from_its_file)
