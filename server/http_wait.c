/*
 * Requests that wait for something that others do: suspended in
 * libmicrohttpd, they cost nothing, and their handler is called again when
 * what it waits for is there, when its time is over, or when the server
 * stops.
 */
#include "config.h"

#include <string.h>

#include "server/http_internal.h"

static void unlink_waiting(struct http_connection *c)
{
	struct http_connection **at = &c->loop->waiting;

	while (*at != c)
		at = &(*at)->wait_next;
	*at = c->wait_next;
	c->asleep = false;
	atomic_fetch_sub(&c->loop->n_waiting, 1);
}

static void call_again(struct http_connection *c)
{
	unlink_waiting(c);
	c->rq.waited = c->wait.state;
	c->rq.waited_for = c->wait.ready;
}

/* First among those who wait, then asked: what becomes ready in between rings
 * a loop that somebody waits in. */
enum http_waiting http_wait_begin(struct http_connection *c,
				  struct http_reply *rp)
{
	struct http_loop *l = c->loop;

	if (rp->wait.ready == NULL)
		return HTTP_WAITING_NOT;
	http_wait_end(c);	/* what it waited for before */
	c->wait = rp->wait;
	memset(&rp->wait, 0, sizeof(rp->wait));
	c->wait_until_ms = l->now_ms + c->wait.most_ms;
	c->wait_next = l->waiting;
	l->waiting = c;
	c->asleep = true;
	atomic_fetch_add(&l->n_waiting, 1);
	if (c->wait.ready(c->wait.state)) {
		call_again(c);
		return HTTP_WAITING_OVER;
	}
	MHD_suspend_connection(c->mhd);
	return HTTP_WAITING;
}

void http_wait_end(struct http_connection *c)
{
	if (c->asleep)
		unlink_waiting(c);
	if (c->wait.ready != NULL)
		c->wait.leave(c->wait.state);
	memset(&c->wait, 0, sizeof(c->wait));
	c->rq.waited = NULL;
	c->rq.waited_for = NULL;
}

void http_wait_look(struct http_loop *l)
{
	bool stopping = atomic_load(&l->server->stopping);
	struct http_connection *next;

	for (struct http_connection *c = l->waiting; c != NULL; c = next) {
		next = c->wait_next;
		if (!stopping && l->now_ms < c->wait_until_ms &&
		    !c->wait.ready(c->wait.state))
			continue;
		call_again(c);
		MHD_resume_connection(c->mhd);
	}
}
