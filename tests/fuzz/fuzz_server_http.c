/*
 * fuzz_server_http.c: any bytes on a connection to the HTTP server, with the
 * routes of REST behind it and, for want of a database, handlers that only
 * look at what they are given. Whatever comes, what goes back is HTTP, and
 * never says that the server has failed.
 */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "server/http.h"
#include "server/predict_body.h"
#include "tests/fuzz/fuzz.h"

#define REPLY_BYTES ((size_t)1 << 20)

static void
on_get(struct http_request *rq, struct http_reply *rp)
{
	const char *q = http_query(rq, "q"), *id;

	DC_CHECK(rq->body_len == 0);
	id = http_header(rq, "Last-Event-ID");
	if (!http_not_modified(rq, rp, rq->param[0]))
		dc_buf_printf(&rp->body, "[\"%zu\",%zu,%zu]",
			      strlen(rq->param[0]), q == NULL ? 0 : strlen(q),
			      id == NULL ? 0 : strlen(id));
}

static void
on_post(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct predict_body body;

	if (predict_body_read(&body, rq->arena, rq->body, rq->body_len,
			      &err) != DC_OK)
		http_problem(rq, rp, 400, "%s", err.text);
	else
		dc_buf_printf(&rp->body, "%zu", body.n);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/v1/models", on_get, 0, "", http_state_fixed },
	{ HTTP_GET, "/v1/models/{model}", on_get, 0, "", NULL },
	{ HTTP_POST, "/v1/models/{model}/predict", on_post, 1 << 16, "",
	  NULL },
};

static uint16_t
fuzz_port(void)
{
	static struct http_server *server;
	const struct http_options o = {
		.listen = "127.0.0.1", .loops = 1, .max_connections = 100,
		.idle_timeout_s = 5, .routes = routes,
		.n_routes = DC_ARRAY_LEN(routes), .fallback = on_get,
		.fallback_state = http_state_fixed,
	};

	if (server == NULL)
		DC_CHECK(http_server_start(&server, &o, NULL) == DC_OK);
	return http_server_port(server);
}

/* From another of loopback's addresses every so often: each one's ports rest
 * a minute after use. */
static void
fuzz_bind(int fd)
{
	static uint32_t n;
	struct sockaddr_in from = { .sin_family = AF_INET };

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 +
				     n++ / 10000 % 100);
	DC_CHECK(bind(fd, (const struct sockaddr *)&from, sizeof(from)) == 0);
}

/* libFuzzer's alarm may come in the middle: then it goes on by itself. */
static bool
fuzz_connected(int fd)
{
	struct pollfd ready = { fd, POLLOUT, 0 };
	socklen_t len = sizeof(int);
	int fault = 0, n = -1;

	while (errno == EINTR && n < 0)
		n = poll(&ready, 1, 20000);
	return n == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault,
				    &len) == 0 && fault == 0;
}

static int
fuzz_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(fuzz_port()) };
	struct timeval patience = { 20, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	DC_CHECK(fd >= 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	DC_CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			    sizeof(patience)) == 0);
	fuzz_bind(fd);
	DC_CHECK(connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 ||
		 fuzz_connected(fd));
	return fd;
}

/* libmicrohttpd itself says 501 and 505 of codings and versions. */
static void
fuzz_reply(const char *reply, size_t len)
{
	int status;

	if (len == 0)
		return;
	DC_CHECK(len > 12 && memcmp(reply, "HTTP/1.", 7) == 0);
	status = atoi(reply + 9);
	DC_CHECK(status >= 100 && status < 600);
	DC_CHECK(status < 500 || status == 501 || status == 505);
	DC_CHECK(strstr(reply, "\r\n\r\n") != NULL);
}

/* The end a moment after the rest: in one event with it, it would be heard
 * of a second later only. libFuzzer's alarm interrupts what waits. */
static void
fuzz_send(int fd, const uint8_t *data, size_t size)
{
	struct pollfd answered = { fd, POLLIN, 0 };
	ssize_t n = 1;

	while (size > 0 && (n > 0 || errno == EINTR)) {
		n = send(fd, data, size, MSG_NOSIGNAL);
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
	}
	(void)poll(&answered, 1, 2);
	(void)shutdown(fd, SHUT_WR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char reply[REPLY_BYTES];
	int fd = fuzz_connect();
	size_t len = 0;
	ssize_t n;

	fuzz_send(fd, data, size);
	do {
		n = recv(fd, reply + len, sizeof(reply) - 1 - len, 0);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < sizeof(reply) - 1) ||
		 (n < 0 && errno == EINTR));
	/* a reset is an answer too; silence is none */
	DC_CHECK(n >= 0 || errno == ECONNRESET);
	reply[len] = '\0';
	if (n == 0)
		fuzz_reply(reply, len);
	DC_CHECK(close(fd) == 0);
	return 0;
}
