#ifndef DECAID_SERVER_MIRROR_ASK_H
#define DECAID_SERVER_MIRROR_ASK_H

/*
 * Asking the mirror of one of 0xDeCA10B's contracts about inputs that a
 * request body gave, whatever the form of the body and of the answer.
 */

#include "models/deca_encoder.h"
#include "oracle/mirrors.h"
#include "server/rest.h"

struct mirror_ask {
	struct rest *r;
	struct sql_model model;
	struct mirror_view view;	/* in the request's arena */
	size_t mirror;
	enum deca_encoder encoder;
	/* (ENCODER_WORDS_MAX) each, once a text came */
	uint32_t *number;
	int64_t *data;
};

/* The contract that {model} names, as it was read last; out borrows from r.
 * Errors: DC_ENOTFOUND; DC_EBUSY it is not kept here, or not read yet: the
 *         reply is made. */
enum dc_status mirror_ask_begin(struct mirror_ask *out, struct rest *r,
				struct dc_err *err) DC_MUST_CHECK;

/* What the contract's predict answers, one input after the other.
 * label  (n)
 * list   the inputs' name, for errors; NULL: there is one, without a name
 * Errors: DC_EINVAL an input that it does not take, or reverts at, which and
 *         why; DC_EBUSY cells are being read: the reply is made. */
enum dc_status mirror_ask(struct mirror_ask *a, uint64_t *label,
			  const struct encoder_input *in, size_t n,
			  const char *list, struct dc_err *err) DC_MUST_CHECK;

/* The class of a label, "" where the contract has none. */
const char *mirror_ask_class(const struct mirror_ask *a, uint64_t label);

#endif /* DECAID_SERVER_MIRROR_ASK_H */
