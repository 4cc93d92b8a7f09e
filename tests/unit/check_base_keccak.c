/* check_base_keccak.c: keccak-256 against published digests. */

#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "base/keccak.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

static void
digest_is(const struct hash32 *h, const char *hex)
{
	char text[HASH32_TEXT_BYTES];

	hash32_format(h, text);
	ck_assert_str_eq(text + 2, hex);
}

START_TEST(published_vectors_are_met)
{
	uint8_t in[256];
	struct vectors v;
	struct hash32 h;
	size_t n;

	vectors_open(&v, "keccak256.txt");
	while (vectors_next(&v)) {
		n = strcmp(v.word[0], "-") == 0 ? 0 : strlen(v.word[0]) / 2;
		ck_assert_uint_le(n, sizeof(in));
		ck_assert_int_eq(hex_decode(in, n, v.word[0], NULL), DC_OK);
		keccak256(&h, in, n);
		digest_is(&h, v.word[1]);
	}
	ck_assert_uint_eq(v.lines, 70);
}
END_TEST

/* Texts whose digests everybody in Ethereum knows. */
START_TEST(texts_of_ethereum_have_their_known_digests)
{
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{ "", "c5d2460186f7233c927e7db2dcc703c0"
		      "e500b653ca82273b7bfad8045d85a470" },
		{ "abc", "4e03657aea45a94fc7d47ba826c8d667"
			 "c0d1e6e33a64a036ec44f58fa12d6c45" },
		{ "transfer(address,uint256)",
		  "a9059cbb2ab09eb219583f4a59a5d062"
		  "3ade346d962bcd4e46b11da047c9049b" },
		{ "Transfer(address,address,uint256)",
		  "ddf252ad1be2c89b69c2b068fc378daa"
		  "952ba7f163c4a11628f55a4df523b3ef" },
	};
	struct hash32 h;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		keccak256(&h, cases[i].text, strlen(cases[i].text));
		digest_is(&h, cases[i].digest);
	}
}
END_TEST

START_TEST(a_million_bytes_in_odd_pieces_have_the_published_digest)
{
	uint8_t piece[999];
	size_t left = 1000000, n = 1;
	struct hash32 h;
	struct keccak k;

	memset(piece, 'a', sizeof(piece));
	keccak_init(&k);
	while (left > 0) {
		n = n * 7 % sizeof(piece) + 1;
		n = n < left ? n : left;
		keccak_update(&k, piece, n);
		left -= n;
	}
	keccak_final(&k, &h);
	digest_is(&h, "fadae6b49f129bbb812be8407b7b2894"
		      "f34aecf6dbd1f9b0f0c7e9853098fc96");
}
END_TEST

/* Every cut of messages around one and two blocks of 136 bytes. */
START_TEST(parts_give_the_digest_of_the_whole)
{
	uint8_t in[300];
	struct hash32 whole, parts;
	struct keccak k;
	size_t i, n, cut;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 31 + 7);
	for (n = 0; n <= sizeof(in); n++) {
		keccak256(&whole, in, n);
		for (cut = 0; cut <= n; cut++) {
			keccak_init(&k);
			keccak_update(&k, in, cut);
			keccak_update(&k, in + cut, n - cut);
			keccak_final(&k, &parts);
			unit_require(hash32_equal(&whole, &parts));
		}
	}
}
END_TEST

START_TEST(input_need_not_be_aligned)
{
	uint8_t in[8 + 200];
	struct hash32 first, other;
	size_t shift, i;

	for (shift = 0; shift < 8; shift++) {
		for (i = 0; i < 200; i++)
			in[shift + i] = (uint8_t)i;
		keccak256(&other, in + shift, 200);
		if (shift == 0)
			first = other;
		ck_assert(hash32_equal(&first, &other));
	}
}
END_TEST

START_TEST(four_at_a_time_give_what_one_gives)
{
	uint8_t in[4 * 135];
	struct hash32 one, four[4];
	size_t i, n, k;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 89 + i / 256 + 3);
	for (n = 0; n < 136; n++) {
		keccak256_four(four, in, n);
		for (k = 0; k < 4; k++) {
			keccak256(&one, in + k * n, n);
			unit_require(hash32_equal(&one, &four[k]));
		}
	}
}
END_TEST

UNIT_MAIN("base/keccak",
	published_vectors_are_met,
	texts_of_ethereum_have_their_known_digests,
	a_million_bytes_in_odd_pieces_have_the_published_digest,
	parts_give_the_digest_of_the_whole,
	input_need_not_be_aligned,
	four_at_a_time_give_what_one_gives)
