/*
 * PNG by libpng, whose errors jump: nothing that is changed after setjmp is
 * looked at after a jump, but what the struct on the caller's side holds.
 */
#include "config.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

#include "server/image_private.h"

#define CHUNK_BYTES_MAX (1 << 20)	/* of what is not pixels */
#define CHUNKS_MAX 64

struct png_reading {
	png_structp png;
	png_infop info;
	const uint8_t *in;
	size_t left;
	struct image *out;
	struct dc_arena *arena;
	struct dc_err *err;
	png_bytep *row;		/* (height) of RGBA, in the arena */
};

static void on_error(png_structp png, png_const_charp what)
{
	struct png_reading *r = png_get_error_ptr(png);

	(void)dc_fail(r->err, DC_EINVAL, "image: PNG: %.60s", what);
	longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp what)
{
	(void)png;
	(void)what;
}

static void on_read(png_structp png, png_bytep out, size_t n)
{
	struct png_reading *r = png_get_io_ptr(png);

	if (n > r->left)
		png_error(png, "it ends too early");
	memcpy(out, r->in, n);
	r->in += n;
	r->left -= n;
}

/* Any pixel as 8-bit RGBA; no gamma is asked for, so none is applied. */
static void transform(png_structp png)
{
	png_set_expand(png);
	png_set_strip_16(png);
	png_set_gray_to_rgb(png);
	png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
	(void)png_set_interlace_handling(png);
}

static void limit(png_structp png)
{
	png_set_user_limits(png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
	png_set_chunk_cache_max(png, CHUNKS_MAX);
	png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
	png_set_crc_action(png, PNG_CRC_DEFAULT, PNG_CRC_DEFAULT);
}

/* Jumps to on_error's place when anything is wrong. */
static void read_rows(struct png_reading *r)
{
	png_uint_32 width, height;

	limit(r->png);
	png_set_read_fn(r->png, r, on_read);
	png_read_info(r->png, r->info);
	width = png_get_image_width(r->png, r->info);
	height = png_get_image_height(r->png, r->info);
	if (image_room(r->out, r->arena, width, height, r->err) != DC_OK)
		longjmp(png_jmpbuf(r->png), 1);
	transform(r->png);
	png_read_update_info(r->png, r->info);
	if (png_get_rowbytes(r->png, r->info) != (size_t)width * 4)
		png_error(r->png, "its pixels are not of 32 bits");
	r->row = dc_arena_alloc(r->arena, height * sizeof(*r->row));
	r->row[0] = dc_arena_alloc(r->arena, (size_t)width * height * 4);
	for (png_uint_32 y = 1; y < height; y++)
		r->row[y] = r->row[0] + (size_t)y * width * 4;
	png_read_image(r->png, r->row);
	png_read_end(r->png, NULL);
}

static unsigned over_white(unsigned c, unsigned a)
{
	return (c * a + 255 * (255 - a) + 127) / 255;
}

static void grey_of(uint8_t *out, const uint8_t *rgba, size_t n)
{
	for (size_t i = 0; i < n; i++, rgba += 4) {
		unsigned red = over_white(rgba[0], rgba[3]);
		unsigned green = over_white(rgba[1], rgba[3]);
		unsigned blue = over_white(rgba[2], rgba[3]);

		out[i] = (uint8_t)((299 * red + 587 * green + 114 * blue +
				    500) / 1000);
	}
}

/* setjmp has a function of its own, whose locals do not change. */
static enum dc_status guarded(struct png_reading *r)
{
	if (setjmp(png_jmpbuf(r->png)) != 0)
		return DC_EINVAL;
	read_rows(r);
	return DC_OK;
}

enum dc_status image_read_png(struct image *out, struct dc_arena *arena,
			      const uint8_t *in, size_t len,
			      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct png_reading r = { .in = in, .left = len, .out = out,
				 .arena = arena, .err = &why };
	enum dc_status st = DC_EINVAL;

	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error,
				       on_warning);
	r.info = r.png == NULL ? NULL : png_create_info_struct(r.png);
	if (r.info != NULL)
		st = guarded(&r);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	if (st != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s", why.text[0] == '\0' ?
			       "image: PNG cannot be read" : why.text);
	/* the arena's, and nobody else's yet */
	grey_of((uint8_t *)(uintptr_t)out->grey, r.row[0],
		(size_t)out->width * out->height);
	return DC_OK;
}
