/*
 * unit: as `scale`, then divided by the sample's length, so that the sum of
 * squares is 10^18 within 10^11, as 0xDeCA10B's dense classifiers want it.
 */
#include "config.h"

#include <string.h>

#include "base/types.h"
#include "models/encoder.h"
#include "models/root.h"

static const struct spec_param params[] = {
	{ "clip", 1, SAMPLE_VALUE_MAX },
};

/* So many bits to the left keep the sum of squares below 2^124: roots of
 * small sums lose nothing then. */
static unsigned spare_bits(unsigned __int128 sum)
{
	unsigned n = 0;

	while (n < 62 && sum << (2 * n) >> (2 * n) == sum &&
	       sum << (2 * n) >> 122 == 0)
		n++;
	return n;
}

/* v 10^9 / length, to the nearest, halves away from 0. */
static int64_t over(int64_t v, unsigned shift, uint64_t length)
{
	__int128 n = (__int128)v * ((__int128)1 << shift) * DC_FX9_ONE;

	n = n * 2 + (v < 0 ? -(__int128)length : (__int128)length);
	return (int64_t)(n / (2 * (__int128)length));
}

bool encoder_to_unit(int64_t *value, size_t n)
{
	unsigned __int128 sum = 0;
	uint64_t length;
	unsigned shift;

	for (size_t i = 0; i < n; i++)
		sum += (unsigned __int128)((__int128)value[i] * value[i]);
	if (sum == 0)
		return false;
	shift = spare_bits(sum);
	length = root_floor(sum << (2 * shift));
	for (size_t i = 0; i < n; i++)
		value[i] = over(value[i], shift, length);
	return true;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	enum dc_status st =
		encoder_scale.encode(out, spec, room, in, err);

	if (st == DC_OK && !encoder_to_unit(room->value, out->count))
		st = dc_fail(err, DC_EINVAL, "every feature is at its "
			     "column's centre: that has no direction");
	return st;
}

const struct encoder_ops encoder_unit = {
	.choice = { "unit", params, DC_ARRAY_LEN(params) },
	.columns = ENCODER_COLUMNS_EACH,
	.encode = encode,
};
