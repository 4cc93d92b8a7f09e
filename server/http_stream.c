/*
 * Replies that go on: a source that is asked for bytes, and sleeps between.
 * A sleeping connection is suspended in libmicrohttpd and costs nothing;
 * http_server_wake and a beat every 15 s wake it. A beat finds out whether the
 * client is still there; where it would be in the way, its socket is asked.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/http_internal.h"

#define BLOCK_BYTES ((size_t)16 << 10)
#define PENDING_MAX ((size_t)1 << 20)

struct http_stream {
	struct http_connection *c;
	struct http_stream *next;	/* among the sleeping */
	bool asleep, beat, quiet, gone;
	enum http_stream_step (*source)(void *state, struct dc_buf *out);
	void (*state_free)(void *state);
	void *state;
	struct dc_buf pending;
	size_t sent;			/* of pending */
};

/* Take s off the sleepers, when it is among them. */
static void unlink_sleeper(struct http_stream *s)
{
	struct http_stream **at = &s->c->loop->asleep;

	while (*at != NULL && *at != s)
		at = &(*at)->next;
	if (*at == s)
		*at = s->next;
	s->asleep = false;
}

static void sleep_now(struct http_stream *s)
{
	s->asleep = true;
	s->next = s->c->loop->asleep;
	s->c->loop->asleep = s;
	MHD_suspend_connection(s->c->mhd);
}

/* Ask the source; true: pending has bytes. */
static bool refill(struct http_stream *s, enum http_stream_step *step)
{
	dc_buf_reset(&s->pending);
	s->sent = 0;
	if (s->beat && !s->quiet)
		dc_buf_append_text(&s->pending, ":\n\n");
	s->beat = false;
	*step = s->source(s->state, &s->pending);
	return s->pending.len > 0;
}

static ssize_t on_read(void *cls, uint64_t pos, char *out, size_t room)
{
	struct http_stream *s = cls;
	enum http_stream_step step = HTTP_STREAM_BYTES;
	size_t n;

	(void)pos;
	if (atomic_load(&s->c->loop->server->stopping))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (s->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (s->sent == s->pending.len && !refill(s, &step)) {
		if (step == HTTP_STREAM_END || dc_buf_failed(&s->pending))
			return MHD_CONTENT_READER_END_OF_STREAM;
		sleep_now(s);
		return 0;
	}
	n = s->pending.len - s->sent;
	if (n > room)
		n = room;
	memcpy(out, s->pending.data + s->sent, n);
	s->sent += n;
	return (ssize_t)n;
}

static void on_free(void *cls)
{
	struct http_stream *s = cls;

	if (s->asleep)
		unlink_sleeper(s);
	atomic_fetch_sub(&s->c->loop->streams, 1);
	if (s->state_free != NULL)
		s->state_free(s->state);
	dc_buf_clear(&s->pending);
	free(s);
}

struct MHD_Response *http_stream_response(struct http_connection *c,
					  struct http_reply *rp)
{
	struct http_stream *s = dc_calloc(1, sizeof(*s));
	struct MHD_Response *r;

	s->c = c;
	s->source = rp->stream;
	s->quiet = rp->stream_quiet;
	s->state_free = rp->stream_free;
	s->state = rp->stream_state;
	rp->stream_state = NULL;
	dc_buf_init(&s->pending, PENDING_MAX);
	atomic_fetch_add(&c->loop->streams, 1);
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
					      on_read, s, on_free);
	if (r == NULL)
		on_free(s);
	return r;
}

static bool has_gone(const struct http_stream *s)
{
	char byte;
	ssize_t n = recv(s->c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

void http_stream_sweep(struct http_loop *l)
{
	struct http_stream *next;

	for (struct http_stream *s = l->asleep; s != NULL; s = next) {
		next = s->next;
		if (!s->quiet || !has_gone(s))
			continue;
		unlink_sleeper(s);
		s->gone = true;
		MHD_resume_connection(s->c->mhd);
	}
}

void http_stream_wake_all(struct http_loop *l, enum http_stream_wake how)
{
	struct http_stream *s = l->asleep;

	l->asleep = NULL;
	while (s != NULL) {
		struct http_stream *next = s->next;

		s->asleep = false;
		s->beat = how == HTTP_WAKE_BEAT;
		MHD_resume_connection(s->c->mhd);
		s = next;
	}
}
