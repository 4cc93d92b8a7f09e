/*
 * The simulator's clock, ledger and list of contributions.
 *
 * Holds at every event:
 * (1) balances and contract_wei add up to what agents started with
 * (2) contract_wei is at least the sum of what is left of all entries
 * (3) an entry that is not settled has exactly one claim in the queue
 */
#include "config.h"

#include "incentives/sim.h"

#include <string.h>

#include "base/keccak.h"
#include "models/model.h"

static size_t power_above(size_t n)
{
	size_t p = 16;

	while (p < n)
		p *= 2;
	return p;
}

/* Bytes that an agent's columns add to a sample, each: an index, a value. */
#define COLUMN_BYTES 16

bool sim_is_market(const struct sim_config *c)
{
	return c->incentive == &sim_incentive_market ||
		c->incentive == &sim_incentive_market_offers;
}

/* A model beside the served one, and its start. */
static void market_need(struct sim_market_room *out,
			const struct sim_config *c)
{
	const struct model_spec *spec = c->learner->spec;

	if (!sim_is_market(c))
		return;
	out->n_cells = spec->model->cells(spec);
	out->n_derived = spec->model->derived(spec);
	out->n_dirty = out->n_cells / MODEL_LEAF_CELLS / 64 + 1;
}

void sim_need(struct sim_room *out, const struct sim_config *c)
{
	size_t copies = 0, columns = 0, longest = 0, n;

	for (uint32_t i = 0; i < c->n_agent; i++) {
		const struct sim_agent *a = &c->agent[i];

		if (a->copies > copies)
			copies = a->copies;
		if (a->private_columns + a->near > columns)
			columns = a->private_columns + a->near;
	}
	for (uint32_t i = 0; i < c->rows.n; i++)
		if (c->rows.row[i].len > longest)
			longest = c->rows.row[i].len;
	n = c->rows.n * (1 + copies);
	*out = (struct sim_room){
		.n_account = c->n_agent,
		.n_entry = n,
		.n_due = n + c->n_agent + 2,
		.n_seen = power_above(2 * n),
		.n_bytes = columns == 0 ? 0 :
			n * (longest + columns * COLUMN_BYTES),
	};
	market_need(&out->market, c);
}

static void put(struct sim *s, enum sim_kind kind, uint64_t time_s,
		uint32_t who)
{
	DC_CHECK(due_put(&s->due, time_s, kind, who));
}

/* Accuracy on the held-out rows, as agents know it from now on. */
static void measure(struct sim *s)
{
	const struct sim_config *c = s->config;
	int64_t scores[SPEC_CLASSES_MAX];
	uint32_t label;

	s->held_right = 0;
	for (uint32_t i = 0; i < c->n_held; i++)
		if (learner_predict(c->learner, scores, &label, &c->held[i]) &&
		    label == c->held_label[i])
			s->held_right++;
	s->accuracy_fx9 = c->n_held == 0 ? 0 : (int64_t)
		((uint64_t)s->held_right * (uint64_t)DC_FX9_ONE / c->n_held);
}

static void wake_later(struct sim *s, uint32_t agent)
{
	struct sim_account *a = &s->room.account[agent];

	a->next_wake_s = s->now_s + sim_agent_wait_s(s, agent);
	put(s, SIM_WAKE, a->next_wake_s, agent);
}

void sim_init(struct sim *s, const struct sim_config *c,
	      const struct sim_room *room)
{
	memset(s, 0, sizeof(*s));
	s->config = c;
	s->room = *room;
	s->due = (struct due_queue){ .entry = room->due,
				     .room = room->n_due };
	s->n_awake = c->n_agent;
	s->deca = c->deca;
	random_seed(&s->random, c->seed);
	memset(room->account, 0, room->n_account * sizeof(*room->account));
	memset(room->seen, 0, room->n_seen * sizeof(*room->seen));
	if (sim_is_market(c))
		sim_market_begin(s);
	measure(s);
	for (uint32_t i = 0; i < c->n_agent; i++) {
		room->account[i].balance_wei = c->agent[i].start_wei;
		wake_later(s, i);
	}
	put(s, SIM_MEASURE, c->measure_s, 0);
	if (c->incentive->epoch != NULL)
		put(s, SIM_EPOCH, c->trainer.epoch_s, 0);
}

/* An agent leaves who has nothing to wait for and could do nothing for a
 * long time, or when there is nothing left to do for anybody. */

static bool has_left(const struct sim *s, const struct sim_account *a)
{
	bool more = !s->closed && s->next_row < s->config->rows.n &&
		s->now_s < s->config->end_s;

	if (a->n_open > 0)
		return false;
	if ((u256_is_zero(a->balance_wei.v) &&
	     !s->config->incentive->is_free) || a->idle > SIM_IDLE_MAX)
		return true;
	return !more && s->n_open == 0;
}

static void wake(struct sim *s, uint32_t agent)
{
	struct sim_account *a = &s->room.account[agent];

	a->idle++;
	if (s->config->incentive->woke != NULL)
		s->config->incentive->woke(s, agent);
	sim_agent_turn(s, agent);
	if (has_left(s, a)) {
		a->next_wake_s = UINT64_MAX;
		s->n_awake--;
	} else
		wake_later(s, agent);
}

static bool goes_on(const struct sim *s)
{
	return s->n_awake > 0 || s->n_open > 0;
}

bool sim_step(struct sim *s, struct sim_event *out)
{
	struct due next;

	if (!due_take(&s->due, &next))
		return false;
	DC_VERIFY(next.time_s >= s->now_s);
	s->now_s = next.time_s;
	*out = (struct sim_event){
		(enum sim_kind)next.kind, next.time_s, next.who
	};
	switch (out->kind) {
	case SIM_WAKE:
		wake(s, next.who);
		break;
	case SIM_CLAIM:
		s->config->incentive->claim(s, next.who);
		break;
	case SIM_MEASURE:
		measure(s);
		if (goes_on(s))
			put(s, SIM_MEASURE, s->now_s + s->config->measure_s,
			    0);
		break;
	case SIM_EPOCH:
		s->config->incentive->epoch(s);
		if (goes_on(s))
			put(s, SIM_EPOCH, s->now_s +
			    s->config->trainer.epoch_s, 0);
		break;
	}
	return true;
}

/* wei_add of amounts that were there before: it cannot pass 2^256. */
static void add_to(struct wei *sum, struct wei amount)
{
	DC_CHECK(wei_add(sum, *sum, amount));
}

static void take_from(struct wei *sum, struct wei amount)
{
	DC_CHECK(wei_sub(sum, *sum, amount));
}

struct wei sim_total(const struct sim *s)
{
	struct wei sum = s->contract_wei;

	for (uint32_t i = 0; i < s->config->n_agent; i++)
		add_to(&sum, s->room.account[i].balance_wei);
	return sum;
}

void sim_deposit(struct sim *s, uint32_t agent, struct wei amount)
{
	struct sim_account *a = &s->room.account[agent];

	take_from(&a->balance_wei, amount);
	add_to(&a->deposited_wei, amount);
	add_to(&s->contract_wei, amount);
}

void sim_pay(struct sim *s, uint32_t agent, struct wei amount)
{
	struct sim_account *a = &s->room.account[agent];

	take_from(&s->contract_wei, amount);
	add_to(&a->balance_wei, amount);
	add_to(&a->received_wei, amount);
	a->idle = 0;
}

void sim_pay_from(struct sim *s, uint32_t entry, uint32_t agent,
		  struct wei amount)
{
	struct sim_entry *e = &s->room.entry[entry];

	take_from(&e->record.left_wei, amount);
	sim_pay(s, agent, amount);
	if (u256_is_zero(e->record.left_wei.v))
		sim_settle(s, entry);
}

void sim_settle(struct sim *s, uint32_t entry)
{
	struct sim_entry *e = &s->room.entry[entry];

	e->record.left_wei = wei_from_u64(0);
	if (e->settled)
		return;
	e->settled = true;
	s->n_open--;
	s->room.account[e->agent].n_open--;
}

void sim_pay_by_good(struct sim *s, struct wei amount)
{
	for (uint32_t i = 0; s->good_all > 0 && i < s->config->n_agent; i++) {
		struct wei part;

		DC_CHECK(u256_muldiv(&part.v, amount.v,
				     u256_from_u64(s->room.account[i].good),
				     u256_from_u64(s->good_all)));
		sim_pay(s, i, part);
	}
}

uint32_t sim_next_awake(const struct sim *s, uint32_t but)
{
	uint32_t found = SIM_NOBODY;
	uint64_t best = UINT64_MAX;

	for (uint32_t i = 0; i < s->config->n_agent; i++)
		if (i != but && s->room.account[i].next_wake_s < best) {
			best = s->room.account[i].next_wake_s;
			found = i;
		}
	return found;
}

uint32_t sim_predict(struct sim *s, uint32_t entry)
{
	const struct sim_entry *e = &s->room.entry[entry];
	const struct learner *l = s->config->learner;
	int64_t scores[SPEC_CLASSES_MAX];
	struct sample x;
	uint32_t label;

	if (!sample_decode(&x, s->room.sample, l->spec->columns, e->sample,
			   e->len) ||
	    !learner_predict(l, scores, &label, &x))
		return UINT32_MAX;
	return label;
}

struct addr20 sim_address(uint32_t number)
{
	const uint8_t in[4] = {
		(uint8_t)(number >> 24), (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number
	};
	struct hash32 hash;
	struct addr20 out;

	keccak256(&hash, in, sizeof(in));
	memcpy(out.b, hash.b, sizeof(out.b));
	return out;
}

void sim_claim_at(struct sim *s, uint32_t entry, uint64_t time_s)
{
	put(s, SIM_CLAIM, time_s, entry);
}

/* Whether the same bytes came before; they have from now on. */
static enum novelty novelty_of(struct sim *s, uint32_t entry)
{
	const struct hash32 *hash = &s->room.entry[entry].hash;
	size_t mask = s->room.n_seen - 1, at;

	memcpy(&at, hash->b, sizeof(at));
	for (at &= mask; s->room.seen[at] != 0; at = (at + 1) & mask)
		if (hash32_equal(&s->room.entry[s->room.seen[at] - 1].hash,
				 hash))
			return NOVELTY_REPEAT;
	s->room.seen[at] = entry + 1;
	return NOVELTY_NEW;
}

static void learn(struct sim *s, struct sim_entry *e)
{
	struct lesson_input in = {
		e->sample, e->len, e->record.label, e->novelty,
		e->contributor
	};
	struct learn_result got;

	learner_learn(s->config->learner, &got, &in, s->room.sample);
	e->lesson = got.lesson;
}

bool sim_add(struct sim *s, const struct sim_entry *in)
{
	struct sim_account *a = &s->room.account[in->agent];
	uint32_t entry = s->n_entry;
	struct sim_entry *e = &s->room.entry[entry];

	if (entry == s->room.n_entry)
		return false;
	s->n_entry++;
	*e = *in;
	e->record.time_s = s->now_s;
	e->record.left_wei = e->record.deposit_wei;
	e->verdict = VERDICT_NONE;
	a->last_entry = entry;
	keccak256(&e->hash, e->sample, e->len);
	e->novelty = novelty_of(s, entry);
	sim_deposit(s, e->agent, e->record.deposit_wei);
	s->last_added_s = s->now_s;
	s->n_open++;
	a->n_open++;
	a->n_contributed++;
	a->n_wrong += e->record.label != e->truth;
	a->idle = 0;
	learn(s, e);
	s->config->incentive->added(s, entry);
	return true;
}
