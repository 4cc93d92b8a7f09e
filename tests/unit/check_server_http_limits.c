/* check_server_http_limits.c: what a client may not do, and what it hears. */

#include "config.h"

#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static struct http_fixture f;

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
	http_fixture_start(&f, NULL);
	answer_problem_is(http_client_do(f.client, "POST", "/echo", text, "x", 1),
		   415);
	a = http_client_do(f.client, "POST", "/echo", json, body, ECHO_MAX);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, ECHO_MAX);
	answer_problem_is(http_client_do(f.client, "POST", "/echo", json, body,
				  ECHO_MAX + 1), 413);
	answer_problem_is(http_client_do(f.client, "POST", "/echo", json, body,
				  4 << 20), 413);
	answer_problem_is(http_client_do(f.client, "POST", "/echo", patient, body,
				  sizeof(body)), 413);
	ck_assert_int_eq(http_client_get(f.client, "/hello")->status, 200);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_chunked_body_is_bounded_too)
{
	static const char *const chunked[] = {
		"Content-Type: application/json",
		"Transfer-Encoding: chunked", NULL
	};
	char body[ECHO_MAX + 1];
	const struct http_answer *a;

	memset(body, 'a', sizeof(body));
	http_fixture_start(&f, NULL);
	a = http_client_do(f.client, "POST", "/echo", chunked, body, ECHO_MAX);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, ECHO_MAX);
	answer_problem_is(http_client_do(f.client, "POST", "/echo", chunked, body,
				  sizeof(body)), 413);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_get_with_a_body_is_refused)
{
	http_fixture_start(&f, NULL);
	answer_problem_is(http_client_do(f.client, "GET", "/hello", NULL, "x", 1),
		   400);
	ck_assert_int_eq(http_client_get(f.client, "/hello")->status, 200);
	http_fixture_stop(&f);
}
END_TEST

/* Send `drip` now and then until the server has said something or closed;
 * keeps libmicrohttpd's own idle timeout off. */
static void drip_until_told(int fd, const char *drip)
{
	for (int i = 0; i < 600; i++) {
		struct pollfd p = { fd, POLLIN, 0 };

		if (poll(&p, 1, 100) != 0)
			return;
		if (send(fd, drip, strlen(drip), MSG_NOSIGNAL) < 0)
			return;
	}
	ck_abort_msg("nothing after 60 s");
}

static void is_time_out(const char *text)
{
	ck_assert_msg(strncmp(text, "HTTP/1.1 408 ", 13) == 0, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "application/problem+json"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nConnection: close\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"status\":408"));
}

START_TEST(a_slow_header_is_408)
{
	char text[4096];
	int fd;

	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 1 });
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");
	drip_until_told(fd, "x");
	(void)http_raw_read(fd, text, sizeof(text), NULL);
	is_time_out(text);
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_slow_body_is_408_whether_it_drips_or_stops)
{
	static const char *const drips[] = { "x", "" };
	struct http_counters count;

	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 1 });
	for (size_t i = 0; i < DC_ARRAY_LEN(drips); i++) {
		int fd = http_raw_open(http_fixture_port(&f));
		char text[4096];

		http_raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
			      "Content-Type: application/json\r\n"
			      "Content-Length: 900\r\n\r\n{\"a\":");
		drip_until_told(fd, drips[i]);
		(void)http_raw_read(fd, text, sizeof(text), NULL);
		is_time_out(text);
		ck_assert_int_eq(close(fd), 0);
	}
	http_server_counters(f.server, &count);
	ck_assert_uint_eq(count.timed_out, 2);
	ck_assert_uint_eq(count.by_class[4], 2);
	http_fixture_stop(&f);
}
END_TEST

static void left_becomes(unsigned n)
{
	for (int i = 0; atomic_load(&f.left) < n; i++) {
		ck_assert_int_lt(i, 6000);
		(void)poll(NULL, 0, 10);
	}
	ck_assert_uint_eq(atomic_load(&f.left), n);
}

/* Steadily, so that it is never idle: some 300 kB a second. */
static size_t read_slowly(int fd)
{
	static char room[32 << 10];
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, room, sizeof(room), 0)) > 0) {
		len += (size_t)n;
		(void)poll(NULL, 0, 100);
	}
	return len;
}

START_TEST(who_takes_a_reply_too_slowly_is_cut_off)
{
	int fd;

	atomic_store(&f.left, 0);
	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 1, .bytes_a_ms = 1 << 20 });
	ck_assert_uint_eq(http_client_get(f.client, "/given")->body.len,
			  GIVEN_BYTES);
	left_becomes(1);
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "GET /given HTTP/1.1\r\nHost: x\r\n\r\n");
	ck_assert_uint_lt(read_slowly(fd), GIVEN_BYTES);
	left_becomes(2);
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(who_says_nothing_is_closed_without_a_word)
{
	char text[4096];
	int silent, begun, kept;

	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 1 });
	silent = http_raw_open(http_fixture_port(&f));
	begun = http_raw_open(http_fixture_port(&f));
	kept = http_raw_open(http_fixture_port(&f));
	http_raw_send(begun, "GET /hello HT");
	http_raw_send(kept, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(kept, text, sizeof(text), "{\"hello\":true}");
	drip_until_told(begun, "x");
	ck_assert_uint_eq(http_raw_read(silent, text, sizeof(text), NULL), 0);
	ck_assert_uint_eq(http_raw_read(kept, text, sizeof(text), NULL), 0);
	ck_assert_int_eq(http_client_get(f.client, "/hello")->status, 200);
	ck_assert_int_eq(close(begun), 0);
	ck_assert_int_eq(close(silent), 0);
	ck_assert_int_eq(close(kept), 0);
	http_fixture_stop(&f);
}
END_TEST

/* A client that has closed its half still hears the answer. */
START_TEST(a_half_open_connection_is_answered)
{
	char text[4096];
	int fd;

	http_fixture_start(&f, NULL);
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		      "Content-Type: application/json\r\n"
		      "Content-Length: 4\r\n\r\ntrue");
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	(void)http_raw_read(fd, text, sizeof(text), NULL);
	ck_assert_ptr_nonnull(strstr(text, "\r\n\r\ntrue"));
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

/* Many who begin a request and go: nothing of them stays. */
START_TEST(connections_cut_anywhere_leave_nothing)
{
	static const char whole[] = "POST /echo HTTP/1.1\r\nHost: x\r\n"
		"Content-Type: application/json\r\n"
		"Content-Length: 4\r\n\r\ntrue";
	struct http_counters count;

	http_fixture_start(&f, NULL);
	for (size_t n = 0; n < sizeof(whole); n++) {
		int fd = http_raw_open(http_fixture_port(&f));
		struct linger reset = { 1, 0 };
		char text[sizeof(whole)];

		memcpy(text, whole, n);
		text[n] = '\0';
		http_raw_send(fd, text);
		if (n % 2 == 0)
			ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER,
				&reset, sizeof(reset)), 0);
		ck_assert_int_eq(close(fd), 0);
	}
	do {
		ck_assert_int_eq(http_client_get(f.client, "/hello")->status,
				 200);
		http_server_counters(f.server, &count);
	} while (count.connections > 1);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(too_many_or_too_large_header_fields_are_431)
{
	static char long_line[10000], names[101][16];
	const char *many[102] = { NULL }, *large[2] = { long_line, NULL };
	const struct http_answer *a;

	for (size_t i = 0; i < DC_ARRAY_LEN(names); i++) {
		snprintf(names[i], sizeof(names[i]), "X-%zu: 1", i);
		many[i] = names[i];
	}
	memset(long_line, 'a', sizeof(long_line) - 1);
	memcpy(long_line, "X-Long: ", 8);
	http_fixture_start(&f, NULL);
	a = http_client_do(f.client, "GET", "/hello", many, NULL, 0);
	answer_problem_is(a, 431);
	many[90] = NULL;
	a = http_client_do(f.client, "GET", "/hello", many, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	a = http_client_do(f.client, "GET", "/hello", large, NULL, 0);
	answer_problem_is(a, 431);
	long_line[6000] = '\0';
	a = http_client_do(f.client, "GET", "/hello", large, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	http_fixture_stop(&f);
}
END_TEST

/* Past libmicrohttpd's room it speaks itself: the status is the same. */
START_TEST(a_header_without_end_is_431)
{
	static char field[4096];
	char text[4096] = "";
	int fd;

	memset(field, 'a', sizeof(field) - 1);
	http_fixture_start(&f, NULL);
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: ");
	for (int i = 0; i < 12; i++)
		if (send(fd, field, sizeof(field) - 1, MSG_NOSIGNAL) < 0)
			break;
	ck_assert_int_gt(recv(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_msg(strncmp(text + 9, "431", 3) == 0, "%s", text);
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_long_address_is_414)
{
	static char path[5000];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	http_fixture_start(&f, NULL);
	answer_problem_is(http_client_get(f.client, path), 414);
	path[4000] = '\0';
	answer_problem_is(http_client_get(f.client, path), 404);
	http_fixture_stop(&f);
}
END_TEST

/* Does a connection of its own get an answer? false: it is closed. */
static bool is_let_in(int *fd)
{
	char text[4096];

	*fd = http_raw_open(http_fixture_port(&f));
	if (send(*fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 32,
		 MSG_NOSIGNAL) < 0)
		return false;
	if (recv(*fd, text, sizeof(text), 0) <= 0)
		return false;
	return true;
}

START_TEST(an_address_has_so_many_connections_and_no_more)
{
	struct http_counters count;
	int fds[5], more;

	http_fixture_start(&f, &(struct http_options){
		.loops = 2, .peer_limit = 5 });
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++)
			ck_assert(is_let_in(&fds[i]));
		for (int i = 0; i < 4; i++) {
			ck_assert(!is_let_in(&more));
			ck_assert_int_eq(close(more), 0);
		}
		http_server_counters(f.server, &count);
		ck_assert_uint_eq(count.connections, 5);
		ck_assert_uint_eq(count.refused, 4 * (unsigned)(round + 1));
		for (int i = 0; i < 5; i++)
			ck_assert_int_eq(close(fds[i]), 0);
		do
			http_server_counters(f.server, &count);
		while (count.connections > 0);
	}
	http_fixture_stop(&f);
}
END_TEST

/* Each asks three times, all of them at once. */
static void many_ask(int n)
{
	int *fds = dc_calloc((size_t)n, sizeof(*fds));
	char text[4096];

	for (int i = 0; i < n; i++)
		fds[i] = http_raw_open(http_fixture_port(&f));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < n; i++)
			http_raw_send(fds[i], "GET /hello HTTP/1.1\r\n"
					      "Host: x\r\n\r\n");
		for (int i = 0; i < n; i++) {
			(void)http_raw_read(fds[i], text, sizeof(text),
					    "{\"hello\":true}");
			unit_require(strncmp(text, "HTTP/1.1 200 ", 13) == 0);
		}
	}
	for (int i = 0; i < n; i++)
		unit_require(close(fds[i]) == 0);
	free(fds);
}

/* Both ends of every connection are here. */
static bool may_open(rlim_t files)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < files) {
		printf("skipped: no %d files may be open\n", (int)files);
		return false;
	}
	limit.rlim_cur = files > limit.rlim_cur ? files : limit.rlim_cur;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return true;
}

/* Around the sizes where a queue of the kernel or a poll set ends, alone and
 * with 2,000 more that say nothing, which are there afterwards. */
START_TEST(so_many_connections_at_once_are_all_served)
{
	static const int counts[] = { 1, 64, 127, 128, 129, 256, 512 };
	static int idle[2000];
	const int n_idle = _i == 0 ? 0 : 2000;
	struct http_counters count;
	char text[4096];

	if (!may_open(2 * (2000 + 512) + 200))
		return;
	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .max_connections = 4096 });
	for (int i = 0; i < n_idle; i++)
		idle[i] = http_raw_open(http_fixture_port(&f));
	for (size_t k = 0; k < DC_ARRAY_LEN(counts); k++)
		many_ask(counts[k]);
	do
		http_server_counters(f.server, &count);
	while (count.connections != (unsigned)n_idle);
	for (int i = 0; i < n_idle; i++) {
		http_raw_send(idle[i], "GET /hello HTTP/1.1\r\n"
				       "Host: x\r\n\r\n");
		(void)http_raw_read(idle[i], text, sizeof(text),
				    "{\"hello\":true}");
		unit_require(close(idle[i]) == 0);
	}
	http_fixture_stop(&f);
}
END_TEST

START_TEST(an_address_that_asks_too_much_waits)
{
	const struct http_answer *a = NULL;

	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .rate_limit = 5 });
	for (int i = 0; i < 12; i++) {
		a = http_client_get(f.client, "/hello");
		if (a->status == 429)
			break;
	}
	answer_problem_is(a, 429);
	answer_header_is(a, "Retry-After", "1");
	http_fixture_stop(&f);
}
END_TEST

UNIT_LOOP_MAIN("server/http limits",
		{ a_body_must_be_json_and_fit, 1 },
		{ a_chunked_body_is_bounded_too, 1 },
		{ a_get_with_a_body_is_refused, 1 },
		{ a_slow_header_is_408, 1 },
		{ a_slow_body_is_408_whether_it_drips_or_stops, 1 },
		{ who_takes_a_reply_too_slowly_is_cut_off, 1 },
		{ who_says_nothing_is_closed_without_a_word, 1 },
		{ a_half_open_connection_is_answered, 1 },
		{ connections_cut_anywhere_leave_nothing, 1 },
		{ too_many_or_too_large_header_fields_are_431, 1 },
		{ a_header_without_end_is_431, 1 },
		{ a_long_address_is_414, 1 },
		{ an_address_has_so_many_connections_and_no_more, 1 },
		{ an_address_that_asks_too_much_waits, 1 },
		{ so_many_connections_at_once_are_all_served, 2 })
