/* Wishes for attestations, who may have them, and the thread's life. */
#include "config.h"

#include "oracle/attester_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "models/learner.h"

#define IDLE_MS 60000		/* then the states' memory is given back */
#define COME_AGAIN_S 1

void attester_lock(struct attester *a)
{
	DC_CHECK(pthread_mutex_lock(&a->lock) == 0);
}

void attester_unlock(struct attester *a)
{
	DC_CHECK(pthread_mutex_unlock(&a->lock) == 0);
}

/* ---- a wish ---- */

static size_t bytes_of(const struct attester_sample *x, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i].len;
	return sum;
}

static size_t state_bytes(const struct model_spec *spec)
{
	return learner_cells(spec) * sizeof(int64_t) +
		learner_work_size(spec);
}

/* How much it would take. */
static size_t wish_bytes(const struct model_spec *spec,
			 const struct attester_sample *x, size_t n)
{
	return sizeof(struct attester_wish) + bytes_of(x, n) +
		n * (sizeof(*x) + sizeof(struct attestation) +
		     sizeof(struct ec_signature) +
		     spec->n_class * sizeof(int64_t));
}

static struct attester_wish *wish_new(struct attester *a,
				      const struct attester_state *of,
				      const struct model_spec *spec,
				      const struct attester_sample *x,
				      size_t n)
{
	struct attester_wish *w = dc_calloc(1, sizeof(*w));
	size_t at = 0;

	w->a = a;
	w->holders = 2;
	w->bytes = wish_bytes(spec, x, n);
	w->state_bytes = state_bytes(spec);
	w->of = *of;
	w->n = n;
	w->n_class = spec->n_class;
	w->x = dc_calloc(n, sizeof(*w->x));
	w->data = dc_malloc(bytes_of(x, n) + 1);
	w->is = dc_calloc(n, sizeof(*w->is));
	w->signature = dc_calloc(n, sizeof(*w->signature));
	w->scores = dc_calloc(n * spec->n_class, sizeof(*w->scores));
	for (size_t i = 0; i < n; i++) {
		w->x[i] = (struct attester_sample){ w->data + at, x[i].len };
		memcpy(w->data + at, x[i].bytes, x[i].len);
		at += x[i].len;
	}
	return w;
}

static void wish_free(struct attester_wish *w)
{
	free(w->x);
	free(w->data);
	free(w->is);
	free(w->signature);
	free(w->scores);
	free(w);
}

/* Keeps (6). */
void attester_let_go(struct attester_wish *w)
{
	if (--w->holders == 0)
		wish_free(w);
}

/* ---- the rate ---- */

static uint64_t full(const struct attester *a)
{
	return (uint64_t)a->o.per_s * 1000;
}

static void refill(struct attester *a)
{
	int64_t now = dc_clock_ms();
	uint64_t passed_ms = (uint64_t)(now - a->credit_ms);

	a->credit_ms = now;
	a->credit = passed_ms >= 1000 ? full(a) :
		a->credit + passed_ms * a->o.per_s;
	if (a->credit > full(a))
		a->credit = full(a);
}

/* Keeps (1), (2). Under the lock. */
static enum dc_status check_room(struct attester *a, size_t n, size_t bytes,
				 struct attester_no *no, struct dc_err *err)
{
	no->retry_after_s = COME_AGAIN_S;
	if (a->n_wishes == ATTESTER_WISHES ||
	    a->bytes + bytes > ATTESTER_WAITING_BYTES)
		return dc_fail(err, DC_EBUSY, "too many attestations wait");
	refill(a);
	if (a->credit < n * 1000) {
		a->count.refused++;
		no->rate = true;
		return dc_fail(err, DC_EBUSY, "more attestations than %" PRIu32
			       " a second", a->o.per_s);
	}
	a->credit -= n * 1000;
	return DC_OK;
}

/* ---- wishing ---- */

static enum dc_status check_size(const struct attester *a,
				 const struct model_spec *spec,
				 const struct attester_sample *x, size_t n,
				 struct dc_err *err)
{
	if (n > a->o.per_s)
		return dc_fail(err, DC_EINVAL, "at most %" PRIu32 " inputs "
			       "are attested at once", a->o.per_s);
	if (wish_bytes(spec, x, n) > ATTESTER_WAITING_BYTES)
		return dc_fail(err, DC_EINVAL, "too much to attest at once");
	if (state_bytes(spec) > a->o.bytes_max)
		return dc_fail(err, DC_ENOTFOUND, "a model of %zu MiB is more "
			       "than this daemon attests (attest-memory)",
			       state_bytes(spec) >> 20);
	return DC_OK;
}

enum dc_status attester_wish(struct attester_wish **out, struct attester *a,
			     const struct attester_state *of,
			     const struct model_spec *spec,
			     const struct attester_sample *x, size_t n,
			     struct attester_no *no, struct dc_err *err)
{
	enum dc_status found = check_size(a, spec, x, n, err);
	struct attester_wish *w;

	DC_CHECK(n > 0 && of->count > 0);
	*no = (struct attester_no){ .at = n, .n = n };
	if (found != DC_OK)
		return found;
	w = wish_new(a, of, spec, x, n);
	attester_lock(a);
	found = check_room(a, n, w->bytes, no, err);
	if (found == DC_OK) {
		a->n_wishes++;
		a->bytes += w->bytes;
		*a->last = w;
		a->last = &w->next;
		DC_CHECK(pthread_cond_signal(&a->wanted) == 0);
		*out = w;
	}
	attester_unlock(a);
	if (found != DC_OK)
		wish_free(w);
	return found;
}

bool attester_ready(void *wish)
{
	struct attester_wish *w = wish;
	bool ready;

	attester_lock(w->a);
	ready = w->place == WISH_DONE;
	attester_unlock(w->a);
	return ready;
}

bool attester_wait(struct attester_wish *w, unsigned ms)
{
	const struct timespec until = dc_clock_in(ms);
	bool ready;
	int rc = 0;

	attester_lock(w->a);
	while (!(ready = w->place == WISH_DONE) && rc == 0)
		rc = pthread_cond_timedwait(&w->a->done, &w->a->lock, &until);
	attester_unlock(w->a);
	return ready;
}

enum dc_status attester_grant(const struct attester_wish *w,
			      struct attester_answer *out,
			      struct attester_no *no, struct dc_err *err)
{
	*no = (struct attester_no){ .at = w->at, .n = w->n,
				    .retry_after_s = COME_AGAIN_S };
	*out = (struct attester_answer){ w->of, w->n, w->is, w->signature,
					 w->scores };
	return w->why.status == DC_OK ? DC_OK :
		dc_fail(err, w->why.status, "%s", w->why.text);
}

/* A wish that nobody waits for any more is not fulfilled. */
static void take_back(struct attester_wish *w)
{
	struct attester *a = w->a;
	struct attester_wish **at = &a->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (a->last == &w->next)
		a->last = at;
	a->n_wishes--;
	a->bytes -= w->bytes;
	a->credit += w->n * 1000;	/* nothing was signed; refill cuts */
	attester_let_go(w);
}

void attester_leave(void *wish)
{
	struct attester_wish *w = wish;
	struct attester *a;

	if (w == NULL)
		return;
	a = w->a;
	attester_lock(a);
	if (w->place == WISH_WAITS)
		take_back(w);
	attester_let_go(w);
	attester_unlock(a);
}

/* ---- the thread ---- */

/* Why it fails is told where it is handled, and here to the operator. */
static void note_failure(const struct attester_wish *w,
			 const struct dc_err *why)
{
	char trainer[ADDR20_TEXT_BYTES];

	addr20_format(&w->of.trainer, trainer);
	dc_log(why->status == DC_EINVAL ? DC_LOG_DEBUG : DC_LOG_UNUSUAL,
	       "oracle", "not attested model=%s epoch=%" PRIu64 ": %s",
	       trainer, w->of.epoch, why->text);
}

/* Under the lock, which is given up meanwhile. Keeps (5). */
static void work(struct attester *a, struct attester_wish *w)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;
	size_t made = 0;

	a->first = w->next;
	if (a->first == NULL)
		a->last = &a->first;
	w->place = WISH_UNDER_WAY;
	attester_unlock(a);
	found = attester_fulfil(w, &made, &err);
	if (found != DC_OK && !atomic_load(&a->stop))
		note_failure(w, &err);
	attester_lock(a);
	w->why = err;
	w->place = WISH_DONE;
	a->n_wishes--;
	a->bytes -= w->bytes;
	a->credit += (w->n - made) * 1000;
	a->count.made += made;
	if (found == DC_OK)
		a->count.kept += w->n - made;
	else
		a->count.failures++;
	attester_let_go(w);
	DC_CHECK(pthread_cond_broadcast(&a->done) == 0);
	attester_unlock(a);
	if (a->o.ring != NULL)
		a->o.ring(a->o.user);
	attester_lock(a);
}

static void *run(void *arg)
{
	struct attester *a = arg;

	attester_lock(a);
	while (!atomic_load(&a->stop)) {
		const struct timespec until = dc_clock_in(IDLE_MS);

		if (a->first != NULL)
			work(a, a->first);
		else if (pthread_cond_timedwait(&a->wanted, &a->lock,
						&until) != 0)
			attester_forget(a);
	}
	attester_unlock(a);
	return NULL;
}

/* ---- its life ---- */

enum dc_status attester_new(struct attester **out,
			    const struct attester_options *o,
			    struct dc_err *err)
{
	struct attester *a = dc_calloc(1, sizeof(*a));
	int rc;

	DC_CHECK(o->per_s > 0 && signer_address(o->signer,
						SIGNER_ATTESTATIONS) != NULL);
	a->o = *o;
	a->last = &a->first;
	a->credit = full(a);
	a->credit_ms = dc_clock_ms();
	a->room = dc_malloc(sizeof(*a->room));
	a->kept = dc_calloc(ATTESTER_KEPT, sizeof(*a->kept));
	atomic_init(&a->stop, false);
	DC_CHECK(pthread_mutex_init(&a->lock, NULL) == 0);
	dc_clock_cond_init(&a->wanted);
	dc_clock_cond_init(&a->done);
	rc = pthread_create(&a->thread, NULL, run, a);
	a->running = rc == 0;
	if (rc != 0) {
		attester_free(a);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	*out = a;
	return DC_OK;
}

void attester_free(struct attester *a)
{
	if (a == NULL)
		return;
	attester_lock(a);
	atomic_store(&a->stop, true);
	DC_CHECK(pthread_cond_signal(&a->wanted) == 0);
	attester_unlock(a);
	if (a->running)
		DC_CHECK(pthread_join(a->thread, NULL) == 0);
	DC_CHECK(a->first == NULL);
	attester_forget(a);
	sql_db_close(a->db);
	free(a->room);
	free(a->kept);
	(void)pthread_cond_destroy(&a->wanted);
	(void)pthread_cond_destroy(&a->done);
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}

const struct addr20 *attester_address(const struct attester *a)
{
	return signer_address(a->o.signer, SIGNER_ATTESTATIONS);
}

void attester_counters(struct attester *a, struct attester_counters *out)
{
	*out = (struct attester_counters){ 0 };
	if (a == NULL)
		return;
	attester_lock(a);
	*out = a->count;
	attester_unlock(a);
}
