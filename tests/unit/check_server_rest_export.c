/* check_server_rest_export.c: a model taken away as a file is the model. */

#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/encoder.h"
#include "server/exports.h"
#include "server/trial.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

static const struct http_answer *export(const char *model, const char *query)
{
	char path[256];

	snprintf(path, sizeof(path), "/v1/models/%s/export%s", model, query);
	return http_client_get(f.client, path);
}

static const char *slug_of(const struct registry_model *m)
{
	return registry_info(m)->slug;
}

/* The body as a file, loaded; the path is gone then. */
static enum dc_status load(struct trial *t, const void *bytes, size_t len,
			   struct dc_err *err)
{
	char path[] = "check_export.XXXXXX";
	int fd = mkstemp(path);
	enum dc_status st;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	st = trial_load(t, path, err);
	unlink(path);
	return st;
}

/* Its scores of a text, here and behind the daemon. */
static void answers_alike(const struct trial *t,
			  const struct registry_model *m, const char *text)
{
	struct encoder_input in = { .kind = ENCODER_TEXT, .text = text,
				    .n = strlen(text) };
	int64_t here[SPEC_CLASSES_MAX], there[SPEC_CLASSES_MAX];
	struct dc_err err = DC_ERR_INIT;
	uint32_t label;
	struct sample x;

	ck_assert_int_eq(encoder_encode(&x, &t->spec, t->room, &in, &err),
			 DC_OK);
	t->spec.model->scores(&t->m, here, &x);
	ck_assert_int_eq(registry_predict(m, there, &label, NULL, &x, 1,
					  &err), DC_OK);
	ck_assert_int_eq(memcmp(here, there, t->spec.n_class * 8), 0);
}

START_TEST(a_state_is_the_model_that_the_daemon_serves)
{
	struct dc_err err = DC_ERR_INIT;
	const struct http_answer *a;
	struct trial t;

	rest_fixture_start(&f, 1);
	a = export(slug_of(f.sections), "");
	ck_assert_int_eq(a->status, 200);
	ck_assert_msg(load(&t, a->body.data, a->body.len, &err) == DC_OK,
		      "%s", err.text);
	answers_alike(&t, f.sections, "a game of cards");
	trial_clear(&t);
	rest_fixture_stop(&f);
}
END_TEST

/* Any bit of its cells: the root is another. */
START_TEST(a_state_that_was_changed_on_the_way_is_refused)
{
	struct dc_err err = DC_ERR_INIT;
	const struct http_answer *a;
	struct trial t;

	rest_fixture_start(&f, 1);
	a = export(slug_of(f.sections), "?format=decaid");
	ck_assert_int_eq(a->status, 200);
	a->body.data[a->body.len - 100] ^= 1;
	ck_assert_int_eq(load(&t, a->body.data, a->body.len, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "another root"));
	trial_clear(&t);
	err = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(load(&t, a->body.data, a->body.len - 1, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "ends early"));
	trial_clear(&t);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_json_counts_what_was_contributed)
{
	struct dc_err err = DC_ERR_INIT;
	json_t *reply, *v;
	json_int_t n = 0;
	struct trial t;
	char *text;
	size_t i;

	rest_fixture_start(&f, 1);
	reply = rest_ok(&f, export(slug_of(f.sections), "?format=json"),
			"ModelFile");
	ck_assert_str_eq(rest_text_at(reply, "type"), "naive bayes");
	json_array_foreach(rest_at(reply, "classCounts"), i, v)
		n += json_integer_value(v);
	ck_assert_int_gt(n, 0);
	ck_assert_int_le(n, REST_SECTIONS);
	text = json_dumps(reply, 0);
	ck_assert_msg(load(&t, text, strlen(text), &err) == DC_OK, "%s",
		      err.text);
	trial_clear(&t);
	free(text);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_cannot_be_exported_says_why)
{
	char address[ADDR20_TEXT_BYTES];

	rest_fixture_start(&f, 1);
	rest_fails(&f, export(slug_of(f.sections), "?format=onnx"), 400,
		   "format: not one of: decaid, json");
	addr20_format(&f.unknown_at, address);
	rest_fails(&f, export(address, ""), 404,
		   "the model is not followed here");
	rest_fails(&f, export("none-such", ""), 404, "no such model");
	rest_fixture_stop(&f);
}
END_TEST

/* ---- how it is made ---- */

static struct exports_counters counters(void)
{
	struct exports_counters c;

	exports_counters(f.app.exports, &c);
	return c;
}

/* Until that many files are made and the rest is as it must be. */
static void becomes(uint64_t made, uint64_t waiting, bool any_bytes)
{
	const struct timespec nap = { 0, 5000000 };
	struct exports_counters c = counters();

	for (int i = 0; c.made != made || c.waiting != waiting ||
	     (c.bytes > 0) != any_bytes; i++) {
		ck_assert_int_lt(i, 12000);
		(void)nanosleep(&nap, NULL);
		c = counters();
	}
}

/* Nobody can copy its state until it is let go. */
static struct registry_model *block(const struct registry_model *m)
{
	struct registry_model *w = registry_find_mutable(f.registry,
		&registry_info(m)->created.trainer);

	registry_write_begin(w);
	return w;
}

/* The model learns one row more. */
static void teach(struct registry_model *w, uint64_t at)
{
	static struct sample_room room;
	const uint32_t index[] = { 1, 5 };
	const struct sample x = { SAMPLE_BINARY, 2, index, NULL };
	struct lesson_input in = { .label = 1 };
	struct learn_result found;
	struct dc_buf b;

	dc_buf_init(&b, 100);
	sample_encode(&b, &x);
	in.sample = b.data;
	in.sample_len = b.len;
	registry_write_begin(w);
	learner_learn(registry_learner(w), &found, &in, &room);
	registry_write_end(w, at);
	dc_buf_clear(&b);
}

static int ask(const char *query)
{
	int fd = http_raw_open(http_server_port(f.http));
	char text[300];

	snprintf(text, sizeof(text), "GET /v1/models/%s/export%s HTTP/1.1\r\n"
		 "Host: x\r\nConnection: close\r\n\r\n", slug_of(f.sections),
		 query);
	http_raw_send(fd, text);
	return fd;
}

/* The whole answer. Returns the body; *len of it. */
static const char *answer(int fd, char *out, size_t room, size_t *len)
{
	size_t n = http_raw_read(fd, out, room, NULL);
	const char *body = strstr(out, "\r\n\r\n");

	ck_assert_int_eq(close(fd), 0);
	ck_assert_ptr_nonnull(body);
	body += 4;
	*len = n - (size_t)(body - out);
	return body;
}

#define ROOM ((size_t)1 << 20)

START_TEST(others_are_answered_while_a_file_is_made)
{
	struct registry_model *w;
	char *out = dc_malloc(ROOM);
	size_t len;
	int fd;

	rest_fixture_start(&f, 1);	/* one thread answers everybody */
	w = block(f.sections);
	fd = ask("");
	becomes(0, 0, true);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(http_client_get(f.client, "/healthz")->status,
				 200);
		ck_assert_int_eq(http_client_get(f.client, "/v1/leaderboard")
				 ->status, 200);
		ck_assert_int_eq(export(slug_of(f.board), "?format=onnx")
				 ->status, 400);
	}
	registry_write_end(w, REST_HEAD);
	ck_assert_int_eq(memcmp(answer(fd, out, ROOM, &len),
				"decaid state 1\n", 15), 0);
	becomes(1, 0, false);
	rest_fixture_stop(&f);
	free(out);
}
END_TEST

START_TEST(who_asks_for_the_same_is_sent_the_same)
{
	enum { N = 5 };
	struct registry_model *w;
	char *first = dc_malloc(ROOM), *out = dc_malloc(ROOM);
	size_t len, n;
	const char *one;
	int fd[N];

	rest_fixture_start(&f, 2);
	w = block(f.sections);
	for (size_t i = 0; i < N; i++)
		fd[i] = ask("?format=decaid");
	becomes(0, 0, true);
	registry_write_end(w, REST_HEAD);
	one = answer(fd[0], first, ROOM, &len);
	for (size_t i = 1; i < N; i++) {
		const char *other = answer(fd[i], out, ROOM, &n);

		ck_assert_uint_eq(n, len);
		ck_assert_int_eq(memcmp(one, other, n), 0);
	}
	/* one, unless an asker came in when the others had been sent it */
	ck_assert_uint_le(counters().made, N);
	ck_assert_uint_ge(counters().made, 1);
	rest_fixture_stop(&f);
	free(first);
	free(out);
}
END_TEST

START_TEST(a_client_that_goes_away_leaves_nothing)
{
	struct registry_model *w;
	int fd;

	rest_fixture_start(&f, 1);
	w = block(f.sections);
	fd = ask("");
	becomes(0, 0, true);
	ck_assert_int_eq(close(fd), 0);
	registry_write_end(w, REST_HEAD);
	becomes(1, 0, false);
	ck_assert_int_eq(export(slug_of(f.sections), "")->status, 200);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_end_comes_while_a_file_is_made)
{
	struct registry_model *w;
	char *out = dc_malloc(ROOM);
	size_t len;
	int fd;

	rest_fixture_start(&f, 1);
	w = block(f.sections);
	fd = ask("");
	becomes(0, 0, true);
	app_http_stop(&f.app);	/* the file's thread still waits */
	ck_assert_ptr_nonnull(strstr(answer(fd, out, ROOM, &len),
				     "the file is being written"));
	ck_assert_ptr_nonnull(strstr(out, "HTTP/1.1 503"));
	ck_assert_ptr_nonnull(strstr(out, "Retry-After: "));
	registry_write_end(w, REST_HEAD);
	rest_fixture_stop(&f);
	free(out);
}
END_TEST

START_TEST(what_a_client_has_is_not_made_again)
{
	struct registry_model *w;
	char tag[64], line[100];
	const char *const headers[] = { line, NULL };
	char path[200];

	rest_fixture_start(&f, 1);
	snprintf(path, sizeof(path), "/v1/models/%s/export",
		 slug_of(f.sections));
	http_answer_header(http_client_get(f.client, path), "ETag", tag,
			   sizeof(tag));
	snprintf(line, sizeof(line), "If-None-Match: %s", tag);
	ck_assert_int_eq(http_client_do(f.client, "GET", path, headers, NULL,
					0)->status, 304);
	ck_assert_uint_eq(counters().made, 1);
	/* a commit of other things changes nothing of it */
	atomic_fetch_add(&f.sequence, 1);
	ck_assert_int_eq(http_client_do(f.client, "GET", path, headers, NULL,
					0)->status, 304);
	ck_assert_uint_eq(counters().made, 1);
	w = registry_find_mutable(f.registry, &f.sections_at);
	teach(w, REST_HEAD + 1);
	ck_assert_int_eq(http_client_do(f.client, "GET", path, headers, NULL,
					0)->status, 200);
	ck_assert_uint_eq(counters().made, 2);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_head_says_how_long_it_is_and_makes_nothing)
{
	static const char *const gzip[] = { "Accept-Encoding: gzip", NULL };
	char path[200], said[32], tag[64], same[64], is[32];
	const struct http_answer *a;

	rest_fixture_start(&f, 1);
	snprintf(path, sizeof(path), "/v1/models/%s/export",
		 slug_of(f.sections));
	a = http_client_do(f.client, "HEAD", path, NULL, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	http_answer_header(a, "Content-Length", said, sizeof(said));
	http_answer_header(a, "ETag", tag, sizeof(tag));
	a = http_client_do(f.client, "HEAD", path, gzip, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	ck_assert_str_eq(http_answer_header(a, "Content-Length", is,
					    sizeof(is)), "");
	ck_assert_str_eq(http_answer_header(a, "Content-Encoding", is,
					    sizeof(is)), "gzip");
	snprintf(path, sizeof(path), "/v1/models/%s/export?format=json",
		 slug_of(f.sections));
	ck_assert_int_eq(http_client_do(f.client, "HEAD", path, NULL, NULL,
					0)->status, 200);
	ck_assert_uint_eq(counters().made, 0);
	a = export(slug_of(f.sections), "");
	snprintf(is, sizeof(is), "%zu", a->body.len);
	ck_assert_str_eq(said, is);
	ck_assert_str_eq(http_answer_header(a, "ETag", same, sizeof(same)),
			 tag);
	rest_fixture_stop(&f);
}
END_TEST

/* Nothing behind the header, which the next request's answer would be. */
START_TEST(a_head_ends_with_its_header)
{
	static const char *const queries[] = {
		"", "?format=json", "?format=decaid"
	};
	char text[400], out[4096];

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(queries); i++) {
		int fd = http_raw_open(http_server_port(f.http));
		size_t n;

		snprintf(text, sizeof(text), "HEAD /v1/models/%s/export%s "
			 "HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1"
			 "\r\nHost: x\r\nConnection: close\r\n\r\n",
			 slug_of(f.sections), queries[i]);
		http_raw_send(fd, text);
		n = http_raw_read(fd, out, sizeof(out), NULL);
		ck_assert_uint_gt(n, 0);
		n = (size_t)(strstr(out, "\r\n\r\n") + 4 - out);
		ck_assert_msg(out[n] == '\0' ||
			      strncmp(out + n, "HTTP/1.1 200", 12) == 0,
			      "%s: %s", queries[i], out);
		ck_assert_int_eq(close(fd), 0);
	}
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(packed_it_is_the_same)
{
	static const char *const formats[] = { "decaid", "json" };
	static const char *const gzip[] = { "Accept-Encoding: gzip", NULL };

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(formats); i++) {
		uint8_t *out = dc_malloc(ROOM);
		char path[200], tag[64];
		const struct http_answer *a;
		size_t len;

		snprintf(path, sizeof(path), "/v1/models/%s/export?format=%s",
			 slug_of(f.sections), formats[i]);
		a = http_client_do(f.client, "GET", path, gzip, NULL, 0);
		ck_assert_int_eq(a->status, 200);
		http_answer_header(a, "ETag", tag, sizeof(tag));
		ck_assert_ptr_nonnull(strstr(tag, "-gz\""));
		len = answer_inflate(a, out, ROOM);
		a = http_client_get(f.client, path);
		ck_assert_uint_eq(a->body.len, len);
		ck_assert_int_eq(memcmp(a->body.data, out, len), 0);
		free(out);
	}
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest-export", a_state_is_the_model_that_the_daemon_serves,
	  a_state_that_was_changed_on_the_way_is_refused,
	  the_json_counts_what_was_contributed,
	  what_cannot_be_exported_says_why,
	  others_are_answered_while_a_file_is_made,
	  who_asks_for_the_same_is_sent_the_same,
	  a_client_that_goes_away_leaves_nothing,
	  the_end_comes_while_a_file_is_made,
	  what_a_client_has_is_not_made_again,
	  a_head_says_how_long_it_is_and_makes_nothing,
	  a_head_ends_with_its_header, packed_it_is_the_same)
