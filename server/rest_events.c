/* GET /v1/events: what happens, as Server-Sent Events. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/event_ring.h"
#include "server/rest.h"

#define STREAMS_MAX 2000
#define READS_MAX 8		/* a turn, past other models' events */

struct stream {
	struct app *app;
	struct app_loop *loop;
	struct dc_arena *arena;
	struct event_cursor cursor;
	bool greeted;
};

static enum http_stream_step next_bytes(void *state, struct dc_buf *out)
{
	struct stream *s = state;
	struct dc_err err = DC_ERR_INIT;
	struct event_place before;
	enum dc_status status;
	int reads = 0;

	if (!s->greeted) {
		/* How long a browser waits before it comes back. */
		dc_buf_append_text(out, "retry: 2000\n\n");
		s->greeted = true;
	}
	do {
		if (reads++ == READS_MAX) {
			dc_buf_append_text(out, ":\n\n");
			break;
		}
		before = s->cursor.at;
		status = event_ring_read(s->app->events, &s->cursor, out,
					 s->loop->chain, s->arena, &err);
		dc_arena_reset(s->arena);
	} while (status == DC_OK && out->len == 0 &&
		 (before.block != s->cursor.at.block ||
		  before.index != s->cursor.at.index));
	if (status != DC_OK && status != DC_EBUSY) {
		dc_log(DC_LOG_UNUSUAL, "rest", "events: %s", err.text);
		return HTTP_STREAM_END;
	}
	return out->len > 0 ? HTTP_STREAM_BYTES : HTTP_STREAM_WAIT;
}

static void free_stream(void *state)
{
	struct stream *s = state;

	dc_arena_free(s->arena);
	free(s);
}

/* The row of ?model=, 0 without one. */
static enum dc_status choose_model(struct rest *r, int64_t *row)
{
	const struct registry_model *live;
	const char *name = http_query(r->rq, "model");
	struct sql_model m;

	*row = 0;
	if (name == NULL)
		return DC_OK;
	if (strlen(name) >= HTTP_PARAM_BYTES)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such model");
	memcpy(r->rq->param[0], name, strlen(name) + 1);
	if (rest_find_model(r, &m, &live, &r->err) != DC_OK)
		return r->err.status;
	*row = m.row;
	return DC_OK;
}

/* Where to begin: after Last-Event-ID, else at the head. */
static enum dc_status choose_place(struct rest *r, struct event_cursor *c)
{
	const char *id = http_header(r->rq, "Last-Event-ID");

	memset(c, 0, sizeof(*c));
	if (id == NULL || *id == '\0')
		return DC_OK;
	if (!event_place_parse(&c->at, id))
		return dc_fail(&r->err, DC_EINVAL,
			       "Last-Event-ID: not an id of ours");
	c->placed = true;
	return DC_OK;
}

void rest_events(struct http_request *rq, struct http_reply *rp)
{
	struct http_counters count = { 0 };
	struct event_cursor cursor;
	struct stream *s;
	enum dc_status status;
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	status = choose_place(&r, &cursor);
	if (status == DC_OK)
		status = choose_model(&r, &cursor.model);
	rest_close(&r, status);
	if (status != DC_OK)
		return;
	http_server_counters(rq->server, &count);
	if (count.streams >= STREAMS_MAX) {
		http_problem(rq, rp, 503, "too many event streams");
		rp->retry_after_s = 5;
		return;
	}
	s = dc_calloc(1, sizeof(*s));
	s->app = r.app;
	s->loop = r.loop;
	s->arena = dc_arena_new(4096);
	s->cursor = cursor;
	rp->type = "text/event-stream";
	rp->stream = next_bytes;
	rp->stream_free = free_stream;
	rp->stream_state = s;
}
