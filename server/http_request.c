/* The way of a request from its first header to its handler. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/hex.h"
#include "base/log.h"
#include "server/http_internal.h"
#include "server/router.h"

#define BODY_KEPT ((size_t)64 << 10)	/* of a connection, between requests */
#define DISCARD_MAX ((size_t)16 << 20)	/* read of a body nobody wants */
#define BYTES_A_MS 16			/* 16 kB/s */
#define TARGET_MAX ((size_t)4 << 10)	/* path and query */
#define HEADERS_MAX 100
#define HEADER_BYTES_MAX ((size_t)8 << 10)

/* ---- connections ---- */

int64_t http_patience_ms(const struct http_loop *l, uint64_t bytes)
{
	const struct http_options *o = &l->server->o;
	unsigned pace = o->bytes_a_ms != 0 ? o->bytes_a_ms : BYTES_A_MS;

	return 1000 * (int64_t)o->idle_timeout_s + (int64_t)(bytes / pace);
}

/* Until when a whole header must have come. */
static int64_t header_deadline_ms(const struct http_loop *l)
{
	return l->now_ms + http_patience_ms(l, 0);
}

static const struct sockaddr *client_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd,
		MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

uint64_t http_subscriber(const struct http_request *rq)
{
	const struct http_connection *c = rq->connection;
	const struct sockaddr *from = client_of(c->mhd);

	return http_address_is_local(from) ? 0 :
		http_address_key(from, 0);
}

enum MHD_Result http_on_accept(void *cls, const struct sockaddr *from,
			       socklen_t len)
{
	struct http_loop *l = cls;

	(void)len;
	if (l->server->peers == NULL ||
	    http_peers_allow(l->server->peers, from))
		return MHD_YES;
	atomic_fetch_add_explicit(&l->refused, 1, memory_order_relaxed);
	return MHD_NO;
}

static void connection_opened(struct http_loop *l, struct MHD_Connection *mhd,
			      void **socket_context)
{
	struct http_connection *c = dc_calloc(1, sizeof(*c));
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c->loop = l;
	c->mhd = mhd;
	c->fd = info->connect_fd;
	c->rq.connection = c;
	c->deadline_ms = header_deadline_ms(l);
	if (l->server->peers != NULL)
		c->peer = http_peers_enter(l->server->peers, client_of(mhd));
	dc_buf_init(&c->body, HTTP_PREDICT_BODY_MAX);
	c->next = l->connections;
	if (c->next != NULL)
		c->next->prev = c;
	l->connections = c;
	atomic_fetch_add_explicit(&l->open, 1, memory_order_relaxed);
	*socket_context = c;
}

static void connection_closed(struct http_loop *l, void **socket_context)
{
	struct http_connection *c = *socket_context;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		l->connections = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	atomic_fetch_sub_explicit(&l->open, 1, memory_order_relaxed);
	if (c->peer != 0)
		http_peers_leave(l->server->peers, c->peer);
	dc_buf_clear(&c->body);
	free(c);
	*socket_context = NULL;
}

void http_on_connection(void *cls, struct MHD_Connection *mhd,
			void **socket_context,
			enum MHD_ConnectionNotificationCode code)
{
	switch (code) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		connection_opened(cls, mhd, socket_context);
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		connection_closed(cls, socket_context);
		break;
	}
}

void http_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
		       enum MHD_RequestTerminationCode code)
{
	struct http_loop *l = cls;
	struct http_connection *c = *con_cls;

	(void)mhd;
	(void)code;
	if (c == NULL)
		return;
	http_wait_end(c);
	if (c->busy)
		l->busy--;
	c->busy = c->asked_line = false;
	c->answered = true;
	if (c->body.room > BODY_KEPT)
		dc_buf_clear(&c->body);
	else
		dc_buf_reset(&c->body);
	c->deadline_ms = header_deadline_ms(l);
	c->send_deadline_ms = 0;
	*con_cls = NULL;
}

/* ---- what handlers ask ---- */

const char *http_query(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection->mhd,
					   MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection->mhd,
					   MHD_HEADER_KIND, name);
}

/* ---- beginning ---- */

/* A client's own id is kept when it is 8 to 64 letters, digits, - and _. */
static bool is_request_id(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return text[n] == '\0' && n >= 8 && n < HTTP_ID_BYTES;
}

/* Source: Steele, Lea, Flood 2014, SplitMix64. Ids are labels, no secret. */
static uint64_t next_id(struct http_loop *l)
{
	uint64_t z = l->id_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void choose_id(struct http_connection *c)
{
	const char *given = http_header(&c->rq, "X-Request-Id");
	uint64_t id;

	if (given != NULL && is_request_id(given)) {
		memcpy(c->rq.id, given, strlen(given) + 1);
		return;
	}
	id = next_id(c->loop);
	hex_encode(c->rq.id, (const uint8_t *)&id, sizeof(id));
}

static bool is_type(const char *type, const char *wanted)
{
	size_t n = strlen(wanted);

	return type != NULL && strncasecmp(type, wanted, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static bool takes_bytes(const struct http_connection *c)
{
	const char *pattern = c->loop->server->o.binary;

	return pattern != NULL && strcmp(c->route->pattern, pattern) == 0;
}

static bool takes_type(const struct http_connection *c)
{
	const char *type = http_header(&c->rq, "Content-Type");

	return is_type(type, "application/json") ||
	       (takes_bytes(c) && is_type(type, "application/octet-stream"));
}

static void refuse(struct http_connection *c, unsigned status,
		   const char *detail)
{
	if (c->refusal == 0) {
		c->refusal = status;
		c->refusal_detail = detail;
	}
}

/* Content-Length, 0 when absent or chunked; libmicrohttpd refuses a wrong
 * one itself. */
static uint64_t content_length(const struct http_connection *c)
{
	const char *text = http_header(&c->rq, "Content-Length");

	return text == NULL ? 0 : strtoull(text, NULL, 10);
}

static void check_rate(struct http_connection *c)
{
	struct http_limit *limit = c->loop->server->limit;

	if (limit != NULL && !http_limit_take(limit, client_of(c->mhd),
					      c->loop->now_ms))
		refuse(c, 429, "too many requests from this address");
}

/* What is larger than libmicrohttpd's room for a request (16 KiB) it
 * refuses itself, with the same status. */
static void check_size(struct http_connection *c)
{
	const union MHD_ConnectionInfo *info;

	if (strlen(c->rq.path) > TARGET_MAX)
		refuse(c, 414, "the address is too long");
	info = MHD_get_connection_info(c->mhd,
		MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	if (info->header_size > HEADER_BYTES_MAX)
		refuse(c, 431, "the header is too large");
	if (MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, NULL, NULL) >
	    HEADERS_MAX)
		refuse(c, 431, "too many header fields");
}

/* Which route, and whether it takes what comes. */
static void choose_route(struct http_connection *c, const char *method)
{
	const struct http_options *o = &c->loop->server->o;

	c->method = router_method(method);
	c->rq.head = strcmp(method, "HEAD") == 0;
	c->route = router_find(o->routes, o->n_routes, c->method, c->rq.path,
			       &c->allow, c->rq.param);
	if (c->route == NULL && c->allow == 0 && o->fallback != NULL &&
	    strcmp(method, "OPTIONS") != 0) {
		c->allow = HTTP_GET;
		if (c->method == HTTP_GET)
			return;
	}
	if (strcmp(method, "OPTIONS") == 0)
		refuse(c, c->allow != 0 ? 204 : 404, "no such address");
	else if (c->route == NULL && c->allow == 0)
		refuse(c, 404, "no such address");
	else if (c->route == NULL)
		refuse(c, 405, "this address does not take this method");
	if (c->route == NULL || c->method != HTTP_POST)
		return;
	if (!takes_type(c))
		refuse(c, 415, takes_bytes(c) ? "the body must be "
		       "application/json or application/octet-stream" :
		       "the body must be application/json");
	if (content_length(c) > c->route->body_max)
		refuse(c, 413, "the body is too large");
}

static void begin(struct http_connection *c, const char *url,
		  const char *method)
{
	struct http_loop *l = c->loop;
	struct http_request *rq = &c->rq;

	c->busy = true;
	l->busy++;
	c->refusal = 0;
	c->allow = 0;
	c->discarded = c->received = 0;
	c->begun_ms = l->now_ms;
	rq->path = url;
	rq->arena = l->arena;
	rq->app = l->server->o.app;
	rq->loop_state = l->state;
	rq->server = l->server;
	choose_id(c);
	check_rate(c);
	check_size(c);
	choose_route(c, method);
	c->deadline_ms = header_deadline_ms(l);
	atomic_fetch_add_explicit(&l->requests, 1, memory_order_relaxed);
}

/* ---- the body ---- */

/* Keep what is wanted. false: enough of what is not; close. */
static bool take_body(struct http_connection *c, const char *data, size_t len)
{
	c->received += len;
	c->deadline_ms = c->begun_ms + http_patience_ms(c->loop, c->received);
	if (c->refusal == 0 &&
	    (c->route == NULL || c->route->method != HTTP_POST))
		refuse(c, 400, "this request takes no body");
	if (c->refusal == 0 && c->body.len + len > c->route->body_max)
		refuse(c, 413, "the body is too large");
	if (c->refusal == 0) {
		dc_buf_append(&c->body, data, len);
		return true;
	}
	c->discarded += len;
	return c->discarded <= DISCARD_MAX;
}

/* A client that waits for 100 Continue, or would send very much, hears the
 * refusal before the body; the connection is closed then. */
static bool answers_early(const struct http_connection *c)
{
	return c->refusal != 0 &&
	       (http_header(&c->rq, "Expect") != NULL ||
		content_length(c) > DISCARD_MAX);
}

/* ---- the end ---- */

static void refuse_with(struct http_connection *c, struct http_reply *rp)
{
	if (c->refusal == 204) {
		rp->status = 204;
	} else {
		http_problem(&c->rq, rp, c->refusal, "%s", c->refusal_detail);
		if (c->refusal == 429)
			rp->retry_after_s = 1;
	}
	if (c->refusal == 204 || c->refusal == 405)
		rp->allow = c->allow;
}

static void handle(struct http_connection *c, struct http_reply *rp)
{
	if (c->refusal != 0)
		refuse_with(c, rp);
	else if (c->route == NULL)
		c->loop->server->o.fallback(&c->rq, rp);
	else
		c->route->handle(&c->rq, rp);
}

static enum MHD_Result answer(struct http_connection *c)
{
	struct http_reply rp;
	enum http_waiting waiting;
	enum MHD_Result found;

	c->deadline_ms = 0;	/* libmicrohttpd's idle timeout holds now */
	http_cache_ask(c);
	if (c->asked.kept && http_cache_send(c, &found))
		return found;
	http_reply_init(&rp);
	c->rq.body = (const char *)c->body.data;
	c->rq.body_len = c->body.len;
	do {
		handle(c, &rp);
		waiting = http_wait_begin(c, &rp);
	} while (waiting == HTTP_WAITING_OVER);
	found = MHD_YES;	/* and here again, later */
	if (waiting == HTTP_WAITING_NOT) {
		found = http_send(c, &rp);
		http_wait_end(c);
	}
	http_reply_clear(&rp);
	dc_arena_reset(c->loop->arena);
	return found;
}

/* ---- too late ---- */

static void put_time_out(struct http_connection *c, struct dc_buf *out)
{
	struct http_reply rp;

	http_reply_init(&rp);
	http_problem(&c->rq, &rp, 408, "the request did not come in time");
	dc_buf_printf(out, "HTTP/1.1 408 Request Timeout\r\n"
		      "Content-Type: %s\r\nContent-Length: %zu\r\n"
		      "X-Request-Id: %s\r\nCache-Control: no-store\r\n"
		      "Connection: close\r\n\r\n", rp.type, rp.body.len,
		      c->rq.id);
	dc_buf_append(out, rp.body.data, rp.body.len);
	http_reply_clear(&rp);
}

/* Past libmicrohttpd, which takes no response before it has the request.
 * Nothing of another response is under way here: the deadline holds only
 * while a request comes in. Who has begun none is not told. */
void http_time_out(struct http_connection *c)
{
	struct http_loop *l = c->loop;
	struct dc_buf out;

	if (c->asked_line) {
		if (!c->busy)
			choose_id(c);
		dc_buf_init(&out, 4096);
		put_time_out(c, &out);
		/* A peer that does not take it goes without. */
		(void)!send(c->fd, out.data, out.len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		dc_buf_clear(&out);
		atomic_fetch_add_explicit(&l->timed_out, 1,
					  memory_order_relaxed);
		atomic_fetch_add_explicit(&l->by_class[4], 1,
					  memory_order_relaxed);
	}
	/* libmicrohttpd sees the end and closes. */
	(void)shutdown(c->fd, SHUT_RDWR);
}

/* ---- libmicrohttpd's callback ---- */

void *http_on_target(void *cls, const char *target,
		     struct MHD_Connection *mhd)
{
	struct http_connection *c = MHD_get_connection_info(mhd,
		MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	size_t len = strlen(target);

	(void)cls;
	c->asked_line = true;
	c->target_len = len <= sizeof(c->target) ? len : 0;
	memcpy(c->target, target, c->target_len);
	return c;
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd,
				const char *url, const char *method,
				const char *version, const char *data,
				size_t *data_len, void **con_cls)
{
	struct http_connection *c = *con_cls;

	(void)cls;
	(void)mhd;
	(void)version;
	if (!c->busy) {
		begin(c, url, method);
		return answers_early(c) ? answer(c) : MHD_YES;
	}
	if (*data_len > 0) {
		bool going_on = take_body(c, data, *data_len);

		*data_len = 0;
		return going_on ? MHD_YES : MHD_NO;
	}
	return answer(c);
}
