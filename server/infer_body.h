#ifndef DECAID_SERVER_INFER_BODY_H
#define DECAID_SERVER_INFER_BODY_H

/*
 * The body of an inference request of the Open Inference Protocol (version
 * 2, as KServe has it), for a model of ours. It has one input tensor, whose
 * name says what it is:
 *
 *	text      BYTES, shape [n] or [n, 1]
 *	features  a number type, shape [n, columns]
 *	indices   an integer type, shape [n, k]; -1 fills a shorter row
 *	image     BYTES, shape [n] or [n, 1]: PNG or JPEG, base64 in JSON
 *
 * data is flat, row after row, or nested as the shape says; or it stands
 * behind the JSON, as the tensor's parameter binary_data_size says.
 *
 * Source: github.com/kserve/open-inference-protocol,
 * specification/protocol/inference_rest.md; Triton Inference Server,
 * docs/protocol/extension_binary_data.md.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json_scan.h"
#include "models/encoder.h"

enum infer_output { INFER_LABEL, INFER_CLASS, INFER_SCORES, INFER_OUTPUTS };

struct infer_body {
	struct json_slice id;		/* p NULL: none was given */
	size_t n;			/* rows, [1, PREDICT_INPUTS_MAX] */
	struct encoder_input *input;	/* (n), in the arena */
	/* Which outputs, in this order. All, where none are named. */
	enum infer_output output[INFER_OUTPUTS];
	bool binary[INFER_OUTPUTS];	/* it goes behind the JSON */
	size_t n_outputs;
	bool named;			/* the request named them */
};

/* The name of a tensor: "text", "label". Static. */
const char *infer_input_name(enum encoder_input_kind kind);
const char *infer_output_name(enum infer_output output);

/* Read a body.
 * in      (len); out borrows from it
 * n_json  of it are JSON, at most len
 * Errors: DC_EINVAL what and where. */
enum dc_status infer_body_read(struct infer_body *out, struct dc_arena *arena,
			       const char *in, size_t len, size_t n_json,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_INFER_BODY_H */
