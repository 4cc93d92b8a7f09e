#ifndef DECAID_MODELS_DECA_H
#define DECAID_MODELS_DECA_H

/*
 * 0xDeCA10B's five classifiers as their contracts compute them (solc
 * 0.6.12): widths, wrap-arounds, the order of the checks and the words of
 * each revert. A mirror of a deployed contract is one struct deca_model kept
 * by these calls; oracle/PROTOCOL.md "0xDeCA10B" says the rules.
 *
 * The state is one flat block without pointers that the caller brings and
 * that may be copied or saved as bytes; it holds as many classes and cells as
 * it was made for. A call that needs more says DECA_NO_ROOM and has done
 * nothing; deca_model_move carries the state over to a larger block. A call
 * that reverts has done nothing either. Nothing here allocates.
 *
 * Names of classes and the list of feature indices take no part in the
 * arithmetic and are not kept.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/u256.h"
#include "models/deca_reason.h"

#define DECA_FLOAT 1000000000	/* toFloat: the fixed point's 1 */
#define DECA_BATCH_COLUMNS 60	/* indices a row of evaluateBatch */

enum deca_kind {
	DECA_DENSE_PERCEPTRON,
	DECA_SPARSE_PERCEPTRON,
	DECA_NAIVE_BAYES,
	DECA_NEAREST_CENTROID,
	DECA_SPARSE_NEAREST_CENTROID,
	DECA_KINDS
};

/* How much a block has room for: the most classes, the most numbers. */
struct deca_room {
	uint32_t classes;
	uint64_t cells;
};

/* One number of a model: a weight, a count, a value of a centroid. */
struct deca_cell {
	uint64_t index;		/* of the feature */
	uint32_t klass;
	uint32_t used;
	uint64_t low;		/* the number, two's complement, 128 bits */
	uint64_t high;		/* sparse centroid: its numSamples */
};

/* What a contract keeps of a class. */
struct deca_class {
	struct u256 count;	/* numSamples or dataCounts */
	struct u256 total;	/* totalFeatureCount or squaredMagnitude */
	uint64_t length;	/* of a dense row */
};

struct deca_model {
	uint32_t kind;		/* enum deca_kind */
	uint32_t n_class;	/* rows; a perceptron has one */
	uint64_t n_names;	/* classifications.length */
	uint64_t n_count;	/* dataCounts.length, dense centroid */
	uint64_t n_cell;	/* in use */
	uint64_t slots;		/* of the table: a power of two */
	uint32_t room_classes;
	uint32_t learning_rate;
	uint32_t smoothing;
	uint32_t layout;	/* private: 0 in every block */
	struct u256 intercept;	/* int80, sign extended */
	struct u256 total_features;
	/* deca_class[room_classes], deca_cell[slots] */
};

/* One element of an argument, as wide as the widest (int80); each contract
 * cuts it. Of a dense array only value is read. */
struct deca_pair {
	__int128 index;
	__int128 value;
	uint8_t given;	/* how many of the two the inner array has */
};

struct deca_row {
	const struct deca_pair *pair;
	size_t n;
};

/* A constructor's arguments; each kind reads its own. */
struct deca_setup {
	size_t n_names;
	const struct deca_row *row;	/* weights: one; else by class */
	size_t n_row;
	const struct u256 *count;
	size_t n_count;
	__int128 intercept;		/* int80 */
	uint32_t learning_rate;
	uint32_t smoothing;
	struct u256 total_features;
};

/* One undo entry of an update that may revert half way. */
struct deca_undo {
	uint64_t index;
	uint64_t low;
	uint64_t high;
};

/* What a contract of one kind does. Every call but predict and norm is the
 * owner's; who calls is the caller's to check (Sender is not the owner.). */
struct deca_ops {
	const char *name;	/* the contract's */

	/* The constructor, on a block fresh from deca_model_init. */
	enum deca_reason (*construct)(struct deca_model *m,
				      const struct deca_setup *s);

	/* initializeWeights (at: start index, sparse), initializeCounts and
	 * extendCentroid (at: the class). */
	enum deca_reason (*extend)(struct deca_model *m,
				   const struct deca_row *row, uint64_t at);

	/* addClass; NULL where the contract has none. */
	enum deca_reason (*add_class)(struct deca_model *m,
				      const struct deca_row *row,
				      struct u256 count);

	enum deca_reason (*predict)(const struct deca_model *m, uint64_t *out,
				    const int64_t *data, size_t n);

	/* What predict compares: a perceptron's sum (klass 0; an int256), a
	 * product of naive Bayes, a distance, whole. */
	enum deca_reason (*measure)(const struct deca_model *m,
				    struct u256 *out, uint32_t klass,
				    const int64_t *data, size_t n);

	/* undo (n) scratch */
	enum deca_reason (*update)(struct deca_model *m,
				   struct deca_undo *undo,
				   const int64_t *data, size_t n,
				   uint64_t label);

	enum deca_reason (*norm)(struct u256 *out, const int64_t *data,
				 size_t n);
};

const struct deca_ops *deca_ops(enum deca_kind kind);

/* By the contract's name; false: none of the five. */
bool deca_kind_find(enum deca_kind *out, const char *name);

/* Bytes of a block with this room; 0: more than a size_t holds. */
size_t deca_model_size(struct deca_room room);

/* An empty model. block is aligned for uint64_t. */
struct deca_model *deca_model_init(void *block, enum deca_kind kind,
				   struct deca_room room);

/* The room a call may need at most: `cells` further numbers, and a class. */
struct deca_room deca_model_room(const struct deca_model *m, uint64_t cells);

/* The same state in another block, which has room enough for it. */
struct deca_model *deca_model_move(void *block, struct deca_room room,
				   const struct deca_model *from);

/* What a follower read of a deployed model, put in its place. The numbers of
 * the header are the reader's to set.
 * klass  (n) the first n_class of them have rows, n_count dataCounts
 * false, nothing done: no room. */
bool deca_classes_load(struct deca_model *m, const struct deca_class *klass,
		       uint32_t n_class, uint32_t n_count) DC_MUST_CHECK;
bool deca_cell_load(struct deca_model *m, const struct deca_cell *cell)
	DC_MUST_CHECK;

/* All cells, in no order: the next one from *at on, NULL past the last. */
const struct deca_cell *deca_cell_next(const struct deca_model *m,
				       uint64_t *at);

/* initializeSparseWeights of the sparse perceptron. */
enum deca_reason deca_weights_set(struct deca_model *m,
				  const struct deca_row *row);

/* evaluateBatch of the sparse perceptron.
 * batch (n, DECA_BATCH_COLUMNS) indices  label (n_label) */
enum deca_reason deca_batch_evaluate(const struct deca_model *m,
				     uint64_t *n_correct,
				     const uint32_t *batch, size_t n,
				     const uint64_t *label, size_t n_label);

/* getCentroidValue of the sparse nearest centroid: scaled. */
enum deca_reason deca_centroid_scaled(const struct deca_model *m,
				      uint64_t *out, uint64_t klass,
				      uint32_t index);

/* What is kept; a class below n_class, NULL for a cell never written. */
const struct deca_class *deca_class_at(const struct deca_model *m,
				       uint32_t klass);
const struct deca_cell *deca_cell_find(const struct deca_model *m,
				       uint32_t klass, uint64_t index);

/* A cell's number; 0 for NULL. */
__int128 deca_cell_value(const struct deca_cell *cell);

#endif /* DECAID_MODELS_DECA_H */
