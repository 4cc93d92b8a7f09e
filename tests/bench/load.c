/* load.c: a load generator for HTTP on loopback. */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"
#include "tests/bench/load.h"

#define HEAD_BYTES 4096
#define EVENTS 256
#define PATIENCE_MS 20000

struct connection {
	int fd;
	double begun_s;
	char head[HEAD_BYTES];	/* of the answer, until its end is there */
	size_t head_len;
	bool in_body;
	size_t left;		/* of the body */
};

static double
load_now_s(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double
load_cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	DC_CHECK(clock_getcpuclockid(pid, &clock) == 0);
	DC_CHECK(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void
load_fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int
load_connect(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		load_fail("connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* --- one answer ---------------------------------------------------------- */

static size_t
load_content_length(const char *head)
{
	const char *p = strcasestr(head, "\r\ncontent-length:");

	return p == NULL ? 0 : strtoul(p + 17, NULL, 10);
}

/* Take n bytes that came; true: the answer is whole. */
static bool
load_take(struct connection *c, const char *in, size_t n, int *status)
{
	const char *end;
	size_t room;

	if (!c->in_body) {
		room = sizeof(c->head) - 1 - c->head_len;
		room = n < room ? n : room;
		memcpy(c->head + c->head_len, in, room);
		c->head[c->head_len + room] = '\0';
		end = strstr(c->head, "\r\n\r\n");
		if (end == NULL) {
			c->head_len += room;
			return false;
		}
		/* what of this read is body */
		n -= (size_t)(end + 4 - c->head) - c->head_len;
		*status = atoi(c->head + 9);
		c->left = *status == 304 ? 0 : load_content_length(c->head);
		c->in_body = true;
	}
	c->left -= n < c->left ? n : c->left;
	if (c->left > 0)
		return false;
	c->in_body = false;
	c->head_len = 0;
	return true;
}

static void
load_ask(const struct load *l, struct connection *c)
{
	size_t sent = 0;

	c->begun_s = load_now_s();
	while (sent < l->request_len) {
		ssize_t n = send(c->fd, l->request + sent,
				 l->request_len - sent, MSG_NOSIGNAL);

		if (n < 0)
			load_fail("send");
		sent += (size_t)n;
	}
}

size_t
load_fetch(uint16_t port, const char *request, char *out, size_t room)
{
	struct connection *c = dc_calloc(1, sizeof(*c));
	size_t len = 0;
	bool whole = false;
	int status;

	c->fd = load_connect(port);
	if (send(c->fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		load_fail("send");
	while (!whole) {
		ssize_t n = recv(c->fd, out + len, room - 1 - len, 0);

		if (n <= 0)
			load_fail("recv");
		whole = load_take(c, out + len, (size_t)n, &status);
		len += (size_t)n;
	}
	(void)close(c->fd);
	free(c);
	out[len] = '\0';
	return len;
}

/* --- many ---------------------------------------------------------------- */

static int
load_compare(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
load_sum_up(struct load *l, float *took_us)
{
	qsort(took_us, l->n, sizeof(*took_us), load_compare);
	l->p50_us = (double)took_us[l->n / 2];
	l->p99_us = (double)took_us[l->n - 1 - l->n / 100];
	l->max_us = (double)took_us[l->n - 1];
}

/* Read what is there; true: an answer is whole. */
static bool
load_read(struct load *l, struct connection *c)
{
	static char bytes[1 << 18];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		load_fail("the server closed");
	return load_take(c, bytes, (size_t)n, &l->status);
}

static void
load_loop(struct load *l, int epoll, float *took_us)
{
	struct epoll_event events[EVENTS];
	uint64_t done = 0, asked = l->connections;

	while (done < l->n) {
		int n = epoll_wait(epoll, events, EVENTS, PATIENCE_MS);

		if (n == 0)
			load_fail("no answer in 20 s");
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (!load_read(l, c))
				continue;
			took_us[done++] =
				(float)((load_now_s() - c->begun_s) * 1e6);
			if (done == l->n)
				return;
			if (asked < l->n) {
				load_ask(l, c);
				asked++;
			}
		}
	}
}

void
load_run(struct load *l)
{
	size_t all = l->connections + l->idle, i;
	struct connection *c = dc_calloc(all, sizeof(*c));
	float *took_us = dc_calloc(l->n, sizeof(*took_us));
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	double begin;

	DC_CHECK(l->n >= l->connections);
	for (i = 0; i < all; i++)
		c[i].fd = load_connect(l->port);
	for (i = 0; i < l->connections; i++) {
		struct epoll_event e = { EPOLLIN, { .ptr = &c[i] } };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, c[i].fd, &e) != 0)
			load_fail("epoll");
	}
	begin = load_now_s();
	for (i = 0; i < l->connections; i++)
		load_ask(l, &c[i]);
	load_loop(l, epoll, took_us);
	l->seconds = load_now_s() - begin;
	load_sum_up(l, took_us);
	for (i = 0; i < all; i++)
		(void)close(c[i].fd);
	(void)close(epoll);
	free(c);
	free(took_us);
}
