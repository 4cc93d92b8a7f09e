/* Vectors of an incentive contract called on its own, of constructors and of
 * ownership. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/golden/golden.h"

struct run {
	struct golden *g;
	struct deca_incentive inc;
	struct deca_stats *stats;	/* of each account */
	size_t n_account;
	uint64_t owner;
};

/* Stakeable64(refund, owner, any, costWeight), Points64(refund, owner, any) */
static enum deca_reason construct(struct golden *g, struct deca_incentive *inc,
				  enum deca_incentive_kind kind,
				  const char *at, json_t *args,
				  struct u256 now)
{
	uint32_t wait[3];
	struct wei weight = wei_from_u64(0);

	golden_at(g, "%s", at);
	if (json_array_size(golden_array(g, args))
	    != (kind == DECA_STAKEABLE ? 4 : 3))
		golden_malformed(g, "a wrong number of arguments");
	for (size_t i = 0; i < 3; i++)
		wait[i] = (uint32_t)golden_u64(g, json_array_get(args, i),
					       UINT32_MAX);
	if (kind == DECA_STAKEABLE)
		weight.v = golden_u256(g, json_array_get(args, 3));
	if (u256_bits(weight.v) > 80)
		golden_malformed(g, "costWeight is an uint80");
	return deca_incentive_construct(
		inc, kind, (struct deca_waits){ wait[0], wait[1], wait[2] },
		weight, now);
}

/* The accounts are as many as the states show. */
static void accounts(struct run *r, json_t *steps)
{
	json_t *first = json_array_get(steps, 0);
	json_t *valid;

	if (first == NULL)
		golden_malformed(r->g, "there is no step");
	valid = json_object_get(json_object_get(first, "state"), "numValid");
	golden_at(r->g, "steps[0].state.numValid");
	r->n_account = json_array_size(golden_array(r->g, valid));
	r->stats = dc_arena_alloc(r->g->arena, (r->n_account + 1)
						       * sizeof(*r->stats));
	for (size_t i = 0; i <= r->n_account; i++)
		r->stats[i] = (struct deca_stats){ .valid = 0 };
}

static uint64_t account(struct run *r, const char *at, json_t *args,
			const char *name)
{
	uint64_t i = golden_u64(r->g, golden_member(r->g, at, args, name),
				UINT64_MAX);

	if (i >= r->n_account)
		golden_malformed(r->g, "there is no such account");
	return i;
}

static struct deca_claim claim_read(struct run *r, const char *at,
				    json_t *args, const char *claimed)
{
	struct golden *g = r->g;

	return (struct deca_claim){
		.label = golden_u64(g, golden_member(g, at, args,
						     "classification"),
				    UINT64_MAX),
		.prediction = golden_u64(g, golden_member(g, at, args,
							  "prediction"),
					 UINT64_MAX),
		.added_s = golden_u256(g, golden_member(g, at, args,
							"addedTime")),
		.claimable_wei.v = golden_u256(
			g, golden_member(g, at, args, "claimableAmount")),
		.claims = golden_u256(g, golden_member(g, at, args,
						       "numClaims")),
		.claimed = golden_bool(g, golden_member(g, at, args, claimed)),
	};
}

static enum deca_reason refund(struct run *r, struct wei *out, const char *at,
			       json_t *args, struct u256 now)
{
	struct deca_claim claim = claim_read(r, at, args,
					     "claimedBySubmitter");

	return deca_incentive_refund(
		out, &r->inc, &r->stats[account(r, at, args, "submitter")],
		&claim, now);
}

static enum deca_reason report(struct run *r, struct wei *out, const char *at,
			       json_t *args, struct u256 now)
{
	struct deca_claim claim = claim_read(r, at, args, "claimedByReporter");
	uint64_t reporter = account(r, at, args, "reporter");

	claim.initial_wei.v = golden_u256(
		r->g, golden_member(r->g, at, args, "initialDeposit"));
	claim.is_owner = reporter == r->owner;
	claim.is_author = reporter == account(r, at, args, "originalAuthor");
	return deca_incentive_report(out, &r->inc, &r->stats[reporter], &claim,
				     now);
}

static enum deca_reason call(struct run *r, struct wei *out, const char *at,
			     json_t *step, struct u256 now)
{
	struct golden *g = r->g;
	const char *fn = golden_string(g, golden_member(g, at, step, "fn"));
	uint64_t caller = account(r, at, step, "caller");
	json_t *args = golden_object(g, golden_member(g, at, step, "args"));
	const char *inner;
	struct wei value;

	inner = golden_place(g, "%s.args", at);
	if (caller != r->owner)
		return DECA_NOT_OWNER;
	if (strcmp(fn, "handleRefund") == 0)
		return refund(r, out, inner, args, now);
	if (strcmp(fn, "handleReport") == 0)
		return report(r, out, inner, args, now);
	if (strcmp(fn, "handleAddData") != 0) {
		golden_at(g, "%s.fn", at);
		golden_malformed(g, "no call that this program knows");
	}
	value.v = golden_u256(g, golden_member(g, inner, args, "msgValue"));
	return deca_incentive_add(out, &r->inc, value, now);
}

static void same_state(struct run *r, const char *at, json_t *state)
{
	struct golden *g = r->g;
	json_t *valid, *v;
	size_t i;

	golden_same_u256(g, golden_member(g, at, state, "totalSubmitted"),
			 r->inc.total_submitted);
	golden_same_u256(g, golden_member(g, at, state, "totalGoodDataCount"),
			 r->inc.total_good);
	if (r->inc.kind == DECA_STAKEABLE)
		golden_same_u256(g, golden_member(g, at, state,
						  "lastUpdateTimeS"),
				 r->inc.last_update_s);
	valid = golden_array(g, golden_member(g, at, state, "numValid"));
	golden_same_number(g, json_array_size(valid), r->n_account);
	json_array_foreach(valid, i, v) {
		golden_at(g, "%s.numValid[%zu]", at, i);
		golden_same_u256(g, v, u256_from_u128(r->stats[i].valid));
	}
}

static void run_step(struct run *r, size_t i, json_t *step)
{
	struct golden *g = r->g;
	struct wei amount = wei_from_u64(0);
	enum deca_reason reason;
	struct u256 now;
	const char *at, *state;

	at = golden_place(g, "steps[%zu]", i);
	state = golden_place(g, "%s.state", at);
	golden_at(g, "%s", at);
	now = golden_u256(g, golden_member(g, at, golden_object(g, step),
					   "timestamp"));
	reason = call(r, &amount, at, step, now);
	golden_same_reason(g, golden_member(g, at, step, "reverted"), reason);
	if (reason == DECA_DONE)
		golden_same_u256(g, golden_member(g, at, step, "result"),
				 amount.v);
	same_state(r, state, golden_object(g, golden_member(g, at, step,
							    "state")));
}

void golden_run_direct(struct golden *g, json_t *root)
{
	struct run r = { .g = g };
	enum deca_incentive_kind kind;
	json_t *steps, *step;
	struct u256 now;
	size_t i;

	if (!deca_incentive_kind_find(
		    &kind, golden_string(g, golden_member(g, "", root,
							  "incentive"))))
		golden_malformed(g, "neither Stakeable64 nor Points64");
	now = golden_u256(g, golden_member(g, "", root, "deployTimestamp"));
	golden_same_reason(
		g, json_null(),
		construct(g, &r.inc, kind, "args",
			  golden_member(g, "", root, "args"), now));
	steps = golden_array(g, golden_member(g, "", root, "steps"));
	accounts(&r, steps);
	r.owner = account(&r, "", root, "owner");
	json_array_foreach(steps, i, step)
		run_step(&r, i, step);
}

static void run_constructor(struct golden *g, size_t i, json_t *one)
{
	const char *at;
	struct deca_incentive inc;
	enum deca_incentive_kind incentive;
	struct golden_model gm;
	enum deca_kind kind;
	enum deca_reason r;
	const char *name;
	json_t *args;

	at = golden_place(g, "constructors[%zu]", i);
	golden_at(g, "%s", at);
	args = golden_array(g, golden_member(g, at, golden_object(g, one),
					     "args"));
	name = golden_string(g, golden_member(g, at, one, "contract"));
	if (deca_incentive_kind_find(&incentive, name))
		r = construct(g, &inc, incentive, at, args, U256_ZERO);
	else if (deca_kind_find(&kind, name))
		r = golden_model_construct(&gm, g, at, kind, args);
	else
		golden_malformed(g, "%s is no contract that this program "
				    "knows", name);
	golden_same_reason(g, golden_member(g, at, one, "reverted"), r);
}

/* Ownable: newOwner -1 is the zero address. */
static void run_transfer(struct golden *g, size_t i, json_t *one,
			 struct u256 *owner)
{
	struct u256 caller, next;
	enum deca_reason r = DECA_DONE;
	const char *at;

	at = golden_place(g, "transferOwnership[%zu]", i);
	golden_at(g, "%s", at);
	caller = golden_signed(g, golden_member(g, at, golden_object(g, one),
						"caller"));
	next = golden_signed(g, golden_member(g, at, one, "newOwner"));
	if (u256_compare(caller, *owner) != 0)
		r = DECA_NOT_OWNER;
	else if (u256_compare(next, U256_MAX_) == 0)
		r = DECA_OWNER_ZERO;
	else
		*owner = next;
	golden_same_reason(g, golden_member(g, at, one, "reverted"), r);
}

void golden_run_constructors(struct golden *g, json_t *root)
{
	struct u256 owner = U256_ZERO;
	size_t i;
	json_t *v;

	json_array_foreach(golden_array(g, golden_member(g, "", root,
							 "constructors")),
			   i, v)
		run_constructor(g, i, v);
	if (json_object_get(root, "transferOwnership") == NULL)
		return;
	json_array_foreach(golden_array(g, golden_member(g, "", root,
							 "transferOwnership")),
			   i, v)
		run_transfer(g, i, v, &owner);
}
