/* http_client.c: what HTTP tests speak with. */
#include "config.h"

#include <arpa/inet.h>
#include <check.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/http_client.h"

#define ANSWER_MAX ((size_t)64 << 20)
#define PATIENCE_S 60

struct http_client {
	CURL *curl;
	uint16_t port;
	struct http_answer answer;
};

static size_t on_bytes(char *data, size_t size, size_t n, void *user)
{
	dc_buf_append(user, data, size * n);
	return size * n;
}

struct http_client *http_client_new(uint16_t port)
{
	struct http_client *c = dc_calloc(1, sizeof(*c));

	c->curl = curl_easy_init();
	ck_assert_ptr_nonnull(c->curl);
	c->port = port;
	dc_buf_init(&c->answer.headers, ANSWER_MAX);
	dc_buf_init(&c->answer.body, ANSWER_MAX);
	return c;
}

void http_client_free(struct http_client *c)
{
	curl_easy_cleanup(c->curl);
	dc_buf_clear(&c->answer.headers);
	dc_buf_clear(&c->answer.body);
	free(c);
}

static void set_up(struct http_client *c, const char *method, const char *url,
		   struct curl_slist *list)
{
	CURL *h = c->curl;

	curl_easy_reset(h);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)PATIENCE_S);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &c->answer.body);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_bytes);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, &c->answer.headers);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, list);
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
}

const struct http_answer *http_client_do(struct http_client *c,
					 const char *method, const char *path,
					 const char *const *headers,
					 const void *body, size_t body_len)
{
	struct curl_slist *list = NULL;
	char url[16384];
	CURLcode found;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", c->port, path);
	for (; headers != NULL && *headers != NULL; headers++)
		list = curl_slist_append(list, *headers);
	dc_buf_reset(&c->answer.headers);
	dc_buf_reset(&c->answer.body);
	set_up(c, method, url, list);
	if (body != NULL) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)body_len);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body);
	}
	found = curl_easy_perform(c->curl);
	ck_assert_msg(found == CURLE_OK, "%s %s: %s", method, path,
		      curl_easy_strerror(found));
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &c->answer.status);
	curl_easy_getinfo(c->curl, CURLINFO_NUM_CONNECTS,
			  &c->answer.connects);
	curl_slist_free_all(list);
	return &c->answer;
}

const struct http_answer *http_client_get(struct http_client *c,
					  const char *path)
{
	return http_client_do(c, "GET", path, NULL, NULL, 0);
}

const struct http_answer *http_client_post(struct http_client *c,
					   const char *path, const char *json)
{
	static const char *const headers[] = {
		"Content-Type: application/json", NULL
	};

	return http_client_do(c, "POST", path, headers, json, strlen(json));
}

const char *http_answer_header(const struct http_answer *a, const char *name,
			       char *out, size_t room)
{
	struct dc_buf all = a->headers;
	const char *p = dc_buf_text(&all);
	size_t n = strlen(name);

	out[0] = '\0';
	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (strncasecmp(p, name, n) == 0 && p[n] == ':') {
			p += n + 1;
			p += strspn(p, " ");
			snprintf(out, room, "%.*s", (int)strcspn(p, "\r"), p);
			break;
		}
	}
	return out;
}

size_t answer_inflate(const struct http_answer *a, uint8_t *out,
		      size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = a->body.data;
	z.avail_in = (uInt)a->body.len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_int_eq(inflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

int http_raw_open(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	struct timeval patience = { PATIENCE_S, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof(patience)), 0);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to,
				 sizeof(to)), 0);
	return fd;
}

void http_raw_send(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = send(fd, text, left, MSG_NOSIGNAL);

		ck_assert_int_gt(n, 0);
		text += n;
		left -= (size_t)n;
	}
}

size_t http_raw_read(int fd, char *out, size_t room, const char *until)
{
	size_t len = 0;

	for (;;) {
		ssize_t n;

		ck_assert_uint_lt(len, room - 1);
		n = recv(fd, out + len, room - 1 - len, 0);
		ck_assert_msg(n >= 0, "nothing came in %d s", PATIENCE_S);
		len += (size_t)n;
		out[len] = '\0';
		if (n == 0 || (until != NULL && strstr(out, until) != NULL))
			return len;
	}
}
