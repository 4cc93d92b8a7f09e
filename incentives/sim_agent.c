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

/* The next row, labelled as this agent does. */
static void entry_make(struct sim *s, struct sim_entry *e, uint32_t agent)
{
	const struct sim_config *c = s->config;
	const struct sim_row *row = &c->rows.row[s->next_row];

	*e = (struct sim_entry){
		.record = { .label = row->label },
		.sample = c->rows.bytes + row->at,
		.len = row->len,
		.agent = agent,
		.truth = row->label,
	};
	if (random_chance(&s->random, wrong_now_fx9(s, &c->agent[agent])))
		e->record.label = (row->label + 1) %
			c->learner->spec->n_class;
}

/* What the agent offers, when that is enough and it has so much. */
static bool deposit_find(struct sim *s, uint32_t agent, struct wei *out)
{
	const struct sim_agent *who = &s->config->agent[agent];
	struct wei offer, price;

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
	struct sim_entry e;

	entry_make(s, &e, agent);
	if (deposit_find(s, agent, &e.record.deposit_wei) && sim_add(s, &e))
		s->next_row++;
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

	if (s->next_row >= s->config->rows.n ||
	    s->now_s >= s->config->end_s ||
	    u256_is_zero(s->room.account[agent].balance_wei.v))
		return;
	if (who->calls)
		call(s, agent);
	else if (who->if_accuracy_fx9 == SIM_ALWAYS ||
		 random_chance(&s->random,
			       s->accuracy_fx9 + who->if_accuracy_fx9))
		contribute(s, agent);
}
