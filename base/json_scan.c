/*
 * json_scan.c: a one-pass validating JSON reader.
 *
 * Where jansson is narrower than RFC 8259 this reader is too, so that the hot
 * path and the rest of the program agree on what is JSON: no \u0000, integers
 * within int64, reals that round to a finite double. Only the depth differs
 * (JSON_SCAN_MAX_DEPTH here, 2048 there).
 */

#include "config.h"

#include <endian.h>
#include <string.h>

#include "base/json_scan.h"

#define JSON_ONES UINT64_C(0x0101010101010101)
#define JSON_HIGH_BITS (0x80 * JSON_ONES)

/* Fail once: the first reason stays, and s->p stays where it happened. */
static bool
json_fail(struct json_scan *s, const char *what)
{
	if (s->what == NULL)
		s->what = what;
	return false;
}

void
json_scan_init(struct json_scan *s, const char *in, size_t len)
{
	*s = (struct json_scan){ .p = in, .begin = in, .end = in + len };
}

/* The character at the cursor, or NUL at the end: NUL is nowhere valid. */
static inline char
json_peek(const struct json_scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

/* Pass white space; returns the character behind it. */
static inline char
json_skip_space(struct json_scan *s)
{
	char c = json_peek(s);

	while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		s->p++;
		c = json_peek(s);
	}
	return c;
}

enum json_kind
json_scan_kind(struct json_scan *s)
{
	char c;

	if (s->what != NULL)
		return JSON_BAD;
	c = json_skip_space(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return JSON_NUMBER;
	switch (c) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	}
	return JSON_BAD;
}

/* Strings */

/*
 * Bytes that end plain text: below 0x20, quote, backslash, 0x80 and above.
 * The lowest marked byte is exact; a borrow can mark bytes above it.
 */
static inline uint64_t
json_special_bytes(uint64_t word)
{
	return (word | (word - 0x20 * JSON_ONES)
		| ((word ^ '"' * JSON_ONES) - JSON_ONES)
		| ((word ^ '\\' * JSON_ONES) - JSON_ONES)) & JSON_HIGH_BITS;
}

static inline bool
json_is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80
	       && c != '"' && c != '\\';
}

/* The first byte from p on that is no plain text, or end. */
static inline const char *
json_skip_plain(const char *p, const char *end)
{
	uint64_t word;

	for (; end - p >= 8; p += 8) {
		memcpy(&word, p, sizeof(word));
		word = json_special_bytes(le64toh(word));
		if (word != 0)
			return p + __builtin_ctzll(word) / 8;
	}
	while (p < end && json_is_plain(*p))
		p++;
	return p;
}

/* Four hex digits at p, or -1. */
static int
json_hex4(const char *p, const char *end)
{
	int i, v = 0;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		v <<= 4;
		if (p[i] >= '0' && p[i] <= '9')
			v |= p[i] - '0';
		else if (p[i] >= 'a' && p[i] <= 'f')
			v |= p[i] - 'a' + 10;
		else if (p[i] >= 'A' && p[i] <= 'F')
			v |= p[i] - 'A' + 10;
		else
			return -1;
	}
	return v;
}

/* \uXXXX at the cursor, two of them for a pair of surrogates. */
static bool
json_pass_unicode_escape(struct json_scan *s)
{
	int high = json_hex4(s->p + 2, s->end), low;

	if (high < 0)
		return json_fail(s, "\\u without four hex digits");
	if (high == 0)
		return json_fail(s, "\\u0000 is not allowed");
	if (high >= 0xdc00 && high < 0xe000)
		return json_fail(s, "low surrogate without a high one");
	if (high < 0xd800 || high >= 0xe000) {
		s->p += 6;
		return true;
	}
	if (s->end - s->p < 12 || s->p[6] != '\\' || s->p[7] != 'u')
		return json_fail(s, "high surrogate without a low one");
	low = json_hex4(s->p + 8, s->end);
	if (low < 0xdc00 || low >= 0xe000)
		return json_fail(s, "high surrogate without a low one");
	s->p += 12;
	return true;
}

static bool
json_pass_escape(struct json_scan *s)
{
	if (s->end - s->p < 2)
		return json_fail(s, "text ends in an escape");
	switch (s->p[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		s->p += 2;
		return true;
	case 'u':
		return json_pass_unicode_escape(s);
	}
	return json_fail(s, "unknown escape");
}

/*
 * Length of the UTF-8 sequence that begins with the byte lead, 0x80 or more,
 * and the range of its second byte; 0: no sequence begins so.
 * Source: RFC 3629, section 4.
 */
static size_t
json_utf8_shape(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0) {
		if (lead == 0xe0)
			*low = 0xa0;
		if (lead == 0xed)
			*high = 0x9f;
		return 3;
	}
	if (lead == 0xf0)
		*low = 0x90;
	if (lead == 0xf4)
		*high = 0x8f;
	return lead <= 0xf4 ? 4 : 0;
}

static bool
json_pass_utf8(struct json_scan *s)
{
	unsigned char low, high, c;
	size_t n, i;

	n = json_utf8_shape((unsigned char)*s->p, &low, &high);
	if (n == 0 || (size_t)(s->end - s->p) < n)
		return json_fail(s, "invalid UTF-8");
	for (i = 1; i < n; i++) {
		c = (unsigned char)s->p[i];
		if (c < low || c > high)
			return json_fail(s, "invalid UTF-8");
		low = 0x80;
		high = 0xbf;
	}
	s->p += n;
	return true;
}

/* The rest of a string, its opening quote behind the cursor. */
static inline bool
json_string_rest(struct json_scan *s, struct json_slice *out)
{
	bool good = true;

	out->p = s->p;
	out->escaped = false;
	while (good) {
		s->p = json_skip_plain(s->p, s->end);
		if (s->p == s->end)
			return json_fail(s, "text ends in a string");
		if (*s->p == '"') {
			out->len = (size_t)(s->p++ - out->p);
			return true;
		}
		if (*s->p == '\\') {
			out->escaped = true;
			good = json_pass_escape(s);
		} else if ((unsigned char)*s->p < 0x20) {
			good = json_fail(s, "control character in a string");
		} else {
			good = json_pass_utf8(s);
		}
	}
	return false;
}

bool
json_scan_string(struct json_scan *s, struct json_slice *out)
{
	if (s->what != NULL)
		return false;
	if (json_skip_space(s) != '"')
		return json_fail(s, "a string is expected");
	s->p++;
	return json_string_rest(s, out);
}

/* Numbers */

/* Pass decimal digits; how many. */
static inline size_t
json_pass_digits(struct json_scan *s)
{
	const char *first = s->p;

	while (json_peek(s) >= '0' && json_peek(s) <= '9')
		s->p++;
	return (size_t)(s->p - first);
}

/* An exponent's value, cut to what decides anything: texts are far shorter
 * than 10^15 bytes. */
static int64_t
json_exponent(const char *p, const char *end)
{
	bool negative = *p == '-';
	int64_t v = 0;

	for (p += *p == '-' || *p == '+'; p < end; p++) {
		if (v < INT64_C(1000000000000000))
			v = 10 * v + (*p - '0');
	}
	return negative ? -v : v;
}

/* The first decimal that rounds to infinity, 2^1024 - 2^970: its digits, the
 * point behind the last. */
static const char json_too_large[] =
	"17976931348623158079372897140530341507993413271003782693617377898044"
	"49682927647509466490179775872070963302864166928879109465555478519404"
	"02630657488671505820681908902000708383676273854845817711531764475730"
	"27006985557136695962284291481986083493647529271907416844436551070434"
	"2711559699508093042880";

/* Does a real that passed the grammar round to infinity?
 * digits..end: digits with at most one point; exponent: of ten */
static bool
json_real_overflows(const char *digits, const char *end, int64_t exponent)
{
	const char *limit = json_too_large, *p;
	int64_t magnitude = exponent;	/* value = 0.d1d2.. * 10^magnitude */
	bool in_fraction = false, leading = true;

	for (p = digits; p < end; p++) {
		if (*p == '.')
			in_fraction = true;
		else if (*p != '0')
			leading = false;
		if (*p != '.' && !in_fraction && !leading)
			magnitude++;
		if (*p == '0' && in_fraction && leading)
			magnitude--;
	}
	if (leading || magnitude != (int64_t)sizeof(json_too_large) - 1)
		return !leading && magnitude > 0
		       && magnitude >= (int64_t)sizeof(json_too_large);
	for (p = digits; *p == '0' || *p == '.'; p++)
		;
	for (; p < end && *limit != '\0'; p++) {
		if (*p == '.')
			continue;
		if (*p != *limit)
			return *p > *limit;
		limit++;
	}
	return limit[strspn(limit, "0")] == '\0';
}

/* Does an integer that passed the grammar fit int64?
 * digits (n) without sign, no leading zeros */
static bool
json_integer(int64_t *out, const char *digits, size_t n, bool negative)
{
	int64_t v = 0;
	size_t i;
	int digit;

	if (n > 19)
		return false;
	for (i = 0; i < n; i++) {
		digit = digits[i] - '0';
		if (__builtin_mul_overflow(v, 10, &v)
		    || (negative ? __builtin_sub_overflow(v, digit, &v)
			: __builtin_add_overflow(v, digit, &v)))
			return false;
	}
	*out = v;
	return true;
}

/* A fraction and an exponent, where they stand; false: it failed. */
static bool
json_real_rest(struct json_scan *s, const char *digits)
{
	const char *end, *exponent_begin;
	int64_t exponent = 0;

	if (json_peek(s) == '.') {
		s->p++;
		if (json_pass_digits(s) == 0)
			return json_fail(s, "a digit is expected");
	}
	end = s->p;
	if (json_peek(s) == 'e' || json_peek(s) == 'E') {
		exponent_begin = ++s->p;
		if (json_peek(s) == '-' || json_peek(s) == '+')
			s->p++;
		if (json_pass_digits(s) == 0)
			return json_fail(s, "a digit is expected");
		exponent = json_exponent(exponent_begin, s->p);
	}
	/* Cheap first: most reals are far from the limit. */
	if (exponent + (end - digits) >= (int64_t)sizeof(json_too_large) - 1
	    && json_real_overflows(digits, end, exponent))
		return json_fail(s, "real number is too large");
	return true;
}

/* A number; *is_integer tells whether *v holds it. */
static bool
json_number(struct json_scan *s, bool *is_integer, int64_t *v)
{
	bool negative = json_peek(s) == '-';
	const char *digits;
	size_t n;

	s->p += negative;
	digits = s->p;
	n = json_pass_digits(s);
	if (n == 0)
		return json_fail(s, "a digit is expected");
	if (n > 1 && *digits == '0')
		return json_fail(s, "a number has no leading zeros");
	*is_integer = json_peek(s) != '.' && json_peek(s) != 'e'
		      && json_peek(s) != 'E';
	if (!*is_integer)
		return json_real_rest(s, digits);
	if (!json_integer(v, digits, n, negative))
		return json_fail(s, "integer does not fit 64 bits");
	return true;
}

bool
json_scan_number(struct json_scan *s, struct json_slice *out)
{
	bool is_integer;
	int64_t v;

	if (s->what != NULL)
		return false;
	if (json_scan_kind(s) != JSON_NUMBER)
		return json_fail(s, "a number is expected");
	out->p = s->p;
	out->escaped = false;
	if (!json_number(s, &is_integer, &v))
		return false;
	out->len = (size_t)(s->p - out->p);
	return true;
}

bool
json_scan_i64(struct json_scan *s, int64_t *out)
{
	bool is_integer;
	int64_t v = 0;

	if (s->what != NULL)
		return false;
	if (json_scan_kind(s) != JSON_NUMBER)
		return json_fail(s, "an integer is expected");
	if (!json_number(s, &is_integer, &v))
		return false;
	if (!is_integer)
		return json_fail(s, "an integer is expected");
	*out = v;
	return true;
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
	case JSON_STRING:
		return json_scan_string(s, &slice);
	case JSON_NUMBER:
		return json_scan_number(s, &slice);
	case JSON_BOOL:
		return json_scan_bool(s, &truth);
	case JSON_NULL:
		return json_scan_null(s);
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_BAD:
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
		if (kind == JSON_OBJECT && json_scan_object(s))
			at_value = json_scan_key(s, &key);
		else if (kind == JSON_ARRAY && json_scan_array(s))
			at_value = true;
		else if (kind == JSON_OBJECT || kind == JSON_ARRAY)
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

/* Decoding */

/* The character of a one-letter escape. */
static char
json_short_escape(char letter)
{
	switch (letter) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	}
	return letter;
}

/* UTF-8 of a code point; returns its length, [1, 4]. */
static size_t
json_utf8_encode(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The escape at *p, checked by the scan, and passed. */
static size_t
json_decode_escape(char out[4], const char **p, const char *end)
{
	uint32_t c;

	if ((*p)[1] != 'u') {
		out[0] = json_short_escape((*p)[1]);
		*p += 2;
		return 1;
	}
	c = (uint32_t)json_hex4(*p + 2, end);
	*p += 6;
	if (c >= 0xd800 && c < 0xdc00) {
		c = 0x10000 + ((c - 0xd800) << 10)
		    + ((uint32_t)json_hex4(*p + 2, end) - 0xdc00);
		*p += 6;
	}
	return json_utf8_encode(out, c);
}

bool
json_slice_is(struct json_slice a, const char *text)
{
	const char *p = a.p, *end = a.p + a.len;
	size_t left = strlen(text), n;
	char piece[4];

	if (!a.escaped)
		return a.len == left && memcmp(a.p, text, left) == 0;
	while (p < end) {
		if (*p == '\\') {
			n = json_decode_escape(piece, &p, end);
		} else {
			piece[0] = *p++;
			n = 1;
		}
		if (n > left || memcmp(piece, text, n) != 0)
			return false;
		text += n;
		left -= n;
	}
	return left == 0;
}

void
json_slice_decode(char *out, size_t *out_len, struct json_slice a)
{
	const char *p = a.p, *end = a.p + a.len;
	size_t n = 0;

	while (p < end) {
		if (*p == '\\')
			n += json_decode_escape(out + n, &p, end);
		else
			out[n++] = *p++;
	}
	*out_len = n;
}
