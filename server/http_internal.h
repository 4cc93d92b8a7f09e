#ifndef DECAID_SERVER_HTTP_INTERNAL_H
#define DECAID_SERVER_HTTP_INTERNAL_H

/*
 * What the files http_*.c share: the loop, its connections, the way of a
 * request. Everything in a loop belongs to its thread alone, but for the
 * atomic counters and the eventfd.
 *
 *	http_loop.c	sockets, threads, poll, deadlines
 *	http_request.c	from the first header byte to the handler
 *	http_cache.c	replies that are sent again without the handler
 *	http_send.c	from the handler's reply to libmicrohttpd
 *	http_tag.c	entity tags
 *	http_stream.c	replies that go on
 *	http_wait.c	requests that wait
 *	http_limit.c	requests a second by address
 *	http_peers.c	connections by address
 */

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "server/http.h"

struct http_cache;
struct http_limit;
struct http_peers;

#define HTTP_TARGET_BYTES 512	/* a longer one's reply is not kept */

/* Which kept reply a request asks for. */
struct http_asked {
	bool kept;		/* false: none, and none is to be kept */
	bool gzip;
	uint64_t state, key;
};

struct http_loop {
	struct http_server *server;
	unsigned index;
	pthread_t thread;
	bool running;		/* thread is to be joined */
	atomic_bool rung;	/* event_fd was written since */
	int listen_fd, event_fd;
	struct MHD_Daemon *daemon;
	struct dc_arena *arena;
	struct http_cache *cache;
	void *state;		/* what loop_open returned */
	bool state_open;
	int64_t now_ms;		/* monotonic, read once a turn */
	uint64_t id_state;	/* of the request ids */
	z_stream deflate;
	bool deflate_ready;
	struct http_connection *connections;
	struct http_stream *asleep;
	struct http_connection *waiting;
	unsigned busy;		/* requests begun and not completed */
	atomic_uint_fast64_t requests, by_class[6], open, streams;
	atomic_uint_fast64_t kept, refused, timed_out, n_waiting;
};

struct http_server {
	struct http_options o;
	uint16_t port;
	struct http_limit *limit;	/* NULL: not limited */
	struct http_peers *peers;	/* NULL: not limited */
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
	uint64_t peer;		/* its address in http_peers; 0: not counted */
	int64_t begun_ms;	/* when this request's header was there */
	int64_t deadline_ms;	/* closed when it passes; 0: none */
	int64_t send_deadline_ms;	/* the same while a reply is sent */
	bool asked_line;	/* the request line is there */
	bool answered;		/* a request, since the last sweep */
	bool busy;
	/* The request line's target as it came; target_len 0: too long. */
	char target[HTTP_TARGET_BYTES];
	size_t target_len;
	struct http_asked asked;
	enum http_method method;
	const struct http_route *route;	/* NULL: the fallback */
	unsigned refusal;	/* status decided before the body; 0: none */
	const char *refusal_detail;
	unsigned allow;
	size_t discarded, received;	/* bytes of the body */
	struct dc_buf body;
	struct http_wait wait;
	struct http_connection *wait_next;	/* among loop->waiting */
	int64_t wait_until_ms;
	bool asleep;
	struct http_request rq;
};

/* ---- http_request.c: libmicrohttpd's callbacks ---- */

/* The request line is there; returns what con_cls is at first. */
void *http_on_target(void *cls, const char *target,
		     struct MHD_Connection *mhd);
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *mhd,
				const char *url, const char *method,
				const char *version, const char *data,
				size_t *data_len, void **con_cls);
void http_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
		       enum MHD_RequestTerminationCode code);
void http_on_connection(void *cls, struct MHD_Connection *mhd,
			void **socket_context,
			enum MHD_ConnectionNotificationCode code);

/* May this address have one more connection? */
enum MHD_Result http_on_accept(void *cls, const struct sockaddr *from,
			       socklen_t len);

/* Tell a client whose request did not come in time, and close. */
void http_time_out(struct http_connection *c);

/* ---- http_tag.c ---- */

/* Does If-None-Match hold this tag, of whichever encoding? Weak comparison
 * (RFC 9110, 13.1.2). list NULL: no. */
bool http_tag_listed(const char *list, const char *etag);

/* The tag of the same state's gzip form. */
void http_tag_gzip(char etag[HTTP_ETAG_BYTES]);

/* ---- http_cache.c: replies of one loop, its thread's alone ---- */

/* bytes_max  of all replies together    seed  so that nobody can aim */
struct http_cache *http_cache_new(size_t bytes_max, uint64_t seed);
void http_cache_free(struct http_cache *cache);

/* Set c->asked, once a request's refusal is decided. */
void http_cache_ask(struct http_connection *c);

/* Send what is kept for c->asked, as 304 where the client has it already.
 * false: nothing is. */
bool http_cache_send(struct http_connection *c, enum MHD_Result *found);

/* Keep a 200 or a 304 that has all headers but X-Request-Id.
 * r   taken, unless NULL is returned: it is not to be kept */
struct http_form *http_cache_keep(struct http_connection *c,
				  const struct http_reply *rp,
				  size_t body_len, struct MHD_Response *r);

/* Send a kept form to c. */
enum MHD_Result http_form_send(struct http_form *f, unsigned status,
			       struct http_connection *c);

/* ---- http_send.c ---- */

void http_reply_init(struct http_reply *rp);
void http_reply_clear(struct http_reply *rp);
enum MHD_Result http_send(struct http_connection *c, struct http_reply *rp);

/* Milliseconds that so many bytes may take on their way. */
int64_t http_patience_ms(const struct http_loop *l, uint64_t bytes);

/* Queue and count a response; it stays the caller's. */
enum MHD_Result http_queue(struct http_connection *c, unsigned status,
			   struct MHD_Response *r);

/* ---- http_stream.c ---- */

/* A response that reads rp's stream; takes its state. */
struct MHD_Response *http_stream_response(struct http_connection *c,
					  struct http_reply *rp);

/* Let sleeping streams look again; beat: send a comment as well, which
 * tells a dead peer from a silent one. */
enum http_stream_wake { HTTP_WAKE_LOOK, HTTP_WAKE_BEAT };
void http_stream_wake_all(struct http_loop *l, enum http_stream_wake how);

/* Let quiet streams whose client has gone end. */
void http_stream_sweep(struct http_loop *l);

/* ---- http_wait.c ---- */

enum http_waiting {
	HTTP_WAITING_NOT,	/* rp is the reply */
	HTTP_WAITING,		/* c sleeps */
	HTTP_WAITING_OVER	/* already: its handler is to be called again */
};

/* Let c sleep where its handler wants to wait. */
enum http_waiting http_wait_begin(struct http_connection *c,
				  struct http_reply *rp);

/* c is answered, or gone: leave what it waited for. */
void http_wait_end(struct http_connection *c);

/* Wake those that are ready, or whose time is over; when stopping, all. */
void http_wait_look(struct http_loop *l);

/* ---- http_limit.c ---- */

/* per_second requests from each address, bursts of as many. */
struct http_limit *http_limit_new(unsigned per_second);
void http_limit_free(struct http_limit *l);

/* One request from this address; false: too many. Thread: any. */
bool http_limit_take(struct http_limit *l, const struct sockaddr *from,
		     int64_t now_ms);

/* A client's address under a seed of ours; never 0. An IPv6 client counts
 * by its /64, which is what one subscriber has. */
uint64_t http_address_key(const struct sockaddr *from, uint64_t seed);

/* 127.0.0.0/8 and ::1, of either family. */
bool http_address_is_local(const struct sockaddr *from);

/* ---- http_peers.c ---- */

/* limit  connections of one address    most  connections of all */
struct http_peers *http_peers_new(unsigned limit, size_t most);
void http_peers_free(struct http_peers *p);

/* May this address open one more?  Thread: any. */
bool http_peers_allow(struct http_peers *p, const struct sockaddr *from);

/* One more, one less; leave what enter returned.  Thread: any. */
uint64_t http_peers_enter(struct http_peers *p, const struct sockaddr *from);
void http_peers_leave(struct http_peers *p, uint64_t key);

#endif /* DECAID_SERVER_HTTP_INTERNAL_H */
