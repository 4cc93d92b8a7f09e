/* GET and POST /v1/simulations: scenarios of visitors, run as they look on.
 * Nothing here touches a database, a chain or money. */
#include "config.h"

#include <jansson.h>
#include <string.h>

#include "server/rest.h"
#include "server/scenario.h"
#include "server/sim_guard.h"
#include "server/simulations.h"

#define RETRY_AFTER_S 3

/* A line says where in the visitor's own text something is wrong. */
#define NAME "scenario"

/* The scenario that a body asks for; borrowed from it, or the program's. */
static enum dc_status body_read(const char **text, size_t *len,
				const json_t *body, struct dc_err *err)
{
	const json_t *scenario = json_object_get(body, "scenario");
	const json_t *example = json_object_get(body, "example");

	if (json_object_size(body) != 1 || (scenario == NULL) ==
	    (example == NULL))
		return dc_fail(err, DC_EINVAL, "the body is {\"scenario\": "
			       "text} or {\"example\": name}");
	if (!json_is_string(scenario != NULL ? scenario : example))
		return dc_fail(err, DC_EINVAL, "%s: not a text",
			       scenario != NULL ? "scenario" : "example");
	if (scenario != NULL) {
		*text = json_string_value(scenario);
		*len = json_string_length(scenario);
		return DC_OK;
	}
	*text = scenario_example(json_string_value(example), len);
	return *text != NULL ? DC_OK :
		dc_fail(err, DC_EINVAL, "example: there is none of this name");
}

/* Only what can be run is run. */
static enum dc_status check(const char *text, size_t len, struct dc_err *err)
{
	struct scenario s;
	enum dc_status st = scenario_read(&s, NAME, text, len,
					  &scenario_limits_small, err);

	if (st == DC_OK)
		scenario_clear(&s);
	return st;
}

static void start(struct http_request *rq, struct http_reply *rp,
		  const char *text, size_t len)
{
	struct app *app = rq->app;
	struct dc_err err = DC_ERR_INIT;
	struct simulation *run;

	if (check(text, len, &err) != DC_OK) {
		rest_fail(rq, rp, &err);
		return;
	}
	if (simulation_start(&run, app->simulations, http_subscriber(rq),
			     text, len, &err) != DC_OK) {
		http_problem(rq, rp, 429, "%s", err.text);
		rp->retry_after_s = RETRY_AFTER_S;
		return;
	}
	rp->type = "application/x-ndjson";
	rp->stream = simulation_read;
	rp->stream_free = simulation_leave;
	rp->stream_state = run;
	rp->stream_quiet = true;
}

void rest_simulate(struct http_request *rq, struct http_reply *rp)
{
	struct app *app = rq->app;
	struct dc_err err = DC_ERR_INIT;
	json_error_t why;
	json_t *body;
	const char *text;
	size_t len;

	if (app->simulations == NULL) {
		http_problem(rq, rp, 404, "this daemon runs no simulations");
		return;
	}
	body = json_loadb(rq->body, rq->body_len, JSON_REJECT_DUPLICATES |
			  JSON_ALLOW_NUL, &why);
	if (body == NULL)
		http_problem(rq, rp, 400, "byte %d: not JSON: %s",
			     why.position, why.text);
	else if (body_read(&text, &len, body, &err) != DC_OK)
		rest_fail(rq, rp, &err);
	else
		start(rq, rp, text, len);
	json_decref(body);
}

static void put_limits(struct json_out *j)
{
	const struct scenario_limits *l = &scenario_limits_small;

	json_put_open(j, '{');
	json_put_key(j, "rows");
	json_put_u64(j, l->rows);
	json_put_key(j, "contributions");
	json_put_u64(j, l->contributions);
	json_put_key(j, "agents");
	json_put_u64(j, l->agents);
	json_put_key(j, "cells");
	json_put_u64(j, l->cells);
	json_put_key(j, "text_bytes");
	json_put_u64(j, l->text_bytes);
	json_put_key(j, "processor_s");
	json_put_u64(j, SIM_GUARD_CPU_S);
	json_put_key(j, "memory_mib");
	json_put_u64(j, SIM_GUARD_MEMORY_MIB);
	json_put_key(j, "wall_s");
	json_put_u64(j, SIMULATIONS_WALL_S);
	json_put_close(j, '}');
}

static void put_examples(struct json_out *j)
{
	char name[SCENARIO_EXAMPLE_BYTES];
	const char *text;
	size_t len;

	json_put_open(j, '[');
	for (size_t i = 0; scenario_example_name(name, i); i++) {
		text = scenario_example(name, &len);
		json_put_open(j, '{');
		json_put_key(j, "name");
		json_put_text(j, name);
		json_put_key(j, "scenario");
		json_put_text_n(j, text, len);
		json_put_close(j, '}');
	}
	json_put_close(j, ']');
}

void rest_simulations(struct http_request *rq, struct http_reply *rp)
{
	const struct app *app = rq->app;
	struct json_out j;

	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "runs");
	json_put_bool(&j, app->simulations != NULL);
	json_put_key(&j, "limits");
	put_limits(&j);
	json_put_key(&j, "examples");
	put_examples(&j);
	json_put_close(&j, '}');
	rest_tag_body(rq, rp);
}
