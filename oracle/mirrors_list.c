/* What people did to a mirrored model, listed from its events. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/mirrors_core.h"

void mirrors_forget(struct mirrored *s)
{
	for (size_t i = 0; i < s->n_contribution; i++)
		free(s->contribution[i].data);
	free(s->contribution);
	free(s->person);
	s->contribution = NULL;
	s->person = NULL;
	s->n_contribution = s->contribution_room = 0;
	s->n_person = s->person_room = 0;
	s->held_wei = s->paid_out_wei = wei_from_u64(0);
}

static struct mirror_person *person(struct mirrored *s,
				    const struct addr20 *who)
{
	struct mirror_person *p;

	for (size_t i = 0; i < s->n_person; i++)
		if (addr20_equal(&s->person[i].address, who))
			return &s->person[i];
	if (s->n_person == s->person_room) {
		s->person_room = s->person_room * 2 + 16;
		s->person = dc_realloc_array(s->person, s->person_room,
					     sizeof(*s->person));
	}
	p = &s->person[s->n_person++];
	*p = (struct mirror_person){ .address = *who };
	return p;
}

/* Sums of what the chain itself moved fit what it can hold. */
static void more(struct wei *sum, struct wei amount)
{
	if (!wei_add(sum, *sum, amount))
		sum->v = U256_MAX_;
}

static void less(struct wei *sum, struct wei amount)
{
	if (!wei_sub(sum, *sum, amount))
		*sum = wei_from_u64(0);
}

static struct hash32 key_of(const struct deca_event *e,
			    const struct addr20 *author)
{
	struct deca_ref ref = {
		.data = e->sample.data, .n = e->sample.n,
		.label = e->sample.label, .added_s = e->added_s,
		.author = *author,
	};
	struct hash32 key;

	deca_entry_key(&key, &ref);
	return key;
}

static int64_t *copy_data(const struct deca_sample *sample)
{
	int64_t *data = dc_calloc(sample->n + 1, sizeof(*data));

	if (sample->n > 0)
		memcpy(data, sample->data, sample->n * sizeof(*data));
	return data;
}

static void note_contribution(struct mirrored *s, const struct deca_event *e,
			      const struct log_ref *at, uint64_t prediction)
{
	struct mirror_person *p = person(s, &e->who);
	uint64_t time_s = 0;

	(void)!u256_to_u64(&time_s, e->added_s);
	if (s->n_contribution == s->contribution_room) {
		s->contribution_room = s->contribution_room * 2 + 64;
		s->contribution = dc_realloc_array(s->contribution,
						   s->contribution_room,
						   sizeof(*s->contribution));
	}
	s->contribution[s->n_contribution++] = (struct mirror_contribution){
		.contributor = e->who, .label = e->sample.label,
		.prediction = prediction, .deposit_wei = e->amount_wei,
		.claimable_wei = e->amount_wei, .at = *at, .time_s = time_s,
		.state = MIRROR_PENDING, .key = key_of(e, &e->who),
		.data = copy_data(&e->sample), .n = e->sample.n,
	};
	p->contributions++;
	more(&p->deposited_wei, e->amount_wei);
	p->last_seen_s = time_s;
	more(&s->held_wei, e->amount_wei);
}

/* The newest contribution with the key: an entry without money left may have
 * been overwritten by an equal one of the same second. */
static void settle(struct mirrored *s, const struct deca_event *e)
{
	struct hash32 key = key_of(e, &e->author);
	struct mirror_contribution *c;
	size_t i = s->n_contribution;

	while (i > 0 && !hash32_equal(&s->contribution[i - 1].key, &key))
		i--;
	if (i == 0)
		return;		/* from before the list begins */
	c = &s->contribution[i - 1];
	less(&c->claimable_wei, e->amount_wei);
	if (e->kind == DECA_EVENT_REFUND)
		c->state = MIRROR_REFUNDED;
	else if (u256_is_zero(c->claimable_wei.v))
		c->state = MIRROR_TAKEN;
}

static void note_claim(struct mirrored *s, const struct deca_event *e)
{
	struct mirror_person *p = person(s, &e->who);

	if (e->kind == DECA_EVENT_REFUND) {
		p->good++;
		p->refunds++;
		more(&p->refunded_wei, e->amount_wei);
	} else {
		more(&p->earned_wei, e->amount_wei);
	}
	less(&s->held_wei, e->amount_wei);
	more(&s->paid_out_wei, e->amount_wei);
	if (e->is_joined)
		settle(s, e);
}

void mirrors_note(void *self, const struct deca_event *event,
		  const struct log_ref *at, uint64_t prediction)
{
	struct mirrored *s = self;

	switch (event->kind) {
	case DECA_EVENT_ADD_DATA:
		note_contribution(s, event, at, prediction);
		break;
	case DECA_EVENT_REFUND:
	case DECA_EVENT_REPORT:
		note_claim(s, event);
		break;
	case DECA_EVENT_ADD_CLASS:
		break;
	}
}

size_t mirrors_contributions(struct mirrors *m, size_t i,
			     struct mirror_contribution *out, uint64_t from,
			     size_t n)
{
	struct mirrored *s = &m->of[i];
	size_t found = 0;

	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
	while (found < n && from + found < s->n_contribution) {
		out[found] = s->contribution[from + found];
		found++;
	}
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
	return found;
}

bool mirrors_sample(struct mirrors *m, size_t i,
		    struct mirror_contribution *out, struct dc_arena *arena,
		    uint64_t id)
{
	struct mirrored *s = &m->of[i];
	bool found;

	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
	found = id < s->n_contribution;
	if (found) {
		*out = s->contribution[id];
		out->data = dc_arena_copy(arena, out->data,
					  (out->n + 1) * sizeof(*out->data));
	}
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
	return found;
}

/* Who is before whom: more good data, or as much and earlier here. */
static int by_good(const void *a, const void *b)
{
	const struct mirror_person *const *x = a, *const *y = b;

	if ((*x)->good != (*y)->good)
		return (*x)->good > (*y)->good ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

size_t mirrors_people(struct mirrors *m, size_t i, struct mirror_person *out,
		      uint64_t from, size_t n)
{
	struct mirrored *s = &m->of[i];
	const struct mirror_person **order;
	size_t found = 0;

	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
	order = dc_calloc(s->n_person + 1, sizeof(*order));
	for (size_t k = 0; k < s->n_person; k++)
		order[k] = &s->person[k];
	qsort(order, s->n_person, sizeof(*order), by_good);
	while (found < n && from + found < s->n_person) {
		out[found] = *order[from + found];
		found++;
	}
	free(order);
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
	return found;
}
