#ifndef DECAID_SERVER_IMAGE_H
#define DECAID_SERVER_IMAGE_H

/*
 * Pictures of strangers as grey, the same bytes on every machine.
 *
 * PNG: each pixel as 8-bit red, green, blue, alpha (palette and transparent
 * colour resolved; 16 bits: the upper 8; 1, 2, 4 bits of grey stretched to
 * 8); colour over white: c = (c a + 255 (255 - a) + 127) / 255 for alpha a;
 * grey = (299 r + 587 g + 114 b + 500) / 1000. Gamma and colour profiles say
 * nothing.
 * JPEG: the luma plane of a grey or YCbCr picture, by the slow integer DCT
 * (ITU T.81; libjpeg's JDCT_ISLOW); other colour spaces are refused.
 * What a file says of its orientation is passed over.
 *
 * Sizes are looked at before anything is unpacked.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "models/encoder.h"
#include "base/status.h"

#define IMAGE_BYTES_MAX ((size_t)4 << 20)
#define IMAGE_SIDE_MAX 4096
#define IMAGE_PIXELS_MAX ((size_t)1 << 21)
#define IMAGE_SCANS_MAX 32	/* of a progressive JPEG */

struct image {
	uint32_t width, height;
	const uint8_t *grey;	/* (height, width), row-major, in the arena */
};

/* Read a PNG or a JPEG, told apart by their first bytes.
 * Errors: DC_EINVAL neither, broken, or beyond the limits. */
enum dc_status image_read(struct image *out, struct dc_arena *arena,
			  const uint8_t *in, size_t len,
			  struct dc_err *err) DC_MUST_CHECK;

/* Pixels of all pictures in one request. */
#define IMAGE_BUDGET (2 * IMAGE_PIXELS_MAX)

/* A picture as an encoder takes it.
 * budget  pixels that may still come; what this one has is taken off
 * Errors: as above; DC_EINVAL the budget is used up. */
enum dc_status image_take(struct encoder_input *out, struct dc_arena *arena,
			  size_t *budget, const uint8_t *in, size_t len,
			  struct dc_err *err) DC_MUST_CHECK;

/* The same as base64 text.
 * Errors: DC_EINVAL no base64, too. */
enum dc_status image_input(struct encoder_input *out, struct dc_arena *arena,
			   size_t *budget, const char *text, size_t len,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_IMAGE_H */
