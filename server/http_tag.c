/*
 * Entity tags: made from the state that a reply speaks for, compared with
 * what the client has.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/keccak.h"
#include "server/http_internal.h"

#define TAG_BYTES 12	/* of the hash */

/* What stands between the quotes of "tag" or W/"tag". */
static const char *tag_open(const char *etag, size_t *len)
{
	const char *tag = strchr(etag, '"') + 1;

	*len = strlen(tag) - 1;
	return tag;
}

/* "abc" and "abc-gz" name two encodings of one state. */
static size_t tag_stem(const char *tag, size_t len)
{
	return len > 3 && memcmp(tag + len - 3, "-gz", 3) == 0 ? len - 3 : len;
}

bool http_tag_listed(const char *list, const char *etag)
{
	const char *tag;
	size_t len;

	if (list == NULL || etag[0] == '\0')
		return false;
	if (strcmp(list, "*") == 0)
		return true;
	tag = tag_open(etag, &len);
	len = tag_stem(tag, len);
	for (const char *p = list; (p = strchr(p, '"')) != NULL;) {
		const char *end = strchr(++p, '"');

		if (end == NULL)
			return false;
		if (tag_stem(p, (size_t)(end - p)) == len &&
		    memcmp(p, tag, len) == 0)
			return true;
		p = end + 1;
	}
	return false;
}

bool http_not_modified_tag(struct http_request *rq, struct http_reply *rp,
			   const char *hex)
{
	int n = snprintf(rp->etag, sizeof(rp->etag), "\"%s\"", hex);

	/* room for W/ and -gz */
	DC_CHECK(n > 2 && (size_t)n < sizeof(rp->etag) - 5);
	if (!http_tag_listed(http_header(rq, "If-None-Match"), rp->etag))
		return false;
	rp->status = 304;
	return true;
}

bool http_not_modified(struct http_request *rq, struct http_reply *rp,
		       const char *state)
{
	char hex[2 * TAG_BYTES + 1];
	struct dc_buf text;
	struct hash32 h;

	/* The same state tells another version's clients another body. */
	dc_buf_init(&text, 1024);
	dc_buf_append_text(&text, PACKAGE_VERSION " ");
	dc_buf_append_text(&text, state);
	keccak256(&h, text.data, text.len);
	dc_buf_clear(&text);
	hex_encode(hex, h.b, TAG_BYTES);
	return http_not_modified_tag(rq, rp, hex);
}

void http_weaken_tag(struct http_reply *rp)
{
	if (rp->etag[0] != '"')
		return;
	memmove(rp->etag + 2, rp->etag, strlen(rp->etag) + 1);
	memcpy(rp->etag, "W/", 2);
}

void http_tag_gzip(char etag[HTTP_ETAG_BYTES])
{
	size_t len = strlen(etag);

	if (len > 0)
		(void)snprintf(etag + len - 1, HTTP_ETAG_BYTES - len + 1,
			       "-gz\"");
}
