/*
 * The words of a text, hashed, as a set.
 *
 * murmur3-words   each with seed 0
 * murmur3-places  each with its place in the text as the seed, and white
 *                 space at an end of the text as an empty word there: what
 *                 0xDeCA10B's dashboard sends where the encoder is
 *                 "MurmurHash3"
 */
#include "config.h"

#include "models/encoder_tokens.h"

/* Most columns are a power of two, and a division takes as long as a word. */
static void columns_of(uint32_t *hash, size_t n, uint32_t columns)
{
	const uint32_t mask = columns - 1;

	if (columns & mask)
		for (size_t i = 0; i < n; i++)
			hash[i] %= columns;
	else
		for (size_t i = 0; i < n; i++)
			hash[i] &= mask;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     enum encoder_seed seed, struct dc_err *err)
{
	size_t n;
	enum dc_status st =
		encoder_token_hashes(room->index, &n, in, seed, err);

	if (st != DC_OK)
		return st;
	columns_of(room->index, n, spec->columns);
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, n),
		.index = room->index,
	};
	return DC_OK;
}

static enum dc_status words_encode(struct sample *out,
				   const struct model_spec *spec,
				   struct sample_room *room,
				   const struct encoder_input *in,
				   struct dc_err *err)
{
	return encode(out, spec, room, in, ENCODER_SEED_NONE, err);
}

static enum dc_status places_encode(struct sample *out,
				    const struct model_spec *spec,
				    struct sample_room *room,
				    const struct encoder_input *in,
				    struct dc_err *err)
{
	return encode(out, spec, room, in, ENCODER_SEED_EACH_PLACE, err);
}

const struct encoder_ops encoder_murmur3_words = {
	.choice = { "murmur3-words", NULL, 0 },
	.encode = words_encode,
};

const struct encoder_ops encoder_murmur3_places = {
	.choice = { "murmur3-places", NULL, 0 },
	.encode = places_encode,
};
