#ifndef DECAID_ORACLE_DECA_READ_H
#define DECAID_ORACLE_DECA_READ_H

/*
 * Reading one of 0xDeCA10B's deployed models at a block: which parts a
 * trainer has, what kind each is (told by which getters answer), and the
 * classifier's numbers. Getters where there are any; storage slots for what
 * has none (naive Bayes' totalNumFeatures, the pair behind a value of the
 * sparse nearest centroid). Calls go in batches.
 *
 * A mapping cannot be listed, so the cells of the sparse kinds are read when
 * a sample first names them: a cell in the model's table is one that was
 * read, were it 0.
 *
 * Status of every call: oracle/rpc.h's; DC_EINVAL too: it is no such
 * contract, or answers what such a contract cannot.
 */

#include "base/arena.h"
#include "incentives/deca_incentive.h"
#include "models/deca.h"
#include "oracle/rpc.h"

/* What a call may take: strangers wrote the contract. A getter reads a few
 * slots, a text some hundreds; predict less than a contribution, which fits
 * into a block. (Nodes give 50,000,000 where nothing is said.) */
#define DECA_GETTER_GAS 1000000
#define DECA_TEXT_GAS 20000000
#define DECA_PREDICT_GAS 50000000

struct deca_parts {
	struct addr20 trainer, data_handler, incentive, classifier;
	enum deca_kind kind;
	struct deca_incentive rules;	/* as they stood at the block */
	const char *name, *description, *encoder;
	const char **class_name;
	size_t n_class;
	/* Whether the trainer owns all three: if not, somebody can change
	 * the classifier and no event tells. */
	bool is_wired;
};

/* A feature of a class whose number is asked for. */
struct deca_key {
	uint32_t klass;
	uint64_t index;
};

/* Texts live in the arena. */
enum dc_status deca_read_parts(struct deca_parts *out, struct rpc *rpc,
			       struct dc_arena *arena,
			       const struct addr20 *trainer, struct rpc_at at,
			       struct dc_err *err) DC_MUST_CHECK;

/* The model with all dense numbers; of the sparse kinds no cell yet.
 * most  dense numbers: more are DC_EINVAL
 * Owner: the caller, free(). */
enum dc_status deca_read_model(struct deca_model **out, struct rpc *rpc,
			       const struct deca_parts *parts,
			       uint64_t most, struct rpc_at at,
			       struct dc_err *err) DC_MUST_CHECK;

/* Read these cells into the model, which grows where it must. */
enum dc_status deca_read_cells(struct deca_model **m, struct rpc *rpc,
			       const struct deca_parts *parts,
			       const struct deca_key *keys, size_t n,
			       struct rpc_at at,
			       struct dc_err *err) DC_MUST_CHECK;

/* Which cells of a sample the model has not got: every class's.
 * out  (n_class * n) keys; returns how many */
size_t deca_keys_missing(struct deca_key *out, const struct deca_model *m,
			 const int64_t *data, size_t n);

/* A larger block for cells and a class more; m is freed. */
struct deca_model *deca_model_enlarge(struct deca_model *m, uint64_t cells);

/* The same without the cells that are 0, with room for so many others; m is
 * freed. What was dropped reads as one that was never asked for. */
struct deca_model *deca_model_shed(struct deca_model *m, uint64_t cells);

#endif /* DECAID_ORACLE_DECA_READ_H */
