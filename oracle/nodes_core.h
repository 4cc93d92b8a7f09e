#ifndef DECAID_ORACLE_NODES_CORE_H
#define DECAID_ORACLE_NODES_CORE_H

/*
 * The inside of oracle/nodes.h, shared by nodes*.c alone.
 *
 * Invariants:
 *  1. What is in struct nodes below `lock` is read and written under it; no
 *     request is made while it is held.
 *  2. An endpoint is chosen only when it was asked for its identity, and
 *     that was ours, since the last failure after which something else may
 *     answer there.
 *  3. Identity is set once and never changes.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "oracle/nodes.h"

/* One endpoint. Times are milliseconds of the monotonic clock. */
struct node {
	char *url;
	char host[NODE_HOST_BYTES];
	bool vetted;		/* keeps (2) */
	bool foreign;
	bool tried;
	uint64_t head;
	uint64_t even_ms;	/* when its head was last the highest */
	uint64_t not_before_ms;	/* left alone until then */
	unsigned streak;	/* failures since the last success */
	unsigned demerits;	/* failures that still count, see points() */
	uint64_t demerits_ms;	/* as of then */
	uint64_t asked_ms;	/* when its head was last asked for */
	uint64_t failures;
	uint64_t lies;
	bool lied;		/* until not_before_ms */
	char why[NODE_WHY_BYTES];	/* of the last failure, or "" */
	char said[DC_ERR_TEXT_BYTES];	/* the whole of it, as logged */
};

struct node_link {
	struct nodes *nodes;
	struct rpc *rpc[NODES_MAX];
	size_t place;		/* the one chosen last, or a witness */
	unsigned avoid;		/* bits of places not to be chosen */
	atomic_bool stopped;

	/* Under nodes->lock: what the watcher looks at. */
	bool busy;
	uint64_t busy_ms;	/* since then */
	bool ended;		/* the watcher interrupted it */
	char why[NODE_WHY_BYTES];
};

struct nodes {
	struct nodes_config config;
	unsigned timeout_ms;

	pthread_mutex_t lock;
	struct node node[NODES_MAX];
	size_t n;
	bool has_identity;	/* keeps (3) */
	uint64_t chain_id;
	bool has_genesis;
	struct hash32 genesis;
	uint64_t best_head;
	size_t chosen;
	uint64_t dice;		/* of the jitter */
	struct node_link *links[NODES_LINKS_MAX];

	pthread_t watcher;
	bool watching;
	pthread_cond_t wake;
	bool stopping;
};

uint64_t nodes_now_ms(void);
void nodes_lock(struct nodes *n);
void nodes_unlock(struct nodes *n);

/* All of these under the lock. */
void nodes_note_head(struct nodes *n, size_t place, uint64_t head);
void nodes_note_good(struct nodes *n, size_t place);
void nodes_note_bad(struct nodes *n, size_t place,
		    const struct rpc_failure *f, const struct dc_err *why);
bool nodes_is_behind(const struct nodes *n, size_t place);

/* It was caught in a lie. */
void nodes_note_lie(struct nodes *n, size_t place, const struct dc_err *why);

/* The best one that may be asked now and is not among `avoid`; n: none,
 * *wait_ms until one may. */
size_t nodes_best(struct nodes *n, unsigned avoid, unsigned *wait_ms);

/* Ask an endpoint which chain it is on; see (2).
 * Errors: DC_ECONFLICT another chain; else of oracle/rpc.h. */
enum dc_status nodes_vet(struct nodes *n, size_t place, struct rpc *rpc,
			 struct dc_err *err) DC_MUST_CHECK;

/* A connection to one of them; timeout_ms 0: the usual one. */
enum dc_status nodes_connect(struct rpc **out, const struct nodes *n,
			     size_t place, unsigned timeout_ms,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_NODES_CORE_H */
