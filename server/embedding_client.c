/* Asking one embedding service. */
#include "config.h"

#include "server/embedding_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "oracle/rpc.h"

#define REQUEST_BYTES_MAX ((size_t)32 << 20)
#define CONNECT_TIMEOUT_MS 5000L

struct embedding_client {
	CURL *easy;
	struct curl_slist *headers;
	struct dc_buf request, reply;
	unsigned pause_ms;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	atomic_bool stopping;
};

/* ---- its life ---- */

static size_t take_bytes(char *data, size_t size, size_t n, void *user)
{
	struct dc_buf *b = user;

	dc_buf_append(b, data, size * n);
	return dc_buf_failed(b) ? 0 : size * n;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	struct embedding_client *client = user;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&client->stopping);
}

static void add_header(struct embedding_client *c, const char *line)
{
	c->headers = curl_slist_append(c->headers, line);
	DC_CHECK(c->headers != NULL);
}

static void set_headers(struct embedding_client *c, const char *key)
{
	char *line;
	size_t n = strlen(key) + sizeof("Authorization: Bearer ");

	add_header(c, "Content-Type: application/json");
	add_header(c, "Expect:");
	if (*key == '\0')
		return;
	line = dc_malloc(n);
	(void)snprintf(line, n, "Authorization: Bearer %s", key);
	add_header(c, line);
	explicit_bzero(line, n);
	free(line);
}

static void set_up(struct embedding_client *c, const char *url,
		   unsigned timeout_ms)
{
	CURL *e = c->easy;

	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, &c->reply);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, c);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
}

struct embedding_client *
embedding_client_new(const struct embedding_client_options *o)
{
	struct embedding_client *c = dc_calloc(1, sizeof(*c));

	rpc_init();
	c->easy = curl_easy_init();
	DC_CHECK(c->easy != NULL);
	c->pause_ms = o->pause_ms != 0 ? o->pause_ms : EMBEDDING_PAUSE_MS;
	dc_buf_init(&c->request, REQUEST_BYTES_MAX);
	dc_buf_init(&c->reply, 0);
	DC_CHECK(pthread_mutex_init(&c->lock, NULL) == 0);
	dc_clock_cond_init(&c->ended);
	set_headers(c, o->key);
	set_up(c, o->url, o->timeout_ms != 0 ? o->timeout_ms
					     : EMBEDDING_TIMEOUT_MS);
	return c;
}

void embedding_client_free(struct embedding_client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->easy);
	for (struct curl_slist *h = c->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(c->headers);
	dc_buf_clear(&c->request);
	dc_buf_clear(&c->reply);
	(void)pthread_cond_destroy(&c->ended);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

void embedding_client_stop(struct embedding_client *c)
{
	DC_CHECK(pthread_mutex_lock(&c->lock) == 0);
	atomic_store(&c->stopping, true);
	DC_CHECK(pthread_cond_broadcast(&c->ended) == 0);
	DC_CHECK(pthread_mutex_unlock(&c->lock) == 0);
}

/* false: it was stopped. */
static bool pause_for(struct embedding_client *c, unsigned ms)
{
	const struct timespec until = dc_clock_in(ms);
	bool stopping;
	int rc = 0;

	DC_CHECK(pthread_mutex_lock(&c->lock) == 0);
	while (!(stopping = atomic_load(&c->stopping)) && rc == 0)
		rc = pthread_cond_timedwait(&c->ended, &c->lock, &until);
	DC_CHECK(pthread_mutex_unlock(&c->lock) == 0);
	return !stopping;
}

/* ---- one request ---- */

/* What became of it. */
enum outcome {
	ANSWERED,
	FAILED,		/* ask again */
	TOO_MUCH,	/* one of the texts is why, or their sum */
	FORBIDDEN	/* asking again does not help */
};

/* By the HTTP status; 408, 425, 429 and all 5xx pass with time. */
static enum outcome outcome_of(long status)
{
	switch (status) {
	case 200:
		return ANSWERED;
	case 400: case 413: case 422:
		return TOO_MUCH;
	case 401: case 402: case 403: case 404: case 405: case 407:
		return FORBIDDEN;
	default:
		return FAILED;
	}
}

/* pause_ms  in: how long to wait before the next; out: at least what the
 * service asks for */
static enum outcome request(struct embedding_client *c, unsigned *pause_ms,
			    struct dc_err *why)
{
	CURLcode code;
	curl_off_t after_s = 0;
	long status = 0;

	dc_buf_reset(&c->reply);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->request.data);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)c->request.len);
	code = curl_easy_perform(c->easy);
	if (dc_buf_failed(&c->reply)) {
		(void)dc_fail(why, DC_EIO, "an answer of more than %zu bytes",
			      c->reply.bound);
		return FAILED;
	}
	if (code != CURLE_OK) {
		(void)dc_fail(why, DC_EIO, "%s", curl_easy_strerror(code));
		return FAILED;
	}
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &after_s);
	if (after_s > EMBEDDING_PAUSE_MAX_MS / 1000)
		after_s = EMBEDDING_PAUSE_MAX_MS / 1000;
	if ((unsigned)after_s * 1000 > *pause_ms)
		*pause_ms = (unsigned)after_s * 1000;
	if (status != 200)
		(void)dc_fail(why, DC_EIO, "http %ld", status);
	return outcome_of(status);
}

struct asked {
	const char *model;
	uint32_t dimension;
	const struct embedding_text *text;
	size_t n;
};

static enum outcome attempt(struct embedding_client *c, int64_t *out,
			    const struct asked *a, unsigned *pause_ms,
			    struct dc_err *why)
{
	struct dc_err wrong = DC_ERR_INIT;
	enum outcome found = request(c, pause_ms, why);

	if (found != ANSWERED ||
	    embedding_body_read(out, a->n, a->dimension,
				dc_buf_text(&c->reply), c->reply.len,
				&wrong) == DC_OK)
		return found;
	(void)dc_fail(why, DC_EIO, "a wrong answer: %s", wrong.text);
	return FAILED;
}

/* Until it answers, or says that it will not. */
static enum outcome attempts(struct embedding_client *c, int64_t *out,
			     const struct asked *a, struct dc_err *why)
{
	unsigned pause_ms = c->pause_ms;
	enum outcome found;

	dc_buf_reset(&c->request);
	embedding_body_put(&c->request, a->model, a->text, a->n);
	c->reply.bound = embedding_body_max(a->n, a->dimension);
	for (unsigned i = 1;; i++) {
		unsigned wait_ms = pause_ms;

		dc_err_clear(why);
		found = attempt(c, out, a, &wait_ms, why);
		if (found != FAILED || i == EMBEDDING_ATTEMPTS ||
		    !pause_for(c, wait_ms))
			return found;
		pause_ms = pause_ms < EMBEDDING_PAUSE_MAX_MS / 2 ?
			2 * pause_ms : EMBEDDING_PAUSE_MAX_MS;
	}
}

/* Halves, until the text that is refused stands alone. */
static enum dc_status ask(struct embedding_client *c, int64_t *out,
			  bool *taken, const struct asked *a,
			  struct dc_err *err)
{
	struct asked half = *a;
	struct dc_err why = DC_ERR_INIT;
	enum outcome found = attempts(c, out, a, &why);
	enum dc_status st;

	for (size_t i = 0; i < a->n; i++)
		taken[i] = found == ANSWERED;
	if (found == FORBIDDEN)
		return dc_fail(err, DC_EREFUSED, "%s", why.text);
	if (found == FAILED)
		return dc_fail(err, DC_EIO, "%s", why.text);
	if (found == ANSWERED || a->n == 1)
		return DC_OK;
	half.n = a->n / 2;
	st = ask(c, out, taken, &half, err);
	if (st != DC_OK)
		return st;
	half.text += half.n;
	out += half.n * a->dimension;
	taken += half.n;
	half.n = a->n - half.n;
	return ask(c, out, taken, &half, err);
}

enum dc_status embedding_client_ask(struct embedding_client *c, int64_t *out,
				    bool *taken, const char *model,
				    uint32_t dimension,
				    const struct embedding_text *text,
				    size_t n, struct dc_err *err)
{
	const struct asked a = { model, dimension, text, n };

	DC_CHECK(n >= 1 && n <= EMBEDDING_BATCH_MAX);
	return ask(c, out, taken, &a, err);
}
