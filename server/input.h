#ifndef DECAID_SERVER_INPUT_H
#define DECAID_SERVER_INPUT_H

/*
 * One input of a model as a person gives it on the command line, and as the
 * JSON body that the REST interface takes.
 */

#include "base/buf.h"
#include "base/status.h"
#include "models/sample.h"
#include "models/spec.h"

struct embedder;

/* What --text, --features, --indices or --image gave; one of them. */
struct input_texts {
	const char *text;	/* any */
	const char *features;	/* "1,2.5,-3" */
	const char *indices;	/* "3,17,4096" */
	const char *image;	/* a file, PNG or JPEG */
};

/* As JSON: {"text": ...}, {"features": [...]}, {"indices": [...]} or
 * {"image": ...}.
 * out  appended to
 * Errors: DC_EINVAL none or several are given, or not a list of numbers;
 *         DC_EIO the file. */
enum dc_status input_json(struct dc_buf *out, const struct input_texts *in,
			  struct dc_err *err) DC_MUST_CHECK;

/* As the packed sample that the chain carries.
 * out  appended to   room  for one sample
 * embedder  for encoders that ask a service, which is waited for; NULL: none
 * Errors: as above, and what the model's encoder does not take; the
 *         embedder's. */
enum dc_status input_sample(struct dc_buf *out,
			    const struct model_spec *spec,
			    struct sample_room *room,
			    const struct input_texts *in,
			    struct embedder *embedder,
			    struct dc_err *err) DC_MUST_CHECK;

/* A class name, or a label as a number.
 * Errors: DC_EINVAL neither. */
enum dc_status input_label(uint32_t *out, const struct model_spec *spec,
			   const char *text, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SERVER_INPUT_H */
