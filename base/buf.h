#ifndef DECAID_BASE_BUF_H
#define DECAID_BASE_BUF_H

/*
 * A growing byte buffer with a bound. Appending past the bound, or a
 * formatting error, marks it failed instead of growing; nothing more is
 * written then, and dc_buf_failed tells. The creator clears it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct dc_buf {
	uint8_t *data;
	size_t len;
	size_t room;
	size_t bound;	/* len never passes it */
	bool failed;
};

void dc_buf_init(struct dc_buf *b, size_t bound);
void dc_buf_clear(struct dc_buf *b);

/* Empty it, keep its memory, forget a failure. */
void dc_buf_reset(struct dc_buf *b);

/* About n more bytes will come: their room at once, within the bound. */
void dc_buf_expect(struct dc_buf *b, size_t n);

void dc_buf_append(struct dc_buf *b, const void *in, size_t n);
void dc_buf_append_byte(struct dc_buf *b, uint8_t byte);
void dc_buf_append_text(struct dc_buf *b, const char *text);
void dc_buf_printf(struct dc_buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Lower-case hex digits of in, no prefix. */
void dc_buf_append_hex(struct dc_buf *b, const uint8_t *in, size_t n);

bool dc_buf_failed(const struct dc_buf *b);

/* The content with a NUL after it that len does not count; borrowed, good
 * until the next append. */
const char *dc_buf_text(struct dc_buf *b);

/* Hand the memory to the caller (free()); b is empty then. */
uint8_t *dc_buf_take(struct dc_buf *b, size_t *len);

#endif /* DECAID_BASE_BUF_H */
