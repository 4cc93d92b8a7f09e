#ifndef DECAID_TESTS_UNIT_FAULT_MEMORY_H
#define DECAID_TESTS_UNIT_FAULT_MEMORY_H

/*
 * Memory that runs out in the libraries: malloc, calloc and realloc as they
 * are called by anything but the program itself (SQLite, libcurl, jansson,
 * libmicrohttpd, libcrypto, zlib, libc) are counted, and from the nth on so
 * many return NULL. What the program allocates for itself is left alone: it
 * aborts by design (base/status.h), which is a kill.
 *
 * A program that refers to this has the allocator for good. Not with
 * sanitizers, which have their own: fault_memory_works says so.
 */

#include <stdbool.h>
#include <stdint.h>

bool fault_memory_works(void);

/* The nth (from 1) such allocation from now on fails, and `many` in all. */
void fault_memory_arm(uint64_t nth, uint64_t many);

/* All is well again; returns how many there were since it was armed. */
uint64_t fault_memory_disarm(void);

#endif /* DECAID_TESTS_UNIT_FAULT_MEMORY_H */
