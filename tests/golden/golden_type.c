/* The model type of our own beside the mirror: what a vector's contract does
 * must come of the same calls to struct model_ops, as far as a spec and a
 * canonical sample can say them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "models/deca_view.h"
#include "models/deca_private.h"
#include "tests/golden/golden.h"

#define COLUMNS_MAX (1 << 16)

struct golden_type {
	struct golden_model *gm;
	struct model_spec spec;
	struct model m;
	size_t n_cells;
	uint32_t *index;	/* (DECA_INDICES_MAX) */
};

static const char *const names[DECA_KINDS] = {
	[DECA_DENSE_PERCEPTRON] = "deca-dense-perceptron",
	[DECA_SPARSE_PERCEPTRON] = "deca-sparse-perceptron",
	[DECA_NAIVE_BAYES] = "deca-naive-bayes",
	[DECA_NEAREST_CENTROID] = "deca-nearest-centroid",
	[DECA_SPARSE_NEAREST_CENTROID] = "deca-sparse-nearest-centroid",
};

static enum deca_kind kind_of(const struct golden_type *t)
{
	return (enum deca_kind)t->gm->m->kind;
}

static bool load(struct golden_type *t)
{
	struct dc_err err = DC_ERR_INIT;

	memset(t->m.cells, 0, t->n_cells * sizeof(*t->m.cells));
	return deca_view_load(&t->m, kind_of(t), t->gm->m, &err) == DC_OK &&
		t->spec.model->cells_valid(&t->spec, t->m.cells);
}

/* The spec that says the same as the contract's constructor. */
static bool spec_of(struct golden_type *t)
{
	const struct deca_model *m = t->gm->m;
	uint64_t features = 0;

	if (!u256_to_u64(&features, m->total_features) ||
	    features > INT64_MAX)
		return false;
	t->spec = (struct model_spec){
		.model = model_find(names[m->kind]),
		.n_class = (uint32_t)(kind_of(t) <= DECA_SPARSE_PERCEPTRON
				      ? m->n_names : m->n_class),
		.columns = deca_kind_is_dense(kind_of(t))
			? (uint32_t)deca_class_at(m, 0)->length : COLUMNS_MAX,
	};
	t->spec.model_param[0] = t->spec.columns;
	if (kind_of(t) <= DECA_SPARSE_PERCEPTRON)
		t->spec.model_param[1] = m->learning_rate;
	if (kind_of(t) == DECA_NAIVE_BAYES) {
		t->spec.model_param[1] = (int64_t)features;
		t->spec.model_param[2] = m->smoothing;
	}
	return t->spec.n_class >= SPEC_CLASSES_MIN && t->spec.columns > 0 &&
		t->spec.n_class <= t->spec.model->classes_max;
}

struct golden_type *golden_type_open(struct golden_model *gm)
{
	struct dc_arena *arena = gm->g->arena;
	struct golden_type *t = dc_arena_alloc(arena, sizeof(*t));
	size_t leaves;

	*t = (struct golden_type){ .gm = gm };
	if (!spec_of(t))
		return NULL;
	t->n_cells = t->spec.model->cells(&t->spec);
	leaves = t->n_cells / MODEL_LEAF_CELLS + 1;
	t->m = (struct model){
		.spec = &t->spec,
		.cells = dc_arena_alloc(arena, t->n_cells * sizeof(int64_t)),
		.dirty = dc_arena_alloc(arena, (leaves / 64 + 1) *
					sizeof(uint64_t)),
	};
	memset(t->m.dirty, 0, (leaves / 64 + 1) * sizeof(uint64_t));
	t->index = dc_arena_alloc(arena, DECA_INDICES_MAX *
				  sizeof(*t->index));
	return load(t) ? t : NULL;
}

/* What a sample can say: ascending indices, each once. */
static bool sample_of(struct golden_type *t, struct sample *x,
		      struct golden_data data)
{
	if (deca_kind_is_dense(kind_of(t))) {
		*x = (struct sample){ SAMPLE_DENSE, (uint32_t)data.n, NULL,
				      data.v };
		return data.n == t->spec.columns;
	}
	if (data.n > DECA_INDICES_MAX)
		return false;
	for (size_t i = 0; i < data.n; i++) {
		if (data.v[i] < 0 || data.v[i] >= t->spec.columns)
			return false;
		t->index[i] = (uint32_t)data.v[i];
	}
	*x = (struct sample){ SAMPLE_BINARY, (uint32_t)data.n, t->index,
			      NULL };
	return sample_sort_unique(t->index, data.n) == data.n;
}

static void same(struct golden *g, uint64_t contract, uint64_t type)
{
	char expected[24], found[32];

	if (contract == type)
		return;
	(void)snprintf(expected, sizeof(expected), "%llu",
		       (unsigned long long)contract);
	(void)snprintf(found, sizeof(found), "%llu by the type",
		       (unsigned long long)type);
	golden_differs(g, expected, found);
}

void golden_type_predict(struct golden_type *t, struct golden_data data)
{
	int64_t scores[SPEC_CLASSES_MAX];
	enum deca_reason r;
	struct sample x;
	uint64_t label;

	if (t == NULL || !sample_of(t, &x, data))
		return;
	r = golden_model_predict(t->gm, &label, data);
	t->spec.model->scores(&t->m, scores, &x);
	same(t->gm->g, r == DECA_DONE ? label : 0,
	     model_best(scores, t->spec.n_class));
}

static void same_cells(struct golden_type *t)
{
	struct golden *g = t->gm->g;
	const struct deca_cell *cell;
	struct deca_view v;
	uint64_t at = 0;

	deca_view_read(&v, &t->m, kind_of(t));
	while ((cell = deca_cell_next(t->gm->m, &at)) != NULL) {
		struct deca_number n =
			deca_view_get(&v.head, cell->klass, cell->index);

		same(g, cell->low, n.low);
		same(g, cell->high, n.high);
	}
	for (uint32_t k = 0; v.head.n_class > 1 && k < v.head.n_class; k++) {
		const struct deca_class *c = deca_class_at(t->gm->m, k);

		for (unsigned i = 0; i < 4; i++) {
			same(g, c->count.w[i], v.klass[k].count.w[i]);
			same(g, c->total.w[i], v.klass[k].total.w[i]);
		}
	}
}

/* gm->m has made the step already, with this outcome. What a model of our own
 * is never given (a label that is none, a sample it does not take) is carried
 * over from the contract. */
bool golden_type_learn(struct golden_type *t, struct golden_data data,
		       uint64_t label, enum deca_reason outcome)
{
	int64_t before[SPEC_CLASSES_MAX];
	struct sample x;

	if (t == NULL)
		return false;
	if (sample_of(t, &x, data) && label < t->spec.n_class &&
	    t->spec.model->accepts(&x)) {
		t->spec.model->scores(&t->m, before, &x);
		t->spec.model->learn(&t->m, &x, (uint32_t)label, before);
		same_cells(t);
		t->gm->g->typed++;
		return true;
	}
	return outcome != DECA_DONE || load(t);
}
