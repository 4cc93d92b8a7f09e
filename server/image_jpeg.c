/* JPEG by libjpeg, whose errors jump; see image_png.c. */
#include "config.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include "server/image_private.h"

#define MEMORY_MAX (32 << 20)	/* what libjpeg may take */

struct jpeg_reading {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf away;
	const uint8_t *in;
	size_t len;
	struct image *out;
	struct dc_arena *arena;
	struct dc_err *err;
};

static void on_error(j_common_ptr jpeg)
{
	struct jpeg_reading *r = jpeg->client_data;
	char text[JMSG_LENGTH_MAX];

	jpeg->err->format_message(jpeg, text);
	(void)dc_fail(r->err, DC_EINVAL, "image: JPEG: %.80s", text);
	longjmp(r->away, 1);
}

/* Warnings are damage that libjpeg guesses over: that is refused here. */
static void on_message(j_common_ptr jpeg, int level)
{
	if (level < 0)
		on_error(jpeg);
}

static void on_output(j_common_ptr jpeg)
{
	(void)jpeg;
}

/* A small file can ask for any number of passes over a large picture. */
static void on_progress(j_common_ptr jpeg)
{
	struct jpeg_reading *r = jpeg->client_data;

	if (r->jpeg.input_scan_number <= IMAGE_SCANS_MAX)
		return;
	(void)dc_fail(r->err, DC_EINVAL, "image: JPEG: more than %d scans",
		      IMAGE_SCANS_MAX);
	longjmp(r->away, 1);
}

static void set_up(struct jpeg_reading *r)
{
	r->jpeg.err = jpeg_std_error(&r->errors);
	r->errors.error_exit = on_error;
	r->errors.emit_message = on_message;
	r->errors.output_message = on_output;
	r->jpeg.client_data = r;
	jpeg_create_decompress(&r->jpeg);
	r->progress.progress_monitor = on_progress;
	r->jpeg.progress = &r->progress;
	r->jpeg.mem->max_memory_to_use = MEMORY_MAX;
	jpeg_mem_src(&r->jpeg, r->in, r->len);
}

static void read_header(struct jpeg_reading *r)
{
	(void)jpeg_read_header(&r->jpeg, TRUE);
	if (image_room(r->out, r->arena, r->jpeg.image_width,
		       r->jpeg.image_height, r->err) != DC_OK)
		longjmp(r->away, 1);
	if (r->jpeg.jpeg_color_space != JCS_GRAYSCALE &&
	    r->jpeg.jpeg_color_space != JCS_YCbCr) {
		(void)dc_fail(r->err, DC_EINVAL, "image: JPEG: neither grey "
			      "nor YCbCr");
		longjmp(r->away, 1);
	}
	r->jpeg.out_color_space = JCS_GRAYSCALE;
	r->jpeg.dct_method = JDCT_ISLOW;
}

static void read_lines(struct jpeg_reading *r)
{
	/* the arena's, and nobody else's yet */
	uint8_t *grey = (uint8_t *)(uintptr_t)r->out->grey;

	(void)jpeg_start_decompress(&r->jpeg);
	while (r->jpeg.output_scanline < r->jpeg.output_height) {
		JSAMPROW row = grey + (size_t)r->jpeg.output_scanline *
			r->out->width;

		(void)jpeg_read_scanlines(&r->jpeg, &row, 1);
	}
	(void)jpeg_finish_decompress(&r->jpeg);
}

/* setjmp has a function of its own, whose locals do not change. */
static enum dc_status guarded(struct jpeg_reading *r)
{
	if (setjmp(r->away) != 0)
		return DC_EINVAL;
	set_up(r);
	read_header(r);
	read_lines(r);
	return DC_OK;
}

enum dc_status image_read_jpeg(struct image *out, struct dc_arena *arena,
			       const uint8_t *in, size_t len,
			       struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct jpeg_reading r = { .in = in, .len = len, .out = out,
				  .arena = arena, .err = &why };
	enum dc_status st = guarded(&r);

	jpeg_destroy_decompress(&r.jpeg);
	return st == DC_OK ? DC_OK : dc_fail(err, st, "%s", why.text);
}
