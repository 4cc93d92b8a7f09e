/* Texts behind contributions: who offers them, and the thread that holds them
 * against the chain. */
#include "config.h"

#include "server/texts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/json_out.h"
#include "server/text_check.h"
#include "sql/texts.h"

#define FULL "this daemon keeps as many texts as it may"

/* Held once by the list until its fate is decided, and once by who offered
 * it. Fate and why are changed under the lock only. */
struct text_offer {
	struct texts *of;
	struct text_offer *next;
	unsigned holders;
	uint64_t who;
	int64_t until_ms;
	struct hash32 tx;
	size_t len;
	enum text_fate fate;
	struct dc_err why;
	char text[];		/* len and a NUL */
};

struct texts {
	struct texts_options o;
	struct text_check *check;	/* the thread's */
	struct sql_db *chain, *local;	/* the thread's */
	struct dc_arena *arena;		/* the thread's */
	struct sql_contribution_tx *tx;	/* (TEXTS_LOOK_BACK) the thread's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool stop;
	atomic_uint_fast64_t sequence;
	bool look;			/* there is something to look at */
	/* Others put offers before the first, the thread alone takes some
	 * out: from any on the list is the thread's to walk. */
	struct text_offer *first;
	struct texts_counters count;
};

static void lock(struct texts *t)
{
	DC_CHECK(pthread_mutex_lock(&t->lock) == 0);
}

static void unlock(struct texts *t)
{
	DC_CHECK(pthread_mutex_unlock(&t->lock) == 0);
}

/* ---- offering ---- */

/* Under the lock. */
static void let_go(struct text_offer *x)
{
	if (--x->holders == 0)
		free(x);
}

static unsigned offers_of(const struct texts *t, uint64_t who)
{
	unsigned n = 0;

	for (const struct text_offer *x = t->first; x != NULL; x = x->next)
		n += x->who == who;
	return n;
}

static enum dc_status check_form(const char *text, size_t len,
				 struct dc_err *err)
{
	if (len == 0)
		return dc_fail(err, DC_EINVAL, "the text is empty");
	if (len > TEXT_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "the text is over %zu bytes",
			       TEXT_BYTES_MAX);
	if (memchr(text, '\0', len) != NULL || !json_is_utf8(text, len))
		return dc_fail(err, DC_EINVAL, "the text is not UTF-8, or has "
			       "a zero in it");
	return DC_OK;
}

/* Keeps (2), (3). Under the lock. */
static enum dc_status check_room(const struct texts *t, size_t len,
				 uint64_t who, struct dc_err *err)
{
	if (who != 0 && offers_of(t, who) >= TEXTS_PER_CLIENT)
		return dc_fail(err, DC_EREFUSED, "%d texts of this address "
			       "wait for their transactions",
			       TEXTS_PER_CLIENT);
	if (t->count.waiting >= TEXTS_WAITING)
		return dc_fail(err, DC_EBUSY, "many texts wait for their "
			       "transactions");
	if (t->count.bytes + len > t->o.bytes_max)
		return dc_fail(err, DC_EBUSY, FULL);
	return DC_OK;
}

static struct text_offer *offer_new(struct texts *t, const struct hash32 *tx,
				    const char *text, size_t len,
				    uint64_t who)
{
	unsigned wait_s = t->o.wait_s != 0 ? t->o.wait_s : TEXTS_WAIT_S;
	struct text_offer *x = dc_malloc(sizeof(*x) + len + 1);

	*x = (struct text_offer){
		.of = t, .next = t->first, .holders = 2, .who = who,
		.until_ms = dc_clock_ms() + (int64_t)wait_s * 1000,
		.tx = *tx, .len = len, .why = DC_ERR_INIT,
	};
	memcpy(x->text, text, len);
	x->text[len] = '\0';
	return x;
}

enum dc_status text_offer(struct text_offer **out, struct texts *t,
			  const struct hash32 *tx, const char *text,
			  size_t len, uint64_t who, struct dc_err *err)
{
	enum dc_status found = check_form(text, len, err);

	if (found != DC_OK)
		return found;
	lock(t);
	found = check_room(t, len, who, err);
	if (found == DC_OK) {
		*out = t->first = offer_new(t, tx, text, len, who);
		t->count.waiting++;
		t->look = true;
		DC_CHECK(pthread_cond_signal(&t->changed) == 0);
	}
	unlock(t);
	return found;
}

bool text_ready(void *offer)
{
	return text_fate(offer, NULL) != TEXT_UNSEEN;
}

enum text_fate text_fate(struct text_offer *offer, struct dc_err *why)
{
	enum text_fate fate;

	lock(offer->of);
	fate = offer->fate;
	if (why != NULL)
		*why = offer->why;
	unlock(offer->of);
	return fate;
}

void text_leave(void *offer)
{
	struct text_offer *x = offer;
	struct texts *t = x->of;

	lock(t);
	let_go(x);
	unlock(t);
}

void texts_changed(struct texts *t)
{
	if (t == NULL)
		return;
	lock(t);
	t->look = true;
	DC_CHECK(pthread_cond_signal(&t->changed) == 0);
	unlock(t);
}

uint64_t texts_sequence(const struct texts *t)
{
	return t == NULL ? 0 : atomic_load(&t->sequence);
}

void texts_counters(struct texts *t, struct texts_counters *out)
{
	*out = (struct texts_counters){ 0 };
	if (t == NULL)
		return;
	lock(t);
	*out = t->count;
	unlock(t);
}

/* ---- holding one against a contribution ---- */

/* What the thread finds of an offer, without the lock. */
struct finding {
	enum text_fate fate;
	struct dc_err why;
};

static enum dc_status insert(struct texts *t, const struct text_offer *x,
			     const struct sql_model *m,
			     const struct sql_contribution *c,
			     struct dc_err *err)
{
	const struct sql_text row = {
		.tx = x->tx, .model = m->is.trainer,
		.sample_hash = c->sample_hash,
		.time_s = (uint64_t)time(NULL), .text = x->text,
	};
	enum dc_status st = sql_tx_begin(t->local, err);

	if (st != DC_OK)
		return st;
	return sql_tx_end(t->local, sql_text_insert(t->local, &row, err), err);
}

/* Keeps (3): others may have been kept while it waited. */
static enum dc_status keep(struct texts *t, const struct text_offer *x,
			   const struct sql_model *m,
			   const struct sql_contribution *c,
			   struct finding *f, struct dc_err *err)
{
	if (t->count.bytes + x->len > t->o.bytes_max) {
		(void)dc_fail(&f->why, DC_EINVAL, FULL);
		return DC_OK;
	}
	f->fate = TEXT_KEPT;
	return insert(t, x, m, c, err);
}

/* Whether one is kept already: the same is as good as kept, another is not. */
static enum dc_status look_kept(struct texts *t, const struct text_offer *x,
				struct finding *f, struct dc_err *err)
{
	struct sql_text row;
	bool found;
	enum dc_status st = sql_text_get(t->local, &row, &found, &x->tx,
					 t->arena, err);

	if (st != DC_OK || !found)
		return st;
	f->fate = strcmp(row.text, x->text) == 0 ? TEXT_KEPT : TEXT_REFUSED;
	(void)dc_fail(&f->why, DC_EINVAL, "another text of this transaction "
		      "is kept");
	return DC_OK;
}

/* Keeps (1). */
static enum dc_status judge(struct texts *t, const struct text_offer *x,
			    const struct sql_contribution_tx *at,
			    struct finding *f, struct dc_err *err)
{
	const struct registry_model *live;
	const struct model_spec *spec = NULL;
	struct sql_contribution c;
	struct sql_model m;
	bool found;
	enum dc_status st = sql_model_by_row(t->chain, &m, &found, at->model,
					     t->arena, err);

	if (st == DC_OK && found)
		st = sql_contribution_get(t->chain, &c, &found, at->model,
					  at->id, t->arena, err);
	if (st != DC_OK || !found)
		return st;
	live = registry_find(t->o.registry, &m.is.trainer);
	if (live != NULL)
		spec = registry_info(live)->spec;
	f->fate = TEXT_REFUSED;
	dc_err_clear(&f->why);
	if (m.origin == SQL_ORIGIN_DECAID && spec == NULL)
		(void)dc_fail(&f->why, DC_EINVAL, "the model is not followed "
			      "here");
	else if (text_check(t->check, &m, spec, &c, x->text, x->len,
			    &f->why) == DC_OK)
		return keep(t, x, &m, &c, f, err);
	return DC_OK;
}

/* All contributions of its transaction, until one fits.
 * n  of t->tx */
static enum dc_status look_one(struct texts *t, const struct text_offer *x,
			       uint32_t n, struct finding *f,
			       struct dc_err *err)
{
	enum dc_status st = look_kept(t, x, f, err);

	if (f->fate != TEXT_WAITS)
		n = 0;
	for (uint32_t i = 0; st == DC_OK && i < n &&
	     f->fate != TEXT_KEPT; i++)
		if (hash32_equal(&t->tx[i].tx, &x->tx))
			st = judge(t, x, &t->tx[i], f, err);
	dc_arena_reset(t->arena);
	return st;
}

/* ---- the thread ---- */

/* Under the lock. */
static void take_out(struct texts *t, struct text_offer *x)
{
	struct text_offer **at = &t->first;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	t->count.waiting--;
	let_go(x);
}

/* Under the lock; x may be gone then. */
static void decide(struct texts *t, struct text_offer *x,
		   const struct finding *f)
{
	x->fate = f->fate;
	x->why = f->why;
	if (f->fate == TEXT_WAITS && dc_clock_ms() >= x->until_ms) {
		x->fate = TEXT_REFUSED;
		(void)dc_fail(&x->why, DC_EINVAL, "its transaction was not "
			      "followed in time");
	}
	if (x->fate == TEXT_REFUSED)
		t->count.refused++;
	if (x->fate != TEXT_WAITS)
		take_out(t, x);
}

/* What is kept now: this thread keeps, others may delete. */
static void count_kept(struct texts *t)
{
	struct texts_counters c = { 0 };

	if (sql_texts_sum(t->local, &c.kept, &c.bytes, NULL) != DC_OK)
		return;
	lock(t);
	t->count.kept = c.kept;
	t->count.bytes = c.bytes;
	unlock(t);
}

/* Each offer from x on; what a database does not give is looked for again. */
static enum dc_status look_each(struct texts *t, struct text_offer *x,
				struct dc_err *err)
{
	enum dc_status st;
	uint32_t n;

	st = sql_contributions_txs(t->chain, t->tx, &n, TEXTS_LOOK_BACK, err);
	for (struct text_offer *next; st == DC_OK && x != NULL; x = next) {
		struct finding f = { .fate = TEXT_WAITS, .why = DC_ERR_INIT };

		st = look_one(t, x, n, &f, err);
		if (st != DC_OK)
			break;
		if (f.fate == TEXT_KEPT) {
			atomic_fetch_add(&t->sequence, 1);
			count_kept(t);
		}
		lock(t);
		next = x->next;
		decide(t, x, &f);
		unlock(t);
	}
	return st;
}

static void look(struct texts *t, struct text_offer *first)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status st = sql_tx_begin_read(t->chain, &err);

	if (st == DC_OK)
		st = look_each(t, first, &err);
	sql_tx_rollback(t->chain);
	if (st != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "texts", "%s: %s", dc_status_name(st),
		       err.text);
	if (t->o.ring != NULL)
		t->o.ring(t->o.user);
}

/* Under the lock: until something happened, an offer's time is over (looked at
 * once a minute), or so many milliseconds passed. */
static void sleep_ms(struct texts *t, unsigned ms)
{
	struct timespec until = dc_clock_in(ms);

	(void)pthread_cond_timedwait(&t->changed, &t->lock, &until);
}

static void rest_for(struct texts *t, int64_t ms)
{
	int64_t until_ms = dc_clock_ms() + ms, left;

	while (!atomic_load(&t->stop) &&
	       (left = until_ms - dc_clock_ms()) > 0)
		sleep_ms(t, (unsigned)left);
}

#define LOOK_MS 10000	/* also where nothing happened: for what is over */

static void *run(void *arg)
{
	struct texts *t = arg;

	lock(t);
	while (!atomic_load(&t->stop)) {
		struct text_offer *first = t->first;
		int64_t began_ms = dc_clock_ms();

		if (!t->look) {
			sleep_ms(t, LOOK_MS);
			t->look = true;
			continue;
		}
		t->look = false;
		unlock(t);
		if (first != NULL)
			look(t, first);
		count_kept(t);
		lock(t);
		rest_for(t, dc_clock_ms() - began_ms);	/* keeps (4) */
	}
	unlock(t);
	return NULL;
}

/* ---- its life ---- */

static enum dc_status open_all(struct texts *t, struct dc_err *err)
{
	enum dc_status st = sql_db_open(&t->local, t->o.local_path, SQL_LOCAL,
					SQL_WRITER, err);

	t->check = text_check_new(t->o.vocabulary);
	if (st == DC_OK)
		st = sql_db_open(&t->chain, t->o.chain_path, SQL_CHAIN,
				 SQL_READER, err);
	if (st == DC_OK)
		st = sql_texts_sum(t->local, &t->count.kept, &t->count.bytes,
				   err);
	return st;
}

static void destroy(struct texts *t)
{
	while (t->first != NULL)
		take_out(t, t->first);
	text_check_free(t->check);
	sql_db_close(t->chain);
	sql_db_close(t->local);
	dc_arena_free(t->arena);
	free(t->tx);
	(void)pthread_cond_destroy(&t->changed);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}

enum dc_status texts_new(struct texts **out, const struct texts_options *o,
			 struct dc_err *err)
{
	struct texts *t = dc_calloc(1, sizeof(*t));
	enum dc_status st;
	int rc = 0;

	t->o = *o;
	atomic_init(&t->stop, false);
	atomic_init(&t->sequence, 0);
	t->arena = dc_arena_new(1 << 16);
	t->tx = dc_calloc(TEXTS_LOOK_BACK, sizeof(*t->tx));
	DC_CHECK(pthread_mutex_init(&t->lock, NULL) == 0);
	dc_clock_cond_init(&t->changed);
	st = open_all(t, err);
	if (st == DC_OK) {
		rc = pthread_create(&t->thread, NULL, run, t);
		if (rc != 0)
			st = dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	if (st == DC_OK)
		*out = t;
	else
		destroy(t);
	return st;
}

void texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	lock(t);
	atomic_store(&t->stop, true);
	DC_CHECK(pthread_cond_signal(&t->changed) == 0);
	unlock(t);
	DC_CHECK(pthread_join(t->thread, NULL) == 0);
	destroy(t);
}
