/* check_incentives_verdicts.c: verdict words and their running hash. */

#include "config.h"

#include <string.h>

#include "base/keccak.h"
#include "incentives/verdicts.h"
#include "tests/unit/unit.h"

#define N 700
#define WORDS (N / VERDICTS_PER_WORD + 1)

static enum verdict
verdict_at_id(uint64_t i)
{
	return (enum verdict)((i * i + i / 3) % 4);
}

/* Hashes by another keccak (tests/vectors/learner.py). */
static const struct {
	uint64_t judged;
	const char *hash;
} published[] = {
	{ 0, "0x46700b4d40ac5c35af2c22dda2787a91"
	     "eb567b06c924a8fb8ae9a05b20c08c21" },
	{ 1, "0xcbfe4baa920060fc34aa65135b74b83f"
	     "a81df36f6e21d90c8301c8810d2c89d9" },
	{ 127, "0xde4126a69322d8039edb2a94ae33d591"
	       "f50b05b46d63b3b4d461d89431921821" },
	{ 128, "0x88d28a52c3e4e2fb90023c53b8800a17"
	       "35cd295b878c9342741c2272094a5a24" },
	{ 129, "0xc9c7a10c0aebd640264aad40bdf05023"
	       "072a9dbbcf2a20d42959c3352971909b" },
	{ 300, "0x2a8703b6424b8d2c4d2817589f294701"
	       "a46446a9d32485d6d3ac5c53c5695e61" },
};

START_TEST(the_running_hash_is_the_protocols)
{
	struct verdicts_chain c = { .judged = 0 };
	char text[HASH32_TEXT_BYTES];
	struct hash32 hash;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(published); i++) {
		while (c.judged < published[i].judged)
			verdicts_append(&c, verdict_at_id(c.judged));
		verdicts_hash(&hash, &c);
		hash32_format(&hash, text);
		ck_assert_str_eq(text, published[i].hash);
	}
}
END_TEST

START_TEST(a_verdict_comes_out_of_its_word)
{
	struct u256 word = U256_ZERO;
	uint64_t i;

	for (i = 0; i < VERDICTS_PER_WORD; i++)
		verdicts_put(&word, i + 5 * VERDICTS_PER_WORD,
			     verdict_at_id(i));
	for (i = 0; i < VERDICTS_PER_WORD; i++)
		ck_assert_int_eq(verdicts_get(&word, i), verdict_at_id(i));
	word = U256_ZERO;
	verdicts_put(&word, 1, VERDICT_CREDIT);
	ck_assert_uint_eq(word.w[0], 3 << 2);
	verdicts_put(&word, 127, VERDICT_AGREE);
	ck_assert_uint_eq(word.w[3], UINT64_C(2) << 62);
}
END_TEST

/* What a trainer keeps, and does with the words of one checkpoint.
 * Source: Trainer.sol, _writeWords. */
struct trainer {
	struct u256 stored[WORDS];
	struct hash32 chain;
	uint64_t judged;
};

static void
trainer_accept(struct trainer *t, uint64_t to, const struct u256 *words,
	       struct hash32 *hash)
{
	uint64_t first = t->judged / VERDICTS_PER_WORD, w;
	struct u256 tail = U256_ZERO;
	uint8_t in[96];

	for (w = first; w * VERDICTS_PER_WORD < to; w++) {
		t->stored[w] = words[w - first];
		if (w < to / VERDICTS_PER_WORD)
			verdicts_fold(&t->chain, &t->stored[w]);
		else
			tail = t->stored[w];
	}
	t->judged = to;
	memcpy(in, t->chain.b, 32);
	u256_to_be(tail, in + 32);
	u256_to_be(u256_from_u64(to), in + 64);
	keccak256(hash, in, sizeof(in));
}

START_TEST(the_hash_is_the_same_in_batches_of_any_size)
{
	struct verdicts_chain c;
	struct trainer t;
	struct hash32 one, other;
	uint64_t state = 1, i, to;
	int round;

	for (round = 0; round < 300; round++) {
		memset(&t, 0, sizeof(t));
		memset(&c, 0, sizeof(c));
		while (t.judged < N) {
			struct u256 words[WORDS] = { U256_ZERO };
			uint64_t first = t.judged / VERDICTS_PER_WORD;

			to = t.judged + 1 + unit_random(&state) % 300;
			to = to < N ? to : N;
			for (i = first * VERDICTS_PER_WORD; i < to; i++)
				verdicts_put(&words[i / VERDICTS_PER_WORD -
						    first], i,
					     verdict_at_id(i));
			trainer_accept(&t, to, words, &other);
			while (c.judged < to)
				verdicts_append(&c, verdict_at_id(c.judged));
			verdicts_hash(&one, &c);
			unit_require(hash32_equal(&one, &other));
			unit_require(hash32_equal(&c.v, &t.chain));
		}
	}
}
END_TEST

static void
put_none(void)
{
	struct u256 word = U256_ZERO;

	verdicts_put(&word, 0, VERDICT_NONE);
}

START_TEST(what_is_not_judged_is_not_put_on_the_chain)
{
	ck_assert(unit_dies(put_none));
}
END_TEST

UNIT_MAIN("incentives/verdicts",
	  the_running_hash_is_the_protocols,
	  a_verdict_comes_out_of_its_word,
	  the_hash_is_the_same_in_batches_of_any_size,
	  what_is_not_judged_is_not_put_on_the_chain)
