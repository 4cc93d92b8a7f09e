/* check_server_http_wait.c: requests that wait for what others do. */

#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static struct http_fixture f;

static void start(void)
{
	http_fixture_start(&f, &(struct http_options){ .loops = 1 });
	atomic_store(&f.left, 0);
}

static int ask_at(const char *where, unsigned ms)
{
	int fd = http_raw_open(http_fixture_port(&f));
	char text[200];

	snprintf(text, sizeof(text), "POST /%s/%u HTTP/1.1\r\nHost: x\r\n"
		 "Content-Type: application/json\r\nContent-Length: 5\r\n\r\n"
		 "hello", where, ms);
	http_raw_send(fd, text);
	return fd;
}

static int ask(unsigned ms)
{
	return ask_at("wait", ms);
}

static void answers(int fd, const char *end)
{
	char text[4096];

	(void)http_raw_read(fd, text, sizeof(text), end);
	ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 200"));
	ck_assert_int_eq(close(fd), 0);
}

static void left_becomes(unsigned n)
{
	const struct timespec nap = { 0, 10000000 };

	for (int i = 0; atomic_load(&f.left) < n; i++) {
		ck_assert_int_lt(i, 6000);
		http_server_wake(f.server);
		(void)nanosleep(&nap, NULL);
	}
	ck_assert_uint_eq(atomic_load(&f.left), n);
}

START_TEST(a_request_waits_and_others_are_served_meanwhile)
{
	int fd[3];

	start();
	for (size_t i = 0; i < 3; i++)
		fd[i] = ask(60000);
	for (size_t i = 0; i < 20; i++) {
		answer_body_is(http_client_get(f.client, "/param/a"),
			       "[a][none]");
		http_server_wake(f.server);	/* nothing is there yet */
	}
	ck_assert_uint_eq(atomic_load(&f.left), 0);
	atomic_store(&f.told, 7);
	http_server_wake(f.server);
	for (size_t i = 0; i < 3; i++)
		answers(fd[i], "7 hello");
	left_becomes(3);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(what_is_ready_is_not_waited_for)
{
	start();
	atomic_store(&f.told, 3);
	for (size_t i = 0; i < 10; i++)
		answer_body_is(http_client_post(f.client, "/wait/60000", "[]"),
			       "3 []");
	ck_assert_uint_eq(atomic_load(&f.left), 10);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_wait_has_an_end)
{
	start();
	answers(ask(1), "0 hello");
	left_becomes(1);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(one_connection_may_wait_again)
{
	start();
	answer_body_is(http_client_post(f.client, "/wait/1", "[1]"), "0 [1]");
	answer_body_is(http_client_post(f.client, "/wait/1", "[2]"), "0 [2]");
	left_becomes(2);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_handler_waits_for_one_thing_after_the_other)
{
	int fd;

	start();
	fd = ask_at("twice", 60000);
	left_becomes(1);	/* the first is left when the second begins */
	atomic_store(&f.told, 4);
	http_server_wake(f.server);
	answers(fd, "4 hello");
	left_becomes(2);
	answers(ask_at("twice", 1), "4 hello");
	left_becomes(4);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_client_that_goes_away_leaves_nothing)
{
	int fd;

	start();
	fd = ask(1);
	ck_assert_int_eq(close(fd), 0);
	left_becomes(1);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(stopping_answers_who_waits)
{
	int fd;

	start();
	fd = ask(60000);
	/* the loop takes one request after the other */
	answer_body_is(http_client_get(f.client, "/param/a"), "[a][none]");
	http_fixture_stop(&f);
	(void)close(fd);
	ck_assert_uint_le(atomic_load(&f.left), 1);
}
END_TEST

UNIT_MAIN("server/http wait",
	  a_request_waits_and_others_are_served_meanwhile,
	  what_is_ready_is_not_waited_for,
	  a_wait_has_an_end,
	  a_handler_waits_for_one_thing_after_the_other,
	  one_connection_may_wait_again,
	  a_client_that_goes_away_leaves_nothing,
	  stopping_answers_who_waits)
