#ifndef DECAID_MODELS_MODEL_H
#define DECAID_MODELS_MODEL_H

/*
 * What a kind of model is: one file that fills a struct model_ops, and one
 * line in the table of model.c. A model is pure integer arithmetic on one
 * flat run of cells; it allocates nothing and knows no clock.
 *
 * cells    the state that is hashed and saved: int64, no pointers, zeros at
 *          the start, as many as ops->cells says
 * derived  what only makes answers fast: a function of cells, never hashed,
 *          kept up to date by learn and made anew by rebuild
 * dirty    one bit for each leaf of 16 cells that changed since the last
 *          state root (models/merkle.h)
 *
 * oracle/PROTOCOL.md "Models" says what each computes; that never changes
 * under a name, bugs included.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/merkle.h"
#include "models/sample.h"
#include "models/spec.h"

#define MODEL_LEAF_CELLS MERKLE_LEAF_CELLS

/* No count of contributions is above it, so that counting cannot overflow:
 * a trainer's ids end below 2^31. */
#define MODEL_COUNT_MAX (INT64_C(1) << 40)

/* One model in storage that somebody else owns. */
struct model {
	const struct model_spec *spec;
	int64_t *cells;
	int64_t *derived;
	uint64_t *dirty;	/* bitmap of the whole block's leaves */
	size_t first_leaf;	/* of this model in the block */
};

enum model_learn_needs { MODEL_NEEDS_NOTHING, MODEL_NEEDS_SCORES };

struct model_ops {
	struct spec_choice choice;

	/* Most classes that it tells apart; 0: as many as a spec may have. */
	uint32_t classes_max;

	/* Whether learn reads the scores from before it. */
	enum model_learn_needs learn_needs;

	/* How many cells, and how many int64 of derived, spec asks for. */
	size_t (*cells)(const struct model_spec *spec);
	size_t (*derived)(const struct model_spec *spec);

	/* Whether every cell is one that learning can lead to, so that no sum
	 * overflows: asked of snapshots. */
	bool (*cells_valid)(const struct model_spec *spec,
			    const int64_t *cells);

	/* Make all of derived from cells. */
	void (*rebuild)(struct model *m);

	/* Whether the model takes a canonical sample (of this kind, with
	 * these values); those that it does not take are not valid. */
	bool (*accepts)(const struct sample *x);

	/* out (n_class) fx9, higher is likelier. x was accepted. */
	void (*scores)(const struct model *m, int64_t *out,
		       const struct sample *x);

	/* Take in x with its label in [0, n_class).
	 * before (n_class) what scores said; NULL for MODEL_NEEDS_NOTHING */
	void (*learn)(struct model *m, const struct sample *x, uint32_t label,
		      const int64_t *before);

	/* Both of them in one, where that saves work: before (n_class) what
	 * scores says, then learned. NULL: scores, then learn. */
	void (*study)(struct model *m, int64_t *before, const struct sample *x,
		      uint32_t label);
};

/* The model of this name; NULL: there is none. */
const struct model_ops *model_find(const char *name);

/* All of them, for help texts; NULL past the last. */
const struct model_ops *model_at(size_t i);

/* Predict, then learn: before (n_class) is what the model said. */
void model_study(struct model *m, int64_t *before, const struct sample *x,
		 uint32_t label);

/* The label with the highest score, the lowest of equals. */
uint32_t model_best(const int64_t *scores, uint32_t n_class);

/* Distance from the label's score to the best other one, fx9, cut. */
int64_t model_margin(const int64_t *scores, uint32_t n_class, uint32_t label);

/* Remember that a cell changed. */
static inline void model_touch(struct model *m, size_t cell)
{
	size_t leaf = m->first_leaf + cell / MODEL_LEAF_CELLS;

	m->dirty[leaf / 64] |= UINT64_C(1) << (leaf % 64);
}

/* The same of n cells in a row, n at least 1. */
static inline void model_touch_all(struct model *m, size_t cell, size_t n)
{
	size_t last = (cell + n - 1) / MODEL_LEAF_CELLS * MODEL_LEAF_CELLS;

	for (; cell < last; cell += MODEL_LEAF_CELLS)
		model_touch(m, cell);
	model_touch(m, last);
}

/* Length of x with a 1 beside it, fx9, rounded down: in [10^9, 2^59). */
uint64_t model_length(const struct sample *x);

/* Every line of the table. */
extern const struct model_ops model_blend;
extern const struct model_ops model_deca_dense_perceptron;
extern const struct model_ops model_deca_naive_bayes;
extern const struct model_ops model_deca_nearest_centroid;
extern const struct model_ops model_deca_sparse_nearest_centroid;
extern const struct model_ops model_deca_sparse_perceptron;
extern const struct model_ops model_hoeffding;
extern const struct model_ops model_kalman;
extern const struct model_ops model_logistic;
extern const struct model_ops model_naive_bayes;
extern const struct model_ops model_nearest;
extern const struct model_ops model_passive_aggressive;
extern const struct model_ops model_sparse_perceptron;

#endif /* DECAID_MODELS_MODEL_H */
