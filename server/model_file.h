#ifndef DECAID_SERVER_MODEL_FILE_H
#define DECAID_SERVER_MODEL_FILE_H

/*
 * Between 0xDeCA10B's model files (server/deca_json.h) and models of ours:
 * the spec and the cells that a file means, and the file that a model means.
 */

#include "models/model.h"
#include "server/deca_json.h"

/* What an import chooses beside the file; NULL: the default. */
struct model_import {
	const char *encoder;	/* a name or a spec's line [none] */
	const char *verdict;	/* a spec's line [two-fold] */
	uint64_t columns;	/* 0: as many as the file needs */
};

/* Round weights and centroids to so many decimals, [0, 9], halves away from
 * 0, so that they take fewer bytes on a chain; counts stay. */
void model_file_round(struct deca_file *f, unsigned decimals);

/* Append the spec of a model like the file's.
 * Errors: DC_EINVAL what no spec can say. */
enum dc_status model_file_spec(struct dc_buf *out, const struct deca_file *f,
			       const struct model_import *how,
			       struct dc_err *err) DC_MUST_CHECK;

/* Put the file's numbers into a model of that spec that learned nothing. */
enum dc_status model_file_load(struct model *m, const struct deca_file *f,
			       struct dc_err *err) DC_MUST_CHECK;

/* The file that says a model: one of 0xDeCA10B's types as it is; a
 * sparse-perceptron of two classes as the one vector of differences; a
 * naive-bayes of whole counts.
 * out  to be cleared in any case; borrows the spec's class names
 * Errors: DC_EINVAL that JSON cannot say such a model, and why. */
enum dc_status model_file_of(struct deca_file *out, const struct model *m,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_MODEL_FILE_H */
