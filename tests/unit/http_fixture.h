#ifndef DECAID_TESTS_UNIT_HTTP_FIXTURE_H
#define DECAID_TESTS_UNIT_HTTP_FIXTURE_H

/*
 * The HTTP loops with routes of their own:
 *
 *	GET /hello		{"hello":true}, tagged
 *	GET /large		40,000 bytes, tagged
 *	GET /kept[/{x}]		kept while f->state stays; says how often its
 *				handler ran
 *	GET /kept-large		the same with 40,000 bytes more
 *	POST /echo		its body, at most ECHO_MAX
 *	GET /param/{x}?q=	[x][q]
 *	GET /given		GIVEN_BYTES, which are given back; f->left
 *				counts that
 *	GET /problem		503
 *	GET /stream		data: N whenever f->told becomes N; -1 ends it
 *	POST /wait/{ms}		waits so long for f->told to be another than 0,
 *				then says N and its body; f->left counts the
 *				waits that ended
 */

#include <stdatomic.h>

#include "server/http.h"
#include "tests/unit/http_client.h"

#define ECHO_MAX 1000
#define GIVEN_BYTES ((size_t)16 << 20)

struct http_fixture {
	struct http_server *server;
	struct http_client *client;
	atomic_int told;
	atomic_uint_fast64_t state;	/* of /kept */
	atomic_uint handled;		/* times that /kept's handler ran */
	atomic_uint left;
};

/* Two loops, 60 s, no limits; o may change that. NULL: as it is. */
void http_fixture_start(struct http_fixture *f, const struct http_options *o);
void http_fixture_stop(struct http_fixture *f);

uint16_t http_fixture_port(const struct http_fixture *f);

/* The answer's header, "" for none; its body. */
void answer_header_is(const struct http_answer *a, const char *name,
			    const char *value);
void answer_body_is(const struct http_answer *a, const char *text);

/* A problem document of this status, with the id of its header. */
void answer_problem_is(const struct http_answer *a, int status);

/* GET with an If-None-Match of this tag, or with one more header line. */
const struct http_answer *http_fixture_get_tagged(struct http_fixture *f,
						  const char *path,
						  const char *etag);
const struct http_answer *http_fixture_get_with(struct http_fixture *f,
						const char *path,
						const char *line);

#endif /* DECAID_TESTS_UNIT_HTTP_FIXTURE_H */
