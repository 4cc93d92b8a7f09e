/* Which parts a trainer of 0xDeCA10B's has, and what they say of
 * themselves. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/deca_abi.h"
#include "oracle/deca_read_core.h"

#define TEXT_BYTES_MAX (1 << 17)	/* one */
#define TEXTS_BYTES_MAX (1 << 20)	/* of a trainer, with its classes */

/* The contract's doing, not the node's. */
static bool is_answer(const struct rpc *rpc)
{
	enum rpc_fault fault = rpc_failure(rpc)->fault;

	return fault == RPC_FAULT_REVERTED || fault == RPC_FAULT_SPENT;
}

static enum dc_status text(const struct deca_ask *a, const char **out,
			   struct dc_arena *arena,
			   const struct deca_question *q)
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

static enum dc_status read_trainer(const struct deca_ask *a,
				   struct deca_parts *out,
				   struct dc_arena *arena)
{
	static const struct deca_question q[] = {
		{ .signature = "dataHandler()" },
		{ .signature = "incentiveMechanism()" },
		{ .signature = "classifier()" },
	};
	static const struct deca_question texts[] = {
		{ .signature = "name()" },
		{ .signature = "description()" },
		{ .signature = "encoder()" },
	};
	const char **to[] = { &out->name, &out->description, &out->encoder };
	struct rpc_answer answer[DC_ARRAY_LEN(q)];
	enum dc_status st = deca_ask(a, answer, q, DC_ARRAY_LEN(q));

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
static enum dc_status read_incentive(const struct deca_ask *a,
				     struct deca_incentive *out)
{
	static const struct deca_question q[] = {
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
	enum dc_status st = deca_ask(a, answer, q, DC_ARRAY_LEN(q));
	size_t i;

	if (st != DC_OK)
		return st;
	out->kind = answer[0].ok ? DECA_STAKEABLE : DECA_POINTS;
	i = out->kind == DECA_STAKEABLE ? 0 : 2;
	for (; st == DC_OK && i < DC_ARRAY_LEN(q); i++)
		st = deca_number(a, &v[i], &q[i], &answer[i], bits[i]);
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
static enum dc_status read_kind(const struct deca_ask *a,
				struct deca_parts *out)
{
	static const struct deca_question q[] = {
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
	enum dc_status st = deca_ask(a, answer, q, DC_ARRAY_LEN(q));
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

static enum dc_status read_owners(const struct deca_ask *a,
				  struct deca_parts *out)
{
	static const struct deca_question q = { .signature = "owner()" };
	const struct addr20 *part[] = { &out->data_handler, &out->incentive,
					&out->classifier };

	out->is_wired = true;
	for (size_t i = 0; i < DC_ARRAY_LEN(part); i++) {
		struct deca_ask one = { a->rpc, part[i], a->at, a->err, 0 };
		struct rpc_answer answer;
		struct addr20 owner;
		enum dc_status st = deca_ask(&one, &answer, &q, 1);

		if (st != DC_OK)
			return st;
		owner = address(&answer);
		out->is_wired &= answer.ok &&
			addr20_equal(&owner, &out->trainer);
	}
	return DC_OK;
}

static enum dc_status read_names(const struct deca_ask *a,
				 struct deca_parts *out,
				 struct dc_arena *arena)
{
	struct deca_question q = { .signature = "getNumClassifications()" };
	struct rpc_answer answer;
	enum dc_status st = deca_ask(a, &answer, &q, 1);
	struct u256 n;

	if (st == DC_OK)
		st = deca_number(a, &n, &q, &answer, 64);
	if (st != DC_OK)
		return st;
	if (n.w[0] > DECA_READ_CLASSES)
		return dc_fail(a->err, DC_EINVAL, "more than %d classes",
			       DECA_READ_CLASSES);
	out->n_class = (size_t)n.w[0];
	out->class_name = dc_arena_alloc(arena, (out->n_class + 1) *
					 sizeof(*out->class_name));
	q = (struct deca_question){ .signature = "classifications(uint256)",
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
	struct deca_ask a = { rpc, trainer, at, err, 0 };
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
