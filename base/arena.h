#ifndef DECAID_BASE_ARENA_H
#define DECAID_BASE_ARENA_H

/*
 * Memory that lives as long as one request or one block: taken piece by
 * piece, given back all at once by the loop that owns the arena.
 */

#include <stddef.h>

struct dc_arena;

/* first_bytes  size of the first chunk; later ones grow */
struct dc_arena *dc_arena_new(size_t first_bytes);
void dc_arena_free(struct dc_arena *a);

/* Aligned for any type; not cleared. Never NULL (out of memory aborts). */
void *dc_arena_alloc(struct dc_arena *a, size_t bytes)
	__attribute__((malloc, warn_unused_result));
void *dc_arena_copy(struct dc_arena *a, const void *in, size_t bytes)
	__attribute__((warn_unused_result));
char *dc_arena_printf(struct dc_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Everything taken is gone; the largest chunk is kept. */
void dc_arena_reset(struct dc_arena *a);

/* Bytes taken since the last reset. */
size_t dc_arena_used(const struct dc_arena *a);

#endif /* DECAID_BASE_ARENA_H */
