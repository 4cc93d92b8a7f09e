/* pages.c: large tables straight from the system, smaller ones from malloc. */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/pages.h"
#include "base/status.h"

/* A huge page's bytes on x86-64 and on arm64 with small pages of 4 KiB;
 * elsewhere it is merely an alignment. */
#define PAGES_HUGE_BYTES ((size_t)2 << 20)
#define PAGES_STEP_BYTES ((size_t)64 << 10)	/* no page is larger */

static size_t
pages_bytes(size_t n, size_t size)
{
	size_t bytes;

	DC_CHECK(!__builtin_mul_overflow(n, size, &bytes)
		 && bytes <= SIZE_MAX / 2);
	return bytes;
}

/* A huge page fits only where it is aligned: map one too many, and give back
 * what stands out on both sides. */
static void *
pages_map(size_t bytes)
{
	size_t whole = bytes + PAGES_HUGE_BYTES, before, after;
	char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	DC_CHECK(at != MAP_FAILED);	/* out of memory */
	before = -(uintptr_t)at % PAGES_HUGE_BYTES;
	after = PAGES_HUGE_BYTES - before;
	if (before > 0)
		DC_CHECK(munmap(at, before) == 0);
	DC_CHECK(munmap(at + before + bytes, after) == 0);
	/* A wish: without it the table is as good, and slower. */
	(void)madvise(at + before, bytes, MADV_HUGEPAGE);
	return at + before;
}

/* Whole pages of any system; not whole huge ones, which would cost up to
 * twice the table. */
static size_t
pages_rounded(size_t bytes)
{
	return (bytes + PAGES_STEP_BYTES - 1) / PAGES_STEP_BYTES
	       * PAGES_STEP_BYTES;
}

void *
dc_pages_new(size_t n, size_t size)
{
	size_t bytes = pages_bytes(n, size);

	if (bytes < PAGES_LARGE_BYTES)
		return dc_calloc(n, size);
	return pages_map(pages_rounded(bytes));
}

void
dc_pages_free(void *p, size_t n, size_t size)
{
	size_t bytes = pages_bytes(n, size);

	if (p == NULL || bytes < PAGES_LARGE_BYTES)
		free(p);
	else
		DC_CHECK(munmap(p, pages_rounded(bytes)) == 0);
}
