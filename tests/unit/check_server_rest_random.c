/* check_server_rest_random.c: requests drawn at random at every route of the
 * description, while blocks come in. A sequence is its seed's:
 *
 *	RANDOM_REQUESTS=10000 RANDOM_SEED=7 tests/unit/check_server_rest_random
 *
 * Whatever is asked, no answer is a 5xx, every answer has an id, every
 * refusal is a problem document and every 200 of JSON is JSON. */

#include "config.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "server/simulations.h"
#include "tests/unit/rest_fixture.h"
#include "tests/unit/unit.h"

#define REQUESTS 1500
#define BLOCK_EVERY 40		/* requests between two contributions */
#define TEXT_BYTES 4096

static struct rest_fixture f;
static uint64_t seed;
static char next_key[512];	/* a `next` that some page gave */

/* ---- dice ---- */

static unsigned below(unsigned n)
{
	return (unsigned)(unit_random(&seed) % n);
}

static bool one_in(unsigned n)
{
	return below(n) == 0;
}

#define ANY(list) (list)[below(DC_ARRAY_LEN(list))]

static uint64_t setting(const char *name, uint64_t initial)
{
	const char *text = getenv(name);

	return text == NULL ? initial : strtoull(text, NULL, 10);
}

/* ---- texts ---- */

/* Percent-encode what a URL cannot hold, and now and then what it can. */
static void append_encoded(struct dc_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((isalnum(c) || strchr("-_.~", c) != NULL) && c != 0 &&
		    !one_in(40))
			dc_buf_append_byte(out, c);
		else
			dc_buf_printf(out, "%%%02x", c);
	}
}

static void append_junk(struct dc_buf *out)
{
	char text[200];
	size_t len = below(one_in(10) ? sizeof(text) : 12);

	for (size_t i = 0; i < len; i++)
		text[i] = (char)(one_in(3) ? below(256) : 32 + below(95));
	append_encoded(out, text, len);
}

static void append_address(struct dc_buf *out)
{
	struct addr20 a = rest_fixture_address(below(130));
	char text[ADDR20_TEXT_BYTES];

	if (one_in(3))
		a = f.sections_at;
	else if (one_in(3))
		a = f.board_at;
	else if (one_in(6))
		a = f.unknown_at;
	addr20_format(&a, text);
	if (one_in(3))
		for (char *p = text + 2; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
	if (one_in(20))
		text[below(ADDR20_TEXT_BYTES - 1)] = 'x';
	dc_buf_append_text(out, text);
}

static void append_number(struct dc_buf *out)
{
	static const char *const edges[] = {
		"0", "1", "-1", "500", "501", "17000097", "17000096",
		"4294967296", "9223372036854775807", "9223372036854775808",
		"18446744073709551615", "18446744073709551616", "00", "1e3",
		"0x10", "1.5", "99999999999999999999999", ""
	};

	if (one_in(2))
		dc_buf_printf(out, "%u", below(140));
	else
		dc_buf_append_text(out, ANY(edges));
}

/* A path parameter, by the name that the description gives it. */
static void append_parameter(struct dc_buf *out, const char *name, size_t len)
{
	if (one_in(12)) {
		append_junk(out);
		return;
	}
	if (strncmp(name, "model", len) == 0 && one_in(3))
		dc_buf_append_text(out, registry_info(one_in(2) ? f.sections :
						      f.board)->slug);
	else if (strncmp(name, "model", len) == 0 ||
		 strncmp(name, "address", len) == 0)
		append_address(out);
	else
		append_number(out);
}

static void append_query_value(struct dc_buf *out, const char *name)
{
	static const char *const words[] = {
		"new", "accuracy", "contributions", "deposits", "name",
		"stake", "points", "pending", "agree", "credit", "abstain",
		"disagree", "refunded", "forfeited", "invalid", "karma",
		"earned", "deposited", "24h", "7d", "30d", "all",
		"naive-bayes", "decaid", "json", "science", "header",
		"memory", "fold-0", "fold-9", "%25", "%00"
	};

	if (strcmp(name, "after") == 0 && next_key[0] != '\0' && !one_in(4))
		append_encoded(out, next_key, strlen(next_key));
	else if (one_in(8))
		append_junk(out);
	else if (strcmp(name, "model") == 0 ||
		 strcmp(name, "contributor") == 0)
		append_address(out);
	else if (one_in(3))
		append_number(out);
	else
		dc_buf_append_text(out, ANY(words));
}

/* What a parameter's reference leads to. */
static const json_t *resolved(const json_t *parameter)
{
	const char *at = json_string_value(json_object_get(parameter,
							   "$ref"));

	if (at == NULL)
		return parameter;
	return json_object_get(json_object_get(
		json_object_get(f.openapi, "components"), "parameters"),
		strrchr(at, '/') + 1);
}

/* The name of one of a list's query parameters; NULL: it has none. */
static const char *any_query_name(const json_t *list)
{
	const char *names[32];
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list) &&
	     n < DC_ARRAY_LEN(names); i++) {
		const json_t *p = resolved(json_array_get(list, i));

		if (strcmp(json_string_value(json_object_get(p, "in")),
			   "query") == 0)
			names[n++] = json_string_value(json_object_get(p,
								"name"));
	}
	return n == 0 ? NULL : names[below((unsigned)n)];
}

/* Mostly one that the description has for this path. */
static const char *choose_name(const json_t *path)
{
	static const char *const names[] = {
		"limit", "after", "sort", "q", "incentive", "type", "state",
		"label", "contributor", "by", "window", "points", "model",
		"format", "none"
	};
	const char *name = any_query_name(json_object_get(
		json_object_get(path, "get"), "parameters"));

	return name == NULL || one_in(4) ? ANY(names) : name;
}

static void append_query(struct dc_buf *out, const json_t *path)
{
	char mark = '?';

	for (unsigned n = below(4); n > 0; n--) {
		const char *name = choose_name(path);

		dc_buf_append_byte(out, (uint8_t)mark);
		dc_buf_append_text(out, name);
		if (!one_in(20))
			dc_buf_append_byte(out, '=');
		append_query_value(out, name);
		mark = one_in(30) ? ';' : '&';
	}
}

/* One of the description's paths, its {names} filled in; what it says of it. */
static const json_t *append_path(struct dc_buf *out)
{
	json_t *paths = json_object_get(f.openapi, "paths");
	unsigned skip = below((unsigned)json_object_size(paths));
	void *at = json_object_iter(paths);
	const char *p;

	while (skip-- > 0)
		at = json_object_iter_next(paths, at);
	for (p = json_object_iter_key(at); *p != '\0'; p++) {
		size_t len = strcspn(p, "}");

		if (*p != '{') {
			dc_buf_append_byte(out, (uint8_t)*p);
			continue;
		}
		append_parameter(out, p + 1, len - 1);
		p += len;
	}
	if (one_in(40))
		append_junk(out);
	return json_object_iter_value(at);
}

/* ---- the rest of a request ---- */

static void append_body(struct dc_buf *out)
{
	static const char *const bodies[] = {
		"{\"text\":\"play arcade level\"}",
		"{\"text\":\"\\u0000\\ud800\"}", "{\"text\":\"\"}",
		"{\"features\":[1,0,-1,0.5,1e2,0,0,0,1]}",
		"{\"features\":[1,2,3]}", "{\"features\":[1e99]}",
		"{\"indices\":[1,2,3]}", "{\"indices\":[8,8,0]}",
		"{\"indices\":[9223372036854775807]}",
		"{\"inputs\":[{\"text\":\"a\"},{\"indices\":[1]}]}",
		"{\"inputs\":[]}", "{\"attest\":true,\"text\":\"a\"}",
		"{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\","
		"\"shape\":[2],\"data\":[\"play\",\"\\u0000\"]}]}",
		"{\"inputs\":[{\"name\":\"features\",\"datatype\":\"FP64\","
		"\"shape\":[1,9],\"data\":[[1,0,-1,0.5,1e2,0,0,0,1]]}]}",
		"{\"inputs\":[{\"name\":\"indices\",\"datatype\":\"INT64\","
		"\"shape\":[2,2],\"data\":[1,2,-1,8]}],"
		"\"outputs\":[{\"name\":\"label\"}]}",
		"{\"text\":1}", "[]", "null", "{", "",
		"{\"example\":\"market\"}", "{\"example\":\"none\"}",
		"{\"scenario\":\"decaid-scenario 1\\nseed x\\n\"}",
		"{\"scenario\":7}", "{\"example\":\"attack\",\"a\":1}",
	};
	size_t from = out->len;

	dc_buf_append_text(out, ANY(bodies));
	for (unsigned n = one_in(3) ? below(4) : 0;
	     n > 0 && out->len > from; n--)
		out->data[from + below((unsigned)(out->len - from))] =
			(uint8_t)below(256);
}

struct headers {
	char line[4][256];
	const char *list[5];
	size_t n;
};

static void add_header(struct headers *h, const char *line)
{
	snprintf(h->line[h->n], sizeof(h->line[0]), "%s", line);
	h->list[h->n] = h->line[h->n];
	h->n++;
	h->list[h->n] = NULL;
}

static void choose_headers(struct headers *h, bool body)
{
	static const char *const others[] = {
		"Accept-Encoding: gzip", "Accept-Encoding: gzip;q=0, *",
		"If-None-Match: *", "If-None-Match: \"", "Accept: text/html",
		"If-None-Match: \"0123\", W/\"4567-gz\"",
		"X-Request-Id: a-request-id-of-ours", "X-Request-Id: \x1b[31m",
		"Last-Event-ID: 130-1-contribution", "Origin: https://a.b",
		"Range: bytes=0-1", "Authorization: Basic Og==",
		"X-HTTP-Method-Override: DELETE", "Host: ",
	};
	static const char *const types[] = {
		"Content-Type: application/json",
		"Content-Type: application/json; charset=utf-8",
		"Content-Type: text/plain", "Content-Type:"
	};

	h->n = 0;
	h->list[0] = NULL;
	if (body)
		add_header(h, one_in(8) ? ANY(types) : types[0]);
	for (unsigned n = below(3); n > 0; n--)
		add_header(h, ANY(others));
}

static const char *choose_method(void)
{
	static const char *const odd[] = {
		"HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW",
		"get"
	};

	if (one_in(8))
		return ANY(odd);
	return one_in(3) ? "POST" : "GET";
}

/* ---- answers ---- */

static bool is_json(const struct http_answer *a)
{
	char text[128];

	http_answer_header(a, "Content-Encoding", text, sizeof(text));
	if (text[0] != '\0')
		return false;
	http_answer_header(a, "Content-Type", text, sizeof(text));
	return strstr(text, "json") != NULL && strstr(text, "ndjson") == NULL;
}

/* A model whose spec is not known here is listed, and says 503 to predict. */
static bool is_told_why(json_t *doc)
{
	const char *detail = json_string_value(json_object_get(doc, "detail"));

	return detail != NULL && (strstr(detail, "not served here") != NULL ||
				  strstr(detail, "proof") != NULL);
}

static void keep_next(json_t *doc)
{
	const char *next = json_string_value(json_object_get(doc, "next"));

	if (next != NULL && one_in(3))
		snprintf(next_key, sizeof(next_key), "%s", next);
}

static void look_at(const struct http_answer *a, const char *asked, bool head)
{
	char id[128];
	json_t *doc = NULL;

	http_answer_header(a, "X-Request-Id", id, sizeof(id));
	ck_assert_msg(id[0] != '\0', "%s: no id", asked);
	if (!head && is_json(a) && a->status != 304) {
		doc = json_loadb((const char *)a->body.data, a->body.len,
				 JSON_DECODE_ANY, NULL);
		ck_assert_msg(doc != NULL, "%s: no JSON", asked);
	}
	if (a->status >= 400 && !head) {
		ck_assert_msg(json_is_object(doc), "%s: no problem", asked);
		ck_assert_int_eq(json_integer_value(json_object_get(doc,
						"status")), a->status);
	}
	ck_assert_msg(a->status < 500 ||
		      (a->status == 503 && (head || is_told_why(doc))),
		      "%s: %ld %.*s", asked, a->status, (int)a->body.len,
		      (const char *)a->body.data);
	keep_next(doc);
	json_decref(doc);
}

/* A stream has no end: its header is looked at, and it is left. */
static void look_at_stream(const char *path)
{
	char text[8192], request[TEXT_BYTES + 100];
	int fd = http_raw_open(http_server_port(f.http));

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
		 path);
	http_raw_send(fd, request);
	(void)http_raw_read(fd, text, sizeof(text), "\r\n\r\n");
	ck_assert_msg(text[9] == '2' || text[9] == '4', "%s: %s", path, text);
	ck_assert_int_eq(close(fd), 0);
}

static void ask_once(struct dc_buf *path, struct dc_buf *body, uint64_t i)
{
	const char *method = choose_method();
	bool with_body = strcmp(method, "POST") == 0 || one_in(30);
	struct headers headers;
	char asked[TEXT_BYTES + 200];
	const struct http_answer *a;

	dc_buf_reset(path);
	dc_buf_reset(body);
	append_query(path, append_path(path));
	if (with_body)
		append_body(body);
	snprintf(asked, sizeof(asked), "request %llu: %s %s",
		 (unsigned long long)i, method, dc_buf_text(path));
	if (strncmp(dc_buf_text(path), "/v1/events", 10) == 0) {
		look_at_stream(dc_buf_text(path));
		return;
	}
	choose_headers(&headers, with_body);
	a = http_client_do(f.client, method, dc_buf_text(path), headers.list,
			   with_body ? body->data : NULL, body->len);
	look_at(a, asked, strcmp(method, "HEAD") == 0);
}

static void ring(void *user)
{
	(void)user;
	app_changed(&f.app);
}

START_TEST(no_request_makes_the_server_fail)
{
	uint64_t n = setting("RANDOM_REQUESTS", REQUESTS);
	struct simulations_options runs = { "./decaid", 2, 0, ring, NULL };
	struct dc_err err = DC_ERR_INIT;
	struct http_counters count;
	struct dc_buf path, body;

	seed = setting("RANDOM_SEED", 1);
	dc_buf_init(&path, TEXT_BYTES);
	dc_buf_init(&body, TEXT_BYTES);
	rest_fixture_start(&f, 2);
	ck_assert_int_eq(simulations_new(&f.app.simulations, &runs, &err),
			 DC_OK);
	for (uint64_t i = 0; i < n; i++) {
		if (i % BLOCK_EVERY == 0)
			rest_fixture_contribute(&f, REST_HEAD + 1 +
						    i / BLOCK_EVERY);
		ask_once(&path, &body, i);
	}
	http_server_counters(f.http, &count);
	ck_assert_uint_ge(count.requests, n);
	ck_assert_uint_gt(count.by_class[2], n / 10);
	ck_assert_uint_gt(count.by_class[4], n / 10);
	ck_assert_uint_gt(count.kept, 0);
	http_server_stop(f.http);
	f.http = f.app.http = NULL;
	simulations_free(f.app.simulations);
	rest_fixture_stop(&f);
	dc_buf_clear(&path);
	dc_buf_clear(&body);
}
END_TEST

UNIT_MAIN("server/rest random", no_request_makes_the_server_fail)
