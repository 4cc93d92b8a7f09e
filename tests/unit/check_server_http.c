/* check_server_http.c: the HTTP loops from outside, with routes of its own. */

#include "config.h"

#include <jansson.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "server/http.h"
#include "tests/unit/http_client.h"
#include "tests/unit/unit.h"

#define BODY_MAX 1000

static struct http_server *server;
static struct http_client *client;
static atomic_int events_told;

/* ---- routes ---- */

static void on_hello(struct http_request *rq, struct http_reply *rp)
{
	if (http_not_modified(rq, rp, "state 1"))
		return;
	dc_buf_append_text(&rp->body, "{\"hello\":true}");
}

static void on_large(struct http_request *rq, struct http_reply *rp)
{
	if (http_not_modified(rq, rp, "state 2"))
		return;
	for (int i = 0; i < 4000; i++)
		dc_buf_append_text(&rp->body, "0123456789");
}

static void on_echo(struct http_request *rq, struct http_reply *rp)
{
	dc_buf_append(&rp->body, rq->body, rq->body_len);
}

static void on_param(struct http_request *rq, struct http_reply *rp)
{
	const char *q = http_query(rq, "q");

	dc_buf_printf(&rp->body, "[%s][%s]", rq->param[0],
		      q == NULL ? "none" : q);
}

static void on_problem(struct http_request *rq, struct http_reply *rp)
{
	dc_buf_append_text(&rp->body, "half an answ");
	http_problem(rq, rp, 503, "not \"ready\"");
	rp->retry_after_s = 7;
}

static enum http_stream_step on_step(void *state, struct dc_buf *out)
{
	int *told = state;
	int now = atomic_load(&events_told);

	if (*told == now)
		return HTTP_STREAM_WAIT;
	if (now < 0)
		return HTTP_STREAM_END;
	*told = now;
	dc_buf_printf(out, "data: %d\n\n", now);
	return HTTP_STREAM_BYTES;
}

static void on_stream(struct http_request *rq, struct http_reply *rp)
{
	(void)rq;
	rp->type = "text/event-stream";
	rp->stream = on_step;
	rp->stream_free = free;
	rp->stream_state = dc_calloc(1, sizeof(int));
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/hello", on_hello, 0, "" },
	{ HTTP_GET, "/large", on_large, 0, "" },
	{ HTTP_POST, "/echo", on_echo, BODY_MAX, "" },
	{ HTTP_GET, "/param/{x}", on_param, 0, "" },
	{ HTTP_GET, "/problem", on_problem, 0, "" },
	{ HTTP_GET, "/stream", on_stream, 0, "" },
};

static void start_with(unsigned loops, unsigned idle_s, unsigned rate)
{
	struct http_options o = {
		.listen = "127.0.0.1", .loops = loops,
		.max_connections = 1000, .idle_timeout_s = idle_s,
		.rate_limit = rate, .routes = routes,
		.n_routes = DC_ARRAY_LEN(routes),
	};
	struct dc_err err = DC_ERR_INIT;

	ck_assert_msg(http_server_start(&server, &o, &err) == DC_OK, "%s",
		      err.text);
	client = http_client_new(http_server_port(server));
	atomic_store(&events_told, 0);
}

static void start(void)
{
	start_with(2, 60, 0);
}

static void stop(void)
{
	http_client_free(client);
	http_server_stop(server);
}

static void header_is(const struct http_answer *a, const char *name,
		      const char *value)
{
	char text[512];

	ck_assert_str_eq(http_answer_header(a, name, text, sizeof(text)),
			 value);
}

static void body_is(const struct http_answer *a, const char *text)
{
	ck_assert_uint_eq(a->body.len, strlen(text));
	ck_assert_mem_eq(a->body.data, text, a->body.len);
}

/* A problem document of this status, with the id of its header. */
static void problem_is(const struct http_answer *a, int status)
{
	json_t *doc = json_loadb((const char *)a->body.data, a->body.len, 0,
				 NULL);
	char id[128];

	ck_assert_int_eq(a->status, status);
	header_is(a, "Content-Type", "application/problem+json");
	ck_assert_ptr_nonnull(doc);
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "status")),
			 status);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "type")),
			 "about:blank");
	ck_assert(json_is_string(json_object_get(doc, "title")));
	ck_assert(json_is_string(json_object_get(doc, "detail")));
	ck_assert_str_eq(json_string_value(json_object_get(doc, "request_id")),
			 http_answer_header(a, "X-Request-Id", id,
					    sizeof(id)));
	json_decref(doc);
}

/* ---- tests ---- */

START_TEST(an_answer_carries_its_headers)
{
	const struct http_answer *a;
	char id[128], other[128];

	start();
	a = http_client_get(client, "/hello");
	ck_assert_int_eq(a->status, 200);
	body_is(a, "{\"hello\":true}");
	header_is(a, "Content-Type", "application/json");
	header_is(a, "X-Content-Type-Options", "nosniff");
	header_is(a, "Access-Control-Allow-Origin", "*");
	header_is(a, "Cache-Control", "no-cache");
	header_is(a, "Content-Security-Policy",
		  "default-src 'none'; frame-ancestors 'none'");
	http_answer_header(a, "X-Request-Id", id, sizeof(id));
	ck_assert_uint_eq(strlen(id), 16);
	a = http_client_get(client, "/hello");
	ck_assert_str_ne(http_answer_header(a, "X-Request-Id", other,
					    sizeof(other)), id);
	ck_assert_int_eq(a->connects, 0);
	stop();
}
END_TEST

START_TEST(a_well_formed_request_id_is_kept_and_another_is_not)
{
	static const char *const good[] = { "X-Request-Id: abc-DEF_0123",
					    NULL };
	static const char *const bad[] = { "X-Request-Id: a b\"c;d12345",
					   NULL };
	static const char *const brief[] = { "X-Request-Id: abc", NULL };
	char id[128];

	start();
	header_is(http_client_do(client, "GET", "/hello", good, NULL, 0),
		  "X-Request-Id", "abc-DEF_0123");
	http_answer_header(http_client_do(client, "GET", "/hello", bad, NULL,
					  0), "X-Request-Id", id, sizeof(id));
	ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 16);
	http_answer_header(http_client_do(client, "GET", "/hello", brief,
					  NULL, 0), "X-Request-Id", id,
			   sizeof(id));
	ck_assert_uint_eq(strlen(id), 16);
	stop();
}
END_TEST

START_TEST(an_entity_tag_that_is_known_saves_the_body)
{
	char etag[128], line[256];
	const char *const headers[] = { line, NULL };
	const struct http_answer *a;

	start();
	http_answer_header(http_client_get(client, "/hello"), "ETag", etag,
			   sizeof(etag));
	ck_assert_uint_eq(strlen(etag), 26);
	snprintf(line, sizeof(line), "If-None-Match: \"x\", W/%s", etag);
	a = http_client_do(client, "GET", "/hello", headers, NULL, 0);
	ck_assert_int_eq(a->status, 304);
	ck_assert_uint_eq(a->body.len, 0);
	header_is(a, "ETag", etag);
	a = http_client_do(client, "GET", "/large", headers, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	snprintf(line, sizeof(line), "If-None-Match: *");
	a = http_client_do(client, "GET", "/large", headers, NULL, 0);
	ck_assert_int_eq(a->status, 304);
	stop();
}
END_TEST

/* Undo gzip; returns the length. */
static size_t inflate_all(const struct dc_buf *in, uint8_t *out, size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = in->data;
	z.avail_in = (uInt)in->len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_int_eq(inflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

START_TEST(large_answers_are_compressed_when_asked)
{
	static const char *const asks[] = { "Accept-Encoding: br, gzip",
					    NULL };
	static const char *const refuses[] = {
		"Accept-Encoding: gzip;q=0, br", NULL
	};
	static uint8_t out[50000];
	const struct http_answer *a;
	char etag[128], line[256];
	const char *const knows[] = { "Accept-Encoding: gzip", line, NULL };

	start();
	for (int round = 0; round < 2; round++) {
		a = http_client_do(client, "GET", "/large", asks, NULL, 0);
		header_is(a, "Content-Encoding", "gzip");
		header_is(a, "Vary", "Accept-Encoding");
		ck_assert_uint_lt(a->body.len, 1000);
		ck_assert_uint_eq(inflate_all(&a->body, out, sizeof(out)),
				  40000);
		ck_assert_mem_eq(out + 39990, "0123456789", 10);
	}
	http_answer_header(a, "ETag", etag, sizeof(etag));
	ck_assert_str_eq(etag + strlen(etag) - 4, "-gz\"");
	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	ck_assert_int_eq(http_client_do(client, "GET", "/large", knows, NULL,
					0)->status, 304);
	a = http_client_do(client, "GET", "/large", refuses, NULL, 0);
	header_is(a, "Content-Encoding", "");
	ck_assert_uint_eq(a->body.len, 40000);
	a = http_client_do(client, "GET", "/hello", asks, NULL, 0);
	header_is(a, "Content-Encoding", "");
	stop();
}
END_TEST

START_TEST(head_is_get_without_the_body)
{
	const struct http_answer *a;

	start();
	a = http_client_do(client, "HEAD", "/large", NULL, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, 0);
	header_is(a, "Content-Length", "40000");
	a = http_client_get(client, "/hello");
	ck_assert_int_eq(a->connects, 0);
	stop();
}
END_TEST

START_TEST(what_is_not_there_is_404_and_a_wrong_method_405)
{
	const struct http_answer *a;

	start();
	problem_is(http_client_get(client, "/nothing"), 404);
	problem_is(http_client_get(client, "/hello%00x"), 404);
	a = http_client_do(client, "DELETE", "/hello", NULL, NULL, 0);
	problem_is(a, 405);
	header_is(a, "Allow", "GET, HEAD, OPTIONS");
	a = http_client_do(client, "BREW", "/echo", NULL, NULL, 0);
	problem_is(a, 405);
	header_is(a, "Allow", "POST, OPTIONS");
	problem_is(http_client_get(client, "/echo"), 405);
	problem_is(http_client_post(client, "/hello", "{}"), 405);
	ck_assert_int_eq(http_client_get(client, "/hello")->connects, 0);
	stop();
}
END_TEST

START_TEST(options_answers_a_preflight)
{
	const struct http_answer *a;

	start();
	a = http_client_do(client, "OPTIONS", "/echo", NULL, NULL, 0);
	ck_assert_int_eq(a->status, 204);
	header_is(a, "Allow", "POST, OPTIONS");
	header_is(a, "Access-Control-Allow-Origin", "*");
	header_is(a, "Access-Control-Allow-Methods", "GET, HEAD, POST");
	problem_is(http_client_do(client, "OPTIONS", "/x", NULL, NULL, 0),
		   404);
	stop();
}
END_TEST

START_TEST(a_body_must_be_json_and_fit)
{
	static const char *const text[] = { "Content-Type: text/plain",
					    NULL };
	static const char *const json[] = {
		"Content-Type: Application/JSON; charset=utf-8", NULL
	};
	static const char *const patient[] = {
		"Content-Type: application/json", "Expect: 100-continue", NULL
	};
	static char body[20 << 20];
	const struct http_answer *a;

	memset(body, 'a', sizeof(body));
	start();
	problem_is(http_client_do(client, "POST", "/echo", text, "x", 1),
		   415);
	a = http_client_do(client, "POST", "/echo", json, body, BODY_MAX);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, BODY_MAX);
	problem_is(http_client_do(client, "POST", "/echo", json, body,
				  BODY_MAX + 1), 413);
	problem_is(http_client_do(client, "POST", "/echo", json, body,
				  4 << 20), 413);
	problem_is(http_client_do(client, "POST", "/echo", patient, body,
				  sizeof(body)), 413);
	ck_assert_int_eq(http_client_get(client, "/hello")->status, 200);
	stop();
}
END_TEST

START_TEST(a_chunked_body_is_bounded_too)
{
	static const char *const chunked[] = {
		"Content-Type: application/json",
		"Transfer-Encoding: chunked", NULL
	};
	char body[BODY_MAX + 1];
	const struct http_answer *a;

	memset(body, 'a', sizeof(body));
	start();
	a = http_client_do(client, "POST", "/echo", chunked, body, BODY_MAX);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, BODY_MAX);
	problem_is(http_client_do(client, "POST", "/echo", chunked, body,
				  sizeof(body)), 413);
	stop();
}
END_TEST

START_TEST(a_get_with_a_body_is_refused)
{
	start();
	problem_is(http_client_do(client, "GET", "/hello", NULL, "x", 1),
		   400);
	ck_assert_int_eq(http_client_get(client, "/hello")->status, 200);
	stop();
}
END_TEST

START_TEST(parameters_and_queries_come_decoded)
{
	start();
	body_is(http_client_get(client, "/param/a%20b?q=x%26y+z"),
		"[a b][x&y z]");
	body_is(http_client_get(client, "/param/1"), "[1][none]");
	body_is(http_client_get(client, "/param/1?q=%zz"), "[1][%zz]");
	stop();
}
END_TEST

START_TEST(a_problem_replaces_half_an_answer)
{
	const struct http_answer *a;

	start();
	a = http_client_get(client, "/problem");
	problem_is(a, 503);
	header_is(a, "Retry-After", "7");
	header_is(a, "Cache-Control", "no-store");
	stop();
}
END_TEST

START_TEST(a_sender_that_is_too_slow_is_dropped)
{
	char text[4096];
	int begun, silent;

	start_with(1, 1, 0);
	begun = http_raw_open(http_server_port(server));
	silent = http_raw_open(http_server_port(server));
	/* A byte now and then keeps libmicrohttpd's idle timeout off. */
	http_raw_send(begun, "GET /hello HT");
	for (int i = 0; i < 50; i++) {
		struct pollfd p = { begun, POLLIN, 0 };

		if (poll(&p, 1, 200) != 0)
			break;
		http_raw_send(begun, "x");
		ck_assert_int_lt(i, 49);
	}
	(void)http_raw_read(begun, text, sizeof(text), NULL);
	ck_assert_uint_eq(http_raw_read(silent, text, sizeof(text), NULL), 0);
	ck_assert_int_eq(http_client_get(client, "/hello")->status, 200);
	ck_assert_int_eq(close(begun), 0);
	ck_assert_int_eq(close(silent), 0);
	stop();
}
END_TEST

START_TEST(so_many_connections_at_once_are_all_served)
{
	static const int counts[] = { 127, 128, 129, 256 };

	for (size_t k = 0; k < DC_ARRAY_LEN(counts); k++) {
		int fds[256];
		char text[4096];

		start_with(1, 60, 0);
		for (int i = 0; i < counts[k]; i++)
			fds[i] = http_raw_open(http_server_port(server));
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < counts[k]; i++)
				http_raw_send(fds[i], "GET /hello HTTP/1.1\r\n"
						      "Host: x\r\n\r\n");
			for (int i = 0; i < counts[k]; i++)
				(void)http_raw_read(fds[i], text,
						    sizeof(text),
						    "{\"hello\":true}");
		}
		for (int i = 0; i < counts[k]; i++)
			ck_assert_int_eq(close(fds[i]), 0);
		stop();
	}
}
END_TEST

START_TEST(an_address_that_asks_too_much_waits)
{
	const struct http_answer *a = NULL;

	start_with(1, 60, 5);
	for (int i = 0; i < 12; i++) {
		a = http_client_get(client, "/hello");
		if (a->status == 429)
			break;
	}
	problem_is(a, 429);
	header_is(a, "Retry-After", "1");
	stop();
}
END_TEST

START_TEST(a_stream_sleeps_and_wakes)
{
	char text[4096];
	int fd;

	start_with(1, 1, 0);
	fd = http_raw_open(http_server_port(server));
	http_raw_send(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(fd, text, sizeof(text), "\r\n\r\n");
	for (int i = 1; i < 20; i++) {
		char expected[32];

		atomic_store(&events_told, i);
		http_server_wake(server);
		snprintf(expected, sizeof(expected), "data: %d\n\n", i);
		(void)http_raw_read(fd, text, sizeof(text), expected);
	}
	atomic_store(&events_told, -1);
	http_server_wake(server);
	(void)http_raw_read(fd, text, sizeof(text), "0\r\n\r\n");
	ck_assert_int_eq(close(fd), 0);
	stop();
}
END_TEST

START_TEST(stopping_ends_sleeping_streams_and_idle_connections)
{
	char text[4096];
	int sleeping, idle;

	start();
	sleeping = http_raw_open(http_server_port(server));
	idle = http_raw_open(http_server_port(server));
	http_raw_send(sleeping, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(sleeping, text, sizeof(text), "\r\n\r\n");
	stop();
	(void)http_raw_read(sleeping, text, sizeof(text), NULL);
	ck_assert_uint_eq(http_raw_read(idle, text, sizeof(text), NULL), 0);
	ck_assert_int_eq(close(sleeping), 0);
	ck_assert_int_eq(close(idle), 0);
}
END_TEST

START_TEST(a_reader_that_goes_away_leaves_nothing)
{
	struct http_counters count;
	char text[4096];
	int fd;

	start_with(1, 60, 0);
	fd = http_raw_open(http_server_port(server));
	http_raw_send(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(fd, text, sizeof(text), "\r\n\r\n");
	http_server_counters(server, &count);
	ck_assert_uint_eq(count.streams, 1);
	ck_assert_int_eq(close(fd), 0);
	for (int i = 1; count.streams > 0; i++) {
		struct timespec nap = { 0, 10000000 };

		atomic_store(&events_told, i);
		http_server_wake(server);
		(void)nanosleep(&nap, NULL);
		http_server_counters(server, &count);
		ck_assert_int_lt(i, 1000);
	}
	stop();
}
END_TEST

START_TEST(a_port_in_use_is_refused)
{
	struct http_options o = {
		.listen = "127.0.0.1", .loops = 1, .max_connections = 10,
		.idle_timeout_s = 1, .routes = routes,
		.n_routes = DC_ARRAY_LEN(routes),
	};
	struct dc_err err = DC_ERR_INIT;
	struct http_server *second;

	start();
	o.port = http_server_port(server);
	ck_assert_int_eq(http_server_start(&second, &o, &err), DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot listen on 127.0.0.1"));
	dc_err_clear(&err);
	o.listen = "localhost";
	ck_assert_int_eq(http_server_start(&second, &o, &err), DC_EINVAL);
	stop();
}
END_TEST

START_TEST(counters_count)
{
	struct http_counters count;

	start();
	(void)http_client_get(client, "/hello");
	(void)http_client_get(client, "/nothing");
	http_server_counters(server, &count);
	ck_assert_uint_eq(count.requests, 2);
	ck_assert_uint_eq(count.by_class[2], 1);
	ck_assert_uint_eq(count.by_class[4], 1);
	ck_assert_uint_eq(count.connections, 1);
	stop();
}
END_TEST

UNIT_MAIN("server/http", an_answer_carries_its_headers,
	  a_well_formed_request_id_is_kept_and_another_is_not,
	  an_entity_tag_that_is_known_saves_the_body,
	  large_answers_are_compressed_when_asked,
	  head_is_get_without_the_body,
	  what_is_not_there_is_404_and_a_wrong_method_405,
	  options_answers_a_preflight, a_body_must_be_json_and_fit,
	  a_chunked_body_is_bounded_too, a_get_with_a_body_is_refused,
	  parameters_and_queries_come_decoded,
	  a_problem_replaces_half_an_answer,
	  a_sender_that_is_too_slow_is_dropped,
	  so_many_connections_at_once_are_all_served,
	  an_address_that_asks_too_much_waits, a_stream_sleeps_and_wakes,
	  stopping_ends_sleeping_streams_and_idle_connections,
	  a_reader_that_goes_away_leaves_nothing, a_port_in_use_is_refused,
	  counters_count)
