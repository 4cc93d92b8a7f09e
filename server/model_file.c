/* 0xDeCA10B's model files as models of ours, and back. */
#include "config.h"

#include "server/model_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "models/deca_view.h"
#include "server/recipe.h"
#include "server/vocabulary.h"

/* --- from a file --- */

/* A naive Bayes counts at least so many features as it can be asked about. */
static uint64_t columns_of(const struct deca_file *f,
			   const struct model_import *how)
{
	uint64_t n = f->columns, features = 0;

	if (f->model->kind == DECA_NAIVE_BAYES &&
	    u256_to_u64(&features, f->model->total_features) && features > n &&
	    features <= SPEC_WEIGHTS_MAX / f->n_class)
		n = features;
	if (how->columns > n)
		n = how->columns;
	return n > 0 ? n : 1;
}

static enum dc_status model_line(struct dc_buf *out, const struct deca_file *f,
				 uint64_t columns, struct dc_err *err)
{
	const struct deca_model *m = f->model;
	unsigned long long n = columns;
	uint64_t features = 0;

	switch ((enum deca_kind)m->kind) {
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
		dc_buf_printf(out, "model deca-%s-perceptron columns=%llu "
			      "learning-rate=%u\n",
			      m->kind == DECA_DENSE_PERCEPTRON ? "dense"
							       : "sparse",
			      n, m->learning_rate);
		break;
	case DECA_NAIVE_BAYES:
		if (!u256_to_u64(&features, m->total_features) ||
		    features > INT64_MAX)
			return dc_fail(err, DC_EINVAL,
				       "totalNumFeatures: over 2^63");
		dc_buf_printf(out, "model deca-naive-bayes columns=%llu "
			      "features=%llu smoothing=%u\n", n,
			      (unsigned long long)features, m->smoothing);
		break;
	case DECA_NEAREST_CENTROID:
		dc_buf_printf(out, "model deca-nearest-centroid "
			      "columns=%llu\n", n);
		break;
	case DECA_SPARSE_NEAREST_CENTROID:
		dc_buf_printf(out, "model deca-sparse-nearest-centroid "
			      "columns=%llu samples=0\n", n);
		break;
	case DECA_KINDS:
		break;
	}
	return DC_OK;
}

static const char *verdict_of(const struct deca_file *f)
{
	return deca_kind_is_dense((enum deca_kind)f->model->kind)
		? "two-fold credit=100000000 margin=100000000"
		: "two-fold credit=1000000000 margin=2000000000";
}

/* The file's own indices choose the features of an embedding that names
 * none, as 0xDeCA10B's dashboard cut it. */
static enum dc_status embedding_lines(struct dc_buf *out, const char *name,
				      const struct deca_file *f,
				      struct dc_err *err)
{
	struct dc_buf chosen;
	enum dc_status st;

	dc_buf_init(&chosen, SPEC_TEXT_BYTES_MAX);
	dc_buf_append_text(&chosen, name);
	for (size_t i = 0; i < f->n_feature_index; i++)
		dc_buf_printf(&chosen, ",%u", f->feature_index[i]);
	st = dc_buf_failed(&chosen) ?
		dc_fail(err, DC_EINVAL, "featureIndices: too many for a spec")
		: recipe_put_encoder(out, dc_buf_text(&chosen), err);
	dc_buf_clear(&chosen);
	return st;
}

/* A vocabulary asks for columns of its own. */
static enum dc_status encoder_lines(struct dc_buf *out, const char *name,
				    const struct deca_file *f,
				    uint64_t *columns, struct dc_err *err)
{
	static const char vocabulary[] = "vocabulary=";
	const char *comma = strchr(name, ',');

	if (recipe_embedding_columns(name) > 0 && comma != NULL &&
	    strchr(comma + 1, ',') == strrchr(name, ','))
		return embedding_lines(out, name, f, err);

	if (strncmp(name, vocabulary, sizeof(vocabulary) - 1) == 0)
		return vocabulary_put(out, name + sizeof(vocabulary) - 1,
				      columns, err);
	return recipe_put_encoder(out, name, err);
}

static enum dc_status spec_lines(struct dc_buf *out, const struct deca_file *f,
				 const struct model_import *how,
				 uint64_t columns, const struct dc_buf *encoder,
				 struct dc_err *err)
{
	enum dc_status st;

	if (columns > UINT32_MAX)
		return dc_fail(err, DC_EINVAL, "feature %llu: too many "
			       "columns", (unsigned long long)columns - 1);
	dc_buf_append_text(out, "decaid 1\n");
	st = model_line(out, f, columns, err);
	if (st != DC_OK)
		return st;
	dc_buf_append(out, encoder->data, encoder->len);
	dc_buf_printf(out, "verdict %s\nsample packed\n",
		      how->verdict != NULL ? how->verdict : verdict_of(f));
	for (uint32_t k = 0; k < f->n_class; k++)
		dc_buf_printf(out, "class %s\n", f->class_name[k]);
	return DC_OK;
}

enum dc_status model_file_spec(struct dc_buf *out, const struct deca_file *f,
			       const struct model_import *how,
			       struct dc_err *err)
{
	const char *encoder = how->encoder != NULL ? how->encoder : "none";
	uint64_t columns = columns_of(f, how), named = 0;
	struct dc_buf words;
	enum dc_status st;

	dc_buf_init(&words, SPEC_TEXT_BYTES_MAX);
	st = encoder_lines(&words, encoder, f, &named, err);
	if (named > columns)
		columns = named;
	if (st == DC_OK)
		st = spec_lines(out, f, how, columns, &words, err);
	dc_buf_clear(&words);
	return st;
}

enum dc_status model_file_load(struct model *m, const struct deca_file *f,
			       struct dc_err *err)
{
	enum deca_kind kind;
	enum dc_status st;

	if (!deca_spec_kind(&kind, m->spec))
		return dc_fail(err, DC_EINVAL, "%s is none of 0xDeCA10B's "
			       "types", m->spec->model->choice.name);
	st = deca_view_load(m, kind, f->model, err);
	if (st == DC_OK && !m->spec->model->cells_valid(m->spec, m->cells))
		st = dc_fail(err, DC_EINVAL, "a number is out of range");
	if (st == DC_OK)
		m->spec->model->rebuild(m);
	return st;
}

/* --- rounding --- */

static __int128 rounded(__int128 v, int64_t unit)
{
	__int128 half = v < 0 ? -(unit / 2) : unit / 2;

	return (v + half) / unit * unit;
}

/* The squared length that a sparse centroid keeps is of its values. */
static void lengths_anew(struct deca_model *m)
{
	struct deca_class *klass = dc_calloc(m->n_class, sizeof(*klass));
	const struct deca_cell *cell;
	uint64_t at = 0;

	for (uint32_t k = 0; k < m->n_class; k++) {
		klass[k] = *deca_class_at(m, k);
		klass[k].total = U256_ZERO;
	}
	while ((cell = deca_cell_next(m, &at)) != NULL)
		(void)u256_add_wrap(&klass[cell->klass].total,
				    klass[cell->klass].total,
				    u256_from_u128((unsigned __int128)cell->low
						   * cell->low));
	DC_CHECK(deca_classes_load(m, klass, m->n_class,
				   (uint32_t)m->n_count));
	free(klass);
}

void model_file_round(struct deca_file *f, unsigned decimals)
{
	struct deca_model *m = f->model;
	const struct deca_cell *cell;
	int64_t unit = 1;
	uint64_t at = 0;

	for (unsigned i = decimals; i < 9; i++)
		unit *= 10;
	if (m->kind == DECA_NAIVE_BAYES)
		return;
	while ((cell = deca_cell_next(m, &at)) != NULL) {
		bool pair = m->kind == DECA_SPARSE_NEAREST_CENTROID;
		struct deca_cell to = *cell;
		__int128 v = rounded(pair ? (__int128)cell->low
				     : deca_cell_value(cell), unit);

		to.low = (uint64_t)v;
		if (!pair)
			to.high = (uint64_t)((unsigned __int128)v >> 64);
		DC_CHECK(deca_cell_load(m, &to));
	}
	if (m->kind == DECA_SPARSE_NEAREST_CENTROID)
		lengths_anew(m);
}

/* --- to a file --- */

static void open_file(struct deca_file *f, const struct model *m,
		      enum deca_kind kind, uint64_t cells)
{
	struct deca_room room = { .classes = m->spec->n_class, .cells = cells };

	f->model = deca_model_init(dc_malloc(deca_model_size(room)), kind,
				   room);
	f->class_name = m->spec->class_name;
	f->n_class = m->spec->n_class;
	f->columns = m->spec->columns;
}

static void put(struct deca_file *f, uint32_t klass, uint64_t index,
		__int128 value)
{
	const struct deca_cell cell = {
		.klass = klass, .index = index, .low = (uint64_t)value,
		.high = (uint64_t)((unsigned __int128)value >> 64),
	};

	if (value != 0)
		DC_CHECK(deca_cell_load(f->model, &cell));
}

/* 0xDeCA10B's own types, number by number. */
static void of_deca(struct deca_file *f, const struct model *m,
		    enum deca_kind kind)
{
	struct deca_view *v = dc_malloc(sizeof(*v));
	uint32_t rows;

	deca_view_read(v, m, kind);
	rows = v->head.n_class;
	open_file(f, m, kind, (uint64_t)m->spec->columns * rows);
	DC_CHECK(deca_classes_load(f->model, v->klass, rows,
				   (uint32_t)v->head.n_count));
	f->model->n_names = m->spec->n_class;
	f->model->learning_rate = v->head.learning_rate;
	f->model->smoothing = v->head.smoothing;
	f->model->intercept = v->head.intercept;
	f->model->total_features = v->head.total_features;
	for (uint32_t i = 0; i < m->spec->columns; i++)
		for (uint32_t k = 0; k < rows; k++)
			put(f, k, i, deca_view_value(&v->head, k, i));
	free(v);
}

/* w = w[1] - w[0]; a mistake moves both by the rate. */
static enum dc_status of_perceptron(struct deca_file *f,
				    const struct model *m, struct dc_err *err)
{
	const struct deca_class none = { .length = 0 };
	int64_t rate = m->spec->model_param[1] * 2;

	if (m->spec->n_class != 2 || rate > UINT32_MAX)
		return dc_fail(err, DC_EINVAL, "0xDeCA10B's model JSON cannot "
			       "say it: a perceptron there has 2 classes and "
			       "a learning rate up to 2.1");
	open_file(f, m, DECA_SPARSE_PERCEPTRON, m->spec->columns);
	DC_CHECK(deca_classes_load(f->model, &none, 1, 0));
	f->model->n_names = 2;
	f->model->learning_rate = (uint32_t)rate;
	f->model->intercept = i256_from_i64(m->cells[1] - m->cells[0]);
	for (uint32_t i = 0; i < m->spec->columns; i++) {
		const int64_t *w = m->cells + 2 * ((size_t)i + 1);

		put(f, 0, i, w[1] - w[0]);
	}
	return DC_OK;
}

/* Counts of binary samples are whole, up to 2^32. */
static bool count_of(uint64_t *out, int64_t cell, uint64_t most)
{
	*out = (uint64_t)cell / DC_FX9_ONE;
	return cell % DC_FX9_ONE == 0 && *out <= most;
}

static enum dc_status of_bayes(struct deca_file *f, const struct model *m,
			       struct dc_err *err)
{
	uint32_t n = m->spec->n_class;
	struct deca_class *klass = dc_calloc(n, sizeof(*klass));
	int64_t smoothing = m->spec->model_param[1];
	bool whole = smoothing <= UINT32_MAX;
	uint64_t v = 0;

	open_file(f, m, DECA_NAIVE_BAYES, (uint64_t)m->spec->columns * n);
	for (uint32_t k = 0; whole && k < n; k++) {
		whole = count_of(&v, m->cells[k], UINT64_MAX);
		klass[k].count = u256_from_u64(v);
		whole = whole && count_of(&v, m->cells[n + k], UINT64_MAX);
		klass[k].total = u256_from_u64(v);
	}
	for (size_t i = 0; whole && i < (size_t)m->spec->columns * n; i++) {
		whole = count_of(&v, m->cells[2 * (size_t)n + i], UINT32_MAX);
		put(f, (uint32_t)(i % n), i / n, (__int128)v);
	}
	DC_CHECK(deca_classes_load(f->model, klass, n, 0));
	free(klass);
	f->model->n_names = n;
	f->model->smoothing = (uint32_t)smoothing;
	f->model->total_features = u256_from_u64(m->spec->columns);
	if (!whole)
		return dc_fail(err, DC_EINVAL, "0xDeCA10B's model JSON cannot "
			       "say it: a count is no whole number below 2^32, "
			       "or the smoothing is over 4.29");
	return DC_OK;
}

enum dc_status model_file_of(struct deca_file *out, const struct model *m,
			     struct dc_err *err)
{
	enum deca_kind kind;

	*out = (struct deca_file){ .arena = NULL };
	if (deca_spec_kind(&kind, m->spec)) {
		of_deca(out, m, kind);
		return DC_OK;
	}
	if (m->spec->model == &model_sparse_perceptron)
		return of_perceptron(out, m, err);
	if (m->spec->model == &model_naive_bayes)
		return of_bayes(out, m, err);
	return dc_fail(err, DC_EINVAL, "0xDeCA10B's model JSON cannot say it: "
		       "it has no type for %s", m->spec->model->choice.name);
}
