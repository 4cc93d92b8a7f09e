#ifndef DECAID_SERVER_DECA_JSON_H
#define DECAID_SERVER_DECA_JSON_H

/*
 * 0xDeCA10B's model files: JSON as its dashboard deploys from, of seven types
 *
 *	perceptron, dense perceptron	DensePerceptron
 *	sparse perceptron		SparsePerceptron
 *	naive bayes			NaiveBayesClassifier
 *	nearest centroid classifier, dense nearest centroid classifier
 *					NearestCentroidClassifier
 *	sparse nearest centroid classifier
 *					SparseNearestCentroidClassifier
 *
 * Numbers become what the dashboard's deployment makes of them: times 10^9 as
 * a double, rounded, halves up; a learning rate that is missing or 0 is 0.5,
 * a smoothing factor 1; classes keyed by name come in the order of
 * JavaScript's Object.entries. Two older spellings are read too: `bias` for
 * `intercept`, `intents` for `centroids`.
 * Source of the format: 0xDeCA10B, commit f97e40d, demo/client/src/ml-models.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "models/deca.h"

#define DECA_JSON_BYTES_MAX ((size_t)64 << 20)	/* unpacked */
#define DECA_JSON_NUMBERS_MAX (1 << 24)

struct deca_file {
	struct deca_model *model;	/* (owned) what the contract would be */
	const char **class_name;
	uint32_t n_class;
	const uint32_t *feature_index;	/* of an encoder that the file's */
	size_t n_feature_index;		/* maker knows; 0: none given */
	uint64_t columns;		/* one above the highest feature */
	struct dc_arena *arena;		/* names and indices */
};

/* Errors: DC_EINVAL what is wrong, and where: "line 3: ...",
 * "centroids.NEWS.centroid[7]: ...". out is to be cleared in any case. */
enum dc_status deca_json_read(struct deca_file *out, const char *text,
			      size_t len, struct dc_err *err) DC_MUST_CHECK;

/* The same from a file, plain or gzip. Errors: DC_EIO too. */
enum dc_status deca_json_load(struct deca_file *out, const char *path,
			      struct dc_err *err) DC_MUST_CHECK;

/* Append the JSON that deca_json_read makes the same model of.
 * Errors: DC_EINVAL what that JSON cannot say: a number that a double does
 *         not hold, a learning rate of 0. */
enum dc_status deca_json_write(struct dc_buf *out, const struct deca_file *f,
			       struct dc_err *err) DC_MUST_CHECK;

/* A zeroed or cleared one is fine. */
void deca_file_clear(struct deca_file *f);

#endif /* DECAID_SERVER_DECA_JSON_H */
