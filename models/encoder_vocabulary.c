/*
 * vocabulary: the words of a text that stand in the spec, by their place
 * there; all others are the one column `unknown`. As 0xDeCA10B's "IMDB vocab":
 * lower case, split at JavaScript's white space, so that some at an end of the
 * text has an empty word beyond it, which is unknown too.
 */
#include "config.h"

#include <stdlib.h>
#include <unistr.h>

#include "base/types.h"
#include "models/encoder_tokens.h"

enum { UNKNOWN };

static const struct spec_param params[] = {
	{ "unknown", 0, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN - 1 },
};

static uint32_t column_of(const struct model_spec *spec, const uint8_t *word,
			  size_t n)
{
	uint32_t index;

	return spec_word_find(&index, spec, (const char *)word, n) ? index
		: (uint32_t)spec->encoder_param[UNKNOWN];
}

/* The column of each word, in order. */
static enum dc_status columns_of(uint32_t *out, size_t *n,
				 const struct model_spec *spec,
				 const uint8_t *text, size_t len,
				 struct dc_err *err)
{
	struct encoder_tokens t;
	const uint8_t *word;
	size_t bytes;

	*n = 0;
	encoder_tokens_init(&t, text, len);
	while (encoder_tokens_next(&t, &word, &bytes)) {
		if (*n == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d words",
				       ENCODER_WORDS_MAX);
		out[(*n)++] = column_of(spec, word, bytes);
	}
	return DC_OK;
}

enum dc_status encoder_vocabulary_columns(uint32_t *out, size_t *n,
					  const struct model_spec *spec,
					  const struct encoder_input *in,
					  struct dc_err *err)
{
	enum dc_status st;
	uint8_t *lower;
	size_t len;

	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	if (in->n > ENCODER_TEXT_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "text is over %d bytes",
			       ENCODER_TEXT_BYTES_MAX);
	if (in->n > 0 && u8_check((const uint8_t *)in->text, in->n))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	lower = encoder_lower((const uint8_t *)in->text, in->n, &len);
	st = columns_of(out, n, spec, lower, len, err);
	free(lower);
	return st;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	size_t n;
	enum dc_status st =
		encoder_vocabulary_columns(room->index, &n, spec, in, err);

	if (st != DC_OK)
		return st;
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, n),
		.index = room->index,
	};
	return DC_OK;
}

const struct encoder_ops encoder_vocabulary = {
	.choice = { "vocabulary", params, DC_ARRAY_LEN(params) },
	.words = ENCODER_WORDS_NAMED,
	.encode = encode,
};
