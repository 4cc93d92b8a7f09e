/* check_server_rest_kept.c: what of the REST interface is kept, and until
 * when. */

#include "config.h"

#include <string.h>

#include "server/asset.h"
#include "tests/unit/rest_fixture.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

static uint64_t kept(void)
{
	struct http_counters count;

	http_server_counters(f.http, &count);
	return count.kept;
}

static json_t *get(const char *path)
{
	const struct http_answer *a = http_client_get(f.client, path);
	json_t *reply = json_loadb((const char *)a->body.data, a->body.len, 0,
				   NULL);

	ck_assert_msg(a->status == 200 && reply != NULL, "%s: %ld", path,
		      a->status);
	return reply;
}

static long long int_of(json_t *owned, const char *name)
{
	json_t *v = json_object_get(owned, name);
	long long n = json_integer_value(v);

	ck_assert(json_is_integer(v));
	json_decref(owned);
	return n;
}

static void tag_of(const char *path, char *out, size_t room)
{
	http_answer_header(http_client_get(f.client, path), "ETag", out,
			   room);
}

static long status_with(const char *path, const char *etag)
{
	char line[160];
	const char *const headers[] = { line, NULL };

	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	return http_client_do(f.client, "GET", path, headers, NULL,
			      0)->status;
}

START_TEST(the_status_tag_speaks_for_the_state_and_not_for_the_clock)
{
	char tag[128], later[128];
	long long uptime;

	rest_fixture_start(&f, 1);
	uptime = int_of(get("/v1/status"), "uptime_s");
	tag_of("/v1/status", tag, sizeof(tag));
	ck_assert_int_eq(strncmp(tag, "W/\"", 3), 0);
	f.app.started_ms -= 5000;
	tag_of("/v1/status", later, sizeof(later));
	ck_assert_str_eq(tag, later);
	ck_assert_int_eq(status_with("/v1/status", tag), 304);
	ck_assert_int_ge(int_of(get("/v1/status"), "uptime_s"), uptime + 5);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_status_follows_the_node_without_a_commit)
{
	char tag[128];

	rest_fixture_start(&f, 1);
	tag_of("/v1/status", tag, sizeof(tag));
	f.status.head++;
	f.status.lag_blocks++;
	ck_assert_int_eq(status_with("/v1/status", tag), 200);
	tag_of("/v1/status", tag, sizeof(tag));
	f.status.halted = true;
	ck_assert_int_eq(status_with("/v1/status", tag), 200);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_kept_list_ends_with_the_next_commit)
{
	uint64_t before;

	rest_fixture_start(&f, 1);
	ck_assert_int_eq(int_of(get("/v1/status"), "contributions"),
			 REST_SECTIONS);
	json_decref(get("/v1/models"));
	before = kept();
	for (int i = 0; i < 3; i++)
		json_decref(get("/v1/models"));
	ck_assert_uint_eq(kept(), before + 3);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	ck_assert_int_eq(int_of(get("/v1/status"), "contributions"),
			 REST_SECTIONS + 1);
	before = kept();
	json_decref(get("/v1/models"));
	ck_assert_uint_eq(kept(), before);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_is_part_of_the_program_is_kept_and_tagged_by_its_hash)
{
	static const char *const paths[] = { "/openapi.json", "/", "/healthz" };
	uint64_t before;
	char tag[128];

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(paths); i++)
		(void)http_client_get(f.client, paths[i]);
	rest_fixture_contribute(&f, REST_HEAD + 1);
	before = kept();
	for (size_t i = 0; i < DC_ARRAY_LEN(paths); i++)
		ck_assert_int_eq(http_client_get(f.client, paths[i])->status,
				 200);
	ck_assert_uint_eq(kept(), before + DC_ARRAY_LEN(paths));
	tag_of("/openapi.json", tag, sizeof(tag));
	ck_assert_uint_eq(strlen(tag), 26);
	ck_assert_int_eq(strncmp(tag + 1, asset_openapi()->tag, 24), 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_depends_on_more_is_made_each_time)
{
	static const char *const paths[] = { "/metrics", "/readyz" };

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(paths); i++)
		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(http_client_get(f.client,
							 paths[i])->status,
					 200);
	ck_assert_uint_eq(kept(), 0);
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest kept",
	  the_status_tag_speaks_for_the_state_and_not_for_the_clock,
	  the_status_follows_the_node_without_a_commit,
	  a_kept_list_ends_with_the_next_commit,
	  what_is_part_of_the_program_is_kept_and_tagged_by_its_hash,
	  what_depends_on_more_is_made_each_time)
