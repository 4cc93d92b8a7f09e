/* What the REST handlers share: views of chain.db, failures, pages. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/keccak.h"
#include "base/log.h"
#include "server/rest.h"
#include "sql/blocks.h"

#define RETRY_AFTER_S 1

void rest_fail(struct http_request *rq, struct http_reply *rp,
	       const struct dc_err *err)
{
	switch (err->status) {
	case DC_EINVAL:
		http_problem(rq, rp, 400, "%s", err->text);
		return;
	case DC_ENOTFOUND:
		http_problem(rq, rp, 404, "%s", err->text);
		return;
	case DC_EBUSY:
	case DC_ECONFLICT:
	case DC_EREFUSED:
		http_problem(rq, rp, 503, "busy: try again");
		break;
	case DC_EIO:
	case DC_OK:
		http_problem(rq, rp, 503, "the database does not answer");
		break;
	}
	dc_log(DC_LOG_UNUSUAL, "rest", "request=%s: %s: %s", rq->id,
	       dc_status_name(err->status), err->text);
	rp->retry_after_s = RETRY_AFTER_S;
}

static void prepare(struct rest *r, struct http_request *rq,
		    struct http_reply *rp)
{
	memset(r, 0, sizeof(*r));
	r->rq = rq;
	r->rp = rp;
	r->app = rq->app;
	r->loop = rq->loop_state;
	r->chain = r->loop->chain;
	r->arena = rq->arena;
	json_out_init(&r->j, &rp->body);
}

bool rest_open_untagged(struct rest *r, struct http_request *rq,
			struct http_reply *rp)
{
	bool found;

	prepare(r, rq, rp);
	if (sql_tx_begin_read(r->chain, &r->err) != DC_OK) {
		rest_fail(rq, rp, &r->err);
		return false;
	}
	if (sql_block_head(r->chain, &r->head, &found, &r->err) == DC_OK)
		return true;
	sql_tx_rollback(r->chain);
	rest_fail(rq, rp, &r->err);
	return false;
}

/* The tag is taken before the view: a commit between the two makes the view
 * newer than its tag, which costs a client one more request. */
bool rest_open(struct rest *r, struct http_request *rq, struct http_reply *rp)
{
	struct app *a = rq->app;
	char state[64];

	(void)snprintf(state, sizeof(state), "%" PRIx64 " %" PRIu64, a->boot,
		       app_state(a));
	if (http_not_modified(rq, rp, state))
		return false;
	return rest_open_untagged(r, rq, rp);
}

void rest_close(struct rest *r, enum dc_status status)
{
	sql_tx_rollback(r->chain);
	if (status == DC_OK || r->told)
		return;
	(void)dc_fail(&r->err, status, "unknown failure");
	rest_fail(r->rq, r->rp, &r->err);
}

void rest_later(struct rest *r, unsigned retry_after_s, const char *fmt, ...)
{
	char text[DC_ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	http_problem(r->rq, r->rp, 503, "%s", text);
	r->rp->retry_after_s = retry_after_s;
	r->told = true;
}

void rest_tag_body(struct http_request *rq, struct http_reply *rp)
{
	char text[65];
	struct hash32 h;

	if (rp->status != 200)
		return;
	keccak256(&h, rp->body.data, rp->body.len);
	hex_encode(text, h.b, sizeof(h.b));
	(void)http_not_modified(rq, rp, text);
}

enum dc_status rest_uint(uint64_t *out, const char *text, const char *name,
			 uint64_t least, uint64_t most, struct dc_err *err)
{
	uint64_t v = 0;
	const char *p = text;

	while (*p >= '0' && *p <= '9' && p - text < 19)
		v = v * 10 + (uint64_t)(*p++ - '0');
	if (p == text || *p != '\0' || v < least || v > most)
		return dc_fail(err, DC_EINVAL, "%s: not a whole number in "
			       "[%" PRIu64 ", %" PRIu64 "]", name, least,
			       most);
	*out = v;
	return DC_OK;
}

enum dc_status rest_choice(unsigned *out, const char *text, const char *name,
			   const char *const *names, unsigned n,
			   struct dc_err *err)
{
	char list[160] = "";
	size_t len = 0;

	for (unsigned i = 0; i < n; i++) {
		int more = snprintf(list + len, sizeof(list) - len, "%s%s",
				    i == 0 ? "" : ", ", names[i]);

		DC_CHECK(more > 0 && (size_t)more < sizeof(list) - len);
		len += (size_t)more;
		if (strcmp(text, names[i]) == 0) {
			*out = i;
			return DC_OK;
		}
	}
	return dc_fail(err, DC_EINVAL, "%s: not one of: %s", name, list);
}

enum dc_status rest_page(struct rest *r, struct sql_page *out,
			 struct dc_err *err)
{
	const char *limit = http_query(r->rq, "limit");
	uint64_t n = 50;

	if (limit != NULL &&
	    rest_uint(&n, limit, "limit", 1, SQL_PAGE_MAX, err) != DC_OK)
		return DC_EINVAL;
	out->limit = (uint32_t)n;
	out->after = http_query(r->rq, "after");
	return DC_OK;
}

void rest_put_next(struct rest *r, const char *key)
{
	json_put_key(&r->j, "next");
	json_put_text(&r->j, *key == '\0' ? NULL : key);
}
