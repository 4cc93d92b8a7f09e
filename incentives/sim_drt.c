/* The simulator under deposit, refund, take. */
#include "config.h"

#include "incentives/sim.h"

static bool price(const struct sim *s, struct wei *out)
{
	return drt_price(out, &s->config->drt, s->now_s - s->last_added_s);
}

static void added(struct sim *s, uint32_t entry)
{
	sim_claim_at(s, entry, s->now_s + s->config->drt.refund_s + 1);
}

/* The first to have a turn takes what nobody claimed; in an empty world the
 * contributor has it back. */
static void take(struct sim *s, uint32_t entry)
{
	const struct sim_entry *e = &s->room.entry[entry];
	uint32_t who = sim_next_awake(s, SIM_NOBODY);

	sim_pay_from(s, entry, who == SIM_NOBODY ? e->agent : who,
		     e->record.left_wei);
}

static void refund(struct sim *s, uint32_t entry)
{
	struct sim_entry *e = &s->room.entry[entry];

	e->verdict = VERDICT_AGREE;
	s->room.account[e->agent].good++;
	s->good_all++;
	sim_pay_from(s, entry, e->agent, e->record.left_wei);
}

/* Everybody else who gave good data has a part, once, by turns. */
static void report(struct sim *s, uint32_t entry, uint32_t predicted)
{
	struct sim_entry *e = &s->room.entry[entry];
	struct wei pays;

	e->verdict = VERDICT_DISAGREE;
	for (uint32_t i = 0; !e->reported && i < s->config->n_agent; i++)
		if (i != e->agent &&
		    drt_report(&pays, &s->config->drt, &e->record, predicted,
			       s->room.account[i].good, s->good_all,
			       s->now_s) == CLAIM_ALLOWED)
			sim_pay_from(s, entry, i, pays);
	e->reported = true;
}

static void claim(struct sim *s, uint32_t entry)
{
	struct sim_entry *e = &s->room.entry[entry];
	const struct drt_params *p = &s->config->drt;
	uint64_t take_at = e->record.time_s + p->take_s;
	uint64_t again = s->now_s + s->config->retry_s;

	if (drt_take(p, &e->record, s->now_s) == CLAIM_ALLOWED)
		take(s, entry);
	else {
		uint32_t predicted = sim_predict(s, entry);

		if (drt_refund(p, &e->record, predicted, s->now_s) ==
		    CLAIM_ALLOWED)
			refund(s, entry);
		else
			report(s, entry, predicted);
	}
	if (!e->settled)
		sim_claim_at(s, entry, again < take_at ? again : take_at);
}

const struct sim_incentive sim_incentive_drt = {
	.name = "deposit-refund-take",
	.takes_offer = false,
	.price = price,
	.added = added,
	.claim = claim,
	.called = sim_pay_by_good,
};
