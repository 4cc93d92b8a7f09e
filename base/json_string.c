/*
 * json_string.c: strings of the JSON reader: passed over eight bytes at a
 * time where they are plain ASCII, checked byte by byte where they are not,
 * and decoded when somebody asks.
 */

#include "config.h"

#include <endian.h>
#include <string.h>

#include "base/json_scan_private.h"

#define JSON_ONES UINT64_C(0x0101010101010101)
#define JSON_HIGH_BITS (0x80 * JSON_ONES)

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
