/* Models of 0xDeCA10B's types in flat cells, as the contract's code sees
 * them. */
#include "config.h"

#include "models/deca_view.h"

#include <string.h>

#include "base/i256.h"
#include "models/deca_private.h"

/* Where the parameters stand in the order of models/deca_types.c. */
enum { COLUMNS = 0, LEARNING_RATE = 1, FEATURES = 1, SMOOTHING = 2,
       SAMPLES = 1 };

/* How many cells: before the classes, of each class, of each number. */
struct layout {
	const char *model;
	uint8_t head, klass, number;
	bool one_row, dense;
};

static const struct layout layouts[DECA_KINDS] = {
	[DECA_DENSE_PERCEPTRON] =
		{ "deca-dense-perceptron", 2, 0, 2, true, true },
	[DECA_SPARSE_PERCEPTRON] =
		{ "deca-sparse-perceptron", 2, 0, 2, true, false },
	[DECA_NAIVE_BAYES] = { "deca-naive-bayes", 0, 2, 1, false, false },
	[DECA_NEAREST_CENTROID] =
		{ "deca-nearest-centroid", 0, 4, 1, false, true },
	[DECA_SPARSE_NEAREST_CENTROID] =
		{ "deca-sparse-nearest-centroid", 0, 5, 2, false, false },
};

bool deca_spec_kind(enum deca_kind *out, const struct model_spec *spec)
{
	for (int k = 0; k < DECA_KINDS; k++) {
		if (strcmp(layouts[k].model, spec->model->choice.name) != 0)
			continue;
		*out = (enum deca_kind)k;
		return true;
	}
	return false;
}

bool deca_kind_is_dense(enum deca_kind kind)
{
	return layouts[kind].dense;
}

static uint32_t rows_of(const struct model_spec *spec, enum deca_kind kind)
{
	return layouts[kind].one_row ? 1 : spec->n_class;
}

static size_t base_of(const struct model_spec *spec, enum deca_kind kind)
{
	const struct layout *l = &layouts[kind];

	return l->head + (size_t)l->klass * spec->n_class;
}

size_t deca_view_cells(const struct model_spec *spec, enum deca_kind kind)
{
	return base_of(spec, kind) + (size_t)spec->columns *
		rows_of(spec, kind) * layouts[kind].number;
}

/* --- classes --- */

static struct u256 u256_of_cells(const int64_t *cell)
{
	return (struct u256){ { (uint64_t)cell[0], (uint64_t)cell[1],
				(uint64_t)cell[2], (uint64_t)cell[3] } };
}

/* A count of samples in cells is what was learned: the parameter `samples`
 * comes on top, so that cells begin as zeros. */
static uint64_t first_samples(const struct model_spec *spec)
{
	return (uint64_t)spec->model_param[SAMPLES];
}

static void class_read(struct deca_class *c, const struct model_spec *spec,
		       enum deca_kind kind, const int64_t *cell)
{
	*c = (struct deca_class){ .length = 0 };
	switch (kind) {
	case DECA_NAIVE_BAYES:
		c->count = u256_from_u64((uint64_t)cell[0]);
		c->total = u256_from_u64((uint64_t)cell[1]);
		break;
	case DECA_NEAREST_CENTROID:
		c->count = u256_of_cells(cell);
		break;
	case DECA_SPARSE_NEAREST_CENTROID:
		c->count = u256_from_u64((uint64_t)cell[0] +
					 first_samples(spec));
		c->total = u256_of_cells(cell + 1);
		break;
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
	case DECA_KINDS:
		break;
	}
	c->length = layouts[kind].dense ? spec->columns : 0;
}

static void class_cells(int64_t *cell, const struct deca_class *c,
			const struct model_spec *spec, enum deca_kind kind)
{
	const struct u256 *wide = &c->total;

	switch (kind) {
	case DECA_NAIVE_BAYES:
		cell[0] = (int64_t)c->count.w[0];
		cell[1] = (int64_t)c->total.w[0];
		return;
	case DECA_NEAREST_CENTROID:
		wide = &c->count;
		break;
	case DECA_SPARSE_NEAREST_CENTROID:
		*cell++ = (int64_t)(c->count.w[0] - first_samples(spec));
		break;
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
	case DECA_KINDS:
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		cell[i] = (int64_t)wide->w[i];
}

static void cell_put(struct model *m, size_t i, int64_t v)
{
	if (m->cells[i] == v)
		return;
	m->cells[i] = v;
	model_touch(m, i);
}

void deca_view_save(const struct deca_view *v, uint32_t klass)
{
	struct model *m = v->flat.m;
	enum deca_kind kind = (enum deca_kind)v->head.kind;
	size_t n = layouts[kind].klass, at = layouts[kind].head + klass * n;
	int64_t cell[8] = { 0 };

	class_cells(cell, &v->klass[klass], m->spec, kind);
	for (size_t i = 0; i < n; i++)
		cell_put(m, at + i, cell[i]);
}

/* --- opening --- */

static void params_read(struct deca_model *h, const struct model_spec *spec,
			enum deca_kind kind)
{
	const int64_t *param = spec->model_param;

	if (layouts[kind].one_row)
		h->learning_rate = (uint32_t)param[LEARNING_RATE];
	if (kind != DECA_NAIVE_BAYES)
		return;
	h->smoothing = (uint32_t)param[SMOOTHING];
	h->total_features = u256_from_u64((uint64_t)param[FEATURES]);
}

void deca_view_read(struct deca_view *v, const struct model *m,
		    enum deca_kind kind)
{
	const struct layout *l = &layouts[kind];
	const struct model_spec *spec = m->spec;
	struct deca_model *h = &v->head;

	*h = (struct deca_model){
		.kind = kind,
		.n_class = rows_of(spec, kind),
		.n_names = spec->n_class,
		.n_count = kind == DECA_NEAREST_CENTROID ? spec->n_class : 0,
		.room_classes = SPEC_CLASSES_MAX,
		.layout = DECA_VIEW,
	};
	params_read(h, spec, kind);
	if (l->one_row)
		h->intercept = i256_from_i128(deca_number_value(
			(struct deca_number){ (uint64_t)m->cells[0],
					      (uint64_t)m->cells[1] }));
	for (uint32_t k = 0; k < h->n_class; k++)
		class_read(&v->klass[k], spec, kind,
			   m->cells + l->head + (size_t)k * l->klass);
	v->flat = (struct deca_flat){
		.base = base_of(spec, kind),
		.rows = h->n_class,
		.width = l->number,
		.columns = spec->columns,
	};
	v->flat.cells = m->cells + v->flat.base;
}

void deca_view_write(struct deca_view *v, struct model *m,
		     enum deca_kind kind)
{
	deca_view_read(v, m, kind);
	v->flat.m = m;
}

/* --- numbers --- */

static const struct deca_view *view_of(const struct deca_model *m)
{
	return (const struct deca_view *)m;	/* head is its first member */
}

static size_t cell_of(const struct deca_flat *f, uint32_t klass,
		      uint64_t index)
{
	return ((size_t)index * f->rows + klass) * f->width;
}

/* A cell alone holds a uint32, of naive Bayes, or an int64, of a centroid. */
struct deca_number deca_view_get(const struct deca_model *m, uint32_t klass,
				 uint64_t index)
{
	const struct deca_flat *f = &view_of(m)->flat;
	const int64_t *cell;

	if (index >= f->columns)
		return (struct deca_number){ 0, 0 };
	cell = f->cells + cell_of(f, klass, index);
	if (f->width == 1)
		return deca_number_of(*cell);
	return (struct deca_number){ (uint64_t)cell[0], (uint64_t)cell[1] };
}

__int128 deca_view_value(const struct deca_model *m, uint32_t klass,
			 uint64_t index)
{
	return deca_number_value(deca_view_get(m, klass, index));
}

void deca_view_set(struct deca_model *m, uint32_t klass, uint64_t index,
		   struct deca_number number)
{
	const struct deca_flat *f = &view_of(m)->flat;
	size_t at;

	DC_CHECK(f->m != NULL && index < f->columns);
	at = f->base + cell_of(f, klass, index);
	cell_put(f->m, at, (int64_t)number.low);
	if (f->width > 1)
		cell_put(f->m, at + 1, (int64_t)number.high);
}

/* --- loading --- */

static bool same_params(const struct deca_model *a, const struct deca_model *b)
{
	return a->learning_rate == b->learning_rate &&
		a->smoothing == b->smoothing &&
		u256_compare(a->total_features, b->total_features) == 0;
}

static enum dc_status head_check(const struct deca_view *v,
				 const struct deca_model *from,
				 struct dc_err *err)
{
	if (from->kind != v->head.kind)
		return dc_fail(err, DC_EINVAL, "the model is of another type");
	if (from->n_class != v->head.n_class ||
	    (layouts[from->kind].one_row ? from->n_names : from->n_class) !=
		    v->head.n_names)
		return dc_fail(err, DC_EINVAL,
			       "the model has other classes");
	if (!same_params(from, &v->head))
		return dc_fail(err, DC_EINVAL,
			       "the model has other parameters");
	if (from->kind == DECA_NEAREST_CENTROID &&
	    from->n_count < from->n_class)
		return dc_fail(err, DC_EINVAL,
			       "a class of the model has no count");
	for (uint32_t k = 0; layouts[from->kind].dense && k < from->n_class;
	     k++)
		if (deca_class_at(from, k)->length != v->flat.columns)
			return dc_fail(err, DC_EINVAL,
				       "row %u of the model has %llu values, "
				       "not %u", k, (unsigned long long)
				       deca_class_at(from, k)->length,
				       v->flat.columns);
	return DC_OK;
}

enum dc_status deca_view_load(struct model *m, enum deca_kind kind,
			      const struct deca_model *from,
			      struct dc_err *err)
{
	const struct deca_cell *cell;
	struct deca_view v;
	uint64_t at = 0;
	enum dc_status st;

	deca_view_write(&v, m, kind);
	st = head_check(&v, from, err);
	if (st != DC_OK)
		return st;
	while ((cell = deca_cell_next(from, &at)) != NULL) {
		if (cell->index >= v.flat.columns)
			return dc_fail(err, DC_EINVAL, "feature %llu of the "
				       "model is not below %u", (unsigned long
				       long)cell->index, v.flat.columns);
		deca_view_set(&v.head, cell->klass, cell->index,
			      (struct deca_number){ cell->low, cell->high });
	}
	if (layouts[kind].one_row) {
		cell_put(m, 0, (int64_t)from->intercept.w[0]);
		cell_put(m, 1, (int64_t)from->intercept.w[1]);
		return DC_OK;
	}
	for (uint32_t k = 0; k < from->n_class; k++) {
		v.klass[k] = *deca_class_at(from, k);
		deca_view_save(&v, k);
	}
	return DC_OK;
}
