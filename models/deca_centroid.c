/*
 * 0xDeCA10B's dense nearest centroid: int64 centroids, each class of a length
 * of its own once extended, and uint256 counts that the constructor takes as
 * they come, in any number. Averages are int256 and wrap.
 * Source: demo/client/src/contracts/classification/
 * NearestCentroidClassifier.sol (rules only).
 */
#include "config.h"

#include "base/i256.h"
#include "models/deca_private.h"

static enum deca_reason construct_check(const struct deca_model *m,
					const struct deca_setup *s)
{
	uint64_t n = 0, classes;

	if (s->n_row != s->n_names)
		return DECA_CENTROIDS_NUMBER;
	if (s->n_names == 0)
		return DECA_NO_CLASS;
	for (size_t i = 0; i < s->n_row; i++) {
		if (s->row[i].n != s->row[0].n)
			return DECA_DIMENSIONS_DIFFER;
		n += s->row[i].n;
	}
	classes = s->n_row > s->n_count ? s->n_row : s->n_count;
	if (classes > UINT32_MAX || !deca_fits(m, n, (uint32_t)classes))
		return DECA_NO_ROOM;
	return DECA_DONE;
}

/* dataCounts is an array of its own: class k's count is its element k, which
 * need not exist. */
static void count_push(struct deca_model *m, struct u256 count)
{
	deca_classes(m)[m->n_count++].count = count;
}

static enum deca_reason construct(struct deca_model *m,
				  const struct deca_setup *s)
{
	enum deca_reason r = construct_check(m, s);

	if (r != DECA_DONE)
		return r;
	m->n_names = s->n_names;
	for (uint32_t i = 0; i < s->n_row; i++) {
		(void)deca_class_push(m, U256_ZERO);
		deca_row_append(m, i, &s->row[i]);
	}
	for (size_t i = 0; i < s->n_count; i++)
		count_push(m, s->count[i]);
	return DECA_DONE;
}

static enum deca_reason extend(struct deca_model *m,
			       const struct deca_row *row, uint64_t at)
{
	if (at >= m->n_class)
		return DECA_CLASS_NOT_ADDED;
	if (!deca_fits(m, row->n, 0))
		return DECA_NO_ROOM;
	deca_row_append(m, (uint32_t)at, row);
	return DECA_DONE;
}

static enum deca_reason add_class(struct deca_model *m,
				  const struct deca_row *row,
				  struct u256 count)
{
	if (row->n != deca_class_at(m, 0)->length)
		return DECA_DATA_DIMENSIONS;
	if (u256_compare(count, deca_count_limit()) >= 0)
		return DECA_COUNT_TOO_LARGE;
	if (!deca_fits(m, row->n, 1) || m->n_count >= m->room_classes)
		return DECA_NO_ROOM;
	m->n_names++;
	m->n_class++;
	deca_classes(m)[m->n_class - 1].length = 0;
	count_push(m, count);
	deca_row_append(m, m->n_class - 1, row);
	return DECA_DONE;
}

/* floor((datum - centroid)^2 / 10^9), below 2^99. */
static struct u256 distance_part(int64_t datum, struct deca_number centroid)
{
	__int128 diff = (__int128)datum - deca_number_value(centroid);
	unsigned __int128 size = (unsigned __int128)(diff < 0 ? -diff : diff);
	struct u256 square = u256_from_u128(size);

	(void)u256_mul_wrap(&square, square, square);
	DC_CHECK(u256_divmod(&square, NULL, square,
			     u256_from_u64(DECA_FLOAT)));
	return square;
}

/* A distance that reaches the least so far is not computed to its end, and
 * only then may a shorter centroid be too short. */
static enum deca_reason class_distance(const struct deca_model *m,
				       struct u256 *distance, uint32_t klass,
				       struct u256 least, const int64_t *data,
				       size_t n)
{
	*distance = U256_ZERO;
	for (size_t i = 0; i < n; i++) {
		if (i >= deca_class_at(m, klass)->length)
			return DECA_INVALID_OPCODE;
		(void)u256_add_wrap(
			distance, *distance,
			distance_part(data[i], deca_number_get(m, klass, i)));
		if (u256_compare(*distance, least) >= 0)
			break;
	}
	return DECA_DONE;
}

static enum deca_reason measure(const struct deca_model *m,
				struct u256 *distance, uint32_t klass,
				const int64_t *data, size_t n)
{
	if (n != deca_class_at(m, 0)->length)
		return DECA_DATA_LENGTH;
	return class_distance(m, distance, klass, U256_MAX_, data, n);
}

static enum deca_reason predict(const struct deca_model *m, uint64_t *out,
				const int64_t *data, size_t n)
{
	struct u256 least = U256_MAX_, distance;
	uint64_t label = 0;

	if (n != deca_class_at(m, 0)->length)
		return DECA_DATA_LENGTH;
	for (uint32_t k = 0; k < m->n_class; k++) {
		enum deca_reason r =
			class_distance(m, &distance, k, least, data, n);

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

/* int64((int(value) * int(n) + datum) / int(newN)), all modulo 2^256. */
static int64_t average(struct deca_number value, struct u256 n,
		       int64_t datum, struct u256 new_n)
{
	struct u256 sum;

	(void)u256_mul_wrap(&sum, i256_from_i128(deca_number_value(value)), n);
	(void)u256_add_wrap(&sum, sum, i256_from_i64(datum));
	DC_CHECK(i256_divide(&sum, sum, new_n));
	return (int64_t)sum.w[0];
}

static enum deca_reason update(struct deca_model *m, struct deca_undo *undo,
			       const int64_t *data, size_t n, uint64_t label)
{
	struct deca_class *c;
	struct u256 count, new_count;

	if (label >= m->n_class)
		return DECA_INVALID_OPCODE;
	c = deca_classes(m) + label;
	if (n != c->length)
		return DECA_DATA_DIMENSIONS;
	if (label >= m->n_count)
		return DECA_INVALID_OPCODE;
	if (!deca_norm_is_1(deca_square_sum(data, n)))
		return DECA_NORM_NOT_1;
	count = new_count = c->count;
	if (u256_compare(count, deca_count_limit()) < 0)
		(void)u256_add_wrap(&new_count, count, u256_from_u64(1));
	for (size_t i = 0; i < n; i++) {
		uint32_t row = (uint32_t)label;

		deca_number_set(m, row, i, deca_number_of(average(
			deca_number_get(m, row, i), count, data[i],
			new_count)));
	}
	c->count = new_count;
	return DECA_DONE;
}

const struct deca_ops deca_nearest_centroid = {
	.name = "NearestCentroidClassifier",
	.construct = construct,
	.extend = extend,
	.add_class = add_class,
	.predict = predict,
	.measure = measure,
	.update = update,
	.norm = deca_norm_dense,
};
