/* Sums by contributor, model and hour: a list in order of arrival, and open
 * addressing into it. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/tally.h"

#define HOUR_S 3600

/* slots: places in entries plus 1, 0 is empty; at most half full. */
struct tally {
	struct sql_deeds *entries;
	size_t n, room;
	uint32_t *slots;
	size_t n_slots;
};

struct tally *tally_new(void)
{
	return dc_calloc(1, sizeof(struct tally));
}

void tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->entries);
	free(t->slots);
	free(t);
}

/* Addresses are chosen by strangers: the multiplications mix all of it, and
 * a run of collisions costs at most one transaction's events. */
static size_t slot_of(const struct tally *t, int64_t model,
		      const struct addr20 *who, uint64_t hour)
{
	uint64_t a, b;
	uint32_t c;

	memcpy(&a, who->b, 8);
	memcpy(&b, who->b + 8, 8);
	memcpy(&c, who->b + 16, 4);
	a = (a ^ (uint64_t)model) * UINT64_C(0x9e3779b97f4a7c15);
	b = (b ^ hour ^ a >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
	a = (a ^ c ^ b >> 29) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(a >> 32 ^ b) & (t->n_slots - 1);
}

/* Only deeds of one hour are summed, so that any of them tells it. */
static uint64_t hour_of(const struct sql_contributor_delta *d)
{
	return d->time_s / HOUR_S;
}

static bool is_entry(const struct sql_deeds *e, int64_t model,
		     const struct addr20 *who, uint64_t hour)
{
	return e->model == model && hour_of(&e->d) == hour &&
		addr20_equal(&e->who, who);
}

static uint32_t *slot(struct tally *t, int64_t model,
		      const struct addr20 *who, uint64_t hour)
{
	size_t at = slot_of(t, model, who, hour);

	while (t->slots[at] != 0 &&
	       !is_entry(&t->entries[t->slots[at] - 1], model, who, hour))
		at = (at + 1) & (t->n_slots - 1);
	return &t->slots[at];
}

static void widen(struct tally *t)
{
	size_t i;

	t->room = t->room == 0 ? 64 : 2 * t->room;
	t->entries = dc_realloc_array(t->entries, t->room,
				      sizeof(*t->entries));
	free(t->slots);
	t->n_slots = 2 * t->room;
	t->slots = dc_calloc(t->n_slots, sizeof(*t->slots));
	for (i = 0; i < t->n; i++) {
		const struct sql_deeds *e = &t->entries[i];

		*slot(t, e->model, &e->who, hour_of(&e->d)) =
			(uint32_t)i + 1;
	}
}

static enum dc_status sum(struct sql_contributor_delta *into,
			  const struct sql_contributor_delta *d,
			  struct dc_err *err)
{
	into->karma += d->karma;
	into->contributions += d->contributions;
	into->agreed += d->agreed;
	if (into->last_s < d->time_s)
		into->last_s = d->time_s;
	if (!wei_add(&into->deposited_wei, into->deposited_wei,
		     d->deposited_wei) ||
	    !wei_add(&into->refunded_wei, into->refunded_wei,
		     d->refunded_wei) ||
	    !wei_add(&into->earned_wei, into->earned_wei, d->earned_wei))
		return dc_fail(err, DC_EINVAL, "a contributor's sums pass "
			       "2^256");
	return DC_OK;
}

enum dc_status tally_add(struct tally *t, int64_t model,
			 const struct addr20 *who,
			 const struct sql_contributor_delta *d,
			 struct dc_err *err)
{
	uint64_t hour = hour_of(d);
	uint32_t *at;

	if (t->n == t->room)
		widen(t);
	at = slot(t, model, who, hour);
	if (*at != 0)
		return sum(&t->entries[*at - 1].d, d, err);
	t->entries[t->n] = (struct sql_deeds){
		.model = model, .who = *who, .d = *d
	};
	*at = (uint32_t)++t->n;
	return DC_OK;
}

size_t tally_count(const struct tally *t)
{
	return t->n;
}

void tally_drop(struct tally *t)
{
	t->n = 0;
	if (t->slots != NULL)
		memset(t->slots, 0, t->n_slots * sizeof(*t->slots));
}

enum dc_status tally_flush(struct tally *t, struct sql_db *db,
			   struct dc_err *err)
{
	enum dc_status st;

	if (t->n == 0)
		return DC_OK;
	st = sql_contributors_add(db, t->entries, t->n, err);
	tally_drop(t);
	return st;
}
