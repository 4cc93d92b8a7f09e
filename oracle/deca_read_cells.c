/* Numbers of a deployed classifier that cannot be listed: read when a sample
 * first names them. */
#include "config.h"

#include "base/keccak.h"
#include "oracle/deca_read_core.h"

/* Slots of commit f97e40d's layout. */
#define SLOT_CLASS_INFOS 3
#define CLASS_INFO_WORDS 3
#define CLASS_INFO_CENTROID 2

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

static struct deca_question cell_question(const struct deca_model *m,
					  struct deca_key key)
{
	if (m->kind == DECA_SPARSE_PERCEPTRON)
		return (struct deca_question){ .signature = "weights(uint64)",
					  .arg = { key.index }, .n_arg = 1 };
	return (struct deca_question){
		.signature = "getFeatureCount(uint256,uint32)",
		.arg = { key.klass, key.index }, .n_arg = 2,
	};
}

static enum dc_status cells_by_getter(const struct deca_ask *a,
				      struct deca_model **m,
				      const struct deca_key *keys, size_t n)
{
	struct deca_question q[DECA_READ_STEP];
	struct rpc_answer answer[DECA_READ_STEP];
	enum dc_status st;

	for (size_t i = 0; i < n; i++)
		q[i] = cell_question(*m, keys[i]);
	st = deca_ask_step(a, answer, q, n);
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct u256 v = deca_word(&answer[i]);

		if (!answer[i].ok ||
		    ((*m)->kind == DECA_SPARSE_PERCEPTRON
		     ? !deca_is_signed(v, 80) : u256_bits(v) > 32))
			st = dc_fail(a->err, DC_EINVAL, "%s does not answer "
				     "with a number of its type",
				     q[i].signature);
		else
			deca_load_cell(m, deca_signed_cell(
					keys[i].klass, keys[i].index, v));
	}
	return st;
}

/* classInfos[klass].centroid[index]: keccak(index . slot of the mapping),
 * which is word 2 of the struct, the array's elements starting at
 * keccak(its slot). */
static struct hash32 centroid_slot(struct deca_key key)
{
	struct hash32 base = deca_slot(u256_from_u64(SLOT_CLASS_INFOS));
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
static enum dc_status cells_by_slot(const struct deca_ask *a,
				    struct deca_model **m,
				    const struct deca_key *keys, size_t n)
{
	struct hash32 slot[DECA_READ_STEP], found[DECA_READ_STEP];
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
			deca_load_cell(m, deca_signed_cell(
					keys[i].klass, keys[i].index, v));
	}
	return st;
}

enum dc_status deca_read_cells(struct deca_model **m, struct rpc *rpc,
			       const struct deca_parts *parts,
			       const struct deca_key *keys, size_t n,
			       struct rpc_at at, struct dc_err *err)
{
	struct deca_ask a = { rpc, &parts->classifier, at, err, 0 };
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < DECA_READ_STEP ? n - i : DECA_READ_STEP;
		if ((*m)->kind == DECA_SPARSE_NEAREST_CENTROID)
			st = cells_by_slot(&a, m, keys + i, step);
		else
			st = cells_by_getter(&a, m, keys + i, step);
	}
	return st;
}
