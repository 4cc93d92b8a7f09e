/* 0xDeCA10B's two incentive contracts; the checks stand in their order. */
#include "config.h"

#include <string.h>

#include "incentives/deca_incentive.h"

#define HOUR_S 3600

bool deca_incentive_kind_find(enum deca_incentive_kind *out, const char *name)
{
	if (strcmp(name, "Stakeable64") == 0)
		*out = DECA_STAKEABLE;
	else if (strcmp(name, "Points64") == 0)
		*out = DECA_POINTS;
	else
		return false;
	return true;
}

/* Points64 does not check its waits and keeps no time. */
enum deca_reason deca_incentive_construct(struct deca_incentive *out,
					  enum deca_incentive_kind kind,
					  struct deca_waits waits,
					  struct wei cost_weight_wei,
					  struct u256 now_s)
{
	struct deca_incentive inc = { .kind = kind, .waits = waits };

	if (kind == DECA_STAKEABLE) {
		if (waits.refund_s > waits.owner_claim_s)
			return DECA_OWNER_WAIT_SHORT;
		if (waits.owner_claim_s > waits.any_claim_s)
			return DECA_ANY_WAIT_SHORT;
		inc.cost_weight_wei = cost_weight_wei;
		inc.last_update_s = now_s;
	}
	*out = inc;
	return DECA_DONE;
}

/* The contract's square root adds 1 first, and divides by 0 where that
 * wraps. */
static enum deca_reason cost_divisor(struct u256 *out, struct u256 seconds)
{
	if (u256_compare(seconds, U256_MAX_) == 0)
		return DECA_INVALID_OPCODE;
	*out = u256_is_zero(seconds) ? u256_from_u64(1) : u256_sqrt(seconds);
	return DECA_DONE;
}

enum deca_reason deca_incentive_cost(struct wei *out,
				     const struct deca_incentive *inc,
				     struct u256 now_s)
{
	struct u256 seconds, divisor, weight = inc->cost_weight_wei.v;
	enum deca_reason r;

	*out = wei_from_u64(0);
	if (inc->kind == DECA_POINTS || u256_is_zero(weight))
		return DECA_DONE;
	if (!u256_sub(&seconds, now_s, inc->last_update_s))
		return DECA_TIME_BEFORE_UPDATE;
	r = cost_divisor(&divisor, seconds);
	if (r != DECA_DONE)
		return r;
	if (!u256_mul(&weight, weight, u256_from_u64(HOUR_S)))
		return DECA_MUL_OVERFLOW;
	if (!u256_divmod(&out->v, NULL, weight, divisor))
		return DECA_DIV_ZERO;
	return DECA_DONE;
}

enum deca_reason deca_incentive_add(struct wei *cost,
				    struct deca_incentive *inc,
				    struct wei value, struct u256 now_s)
{
	enum deca_reason r = deca_incentive_cost(cost, inc, now_s);

	if (r != DECA_DONE)
		return r;
	if (wei_compare(value, *cost) < 0)
		return DECA_PAID_TOO_LITTLE;
	if (!u256_add(&inc->total_submitted, inc->total_submitted,
		      u256_from_u64(1)))
		return DECA_ADD_OVERFLOW;
	if (inc->kind == DECA_STAKEABLE)
		inc->last_update_s = now_s;
	return DECA_DONE;
}

/* now - addedTime, which wraps for times to come. */
static bool has_waited(const struct deca_claim *claim, struct u256 now_s,
		       uint32_t wait_s)
{
	struct u256 since;

	(void)u256_sub_wrap(&since, now_s, claim->added_s);
	return u256_compare(since, u256_from_u64(wait_s)) >= 0;
}

static enum deca_reason refund_check(const struct deca_incentive *inc,
				     const struct deca_claim *claim,
				     struct u256 now_s)
{
	if (inc->kind == DECA_POINTS) {
		if (!u256_is_zero(claim->claims))
			return DECA_ALREADY_CLAIMED;
		if (claim->claimed)
			return DECA_ALREADY_CLAIMED_SUBMITTER;
	} else {
		if (claim->claimed)
			return DECA_CLAIMED_BY_SUBMITTER;
		if (u256_is_zero(claim->claimable_wei.v))
			return DECA_NOTHING_LEFT;
	}
	if (!has_waited(claim, now_s, inc->waits.refund_s))
		return DECA_TOO_EARLY;
	if (claim->prediction != claim->label)
		return DECA_MODEL_DISAGREES;
	return DECA_DONE;
}

enum deca_reason deca_incentive_refund(struct wei *amount,
				       struct deca_incentive *inc,
				       struct deca_stats *stats,
				       const struct deca_claim *claim,
				       struct u256 now_s)
{
	enum deca_reason r = refund_check(inc, claim, now_s);

	if (r != DECA_DONE)
		return r;
	if (!u256_add(&inc->total_good, inc->total_good, u256_from_u64(1)))
		return DECA_ADD_OVERFLOW;
	stats->valid++;
	*amount = claim->claimable_wei;
	return DECA_DONE;
}

/* initialDeposit * the reporter's good data / all good data, rounded down;
 * all that is left where that is nothing or more. */
static enum deca_reason share(struct wei *amount,
			      const struct deca_incentive *inc,
			      const struct deca_stats *stats,
			      const struct deca_claim *claim)
{
	struct u256 part;

	if (stats->valid == 0)
		return DECA_NO_GOOD_DATA;
	if (!u256_mul(&part, claim->initial_wei.v,
		      u256_from_u128(stats->valid)))
		return DECA_MUL_OVERFLOW;
	if (!u256_divmod(&part, NULL, part, inc->total_good))
		return DECA_DIV_ZERO;
	amount->v = part;
	if (u256_is_zero(part)
	    || wei_compare(*amount, claim->claimable_wei) > 0)
		*amount = claim->claimable_wei;
	return DECA_DONE;
}

static enum deca_reason stakeable_report(struct wei *amount,
					 const struct deca_incentive *inc,
					 const struct deca_stats *stats,
					 const struct deca_claim *claim,
					 struct u256 now_s)
{
	const struct deca_waits *w = &inc->waits;

	if (u256_is_zero(claim->claimable_wei.v))
		return DECA_NOTHING_LEFT;
	*amount = claim->claimable_wei;
	if (claim->is_owner && has_waited(claim, now_s, w->owner_claim_s))
		return DECA_DONE;
	if (has_waited(claim, now_s, w->any_claim_s))
		return DECA_DONE;
	if (claim->is_author)
		return DECA_OWN_DEPOSIT;
	if (claim->claimed)
		return DECA_CLAIMED_BY_REPORTER;
	if (!has_waited(claim, now_s, w->refund_s))
		return DECA_TOO_EARLY;
	if (claim->prediction == claim->label)
		return DECA_MODEL_AGREES;
	return share(amount, inc, stats, claim);
}

/* The reporter gets no points; any of the three waits will do. */
static enum deca_reason points_report(struct wei *amount,
				      const struct deca_incentive *inc,
				      const struct deca_claim *claim,
				      struct u256 now_s)
{
	const struct deca_waits *w = &inc->waits;

	if (!has_waited(claim, now_s, w->refund_s)
	    && !has_waited(claim, now_s, w->any_claim_s)
	    && !(claim->is_owner
		 && has_waited(claim, now_s, w->owner_claim_s)))
		return DECA_CLAIM_TOO_EARLY;
	if (!u256_is_zero(claim->claims))
		return DECA_ALREADY_CLAIMED;
	if (claim->is_author)
		return DECA_REPORT_SELF;
	if (claim->claimed)
		return DECA_ALREADY_CLAIMED_REPORTER;
	if (claim->prediction == claim->label)
		return DECA_MODEL_AGREES;
	*amount = claim->claimable_wei;
	return DECA_DONE;
}

enum deca_reason deca_incentive_report(struct wei *amount,
				       const struct deca_incentive *inc,
				       const struct deca_stats *stats,
				       const struct deca_claim *claim,
				       struct u256 now_s)
{
	if (inc->kind == DECA_POINTS)
		return points_report(amount, inc, claim, now_s);
	return stakeable_report(amount, inc, stats, claim, now_s);
}
