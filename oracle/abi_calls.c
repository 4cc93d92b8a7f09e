/* The calls of our contracts, encoded; the returns of their views. */
#include "config.h"

#include "oracle/abi_calls.h"

#include <pthread.h>
#include <string.h>

#include "oracle/abi_params.h"

#define CLAIM_TYPE "(uint64,bytes32,address,uint64,uint256,uint32," \
	"bytes32,uint32)"
#define CLAIM_WORDS 8
#define CHECKPOINT_TYPE "(address,bytes32,uint64,uint64,bytes32,bytes32," \
	"uint64,bytes32,uint64)"
#define CHECKPOINT_WORDS 9
#define SIGNATURE_BYTES 65
#define MODEL_ARGS "(" ABI_PARAMS_TYPE ",string,string,string,bytes)"

static const char *const signatures[CALLS] = {
	[CALL_CREATE_STAKE_MODEL] = "createStakeModel" MODEL_ARGS,
	[CALL_CREATE_POINTS_MODEL] = "createPointsModel" MODEL_ARGS,
	[CALL_CONTRIBUTE] = "contribute(bytes,uint32)",
	[CALL_REFUND] = "refund(" CLAIM_TYPE ")",
	[CALL_REFUND_BATCH] = "refundBatch(" CLAIM_TYPE "[])",
	[CALL_REPORT] = "report(" CLAIM_TYPE ")",
	[CALL_REPORT_BATCH] = "reportBatch(" CLAIM_TYPE "[])",
	[CALL_CLAIM_LATE] = "claimLate(" CLAIM_TYPE ")",
	[CALL_CLAIM_REWARDS] = "claimRewards()",
	[CALL_COLLECT_FEES] = "collectFees()",
	[CALL_CHECKPOINT] = "writeCheckpoint(uint64,uint64,uint64,uint64,bytes32,"
		"bytes32,uint256[],bytes)",
	[CALL_JOIN] = "join(address,address,address,string)",
	[CALL_ADD_BOND] = "addBond(uint256)",
	[CALL_SET_ROLES] = "setRoles(uint256,address,address,address)",
	[CALL_SET_ENDPOINT] = "setEndpoint(uint256,string)",
	[CALL_LEAVE] = "leave(uint256)",
	[CALL_WITHDRAW] = "withdraw(uint256)",
	[CALL_WITHDRAW_FEES] = "withdrawFees(uint256)",
	[CALL_SLASH_EQUIVOCATION] = "slashEquivocation(" CHECKPOINT_TYPE
		",bytes," CHECKPOINT_TYPE ",bytes)",
	[CALL_HEAD] = "head()",
	[CALL_TOTAL_SUBMITTED] = "totalSubmitted()",
	[CALL_REC] = "rec(uint256)",
	[CALL_ACCEPTED] = "accepted()",
	[CALL_EFFECTIVE] = "effective()",
	[CALL_COMMITMENTS] = "commitments()",
	[CALL_VERDICT_OF] = "verdictOf(uint256)",
	[CALL_LATE_RANGE_COUNT] = "lateRangeCount()",
	[CALL_LATE_RANGES] = "lateRanges(uint256)",
	[CALL_PARAMS] = "params()",
	[CALL_OWNER] = "owner()",
	[CALL_POOL] = "pool()",
	[CALL_SPEC] = "spec()",
	[CALL_NEXT_COST] = "getNextAddDataCost()",
	[CALL_REWARDS_OF] = "rewardsOf(address)",
	[CALL_KARMA_OF] = "numValidForAddress(address)",
	[CALL_KARMA_TOTAL] = "totalGoodDataCount()",
	[CALL_PERIOD] = "period()",
	[CALL_PERIOD_S] = "periodS()",
	[CALL_UNBOND_S] = "unbondS()",
	[CALL_MIN_BOND] = "minBondWei()",
	[CALL_MIN_STAKE] = "minStakeWei()",
	[CALL_TOTAL_STAKE] = "totalStake()",
	[CALL_SIGNER_OF] = "signerOf(address)",
	[CALL_OPERATORS] = "operators(uint256)",
	[CALL_OPERATOR_COUNT] = "operatorCount()",
};

static struct abi_selector selectors[CALLS];
static pthread_once_t selectors_once = PTHREAD_ONCE_INIT;

static void
selectors_compute(void)
{
	for (size_t i = 0; i < CALLS; i++)
		selectors[i] = abi_selector_of(signatures[i]);
}

struct abi_selector
abi_call_selector(enum dc_call call)
{
	DC_CHECK(call < CALLS);
	DC_CHECK(pthread_once(&selectors_once, selectors_compute) == 0);
	return selectors[call];
}

const char *
abi_call_signature(enum dc_call call)
{
	DC_CHECK(call < CALLS);
	return signatures[call];
}

/* --- encoding ------------------------------------------------------------ */

static void
begin_call(struct abi_out *t, struct dc_buf *out, enum dc_call call,
	   size_t head_words)
{
	struct abi_selector s = abi_call_selector(call);

	dc_buf_append(out, s.b, sizeof(s.b));
	abi_open(t, out, head_words);
}

void
abi_args_factory(struct dc_buf *out, const struct factory_minimums *m)
{
	struct abi_out t;

	abi_open(&t, out, 6);
	abi_put_u64(&t, m->refund_wait_s);
	abi_put_u64(&t, m->verdict_window_s);
	abi_put_u64(&t, m->challenge_s);
	abi_put_u64(&t, m->epoch_s);
	abi_put_u64(&t, m->owner_claim_wait_s);
	abi_put_u64(&t, m->any_claim_wait_s);
}

void
abi_args_pool(struct dc_buf *out, const struct pool_rules *r)
{
	struct abi_out t;

	abi_open(&t, out, 5);
	abi_put_u64(&t, r->period_s);
	abi_put_u64(&t, r->unbond_s);
	abi_put_wei(&t, r->min_bond_wei);
	abi_put_wei(&t, r->min_stake_wei);
	abi_put_addr(&t, &r->verifier);
}

void
abi_args_reader(struct dc_buf *out, const struct reader_rules *r)
{
	struct abi_out t, urls;

	abi_open(&t, out, 3);
	abi_put_array(&urls, &t, r->n_urls, 1);
	for (size_t i = 0; i < r->n_urls; i++)
		abi_put_text(&urls, r->urls[i]);
	abi_put_u64(&t, r->max_age_s);
	abi_put_u64(&t, r->operators);
}

void
abi_call_create_model(struct dc_buf *out, const struct model_call *m)
{
	enum dc_call call = m->kind == INCENTIVE_STAKE
				    ? CALL_CREATE_STAKE_MODEL
				    : CALL_CREATE_POINTS_MODEL;
	struct abi_out t;

	begin_call(&t, out, call, ABI_PARAMS_WORDS + 4);
	abi_put_params(&t, &m->params);
	abi_put_text(&t, m->name);
	abi_put_text(&t, m->description);
	abi_put_text(&t, m->encoder);
	abi_put_bytes(&t, m->spec, m->spec_len);
}

void
abi_call_contribute(struct dc_buf *out, const uint8_t *sample, size_t len,
		    uint32_t label)
{
	struct abi_out t;

	begin_call(&t, out, CALL_CONTRIBUTE, 2);
	abi_put_bytes(&t, sample, len);
	abi_put_u64(&t, label);
}

static void
put_claim(struct abi_out *t, const struct claim *c)
{
	abi_put_u64(t, c->id);
	abi_put_hash(t, &c->prev);
	abi_put_addr(t, &c->contributor);
	abi_put_u64(t, c->time_s);
	abi_put_wei(t, c->deposit_wei);
	abi_put_u64(t, c->label);
	abi_put_hash(t, &c->sample);
	abi_put_u64(t, c->late);
}

void
abi_call_claim(struct dc_buf *out, enum dc_call call, const struct claim *c)
{
	struct abi_out t;

	DC_CHECK(call == CALL_REFUND || call == CALL_REPORT ||
		 call == CALL_CLAIM_LATE);
	begin_call(&t, out, call, CLAIM_WORDS);
	put_claim(&t, c);
}

void
abi_call_claims(struct dc_buf *out, enum dc_call call, const struct claim *c,
		size_t n)
{
	struct abi_out t, array;

	DC_CHECK(call == CALL_REFUND_BATCH || call == CALL_REPORT_BATCH);
	begin_call(&t, out, call, 1);
	abi_put_array(&array, &t, n, CLAIM_WORDS);
	for (size_t i = 0; i < n; i++)
		put_claim(&array, &c[i]);
}

void
abi_call_checkpoint(struct dc_buf *out, const struct checkpoint_call *call)
{
	struct abi_out t, array;

	begin_call(&t, out, CALL_CHECKPOINT, 8);
	abi_put_u64(&t, call->c.epoch);
	abi_put_u64(&t, call->c.count);
	abi_put_u64(&t, call->c.judged);
	abi_put_u64(&t, call->c.accuracy_fx9);
	abi_put_hash(&t, &call->c.state_root);
	abi_put_hash(&t, &call->prev_chain);
	abi_put_array(&array, &t, call->n_words, 1);
	for (size_t i = 0; i < call->n_words; i++)
		abi_put_u256(&array, call->words[i]);
	abi_put_bytes(&t, call->signatures,
		      call->n_signatures * SIGNATURE_BYTES);
}

enum dc_status
abi_checkpoint_signatures(const uint8_t **out, size_t *n,
			  const uint8_t *input, size_t len, struct dc_err *err)
{
	struct abi_selector selector = abi_call_selector(CALL_CHECKPOINT);
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in, words;
	size_t bytes;

	if (len < ABI_SELECTOR_BYTES ||
	    memcmp(input, selector.b, ABI_SELECTOR_BYTES) != 0)
		return dc_fail(err, DC_EINVAL, "no call of writeCheckpoint");
	abi_in_init(&in, input + ABI_SELECTOR_BYTES, len - ABI_SELECTOR_BYTES,
		    &fault);
	for (unsigned i = 0; i < 6; i++)	/* epoch ... prevChain */
		(void)abi_get_word(&in);
	(void)abi_get_array(&words, &in, 1);
	*out = abi_get_bytes(&in, &bytes);
	if (fault.status == DC_OK && bytes % SIGNATURE_BYTES != 0)
		return dc_fail(err, DC_EINVAL, "signatures are not of 65 "
			       "bytes each");
	*n = bytes / SIGNATURE_BYTES;
	return fault.status == DC_OK ? DC_OK :
		dc_fail(err, fault.status, "writeCheckpoint: %s", fault.text);
}

void
abi_call_join(struct dc_buf *out, const struct join_call *j)
{
	struct abi_out t;

	begin_call(&t, out, CALL_JOIN, 4);
	abi_put_addr(&t, &j->signer);
	abi_put_addr(&t, &j->attester);
	abi_put_addr(&t, &j->sender);
	abi_put_text(&t, j->endpoint);
}

void
abi_call_set_roles(struct dc_buf *out, uint64_t id,
		   const struct addr20 *signer, const struct addr20 *attester,
		   const struct addr20 *sender)
{
	struct abi_out t;

	begin_call(&t, out, CALL_SET_ROLES, 4);
	abi_put_u64(&t, id);
	abi_put_addr(&t, signer);
	abi_put_addr(&t, attester);
	abi_put_addr(&t, sender);
}

void
abi_call_set_endpoint(struct dc_buf *out, uint64_t id, const char *endpoint)
{
	struct abi_out t;

	begin_call(&t, out, CALL_SET_ENDPOINT, 2);
	abi_put_u64(&t, id);
	abi_put_text(&t, endpoint);
}

void
abi_put_checkpoint(struct abi_out *t, const struct checkpoint *c)
{
	abi_put_addr(t, &c->trainer);
	abi_put_hash(t, &c->spec);
	abi_put_u64(t, c->epoch);
	abi_put_u64(t, c->count);
	abi_put_hash(t, &c->record_hash);
	abi_put_hash(t, &c->state_root);
	abi_put_u64(t, c->judged);
	abi_put_hash(t, &c->verdicts_hash);
	abi_put_u64(t, c->accuracy_fx9);
}

void
abi_call_slash_equivocation(struct dc_buf *out, const struct checkpoint *a,
			    const uint8_t sig_a[65],
			    const struct checkpoint *b,
			    const uint8_t sig_b[65])
{
	struct abi_out t;

	begin_call(&t, out, CALL_SLASH_EQUIVOCATION,
		   2 * (CHECKPOINT_WORDS + 1));
	abi_put_checkpoint(&t, a);
	abi_put_bytes(&t, sig_a, SIGNATURE_BYTES);
	abi_put_checkpoint(&t, b);
	abi_put_bytes(&t, sig_b, SIGNATURE_BYTES);
}

void
abi_call_plain(struct dc_buf *out, enum dc_call call)
{
	struct abi_out t;

	begin_call(&t, out, call, 0);
}

void
abi_call_number(struct dc_buf *out, enum dc_call call, uint64_t v)
{
	struct abi_out t;

	begin_call(&t, out, call, 1);
	abi_put_u64(&t, v);
}

void
abi_call_address(struct dc_buf *out, enum dc_call call,
		 const struct addr20 *a)
{
	struct abi_out t;

	begin_call(&t, out, call, 1);
	abi_put_addr(&t, a);
}
