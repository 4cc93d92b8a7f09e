/*
 * The simulator under the prediction market: stakes come in while there are
 * rows, then the market is played once (market.h), with the model as it was
 * at second 0 and the held-out rows as the test set that was committed to.
 */
#include "config.h"

#include "incentives/sim.h"

#include <string.h>

#include "models/model.h"

static bool price(const struct sim *s, struct wei *out)
{
	*out = s->config->market.unit_wei;
	return true;
}

/* Nobody claims: the market pays. */
static void added(struct sim *s, uint32_t entry)
{
}

static void claim(struct sim *s, uint32_t entry)
{
}

static void called(struct sim *s, struct wei amount)
{
}

void sim_market_begin(struct sim *s)
{
	struct sim_market_room *m = &s->room.market;
	const struct model *served = &s->config->learner->model[0];

	s->contract_wei = s->config->market.bounty_wei;
	m->model = (struct model){
		.spec = served->spec,
		.cells = m->cells,
		.derived = m->derived,
		.dirty = m->dirty,
	};
	memcpy(m->start, served->cells, m->n_cells * sizeof(*m->start));
}

static void restart(void *data)
{
	struct sim_market_room *m = &((struct sim *)data)->room.market;

	memcpy(m->cells, m->start, m->n_cells * sizeof(*m->cells));
	m->model.spec->model->rebuild(&m->model);
}

static void learn(void *data, size_t entry)
{
	struct sim *s = data;
	struct model *m = &s->room.market.model;
	const struct model_ops *ops = m->spec->model;
	const struct sim_entry *e = &s->room.entry[entry];
	int64_t room[SPEC_CLASSES_MAX], *before = NULL;
	struct sample x;

	if (!sample_decode(&x, s->room.sample, m->spec->columns, e->sample,
			   e->len) || !ops->accepts(&x))
		return;
	if (ops->learn_needs == MODEL_NEEDS_SCORES) {
		before = room;
		ops->scores(m, before, &x);
	}
	ops->learn(m, &x, e->record.label, before);
}

static uint32_t right(void *data)
{
	const struct sim *s = data;
	const struct sim_config *c = s->config;
	const struct model *m = &s->room.market.model;
	int64_t scores[SPEC_CLASSES_MAX];
	uint32_t found = 0;

	for (uint32_t i = 0; i < c->n_held; i++) {
		m->spec->model->scores(m, scores, &c->held[i]);
		found += model_best(scores, m->spec->n_class) ==
			c->held_label[i];
	}
	return found;
}

/* The party of an entry: the first of the same agent's entries stands for
 * him, where scores are by contributor.
 * n  parties so far */
static uint32_t party_of(const struct sim *s, uint32_t entry, size_t n)
{
	const struct market_entry *of = s->room.market.entry;
	const struct sim_entry *e = s->room.entry;

	if (s->config->market_by == SIM_MARKET_BY_CONTRIBUTOR)
		for (uint32_t i = 0; i < entry; i++)
			if (e[i].agent == e[entry].agent)
				return of[i].party;
	return (uint32_t)n;
}

/* Returns how many parties there are. */
static size_t parties_make(struct sim *s)
{
	struct sim_market_room *m = &s->room.market;
	size_t n = 0;

	memset(m->party, 0, s->n_entry * sizeof(*m->party));
	for (uint32_t i = 0; i < s->n_entry; i++) {
		struct sim_entry *e = &s->room.entry[i];
		uint32_t party = party_of(s, i, n);
		struct market_party *who = &m->party[party];

		m->entry[i].party = party;
		n += party == n;
		DC_CHECK(wei_add(&who->stake_wei, who->stake_wei,
				 e->record.deposit_wei));
	}
	return n;
}

static enum verdict verdict_by(const struct market_party *who)
{
	if (who->out)
		return VERDICT_DISAGREE;
	return who->score > 0 ? VERDICT_CREDIT : VERDICT_ABSTAIN;
}

/* Each party once: with its first entry. */
static void pay_out(struct sim *s)
{
	struct sim_market_room *m = &s->room.market;
	uint32_t paid = 0;

	for (uint32_t i = 0; i < s->n_entry; i++) {
		struct sim_entry *e = &s->room.entry[i];
		const struct market_party *who =
			&m->party[m->entry[i].party];

		if (m->entry[i].party == paid) {
			sim_pay(s, e->agent, who->stake_wei);
			paid++;
		}
		e->verdict = verdict_by(who);
		if (e->verdict == VERDICT_CREDIT) {
			s->room.account[e->agent].good++;
			s->good_all++;
		}
		sim_settle(s, i);
	}
}

/* Nobody has given anything for a long time. */
static bool is_idle(const struct sim *s)
{
	for (uint32_t i = 0; i < s->config->n_agent; i++)
		if (s->room.account[i].idle <= SIM_IDLE_MAX)
			return false;
	return true;
}

/* The market ends when no rows are left or nobody can give any more, or at
 * the scenario's end. */
static void epoch(struct sim *s)
{
	const struct sim_config *c = s->config;
	struct market_model model = { restart, learn, right, s };
	struct market_result result;
	size_t n;

	if (s->n_open == 0 ||
	    (s->next_row < c->rows.n && s->now_s < c->end_s && !is_idle(s)))
		return;
	n = parties_make(s);
	DC_CHECK(market_play(&result, &c->market, s->room.market.entry,
			     s->n_entry, s->room.market.party, n, &model,
			     NULL) == DC_OK);
	s->closed = true;
	pay_out(s);
}

const struct sim_incentive sim_incentive_market = {
	.name = "market",
	.price = price,
	.added = added,
	.claim = claim,
	.called = called,
	.epoch = epoch,
};

/* The same, with all that is offered staked. */
const struct sim_incentive sim_incentive_market_offers = {
	.name = "market",
	.takes_offer = true,
	.price = price,
	.added = added,
	.claim = claim,
	.called = called,
	.epoch = epoch,
};
