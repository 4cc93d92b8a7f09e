#ifndef DECAID_SERVER_TRIAL_H
#define DECAID_SERVER_TRIAL_H

/*
 * A model off the chain: learn a data set once, in the order of the file,
 * each row predicted before it is learned; then ask it about another. The
 * same encoder and model as behind a contract, without folds and verdicts.
 */

#include <stdio.h>

#include "models/model.h"
#include "models/spec.h"
#include "server/labelled.h"

#define TRIAL_CURVE_POINTS 200

struct trial_point {
	size_t n;		/* rows learned */
	size_t right;		/* of these, predicted right before */
};

struct trial {
	struct model_spec spec;
	struct dc_buf text;	/* of the spec */
	struct model m;
	size_t n_cell;		/* of memory: whole leaves */
	size_t n_learned, n_right;
	struct trial_point curve[TRIAL_CURVE_POINTS];
	size_t n_point;
	size_t n_asked;
	uint64_t *confusion;	/* (n_class, n_class): label, predicted */
	struct sample_room *room;
	uint32_t *feature_index;	/* of an encoder that the model's */
	size_t n_feature_index;		/* maker knows; kept, not used */
};

/* Told now and then how far it is. */
typedef void trial_progress(void *data, size_t done, size_t n);

/* A model of this spec that has learned nothing.
 * Errors: DC_EINVAL the spec. t is to be cleared in any case. */
enum dc_status trial_init(struct trial *t, const struct dc_buf *spec,
			  struct dc_err *err) DC_MUST_CHECK;
void trial_clear(struct trial *t);

/* Have a set's texts embedded, where the model's encoder asks a service; what
 * has been stays. Rows are embedded in the order of the file.
 * e  NULL: no service is set
 * Errors: DC_EINVAL "file:line: what"; DC_EBUSY the service. */
struct embedder;
enum dc_status trial_embed(struct trial *t, struct labelled *d,
			   struct embedder *e, trial_progress *tell,
			   void *data, struct dc_err *err) DC_MUST_CHECK;

/* Learn each row, or ask about each row.
 * tell  may be NULL
 * Errors: DC_EINVAL "file:line: what" a row that the model does not take. */
enum dc_status trial_learn(struct trial *t, const struct labelled *d,
			   trial_progress *tell, void *data,
			   struct dc_err *err) DC_MUST_CHECK;
enum dc_status trial_ask(struct trial *t, const struct labelled *d,
			 trial_progress *tell, void *data,
			 struct dc_err *err) DC_MUST_CHECK;

/* Right answers of trial_ask; and those about one class. */
size_t trial_right(const struct trial *t);

struct trial_class {
	uint64_t support, predicted, right;	/* rows */
	int64_t precision, recall, f1;	/* fx9; 0 where there is none */
};
void trial_class_get(struct trial_class *out, const struct trial *t,
		     uint32_t label);

/* a / b, fx9, rounded down; 0 when b is. */
int64_t trial_share(uint64_t a, uint64_t b);

/* A trained model as a file: "decaid model 1", perhaps a line "features I I
 * ...", a line "spec N", the N bytes of the spec, the cells as little-endian
 * 64-bit words, gzip over all.
 * Errors: DC_EIO the file. */
enum dc_status trial_save(const struct trial *t, const char *path,
			  struct dc_err *err) DC_MUST_CHECK;

/* Read such a file; or what a daemon exports: "decaid state 1", "spec N", the
 * spec, the bytes of learner_export, whose root is held against them; or one
 * of 0xDeCA10B's model files. Plain or gzip.
 * Errors: DC_EIO the file; DC_EINVAL it is none, or not of this build. */
enum dc_status trial_load(struct trial *t, const char *path,
			  struct dc_err *err) DC_MUST_CHECK;

/* A model of 0xDeCA10B's, from its file.
 * how  NULL: the defaults
 * Errors: DC_EINVAL no spec can say it. */
struct deca_file;
struct model_import;
enum dc_status trial_import(struct trial *t, const struct deca_file *f,
			    const struct model_import *how,
			    struct dc_err *err) DC_MUST_CHECK;

/* The model as one of 0xDeCA10B's model files, appended.
 * Errors: DC_EINVAL it cannot be said there. */
enum dc_status trial_put_json(struct dc_buf *out, const struct trial *t,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_TRIAL_H */
