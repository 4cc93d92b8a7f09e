/* Encoders of 0xDeCA10B's contracts, by their names. */
#include "config.h"

#include "models/deca_encoder.h"

#include <strings.h>

#include "models/encoder_tokens.h"

enum deca_encoder deca_encoder_find(const char *name)
{
	static const char *const known[] = {
		[DECA_ENCODER_NONE] = "none",
		[DECA_ENCODER_TIMES] = "Multiply by 1E9, then round",
		[DECA_ENCODER_HASHES] = "MurmurHash3",
		[DECA_ENCODER_VOCABULARY] = "IMDB vocab",
	};

	for (unsigned i = 0; i < DC_ARRAY_LEN(known); i++)
		if (strcasecmp(known[i], name) == 0)
			return (enum deca_encoder)i;
	return DECA_ENCODER_OTHER;
}

enum dc_status deca_encoder_text(uint32_t *out, size_t *n,
				 enum deca_encoder encoder,
				 const struct model_spec *vocabulary,
				 const struct encoder_input *in,
				 struct dc_err *err)
{
	switch (encoder) {
	case DECA_ENCODER_HASHES:
		return encoder_token_hashes(out, n, in,
					    ENCODER_SEED_EACH_PLACE, err);
	case DECA_ENCODER_VOCABULARY:
		if (vocabulary == NULL)
			return dc_fail(err, DC_EINVAL, "this daemon has no "
				       "vocabulary for this model's texts");
		return encoder_vocabulary_columns(out, n, vocabulary, in, err);
	case DECA_ENCODER_NONE:
	case DECA_ENCODER_TIMES:
	case DECA_ENCODER_OTHER:
		break;
	}
	return dc_fail(err, DC_EINVAL, "this model's contract takes features "
		       "or indices, not texts");
}
