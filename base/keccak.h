#ifndef DECAID_BASE_KECCAK_H
#define DECAID_BASE_KECCAK_H

/*
 * keccak-256 with the original padding, as Ethereum uses it.
 * Source: Keccak reference 3.0; padding 0x01, rate 136 bytes.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

struct keccak {
	uint64_t lane[25];
	unsigned fill;	/* bytes in the current block, [0, 136) */
};

/* In one go.  Thread: any. */
void keccak256(struct hash32 *out, const void *in, size_t n);

/* Four messages of the same length at once: about twice as fast as one after
 * the other where the processor has AVX2.
 * out  (4)   in  (4, n) one after the other, n below 136.  Thread: any. */
void keccak256_four(struct hash32 *out, const void *in, size_t n);

/* In parts: init, any number of updates, final. */
void keccak_init(struct keccak *k);
void keccak_update(struct keccak *k, const void *in, size_t n);
void keccak_final(struct keccak *k, struct hash32 *out);

#endif /* DECAID_BASE_KECCAK_H */
