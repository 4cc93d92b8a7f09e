/*
 * The newest events as finished text.
 *
 * (1) entry[first .. first + n) are all events of every model with a place
 *     in (base, end], in ascending order.
 * (2) A cursor at or above base is served from the entries, one below from
 *     the database.
 * (3) A rollback empties the ring and takes base and end back with it; each
 *     cursor hears of it once, by its generation, and goes back as well.
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/event_ring.h"
#include "server/event_text.h"
#include "sql/blocks.h"
#include "sql/events.h"

#define ENTRIES 1024
#define BATCH 128
#define READ_BYTES ((size_t)64 << 10)
#define TEXT_MAX ((size_t)16 << 10)	/* of one event */
#define ROLLBACKS 16	/* remembered for cursors that missed several */
#define NO_ROLLBACK UINT64_MAX

struct entry {
	struct event_place at;
	int64_t model;		/* 0: everybody's */
	char *text;
	size_t len;
};

struct event_ring {
	struct registry *registry;
	atomic_uint_fast64_t rolled_to;	/* not yet taken in */
	pthread_mutex_t lock;		/* everything below */
	bool placed;
	struct event_place base, end;
	uint64_t generation;			/* from 1 on */
	uint64_t rollback[ROLLBACKS];		/* to where, by generation */
	size_t first, n;
	struct entry entry[ENTRIES];
};

static bool is_after(struct event_place a, struct event_place b)
{
	return a.block > b.block || (a.block == b.block && a.index > b.index);
}

static struct event_place block_end(uint64_t block)
{
	return (struct event_place){ block, UINT32_MAX };
}

struct event_ring *event_ring_new(struct registry *registry)
{
	struct event_ring *ring = dc_calloc(1, sizeof(*ring));

	ring->registry = registry;
	atomic_init(&ring->rolled_to, NO_ROLLBACK);
	ring->generation = 1;
	DC_CHECK(pthread_mutex_init(&ring->lock, NULL) == 0);
	return ring;
}

static struct entry *entry_at(struct event_ring *ring, size_t i)
{
	return &ring->entry[(ring->first + i) % ENTRIES];
}

static void drop_oldest(struct event_ring *ring)
{
	struct entry *e = entry_at(ring, 0);

	ring->base = e->at;
	free(e->text);
	e->text = NULL;
	ring->first = (ring->first + 1) % ENTRIES;
	ring->n--;
}

/* Empty, at this place: keeps (1). */
static void place_ring(struct event_ring *ring, struct event_place at)
{
	while (ring->n > 0)
		drop_oldest(ring);
	ring->base = ring->end = at;
	ring->placed = true;
}

void event_ring_free(struct event_ring *ring)
{
	if (ring == NULL)
		return;
	place_ring(ring, ring->end);
	(void)pthread_mutex_destroy(&ring->lock);	/* nobody holds it */
	free(ring);
}

void event_ring_rolled_back(struct event_ring *ring, uint64_t block)
{
	uint_fast64_t was = atomic_load(&ring->rolled_to);

	while (block < was &&
	       !atomic_compare_exchange_weak(&ring->rolled_to, &was, block))
		;
}

bool event_place_parse(struct event_place *out, const char *id)
{
	uint64_t part[2] = { 0, 0 };

	for (size_t i = 0; i < 2; i++) {
		const char *begin = id;

		while (*id >= '0' && *id <= '9' && id - begin < 18)
			part[i] = part[i] * 10 + (uint64_t)(*id++ - '0');
		if (id == begin || *id++ != '-')
			return false;
	}
	if (part[1] > UINT32_MAX)
		return false;
	out->block = part[0];
	out->index = (uint32_t)part[1];
	return true;
}

/* ---- filling ---- */

static void push(struct event_ring *ring, struct event_place at,
		 int64_t model, struct dc_buf *text)
{
	struct entry *e;

	if (ring->n == ENTRIES)
		drop_oldest(ring);
	e = entry_at(ring, ring->n++);
	e->at = at;
	e->model = model;
	e->len = text->len;
	e->text = (char *)dc_buf_take(text, &e->len);
	ring->end = at;
}

static struct event_place place_of(const struct sql_event *e)
{
	return (struct event_place){ e->log.block, e->log.index };
}

/* Up to BATCH events after a place, in one view with the head.
 * all  true: these are all up to the head's end */
static enum dc_status read_batch(struct sql_db *db, struct sql_event *out,
				 uint32_t *n, struct block_ref *head,
				 bool *all, int64_t model,
				 struct event_place after, struct dc_err *err)
{
	bool found;

	if (sql_block_head(db, head, &found, err) != DC_OK ||
	    sql_events_since(db, out, n, BATCH, model, after.block,
			     after.index, err) != DC_OK)
		return err->status;
	*all = *n < BATCH;
	if (!found)
		head->number = 0;
	return DC_OK;
}

/* Take in what the database has after the ring's end. */
static enum dc_status fill(struct event_ring *ring, struct sql_db *db,
			   struct dc_arena *arena, struct dc_err *err)
{
	struct sql_event *e = dc_arena_alloc(arena, BATCH * sizeof(*e));
	struct block_ref head;
	struct dc_buf text;
	uint32_t n;
	bool all = false;

	if (read_batch(db, e, &n, &head, &all, 0, ring->end, err) != DC_OK)
		return err->status;
	for (uint32_t i = 0; i < n; i++) {
		dc_buf_init(&text, TEXT_MAX);
		if (event_text_append(&text, &e[i], ring->registry, db, arena,
				      err) != DC_OK) {
			dc_buf_clear(&text);
			return err->status;
		}
		push(ring, place_of(&e[i]), e[i].model, &text);
	}
	if (all && is_after(block_end(head.number), ring->end)) {
		dc_buf_init(&text, TEXT_MAX);
		event_text_block(&text, &head);
		push(ring, block_end(head.number), 0, &text);
	}
	return DC_OK;
}

/* ---- reading ---- */

/* Keeps (3), the ring's half. */
static void take_rollback(struct event_ring *ring)
{
	uint64_t to = atomic_exchange(&ring->rolled_to, NO_ROLLBACK);

	if (to == NO_ROLLBACK)
		return;
	ring->generation++;
	ring->rollback[ring->generation % ROLLBACKS] = to;
	if (ring->placed)
		place_ring(ring, is_after(ring->end, block_end(to)) ?
				 block_end(to) : ring->end);
}

/* Keeps (3), the cursor's half. A new cursor has nothing to hear. */
static void tell_rollback(struct event_ring *ring, struct event_cursor *c,
			  struct dc_buf *out)
{
	uint64_t to = NO_ROLLBACK, g = c->generation;

	if (g + ROLLBACKS < ring->generation)
		g = ring->generation - ROLLBACKS;
	while (c->generation != 0 && g < ring->generation)
		if (ring->rollback[++g % ROLLBACKS] < to)
			to = ring->rollback[g % ROLLBACKS];
	c->generation = ring->generation;
	if (!c->placed || !is_after(c->at, block_end(to)))
		return;
	event_text_reorg(out, to);
	c->at = block_end(to);
}

/* A new reader starts at the head; a ring that nobody read for long goes
 * there with it. */
static enum dc_status place_at_head(struct event_ring *ring,
				    struct event_cursor *c, struct sql_db *db,
				    struct dc_err *err)
{
	struct block_ref head;
	bool found;

	if (sql_block_head(db, &head, &found, err) != DC_OK)
		return err->status;
	c->at = block_end(found ? head.number : 0);
	c->placed = true;
	if (!ring->placed || is_after(c->at, ring->end))
		place_ring(ring, c->at);
	return DC_OK;
}

static void copy_entries(struct event_ring *ring, struct event_cursor *c,
			 struct dc_buf *out)
{
	for (size_t i = 0; i < ring->n && out->len < READ_BYTES; i++) {
		const struct entry *e = entry_at(ring, i);

		if (!is_after(e->at, c->at))
			continue;
		if (c->model == 0 || e->model == 0 || e->model == c->model)
			dc_buf_append(out, e->text, e->len);
		c->at = e->at;
	}
}

static enum dc_status read_ring(struct event_ring *ring,
				struct event_cursor *c, struct dc_buf *out,
				struct sql_db *db, struct dc_arena *arena,
				struct dc_err *err)
{
	if (!is_after(ring->end, c->at) &&
	    fill(ring, db, arena, err) != DC_OK)
		return err->status;
	copy_entries(ring, c, out);
	return DC_OK;
}

/* A reader from before the ring. */
static enum dc_status read_database(struct event_ring *ring,
				    struct event_cursor *c,
				    struct dc_buf *out, struct sql_db *db,
				    struct dc_arena *arena,
				    struct dc_err *err)
{
	struct sql_event *e = dc_arena_alloc(arena, BATCH * sizeof(*e));
	struct block_ref head;
	uint32_t n;
	bool all = false;

	if (read_batch(db, e, &n, &head, &all, c->model, c->at, err) != DC_OK)
		return err->status;
	for (uint32_t i = 0; i < n; i++) {
		if (event_text_append(out, &e[i], ring->registry, db, arena,
				      err) != DC_OK)
			return err->status;
		c->at = place_of(&e[i]);
	}
	if (all && is_after(block_end(head.number), c->at)) {
		event_text_block(out, &head);
		c->at = block_end(head.number);
	}
	return DC_OK;
}

enum dc_status event_ring_read(struct event_ring *ring,
			       struct event_cursor *c, struct dc_buf *out,
			       struct sql_db *db, struct dc_arena *arena,
			       struct dc_err *err)
{
	enum dc_status status = sql_tx_begin_read(db, err);
	bool in_ring = false;

	if (status != DC_OK)
		return status;
	DC_CHECK(pthread_mutex_lock(&ring->lock) == 0);
	take_rollback(ring);
	tell_rollback(ring, c, out);
	if (!c->placed || !ring->placed) {
		struct event_cursor newest = { .model = 0 };

		status = place_at_head(ring, c->placed ? &newest : c, db, err);
	}
	if (status == DC_OK)
		in_ring = !is_after(ring->base, c->at);
	if (in_ring)
		status = read_ring(ring, c, out, db, arena, err);
	DC_CHECK(pthread_mutex_unlock(&ring->lock) == 0);
	if (status == DC_OK && !in_ring)
		status = read_database(ring, c, out, db, arena, err);
	sql_tx_rollback(db);
	return status;
}
