#ifndef DECAID_MODELS_DECA_ENCODER_H
#define DECAID_MODELS_DECA_ENCODER_H

/*
 * The encoders that 0xDeCA10B's contracts name, for their mirrors: from a text
 * to the int64 numbers that the dashboard would send, in its order, repeated
 * where it repeats them.
 * Source: demo/client/src/encoding/encoder.ts, components/model.js (rules
 * only).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/encoder.h"

enum deca_encoder {
	DECA_ENCODER_NONE,	/* "none": whole numbers as they are */
	DECA_ENCODER_TIMES,	/* "Multiply by 1E9, then round" */
	DECA_ENCODER_HASHES,	/* "MurmurHash3" */
	DECA_ENCODER_VOCABULARY,	/* "IMDB vocab" */
	DECA_ENCODER_OTHER	/* of features that somebody else computes */
};

/* By name, in any case. */
enum deca_encoder deca_encoder_find(const char *name);

/* out         (ENCODER_WORDS_MAX) the numbers, whole hashes and places
 * vocabulary  a spec of encoder `vocabulary`; NULL: there is none
 * Errors: DC_EINVAL this encoder takes no text, or not this one; the
 *         vocabulary is missing. */
enum dc_status deca_encoder_text(uint32_t *out, size_t *n,
				 enum deca_encoder encoder,
				 const struct model_spec *vocabulary,
				 const struct encoder_input *in,
				 struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_MODELS_DECA_ENCODER_H */
