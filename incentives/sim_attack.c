/* What agents of the simulator do to samples. */
#include "config.h"

#include "incentives/sim.h"

#include <string.h>

/* The columns of sim_attack are those that nobody else is likely to use. */
static uint32_t private_column(const struct sim *s, const struct sim_entry *e,
			       uint32_t i)
{
	struct random r;

	random_seed(&r, ((uint64_t)e->agent << 32 | e->record.label) *
		    1000 + i);
	return (uint32_t)random_below(&r, s->config->learner->spec->columns);
}

/* A column more, of value 1, unless it is there.
 * x  its index and value are in room */
static void column_put(struct sample *x, struct sample_room *room,
		       uint32_t column)
{
	uint32_t at = x->count;

	if (x->count == SAMPLE_COUNT_MAX)
		return;
	for (uint32_t i = 0; i < x->count; i++)
		if (x->index[i] >= column) {
			if (x->index[i] == column)
				return;
			at = i;
			break;
		}
	memmove(room->index + at + 1, room->index + at,
		(x->count - at) * sizeof(*room->index));
	room->index[at] = column;
	if (x->value != NULL) {
		memmove(room->value + at + 1, room->value + at,
			(x->count - at) * sizeof(*room->value));
		room->value[at] = DC_FX9_ONE;
	}
	x->count++;
}

static void column_drop(struct sample *x, struct sample_room *room,
			uint32_t at)
{
	memmove(room->index + at, room->index + at + 1,
		(x->count - at - 1) * sizeof(*room->index));
	if (x->value != NULL)
		memmove(room->value + at, room->value + at + 1,
			(x->count - at - 1) * sizeof(*room->value));
	x->count--;
}

/* A column for another one; of a dense sample a value a little higher. */
static void change_one(struct sim *s, struct sample *x)
{
	struct sample_room *room = s->room.sample;

	if (x->kind == SAMPLE_DENSE) {
		if (x->count > 0)
			room->value[random_below(&s->random, x->count)] ^= 1;
		return;
	}
	if (x->count > 0)
		column_drop(x, room,
			    (uint32_t)random_below(&s->random, x->count));
	column_put(x, room, (uint32_t)random_below(
			&s->random, s->config->learner->spec->columns));
}

/* Keep the bytes of x as e's sample. */
static bool keep(struct sim *s, struct sim_entry *e, const struct sample *x)
{
	struct dc_buf *b = s->room.scratch;

	dc_buf_reset(b);
	sample_encode(b, x);
	if (dc_buf_failed(b) || b->len > s->room.n_bytes - s->n_bytes)
		return false;
	e->sample = memcpy(s->room.bytes + s->n_bytes, b->data, b->len);
	e->len = (uint32_t)b->len;
	s->n_bytes += b->len;
	return true;
}

bool sim_attack_make(struct sim *s, struct sim_entry *e,
		     const struct sim_entry *of)
{
	const struct sim_agent *who = &s->config->agent[e->agent];
	struct sample x;

	if (!sample_decode(&x, s->room.sample,
			   s->config->learner->spec->columns, e->sample,
			   e->len))
		return true;	/* what is no sample stays what it is */
	for (uint32_t i = 0; of != NULL && i < who->near; i++)
		change_one(s, &x);
	for (uint32_t i = 0; of == NULL && x.kind != SAMPLE_DENSE &&
	     i < who->private_columns; i++)
		column_put(&x, s->room.sample, private_column(s, e, i));
	return keep(s, e, &x);
}
