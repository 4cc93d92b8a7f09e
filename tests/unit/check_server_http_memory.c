/* check_server_http_memory.c: a library gets no memory while a request is
 * served: that client hears so or is closed, and the next is served. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/fault_memory.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/unit.h"

static const char *const requests[] = {
	"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"GET /large HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n"
	"Connection: close\r\n\r\n",
	"GET /kept/1 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n"
	"Connection: close\r\n\r\n",
	"GET /param/a%20b?q=1 HTTP/1.1\r\nHost: x\r\n"
	"Connection: close\r\n\r\n",
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
	"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":1}",
	"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
};

/* To the end of what comes; no memory is asked for here. */
static size_t hear(int fd, char *out, size_t room)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, out + len, room - 1 - len, 0)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	unit_require(n == 0 || len > 0 || errno == ECONNRESET);
	return len;
}

static void ask(const struct http_fixture *f, const char *request, char *out,
		size_t room)
{
	int fd = http_raw_open(http_fixture_port(f));

	http_raw_send(fd, request);
	(void)hear(fd, out, room);
	unit_require(close(fd) == 0);
}

START_TEST(without_memory_a_request_fails_and_the_next_is_served)
{
	static char text[1 << 17];
	const char *request = requests[_i];
	struct http_fixture f;
	uint64_t nth = 0, met;

	if (!fault_memory_works())
		return;
	http_fixture_start(&f, &(struct http_options){
		.loops = 1, .idle_timeout_s = 2 });
	do {
		nth++;
		fault_memory_arm(nth, 1);
		ask(&f, request, text, sizeof(text));
		met = fault_memory_disarm();
		ask(&f, requests[0], text, sizeof(text));
		ck_assert_msg(strncmp(text, "HTTP/1.1 200 ", 13) == 0,
			      "after place %d: %s", (int)nth, text);
	} while (met >= nth);
	ck_assert_uint_gt(nth, 1);
	http_fixture_stop(&f);
}
END_TEST

UNIT_LOOP_MAIN("server/http memory",
		{ without_memory_a_request_fails_and_the_next_is_served,
		  DC_ARRAY_LEN(requests) })
