/* check_server_rest.c: every route from outside, its replies held against
 * openapi.json. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

/* ---- asking ---- */

/* Short names here, where they are on every line. */
#define parse rest_parse
#define at rest_at
#define int_at rest_int_at
#define text_at rest_text_at

static json_t *get(const char *path, const char *schema)
{
	return rest_ok(&f, http_client_get(f.client, path), schema);
}

static void fails(const struct http_answer *a, long status,
		  const char *detail)
{
	rest_fails(&f, a, status, detail);
}

static const char *slug(void)
{
	return registry_info(f.sections)->slug;
}

/* "/v1/models/SLUG" and tail; good until the next call. */
static const char *under(const char *tail)
{
	static char path[512];

	snprintf(path, sizeof(path), "/v1/models/%s%s", slug(), tail);
	return path;
}

/* ---- routes and their description ---- */

START_TEST(the_description_names_every_route_and_no_other)
{
	json_t *paths, *one, *operation;
	const struct http_route *routes;
	const char *path, *method;
	size_t n, described = 0;

	rest_fixture_start(&f, 1);
	paths = at(f.openapi, "paths");
	routes = app_routes(&n);
	for (size_t i = 0; i < n; i++) {
		method = routes[i].method == HTTP_POST ? "post" : "get";
		one = json_object_get(paths, routes[i].pattern);
		ck_assert_msg(one != NULL, "%s", routes[i].pattern);
		operation = at(one, method);
		if (routes[i].schema[0] != '\0') {
			char ref[128];

			snprintf(ref, sizeof(ref), "#/components/schemas/%s",
				 routes[i].schema);
			ck_assert_str_eq(text_at(at(at(at(at(at(operation,
				"responses"), "200"), "content"),
				"application/json"), "schema"), "$ref"), ref);
		}
	}
	json_object_foreach(paths, path, one)
		json_object_foreach(one, method, operation)
			described++;
	ck_assert_uint_eq(described, n);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_description_is_served_as_it_is)
{
	const struct http_answer *a;
	json_t *reply;

	rest_fixture_start(&f, 1);
	a = http_client_get(f.client, "/openapi.json");
	ck_assert_int_eq(a->status, 200);
	reply = parse(a);
	ck_assert(json_equal(reply, f.openapi));
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

/* GETs that carry a tag, and their schemas ("" for text). */
static const struct {
	const char *path;	/* "~": /v1/models/ and the slug */
	const char *schema;
} tagged[] = {
	{ "/healthz", "Health" }, { "/readyz", "Health" },
	{ "/v1/status", "Status" }, { "/v1/models", "ModelPage" },
	{ "~", "Model" },
	{ "~/contributions", "ContributionPage" },
	{ "~/contributions/7", "ContributionDetail" },
	{ "~/contributions/7/proof", "UpdateProof" },
	{ "~/proof?weight=3", "Proof" },
	{ "~/accuracy", "Accuracy" },
	{ "~/export?format=json", "ModelFile" },
	{ "~/leaderboard", "Leaderboard" },
	{ "~/deposits", "Deposits" },
	{ "~/suspects", "SuspectPage" },
	{ "~/checkpoints", "CheckpointPage" },
	{ "~/checkpoints/17000097", "Checkpoint" },
	{ "/v1/leaderboard", "Leaderboard" },
	{ "/v1/operators", "OperatorPage" },
	{ "/openapi.json", "" }, { "/", "" },
};

/* Proofs are made beside the answers: asked for until one is there. */
static void wait_for(const char *path)
{
	for (int i = 0; i < 60000; i++) {
		if (http_client_get(f.client, path)->status != 503)
			return;
		(void)usleep(1000);
	}
	ck_abort_msg("%s: 503 for a minute", path);
}

static void conditional(const char *path)
{
	char etag[128], line[160], gz[160];
	const char *const known[] = { line, NULL };
	const char *const zipped[] = { gz, "Accept-Encoding: gzip", NULL };
	const struct http_answer *a = http_client_get(f.client, path);

	ck_assert_int_eq(a->status, 200);
	http_answer_header(a, "ETag", etag, sizeof(etag));
	ck_assert_msg(strchr(etag, '"') != NULL, "%s has no tag", path);
	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	snprintf(gz, sizeof(gz), "If-None-Match: %.*s-gz\"",
		 (int)strlen(etag) - 1, etag);
	a = http_client_do(f.client, "GET", path, known, NULL, 0);
	ck_assert_msg(a->status == 304, "%s: %ld", path, a->status);
	ck_assert_uint_eq(a->body.len, 0);
	a = http_client_do(f.client, "GET", path, zipped, NULL, 0);
	ck_assert_msg(a->status == 304, "%s: %ld", path, a->status);
	a = http_client_do(f.client, "HEAD", path, NULL, NULL, 0);
	ck_assert_int_eq(a->status, 200);
	ck_assert_uint_eq(a->body.len, 0);
}

START_TEST(every_get_holds_its_schema_and_its_tag)
{
	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(tagged); i++) {
		const char *path = tagged[i].path[0] == '~' ?
			under(tagged[i].path + 1) : tagged[i].path;

		wait_for(path);
		if (tagged[i].schema[0] != '\0')
			json_decref(get(path, tagged[i].schema));
		conditional(path);
	}
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_commit_changes_the_tags_of_what_it_changed)
{
	char etag[128], other[128];

	rest_fixture_start(&f, 1);
	http_answer_header(http_client_get(f.client, under("")), "ETag", etag,
			   sizeof(etag));
	rest_fixture_contribute(&f, REST_HEAD + 1);
	http_answer_header(http_client_get(f.client, under("")), "ETag",
			   other, sizeof(other));
	ck_assert_str_ne(etag, other);
	rest_fixture_stop(&f);
}
END_TEST

/* ---- what they say ---- */

START_TEST(a_model_is_found_by_slug_and_by_address)
{
	char address[ADDR20_TEXT_BYTES], path[128];
	json_t *by_slug, *by_address;

	rest_fixture_start(&f, 1);
	addr20_format(&f.sections_at, address);
	by_slug = get(under(""), "Model");
	snprintf(path, sizeof(path), "/v1/models/%s", address);
	by_address = get(path, "Model");
	ck_assert(json_equal(by_slug, by_address));
	ck_assert_str_eq(text_at(by_slug, "address"), address);
	ck_assert_str_eq(text_at(by_slug, "name"), "Sections");
	ck_assert_str_eq(text_at(by_slug, "type"), "naive-bayes");
	ck_assert_str_eq(text_at(by_slug, "verdict_rule"), "two-fold");
	ck_assert_str_eq(text_at(by_slug, "spec_text"), rest_fixture_spec());
	ck_assert_int_eq(int_at(by_slug, "contributions"), REST_SECTIONS);
	ck_assert_str_eq(json_string_value(json_array_get(at(by_slug,
				"classes"), 1)), "\"science\" & <b>");
	ck_assert_str_eq(text_at(at(by_slug, "incentive"),
				 "next_deposit_wei"), "1000000000000000");
	ck_assert_int_eq(int_at(at(by_slug, "last_checkpoint"), "block"),
			 100);
	ck_assert(json_is_true(at(by_slug, "followed")));
	for (char *p = address + 2; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	snprintf(path, sizeof(path), "/v1/models/%s", address);
	json_decref(get(path, "Model"));
	json_decref(by_slug);
	json_decref(by_address);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_model_whose_spec_is_not_known_is_listed_with_the_reason)
{
	char address[ADDR20_TEXT_BYTES], path[128];
	json_t *m;

	rest_fixture_start(&f, 1);
	addr20_format(&f.unknown_at, address);
	snprintf(path, sizeof(path), "/v1/models/%s", address);
	m = get(path, "Model");
	ck_assert(json_is_false(at(m, "followed")));
	ck_assert(json_string_length(at(m, "refusal")) > 0);
	json_decref(m);
	snprintf(path, sizeof(path), "/v1/models/%s/predict", address);
	ck_assert_int_eq(http_client_post(f.client, path, "{\"text\":\"a\"}")
			 ->status, 503);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(models_are_filtered_sorted_and_paged)
{
	const char *next;
	char path[512];
	json_t *page;

	rest_fixture_start(&f, 1);
	page = get("/v1/models?q=SECTION", "ModelPage");
	ck_assert_uint_eq(json_array_size(at(page, "models")), 3);
	json_decref(page);
	page = get("/v1/models?q=board&sort=name", "ModelPage");
	ck_assert_uint_eq(json_array_size(at(page, "models")), 1);
	json_decref(page);
	page = get("/v1/models?incentive=points&sort=name&limit=1",
		   "ModelPage");
	ck_assert_uint_eq(json_array_size(at(page, "models")), 1);
	ck_assert_str_eq(text_at(json_array_get(at(page, "models"), 0),
				 "name"), "Board \"9\"");
	next = text_at(page, "next");
	snprintf(path, sizeof(path),
		 "/v1/models?incentive=points&sort=name&limit=1&after=%s",
		 next);
	json_decref(page);
	page = get(path, "ModelPage");
	ck_assert_str_eq(text_at(json_array_get(at(page, "models"), 0),
				 "name"), "Delphi");
	ck_assert(json_is_null(at(page, "next")));
	json_decref(page);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(pages_of_contributions_hold_each_one_once)
{
	char path[1024], after[256] = "";
	json_int_t expected = REST_SECTIONS;
	json_t *page, *one;
	size_t i;

	rest_fixture_start(&f, 1);
	do {
		snprintf(path, sizeof(path), "%s%s%s",
			 under("/contributions?limit=7"),
			 after[0] == '\0' ? "" : "&after=", after);
		page = get(path, "ContributionPage");
		json_array_foreach(at(page, "contributions"), i, one)
			ck_assert_int_eq(int_at(one, "id"), --expected);
		after[0] = '\0';
		if (!json_is_null(at(page, "next")))
			snprintf(after, sizeof(after), "%s",
				 text_at(page, "next"));
		json_decref(page);
	} while (after[0] != '\0');
	ck_assert_int_eq(expected, 0);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(contributions_are_filtered)
{
	char path[1024], address[ADDR20_TEXT_BYTES];
	struct addr20 who = rest_fixture_address(11);
	json_t *page;

	rest_fixture_start(&f, 1);
	addr20_format(&who, address);
	snprintf(path, sizeof(path), "%s%s",
		 under("/contributions?limit=500&contributor="), address);
	page = get(path, "ContributionPage");
	ck_assert_uint_eq(json_array_size(at(page, "contributions")), 24);
	json_decref(page);
	page = get(under("/contributions?limit=500&state=pending"),
		   "ContributionPage");
	ck_assert_uint_eq(json_array_size(at(page, "contributions")), 20);
	json_decref(page);
	page = get(under("/contributions?limit=500&label=games"),
		   "ContributionPage");
	ck_assert_uint_eq(json_array_size(at(page, "contributions")), 60);
	json_decref(page);
	page = get(under("/contributions?label=1&limit=500"),
		   "ContributionPage");
	ck_assert_uint_eq(json_array_size(at(page, "contributions")), 60);
	json_decref(page);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(one_contribution_shows_what_became_of_it)
{
	json_t *c;

	rest_fixture_start(&f, 1);
	c = get(under("/contributions/50"), "ContributionDetail");
	ck_assert_str_eq(text_at(c, "state"), "agree");
	ck_assert_str_eq(text_at(c, "verdict"), "agree");
	ck_assert_str_eq(text_at(c, "class"), "games");
	/* deposit less the fee of 10 gwei */
	ck_assert_str_eq(text_at(c, "claimable_wei"), "999990000000000");
	ck_assert_str_eq(text_at(at(c, "sample"), "kind"), "binary");
	ck_assert_uint_eq(json_array_size(at(at(c, "sample"), "indices")), 3);
	json_decref(c);
	c = get(under("/contributions/0"), "ContributionDetail");
	ck_assert_str_eq(text_at(c, "state"), "refunded");
	ck_assert(json_is_null(at(c, "prediction_before")));
	ck_assert_str_eq(text_at(c, "claimable_wei"), "0");
	json_decref(c);
	c = get(under("/contributions/110"), "ContributionDetail");
	ck_assert_str_eq(text_at(c, "state"), "pending");
	ck_assert(json_is_null(at(c, "verdict")));
	ck_assert(json_is_null(at(c, "verdict_epoch")));
	json_decref(c);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(deposits_tell_why_they_cannot_be_claimed)
{
	json_t *page, *one;
	size_t i, claimable = 0;

	rest_fixture_start(&f, 1);
	page = get(under("/deposits?limit=500"), "Deposits");
	ck_assert_uint_eq(json_array_size(at(page, "claimable")), 80);
	json_array_foreach(at(page, "claimable"), i, one) {
		json_int_t id = int_at(one, "id");

		ck_assert_int_eq(id, (json_int_t)i + 40);
		claimable += json_is_null(at(one, "reason"));
		if (id == 119)
			ck_assert_uint_gt(json_string_length(at(one,
						"reason")), 0);
		if (id == 49) {
			ck_assert_str_eq(text_at(one, "verdict"), "disagree");
			ck_assert(json_is_null(at(one, "refundable_at")));
			ck_assert(json_is_string(at(one, "reportable_at")));
		}
	}
	ck_assert_uint_eq(claimable, 60);
	json_decref(page);
	rest_fixture_stop(&f);
}
END_TEST

/* Held, and pending or disagreed with: 26 of them, and 7 at a time. */
START_TEST(suspects_come_by_suspicion_with_what_they_earn)
{
	double last = 2, now;
	json_int_t last_id = 0;
	char path[128] = "/suspects?limit=7";
	size_t i, n = 0, now_open = 0;
	bool more = true;
	json_t *page, *one;

	rest_fixture_start(&f, 1);
	while (more) {
		page = get(under(path), "SuspectPage");
		json_array_foreach(at(page, "suspects"), i, one) {
			now = json_number_value(at(one, "suspicion"));
			ck_assert(now < last || (now <= last &&
				  int_at(one, "id") < last_id));
			last = now;
			last_id = int_at(one, "id");
			ck_assert_int_ge(last_id, 40);
			ck_assert_str_eq(text_at(one, "reward_wei"),
					 "99999000000000");
			ck_assert_int_eq(last_id >= 100, json_is_null(
				at(one, "verdict")));
			now_open += json_is_null(at(one, "reason"));
			n++;
		}
		more = !json_is_null(at(page, "next"));
		if (more)
			snprintf(path, sizeof(path),
				 "/suspects?limit=7&after=%s",
				 text_at(page, "next"));
		json_decref(page);
	}
	ck_assert_uint_eq(n, 26);	/* 49, 59 ... 99, and 100 to 119 */
	ck_assert_uint_eq(now_open, 6);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(accuracy_is_thinned_evenly_and_ends_at_the_last)
{
	json_t *reply, *curve, *last;
	double share;

	rest_fixture_start(&f, 1);
	reply = get(under("/accuracy?points=10"), "Accuracy");
	curve = at(reply, "progressive");
	ck_assert_uint_eq(json_array_size(curve), 10);
	last = json_array_get(curve, 9);
	ck_assert_int_eq(json_integer_value(json_array_get(last, 0)),
			 REST_SECTIONS - 1);
	ck_assert_double_gt(json_number_value(json_array_get(last, 3)), 0.8);
	curve = at(reply, "holdout");
	ck_assert_uint_eq(json_array_size(curve), 10);
	last = json_array_get(curve, 9);
	ck_assert_int_eq(json_integer_value(json_array_get(last, 0)),
			 REST_SECTIONS - 1);
	share = (200.0 + REST_SECTIONS - 1) / 400;
	ck_assert_double_eq_tol(json_number_value(json_array_get(last, 3)),
				share, 1e-6);
	json_decref(reply);
	reply = get(under(""), "Model");
	ck_assert_double_eq_tol(json_number_value(at(at(reply, "accuracy"),
						     "holdout")), share, 1e-6);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(checkpoints_carry_signatures_verdicts_and_status)
{
	json_t *page, *first, *second;

	rest_fixture_start(&f, 1);
	page = get(under("/checkpoints"), "CheckpointPage");
	ck_assert_uint_eq(json_array_size(at(page, "checkpoints")), 2);
	first = json_array_get(at(page, "checkpoints"), 0);
	second = json_array_get(at(page, "checkpoints"), 1);
	ck_assert_str_eq(text_at(first, "status"), "signed");
	ck_assert_uint_eq(json_array_size(at(first, "signatures")), 1);
	ck_assert(json_is_null(at(first, "tx")));
	ck_assert_int_eq(int_at(at(first, "verdicts"), "from"), 100);
	ck_assert_str_eq(text_at(at(first, "verdicts"), "bits"), "0xa5a505");
	ck_assert_str_eq(text_at(second, "status"), "final");
	ck_assert_int_eq(int_at(second, "block"), 100);
	json_decref(page);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(operators_are_told_with_their_quorum)
{
	char path[128], address[ADDR20_TEXT_BYTES];
	struct addr20 signer = rest_fixture_address(4);
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = get("/v1/operators", "OperatorPage");
	ck_assert_str_eq(text_at(at(reply, "quorum"), "bond_wei"),
			 "1000000000000000000");
	json_decref(reply);
	addr20_format(&signer, address);
	snprintf(path, sizeof(path), "/v1/operators/%s", address);
	reply = get(path, "Operator");
	ck_assert_str_eq(text_at(reply, "signer"), address);
	json_decref(reply);
	reply = get("/v1/status", "Status");
	ck_assert(json_is_true(at(at(reply, "operator"), "registered")));
	ck_assert_int_eq(int_at(reply, "models"), 3);
	ck_assert_int_eq(int_at(reply, "contributions"), REST_SECTIONS);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

static void note_is(const char *text)
{
	json_t *ready = get("/readyz", "Health");

	ck_assert_str_eq(json_string_value(json_object_get(ready, "note")),
			 text);
	json_decref(ready);
}

START_TEST(readiness_says_what_is_missing)
{
	rest_fixture_start(&f, 1);
	f.status.lag_blocks = 4;
	f.status.seconds_behind = 30;
	json_decref(get("/readyz", "Health"));
	f.status.seconds_behind = 31;
	fails(http_client_get(f.client, "/readyz"), 503,
	      "the chain is not caught up with");
	f.status.lag_blocks = 3;
	json_decref(get("/readyz", "Health"));
	f.status.n_nodes = 2;
	f.status.nodes[0] = (struct node_status){
		.state = NODE_FAILING, .why = "HTTP error (500)" };
	note_is("node 1 is failing: HTTP error (500)");
	f.status.nodes[1] = (struct node_status){ .state = NODE_LYING,
						  .why = "it lied" };
	note_is("node 2 is lying: it lied");
	f.status.nodes[0] = f.status.nodes[1];
	note_is("node 1 is lying: it lied");
	f.status.nodes[1].state = f.status.nodes[0].state = NODE_BEHIND;
	f.status.nodes[1].why[0] = '\0';
	f.status.nodes[0].state = NODE_GOOD;
	note_is("node 2 is behind");
	f.status.seconds_since_node = 40;
	fails(http_client_get(f.client, "/readyz"), 503,
	      "the node does not answer");
	snprintf(f.status.last_error, sizeof(f.status.last_error),
		 "it asks to slow down (429)");
	fails(http_client_get(f.client, "/readyz"), 503,
	      "the node does not answer: it asks to slow down (429)");
	f.status.halted = true;
	fails(http_client_get(f.client, "/readyz"), 503,
	      "following has halted");
	json_decref(get("/healthz", "Health"));
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(metrics_are_prometheus_text)
{
	const struct http_answer *a;
	struct dc_buf body;

	rest_fixture_start(&f, 1);
	f.status.n_nodes = 2;
	f.status.nodes[1] = (struct node_status){
		.state = NODE_GOOD, .chosen = true, .failures = 3,
		.lies = 1 };
	a = http_client_get(f.client, "/metrics");
	body = a->body;
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
				     "\ndecaid_node_chosen{node=\"2\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
				     "\ndecaid_mirrors{state=\"live\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
		"\ndecaid_node_failures_total{node=\"2\"} 3\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
		"\ndecaid_node_lies_total{node=\"2\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body), "\ndecaid_node_state"
		"{node=\"2\",state=\"good\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body), "\ndecaid_node_state"
		"{node=\"2\",state=\"failing\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
				     "\ndecaid_chain_followed_block 130\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
				     "\ndecaid_models 3\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&body),
		"\ndecaid_http_responses_total{class=\"2xx\"} 0\n"));
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_is_asked_wrongly_is_told)
{
	static const struct {
		const char *tail;
		long status;
		const char *detail;
	} cases[] = {
		{ "/contributions?limit=0", 400,
		  "limit: not a whole number in [1, 500]" },
		{ "/contributions?limit=501", 400,
		  "limit: not a whole number in [1, 500]" },
		{ "/contributions?state=odd", 400, "state: no such state" },
		{ "/contributions?label=odd", 400,
		  "label: neither a class nor a number" },
		{ "/contributions/120", 404, "no such contribution" },
		{ "/contributions/x", 400,
		  "id: not a whole number in [0, 1099511627775]" },
		{ "/accuracy?points=1", 400,
		  "points: not a whole number in [2, 2000]" },
		{ "/leaderboard?by=luck", 400, "by: not one of: karma, "
					       "contributions, earned, "
					       "deposited" },
		{ "/leaderboard?q=0x1", 400, "q: not 0x and 2 to 40 digits" },
		{ "/checkpoints/1", 404, "no such checkpoint" },
		{ "/nothing", 404, "no such address" },
		{ "x", 404, "no such model" },
		{ "x/contributions", 404, "no such model" },
	};
	const struct http_answer *a;

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++)
		fails(http_client_get(f.client, under(cases[i].tail)),
		      cases[i].status, cases[i].detail);
	fails(http_client_get(f.client, "/v1/models?sort=odd"), 400,
	      "sort: not one of: new, accuracy, contributions, deposits, "
	      "name");
	a = http_client_get(f.client, under("/contributions?after=odd"));
	ck_assert_int_eq(a->status, 400);
	a = http_client_get(f.client, "/v1/contributors/0x12");
	ck_assert_int_eq(a->status, 400);
	fails(http_client_get(f.client, "/v1/contributors/0x00000000000000000"
			      "00000000000000000000001"), 404,
	      "no such contributor");
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest", the_description_names_every_route_and_no_other,
	  the_description_is_served_as_it_is,
	  every_get_holds_its_schema_and_its_tag,
	  a_commit_changes_the_tags_of_what_it_changed,
	  a_model_is_found_by_slug_and_by_address,
	  a_model_whose_spec_is_not_known_is_listed_with_the_reason,
	  models_are_filtered_sorted_and_paged,
	  pages_of_contributions_hold_each_one_once,
	  contributions_are_filtered,
	  one_contribution_shows_what_became_of_it,
	  deposits_tell_why_they_cannot_be_claimed,
	  suspects_come_by_suspicion_with_what_they_earn,
	  accuracy_is_thinned_evenly_and_ends_at_the_last,
	  checkpoints_carry_signatures_verdicts_and_status,
	  operators_are_told_with_their_quorum,
	  readiness_says_what_is_missing, metrics_are_prometheus_text,
	  what_is_asked_wrongly_is_told)
