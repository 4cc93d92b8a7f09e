/* Questions to one of 0xDeCA10B's contracts, and numbers out of the
 * answers. */
#include "config.h"

#include "base/i256.h"
#include "oracle/deca_abi.h"
#include "oracle/deca_read_core.h"

enum dc_status deca_ask_step(const struct deca_ask *a, struct rpc_answer *out,
			     const struct deca_question *q, size_t n)
{
	struct rpc_message msg[DECA_READ_STEP] = { { .to = NULL } };
	struct dc_buf call[DECA_READ_STEP];
	enum dc_status st;
	size_t i;

	DC_CHECK(n > 0 && n <= DECA_READ_STEP);
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

enum dc_status deca_ask(const struct deca_ask *a, struct rpc_answer *out,
			const struct deca_question *q, size_t n)
{
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < DECA_READ_STEP ? n - i : DECA_READ_STEP;
		st = deca_ask_step(a, out + i, q + i, step);
	}
	return st;
}

struct u256 deca_word(const struct rpc_answer *answer)
{
	return u256_from_be(answer->word.b);
}

enum dc_status deca_number(const struct deca_ask *a, struct u256 *out,
			   const struct deca_question *q,
			   const struct rpc_answer *answer, unsigned bits)
{
	if (!answer->ok)
		return dc_fail(a->err, DC_EINVAL, "%s does not answer",
			       q->signature);
	*out = deca_word(answer);
	if (u256_bits(*out) > bits)
		return dc_fail(a->err, DC_EINVAL, "%s: more than %u bits",
			       q->signature, bits);
	return DC_OK;
}

void deca_load_cell(struct deca_model **m, struct deca_cell cell)
{
	if (deca_cell_load(*m, &cell))
		return;
	*m = deca_model_enlarge(*m, DECA_READ_STEP);
	DC_CHECK(deca_cell_load(*m, &cell));
}

struct deca_cell deca_signed_cell(uint32_t klass, uint64_t index,
				  struct u256 v)
{
	return (struct deca_cell){ .klass = klass, .index = index,
				   .low = v.w[0], .high = v.w[1] };
}

bool deca_is_signed(struct u256 v, unsigned bits)
{
	struct u256 limit = u256_shl(u256_from_u64(1), bits - 1);

	return i256_compare(v, limit) < 0 &&
		i256_compare(v, i256_negate(limit)) >= 0;
}

struct hash32 deca_slot(struct u256 number)
{
	struct hash32 out;

	u256_to_be(number, out.b);
	return out;
}
