/* check_server_simulations.c: what visitors run, what they may not, and that
 * whatever becomes of a run is told and leaves nothing behind.
 *
 * Runs are the program itself, ./decaid; what goes wrong in one is played by
 * shell scripts in its place. */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/scenario.h"
#include "server/sim_run.h"
#include "server/simulations.h"
#include "tests/unit/json_schema.h"
#include "tests/unit/rest_fixture.h"
#include "tests/unit/unit.h"

#define PROGRAM "./decaid"
#define PATIENCE_MS 60000

/* Some seconds of work, within all limits. */
static const char slow[] =
	"{\"scenario\":\"decaid-scenario 1\\n"
	"data words columns=1000 rows=20000 held-out=25000\\nmeasure 10m\\n"
	"model logistic columns=1000 epsilon=10000000 "
	"learning-rate=500000000\\nencoder none\\n"
	"verdict two-fold credit=1000000000 margin=1000000000\\n"
	"class a\\nclass b\\nincentive points refund=1h epoch=10m\\n"
	"agent A balance=1 deposit=1 wait=10m\\n\"}";

static struct rest_fixture f;

static void ring(void *user)
{
	app_changed(user);
}

static void start(const char *program, unsigned at_once, unsigned wall_s)
{
	struct dc_err err = DC_ERR_INIT;
	struct simulations_options o = { program, at_once, wall_s, ring,
					 &f.app };

	rest_fixture_start(&f, 1);
	if (at_once > 0)
		ck_assert_int_eq(simulations_new(&f.app.simulations, &o,
						 &err), DC_OK);
}

static void stop(void)
{
	struct simulations *runs = f.app.simulations;

	http_server_stop(f.http);
	f.http = NULL;
	f.app.http = NULL;
	simulations_free(runs);
	rest_fixture_stop(&f);
}

/* A program in place of the simulator, under a name of mkstemp's. */
static void script_make(char *path, const char *script)
{
	int fd = mkstemp(path);
	FILE *out = fdopen(fd, "w");

	ck_assert_ptr_nonnull(out);
	fprintf(out, "#!/bin/sh\n%s\n", script);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(path, 0700), 0);
}

static const struct http_answer *post(const char *body)
{
	return http_client_post(f.client, "/v1/simulations", body);
}

static void holds_schema(const char *name, const json_t *value)
{
	const json_t *schema = json_object_get(json_object_get(
		json_object_get(f.openapi, "components"), "schemas"), name);
	char where[1024];

	ck_assert_msg(json_schema_holds(f.openapi, schema, value, where,
					sizeof(where)), "%s: %s", name, where);
}

/* Every line is as the schema says; the last one is returned. */
static json_t *last_line(const struct http_answer *a, unsigned *n_lines)
{
	const char *p = (const char *)a->body.data, *end = p + a->body.len;
	json_t *line = NULL;

	ck_assert_int_eq(a->status, 200);
	for (*n_lines = 0; p < end; (*n_lines)++) {
		const char *next = memchr(p, '\n', (size_t)(end - p));

		ck_assert_msg(next != NULL, "half a line: %s", p);
		json_decref(line);
		line = json_loadb(p, (size_t)(next - p), 0, NULL);
		ck_assert_msg(line != NULL, "%.*s", (int)(next - p), p);
		holds_schema("SimulationLine", line);
		p = next + 1;
	}
	ck_assert_ptr_nonnull(line);
	return line;
}

/* What sim_run makes of an example, as JSON. */
static json_t *run_here(const char *example)
{
	struct dc_err err = DC_ERR_INIT;
	struct sim_result r;
	struct scenario s;
	struct dc_buf b;
	const char *text;
	json_t *made;
	size_t len;

	text = scenario_example(example, &len);
	ck_assert_int_eq(scenario_parse(&s, example, text, len, NULL, 0, &err),
			 DC_OK);
	sim_run(&r, &s, NULL, NULL);
	dc_buf_init(&b, 1 << 24);
	sim_result_json(&b, &r, &s, NULL);
	made = json_loadb((const char *)b.data, b.len, 0, NULL);
	dc_buf_clear(&b);
	sim_result_clear(&r);
	scenario_clear(&s);
	return made;
}

START_TEST(an_example_runs_to_the_result_that_sim_run_has)
{
	json_t *last, *here;
	char type[64];
	unsigned n;

	start(PROGRAM, 2, 0);
	last = last_line(post("{\"example\":\"market\"}"), &n);
	http_answer_header(post("{\"example\":\"market\"}"), "Content-Type",
			   type, sizeof(type));
	ck_assert_str_eq(type, "application/x-ndjson");
	ck_assert_uint_gt(n, 5);
	here = run_here("market");
	ck_assert(json_equal(last, here));
	json_decref(last);
	json_decref(here);
	stop();
}
END_TEST

START_TEST(what_visitors_may_is_told_with_examples_that_are_within)
{
	const json_t *example, *text;
	json_t *reply;
	size_t i;

	start(PROGRAM, 1, 0);
	reply = json_loadb((const char *)http_client_get(f.client,
				"/v1/simulations")->body.data,
			   http_client_get(f.client,
				"/v1/simulations")->body.len, 0, NULL);
	holds_schema("Simulations", reply);
	ck_assert_uint_eq(json_array_size(json_object_get(reply,
							  "examples")), 3);
	json_array_foreach(json_object_get(reply, "examples"), i, example) {
		struct dc_err err = DC_ERR_INIT;
		struct scenario s;

		text = json_object_get(example, "scenario");
		ck_assert_msg(scenario_read(&s, "t", json_string_value(text),
			json_string_length(text), &scenario_limits_small,
			&err) == DC_OK, "%s", err.text);
		scenario_clear(&s);
	}
	json_decref(reply);
	stop();
}
END_TEST

static void refused(const char *body, const char *detail)
{
	const struct http_answer *a = post(body);
	json_t *reply = json_loadb((const char *)a->body.data, a->body.len, 0,
				   NULL);

	ck_assert_msg(a->status == 400, "%s: %ld", body, a->status);
	holds_schema("Problem", reply);
	ck_assert_msg(strstr(json_string_value(json_object_get(reply,
				"detail")), detail) != NULL, "%s: %.*s", body,
		      (int)a->body.len, (const char *)a->body.data);
	json_decref(reply);
}

#define SCENARIO(data, model, agents) \
	"{\"scenario\":\"decaid-scenario 1\\n" data "\\nmodel " model \
	"\\nencoder none\\nverdict two-fold credit=1 margin=1\\n" \
	"class a\\nclass b\\nincentive points\\n" agents "\\n\"}"
#define DATA "data words columns=9 rows=90 held-out=9"
#define MODEL "naive-bayes columns=9 smoothing=1"
#define AGENT "agent A balance=1 deposit=1 wait=1s"

START_TEST(what_is_wrong_or_too_much_is_told)
{
	start(PROGRAM, 1, 0);
	refused("{", "not JSON");
	refused("[]", "the body is");
	refused("{}", "the body is");
	refused("{\"scenario\":\"\",\"example\":\"attack\"}", "the body is");
	refused("{\"scenario\":1}", "scenario: not a text");
	refused("{\"example\":\"../attack\"}", "none of this name");
	refused("{\"scenario\":\"a\\u0000b\"}", "not a scenario");
	refused("{\"scenario\":\"\"}", "the first line is not");
	refused(SCENARIO("data file=/etc/passwd", MODEL, AGENT),
		"scenario:2: no files are read here");
	refused(SCENARIO("data words columns=9 rows=25001 held-out=9", MODEL,
			 AGENT), "scenario:2: rows is from 1 to 25000");
	refused(SCENARIO("data words columns=9 rows=9 held-out=25001", MODEL,
			 AGENT), "scenario:2: held-out is from 1 to 25000");
	refused(SCENARIO(DATA, "naive-bayes columns=8000000 smoothing=1",
			 AGENT), "the model and its judges have");
	refused(SCENARIO("data words columns=9 rows=25000 held-out=9", MODEL,
			 AGENT " copies=4"), "more than 100000 contributions");
	stop();
}
END_TEST

START_TEST(what_is_too_long_is_told)
{
	struct dc_buf agents, body;

	start(PROGRAM, 1, 0);
	dc_buf_init(&agents, 1 << 20);
	dc_buf_init(&body, 1 << 20);
	for (int i = 0; i < 17; i++)
		dc_buf_printf(&agents, "agent A%d balance=1 deposit=1 "
			      "wait=1s\\n", i);
	dc_buf_printf(&body, SCENARIO(DATA, MODEL, "%s"),
		      dc_buf_text(&agents));
	refused(dc_buf_text(&body), "more than 16 agents");
	dc_buf_reset(&body);
	dc_buf_printf(&body, "{\"scenario\":\"%17000s\"}", "#");
	refused(dc_buf_text(&body), "scenario:1: too long");
	dc_buf_printf(&body, "%60000s", " ");
	ck_assert_int_eq(post(dc_buf_text(&body))->status, 413);
	dc_buf_clear(&agents);
	dc_buf_clear(&body);
	stop();
}
END_TEST

/* A run that goes on, its first line read. */
static int run_begin(void)
{
	char text[4096];
	int fd = http_raw_open(http_server_port(f.http));

	snprintf(text, sizeof(text), "POST /v1/simulations HTTP/1.1\r\n"
		 "Host: x\r\nContent-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s", strlen(slow), slow);
	http_raw_send(fd, text);
	(void)http_raw_read(fd, text, sizeof(text), "\"t\":0");
	ck_assert_msg(strstr(text, " 200 ") != NULL, "%s", text);
	return fd;
}

START_TEST(no_more_run_than_may_and_leaving_ends_a_run)
{
	const struct http_answer *a;
	struct timespec nap = { 0, 50000000 };
	char after[32];
	int fd, waited_ms = 0;

	start(PROGRAM, 1, 0);
	fd = run_begin();
	a = post("{\"example\":\"market\"}");
	ck_assert_int_eq(a->status, 429);
	ck_assert_str_eq(http_answer_header(a, "Retry-After", after,
					    sizeof(after)), "3");
	ck_assert_int_eq(http_client_get(f.client, "/v1/status")->status, 200);
	ck_assert_int_eq(close(fd), 0);
	while (post("{\"example\":\"market\"}")->status == 429) {
		(void)nanosleep(&nap, NULL);
		waited_ms += 50;
		ck_assert_int_lt(waited_ms, PATIENCE_MS);
	}
	stop();
}
END_TEST

static void no_ring(void *user)
{
}

/* A run of this visitor; NULL: it may not. */
static struct simulation *run_of(struct simulations *s, uint64_t who,
				 struct dc_err *err)
{
	struct simulation *r = NULL;
	const char *text;
	size_t len;

	text = scenario_example("attack", &len);
	*err = (struct dc_err)DC_ERR_INIT;
	if (simulation_start(&r, s, who, text, len, err) != DC_OK) {
		ck_assert_int_eq(err->status, DC_EBUSY);
		return NULL;
	}
	return r;
}

START_TEST(a_visitor_has_one_run_at_a_time_and_leaves_the_rest_to_others)
{
	char path[] = "/tmp/decaid-script-XXXXXX";
	struct simulations_options o = { path, 4, 0, no_ring, NULL };
	struct simulation *mine, *other, *proxied[2];
	struct dc_err err = DC_ERR_INIT;
	struct simulations *s;

	script_make(path, "exec sleep 60");
	ck_assert_int_eq(simulations_new(&s, &o, &err), DC_OK);
	mine = run_of(s, 7, &err);
	ck_assert_ptr_nonnull(mine);
	ck_assert_ptr_null(run_of(s, 7, &err));
	ck_assert_str_eq(err.text, "a simulation of yours runs here: one at "
			 "a time from one address");
	other = run_of(s, 8, &err);
	ck_assert_ptr_nonnull(other);
	proxied[0] = run_of(s, 0, &err);
	proxied[1] = run_of(s, 0, &err);
	ck_assert(proxied[0] != NULL && proxied[1] != NULL);
	ck_assert_ptr_null(run_of(s, 9, &err));
	ck_assert_str_eq(err.text, "4 simulations run here, which is as many "
			 "as may");
	simulation_leave(proxied[0]);
	simulation_leave(proxied[1]);
	simulation_leave(mine);
	while ((mine = run_of(s, 7, &err)) == NULL)	/* places come free */
		(void)usleep(20000);
	simulation_leave(mine);
	simulation_leave(other);
	simulations_free(s);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(the_daemon_ends_with_runs_under_way)
{
	int first, second;

	start(PROGRAM, 2, 0);
	first = run_begin();
	second = run_begin();
	stop();
	ck_assert_int_eq(close(first), 0);
	ck_assert_int_eq(close(second), 0);
}
END_TEST

/* What a run says that was stopped. */
static void ends_with(const char *detail)
{
	unsigned n;
	json_t *line = last_line(post("{\"example\":\"attack\"}"), &n);
	const char *said = json_string_value(json_object_get(
		json_object_get(line, "error"), "detail"));

	ck_assert_ptr_nonnull(said);
	ck_assert_msg(strstr(said, detail) != NULL, "%s", said);
	json_decref(line);
}

static void with_script(const char *script, unsigned wall_s,
			const char *detail)
{
	char path[] = "/tmp/decaid-script-XXXXXX";

	script_make(path, script);
	start(path, 1, wall_s);
	ends_with(detail);
	ends_with(detail);	/* and it leaves room for the next */
	stop();
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(however_a_run_ends_it_is_told)
{
	static const char line[] = "printf '{\"t\":0,\"accuracy\":0,"
		"\"contributions\":0,\"unclaimed\":0,\"done\":0,"
		"\"baseline\":0,\"balances\":{}}\\n'";
	char script[512];

	with_script("exit 1", 0, "the simulator failed");
	with_script("kill -ABRT $$", 0, "the simulator failed");
	with_script("kill -XCPU $$", 0, "processor time");
	with_script("kill -KILL $$", 0, "processor time");
	with_script("exec sleep 60", 1, "it took too long");
	snprintf(script, sizeof(script), "while %s; do :; done", line);
	with_script(script, 0, "it wrote too much");
	start("/nowhere/decaid", 1, 0);
	ends_with("the simulator failed");
	stop();
}
END_TEST

START_TEST(an_owner_may_have_none)
{
	const struct http_answer *a;

	start(NULL, 0, 0);
	ck_assert_int_eq(post("{\"example\":\"attack\"}")->status, 404);
	a = http_client_get(f.client, "/v1/simulations");
	ck_assert_int_eq(a->status, 200);
	ck_assert_int_eq(memcmp(a->body.data, "{\"runs\":false", 13), 0);
	stop();
}
END_TEST

UNIT_MAIN("server/simulations",
	  an_example_runs_to_the_result_that_sim_run_has,
	  what_visitors_may_is_told_with_examples_that_are_within,
	  what_is_wrong_or_too_much_is_told, what_is_too_long_is_told,
	  no_more_run_than_may_and_leaving_ends_a_run,
	  a_visitor_has_one_run_at_a_time_and_leaves_the_rest_to_others,
	  the_daemon_ends_with_runs_under_way,
	  however_a_run_ends_it_is_told, an_owner_may_have_none)
