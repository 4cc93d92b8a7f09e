/*
 * 0xDeCA10B's sparse nearest centroid: each value is kept with the number of
 * samples it was true at and scaled when read; the squared length is kept
 * beside them. Where the contract multiplies uint64 by uint64 the product is
 * uint64: value * numSamples in update, and newN * newN.
 * Source: demo/client/src/contracts/classification/
 * SparseNearestCentroidClassifier.sol (rules only).
 */
#include "config.h"

#include "models/deca_private.h"

static uint64_t samples_of(const struct deca_class *c)
{
	uint64_t n = 0;

	DC_CHECK(u256_to_u64(&n, c->count));
	return n;
}

/* Set what a row gives; every value given is in the squared length. */
static void values_set(struct deca_model *m, uint32_t klass,
		       const struct deca_row *row)
{
	struct deca_class *c = deca_classes(m) + klass;

	for (size_t i = 0; i < row->n; i++) {
		const struct deca_pair *p = &row->pair[i];
		uint64_t value = (uint64_t)p->value;

		deca_number_set(m, klass, (uint32_t)p->index,
				(struct deca_number){ value, samples_of(c) });
		(void)u256_add_wrap(
			&c->total, c->total,
			u256_from_u128((unsigned __int128)value * value));
	}
}

static enum deca_reason construct_check(const struct deca_setup *s)
{
	if (s->n_row != s->n_names)
		return DECA_CENTROIDS_NUMBER;
	if (s->n_names == 0)
		return DECA_NO_CLASS;
	return DECA_DONE;
}

static enum deca_reason construct(struct deca_model *m,
				  const struct deca_setup *s)
{
	enum deca_reason r = construct_check(s);

	return r != DECA_DONE ? r : deca_pairs_construct(m, s, values_set);
}

static enum deca_reason extend(struct deca_model *m,
			       const struct deca_row *row, uint64_t at)
{
	return deca_pairs_extend(m, row, at, values_set);
}

/* A uint64 count is always below the contract's limit. */
static enum deca_reason add_class(struct deca_model *m,
				  const struct deca_row *row,
				  struct u256 count)
{
	return deca_pairs_class(m, row, count, values_set);
}

/* value * its numSamples / the class's; false: that is a division by 0. */
static bool scale(unsigned __int128 *out, struct deca_number v,
		  uint64_t samples)
{
	*out = v.low;
	if (v.high == samples)
		return true;
	if (samples == 0)
		return false;
	*out = (unsigned __int128)v.low * v.high / samples;
	return true;
}

enum deca_reason deca_centroid_scaled(const struct deca_model *m,
				      uint64_t *out, uint64_t klass,
				      uint32_t index)
{
	unsigned __int128 value;

	if (klass >= m->n_class
	    || !scale(&value, deca_number_get(m, (uint32_t)klass, index),
		      samples_of(deca_class_at(m, (uint32_t)klass))))
		return DECA_INVALID_OPCODE;
	*out = (uint64_t)value;
	return DECA_DONE;
}

/* squaredMagnitude + 10^9 * sum (10^9 - 2 value), modulo 2^256: a negative
 * distance is a huge one. */
static enum deca_reason measure(const struct deca_model *m,
				struct u256 *distance, uint32_t klass,
				const int64_t *data, size_t n)
{
	const struct deca_class *c = deca_class_at(m, klass);
	struct u256 sum = U256_ZERO, twice;
	unsigned __int128 value;

	for (size_t i = 0; i < n; i++) {
		if (!scale(&value,
			   deca_number_get(m, klass, (uint32_t)data[i]),
			   samples_of(c)))
			return DECA_INVALID_OPCODE;
		twice = u256_shl(u256_from_u128(value), 1);
		(void)u256_add_wrap(&sum, sum, u256_from_u64(DECA_FLOAT));
		(void)u256_sub_wrap(&sum, sum, twice);
	}
	(void)u256_mul_wrap(&sum, sum, u256_from_u64(DECA_FLOAT));
	(void)u256_add_wrap(distance, c->total, sum);
	return DECA_DONE;
}

static enum deca_reason predict(const struct deca_model *m, uint64_t *out,
				const int64_t *data, size_t n)
{
	struct u256 least = U256_MAX_, distance;
	uint64_t label = 0;

	for (uint32_t k = 0; k < m->n_class; k++) {
		enum deca_reason r = measure(m, &distance, k, data, n);

		if (r != DECA_DONE)
			return r;
		if (u256_compare(distance, least) < 0) {
			least = distance;
			label = k;
		}
	}
	*out = label;
	return DECA_DONE;
}

/* The squared length while one sample is taken in. */
struct step {
	struct u256 magnitude;	/* of what the sample does not touch */
	struct u256 added;	/* of what it does */
	uint64_t n;
	uint64_t new_n;
};

static enum deca_reason step_value(struct step *s, struct deca_number *number)
{
	uint64_t previous, v;

	if (s->n == 0)
		return DECA_INVALID_OPCODE;
	previous = number->low * number->high / s->n;
	if (!u256_sub(&s->magnitude, s->magnitude,
		      u256_from_u128((unsigned __int128)previous * previous)))
		return DECA_SUB_OVERFLOW;
	if (s->new_n == 0)
		return DECA_INVALID_OPCODE;
	v = (uint64_t)(((unsigned __int128)s->n * previous + DECA_FLOAT)
		       / s->new_n);
	*number = (struct deca_number){ v, s->new_n };
	if (!u256_add(&s->added, s->added,
		      u256_from_u128((unsigned __int128)v * v)))
		return DECA_ADD_OVERFLOW;
	return DECA_DONE;
}

/* magnitude * n^2 / newN^2 + added, the first square of 256 bits, the second
 * of 64. */
static enum deca_reason step_end(struct step *s)
{
	struct u256 square =
		u256_from_u128((unsigned __int128)s->n * s->n);

	if (s->n != s->new_n) {
		if (!u256_mul(&s->magnitude, s->magnitude, square))
			return DECA_MUL_OVERFLOW;
		if (!u256_divmod(&s->magnitude, NULL, s->magnitude,
				 u256_from_u64(s->new_n * s->new_n)))
			return DECA_DIV_ZERO;
	}
	if (!u256_add(&s->magnitude, s->magnitude, s->added))
		return DECA_ADD_OVERFLOW;
	return DECA_DONE;
}

static void take_back(struct deca_model *m, uint32_t klass,
		      const struct deca_undo *undo, size_t n)
{
	while (n-- > 0)
		deca_number_set(m, klass, undo[n].index,
				(struct deca_number){ undo[n].low,
						      undo[n].high });
}

/* A repeated index meets what its first occurrence wrote. */
static enum deca_reason update(struct deca_model *m, struct deca_undo *undo,
			       const int64_t *data, size_t n, uint64_t label)
{
	struct deca_class *c;
	struct step s;
	enum deca_reason r = DECA_DONE;
	size_t i;

	if (label >= m->n_class)
		return DECA_CLASS_NOT_ADDED;
	if (!deca_fits(m, n, 0))
		return DECA_NO_ROOM;
	c = deca_classes(m) + label;
	s = (struct step){ .magnitude = c->total, .n = samples_of(c) };
	s.new_n = s.n + 1;
	for (i = 0; i < n && r == DECA_DONE; i++) {
		uint32_t index = (uint32_t)data[i];
		struct deca_number v = deca_number_get(m, (uint32_t)label,
						       index);

		undo[i] = (struct deca_undo){ index, v.low, v.high };
		r = step_value(&s, &v);
		deca_number_set(m, (uint32_t)label, index, v);
	}
	if (r == DECA_DONE)
		r = step_end(&s);
	if (r != DECA_DONE) {
		take_back(m, (uint32_t)label, undo, i);
		return r;
	}
	c->count = u256_from_u64(s.new_n);
	c->total = s.magnitude;
	return DECA_DONE;
}

const struct deca_ops deca_sparse_nearest_centroid = {
	.name = "SparseNearestCentroidClassifier",
	.construct = construct,
	.extend = extend,
	.add_class = add_class,
	.predict = predict,
	.measure = measure,
	.update = update,
	.norm = deca_norm_none,
};
