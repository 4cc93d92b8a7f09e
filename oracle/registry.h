#ifndef DECAID_ORACLE_REGISTRY_H
#define DECAID_ORACLE_REGISTRY_H

/*
 * The models that this daemon holds, for those who read them: HTTP handlers
 * look one up and ask it for predictions while the pipeline teaches it.
 *
 * One writer (the pipeline, oracle/registry_write.h), any number of readers.
 * Each model has a lock of its own that prefers the writer; the writer holds
 * it for at most about a millisecond at a time. An entry, once found, stays
 * at its address until registry_free; a reorg that undoes a model's creation
 * leaves the entry with state REGISTRY_GONE.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "base/status.h"
#include "base/types.h"
#include "models/learner.h"
#include "models/sample.h"
#include "models/spec.h"

struct registry;
struct registry_model;

#define REGISTRY_SLUG_BYTES 64

enum registry_state {
	REGISTRY_LIVE,		/* predicts and learns */
	REGISTRY_REFUSED,	/* listed; spec not known here: not followed */
	REGISTRY_SKIPPED,	/* listed; policy does not follow it */
	REGISTRY_GONE		/* a reorg undid it: not listed */
};

/* What never changes about a model. Borrowed, good while the registry is. */
struct registry_info {
	struct ev_model_created created;	/* texts are kept here */
	struct log_ref at;			/* where it was created */
	char slug[REGISTRY_SLUG_BYTES];
	const struct model_spec *spec;		/* NULL unless parsed */
	const char *refusal;	/* why it is not followed; "" when it is */
};

/* Which state an answer speaks for. */
struct registry_as_of {
	uint64_t block;
	uint64_t contributions;
	bool has_root;		/* the root of that state is computed */
	struct hash32 state_root;
};

/* The model of that address, or of that unique slug; NULL: none, or gone.
 * Thread: any. */
const struct registry_model *registry_find(struct registry *reg,
					   const struct addr20 *trainer);
const struct registry_model *registry_find_slug(struct registry *reg,
						const char *slug);

/* All that are not gone, in the order of their creation.
 * out  (room), may be NULL with room 0
 * Returns how many there are, which may be more than room. Thread: any. */
size_t registry_list(struct registry *reg, const struct registry_model **out,
		     size_t room);

const struct registry_info *registry_info(const struct registry_model *m);
enum registry_state registry_state(const struct registry_model *m);
void registry_as_of(const struct registry_model *m,
		    struct registry_as_of *out);

/* Another number whenever the state may be another; it only rises while the
 * process lives. What is read afterwards is of this state or of a later one.
 * Thread: any; waits for nobody. */
uint64_t registry_changes(const struct registry_model *m);

/* The slug of a name and an address: lower-case letters, digits and hyphens
 * of the name, and the address's first four bytes, "sections-1a2b3c4d".
 * out  (REGISTRY_SLUG_BYTES) */
void registry_slug(char *out, const char *name, const struct addr20 *trainer);

/* Predict n samples, all from one state.
 * scores  (n, n_class) fx9, row-major      label  (n)
 * as_of   the state, may be NULL
 * x       (n), decoded or encoded for the spec's columns
 * Errors: DC_EBUSY the model is not live; DC_EINVAL the model does not take
 *     a sample: err says which. Nothing is promised of the outputs then.
 * Thread: any. */
enum dc_status registry_predict(const struct registry_model *m,
				int64_t *scores, uint32_t *label,
				struct registry_as_of *as_of,
				const struct sample *x, size_t n,
				struct dc_err *err) DC_MUST_CHECK;

/* A part of the state's cells, all of one moment.
 * cells  (n)     as_of  may be NULL
 * first, n  [first, first + n) of the learner's cells, n > 0
 * Holds the writer up for a millisecond at a time, unless the model learns so
 * often that no copy in pieces becomes whole.
 * Errors: DC_EBUSY the model is not live.  Thread: any. */
enum dc_status registry_copy(const struct registry_model *m, int64_t *cells,
			     size_t first, size_t n,
			     struct registry_as_of *as_of,
			     struct dc_err *err) DC_MUST_CHECK;

/* The whole state as learner_export writes it, copied as registry_copy does,
 * hashed where nobody waits.
 * out  (registry_export_size(m)) aligned for int64_t
 * Errors: DC_EBUSY the model is not live.  Thread: any. */
size_t registry_export_size(const struct registry_model *m);
enum dc_status registry_export(const struct registry_model *m, uint8_t *out,
			       struct registry_as_of *as_of,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_REGISTRY_H */
