/* A bounded queue between two threads. */

#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include "oracle/feed.h"

#define FIRST_ARENA_BYTES 4096

struct feed {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, not_full;
	struct feed_batch **ring;
	size_t room, head, n;
	bool closed;
	bool doubted;
	struct feed_doubt doubt;
	struct feed_batch *lost;	/* in the order they were put */
};

struct feed_batch *feed_batch_new(enum feed_kind kind)
{
	struct feed_batch *b = dc_calloc(1, sizeof(*b));

	b->kind = kind;
	b->arena = dc_arena_new(FIRST_ARENA_BYTES);
	return b;
}

void feed_batch_free(struct feed_batch *b)
{
	if (b == NULL)
		return;
	dc_arena_free(b->arena);
	free(b);
}

struct feed *feed_new(size_t room)
{
	struct feed *f = dc_calloc(1, sizeof(*f));

	DC_CHECK(room > 0);
	DC_CHECK(pthread_mutex_init(&f->lock, NULL) == 0);
	DC_CHECK(pthread_cond_init(&f->not_empty, NULL) == 0);
	DC_CHECK(pthread_cond_init(&f->not_full, NULL) == 0);
	f->ring = dc_calloc(room, sizeof(struct feed_batch *));
	f->room = room;
	return f;
}

static void drop_all(struct feed *f)
{
	struct feed_batch *b;

	for (; f->n > 0; f->n--, f->head = (f->head + 1) % f->room)
		feed_batch_free(f->ring[f->head]);
	while ((b = f->lost) != NULL) {
		f->lost = b->next;
		feed_batch_free(b);
	}
}

void feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	drop_all(f);
	pthread_cond_destroy(&f->not_full);
	pthread_cond_destroy(&f->not_empty);
	pthread_mutex_destroy(&f->lock);
	free(f->ring);
	free(f);
}

static void lock(struct feed *f)
{
	DC_CHECK(pthread_mutex_lock(&f->lock) == 0);
}

static void unlock(struct feed *f)
{
	DC_CHECK(pthread_mutex_unlock(&f->lock) == 0);
}

/* Under the lock: does the batch answer a doubt, or is it to be dropped? */
static bool is_wanted(struct feed *f, const struct feed_batch *b)
{
	if (b->kind == FEED_AGAIN || b->kind == FEED_HALT)
		f->doubted = false;
	return !f->doubted || b->kind == FEED_PREDICTED;
}

/* Under the lock: nobody takes it. */
static void drop(struct feed *f, struct feed_batch *b)
{
	struct feed_batch **last = &f->lost;

	if (b->kind != FEED_ADOPT) {
		feed_batch_free(b);
		return;
	}
	while (*last != NULL)
		last = &(*last)->next;
	*last = b;
}

bool feed_put(struct feed *f, struct feed_batch *b)
{
	bool open;

	lock(f);
	while (!f->closed && f->n == f->room)
		DC_CHECK(pthread_cond_wait(&f->not_full, &f->lock) == 0);
	open = !f->closed;
	if (open && is_wanted(f, b)) {
		f->ring[(f->head + f->n++) % f->room] = b;
		pthread_cond_signal(&f->not_empty);
	} else {
		drop(f, b);
	}
	unlock(f);
	return open;
}

static void drop_doubtful(struct feed *f)
{
	size_t n = f->n;

	f->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct feed_batch *b = f->ring[(f->head + i) % f->room];

		if (is_wanted(f, b))
			f->ring[(f->head + f->n++) % f->room] = b;
		else
			drop(f, b);
	}
}

void feed_doubt(struct feed *f, const struct feed_doubt *doubt)
{
	lock(f);
	f->doubted = true;
	f->doubt = *doubt;
	drop_doubtful(f);
	pthread_cond_broadcast(&f->not_full);
	unlock(f);
}

bool feed_doubted(struct feed *f, struct feed_doubt *out)
{
	bool doubted;

	lock(f);
	doubted = f->doubted;
	*out = f->doubt;
	unlock(f);
	return doubted;
}

struct feed_batch *feed_lost(struct feed *f)
{
	struct feed_batch *b;

	lock(f);
	b = f->lost;
	if (b != NULL) {
		f->lost = b->next;
		b->next = NULL;
	}
	unlock(f);
	return b;
}

struct feed_batch *feed_take(struct feed *f)
{
	struct feed_batch *b = NULL;

	lock(f);
	while (!f->closed && f->n == 0)
		DC_CHECK(pthread_cond_wait(&f->not_empty, &f->lock) == 0);
	if (!f->closed) {
		b = f->ring[f->head];
		f->head = (f->head + 1) % f->room;
		f->n--;
		pthread_cond_signal(&f->not_full);
	}
	unlock(f);
	return b;
}

bool feed_ready(struct feed *f)
{
	bool ready;

	lock(f);
	ready = f->n > 0;
	unlock(f);
	return ready;
}

void feed_close(struct feed *f)
{
	lock(f);
	f->closed = true;
	pthread_cond_broadcast(&f->not_empty);
	pthread_cond_broadcast(&f->not_full);
	unlock(f);
}
