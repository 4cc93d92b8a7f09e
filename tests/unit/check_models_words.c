/* check_models_words.c: the words of a text, cut, lowered and hashed. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "models/deca_encoder.h"
#include "tests/unit/encoder_spec.h"

static struct sample_room room;

/* Source: vectors published with ports of MurmurHash3_x86_32, from its
 * author's code: Wikipedia "MurmurHash" (test data by I. Dyck), and Bitcoin
 * Core src/test/hash_tests.cpp (MIT). */
static const struct {
	const char *text;
	size_t len;
	uint32_t seed, hash;
} murmur[] = {
	{ "", 0, 0, 0 },
	{ "", 0, 1, 0x514e28b7 },
	{ "", 0, 0xffffffff, 0x81f16f39 },
	{ "test", 4, 0, 0xba6bd213 },
	{ "test", 4, 0x9747b28c, 0x704b81dc },
	{ "Hello, world!", 13, 0, 0xc0363e43 },
	{ "Hello, world!", 13, 0x9747b28c, 0x24884cba },
	{ "The quick brown fox jumps over the lazy dog", 43, 0, 0x2e4ff723 },
	{ "The quick brown fox jumps over the lazy dog", 43, 0x9747b28c,
	  0x2fa826cd },
	{ "\0", 1, 0, 0x514e28b7 },
	{ "\xff", 1, 0, 0xfd6cf10d },
	{ "\0\x11", 2, 0, 0x16c6b7ab },
	{ "\0\x11\x22", 3, 0, 0x8eb51c3d },
	{ "\0\x11\x22\x33", 4, 0, 0xb4471bf8 },
	{ "\0\x11\x22\x33\x44", 5, 0, 0xe2301fa8 },
	{ "\0\x11\x22\x33\x44\x55", 6, 0, 0xfc2e4a15 },
	{ "\0\x11\x22\x33\x44\x55\x66", 7, 0, 0xb074502c },
	{ "\0\x11\x22\x33\x44\x55\x66\x77", 8, 0, 0x8034d2a0 },
	{ "\0\x11\x22\x33\x44\x55\x66\x77\x88", 9, 0, 0xb4698def },
};

START_TEST(murmur3_gives_its_published_values)
{
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(murmur); i++)
		ck_assert_msg(encoder_murmur3(murmur[i].text, murmur[i].len,
					      murmur[i].seed) ==
			      murmur[i].hash, "murmur[%zu]", i);
}
END_TEST

static enum dc_status
words(struct sample *out, const char *text, size_t len)
{
	struct model_spec spec = spec_of("murmur3-words", 1 << 18);
	struct encoder_input in = {
		.kind = ENCODER_TEXT, .n = len, .text = text
	};

	return encoder_encode(out, &spec, &room, &in, NULL);
}

/* murmur3 of npm's murmurhash-js 1.0.0, of words already in lower case. */
static const struct {
	const char *word;
	uint32_t hash;
} js[] = {
	{ "\xc3\xa9t\xc3\xa9", 727614503U },
	{ "\xcf\x83\xce\xb1\xcf\x82", 3821781386U },
	{ "i\xcc\x87", 1755653669U },
	{ "\xf0\x9f\x90\xb6", 3435161244U },
	{ "\xe7\x8a\xac", 900193307U },
};

static uint32_t
js_hash(const char *word)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(js); i++)
		if (strcmp(js[i].word, word) == 0)
			return js[i].hash;
	return encoder_murmur3(word, strlen(word), 0);	/* ASCII */
}

static bool
has_word(const struct sample *s, const char *word)
{
	uint32_t index = js_hash(word) % (1 << 18);
	uint32_t i;

	for (i = 0; i < s->count; i++)
		if (s->index[i] == index)
			return true;
	return false;
}

static const struct {
	const char *text;
	uint32_t count;
	const char *word[3];
} texts[] = {
	{ "", 0, { NULL } },
	{ " \t\r\n ", 0, { NULL } },
	{ "games", 1, { "games" } },
	{ "  The the THE  ", 1, { "the" } },
	{ "a,b c", 2, { "a,b", "c" } },
	/* no-break space, ideographic space, line separator */
	{ "a\xc2\xa0" "b\xe3\x80\x80" "c\xe2\x80\xa8", 3, { "a", "b", "c" } },
	{ "\xc3\x89T\xc3\x89", 1, { "\xc3\xa9t\xc3\xa9" } },
	/* a final sigma is one only at the end of a word */
	{ "\xce\xa3\xce\x91\xce\xa3 \xce\xa3\xce\x91\xce\xa3", 1,
	  { "\xcf\x83\xce\xb1\xcf\x82" } },
	/* I with a dot above has two code points in lower case */
	{ "\xc4\xb0", 1, { "i\xcc\x87" } },
	{ "\xf0\x9f\x90\xb6 \xe7\x8a\xac", 2,
	  { "\xf0\x9f\x90\xb6", "\xe7\x8a\xac" } },
};

START_TEST(a_text_is_the_set_of_its_lower_case_words)
{
	struct sample s;
	size_t i, w;

	for (i = 0; i < DC_ARRAY_LEN(texts); i++) {
		ck_assert_int_eq(words(&s, texts[i].text,
				       strlen(texts[i].text)), DC_OK);
		ck_assert_int_eq(s.kind, SAMPLE_BINARY);
		ck_assert_msg(s.count == texts[i].count, "texts[%zu]: %u", i,
			      s.count);
		for (w = 0; w < 3 && texts[i].word[w] != NULL; w++)
			ck_assert_msg(has_word(&s, texts[i].word[w]),
				      "texts[%zu] lacks %s", i,
				      texts[i].word[w]);
	}
}
END_TEST

/* What 0xDeCA10B's dashboard makes of a text, by node 18:
 * text.toLocaleLowerCase("en").split(/\s+/).map(murmur3), murmur3 of npm's
 * murmurhash-js 1.0.0, whose seed is then the place; modulo 2^18, sorted. */
static const struct {
	const char *text;
	uint32_t count, index[3];
} places[] = {
	{ "Hello world", 2, { 11999, 260679 } },
	{ "hello hello", 2, { 179373, 260679 } },
	{ "world  HELLO world", 3, { 146683, 179373, 188239 } },
	{ "", 1, { 0 } },
	{ " a", 2, { 0, 187624 } },
	{ "a ", 2, { 92594, 141495 } },
	{ " \t", 2, { 0, 141495 } },
	{ "\xc3\x89 \xf0\x9f\x90\xb6", 2, { 185522, 243278 } },
	/* U+FEFF parts words, and yet the sigma before it is no final one */
	{ "\xce\x91\xce\xa3\xef\xbb\xbf\xce\x92 \xce\x91\xce\xa3", 3,
	  { 48638, 115864, 247583 } },
};

START_TEST(places_are_the_seeds_of_the_dashboards_words)
{
	struct model_spec spec = spec_of("murmur3-places", 1 << 18);
	struct sample s;

	for (size_t i = 0; i < DC_ARRAY_LEN(places); i++) {
		const struct encoder_input in = {
			.kind = ENCODER_TEXT, .text = places[i].text,
			.n = strlen(places[i].text)
		};

		ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL),
				 DC_OK);
		ck_assert_msg(s.count == places[i].count, "places[%zu]: %u",
			      i, s.count);
		for (uint32_t k = 0; k < s.count; k++)
			ck_assert_uint_eq(s.index[k], places[i].index[k]);
	}
}
END_TEST

START_TEST(a_contract_takes_the_dashboards_numbers_in_their_order)
{
	static const struct encoder_input in = {
		.kind = ENCODER_TEXT, .text = "world  HELLO world", .n = 18
	};
	static uint32_t v[ENCODER_WORDS_MAX];
	struct dc_err err = DC_ERR_INIT;
	size_t n;

	ck_assert_int_eq(deca_encoder_find("imdb VOCAB"),
			 DECA_ENCODER_VOCABULARY);
	ck_assert_int_eq(deca_encoder_find("MobileNetV2"), DECA_ENCODER_OTHER);
	ck_assert_int_eq(deca_encoder_text(v, &n,
					   deca_encoder_find("murmurhash3"),
					   NULL, &in, &err), DC_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(v[0], 4220927227U);
	ck_assert_uint_eq(v[1], 3142237357U);
	ck_assert_uint_eq(v[2], 3308445519U);
	ck_assert_int_eq(deca_encoder_text(v, &n, DECA_ENCODER_VOCABULARY,
					   NULL, &in, &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "this daemon has no vocabulary for this "
			 "model's texts");
	ck_assert_int_eq(deca_encoder_text(v, &n, DECA_ENCODER_NONE, NULL,
					   &in, NULL), DC_EINVAL);
}
END_TEST

/* Letters as a text has them, and what is hashed of them: the low bytes of
 * lower case's UTF-16. */
static const struct {
	const char *text, *hashed;
	size_t n_hashed;
} letters[] = {
	{ "a", "a", 1 }, { "b", "b", 1 }, { "Z", "z", 1 }, { "A", "a", 1 },
	{ "@", "@", 1 }, { "[", "[", 1 }, { "`", "`", 1 }, { "{", "{", 1 },
	{ "\x7f", "\x7f", 1 }, { "\x08", "\x08", 1 }, { "\x0e", "\x0e", 1 },
	{ "\x1f", "\x1f", 1 }, { "!", "!", 1 }, { "\x01", "\x01", 1 },
	{ "\xc2\x80", "\x80", 1 }, { "\xc3\x89", "\xe9", 1 },
	{ "\xe4\xb8\xad", "\x2d", 1 }, { "\xf0\x9f\x98\x80", "\x3d\0", 2 },
};

static const char *const spaces[] = {
	" ", "\t", "\n", "\v", "\f", "\r", "  ", "\xc2\xa0", "\xe3\x80\x80",
	"\xef\xbb\xbf",
};

/* A text of n words, and where their hashes belong: with seed 0, or each with
 * its place as the seed and an empty word where white space ends the text.
 * The first 14 letters are ASCII. Returns how many hashes. */
static size_t
text_draw(struct dc_buf *text, uint32_t *index, size_t n, size_t n_letter,
	  bool placed, uint64_t *state)
{
	bool spaced = n == 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t r = unit_random(state);
		struct dc_buf hashed;

		dc_buf_init(&hashed, 1 << 10);
		for (size_t k = 0; k <= r % (r >> 62 ? 10 : 40); k++) {
			size_t l = unit_random(state) % n_letter;

			dc_buf_append(text, letters[l].text,
				      strlen(letters[l].text));
			dc_buf_append(&hashed, letters[l].hashed,
				      letters[l].n_hashed);
		}
		index[i] = encoder_murmur3(hashed.data, hashed.len,
					   placed ? (uint32_t)i : 0);
		dc_buf_clear(&hashed);
		spaced = i + 1 < n || r >> 61 & 1;
		if (spaced) {
			const char *space = spaces[(r >> 32) %
				(n_letter < 15 ? 7 : DC_ARRAY_LEN(spaces))];

			dc_buf_append(text, space, strlen(space));
		}
	}
	if (placed && spaced) {
		index[n] = encoder_murmur3("", 0, (uint32_t)n);
		n++;
	}
	for (size_t i = 0; i < n; i++)
		index[i] %= 1 << 18;
	return n;
}

START_TEST(a_word_hashes_alike_wherever_it_stands)
{
	uint32_t index[31];
	uint64_t state = 3;

	for (size_t i = 0; i < 30000; i++) {
		bool placed = i % 4 > 1;
		struct model_spec spec = spec_of(placed ? "murmur3-places" :
						 "murmur3-words", 1 << 18);
		struct encoder_input in = { .kind = ENCODER_TEXT };
		struct dc_buf text;
		struct sample s;
		size_t n;

		dc_buf_init(&text, 1 << 16);
		n = text_draw(&text, index, i % 30,
			      i % 2 ? 14 : DC_ARRAY_LEN(letters), placed,
			      &state);
		in.text = (const char *)text.data;
		in.n = text.len;
		unit_require(encoder_encode(&s, &spec, &room, &in, NULL) ==
			     DC_OK);
		n = sample_sort_unique(index, n);
		unit_require(s.count == n);
		unit_require(n == 0 ||
			     memcmp(s.index, index, n * sizeof(*index)) == 0);
		dc_buf_clear(&text);
	}
}
END_TEST

START_TEST(columns_need_be_no_power_of_two)
{
	struct model_spec spec = spec_of("murmur3-words", 1000);
	struct encoder_input in = { .kind = ENCODER_TEXT, .n = 4,
				    .text = "test" };
	struct sample s;

	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_uint_eq(s.index[0], 0xba6bd213 % 1000);
	spec.columns = 1;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_uint_eq(s.index[0], 0);
}
END_TEST

START_TEST(a_long_word_hashes_like_a_short_one)
{
	static char text[2][5000];
	struct sample s;
	size_t n;

	memset(text[0], 'A', sizeof(text[0]));
	memset(text[1], 'a', sizeof(text[1]));
	for (n = 250; n < sizeof(text[0]); n += n < 260 ? 1 : 700) {
		ck_assert_int_eq(words(&s, text[0], n), DC_OK);
		ck_assert_uint_eq(s.count, 1);
		ck_assert_uint_eq(s.index[0], encoder_murmur3(text[1], n, 0) %
				  (1 << 18));
	}
}
END_TEST

START_TEST(what_is_not_utf8_is_refused)
{
	static const char *const bad[] = {
		"\xff", "a \xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"
	};
	char text[64];
	struct sample s;
	size_t i;
	int at, behind;

	for (i = 0; i < DC_ARRAY_LEN(bad); i++)
		for (at = 0; at < 20; at++)
			for (behind = 0; behind < 10; behind++) {
				(void)snprintf(text, sizeof(text), "%*s%s%*s",
					       at, "", bad[i], behind, "a");
				unit_require(words(&s, text, strlen(text)) ==
					     DC_EINVAL);
			}
}
END_TEST

START_TEST(a_text_has_at_most_65536_words)
{
	size_t n = 2 * ENCODER_WORDS_MAX;
	char *text = malloc(n + 2);
	struct sample s;
	size_t i;

	for (i = 0; i < n + 2; i++)
		text[i] = i % 2 == 0 ? (char)('a' + i % 26) : ' ';
	ck_assert_int_eq(words(&s, text, n), DC_OK);
	ck_assert_uint_eq(s.count, 13);
	ck_assert_int_eq(words(&s, text, n + 2), DC_EINVAL);
	free(text);
}
END_TEST

UNIT_MAIN("models/words",
	  murmur3_gives_its_published_values,
	  places_are_the_seeds_of_the_dashboards_words,
	  a_contract_takes_the_dashboards_numbers_in_their_order,
	  a_text_is_the_set_of_its_lower_case_words,
	  a_word_hashes_alike_wherever_it_stands,
	  columns_need_be_no_power_of_two,
	  a_long_word_hashes_like_a_short_one,
	  what_is_not_utf8_is_refused,
	  a_text_has_at_most_65536_words)
