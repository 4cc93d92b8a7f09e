/*
 * One HTTP exchange with the node: connection, time-out, bound, interruption,
 * and what each way of failing means. Nothing here knows a method.
 */

#include "config.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/rpc_core.h"

#define DEFAULT_TIMEOUT_MS 30000
#define CONNECT_TIMEOUT_MS 10000
#define MAX_REQUEST_BYTES ((size_t)8 << 20)
#define EXCERPT_BYTES 60	/* of a wrong answer, in texts */
/* A reply buffer larger than this is given back after use. */
#define KEEP_REPLY_BYTES ((size_t)16 << 20)

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
	DC_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

void rpc_init(void)
{
	DC_CHECK(pthread_once(&curl_once, start_curl) == 0);
}

enum dc_status rpc_host(char *out, size_t room, const char *url,
			struct dc_err *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	enum dc_status st = DC_OK;

	DC_CHECK(u != NULL);
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) !=
	    CURLUE_OK)
		st = dc_fail(err, DC_EINVAL, "rpc: not a url");
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		st = dc_fail(err, DC_EINVAL, "rpc: url must be http or https");
	else if (snprintf(out, room, "%s:%s", host, port) >= (int)room)
		st = dc_fail(err, DC_EINVAL, "rpc: host name too long");
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return st;
}

static size_t take_bytes(char *data, size_t size, size_t n, void *user)
{
	struct rpc *rpc = user;

	dc_buf_append(&rpc->reply, data, size * n);
	return dc_buf_failed(&rpc->reply) ? 0 : size * n;
}

static void set_up_easy(struct rpc *rpc, const struct rpc_config *config)
{
	CURL *e = rpc->easy;
	long timeout_ms = config->timeout_ms > 0 ? (long)config->timeout_ms :
		DEFAULT_TIMEOUT_MS;

	rpc->headers = curl_slist_append(NULL,
					 "Content-Type: application/json");
	rpc->headers = curl_slist_append(rpc->headers, "Expect:");
	DC_CHECK(rpc->headers != NULL);
	curl_easy_setopt(e, CURLOPT_URL, config->url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, rpc->headers);
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms :
			 (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 512L * 1024);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, rpc);
}

enum dc_status rpc_new(struct rpc **out, const struct rpc_config *config,
		       struct dc_err *err)
{
	struct rpc *rpc;
	char name[RPC_HOST_BYTES];
	enum dc_status st;

	rpc_init();
	st = rpc_host(name, sizeof(name), config->url, err);
	if (st != DC_OK)
		return st;
	rpc = dc_calloc(1, sizeof(*rpc));
	snprintf(rpc->name, sizeof(rpc->name), "%s",
		 config->name != NULL ? config->name : name);
	dc_buf_init(&rpc->request, MAX_REQUEST_BYTES);
	dc_buf_init(&rpc->reply, config->max_reply_bytes > 0 ?
		    config->max_reply_bytes : RPC_MAX_REPLY_BYTES);
	atomic_init(&rpc->interrupted, false);
	rpc->multi = curl_multi_init();
	rpc->easy = curl_easy_init();
	DC_CHECK(rpc->multi != NULL && rpc->easy != NULL);
	set_up_easy(rpc, config);
	*out = rpc;
	return DC_OK;
}

void rpc_free(struct rpc *rpc)
{
	if (rpc == NULL)
		return;
	curl_easy_cleanup(rpc->easy);
	curl_multi_cleanup(rpc->multi);
	curl_slist_free_all(rpc->headers);
	dc_buf_clear(&rpc->request);
	dc_buf_clear(&rpc->reply);
	free(rpc);
}

void rpc_interrupt(struct rpc *rpc)
{
	atomic_store(&rpc->interrupted, true);
	curl_multi_wakeup(rpc->multi);
}

void rpc_resume(struct rpc *rpc)
{
	atomic_store(&rpc->interrupted, false);
}

const struct rpc_failure *rpc_failure(const struct rpc *rpc)
{
	return &rpc->failure;
}

enum dc_status rpc_fail(struct rpc *rpc, struct dc_err *err,
			enum dc_status status, enum rpc_fault fault,
			const char *fmt, ...)
{
	char what[DC_ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	rpc->failure.fault = fault;
	return dc_fail(err, status, "%s: %s (%s)", rpc->method, what,
		       rpc->name);
}

enum dc_status rpc_malformed(struct rpc *rpc, struct dc_err *err,
			     const char *what)
{
	return rpc_fail(rpc, err, DC_EIO, RPC_FAULT_MALFORMED, "%s", what);
}

/* --- requests ----------------------------------------------------------- */

void rpc_begin(struct rpc *rpc)
{
	dc_buf_reset(&rpc->request);
	dc_buf_append_byte(&rpc->request, '[');
	rpc->n_requests = 0;
	rpc->method = "rpc";
	memset(&rpc->failure, 0, sizeof(rpc->failure));
}

void rpc_add_open(struct rpc *rpc, const char *method)
{
	if (rpc->n_requests == 0)
		rpc->method = method;
	dc_buf_printf(&rpc->request,
		      "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"%s\","
		      "\"params\":", rpc->n_requests == 0 ? "" : ",",
		      rpc->n_requests, method);
	rpc->n_requests++;
}

void rpc_add_close(struct rpc *rpc)
{
	dc_buf_append_byte(&rpc->request, '}');
}

void rpc_add(struct rpc *rpc, const char *method, const char *params_fmt, ...)
{
	char params[512];
	va_list ap;
	int n;

	va_start(ap, params_fmt);
	n = vsnprintf(params, sizeof(params), params_fmt, ap);
	va_end(ap);
	DC_CHECK(n >= 0 && (size_t)n < sizeof(params));
	rpc_add_open(rpc, method);
	dc_buf_append(&rpc->request, params, (size_t)n);
	rpc_add_close(rpc);
}

/* --- the exchange ------------------------------------------------------- */

static enum dc_status interrupted(struct rpc *rpc, struct dc_err *err)
{
	return rpc_fail(rpc, err, DC_EBUSY, RPC_FAULT_INTERRUPTED,
			"interrupted");
}

/* Run the transfer that was added to multi, to its end or to rpc_interrupt.
 * result  what curl says of it */
static enum dc_status drive(struct rpc *rpc, CURLcode *result,
			    struct dc_err *err)
{
	int running, left;
	CURLMsg *msg;

	for (;;) {
		if (atomic_load(&rpc->interrupted))
			return interrupted(rpc, err);
		if (curl_multi_perform(rpc->multi, &running) != CURLM_OK)
			return rpc_fail(rpc, err, DC_EIO,
					RPC_FAULT_UNREACHABLE, "curl failed");
		if (running == 0)
			break;
		curl_multi_poll(rpc->multi, NULL, 0, 1000, NULL);
	}
	msg = curl_multi_info_read(rpc->multi, &left);
	DC_CHECK(msg != NULL && msg->msg == CURLMSG_DONE);
	*result = msg->data.result;
	return DC_OK;
}

/* The first bytes of what came instead of JSON. */
static const char *excerpt(const struct rpc *rpc, char *out, size_t room)
{
	size_t n = rpc->reply.len;

	return dc_log_escape(out, room, (const char *)rpc->reply.data,
			     n < EXCERPT_BYTES ? n : EXCERPT_BYTES);
}

/* An answer that is not 200: an error object in it says more than the
 * status; else a page of a proxy, or nothing. */
static enum dc_status http_error(struct rpc *rpc, struct dc_err *err)
{
	long status = rpc->failure.http_status;
	char text[4 * EXCERPT_BYTES + 1];
	json_t *root, *error;
	enum dc_status st;

	if (status == 429 || status == 503)
		return rpc_fail(rpc, err, DC_EBUSY, RPC_FAULT_BUSY,
				"asked to slow down, http %ld", status);
	root = json_loadb((const char *)rpc->reply.data, rpc->reply.len,
			  JSON_ALLOW_NUL, NULL);
	error = json_object_get(root, "error");
	if (json_is_object(error))
		st = rpc_error_object(rpc, error, err);
	else
		st = rpc_fail(rpc, err, DC_EIO, RPC_FAULT_HTTP,
			      "http %ld: \"%s\"", status,
			      excerpt(rpc, text, sizeof(text)));
	json_decref(root);
	return st;
}

static enum dc_status check_transfer(struct rpc *rpc, CURLcode result,
				     struct dc_err *err)
{
	curl_off_t retry_after = 0;

	if (result == CURLE_WRITE_ERROR && dc_buf_failed(&rpc->reply))
		return rpc_fail(rpc, err, DC_EIO, RPC_FAULT_TOO_LARGE,
				"answer over %zu bytes", rpc->reply.bound);
	if (result != CURLE_OK)
		return rpc_fail(rpc, err, DC_EIO, RPC_FAULT_UNREACHABLE, "%s",
				curl_easy_strerror(result));
	curl_easy_getinfo(rpc->easy, CURLINFO_RESPONSE_CODE,
			  &rpc->failure.http_status);
	if (rpc->failure.http_status == 200)
		return DC_OK;
	curl_easy_getinfo(rpc->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (retry_after > 0 && retry_after < 86400)
		rpc->failure.retry_after_s = (unsigned)retry_after;
	return http_error(rpc, err);
}

enum dc_status rpc_run(struct rpc *rpc, struct dc_err *err)
{
	const char *body;
	size_t len;
	CURLcode result = CURLE_OK;
	enum dc_status st;

	DC_CHECK(rpc->n_requests > 0);
	dc_buf_append_byte(&rpc->request, ']');
	DC_CHECK(!dc_buf_failed(&rpc->request));
	body = (const char *)rpc->request.data;
	len = rpc->request.len;
	if (rpc->n_requests == 1) {	/* no batch: the object alone */
		body++;
		len -= 2;
	}
	if (rpc->reply.room > KEEP_REPLY_BYTES) {
		size_t bound = rpc->reply.bound;

		dc_buf_clear(&rpc->reply);
		dc_buf_init(&rpc->reply, bound);
	}
	dc_buf_reset(&rpc->reply);
	curl_easy_setopt(rpc->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(rpc->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)len);
	DC_CHECK(curl_multi_add_handle(rpc->multi, rpc->easy) == CURLM_OK);
	st = drive(rpc, &result, err);
	curl_multi_remove_handle(rpc->multi, rpc->easy);
	return st == DC_OK ? check_transfer(rpc, result, err) : st;
}
