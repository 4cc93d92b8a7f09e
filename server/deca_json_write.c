/* Writing 0xDeCA10B's model files: numbers as decimals of which a double
 * makes the same fixed point again, or an error that names the first one. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "models/fx9.h"
#include "server/deca_json.h"
#include "server/json_out.h"

#define WHOLE_MAX (UINT64_C(1) << 53)

struct writer {
	struct json_out j;
	const struct deca_file *f;
	struct dc_err *err;
};

static enum dc_status cannot(struct writer *w, const char *what,
			     uint32_t klass, uint64_t index)
{
	return dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model JSON cannot say "
		       "it: %s of class %u, feature %llu, is no number that a "
		       "double holds", what, klass,
		       (unsigned long long)index);
}

/* A fixed point number; false: JavaScript would read another one. */
static bool put_fixed(struct writer *w, __int128 v)
{
	char text[FX9_TEXT_BYTES];
	double product, down;

	if (v > INT64_MAX || v < INT64_MIN)
		return false;
	fx9_format(text, (int64_t)v);
	product = strtod(text, NULL) * 1e9;
	down = floor(product);
	if (product - down >= 0.5)
		down += 1;
	if ((__int128)down != v)
		return false;
	if (w->j.comma)
		dc_buf_append_byte(w->j.b, ',');
	dc_buf_append_text(w->j.b, text);
	w->j.comma = true;
	return true;
}

static enum dc_status put_member(struct writer *w, const char *name,
				 __int128 v)
{
	json_put_key(&w->j, name);
	return put_fixed(w, v) ? DC_OK
		: dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model JSON cannot "
			  "say it: %s is no number that a double holds", name);
}

/* 0 would be read as the dashboard's default. */
static enum dc_status put_rate(struct writer *w, const char *name, uint32_t v)
{
	return v != 0 ? put_member(w, name, v)
		: dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model JSON cannot "
			  "say it: a %s of 0 is read as the default", name);
}

static enum dc_status put_count(struct writer *w, const char *what,
				uint32_t klass, struct u256 v)
{
	uint64_t n;

	if (!u256_to_u64(&n, v) || n > WHOLE_MAX)
		return dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model JSON "
			       "cannot say it: %s of class %u is over 2^53",
			       what, klass);
	json_put_u64(&w->j, n);
	return DC_OK;
}

static void put_names(struct writer *w)
{
	json_put_key(&w->j, "classifications");
	json_put_open(&w->j, '[');
	for (uint32_t k = 0; k < w->f->n_class; k++)
		json_put_text(&w->j, w->f->class_name[k]);
	json_put_close(&w->j, ']');
}

static int cell_order(const void *a, const void *b)
{
	const struct deca_cell *x = a, *y = b;

	if (x->klass != y->klass)
		return x->klass < y->klass ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* All that are not 0, by class and feature.  Owner: the caller. */
static struct deca_cell *cells_sorted(const struct deca_model *m, size_t *n)
{
	struct deca_cell *cell = dc_calloc(m->n_cell + 1, sizeof(*cell));
	const struct deca_cell *one;
	uint64_t at = 0;

	*n = 0;
	while ((one = deca_cell_next(m, &at)) != NULL)
		if (one->low != 0 || one->high != 0)
			cell[(*n)++] = *one;
	qsort(cell, *n, sizeof(*cell), cell_order);
	return cell;
}

/* The first n features' numbers. */
static enum dc_status put_list(struct writer *w, const char *what,
			       uint32_t klass, uint64_t n)
{
	const struct deca_model *m = w->f->model;

	json_put_open(&w->j, '[');
	for (uint64_t i = 0; i < n; i++)
		if (!put_fixed(w, deca_cell_value(deca_cell_find(m, klass,
								  i))))
			return cannot(w, what, klass, i);
	json_put_close(&w->j, ']');
	return DC_OK;
}

static enum dc_status put_row(struct writer *w, const char *what,
			      uint32_t klass)
{
	return put_list(w, what, klass,
			deca_class_at(w->f->model, klass)->length);
}

static enum dc_status put_map(struct writer *w, const char *what,
			      const struct deca_cell *cell, size_t n,
			      uint32_t klass)
{
	bool pair = w->f->model->kind == DECA_SPARSE_NEAREST_CENTROID;

	json_put_open(&w->j, '{');
	for (size_t i = 0; i < n; i++) {
		char key[24];

		if (cell[i].klass != klass)
			continue;
		if (cell[i].index > UINT32_MAX)
			return cannot(w, what, klass, cell[i].index);
		(void)snprintf(key, sizeof(key), "%llu",
			       (unsigned long long)cell[i].index);
		json_put_key(&w->j, key);
		if (!put_fixed(w, pair ? (__int128)cell[i].low
			       : deca_cell_value(&cell[i])))
			return cannot(w, what, klass, cell[i].index);
	}
	json_put_close(&w->j, '}');
	return DC_OK;
}

static void put_indices(struct writer *w)
{
	if (w->f->n_feature_index == 0)
		return;
	json_put_key(&w->j, "featureIndices");
	json_put_open(&w->j, '[');
	for (size_t i = 0; i < w->f->n_feature_index; i++)
		json_put_u64(&w->j, w->f->feature_index[i]);
	json_put_close(&w->j, ']');
}

/* How many weights of a sparse perceptron stand in a list: up to the first 0,
 * which who reads the file would keep, or one for each chosen feature.
 * cell  (n) sorted */
static uint64_t list_length(const struct writer *w,
			    const struct deca_cell *cell, size_t n)
{
	uint64_t chosen = w->f->n_feature_index;
	size_t length = 0;

	if (chosen > 0 && (n == 0 || cell[n - 1].index < chosen))
		return chosen;
	while (length < n && cell[length].index == length)
		length++;
	return length;
}

/* A list, and an object of those behind it. */
static enum dc_status put_sparse_weights(struct writer *w,
					 const struct deca_cell *cell,
					 size_t n)
{
	uint64_t length = list_length(w, cell, n);
	size_t listed = 0;
	enum dc_status st = put_list(w, "the weight", 0, length);

	while (listed < n && cell[listed].index < length)
		listed++;
	if (st == DC_OK && listed < n) {
		json_put_key(&w->j, "sparseWeights");
		st = put_map(w, "the weight", cell + listed, n - listed, 0);
	}
	if (st == DC_OK && w->f->n_feature_index > 0 &&
	    length + n - listed != w->f->n_feature_index)
		return dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model JSON "
			       "cannot say it: %zu feature indices for %zu "
			       "weights", w->f->n_feature_index,
			       (size_t)length + n - listed);
	return st;
}

static enum dc_status put_perceptron(struct writer *w,
				     const struct deca_cell *cell, size_t n)
{
	const struct deca_model *m = w->f->model;
	__int128 intercept = (__int128)((unsigned __int128)m->intercept.w[1]
					<< 64 | m->intercept.w[0]);
	enum dc_status st;

	put_names(w);
	json_put_key(&w->j, "weights");
	st = m->kind == DECA_DENSE_PERCEPTRON
		? put_row(w, "the weight", 0)
		: put_sparse_weights(w, cell, n);
	if (st == DC_OK)
		st = put_member(w, "intercept", intercept);
	if (st == DC_OK)
		st = put_rate(w, "learningRate", m->learning_rate);
	put_indices(w);
	return st;
}

static enum dc_status put_bayes(struct writer *w,
				const struct deca_cell *cell, size_t n)
{
	const struct deca_model *m = w->f->model;
	enum dc_status st = DC_OK;
	size_t i = 0;

	put_names(w);
	json_put_key(&w->j, "classCounts");
	json_put_open(&w->j, '[');
	for (uint32_t k = 0; st == DC_OK && k < m->n_class; k++)
		st = put_count(w, "the count", k, deca_class_at(m, k)->count);
	json_put_close(&w->j, ']');
	json_put_key(&w->j, "featureCounts");
	json_put_open(&w->j, '[');
	for (uint32_t k = 0; k < m->n_class; k++) {
		json_put_open(&w->j, '[');
		for (; i < n && cell[i].klass == k; i++) {
			json_put_open(&w->j, '[');
			json_put_u64(&w->j, cell[i].index);
			json_put_u64(&w->j, cell[i].low);
			json_put_close(&w->j, ']');
		}
		json_put_close(&w->j, ']');
	}
	json_put_close(&w->j, ']');
	json_put_key(&w->j, "totalNumFeatures");
	if (st == DC_OK)
		st = put_count(w, "totalNumFeatures", 0, m->total_features);
	return st == DC_OK ? put_rate(w, "smoothingFactor", m->smoothing)
		: st;
}

/* What a contract derives is not in the file: it must come out the same. */
static enum dc_status bayes_check(struct writer *w,
				  const struct deca_cell *cell, size_t n)
{
	const struct deca_model *m = w->f->model;
	uint64_t *total = dc_calloc(m->n_class + 1, sizeof(*total));
	enum dc_status st = DC_OK;

	for (size_t i = 0; i < n; i++)
		total[cell[i].klass] += cell[i].low;
	for (uint32_t k = 0; st == DC_OK && k < m->n_class; k++)
		if (deca_class_at(m, k)->total.w[0] != total[k])
			st = dc_fail(w->err, DC_EINVAL, "0xDeCA10B's model "
				     "JSON cannot say it: class %u counts "
				     "%llu features in all, but %llu one by "
				     "one", k, (unsigned long long)
				     deca_class_at(m, k)->total.w[0],
				     (unsigned long long)total[k]);
	free(total);
	return st;
}

static enum dc_status put_centroids(struct writer *w,
				    const struct deca_cell *cell, size_t n)
{
	const struct deca_model *m = w->f->model;
	bool dense = m->kind == DECA_NEAREST_CENTROID;
	enum dc_status st = DC_OK;

	json_put_key(&w->j, "centroids");
	json_put_open(&w->j, '{');
	for (uint32_t k = 0; st == DC_OK && k < m->n_class; k++) {
		json_put_key_text(&w->j, w->f->class_name[k]);
		json_put_open(&w->j, '{');
		json_put_key(&w->j, "centroid");
		st = dense ? put_row(w, "the centroid", k)
			: put_map(w, "the centroid", cell, n, k);
		json_put_key(&w->j, "dataCount");
		if (st == DC_OK)
			st = put_count(w, "the count", k,
				       deca_class_at(m, k)->count);
		json_put_close(&w->j, '}');
	}
	json_put_close(&w->j, '}');
	return st;
}

/* A value that is true at another count than the class's is written as it is
 * scaled; the file's own then differ in what was cut. */
static enum dc_status sparse_scale(struct writer *w, struct deca_cell *cell,
				   size_t n)
{
	const struct deca_model *m = w->f->model;

	for (size_t i = 0; i < n; i++) {
		uint64_t v;

		if (deca_centroid_scaled(m, &v, cell[i].klass,
					 (uint32_t)cell[i].index) != DECA_DONE)
			return cannot(w, "the centroid", cell[i].klass,
				      cell[i].index);
		cell[i].low = v;
	}
	return DC_OK;
}

static enum dc_status put_all(struct writer *w, struct deca_cell *cell,
			      size_t n)
{
	static const char *const types[DECA_KINDS] = {
		[DECA_DENSE_PERCEPTRON] = "dense perceptron",
		[DECA_SPARSE_PERCEPTRON] = "sparse perceptron",
		[DECA_NAIVE_BAYES] = "naive bayes",
		[DECA_NEAREST_CENTROID] = "dense nearest centroid classifier",
		[DECA_SPARSE_NEAREST_CENTROID] =
			"sparse nearest centroid classifier",
	};
	enum deca_kind kind = (enum deca_kind)w->f->model->kind;
	enum dc_status st = DC_OK;

	json_put_key(&w->j, "type");
	json_put_text(&w->j, types[kind]);
	switch (kind) {
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
		return put_perceptron(w, cell, n);
	case DECA_NAIVE_BAYES:
		st = bayes_check(w, cell, n);
		return st == DC_OK ? put_bayes(w, cell, n) : st;
	case DECA_SPARSE_NEAREST_CENTROID:
		st = sparse_scale(w, cell, n);
		return st == DC_OK ? put_centroids(w, cell, n) : st;
	case DECA_NEAREST_CENTROID:
		return put_centroids(w, cell, n);
	case DECA_KINDS:
		break;
	}
	return DC_EINVAL;
}

enum dc_status deca_json_write(struct dc_buf *out, const struct deca_file *f,
			       struct dc_err *err)
{
	struct writer w = { .f = f, .err = err };
	struct deca_cell *cell;
	enum dc_status st;
	size_t n;

	json_out_init(&w.j, out);
	cell = cells_sorted(f->model, &n);
	json_put_open(&w.j, '{');
	st = put_all(&w, cell, n);
	json_put_close(&w.j, '}');
	free(cell);
	if (st == DC_OK && dc_buf_failed(out))
		return dc_fail(err, DC_EINVAL, "the JSON is too long");
	return st;
}
