#ifndef DECAID_SERVER_HTTP_H
#define DECAID_SERVER_HTTP_H

/*
 * HTTP as handlers see it: a table of routes, a request, a reply; and the
 * server that runs them. N threads ("loops"), each with a listening socket
 * of its own (SO_REUSEPORT), one libmicrohttpd daemon and one poll. A
 * handler runs on its loop's thread from beginning to end and never blocks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

struct http_server;
struct http_connection;	/* behind it: libmicrohttpd's */

enum http_method {
	HTTP_GET = 1,		/* answers HEAD too */
	HTTP_POST = 2,
	HTTP_OTHER = 0
};

#define HTTP_PARAMS_MAX 2
/* A longer path segment matches nothing; but where a pattern has something
 * after the name, {data}.json, it is "" to the handler, which has the path. */
#define HTTP_PARAM_BYTES 128
#define HTTP_ID_BYTES 65
#define HTTP_ETAG_BYTES 48

#define HTTP_BODY_MAX ((size_t)1 << 20)
#define HTTP_PREDICT_BODY_MAX ((size_t)8 << 20)

/* What a handler may wait for instead of replying. */
struct http_wait {
	/* Asked after each http_server_wake. NULL: nothing is waited for. */
	bool (*ready)(void *state);
	void (*leave)(void *state);	/* when the request is answered */
	void *state;
	unsigned most_ms;	/* rounded up to the next second */
};

#define HTTP_LENGTH_UNKNOWN UINT64_MAX

struct http_request {
	const char *path;
	bool head;	/* nobody reads the body of the reply */
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];	/* of the pattern */
	const char *body;	/* body_len bytes, no NUL */
	size_t body_len;
	char id[HTTP_ID_BYTES];		/* X-Request-Id */
	struct dc_arena *arena;		/* emptied after the handler */
	void *app;			/* http_options.app */
	void *loop_state;		/* what loop_open returned */
	struct http_server *server;
	struct http_connection *connection;
	/* The handler is called again: http_wait.state; what it waited for is
	 * there, or its time is over. NULL at first. It may wait for something
	 * else then: what it waited for before is left. */
	void *waited;
	bool (*waited_for)(void *state);	/* http_wait.ready */
};

/* Who may read a reply from another site, and what a browser may do. */
enum http_kind {
	HTTP_KIND_API,		/* JSON; CORS open, no active content */
	HTTP_KIND_PAGE		/* the dashboard; strict CSP, same origin */
};

/* What a stream's source says. */
enum http_stream_step {
	HTTP_STREAM_BYTES,	/* out has something */
	HTTP_STREAM_WAIT,	/* nothing yet: sleep until http_server_wake */
	HTTP_STREAM_END
};

struct http_reply {
	unsigned status;		/* 200 unless set */
	enum http_kind kind;
	const char *type;		/* static text; default JSON */
	struct dc_buf body;
	/* Instead of body: bytes that outlive the server, or that stay until
	 * fixed_free is called, once, whatever becomes of the reply. */
	const void *fixed;
	size_t fixed_len;
	const char *encoding;		/* of fixed: "gzip", or NULL */
	void (*fixed_free)(void *state);	/* Thread: any */
	void *fixed_state;
	/* Of a HEAD, instead of body: how many bytes it would have. */
	bool bare;
	uint64_t bare_len;
	char etag[HTTP_ETAG_BYTES];	/* "hex" or W/"hex"; "" none */
	bool immutable;			/* may be cached for a year */
	unsigned retry_after_s;		/* 0: none */
	unsigned allow;			/* methods for Allow, 0: none */
	const char *location;		/* static, NULL: none */
	size_t json_len;		/* bytes follow the body's JSON; 0 */
	/* Instead of a reply: the handler is called once more, later. */
	struct http_wait wait;
	/* Instead of body: a stream. Server-Sent Events have a comment now
	 * and then when nothing else comes; stream_quiet is without, and a
	 * client that closes its half has gone. */
	bool stream_quiet;
	enum http_stream_step (*stream)(void *state, struct dc_buf *out);
	void (*stream_free)(void *state);
	void *stream_state;
};

typedef void http_handler(struct http_request *rq, struct http_reply *rp);

/* Who asks, as far as limits go: a number made from the part of the address
 * that one subscriber has, the same while the process lives. 0: this machine
 * itself, where a proxy stands for everybody. */
uint64_t http_subscriber(const struct http_request *rq);

/* All that the replies of a GET depend on beside their address and their
 * encoding, as a number that is another one whenever they would be. Replies
 * that are 200 are kept under it and sent again without the handler. Called
 * before the handler, so that a reply is never older than its number.
 * Thread: any loop's. */
typedef uint64_t http_state(void *app);

/* For what is part of the program. */
uint64_t http_state_fixed(void *app);

struct http_route {
	enum http_method method;
	const char *pattern;	/* "/v1/models/{model}/predict" */
	http_handler *handle;
	size_t body_max;	/* of a POST */
	const char *schema;	/* web/schemas/<schema>.json of a 200 */
	http_state *state;	/* of a GET; NULL: no reply is kept */
};

struct http_options {
	const char *listen;	/* numeric address */
	uint16_t port;		/* 0: a free one */
	unsigned loops;
	unsigned max_connections;	/* a loop */
	unsigned idle_timeout_s;
	unsigned rate_limit;	/* requests a second an address, 0: none */
	unsigned peer_limit;	/* connections an address, 0: none */
	/* The slowest client that is borne, sending and reading; 0: 16. */
	unsigned bytes_a_ms;
	const struct http_route *routes;
	size_t n_routes;
	/* The pattern of routes whose POSTs may be application/octet-stream
	 * as well; NULL: none. */
	const char *binary;
	http_handler *fallback;	/* a GET that no route knows; NULL: 404 */
	http_state *fallback_state;	/* as http_route.state */
	void *app;
	/* Each loop's own state (a database connection); may be NULL.
	 * Called before the threads start and after they ended. */
	enum dc_status (*loop_open)(void *app, void **state,
				    struct dc_err *err);
	void (*loop_close)(void *state);
};

/* Listen and answer. Blocks no signal but in its own threads, all.
 * o   copied; routes and app are borrowed until http_server_stop
 * Errors: DC_EIO the address cannot be listened on; loop_open's. */
enum dc_status http_server_start(struct http_server **out,
				 const struct http_options *o,
				 struct dc_err *err) DC_MUST_CHECK;

/* The port that is listened on. */
uint16_t http_server_port(const struct http_server *s);

/* Sleeping streams look again for something to send, and waiting requests
 * whether they are ready. Thread: any. */
void http_server_wake(struct http_server *s);

/* Close the listening sockets, answer what has begun (1 s at most), end the
 * threads, free everything. NULL is taken. */
void http_server_stop(struct http_server *s);

struct http_counters {
	uint64_t requests;
	uint64_t by_class[6];	/* [4]: replies 4xx */
	uint64_t connections;	/* open now */
	uint64_t streams;	/* open now */
	uint64_t kept;		/* replies sent without their handler */
	uint64_t refused;	/* connections, for their address has enough */
	uint64_t timed_out;	/* requests that did not come in time */
};

void http_server_counters(const struct http_server *s,
			  struct http_counters *out);

/* ---- for handlers ---- */

/* A decoded query parameter, NULL when absent; borrowed. */
const char *http_query(const struct http_request *rq, const char *name);

/* A request header, NULL when absent; borrowed. */
const char *http_header(const struct http_request *rq, const char *name);

/* Reply with an RFC 9457 problem document instead of what rp holds. detail
 * speaks to the client: never a path, a query, an errno of ours. */
void http_problem(struct http_request *rq, struct http_reply *rp,
		  unsigned status, const char *detail, ...)
	__attribute__((format(printf, 4, 5)));

/* Set the reply's entity tag from a text that names the state and all else
 * that the body depends on beside the address.
 * true: the client has it already, rp is a 304: return at once. */
bool http_not_modified(struct http_request *rq, struct http_reply *rp,
		       const char *state);

/* The same with a tag made before: hex digits, fewer than
 * HTTP_ETAG_BYTES - 8. */
bool http_not_modified_tag(struct http_request *rq, struct http_reply *rp,
			   const char *hex);

/* The same state may have other bytes (a clock that goes on): the tag that
 * was set becomes a weak one (RFC 9110, 8.8.1). */
void http_weaken_tag(struct http_reply *rp);

/* Reply with bytes that outlive the server, not copied; or with their gzip
 * form, after the tag is set. */
void http_fixed(struct http_reply *rp, const void *in, size_t len);
void http_fixed_gzip(struct http_reply *rp, const void *in, size_t len);

/* Reply to a HEAD without making what a GET would be sent: how long that is,
 * or HTTP_LENGTH_UNKNOWN; or that it is in gzip form, after the tag is set. */
void http_bare(struct http_reply *rp, uint64_t len);
void http_bare_gzip(struct http_reply *rp);

/* Is gzip among an Accept-Encoding's codings, and not with q=0? NULL: no. */
bool http_accepts_gzip(const char *list);

#endif /* DECAID_SERVER_HTTP_H */
