/*
 * keccak.c: the permutation Keccak-f[1600], unrolled by rows, and the sponge
 * of keccak-256.
 *
 * Source: The Keccak reference, version 3.0, section 1.2. Lane A[x, y] is
 * a[x + 5 y].
 */

#include "config.h"

#include <endian.h>
#include <string.h>

#include "base/keccak.h"
#include "base/status.h"

#define KECCAK_RATE_BYTES 136u
#define KECCAK_ROUNDS 24u

static const uint64_t keccak_round_constants[KECCAK_ROUNDS] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a,
	0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
	0x8000000080008081, 0x8000000000008009, 0x000000000000008a,
	0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
	0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
	0x000000000000800a, 0x800000008000000a, 0x8000000080008081,
	0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* Of one lane, or of a vector of them. */
#define KECCAK_ROL(v, n) ((v) << (n) | (v) >> (-(n) & 63))

/* theta's column parity, and what it adds to column x */
#define KECCAK_PARITY(a, x) \
	((a)[x] ^ (a)[(x) + 5] ^ (a)[(x) + 10] ^ (a)[(x) + 15] ^ (a)[(x) + 20])

#define KECCAK_TURNED(a, l, r) KECCAK_ROL((a)[l] ^ d[(l) % 5], r)

/* One row y of the new state e: rho and pi bring five lanes of a (lane l of
 * column l % 5, turned by r) into it, chi mixes them. */
#define KECCAK_ROW(e, y, a, l0, r0, l1, r1, l2, r2, l3, r3, l4, r4) do { \
	__typeof__((a)[0]) b0 = KECCAK_TURNED(a, l0, r0); \
	__typeof__((a)[0]) b1 = KECCAK_TURNED(a, l1, r1); \
	__typeof__((a)[0]) b2 = KECCAK_TURNED(a, l2, r2); \
	__typeof__((a)[0]) b3 = KECCAK_TURNED(a, l3, r3); \
	__typeof__((a)[0]) b4 = KECCAK_TURNED(a, l4, r4); \
	(e)[5 * (y)] = b0 ^ (~b1 & b2); \
	(e)[5 * (y) + 1] = b1 ^ (~b2 & b3); \
	(e)[5 * (y) + 2] = b2 ^ (~b3 & b4); \
	(e)[5 * (y) + 3] = b3 ^ (~b4 & b0); \
	(e)[5 * (y) + 4] = b4 ^ (~b0 & b1); \
} while (0)

/* e = iota(chi(pi(rho(theta(a))))) */
#define KECCAK_ROUND(e, a, constant) do { \
	__typeof__((a)[0]) c0 = KECCAK_PARITY(a, 0); \
	__typeof__((a)[0]) c1 = KECCAK_PARITY(a, 1); \
	__typeof__((a)[0]) c2 = KECCAK_PARITY(a, 2); \
	__typeof__((a)[0]) c3 = KECCAK_PARITY(a, 3); \
	__typeof__((a)[0]) c4 = KECCAK_PARITY(a, 4); \
	__typeof__((a)[0]) d[5] = { \
		c4 ^ KECCAK_ROL(c1, 1), c0 ^ KECCAK_ROL(c2, 1), \
		c1 ^ KECCAK_ROL(c3, 1), c2 ^ KECCAK_ROL(c4, 1), \
		c3 ^ KECCAK_ROL(c0, 1), \
	}; \
	KECCAK_ROW(e, 0, a, 0, 0, 6, 44, 12, 43, 18, 21, 24, 14); \
	KECCAK_ROW(e, 1, a, 3, 28, 9, 20, 10, 3, 16, 45, 22, 61); \
	KECCAK_ROW(e, 2, a, 1, 1, 7, 6, 13, 25, 19, 8, 20, 18); \
	KECCAK_ROW(e, 3, a, 4, 27, 5, 36, 11, 10, 17, 15, 23, 56); \
	KECCAK_ROW(e, 4, a, 2, 62, 8, 55, 14, 39, 15, 41, 21, 2); \
	(e)[0] ^= (constant); \
} while (0)

static void
keccak_permute(uint64_t lane[25])
{
	uint64_t a[25], e[25];
	unsigned round;

	memcpy(a, lane, sizeof(a));
	for (round = 0; round < KECCAK_ROUNDS; round += 2) {
		KECCAK_ROUND(e, a, keccak_round_constants[round]);
		KECCAK_ROUND(a, e, keccak_round_constants[round + 1]);
	}
	memcpy(lane, a, sizeof(a));
}

/* Xor whole words of in into the lanes from lane on; they fit. */
static inline void
keccak_xor_words(struct keccak *k, unsigned lane, const uint8_t *in,
		 size_t words)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < words; i++) {
		memcpy(&word, in + 8 * i, sizeof(word));
		k->lane[lane + i] ^= le64toh(word);
	}
}

static inline void
keccak_xor_byte(struct keccak *k, uint8_t byte)
{
	k->lane[k->fill / 8] ^= (uint64_t)byte << 8 * (k->fill % 8);
	k->fill++;
}

/* Xor n bytes into the block from byte k->fill on; they fit. */
static void
keccak_xor_bytes(struct keccak *k, const uint8_t *in, size_t n)
{
	size_t words;

	DC_VERIFY(n <= KECCAK_RATE_BYTES - k->fill);
	for (; n > 0 && k->fill % 8 != 0; n--)
		keccak_xor_byte(k, *in++);
	words = n / 8;
	keccak_xor_words(k, k->fill / 8, in, words);
	k->fill += (unsigned)(8 * words);
	for (in += 8 * words, n %= 8; n > 0; n--)
		keccak_xor_byte(k, *in++);
}

void
keccak_init(struct keccak *k)
{
	memset(k, 0, sizeof(*k));
}

void
keccak_update(struct keccak *k, const void *in, size_t n)
{
	const uint8_t *p = in;
	size_t part;

	if (k->fill != 0) {
		part = KECCAK_RATE_BYTES - k->fill;
		if (part > n)
			part = n;
		keccak_xor_bytes(k, p, part);
		p += part;
		n -= part;
		if (k->fill < KECCAK_RATE_BYTES)
			return;
		keccak_permute(k->lane);
		k->fill = 0;
	}
	for (; n >= KECCAK_RATE_BYTES; n -= KECCAK_RATE_BYTES) {
		keccak_xor_words(k, 0, p, KECCAK_RATE_BYTES / 8);
		keccak_permute(k->lane);
		p += KECCAK_RATE_BYTES;
	}
	keccak_xor_bytes(k, p, n);
}

void
keccak_final(struct keccak *k, struct hash32 *out)
{
	uint64_t word;
	unsigned i;

	k->lane[k->fill / 8] ^= UINT64_C(1) << 8 * (k->fill % 8);
	k->lane[KECCAK_RATE_BYTES / 8 - 1] ^= UINT64_C(0x80) << 56;
	keccak_permute(k->lane);
	for (i = 0; i < sizeof(out->b) / 8; i++) {
		word = htole64(k->lane[i]);
		memcpy(out->b + 8 * i, &word, sizeof(word));
	}
}

void
keccak256(struct hash32 *out, const void *in, size_t n)
{
	struct keccak k;

	keccak_init(&k);
	keccak_update(&k, in, n);
	keccak_final(&k, out);
}

/* --- four at a time ------------------------------------------------------- */

/* Lane l of four states side by side; where the processor has no such
 * registers the compiler makes do with what there is. */
typedef uint64_t keccak_lanes __attribute__((vector_size(32)));

/* What each state absorbs: one block, with its padding. */
typedef uint64_t keccak_block[KECCAK_RATE_BYTES / 8];

static inline __attribute__((always_inline)) void
keccak_permute_four(keccak_lanes *lane)
{
	keccak_lanes a[25], e[25];
	unsigned round;

	memcpy(a, lane, sizeof(a));
	for (round = 0; round < KECCAK_ROUNDS; round += 2) {
		KECCAK_ROUND(e, a, keccak_round_constants[round]);
		KECCAK_ROUND(a, e, keccak_round_constants[round + 1]);
	}
	memcpy(lane, a, sizeof(a));
}

static inline __attribute__((always_inline)) void
keccak_blocks_four(struct hash32 *out, const keccak_block *in)
{
	keccak_lanes lane[25];
	unsigned l, k;

	memset(lane, 0, sizeof(lane));
	for (l = 0; l < KECCAK_RATE_BYTES / 8; l++)
		lane[l] = (keccak_lanes){ in[0][l], in[1][l], in[2][l],
					  in[3][l] };
	keccak_permute_four(lane);
	for (k = 0; k < 4; k++)
		for (l = 0; l < sizeof(out->b) / 8; l++) {
			uint64_t word = htole64(lane[l][k]);

			memcpy(out[k].b + 8 * l, &word, sizeof(word));
		}
}

#ifdef __x86_64__
static __attribute__((target("avx2"))) void
keccak_blocks_avx2(struct hash32 *out, const keccak_block *in)
{
	keccak_blocks_four(out, in);
}
#endif

static void
keccak_blocks_plain(struct hash32 *out, const keccak_block *in)
{
	for (unsigned k = 0; k < 4; k++) {
		struct keccak one = { .fill = 0 };

		memcpy(one.lane, in[k], sizeof(in[k]));
		keccak_permute(one.lane);
		for (unsigned l = 0; l < sizeof(out->b) / 8; l++) {
			uint64_t word = htole64(one.lane[l]);

			memcpy(out[k].b + 8 * l, &word, sizeof(word));
		}
	}
}

void
keccak256_four(struct hash32 *out, const void *in, size_t n)
{
	keccak_block block[4];
	unsigned k, l;

	DC_CHECK(n < KECCAK_RATE_BYTES);
	memset(block, 0, sizeof(block));
	for (k = 0; k < 4; k++) {
		uint8_t *bytes = (uint8_t *)block[k];

		memcpy(bytes, (const uint8_t *)in + k * n, n);
		bytes[n] ^= 0x01;
		bytes[KECCAK_RATE_BYTES - 1] ^= 0x80;
		for (l = 0; l < KECCAK_RATE_BYTES / 8; l++)
			block[k][l] = le64toh(block[k][l]);
	}
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		keccak_blocks_avx2(out, block);
		return;
	}
#endif
	keccak_blocks_plain(out, block);
}
