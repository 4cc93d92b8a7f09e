/* The record chain. */
#include "config.h"

#include "incentives/record.h"

#include <string.h>

#include "base/keccak.h"

#define WORD 32

/* abi.encode pads on the left: word i of what is hashed ends with in. */
static void word_put(uint8_t *words, unsigned i, const uint8_t *in, size_t n)
{
	memcpy(words + (i + 1) * WORD - n, in, n);
}

void record_from_event(struct record *out, const struct ev_contributed *ev,
		       uint64_t time_s)
{
	*out = (struct record){
		.contributor = ev->contributor,
		.time_s = time_s,
		.deposit_wei = ev->deposit_wei,
		.label = ev->label,
	};
	keccak256(&out->sample_hash, ev->sample, ev->sample_len);
}

/* keccak(abi.encode(rec[i-1], contributor, time, deposit, label,
 * keccak(sample))) with bit 0 cleared */
void record_hash(struct hash32 *out, const struct hash32 *previous,
		 const struct record *r)
{
	uint8_t words[6 * WORD] = { 0 };

	word_put(words, 0, previous->b, sizeof(previous->b));
	word_put(words, 1, r->contributor.b, sizeof(r->contributor.b));
	u256_to_be(u256_from_u64(r->time_s), words + 2 * WORD);
	u256_to_be(r->deposit_wei.v, words + 3 * WORD);
	u256_to_be(u256_from_u64(r->label), words + 4 * WORD);
	word_put(words, 5, r->sample_hash.b, sizeof(r->sample_hash.b));
	keccak256(out, words, sizeof(words));
	out->b[31] &= 0xfe;
}
