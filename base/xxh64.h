#ifndef DECAID_BASE_XXH64_H
#define DECAID_BASE_XXH64_H

/*
 * A quick checksum, about as fast as memory is read: finds what a disk or a
 * crash spoilt, and nothing that somebody changed on purpose.
 * Source: Collet, XXH64 (xxHash fast digest algorithm 0.1.1), seed 0.
 */

#include <stddef.h>
#include <stdint.h>

/* Of n bytes; the same on every machine.  Thread: any. */
uint64_t xxh64(const void *in, size_t n);

#endif /* DECAID_BASE_XXH64_H */
