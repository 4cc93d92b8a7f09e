/* The table of encoders, and the one that takes numbers as they are. */
#include "config.h"

#include "models/encoder.h"

#include <string.h>

#include "models/murmur.h"

uint32_t encoder_murmur3(const void *in, size_t len, uint32_t seed)
{
	const uint8_t *p = in;
	uint32_t h = seed, k;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4) {
		k = (uint32_t)p[i] | (uint32_t)p[i + 1] << 8 |
			(uint32_t)p[i + 2] << 16 | (uint32_t)p[i + 3] << 24;
		h = murmur_take(h, k);
	}
	k = 0;
	for (size_t j = len; j > i; j--)
		k = k << 8 | p[j - 1];
	return murmur_end(h, k, len);
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
	case ENCODER_IMAGE:
		break;
	case ENCODER_INDICES:
		return indices_encode(out, spec, room, in, err);
	case ENCODER_FEATURES:
		return features_encode(out, spec, room, in, err);
	}
	return dc_fail(err, DC_EINVAL,
		       "this model takes indices or features");
}

const struct encoder_ops encoder_none = {
	.choice = { "none", NULL, 0 },
	.encode = none_encode,
};

static const struct encoder_ops *const encoders[] = {
	&encoder_embedding,
	&encoder_murmur3_places,
	&encoder_murmur3_words,
	&encoder_ngrams,
	&encoder_none,
	&encoder_pixels,
	&encoder_scale,
	&encoder_unit,
	&encoder_vocabulary,
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
	return i < DC_ARRAY_LEN(encoders) ? encoders[i] : NULL;
}

const struct encoder_ops *encoder_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(encoders); i++)
		if (strcmp(encoders[i]->choice.name, name) == 0)
			return encoders[i];
	return NULL;
}
