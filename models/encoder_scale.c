/*
 * scale: numbers of any unit brought to about one, by constants that stand in
 * the spec. value = (x - center) / width, within clip of 0: so one wild
 * number does not drown the others.
 */
#include "config.h"

#include "base/types.h"
#include "models/encoder.h"

enum { CLIP };

static const struct spec_param params[] = {
	{ "clip", 1, SAMPLE_VALUE_MAX },
};

/* 2^64 * 2^30 before the division. */
static int64_t scaled(int64_t x, const struct spec_column *column,
		      int64_t clip)
{
	__int128 v = ((__int128)x - column->center) * DC_FX9_ONE /
		column->width;

	return v > clip ? clip : v < -clip ? -clip : (int64_t)v;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	if (in->kind != ENCODER_FEATURES)
		return dc_fail(err, DC_EINVAL, "this model takes features");
	if (in->n != spec->columns || in->n > SAMPLE_COUNT_MAX)
		return dc_fail(err, DC_EINVAL, "%zu features, expected %u",
			       in->n, spec->columns);
	for (size_t i = 0; i < in->n; i++)
		room->value[i] = scaled(in->feature[i], &spec->column[i],
					spec->encoder_param[CLIP]);
	*out = (struct sample){
		.kind = SAMPLE_DENSE,
		.count = (uint32_t)in->n,
		.value = room->value,
	};
	return DC_OK;
}

const struct encoder_ops encoder_scale = {
	.choice = { "scale", params, DC_ARRAY_LEN(params) },
	.columns = ENCODER_COLUMNS_EACH,
	.encode = encode,
};
