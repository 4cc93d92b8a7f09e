/* The simulator's dice. */
#include "config.h"

#include "incentives/random.h"

#include "base/status.h"
#include "base/types.h"

#define HALF (UINT64_C(1) << 63)	/* 1/2 as a fraction of 2^64 */

void random_seed(struct random *r, uint64_t seed)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		r->s[i] = z ^ z >> 31;
	}
}

static uint64_t rotated(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

uint64_t random_u64(struct random *r)
{
	uint64_t out = rotated(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = rotated(r->s[3], 45);
	return out;
}

uint64_t random_below(struct random *r, uint64_t n)
{
	unsigned __int128 m = (unsigned __int128)random_u64(r) * n;

	DC_VERIFY(n != 0);
	if ((uint64_t)m < n) {
		uint64_t over = -n % n;	/* 2^64 mod n */

		while ((uint64_t)m < over)
			m = (unsigned __int128)random_u64(r) * n;
	}
	return (uint64_t)(m >> 64);
}

bool random_chance(struct random *r, int64_t p_fx9)
{
	if (p_fx9 <= 0)
		return false;
	return p_fx9 >= DC_FX9_ONE ||
		random_below(r, (uint64_t)DC_FX9_ONE) < (uint64_t)p_fx9;
}

/* True with probability exp(-1/2): the length of a falling run is even.
 * Source: von Neumann 1951; Karney, algorithm H. */
static bool chance_exp_half(struct random *r)
{
	uint64_t last = HALF, next;
	bool even = true;

	while ((next = random_u64(r)) < last) {
		last = next;
		even = !even;
	}
	return even;
}

/* k >= 0 with probability exp(-k/2) (1 - exp(-1/2)): algorithm G. */
static uint64_t geometric(struct random *r)
{
	uint64_t k = 0;

	while (chance_exp_half(r))
		k++;
	return k;
}

/* True with probability exp(-n/2): algorithm P. */
static bool chance_exp_halves(struct random *r, uint64_t n)
{
	while (n-- > 0)
		if (!chance_exp_half(r))
			return false;
	return true;
}

/* One more step of algorithm B: true with probability
 * (2k + x) / (2k + 2). */
static bool run_goes_on(struct random *r, uint64_t k, uint64_t x)
{
	uint64_t face = random_below(r, 2 * k + 2);

	if (face == 0)
		return false;
	return face > 1 || random_u64(r) < x;
}

/* True with probability exp(-x (2k + x) / (2k + 2)): algorithm B. */
static bool chance_exp_part(struct random *r, uint64_t k, uint64_t x)
{
	uint64_t last = x, next;
	bool even = true;

	while ((next = random_u64(r)) < last && run_goes_on(r, k, x)) {
		last = next;
		even = !even;
	}
	return even;
}

/* The size of z: k whole and x of 2^-64. */
static void normal_size(struct random *r, uint64_t *k, uint64_t *x)
{
	for (;;) {
		uint64_t left;

		*k = geometric(r);
		if (*k > 1 && !chance_exp_halves(r, *k * (*k - 1)))
			continue;
		*x = random_u64(r);
		for (left = *k + 1; left > 0; left--)
			if (!chance_exp_part(r, *k, *x))
				break;
		if (left == 0)
			return;
	}
}

__int128 random_normal(struct random *r, unsigned __int128 mean,
		       unsigned __int128 dev)
{
	uint64_t k, x, high = (uint64_t)(dev >> 64), low = (uint64_t)dev;
	unsigned __int128 part, size;

	DC_CHECK(mean >> 96 == 0 && dev >> 96 == 0);
	normal_size(r, &k, &x);
	part = (unsigned __int128)low * x;
	size = dev * k + (unsigned __int128)high * x + (uint64_t)(part >> 64);
	if (random_u64(r) >= HALF)
		return (__int128)(mean + size);
	/* floor: what was cut from size counts when it is taken away */
	return (__int128)mean - (__int128)size - ((uint64_t)part != 0);
}
