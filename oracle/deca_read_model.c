/* A deployed classifier's numbers that can be listed, read at a block. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "oracle/deca_read_core.h"

#define ROW_MAX (1 << 17)	/* numbers of all dense rows together */
#define SLOT_BAYES_FEATURES 5	/* in commit f97e40d's layout */

struct deca_model *deca_model_enlarge(struct deca_model *m, uint64_t cells)
{
	struct deca_room room = deca_model_room(m, cells);
	struct deca_model *larger;
	size_t size;

	room.cells += room.cells / 2;
	size = deca_model_size(room);
	DC_CHECK(size > 0);
	larger = deca_model_move(dc_malloc(size), room, m);
	free(m);
	return larger;
}

/* In dense rows a cell that is missing is a 0 too. */
struct deca_model *deca_model_shed(struct deca_model *m, uint64_t cells)
{
	struct deca_room room = deca_model_room(m, cells);
	size_t size = deca_model_size(room);
	struct deca_model *less;
	const struct deca_cell *cell;
	uint64_t at = 0;

	DC_CHECK(size > 0);
	less = deca_model_init(dc_malloc(size), (enum deca_kind)m->kind, room);
	less->n_names = m->n_names;
	less->learning_rate = m->learning_rate;
	less->smoothing = m->smoothing;
	less->intercept = m->intercept;
	less->total_features = m->total_features;
	DC_CHECK(deca_classes_load(less, deca_class_at(m, 0), m->n_class,
				   (uint32_t)m->n_count));
	while ((cell = deca_cell_next(m, &at)) != NULL)
		if (cell->low != 0 || cell->high != 0)
			DC_CHECK(deca_cell_load(less, cell));
	free(m);
	return less;
}

/* The elements of an array that has no getter for its length: read on until
 * one does not answer. */
static enum dc_status read_row(const struct deca_ask *a, struct deca_model **m,
			       uint64_t *length, struct deca_question q,
			       uint32_t klass, unsigned bits)
{
	struct deca_question step[DECA_READ_STEP];
	struct rpc_answer answer[DECA_READ_STEP];
	size_t place = q.n_arg - 1;

	for (uint64_t at = 0; (*m)->n_cell < a->most; at += DECA_READ_STEP) {
		enum dc_status st;
		size_t i;

		for (i = 0; i < DECA_READ_STEP; i++) {
			step[i] = q;
			step[i].arg[place] = at + i;
		}
		st = deca_ask_step(a, answer, step, DECA_READ_STEP);
		if (st != DC_OK)
			return st;
		for (i = 0; i < DECA_READ_STEP && answer[i].ok; i++) {
			if (!deca_is_signed(deca_word(&answer[i]), bits))
				return dc_fail(a->err, DC_EINVAL, "%s: more "
					       "than %u bits", q.signature,
					       bits);
			deca_load_cell(m, deca_signed_cell(klass, at + i,
						 deca_word(&answer[i])));
		}
		if (i < DECA_READ_STEP) {
			*length = at + i;
			return DC_OK;
		}
	}
	return dc_fail(a->err, DC_EINVAL, "%s: more than %" PRIu64
		       " numbers", q.signature, a->most);
}

static enum dc_status read_perceptron(const struct deca_ask *a,
				      struct deca_model **m)
{
	static const struct deca_question q[] = {
		{ .signature = "intercept()" },
		{ .signature = "learningRate()" },
	};
	struct deca_question weights = { .signature = "weights(uint256)",
				    .n_arg = 1 };
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	struct deca_class row = { .length = 0 };
	struct u256 rate;
	enum dc_status st = deca_ask(a, answer, q, DC_ARRAY_LEN(q));

	if (st == DC_OK && (!answer[0].ok ||
			    !deca_is_signed(deca_word(&answer[0]), 80)))
		st = dc_fail(a->err, DC_EINVAL, "intercept() does not answer "
			     "with an int80");
	if (st == DC_OK)
		st = deca_number(a, &rate, &q[1], &answer[1], 32);
	if (st != DC_OK)
		return st;
	(*m)->intercept = deca_word(&answer[0]);
	(*m)->learning_rate = (uint32_t)rate.w[0];
	if ((*m)->kind == DECA_DENSE_PERCEPTRON)
		st = read_row(a, m, &row.length, weights, 0, 80);
	DC_CHECK(deca_classes_load(*m, &row, 1, 0));
	return st;
}

/* Two getters a class: its count, and what is kept beside it. */
static enum dc_status read_classes(const struct deca_ask *a,
				   struct deca_model *m, const char *count,
				   unsigned count_bits, const char *total,
				   unsigned total_bits)
{
	uint32_t n = (uint32_t)m->n_names;
	struct deca_class *klass = dc_calloc(n + 1, sizeof(*klass));
	enum dc_status st = DC_OK;

	for (uint32_t k = 0; st == DC_OK && k < n; k++) {
		struct deca_question q[] = {
			{ .signature = count, .arg = { k }, .n_arg = 1 },
			{ .signature = total, .arg = { k }, .n_arg = 1 },
		};
		struct rpc_answer answer[2];

		st = deca_ask(a, answer, q, 2);
		if (st == DC_OK)
			st = deca_number(a, &klass[k].count, &q[0], &answer[0],
				    count_bits);
		if (st == DC_OK)
			st = deca_number(a, &klass[k].total, &q[1], &answer[1],
				    total_bits);
	}
	DC_CHECK(deca_classes_load(m, klass, n, 0));
	free(klass);
	return st;
}

static enum dc_status read_bayes(const struct deca_ask *a,
				 struct deca_model *m)
{
	struct deca_question q = { .signature = "smoothingFactor()" };
	struct hash32 slot = deca_slot(u256_from_u64(SLOT_BAYES_FEATURES));
	struct rpc_answer answer;
	struct hash32 features;
	struct u256 smoothing;
	enum dc_status st = deca_ask(a, &answer, &q, 1);

	if (st == DC_OK)
		st = deca_number(a, &smoothing, &q, &answer, 32);
	if (st == DC_OK)
		st = rpc_storage(a->rpc, &features, a->to, &slot, 1, a->at,
				 a->err);
	if (st != DC_OK)
		return st;
	m->smoothing = (uint32_t)smoothing.w[0];
	m->total_features = u256_from_be(features.b);
	return read_classes(a, m, "getNumSamples(uint256)", 64,
			    "getClassTotalFeatureCount(uint256)", 64);
}

/* dataCounts may be shorter or longer than the centroids are many. */
static enum dc_status read_counts(const struct deca_ask *a,
				  struct deca_class *klass, uint32_t *n)
{
	for (*n = 0; *n < DECA_READ_CLASSES; (*n)++) {
		struct deca_question q = { .signature = "dataCounts(uint256)",
				      .arg = { *n }, .n_arg = 1 };
		struct rpc_answer answer;
		enum dc_status st = deca_ask(a, &answer, &q, 1);

		if (st != DC_OK || !answer.ok)
			return st;
		klass[*n].count = deca_word(&answer);
	}
	return DC_OK;
}

static enum dc_status read_centroids(const struct deca_ask *a,
				     struct deca_model **m)
{
	uint32_t n = (uint32_t)(*m)->n_names, n_count = 0;
	struct deca_class *klass = dc_calloc(DECA_READ_CLASSES + 1,
					     sizeof(*klass));
	enum dc_status st = DC_OK;

	for (uint32_t k = 0; st == DC_OK && k < n; k++) {
		struct deca_question q = { .signature = "centroids(uint256,uint256)",
				      .arg = { k }, .n_arg = 2 };

		st = read_row(a, m, &klass[k].length, q, k, 64);
	}
	if (st == DC_OK)
		st = read_counts(a, klass, &n_count);
	if (st == DC_OK)
		DC_CHECK(deca_classes_load(*m, klass, n, n_count));
	free(klass);
	return st;
}

enum dc_status deca_read_model(struct deca_model **out, struct rpc *rpc,
			       const struct deca_parts *parts, uint64_t most,
			       struct rpc_at at, struct dc_err *err)
{
	struct deca_ask a = { rpc, &parts->classifier, at, err,
			 most < ROW_MAX ? most : ROW_MAX };
	struct deca_room room = { .classes = DECA_READ_CLASSES + 1,
				  .cells = DECA_READ_STEP };
	struct deca_model *m = deca_model_init(
		dc_malloc(deca_model_size(room)), parts->kind, room);
	enum dc_status st = DC_OK;

	m->n_names = parts->n_class;
	switch (parts->kind) {
	case DECA_DENSE_PERCEPTRON:
	case DECA_SPARSE_PERCEPTRON:
		st = read_perceptron(&a, &m);
		break;
	case DECA_NAIVE_BAYES:
		st = read_bayes(&a, m);
		break;
	case DECA_NEAREST_CENTROID:
		st = read_centroids(&a, &m);
		break;
	case DECA_SPARSE_NEAREST_CENTROID:
		st = read_classes(&a, m, "getNumSamples(uint256)", 64,
				  "getSquaredMagnitude(uint256)", 256);
		break;
	case DECA_KINDS:
		DC_CHECK(false);
	}
	if (st != DC_OK) {
		free(m);
		return st;
	}
	*out = m;
	return DC_OK;
}
