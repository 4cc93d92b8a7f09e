/* How agents of the simulator behave at their turns. */
#include "config.h"

#include "incentives/sim.h"

/* A normal deviate of at least 1, tried until it is.
 * Source: 0xDeCA10B simulation/decai/simulation/simulate.py, Agent. */
static unsigned __int128 positive_normal(struct random *r,
					 unsigned __int128 mean,
					 unsigned __int128 dev)
{
	__int128 got;

	do
		got = random_normal(r, mean, dev);
	while (got < 1);
	return (unsigned __int128)got;
}

uint64_t sim_agent_wait_s(struct sim *s, uint32_t agent)
{
	const struct sim_agent *who = &s->config->agent[agent];

	return (uint64_t)positive_normal(&s->random, who->wait_mean_s,
					 who->wait_dev_s);
}

/* The probability of a wrong label by now. */
static int64_t wrong_now_fx9(const struct sim *s, const struct sim_agent *who)
{
	uint64_t gone = s->now_s - who->from_s;

	if (s->now_s < who->from_s)
		return 0;
	if (gone >= who->drift_s)
		return who->wrong_fx9;
	return (int64_t)((unsigned __int128)who->wrong_fx9 * gone /
			 who->drift_s);
}

static struct addr20 account_next(const struct sim *s, uint32_t agent)
{
	uint32_t all = s->config->agent[agent].accounts;
	uint32_t turn = s->room.account[agent].n_contributed;

	return sim_address(agent * SIM_ACCOUNTS_MAX +
			   (all == 0 ? 0 : turn % all));
}

/* Whether it tells a wrong label of this row. */
static bool is_wrong(struct sim *s, const struct sim_agent *who,
		     uint32_t label)
{
	if (s->now_s < who->prime_s ||
	    (who->only_class != SIM_EVERY_CLASS && who->only_class != label))
		return false;
	return random_chance(&s->random, wrong_now_fx9(s, who));
}

/* The next row, labelled as this agent does. */
static bool row_make(struct sim *s, struct sim_entry *e, uint32_t agent)
{
	const struct sim_config *c = s->config;
	const struct sim_row *row = &c->rows.row[s->next_row];
	const struct sim_agent *who = &c->agent[agent];

	*e = (struct sim_entry){
		.record = { .label = row->label },
		.sample = c->rows.bytes + row->at,
		.len = row->len,
		.agent = agent,
		.contributor = account_next(s, agent),
		.truth = row->label,
	};
	if (is_wrong(s, who, row->label))
		e->record.label = (row->label + 1) %
			c->learner->spec->n_class;
	if (who->private_columns == 0 ||
	    (e->record.label == e->truth && s->now_s >= who->prime_s))
		return true;
	return sim_attack_make(s, e, NULL);
}

/* What it gave last once more. */
static bool copy_make(struct sim *s, struct sim_entry *e, uint32_t agent)
{
	const struct sim_entry *last =
		&s->room.entry[s->room.account[agent].last_entry];

	*e = (struct sim_entry){
		.record = { .label = last->record.label },
		.sample = last->sample,
		.len = last->len,
		.agent = agent,
		.contributor = account_next(s, agent),
		.truth = last->truth,
		.copy = true,
	};
	return s->config->agent[agent].near == 0 ||
		sim_attack_make(s, e, last);
}

/* What the agent offers, when that is enough and it has so much. */
static bool deposit_find(struct sim *s, uint32_t agent, struct wei *out)
{
	const struct sim_agent *who = &s->config->agent[agent];
	struct wei offer, price;

	if (s->config->incentive->is_free) {
		*out = wei_from_u64(0);
		return true;
	}
	offer.v = u256_from_u128(positive_normal(&s->random,
						 who->deposit_mean_wei,
						 who->deposit_dev_wei));
	if (wei_compare(offer, s->room.account[agent].balance_wei) > 0 ||
	    !s->config->incentive->price(s, &price) ||
	    wei_compare(price, offer) > 0)
		return false;
	*out = s->config->incentive->takes_offer ? offer : price;
	return true;
}

static void contribute(struct sim *s, uint32_t agent)
{
	struct sim_account *a = &s->room.account[agent];
	struct sim_entry e;
	struct wei deposit;

	if (!deposit_find(s, agent, &deposit))
		return;
	if (a->copies_left > 0) {
		if (copy_make(s, &e, agent)) {
			e.record.deposit_wei = deposit;
			a->copies_left -= sim_add(s, &e);
		}
		return;
	}
	if (!row_make(s, &e, agent))
		return;
	e.record.deposit_wei = deposit;
	if (sim_add(s, &e)) {
		s->next_row++;
		a->copies_left = s->config->agent[agent].copies;
	}
}

/* Only a good model is worth paying for. */
static void call(struct sim *s, uint32_t agent)
{
	struct wei pays = s->config->agent[agent].pays_wei;

	if (wei_compare(s->room.account[agent].balance_wei, pays) < 0 ||
	    !random_chance(&s->random, s->accuracy_fx9))
		return;
	s->room.account[agent].idle = 0;
	sim_deposit(s, agent, pays);
	s->config->incentive->called(s, pays);
}

void sim_agent_turn(struct sim *s, uint32_t agent)
{
	const struct sim_agent *who = &s->config->agent[agent];

	if (s->closed || s->next_row >= s->config->rows.n ||
	    s->now_s >= s->config->end_s ||
	    (u256_is_zero(s->room.account[agent].balance_wei.v) &&
	     !s->config->incentive->is_free))
		return;
	if (who->calls)
		call(s, agent);
	else if (who->if_accuracy_fx9 == SIM_ALWAYS ||
		 random_chance(&s->random,
			       s->accuracy_fx9 + who->if_accuracy_fx9))
		contribute(s, agent);
}
