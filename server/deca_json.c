/* Reading 0xDeCA10B's model files. */
#include "config.h"

#include "server/deca_json.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "models/spec.h"
#include "server/gzip_file.h"

#define PLACE_BYTES 128
#define DOUBLE_WHOLE 9007199254740992.0	/* 2^53: doubles name each one */
#define INT80_END 604462909807314587353088.0	/* 2^79 */

struct reader {
	struct deca_file *f;
	struct deca_setup setup;
	struct deca_row *row;		/* one for each class, or one */
	struct u256 *count;
	uint64_t n_number;		/* of all rows */
	struct deca_pair *sparse;	/* sparseWeights, after the weights */
	size_t n_sparse;
	struct dc_err *err;
};

static enum dc_status refuse(struct reader *r, const char *at,
			     const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum dc_status refuse(struct reader *r, const char *at,
			     const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return dc_fail(r->err, DC_EINVAL, "%.100s: %s", at, text);
}

/* --- numbers --- */

/* Math.round(v * 1E9), exact below 2^127. false: not below end. */
static bool scaled(__int128 *out, double v, double end)
{
	double product = v * 1e9, down = floor(product);

	if (product - down >= 0.5)
		down += 1;
	if (!(down >= -end && down < end))
		return false;
	*out = (__int128)down;
	return true;
}

/* A JSON number, or DC_EINVAL; jansson has refused NaN and infinities. */
static enum dc_status number(struct reader *r, double *out, const json_t *v,
			     const char *at)
{
	if (v == NULL)
		return refuse(r, at, "missing");
	if (!json_is_number(v))
		return refuse(r, at, "not a number");
	*out = json_number_value(v);
	return DC_OK;
}

static enum dc_status fixed(struct reader *r, __int128 *out, const json_t *v,
			    const char *at, double least, double end,
			    const char *type)
{
	double d = 0;
	enum dc_status st = number(r, &d, v, at);

	if (st != DC_OK)
		return st;
	if (!scaled(out, d, end) || (double)*out < least)
		return refuse(r, at, "%g times 10^9 is no %s", d, type);
	return DC_OK;
}

static enum dc_status int80(struct reader *r, __int128 *out, const json_t *v,
			    const char *at)
{
	return fixed(r, out, v, at, -INT80_END, INT80_END, "int80");
}

static enum dc_status whole(struct reader *r, uint64_t *out, const json_t *v,
			    const char *at, double most)
{
	double d = 0;
	enum dc_status st = number(r, &d, v, at);

	if (st != DC_OK)
		return st;
	if (!(d >= 0 && d <= most) || d != floor(d))
		return refuse(r, at, "%g is no whole number in [0, %.0f]", d,
			      most);
	*out = (uint64_t)d;
	return DC_OK;
}

/* What is missing, null or 0 takes the dashboard's default; uint32. */
static enum dc_status rate(struct reader *r, uint32_t *out, const json_t *v,
			   const char *at, uint32_t usual)
{
	__int128 n = 0;
	enum dc_status st;

	*out = usual;
	if (v == NULL || json_is_null(v))
		return DC_OK;
	st = fixed(r, &n, v, at, 0, 4294967296.0, "uint32");
	if (st == DC_OK && json_number_value(v) != 0)
		*out = (uint32_t)n;
	return st;
}

/* The key of a sparse map: decimal, below 2^32. */
static bool key_index(uint64_t *out, const char *key)
{
	size_t n = strlen(key);

	if (n == 0 || n > 10 || strspn(key, "0123456789") != n ||
	    (key[0] == '0' && n > 1))
		return false;
	*out = strtoull(key, NULL, 10);
	return *out <= UINT32_MAX;
}

/* --- rows --- */

static enum dc_status array(struct reader *r, const json_t *v, const char *at)
{
	if (v == NULL)
		return refuse(r, at, "missing");
	if (!json_is_array(v))
		return refuse(r, at, "not an array");
	return DC_OK;
}

static enum dc_status object(struct reader *r, const json_t *v,
			     const char *at)
{
	if (v == NULL)
		return refuse(r, at, "missing");
	if (!json_is_object(v))
		return refuse(r, at, "not an object");
	return DC_OK;
}

static enum dc_status room_for(struct reader *r, struct deca_pair **out,
			       size_t n, const char *at)
{
	r->n_number += n;
	if (r->n_number > DECA_JSON_NUMBERS_MAX)
		return refuse(r, at, "more than %d numbers in all",
			      DECA_JSON_NUMBERS_MAX);
	*out = dc_arena_alloc(r->f->arena, (n + 1) * sizeof(**out));
	return DC_OK;
}

static void column_seen(struct reader *r, uint64_t index)
{
	if (index >= r->f->columns)
		r->f->columns = index + 1;
}

/* [number, ...] */
static enum dc_status dense_row(struct reader *r, struct deca_row *row,
				const json_t *v, const char *at, double end,
				const char *type)
{
	struct deca_pair *pair = NULL;
	enum dc_status st = array(r, v, at);
	char place[PLACE_BYTES];
	size_t n, i;

	if (st != DC_OK)
		return st;
	n = json_array_size(v);
	st = room_for(r, &pair, n, at);
	for (i = 0; st == DC_OK && i < n; i++) {
		__int128 value = 0;

		(void)snprintf(place, sizeof(place), "%.90s[%zu]", at, i);
		st = fixed(r, &value, json_array_get(v, i), place, -end, end,
			   type);
		pair[i] = (struct deca_pair){ .index = (__int128)i,
					      .value = value, .given = 2 };
	}
	*row = (struct deca_row){ pair, n };
	if (n > 0)
		column_seen(r, n - 1);
	return st;
}

/* {"index": number, ...} */
static enum dc_status sparse_row(struct reader *r, struct deca_pair **out,
				 size_t *n, json_t *v, const char *at,
				 double least, double end, const char *type)
{
	enum dc_status st = object(r, v, at);
	char place[PLACE_BYTES];
	const char *key;
	json_t *one;

	*n = 0;
	if (st == DC_OK)
		st = room_for(r, out, json_object_size(v), at);
	if (st != DC_OK)
		return st;
	json_object_foreach(v, key, one) {
		__int128 value = 0;
		uint64_t index;

		(void)snprintf(place, sizeof(place), "%.80s.%.20s", at, key);
		if (!key_index(&index, key))
			return refuse(r, place, "the key is no feature below "
				      "2^32");
		st = fixed(r, &value, one, place, least, end, type);
		if (st != DC_OK)
			return st;
		(*out)[(*n)++] = (struct deca_pair){ .index = index,
			.value = value, .given = 2 };
		column_seen(r, index);
	}
	return DC_OK;
}

/* [[index, count], ...] */
static enum dc_status count_row(struct reader *r, struct deca_row *row,
				const json_t *v, const char *at)
{
	struct deca_pair *pair = NULL;
	enum dc_status st = array(r, v, at);
	char place[PLACE_BYTES];
	size_t n, i;

	if (st != DC_OK)
		return st;
	n = json_array_size(v);
	st = room_for(r, &pair, n, at);
	for (i = 0; st == DC_OK && i < n; i++) {
		const json_t *two = json_array_get(v, i);
		uint64_t index = 0, count = 0;

		(void)snprintf(place, sizeof(place), "%.90s[%zu]", at, i);
		if (!json_is_array(two) || json_array_size(two) != 2)
			return refuse(r, place, "not [feature, count]");
		st = whole(r, &index, json_array_get(two, 0), place,
			   UINT32_MAX);
		if (st == DC_OK)
			st = whole(r, &count, json_array_get(two, 1), place,
				   UINT32_MAX);
		pair[i] = (struct deca_pair){ .index = index, .value = count,
					      .given = 2 };
		column_seen(r, index);
	}
	*row = (struct deca_row){ pair, n };
	return st;
}

/* --- classes --- */

static enum dc_status classes_room(struct reader *r, size_t n, const char *at)
{
	if (n < SPEC_CLASSES_MIN || n > SPEC_CLASSES_MAX)
		return refuse(r, at, "%zu classes, expected 2 to %d", n,
			      SPEC_CLASSES_MAX);
	r->f->class_name = dc_arena_alloc(r->f->arena,
					  n * sizeof(*r->f->class_name));
	r->row = dc_arena_alloc(r->f->arena, n * sizeof(*r->row));
	r->count = dc_arena_alloc(r->f->arena, n * sizeof(*r->count));
	return DC_OK;
}

static void class_add(struct reader *r, const char *name)
{
	r->f->class_name[r->f->n_class++] =
		dc_arena_copy(r->f->arena, name, strlen(name) + 1);
}

static enum dc_status names_list(struct reader *r, const json_t *root)
{
	const json_t *v = json_object_get(root, "classifications");
	enum dc_status st = array(r, v, "classifications");
	size_t n, i;

	if (st != DC_OK)
		return st;
	n = json_array_size(v);
	st = classes_room(r, n, "classifications");
	for (i = 0; st == DC_OK && i < n; i++) {
		const char *name = json_string_value(json_array_get(v, i));
		char place[PLACE_BYTES];

		(void)snprintf(place, sizeof(place), "classifications[%zu]",
			       i);
		if (name == NULL)
			return refuse(r, place, "not a text");
		class_add(r, name);
	}
	return st;
}

/* An array index, as JavaScript orders keys: those first, ascending. */
static bool key_is_ordered(const char *key, uint64_t *index)
{
	return key_index(index, key) && *index < UINT32_MAX;
}

struct entry {
	const char *key;
	json_t *value;
	size_t at;
};

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	uint64_t i = 0, j = 0;
	bool first = key_is_ordered(x->key, &i);
	bool second = key_is_ordered(y->key, &j);

	if (first && second)
		return i < j ? -1 : i > j;
	if (first != second)
		return first ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static struct entry *entries_of(struct reader *r, json_t *v)
{
	struct entry *e = dc_arena_alloc(
		r->f->arena, (json_object_size(v) + 1) * sizeof(*e));
	const char *key;
	json_t *one;
	size_t n = 0;

	json_object_foreach(v, key, one) {
		e[n] = (struct entry){ key, one, n };
		n++;
	}
	if (n > 1)
		qsort(e, n, sizeof(*e), entry_order);
	return e;
}

/* --- types --- */

/* featureIndices, as many as weights. */
static enum dc_status indices(struct reader *r, const json_t *root,
			      uint64_t n_weight)
{
	const json_t *v = json_object_get(root, "featureIndices");
	enum dc_status st;
	uint32_t *out;

	if (v == NULL || json_is_null(v))
		return DC_OK;
	st = array(r, v, "featureIndices");
	if (st != DC_OK)
		return st;
	if (json_array_size(v) != n_weight)
		return refuse(r, "featureIndices", "%zu of them for %llu "
			      "weights", json_array_size(v),
			      (unsigned long long)n_weight);
	out = dc_arena_alloc(r->f->arena, (n_weight + 1) * sizeof(*out));
	for (size_t i = 0; st == DC_OK && i < n_weight; i++) {
		char place[PLACE_BYTES];
		uint64_t index = 0;

		(void)snprintf(place, sizeof(place), "featureIndices[%zu]", i);
		st = whole(r, &index, json_array_get(v, i), place, UINT32_MAX);
		out[i] = (uint32_t)index;
	}
	r->f->feature_index = out;
	r->f->n_feature_index = n_weight;
	return st;
}

/* Weights of a sparse one are an array, an object of features, both. */
static enum dc_status weights(struct reader *r, json_t *root, bool dense)
{
	json_t *v = json_object_get(root, "weights");
	json_t *more = json_object_get(root, "sparseWeights");
	enum dc_status st = DC_OK;

	if (dense && more != NULL)
		return refuse(r, "sparseWeights", "not of a dense model");
	r->row[0] = (struct deca_row){ NULL, 0 };
	if (!dense && more == NULL && json_is_object(v)) {
		more = v;
		v = NULL;
	}
	if (dense || (v != NULL && !json_is_null(v)))
		st = dense_row(r, &r->row[0], v, "weights", INT80_END,
			       "int80");
	else if (more == NULL)
		return refuse(r, "weights", "missing");
	if (st == DC_OK && more != NULL && !json_is_null(more))
		st = sparse_row(r, &r->sparse, &r->n_sparse, more,
				"sparseWeights", -INT80_END, INT80_END,
				"int80");
	return st;
}

static enum dc_status perceptron(struct reader *r, json_t *root, bool dense)
{
	const json_t *bias = json_object_get(root, "intercept");
	enum dc_status st = names_list(r, root);

	if (st == DC_OK && r->f->n_class != 2)
		st = refuse(r, "classifications", "a perceptron has 2, not "
			    "%u", r->f->n_class);
	if (st == DC_OK)
		st = weights(r, root, dense);
	if (st == DC_OK && dense && r->row[0].n == 0)
		st = refuse(r, "weights", "there are none");
	if (bias == NULL)
		bias = json_object_get(root, "bias");
	if (st == DC_OK)
		st = int80(r, &r->setup.intercept, bias, "intercept");
	if (st == DC_OK)
		st = rate(r, &r->setup.learning_rate,
			  json_object_get(root, "learningRate"),
			  "learningRate", DECA_FLOAT / 2);
	if (st == DC_OK)
		st = indices(r, root, r->row[0].n + r->n_sparse);
	r->setup.n_row = 1;
	return st;
}

static enum dc_status per_class(struct reader *r, const json_t *v,
				const char *at)
{
	enum dc_status st = array(r, v, at);

	if (st == DC_OK && json_array_size(v) != r->f->n_class)
		st = refuse(r, at, "%zu of them for %u classifications",
			    json_array_size(v), r->f->n_class);
	return st;
}

static enum dc_status bayes(struct reader *r, json_t *root)
{
	const json_t *counts = json_object_get(root, "classCounts");
	const json_t *features = json_object_get(root, "featureCounts");
	enum dc_status st = names_list(r, root);
	uint64_t v = 0;
	char place[PLACE_BYTES];

	if (st == DC_OK)
		st = per_class(r, counts, "classCounts");
	if (st == DC_OK)
		st = per_class(r, features, "featureCounts");
	for (size_t i = 0; st == DC_OK && i < r->f->n_class; i++) {
		(void)snprintf(place, sizeof(place), "classCounts[%zu]", i);
		st = whole(r, &v, json_array_get(counts, i), place,
			   DOUBLE_WHOLE);
		r->count[i] = u256_from_u64(v);
		(void)snprintf(place, sizeof(place), "featureCounts[%zu]", i);
		if (st == DC_OK)
			st = count_row(r, &r->row[i],
				       json_array_get(features, i), place);
	}
	if (st == DC_OK)
		st = whole(r, &v, json_object_get(root, "totalNumFeatures"),
			   "totalNumFeatures", DOUBLE_WHOLE);
	r->setup.total_features = u256_from_u64(v);
	if (st == DC_OK)
		st = rate(r, &r->setup.smoothing,
			  json_object_get(root, "smoothingFactor"),
			  "smoothingFactor", DECA_FLOAT);
	r->setup.n_row = r->f->n_class;
	return st;
}

static enum dc_status centroid(struct reader *r, const struct entry *e,
			       size_t i, bool dense)
{
	char at[PLACE_BYTES], place[PLACE_BYTES];
	struct deca_pair *pair = NULL;
	uint64_t count = 0;
	size_t n = 0;
	json_t *v;
	enum dc_status st;

	(void)snprintf(at, sizeof(at), "centroids.%.60s", e->key);
	st = object(r, e->value, at);
	if (st != DC_OK)
		return st;
	class_add(r, e->key);
	v = json_object_get(e->value, "centroid");
	(void)snprintf(place, sizeof(place), "%.80s.centroid", at);
	if (dense) {
		st = dense_row(r, &r->row[i], v, place, 9223372036854775808.0,
			       "int64");
	} else {
		st = sparse_row(r, &pair, &n, v, place, 0,
				18446744073709551616.0, "uint64");
		r->row[i] = (struct deca_row){ pair, n };
	}
	if (st == DC_OK && dense && r->row[i].n != r->row[0].n)
		st = refuse(r, place, "%zu dimensions, expected %zu",
			    r->row[i].n, r->row[0].n);
	(void)snprintf(place, sizeof(place), "%.80s.dataCount", at);
	if (st == DC_OK)
		st = whole(r, &count, json_object_get(e->value, "dataCount"),
			   place, DOUBLE_WHOLE);
	r->count[i] = u256_from_u64(count);
	return st;
}

static enum dc_status centroids(struct reader *r, json_t *root, bool dense)
{
	json_t *v = json_object_get(root, "centroids");
	struct entry *e;
	enum dc_status st;
	size_t n;

	if (v == NULL)
		v = json_object_get(root, "intents");
	st = object(r, v, "centroids");
	if (st != DC_OK)
		return st;
	n = json_object_size(v);
	st = classes_room(r, n, "centroids");
	e = entries_of(r, v);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		st = centroid(r, &e[i], i, dense);
	if (st == DC_OK && dense && r->row[0].n == 0)
		st = refuse(r, "centroids", "they have no dimensions");
	r->setup.n_row = r->f->n_class;
	return st;
}

/* --- the whole --- */

static const struct {
	const char *type;
	enum deca_kind kind;
} types[] = {
	{ "perceptron", DECA_DENSE_PERCEPTRON },
	{ "dense perceptron", DECA_DENSE_PERCEPTRON },
	{ "sparse perceptron", DECA_SPARSE_PERCEPTRON },
	{ "naive bayes", DECA_NAIVE_BAYES },
	{ "nearest centroid classifier", DECA_NEAREST_CENTROID },
	{ "dense nearest centroid classifier", DECA_NEAREST_CENTROID },
	{ "sparse nearest centroid classifier",
	  DECA_SPARSE_NEAREST_CENTROID },
};

static enum dc_status type_find(struct reader *r, enum deca_kind *out,
				const json_t *root)
{
	const json_t *v = json_object_get(root, "type");
	const char *type = json_string_value(v);

	if (type == NULL)
		return refuse(r, "type", v == NULL ? "missing" : "not a text");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(types[i].type, type) != 0)
			continue;
		*out = types[i].kind;
		return DC_OK;
	}
	return refuse(r, "type", "'%.60s' is none of 0xDeCA10B's seven", type);
}

static enum dc_status parts(struct reader *r, json_t *root,
			    enum deca_kind kind)
{
	switch (kind) {
	case DECA_DENSE_PERCEPTRON:
		return perceptron(r, root, true);
	case DECA_SPARSE_PERCEPTRON:
		return perceptron(r, root, false);
	case DECA_NAIVE_BAYES:
		return bayes(r, root);
	case DECA_NEAREST_CENTROID:
		return centroids(r, root, true);
	case DECA_SPARSE_NEAREST_CENTROID:
		return centroids(r, root, false);
	case DECA_KINDS:
		break;
	}
	return refuse(r, "type", "unknown");
}

/* The deployment's calls: the constructor, then initializeSparseWeights. */
static enum dc_status construct(struct reader *r, enum deca_kind kind)
{
	struct deca_room room = { .classes = r->f->n_class + 1,
				  .cells = r->n_number };
	struct deca_row sparse = { r->sparse, r->n_sparse };
	enum deca_reason reason;

	r->setup.n_names = r->f->n_class;
	r->setup.row = r->row;
	r->setup.count = r->count;
	r->setup.n_count = r->f->n_class;
	r->f->model = deca_model_init(dc_malloc(deca_model_size(room)), kind,
				      room);
	reason = deca_ops(kind)->construct(r->f->model, &r->setup);
	if (reason == DECA_DONE && r->n_sparse > 0)
		reason = deca_weights_set(r->f->model, &sparse);
	if (reason != DECA_DONE)
		return refuse(r, "type", "the contract would refuse it: %s",
			      deca_reason_text(reason));
	return DC_OK;
}

enum dc_status deca_json_read(struct deca_file *out, const char *text,
			      size_t len, struct dc_err *err)
{
	struct reader r = { .f = out, .err = err };
	enum deca_kind kind = DECA_DENSE_PERCEPTRON;
	json_error_t why;
	json_t *root;
	enum dc_status st;

	*out = (struct deca_file){ .arena = dc_arena_new(1 << 16) };
	if (len > DECA_JSON_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "over %zu bytes",
			       DECA_JSON_BYTES_MAX);
	root = json_loadb(text, len,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL,
			  &why);
	if (root == NULL)
		return dc_fail(err, DC_EINVAL, "line %d: %s", why.line,
			       why.text);
	st = json_is_object(root) ? type_find(&r, &kind, root)
		: dc_fail(err, DC_EINVAL, "not a JSON object");
	if (st == DC_OK)
		st = parts(&r, root, kind);
	json_decref(root);
	return st == DC_OK ? construct(&r, kind) : st;
}

enum dc_status deca_json_load(struct deca_file *out, const char *path,
			      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct dc_buf text;
	enum dc_status st;

	*out = (struct deca_file){ .arena = NULL };
	dc_buf_init(&text, DECA_JSON_BYTES_MAX);
	st = gzip_file_read(&text, path, err);
	if (st == DC_OK) {
		st = deca_json_read(out, dc_buf_text(&text), text.len, &why);
		if (st != DC_OK)
			st = dc_fail(err, st, "%.120s: %s", path, why.text);
	}
	dc_buf_clear(&text);
	return st;
}

void deca_file_clear(struct deca_file *f)
{
	free(f->model);
	if (f->arena != NULL)
		dc_arena_free(f->arena);
	*f = (struct deca_file){ .arena = NULL };
}
