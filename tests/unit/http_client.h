#ifndef DECAID_TESTS_UNIT_HTTP_CLIENT_H
#define DECAID_TESTS_UNIT_HTTP_CLIENT_H

/*
 * What HTTP tests speak with: libcurl for what clients do, a bare socket
 * for what they should not.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct http_client;

struct http_answer {
	long status;
	struct dc_buf headers;	/* as they came, CRLF */
	struct dc_buf body;	/* as it came, gzip not undone */
	long connects;		/* new connections this took */
};

struct http_client *http_client_new(uint16_t port);
void http_client_free(struct http_client *c);

/* One request on a connection that is kept. headers: lines, NULL at the end,
 * or NULL. body NULL: none. The answer is good until the next request. */
const struct http_answer *http_client_do(struct http_client *c,
					 const char *method, const char *path,
					 const char *const *headers,
					 const void *body, size_t body_len);
const struct http_answer *http_client_get(struct http_client *c,
					  const char *path);
const struct http_answer *http_client_post(struct http_client *c,
					   const char *path,
					   const char *json);

/* A header's value in out; "" when absent. Returns out. */
const char *http_answer_header(const struct http_answer *a, const char *name,
			       char *out, size_t room);

/* Undo gzip; returns the length. */
size_t answer_inflate(const struct http_answer *a, uint8_t *out, size_t room);

/* A connected socket, and reading it to its end (or until `until` came). */
int http_raw_open(uint16_t port);
void http_raw_send(int fd, const char *text);
size_t http_raw_read(int fd, char *out, size_t room, const char *until);

#endif /* DECAID_TESTS_UNIT_HTTP_CLIENT_H */
