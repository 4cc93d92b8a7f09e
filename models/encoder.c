/* The table of encoders. */
#include "config.h"

#include "models/encoder.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#define WORD_BYTES 256	/* longer words cost an allocation */

static uint32_t rotl32(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t murmur_mix(uint32_t k)
{
	return rotl32(k * 0xcc9e2d51, 15) * 0x1b873593;
}

uint32_t encoder_murmur3(const void *in, size_t len, uint32_t seed)
{
	const uint8_t *p = in;
	uint32_t h = seed, k;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4) {
		k = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 |
			(uint32_t)p[i + 2] << 16 | (uint32_t)p[i + 3] << 24;
		h = rotl32(h ^ murmur_mix(k), 13) * 5 + 0xe6546b64;
	}
	k = 0;
	for (size_t j = len; j > i; j--)
		k = k << 8 | p[j - 1];
	h ^= murmur_mix(k);
	h ^= (uint32_t)len;
	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

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

static enum dc_status words_encode(struct sample *out,
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

static enum dc_status indices_encode(struct sample *out,
				     const struct model_spec *spec,
				     struct sample_room *room,
				     const struct encoder_input *in,
				     struct dc_err *err)
{
	if (in->n > SAMPLE_COUNT_MAX)
		return dc_fail(err, DC_EINVAL, "more than %d indices",
			       SAMPLE_COUNT_MAX);
	for (size_t i = 0; i < in->n; i++) {
		if (in->index[i] >= spec->columns)
			return dc_fail(err, DC_EINVAL,
				       "indices[%zu] is not below %u", i,
				       spec->columns);
		room->index[i] = (uint32_t)in->index[i];
	}
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, in->n),
		.index = room->index,
	};
	return DC_OK;
}

static enum dc_status features_encode(struct sample *out,
				      const struct model_spec *spec,
				      struct sample_room *room,
				      const struct encoder_input *in,
				      struct dc_err *err)
{
	if (in->n != spec->columns || in->n > SAMPLE_COUNT_MAX)
		return dc_fail(err, DC_EINVAL, "%zu features, expected %u",
			       in->n, spec->columns);
	for (size_t i = 0; i < in->n; i++) {
		if (in->feature[i] < -SAMPLE_VALUE_MAX ||
		    in->feature[i] > SAMPLE_VALUE_MAX)
			return dc_fail(err, DC_EINVAL,
				       "features[%zu] is out of range", i);
		room->value[i] = in->feature[i];
	}
	*out = (struct sample){
		.kind = SAMPLE_DENSE,
		.count = (uint32_t)in->n,
		.value = room->value,
	};
	return DC_OK;
}

static enum dc_status none_encode(struct sample *out,
				  const struct model_spec *spec,
				  struct sample_room *room,
				  const struct encoder_input *in,
				  struct dc_err *err)
{
	switch (in->kind) {
	case ENCODER_TEXT:
		break;
	case ENCODER_INDICES:
		return indices_encode(out, spec, room, in, err);
	case ENCODER_FEATURES:
		return features_encode(out, spec, room, in, err);
	}
	return dc_fail(err, DC_EINVAL,
		       "this model takes indices or features");
}

static const struct encoder_ops encoders[] = {
	{ { "murmur3-words", NULL, 0 }, words_encode },
	{ { "none", NULL, 0 }, none_encode },
};

enum dc_status encoder_encode(struct sample *out,
			      const struct model_spec *spec,
			      struct sample_room *room,
			      const struct encoder_input *in,
			      struct dc_err *err)
{
	return spec->encoder->encode(out, spec, room, in, err);
}

const struct encoder_ops *encoder_at(size_t i)
{
	return i < DC_ARRAY_LEN(encoders) ? &encoders[i] : NULL;
}

const struct encoder_ops *encoder_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(encoders); i++)
		if (strcmp(encoders[i].choice.name, name) == 0)
			return &encoders[i];
	return NULL;
}
