/* A JSON-RPC server on loopback that can misbehave. */

#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/status.h"
#include "tests/unit/fake_http.h"

#define REQUEST_BYTES ((size_t)16 << 20)

struct connection {
	struct fake_http *http;
	size_t place;
	int fd;
};

void fake_http_lock(struct fake_http *h)
{
	DC_CHECK(pthread_mutex_lock(&h->lock) == 0);
}

void fake_http_unlock(struct fake_http *h)
{
	DC_CHECK(pthread_mutex_unlock(&h->lock) == 0);
}

json_t *fake_error(int code, const char *message, const char *data)
{
	json_t *error = json_pack("{s:i,s:s}", "code", code, "message",
				  message);

	if (data != NULL)
		json_object_set_new(error, "data", json_string(data));
	return json_pack("{s:o}", "error", error);
}

json_t *fake_number(uint64_t v)
{
	return json_sprintf("0x%llx", (unsigned long long)v);
}

/* --- one exchange ------------------------------------------------------- */

/* The client went away, or the server stops: false. Headers are as curl
 * writes them. */
static bool read_request(int fd, struct dc_buf *in, size_t *body)
{
	char chunk[16384];

	dc_buf_reset(in);
	*body = 0;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		const char *text, *end, *field;

		if (n <= 0)
			return false;
		dc_buf_append(in, chunk, (size_t)n);
		text = dc_buf_text(in);
		if (*text != 'P')	/* no POST: TLS, as it looks */
			return false;
		end = strstr(text, "\r\n\r\n");
		if (end == NULL)
			continue;
		field = strcasestr(text, "content-length:");
		if (field == NULL)
			return false;
		*body = (size_t)(end - text) + 4;
		if (in->len >= *body + (size_t)atol(field + 15))
			return true;
	}
}

static bool put(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

static bool put_head(int fd, int status, const char *headers, uint64_t len)
{
	char head[1024];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\n%s"
			 "Content-Length: %llu\r\n\r\n", status,
			 headers != NULL ? headers : "",
			 (unsigned long long)len);

	DC_CHECK(n > 0 && (size_t)n < sizeof(head));
	return put(fd, head, (size_t)n);
}

static json_t *answer_one(struct fake_http *h, const json_t *request)
{
	const json_t *method = json_object_get(request, "method");
	json_t *answer;

	h->requests++;
	answer = h->answer(h->user, json_string_value(method),
			   json_object_get(request, "params"));
	json_object_set_new(answer, "jsonrpc", json_string("2.0"));
	json_object_set(answer, "id", json_object_get(request, "id"));
	return answer;
}

/* The right answer; free() it. */
static char *answer_all(struct fake_http *h, const char *body)
{
	json_t *in = json_loads(body, 0, NULL), *out, *each;
	char *text;
	size_t i;

	DC_CHECK(in != NULL);
	if (json_is_array(in)) {
		out = json_array();
		json_array_foreach(in, i, each)
			json_array_append_new(out, answer_one(h, each));
	} else {
		out = answer_one(h, in);
	}
	text = json_dumps(out, JSON_COMPACT);
	DC_CHECK(text != NULL);
	json_decref(out);
	json_decref(in);
	return text;
}

/* Which fault meets this request. */
static struct fake_fault fault_for(struct fake_http *h, const char *body)
{
	struct fake_fault f = h->fault;

	if (f.kind == FAKE_WELL ||
	    (f.method != NULL && strstr(body, f.method) == NULL))
		return (struct fake_fault){ .kind = FAKE_WELL };
	h->faults++;
	if (f.times > 0 && --h->fault.times == 0)
		h->fault.kind = FAKE_WELL;
	return f;
}

/* Until the client hangs up; stopping shuts the connection down. */
static void wait_for_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	while (poll(&p, 1, -1) < 0)
		;
}

static bool put_slowly(int fd, const char *text, unsigned delay_ms)
{
	const struct timespec pause = {
		.tv_sec = delay_ms / 1000,
		.tv_nsec = (long)(delay_ms % 1000) * 1000000
	};

	for (; *text != '\0'; text++) {
		if (!put(fd, text, 1))
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

static bool put_huge(int fd, uint64_t bytes)
{
	static char spaces[1 << 16];
	uint64_t n;

	memset(spaces, ' ', sizeof(spaces));
	if (!put_head(fd, 200, NULL, bytes))
		return false;
	for (; bytes > 0; bytes -= n) {
		n = bytes < sizeof(spaces) ? bytes : sizeof(spaces);
		if (!put(fd, spaces, (size_t)n))
			return false;
	}
	return true;
}

/* Returns whether the connection goes on. */
static bool misbehave(int fd, const struct fake_fault *f, const char *right)
{
	size_t len = strlen(right);
	const char *body = f->body != NULL ? f->body : "";

	switch (f->kind) {
	case FAKE_WELL:
		return put_head(fd, 200, NULL, len) && put(fd, right, len);
	case FAKE_STATUS:
		return put_head(fd, f->status, f->headers, strlen(body)) &&
			put(fd, body, strlen(body));
	case FAKE_BODY:
		return put_head(fd, 200, f->headers, strlen(body)) &&
			put(fd, body, strlen(body));
	case FAKE_CUT:
		(void)(put_head(fd, 200, NULL, len) &&
		       put(fd, right, len / 2));
		return false;
	case FAKE_TRICKLE:
		return put_head(fd, 200, NULL, len) &&
			put_slowly(fd, right, f->delay_ms);
	case FAKE_HANG:
		wait_for_end(fd);
		return false;
	case FAKE_CLOSE:
		return false;
	case FAKE_HUGE:
		return put_huge(fd, f->bytes);
	}
	return false;
}

static bool exchange(struct fake_http *h, int fd, const char *body)
{
	struct fake_fault fault;
	char *right;
	bool go_on;

	fake_http_lock(h);
	fault = fault_for(h, body);
	h->requests += h->raw != NULL;
	right = h->raw != NULL ? h->raw(h->user, body) : answer_all(h, body);
	fake_http_unlock(h);
	go_on = misbehave(fd, &fault, right);
	free(right);
	return go_on;
}

/* What the last request was authorized with. */
static void keep_authorization(struct fake_http *h, const char *head)
{
	const char *at = strcasestr(head, "\r\nauthorization: ");

	fake_http_lock(h);
	h->authorization[0] = '\0';
	if (at != NULL)
		(void)snprintf(h->authorization, sizeof(h->authorization),
			       "%.*s", (int)strcspn(at + 17, "\r"), at + 17);
	fake_http_unlock(h);
}

/* --- connections -------------------------------------------------------- */

static void *serve(void *arg)
{
	struct connection *c = arg;
	struct fake_http *h = c->http;
	struct dc_buf in;
	size_t body;

	dc_buf_init(&in, REQUEST_BYTES);
	while (read_request(c->fd, &in, &body)) {
		keep_authorization(h, dc_buf_text(&in));
		if (!exchange(h, c->fd, dc_buf_text(&in) + body))
			break;
	}
	dc_buf_clear(&in);
	fake_http_lock(h);
	h->connections[c->place] = -1;
	(void)close(c->fd);
	(void)pthread_cond_signal(&h->gone);
	fake_http_unlock(h);
	free(c);
	return NULL;
}

/* Under the lock. */
static void take_connection(struct fake_http *h, int fd)
{
	struct connection *c = dc_malloc(sizeof(*c));
	const int one = 1;
	pthread_t thread;
	size_t i = 0;

	while (i < FAKE_CONNECTIONS && h->connections[i] >= 0)
		i++;
	DC_CHECK(i < FAKE_CONNECTIONS);
	/* head and body go out apart: neither waits for an answer */
	DC_CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
			    sizeof(one)) == 0);
	*c = (struct connection){ h, i, fd };
	h->connections[i] = fd;
	DC_CHECK(pthread_create(&thread, NULL, serve, c) == 0);
	DC_CHECK(pthread_detach(thread) == 0);
}

static void *run(void *arg)
{
	struct fake_http *h = arg;
	int fd;

	while ((fd = accept(h->fd, NULL, NULL)) >= 0) {
		fake_http_lock(h);
		if (h->stopping)
			(void)close(fd);
		else
			take_connection(h, fd);
		fake_http_unlock(h);
	}
	return NULL;
}

static void start(struct fake_http *h, fake_answer_fn *answer,
		  fake_raw_fn *raw, void *user)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);

	memset(h, 0, sizeof(*h));
	h->answer = answer;
	h->raw = raw;
	h->user = user;
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		h->connections[i] = -1;
	DC_CHECK(pthread_mutex_init(&h->lock, NULL) == 0);
	DC_CHECK(pthread_cond_init(&h->gone, NULL) == 0);
	h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	DC_CHECK(h->fd >= 0);
	DC_CHECK(bind(h->fd, (struct sockaddr *)&at, len) == 0);
	DC_CHECK(listen(h->fd, 16) == 0);
	DC_CHECK(getsockname(h->fd, (struct sockaddr *)&at, &len) == 0);
	h->port = ntohs(at.sin_port);
	snprintf(h->url, sizeof(h->url), "http://127.0.0.1:%u/", h->port);
	DC_CHECK(pthread_create(&h->thread, NULL, run, h) == 0);
}

void fake_http_start(struct fake_http *h, fake_answer_fn *answer, void *user)
{
	start(h, answer, NULL, user);
}

void fake_http_start_raw(struct fake_http *h, fake_raw_fn *raw, void *user)
{
	start(h, NULL, raw, user);
}

static bool any_connection(const struct fake_http *h)
{
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		if (h->connections[i] >= 0)
			return true;
	return false;
}

void fake_http_stop(struct fake_http *h)
{
	fake_http_lock(h);
	h->stopping = true;
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		if (h->connections[i] >= 0)
			(void)shutdown(h->connections[i], SHUT_RDWR);
	fake_http_unlock(h);
	(void)shutdown(h->fd, SHUT_RDWR);
	DC_CHECK(pthread_join(h->thread, NULL) == 0);
	fake_http_lock(h);
	while (any_connection(h))
		(void)pthread_cond_wait(&h->gone, &h->lock);
	fake_http_unlock(h);
	(void)close(h->fd);
	(void)pthread_cond_destroy(&h->gone);
	(void)pthread_mutex_destroy(&h->lock);
}

/* --- faults ------------------------------------------------------------- */

void fake_http_fault(struct fake_http *h, struct fake_fault fault)
{
	fake_http_lock(h);
	h->fault = fault;
	fake_http_unlock(h);
}

void fake_http_well(struct fake_http *h)
{
	fake_http_fault(h, (struct fake_fault){ .kind = FAKE_WELL });
}

uint64_t fake_http_faults(struct fake_http *h)
{
	uint64_t n;

	fake_http_lock(h);
	n = h->faults;
	fake_http_unlock(h);
	return n;
}
