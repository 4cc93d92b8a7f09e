/* check_server_http_stream.c: replies that go on. */

#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static struct http_fixture f;

START_TEST(a_stream_sleeps_and_wakes)
{
	char text[4096];
	int fd;

	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 1 });
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(fd, text, sizeof(text), "\r\n\r\n");
	for (int i = 1; i < 20; i++) {
		char expected[32];

		atomic_store(&f.told, i);
		http_server_wake(f.server);
		snprintf(expected, sizeof(expected), "data: %d\n\n", i);
		(void)http_raw_read(fd, text, sizeof(text), expected);
	}
	atomic_store(&f.told, -1);
	http_server_wake(f.server);
	(void)http_raw_read(fd, text, sizeof(text), "0\r\n\r\n");
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(stopping_ends_sleeping_streams_and_idle_connections)
{
	char text[4096];
	int sleeping, idle;

	http_fixture_start(&f, NULL);
	sleeping = http_raw_open(http_fixture_port(&f));
	idle = http_raw_open(http_fixture_port(&f));
	http_raw_send(sleeping, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(sleeping, text, sizeof(text), "\r\n\r\n");
	http_fixture_stop(&f);
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

	http_fixture_start(&f, &(struct http_options){ .loops = 1 });
	fd = http_raw_open(http_fixture_port(&f));
	http_raw_send(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)http_raw_read(fd, text, sizeof(text), "\r\n\r\n");
	http_server_counters(f.server, &count);
	ck_assert_uint_eq(count.streams, 1);
	ck_assert_int_eq(close(fd), 0);
	for (int i = 1; count.streams > 0; i++) {
		struct timespec nap = { 0, 10000000 };

		atomic_store(&f.told, i);
		http_server_wake(f.server);
		(void)nanosleep(&nap, NULL);
		http_server_counters(f.server, &count);
		ck_assert_int_lt(i, 1000);
	}
	http_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/http stream", a_stream_sleeps_and_wakes,
	  stopping_ends_sleeping_streams_and_idle_connections,
	  a_reader_that_goes_away_leaves_nothing)
