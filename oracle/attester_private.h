#ifndef DECAID_ORACLE_ATTESTER_PRIVATE_H
#define DECAID_ORACLE_ATTESTER_PRIVATE_H

/*
 * What attester.c (wishes) and attester_work.c (the thread that fulfils them)
 * share.
 *
 * (5) The lock is over wishes' places, the bucket, counters. A wish that is
 *     under way is changed by the thread alone, without it.
 * (6) A wish is held by who made it and, until it is fulfilled, by the thread:
 *     the last one frees it.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "oracle/attester.h"
#include "oracle/replica.h"
#include "sql/db.h"

enum wish_place { WISH_WAITS, WISH_UNDER_WAY, WISH_DONE };

struct attester_wish {
	struct attester *a;
	struct attester_wish *next;	/* among those that wait */
	enum wish_place place;
	unsigned holders;
	size_t bytes;			/* of all of it */
	size_t state_bytes;		/* of a learner of that model */
	struct attester_state of;
	size_t n;
	uint32_t n_class;
	struct attester_sample *x;	/* (n), into data */
	uint8_t *data;
	struct attestation *is;		/* (n) */
	struct ec_signature *signature;	/* (n) */
	int64_t *scores;		/* (n, n_class) */
	/* when it failed */
	struct dc_err why;
	size_t at;
};

/* A model at a checkpoint; the thread's. */
struct attester_model {
	struct addr20 trainer;
	struct replica *replica;	/* NULL: the place is free */
	size_t bytes;
	uint64_t used;			/* when last */
};

/* What was signed; is.trainer zero: nothing. The thread's. */
struct attester_kept {
	struct attestation is;
	struct ec_signature signature;
};

struct attester {
	struct attester_options o;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t wanted, done;
	atomic_bool stop;
	struct attester_wish *first, **last;
	size_t n_wishes, bytes;		/* that wait or are under way */
	uint64_t credit;		/* signatures, in thousandths */
	int64_t credit_ms;		/* when that was so */
	struct attester_counters count;
	/* the thread's */
	struct sql_db *db;		/* NULL: not yet open */
	struct sample_room *room;
	struct attester_model models[ATTESTER_STATES];
	uint64_t clock;
	struct attester_kept *kept;	/* (ATTESTER_KEPT) */
};

void attester_lock(struct attester *a);
void attester_unlock(struct attester *a);

/* Under the lock. */
void attester_let_go(struct attester_wish *w);

/* Do what a wish wants: its attestations, or why not. Without the lock.
 * made  0; how many were signed, also when it fails */
enum dc_status attester_fulfil(struct attester_wish *w, size_t *made,
			       struct dc_err *err) DC_MUST_CHECK;

/* Give the memory of all states back. */
void attester_forget(struct attester *a);

#endif /* DECAID_ORACLE_ATTESTER_PRIVATE_H */
