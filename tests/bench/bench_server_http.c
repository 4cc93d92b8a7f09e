/*
 * bench_server_http.c: decaid's HTTP and REST against bare libmicrohttpd,
 * which reads the same bodies with the same parser and answers the same
 * bytes. Each server is a process of its own with one thread that answers;
 * what counts is its CPU a request, by turns.
 *
 *	bench_server_http [predict|batch|kept|many|blocks ...]   default: all
 */

#include "config.h"

#include <check.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/predict_body.h"
#include "tests/bench/bench.h"
#include "tests/bench/load.h"
#include "tests/unit/rest_fixture.h"

#define ROUNDS 21
#define ANSWER_BYTES ((size_t)1 << 20)
#define HEADERS_MAX 32
#define WIDE_COLUMNS 262144
#define INDICES 20

/* --- processes ----------------------------------------------------------- */

struct child {
	pid_t pid;
	uint16_t port;
};

/* Run serve(tell, data) in a child; it writes its port to tell. */
static struct child
child_start(void (*serve)(int tell, void *data), void *data)
{
	struct child c;
	int ends[2];

	DC_CHECK(pipe(ends) == 0);
	fflush(NULL);
	c.pid = fork();
	DC_CHECK(c.pid >= 0);
	if (c.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(ends[1], data);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	DC_CHECK(read(ends[0], &c.port, sizeof(c.port)) == sizeof(c.port));
	(void)close(ends[0]);
	return c;
}

static void
child_tell(int tell, uint16_t port)
{
	DC_CHECK(write(tell, &port, sizeof(port)) == sizeof(port));
}

static void
child_stop(struct child c)
{
	DC_CHECK(kill(c.pid, SIGTERM) == 0);
	DC_CHECK(waitpid(c.pid, NULL, 0) == c.pid);
}

/* --- decaid -------------------------------------------------------------- */

enum with { ALONE, WITH_BLOCKS };

static struct rest_fixture fixture;

/* A model of many columns that takes indices, beside the fixture's own. */
static void
decaid_add_wide(void)
{
	struct ev_model_created m = registry_info(fixture.board)->created;
	struct log_ref at = { .block = 1 };
	char spec[256];

	snprintf(spec, sizeof(spec), "decaid 1\nmodel sparse-perceptron "
		 "columns=%d learning-rate=1000000000\nencoder none\n"
		 "verdict two-fold credit=1 margin=1\nsample packed\n"
		 "class ham\nclass spam\n", WIDE_COLUMNS);
	m.trainer = rest_fixture_address(200);
	m.spec = spec;
	m.spec_len = strlen(spec);
	spec_hash(&m.spec_hash, m.spec, m.spec_len);
	(void)registry_add(fixture.registry, &m, &at, NULL,
			   (size_t)256 << 20);
}

/* 200 contributions a second, each in a block of its own. */
static void *
decaid_blocks(void *arg)
{
	const struct timespec nap = { 0, 5000000 };

	(void)arg;
	for (uint64_t block = REST_HEAD + 1;; block++) {
		rest_fixture_contribute(&fixture, block);
		(void)nanosleep(&nap, NULL);
	}
	return NULL;
}

static void
decaid_end(int signal)
{
	(void)signal;
	_exit(0);
}

static enum with decaid_with;
static int decaid_tells;

/* The fixture speaks Check, which wants to be in a test. */
START_TEST(decaid_serves)
{
	pthread_t thread;

	rest_fixture_start(&fixture, 1);
	decaid_add_wide();
	if (decaid_with == WITH_BLOCKS)
		DC_CHECK(pthread_create(&thread, NULL, decaid_blocks, NULL) ==
			 0);
	(void)signal(SIGTERM, decaid_end);
	child_tell(decaid_tells, http_server_port(fixture.http));
	for (;;)
		(void)pause();
}
END_TEST

static void
decaid_serve(int tell, void *data)
{
	Suite *suite = suite_create("bench");
	TCase *tcase = tcase_create("bench");
	SRunner *runner = srunner_create(suite);

	decaid_with = *(const enum with *)data;
	decaid_tells = tell;
	tcase_add_test(tcase, decaid_serves);
	suite_add_tcase(suite, tcase);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
}

static struct child
decaid_start(enum with with)
{
	return child_start(decaid_serve, &with);
}

/* --- bare libmicrohttpd -------------------------------------------------- */

/* What it says, whatever it is asked: the header and the body of an answer
 * of decaid's. To a GET it is one response for all; to a POST a new one each
 * time, as an answer that depends on the question must be. */
struct bare {
	unsigned status;
	size_t n_headers;
	char name[HEADERS_MAX][64], value[HEADERS_MAX][256];
	char *body;
	size_t body_len;
	struct MHD_Response *response;
	struct dc_arena *arena;
};

static struct MHD_Response *
bare_response(const struct bare *b, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(b->body_len,
		b->body, mode);

	for (size_t i = 0; i < b->n_headers; i++)
		DC_CHECK(MHD_add_response_header(r, b->name[i], b->value[i]) ==
			 MHD_YES);
	return r;
}

/* Read the body with decaid's parser, and answer. */
static enum MHD_Result
bare_post(struct bare *b, struct MHD_Connection *c, const struct dc_buf *body)
{
	struct predict_body read;
	struct MHD_Response *r;
	enum MHD_Result found;

	DC_CHECK(predict_body_read(&read, b->arena, (const char *)body->data,
				   body->len, NULL) == DC_OK);
	bench_keep(&read);
	dc_arena_reset(b->arena);
	r = bare_response(b, MHD_RESPMEM_MUST_COPY);
	found = MHD_queue_response(c, b->status, r);
	MHD_destroy_response(r);
	return found;
}

static enum MHD_Result
bare_on_request(void *cls, struct MHD_Connection *c, const char *url,
		const char *method, const char *version, const char *data,
		size_t *data_len, void **con_cls)
{
	struct bare *b = cls;
	struct dc_buf *body = *con_cls;

	(void)url;
	(void)version;
	if (body == NULL) {
		body = dc_malloc(sizeof(*body));
		dc_buf_init(body, ANSWER_BYTES);
		*con_cls = body;
		return MHD_YES;
	}
	if (*data_len > 0) {
		dc_buf_append(body, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	if (strcmp(method, "POST") == 0)
		return bare_post(b, c, body);
	return MHD_queue_response(c, b->status, b->response);
}

static void
bare_on_completed(void *cls, struct MHD_Connection *c, void **con_cls,
		  enum MHD_RequestTerminationCode code)
{
	struct dc_buf *body = *con_cls;

	(void)cls;
	(void)c;
	(void)code;
	if (body != NULL)
		dc_buf_clear(body);
	free(body);
}

static void
bare_serve(int tell, void *data)
{
	struct bare *b = data;
	struct MHD_Daemon *d;

	b->arena = dc_arena_new(1 << 16);
	b->response = bare_response(b, MHD_RESPMEM_PERSISTENT);
	d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
			     bare_on_request, b, MHD_OPTION_NOTIFY_COMPLETED,
			     bare_on_completed, NULL,
			     MHD_OPTION_CONNECTION_TIMEOUT, 60u,
			     MHD_OPTION_END);
	DC_CHECK(d != NULL);
	child_tell(tell, MHD_get_daemon_info(d,
			MHD_DAEMON_INFO_BIND_PORT)->port);
}

/* libmicrohttpd makes these itself. */
static bool
bare_is_own(const char *name)
{
	return strcasecmp(name, "Date") == 0 ||
	       strcasecmp(name, "Content-Length") == 0 ||
	       strcasecmp(name, "Connection") == 0;
}

/* Learn an answer. */
static void
bare_learn(struct bare *b, char *answer)
{
	char *end = strstr(answer, "\r\n\r\n"), *line;

	memset(b, 0, sizeof(*b));
	b->status = (unsigned)atoi(answer + 9);
	b->body = end + 4;
	b->body_len = strlen(b->body);
	*end = '\0';
	for (line = strstr(answer, "\r\n"); line != NULL;
	     line = strstr(line, "\r\n")) {
		line += 2;
		DC_CHECK(b->n_headers < HEADERS_MAX &&
			 sscanf(line, "%63[^:]: %255[^\r]",
				b->name[b->n_headers],
				b->value[b->n_headers]) == 2);
		b->n_headers += !bare_is_own(b->name[b->n_headers]);
	}
}

/* --- races --------------------------------------------------------------- */

struct race {
	const char *name;
	const char *request;
	uint64_t n;
	unsigned each;		/* predictions a request, for the rate */
};

static double
cpu_a_request(struct child c, const struct race *r)
{
	struct load l = { .port = c.port, .request = r->request,
			  .request_len = strlen(r->request),
			  .connections = 64, .n = r->n };
	double before = load_cpu_of(c.pid);

	load_run(&l);
	DC_CHECK(l.status == 200 || l.status == 304);
	return (load_cpu_of(c.pid) - before) / (double)r->n * 1e6;
}

static void
race(struct child decaid, const struct race *r)
{
	static char answer[ANSWER_BYTES];
	double ours = 1e9, theirs = 1e9;
	struct child bare;
	struct bare b;

	(void)load_fetch(decaid.port, r->request, answer, sizeof(answer));
	bare_learn(&b, answer);
	bare = child_start(bare_serve, &b);
	for (int round = 0; round < ROUNDS; round++) {
		double us = cpu_a_request(decaid, r);

		ours = us < ours ? us : ours;
		us = cpu_a_request(bare, r);
		theirs = us < theirs ? us : theirs;
	}
	child_stop(bare);
	printf("  %-28s decaid %8.2f us   bare %8.2f us   ratio %.2f",
	       r->name, ours, theirs, theirs / ours);
	if (r->each > 1)
		printf("   %.2f M predictions/s", r->each / ours);
	putchar('\n');
	fflush(stdout);
}

/* "[3,90,...]" of INDICES ascending numbers; returns its length. */
static size_t
put_indices(char *out, size_t room, unsigned salt)
{
	size_t len = 0;

	for (unsigned i = 0; i < INDICES; i++)
		len += (size_t)snprintf(out + len, room - len, "%c%u",
					i == 0 ? '[' : ',',
					i * (WIDE_COLUMNS / INDICES) +
					salt * 131 % 13000);
	return len + (size_t)snprintf(out + len, room - len, "]");
}

static char *
post(const char *model, const char *body)
{
	size_t room = strlen(body) + 512;
	char *out = dc_malloc(room);

	snprintf(out, room, "POST /v1/models/%s/predict HTTP/1.1\r\n"
		 "Host: localhost\r\nContent-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s", model, strlen(body), body);
	return out;
}

static const char *
wide_model(void)
{
	static char text[ADDR20_TEXT_BYTES];
	struct addr20 a = rest_fixture_address(200);

	addr20_format(&a, text);
	return text;
}

static void
bench_predict(void)
{
	struct child decaid = decaid_start(ALONE);
	char body[1024] = "{\"indices\":";
	size_t len = strlen(body);
	struct race r = { "predict, 20 indices", NULL, 3000, 1 };
	char *request;

	len += put_indices(body + len, sizeof(body) - len, 1);
	snprintf(body + len, sizeof(body) - len, "}");
	r.request = request = post(wide_model(), body);
	race(decaid, &r);
	free(request);
	child_stop(decaid);
}

static void
bench_batch(void)
{
	struct child decaid = decaid_start(ALONE);
	size_t room = (size_t)1 << 19, len;
	char *body = dc_malloc(room), *request;
	struct race r = { "batch of 1024, 20 indices", NULL, 128, 1024 };

	len = (size_t)snprintf(body, room, "{\"inputs\":");
	for (unsigned i = 0; i < 1024; i++) {
		len += (size_t)snprintf(body + len, room - len,
					"%c{\"indices\":", i == 0 ? '[' : ',');
		len += put_indices(body + len, room - len, i);
		len += (size_t)snprintf(body + len, room - len, "}");
	}
	(void)snprintf(body + len, room - len, "]}");
	r.request = request = post(wide_model(), body);
	race(decaid, &r);
	free(request);
	free(body);
	child_stop(decaid);
}

static void
bench_kept(void)
{
#define GET(path, more) \
	"GET " path " HTTP/1.1\r\nHost: localhost\r\n" \
	"User-Agent: bench\r\nAccept: */*\r\n" more "\r\n"
	static const struct race races[] = {
		{ "GET /healthz", GET("/healthz", ""), 3000, 1 },
		{ "GET /v1/status", GET("/v1/status", ""), 3000, 1 },
		{ "GET /v1/models", GET("/v1/models", ""), 3000, 1 },
		{ "GET /v1/models, gzip", GET("/v1/models",
			"Accept-Encoding: gzip\r\n"), 3000, 1 },
		{ "GET /v1/models, 304", GET("/v1/models",
			"If-None-Match: *\r\n"), 3000, 1 },
		{ "GET /openapi.json", GET("/openapi.json", ""), 3000, 1 },
	};
	struct child decaid = decaid_start(ALONE);

	for (size_t i = 0; i < DC_ARRAY_LEN(races); i++)
		race(decaid, &races[i]);
	child_stop(decaid);
}

/* --- many connections ---------------------------------------------------- */

static void
bench_many(void)
{
	static const struct {
		unsigned connections, idle;
	} cases[] = { { 1, 0 }, { 64, 0 }, { 127, 0 }, { 128, 0 }, { 129, 0 },
		      { 256, 0 }, { 512, 0 }, { 64, 2000 } };
	static const char request[] = GET("/v1/models", "");
	struct rlimit files = { 8192, 8192 };

	(void)setrlimit(RLIMIT_NOFILE, &files);
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct child decaid = decaid_start(ALONE);
		struct load l = { .port = decaid.port, .request = request,
				  .request_len = strlen(request),
				  .connections = cases[i].connections,
				  .idle = cases[i].idle, .n = 20000 };

		load_run(&l);
		printf("  GET, %4u active %4u idle   %8.0f/s   p50 %6.0f us   "
		       "p99 %6.0f us   max %6.0f us\n", l.connections, l.idle,
		       (double)l.n / l.seconds, l.p50_us, l.p99_us, l.max_us);
		fflush(stdout);
		child_stop(decaid);
	}
}

static void
bench_blocks(void)
{
	struct child decaid = decaid_start(WITH_BLOCKS);
	char *requests[2];
	const char *const names[] = { "predict", "GET /v1/models" };

	requests[0] = post(wide_model(), "{\"indices\":[1,5,9,4000,200000]}");
	requests[1] = dc_strdup(GET("/v1/models", ""));
	for (size_t i = 0; i < DC_ARRAY_LEN(requests); i++) {
		struct load l = { .port = decaid.port,
				  .request = requests[i],
				  .request_len = strlen(requests[i]),
				  .connections = 64, .n = 100000 };

		load_run(&l);
		printf("  %-16s 64 connections, 200 blocks/s   %8.0f/s   "
		       "p50 %6.0f us   p99 %6.0f us   p99/p50 %.1f\n",
		       names[i], (double)l.n / l.seconds, l.p50_us, l.p99_us,
		       l.p99_us / l.p50_us);
		fflush(stdout);
		free(requests[i]);
	}
	child_stop(decaid);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = { { "predict", bench_predict }, { "batch", bench_batch },
		      { "kept", bench_kept }, { "many", bench_many },
		      { "blocks", bench_blocks } };

	for (size_t i = 0; i < DC_ARRAY_LEN(parts); i++) {
		bool chosen = argc == 1;

		for (int k = 1; k < argc; k++)
			chosen |= strcmp(argv[k], parts[i].name) == 0;
		if (chosen)
			parts[i].run();
	}
	return EXIT_SUCCESS;
}
