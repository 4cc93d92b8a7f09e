#ifndef DECAID_SERVER_PREDICTING_H
#define DECAID_SERVER_PREDICTING_H

/*
 * Asking a model about inputs that a request body gave, whatever the form of
 * the body and of the answer. No database, no lock but the model's.
 */

#include "oracle/registry.h"
#include "server/http.h"
#include "server/json_out.h"
#include "server/predict_body.h"

struct predicting {
	const struct registry_model *model;
	const struct model_spec *spec;
	struct predict_body body;	/* body.n inputs in body.input */
	const char *list;	/* their list's name, for errors */
	/* Of predicting_encode, in the request's arena: */
	struct sample *sample;		/* (n) */
	/* Of predicting_ask: */
	int64_t *scores;		/* (n, n_class), fx9 */
	uint32_t *label;		/* (n) */
	struct registry_as_of as_of;	/* what all n were asked of */
};

/* The live model that a path names.
 * false: the reply is made, 404 or 503. */
bool predicting_begin(struct predicting *p, struct http_request *rq,
		      struct http_reply *rp, const char *name) DC_MUST_CHECK;

/* Where the model's encoder asks a service: make features of p->body's texts.
 * false: the reply is made, or the handler is called again. */
bool predicting_embed(struct predicting *p, struct http_request *rq,
		      struct http_reply *rp) DC_MUST_CHECK;

/* Encode p->body.
 * Errors: DC_EINVAL an input that the model's encoder does not take, which
 *         and why; more scores than one request may have. */
enum dc_status predicting_encode(struct predicting *p,
				 struct http_request *rq,
				 struct dc_err *err) DC_MUST_CHECK;

/* Encode p->body and ask the model as it is now.  Errors: the same. */
enum dc_status predicting_ask(struct predicting *p, struct http_request *rq,
			      struct dc_err *err) DC_MUST_CHECK;

/* "as_of": {block, contributions, state_root}. */
void predicting_put_as_of(struct json_out *j,
			  const struct registry_as_of *a);

#endif /* DECAID_SERVER_PREDICTING_H */
