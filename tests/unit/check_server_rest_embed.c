/*
 * check_server_rest_embed.c: texts for a model whose encoder asks a service:
 * by REST they give the sample that the embedding gives.
 */

#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/fx9.h"
#include "server/embedder.h"
#include "tests/unit/fake_embeddings.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static const char spec[] = "decaid 1\n"
	"model logistic columns=4 epsilon=10000000 learning-rate=500000000\n"
	"encoder embedding dimension=6 normalize=1\n"
	"service here small\n"
	"features 5 0 3 1\n"
	"verdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\n"
	"class no\n"
	"class yes\n";

static struct rest_fixture f;
static struct fake_embeddings fake;
static struct embedder *e;
static char predict[300], infer[300];

static void ring(void *user)
{
	struct rest_fixture *r = user;

	app_changed(&r->app);
}

/* Some weights that are no zeros, so that samples tell apart. */
static void teach(struct registry_model *live)
{
	static struct sample_room room;
	struct dc_buf b;

	dc_buf_init(&b, 1000);
	for (uint32_t i = 0; i < 20; i++) {
		int64_t value[4];
		const struct sample x = { .kind = SAMPLE_DENSE, .count = 4,
					  .value = value };
		struct learn_result found;
		struct lesson_input in = { .label = i % 2 };

		for (uint32_t k = 0; k < 4; k++)
			value[k] = (int64_t)(i * 7 + k * 13) % 11 *
				(i % 2 == 0 ? 100000000 : -100000000);
		dc_buf_reset(&b);
		sample_encode(&b, &x);
		in.sample = b.data;
		in.sample_len = b.len;
		registry_write_begin(live);
		learner_learn(registry_learner(live), &found, &in, &room);
		registry_write_end(live, 2);
	}
	dc_buf_clear(&b);
}

static void start_with(uint64_t daily, unsigned wait_ms, const char *name)
{
	struct registry_model *live;
	struct embedder_options o = { .daily_texts = daily, .pause_ms = 1,
				      .ring = ring, .user = &f };
	struct config c;
	char value[128];

	rest_fixture_start(&f, 1);
	live = rest_fixture_add(&f, "Embedded", spec);
	teach(live);
	fake_embeddings_start(&fake, 6);
	config_init(&c);
	snprintf(value, sizeof(value), "%s=%s", name, fake.http.url);
	ck_assert_int_eq(config_set(&c, config_key_find("embedding"), value,
				    NULL), DC_OK);
	o.services = &c.embeddings;
	ck_assert_int_eq(embedder_new(&e, &o, NULL), DC_OK);
	config_clear(&c);
	f.app.embedder = e;
	f.app.embed_ms = wait_ms;
	snprintf(predict, sizeof(predict), "/v1/models/%s/predict",
		 registry_info(live)->slug);
	snprintf(infer, sizeof(infer), "/v2/models/%s/infer",
		 registry_info(live)->slug);
}

static void start(void)
{
	start_with(0, 60000, "here");
}

static void finish(void)
{
	rest_fixture_stop(&f);
	embedder_free(e);
	fake_embeddings_stop(&fake);
}

static json_t *ask(const char *body)
{
	return rest_ok(&f, http_client_post(f.client, predict, body),
		       "PredictReply");
}

/* {"features": the service's numbers} */
static const char *features_of(const char *text)
{
	static char body[400];
	char one[FX9_TEXT_BYTES];

	snprintf(body, sizeof(body), "{\"features\":[");
	for (uint32_t k = 0; k < 6; k++) {
		fx9_format(one, fake_embeddings_value(text, strlen(text), k));
		snprintf(body + strlen(body), sizeof(one) + 3, "%s%s",
			 k > 0 ? "," : "", one);
	}
	memcpy(body + strlen(body), "]}", 3);
	return body;
}

START_TEST(a_text_is_predicted_as_its_embedding_is)
{
	static const char *const texts[] = { "hello", "h\xc3\xa9llo", "a b" };
	char body[200];

	start();
	for (size_t i = 0; i < DC_ARRAY_LEN(texts); i++) {
		json_t *by_text, *by_numbers;

		snprintf(body, sizeof(body), "{\"text\":\"%s\"}", texts[i]);
		by_text = ask(body);
		by_numbers = ask(features_of(texts[i]));
		ck_assert(json_equal(by_text, by_numbers));
		json_decref(by_text);
		json_decref(by_numbers);
	}
	finish();
}
END_TEST

START_TEST(many_texts_and_embeddings_in_one_request)
{
	char body[2000];
	json_t *one, *many;

	start();
	snprintf(body, sizeof(body), "{\"inputs\":[{\"text\":\"b\"},%s,"
		 "{\"text\":\"a\"},{\"text\":\"b\"}]}", features_of("a"));
	many = ask(body);
	one = ask("{\"text\":\"a\"}");
	json_object_del(one, "as_of");
	for (size_t i = 1; i < 3; i++)
		ck_assert(json_equal(json_array_get(rest_at(many,
					"predictions"), i), one));
	json_decref(one);
	one = ask("{\"text\":\"b\"}");
	json_object_del(one, "as_of");
	ck_assert(json_equal(json_array_get(rest_at(many, "predictions"), 3),
			     one));
	json_decref(one);
	json_decref(many);
	ck_assert_uint_eq(fake.texts, 2);
	finish();
}
END_TEST

START_TEST(the_open_inference_protocol_takes_texts_too)
{
	json_t *reply, *one;

	start();
	one = ask("{\"text\":\"b\"}");
	reply = rest_ok(&f, http_client_post(f.client, infer, "{\"inputs\":["
		"{\"name\":\"text\",\"shape\":[2],\"datatype\":\"BYTES\","
		"\"data\":[\"a\",\"b\"]}]}"), "InferReply");
	ck_assert_int_eq(json_integer_value(json_array_get(rest_at(
				json_array_get(rest_at(reply, "outputs"), 0),
				"data"), 1)), rest_int_at(one, "label"));
	json_decref(reply);
	json_decref(one);
	finish();
}
END_TEST

/* With one loop: a request that waits keeps nobody else. */
START_TEST(others_are_served_while_a_service_thinks)
{
	char text[8192];
	int fd;

	start();
	fake_http_lock(&fake.http);
	fd = http_raw_open(http_server_port(f.http));
	snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: x\r\n"
		 "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
		 "{\"text\":\"x\"}", predict);
	http_raw_send(fd, text);
	for (size_t i = 0; i < 50; i++)
		json_decref(rest_ok(&f, http_client_get(f.client,
							"/v1/models"),
				    "ModelPage"));
	fake_http_unlock(&fake.http);
	(void)http_raw_read(fd, text, sizeof(text), "\"as_of\"");
	ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 200"));
	ck_assert_int_eq(close(fd), 0);
	finish();
}
END_TEST

static void fails(const struct http_answer *a, long status, const char *says)
{
	json_t *reply = rest_parse(a);

	ck_assert_msg(a->status == status, "%ld: %.*s", a->status,
		      (int)a->body.len, (const char *)a->body.data);
	rest_holds_schema(&f, "Problem", reply);
	ck_assert_msg(strstr(rest_text_at(reply, "detail"), says) != NULL,
		      "%s", rest_text_at(reply, "detail"));
	json_decref(reply);
}

static void is_503(const char *body)
{
	const struct http_answer *a = http_client_post(f.client, predict,
						       body);
	char value[32];

	fails(a, 503, "the service that embeds");
	ck_assert_str_ne(http_answer_header(a, "Retry-After", value,
					    sizeof(value)), "");
}

START_TEST(a_service_that_fails_is_503_and_known_texts_go_on)
{
	start();
	json_decref(ask("{\"text\":\"known\"}"));
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 500 });
	is_503("{\"text\":\"new\"}");
	is_503("{\"text\":\"newer\"}");		/* at once */
	json_decref(ask("{\"text\":\"known\"}"));
	json_decref(ask(features_of("any")));
	finish();
}
END_TEST

START_TEST(a_service_that_is_slow_is_503_and_its_answer_is_kept)
{
	const struct timespec nap = { 0, 10000000 };
	struct embedder_counters count = { 0 };

	start_with(0, 1, "here");
	fake_http_lock(&fake.http);
	is_503("{\"text\":\"slow\"}");
	fake_http_unlock(&fake.http);
	for (int i = 0; count.requests == 0; i++) {
		ck_assert_int_lt(i, 6000);
		(void)nanosleep(&nap, NULL);
		embedder_counters(e, &count);
	}
	json_decref(ask("{\"text\":\"slow\"}"));
	ck_assert_uint_eq(fake.texts, 1);
	finish();
}
END_TEST

START_TEST(a_days_texts_are_bounded)
{
	start_with(2, 60000, "here");
	json_decref(ask("{\"inputs\":[{\"text\":\"a\"},{\"text\":\"b\"}]}"));
	is_503("{\"text\":\"c\"}");
	json_decref(ask("{\"text\":\"a\"}"));
	finish();
}
END_TEST

START_TEST(what_is_wrong_with_which_text_is_told)
{
	start();
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 400, .method = "\"bad\"" });
	fails(http_client_post(f.client, predict, "{\"inputs\":[{"
		"\"text\":\"a\"},{\"text\":\"bad\"},{\"text\":\"c\"}]}"), 400,
		   "inputs[1]: the service here refuses this text");
	fails(http_client_post(f.client, predict,
					"{\"text\":\"bad\"}"), 400,
		   "the service here refuses this text");
	fails(http_client_post(f.client, predict, "{\"inputs\":[{"
		"\"text\":\"a\"},{\"text\":\"\"}]}"), 400,
		   "inputs[1]: the text is empty");
	fails(http_client_post(f.client, infer, "{\"inputs\":["
		"{\"name\":\"text\",\"shape\":[2],\"datatype\":\"BYTES\","
		"\"data\":[\"a\",\"\"]}]}"), 400,
		   "inputs[0].data[1]: the text is empty");
	fails(http_client_post(f.client, predict,
					"{\"features\":[1,2]}"), 400,
		   "2 features, expected 6");
	finish();
}
END_TEST

START_TEST(a_service_that_is_not_set_is_the_clients_affair)
{
	start_with(0, 0, "elsewhere");
	fails(http_client_post(f.client, predict,
					"{\"text\":\"a\"}"), 400,
		   "the service here, which embeds");
	json_decref(ask(features_of("a")));
	finish();
}
END_TEST

START_TEST(the_daemon_stops_while_a_text_waits)
{
	char text[400];
	int fd;

	start();
	fake_http_fault(&fake.http, (struct fake_fault){ .kind = FAKE_HANG });
	fd = http_raw_open(http_server_port(f.http));
	snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: x\r\n"
		 "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
		 "{\"text\":\"x\"}", predict);
	http_raw_send(fd, text);
	while (fake_http_faults(&fake.http) == 0)
		json_decref(rest_ok(&f, http_client_get(f.client, "/healthz"),
				    "Health"));
	finish();
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

static void embedding_is(bool served)
{
	char path[200];
	json_t *m, *is;

	snprintf(path, sizeof(path), "/v1/models/%.*s",
		 (int)(strrchr(predict, '/') - predict - 11), predict + 11);
	m = rest_ok(&f, http_client_get(f.client, path), "Model");
	is = rest_at(m, "embedding");
	ck_assert_str_eq(rest_text_at(is, "service"), "here");
	ck_assert_str_eq(rest_text_at(is, "model"), "small");
	ck_assert_int_eq(rest_int_at(is, "dimension"), 6);
	ck_assert_int_eq(json_is_true(rest_at(is, "served")), served);
	json_decref(m);
}

START_TEST(a_model_tells_who_embeds_and_whether_here)
{
	const struct http_answer *a;

	start();
	embedding_is(true);
	json_decref(ask("{\"text\":\"a\"}"));
	a = http_client_get(f.client, "/metrics");
	ck_assert_int_eq(a->status, 200);
	ck_assert_ptr_nonnull(memmem(a->body.data, a->body.len,
				     "decaid_embedding_texts_total 1\n", 31));
	finish();
	start_with(0, 0, "elsewhere");
	embedding_is(false);
	finish();
}
END_TEST

UNIT_MAIN("server/rest embed",
	  a_text_is_predicted_as_its_embedding_is,
	  many_texts_and_embeddings_in_one_request,
	  the_open_inference_protocol_takes_texts_too,
	  others_are_served_while_a_service_thinks,
	  a_service_that_fails_is_503_and_known_texts_go_on,
	  a_service_that_is_slow_is_503_and_its_answer_is_kept,
	  a_days_texts_are_bounded,
	  what_is_wrong_with_which_text_is_told,
	  a_service_that_is_not_set_is_the_clients_affair,
	  the_daemon_stops_while_a_text_waits,
	  a_model_tells_who_embeds_and_whether_here)
