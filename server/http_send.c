/*
 * From a handler's reply to libmicrohttpd: problem documents, compression,
 * headers.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "server/http_internal.h"
#include "server/json_out.h"
#include "server/router.h"

#define REPLY_BYTES_MAX ((size_t)64 << 20)
#define COPY_BELOW ((size_t)4 << 10)	/* libmicrohttpd copies, room stays */
#define GZIP_ABOVE 1024
#define GZIP_LEVEL 4
#define TYPE_JSON "application/json"
#define TYPE_PROBLEM "application/problem+json"

/* Nothing of another host; wallets inject themselves and need no source. */
#define PAGE_POLICY \
	"default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self'; font-src 'self'; connect-src 'self'; " \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " \
	"require-trusted-types-for 'script'; trusted-types 'none'"
#define API_POLICY "default-src 'none'; frame-ancestors 'none'"

void http_reply_init(struct http_reply *rp)
{
	memset(rp, 0, sizeof(*rp));
	rp->status = 200;
	rp->type = TYPE_JSON;
	dc_buf_init(&rp->body, REPLY_BYTES_MAX);
}

void http_reply_clear(struct http_reply *rp)
{
	dc_buf_clear(&rp->body);
	if (rp->stream_state != NULL && rp->stream_free != NULL)
		rp->stream_free(rp->stream_state);
	rp->stream_state = NULL;
	if (rp->fixed_free != NULL)
		rp->fixed_free(rp->fixed_state);
	rp->fixed_free = NULL;
	if (rp->wait.ready != NULL)
		rp->wait.leave(rp->wait.state);
	memset(&rp->wait, 0, sizeof(rp->wait));
}

/* ---- problem documents ---- */

static const char *status_title(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} titles[] = {
		{ 400, "Bad Request" }, { 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

void http_problem(struct http_request *rq, struct http_reply *rp,
		  unsigned status, const char *detail, ...)
{
	char text[512], shown[1024];
	struct json_out j;
	va_list ap;
	int n;

	va_start(ap, detail);
	n = vsnprintf(text, sizeof(text), detail, ap);
	va_end(ap);
	DC_CHECK(n >= 0);
	http_reply_clear(rp);
	http_reply_init(rp);
	rp->status = status;
	rp->type = TYPE_PROBLEM;
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "type");
	json_put_text(&j, "about:blank");
	json_put_key(&j, "title");
	json_put_text(&j, status_title(status));
	json_put_key(&j, "status");
	json_put_u64(&j, status);
	json_put_key(&j, "detail");
	json_put_text(&j, text);
	/* The name that the Open Inference Protocol has for it. */
	if (rq->path != NULL && strncmp(rq->path, "/v2/", 4) == 0) {
		json_put_key(&j, "error");
		json_put_text(&j, text);
	}
	/* The name that ERC-3668 has for it. */
	if (rq->path != NULL && strncmp(rq->path, "/v1/ccip", 8) == 0) {
		json_put_key(&j, "message");
		json_put_text(&j, text);
	}
	json_put_key(&j, "request_id");
	json_put_text(&j, rq->id);
	json_put_close(&j, '}');
	if (status >= 500)
		dc_log(DC_LOG_UNUSUAL, "http", "status=%u request=%s: %s",
		       status, rq->id,
		       dc_log_escape(shown, sizeof(shown), text,
				     strlen(text)));
}

/* ---- compression ---- */

bool http_accepts_gzip(const char *list)
{
	const char *p = list == NULL ? NULL : strcasestr(list, "gzip");
	const char *q;

	if (p == NULL)
		return false;
	p += 4;
	q = p + strspn(p, " ;");
	if (strncasecmp(q, "q=0", 3) != 0)
		return true;
	return q[3] == '.' && strspn(q + 4, "0") != strspn(q + 4, "0123456789");
}

static bool is_text(const char *type)
{
	return strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL;
}

static bool deflate_open(struct http_loop *l)
{
	if (l->deflate_ready)
		return deflateReset(&l->deflate) == Z_OK;
	/* 15 bits of window, 16 more for gzip's frame */
	if (deflateInit2(&l->deflate, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	l->deflate_ready = true;
	return true;
}

/* Replace b by its gzip form. false: it stays as it is. */
static bool gzip(struct http_loop *l, struct dc_buf *b)
{
	size_t room;
	uint8_t *out;

	if (!deflate_open(l))
		return false;
	room = deflateBound(&l->deflate, b->len);
	out = dc_malloc(room);
	l->deflate.next_in = b->data;
	l->deflate.avail_in = (uInt)b->len;
	l->deflate.next_out = out;
	l->deflate.avail_out = (uInt)room;
	if (deflate(&l->deflate, Z_FINISH) != Z_STREAM_END) {
		free(out);
		return false;
	}
	dc_buf_reset(b);
	dc_buf_append(b, out, room - l->deflate.avail_out);
	free(out);
	return true;
}

void http_fixed(struct http_reply *rp, const void *in, size_t len)
{
	rp->fixed = in;
	rp->fixed_len = len;
}

void http_fixed_gzip(struct http_reply *rp, const void *in, size_t len)
{
	http_fixed(rp, in, len);
	rp->encoding = "gzip";
	http_tag_gzip(rp->etag);
}

void http_bare(struct http_reply *rp, uint64_t len)
{
	rp->bare = true;
	rp->bare_len = len;
}

void http_bare_gzip(struct http_reply *rp)
{
	http_bare(rp, HTTP_LENGTH_UNKNOWN);
	rp->encoding = "gzip";
	http_tag_gzip(rp->etag);
}

/* What Content-Encoding says; NULL: none. */
static const char *encode(struct http_connection *c, struct http_reply *rp)
{
	if (rp->fixed != NULL || rp->bare || rp->stream_state != NULL)
		return rp->encoding;
	if (rp->body.len <= GZIP_ABOVE || !is_text(rp->type) ||
	    !http_accepts_gzip(http_header(&c->rq, "Accept-Encoding")) ||
	    !gzip(c->loop, &rp->body))
		return NULL;
	http_tag_gzip(rp->etag);
	return "gzip";
}

/* ---- headers ---- */

/* A reply to which headers are added; one that got no memory is not sent. */
struct draft {
	struct MHD_Response *r;
	bool whole;
};

static void add(struct draft *d, const char *name, const char *value)
{
	DC_VERIFY(strpbrk(value, "\r\n") == NULL);
	if (MHD_add_response_header(d->r, name, value) != MHD_YES)
		d->whole = false;
}

static void add_cors(struct draft *d, unsigned status)
{
	add(d, "Access-Control-Allow-Origin", "*");
	if (status == 204) {
		add(d, "Access-Control-Allow-Methods", "GET, HEAD, POST");
		add(d, "Access-Control-Allow-Headers",
		    "Content-Type, If-None-Match, Inference-Header-Content-"
		    "Length, Last-Event-ID, X-Request-Id");
		add(d, "Access-Control-Max-Age", "86400");
	} else {
		add(d, "Access-Control-Expose-Headers",
		    "ETag, Inference-Header-Content-Length, Retry-After, "
		    "X-Request-Id");
	}
}

static const char *cache_policy(const struct http_reply *rp)
{
	if (rp->immutable)
		return "public, max-age=31536000, immutable";
	return rp->etag[0] != '\0' ? "no-cache" : "no-store";
}

/* All but X-Request-Id, which is another one each time. */
static void add_headers(const struct http_reply *rp, struct draft *d,
			const char *encoding)
{
	char text[24];

	if (rp->status != 204 && rp->status != 304)
		add(d, "Content-Type", rp->type);
	add(d, "X-Content-Type-Options", "nosniff");
	add(d, "Cache-Control", cache_policy(rp));
	if (rp->kind == HTTP_KIND_PAGE) {
		add(d, "Content-Security-Policy", PAGE_POLICY);
		add(d, "Referrer-Policy", "no-referrer");
		add(d, "Cross-Origin-Opener-Policy", "same-origin");
	} else {
		add(d, "Content-Security-Policy", API_POLICY);
		add_cors(d, rp->status);
	}
	if (rp->etag[0] != '\0') {
		add(d, "ETag", rp->etag);
		add(d, "Vary", "Accept-Encoding");
	}
	if (encoding != NULL)
		add(d, "Content-Encoding", encoding);
	if (rp->status == 405 || rp->status == 204)
		add(d, "Allow", router_allow_text(rp->allow));
	if (rp->location != NULL)
		add(d, "Location", rp->location);
	if (rp->retry_after_s > 0) {
		(void)snprintf(text, sizeof(text), "%u", rp->retry_after_s);
		add(d, "Retry-After", text);
	}
	if (rp->json_len > 0) {
		(void)snprintf(text, sizeof(text), "%zu", rp->json_len);
		add(d, "Inference-Header-Content-Length", text);
	}
}

/* libmicrohttpd's buffers are not const, but it only reads them. */
static void *unconst(const void *p)
{
	union {
		const void *from;
		void *to;
	} u = { p };

	return u.to;
}

/* The response has the body from then on. */
static struct MHD_Response *owning_response(struct http_reply *rp)
{
	size_t len;
	uint8_t *body = dc_buf_take(&rp->body, &len);
	struct MHD_Response *r = MHD_create_response_from_buffer(len, body,
						MHD_RESPMEM_MUST_FREE);

	if (r == NULL)
		free(body);
	return r;
}

/* Never called: nobody reads the body of a HEAD. */
static ssize_t no_body(void *cls, uint64_t pos, char *out, size_t room)
{
	(void)cls;
	(void)pos;
	(void)out;
	(void)room;
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Where the length is not known libmicrohttpd would send the end of a body in
 * chunks behind the header: HTTP/1.0 has none, and the connection is closed. */
static struct MHD_Response *bare_response(const struct http_reply *rp)
{
	struct MHD_Response *r = MHD_create_response_from_callback(
		rp->bare_len, 1024, no_body, NULL, NULL);

	if (r == NULL || rp->bare_len != HTTP_LENGTH_UNKNOWN)
		return r;
	if (MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT,
				     MHD_RO_END) == MHD_YES)
		return r;
	MHD_destroy_response(r);
	return NULL;
}

/* The response has the bytes from then on. */
static struct MHD_Response *fixed_response(struct http_reply *rp)
{
	struct MHD_Response *r;

	if (rp->fixed_free == NULL)
		return MHD_create_response_from_buffer(rp->fixed_len,
			unconst(rp->fixed), MHD_RESPMEM_PERSISTENT);
	r = MHD_create_response_from_buffer_with_free_callback_cls(
		rp->fixed_len, unconst(rp->fixed), rp->fixed_free,
		rp->fixed_state);
	if (r != NULL)
		rp->fixed_free = NULL;
	return r;
}

/* NULL: no memory. */
static struct MHD_Response *make_response(struct http_connection *c,
					  struct http_reply *rp)
{
	size_t len;

	if (rp->status == 304 || rp->status == 204)
		return MHD_create_response_from_buffer(0, unconst(""),
			MHD_RESPMEM_PERSISTENT);
	if (rp->stream_state != NULL)
		return http_stream_response(c, rp);
	if (rp->bare)
		return bare_response(rp);
	if (rp->fixed != NULL)
		return fixed_response(rp);
	len = rp->body.len;
	if (len < COPY_BELOW)
		return MHD_create_response_from_buffer(len,
			len == 0 ? unconst("") : rp->body.data,
			MHD_RESPMEM_MUST_COPY);
	return owning_response(rp);
}

enum MHD_Result http_queue(struct http_connection *c, unsigned status,
			   struct MHD_Response *r)
{
	atomic_fetch_add_explicit(&c->loop->by_class[status / 100 % 6], 1,
				  memory_order_relaxed);
	return MHD_queue_response(c->mhd, status, r);
}

static bool may_be_kept(const struct http_reply *rp)
{
	return (rp->status == 200 || rp->status == 304) && rp->stream == NULL;
}

enum MHD_Result http_send(struct http_connection *c, struct http_reply *rp)
{
	struct http_form *form = NULL;
	struct draft d = { .whole = true };
	const char *encoding;
	enum MHD_Result found;
	size_t len;

	if (dc_buf_failed(&rp->body))
		http_problem(&c->rq, rp, 500, "the answer is too large");
	encoding = encode(c, rp);
	len = rp->fixed != NULL ? 0 : rp->body.len;
	if (rp->stream_state == NULL)
		c->send_deadline_ms = c->loop->now_ms +
			http_patience_ms(c->loop, rp->fixed_len + len);
	d.r = make_response(c, rp);
	if (d.r == NULL)
		return MHD_NO;	/* the connection is closed */
	add_headers(rp, &d, rp->status == 304 ? NULL : encoding);
	if (d.whole && may_be_kept(rp))
		form = http_cache_keep(c, rp, len, d.r);
	if (form != NULL)
		return http_form_send(form, rp->status, c);
	add(&d, "X-Request-Id", c->rq.id);
	found = d.whole ? http_queue(c, rp->status, d.r) : MHD_NO;
	MHD_destroy_response(d.r);
	return found;
}
