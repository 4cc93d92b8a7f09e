/* check_server_image.c: pictures become grey, and grey a grid, the same bytes
 * everywhere; what is broken or too large is refused. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

#include "base/keccak.h"
#include "server/base64.h"
#include "server/image.h"
#include "server/input.h"
#include "server/predict_body.h"
#include "tests/unit/unit.h"

/* Of the luma of tests/vectors/grey.jpg, made by libjpeg-turbo 2.1.5. */
#define GREY_JPG_HASH "0x553c215da0f20ec6362832f97cee6e02351af63706fe" \
	"286222bb8c2e2c83d32b"

static uint8_t file[1 << 20];
static size_t file_len;
static struct dc_arena *arena;
static struct dc_err why;

/* ---- making pictures ---- */

static void
png_out(png_structp png, png_bytep data, size_t n)
{
	(void)png;
	ck_assert_uint_le(file_len + n, sizeof(file));
	memcpy(file + file_len, data, n);
	file_len += n;
}

static void
png_make(uint32_t width, uint32_t height, int depth, int type, int interlace,
	 const uint8_t *rows, size_t row_bytes)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  NULL, NULL);
	png_infop info = png_create_info_struct(png);
	static const png_color palette[4] = {
		{ 0, 0, 0 }, { 255, 0, 0 }, { 0, 255, 0 }, { 9, 99, 199 }
	};

	file_len = 0;
	ck_assert(setjmp(png_jmpbuf(png)) == 0);
	png_set_write_fn(png, NULL, png_out, NULL);
	png_set_IHDR(png, info, width, height, depth, type, interlace,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (type == PNG_COLOR_TYPE_PALETTE)
		png_set_PLTE(png, info, palette, 4);
	png_set_gAMA(png, info, 1.0);	/* says nothing here */
	png_write_info(png, info);
	for (int pass = interlace ? png_set_interlace_handling(png) : 1;
	     pass > 0; pass--)
		for (uint32_t y = 0; y < height; y++)
			png_write_row(png, rows + y * row_bytes);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
}

static void
jpeg_make(uint32_t width, uint32_t height, J_COLOR_SPACE in, int components,
	  J_COLOR_SPACE as, const uint8_t *rows)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;
	unsigned char *out = NULL;
	unsigned long n = 0;

	c.err = jpeg_std_error(&errors);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, &n);
	c.image_width = width;
	c.image_height = height;
	c.input_components = components;
	c.in_color_space = in;
	jpeg_set_defaults(&c);
	jpeg_set_colorspace(&c, as);
	jpeg_set_quality(&c, 90, TRUE);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < height) {
		JSAMPROW row = (JSAMPROW)(uintptr_t)(rows + c.next_scanline *
						     width *
						     (uint32_t)components);

		(void)jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	ck_assert_uint_le(n, sizeof(file));
	memcpy(file, out, n);
	file_len = n;
	free(out);
}

static struct image
read_back(void)
{
	struct image out = { .width = 0 };

	why = (struct dc_err)DC_ERR_INIT;
	ck_assert_msg(image_read(&out, arena, file, file_len, &why) == DC_OK,
		      "%s", why.text);
	return out;
}

static void
refused(const uint8_t *in, size_t len, const char *part)
{
	struct image out = { .width = 0 };

	why = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(image_read(&out, arena, in, len, &why), DC_EINVAL);
	ck_assert_msg(strstr(why.text, part) != NULL, "%s", why.text);
}

static void
setup(void)
{
	arena = dc_arena_new(1 << 16);
}

static void
teardown(void)
{
	dc_arena_free(arena);
}

static unsigned
grey(unsigned r, unsigned g, unsigned b, unsigned a)
{
	r = (r * a + 255 * (255 - a) + 127) / 255;
	g = (g * a + 255 * (255 - a) + 127) / 255;
	b = (b * a + 255 * (255 - a) + 127) / 255;
	return (299 * r + 587 * g + 114 * b + 500) / 1000;
}

/* ---- PNG ---- */

START_TEST(any_png_becomes_grey_by_the_formula)
{
	uint8_t rgba[6 * 5 * 4];
	uint64_t dice = 1;
	struct image got;

	setup();
	for (size_t i = 0; i < sizeof(rgba); i++)
		rgba[i] = (uint8_t)unit_random(&dice);
	for (int interlace = 0; interlace < 2; interlace++) {
		png_make(6, 5, 8, PNG_COLOR_TYPE_RGB_ALPHA, interlace, rgba,
			 24);
		got = read_back();
		ck_assert(got.width == 6 && got.height == 5);
		for (size_t i = 0; i < 30; i++)
			ck_assert_uint_eq(got.grey[i],
				grey(rgba[4 * i], rgba[4 * i + 1],
				     rgba[4 * i + 2], rgba[4 * i + 3]));
	}
	png_make(10, 4, 8, PNG_COLOR_TYPE_RGB, 0, rgba, 30);
	got = read_back();
	for (size_t i = 0; i < 40; i++)
		ck_assert_uint_eq(got.grey[i], grey(rgba[3 * i],
			rgba[3 * i + 1], rgba[3 * i + 2], 255));
	png_make(6, 5, 8, PNG_COLOR_TYPE_GRAY, 0, rgba, 24);
	got = read_back();
	for (size_t i = 0; i < 30; i++)
		ck_assert_uint_eq(got.grey[i], rgba[i / 6 * 24 + i % 6]);
	/* 16 bits: the upper 8, big-endian */
	png_make(3, 5, 16, PNG_COLOR_TYPE_GRAY, 0, rgba, 24);
	got = read_back();
	for (size_t i = 0; i < 15; i++)
		ck_assert_uint_eq(got.grey[i], rgba[i / 3 * 24 + i % 3 * 2]);
	teardown();
}
END_TEST

START_TEST(few_bits_and_palettes_are_stretched)
{
	static const uint8_t bits[] = { 0xb0 };	/* 1 0 1 1 */
	static const uint8_t pairs[] = { 0x1b };	/* 0 1 2 3 */
	struct image got;

	setup();
	png_make(4, 1, 1, PNG_COLOR_TYPE_GRAY, 0, bits, 1);
	got = read_back();
	ck_assert(memcmp(got.grey, "\xff\x00\xff\xff", 4) == 0);
	png_make(4, 1, 2, PNG_COLOR_TYPE_GRAY, 0, pairs, 1);
	got = read_back();
	ck_assert(memcmp(got.grey, "\x00\x55\xaa\xff", 4) == 0);
	png_make(4, 1, 2, PNG_COLOR_TYPE_PALETTE, 0, pairs, 1);
	got = read_back();
	ck_assert_uint_eq(got.grey[0], 0);
	ck_assert_uint_eq(got.grey[1], 76);
	ck_assert_uint_eq(got.grey[2], 150);
	ck_assert_uint_eq(got.grey[3], grey(9, 99, 199, 255));
	teardown();
}
END_TEST

/* Its header says more than it holds: nothing of that size is made. */
START_TEST(a_bomb_is_refused_by_its_header)
{
	static uint8_t rows[4100];
	uint8_t head[64];

	setup();
	png_make(64, 8, 8, PNG_COLOR_TYPE_GRAY, 0, rows, 64);
	memcpy(head, file, sizeof(head));
	head[17] = 1;			/* 65,600 wide; the CRC is wrong too */
	refused(head, sizeof(head), "image: PNG");
	png_make(4097, 1, 8, PNG_COLOR_TYPE_GRAY, 0, rows, 0);
	refused(file, file_len, "image");
	png_make(4096, 513, 8, PNG_COLOR_TYPE_GRAY, 0, rows, 0);
	ck_assert_uint_lt(file_len, 20000);
	refused(file, file_len, "4096 by 513 pixels are more");
	refused(rows, IMAGE_BYTES_MAX + 1, "bytes");
	teardown();
}
END_TEST

START_TEST(every_cut_and_many_changes_end_in_an_error_or_a_picture)
{
	uint8_t rgba[32 * 24 * 4];
	uint64_t dice = 7;
	struct image out;

	for (size_t i = 0; i < sizeof(rgba); i++)
		rgba[i] = (uint8_t)(unit_random(&dice) >> 3);
	for (int kind = 0; kind < 2; kind++) {
		if (kind == 0)
			png_make(32, 24, 8, PNG_COLOR_TYPE_RGB_ALPHA, 1, rgba,
				 128);
		else
			jpeg_make(32, 24, JCS_RGB, 3, JCS_YCbCr, rgba);
		setup();
		for (size_t n = 0; n + 12 < file_len; n++)
			unit_require(image_read(&out, arena, file, n, NULL) ==
				     DC_EINVAL);
		for (int i = 0; i < 2000; i++) {
			size_t at = unit_random(&dice) % file_len;
			uint8_t was = file[at];

			file[at] = (uint8_t)unit_random(&dice);
			if (image_read(&out, arena, file, file_len, NULL) ==
			    DC_OK)
				unit_require(out.width > 0 && out.height > 0);
			file[at] = was;
			dc_arena_reset(arena);
		}
		teardown();
	}
}
END_TEST

/* ---- JPEG ---- */

START_TEST(jpeg_gives_its_luma)
{
	static uint8_t rgb[40 * 30 * 3];
	struct image got;

	setup();
	for (unsigned level = 0; level < 256; level += 15) {
		memset(rgb, (int)level, sizeof(rgb));
		jpeg_make(40, 30, JCS_RGB, 3, JCS_YCbCr, rgb);
		got = read_back();
		ck_assert(got.width == 40 && got.height == 30);
		for (size_t i = 0; i < 1200; i++)
			unit_require(got.grey[i] == level);
		jpeg_make(40, 30, JCS_GRAYSCALE, 1, JCS_GRAYSCALE, rgb);
		got = read_back();
		unit_require(got.grey[0] == level && got.grey[1199] == level);
	}
	memset(rgb, 9, sizeof(rgb));
	jpeg_make(30, 30, JCS_CMYK, 4, JCS_CMYK, rgb);
	refused(file, file_len, "neither grey nor YCbCr");
	teardown();
}
END_TEST

/* A file, not what this machine's encoder makes: any DCT that is not the
 * slow integer one, or a library that works otherwise, shows here. */
START_TEST(a_known_jpeg_has_the_same_bytes_everywhere)
{
	const char *top = getenv("srcdir");
	struct hash32 hash;
	char path[512], text[HASH32_TEXT_BYTES];
	struct image got;
	FILE *f;

	setup();
	(void)snprintf(path, sizeof(path), "%s/tests/vectors/grey.jpg",
		       top == NULL ? "." : top);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	file_len = fread(file, 1, sizeof(file), f);
	(void)fclose(f);
	got = read_back();
	ck_assert(got.width == 61 && got.height == 47);
	keccak256(&hash, got.grey, (size_t)got.width * got.height);
	hash32_format(&hash, text);
	ck_assert_str_eq(text, GREY_JPG_HASH);
	teardown();
}
END_TEST

/* ---- the grid ---- */

static struct sample_room room;

static struct model_spec
grid(uint32_t height, uint32_t width)
{
	struct model_spec s = { .columns = height * width,
				.encoder_param = { height, width } };

	s.encoder = encoder_find("pixels");
	return s;
}

static const int64_t *
encode(const struct model_spec *s, uint32_t width, uint32_t height,
       const uint8_t *pixels)
{
	struct encoder_input in = { .kind = ENCODER_IMAGE, .grey = pixels,
		.n = (size_t)width * height, .width = width,
		.height = height };
	struct sample x;

	why = (struct dc_err)DC_ERR_INIT;
	ck_assert_msg(encoder_encode(&x, s, &room, &in, &why) == DC_OK, "%s",
		      why.text);
	ck_assert(x.kind == SAMPLE_DENSE && x.count == s->columns);
	return x.value;
}

START_TEST(cells_are_means_by_area)
{
	static const uint8_t nine[] = { 0, 255, 0, 255, 255, 255, 0, 0, 0 };
	static const uint8_t one[] = { 51 };
	struct model_spec s = grid(2, 2);
	const int64_t *v = encode(&s, 3, 3, nine);

	/* 1.5 by 1.5 pixels: 1, 1/2, 1/2 and 1/4 of them, of 2.25 */
	ck_assert_int_eq(v[0], 555555556);	/* (.5 + .5 + .25) / 2.25 */
	ck_assert_int_eq(v[1], 555555556);
	ck_assert_int_eq(v[2], 333333333);	/* (.5 + .25) / 2.25 */
	ck_assert_int_eq(v[3], 333333333);
	v = encode(&s, 1, 1, one);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(v[i], 200000000);
	s = grid(3, 3);
	v = encode(&s, 3, 3, nine);
	for (int i = 0; i < 9; i++)
		ck_assert_int_eq(v[i], nine[i] == 0 ? 0 : DC_FX9_ONE);
}
END_TEST

/* Pixels repeated until cells are whole numbers of them. */
START_TEST(the_grid_is_that_of_the_enlarged_picture)
{
	static uint8_t pixels[13 * 11];
	uint64_t dice = 3;

	for (uint32_t h = 1; h <= 11; h++)
		for (uint32_t w = 1; w <= 13; w += 3) {
			struct model_spec s = grid(5, 4);
			const int64_t *v;

			for (uint32_t i = 0; i < h * w; i++)
				pixels[i] = (uint8_t)unit_random(&dice);
			v = encode(&s, w, h, pixels);
			for (uint32_t c = 0; c < 20; c++) {
				uint64_t sum = 0, n = 255ULL * h * w;

				for (uint32_t y = 0; y < h; y++)
					for (uint32_t x = 0; x < w; x++)
						sum += pixels[(c / 4 * h + y) /
							5 * w + (c % 4 * w +
								 x) / 4];
				unit_require((uint64_t)v[c] ==
					(sum * 1000000000 + n / 2) / n);
			}
		}
}
END_TEST

START_TEST(a_spec_whose_grid_is_not_its_columns_is_refused)
{
	struct model_spec s;
	char text[400];

	for (int width = 7; width <= 9; width++) {
		why = (struct dc_err)DC_ERR_INIT;
		(void)snprintf(text, sizeof(text), "decaid 1\nmodel kalman "
			"columns=64 variance=1000000000\nencoder pixels "
			"height=8 width=%d\nverdict two-fold credit=1 "
			"margin=1\nsample packed\nclass a\nclass b\n",
			width);
		ck_assert_int_eq(spec_parse(&s, text, strlen(text), &why),
				 width == 8 ? DC_OK : DC_EINVAL);
		if (width == 8)
			spec_clear(&s);
		else
			ck_assert_ptr_nonnull(strstr(why.text, "does not fit "
						     "the columns"));
	}
}
END_TEST

/* ---- the same sample by the command line and by REST ---- */

START_TEST(a_file_and_a_body_give_one_sample)
{
	static const char spec[] = "decaid 1\nmodel kalman columns=64 "
		"variance=1000000000\nencoder pixels height=8 width=8\n"
		"verdict two-fold credit=1 margin=1\nsample packed\n"
		"class a\nclass b\n";
	char path[] = "/tmp/decaid-image-XXXXXX";
	struct input_texts in = { .image = path };
	struct dc_buf by_file, by_body, json;
	struct predict_body body;
	uint8_t rows[20 * 18];
	struct model_spec s;
	uint64_t dice = 9;
	struct sample x;
	int fd = mkstemp(path);

	setup();
	for (size_t i = 0; i < sizeof(rows); i++)
		rows[i] = (uint8_t)unit_random(&dice);
	png_make(20, 18, 8, PNG_COLOR_TYPE_GRAY, 0, rows, 20);
	ck_assert_int_eq(write(fd, file, file_len), (ssize_t)file_len);
	(void)close(fd);
	ck_assert_int_eq(spec_parse(&s, spec, strlen(spec), NULL), DC_OK);
	dc_buf_init(&by_file, 4096);
	dc_buf_init(&by_body, 4096);
	dc_buf_init(&json, 8 << 20);
	ck_assert_int_eq(input_sample(&by_file, &s, &room, &in, NULL, &why),
			 DC_OK);
	dc_buf_append_text(&json, "{\"image\":\"");
	base64_put(&json, file, file_len);
	dc_buf_append_text(&json, "\"}");
	ck_assert_int_eq(predict_body_read(&body, arena,
		(const char *)json.data, json.len, &why), DC_OK);
	ck_assert_int_eq(encoder_encode(&x, &s, &room, &body.input[0], &why),
			 DC_OK);
	sample_encode(&by_body, &x);
	ck_assert_uint_eq(by_file.len, by_body.len);
	ck_assert(memcmp(by_file.data, by_body.data, by_file.len) == 0);
	(void)unlink(path);
	ck_assert_int_eq(input_sample(&by_file, &s, &room, &in, NULL, &why),
			 DC_EIO);
	dc_buf_clear(&by_file);
	dc_buf_clear(&by_body);
	dc_buf_clear(&json);
	spec_clear(&s);
	teardown();
}
END_TEST

/* Many small files that unpack to much: their pixels are counted. */
START_TEST(one_request_has_a_budget_of_pixels)
{
	static uint8_t rows[2048];
	struct predict_body body;
	struct dc_buf json;

	setup();
	png_make(2048, 1000, 8, PNG_COLOR_TYPE_GRAY, 0, rows, 0);
	dc_buf_init(&json, 8 << 20);
	dc_buf_append_text(&json, "{\"inputs\":[");
	for (int i = 0; i < 3; i++) {
		dc_buf_append_text(&json, i == 0 ? "{\"image\":\"" :
				   ",{\"image\":\"");
		base64_put(&json, file, file_len);
		dc_buf_append_text(&json, "\"}");
	}
	dc_buf_append_text(&json, "]}");
	why = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(predict_body_read(&body, arena,
		(const char *)json.data, json.len, &why), DC_EINVAL);
	ck_assert_msg(strstr(why.text, "inputs[2]: image: more than 4194304 "
			     "pixels") != NULL, "%s", why.text);
	dc_buf_clear(&json);
	teardown();
}
END_TEST

START_TEST(base64_is_strict)
{
	static const struct { const char *text, *bytes; } good[] = {
		{ "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" },
		{ "Zm9v", "foo" }, { "Zm9vYg==", "foob" },
		{ "Zm9vYmE=", "fooba" }, { "Zm9vYmFy", "foobar" },
	};		/* RFC 4648, section 10 */
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zh==", "Zm9=",
		"Z===", "====", "Zg==Zg==", "Zm9 ", "Zm9v\n", "Zm-_" };
	uint8_t out[16];
	size_t n;

	for (size_t i = 0; i < DC_ARRAY_LEN(good); i++) {
		struct dc_buf b;

		ck_assert(base64_decode(out, &n, good[i].text,
					strlen(good[i].text)));
		ck_assert_uint_eq(n, strlen(good[i].bytes));
		ck_assert(memcmp(out, good[i].bytes, n) == 0);
		dc_buf_init(&b, 64);
		base64_put(&b, out, n);
		ck_assert_str_eq(dc_buf_text(&b), good[i].text);
		dc_buf_clear(&b);
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(bad); i++)
		ck_assert_msg(!base64_decode(out, &n, bad[i], strlen(bad[i])),
			      "%s", bad[i]);
}
END_TEST

UNIT_MAIN("server/image",
	  any_png_becomes_grey_by_the_formula,
	  few_bits_and_palettes_are_stretched,
	  a_bomb_is_refused_by_its_header,
	  every_cut_and_many_changes_end_in_an_error_or_a_picture,
	  jpeg_gives_its_luma,
	  a_known_jpeg_has_the_same_bytes_everywhere,
	  cells_are_means_by_area,
	  the_grid_is_that_of_the_enlarged_picture,
	  a_spec_whose_grid_is_not_its_columns_is_refused,
	  a_file_and_a_body_give_one_sample,
	  one_request_has_a_budget_of_pixels,
	  base64_is_strict)
