/*
 * The HTTP threads: each polls {libmicrohttpd's epoll descriptor, an
 * eventfd} and lets libmicrohttpd run when something is ready. Its own
 * internal thread is not used: with exactly 128, 256 or 512 connections
 * ready it waits again before it serves the batch.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/http_internal.h"
#include "server/router.h"

#define SWEEP_MS 1000		/* between looks at deadlines */
#define BEAT_MS 15000		/* between signs of life on a stream */
#define DRAIN_MS 1000		/* http_server_stop's patience */
#define BACKLOG 1024
#define CACHE_BYTES ((size_t)16 << 20)	/* of a loop */
/* libmicrohttpd's room for a request's header and a reply's: it clears all
 * of it for each request. */
#define POOL_BYTES ((size_t)16 << 10)
/* Our own deadlines pass first, and tell the client. */
#define MHD_PATIENCE_S 2

/* ---- listening ---- */

static int socket_bound(const struct addrinfo *to, int reuse_port)
{
	int on = 1;
	int fd = socket(to->ai_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on,
				      sizeof(on)) != 0) ||
	    bind(fd, to->ai_addr, to->ai_addrlen) != 0) {
		int saved = errno;

		(void)close(fd);	/* the first error is told */
		errno = saved;
		return -1;
	}
	return fd;
}

static uint16_t bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a;
	socklen_t len = sizeof(a);

	DC_CHECK(getsockname(fd, &a.any, &len) == 0);
	return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port :
						   a.v4.sin_port);
}

/* With SO_REUSEPORT a second daemon could share the port unseen; a bind
 * without it fails while anybody listens. */
static enum dc_status probe_port(const struct http_options *o,
				 const struct addrinfo *to,
				 struct dc_err *err)
{
	int fd = socket_bound(to, 0);

	if (fd < 0)
		return dc_fail(err, DC_EIO, "cannot listen on %s port %u: %s",
			       o->listen, o->port, strerror(errno));
	(void)close(fd);	/* nothing was written */
	return DC_OK;
}

static void set_port(struct addrinfo *to, uint16_t port)
{
	union {
		struct sockaddr *any;
		struct sockaddr_in *v4;
		struct sockaddr_in6 *v6;
	} a = { to->ai_addr };

	if (to->ai_family == AF_INET6)
		a.v6->sin6_port = htons(port);
	else
		a.v4->sin_port = htons(port);
}

static enum dc_status listen_all(struct http_server *s, struct dc_err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_PASSIVE };
	struct addrinfo *to;
	enum dc_status status;

	if (getaddrinfo(s->o.listen, "0", &hints, &to) != 0)
		return dc_fail(err, DC_EINVAL,
			       "listen: '%s' is not a numeric address",
			       s->o.listen);
	set_port(to, s->o.port);
	status = probe_port(&s->o, to, err);
	for (unsigned i = 0; status == DC_OK && i < s->n_loops; i++) {
		int fd = socket_bound(to, 1);

		s->loops[i].listen_fd = fd;
		if (fd < 0 || listen(fd, BACKLOG) != 0)
			status = dc_fail(err, DC_EIO,
					 "cannot listen on %s port %u: %s",
					 s->o.listen, s->o.port,
					 strerror(errno));
		else if (i == 0)
			set_port(to, s->port = bound_port(fd));
	}
	freeaddrinfo(to);
	return status;
}

/* ---- a loop ---- */

static void on_mhd_log(void *cls, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void on_mhd_log(void *cls, const char *fmt, va_list ap)
{
	char text[256], shown[256];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	(void)cls;
	if (n > 0)
		dc_log(DC_LOG_DEBUG, "http", "libmicrohttpd: %s",
		       dc_log_escape(shown, sizeof(shown), text,
				     strcspn(text, "\n")));
}

static size_t on_unescape(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return router_unescape(text);
}

static struct MHD_Daemon *start_daemon(struct http_loop *l)
{
	const struct http_options *o = &l->server->o;
	unsigned patience_s = o->idle_timeout_s + MHD_PATIENCE_S;

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
		0, http_on_accept, l, http_on_request, l,
		MHD_OPTION_URI_LOG_CALLBACK, http_on_target, l,
		MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, NULL,
		MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,
		MHD_OPTION_LISTEN_SOCKET, l->listen_fd,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_BYTES,
		MHD_OPTION_CONNECTION_LIMIT, o->max_connections,
		MHD_OPTION_CONNECTION_TIMEOUT, patience_s,
		MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, l,
		MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, l,
		MHD_OPTION_END);
}

/* A client that closed its half right behind its request: its end came with
 * the bytes before it, in one event of an edge-triggered epoll, and
 * libmicrohttpd, which stopped reading short of it, hears of it no more. */
static bool is_over(struct http_connection *c)
{
	char byte;
	bool look = c->answered && !c->asked_line;

	c->answered = false;
	return look &&
	       recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* What it is sent is kept for it alone. */
static bool reads_too_slowly(const struct http_connection *c)
{
	return c->send_deadline_ms != 0 &&
	       c->loop->now_ms > c->send_deadline_ms;
}

/* Close connections whose header or body did not come in time, that nothing
 * will come from, or that do not take their reply. */
static void sweep(struct http_loop *l)
{
	for (struct http_connection *c = l->connections; c != NULL;
	     c = c->next) {
		if (c->deadline_ms != 0 && l->now_ms > c->deadline_ms) {
			c->deadline_ms = 0;
			http_time_out(c);
		} else if (is_over(c) || reads_too_slowly(c)) {
			(void)shutdown(c->fd, SHUT_RDWR);
		}
	}
}

/* How long poll may sleep. */
static int sleep_ms(struct http_loop *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(l->daemon, &ms) == MHD_YES && ms < SWEEP_MS)
		return (int)ms;
	return l->connections == NULL ? -1 : SWEEP_MS;
}

static void drain_event(int fd)
{
	uint64_t count;

	/* Not blocking; empty is as good as read. */
	if (read(fd, &count, sizeof(count)) < 0)
		DC_CHECK(errno == EAGAIN || errno == EINTR);
}

/* Sleep until there is something to do. After a turn that had requests there
 * mostly is: the next one looks by itself, which spares a system call. */
static void sleep_turn(struct http_loop *l, struct pollfd fds[2],
		       uint64_t *requests)
{
	uint64_t now = atomic_load_explicit(&l->requests,
					    memory_order_relaxed);

	if (now == *requests && poll(fds, 2, sleep_ms(l)) < 0)
		DC_CHECK(errno == EINTR);
	*requests = now;
	l->now_ms = dc_clock_ms();
}

/* One turn: run, look at deadlines. */
static void turn(struct http_loop *l, int64_t *next_sweep,
		 int64_t *next_beat)
{
	if (atomic_exchange(&l->rung, false)) {
		drain_event(l->event_fd);
		http_stream_wake_all(l, HTTP_WAKE_LOOK);
		http_wait_look(l);
	}
	if (l->now_ms >= *next_beat) {
		http_stream_wake_all(l, HTTP_WAKE_BEAT);
		*next_beat = l->now_ms + BEAT_MS;
	}
	if (l->now_ms >= *next_sweep) {
		sweep(l);
		http_stream_sweep(l);
		http_wait_look(l);
		*next_sweep = l->now_ms + SWEEP_MS;
	}
	DC_CHECK(MHD_run(l->daemon) == MHD_YES);
}

static void *loop_main(void *arg)
{
	struct http_loop *l = arg;
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = { { info->epoll_fd, POLLIN, 0 },
				 { l->event_fd, POLLIN, 0 } };
	int64_t next_sweep = 0, next_beat = dc_clock_ms() + BEAT_MS, give_up;
	uint64_t requests = 0;

	while (!atomic_load(&l->server->stopping)) {
		sleep_turn(l, fds, &requests);
		turn(l, &next_sweep, &next_beat);
	}
	/* No new connections; what has begun is answered. */
	(void)MHD_quiesce_daemon(l->daemon);
	http_stream_wake_all(l, HTTP_WAKE_LOOK);
	http_wait_look(l);
	give_up = dc_clock_ms() + DRAIN_MS;
	while (l->busy > 0 && dc_clock_ms() < give_up) {
		DC_CHECK(MHD_run(l->daemon) == MHD_YES);
		if (l->busy > 0)
			(void)poll(fds, 1, 10);
	}
	http_stream_wake_all(l, HTTP_WAKE_LOOK);
	return NULL;
}

static enum dc_status open_loop(struct http_server *s, struct http_loop *l,
				struct dc_err *err)
{
	if (s->o.loop_open != NULL) {
		enum dc_status status = s->o.loop_open(s->o.app, &l->state,
						       err);

		if (status != DC_OK)
			return status;
		l->state_open = true;
	}
	l->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->event_fd < 0)
		return dc_fail(err, DC_EIO, "eventfd: %s", strerror(errno));
	if (getrandom(&l->id_state, sizeof(l->id_state), 0) !=
	    sizeof(l->id_state))
		return dc_fail(err, DC_EIO, "getrandom: %s", strerror(errno));
	l->arena = dc_arena_new(64 * 1024);
	l->cache = http_cache_new(CACHE_BYTES, l->id_state);
	l->now_ms = dc_clock_ms();
	l->daemon = start_daemon(l);
	if (l->daemon == NULL)
		return dc_fail(err, DC_EIO, "libmicrohttpd does not start");
	return DC_OK;
}

/* The thread takes no signals: they are main's. */
static enum dc_status start_thread(struct http_loop *l, struct dc_err *err)
{
	sigset_t all, old;
	int found;

	sigfillset(&all);
	DC_CHECK(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	found = pthread_create(&l->thread, NULL, loop_main, l);
	DC_CHECK(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	if (found != 0)
		return dc_fail(err, DC_EIO, "thread: %s", strerror(found));
	l->running = true;
	return DC_OK;
}

static void close_loop(struct http_server *s, struct http_loop *l)
{
	if (l->daemon != NULL)
		MHD_stop_daemon(l->daemon);
	if (l->listen_fd >= 0)
		(void)close(l->listen_fd);	/* a socket: nothing to lose */
	if (l->event_fd >= 0)
		(void)close(l->event_fd);
	if (l->deflate_ready)
		(void)deflateEnd(&l->deflate);
	if (l->state_open && s->o.loop_close != NULL)
		s->o.loop_close(l->state);
	http_cache_free(l->cache);
	dc_arena_free(l->arena);
}

/* ---- the server ---- */

enum dc_status http_server_start(struct http_server **out,
				 const struct http_options *o,
				 struct dc_err *err)
{
	struct http_server *s;
	enum dc_status status;

	DC_CHECK(o->loops >= 1 && o->loops <= 1024);
	s = dc_calloc(1, sizeof(*s) + o->loops * sizeof(s->loops[0]));
	s->o = *o;
	s->n_loops = o->loops;
	for (unsigned i = 0; i < s->n_loops; i++) {
		s->loops[i].server = s;
		s->loops[i].index = i;
		s->loops[i].listen_fd = s->loops[i].event_fd = -1;
	}
	if (o->rate_limit > 0)
		s->limit = http_limit_new(o->rate_limit);
	if (o->peer_limit > 0)
		s->peers = http_peers_new(o->peer_limit,
			(size_t)o->loops * o->max_connections);
	status = listen_all(s, err);
	for (unsigned i = 0; status == DC_OK && i < s->n_loops; i++)
		status = open_loop(s, &s->loops[i], err);
	for (unsigned i = 0; status == DC_OK && i < s->n_loops; i++)
		status = start_thread(&s->loops[i], err);
	if (status != DC_OK) {
		http_server_stop(s);
		return status;
	}
	*out = s;
	return DC_OK;
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

static void ring(struct http_loop *l)
{
	uint64_t one = 1;

	/* A full counter wakes as well. */
	if (l->event_fd >= 0 && write(l->event_fd, &one, sizeof(one)) < 0)
		DC_CHECK(errno == EAGAIN || errno == EINTR);
	/* After the write: whoever sees it finds something to drain. */
	atomic_store(&l->rung, true);
}

void http_server_wake(struct http_server *s)
{
	for (unsigned i = 0; i < s->n_loops; i++)
		if (atomic_load(&s->loops[i].streams) > 0 ||
		    atomic_load(&s->loops[i].n_waiting) > 0)
			ring(&s->loops[i]);
}

void http_server_stop(struct http_server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	for (unsigned i = 0; i < s->n_loops; i++)
		if (s->loops[i].running)
			ring(&s->loops[i]);
	for (unsigned i = 0; i < s->n_loops; i++) {
		if (s->loops[i].running)
			DC_CHECK(pthread_join(s->loops[i].thread, NULL) == 0);
		close_loop(s, &s->loops[i]);
	}
	http_limit_free(s->limit);
	http_peers_free(s->peers);
	free(s);
}

void http_server_counters(const struct http_server *s,
			  struct http_counters *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < s->n_loops; i++) {
		const struct http_loop *l = &s->loops[i];

		out->requests += atomic_load(&l->requests);
		out->connections += atomic_load(&l->open);
		out->streams += atomic_load(&l->streams);
		out->kept += atomic_load(&l->kept);
		out->refused += atomic_load(&l->refused);
		out->timed_out += atomic_load(&l->timed_out);
		for (size_t k = 0; k < DC_ARRAY_LEN(out->by_class); k++)
			out->by_class[k] += atomic_load(&l->by_class[k]);
	}
}
