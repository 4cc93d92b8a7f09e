/* fuzz_server_image.c: any bytes as a picture: one within the limits, or a
 * reason; the grid of one is within [0, 1]. */

#include "config.h"

#include "models/encoder.h"
#include "server/image.h"
#include "tests/fuzz/fuzz.h"

static struct sample_room room;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model_spec spec = { .columns = 12, .encoder_param = { 3, 4 },
				   .encoder = encoder_find("pixels") };
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct dc_err err = DC_ERR_INIT;
	struct image image = { .width = 0 };
	struct sample x;

	if (image_read(&image, arena, data, size, &err) == DC_OK) {
		struct encoder_input in = { .kind = ENCODER_IMAGE,
			.grey = image.grey, .width = image.width,
			.height = image.height };

		DC_CHECK((size_t)image.width * image.height <=
			 IMAGE_PIXELS_MAX);
		DC_CHECK(encoder_encode(&x, &spec, &room, &in, &err) ==
			 DC_OK);
		for (uint32_t i = 0; i < x.count; i++)
			DC_CHECK(x.value[i] >= 0 &&
				 x.value[i] <= DC_FX9_ONE);
	} else {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
	}
	dc_arena_free(arena);
	return 0;
}
