#ifndef DECAID_SERVER_IMAGE_PRIVATE_H
#define DECAID_SERVER_IMAGE_PRIVATE_H

/* The inside of server/image.h, shared by image*.c alone. */

#include "server/image.h"

/* Room for a picture of this size.
 * Errors: DC_EINVAL it is beyond the limits. */
enum dc_status image_room(struct image *out, struct dc_arena *arena,
			  uint64_t width, uint64_t height,
			  struct dc_err *err) DC_MUST_CHECK;

enum dc_status image_read_png(struct image *out, struct dc_arena *arena,
			      const uint8_t *in, size_t len,
			      struct dc_err *err) DC_MUST_CHECK;
enum dc_status image_read_jpeg(struct image *out, struct dc_arena *arena,
			       const uint8_t *in, size_t len,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_IMAGE_PRIVATE_H */
