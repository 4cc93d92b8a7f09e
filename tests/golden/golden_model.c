/* A classifier made and called from recorded arguments. */
#include "config.h"

#include <string.h>

#include "tests/golden/golden.h"

static struct deca_model *block(struct golden *g, struct deca_room room)
{
	size_t size = deca_model_size(room);

	if (size == 0)
		golden_malformed(g, "the model is too large");
	return dc_arena_alloc(g->arena, size);
}

/* Twice as much as is needed, so that growing stays cheap. */
static void grow(struct golden_model *gm, uint64_t cells)
{
	struct deca_room room = deca_model_room(gm->m, cells);

	room.cells *= 2;
	room.classes *= 2;
	gm->m = deca_model_move(block(gm->g, room), room, gm->m);
}

/* int80[] or int64[]: the index is the place. */
static struct deca_row flat_row(struct golden *g, json_t *v)
{
	size_t n = json_array_size(golden_array(g, v));
	struct deca_pair *pair =
		dc_arena_alloc(g->arena, (n + 1) * sizeof(*pair));

	for (size_t i = 0; i < n; i++)
		pair[i] = (struct deca_pair){
			.value = golden_i80(g, json_array_get(v, i)),
			.given = 2,
		};
	return (struct deca_row){ pair, n };
}

/* T[][]: (index, value), whatever else there is. */
static struct deca_row pair_row(struct golden *g, json_t *v)
{
	size_t n = json_array_size(golden_array(g, v));
	struct deca_pair *pair =
		dc_arena_alloc(g->arena, (n + 1) * sizeof(*pair));

	for (size_t i = 0; i < n; i++) {
		json_t *inner = golden_array(g, json_array_get(v, i));
		size_t given = json_array_size(inner);

		pair[i] = (struct deca_pair){ .given = given < 2
							       ? (uint8_t)given
							       : 2 };
		if (given > 0)
			pair[i].index = golden_i80(g, json_array_get(inner, 0));
		if (given > 1)
			pair[i].value = golden_i80(g, json_array_get(inner, 1));
	}
	return (struct deca_row){ pair, n };
}

static bool is_sparse(enum deca_kind kind)
{
	return kind == DECA_NAIVE_BAYES || kind == DECA_SPARSE_NEAREST_CENTROID;
}

static struct deca_row one_row(struct golden *g, enum deca_kind kind,
			       json_t *v)
{
	return is_sparse(kind) ? pair_row(g, v) : flat_row(g, v);
}

static void class_rows(struct golden *g, struct deca_setup *s,
		       enum deca_kind kind, json_t *v)
{
	size_t n = json_array_size(golden_array(g, v));
	struct deca_row *row = dc_arena_alloc(g->arena, (n + 1) * sizeof(*row));

	for (size_t i = 0; i < n; i++)
		row[i] = one_row(g, kind, json_array_get(v, i));
	s->row = row;
	s->n_row = n;
}

static void counts(struct golden *g, struct deca_setup *s,
		   enum deca_kind kind, json_t *v)
{
	size_t n = json_array_size(golden_array(g, v));
	struct u256 *count = dc_arena_alloc(g->arena, (n + 1) * sizeof(*count));

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(v, i);

		count[i] = is_sparse(kind)
			   ? u256_from_u64(golden_u64(g, one, UINT64_MAX))
			   : golden_u256(g, one);
	}
	s->count = count;
	s->n_count = n;
}

/* The arguments by whichever name a vector has for them. */
static json_t *either(struct golden *g, const char *at,
			    json_t *args, const char *name,
			    const char *other)
{
	if (json_object_get(args, name) != NULL)
		return golden_member(g, at, args, name);
	return golden_member(g, at, args, other);
}

static void perceptron_setup(struct golden *g, struct deca_setup *s,
			     const char *at, json_t *args)
{
	struct deca_row *row = dc_arena_alloc(g->arena, sizeof(*row));

	*row = flat_row(g, golden_member(g, at, args, "weights"));
	s->row = row;
	s->n_row = 1;
	s->intercept = golden_i80(g, golden_member(g, at, args, "intercept"));
	s->learning_rate = (uint32_t)golden_u64(
		g, golden_member(g, at, args, "learningRate"), UINT32_MAX);
}

static void bayes_setup(struct golden *g, struct deca_setup *s,
			const char *at, json_t *args)
{
	class_rows(g, s, DECA_NAIVE_BAYES,
		   either(g, at, args, "featureCounts", "features"));
	counts(g, s, DECA_NAIVE_BAYES,
	       either(g, at, args, "classCounts", "counts"));
	s->total_features = golden_u256(
		g, either(g, at, args, "totalNumFeatures", "total"));
	s->smoothing = (uint32_t)golden_u64(
		g, either(g, at, args, "smoothingFactor", "smoothing"),
		UINT32_MAX);
}

static enum deca_reason construct(struct golden_model *gm, struct golden *g,
				  enum deca_kind kind,
				  const struct deca_setup *s)
{
	struct deca_room room = { .classes = 4 };
	enum deca_reason r;

	room.classes += (uint32_t)(s->n_row > s->n_count ? s->n_row
							 : s->n_count);
	for (size_t i = 0; i < s->n_row; i++)
		room.cells += s->row[i].n;
	*gm = (struct golden_model){ .g = g, .ops = deca_ops(kind) };
	gm->m = deca_model_init(block(g, room), kind, room);
	r = gm->ops->construct(gm->m, s);
	DC_CHECK(r != DECA_NO_ROOM);
	return r;
}

enum deca_reason golden_model_new(struct golden_model *gm, struct golden *g,
				  const char *at, enum deca_kind kind,
				  json_t *args)
{
	struct deca_setup s = { .n_names = 0 };

	s.n_names = json_array_size(golden_array(
		g, golden_member(g, at, args, "classifications")));
	switch (kind) {
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
		perceptron_setup(g, &s, at, args);
		break;
	case DECA_NAIVE_BAYES:
		bayes_setup(g, &s, at, args);
		break;
	case DECA_NEAREST_CENTROID:
	case DECA_SPARSE_NEAREST_CENTROID:
		class_rows(g, &s, kind,
			   golden_member(g, at, args, "centroids"));
		counts(g, &s, kind,
		       either(g, at, args, "dataCounts", "counts"));
		break;
	case DECA_KINDS:
		golden_malformed(g, "unknown classifier");
	}
	return construct(gm, g, kind, &s);
}

/* Names for positions, so that there is one reader. */
enum deca_reason golden_model_construct(struct golden_model *gm,
					struct golden *g, const char *at,
					enum deca_kind kind,
					json_t *args)
{
	static const char *const names[DECA_KINDS][6] = {
		[DECA_DENSE_PERCEPTRON] = { "classifications", "weights",
					    "intercept", "learningRate" },
		[DECA_SPARSE_PERCEPTRON] = { "classifications", "weights",
					     "intercept", "learningRate" },
		[DECA_NAIVE_BAYES] = { "classifications", "classCounts",
				       "featureCounts", "totalNumFeatures",
				       "smoothingFactor" },
		[DECA_NEAREST_CENTROID] = { "classifications", "centroids",
					    "dataCounts" },
		[DECA_SPARSE_NEAREST_CENTROID] = { "classifications",
						   "centroids", "dataCounts" },
	};
	json_t *named = golden_keep(g, json_object());

	for (size_t i = 0; names[kind][i] != NULL; i++)
		(void)json_object_set(named, names[kind][i],
				      json_array_get(args, i));
	return golden_model_new(gm, g, at, kind, named);
}

static json_t *arg(struct golden *g, const char *at, json_t *args,
			 size_t i)
{
	json_t *v = json_array_get(args, i);

	golden_at(g, "%s.args[%zu]", at, i);
	if (v == NULL)
		golden_malformed(g, "it is missing");
	return v;
}

static enum deca_reason extend(struct golden_model *gm, struct deca_row row,
			       uint64_t at)
{
	enum deca_reason r = gm->ops->extend(gm->m, &row, at);

	if (r != DECA_NO_ROOM)
		return r;
	grow(gm, row.n);
	return gm->ops->extend(gm->m, &row, at);
}

static enum deca_reason add_class(struct golden_model *gm,
				  struct deca_row row, struct u256 count)
{
	enum deca_reason r = gm->ops->add_class(gm->m, &row, count);

	if (r != DECA_NO_ROOM)
		return r;
	grow(gm, row.n);
	return gm->ops->add_class(gm->m, &row, count);
}

static enum deca_reason weights_set(struct golden_model *gm,
				    struct deca_row row)
{
	enum deca_reason r = deca_weights_set(gm->m, &row);

	if (r != DECA_NO_ROOM)
		return r;
	grow(gm, row.n);
	return deca_weights_set(gm->m, &row);
}

/* addClass(numSamples, featureCounts, name) of naive Bayes, (centroid, name,
 * dataCount) of the others. */
static enum deca_reason call_add_class(struct golden_model *gm,
				       const char *at, enum deca_kind kind,
				       json_t *args, const char **name)
{
	struct golden *g = gm->g;
	bool bayes = kind == DECA_NAIVE_BAYES;
	struct deca_row row =
		one_row(g, kind, arg(g, at, args, bayes ? 1 : 0));
	json_t *count = arg(g, at, args, bayes ? 0 : 2);
	struct u256 n = is_sparse(kind)
			? u256_from_u64(golden_u64(g, count, UINT64_MAX))
			: golden_u256(g, count);

	*name = golden_string(g, arg(g, at, args, bayes ? 2 : 1));
	return add_class(gm, row, n);
}

enum deca_reason golden_model_call(struct golden_model *gm, const char *at,
				   const char *fn, json_t *args,
				   const char **name)
{
	struct golden *g = gm->g;
	enum deca_kind kind = (enum deca_kind)gm->m->kind;
	bool sparse_weights = kind == DECA_SPARSE_PERCEPTRON;

	*name = NULL;
	if (strcmp(fn, "addClass") == 0 && gm->ops->add_class)
		return call_add_class(gm, at, kind, args, name);
	if (strcmp(fn, "initializeSparseWeights") == 0 && sparse_weights)
		return weights_set(gm, pair_row(g, arg(g, at, args, 0)));
	if (strcmp(fn, "initializeWeights") == 0 && sparse_weights)
		return extend(gm, flat_row(g, arg(g, at, args, 1)),
			      golden_u64(g, arg(g, at, args, 0), UINT64_MAX));
	if (strcmp(fn, "initializeWeights") == 0
	    && kind == DECA_DENSE_PERCEPTRON)
		return extend(gm, flat_row(g, arg(g, at, args, 0)), 0);
	if ((strcmp(fn, "initializeCounts") == 0 && kind == DECA_NAIVE_BAYES)
	    || (strcmp(fn, "extendCentroid") == 0
		&& kind >= DECA_NEAREST_CENTROID))
		return extend(gm, one_row(g, kind, arg(g, at, args, 0)),
			      golden_u64(g, arg(g, at, args, 1), UINT64_MAX));
	golden_at(g, "%s.fn", at);
	golden_malformed(g, "%s is no call that this program knows", fn);
}

enum deca_reason golden_model_update(struct golden_model *gm,
				     struct golden_data data, uint64_t label)
{
	struct deca_undo *undo =
		dc_arena_alloc(gm->g->arena, (data.n + 1) * sizeof(*undo));
	enum deca_reason r =
		gm->ops->update(gm->m, undo, data.v, data.n, label);

	if (r != DECA_NO_ROOM)
		return r;
	grow(gm, data.n);
	return gm->ops->update(gm->m, undo, data.v, data.n, label);
}

enum deca_reason golden_model_predict(struct golden_model *gm, uint64_t *out,
				      struct golden_data data)
{
	*out = 0;
	return gm->ops->predict(gm->m, out, data.v, data.n);
}
