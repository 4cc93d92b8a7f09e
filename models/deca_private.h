#ifndef DECAID_MODELS_DECA_PRIVATE_H
#define DECAID_MODELS_DECA_PRIVATE_H

/*
 * What the classifiers of models/deca_*.c share: the block's parts, the
 * table of cells, and SafeMath as a chain of bools.
 */

#include "models/deca.h"

extern const struct deca_ops deca_dense_perceptron;
extern const struct deca_ops deca_sparse_perceptron;
extern const struct deca_ops deca_naive_bayes;
extern const struct deca_ops deca_nearest_centroid;
extern const struct deca_ops deca_sparse_nearest_centroid;

/* dataCountLimit of both centroids: 2^191. */
struct u256 deca_count_limit(void);

struct deca_class *deca_classes(struct deca_model *m);
struct deca_cell *deca_cells(struct deca_model *m);

/* Whether n further cells and n_class further classes fit. */
bool deca_fits(const struct deca_model *m, uint64_t n_cell,
	       uint32_t n_class);

/* The cell, made as 0 where there is none: deca_fits was asked before. */
struct deca_cell *deca_cell_make(struct deca_model *m, uint32_t klass,
				 uint64_t index);
void deca_cell_set(struct deca_cell *cell, __int128 value);

/* Whether each pair of a row has both its elements. */
bool deca_row_complete(const struct deca_row *row);

/* A further class, empty; deca_fits was asked before. */
struct deca_class *deca_class_push(struct deca_model *m, struct u256 count);

/* A dense array's numbers after those that the class has. */
void deca_row_append(struct deca_model *m, uint32_t klass,
		     const struct deca_row *row);

/* norm of dense data, and whether its square is strictly within 10^11 of
 * 10^18. */
struct u256 deca_square_sum(const int64_t *data, size_t n);
bool deca_norm_is_1(struct u256 square_sum);
enum deca_reason deca_norm_dense(struct u256 *out, const int64_t *data,
				 size_t n);
enum deca_reason deca_norm_none(struct u256 *out, const int64_t *data,
				size_t n);

#endif /* DECAID_MODELS_DECA_PRIVATE_H */
