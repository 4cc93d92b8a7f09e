/* check_server_http.c: the HTTP loops from outside, with routes of its own. */

#include "config.h"

#include <string.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static struct http_fixture f;

START_TEST(an_answer_carries_its_headers)
{
	const struct http_answer *a;
	char id[128], other[128];

	http_fixture_start(&f, NULL);
	a = http_client_get(f.client, "/hello");
	ck_assert_int_eq(a->status, 200);
	answer_body_is(a, "{\"hello\":true}");
	answer_header_is(a, "Content-Type", "application/json");
	answer_header_is(a, "X-Content-Type-Options", "nosniff");
	answer_header_is(a, "Access-Control-Allow-Origin", "*");
	answer_header_is(a, "Cache-Control", "no-cache");
	answer_header_is(a, "Content-Security-Policy",
		  "default-src 'none'; frame-ancestors 'none'");
	http_answer_header(a, "X-Request-Id", id, sizeof(id));
	ck_assert_uint_eq(strlen(id), 16);
	a = http_client_get(f.client, "/hello");
	ck_assert_str_ne(http_answer_header(a, "X-Request-Id", other,
					    sizeof(other)), id);
	ck_assert_int_eq(a->connects, 0);
	http_fixture_stop(&f);
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

	http_fixture_start(&f, NULL);
	answer_header_is(http_client_do(f.client, "GET", "/hello", good, NULL, 0),
		  "X-Request-Id", "abc-DEF_0123");
	http_answer_header(http_client_do(f.client, "GET", "/hello", bad, NULL,
					  0), "X-Request-Id", id, sizeof(id));
	ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 16);
	http_answer_header(http_client_do(f.client, "GET", "/hello", brief,
					  NULL, 0), "X-Request-Id", id,
			   sizeof(id));
	ck_assert_uint_eq(strlen(id), 16);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(an_entity_tag_that_is_known_saves_the_body)
{
	char etag[128], line[256];
	const char *const headers[] = { line, NULL };
	const struct http_answer *a;

	http_fixture_start(&f, NULL);
	http_answer_header(http_client_get(f.client, "/hello"), "ETag", etag,
			   sizeof(etag));
	ck_assert_uint_eq(strlen(etag), 26);
	snprintf(line, sizeof(line), "If-None-Match: \"x\", W/%s", etag);
	a = http_client_do(f.client, "GET", "/hello", headers, NULL, 0);
	ck_assert_int_eq(a->status, 304);
	ck_assert_uint_eq(a->body.len, 0);
	answer_header_is(a, "ETag", etag);
	a = http_client_do(f.client, "GET", "/large", headers, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	snprintf(line, sizeof(line), "If-None-Match: *");
	a = http_client_do(f.client, "GET", "/large", headers, NULL, 0);
	ck_assert_int_eq(a->status, 304);
	http_fixture_stop(&f);
}
END_TEST

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

	http_fixture_start(&f, NULL);
	for (int round = 0; round < 2; round++) {
		a = http_client_do(f.client, "GET", "/large", asks, NULL, 0);
		answer_header_is(a, "Content-Encoding", "gzip");
		answer_header_is(a, "Vary", "Accept-Encoding");
		ck_assert_uint_lt(a->body.len, 1000);
		ck_assert_uint_eq(answer_inflate(a, out, sizeof(out)),
				  40000);
		ck_assert_mem_eq(out + 39990, "0123456789", 10);
	}
	http_answer_header(a, "ETag", etag, sizeof(etag));
	ck_assert_str_eq(etag + strlen(etag) - 4, "-gz\"");
	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	ck_assert_int_eq(http_client_do(f.client, "GET", "/large", knows, NULL,
					0)->status, 304);
	a = http_client_do(f.client, "GET", "/large", refuses, NULL, 0);
	answer_header_is(a, "Content-Encoding", "");
	ck_assert_uint_eq(a->body.len, 40000);
	a = http_client_do(f.client, "GET", "/hello", asks, NULL, 0);
	answer_header_is(a, "Content-Encoding", "");
	http_fixture_stop(&f);
}
END_TEST

START_TEST(head_is_get_without_the_body)
{
	const struct http_answer *a;

	http_fixture_start(&f, NULL);
	a = http_client_do(f.client, "HEAD", "/large", NULL, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, 0);
	answer_header_is(a, "Content-Length", "40000");
	a = http_client_get(f.client, "/hello");
	ck_assert_int_eq(a->connects, 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(what_is_not_there_is_404_and_a_wrong_method_405)
{
	const struct http_answer *a;

	http_fixture_start(&f, NULL);
	answer_problem_is(http_client_get(f.client, "/nothing"), 404);
	answer_problem_is(http_client_get(f.client, "/hello%00x"), 404);
	a = http_client_do(f.client, "DELETE", "/hello", NULL, NULL, 0);
	answer_problem_is(a, 405);
	answer_header_is(a, "Allow", "GET, HEAD, OPTIONS");
	a = http_client_do(f.client, "BREW", "/echo", NULL, NULL, 0);
	answer_problem_is(a, 405);
	answer_header_is(a, "Allow", "POST, OPTIONS");
	answer_problem_is(http_client_get(f.client, "/echo"), 405);
	answer_problem_is(http_client_post(f.client, "/hello", "{}"), 405);
	ck_assert_int_eq(http_client_get(f.client, "/hello")->connects, 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(options_answers_a_preflight)
{
	const struct http_answer *a;

	http_fixture_start(&f, NULL);
	a = http_client_do(f.client, "OPTIONS", "/echo", NULL, NULL, 0);
	ck_assert_int_eq(a->status, 204);
	answer_header_is(a, "Allow", "POST, OPTIONS");
	answer_header_is(a, "Access-Control-Allow-Origin", "*");
	answer_header_is(a, "Access-Control-Allow-Methods", "GET, HEAD, POST");
	answer_problem_is(http_client_do(f.client, "OPTIONS", "/x", NULL, NULL, 0),
		   404);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(parameters_and_queries_come_decoded)
{
	http_fixture_start(&f, NULL);
	answer_body_is(http_client_get(f.client, "/param/a%20b?q=x%26y+z"),
		"[a b][x&y z]");
	answer_body_is(http_client_get(f.client, "/param/1"), "[1][none]");
	answer_body_is(http_client_get(f.client, "/param/1?q=%zz"), "[1][%zz]");
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_problem_replaces_half_an_answer)
{
	const struct http_answer *a;

	http_fixture_start(&f, NULL);
	a = http_client_get(f.client, "/problem");
	answer_problem_is(a, 503);
	answer_header_is(a, "Retry-After", "7");
	answer_header_is(a, "Cache-Control", "no-store");
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_port_in_use_is_refused)
{
	struct http_options o = {
		.listen = "127.0.0.1", .loops = 1, .max_connections = 10,
		.idle_timeout_s = 1,
	};
	struct dc_err err = DC_ERR_INIT;
	struct http_server *second;

	http_fixture_start(&f, NULL);
	o.port = http_fixture_port(&f);
	ck_assert_int_eq(http_server_start(&second, &o, &err), DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot listen on 127.0.0.1"));
	dc_err_clear(&err);
	o.listen = "localhost";
	ck_assert_int_eq(http_server_start(&second, &o, &err), DC_EINVAL);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(counters_count)
{
	struct http_counters count;

	http_fixture_start(&f, NULL);
	(void)http_client_get(f.client, "/hello");
	(void)http_client_get(f.client, "/nothing");
	http_server_counters(f.server, &count);
	ck_assert_uint_eq(count.requests, 2);
	ck_assert_uint_eq(count.by_class[2], 1);
	ck_assert_uint_eq(count.by_class[4], 1);
	ck_assert_uint_eq(count.connections, 1);
	ck_assert_uint_eq(count.kept, 0);
	http_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/http", an_answer_carries_its_headers,
	  a_well_formed_request_id_is_kept_and_another_is_not,
	  an_entity_tag_that_is_known_saves_the_body,
	  large_answers_are_compressed_when_asked,
	  head_is_get_without_the_body,
	  what_is_not_there_is_404_and_a_wrong_method_405,
	  options_answers_a_preflight, parameters_and_queries_come_decoded,
	  a_problem_replaces_half_an_answer, a_port_in_use_is_refused,
	  counters_count)
