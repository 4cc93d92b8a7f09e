/* check_server_router.c: paths to routes. */

#include "config.h"

#include <string.h>

#include "server/router.h"
#include "tests/unit/unit.h"

static const struct http_route routes[] = {
	{ HTTP_POST, "/v1/models/{m}/predict", NULL, 1, "", NULL },
	{ HTTP_GET, "/v1/models", NULL, 0, "", NULL },
	{ HTTP_GET, "/v1/models/{m}", NULL, 0, "", NULL },
	{ HTTP_GET, "/v1/models/{m}/contributions/{id}", NULL, 0, "", NULL },
	{ HTTP_GET, "/both", NULL, 0, "", NULL },
	{ HTTP_POST, "/both", NULL, 0, "", NULL },
	{ HTTP_GET, "/ccip/{sender}/{data}.json", NULL, 0, "", NULL },
};

static const struct http_route *find(enum http_method method,
				     const char *path, unsigned *allow,
				     char param[][HTTP_PARAM_BYTES])
{
	return router_find(routes, DC_ARRAY_LEN(routes), method, path, allow,
			   param);
}

START_TEST(a_path_finds_its_route_and_its_values)
{
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	unsigned allow;

	ck_assert_ptr_eq(find(HTTP_POST, "/v1/models/x-1/predict", &allow,
			      param), &routes[0]);
	ck_assert_str_eq(param[0], "x-1");
	ck_assert_ptr_eq(find(HTTP_GET, "/v1/models", &allow, param),
			 &routes[1]);
	ck_assert_ptr_eq(find(HTTP_GET, "/v1/models/abc/contributions/12",
			      &allow, param), &routes[3]);
	ck_assert_str_eq(param[0], "abc");
	ck_assert_str_eq(param[1], "12");
}
END_TEST

START_TEST(what_is_near_a_route_is_not_it)
{
	static const char *const paths[] = {
		"", "/", "/v1/model", "/v1/modelsx", "/v1/models/",
		"/v1/models//predict", "/v1/models/a/b/predict",
		"/v1/models/a/predict/", "//v1/models",
		"/v1/models/a/contributions/",
	};
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	unsigned allow;

	for (size_t i = 0; i < DC_ARRAY_LEN(paths); i++) {
		ck_assert_ptr_null(find(HTTP_GET, paths[i], &allow, param));
		ck_assert_uint_eq(allow, 0);
	}
}
END_TEST

START_TEST(a_segment_longer_than_its_room_matches_nothing)
{
	char path[64 + HTTP_PARAM_BYTES] = "/v1/models/";
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	unsigned allow;

	memset(path + 11, 'a', HTTP_PARAM_BYTES);
	ck_assert_ptr_null(find(HTTP_GET, path, &allow, param));
	path[11 + HTTP_PARAM_BYTES - 1] = '\0';
	ck_assert_ptr_eq(find(HTTP_GET, path, &allow, param), &routes[2]);
}
END_TEST

START_TEST(what_stands_before_a_suffix_may_be_long)
{
	static const char *const others[] = {
		"/ccip/a/.json", "/ccip/a/b.jso", "/ccip/a/b.json/",
		"/ccip/a/b.jsonx", "/ccip/a/json", "/ccip//b.json",
	};
	char path[64 + 2 * HTTP_PARAM_BYTES] = "/ccip/a/";
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	unsigned allow;

	ck_assert_ptr_eq(find(HTTP_GET, "/ccip/a/b.json.json", &allow, param),
			 &routes[6]);
	ck_assert_str_eq(param[0], "a");
	ck_assert_str_eq(param[1], "b.json");
	memset(path + 8, 'b', 2 * HTTP_PARAM_BYTES);
	memcpy(path + 8 + 2 * HTTP_PARAM_BYTES, ".json", 6);
	ck_assert_ptr_eq(find(HTTP_GET, path, &allow, param), &routes[6]);
	ck_assert_str_eq(param[1], "");
	for (size_t i = 0; i < DC_ARRAY_LEN(others); i++)
		ck_assert_ptr_null(find(HTTP_GET, others[i], &allow, param));
}
END_TEST

START_TEST(a_wrong_method_is_told_which_are_right)
{
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	unsigned allow;

	ck_assert_ptr_null(find(HTTP_GET, "/v1/models/a/predict", &allow,
				param));
	ck_assert_str_eq(router_allow_text(allow), "POST, OPTIONS");
	ck_assert_ptr_null(find(HTTP_OTHER, "/both", &allow, param));
	ck_assert_str_eq(router_allow_text(allow), "GET, HEAD, POST, OPTIONS");
	ck_assert_ptr_null(find(HTTP_POST, "/v1/models", &allow, param));
	ck_assert_str_eq(router_allow_text(allow), "GET, HEAD, OPTIONS");
}
END_TEST

START_TEST(methods_are_told_apart_by_case_and_length)
{
	ck_assert_int_eq(router_method("GET"), HTTP_GET);
	ck_assert_int_eq(router_method("HEAD"), HTTP_GET);
	ck_assert_int_eq(router_method("POST"), HTTP_POST);
	ck_assert_int_eq(router_method("get"), HTTP_OTHER);
	ck_assert_int_eq(router_method("GETX"), HTTP_OTHER);
	ck_assert_int_eq(router_method("DELETE"), HTTP_OTHER);
}
END_TEST

START_TEST(percent_signs_are_decoded_where_they_are_right)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain", "plain" }, { "a%20b", "a b" }, { "%41%7a", "Az" },
		{ "%", "%" }, { "%4", "%4" }, { "%4g", "%4g" },
		{ "a%00b", "a%00b" }, { "%25%32%35", "%25" },
		{ "%c3%A9", "\xc3\xa9" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		char text[32];

		memcpy(text, cases[i].in, strlen(cases[i].in) + 1);
		ck_assert_uint_eq(router_unescape(text),
				  strlen(cases[i].out));
		ck_assert_str_eq(text, cases[i].out);
	}
}
END_TEST

UNIT_MAIN("server/router", a_path_finds_its_route_and_its_values,
	  what_is_near_a_route_is_not_it,
	  a_segment_longer_than_its_room_matches_nothing,
	  what_stands_before_a_suffix_may_be_long,
	  a_wrong_method_is_told_which_are_right,
	  methods_are_told_apart_by_case_and_length,
	  percent_signs_are_decoded_where_they_are_right)
