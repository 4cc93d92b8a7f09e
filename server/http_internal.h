#ifndef DECAID_SERVER_HTTP_INTERNAL_H
#define DECAID_SERVER_HTTP_INTERNAL_H

/*
 * What the files http_*.c share: the loop, its connections, the way of a
 * request. Everything in a loop belongs to its thread alone, but for the
 * atomic counters and the eventfd.
 *
 *	http_loop.c	sockets, threads, poll, deadlines
 *	http_request.c	from the first header byte to the handler
 *	http_send.c	from the handler's reply to libmicrohttpd
 *	http_stream.c	replies that go on
 */

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "server/http.h"

struct http_limit;

struct http_loop {
	struct http_server *server;
	unsigned index;
	pthread_t thread;
	bool running;		/* thread is to be joined */
	int listen_fd, event_fd;
	struct MHD_Daemon *daemon;
	struct dc_arena *arena;
	void *state;		/* what loop_open returned */
	bool state_open;
	int64_t now_ms;		/* monotonic, read once a turn */
	uint64_t id_state;	/* of the request ids */
	z_stream deflate;
	bool deflate_ready;
	struct http_connection *connections;
	struct http_stream *asleep;
	unsigned busy;		/* requests begun and not completed */
	atomic_uint_fast64_t requests, by_class[6], open, streams;
};

struct http_server {
	struct http_options o;
	uint16_t port;
	struct http_limit *limit;	/* NULL: not limited */
	atomic_bool stopping;
	unsigned n_loops;
	struct http_loop loops[];
};

/* One TCP connection and the request on it, if any. */
struct http_connection {
	struct http_loop *loop;
	struct http_connection *prev, *next;
	struct MHD_Connection *mhd;
	int fd;
	int64_t deadline_ms;	/* closed when it passes; 0: none */
	bool busy;
	enum http_method method;
	const struct http_route *route;	/* NULL: the fallback */
	unsigned refusal;	/* status decided before the body; 0: none */
	const char *refusal_detail;
	unsigned allow;
	size_t discarded;
	struct dc_buf body;
	struct http_request rq;
};

/* ---- http_request.c: libmicrohttpd's callbacks ---- */

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd,
				const char *url, const char *method,
				const char *version, const char *data,
				size_t *data_len, void **con_cls);
void http_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
		       enum MHD_RequestTerminationCode code);
void http_on_connection(void *cls, struct MHD_Connection *mhd,
			void **socket_context,
			enum MHD_ConnectionNotificationCode code);

/* ---- http_send.c ---- */

void http_reply_init(struct http_reply *rp);
void http_reply_clear(struct http_reply *rp);
enum MHD_Result http_send(struct http_connection *c, struct http_reply *rp);

/* ---- http_stream.c ---- */

/* A response that reads rp's stream; takes its state. */
struct MHD_Response *http_stream_response(struct http_connection *c,
					  struct http_reply *rp);

/* Let sleeping streams look again; beat: send a comment as well, which
 * tells a dead peer from a silent one. */
enum http_stream_wake { HTTP_WAKE_LOOK, HTTP_WAKE_BEAT };
void http_stream_wake_all(struct http_loop *l, enum http_stream_wake how);

/* ---- http_limit.c ---- */

/* per_second requests from each address, bursts of as many. */
struct http_limit *http_limit_new(unsigned per_second);
void http_limit_free(struct http_limit *l);

/* One request from this address; false: too many. Thread: any. */
bool http_limit_take(struct http_limit *l, const struct sockaddr *from,
		     int64_t now_ms);

#endif /* DECAID_SERVER_HTTP_INTERNAL_H */
