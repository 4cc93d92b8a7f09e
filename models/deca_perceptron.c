/*
 * 0xDeCA10B's perceptrons. Weights and intercept are int80 and wrap; sums in
 * predict are int256 under SignedSafeMath, which int80 times int64 cannot
 * reach, so that 256 bits that wrap compute the same. A label of 2 or more
 * counts as 1, and differs from every prediction.
 * Source: demo/client/src/contracts/classification, DensePerceptron.sol and
 * SparsePerceptron.sol (rules only).
 */
#include "config.h"

#include "base/i256.h"
#include "models/deca_private.h"

/* What an int80 holds of v. */
static __int128 int80(__int128 v)
{
	return (__int128)((unsigned __int128)v << 48) >> 48;
}

static struct u256 weigh(struct deca_number weight, int64_t datum)
{
	struct u256 product;

	(void)u256_mul_wrap(&product,
			    i256_from_i128(deca_number_value(weight)),
			    i256_from_i64(datum));
	return product;
}

static void weight_add(struct deca_model *m, uint64_t index, __int128 step)
{
	__int128 w = deca_number_value(deca_number_get(m, 0, index));

	deca_number_set(m, 0, index, deca_number_of(int80(w + step)));
}

static bool is_positive(struct u256 sum)
{
	return !i256_is_negative(sum) && !u256_is_zero(sum);
}

static const struct deca_row *first_weights(const struct deca_setup *s)
{
	static const struct deca_row none = { NULL, 0 };

	return s->n_row > 0 ? &s->row[0] : &none;
}

static enum deca_reason construct(struct deca_model *m,
				  const struct deca_setup *s)
{
	if (!deca_fits(m, first_weights(s)->n, 1))
		return DECA_NO_ROOM;
	m->n_names = s->n_names;
	m->intercept = i256_from_i128(int80(s->intercept));
	m->learning_rate = s->learning_rate;
	(void)deca_class_push(m, U256_ZERO);
	return DECA_DONE;
}

static enum deca_reason dense_construct(struct deca_model *m,
					const struct deca_setup *s)
{
	enum deca_reason r = construct(m, s);

	if (r == DECA_DONE)
		deca_row_append(m, 0, first_weights(s));
	return r;
}

/* initializeWeights(int80[]): more of them. */
static enum deca_reason dense_extend(struct deca_model *m,
				     const struct deca_row *row, uint64_t at)
{
	if (!deca_fits(m, row->n, 0))
		return DECA_NO_ROOM;
	deca_row_append(m, 0, row);
	return DECA_DONE;
}

static enum deca_reason dense_measure(const struct deca_model *m,
				      struct u256 *out, uint32_t klass,
				      const int64_t *data, size_t n)
{
	if (n != deca_class_at(m, 0)->length)
		return DECA_WEIGHTS_DIMENSION;
	*out = m->intercept;
	for (size_t i = 0; i < n; i++)
		(void)u256_add_wrap(out, *out,
				    weigh(deca_number_get(m, 0, i), data[i]));
	return DECA_DONE;
}

static enum deca_reason dense_predict(const struct deca_model *m,
				      uint64_t *out, const int64_t *data,
				      size_t n)
{
	struct u256 sum = U256_ZERO;
	enum deca_reason r = dense_measure(m, &sum, 0, data, n);

	*out = is_positive(sum);
	return r;
}

/* datum * learningRate / toFloat is int128, cut towards 0, below 2^66. */
static enum deca_reason dense_update(struct deca_model *m,
				     struct deca_undo *undo,
				     const int64_t *data, size_t n,
				     uint64_t label)
{
	uint64_t prediction;
	enum deca_reason r = dense_predict(m, &prediction, data, n);

	if (r != DECA_DONE)
		return r;
	if (!deca_norm_is_1(deca_square_sum(data, n)))
		return DECA_NORM_NOT_1;
	if (prediction == label)
		return DECA_DONE;
	for (size_t i = 0; i < n; i++) {
		__int128 step = (__int128)data[i] * m->learning_rate
				/ DECA_FLOAT;

		weight_add(m, i, label > 0 ? step : -step);
	}
	return DECA_DONE;
}

/* initializeWeights(uint64 startIndex, int80[]): the index wraps. */
static enum deca_reason sparse_extend(struct deca_model *m,
				      const struct deca_row *row, uint64_t at)
{
	if (!deca_fits(m, row->n, 0))
		return DECA_NO_ROOM;
	for (size_t i = 0; i < row->n; i++)
		deca_number_set(m, 0, at + i,
				deca_number_of(row->pair[i].value));
	return DECA_DONE;
}

/* A mapping has no length. */
static enum deca_reason sparse_construct(struct deca_model *m,
					 const struct deca_setup *s)
{
	enum deca_reason r = construct(m, s);

	return r != DECA_DONE ? r : sparse_extend(m, first_weights(s), 0);
}

/* The index is an int80: below 2^64, and cut to uint64 where negative. */
enum deca_reason deca_weights_set(struct deca_model *m,
				  const struct deca_row *row)
{
	if (!deca_fits(m, row->n, 0))
		return DECA_NO_ROOM;
	for (size_t i = 0; i < row->n; i++) {
		const struct deca_pair *p = &row->pair[i];

		if (p->given >= 1 && p->index > (__int128)UINT64_MAX)
			return DECA_INDEX_TOO_LARGE;
		if (p->given < 2)
			return DECA_INVALID_OPCODE;
	}
	for (size_t i = 0; i < row->n; i++)
		deca_number_set(m, 0, (uint64_t)row->pair[i].index,
				deca_number_of(row->pair[i].value));
	return DECA_DONE;
}

static enum deca_reason sparse_measure(const struct deca_model *m,
				       struct u256 *out, uint32_t klass,
				       const int64_t *data, size_t n)
{
	*out = m->intercept;
	for (size_t i = 0; i < n; i++) {
		struct deca_number w;

		if (data[i] < 0)
			return DECA_INDEX_NEGATIVE;
		w = deca_number_get(m, 0, (uint64_t)data[i]);
		(void)u256_add_wrap(out, *out,
				    i256_from_i128(deca_number_value(w)));
	}
	return DECA_DONE;
}

static enum deca_reason sparse_predict(const struct deca_model *m,
				       uint64_t *out, const int64_t *data,
				       size_t n)
{
	struct u256 sum = U256_ZERO;
	enum deca_reason r = sparse_measure(m, &sum, 0, data, n);

	*out = is_positive(sum);
	return r;
}

static enum deca_reason sparse_update(struct deca_model *m,
				      struct deca_undo *undo,
				      const int64_t *data, size_t n,
				      uint64_t label)
{
	__int128 step = label > 0 ? m->learning_rate
				  : -(__int128)m->learning_rate;
	uint64_t prediction;
	enum deca_reason r = sparse_predict(m, &prediction, data, n);

	if (r != DECA_DONE || prediction == label)
		return r;
	if (!deca_fits(m, n, 0))
		return DECA_NO_ROOM;
	for (size_t i = 0; i < n; i++)
		weight_add(m, (uint64_t)data[i], step);
	return DECA_DONE;
}

/* Unlike predict, the sum is an int80 and wraps. */
static uint64_t batch_predict(const struct deca_model *m,
			      const uint32_t *index)
{
	unsigned __int128 sum = m->intercept.w[0]
		| (unsigned __int128)m->intercept.w[1] << 64;

	for (size_t i = 0; i < DECA_BATCH_COLUMNS; i++)
		sum += (unsigned __int128)deca_number_value(
			deca_number_get(m, 0, index[i]));
	return int80((__int128)sum) > 0;
}

enum deca_reason deca_batch_evaluate(const struct deca_model *m,
				     uint64_t *n_correct,
				     const uint32_t *batch, size_t n,
				     const uint64_t *label, size_t n_label)
{
	uint64_t correct = 0;

	if (n > n_label)
		return DECA_INVALID_OPCODE;
	for (size_t i = 0; i < n; i++)
		correct += batch_predict(m, batch + i * DECA_BATCH_COLUMNS)
			   == label[i];
	*n_correct = correct;
	return DECA_DONE;
}

const struct deca_ops deca_dense_perceptron = {
	.name = "DensePerceptron",
	.construct = dense_construct,
	.extend = dense_extend,
	.predict = dense_predict,
	.measure = dense_measure,
	.update = dense_update,
	.norm = deca_norm_dense,
};

const struct deca_ops deca_sparse_perceptron = {
	.name = "SparsePerceptron",
	.construct = sparse_construct,
	.extend = sparse_extend,
	.predict = sparse_predict,
	.measure = sparse_measure,
	.update = sparse_update,
	.norm = deca_norm_none,
};
