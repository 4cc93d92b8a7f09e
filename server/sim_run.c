/* Running a scenario. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "server/sim_run.h"

/* The rows of the start come from so many people by turns. */
#define STARTERS 16

#define SAMPLE_BYTES_MAX (1 << 21)

/* Everything a run has of its own. */
struct running {
	struct learner learner;
	int64_t *cells;
	void *work;
	struct sim_config config;
	struct sim_room room;
	struct sim sim;
	struct dc_buf scratch;	/* of one sample */
};

static void learner_make(struct running *r, const struct model_spec *spec)
{
	r->cells = dc_calloc(learner_cells(spec), sizeof(*r->cells));
	r->work = dc_malloc(learner_work_size(spec));
	learner_init(&r->learner, spec, r->cells, r->work);
}

static void learn_true(struct running *r, const struct scenario_data *d,
		       uint32_t from, uint32_t to)
{
	struct learn_result got;

	for (uint32_t i = from; i < to; i++) {
		struct lesson_input in = {
			d->bytes + d->row[i].at, d->row[i].len,
			d->row[i].label, NOVELTY_NEW,
			sim_address(SIM_STARTER + i % STARTERS)
		};

		learner_learn(&r->learner, &got, &in, r->room.sample);
	}
}

static int64_t held_accuracy_fx9(const struct running *r,
				 const struct scenario_data *d)
{
	int64_t scores[SPEC_CLASSES_MAX];
	uint64_t right = 0;
	uint32_t label;

	for (uint32_t i = 0; i < d->n_held; i++)
		right += learner_predict(&r->learner, scores, &label,
					 &d->held[i]) &&
			label == d->held_label[i];
	return d->n_held == 0 ? 0 :
		(int64_t)(right * (uint64_t)DC_FX9_ONE / d->n_held);
}

/* The served model alone learns a row; judges do not matter for a baseline. */
static void served_learn(struct running *r, const struct scenario_data *d,
			 uint32_t i)
{
	struct model *m = &r->learner.model[0];
	const struct model_ops *ops = m->spec->model;
	int64_t room[SPEC_CLASSES_MAX], *before = NULL;
	struct sample x;

	if (!sample_decode(&x, r->room.sample, m->spec->columns,
			   d->bytes + d->row[i].at, d->row[i].len) ||
	    !ops->accepts(&x))
		return;
	if (ops->learn_needs == MODEL_NEEDS_SCORES) {
		before = room;
		ops->scores(m, before, &x);
	}
	ops->learn(m, &x, d->row[i].label, before);
}

/* What the model would be if everybody were honest. */
static void baseline_find(struct sim_result *out, struct running *r,
			  const struct scenario *s)
{
	for (uint32_t i = 0; i < s->data.n_row; i++)
		served_learn(r, &s->data, i);
	out->baseline_fx9 = held_accuracy_fx9(r, &s->data);
	learner_init(&r->learner, &s->spec, r->cells, r->work);
}

static void room_make(struct running *r)
{
	struct sim_room *room = &r->room;
	struct sample_room *sample = room->sample;

	sim_need(room, &r->config);
	room->sample = sample;
	room->scratch = &r->scratch;
	dc_buf_init(&r->scratch, SAMPLE_BYTES_MAX);
	room->bytes = room->n_bytes > 0 ? dc_malloc(room->n_bytes) : NULL;
	room->account = dc_calloc(room->n_account, sizeof(*room->account));
	room->entry = dc_calloc(room->n_entry, sizeof(*room->entry));
	room->due = dc_calloc(room->n_due, sizeof(*room->due));
	room->seen = dc_calloc(room->n_seen, sizeof(*room->seen));
}

static void market_make(struct sim_room *room)
{
	struct sim_market_room *m = &room->market;

	if (m->n_cells == 0)
		return;
	m->entry = dc_calloc(room->n_entry, sizeof(*m->entry));
	m->party = dc_calloc(room->n_entry, sizeof(*m->party));
	m->start = dc_calloc(m->n_cells, sizeof(*m->start));
	m->cells = dc_calloc(m->n_cells, sizeof(*m->cells));
	m->derived = dc_calloc(m->n_derived + 1, sizeof(*m->derived));
	m->dirty = dc_calloc(m->n_dirty, sizeof(*m->dirty));
}

static void market_clear(struct sim_market_room *m)
{
	free(m->entry);
	free(m->party);
	free(m->start);
	free(m->cells);
	free(m->derived);
	free(m->dirty);
}

static void running_clear(struct running *r)
{
	free(r->room.account);
	free(r->room.entry);
	free(r->room.due);
	free(r->room.seen);
	free(r->room.bytes);
	market_clear(&r->room.market);
	dc_buf_clear(&r->scratch);
	free(r->room.sample);
	free(r->cells);
	free(r->work);
	free(r);
}

static void accuracy_note(struct sim_result *out, const struct sim *s)
{
	if (out->n_accuracy == out->room_accuracy) {
		out->room_accuracy = 2 * out->room_accuracy + 64;
		out->accuracy = dc_realloc_array(out->accuracy,
						 out->room_accuracy,
						 sizeof(*out->accuracy));
	}
	if (s->accuracy_fx9 < out->lowest_fx9)
		out->lowest_fx9 = s->accuracy_fx9;
	out->accuracy[out->n_accuracy++] = (struct sim_accuracy){
		s->now_s, s->accuracy_fx9
	};
}

static void point_add(struct sim_series *to, uint64_t time_s,
		      struct wei balance)
{
	if (to->n == to->room) {
		to->room = 2 * to->room + 64;
		to->point = dc_realloc_array(to->point, to->room,
					     sizeof(*to->point));
	}
	to->point[to->n++] = (struct sim_point){ time_s, balance };
}

enum note { NOTE_SPARSELY, NOTE_LAST };

/* Note the balances that changed. */
static void balances_note(struct sim_result *out, const struct sim *s,
			  enum note how)
{
	for (uint32_t i = 0; i < out->n_agent; i++) {
		struct sim_series *to = &out->balance[i];
		struct wei now = s->room.account[i].balance_wei;
		const struct sim_point *last =
			to->n > 0 ? &to->point[to->n - 1] : NULL;

		if (last != NULL && how == NOTE_SPARSELY &&
		    (s->now_s - last->time_s < SIM_POINT_EVERY_S ||
		     wei_compare(last->balance_wei, now) == 0))
			continue;
		if (last != NULL && last->time_s == s->now_s)
			to->n--;
		point_add(to, s->now_s, now);
	}
}

static unsigned permille(const struct sim *s)
{
	uint64_t all = s->config->rows.n, left = s->n_open;

	return all == 0 ? 1000 : (unsigned)
		((2 * (uint64_t)s->next_row - (left < s->next_row ? left :
					       s->next_row)) * 500 / all);
}

static void loop(struct sim_result *out, struct running *r,
		 sim_progress *tell, void *data)
{
	struct sim *s = &r->sim;
	struct wei total = sim_total(s);
	struct sim_event event;

	accuracy_note(out, s);
	balances_note(out, s, NOTE_LAST);
	if (tell != NULL)
		tell(data, out, s, permille(s));
	while (sim_step(s, &event)) {
		balances_note(out, s, NOTE_SPARSELY);
		if (event.kind != SIM_MEASURE)
			continue;
		accuracy_note(out, s);
		DC_CHECK(wei_compare(sim_total(s), total) == 0);
		if (tell != NULL)
			tell(data, out, s, permille(s));
	}
	balances_note(out, s, NOTE_LAST);
	DC_CHECK(wei_compare(sim_total(s), total) == 0);
}

static void verdicts_count(struct sim_verdicts *out, const struct sim *s)
{
	for (uint32_t i = 0; i < s->n_entry; i++) {
		const struct sim_entry *e = &s->room.entry[i];

		if (e->verdict == VERDICT_NONE)
			continue;
		if (e->record.label == e->truth)
			out->right[e->verdict]++;
		else
			out->wrong[e->verdict]++;
		out->copies += e->copy;
		out->copies_credited += e->copy &&
			e->verdict == VERDICT_CREDIT;
	}
}

void sim_run(struct sim_result *out, const struct scenario *s,
	     sim_progress *tell, void *data)
{
	struct running *r = dc_calloc(1, sizeof(*r));

	*out = (struct sim_result){
		.n_agent = s->config.n_agent, .lowest_fx9 = DC_FX9_ONE,
	};
	out->balance = dc_calloc(out->n_agent, sizeof(*out->balance));
	r->room.sample = dc_malloc(sizeof(*r->room.sample));
	learner_make(r, &s->spec);
	baseline_find(out, r, s);
	learn_true(r, &s->data, 0, s->data.n_start);
	r->config = s->config;
	r->config.learner = &r->learner;
	room_make(r);
	market_make(&r->room);
	sim_init(&r->sim, &r->config, &r->room);
	loop(out, r, tell, data);
	out->end_s = r->sim.now_s;
	out->n_contribution = r->sim.n_entry;
	out->n_row = s->config.rows.n;
	verdicts_count(&out->verdicts, &r->sim);
	out->account = r->room.account;
	r->room.account = NULL;
	running_clear(r);
}

/* Which of `of` points is the i-th of n that stay. */
static size_t kept_at(size_t i, size_t n, size_t of)
{
	return i * (of - 1) / (n - 1);
}

void sim_result_thin(struct sim_result *r, size_t n)
{
	for (uint32_t k = 0; k < r->n_agent; k++) {
		struct sim_series *s = &r->balance[k];

		if (s->n <= n)
			continue;
		for (size_t i = 0; i < n; i++)
			s->point[i] = s->point[kept_at(i, n, s->n)];
		s->n = n;
	}
	if (r->n_accuracy <= n)
		return;
	for (size_t i = 0; i < n; i++)
		r->accuracy[i] = r->accuracy[kept_at(i, n, r->n_accuracy)];
	r->n_accuracy = n;
}

enum sim_role sim_role(const struct sim_agent *a)
{
	if (a->calls)
		return SIM_CALLER;
	if (a->wrong_fx9 > DC_FX9_ONE / 2 || a->copies > 0)
		return SIM_ATTACKER;
	return a->wrong_fx9 > 0 ? SIM_CARELESS : SIM_HONEST;
}

void sim_result_clear(struct sim_result *r)
{
	for (uint32_t i = 0; i < r->n_agent; i++)
		free(r->balance[i].point);
	free(r->balance);
	free(r->accuracy);
	free(r->account);
	memset(r, 0, sizeof(*r));
}
