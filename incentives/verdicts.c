/* Verdict words and their running hash. */
#include "config.h"

#include "incentives/verdicts.h"

#include <string.h>

#include "base/keccak.h"

enum verdict verdicts_get(const struct u256 *word, uint64_t i)
{
	unsigned bit = 2 * (unsigned)(i % VERDICTS_PER_WORD);

	return (enum verdict)(word->w[bit / 64] >> (bit % 64) & 3);
}

void verdicts_put(struct u256 *word, uint64_t i, enum verdict v)
{
	unsigned bit = 2 * (unsigned)(i % VERDICTS_PER_WORD);

	DC_CHECK(v >= VERDICT_DISAGREE && v <= VERDICT_CREDIT);
	word->w[bit / 64] |= (uint64_t)v << (bit % 64);
}

void verdicts_fold(struct hash32 *v, const struct u256 *word)
{
	uint8_t in[64];

	memcpy(in, v->b, 32);
	u256_to_be(*word, in + 32);
	keccak256(v, in, sizeof(in));
}

void verdicts_append(struct verdicts_chain *c, enum verdict v)
{
	verdicts_put(&c->word, c->judged, v);
	c->judged++;
	if (c->judged % VERDICTS_PER_WORD != 0)
		return;
	verdicts_fold(&c->v, &c->word);
	c->word = U256_ZERO;
}

void verdicts_hash(struct hash32 *out, const struct verdicts_chain *c)
{
	uint8_t in[96];

	memcpy(in, c->v.b, 32);
	u256_to_be(c->word, in + 32);
	u256_to_be(u256_from_u64(c->judged), in + 64);
	keccak256(out, in, sizeof(in));
}
