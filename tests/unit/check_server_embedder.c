/*
 * check_server_embedder.c: texts become embeddings through a service that
 * answers out of order, wrongly, slowly or not at all.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "models/fx9.h"
#include "server/embedder.h"
#include "server/embedding_body.h"
#include "server/embedding_client.h"
#include "server/input.h"
#include "tests/unit/fake_embeddings.h"
#include "tests/unit/unit.h"

#define DIMENSION 4
#define WAIT_MS 60000

static struct fake_embeddings fake;
static struct embedder *e;
static struct model_spec spec;

static void make_spec(const char *service)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "decaid 1\nmodel logistic columns=%d"
		       " epsilon=1 learning-rate=1\nencoder embedding "
		       "dimension=%d normalize=0\nservice %s small\nverdict "
		       "two-fold credit=1 margin=1\nsample packed\nclass a\n"
		       "class b\n", DIMENSION, DIMENSION, service);
	ck_assert_int_eq(spec_parse(&spec, text, strlen(text), NULL), DC_OK);
}

static void begin_with(const struct embedder_options *how, const char *key)
{
	static struct config c;
	struct embedder_options o = *how;
	struct dc_err err = DC_ERR_INIT;
	char value[200];

	fake_embeddings_start(&fake, DIMENSION);
	config_init(&c);
	(void)snprintf(value, sizeof(value), "here=%s", fake.http.url);
	ck_assert_int_eq(config_set(&c, config_key_find("embedding"), value,
				    NULL), DC_OK);
	if (key != NULL)
		ck_assert_int_eq(config_set(&c, config_key_find(
						"embedding-key"), key, NULL),
				 DC_OK);
	o.services = &c.embeddings;
	o.pause_ms = o.pause_ms != 0 ? o.pause_ms : 1;
	ck_assert_msg(embedder_new(&e, &o, &err) == DC_OK, "%s", err.text);
	config_clear(&c);
	make_spec("here");
}

static void begin(void)
{
	const struct embedder_options o = { .daily_texts = 0 };

	begin_with(&o, NULL);
}

static void finish(void)
{
	embedder_free(e);
	fake_embeddings_stop(&fake);
	spec_clear(&spec);
}

static struct encoder_input text_of(const char *text)
{
	return (struct encoder_input){ .kind = ENCODER_TEXT, .text = text,
				       .n = strlen(text) };
}

static void is_of(const struct encoder_input *in, const char *text)
{
	ck_assert_int_eq(in->kind, ENCODER_FEATURES);
	ck_assert_uint_eq(in->n, DIMENSION);
	for (uint32_t k = 0; k < DIMENSION; k++)
		ck_assert_int_eq(in->feature[k],
				 fake_embeddings_value(text, strlen(text),
						       k));
}

static enum dc_status ask_one(const char *text, struct dc_err *err)
{
	struct encoder_input in = text_of(text);
	struct embedder_wish *w = NULL;
	enum dc_status found = embedder_ask(&w, e, &spec, &in, 1, err);

	if (found == DC_OK)
		is_of(&in, text);
	embedder_leave(w);
	return found;
}

/* ---- reading answers ---- */

static const struct {
	const char *text;
	int64_t value[4];	/* two texts of two numbers */
} right[] = {
	{ "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\","
	  "\"index\":0,\"embedding\":[0.5,-1]},{\"index\":1,\"embedding\":"
	  "[1e-9,-2.5e-1]}],\"usage\":{\"total_tokens\":2}}",
	  { 500000000, -1000000000, 1, -250000000 } },
	{ "{\"data\":[{\"embedding\":[3,4],\"index\":1},"
	  "{\"embedding\":[1,2],\"index\":0}]}",
	  { 1000000000, 2000000000, 3000000000, 4000000000 } },
	/* halves go away from 0; what no binary fraction holds is exact */
	{ " {\"data\" : [ {\"index\":0, \"embedding\": [ 0.0000000005 , "
	  "-0.0000000005 ]}, {\"index\":1,\"embedding\":[0.00000000049999999"
	  "999999999999999999, 0.1234567895000000000000000000000001]}]}",
	  { 1, -1, 0, 123456790 } },
};

static const struct {
	const char *text, *reason;
} wrong[] = {
	{ "", "" }, { "[]", "" }, { "{}", "0 embeddings of 2 texts" },
	{ "{\"error\":{\"message\":\"x\"}}", "0 embeddings of 2 texts" },
	{ "{\"data\":{}}", "" }, { "{\"data\":[[1,2],[3,4]]}", "" },
	{ "{\"data\":[]}", "0 embeddings of 2 texts" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]}]}",
	  "1 embeddings of 2 texts" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]},"
	  "{\"index\":0,\"embedding\":[1,2]}]}",
	  "data[1]: an index that was there before" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]},"
	  "{\"index\":2,\"embedding\":[1,2]}]}",
	  "data[1]: no index, or no embedding" },
	{ "{\"data\":[{\"index\":-1,\"embedding\":[1,2]}]}",
	  "data[0]: index" },
	{ "{\"data\":[{\"index\":0.5,\"embedding\":[1,2]}]}", "" },
	{ "{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[1,2]}]}",
	  "data[0]: no index, or no embedding" },
	{ "{\"data\":[{\"index\":0}]}", "data[0]: no index, or no embedding" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]},"
	  "{\"index\":1,\"embedding\":[1,2]},"
	  "{\"index\":1,\"embedding\":[1,2]}]}",
	  "data[2]: more embeddings than texts" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1]}]}",
	  "data[0]: embedding: fewer numbers than the dimension" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2,3]}]}",
	  "data[0]: embedding: more numbers than the dimension" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,null]}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,NaN]}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,-Infinity]}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,\"2\"]}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":\"AACAPw==\"}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,1e400]}]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,1e10]}]}",
	  "data[0]: embedding: a number is out of range" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2],"
	  "\"embedding\":[1,2]}]}", "data[0]: embedding: twice" },
	{ "{\"data\":[{\"index\":0,\"index\":0,\"embedding\":[1,2]}]}",
	  "data[0]: index" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,"
	  "\"embedding\":[1,2]}],\"data\":[]}", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,"
	  "\"embedding\":[1,2]}]} x", "" },
	{ "{\"data\":[{\"index\":0,\"embedding\":[1,2", "" },
};

START_TEST(an_answer_is_read_by_its_indices_and_exactly)
{
	int64_t value[4];

	for (size_t i = 0; i < DC_ARRAY_LEN(right); i++) {
		struct dc_err err = DC_ERR_INIT;

		ck_assert_msg(embedding_body_read(value, 2, 2, right[i].text,
						  strlen(right[i].text),
						  &err) == DC_OK,
			      "right[%zu]: %s", i, err.text);
		for (size_t k = 0; k < 4; k++)
			ck_assert_int_eq(value[k], right[i].value[k]);
	}
}
END_TEST

START_TEST(a_wrong_answer_has_a_reason)
{
	int64_t value[4];

	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		struct dc_err err = DC_ERR_INIT;

		ck_assert_msg(embedding_body_read(value, 2, 2, wrong[i].text,
						  strlen(wrong[i].text),
						  &err) == DC_EINVAL,
			      "wrong[%zu] was taken", i);
		ck_assert_msg(*err.text != '\0' &&
			      (*wrong[i].reason == '\0' ||
			       strcmp(err.text, wrong[i].reason) == 0),
			      "wrong[%zu]: %s", i, err.text);
	}
}
END_TEST

START_TEST(a_request_escapes_what_json_must)
{
	static const struct embedding_text text[] = {
		{ "a\"\\\n", 4 }, { "\xc3\xa9\0b", 4 },
	};
	struct dc_buf b;

	dc_buf_init(&b, 1000);
	embedding_body_put(&b, "m/1:x", text, 2);
	ck_assert_str_eq(dc_buf_text(&b), "{\"model\":\"m/1:x\",\"input\":["
			 "\"a\\\"\\\\\\n\",\"\xc3\xa9\\u0000b\"],"
			 "\"encoding_format\":\"float\"}");
	dc_buf_clear(&b);
}
END_TEST

/* ---- a service that works ---- */

START_TEST(many_texts_go_in_few_requests_and_come_back_in_order)
{
	enum { N = 200 };
	static char text[N][16];
	struct encoder_input in[N];
	struct embedder_counters count;
	struct embedder_wish *w;
	struct dc_err err = DC_ERR_INIT;

	begin();
	for (size_t i = 0; i < N; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "text %zu", i);
		in[i] = text_of(text[i]);
	}
	ck_assert_msg(embedder_ask(&w, e, &spec, in, N, &err) == DC_OK, "%s",
		      err.text);
	for (size_t i = 0; i < N; i++)
		is_of(&in[i], text[i]);
	embedder_leave(w);
	embedder_counters(e, &count);
	ck_assert_uint_eq(count.texts, N);
	ck_assert_uint_eq(count.requests, 4);	/* of at most 64 */
	ck_assert_uint_eq(fake.http.requests, 4);
	finish();
}
END_TEST

START_TEST(a_text_is_asked_for_once)
{
	struct encoder_input in[] = { text_of("a"), text_of("b"),
				      text_of("a") };
	struct embedder_counters count;
	struct embedder_wish *w;

	begin();
	ck_assert_int_eq(embedder_ask(&w, e, &spec, in, 3, NULL), DC_OK);
	is_of(&in[2], "a");
	embedder_leave(w);
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);
	ck_assert_int_eq(ask_one("b", NULL), DC_OK);
	embedder_counters(e, &count);
	ck_assert_uint_eq(count.texts, 2);
	ck_assert_uint_eq(count.kept, 2);
	/* another model of the service is another encoder */
	spec.service_model[0] = 'S';
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);
	embedder_counters(e, &count);
	ck_assert_uint_eq(count.texts, 3);
	finish();
}
END_TEST

START_TEST(inputs_that_are_no_texts_are_passed_over)
{
	const int64_t feature[DIMENSION] = { 1, 2, 3, 4 };
	struct encoder_input in[] = {
		{ .kind = ENCODER_FEATURES, .n = DIMENSION,
		  .feature = feature },
		text_of("b"),
	};
	struct embedder_wish *w;

	begin();
	ck_assert_int_eq(embedder_ask(&w, e, &spec, in, 2, NULL), DC_OK);
	ck_assert_ptr_eq(in[0].feature, feature);
	is_of(&in[1], "b");
	embedder_leave(w);
	ck_assert_int_eq(embedder_ask(&w, e, &spec, in, 1, NULL), DC_OK);
	ck_assert_ptr_null(w);
	finish();
}
END_TEST

START_TEST(the_key_goes_along_and_nowhere_else)
{
	const struct embedder_options o = { .daily_texts = 0 };
	struct dc_err err = DC_ERR_INIT;
	char path[] = "/tmp/decaid-key-XXXXXX", setting[64];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "sk-secret\r\nrest\n", 16), 16);
	ck_assert_int_eq(close(fd), 0);
	(void)snprintf(setting, sizeof(setting), "here=%s", path);
	begin_with(&o, setting);
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);
	ck_assert_str_eq(fake.http.authorization, "Bearer sk-secret");
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 401,
		.body = "{\"error\":\"key sk-secret\"}" });
	ck_assert_int_eq(ask_one("b", &err), DC_EBUSY);
	ck_assert_ptr_nonnull(strstr(err.text, "http 401"));
	ck_assert_ptr_null(strstr(err.text, "secret"));
	ck_assert_int_eq(unlink(path), 0);
	finish();
}
END_TEST

START_TEST(a_wish_is_ready_without_waiting)
{
	struct encoder_input in = text_of("a");
	struct embedder_wish *w;
	struct embedder_no no;

	begin();
	fake_http_lock(&fake.http);	/* it cannot answer yet */
	ck_assert_int_eq(embedder_wish(&w, e, &spec, &in, 1, &no, NULL),
			 DC_OK);
	ck_assert(!embedder_ready(w));
	ck_assert(!embedder_wait(w, 20));
	fake_http_unlock(&fake.http);
	ck_assert(embedder_wait(w, WAIT_MS));
	ck_assert_int_eq(embedder_grant(w, &in, 1, &no, NULL), DC_OK);
	is_of(&in, "a");
	embedder_leave(w);
	finish();
}
END_TEST

/* Who left does not keep the next one from it. */
START_TEST(a_wish_may_be_left_early)
{
	struct encoder_input in = text_of("a");
	struct embedder_wish *w;
	struct embedder_no no;

	begin();
	fake_http_lock(&fake.http);
	ck_assert_int_eq(embedder_wish(&w, e, &spec, &in, 1, &no, NULL),
			 DC_OK);
	embedder_leave(w);
	fake_http_unlock(&fake.http);
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);
	ck_assert_uint_eq(fake.http.requests, 1);
	ck_assert_int_eq(embedder_wish(&w, e, &spec, &(struct encoder_input)
				       { .kind = ENCODER_TEXT, .text = "never",
					 .n = 5 }, 1, &no, NULL), DC_OK);
	embedder_leave(w);
	finish();
}
END_TEST

/* ---- a service that does not ---- */

static const struct {
	struct fake_fault fault;
	const char *says;
} passing[] = {
	{ { .kind = FAKE_STATUS, .status = 500 }, "http 500" },
	{ { .kind = FAKE_STATUS, .status = 503,
	    .headers = "Retry-After: 0\r\n" }, "http 503" },
	{ { .kind = FAKE_STATUS, .status = 429 }, "http 429" },
	{ { .kind = FAKE_STATUS, .status = 302,
	    .headers = "Location: http://127.0.0.1:1/\r\n" }, "http 302" },
	{ { .kind = FAKE_BODY, .body = "{\"data\":[]}" },
	  "a wrong answer: 0 embeddings of 1 texts" },
	{ { .kind = FAKE_BODY, .body = "<html>" }, "a wrong answer: " },
	{ { .kind = FAKE_BODY, .body = "{\"data\":[{\"index\":0,"
	    "\"embedding\":[1,2,3]}]}" }, "fewer numbers" },
	{ { .kind = FAKE_BODY, .body = "{\"data\":[{\"index\":0,"
	    "\"embedding\":[1,2,3,NaN]}]}" }, "a wrong answer: " },
	{ { .kind = FAKE_CUT }, "service here: " },
	{ { .kind = FAKE_CLOSE }, "service here: " },
	{ { .kind = FAKE_HUGE, .bytes = (uint64_t)100 << 20 },
	  "an answer of more than" },
};

START_TEST(what_fails_once_is_asked_again)
{
	char text[32];

	begin();
	for (size_t i = 0; i < DC_ARRAY_LEN(passing); i++) {
		struct fake_fault once = passing[i].fault;
		struct dc_err err = DC_ERR_INIT;

		once.times = EMBEDDING_ATTEMPTS - 1;
		fake_http_fault(&fake.http, once);
		(void)snprintf(text, sizeof(text), "text %zu", i);
		ck_assert_msg(ask_one(text, &err) == DC_OK, "passing[%zu]: %s",
			      i, err.text);
	}
	finish();
}
END_TEST

START_TEST(what_fails_always_is_told_and_left_alone_for_a_while)
{
	/* longer than a busy machine takes to look */
	const struct embedder_options o = { .rest_s = EMBEDDER_REST_MAX_S };

	for (size_t i = 0; i < DC_ARRAY_LEN(passing); i++) {
		struct encoder_input in = text_of("b");
		struct dc_err err = DC_ERR_INIT;
		struct embedder_wish *w;
		struct embedder_no no;
		uint64_t faults;

		begin_with(&o, NULL);
		ck_assert_int_eq(ask_one("kept", NULL), DC_OK);
		fake_http_fault(&fake.http, passing[i].fault);
		ck_assert_int_eq(ask_one("a", &err), DC_EBUSY);
		ck_assert_msg(strstr(err.text, passing[i].says) != NULL,
			      "passing[%zu]: %s", i, err.text);
		faults = fake_http_faults(&fake.http);
		/* libcurl asks again by itself where a kept connection is
		 * cut */
		ck_assert_uint_ge(faults, EMBEDDING_ATTEMPTS);
		ck_assert_uint_le(faults, 2 * EMBEDDING_ATTEMPTS);
		/* new texts are refused without asking; known ones are had */
		ck_assert_int_eq(embedder_wish(&w, e, &spec, &in, 1, &no,
					       NULL), DC_EBUSY);
		ck_assert_uint_ge(no.retry_after_s, 1);
		ck_assert_uint_le(no.retry_after_s, EMBEDDER_REST_MAX_S + 1);
		ck_assert_int_eq(ask_one("kept", NULL), DC_OK);
		ck_assert_uint_eq(fake_http_faults(&fake.http), faults);
		finish();
	}
}
END_TEST

START_TEST(a_service_that_says_nothing_is_given_up)
{
	const struct embedder_options o = { .timeout_ms = 50 };
	struct dc_err err = DC_ERR_INIT;

	begin_with(&o, NULL);
	fake_http_fault(&fake.http, (struct fake_fault){ .kind = FAKE_HANG });
	ck_assert_int_eq(ask_one("a", &err), DC_EBUSY);
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_TRICKLE, .delay_ms = 20 });
	finish();
}
END_TEST

/* The end does not wait for a service. */
START_TEST(an_embedder_ends_while_a_service_is_silent)
{
	struct encoder_input in = text_of("a");
	struct embedder_wish *w;
	struct embedder_no no;

	begin();
	fake_http_fault(&fake.http, (struct fake_fault){ .kind = FAKE_HANG });
	ck_assert_int_eq(embedder_wish(&w, e, &spec, &in, 1, &no, NULL),
			 DC_OK);
	while (fake_http_faults(&fake.http) == 0)
		ck_assert(!embedder_wait(w, 10));
	embedder_leave(w);
	finish();
}
END_TEST

START_TEST(one_text_that_is_refused_is_found_among_many)
{
	struct encoder_input in[9];
	struct embedder_wish *w;
	struct embedder_no no;
	struct dc_err err = DC_ERR_INIT;

	begin();
	for (size_t i = 0; i < 9; i++)
		in[i] = text_of(i == 6 ? "bad" : i == 0 ? "x" : "good");
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 400, .method = "\"bad\"" });
	ck_assert_int_eq(embedder_wish(&w, e, &spec, in, 9, &no, NULL),
			 DC_OK);
	ck_assert(embedder_wait(w, WAIT_MS));
	ck_assert_int_eq(embedder_grant(w, in, 9, &no, &err), DC_EINVAL);
	ck_assert_uint_eq(no.at, 6);
	ck_assert_str_eq(err.text, "the service here refuses this text");
	embedder_leave(w);
	ck_assert_int_eq(ask_one("good", NULL), DC_OK);
	finish();
}
END_TEST

START_TEST(a_service_that_refuses_everything_is_no_texts_fault)
{
	struct encoder_input in[] = { text_of("a"), text_of("b") };
	struct dc_err err = DC_ERR_INIT;
	struct embedder_wish *w;

	begin();
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 400 });
	ck_assert_int_eq(embedder_ask(&w, e, &spec, in, 2, &err), DC_EBUSY);
	ck_assert_ptr_nonnull(strstr(err.text, "every text is refused"));
	finish();
}
END_TEST

/* ---- what is not asked for ---- */

START_TEST(what_no_service_would_take_is_not_sent)
{
	static char long_text[EMBEDDER_TEXT_BYTES_MAX + 2];
	struct {
		const char *text;
		const char *reason;
	} bad[] = {
		{ "", "the text is empty" },
		{ long_text, "text is over 65536 bytes" },
		{ "caf\xe9", "text is not UTF-8" },
	};

	memset(long_text, 'x', sizeof(long_text) - 1);
	begin();
	for (size_t i = 0; i < DC_ARRAY_LEN(bad); i++) {
		struct encoder_input in[] = { text_of("a"),
					      text_of(bad[i].text) };
		struct dc_err err = DC_ERR_INIT;
		struct embedder_wish *w;
		struct embedder_no no;

		ck_assert_int_eq(embedder_wish(&w, e, &spec, in, 2, &no,
					       &err), DC_EINVAL);
		ck_assert_str_eq(err.text, bad[i].reason);
		ck_assert_uint_eq(no.at, 1);
	}
	ck_assert_uint_eq(fake.http.requests, 0);
	finish();
}
END_TEST

START_TEST(a_service_that_is_not_set_is_named)
{
	struct encoder_input in = text_of("a");
	struct dc_err err = DC_ERR_INIT;
	struct embedder_wish *w;
	struct embedder_no no;

	begin();
	spec_clear(&spec);
	make_spec("there");
	ck_assert(!embedder_knows(e, &spec));
	ck_assert_int_eq(embedder_wish(&w, e, &spec, &in, 1, &no, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "the service there, which"));
	dc_err_clear(&err);
	ck_assert_int_eq(embedder_wish(&w, NULL, &spec, &in, 1, &no, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "is not set here"));
	finish();
}
END_TEST

START_TEST(a_day_has_so_many_texts_and_no_more)
{
	const struct embedder_options o = { .daily_texts = 3 };
	struct encoder_input in[] = { text_of("c"), text_of("d") };
	struct dc_err err = DC_ERR_INIT;
	struct embedder_wish *w;
	struct embedder_no no;

	begin_with(&o, NULL);
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);
	ck_assert_int_eq(ask_one("b", NULL), DC_OK);
	ck_assert_int_eq(embedder_wish(&w, e, &spec, in, 2, &no, &err),
			 DC_EBUSY);
	ck_assert_str_eq(err.text, "the day's texts are used up");
	ck_assert_uint_gt(no.retry_after_s, 86000);
	ck_assert_int_eq(ask_one("c", NULL), DC_OK);
	ck_assert_int_eq(ask_one("a", NULL), DC_OK);	/* known */
	ck_assert_int_eq(ask_one("d", NULL), DC_EBUSY);
	ck_assert_uint_eq(fake.http.requests, 3);
	finish();
}
END_TEST

START_TEST(so_many_texts_may_wait_and_no_more)
{
	enum { N = 1024 };
	static char text[EMBEDDER_TEXTS_WAITING + N][16];
	static struct encoder_input in[N];
	struct embedder_wish *w[8] = { NULL };
	struct dc_err err = DC_ERR_INIT;
	struct embedder_no no;
	enum dc_status found = DC_OK;
	size_t n = 0;

	begin();
	fake_http_lock(&fake.http);
	for (size_t k = 0; k < 8 && found == DC_OK; k++) {
		for (size_t i = 0; i < N; i++) {
			char *t = text[(k * N + i) % DC_ARRAY_LEN(text)];

			(void)snprintf(t, sizeof(text[0]), "%zu", k * N + i);
			in[i] = text_of(t);
		}
		found = embedder_wish(&w[k], e, &spec, in, N, &no, &err);
		n += found == DC_OK;
	}
	ck_assert_int_eq(found, DC_EBUSY);
	ck_assert_str_eq(err.text, "too many texts wait");
	/* one request's worth may be under way already */
	ck_assert_uint_ge(n, EMBEDDER_TEXTS_WAITING / N);
	ck_assert_uint_le(n, EMBEDDER_TEXTS_WAITING / N + 1);
	for (size_t k = 0; k < 8; k++)
		embedder_leave(w[k]);
	fake_http_unlock(&fake.http);
	finish();
}
END_TEST

START_TEST(a_command_gets_the_sample_of_the_spec)
{
	static struct sample_room room;
	const struct input_texts by_text = { .text = "hello" };
	struct input_texts by_numbers = { .text = NULL };
	char numbers[200] = "", one[FX9_TEXT_BYTES];
	struct dc_buf a, b;

	begin();
	for (uint32_t k = 0; k < DIMENSION; k++) {
		fx9_format(one, fake_embeddings_value("hello", 5, k));
		(void)snprintf(numbers + strlen(numbers), sizeof(one) + 2,
			       "%s%s", k > 0 ? "," : "", one);
	}
	by_numbers.features = numbers;
	dc_buf_init(&a, 1000);
	dc_buf_init(&b, 1000);
	ck_assert_int_eq(input_sample(&a, &spec, &room, &by_text, e, NULL),
			 DC_OK);
	ck_assert_int_eq(input_sample(&b, &spec, &room, &by_numbers, NULL,
				      NULL), DC_OK);
	ck_assert_uint_gt(a.len, DIMENSION);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_mem_eq(a.data, b.data, a.len);
	dc_buf_clear(&a);
	dc_buf_clear(&b);
	finish();
}
END_TEST

UNIT_MAIN("server/embedder",
	  an_answer_is_read_by_its_indices_and_exactly,
	  a_wrong_answer_has_a_reason,
	  a_request_escapes_what_json_must,
	  many_texts_go_in_few_requests_and_come_back_in_order,
	  a_text_is_asked_for_once,
	  inputs_that_are_no_texts_are_passed_over,
	  the_key_goes_along_and_nowhere_else,
	  a_wish_is_ready_without_waiting,
	  a_wish_may_be_left_early,
	  what_fails_once_is_asked_again,
	  what_fails_always_is_told_and_left_alone_for_a_while,
	  a_service_that_says_nothing_is_given_up,
	  an_embedder_ends_while_a_service_is_silent,
	  one_text_that_is_refused_is_found_among_many,
	  a_service_that_refuses_everything_is_no_texts_fault,
	  what_no_service_would_take_is_not_sent,
	  a_service_that_is_not_set_is_named,
	  a_day_has_so_many_texts_and_no_more,
	  so_many_texts_may_wait_and_no_more,
	  a_command_gets_the_sample_of_the_spec)
