/*
 * 0xDeCA10B's naive Bayes: a product of integer ratios, each step rounded
 * down, so that long inputs underflow to 0 in every class and class 0 wins.
 * Feature counts are uint32 and wrap, indices are cut to uint32, a class's
 * total is uint64 and wraps.
 * Source: demo/client/src/contracts/classification/NaiveBayesClassifier.sol
 * (rules only).
 */
#include "config.h"

#include "models/deca_private.h"

#define INDEX_LIMIT (INT64_C(1) << 33)

/* Set what a row gives: an index given twice keeps the last count, and both
 * counts are in the total. */
static void counts_set(struct deca_model *m, uint32_t klass,
		       const struct deca_row *row)
{
	uint64_t total = deca_classes(m)[klass].total.w[0];

	for (size_t i = 0; i < row->n; i++) {
		const struct deca_pair *p = &row->pair[i];

		deca_number_set(m, klass, (uint32_t)p->index,
				deca_number_of((uint32_t)p->value));
		total += (uint32_t)p->value;
	}
	deca_classes(m)[klass].total = u256_from_u64(total);
}

static enum deca_reason construct_check(const struct deca_setup *s)
{
	if (s->n_names == 0)
		return DECA_NO_CLASS;
	if (s->n_names != s->n_count)
		return DECA_CLASS_COUNTS_NUMBER;
	if (s->n_names != s->n_row)
		return DECA_FEATURE_COUNTS_NUMBER;
	return DECA_DONE;
}

static enum deca_reason construct(struct deca_model *m,
				  const struct deca_setup *s)
{
	enum deca_reason r = construct_check(s);

	if (r != DECA_DONE)
		return r;
	m->total_features = s->total_features;
	m->smoothing = s->smoothing;
	return deca_pairs_construct(m, s, counts_set);
}

/* initializeCounts(uint32[][], uint64 classification) */
static enum deca_reason extend(struct deca_model *m,
			       const struct deca_row *row, uint64_t at)
{
	return deca_pairs_extend(m, row, at, counts_set);
}

static enum deca_reason add_class(struct deca_model *m,
				  const struct deca_row *row,
				  struct u256 count)
{
	return deca_pairs_class(m, row, count, counts_set);
}

/* 10^9 * number + add, modulo 2^256. */
static struct u256 scaled(struct u256 number, struct u256 add)
{
	struct u256 out;

	(void)u256_mul_wrap(&out, number, u256_from_u64(DECA_FLOAT));
	(void)u256_add_wrap(&out, out, add);
	return out;
}

/* prob = numSamples * prod (count + smoothing) / (total + smoothing * all),
 * the divisor's sum unchecked in the contract. */
static enum deca_reason measure(const struct deca_model *m, struct u256 *prob,
				uint32_t klass, const int64_t *data, size_t n)
{
	const struct deca_class *c = deca_class_at(m, klass);
	struct u256 smoothing = u256_from_u64(m->smoothing), divisor;

	if (!u256_mul(&divisor, smoothing, m->total_features))
		return DECA_MUL_OVERFLOW;
	divisor = scaled(c->total, divisor);
	if (!u256_mul(prob, c->count, u256_from_u64(DECA_FLOAT)))
		return DECA_MUL_OVERFLOW;
	for (size_t i = 0; i < n; i++) {
		uint64_t count =
			deca_number_get(m, klass, (uint32_t)data[i]).low;

		if (!u256_mul(prob, *prob,
			      scaled(u256_from_u64(count), smoothing)))
			return DECA_MUL_OVERFLOW;
		if (!u256_divmod(prob, NULL, *prob, divisor))
			return DECA_DIV_ZERO;
	}
	return DECA_DONE;
}

static enum deca_reason predict(const struct deca_model *m, uint64_t *out,
				const int64_t *data, size_t n)
{
	struct u256 best = U256_ZERO, prob;
	uint64_t label = 0;

	for (uint32_t k = 0; k < m->n_class; k++) {
		enum deca_reason r = measure(m, &prob, k, data, n);

		if (r != DECA_DONE)
			return r;
		if (u256_compare(prob, best) > 0) {
			best = prob;
			label = k;
		}
	}
	*out = label;
	return DECA_DONE;
}

/* The contract's limits on counts, 2^33 and 2^65, lie beyond their types. */
static enum deca_reason update(struct deca_model *m, struct deca_undo *undo,
			       const int64_t *data, size_t n, uint64_t label)
{
	struct deca_class *c;
	uint64_t samples;

	if (label >= m->n_class)
		return DECA_CLASS_OUT_OF_BOUNDS;
	c = deca_classes(m) + label;
	samples = c->count.w[0];
	if (samples == UINT64_MAX)
		return DECA_TOO_MANY_SAMPLES;
	for (size_t i = 0; i < n; i++)
		if (data[i] >= INDEX_LIMIT)
			return DECA_INDEX_TOO_HIGH;
	if (!deca_fits(m, n, 0))
		return DECA_NO_ROOM;
	c->count = u256_from_u64(samples + 1);
	c->total = u256_from_u64(c->total.w[0] + n);
	for (size_t i = 0; i < n; i++) {
		uint32_t index = (uint32_t)data[i], row = (uint32_t)label;
		uint64_t count = deca_number_get(m, row, index).low;

		deca_number_set(m, row, index,
				deca_number_of((uint32_t)(count + 1)));
	}
	return DECA_DONE;
}

const struct deca_ops deca_naive_bayes = {
	.name = "NaiveBayesClassifier",
	.construct = construct,
	.extend = extend,
	.add_class = add_class,
	.predict = predict,
	.measure = measure,
	.update = update,
	.norm = deca_norm_none,
};
