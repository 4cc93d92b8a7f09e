/*
 * Proofs for who must not wait: places, each one wanted, there or failed, and
 * a thread that makes one after the other.
 *
 * (1) A place is changed under the lock only; one that is wanted by the thread
 *     alone, which works without the lock.
 * (2) With all places wanted others are told to come again.
 * (3) A proof is freed by the last who holds it: its place, or a reader.
 */
#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "models/proof.h"
#include "oracle/prover.h"
#include "oracle/replica.h"

#define REST_FACTOR 3		/* of the time that a proof took */
#define IDLE_S 60		/* then the replica's memory is given back */
#define NICE 10

enum place_state { PLACE_EMPTY, PLACE_WANTED, PLACE_THERE, PLACE_FAILED };

/* A proof with who holds it. */
struct held {
	struct proof is;
	unsigned holders;	/* under the lock */
	size_t bytes;
};

struct place {
	enum place_state state;
	struct proof_question of;
	struct held *held;		/* PLACE_THERE */
	struct dc_err why;		/* PLACE_FAILED */
	int64_t failed_ms;		/* monotonic */
	uint64_t used;			/* when last asked for */
};

struct prover {
	const char *chain_path;
	struct replica *replica;	/* the thread's */
	struct sql_db *db;		/* the thread's; NULL: not yet open */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	atomic_bool stop;
	uint64_t clock;			/* counts questions */
	size_t bytes;			/* of all proofs in places */
	struct place places[PROVER_KEPT];
};

static void lock(struct prover *p)
{
	DC_CHECK(pthread_mutex_lock(&p->lock) == 0);
}

static void unlock(struct prover *p)
{
	DC_CHECK(pthread_mutex_unlock(&p->lock) == 0);
}

/* ---- making one ---------------------------------------------------------- */

static struct held *held_new(const struct learner *l,
			     const struct proof_question *q, size_t n_leaf)
{
	struct held *h = dc_calloc(1, sizeof(*h));

	h->is.of = *q;
	h->is.spec = l->spec->hash;
	h->is.n_cells = l->n_cells;
	h->is.leaf = dc_calloc(n_leaf, sizeof(*h->is.leaf));
	h->is.n_leaf = n_leaf;
	h->holders = 1;
	return h;
}

static void held_free(struct held *h)
{
	free(h->is.leaf);
	free(h->is.sibling);
	free(h);
}

/* The learner's root, leaves as they are and what stands beside them.
 * at  (n_leaf), used up */
static void complete(struct held *h, struct learner *l, size_t *at)
{
	struct proof *p = &h->is;
	size_t room = p->n_leaf * l->tree.n_level;

	learner_root(l, &p->root);
	for (size_t i = 0; i < p->n_leaf; i++) {
		p->leaf[i].at = at[i];
		memcpy(p->leaf[i].after,
		       l->cells + at[i] * MERKLE_LEAF_CELLS,
		       sizeof(p->leaf[i].after));
	}
	p->sibling = dc_calloc(room, sizeof(*p->sibling));
	p->n_sibling = proof_siblings(&l->tree, p->sibling, room, at,
				      p->n_leaf);
	h->bytes = sizeof(*h) + p->n_leaf * sizeof(*p->leaf) +
		room * sizeof(*p->sibling);
}

static enum dc_status make_cell(struct prover *p, struct held **out,
				const struct proof_question *q,
				struct dc_err *err)
{
	enum dc_status st = replica_seek(p->replica, p->db, &q->trainer,
					 q->count, &q->record, &p->stop, err);
	struct learner *l;
	size_t at;

	if (st != DC_OK)
		return st;
	l = replica_learner(p->replica);
	if (q->cell >= l->n_cells)
		return dc_fail(err, DC_EINVAL, "cell: not in [0, %zu)",
			       l->n_cells);
	*out = held_new(l, q, 1);
	at = q->cell / MERKLE_LEAF_CELLS;
	complete(*out, l, &at);
	return DC_OK;
}

/* The leaves that the last step changed, before and after it. */
static enum dc_status compare(struct prover *p, struct held **out,
			      const struct proof_question *q,
			      const struct hash32 *root_before,
			      const int64_t *before, struct dc_err *err)
{
	struct learner *l = replica_learner(p->replica);
	size_t *at = dc_calloc(PROVER_LEAVES_MAX, sizeof(*at));
	size_t n = proof_changed(&l->tree, at, PROVER_LEAVES_MAX, before);
	enum dc_status st = DC_OK;

	if (n > PROVER_LEAVES_MAX) {
		st = dc_fail(err, DC_ENOTFOUND, "it changed %zu leaves, and "
			     "at most %d are proven at once", n,
			     PROVER_LEAVES_MAX);
	} else {
		*out = held_new(l, q, n);
		(*out)->is.root_before = *root_before;
		for (size_t i = 0; i < n; i++)
			memcpy((*out)->is.leaf[i].before,
			       before + at[i] * MERKLE_LEAF_CELLS,
			       sizeof((*out)->is.leaf[i].before));
		complete(*out, l, at);
	}
	free(at);
	return st;
}

static enum dc_status make_update(struct prover *p, struct held **out,
				  const struct proof_question *q,
				  struct dc_err *err)
{
	enum dc_status st = replica_seek(p->replica, p->db, &q->trainer,
					 q->count - 1, &q->record_before,
					 &p->stop, err);
	const int64_t *before;
	struct hash32 root;

	if (st != DC_OK)
		return st;
	learner_root(replica_learner(p->replica), &root);
	before = replica_copy(p->replica);
	st = replica_step(p->replica, p->db, &q->record, err);
	return st == DC_OK ? compare(p, out, q, &root, before, err) : st;
}

static enum dc_status make(struct prover *p, struct held **out,
			   const struct proof_question *q, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	if (p->db == NULL) {
		st = sql_db_open(&p->db, p->chain_path, SQL_CHAIN, SQL_READER,
				 err);
		if (st != DC_OK)
			p->db = NULL;
	}
	if (st != DC_OK)
		return st;
	switch (q->kind) {
	case PROOF_CELL:
		return make_cell(p, out, q, err);
	case PROOF_UPDATE:
		return make_update(p, out, q, err);
	}
	return DC_EINVAL;
}

/* ---- the thread ---------------------------------------------------------- */

static struct place *next_wanted(struct prover *p)
{
	struct place *found = NULL;

	for (size_t i = 0; i < PROVER_KEPT; i++)
		if (p->places[i].state == PLACE_WANTED &&
		    (found == NULL || p->places[i].used < found->used))
			found = &p->places[i];
	return found;
}

/* Keeps (3). */
static void let_go(struct held *h)
{
	if (--h->holders == 0)
		held_free(h);
}

static void empty(struct prover *p, struct place *at)
{
	if (at->state == PLACE_THERE) {
		p->bytes -= at->held->bytes;
		let_go(at->held);
	}
	at->held = NULL;
	at->state = PLACE_EMPTY;
}

/* The proofs longest unused make room. */
static void make_space(struct prover *p, size_t bytes)
{
	while (p->bytes > 0 && p->bytes + bytes > PROVER_KEPT_BYTES) {
		struct place *oldest = NULL;

		for (size_t i = 0; i < PROVER_KEPT; i++)
			if (p->places[i].state == PLACE_THERE &&
			    (oldest == NULL ||
			     p->places[i].used < oldest->used))
				oldest = &p->places[i];
		empty(p, oldest);
	}
}

/* of is a copy of home's. Keeps (1). */
static void work(struct prover *p, struct proof_question of,
		 struct place *home)
{
	struct dc_err err = DC_ERR_INIT;
	struct held *made = NULL;
	enum dc_status st;

	unlock(p);
	st = make(p, &made, &of, &err);
	lock(p);
	if (st == DC_OK) {
		make_space(p, made->bytes);
		p->bytes += made->bytes;
		home->held = made;
		home->state = PLACE_THERE;
		return;
	}
	home->state = PLACE_FAILED;
	home->why = err;
	home->failed_ms = dc_clock_ms();
	if (!atomic_load(&p->stop))
		dc_log(DC_LOG_INFO, "oracle", "a proof after contributions=%"
		       PRIu64 ": %s", of.count, err.text);
}

/* Until then, or the end; what is wanted waits too. */
static void rest_until(struct prover *p, int64_t end_ms)
{
	struct timespec t = { .tv_sec = end_ms / 1000,
			      .tv_nsec = end_ms % 1000 * 1000000 };

	while (!atomic_load(&p->stop) && dc_clock_ms() < end_ms)
		(void)pthread_cond_timedwait(&p->wanted, &p->lock, &t);
}

/* Until something is wanted; after a while without the replica. */
static void wait_idle(struct prover *p)
{
	int64_t end_ms = dc_clock_ms() + IDLE_S * 1000;
	struct timespec t = { .tv_sec = end_ms / 1000,
			      .tv_nsec = end_ms % 1000 * 1000000 };

	if (pthread_cond_timedwait(&p->wanted, &p->lock, &t) != 0 &&
	    next_wanted(p) == NULL)
		replica_forget(p->replica);
}

static void *run(void *arg)
{
	struct prover *p = arg;

	/* on Linux the calling thread's alone; failing is no error */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	lock(p);
	while (!atomic_load(&p->stop)) {
		struct place *home = next_wanted(p);
		int64_t began_ms = dc_clock_ms();

		if (home == NULL) {
			wait_idle(p);
			continue;
		}
		work(p, home->of, home);
		rest_until(p, dc_clock_ms() +
			   REST_FACTOR * (dc_clock_ms() - began_ms));
	}
	unlock(p);
	return NULL;
}

/* ---- its life ------------------------------------------------------------ */

static void init_locks(struct prover *p)
{

	DC_CHECK(pthread_mutex_init(&p->lock, NULL) == 0);
	dc_clock_cond_init(&p->wanted);
}

static void destroy(struct prover *p)
{
	for (size_t i = 0; i < PROVER_KEPT; i++)
		empty(p, &p->places[i]);
	replica_free(p->replica);
	sql_db_close(p->db);
	(void)pthread_cond_destroy(&p->wanted);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

enum dc_status prover_new(struct prover **out, const char *chain_path,
			  const char *data_dir, size_t bytes_max,
			  struct dc_err *err)
{
	struct prover *p = dc_calloc(1, sizeof(*p));
	int rc;

	p->chain_path = chain_path;
	p->replica = replica_new(data_dir, bytes_max);
	atomic_init(&p->stop, false);
	init_locks(p);
	rc = pthread_create(&p->thread, NULL, run, p);
	if (rc != 0) {
		destroy(p);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	*out = p;
	return DC_OK;
}

void prover_free(struct prover *p)
{
	if (p == NULL)
		return;
	lock(p);
	atomic_store(&p->stop, true);
	DC_CHECK(pthread_cond_signal(&p->wanted) == 0);
	unlock(p);
	DC_CHECK(pthread_join(p->thread, NULL) == 0);
	destroy(p);
}

/* ---- asking -------------------------------------------------------------- */

/* Two cells of one leaf have one proof. */
static bool same_question(const struct proof_question *a,
			  const struct proof_question *b)
{
	return addr20_equal(&a->trainer, &b->trainer) && a->kind == b->kind &&
		a->count == b->count && hash32_equal(&a->record, &b->record) &&
		a->cell / MERKLE_LEAF_CELLS == b->cell / MERKLE_LEAF_CELLS;
}

/* The place of that question; else the one longest unused that nobody waits
 * for, NULL where there is none: keeps (2). */
static struct place *place_for(struct prover *p,
			       const struct proof_question *q, bool *known)
{
	struct place *oldest = NULL;

	*known = true;
	for (size_t i = 0; i < PROVER_KEPT; i++) {
		struct place *at = &p->places[i];

		if (at->state != PLACE_EMPTY && same_question(&at->of, q))
			return at;
		if (at->state != PLACE_WANTED &&
		    (oldest == NULL || at->used < oldest->used))
			oldest = at;
	}
	*known = false;
	return oldest;
}

static void want(struct prover *p, struct place *at,
		 const struct proof_question *q)
{
	empty(p, at);
	at->state = PLACE_WANTED;
	at->of = *q;
	at->used = p->clock++;
	DC_CHECK(pthread_cond_signal(&p->wanted) == 0);
}

static enum dc_status answer(struct prover *p, const struct proof **out,
			     const struct proof_question *q,
			     struct dc_err *err)
{
	bool known;
	struct place *at = place_for(p, q, &known);

	if (at == NULL)
		return dc_fail(err, DC_EBUSY, "many proofs are being made");
	if (!known)
		want(p, at, q);
	if (at->state == PLACE_WANTED)
		return dc_fail(err, DC_EBUSY, "the proof is being made");
	at->used = p->clock++;
	if (at->state == PLACE_FAILED) {
		enum dc_status st = dc_fail(err, at->why.status, "%s",
					    at->why.text);

		if (dc_clock_ms() - at->failed_ms >= PROVER_AGAIN_S * 1000)
			want(p, at, q);
		return st;
	}
	at->held->holders++;
	*out = &at->held->is;
	return DC_OK;
}

enum dc_status prover_take(struct prover *p, const struct proof **out,
			   const struct proof_question *q, struct dc_err *err)
{
	enum dc_status st;

	DC_CHECK(q->kind == PROOF_CELL || q->count > 0);
	lock(p);
	st = answer(p, out, q, err);
	unlock(p);
	return st;
}

void prover_give(struct prover *p, const struct proof *proof)
{
	if (proof == NULL)
		return;
	lock(p);
	let_go((struct held *)(uintptr_t)proof);	/* its first member */
	unlock(p);
}
