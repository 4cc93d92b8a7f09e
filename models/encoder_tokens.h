#ifndef DECAID_MODELS_ENCODER_TOKENS_H
#define DECAID_MODELS_ENCODER_TOKENS_H

/*
 * The tokens of a text as 0xDeCA10B's dashboard takes them:
 * text.toLocaleLowerCase('en').split(/\s+/), hashed by npm's murmurhash-js.
 * Source: demo/client/src/components/model.js (rules only), ECMA-262.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "models/encoder.h"

/* Where a text's next token begins. */
struct encoder_tokens {
	const uint8_t *p, *end;
	bool more;
};

void encoder_tokens_init(struct encoder_tokens *t, const uint8_t *text,
			 size_t n);

/* The next one, what stands between runs of JavaScript's white space: where
 * a text begins or ends with some, an empty one, and so of an empty text.
 * false: there is none. */
bool encoder_tokens_next(struct encoder_tokens *t, const uint8_t **token,
			 size_t *n);

/* Lower case of a whole text; free() it.
 * text  (n) UTF-8 */
uint8_t *encoder_lower(const uint8_t *text, size_t n, size_t *len);

/* What every token of an input's text hashes to, in order.
 * EACH_PLACE  the seed is the token's place, 0 the first, and an empty token
 *             counts: the dashboard's tokens.map(murmur3), whose second
 *             argument is the place
 * NONE        the seed is 0, and empty tokens are left out: 0xDeCA10B's
 *             simulation, which learned its models so */
enum encoder_seed { ENCODER_SEED_NONE, ENCODER_SEED_EACH_PLACE };

/* out  (ENCODER_WORDS_MAX)
 * Errors: DC_EINVAL no text, no UTF-8, too many. */
enum dc_status encoder_token_hashes(uint32_t *out, size_t *n,
				    const struct encoder_input *in,
				    enum encoder_seed seed,
				    struct dc_err *err) DC_MUST_CHECK;

/* Columns of the words of an input's text under a spec of encoder
 * `vocabulary`, in order.
 * out  (ENCODER_WORDS_MAX)
 * Errors: DC_EINVAL no text, no UTF-8, too long, too many. */
enum dc_status encoder_vocabulary_columns(uint32_t *out, size_t *n,
					  const struct model_spec *spec,
					  const struct encoder_input *in,
					  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_MODELS_ENCODER_TOKENS_H */
