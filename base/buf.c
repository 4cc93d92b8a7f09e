/* buf.c: a growing byte buffer with a bound. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"

#define DC_BUF_FIRST_BYTES 64

void
dc_buf_init(struct dc_buf *b, size_t bound)
{
	*b = (struct dc_buf){ .bound = bound };
}

void
dc_buf_clear(struct dc_buf *b)
{
	free(b->data);
	dc_buf_init(b, b->bound);
}

void
dc_buf_reset(struct dc_buf *b)
{
	b->len = 0;
	b->failed = false;
}

/* Room for n more bytes and the NUL of dc_buf_text; the bound is the
 * caller's. Doubling keeps appending linear. */
static void
dc_buf_grow(struct dc_buf *b, size_t n)
{
	size_t room = b->room != 0 ? b->room : DC_BUF_FIRST_BYTES;

	DC_CHECK(n < SIZE_MAX - b->len);
	if (b->len + n < b->room)
		return;
	while (room <= b->len + n)
		room = room > SIZE_MAX / 2 ? SIZE_MAX : 2 * room;
	b->data = dc_realloc_array(b->data, room, 1);
	b->room = room;
}

/* Room for n more bytes within the bound; false: b is failed. */
static bool
dc_buf_reserve_slowly(struct dc_buf *b, size_t n)
{
	DC_VERIFY(b->len <= b->bound);
	if (b->failed || n > b->bound - b->len) {
		b->failed = true;
		return false;
	}
	dc_buf_grow(b, n);
	return true;
}

/* The same, at once where there is room: len never passes either. */
static inline bool
dc_buf_reserve(struct dc_buf *b, size_t n)
{
	if (!b->failed && n < b->room - b->len && n <= b->bound - b->len)
		return true;
	return dc_buf_reserve_slowly(b, n);
}

void
dc_buf_expect(struct dc_buf *b, size_t n)
{
	size_t most = b->bound - b->len;

	if (!b->failed)
		dc_buf_grow(b, n < most ? n : most);
}

void
dc_buf_append(struct dc_buf *b, const void *in, size_t n)
{
	if (n == 0 || !dc_buf_reserve(b, n))
		return;
	memcpy(b->data + b->len, in, n);
	b->len += n;
}

void
dc_buf_append_byte(struct dc_buf *b, uint8_t byte)
{
	if (dc_buf_reserve(b, 1))
		b->data[b->len++] = byte;
}

void
dc_buf_append_text(struct dc_buf *b, const char *text)
{
	dc_buf_append(b, text, strlen(text));
}

void
dc_buf_printf(struct dc_buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->failed = true;
	if (n < 0 || !dc_buf_reserve(b, (size_t)n))
		return;
	room = b->room - b->len;
	va_start(ap, fmt);
	DC_CHECK(vsnprintf((char *)b->data + b->len, room, fmt, ap) == n);
	va_end(ap);
	b->len += (size_t)n;
}

void
dc_buf_append_hex(struct dc_buf *b, const uint8_t *in, size_t n)
{
	if (n > SIZE_MAX / 2) {
		b->failed = true;
		return;
	}
	if (n == 0 || !dc_buf_reserve(b, 2 * n))
		return;
	hex_encode((char *)b->data + b->len, in, n);
	b->len += 2 * n;
}

bool
dc_buf_failed(const struct dc_buf *b)
{
	return b->failed;
}

const char *
dc_buf_text(struct dc_buf *b)
{
	dc_buf_grow(b, 0);
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

uint8_t *
dc_buf_take(struct dc_buf *b, size_t *len)
{
	uint8_t *data = b->data;

	*len = b->len;
	dc_buf_init(b, b->bound);
	return data;
}
