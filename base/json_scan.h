#ifndef DECAID_BASE_JSON_SCAN_H
#define DECAID_BASE_JSON_SCAN_H

/*
 * A one-pass validating JSON reader for hot shapes (log arrays, predict
 * bodies): a cursor over bytes that the caller keeps, no allocation, no
 * tree. It accepts exactly what RFC 8259 calls JSON and jansson accepts
 * (UTF-8 checked, no NUL in strings, depth bounded) and fails once: after a
 * failure every call returns false and json_scan_error says what and where.
 *
 * Reading an object:
 *     for (found = json_scan_object(&s); found; found = json_scan_more(&s)) {
 *         json_scan_key(&s, &key);
 *         if (json_slice_is(key, "data")) json_scan_string(&s, &data);
 *         else json_scan_skip(&s);
 *     }
 *     json_scan_close(&s);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define JSON_SCAN_MAX_DEPTH 64

struct json_scan {
	const char *p, *begin, *end;
	unsigned depth;
	uint64_t is_object;	/* bit d: the container at depth d */
	const char *what;	/* NULL, or why it failed (static text) */
};

/* Bytes of the input; raw content of a string, escapes not decoded. */
struct json_slice {
	const char *p;
	size_t len;
	bool escaped;	/* has a backslash: use json_slice_decode */
};

/* Not jansson's names, so that a file may include both. */
enum json_kind {
	JSON_KIND_OBJECT, JSON_KIND_ARRAY, JSON_KIND_STRING, JSON_KIND_NUMBER,
	JSON_KIND_BOOL, JSON_KIND_NULL, JSON_KIND_BAD
};

void json_scan_init(struct json_scan *s, const char *in, size_t len);

/* What stands next; JSON_KIND_BAD after a failure or at the end. */
enum json_kind json_scan_kind(struct json_scan *s);

/* Enter a container: true when it has a first member or element. */
bool json_scan_object(struct json_scan *s);
bool json_scan_array(struct json_scan *s);

/* After a member or element: true when another follows. */
bool json_scan_more(struct json_scan *s);

/* After the loop: leave the container. false: it failed somewhere. */
bool json_scan_close(struct json_scan *s) DC_MUST_CHECK;

/* The key of a member, its colon consumed. */
bool json_scan_key(struct json_scan *s, struct json_slice *out);
bool json_scan_string(struct json_scan *s, struct json_slice *out);
bool json_scan_bool(struct json_scan *s, bool *out);

/* An integer without fraction or exponent that fits; others fail. */
bool json_scan_i64(struct json_scan *s, int64_t *out);

/* At an element of an array: the quick way past elements that are whole
 * numbers below 10^7 with a comma right behind, at most max of them. How
 * many; the cursor is at an element again, of which the other functions say
 * what it is. */
size_t json_scan_small_run(struct json_scan *s, uint64_t *out, size_t max);

/* A number as it stands, grammar checked. */
bool json_scan_number(struct json_scan *s, struct json_slice *out);
bool json_scan_null(struct json_scan *s);

/* Any value, validated and passed over. */
bool json_scan_skip(struct json_scan *s);

/* Nothing but white space may be left. */
bool json_scan_end(struct json_scan *s) DC_MUST_CHECK;

bool json_scan_failed(const struct json_scan *s);

/* DC_EINVAL with "what at byte N", or DC_OK. */
enum dc_status json_scan_error(const struct json_scan *s,
			       struct dc_err *err) DC_MUST_CHECK;

/* Compare with a text that needs no escapes. An escaped slice is decoded
 * for the comparison. */
bool json_slice_is(struct json_slice a, const char *text);

/* Decode escapes.
 * out  (len) bytes suffice   out_len  bytes written
 * The slice came from a scan, so it cannot fail. */
void json_slice_decode(char *out, size_t *out_len, struct json_slice a);

#endif /* DECAID_BASE_JSON_SCAN_H */
