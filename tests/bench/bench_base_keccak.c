/*
 * bench_base_keccak.c: keccak-256 of 64 bytes, against the plain reference
 * loop and, where it is installed, nettle's permutation.
 *
 *     make bench BENCHES=tests/bench/bench_base_keccak
 */

#include "config.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_NETTLE
#include <nettle/sha3.h>
#endif

#include "base/keccak.h"
#include "tests/bench/bench.h"

#define INPUT_BYTES 64
#define RATE_WORDS 17

static uint64_t
rol(uint64_t v, unsigned n)
{
	return v << n | v >> (-n & 63);
}

/* The permutation in few lines, as many projects carry it.
 * Source: The Keccak reference, version 3.0, section 1.2; the round constants
 * by its LFSR. */
static void
plain_permute(uint64_t a[25])
{
	uint64_t c[5], d, kept, next;
	unsigned round, x, y, t, i, bit, lfsr = 1;

	for (round = 0; round < 24; round++) {
		for (x = 0; x < 5; x++)
			c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15]
			       ^ a[x + 20];
		for (x = 0; x < 5; x++) {
			d = c[(x + 4) % 5] ^ rol(c[(x + 1) % 5], 1);
			for (y = 0; y < 25; y += 5)
				a[x + y] ^= d;
		}
		x = 1;
		y = 0;
		kept = a[1];
		for (t = 0; t < 24; t++) {
			i = y;
			y = (2 * x + 3 * y) % 5;
			x = i;
			next = a[x + 5 * y];
			a[x + 5 * y] = rol(kept, (t + 1) * (t + 2) / 2 % 64);
			kept = next;
		}
		for (y = 0; y < 25; y += 5) {
			memcpy(c, a + y, sizeof(c));
			for (x = 0; x < 5; x++)
				a[x + y] = c[x] ^ (~c[(x + 1) % 5]
						   & c[(x + 2) % 5]);
		}
		for (bit = 0; bit < 7; bit++) {
			if (lfsr & 1)
				a[0] ^= UINT64_C(1) << ((1u << bit) - 1);
			lfsr = lfsr << 1 ^ (lfsr >> 7) * 0x171;
		}
	}
}

#ifdef HAVE_NETTLE
static void
nettle_permute(uint64_t a[25])
{
	struct sha3_state state;

	memcpy(state.a, a, sizeof(state.a));
	nettle_sha3_permute(&state);
	memcpy(a, state.a, sizeof(state.a));
}
#endif

/* The sponge around a permutation, for one block. */
static void
hash_by(void (*permute)(uint64_t a[25]), struct hash32 *out, const void *in)
{
	uint64_t a[25] = { 0 };
	size_t i;

	memcpy(a, in, INPUT_BYTES);
	for (i = 0; i < INPUT_BYTES / 8; i++)
		a[i] = le64toh(a[i]);
	a[INPUT_BYTES / 8] = 1;
	a[RATE_WORDS - 1] ^= UINT64_C(0x80) << 56;
	permute(a);
	for (i = 0; i < 4; i++)
		a[i] = htole64(a[i]);
	memcpy(out->b, a, sizeof(out->b));
}

/* Each hash is the input of the next one, so none can be left out. */
static void
run_ours(void *data, size_t n)
{
	uint8_t *in = data;
	struct hash32 h;

	while (n-- > 0) {
		keccak256(&h, in, INPUT_BYTES);
		memcpy(in, h.b, sizeof(h.b));
	}
}

static void
run_plain(void *data, size_t n)
{
	uint8_t *in = data;
	struct hash32 h;

	while (n-- > 0) {
		hash_by(plain_permute, &h, in);
		memcpy(in, h.b, sizeof(h.b));
	}
}

#ifdef HAVE_NETTLE
static void
run_nettle(void *data, size_t n)
{
	uint8_t *in = data;
	struct hash32 h;

	while (n-- > 0) {
		hash_by(nettle_permute, &h, in);
		memcpy(in, h.b, sizeof(h.b));
	}
}
#endif

int
main(void)
{
	static uint8_t in[3][INPUT_BYTES];
	struct bench_rival rivals[] = {
		{ "decaid base/keccak", run_ours, in[0], 0 },
		{ "plain loop", run_plain, in[1], 0 },
#ifdef HAVE_NETTLE
		{ "nettle sha3_permute", run_nettle, in[2], 0 },
#endif
	};
	size_t i, n = DC_ARRAY_LEN(rivals);

	bench_race(rivals, n, 30, 20000);
	for (i = 1; i < n; i++) {
		if (memcmp(in[i], in[0], INPUT_BYTES) != 0) {
			fprintf(stderr, "%s: other hashes\n", rivals[i].name);
			return EXIT_FAILURE;
		}
	}
	printf("keccak-256 of %d bytes (ratio: the first's rate to this)\n",
	       INPUT_BYTES);
	bench_print(rivals, n, "hashes", INPUT_BYTES);
	return EXIT_SUCCESS;
}
