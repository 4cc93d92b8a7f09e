/*
 * murmur3-words: the words of a text, as 0xDeCA10B's dashboard takes them:
 * JavaScript's white space, and npm's murmurhash-js, which hashes the low
 * byte of each UTF-16 code unit.
 */
#include "config.h"

#include <stdlib.h>
#include <unicase.h>
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

/* The low bytes of a text's UTF-16 code units, in its place: there are no more
 * of them than bytes. Returns how many. */
static size_t low_bytes(uint8_t *text, size_t n)
{
	size_t out = 0;
	ucs4_t uc;

	for (size_t i = 0; i < n;) {
		i += (size_t)u8_mbtouc_unsafe(&uc, text + i, n - i);
		if (uc >= 0x10000) {
			text[out++] = (uint8_t)((uc - 0x10000) >> 10);
			text[out++] = (uint8_t)(uc - 0x10000);
		} else {
			text[out++] = (uint8_t)uc;
		}
	}
	return out;
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
		len = low_bytes(lower, len);
	}
	h = encoder_murmur3(lower, len, 0);
	if (lower != room)
		free(lower);
	return h;
}

/* JavaScript's \s beyond ASCII (ECMA-262: WhiteSpace, LineTerminator). */
static bool is_space(ucs4_t uc)
{
	return uc == 0xa0 || uc == 0x1680 || (uc >= 0x2000 && uc <= 0x200a) ||
		uc == 0x2028 || uc == 0x2029 || uc == 0x202f ||
		uc == 0x205f || uc == 0x3000 || uc == 0xfeff;
}

/* Bytes of the white space character at p, 0 when there is none. */
static size_t space_at(const uint8_t *p, size_t n)
{
	ucs4_t uc;
	int len;

	if (*p < 0x80)
		return *p == ' ' || (*p >= '\t' && *p <= '\r');
	len = u8_mbtouc_unsafe(&uc, p, n);
	return is_space(uc) ? (size_t)len : 0;
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
