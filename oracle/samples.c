/*
 * Samples for who must not wait: a ring of places, each one wanted, there or
 * failed, and a thread that goes round.
 *
 * (1) A place is changed under the lock only. One that is wanted is changed by
 *     the thread alone, which fetches without the lock.
 * (2) So with all places wanted others are told to come again, and a flood of
 *     questions costs one request to the node at a time, and SAMPLES_KEPT
 *     samples.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/samples.h"

#define ARENA_BYTES (1 << 16)

enum place_state { PLACE_EMPTY, PLACE_WANTED, PLACE_THERE, PLACE_FAILED };

struct place {
	enum place_state state;
	struct addr20 trainer;
	struct sql_contribution what;	/* its texts are not used */
	uint8_t *data;
	size_t len;
	struct dc_err why;		/* PLACE_FAILED */
	time_t failed_s;		/* monotonic */
	uint64_t used;			/* when last asked for */
};

struct samples {
	struct node_link *link;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	bool stop;
	uint64_t clock;		/* counts questions */
	struct place places[SAMPLES_KEPT];
};

static time_t now_s(void)
{
	return (time_t)(dc_clock_ms() / 1000);
}

static void lock(struct samples *s)
{
	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct samples *s)
{
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
}

/* ---- the thread ---- */

static struct place *next_wanted(struct samples *s)
{
	struct place *found = NULL;

	for (size_t i = 0; i < SAMPLES_KEPT; i++)
		if (s->places[i].state == PLACE_WANTED &&
		    (found == NULL || s->places[i].used < found->used))
			found = &s->places[i];
	return found;
}

static enum dc_status ask(struct samples *s, struct place *job,
			  struct dc_arena *arena, struct dc_err *err)
{
	unsigned wait_ms;
	struct rpc *rpc = node_link_choose(s->link, &wait_ms, err);
	enum dc_status found;

	if (rpc == NULL)
		return DC_EIO;
	found = samples_fetch(rpc, &job->trainer, &job->what, 1, arena, err);
	if (found != DC_OK && node_link_at_fault(s->link))
		node_link_bad(s->link, err);
	else
		node_link_good(s->link);
	return found;
}

/* job is a copy of home. Keeps (1). */
static void fetch(struct samples *s, struct place *job, struct place *home)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;

	unlock(s);
	found = ask(s, job, arena, &err);
	lock(s);
	if (found == DC_OK) {
		home->state = PLACE_THERE;
		home->len = job->what.is.sample_len;
		home->data = dc_malloc(home->len + 1);
		memcpy(home->data, job->what.is.sample, home->len);
	} else {
		home->state = PLACE_FAILED;
		home->why = err;
		home->failed_s = now_s();
	}
	if (found != DC_OK && !s->stop)
		dc_log(DC_LOG_UNUSUAL, "oracle", "a pruned sample: %s",
		       err.text);
	dc_arena_free(arena);
}

static void *run(void *arg)
{
	struct samples *s = arg;

	lock(s);
	while (!s->stop) {
		struct place *home = next_wanted(s), job;

		if (home == NULL) {
			DC_CHECK(pthread_cond_wait(&s->wanted, &s->lock) ==
				 0);
			continue;
		}
		job = *home;
		fetch(s, &job, home);
	}
	unlock(s);
	return NULL;
}

/* ---- its life ---- */

enum dc_status samples_new(struct samples **out, struct nodes *nodes,
			   struct dc_err *err)
{
	struct samples *s = dc_calloc(1, sizeof(*s));
	enum dc_status found = node_link_new(&s->link, nodes, err);
	int rc;

	if (found != DC_OK) {
		free(s);
		return found;
	}
	DC_CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	DC_CHECK(pthread_cond_init(&s->wanted, NULL) == 0);
	rc = pthread_create(&s->thread, NULL, run, s);
	if (rc != 0) {
		node_link_free(s->link);
		free(s);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	*out = s;
	return DC_OK;
}

void samples_free(struct samples *s)
{
	if (s == NULL)
		return;
	lock(s);
	s->stop = true;
	DC_CHECK(pthread_cond_signal(&s->wanted) == 0);
	unlock(s);
	node_link_stop(s->link);
	DC_CHECK(pthread_join(s->thread, NULL) == 0);
	node_link_free(s->link);
	for (size_t i = 0; i < SAMPLES_KEPT; i++)
		free(s->places[i].data);
	(void)pthread_cond_destroy(&s->wanted);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- asking ---- */

/* The place of that sample; else the one longest unused that nobody waits
 * for, NULL where there is none: keeps (2). */
static struct place *place_for(struct samples *s, const struct hash32 *hash)
{
	struct place *oldest = NULL;

	for (size_t i = 0; i < SAMPLES_KEPT; i++) {
		struct place *p = &s->places[i];

		if (p->state != PLACE_EMPTY &&
		    hash32_equal(&p->what.sample_hash, hash))
			return p;
		if (p->state != PLACE_WANTED &&
		    (oldest == NULL || p->used < oldest->used))
			oldest = p;
	}
	return oldest;
}

static void want(struct samples *s, struct place *p,
		 const struct addr20 *trainer,
		 const struct sql_contribution *c)
{
	free(p->data);
	p->data = NULL;
	p->state = PLACE_WANTED;
	p->trainer = *trainer;
	p->what = *c;
	p->used = s->clock++;
	DC_CHECK(pthread_cond_signal(&s->wanted) == 0);
}

static enum dc_status answer(struct samples *s, struct dc_buf *out,
			     const struct addr20 *trainer,
			     const struct sql_contribution *c,
			     struct dc_err *err)
{
	struct place *p = place_for(s, &c->sample_hash);

	if (p != NULL && (p->state == PLACE_EMPTY ||
			  !hash32_equal(&p->what.sample_hash,
					&c->sample_hash)))
		want(s, p, trainer, c);
	if (p == NULL || p->state == PLACE_WANTED)
		return dc_fail(err, DC_EBUSY, "being fetched");
	p->used = s->clock++;
	if (p->state == PLACE_FAILED) {
		enum dc_status found = dc_fail(err, p->why.status, "%s",
					       p->why.text);

		if (now_s() - p->failed_s >= SAMPLES_AGAIN_S)
			want(s, p, trainer, c);
		return found;
	}
	dc_buf_append(out, p->data, p->len);
	return DC_OK;
}

enum dc_status samples_get(struct samples *s, struct dc_buf *out,
			   const struct addr20 *trainer,
			   const struct sql_contribution *c,
			   struct dc_err *err)
{
	enum dc_status found;

	lock(s);
	found = answer(s, out, trainer, c, err);
	unlock(s);
	return found;
}
