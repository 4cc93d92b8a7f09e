/* http_fixture.c: the HTTP loops with routes of their own. */
#include "config.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/http_fixture.h"

/* ---- routes ---- */

static void on_hello(struct http_request *rq, struct http_reply *rp)
{
	if (http_not_modified(rq, rp, "state 1"))
		return;
	dc_buf_append_text(&rp->body, "{\"hello\":true}");
}

static void put_large(struct dc_buf *b)
{
	for (int i = 0; i < 4000; i++)
		dc_buf_append_text(b, "0123456789");
}

static void on_large(struct http_request *rq, struct http_reply *rp)
{
	if (!http_not_modified(rq, rp, "state 2"))
		put_large(&rp->body);
}

static uint64_t kept_state(void *app)
{
	struct http_fixture *f = app;

	return atomic_load(&f->state);
}

static void on_kept(struct http_request *rq, struct http_reply *rp)
{
	struct http_fixture *f = rq->app;
	unsigned n = atomic_fetch_add(&f->handled, 1) + 1;
	const char *q = http_query(rq, "q");
	char state[32];

	snprintf(state, sizeof(state), "%llu",
		 (unsigned long long)atomic_load(&f->state));
	if (q != NULL && strcmp(q, "wrong") == 0)
		http_problem(rq, rp, 400, "q: wrong");
	else if (!http_not_modified(rq, rp, state))
		dc_buf_printf(&rp->body, "%u %s %s", n, rq->param[0],
			      q == NULL ? "-" : q);
}

static void on_kept_large(struct http_request *rq, struct http_reply *rp)
{
	on_kept(rq, rp);
	if (rp->status == 200)
		put_large(&rp->body);
}

static void on_echo(struct http_request *rq, struct http_reply *rp)
{
	dc_buf_append(&rp->body, rq->body, rq->body_len);
}

static void on_param(struct http_request *rq, struct http_reply *rp)
{
	const char *q = http_query(rq, "q");

	dc_buf_printf(&rp->body, "[%s][%s]", rq->param[0],
		      q == NULL ? "none" : q);
}

static void given_back(void *state)
{
	struct http_fixture *f = state;

	atomic_fetch_add(&f->left, 1);
}

static void on_given(struct http_request *rq, struct http_reply *rp)
{
	static const char given[GIVEN_BYTES];

	http_fixed(rp, given, sizeof(given));
	rp->fixed_free = given_back;
	rp->fixed_state = rq->app;
}

static void on_problem(struct http_request *rq, struct http_reply *rp)
{
	dc_buf_append_text(&rp->body, "half an answ");
	http_problem(rq, rp, 503, "not \"ready\"");
	rp->retry_after_s = 7;
}

struct stream {
	struct http_fixture *f;
	int told;
};

static enum http_stream_step on_step(void *state, struct dc_buf *out)
{
	struct stream *s = state;
	int now = atomic_load(&s->f->told);

	if (s->told == now)
		return HTTP_STREAM_WAIT;
	if (now < 0)
		return HTTP_STREAM_END;
	s->told = now;
	dc_buf_printf(out, "data: %d\n\n", now);
	return HTTP_STREAM_BYTES;
}

static void on_stream(struct http_request *rq, struct http_reply *rp)
{
	struct stream *s = dc_calloc(1, sizeof(*s));

	s->f = rq->app;
	rp->type = "text/event-stream";
	rp->stream = on_step;
	rp->stream_free = free;
	rp->stream_state = s;
}

static bool wait_ready(void *state)
{
	struct http_fixture *f = state;

	return atomic_load(&f->told) != 0;
}

static void wait_leave(void *state)
{
	struct http_fixture *f = state;

	atomic_fetch_add(&f->left, 1);
}

static void on_wait(struct http_request *rq, struct http_reply *rp)
{
	struct http_fixture *f = rq->app;

	if (rq->waited == NULL) {
		rp->wait = (struct http_wait){ wait_ready, wait_leave, f,
			(unsigned)strtoul(rq->param[0], NULL, 10) };
		return;
	}
	dc_buf_printf(&rp->body, "%d %.*s", atomic_load(&f->told),
		      (int)rq->body_len, rq->body);
}

static bool first_ready(void *state)
{
	(void)state;
	return true;
}

/* Waits for one thing, then for another. */
static void on_wait_twice(struct http_request *rq, struct http_reply *rp)
{
	struct http_fixture *f = rq->app;

	if (rq->waited == NULL)
		rp->wait = (struct http_wait){ first_ready, wait_leave, f,
					       60000 };
	else if (rq->waited_for == first_ready)
		rp->wait = (struct http_wait){ wait_ready, wait_leave, f,
			(unsigned)strtoul(rq->param[0], NULL, 10) };
	else
		dc_buf_printf(&rp->body, "%d %.*s", atomic_load(&f->told),
			      (int)rq->body_len, rq->body);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/hello", on_hello, 0, "", NULL },
	{ HTTP_GET, "/large", on_large, 0, "", NULL },
	{ HTTP_GET, "/kept", on_kept, 0, "", kept_state },
	{ HTTP_GET, "/kept/{x}", on_kept, 0, "", kept_state },
	{ HTTP_GET, "/kept-large", on_kept_large, 0, "", kept_state },
	{ HTTP_POST, "/echo", on_echo, ECHO_MAX, "", NULL },
	{ HTTP_GET, "/param/{x}", on_param, 0, "", NULL },
	{ HTTP_GET, "/given", on_given, 0, "", NULL },
	{ HTTP_GET, "/problem", on_problem, 0, "", NULL },
	{ HTTP_GET, "/stream", on_stream, 0, "", NULL },
	{ HTTP_POST, "/wait/{ms}", on_wait, ECHO_MAX, "", NULL },
	{ HTTP_POST, "/twice/{ms}", on_wait_twice, ECHO_MAX, "", NULL },
};

/* ---- the server ---- */

void http_fixture_start(struct http_fixture *f, const struct http_options *o)
{
	struct http_options all = { .loops = 2, .max_connections = 1000,
				    .idle_timeout_s = 60 };
	struct dc_err err = DC_ERR_INIT;

	if (o != NULL)
		all = *o;
	all.listen = "127.0.0.1";
	if (all.max_connections == 0)
		all.max_connections = 1000;
	if (all.idle_timeout_s == 0)
		all.idle_timeout_s = 60;
	all.routes = routes;
	all.n_routes = DC_ARRAY_LEN(routes);
	all.app = f;
	atomic_store(&f->told, 0);
	atomic_store(&f->state, 1);
	atomic_store(&f->handled, 0);
	ck_assert_msg(http_server_start(&f->server, &all, &err) == DC_OK,
		      "%s", err.text);
	f->client = http_client_new(http_server_port(f->server));
}

void http_fixture_stop(struct http_fixture *f)
{
	http_client_free(f->client);
	http_server_stop(f->server);
}

uint16_t http_fixture_port(const struct http_fixture *f)
{
	return http_server_port(f->server);
}

/* ---- what is expected ---- */

void answer_header_is(const struct http_answer *a, const char *name,
			    const char *value)
{
	char text[512];

	ck_assert_str_eq(http_answer_header(a, name, text, sizeof(text)),
			 value);
}

void answer_body_is(const struct http_answer *a, const char *text)
{
	ck_assert_uint_eq(a->body.len, strlen(text));
	ck_assert_mem_eq(a->body.data, text, a->body.len);
}

void answer_problem_is(const struct http_answer *a, int status)
{
	json_t *doc = json_loadb((const char *)a->body.data, a->body.len, 0,
				 NULL);
	char id[128];

	ck_assert_int_eq(a->status, status);
	answer_header_is(a, "Content-Type", "application/problem+json");
	ck_assert_ptr_nonnull(doc);
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "status")),
			 status);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "type")),
			 "about:blank");
	ck_assert(json_is_string(json_object_get(doc, "title")));
	ck_assert_str_ne(json_string_value(json_object_get(doc, "title")),
			 "Error");
	ck_assert(json_is_string(json_object_get(doc, "detail")));
	ck_assert_str_eq(json_string_value(json_object_get(doc, "request_id")),
			 http_answer_header(a, "X-Request-Id", id,
					    sizeof(id)));
	json_decref(doc);
}

const struct http_answer *http_fixture_get_with(struct http_fixture *f,
						const char *path,
						const char *line)
{
	const char *const headers[] = { line, NULL };

	return http_client_do(f->client, "GET", path, headers, NULL, 0);
}

const struct http_answer *http_fixture_get_tagged(struct http_fixture *f,
						  const char *path,
						  const char *etag)
{
	char line[256];

	snprintf(line, sizeof(line), "If-None-Match: %s", etag);
	return http_fixture_get_with(f, path, line);
}
