/* Writing JSON. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "models/fx9.h"
#include "server/json_out.h"

#define TIME_LAST_S UINT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

void json_out_init(struct json_out *j, struct dc_buf *b)
{
	j->b = b;
	j->comma = false;
}

static void before_value(struct json_out *j)
{
	if (j->comma)
		dc_buf_append_byte(j->b, ',');
	j->comma = true;
}

void json_put_open(struct json_out *j, char bracket)
{
	before_value(j);
	dc_buf_append_byte(j->b, (uint8_t)bracket);
	j->comma = false;
}

void json_put_close(struct json_out *j, char bracket)
{
	dc_buf_append_byte(j->b, (uint8_t)bracket);
	j->comma = true;
}

void json_put_key(struct json_out *j, const char *name)
{
	before_value(j);
	dc_buf_append_byte(j->b, '"');
	dc_buf_append_text(j->b, name);
	dc_buf_append(j->b, "\":", 2);
	j->comma = false;
}

struct json_piece json_piece_take(struct json_out *j, struct dc_arena *arena)
{
	struct json_piece p = {
		.text = dc_arena_copy(arena, j->b->data, j->b->len),
		.len = j->b->len,
		.comma = j->comma,
	};

	dc_buf_reset(j->b);
	j->comma = false;
	return p;
}

void json_put_piece(struct json_out *j, const struct json_piece *p)
{
	before_value(j);
	dc_buf_append(j->b, p->text, p->len);
	j->comma = p->comma;
}

/* Length of the UTF-8 sequence at p, 0: not one (RFC 3629, section 4). */
static size_t utf8_len(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
		   p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool json_is_utf8(const char *text, size_t len)
{
	size_t i = 0, n = 1;

	for (; i < len && n > 0; i += n)
		n = utf8_len((const uint8_t *)text + i, len - i);
	return n > 0;
}

static void append_escaped(struct dc_buf *b, uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = NULL;

	switch (c) {
	case '"': found = "\\\""; break;
	case '\\': found = "\\\\"; break;
	case '\n': found = "\\n"; break;
	case '\r': found = "\\r"; break;
	case '\t': found = "\\t"; break;
	default: break;
	}
	if (found != NULL) {
		dc_buf_append(b, found, 2);
		return;
	}
	dc_buf_append_text(b, "\\u00");
	dc_buf_append_byte(b, (uint8_t)digits[c >> 4]);
	dc_buf_append_byte(b, (uint8_t)digits[c & 15]);
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void append_string(struct dc_buf *b, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len;

	dc_buf_append_byte(b, '"');
	while (p < end) {
		const uint8_t *run = p;
		size_t n;

		while (p < end && is_plain(*p))
			p++;
		dc_buf_append(b, run, (size_t)(p - run));
		if (p == end)
			break;
		n = utf8_len(p, (size_t)(end - p));
		if (n > 1)
			dc_buf_append(b, p, n);
		else if (n == 1)
			append_escaped(b, *p);
		else
			dc_buf_append_text(b, "\xef\xbf\xbd");
		p += n > 0 ? n : 1;
	}
	dc_buf_append_byte(b, '"');
}

void json_put_text_n(struct json_out *j, const char *text, size_t len)
{
	before_value(j);
	append_string(j->b, text, len);
}

void json_put_text(struct json_out *j, const char *text)
{
	if (text == NULL)
		json_put_null(j);
	else
		json_put_text_n(j, text, strlen(text));
}

void json_put_key_text(struct json_out *j, const char *name)
{
	before_value(j);
	append_string(j->b, name, strlen(name));
	dc_buf_append_byte(j->b, ':');
	j->comma = false;
}

/* Decimal digits of v before end; returns where they start. */
static char *digits_before(char *end, uint64_t v)
{
	do {
		*--end = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return end;
}

static void append_u64(struct dc_buf *b, uint64_t v)
{
	char text[20], *p = digits_before(text + sizeof(text), v);

	dc_buf_append(b, p, (size_t)(text + sizeof(text) - p));
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static void append_i64(struct dc_buf *b, int64_t v)
{
	if (v < 0)
		dc_buf_append_byte(b, '-');
	append_u64(b, magnitude(v));
}

void json_put_u64(struct json_out *j, uint64_t v)
{
	before_value(j);
	append_u64(j->b, v);
}

void json_put_i64(struct json_out *j, int64_t v)
{
	before_value(j);
	append_i64(j->b, v);
}

void json_put_bool(struct json_out *j, bool v)
{
	before_value(j);
	dc_buf_append_text(j->b, v ? "true" : "false");
}

void json_put_null(struct json_out *j)
{
	before_value(j);
	dc_buf_append(j->b, "null", 4);
}

void json_put_fx9(struct json_out *j, int64_t v)
{
	uint64_t micro = magnitude(v) / 1000, part = micro % 1000000;
	char text[6];
	size_t n = sizeof(text);

	before_value(j);
	if (v < 0 && micro > 0)
		dc_buf_append_byte(j->b, '-');
	append_u64(j->b, micro / 1000000);
	if (part == 0)
		return;
	for (size_t i = sizeof(text); i-- > 0; part /= 10)
		text[i] = (char)('0' + part % 10);
	while (text[n - 1] == '0')
		n--;
	dc_buf_append_byte(j->b, '.');
	dc_buf_append(j->b, text, n);
}

void json_put_fx9_exact(struct json_out *j, int64_t v)
{
	char text[FX9_TEXT_BYTES];

	fx9_format(text, v);
	before_value(j);
	dc_buf_append_text(j->b, text);
}

void json_put_score(struct json_out *j, int64_t v)
{
	char text[1 + 20 + 1], *end = text + sizeof(text), *p;

	before_value(j);
	end[-1] = '"';
	p = digits_before(end - 1, magnitude(v));
	if (v < 0)
		*--p = '-';
	*--p = '"';
	dc_buf_append(j->b, p, (size_t)(end - p));
}

/* Text that needs no escapes, in quotes. */
static void append_quoted(struct json_out *j, const char *text)
{
	before_value(j);
	dc_buf_append_byte(j->b, '"');
	dc_buf_append_text(j->b, text);
	dc_buf_append_byte(j->b, '"');
}

void json_put_wei(struct json_out *j, struct wei v)
{
	char text[WEI_TEXT_BYTES];

	wei_format(v, text);
	append_quoted(j, text);
}

void json_put_address(struct json_out *j, const struct addr20 *a)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(a, text);
	append_quoted(j, text);
}

void json_put_hash(struct json_out *j, const struct hash32 *h)
{
	json_put_bytes(j, h->b, sizeof(h->b));
}

void json_put_bytes(struct json_out *j, const uint8_t *in, size_t n)
{
	before_value(j);
	dc_buf_append(j->b, "\"0x", 3);
	dc_buf_append_hex(j->b, in, n);
	dc_buf_append_byte(j->b, '"');
}

/* Two decimal digits. */
static void put2(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10 % 10);
	out[1] = (char)('0' + v % 10);
}

/* Source: Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days; the era starts on 0000-03-01. */
void json_time_format(char *out, uint64_t time_s)
{
	uint64_t t = time_s < TIME_LAST_S ? time_s : TIME_LAST_S;
	unsigned s = (unsigned)(t % 86400);
	uint64_t z = t / 86400 + 719468;
	unsigned doe = (unsigned)(z % 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned d = doy - (153 * mp + 2) / 5 + 1;
	unsigned m = mp < 10 ? mp + 3 : mp - 9;
	unsigned y = (unsigned)(z / 146097) * 400 + yoe + (m <= 2);

	memcpy(out, "yyyy-mm-ddThh:mm:ssZ", 21);
	put2(out, y / 100);
	put2(out + 2, y % 100);
	put2(out + 5, m);
	put2(out + 8, d);
	put2(out + 11, s / 3600);
	put2(out + 14, s / 60 % 60);
	put2(out + 17, s % 60);
}

void json_put_time(struct json_out *j, uint64_t time_s)
{
	char text[21];

	if (time_s == 0) {
		json_put_null(j);
		return;
	}
	json_time_format(text, time_s);
	append_quoted(j, text);
}

void json_put_ppm(struct json_out *j, int32_t ppm)
{
	if (ppm < 0)
		json_put_null(j);
	else
		json_put_fx9(j, ppm * INT64_C(1000));
}
