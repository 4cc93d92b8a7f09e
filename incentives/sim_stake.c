/*
 * The simulator under StakeTrainer and PointsTrainer: prices, epochs,
 * verdicts and claims as the chain has them, by the same functions
 * (price.h, share.h, claim.h, models/learner.h).
 */
#include "config.h"

#include "incentives/sim.h"

static bool price(const struct sim *s, struct wei *out)
{
	*out = price_at(&s->price, &s->config->trainer, s->now_s);
	return true;
}

static void added(struct sim *s, uint32_t entry)
{
	price_contribute(&s->price, &s->config->trainer, s->now_s);
}

static struct claim_record record_of(const struct sim_entry *e)
{
	return (struct claim_record){
		.time_s = e->record.time_s,
		.deposit_wei = e->record.deposit_wei,
		.settled = e->settled,
		.verdict = e->verdict,
		.accepted_at_s = e->accepted_at_s,
	};
}

static enum verdict judge(struct sim *s, const struct sim_entry *e)
{
	struct lesson_input in = {
		e->sample, e->len, e->record.label, e->novelty,
		e->contributor
	};

	return learner_judge(s->config->learner, &in, e->lesson,
			     s->room.sample);
}

/* Judge what has waited long enough at the epoch's end; its checkpoint is
 * accepted in the same second. */
static void epoch(struct sim *s)
{
	const struct trainer_params *p = &s->config->trainer;

	for (; s->n_judged < s->n_entry; s->n_judged++) {
		struct sim_entry *e = &s->room.entry[s->n_judged];

		if (e->record.time_s + p->refund_wait_s > s->now_s)
			return;
		e->verdict = judge(s, e);
		e->accepted_at_s = s->now_s;
		sim_claim_at(s, s->n_judged, s->now_s + p->challenge_s);
	}
}

/* Do what a claim says, and be done with the entry. A report alone shares,
 * if only what was carried. */
static void carry_out(struct sim *s, uint32_t entry, enum claim_action action,
		      uint32_t claimant, const struct claim_answer *a)
{
	struct sim_entry *e = &s->room.entry[entry];
	struct sim_account *giver = &s->room.account[e->agent];

	if (a->karma > 0) {
		DC_CHECK(share_karma_add(&s->pool, &giver->share, a->karma));
		giver->good += a->karma;
		s->good_all += a->karma;
	}
	if (action == CLAIM_REPORT)
		DC_CHECK(share_forfeit(&s->pool, a->shared_wei));
	DC_CHECK(wei_add(&s->fees_wei, s->fees_wei, a->fee_wei));
	sim_pay(s, claimant, a->pays_wei);
	sim_settle(s, entry);
}

/* The contributor asks for it back; else the next to have a turn reports it;
 * else, with nobody there, it waits for whoever comes late. */
static void claim(struct sim *s, uint32_t entry)
{
	const struct sim_entry *e = &s->room.entry[entry];
	const struct trainer_params *p = &s->config->trainer;
	struct claim_record r = record_of(e);
	const struct claim_actor self = { true, false }, other = { false,
		false };
	uint32_t reporter = sim_next_awake(s, e->agent);
	struct claim_answer a;

	claim_check(&a, p, CLAIM_REFUND, self, &r, s->now_s);
	if (a.reason == CLAIM_ALLOWED) {
		carry_out(s, entry, CLAIM_REFUND, e->agent, &a);
		return;
	}
	claim_check(&a, p, CLAIM_REPORT, other, &r, s->now_s);
	if (a.reason == CLAIM_ALLOWED && reporter != SIM_NOBODY) {
		carry_out(s, entry, CLAIM_REPORT, reporter, &a);
		return;
	}
	claim_check(&a, p, CLAIM_LATE, self, &r, s->now_s);
	if (a.reason == CLAIM_ALLOWED)
		carry_out(s, entry, CLAIM_LATE, e->agent, &a);
	else
		sim_claim_at(s, entry, a.when_s);
}

static void called(struct sim *s, struct wei amount)
{
	DC_CHECK(share_forfeit(&s->pool, amount));
}

static void woke(struct sim *s, uint32_t agent)
{
	struct share_account *a = &s->room.account[agent].share;

	if (!u256_is_zero(share_owed(&s->pool, a).v))
		sim_pay(s, agent, share_claim(&s->pool, a));
}

const struct sim_incentive sim_incentive_stake = {
	.name = "stake",
	.takes_offer = true,
	.price = price,
	.added = added,
	.claim = claim,
	.called = called,
	.epoch = epoch,
	.woke = woke,
};

static bool no_price(const struct sim *s, struct wei *out)
{
	*out = wei_from_u64(0);
	return true;
}

static void nothing_added(struct sim *s, uint32_t entry)
{
}

static void points_called(struct sim *s, struct wei amount)
{
}

/* No deposits: verdicts make karma and nothing else. */
const struct sim_incentive sim_incentive_points = {
	.name = "points",
	.is_free = true,
	.price = no_price,
	.added = nothing_added,
	.claim = claim,
	.called = points_called,
	.epoch = epoch,
};
