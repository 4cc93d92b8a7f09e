/* Models as files: who wants which, and the thread that makes them. */
#include "config.h"

#include "server/exports.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/export_make.h"

enum stage { STAGE_WAITING, STAGE_MAKING, STAGE_THERE, STAGE_FAILED };

/* A file; gone with its last holder, unless it is being made. All but `file`
 * of one that is MAKING is changed under the lock only. */
struct wanted {
	struct exports *of;
	struct wanted *next;
	struct export_question question;
	enum stage stage;
	unsigned holders;
	size_t most;		/* bytes: what is reserved, then what it has */
	struct export_file file;	/* STAGE_THERE */
	struct dc_err why;		/* STAGE_FAILED */
};

struct export_hold {
	struct wanted *of;
	uint64_t who;
	unsigned owners;
	struct export_hold *prev, *next;	/* among exports->holds */
};

struct exports {
	struct exports_options o;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;		/* more to make, or more room */
	atomic_bool stop;
	struct wanted *first;		/* in the order they were asked for */
	struct export_hold *holds;
	size_t bytes;			/* sum of `most` of all not waiting */
	unsigned n_waiting;
	struct exports_counters count;
};

static void lock(struct exports *e)
{
	DC_CHECK(pthread_mutex_lock(&e->lock) == 0);
}

static void unlock(struct exports *e)
{
	DC_CHECK(pthread_mutex_unlock(&e->lock) == 0);
}

/* ---- under the lock ---- */

static bool is_same(const struct export_question *a,
		    const struct export_question *b)
{
	return a->model == b->model && a->mirror == b->mirror &&
	       a->format == b->format && a->gzip == b->gzip &&
	       a->changes == b->changes;
}

/* Keeps (1). */
static struct wanted *find(struct exports *e, const struct export_question *q)
{
	struct wanted *w = e->first;

	while (w != NULL && (w->stage == STAGE_FAILED ||
			     !is_same(&w->question, q)))
		w = w->next;
	return w;
}

static struct wanted *add(struct exports *e, const struct export_question *q)
{
	struct wanted *w = dc_calloc(1, sizeof(*w));
	struct wanted **at = &e->first;

	w->of = e;
	w->question = *q;
	w->why = (struct dc_err)DC_ERR_INIT;
	w->most = export_most(q);
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	e->n_waiting++;
	DC_CHECK(pthread_cond_signal(&e->changed) == 0);
	return w;
}

/* Nobody holds it and nobody makes it. */
static void drop(struct wanted *w)
{
	struct exports *e = w->of;
	struct wanted **at = &e->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (w->stage == STAGE_WAITING)
		e->n_waiting--;
	else
		e->bytes -= w->most;
	free(w->file.memory);
	free(w);
	DC_CHECK(pthread_cond_signal(&e->changed) == 0);
}

static unsigned holds_of(const struct exports *e, uint64_t who)
{
	unsigned n = 0;

	for (const struct export_hold *h = e->holds; h != NULL; h = h->next)
		n += h->who == who;
	return n;
}

static struct export_hold *hold(struct wanted *w, uint64_t who)
{
	struct export_hold *h = dc_calloc(1, sizeof(*h));
	struct exports *e = w->of;

	*h = (struct export_hold){ .of = w, .who = who, .owners = 1,
				   .next = e->holds };
	if (h->next != NULL)
		h->next->prev = h;
	e->holds = h;
	w->holders++;
	return h;
}

static void let_go(struct export_hold *h)
{
	struct wanted *w = h->of;

	if (h->prev != NULL)
		h->prev->next = h->next;
	else
		w->of->holds = h->next;
	if (h->next != NULL)
		h->next->prev = h->prev;
	free(h);
	if (--w->holders == 0 && w->stage != STAGE_MAKING)
		drop(w);
}

/* ---- asking ---- */

static enum dc_status want(struct export_hold **out, struct exports *e,
			   const struct export_question *q, uint64_t who,
			   struct dc_err *err)
{
	struct wanted *w = find(e, q);

	if (who != 0 && holds_of(e, who) >= EXPORTS_PER_CLIENT)
		return dc_fail(err, DC_EREFUSED, "at most %d models are "
			       "sent to one address at a time",
			       EXPORTS_PER_CLIENT);
	if (w == NULL && e->n_waiting >= EXPORTS_WAITING)
		return dc_fail(err, DC_EBUSY, "many models are being written: "
			       "try again");
	*out = hold(w != NULL ? w : add(e, q), who);
	return DC_OK;
}

enum dc_status export_want(struct export_hold **out, struct exports *e,
			   const struct export_question *q, uint64_t who,
			   struct dc_err *err)
{
	enum dc_status found;

	lock(e);
	found = want(out, e, q, who, err);
	unlock(e);
	return found;
}

bool export_ready(void *hold)
{
	const struct wanted *w = ((struct export_hold *)hold)->of;
	bool ready;

	lock(w->of);
	ready = w->stage == STAGE_THERE || w->stage == STAGE_FAILED;
	unlock(w->of);
	return ready;
}

enum dc_status export_get(struct export_hold *hold, const void **bytes,
			  size_t *len, struct dc_err *err)
{
	const struct wanted *w = hold->of;
	enum dc_status found = DC_OK;

	lock(w->of);
	if (w->stage == STAGE_THERE) {
		*bytes = w->file.bytes;
		*len = w->file.len;
	} else if (w->stage == STAGE_FAILED) {
		found = dc_fail(err, w->why.status, "%s", w->why.text);
	} else {
		found = dc_fail(err, DC_EBUSY, "the file is being written: "
				"try again");
	}
	unlock(w->of);
	return found;
}

const struct export_question *export_question(const struct export_hold *hold)
{
	return &hold->of->question;
}

void export_hold_again(struct export_hold *hold)
{
	struct exports *e = hold->of->of;

	lock(e);
	hold->owners++;
	unlock(e);
}

void export_leave(void *hold)
{
	struct export_hold *h = hold;
	struct exports *e = h->of->of;

	lock(e);
	if (--h->owners == 0)
		let_go(h);
	unlock(e);
}

void exports_counters(struct exports *e, struct exports_counters *out)
{
	*out = (struct exports_counters){ 0 };
	if (e == NULL)
		return;
	lock(e);
	*out = e->count;
	out->waiting = e->n_waiting;
	out->bytes = e->bytes;
	unlock(e);
}

/* ---- making ---- */

/* The first that there is room for. Keeps (2). */
static struct wanted *next(struct exports *e)
{
	struct wanted *w = e->first;

	while (w != NULL && (w->stage != STAGE_WAITING ||
			     e->bytes + w->most > EXPORTS_BYTES_MAX))
		w = w->next;
	return w;
}

static void made(struct exports *e, struct wanted *w, enum dc_status found)
{
	w->stage = found == DC_OK ? STAGE_THERE : STAGE_FAILED;
	e->bytes -= w->most - w->file.len;
	w->most = w->file.len;
	if (found == DC_OK)
		e->count.made++;
	else
		e->count.failed++;
	if (w->holders == 0)
		drop(w);
}

static void work(struct exports *e, struct wanted *w)
{
	enum dc_status found;

	w->stage = STAGE_MAKING;
	e->n_waiting--;
	e->bytes += w->most;
	unlock(e);
	found = export_make(&w->file, e->o.mirrors, &w->question, &e->stop,
			    &w->why);
	lock(e);
	made(e, w, found);
	unlock(e);
	if (e->o.ring != NULL)
		e->o.ring(e->o.user);
	lock(e);
}

/* Keeps (4). */
static void rest_for(struct exports *e, int64_t ms)
{
	int64_t until_ms = dc_clock_ms() + ms, left;

	while (!atomic_load(&e->stop) &&
	       (left = until_ms - dc_clock_ms()) > 0) {
		struct timespec t = dc_clock_in((unsigned)left);

		(void)pthread_cond_timedwait(&e->changed, &e->lock, &t);
	}
}

static void *run(void *arg)
{
	struct exports *e = arg;

	lock(e);
	while (!atomic_load(&e->stop)) {
		struct wanted *w = next(e);
		int64_t began_ms = dc_clock_ms();

		if (w == NULL) {
			DC_CHECK(pthread_cond_wait(&e->changed,
						   &e->lock) == 0);
			continue;
		}
		work(e, w);
		rest_for(e, dc_clock_ms() - began_ms);
	}
	unlock(e);
	return NULL;
}

/* ---- its life ---- */

static void destroy(struct exports *e)
{
	DC_CHECK(e->first == NULL);
	(void)pthread_cond_destroy(&e->changed);
	(void)pthread_mutex_destroy(&e->lock);
	free(e);
}

enum dc_status exports_new(struct exports **out,
			   const struct exports_options *o,
			   struct dc_err *err)
{
	struct exports *e = dc_calloc(1, sizeof(*e));
	int rc;

	e->o = *o;
	atomic_init(&e->stop, false);
	DC_CHECK(pthread_mutex_init(&e->lock, NULL) == 0);
	dc_clock_cond_init(&e->changed);
	rc = pthread_create(&e->thread, NULL, run, e);
	if (rc != 0) {
		destroy(e);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	*out = e;
	return DC_OK;
}

void exports_free(struct exports *e)
{
	if (e == NULL)
		return;
	lock(e);
	atomic_store(&e->stop, true);
	DC_CHECK(pthread_cond_signal(&e->changed) == 0);
	unlock(e);
	DC_CHECK(pthread_join(e->thread, NULL) == 0);
	destroy(e);
}
