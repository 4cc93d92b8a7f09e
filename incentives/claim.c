/* Who may claim what, and when.
 * Source: Trainer.sol _refundOne, _takeBack, _condemned, claimLate. */
#include "config.h"

#include "incentives/claim.h"

#define BPS 10000	/* a whole in basis points */

/* One question, its parts named once. */
struct question {
	const struct trainer_params *p;
	const struct claim_record *r;
	struct claim_actor actor;
	uint64_t now_s;
};

/* Times come from a chain that is trusted to be before the year 10^12. */
static uint64_t later(uint64_t time_s, uint64_t wait_s)
{
	return time_s > UINT64_MAX - wait_s ? UINT64_MAX : time_s + wait_s;
}

uint64_t claim_deadline_s(const struct trainer_params *p, uint64_t time_s)
{
	return later(time_s, (uint64_t)p->refund_wait_s + p->verdict_window_s);
}

static uint64_t effective_at(const struct question *q)
{
	return later(q->r->accepted_at_s, q->p->challenge_s);
}

static bool is_effective(const struct question *q)
{
	return q->r->verdict != VERDICT_NONE && q->now_s >= effective_at(q);
}

bool claim_is_late(const struct trainer_params *p, const struct claim_record *r)
{
	return r->in_late_range && later(r->accepted_at_s, p->challenge_s) >
		claim_deadline_s(p, r->time_s);
}

/* A disagree that costs the deposit. */
static bool is_condemned(const struct question *q)
{
	return q->r->verdict == VERDICT_DISAGREE && !claim_is_late(q->p, q->r);
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The pool's fee: nothing in a late range, never more than there is. */
static struct wei fee_of(const struct question *q)
{
	unsigned __int128 gwei = q->p->fee_gwei;
	struct wei fee = { u256_from_u128(gwei * 1000000000) };

	if (q->r->in_late_range)
		return wei_from_u64(0);
	return wei_compare(fee, q->r->deposit_wei) < 0
		? fee : q->r->deposit_wei;
}

static void no(struct claim_answer *out, enum claim_reason reason,
	       uint64_t when_s)
{
	out->reason = reason;
	out->when_s = when_s;
}

/* Yes, for the deposit less the fee. */
static void yes_less_fee(struct claim_answer *out, const struct question *q)
{
	out->reason = CLAIM_ALLOWED;
	out->when_s = 0;
	out->fee_wei = fee_of(q);
	DC_CHECK(wei_sub(&out->pays_wei, q->r->deposit_wei, out->fee_wei));
}

/* Nobody's verdict counts yet. Silence pays the contributor, unless a
 * checkpoint in challenge covers the record in time. */
static void refund_unjudged(struct claim_answer *out, const struct question *q)
{
	bool judged = q->r->verdict != VERDICT_NONE;
	uint64_t when = CLAIM_NEVER;

	if (!judged || q->r->in_late_range)
		when = later(claim_deadline_s(q->p, q->r->time_s), 1);
	if (judged && when >= effective_at(q))
		when = CLAIM_NEVER;	/* the verdict counts before */
	if (q->now_s >= when) {
		out->reason = CLAIM_ALLOWED;
		out->pays_wei = q->r->deposit_wei;
		return;
	}
	if (judged && !is_condemned(q))
		when = min_u64(when, effective_at(q));
	if (judged)
		no(out, CLAIM_CHALLENGE, when);
	else if (q->now_s < later(q->r->time_s, q->p->refund_wait_s))
		no(out, CLAIM_WAITING, when);
	else
		no(out, CLAIM_NOT_JUDGED, when);
}

static void refund_check(struct claim_answer *out, const struct question *q)
{
	if (!q->actor.is_contributor)
		no(out, CLAIM_NOT_CONTRIBUTOR, CLAIM_NEVER);
	else if (q->r->settled)
		no(out, CLAIM_SETTLED, CLAIM_NEVER);
	else if (!is_effective(q))
		refund_unjudged(out, q);
	else if (is_condemned(q))
		no(out, CLAIM_BAD_DATA, CLAIM_NEVER);
	else {
		yes_less_fee(out, q);
		out->karma = q->r->verdict == VERDICT_CREDIT;
	}
}

/* What reports and late claims have in common: the deposit is forfeit.
 * from_s  when this actor's turn comes */
static bool forfeit_check(struct claim_answer *out, const struct question *q,
			  uint64_t from_s)
{
	bool condemned = is_condemned(q);
	uint64_t when = max_u64(from_s, effective_at(q));

	if (q->r->settled)
		no(out, CLAIM_SETTLED, CLAIM_NEVER);
	else if (q->r->verdict == VERDICT_NONE)
		no(out, q->now_s < later(q->r->time_s, q->p->refund_wait_s)
		   ? CLAIM_WAITING : CLAIM_NOT_JUDGED, CLAIM_NEVER);
	else if (!is_effective(q))
		no(out, CLAIM_CHALLENGE, condemned ? when : CLAIM_NEVER);
	else if (q->r->verdict != VERDICT_DISAGREE)
		no(out, CLAIM_GOOD_DATA, CLAIM_NEVER);
	else if (!condemned)
		no(out, CLAIM_TOO_LATE, CLAIM_NEVER);
	else
		return true;
	return false;
}

/* The reporter's part of what is left after the fee. */
static struct wei reporter_part(const struct trainer_params *p,
				struct wei left)
{
	struct u256 part;

	DC_CHECK(u256_muldiv(&part, left.v,
			     u256_from_u64(p->reporter_share_bps),
			     u256_from_u64(BPS)));
	return (struct wei){ part };
}

struct wei claim_report_wei(const struct trainer_params *p,
			    struct wei deposit_wei)
{
	const struct claim_record r = { .deposit_wei = deposit_wei };
	const struct question q = { .p = p, .r = &r };
	struct wei left;

	DC_CHECK(wei_sub(&left, deposit_wei, fee_of(&q)));
	return reporter_part(p, left);
}

uint64_t claim_report_least_s(const struct trainer_params *p, uint64_t time_s)
{
	uint64_t waited = later(time_s, p->refund_wait_s);
	uint64_t over = p->epoch_s == 0 ? 0 : waited % p->epoch_s;

	return later(over == 0 ? waited : later(waited, p->epoch_s - over),
		     p->challenge_s);
}

static void report_check(struct claim_answer *out, const struct question *q)
{
	struct wei all;

	if (q->actor.is_contributor) {
		no(out, CLAIM_OWN_RECORD, CLAIM_NEVER);
		return;
	}
	if (!forfeit_check(out, q, 0))
		return;
	yes_less_fee(out, q);
	all = out->pays_wei;
	out->pays_wei = reporter_part(q->p, all);
	DC_CHECK(wei_sub(&out->shared_wei, all, out->pays_wei));
}

static void late_check(struct claim_answer *out, const struct question *q)
{
	uint64_t wait = q->actor.is_owner ? q->p->owner_claim_wait_s
					  : q->p->any_claim_wait_s;
	uint64_t from = later(claim_deadline_s(q->p, q->r->time_s), wait + 1);

	if (!forfeit_check(out, q, from))
		return;
	if (q->now_s < from)
		no(out, q->actor.is_owner ? CLAIM_OWNER_WAIT : CLAIM_ANY_WAIT,
		   from);
	else
		yes_less_fee(out, q);
}

void claim_check(struct claim_answer *out, const struct trainer_params *p,
		 enum claim_action action, struct claim_actor actor,
		 const struct claim_record *r, uint64_t now_s)
{
	const struct question q = { p, r, actor, now_s };

	*out = (struct claim_answer){ .reason = CLAIM_ALLOWED };
	switch (action) {
	case CLAIM_REFUND:
		refund_check(out, &q);
		return;
	case CLAIM_REPORT:
		report_check(out, &q);
		return;
	case CLAIM_LATE:
		late_check(out, &q);
		return;
	}
	dc_abort(__FILE__, __LINE__, "claim action out of range");
}

const char *claim_reason_text(enum claim_reason reason)
{
	switch (reason) {
	case CLAIM_ALLOWED:
		return "It can be claimed now.";
	case CLAIM_SETTLED:
		return "It has been claimed already.";
	case CLAIM_NOT_CONTRIBUTOR:
		return "Only its contributor can take the deposit back.";
	case CLAIM_OWN_RECORD:
		return "Nobody can report a contribution of their own.";
	case CLAIM_WAITING:
		return "Its refund wait is not over.";
	case CLAIM_NOT_JUDGED:
		return "It has no verdict yet.";
	case CLAIM_CHALLENGE:
		return "Its verdict can still be challenged.";
	case CLAIM_BAD_DATA:
		return "The model disagrees with it: the deposit is lost.";
	case CLAIM_GOOD_DATA:
		return "The model does not disagree with it.";
	case CLAIM_TOO_LATE:
		return "The verdict came too late to cost the deposit.";
	case CLAIM_OWNER_WAIT:
		return "The owner must wait longer before taking it.";
	case CLAIM_ANY_WAIT:
		return "The time of late claims has not come.";
	case CLAIM_NO_KARMA:
		return "Only who gave good data can report bad data.";
	case CLAIM_REASONS:
		break;
	}
	dc_abort(__FILE__, __LINE__, "claim reason out of range");
}
