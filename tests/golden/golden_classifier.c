/* Vectors of one classifier: construction, the owner's calls, steps, the
 * getters at the end. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "tests/golden/golden.h"

struct run {
	struct golden *g;
	struct golden_model gm;
	json_t *names;		/* classifications */
	json_t *indices;	/* featureIndices */
	struct golden_type *type;
};

static void probe(struct run *r, const char *at, json_t *inputs,
		  json_t *expected)
{
	size_t n = json_array_size(golden_array(r->g, inputs));

	golden_at(r->g, "%s", at);
	if (json_array_size(golden_array(r->g, expected)) != n)
		golden_malformed(r->g, "it is not as long as probeInputs");
	for (size_t i = 0; i < n; i++) {
		struct golden_data data;
		enum deca_reason reason;
		uint64_t label;

		golden_at(r->g, "probeInputs[%zu]", i);
		data = golden_data(r->g, json_array_get(inputs, i));
		reason = golden_model_predict(&r->gm, &label, data);
		golden_at(r->g, "%s[%zu]", at, i);
		golden_same_prediction(r->g, json_array_get(expected, i),
				       reason, label);
		golden_type_predict(r->type, data);
	}
}

/* addFeatureIndices only keeps a list, for encoders. */
static void add_indices(struct run *r, const char *at, json_t *args)
{
	json_t *list = json_array_get(args, 0);

	golden_at(r->g, "%s.args[0]", at);
	for (size_t i = 0; i < json_array_size(golden_array(r->g, list)); i++) {
		(void)golden_u64(r->g, json_array_get(list, i), UINT32_MAX);
		(void)json_array_append(r->indices, json_array_get(list, i));
	}
}

static void run_init(struct run *r, json_t *init)
{
	for (size_t i = 0; i < json_array_size(golden_array(r->g, init)); i++) {
		json_t *call = json_array_get(init, i), *args;
		enum deca_reason reason = DECA_DONE;
		const char *fn, *name = NULL;
		const char *at;

		at = golden_place(r->g, "init[%zu]", i);
		golden_at(r->g, "%s", at);
		(void)golden_object(r->g, call);
		fn = golden_string(r->g, golden_member(r->g, at, call, "fn"));
		args = golden_array(r->g,
				    golden_member(r->g, at, call, "args"));
		if (strcmp(fn, "addFeatureIndices") == 0)
			add_indices(r, at, args);
		else
			reason = golden_model_call(&r->gm, at, fn, args, &name);
		golden_same_reason(r->g,
				   golden_member(r->g, at, call, "reverted"),
				   reason);
		if (reason == DECA_DONE && name != NULL)
			(void)json_array_append_new(r->names,
						    json_string(name));
	}
}

static void run_step(struct run *r, size_t i, json_t *step,
		     json_t *inputs)
{
	struct golden *g = r->g;
	struct golden_data data;
	enum deca_reason reason;
	uint64_t label, prediction;
	const char *at, *probes;

	at = golden_place(g, "steps[%zu]", i);
	golden_at(g, "%s", at);
	data = golden_data(g, golden_member(g, at, golden_object(g, step),
					    "data"));
	label = golden_u64(g, golden_member(g, at, step, "classification"),
			   UINT64_MAX);
	reason = golden_model_predict(&r->gm, &prediction, data);
	golden_same_prediction(g, golden_member(g, at, step, "predictBefore"),
			       reason, prediction);
	reason = golden_model_update(&r->gm, data, label);
	golden_same_reason(g, golden_member(g, at, step, "reverted"), reason);
	if (!golden_type_learn(r->type, data, label, reason))
		r->type = NULL;
	reason = golden_model_predict(&r->gm, &prediction, data);
	golden_same_prediction(g, golden_member(g, at, step, "predictAfter"),
			       reason, prediction);
	probes = golden_place(g, "%s.probes", at);
	probe(r, probes, inputs, golden_member(g, at, step, "probes"));
}

static void run_norms(struct run *r, json_t *norms)
{
	struct golden *g = r->g;

	for (size_t i = 0; i < json_array_size(golden_array(g, norms)); i++) {
		json_t *one = json_array_get(norms, i);
		struct golden_data data;
		enum deca_reason reason;
		struct u256 norm = U256_ZERO;
		const char *at;

		at = golden_place(g, "norms[%zu]", i);
		golden_at(g, "%s", at);
		data = golden_data(g, golden_member(
					      g, at, golden_object(g, one),
					      "data"));
		reason = r->gm.ops->norm(&norm, data.v, data.n);
		if (json_object_get(one, "norm") == NULL) {
			golden_same_reason(
				g, golden_member(g, at, one, "revert"), reason);
			continue;
		}
		golden_at(g, "%s.norm", at);
		golden_same_reason(g, json_null(), reason);
		golden_same_u256(g, json_object_get(one, "norm"), norm);
	}
}

/* Key of an object of cells: a whole number below 2^64. */
static uint64_t cell_index(struct golden *g, const char *key)
{
	struct dc_err err = DC_ERR_INIT;
	struct u256 v;
	uint64_t index;

	if (u256_parse(&v, key, &err) != DC_OK || !u256_to_u64(&index, v))
		golden_malformed(g, "the key is no index");
	return index;
}

static struct u256 value_at(const struct run *r, uint32_t klass,
			    uint64_t index)
{
	return i256_from_i128(
		deca_cell_value(deca_cell_find(r->gm.m, klass, index)));
}

/* A dense array, or an object of those cells that were asked for. */
static void same_cells(struct run *r, const char *at, json_t *expected,
		       uint32_t klass)
{
	const char *key;
	json_t *v;
	size_t i;

	golden_at(r->g, "%s", at);
	if (json_is_array(expected)) {
		golden_same_number(r->g, json_array_size(expected),
				   deca_class_at(r->gm.m, klass)->length);
		json_array_foreach(expected, i, v) {
			golden_at(r->g, "%s[%zu]", at, i);
			golden_same_signed(r->g, v, value_at(r, klass, i));
		}
		return;
	}
	json_object_foreach(golden_object(r->g, expected), key, v) {
		golden_at(r->g, "%s.%s", at, key);
		golden_same_signed(r->g, v,
				   value_at(r, klass, cell_index(r->g, key)));
	}
}

static void same_list(struct run *r, const char *at, json_t *expected,
		      json_t *found)
{
	char *want, *have;
	json_t *keep;

	golden_at(r->g, "%s", at);
	r->g->checked++;
	if (json_equal(golden_array(r->g, expected), found))
		return;
	want = json_dumps(expected, JSON_COMPACT);
	have = json_dumps(found, JSON_COMPACT);
	keep = golden_keep(r->g, json_pack("[ss]", want, have));
	free(want);
	free(have);
	golden_differs(r->g, json_string_value(json_array_get(keep, 0)),
		       json_string_value(json_array_get(keep, 1)));
}

/* A value of a sparse centroid: as stored, and as the getter scales it. */
static void same_centroid(struct run *r, const char *at, json_t *expected,
			  uint32_t klass)
{
	struct golden *g = r->g;
	const char *key;
	json_t *v;

	golden_at(g, "%s", at);
	json_object_foreach(golden_object(g, expected), key, v) {
		const struct deca_cell *cell;
		enum deca_reason reason;
		uint64_t index, scaled = 0;
		const char *one;

		one = golden_place(g, "%s.%s", at, key);
		golden_at(g, "%s", one);
		index = cell_index(g, key);
		cell = deca_cell_find(r->gm.m, klass, (uint32_t)index);
		golden_same_u64(g, golden_member(g, one, golden_object(g, v),
						 "value"),
				cell ? cell->low : 0);
		golden_same_u64(g, golden_member(g, one, v, "numSamples"),
				cell ? cell->high : 0);
		reason = deca_centroid_scaled(r->gm.m, &scaled, klass,
					      (uint32_t)index);
		golden_same_prediction(
			g, golden_member(g, one, v, "getCentroidValue"),
			reason, scaled);
	}
}

static void same_class_info(struct run *r, const char *at, json_t *expected,
			    uint32_t klass)
{
	const struct deca_class *c = deca_class_at(r->gm.m, klass);
	struct golden *g = r->g;
	const char *cells;

	golden_at(g, "%s", at);
	golden_same_u256(g, golden_member(g, at, golden_object(g, expected),
					  "numSamples"),
			 c->count);
	if (r->gm.m->kind == DECA_NAIVE_BAYES) {
		golden_same_u256(
			g, golden_member(g, at, expected, "totalFeatureCount"),
			c->total);
		cells = golden_place(g, "%s.featureCounts", at);
		same_cells(r, cells,
			   golden_member(g, at, expected, "featureCounts"),
			   klass);
		return;
	}
	golden_same_u256(g, golden_member(g, at, expected, "squaredMagnitude"),
			 c->total);
	cells = golden_place(g, "%s.centroid", at);
	same_centroid(r, cells, golden_member(g, at, expected, "centroid"),
		      klass);
}

/* classInfos, centroids or dataCounts: one of each class. */
static void same_classes(struct run *r, const char *name, json_t *expected)
{
	bool counts = strcmp(name, "dataCounts") == 0;
	struct golden *g = r->g;
	size_t i;
	json_t *v;

	golden_at(g, "final.%s", name);
	golden_same_number(g, json_array_size(golden_array(g, expected)),
			   counts ? r->gm.m->n_count : r->gm.m->n_class);
	json_array_foreach(expected, i, v) {
		const char *at;

		at = golden_place(g, "final.%s[%zu]", name, i);
		golden_at(g, "%s", at);
		if (counts)
			golden_same_u256(
				g, v,
				deca_class_at(r->gm.m, (uint32_t)i)->count);
		else if (strcmp(name, "centroids") == 0)
			same_cells(r, at, v, (uint32_t)i);
		else
			same_class_info(r, at, v, (uint32_t)i);
	}
}

struct batch {
	uint32_t *index;
	uint64_t *label;
	size_t n, n_label;
};

static struct batch batch_read(struct golden *g, const char *at, json_t *v)
{
	json_t *rows = golden_array(
		g, golden_member(g, at, golden_object(g, v), "dataBatch"));
	json_t *labels = golden_array(
		g, golden_member(g, at, v, "classifications"));
	struct batch b = { .n = json_array_size(rows),
			   .n_label = json_array_size(labels) };
	size_t i, j;
	json_t *row, *one;

	b.index = dc_arena_alloc(g->arena, (b.n + 1) * DECA_BATCH_COLUMNS
						   * sizeof(*b.index));
	b.label = dc_arena_alloc(g->arena,
				 (b.n_label + 1) * sizeof(*b.label));
	json_array_foreach(labels, i, one)
		b.label[i] = golden_u64(g, one, UINT64_MAX);
	json_array_foreach(rows, i, row) {
		golden_at(g, "%s.dataBatch[%zu]", at, i);
		if (json_array_size(golden_array(g, row))
		    != DECA_BATCH_COLUMNS)
			golden_malformed(g, "a row has %d indices",
					 DECA_BATCH_COLUMNS);
		json_array_foreach(row, j, one)
			b.index[i * DECA_BATCH_COLUMNS + j] =
				(uint32_t)golden_u64(g, one, 0xffffff);
	}
	return b;
}

static void same_batches(struct run *r, json_t *expected)
{
	struct golden *g = r->g;
	size_t i;
	json_t *v;

	if (r->gm.m->kind != DECA_SPARSE_PERCEPTRON)
		golden_malformed(g, "this classifier has no evaluateBatch");
	json_array_foreach(golden_array(g, expected), i, v) {
		enum deca_reason reason;
		uint64_t correct = 0;
		struct batch b;
		const char *at;

		at = golden_place(g, "final.evaluateBatch[%zu]", i);
		golden_at(g, "%s", at);
		b = batch_read(g, at, v);
		reason = deca_batch_evaluate(r->gm.m, &correct, b.index, b.n,
					     b.label, b.n_label);
		if (json_object_get(v, "numCorrect") == NULL)
			golden_same_reason(
				g, golden_member(g, at, v, "revert"), reason);
		else
			golden_same_prediction(
				g, golden_member(g, at, v, "numCorrect"),
				reason, correct);
	}
}

static bool same_number(struct run *r, const char *name, json_t *expected)
{
	const struct deca_model *m = r->gm.m;
	struct golden *g = r->g;

	if (strcmp(name, "numClassifications") == 0)
		golden_same_u64(g, expected, m->n_names);
	else if (strcmp(name, "intercept") == 0)
		golden_same_signed(g, expected, m->intercept);
	else if (strcmp(name, "learningRate") == 0)
		golden_same_u64(g, expected, m->learning_rate);
	else if (strcmp(name, "smoothingFactor") == 0)
		golden_same_u64(g, expected, m->smoothing);
	else if (strcmp(name, "totalNumFeatures") == 0)
		golden_same_u256(g, expected, m->total_features);
	else if (strcmp(name, "numFeatureIndices") == 0)
		golden_same_u64(g, expected, json_array_size(r->indices));
	else if (strcmp(name, "toFloat") == 0)
		golden_same_u64(g, expected, DECA_FLOAT);
	else
		return false;
	return true;
}

static bool is_perceptron(const struct run *r)
{
	return r->gm.m->kind <= DECA_SPARSE_PERCEPTRON;
}

static void run_final(struct run *r, json_t *final)
{
	const char *name;
	json_t *v;

	golden_at(r->g, "final");
	json_object_foreach(golden_object(r->g, final), name, v) {
		const char *at;

		at = golden_place(r->g, "final.%s", name);
		golden_at(r->g, "%s", at);
		if (same_number(r, name, v))
			continue;
		if (strcmp(name, "classifications") == 0)
			same_list(r, at, v, r->names);
		else if (strcmp(name, "featureIndices") == 0)
			same_list(r, at, v, r->indices);
		else if (strcmp(name, "evaluateBatch") == 0)
			same_batches(r, v);
		else if (strcmp(name, "weights") == 0 && is_perceptron(r))
			same_cells(r, at, v, 0);
		else if ((strcmp(name, "classInfos") == 0
			  || strcmp(name, "centroids") == 0
			  || strcmp(name, "dataCounts") == 0)
			 && !is_perceptron(r))
			same_classes(r, name, v);
		else
			golden_malformed(r->g, "a field that this program "
					       "does not know");
	}
}

static void setup(struct run *r, json_t *root)
{
	struct golden *g = r->g;
	const char *type =
		golden_string(g, golden_member(g, "", root, "classifier"));
	json_t *args;
	enum deca_kind kind;

	if (!deca_kind_find(&kind, type))
		golden_malformed(g, "%s is none of the five", type);
	args = golden_object(g, golden_member(g, "", root, "constructor"));
	golden_same_reason(g, json_null(),
			   golden_model_new(&r->gm, g, "constructor", kind,
					    args));
	r->names = golden_keep(
		g, json_copy(json_object_get(args, "classifications")));
	r->indices = golden_keep(g, json_array());
}

void golden_run_classifier(struct golden *g, json_t *root)
{
	struct run r = { .g = g };
	json_t *inputs, *steps;
	size_t i;
	json_t *step;

	setup(&r, root);
	run_init(&r, golden_member(g, "", root, "init"));
	r.type = golden_type_open(&r.gm);
	inputs = golden_member(g, "", root, "probeInputs");
	probe(&r, "initialProbes", inputs,
	      golden_member(g, "", root, "initialProbes"));
	steps = golden_array(g, golden_member(g, "", root, "steps"));
	json_array_foreach(steps, i, step)
		run_step(&r, i, step, inputs);
	run_final(&r, golden_member(g, "", root, "final"));
	run_norms(&r, golden_member(g, "", root, "norms"));
}
