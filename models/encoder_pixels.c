/*
 * pixels: a picture as a grid of grey. Each cell is the mean of the part of
 * the picture that it covers, parts of pixels counted by their area, so that
 * any size comes to the same grid without a filter's arithmetic. 0 is black,
 * 1 is white. How bytes of PNG and JPEG become grey: server/image.h.
 */
#include "config.h"

#include "base/types.h"
#include "models/encoder.h"

enum { HEIGHT, WIDTH };

static const struct spec_param params[] = {
	{ "height", 1, ENCODER_SIDE_MAX }, { "width", 1, ENCODER_SIDE_MAX },
};

static bool fits(const struct model_spec *spec)
{
	return spec->encoder_param[HEIGHT] * spec->encoder_param[WIDTH] ==
		spec->columns;
}

/* How much of [from, from + length) lies in [a, b). */
static uint64_t overlap(uint64_t from, uint64_t length, uint64_t a,
			uint64_t b)
{
	uint64_t low = from > a ? from : a;
	uint64_t high = from + length < b ? from + length : b;

	return high > low ? high - low : 0;
}

/* One row of the picture in one cell [a, b); pixel x covers n_cell units from
 * n_cell x on. Below 255 * 2^14 * 2^10. */
static uint64_t row_sum(const uint8_t *row, uint64_t n_cell, uint64_t a,
			uint64_t b)
{
	uint64_t sum = 0;

	for (uint64_t x = a / n_cell; x * n_cell < b; x++)
		sum += row[x] * overlap(x * n_cell, n_cell, a, b);
	return sum;
}

/* Units of height / rows by width / columns: pixel (y, x) covers [rows y,
 * rows (y + 1)) by [columns x, columns (x + 1)), cell (i, j) covers
 * [height i, height (i + 1)) by [width j, width (j + 1)): an area of height
 * times width. Rounded to the nearest, halves up. */
static int64_t cell_mean(const struct encoder_input *in, uint64_t rows,
			 uint64_t columns, uint64_t i, uint64_t j)
{
	uint64_t a = in->height * i, b = a + in->height;
	unsigned __int128 area =
		(unsigned __int128)255 * in->height * in->width, sum = 0;

	for (uint64_t y = a / rows; y * rows < b; y++)
		sum += (unsigned __int128)overlap(y * rows, rows, a, b) *
			row_sum(in->grey + y * in->width, columns,
				(uint64_t)in->width * j,
				(uint64_t)in->width * (j + 1));
	return (int64_t)((sum * DC_FX9_ONE + area / 2) / area);
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	uint64_t rows = (uint64_t)spec->encoder_param[HEIGHT];
	uint64_t columns = (uint64_t)spec->encoder_param[WIDTH];

	if (in->kind != ENCODER_IMAGE)
		return dc_fail(err, DC_EINVAL, "this model takes an image");
	if (in->width == 0 || in->height == 0 ||
	    in->width > ENCODER_IMAGE_SIDE_MAX ||
	    in->height > ENCODER_IMAGE_SIDE_MAX)
		return dc_fail(err, DC_EINVAL, "an image of %u by %u is "
			       "empty or too large", in->width, in->height);
	for (uint64_t i = 0; i < rows; i++)
		for (uint64_t j = 0; j < columns; j++)
			room->value[i * columns + j] =
				cell_mean(in, rows, columns, i, j);
	*out = (struct sample){
		.kind = SAMPLE_DENSE,
		.count = (uint32_t)(rows * columns),
		.value = room->value,
	};
	return DC_OK;
}

const struct encoder_ops encoder_pixels = {
	.choice = { "pixels", params, DC_ARRAY_LEN(params) },
	.fits = fits,
	.encode = encode,
};
