/* XXH64, in the words of its specification. */
#include "config.h"

#include "base/xxh64.h"

#include <endian.h>
#include <string.h>

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C(0x165667b19e3779f9)
#define PRIME_4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME_5 UINT64_C(0x27d4eb2f165667c5)

#define STRIPE 32	/* bytes: four lanes of 8 */

static uint64_t rotl(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static uint64_t word_at(const uint8_t *in)
{
	uint64_t v;

	memcpy(&v, in, sizeof(v));
	return le64toh(v);
}

static uint64_t half_at(const uint8_t *in)
{
	uint32_t v;

	memcpy(&v, in, sizeof(v));
	return le32toh(v);
}

static uint64_t lane_take(uint64_t lane, uint64_t word)
{
	return rotl(lane + word * PRIME_2, 31) * PRIME_1;
}

/* All whole stripes; *in stands behind them afterwards. */
static uint64_t stripes(const uint8_t **in, size_t n)
{
	uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = -PRIME_1;
	const uint64_t *lane[] = { &a, &b, &c, &d };
	const uint8_t *p = *in;
	uint64_t h;

	for (; n >= STRIPE; n -= STRIPE, p += STRIPE) {
		a = lane_take(a, word_at(p));
		b = lane_take(b, word_at(p + 8));
		c = lane_take(c, word_at(p + 16));
		d = lane_take(d, word_at(p + 24));
	}
	h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
	for (size_t i = 0; i < 4; i++)
		h = (h ^ lane_take(0, *lane[i])) * PRIME_1 + PRIME_4;
	*in = p;
	return h;
}

/* The last n bytes, less than a stripe. */
static uint64_t rest(uint64_t h, const uint8_t *in, size_t n)
{
	for (; n >= 8; n -= 8, in += 8)
		h = rotl(h ^ lane_take(0, word_at(in)), 27) * PRIME_1 +
			PRIME_4;
	for (; n >= 4; n -= 4, in += 4)
		h = rotl(h ^ half_at(in) * PRIME_1, 23) * PRIME_2 + PRIME_3;
	for (; n > 0; n--, in++)
		h = rotl(h ^ *in * PRIME_5, 11) * PRIME_1;
	return h;
}

uint64_t xxh64(const void *in, size_t n)
{
	const uint8_t *p = in;
	uint64_t h = n < STRIPE ? PRIME_5 : stripes(&p, n);

	h = rest(h + n, p, n % STRIPE);
	h = (h ^ h >> 33) * PRIME_2;
	h = (h ^ h >> 29) * PRIME_3;
	return h ^ h >> 32;
}
