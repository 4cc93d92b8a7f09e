/* check_server_events.c: the event stream, live, resumed, after a reorg. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "server/event_ring.h"
#include "sql/undo.h"
#include "tests/unit/rest_fixture.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;
static char text[1 << 20];

/* Open the stream; returns its socket, the greeting read. */
static int listen_to(const char *query, const char *last)
{
	char request[512];
	int fd = http_raw_open(http_server_port(f.http));

	snprintf(request, sizeof(request),
		 "GET /v1/events%s HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n", query,
		 last == NULL ? "" : "Last-Event-ID: ",
		 last == NULL ? "" : last, last == NULL ? "" : "\r\n");
	http_raw_send(fd, request);
	(void)http_raw_read(fd, text, sizeof(text), "retry: 2000");
	ck_assert_ptr_nonnull(strstr(text, "Content-Type: "
				     "text/event-stream\r\n"));
	return fd;
}

/* Events end their lines with \n alone: "\r\nSIZE\r\n" is between chunks, which
 * end anywhere. */
static void join_chunks(void)
{
	char *at = text, *end;

	while ((at = strstr(at, "\r\n")) != NULL) {
		(void)strtoul(at + 2, &end, 16);
		if (end > at + 2 && strncmp(end, "\r\n", 2) == 0)
			memmove(at, end + 2, strlen(end + 2) + 1);
		else
			at += 2;
	}
}

/* Read on until it was said; what was read before counts. */
static void hear(int fd, const char *until)
{
	size_t len = strlen(text);

	if (strstr(text, until) == NULL)
		(void)http_raw_read(fd, text + len, sizeof(text) - len, until);
	join_chunks();
}

/* The same, for what is said from now on. */
static void hear_next(int fd, const char *until)
{
	text[0] = '\0';
	hear(fd, until);
}

static size_t count(const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

START_TEST(what_happens_is_told_once_it_happens)
{
	int one, two;

	rest_fixture_start(&f, 2);
	one = listen_to("", NULL);
	two = listen_to("", NULL);
	for (unsigned i = 1; i <= 5; i++) {
		char id[64];

		rest_fixture_contribute(&f, REST_HEAD + i);
		snprintf(id, sizeof(id), "id: %u-4294967295-block\n",
			 REST_HEAD + i);
		hear_next(one, id);
		snprintf(id, sizeof(id), "id: %u-0-contribution\n",
			 REST_HEAD + i);
		ck_assert_uint_eq(count(id), 1);
		ck_assert_uint_eq(count("\"class\":\""), 1);
		snprintf(id, sizeof(id), "id: %u-4294967295-block\n",
			 REST_HEAD + i);
		hear_next(two, id);
	}
	ck_assert_int_eq(close(one), 0);
	ck_assert_int_eq(close(two), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_stream_resumes_after_the_last_id)
{
	int fd;

	rest_fixture_start(&f, 1);
	fd = listen_to("", "100-0-contribution");
	hear(fd, "130-4294967295-block");
	/* contributions of blocks 101 to 121, the checkpoint of 100 */
	ck_assert_uint_eq(count("event: contribution\n"), 21);
	ck_assert_uint_eq(count("event: checkpoint\n"), 1);
	ck_assert_uint_eq(count("id: 100-2-checkpoint\n"), 1);
	ck_assert_uint_eq(count("id: 100-0-"), 0);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	hear_next(fd, "131-4294967295-block");
	ck_assert_uint_eq(count("event: contribution\n"), 1);
	ck_assert_int_eq(close(fd), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(everything_is_told_from_the_beginning_on)
{
	int fd;

	rest_fixture_start(&f, 1);
	fd = listen_to("", "0-0-block");
	hear(fd, "130-4294967295-block");
	ck_assert_uint_eq(count("event: contribution\n"), REST_SECTIONS);
	ck_assert_uint_eq(count("event: model\n"), 3);
	ck_assert_uint_eq(count("event: refund\n"), 36);
	ck_assert_uint_eq(count("event: report\n"), 4);
	ck_assert_int_eq(close(fd), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(one_model_alone_can_be_listened_to)
{
	char query[128];
	int fd;

	rest_fixture_start(&f, 1);
	snprintf(query, sizeof(query), "?model=%s",
		 registry_info(f.board)->slug);
	fd = listen_to(query, "0-0-block");
	hear(fd, "130-4294967295-block");
	ck_assert_uint_eq(count("event: contribution\n"), 0);
	ck_assert_uint_eq(count("event: model\n"), 1);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	hear_next(fd, "131-4294967295-block");
	ck_assert_uint_eq(count("event: contribution\n"), 0);
	ck_assert_int_eq(close(fd), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_reorg_is_told_and_what_follows_it)
{
	struct dc_err err = DC_ERR_INIT;
	int fd;

	rest_fixture_start(&f, 1);
	fd = listen_to("", NULL);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	rest_fixture_contribute(&f, REST_HEAD + 2);
	hear_next(fd, "132-4294967295-block");
	ck_assert_int_eq(sql_tx_begin(f.writer, &err), DC_OK);
	ck_assert_msg(sql_rollback_above(f.writer, REST_HEAD, &err) == DC_OK,
		      "%s", err.text);
	ck_assert_int_eq(sql_tx_commit(f.writer, &err), DC_OK);
	event_ring_rolled_back(f.app.events, REST_HEAD);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	hear_next(fd, "131-4294967295-block");
	ck_assert_uint_eq(count("id: 130-4294967295-reorg\n"), 1);
	ck_assert_uint_eq(count("id: 131-0-contribution\n"), 1);
	ck_assert_int_eq(close(fd), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_wrong_place_or_model_is_refused)
{
	static const char *const wrong[] = { "Last-Event-ID: x-1-block",
					     NULL };

	rest_fixture_start(&f, 1);
	ck_assert_int_eq(http_client_do(f.client, "GET", "/v1/events", wrong,
					NULL, 0)->status, 400);
	ck_assert_int_eq(http_client_get(f.client, "/v1/events?model=none")
			 ->status, 404);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(places_are_read_from_ids)
{
	static const struct {
		const char *id;
		bool good;
		uint64_t block;
		uint32_t index;
	} cases[] = {
		{ "12-3-refund", true, 12, 3 }, { "0-0-block", true, 0, 0 },
		{ "1-4294967295-block", true, 1, UINT32_MAX },
		{ "1-4294967296-block", false, 0, 0 }, { "", false, 0, 0 },
		{ "1", false, 0, 0 }, { "1-2", false, 0, 0 },
		{ "-1-2-x", false, 0, 0 },
		{ "99999999999999999999-1-x", false, 0, 0 },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct event_place p;

		ck_assert_int_eq(event_place_parse(&p, cases[i].id),
				 cases[i].good);
		if (cases[i].good) {
			ck_assert_uint_eq(p.block, cases[i].block);
			ck_assert_uint_eq(p.index, cases[i].index);
		}
	}
}
END_TEST

UNIT_MAIN("server/events", what_happens_is_told_once_it_happens,
	  a_stream_resumes_after_the_last_id,
	  everything_is_told_from_the_beginning_on,
	  one_model_alone_can_be_listened_to,
	  a_reorg_is_told_and_what_follows_it,
	  a_wrong_place_or_model_is_refused, places_are_read_from_ids)
