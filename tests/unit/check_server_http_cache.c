/* check_server_http_cache.c: replies that are sent again without their
 * handler. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static struct http_fixture f;

/* One loop, so that one cache sees all. */
static void start(void)
{
	http_fixture_start(&f, &(struct http_options){ .loops = 1 });
}

static void handler_ran(unsigned n)
{
	ck_assert_uint_eq(atomic_load(&f.handled), n);
}

START_TEST(a_reply_is_kept_while_the_state_stays)
{
	struct http_counters count;

	start();
	for (int i = 0; i < 5; i++)
		answer_body_is(http_client_get(f.client, "/kept?q=a"), "1  a");
	atomic_store(&f.state, 2);
	for (int i = 0; i < 5; i++)
		answer_body_is(http_client_get(f.client, "/kept?q=a"), "2  a");
	handler_ran(2);
	http_server_counters(f.server, &count);
	ck_assert_uint_eq(count.kept, 8);
	ck_assert_uint_eq(count.requests, 10);
	ck_assert_uint_eq(count.by_class[2], 10);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(each_address_has_a_reply_of_its_own)
{
	static const struct {
		const char *path, *body;
	} cases[] = {
		{ "/kept/a?q=b", "1 a b" }, { "/kept/b?q=a", "2 b a" },
		{ "/kept/a?q=", "3 a " }, { "/kept/a", "4 a -" },
		{ "/kept/a?q=b&x", "5 a b" }, { "/kept/%61?q=b", "6 a b" },
	};

	start();
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++)
			answer_body_is(http_client_get(f.client,
						       cases[i].path),
				       cases[i].body);
	handler_ran(DC_ARRAY_LEN(cases));
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_kept_reply_carries_this_requests_id)
{
	char id[128], before[128] = "";

	start();
	for (int i = 0; i < 4; i++) {
		http_answer_header(http_client_get(f.client, "/kept"),
				   "X-Request-Id", id, sizeof(id));
		ck_assert_uint_eq(strlen(id), 16);
		ck_assert_str_ne(id, before);
		memcpy(before, id, sizeof(id));
	}
	answer_header_is(http_fixture_get_with(&f, "/kept",
					       "X-Request-Id: mine-is-longer-than-16"),
			 "X-Request-Id", "mine-is-longer-than-16");
	answer_header_is(http_fixture_get_with(&f, "/kept",
					       "X-Request-Id: brief-id"),
			 "X-Request-Id", "brief-id");
	handler_ran(1);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(requests_sent_in_one_go_have_an_id_each)
{
	char one[128] = "", text[16384];
	int fd;

	start();
	(void)http_client_get(f.client, "/kept");
	fd = http_raw_open(http_fixture_port(&f));
	for (int i = 0; i < 8; i++) {
		snprintf(one, sizeof(one), "GET /kept HTTP/1.1\r\nHost: x\r\n"
			 "X-Request-Id: pipelined-%d\r\n\r\n", i);
		http_raw_send(fd, one);
	}
	(void)http_raw_read(fd, text, sizeof(text), "pipelined-7");
	for (int i = 0; i < 8; i++) {
		snprintf(one, sizeof(one), "X-Request-Id: pipelined-%d\r\n",
			 i);
		ck_assert_msg(strstr(text, one) != NULL, "%s", one);
	}
	handler_ran(1);
	ck_assert_int_eq(close(fd), 0);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_known_tag_is_answered_from_what_is_kept)
{
	const struct http_answer *a;
	char etag[128];

	start();
	http_answer_header(http_client_get(f.client, "/kept"), "ETag", etag,
			   sizeof(etag));
	for (int i = 0; i < 5; i++) {
		a = http_fixture_get_tagged(&f, "/kept", etag);
		ck_assert_int_eq(a->status, 304);
		ck_assert_uint_eq(a->body.len, 0);
		answer_header_is(a, "ETag", etag);
		answer_header_is(a, "Content-Type", "");
		answer_body_is(http_client_get(f.client, "/kept"), "1  -");
		ck_assert_int_eq(http_fixture_get_tagged(&f, "/kept",
							 "\"other\"")->status,
				 200);
	}
	handler_ran(2);
	atomic_store(&f.state, 9);
	a = http_fixture_get_tagged(&f, "/kept", etag);
	ck_assert_int_eq(a->status, 200);
	answer_body_is(a, "3  -");
	http_fixture_stop(&f);
}
END_TEST

START_TEST(whoever_comes_first_with_a_tag_spoils_nothing)
{
	char etag[128];

	start();
	http_answer_header(http_client_get(f.client, "/kept?q=1"), "ETag",
			   etag, sizeof(etag));
	/* the same state, another address: its 304 is kept before its 200 */
	ck_assert_int_eq(http_fixture_get_tagged(&f, "/kept", etag)->status,
			 304);
	answer_body_is(http_client_get(f.client, "/kept"), "3  -");
	ck_assert_int_eq(http_fixture_get_tagged(&f, "/kept", etag)->status,
			 304);
	answer_body_is(http_client_get(f.client, "/kept"), "3  -");
	handler_ran(3);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(each_encoding_is_kept_for_itself)
{
	static const char gzip[] = "Accept-Encoding: gzip";
	static uint8_t out[50000];
	const struct http_answer *a;
	char etag[128], line[256];
	const char *const knows[] = { gzip, line, NULL };

	start();
	for (int i = 0; i < 3; i++) {
		a = http_fixture_get_with(&f, "/kept-large", gzip);
		answer_header_is(a, "Content-Encoding", "gzip");
		ck_assert_uint_lt(a->body.len, 1000);
		ck_assert_uint_eq(answer_inflate(a, out, sizeof(out)), 40004);
		http_answer_header(a, "ETag", etag, sizeof(etag));
		a = http_client_get(f.client, "/kept-large");
		answer_header_is(a, "Content-Encoding", "");
		ck_assert_uint_eq(a->body.len, 40004);
	}
	handler_ran(2);
	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	for (int i = 0; i < 3; i++) {
		a = http_client_do(f.client, "GET", "/kept-large", knows,
				   NULL, 0);
		ck_assert_int_eq(a->status, 304);
		answer_header_is(a, "Content-Encoding", "");
	}
	handler_ran(3);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(head_shares_what_get_keeps)
{
	const struct http_answer *a;

	start();
	a = http_client_do(f.client, "HEAD", "/kept-large", NULL, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	answer_header_is(a, "Content-Length", "40004");
	ck_assert_uint_eq(a->body.len, 0);
	a = http_client_get(f.client, "/kept-large");
	ck_assert_uint_eq(a->body.len, 40004);
	handler_ran(1);
	http_fixture_stop(&f);
}
END_TEST

START_TEST(a_problem_is_never_kept)
{
	start();
	for (unsigned i = 1; i < 4; i++) {
		answer_problem_is(http_client_get(f.client, "/kept?q=wrong"),
				  400);
		handler_ran(i);
	}
	http_fixture_stop(&f);
}
END_TEST

/* Far more addresses than there is room for, some too long to be kept:
 * memory is bounded, and every answer is right. */
START_TEST(a_flood_of_addresses_gets_right_answers)
{
	char path[1024], body[1024];
	uint64_t seed = 1;
	char fill[700];

	memset(fill, 'f', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	start();
	for (unsigned i = 0; i < 3000; i++) {
		unsigned n = (unsigned)(unit_random(&seed) % 700);
		const struct http_answer *a;

		snprintf(path, sizeof(path), "/kept-large?q=%u%s", n,
			 n % 10 == 0 ? fill : "");
		a = http_client_get(f.client, path);
		ck_assert_int_eq(a->status, 200);
		snprintf(body, sizeof(body), " %u%s0123456789", n,
			 n % 10 == 0 ? fill : "");
		ck_assert_ptr_nonnull(memmem(a->body.data, a->body.len, body,
					     strlen(body)));
		if (i % 1000 == 0)
			atomic_fetch_add(&f.state, 1);
	}
	ck_assert_uint_lt(atomic_load(&f.handled), 3000);
	http_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/http cache", a_reply_is_kept_while_the_state_stays,
	  each_address_has_a_reply_of_its_own,
	  a_kept_reply_carries_this_requests_id,
	  requests_sent_in_one_go_have_an_id_each,
	  a_known_tag_is_answered_from_what_is_kept,
	  whoever_comes_first_with_a_tag_spoils_nothing,
	  each_encoding_is_kept_for_itself, head_shares_what_get_keeps,
	  a_problem_is_never_kept, a_flood_of_addresses_gets_right_answers)
