/* check_models_encoder.c: texts and numbers become samples. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/encoder_spec.h"
#include "tests/unit/vectors.h"

static struct sample_room room;

START_TEST(indices_become_a_sorted_set)
{
	struct model_spec spec = spec_of("none", 100);
	const uint64_t index[] = { 99, 3, 3, 0 }, too_large[] = { 3, 100 };
	struct encoder_input in = {
		.kind = ENCODER_INDICES, .n = 4, .index = index
	};
	struct dc_err err = DC_ERR_INIT;
	struct sample s;

	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_uint_eq(s.count, 3);
	ck_assert_uint_eq(s.index[0], 0);
	ck_assert_uint_eq(s.index[1], 3);
	ck_assert_uint_eq(s.index[2], 99);
	in.n = 2;
	in.index = too_large;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "indices[1] is not below 100");
}
END_TEST

START_TEST(features_become_a_dense_sample)
{
	struct model_spec spec = spec_of("none", 2);
	const int64_t feature[] = { -500000000, 0, 1 };
	const int64_t huge[] = { 0, SAMPLE_VALUE_MAX + 1 };
	struct encoder_input in = {
		.kind = ENCODER_FEATURES, .n = 2, .feature = feature
	};
	struct dc_err err = DC_ERR_INIT;
	struct sample s;

	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_int_eq(s.kind, SAMPLE_DENSE);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.value[0], -500000000);
	in.n = 3;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "3 features, expected 2");
	dc_err_clear(&err);
	in.n = 2;
	in.feature = huge;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "features[1] is out of range");
}
END_TEST

static int
digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t
hex_read(char *out, const char *hex)
{
	size_t n;

	for (n = 0; hex[0] != '-' && hex[2 * n] != '\0'; n++)
		out[n] = (char)(digit(hex[2 * n]) * 16 +
				digit(hex[2 * n + 1]));
	return n;
}

/* Source: tests/vectors/ngrams.py, a second implementation. */
START_TEST(ngrams_are_those_of_the_second_implementation)
{
	struct vectors v;

	vectors_open(&v, "ngrams.txt");
	while (vectors_next(&v)) {
		struct model_spec spec = spec_of("ngrams", (uint32_t)
						 atoi(v.word[0]));
		char text[2048], *next = NULL, *word;
		struct encoder_input in = { .kind = ENCODER_TEXT,
			.n = hex_read(text, v.word[4]), .text = text };
		struct sample s;
		uint32_t i = 0;

		spec.encoder_param[0] = atoi(v.word[1]);
		spec.encoder_param[1] = atoi(v.word[2]);
		spec.encoder_param[2] = atoi(v.word[3]);
		ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL),
				 DC_OK);
		for (word = strtok_r(v.word[5], ",-", &next); word != NULL;
		     word = strtok_r(NULL, ",-", &next)) {
			ck_assert_msg(i < s.count && s.index[i] ==
				      (uint32_t)atoi(word),
				      "line %zu, index %u", v.lines, i);
			i++;
		}
		ck_assert_msg(i == s.count, "line %zu", v.lines);
	}
	ck_assert_uint_ge(v.lines, 60);
}
END_TEST

START_TEST(ngrams_refuse_what_is_too_long_or_no_utf8)
{
	static char text[ENCODER_TEXT_BYTES_MAX + 1];
	struct model_spec spec = spec_of("ngrams", 1 << 18);
	struct encoder_input in = {
		.kind = ENCODER_TEXT, .n = sizeof(text), .text = text
	};
	struct dc_err err = DC_ERR_INIT;
	struct sample s;
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? ' ' : 'a';
	spec.encoder_param[2] = 1;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "text is over 1048576 bytes");
	dc_err_clear(&err);
	in.n = 2 * ENCODER_WORDS_MAX;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err), DC_OK);
	ck_assert_uint_eq(s.count, 1);
	in.n++;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "text has more than 65536 n-grams");
	dc_err_clear(&err);
	in.text = "a\xc3";
	in.n = 2;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "text is not UTF-8");
}
END_TEST

START_TEST(scaling_centres_divides_and_clips)
{
	struct spec_column column[] = {
		{ 22500000000, 3000000000 }, { -1, 1 }, { INT64_MIN, 1 },
		{ 0, INT64_MAX },
	};
	const int64_t feature[] = { 21000000000, -2, INT64_MAX, INT64_MAX };
	struct model_spec spec = spec_of("scale", 4);
	struct encoder_input in = {
		.kind = ENCODER_FEATURES, .n = 4, .feature = feature
	};
	struct sample s;

	spec.column = column;
	spec.encoder_param[0] = 5000000000;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_int_eq(s.kind, SAMPLE_DENSE);
	ck_assert_int_eq(s.value[0], -500000000);
	ck_assert_int_eq(s.value[1], -1000000000);
	ck_assert_int_eq(s.value[2], 5000000000);
	ck_assert_int_eq(s.value[3], 1000000000);
	in.n = 3;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL),
			 DC_EINVAL);
}
END_TEST

START_TEST(each_encoder_says_what_it_takes)
{
	struct model_spec text = spec_of("murmur3-words", 100);
	struct model_spec none = spec_of("none", 100);
	struct encoder_input in = { .kind = ENCODER_INDICES };
	struct dc_err err = DC_ERR_INIT;
	struct sample s;

	ck_assert_int_eq(encoder_encode(&s, &text, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "this model takes a text");
	dc_err_clear(&err);
	in.kind = ENCODER_TEXT;
	ck_assert_int_eq(encoder_encode(&s, &none, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, "this model takes indices or features");
}
END_TEST

#define VOCABULARY "decaid 1\nmodel deca-sparse-perceptron columns=1338 " \
	"learning-rate=1\nencoder vocabulary unknown=1337\n"
#define REST "verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\n"

static enum dc_status
vocabulary(struct model_spec *spec, const char *words, struct dc_err *err)
{
	char text[2000];

	*err = (struct dc_err)DC_ERR_INIT;
	snprintf(text, sizeof(text), VOCABULARY "%s" REST, words);
	return spec_parse(spec, text, strlen(text), err);
}

static const struct {
	const char *text;
	uint32_t count;
	uint32_t index[3];
} known[] = {
	/* "".split(/\s+/) is one empty word */
	{ "", 1, { 1337 } },
	{ " good", 2, { 1, 1337 } },
	{ "good\n", 2, { 1, 1337 } },
	{ "GOOD", 1, { 1 } },
	{ "good bad good", 2, { 0, 1 } },
	{ "good film", 2, { 1, 1337 } },
	{ "good  bad", 2, { 0, 1 } },
	{ "good\tbad", 2, { 0, 1 } },
	{ "good\xe3\x80\x80" "bad", 2, { 0, 1 } },
	{ "\xc3\x89T\xc3\x89 bad", 2, { 0, 2 } },
	{ "goo", 1, { 1337 } }, { "goods", 1, { 1337 } },
};

START_TEST(a_vocabulary_gives_places_and_1337)
{
	struct dc_err err;
	struct model_spec spec;
	struct sample s;
	struct dc_buf b;

	ck_assert_msg(vocabulary(&spec, "word bad\nword good\n"
				 "word \xc3\xa9t\xc3\xa9\n", &err) == DC_OK,
		      "%s", err.text);
	for (size_t i = 0; i < DC_ARRAY_LEN(known); i++) {
		struct encoder_input in = { .kind = ENCODER_TEXT,
			.n = strlen(known[i].text), .text = known[i].text };

		ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
				 DC_OK);
		ck_assert_msg(s.count == known[i].count, "known[%zu]: %u", i,
			      s.count);
		for (uint32_t k = 0; k < s.count; k++)
			ck_assert_uint_eq(s.index[k], known[i].index[k]);
	}
	dc_buf_init(&b, 10000);
	spec_format(&b, &spec);
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&b), "unknown=1337\nword bad"
				     "\nword good\nword \xc3\xa9t\xc3\xa9\n"
				     "verdict "));
	dc_buf_clear(&b);
	spec_clear(&spec);
}
END_TEST

START_TEST(a_vocabulary_that_no_spec_can_say_is_refused)
{
	static const char *const bad[][2] = {
		{ "", "spec line 3: word lines must follow" },
		{ "word \n", "spec line 4: a word has 1 to 64 bytes" },
		{ "word a b\n", "spec line 4: word has a space" },
		{ "word a\x01\n", "spec line 4: word has a space" },
		{ "word \xff\n", "spec line 4: word is not UTF-8" },
		{ "word a\nword b\nword a\n",
		  "spec line 6: a word stands there twice" },
	};
	struct dc_err err;
	struct model_spec spec;
	struct sample s;
	const struct encoder_input wrong = { .kind = ENCODER_TEXT, .n = 1,
					     .text = "\xff" };

	for (size_t i = 0; i < DC_ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(vocabulary(&spec, bad[i][0], &err),
				 DC_EINVAL);
		ck_assert_msg(strstr(err.text, bad[i][1]) == err.text, "%s",
			      err.text);
	}
	ck_assert_int_eq(vocabulary(&spec, "word a\n", &err), DC_OK);
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &wrong, &err),
			 DC_EINVAL);
	spec_clear(&spec);
}
END_TEST

/* The service's answer, its columns 4, 0 and 2 of five: as they are, and
 * brought to length 1 (3, 4 and 12 make 13). */
START_TEST(an_embedding_is_cut_and_brought_to_length_1)
{
	static const int64_t answer[] = { 4000000000, 99, -12000000000, 7,
					  3000000000 };
	static const int64_t unit[] = { 230769231, 307692308, -923076923 };
	uint32_t feature[] = { 4, 0, 2 };
	struct model_spec spec = spec_of("embedding", 3);
	struct encoder_input in = {
		.kind = ENCODER_FEATURES, .n = 5, .feature = answer
	};
	struct sample s;

	spec.feature = feature;
	spec.encoder_param[0] = 5;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	ck_assert_int_eq(s.kind, SAMPLE_DENSE);
	ck_assert_uint_eq(s.count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(s.value[i], answer[feature[i]]);
	spec.encoder_param[1] = 1;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL), DC_OK);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(s.value[i], unit[i]);
}
END_TEST

START_TEST(what_is_no_embedding_is_refused)
{
	static const int64_t answers[][3] = {
		{ 0, 0, 0 }, { SAMPLE_VALUE_MAX + 1, 0, 0 },
		{ 0, 0, INT64_MIN },
	};
	static char name[] = "here";
	struct model_spec spec = spec_of("embedding", 3);
	struct encoder_input in = { .kind = ENCODER_FEATURES, .n = 3 };
	struct dc_err err = DC_ERR_INIT;
	struct sample s;

	spec.service = name;
	spec.encoder_param[0] = 3;
	spec.encoder_param[1] = 1;
	for (size_t i = 0; i < DC_ARRAY_LEN(answers); i++) {
		in.feature = answers[i];
		ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL),
				 DC_EINVAL);
	}
	in.n = 2;
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, NULL),
			 DC_EINVAL);
	in.kind = ENCODER_TEXT;
	in.text = "ab";
	ck_assert_int_eq(encoder_encode(&s, &spec, &room, &in, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "the service here embeds"));
}
END_TEST

UNIT_MAIN("models/encoder",
	  an_embedding_is_cut_and_brought_to_length_1,
	  what_is_no_embedding_is_refused,
	  indices_become_a_sorted_set,
	  features_become_a_dense_sample,
	  ngrams_are_those_of_the_second_implementation,
	  ngrams_refuse_what_is_too_long_or_no_utf8,
	  scaling_centres_divides_and_clips,
	  each_encoder_says_what_it_takes,
	  a_vocabulary_gives_places_and_1337,
	  a_vocabulary_that_no_spec_can_say_is_refused)
