/* The C library's allocator with faults for others than the program. */

#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/unit/fault_memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_OWN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_OWN 1
#endif
#endif

static atomic_bool armed;
static atomic_ullong counted, from, until;

void fault_memory_arm(uint64_t nth, uint64_t many)
{
	atomic_store(&counted, 0);
	atomic_store(&from, nth);
	atomic_store(&until, nth + many);
	atomic_store(&armed, true);
}

uint64_t fault_memory_disarm(void)
{
	atomic_store(&armed, false);
	return atomic_load(&counted);
}

#if defined(HAS_OWN) || !defined(__GLIBC__)

bool fault_memory_works(void)
{
	return false;
}

#else

/* glibc's own, under the names that it keeps for who stands before them. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

/* The linker's: where the program's own code is. */
extern const char __executable_start[], etext[];

bool fault_memory_works(void)
{
	return true;
}

static bool fails(const void *caller)
{
	const char *at = caller;
	unsigned long long n;

	if (!atomic_load_explicit(&armed, memory_order_relaxed) ||
	    (at >= __executable_start && at < etext))
		return false;
	n = atomic_fetch_add(&counted, 1) + 1;
	if (n < atomic_load(&from) || n >= atomic_load(&until))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL :
		__libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL :
		__libc_realloc(p, n);
}

void free(void *p)
{
	__libc_free(p);
}

#endif
