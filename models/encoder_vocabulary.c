/*
 * vocabulary: the words of a text that stand in the spec, by their place
 * there; all others are the one column `unknown`. As 0xDeCA10B's "IMDB vocab":
 * lower case, split at each U+0020, so that two in a row have an empty word
 * between them, which is unknown too.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

#include "base/types.h"
#include "models/encoder.h"

enum { UNKNOWN };

static const struct spec_param params[] = {
	{ "unknown", 0, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN - 1 },
};

/* Lower case of a whole text; the caller frees. */
static uint8_t *lower_case(const char *text, size_t n, size_t *len)
{
	uint8_t *lower;

	*len = 0;
	if (n == 0)
		return dc_malloc(1);
	lower = u8_tolower((const uint8_t *)text, n, NULL, NULL, NULL, len);
	DC_CHECK(lower);	/* out of memory: the text was UTF-8 */
	return lower;
}

static uint32_t column_of(const struct model_spec *spec, const uint8_t *word,
			  size_t n)
{
	uint32_t index;

	return spec_word_find(&index, spec, (const char *)word, n) ? index
		: (uint32_t)spec->encoder_param[UNKNOWN];
}

static enum dc_status columns_of(struct sample *out,
				 const struct model_spec *spec,
				 struct sample_room *room,
				 const uint8_t *text, size_t n,
				 struct dc_err *err)
{
	size_t n_word = 0, begin = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && text[i] != ' ')
			continue;
		if (n_word == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d words",
				       ENCODER_WORDS_MAX);
		room->index[n_word++] =
			column_of(spec, text + begin, i - begin);
		begin = i + 1;
	}
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, n_word),
		.index = room->index,
	};
	return DC_OK;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	enum dc_status st;
	uint8_t *lower;
	size_t n;

	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	if (in->n > ENCODER_TEXT_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "text is over %d bytes",
			       ENCODER_TEXT_BYTES_MAX);
	if (in->n > 0 && u8_check((const uint8_t *)in->text, in->n))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	lower = lower_case(in->text, in->n, &n);
	st = columns_of(out, spec, room, lower, n, err);
	free(lower);
	return st;
}

const struct encoder_ops encoder_vocabulary = {
	.choice = { "vocabulary", params, DC_ARRAY_LEN(params) },
	.words = ENCODER_WORDS_NAMED,
	.encode = encode,
};
