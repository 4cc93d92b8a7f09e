/*
 * json_scan.c: a one-pass validating JSON reader: the cursor, literals and
 * containers. Strings and numbers have files of their own.
 *
 * Where jansson is narrower than RFC 8259 this reader is too, so that the hot
 * path and the rest of the program agree on what is JSON: no \u0000, integers
 * within int64, reals that round to a finite double. Two things differ: the
 * depth (JSON_SCAN_MAX_DEPTH here, 2048 there), and jansson 2.14 loses a NUL
 * byte behind a number or a word, which is refused here.
 */

#include "config.h"

#include <string.h>

#include "base/json_scan_private.h"

void
json_scan_init(struct json_scan *s, const char *in, size_t len)
{
	*s = (struct json_scan){ .p = in, .begin = in,
				  .end = len != 0 ? in + len : in };
}

enum json_kind
json_scan_kind(struct json_scan *s)
{
	char c;

	if (s->what != NULL)
		return JSON_KIND_BAD;
	c = json_skip_space(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return JSON_KIND_NUMBER;
	switch (c) {
	case '{':
		return JSON_KIND_OBJECT;
	case '[':
		return JSON_KIND_ARRAY;
	case '"':
		return JSON_KIND_STRING;
	case 't':
	case 'f':
		return JSON_KIND_BOOL;
	case 'n':
		return JSON_KIND_NULL;
	}
	return JSON_KIND_BAD;
}

/* Literals */

/* The letters of word at the cursor, and passed. */
static bool
json_pass_word(struct json_scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

bool
json_scan_bool(struct json_scan *s, bool *out)
{
	if (s->what != NULL)
		return false;
	(void)json_skip_space(s);
	if (json_pass_word(s, "true"))
		*out = true;
	else if (json_pass_word(s, "false"))
		*out = false;
	else
		return json_fail(s, "true or false is expected");
	return true;
}

bool
json_scan_null(struct json_scan *s)
{
	if (s->what != NULL)
		return false;
	(void)json_skip_space(s);
	return json_pass_word(s, "null") || json_fail(s, "null is expected");
}

/* Containers */

/* The bracket that closes the innermost container; depth is 1 or more. */
static inline char
json_closer(const struct json_scan *s)
{
	return s->is_object >> (s->depth - 1) & 1 ? '}' : ']';
}

static inline bool
json_enter(struct json_scan *s, char open, const char *expected)
{
	uint64_t bit;
	char c;

	if (s->what != NULL)
		return false;
	if (json_skip_space(s) != open)
		return json_fail(s, expected);
	if (s->depth == JSON_SCAN_MAX_DEPTH)
		return json_fail(s, "nested too deeply");
	s->p++;
	bit = UINT64_C(1) << s->depth++;
	s->is_object = open == '{' ? s->is_object | bit : s->is_object & ~bit;
	c = json_skip_space(s);
	if (c == json_closer(s))
		return false;
	if (open == '{' && c != '"')
		return json_fail(s, "a key or } is expected");
	return true;
}

bool
json_scan_object(struct json_scan *s)
{
	return json_enter(s, '{', "an object is expected");
}

bool
json_scan_array(struct json_scan *s)
{
	return json_enter(s, '[', "an array is expected");
}

bool
json_scan_more(struct json_scan *s)
{
	char c, closer;

	if (s->what != NULL)
		return false;
	DC_CHECK(s->depth > 0);
	c = json_skip_space(s);
	closer = json_closer(s);
	if (c == closer)
		return false;
	if (c != ',')
		return json_fail(s, closer == '}' ? ", or } is expected"
						  : ", or ] is expected");
	s->p++;
	if (closer == '}' && json_skip_space(s) != '"')
		return json_fail(s, "a key is expected");
	return true;
}

bool
json_scan_close(struct json_scan *s)
{
	if (s->what != NULL)
		return false;
	DC_CHECK(s->depth > 0);
	if (json_skip_space(s) != json_closer(s))
		return json_fail(s, "the end of a container is expected");
	s->p++;
	s->depth--;
	return true;
}

bool
json_scan_key(struct json_scan *s, struct json_slice *out)
{
	if (!json_scan_string(s, out))
		return false;
	if (json_skip_space(s) != ':')
		return json_fail(s, ": is expected");
	s->p++;
	return true;
}

/* A value that is no container. */
static inline bool
json_skip_scalar(struct json_scan *s, enum json_kind kind)
{
	struct json_slice slice;
	bool truth;

	switch (kind) {
	case JSON_KIND_STRING:
		return json_scan_string(s, &slice);
	case JSON_KIND_NUMBER:
		return json_scan_number(s, &slice);
	case JSON_KIND_BOOL:
		return json_scan_bool(s, &truth);
	case JSON_KIND_NULL:
		return json_scan_null(s);
	case JSON_KIND_OBJECT:
	case JSON_KIND_ARRAY:
	case JSON_KIND_BAD:
		break;
	}
	return json_fail(s, "a value is expected");
}

/* After a value: up to the next one inside the containers above depth base.
 * false: there is none, or it failed. */
static bool
json_skip_to_value(struct json_scan *s, unsigned base)
{
	struct json_slice key;

	while (s->depth > base) {
		if (json_scan_more(s))
			return json_closer(s) == ']'
			       || json_scan_key(s, &key);
		if (!json_scan_close(s))
			return false;
	}
	return false;
}

bool
json_scan_skip(struct json_scan *s)
{
	unsigned base = s->depth;
	struct json_slice key;
	enum json_kind kind;
	bool at_value = true;

	while (at_value) {
		kind = json_scan_kind(s);
		if (kind == JSON_KIND_OBJECT && json_scan_object(s))
			at_value = json_scan_key(s, &key);
		else if (kind == JSON_KIND_ARRAY && json_scan_array(s))
			at_value = true;
		else if (kind == JSON_KIND_OBJECT || kind == JSON_KIND_ARRAY)
			at_value = json_scan_close(s)
				   && json_skip_to_value(s, base);
		else
			at_value = json_skip_scalar(s, kind)
				   && json_skip_to_value(s, base);
	}
	return s->what == NULL;
}

bool
json_scan_end(struct json_scan *s)
{
	if (s->what != NULL)
		return false;
	(void)json_skip_space(s);
	return s->p == s->end || json_fail(s, "the end of text is expected");
}

bool
json_scan_failed(const struct json_scan *s)
{
	return s->what != NULL;
}

enum dc_status
json_scan_error(const struct json_scan *s, struct dc_err *err)
{
	if (s->what == NULL)
		return DC_OK;
	return dc_fail(err, DC_EINVAL, "%s at byte %zu", s->what,
		       (size_t)(s->p - s->begin));
}
