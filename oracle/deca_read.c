/* A deployed model of 0xDeCA10B's, read at a block. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/i256.h"
#include "base/keccak.h"
#include "oracle/deca_abi.h"
#include "oracle/deca_read.h"

#define TEXT_BYTES_MAX (1 << 17)	/* one */
#define TEXTS_BYTES_MAX (1 << 20)	/* of a trainer, with its classes */
#define CLASSES_MAX 1024
#define ROW_MAX (1 << 17)	/* numbers of all dense rows together */
#define STEP RPC_MAX_BATCH

/* Slots of commit f97e40d's layout. */
#define SLOT_BAYES_FEATURES 5
#define SLOT_CLASS_INFOS 3
#define CLASS_INFO_WORDS 3
#define CLASS_INFO_CENTROID 2

/* A node, a contract, a state: what every question is put to. */
struct ask {
	struct rpc *rpc;
	const struct addr20 *to;
	struct rpc_at at;
	struct dc_err *err;
	uint64_t most;		/* numbers of dense rows together */
};

/* One getter with up to two numbers. */
struct question {
	const char *signature;
	uint64_t arg[2];
	size_t n_arg;
};

static enum dc_status ask_step(const struct ask *a, struct rpc_answer *out,
			       const struct question *q, size_t n)
{
	struct rpc_message msg[STEP];
	struct dc_buf call[STEP];
	enum dc_status st;
	size_t i;

	for (i = 0; i < n; i++) {
		dc_buf_init(&call[i], ABI_SELECTOR_BYTES + 2 * ABI_WORD_BYTES);
		deca_call_getter(&call[i], q[i].signature, q[i].arg,
				 q[i].n_arg);
		msg[i] = (struct rpc_message){ .to = a->to,
					       .gas = DECA_GETTER_GAS,
					       .data = call[i].data,
					       .data_len = call[i].len };
	}
	st = rpc_eth_call_answers(a->rpc, out, msg, n, a->at, a->err);
	for (i = 0; i < n; i++)
		dc_buf_clear(&call[i]);
	return st;
}

static enum dc_status ask_all(const struct ask *a, struct rpc_answer *out,
			      const struct question *q, size_t n)
{
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < STEP ? n - i : STEP;
		st = ask_step(a, out + i, q + i, step);
	}
	return st;
}

static struct u256 word(const struct rpc_answer *answer)
{
	return u256_from_be(answer->word.b);
}

/* An unsigned number of so many bits. */
static enum dc_status number(const struct ask *a, struct u256 *out,
			     const struct question *q,
			     const struct rpc_answer *answer, unsigned bits)
{
	if (!answer->ok)
		return dc_fail(a->err, DC_EINVAL, "%s does not answer",
			       q->signature);
	*out = word(answer);
	if (u256_bits(*out) > bits)
		return dc_fail(a->err, DC_EINVAL, "%s: more than %u bits",
			       q->signature, bits);
	return DC_OK;
}

/* --- parts --------------------------------------------------------------- */

/* The contract's doing, not the node's. */
static bool is_answer(const struct rpc *rpc)
{
	enum rpc_fault fault = rpc_failure(rpc)->fault;

	return fault == RPC_FAULT_REVERTED || fault == RPC_FAULT_SPENT;
}

static enum dc_status text(const struct ask *a, const char **out,
			   struct dc_arena *arena, const struct question *q)
{
	struct dc_buf call, data;
	struct dc_err why = DC_ERR_INIT;
	struct rpc_message msg;
	struct abi_in in;
	enum dc_status st;

	dc_buf_init(&call, ABI_SELECTOR_BYTES + 2 * ABI_WORD_BYTES);
	dc_buf_init(&data, TEXT_BYTES_MAX);
	deca_call_getter(&call, q->signature, q->arg, q->n_arg);
	msg = (struct rpc_message){ .to = a->to, .gas = DECA_TEXT_GAS,
				    .data = call.data, .data_len = call.len };
	st = rpc_eth_call(a->rpc, &data, &msg, a->at, &why);
	if (st == DC_EREFUSED && is_answer(a->rpc))
		st = DC_EINVAL;
	if (st != DC_OK)
		(void)dc_fail(a->err, st, "%s: %s", q->signature, why.text);
	if (st == DC_OK) {
		abi_in_init(&in, data.data, data.len, &why);
		*out = abi_get_text(&in, ABI_TEXT_MEND, arena);
		if (why.status != DC_OK)
			st = dc_fail(a->err, DC_EINVAL, "%s: %s",
				     q->signature, why.text);
	}
	dc_buf_clear(&call);
	dc_buf_clear(&data);
	return st;
}

static struct addr20 address(const struct rpc_answer *answer)
{
	struct addr20 out;

	memcpy(out.b, answer->word.b + 12, sizeof(out.b));
	return out;
}

static enum dc_status read_trainer(const struct ask *a, struct deca_parts *out,
				   struct dc_arena *arena)
{
	static const struct question q[] = {
		{ .signature = "dataHandler()" },
		{ .signature = "incentiveMechanism()" },
		{ .signature = "classifier()" },
	};
	static const struct question texts[] = {
		{ .signature = "name()" },
		{ .signature = "description()" },
		{ .signature = "encoder()" },
	};
	const char **to[] = { &out->name, &out->description, &out->encoder };
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	enum dc_status st = ask_all(a, answer, q, DC_ARRAY_LEN(q));

	for (size_t i = 0; st == DC_OK && i < DC_ARRAY_LEN(q); i++)
		if (!answer[i].ok)
			st = dc_fail(a->err, DC_EINVAL,
				     "no trainer of 0xDeCA10B's: %s does not "
				     "answer", q[i].signature);
	for (size_t i = 0; st == DC_OK && i < DC_ARRAY_LEN(texts); i++)
		st = text(a, to[i], arena, &texts[i]);
	if (st != DC_OK)
		return st;
	out->data_handler = address(&answer[0]);
	out->incentive = address(&answer[1]);
	out->classifier = address(&answer[2]);
	return DC_OK;
}

/* costWeight tells Stakeable64 from Points64. */
static enum dc_status read_incentive(const struct ask *a,
				     struct deca_incentive *out)
{
	static const struct question q[] = {
		{ .signature = "costWeight()" },
		{ .signature = "lastUpdateTimeS()" },
		{ .signature = "refundWaitTimeS()" },
		{ .signature = "ownerClaimWaitTimeS()" },
		{ .signature = "anyAddressClaimWaitTimeS()" },
		{ .signature = "totalSubmitted()" },
		{ .signature = "totalGoodDataCount()" },
	};
	static const unsigned bits[] = { 80, 256, 32, 32, 32, 256, 256 };
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	struct u256 v[DC_ARRAY_LEN(q)] = { U256_ZERO };
	enum dc_status st = ask_all(a, answer, q, DC_ARRAY_LEN(q));
	size_t i;

	if (st != DC_OK)
		return st;
	out->kind = answer[0].ok ? DECA_STAKEABLE : DECA_POINTS;
	i = out->kind == DECA_STAKEABLE ? 0 : 2;
	for (; st == DC_OK && i < DC_ARRAY_LEN(q); i++)
		st = number(a, &v[i], &q[i], &answer[i], bits[i]);
	out->cost_weight_wei.v = v[0];
	out->last_update_s = v[1];
	out->waits = (struct deca_waits){ (uint32_t)v[2].w[0],
					  (uint32_t)v[3].w[0],
					  (uint32_t)v[4].w[0] };
	out->total_submitted = v[5];
	out->total_good = v[6];
	return st;
}

/* A mapping answers for any key, an array only for those that it has: the
 * sparse perceptron's weights(uint64) is another selector than the dense
 * one's weights(uint256). */
static enum dc_status read_kind(const struct ask *a, struct deca_parts *out)
{
	static const struct question q[] = {
		{ .signature = "smoothingFactor()" },
		{ .signature = "getSquaredMagnitude(uint256)", .n_arg = 1 },
		{ .signature = "dataCountLimit()" },
		{ .signature = "weights(uint64)", .n_arg = 1 },
		{ .signature = "intercept()" },
	};
	static const enum deca_kind kind[] = {
		DECA_NAIVE_BAYES, DECA_SPARSE_NEAREST_CENTROID,
		DECA_NEAREST_CENTROID, DECA_SPARSE_PERCEPTRON,
		DECA_DENSE_PERCEPTRON,
	};
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	enum dc_status st = ask_all(a, answer, q, DC_ARRAY_LEN(q));
	size_t i = 0;

	if (st != DC_OK)
		return st;
	while (i < DC_ARRAY_LEN(kind) && !answer[i].ok)
		i++;
	if (i == DC_ARRAY_LEN(kind))
		return dc_fail(a->err, DC_EINVAL, "the classifier is none of "
			       "the five that are known");
	out->kind = kind[i];
	return DC_OK;
}

static enum dc_status read_owners(const struct ask *a, struct deca_parts *out)
{
	static const struct question q = { .signature = "owner()" };
	const struct addr20 *part[] = { &out->data_handler, &out->incentive,
					&out->classifier };

	out->is_wired = true;
	for (size_t i = 0; i < DC_ARRAY_LEN(part); i++) {
		struct ask one = { a->rpc, part[i], a->at, a->err, 0 };
		struct rpc_answer answer;
		struct addr20 owner;
		enum dc_status st = ask_all(&one, &answer, &q, 1);

		if (st != DC_OK)
			return st;
		owner = address(&answer);
		out->is_wired &= answer.ok &&
			addr20_equal(&owner, &out->trainer);
	}
	return DC_OK;
}

static enum dc_status read_names(const struct ask *a, struct deca_parts *out,
				 struct dc_arena *arena)
{
	struct question q = { .signature = "getNumClassifications()" };
	struct rpc_answer answer;
	enum dc_status st = ask_all(a, &answer, &q, 1);
	struct u256 n;

	if (st == DC_OK)
		st = number(a, &n, &q, &answer, 64);
	if (st != DC_OK)
		return st;
	if (n.w[0] > CLASSES_MAX)
		return dc_fail(a->err, DC_EINVAL, "more than %d classes",
			       CLASSES_MAX);
	out->n_class = (size_t)n.w[0];
	out->class_name = dc_arena_alloc(arena, (out->n_class + 1) *
					 sizeof(*out->class_name));
	q = (struct question){ .signature = "classifications(uint256)",
			       .n_arg = 1 };
	for (size_t i = 0; st == DC_OK && i < out->n_class; i++) {
		q.arg[0] = i;
		st = text(a, &out->class_name[i], arena, &q);
		if (st == DC_OK && dc_arena_used(arena) > TEXTS_BYTES_MAX)
			st = dc_fail(a->err, DC_EINVAL, "texts of more than "
				     "%d bytes", TEXTS_BYTES_MAX);
	}
	return st;
}

enum dc_status deca_read_parts(struct deca_parts *out, struct rpc *rpc,
			       struct dc_arena *arena,
			       const struct addr20 *trainer, struct rpc_at at,
			       struct dc_err *err)
{
	struct ask a = { rpc, trainer, at, err, 0 };
	enum dc_status st;

	memset(out, 0, sizeof(*out));
	out->trainer = *trainer;
	st = read_trainer(&a, out, arena);
	a.to = &out->incentive;
	if (st == DC_OK)
		st = read_incentive(&a, &out->rules);
	a.to = &out->classifier;
	if (st == DC_OK)
		st = read_kind(&a, out);
	if (st == DC_OK)
		st = read_owners(&a, out);
	if (st == DC_OK)
		st = read_names(&a, out, arena);
	return st;
}

/* --- the model ------------------------------------------------------------ */

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

static void load_cell(struct deca_model **m, struct deca_cell cell)
{
	if (deca_cell_load(*m, &cell))
		return;
	*m = deca_model_enlarge(*m, STEP);
	DC_CHECK(deca_cell_load(*m, &cell));
}

/* An int80 or int64, as ABI words carry them. */
static struct deca_cell signed_cell(uint32_t klass, uint64_t index,
				    struct u256 v)
{
	return (struct deca_cell){ .klass = klass, .index = index,
				   .low = v.w[0], .high = v.w[1] };
}

/* Whether a word holds a signed number of so many bits: what does not is no
 * such contract's, and would overflow the arithmetic. */
static bool is_signed(struct u256 v, unsigned bits)
{
	struct u256 limit = u256_shl(u256_from_u64(1), bits - 1);

	return i256_compare(v, limit) < 0 &&
		i256_compare(v, i256_negate(limit)) >= 0;
}

/* The elements of an array that has no getter for its length: read on until
 * one does not answer. */
static enum dc_status read_row(const struct ask *a, struct deca_model **m,
			       uint64_t *length, struct question q,
			       uint32_t klass, unsigned bits)
{
	struct question step[STEP];
	struct rpc_answer answer[STEP];
	size_t place = q.n_arg - 1;

	for (uint64_t at = 0; (*m)->n_cell < a->most; at += STEP) {
		enum dc_status st;
		size_t i;

		for (i = 0; i < STEP; i++) {
			step[i] = q;
			step[i].arg[place] = at + i;
		}
		st = ask_step(a, answer, step, STEP);
		if (st != DC_OK)
			return st;
		for (i = 0; i < STEP && answer[i].ok; i++) {
			if (!is_signed(word(&answer[i]), bits))
				return dc_fail(a->err, DC_EINVAL, "%s: more "
					       "than %u bits", q.signature,
					       bits);
			load_cell(m, signed_cell(klass, at + i,
						 word(&answer[i])));
		}
		if (i < STEP) {
			*length = at + i;
			return DC_OK;
		}
	}
	return dc_fail(a->err, DC_EINVAL, "%s: more than %" PRIu64
		       " numbers", q.signature, a->most);
}

static enum dc_status read_perceptron(const struct ask *a,
				      struct deca_model **m)
{
	static const struct question q[] = {
		{ .signature = "intercept()" },
		{ .signature = "learningRate()" },
	};
	struct question weights = { .signature = "weights(uint256)",
				    .n_arg = 1 };
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	struct deca_class row = { .length = 0 };
	struct u256 rate;
	enum dc_status st = ask_all(a, answer, q, DC_ARRAY_LEN(q));

	if (st == DC_OK && (!answer[0].ok ||
			    !is_signed(word(&answer[0]), 80)))
		st = dc_fail(a->err, DC_EINVAL, "intercept() does not answer "
			     "with an int80");
	if (st == DC_OK)
		st = number(a, &rate, &q[1], &answer[1], 32);
	if (st != DC_OK)
		return st;
	(*m)->intercept = word(&answer[0]);
	(*m)->learning_rate = (uint32_t)rate.w[0];
	if ((*m)->kind == DECA_DENSE_PERCEPTRON)
		st = read_row(a, m, &row.length, weights, 0, 80);
	DC_CHECK(deca_classes_load(*m, &row, 1, 0));
	return st;
}

/* Two getters a class: its count, and what is kept beside it. */
static enum dc_status read_classes(const struct ask *a, struct deca_model *m,
				   const char *count, unsigned count_bits,
				   const char *total, unsigned total_bits)
{
	uint32_t n = (uint32_t)m->n_names;
	struct deca_class *klass = dc_calloc(n + 1, sizeof(*klass));
	enum dc_status st = DC_OK;

	for (uint32_t k = 0; st == DC_OK && k < n; k++) {
		struct question q[] = {
			{ .signature = count, .arg = { k }, .n_arg = 1 },
			{ .signature = total, .arg = { k }, .n_arg = 1 },
		};
		struct rpc_answer answer[2];

		st = ask_all(a, answer, q, 2);
		if (st == DC_OK)
			st = number(a, &klass[k].count, &q[0], &answer[0],
				    count_bits);
		if (st == DC_OK)
			st = number(a, &klass[k].total, &q[1], &answer[1],
				    total_bits);
	}
	DC_CHECK(deca_classes_load(m, klass, n, 0));
	free(klass);
	return st;
}

static struct hash32 slot_number(struct u256 v)
{
	struct hash32 out;

	u256_to_be(v, out.b);
	return out;
}

static enum dc_status read_bayes(const struct ask *a, struct deca_model *m)
{
	struct question q = { .signature = "smoothingFactor()" };
	struct hash32 slot = slot_number(u256_from_u64(SLOT_BAYES_FEATURES));
	struct rpc_answer answer;
	struct hash32 features;
	struct u256 smoothing;
	enum dc_status st = ask_all(a, &answer, &q, 1);

	if (st == DC_OK)
		st = number(a, &smoothing, &q, &answer, 32);
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
static enum dc_status read_counts(const struct ask *a,
				  struct deca_class *klass, uint32_t *n)
{
	for (*n = 0; *n < CLASSES_MAX; (*n)++) {
		struct question q = { .signature = "dataCounts(uint256)",
				      .arg = { *n }, .n_arg = 1 };
		struct rpc_answer answer;
		enum dc_status st = ask_all(a, &answer, &q, 1);

		if (st != DC_OK || !answer.ok)
			return st;
		klass[*n].count = word(&answer);
	}
	return DC_OK;
}

static enum dc_status read_centroids(const struct ask *a,
				     struct deca_model **m)
{
	uint32_t n = (uint32_t)(*m)->n_names, n_count = 0;
	struct deca_class *klass = dc_calloc(CLASSES_MAX + 1, sizeof(*klass));
	enum dc_status st = DC_OK;

	for (uint32_t k = 0; st == DC_OK && k < n; k++) {
		struct question q = { .signature = "centroids(uint256,uint256)",
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
			       const struct deca_parts *parts,
			       uint64_t most, struct rpc_at at,
			       struct dc_err *err)
{
	struct ask a = { rpc, &parts->classifier, at, err,
			 most < ROW_MAX ? most : ROW_MAX };
	struct deca_room room = { .classes = CLASSES_MAX + 1, .cells = STEP };
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

/* --- cells of the sparse kinds -------------------------------------------- */

/* Index as the contract cuts it. */
static uint64_t cut(const struct deca_model *m, int64_t datum)
{
	return m->kind == DECA_SPARSE_PERCEPTRON ? (uint64_t)datum
						 : (uint32_t)datum;
}

size_t deca_keys_missing(struct deca_key *out, const struct deca_model *m,
			 const int64_t *data, size_t n)
{
	size_t missing = 0;

	if (m->kind == DECA_DENSE_PERCEPTRON ||
	    m->kind == DECA_NEAREST_CENTROID)
		return 0;
	for (uint32_t k = 0; k < m->n_class; k++) {
		for (size_t i = 0; i < n; i++) {
			uint64_t index = cut(m, data[i]);

			if (deca_cell_find(m, k, index) == NULL)
				out[missing++] = (struct deca_key){ k, index };
		}
	}
	return missing;
}

static struct question cell_question(const struct deca_model *m,
				     struct deca_key key)
{
	if (m->kind == DECA_SPARSE_PERCEPTRON)
		return (struct question){ .signature = "weights(uint64)",
					  .arg = { key.index }, .n_arg = 1 };
	return (struct question){
		.signature = "getFeatureCount(uint256,uint32)",
		.arg = { key.klass, key.index }, .n_arg = 2,
	};
}

static enum dc_status cells_by_getter(const struct ask *a,
				      struct deca_model **m,
				      const struct deca_key *keys, size_t n)
{
	struct question q[STEP];
	struct rpc_answer answer[STEP];
	enum dc_status st;

	for (size_t i = 0; i < n; i++)
		q[i] = cell_question(*m, keys[i]);
	st = ask_step(a, answer, q, n);
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct u256 v = word(&answer[i]);

		if (!answer[i].ok ||
		    ((*m)->kind == DECA_SPARSE_PERCEPTRON
		     ? !is_signed(v, 80) : u256_bits(v) > 32))
			st = dc_fail(a->err, DC_EINVAL, "%s does not answer "
				     "with a number of its type",
				     q[i].signature);
		else
			load_cell(m, signed_cell(keys[i].klass, keys[i].index,
						 v));
	}
	return st;
}

/* classInfos[klass].centroid[index]: keccak(index . slot of the mapping),
 * which is word 2 of the struct, the array's elements starting at
 * keccak(its slot). */
static struct hash32 centroid_slot(struct deca_key key)
{
	struct hash32 base = slot_number(u256_from_u64(SLOT_CLASS_INFOS));
	struct u256 map;
	uint8_t pair[64];
	struct hash32 out;

	keccak256(&base, base.b, sizeof(base.b));
	(void)u256_add_wrap(&map, u256_from_be(base.b),
			    u256_from_u64((uint64_t)key.klass *
						  CLASS_INFO_WORDS +
					  CLASS_INFO_CENTROID));
	u256_to_be(u256_from_u64(key.index), pair);
	u256_to_be(map, pair + 32);
	keccak256(&out, pair, sizeof(pair));
	return out;
}

/* value in the low 8 bytes of the word, numSamples in the next 8. */
static enum dc_status cells_by_slot(const struct ask *a,
				    struct deca_model **m,
				    const struct deca_key *keys, size_t n)
{
	struct hash32 slot[STEP], found[STEP];
	enum dc_status st;

	for (size_t i = 0; i < n; i++)
		slot[i] = centroid_slot(keys[i]);
	st = rpc_storage(a->rpc, found, a->to, slot, n, a->at, a->err);
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct u256 v = u256_from_be(found[i].b);

		if ((v.w[2] | v.w[3]) != 0)
			st = dc_fail(a->err, DC_EINVAL, "the sparse centroid "
				     "has another storage layout");
		else
			load_cell(m, signed_cell(keys[i].klass, keys[i].index,
						 v));
	}
	return st;
}

enum dc_status deca_read_cells(struct deca_model **m, struct rpc *rpc,
			       const struct deca_parts *parts,
			       const struct deca_key *keys, size_t n,
			       struct rpc_at at, struct dc_err *err)
{
	struct ask a = { rpc, &parts->classifier, at, err, 0 };
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < STEP ? n - i : STEP;
		if ((*m)->kind == DECA_SPARSE_NEAREST_CENTROID)
			st = cells_by_slot(&a, m, keys + i, step);
		else
			st = cells_by_getter(&a, m, keys + i, step);
	}
	return st;
}
