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

/* One number as the arithmetic sees it, wherever it is kept: in the table of
 * a block, or in the cells of a model of our own (models/deca_view.h). */
struct deca_number {
	uint64_t low, high;	/* as in struct deca_cell */
};

/* 0 where none was set. */
struct deca_number deca_number_get(const struct deca_model *m,
				   uint32_t klass, uint64_t index);

/* deca_fits was asked before. */
void deca_number_set(struct deca_model *m, uint32_t klass, uint64_t index,
		     struct deca_number number);

static inline __int128 deca_number_value(struct deca_number n)
{
	return (__int128)((unsigned __int128)n.high << 64 | n.low);
}

static inline struct deca_number deca_number_of(__int128 value)
{
	return (struct deca_number){
		.low = (uint64_t)value,
		.high = (uint64_t)((unsigned __int128)value >> 64),
	};
}

/* Classes of pairs (index, value), as naive Bayes and the sparse centroid
 * have them: `set` is what a contract makes of a row that is whole and has
 * room. */
typedef void deca_pairs_set(struct deca_model *m, uint32_t klass,
			    const struct deca_row *row);

/* A class a row, after the contract's own checks of the numbers of rows. */
enum deca_reason deca_pairs_construct(struct deca_model *m,
				      const struct deca_setup *s,
				      deca_pairs_set *set);

/* Further pairs of a class that is there, and a class more. */
enum deca_reason deca_pairs_extend(struct deca_model *m,
				   const struct deca_row *row, uint64_t at,
				   deca_pairs_set *set);
enum deca_reason deca_pairs_class(struct deca_model *m,
				  const struct deca_row *row,
				  struct u256 count, deca_pairs_set *set);

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
