#ifndef DECAID_MODELS_ENCODER_H
#define DECAID_MODELS_ENCODER_H

/*
 * Encoders: from what a person or program has (a text, numbers, indices) to
 * the packed sample that the chain carries. They run where contributions and
 * predictions are made; no verdict depends on them. One line in the table of
 * encoder.c each.
 *
 * none           indices or features as given
 * scale          features, each from its column's centre and divided by its
 *                width, at most clip away from 0; for tabular data
 * unit           the same, then divided by the sample's length: for models that
 *                want samples of length 1
 * pixels         a picture in grey, as a grid of means; for images
 * murmur3-words  a text: lower case (Unicode), split on white space, each
 *                word's MurmurHash3 (x86, 32 bit, seed 0) modulo columns, as
 *                a set; bytes and white space are JavaScript's
 * murmur3-places likewise, but each word's seed is its place in the text, and
 *                white space at an end has an empty word beyond it: exactly
 *                what 0xDeCA10B's dashboard computes
 * vocabulary     a text: lower case, split on white space, each word's place
 *                in the spec's list, as a set
 * ngrams         a text: words and pairs of them, runs of characters, hashed
 *                likewise (models/encoder_ngrams.c says how); for texts
 * embedding      a text's embedding, numbers that a service over HTTP gave,
 *                all or chosen ones of them, of length 1 where the spec says
 *                so; server/embedding.h asks the service
 *
 * oracle/PROTOCOL.md "Encoders".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "models/sample.h"
#include "models/spec.h"

/* Words, or n-grams, of one text; more are refused. */
#define ENCODER_WORDS_MAX SAMPLE_COUNT_MAX

/* Bytes of a text that is cut into n-grams. */
#define ENCODER_TEXT_BYTES_MAX (1 << 20)

/* Numbers of an embedding. */
#define ENCODER_DIMENSION_MAX SAMPLE_COUNT_MAX

/* Sides of a grid of pixels, and of a picture. */
#define ENCODER_SIDE_MAX 1024
#define ENCODER_IMAGE_SIDE_MAX 16384

enum encoder_input_kind {
	ENCODER_TEXT,		/* text (n bytes), UTF-8, no NUL needed */
	ENCODER_INDICES,	/* index (n), any order, repetitions dropped */
	ENCODER_FEATURES,	/* feature (n = columns, or an embedding's
				 * dimension), fx9 (fx9_parse) */
	ENCODER_IMAGE		/* grey (height, width), row-major, 0 black */
};

struct encoder_input {
	enum encoder_input_kind kind;
	size_t n;
	const char *text;
	const uint64_t *index;
	const int64_t *feature;
	const uint8_t *grey;
	uint32_t width, height;
};

enum encoder_columns { ENCODER_COLUMNS_ALIKE, ENCODER_COLUMNS_EACH };

enum encoder_words { ENCODER_WORDS_ANY, ENCODER_WORDS_NAMED };

enum encoder_service { ENCODER_SERVICE_NONE, ENCODER_SERVICE_NAMED };

struct encoder_ops {
	struct spec_choice choice;

	/* Whether the spec has a line of constants for each column. */
	enum encoder_columns columns;

	/* Whether it has a line for each word that is known. */
	enum encoder_words words;

	/* Whether it names a service, and perhaps features of its answer. */
	enum encoder_service service;

	/* Whether its parameters fit the spec's columns; NULL: they do. */
	bool (*fits)(const struct model_spec *spec);

	enum dc_status (*encode)(struct sample *out,
				 const struct model_spec *spec,
				 struct sample_room *room,
				 const struct encoder_input *in,
				 struct dc_err *err);
};

/* Turn an input into a sample, which points into room; sample_encode makes
 * bytes of it. Features become a dense sample.
 * Errors: DC_EINVAL with what is wrong, and where: a kind that this encoder
 *         does not take, invalid UTF-8, too many words, an index that is no
 *         column, another number of features, a value out of range. */
enum dc_status encoder_encode(struct sample *out,
			      const struct model_spec *spec,
			      struct sample_room *room,
			      const struct encoder_input *in,
			      struct dc_err *err) DC_MUST_CHECK;

/* The encoder of this name; NULL: there is none. */
const struct encoder_ops *encoder_find(const char *name);
const struct encoder_ops *encoder_at(size_t i);

/* How many numbers the service of a spec gives for a text; 0: its encoder
 * asks none. */
uint32_t encoder_dimension(const struct model_spec *spec);

/* Bring values (n) to the length of 10^9, each rounded to the nearest, halves
 * away from 0. false: all are 0.
 * value  each within SAMPLE_VALUE_MAX of 0, n at most SAMPLE_COUNT_MAX */
bool encoder_to_unit(int64_t *value, size_t n);

/* Source: Appleby, MurmurHash3_x86_32 (smhasher, public domain). */
uint32_t encoder_murmur3(const void *in, size_t len, uint32_t seed);

/* Every line of the table. */
extern const struct encoder_ops encoder_embedding;
extern const struct encoder_ops encoder_murmur3_places;
extern const struct encoder_ops encoder_murmur3_words;
extern const struct encoder_ops encoder_ngrams;
extern const struct encoder_ops encoder_none;
extern const struct encoder_ops encoder_pixels;
extern const struct encoder_ops encoder_scale;
extern const struct encoder_ops encoder_unit;
extern const struct encoder_ops encoder_vocabulary;

#endif /* DECAID_MODELS_ENCODER_H */
