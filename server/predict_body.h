#ifndef DECAID_SERVER_PREDICT_BODY_H
#define DECAID_SERVER_PREDICT_BODY_H

/*
 * The body of a predict request: one input, {"text"}, {"indices"} or
 * {"features"}, or {"inputs": [one, ...]}. Read in one pass; what is wrong
 * is told with its place.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json_scan.h"
#include "models/encoder.h"

#define PREDICT_INPUTS_MAX 1024

struct predict_body {
	bool batch;		/* had "inputs" */
	bool attest;
	size_t n;		/* [1, PREDICT_INPUTS_MAX] */
	struct encoder_input *input;	/* in the arena */
};

/* Read a string as an input's text, borrowed from the JSON or, where it has
 * escapes, in the arena. false: it is none; in is as it was. */
bool predict_body_text(struct encoder_input *in, struct json_scan *s,
		       struct dc_arena *arena) DC_MUST_CHECK;

/* Read a body.
 * in  (len); texts without escapes are borrowed from it
 * Errors: DC_EINVAL what and where. */
enum dc_status predict_body_read(struct predict_body *out,
				 struct dc_arena *arena, const char *in,
				 size_t len, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SERVER_PREDICT_BODY_H */
