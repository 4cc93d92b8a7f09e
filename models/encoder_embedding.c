/*
 * embedding: what a service over HTTP says of a text, a vector of numbers.
 * The service is asked in server/ (server/embedding.h): here its answer is
 * what comes in, each number rounded by fx9_parse, and is cut to the columns
 * that the spec names, in the spec's order, then brought to length 1 where it
 * says so. So one answer gives one sample everywhere.
 */
#include "config.h"

#include "base/types.h"
#include "models/encoder.h"

enum { DIMENSION, NORMALIZE };

static const struct spec_param params[] = {
	{ "dimension", 1, ENCODER_DIMENSION_MAX }, { "normalize", 0, 1 },
};

static bool fits(const struct model_spec *spec)
{
	return spec->columns <= spec->encoder_param[DIMENSION];
}

uint32_t encoder_dimension(const struct model_spec *spec)
{
	return spec->encoder == &encoder_embedding
		? (uint32_t)spec->encoder_param[DIMENSION] : 0;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	if (in->kind != ENCODER_FEATURES)
		return dc_fail(err, DC_EINVAL, "this model takes a text that "
			       "the service %s embeds, or the embedding as "
			       "features", spec->service);
	if (in->n != (size_t)spec->encoder_param[DIMENSION])
		return dc_fail(err, DC_EINVAL, "%zu features, expected %u of "
			       "an embedding", in->n,
			       encoder_dimension(spec));
	for (uint32_t i = 0; i < spec->columns; i++) {
		size_t at = spec->feature != NULL ? spec->feature[i] : i;
		int64_t v = in->feature[at];

		if (v < -SAMPLE_VALUE_MAX || v > SAMPLE_VALUE_MAX)
			return dc_fail(err, DC_EINVAL,
				       "features[%zu] is out of range", at);
		room->value[i] = v;
	}
	*out = (struct sample){
		.kind = SAMPLE_DENSE,
		.count = spec->columns,
		.value = room->value,
	};
	if (spec->encoder_param[NORMALIZE] == 1 &&
	    !encoder_to_unit(room->value, spec->columns))
		return dc_fail(err, DC_EINVAL, "every feature is 0: that has "
			       "no direction");
	return DC_OK;
}

const struct encoder_ops encoder_embedding = {
	.choice = { "embedding", params, DC_ARRAY_LEN(params) },
	.service = ENCODER_SERVICE_NAMED,
	.fits = fits,
	.encode = encode,
};
