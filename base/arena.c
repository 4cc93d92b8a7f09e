/* arena.c: a list of chunks, the newest first; pieces are cut from it. */

#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"

#define DC_ARENA_ALIGN _Alignof(max_align_t)
#define DC_ARENA_MIN_BYTES ((size_t)256)

struct dc_chunk {
	struct dc_chunk *next;
	size_t size;
	size_t fill;	/* [0, size] */
	_Alignas(max_align_t) unsigned char bytes[];
};

struct dc_arena {
	struct dc_chunk *first;	/* never NULL */
	size_t used;
};

static struct dc_chunk *
dc_chunk_new(size_t size, struct dc_chunk *next)
{
	struct dc_chunk *c;

	DC_CHECK(size <= SIZE_MAX / 2);
	c = dc_malloc(sizeof(*c) + size);
	c->next = next;
	c->size = size;
	c->fill = 0;
	return c;
}

struct dc_arena *
dc_arena_new(size_t first_bytes)
{
	struct dc_arena *a = dc_malloc(sizeof(*a));

	if (first_bytes < DC_ARENA_MIN_BYTES)
		first_bytes = DC_ARENA_MIN_BYTES;
	a->first = dc_chunk_new(first_bytes, NULL);
	a->used = 0;
	return a;
}

static void
dc_chunks_free(struct dc_chunk *c)
{
	struct dc_chunk *next;

	for (; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
}

void
dc_arena_free(struct dc_arena *a)
{
	if (a == NULL)
		return;
	dc_chunks_free(a->first);
	free(a);
}

void *
dc_arena_alloc(struct dc_arena *a, size_t bytes)
{
	struct dc_chunk *c = a->first;
	size_t aligned, size;
	void *piece;

	DC_CHECK(bytes <= SIZE_MAX / 4);
	aligned = (bytes + DC_ARENA_ALIGN - 1) / DC_ARENA_ALIGN
		  * DC_ARENA_ALIGN;
	if (aligned == 0)
		aligned = DC_ARENA_ALIGN;
	if (aligned > c->size - c->fill) {
		size = c->size <= SIZE_MAX / 4 ? 2 * c->size : c->size;
		c = dc_chunk_new(size > aligned ? size : aligned, c);
		a->first = c;
	}
	piece = c->bytes + c->fill;
	c->fill += aligned;
	a->used += bytes;
	return piece;
}

void *
dc_arena_copy(struct dc_arena *a, const void *in, size_t bytes)
{
	void *piece = dc_arena_alloc(a, bytes);

	if (bytes != 0)
		memcpy(piece, in, bytes);
	return piece;
}

char *
dc_arena_printf(struct dc_arena *a, const char *fmt, ...)
{
	va_list ap;
	size_t bytes;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	DC_CHECK(n >= 0);
	bytes = (size_t)n + 1;
	text = dc_arena_alloc(a, bytes);
	va_start(ap, fmt);
	DC_CHECK(vsnprintf(text, bytes, fmt, ap) == n);
	va_end(ap);
	return text;
}

/* Each chunk is at least as large as the one before it, so the first of the
 * list is the largest. */
void
dc_arena_reset(struct dc_arena *a)
{
	dc_chunks_free(a->first->next);
	a->first->next = NULL;
	a->first->fill = 0;
	a->used = 0;
}

size_t
dc_arena_used(const struct dc_arena *a)
{
	return a->used;
}
