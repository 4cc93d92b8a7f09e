/* Which kind of picture it is, and what both kinds share. */
#include "config.h"

#include "server/image.h"

#include <string.h>

#include "server/base64.h"
#include "server/image_private.h"

enum dc_status image_room(struct image *out, struct dc_arena *arena,
			  uint64_t width, uint64_t height, struct dc_err *err)
{
	if (width == 0 || height == 0 || width > IMAGE_SIDE_MAX ||
	    height > IMAGE_SIDE_MAX || width * height > IMAGE_PIXELS_MAX)
		return dc_fail(err, DC_EINVAL, "image: %llu by %llu pixels "
			       "are more than %zu",
			       (unsigned long long)width,
			       (unsigned long long)height, IMAGE_PIXELS_MAX);
	out->width = (uint32_t)width;
	out->height = (uint32_t)height;
	out->grey = dc_arena_alloc(arena, (size_t)(width * height));
	return DC_OK;
}

enum dc_status image_read(struct image *out, struct dc_arena *arena,
			  const uint8_t *in, size_t len, struct dc_err *err)
{
	static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
				       '\n' };
	static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff };

	if (len > IMAGE_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "image: more than %zu bytes",
			       IMAGE_BYTES_MAX);
	if (len >= sizeof(png) && memcmp(in, png, sizeof(png)) == 0)
		return image_read_png(out, arena, in, len, err);
	if (len >= sizeof(jpeg) && memcmp(in, jpeg, sizeof(jpeg)) == 0)
		return image_read_jpeg(out, arena, in, len, err);
	return dc_fail(err, DC_EINVAL, "image: neither PNG nor JPEG");
}

enum dc_status image_take(struct encoder_input *out, struct dc_arena *arena,
			  size_t *budget, const uint8_t *in, size_t len,
			  struct dc_err *err)
{
	struct image image = { .grey = NULL };

	if (image_read(&image, arena, in, len, err) != DC_OK)
		return DC_EINVAL;
	if ((size_t)image.width * image.height > *budget)
		return dc_fail(err, DC_EINVAL, "image: more than %zu pixels "
			       "in one request", IMAGE_BUDGET);
	*budget -= (size_t)image.width * image.height;
	*out = (struct encoder_input){ .kind = ENCODER_IMAGE,
		.n = (size_t)image.width * image.height, .grey = image.grey,
		.width = image.width, .height = image.height };
	return DC_OK;
}

enum dc_status image_input(struct encoder_input *out, struct dc_arena *arena,
			   size_t *budget, const char *text, size_t len,
			   struct dc_err *err)
{
	uint8_t *bytes;
	size_t n;

	if (len / 4 * 3 > IMAGE_BYTES_MAX + 3)
		return dc_fail(err, DC_EINVAL, "image: more than %zu bytes",
			       IMAGE_BYTES_MAX);
	bytes = dc_arena_alloc(arena, BASE64_ROOM(len) + 1);
	if (!base64_decode(bytes, &n, text, len))
		return dc_fail(err, DC_EINVAL, "image: no base64");
	return image_take(out, arena, budget, bytes, n, err);
}
