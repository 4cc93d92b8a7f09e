/* Quorum, and checkpoints as call data. */
#include "config.h"

#include "oracle/operator_post.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "incentives/verdicts.h"
#include "oracle/abi_calls.h"
#include "sql/contributions.h"

#define CHUNK 256	/* contributions read at a time */

/* --- quorum -------------------------------------------------------------- */

static enum dc_status
ask_pool(struct dc_buf *reply, struct rpc *rpc, const struct addr20 *pool,
	 const struct dc_buf *call, struct dc_err *err)
{
	const struct rpc_message msg = {
		.to = pool, .data = call->data, .data_len = call->len,
	};

	return rpc_eth_call(rpc, reply, &msg, rpc_at_latest(), err);
}

/* Two numbers of a view: total stake now and later, or id and stake. */
static enum dc_status
ask_numbers(uint64_t out[2], struct rpc *rpc, const struct addr20 *pool,
	    const struct dc_buf *call, struct dc_err *err)
{
	struct dc_buf reply;
	enum dc_status found;

	dc_buf_init(&reply, 1 << 16);
	found = ask_pool(&reply, rpc, pool, call, err);
	if (found == DC_OK)
		found = abi_return_u64s(out, 2, reply.data, reply.len, err);
	dc_buf_clear(&reply);
	return found;
}

static enum dc_status
ask_min_stake(struct wei *out, struct rpc *rpc, const struct addr20 *pool,
	      struct dc_buf *call, struct dc_err *err)
{
	struct dc_buf reply;
	enum dc_status found;

	dc_buf_init(&reply, 1 << 16);
	dc_buf_reset(call);
	abi_call_plain(call, CALL_MIN_STAKE);
	found = ask_pool(&reply, rpc, pool, call, err);
	if (found == DC_OK)
		found = abi_return_wei(out, reply.data, reply.len, err);
	dc_buf_clear(&reply);
	return found;
}

/* Stakes are 64 bits of gwei, so three of them fit 128. */
static bool
carries(uint64_t stake_gwei, uint64_t total_gwei, struct wei least_wei)
{
	struct wei stake = wei_from_u64(stake_gwei);

	if ((unsigned __int128)stake_gwei * 3 <=
	    (unsigned __int128)total_gwei * 2)
		return false;
	return u256_mul(&stake.v, stake.v, u256_from_u64(1000000000)) &&
	       wei_compare(stake, least_wei) >= 0;
}

enum dc_status
operator_quorum(bool *out, struct rpc *rpc, const struct addr20 *pool,
		const struct sql_signature *sigs, uint32_t n,
		struct dc_err *err)
{
	uint64_t stake = 0, two[2], total[2];
	struct dc_buf call;
	struct wei least;
	enum dc_status found;

	dc_buf_init(&call, 256);
	abi_call_plain(&call, CALL_TOTAL_STAKE);
	found = ask_numbers(total, rpc, pool, &call, err);
	if (found == DC_OK)
		found = ask_min_stake(&least, rpc, pool, &call, err);
	for (uint32_t i = 0; found == DC_OK && i < n; i++) {
		dc_buf_reset(&call);
		abi_call_address(&call, CALL_SIGNER_OF, &sigs[i].signer);
		found = ask_numbers(two, rpc, pool, &call, err);
		if (found == DC_OK &&
		    __builtin_add_overflow(stake, two[1], &stake))
			found = dc_fail(err, DC_EIO, "stakes overflow");
	}
	dc_buf_clear(&call);
	*out = found == DC_OK && carries(stake, total[0], least);
	return found;
}

/* --- verdicts ------------------------------------------------------------ */

/* Append the stored verdicts of contributions [chain->judged, until); words
 * that become complete, and the last one, go to words where that is not
 * NULL. */
static enum dc_status
append_verdicts(struct verdicts_chain *chain, struct u256 *words,
		size_t *n_words, struct sql_db *db, int64_t model,
		uint64_t until, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution *c = dc_calloc(CHUNK, sizeof(*c));
	enum dc_status found = DC_OK;
	struct u256 word = chain->word;

	while (found == DC_OK && chain->judged < until) {
		uint64_t left = until - chain->judged;
		uint32_t n = 0;

		dc_arena_reset(arena);
		found = sql_contributions_range(db, c, &n, left < CHUNK
				? (uint32_t)left : CHUNK, model,
				chain->judged, arena, err);
		if (found == DC_OK && n == 0)
			found = dc_fail(err, DC_EIO, "contributions missing");
		for (uint32_t i = 0; found == DC_OK && i < n; i++) {
			enum verdict v = c[i].now.verdict;

			if (v == VERDICT_NONE) {
				found = dc_fail(err, DC_ECONFLICT,
					"contribution %" PRIu64
					" has no verdict", c[i].is.id);
				break;
			}
			verdicts_put(&word, chain->judged % VERDICTS_PER_WORD,
				     v);
			verdicts_append(chain, v);
			if (chain->judged % VERDICTS_PER_WORD != 0)
				continue;
			if (words != NULL)
				words[(*n_words)++] = word;
			word = U256_ZERO;
		}
	}
	if (words != NULL && chain->judged % VERDICTS_PER_WORD != 0)
		words[(*n_words)++] = word;
	free(c);
	dc_arena_free(arena);
	return found;
}

/* The chain of the words before the one that `judged` is in: from a
 * computed row that was accepted as it is, else from the beginning. */
static enum dc_status
chain_before(struct verdicts_chain *out, struct sql_db *db, int64_t model,
	     const struct sql_checkpoint *last, struct dc_err *err)
{
	uint64_t floor = last->is.judged -
			 last->is.judged % VERDICTS_PER_WORD;
	uint64_t at = last->judged_before -
		      last->judged_before % VERDICTS_PER_WORD;

	memset(out, 0, sizeof(*out));
	if (last->computed && !last->differs) {
		out->v = last->chain_before;
		for (uint32_t i = 0; i < last->n_words && at < floor; i++) {
			struct u256 word = u256_from_be(last->words +
							(size_t)i * 32);

			verdicts_fold(&out->v, &word);
			at += VERDICTS_PER_WORD;
		}
		out->judged = at;
		if (at == floor)
			return DC_OK;
		memset(out, 0, sizeof(*out));
	}
	return append_verdicts(out, NULL, NULL, db, model, floor, err);
}

enum dc_status
operator_verdict_chain(struct hash32 *out, struct sql_db *db, int64_t model,
		       const struct sql_checkpoint *c, struct dc_err *err)
{
	struct verdicts_chain chain;
	enum dc_status found = chain_before(&chain, db, model, c, err);

	*out = chain.v;
	return found;
}

/* --- call data ----------------------------------------------------------- */

static enum dc_status
load_last(struct sql_checkpoint *out, struct sql_db *db,
	  const struct sql_model *model, struct dc_arena *arena,
	  struct dc_err *err)
{
	uint64_t epoch = model->totals.checkpoint_epoch;
	enum dc_status found;
	bool is_there;

	memset(out, 0, sizeof(*out));
	if (!model->totals.has_checkpoint)
		return DC_OK;
	found = sql_checkpoint_get(db, out, &is_there, model->row, epoch,
				   arena, err);
	if (found == DC_OK && !(is_there && out->accepted))
		found = dc_fail(err, DC_ECONFLICT, "the accepted checkpoint "
				"of epoch %" PRIu64 " is not in the database",
				epoch);
	return found;
}

static enum dc_status
fill_verdicts(struct checkpoint_call *call, struct sql_db *db,
	      const struct sql_model *model,
	      const struct sql_checkpoint *last, struct dc_arena *arena,
	      struct dc_err *err)
{
	uint64_t until = call->c.judged;
	struct verdicts_chain chain;
	struct hash32 hash;
	struct u256 *words;
	enum dc_status found = chain_before(&chain, db, model->row, last,
					    err);

	if (found != DC_OK)
		return found;
	call->prev_chain = chain.v;
	words = dc_arena_alloc(arena, ((until - chain.judged) /
				       VERDICTS_PER_WORD + 1) *
				      sizeof(*words));
	found = append_verdicts(&chain, words, &call->n_words, db, model->row,
				until, err);
	if (found != DC_OK)
		return found;
	call->words = words;
	if (until == last->is.judged)	/* nothing new: no words */
		call->n_words = 0;
	verdicts_hash(&hash, &chain);
	if (!hash32_equal(&hash, &call->c.verdicts_hash))
		return dc_fail(err, DC_ECONFLICT, "stored verdicts do not "
			       "give the checkpoint's hash");
	return DC_OK;
}

static void
fill_signatures(struct checkpoint_call *call,
		const struct sql_signature *sigs, uint32_t n,
		struct dc_arena *arena)
{
	uint8_t *all = dc_arena_alloc(arena, (size_t)n * SQL_SIGNATURE_BYTES);

	for (uint32_t i = 0; i < n; i++)
		memcpy(all + (size_t)i * SQL_SIGNATURE_BYTES, sigs[i].bytes,
		       SQL_SIGNATURE_BYTES);
	call->signatures = all;
	call->n_signatures = n;
}

enum dc_status
operator_call_data(struct dc_buf *out, struct sql_db *chain,
		   const struct sql_model *model,
		   const struct sql_checkpoint *row,
		   const struct sql_signature *sigs, uint32_t n,
		   struct dc_arena *arena, struct dc_err *err)
{
	struct checkpoint_call call = { .c = row->is };
	struct sql_checkpoint last;
	enum dc_status found = load_last(&last, chain, model, arena, err);

	if (found == DC_OK)
		found = fill_verdicts(&call, chain, model, &last, arena, err);
	if (found != DC_OK)
		return found;
	fill_signatures(&call, sigs, n, arena);
	abi_call_checkpoint(out, &call);
	if (dc_buf_failed(out))
		return dc_fail(err, DC_EINVAL, "the checkpoint's verdicts do "
			       "not fit into one transaction");
	return DC_OK;
}
