#ifndef DECAID_MODELS_MURMUR_H
#define DECAID_MODELS_MURMUR_H

/*
 * MurmurHash3_x86_32 by its steps, for those that have a text's bytes in
 * numbers already; encoder_murmur3 is the whole. Private to models/.
 * Source: Appleby, smhasher, public domain.
 */

#include <stddef.h>
#include <stdint.h>

static inline uint32_t murmur_rotated(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static inline uint32_t murmur_mixed(uint32_t k)
{
	return murmur_rotated(k * 0xcc9e2d51, 15) * 0x1b873593;
}

/* h, the seed at first, and four bytes more: the first is k's lowest. */
static inline uint32_t murmur_take(uint32_t h, uint32_t k)
{
	return murmur_rotated(h ^ murmur_mixed(k), 13) * 5 + 0xe6546b64;
}

/* The hash of len bytes, of which the last (0 to 3) are in k, not taken. */
static inline uint32_t murmur_end(uint32_t h, uint32_t k, size_t len)
{
	h ^= murmur_mixed(k);
	h ^= (uint32_t)len;
	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

#endif /* DECAID_MODELS_MURMUR_H */
