#ifndef DECAID_BASE_PAGES_H
#define DECAID_BASE_PAGES_H

/*
 * Memory for large tables that are read and written all over: a model's
 * cells. On Linux it is asked for in pages of 2 MiB, where the system allows
 * that (transparent_hugepage is "madvise" or "always"): such a table costs a
 * thousandth of the page faults and stays within the processor's table of
 * addresses. A table below PAGES_LARGE_BYTES is ordinary memory.
 */

#include <stddef.h>

#define PAGES_LARGE_BYTES ((size_t)2 << 20)

/* n * size bytes, zeroed, aligned for any type. Never NULL: out of memory
 * aborts. */
void *dc_pages_new(size_t n, size_t size)
	__attribute__((malloc, warn_unused_result));

/* n, size  as they were; p NULL: nothing */
void dc_pages_free(void *p, size_t n, size_t size);

#endif /* DECAID_BASE_PAGES_H */
