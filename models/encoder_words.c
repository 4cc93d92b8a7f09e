/* murmur3-words: the words of a text, as 0xDeCA10B's dashboard takes them. */
#include "config.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include "models/encoder.h"

#define WORD_BYTES 256	/* longer words cost an allocation */

static bool word_lower_ascii(uint8_t *out, const uint8_t *word, size_t n)
{
	if (n > WORD_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (word[i] >= 0x80)
			return false;
		out[i] = word[i] >= 'A' && word[i] <= 'Z'
			? (uint8_t)(word[i] + ('a' - 'A')) : word[i];
	}
	return true;
}

/* Lower case needs no look beyond a word: white space ends every context
 * that Unicode's rules (a final sigma) know. */
static uint32_t word_hash(const uint8_t *word, size_t n)
{
	uint8_t room[WORD_BYTES], *lower = room;
	size_t len = n;
	uint32_t h;

	if (!word_lower_ascii(room, word, n)) {
		len = sizeof(room);
		lower = u8_tolower(word, n, NULL, NULL, room, &len);
		DC_CHECK(lower);	/* out of memory: the text was UTF-8 */
	}
	h = encoder_murmur3(lower, len, 0);
	if (lower != room)
		free(lower);
	return h;
}

/* Bytes of the white space character at p, 0 when there is none. */
static size_t space_at(const uint8_t *p, size_t n)
{
	ucs4_t uc;
	int len;

	if (*p < 0x80)
		return *p == ' ' || (*p >= '\t' && *p <= '\r');
	len = u8_mbtouc_unsafe(&uc, p, n);
	return uc_is_property_white_space(uc) ? (size_t)len : 0;
}

/* Bytes up to the next white space or the end. */
static size_t word_at(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && space_at(p + i, n - i) == 0) {
		i++;
		while (i < n && (p[i] & 0xc0) == 0x80)
			i++;
	}
	return i;
}

static enum dc_status encode(struct sample *out,
				   const struct model_spec *spec,
				   struct sample_room *room,
				   const struct encoder_input *in,
				   struct dc_err *err)
{
	const uint8_t *text = (const uint8_t *)in->text;
	size_t n_word = 0, n;

	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	if (in->n > 0 && u8_check(text, in->n))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	for (size_t i = 0; i < in->n; i += n) {
		n = space_at(text + i, in->n - i);
		if (n > 0)
			continue;
		n = word_at(text + i, in->n - i);
		if (n_word == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d words",
				       ENCODER_WORDS_MAX);
		room->index[n_word++] = word_hash(text + i, n) % spec->columns;
	}
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, n_word),
		.index = room->index,
	};
	return DC_OK;
}

const struct encoder_ops encoder_murmur3_words = {
	.choice = { "murmur3-words", NULL, 0 },
	.encode = encode,
};
