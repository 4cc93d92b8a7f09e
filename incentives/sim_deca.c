/*
 * The simulator under 0xDeCA10B's two incentive contracts, Stakeable64 and
 * Points64, by the very functions that mirror them. The model as it is now
 * decides each claim; nobody owns the incentive, as where a trainer does.
 */
#include "config.h"

#include "incentives/sim.h"

static bool price(const struct sim *s, struct wei *out)
{
	return deca_incentive_cost(out, &s->deca, u256_from_u64(s->now_s)) ==
		DECA_DONE;
}

static void added(struct sim *s, uint32_t entry)
{
	struct wei cost;

	/* it was asked the price, in this second */
	DC_CHECK(deca_incentive_add(&cost, &s->deca,
				    s->room.entry[entry].record.left_wei,
				    u256_from_u64(s->now_s)) == DECA_DONE);
	sim_claim_at(s, entry, s->now_s + s->deca.waits.refund_s);
}

static struct deca_claim claim_of(const struct sim *s, uint32_t entry,
				  uint32_t predicted)
{
	const struct sim_entry *e = &s->room.entry[entry];

	return (struct deca_claim){
		.label = e->record.label, .prediction = predicted,
		.added_s = u256_from_u64(e->record.time_s),
		.initial_wei = e->record.deposit_wei,
		.claimable_wei = e->record.left_wei,
		.claims = u256_from_u64(e->reported),
	};
}

static bool refund(struct sim *s, uint32_t entry, uint32_t predicted)
{
	struct sim_entry *e = &s->room.entry[entry];
	struct sim_account *a = &s->room.account[e->agent];
	struct deca_stats stats = { a->good };
	struct deca_claim c = claim_of(s, entry, predicted);
	struct wei pays;

	c.is_author = true;
	if (deca_incentive_refund(&pays, &s->deca, &stats, &c,
				  u256_from_u64(s->now_s)) != DECA_DONE)
		return false;
	e->verdict = VERDICT_AGREE;
	a->good = (uint64_t)stats.valid;
	s->good_all++;
	sim_pay_from(s, entry, e->agent, pays);
	return true;
}

/* One report; what it pays may be nothing. */
static bool report_by(struct sim *s, uint32_t entry, uint32_t who,
		      uint32_t predicted)
{
	struct sim_entry *e = &s->room.entry[entry];
	const struct deca_stats stats = { s->room.account[who].good };
	struct deca_claim c = claim_of(s, entry, predicted);
	struct wei pays;

	c.is_author = who == e->agent;
	if (e->settled || deca_incentive_report(&pays, &s->deca, &stats, &c,
						u256_from_u64(s->now_s)) !=
	    DECA_DONE)
		return false;
	sim_pay_from(s, entry, who, pays);
	return true;
}

/* Everybody else who may, once, by turns; of Points64 the first alone. */
static void report(struct sim *s, uint32_t entry, uint32_t predicted)
{
	struct sim_entry *e = &s->room.entry[entry];
	bool done = false;

	e->verdict = VERDICT_DISAGREE;
	for (uint32_t i = 0; !e->reported && i < s->config->n_agent; i++)
		done |= i != e->agent && report_by(s, entry, i, predicted);
	e->reported |= done;
}

/* After the longest wait the whole rest is anybody's: the first to have a
 * turn; in an empty world the contributor's. */
static void take(struct sim *s, uint32_t entry, uint32_t predicted)
{
	uint32_t who = sim_next_awake(s, SIM_NOBODY);

	if (who == SIM_NOBODY)
		who = s->room.entry[entry].agent;
	(void)report_by(s, entry, who, predicted);
	sim_settle(s, entry);	/* Points64 pays nobody for it */
}

static void claim(struct sim *s, uint32_t entry)
{
	struct sim_entry *e = &s->room.entry[entry];
	uint64_t any_at = e->record.time_s + s->deca.waits.any_claim_s;
	uint64_t again = s->now_s + s->config->retry_s;
	uint32_t predicted = sim_predict(s, entry);

	if (refund(s, entry, predicted))
		return;
	if (s->now_s >= any_at)
		take(s, entry, predicted);
	else
		report(s, entry, predicted);
	if (!e->settled)
		sim_claim_at(s, entry, again < any_at ? again : any_at);
}

const struct sim_incentive sim_incentive_stakeable = {
	.name = "Stakeable64",
	.price = price,
	.added = added,
	.claim = claim,
	.called = sim_pay_by_good,
};

static void points_called(struct sim *s, struct wei amount)
{
}

const struct sim_incentive sim_incentive_points64 = {
	.name = "Points64",
	.is_free = true,
	.price = price,
	.added = added,
	.claim = claim,
	.called = points_called,
};
