/*
 * The thread that looks after endpoints: it asks those that are not in use
 * for their heads, so that one that is well is known when it is needed, and
 * it ends the steps of threads that wait for one which has stopped to
 * answer. Its questions are small, and seldom, since hosted endpoints count
 * them.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/nodes_core.h"

#define TICK_MS 500
#define PROBE_EVERY_MS 5000	/* one that is not in use */
#define PROBE_TIMEOUT_MS 1500
#define STEP_MS 2000		/* a step that takes longer is looked at */
#define PROBES_FAILED 2		/* so many in a row end it */

struct watch {
	struct nodes *nodes;
	struct rpc *rpc[NODES_MAX];
	unsigned failed[NODES_MAX];	/* probes in a row */
};

static bool is_stuck(const struct nodes *n, const struct node_link *l,
		     size_t place)
{
	return l != NULL && l->busy && !l->ended && l->place == place &&
		nodes_now_ms() - l->busy_ms >= STEP_MS;
}

static bool anybody_stuck(const struct nodes *n, size_t place)
{
	for (size_t i = 0; i < NODES_LINKS_MAX; i++)
		if (is_stuck(n, n->links[i], place))
			return true;
	return false;
}

/* Under the lock: whether to ask it now. */
static bool is_due(struct nodes *n, size_t place)
{
	struct node *node = &n->node[place];
	uint64_t now = nodes_now_ms();

	if (anybody_stuck(n, place))
		return true;
	if (node->not_before_ms > now ||
	    now - node->asked_ms < PROBE_EVERY_MS)
		return false;
	node->asked_ms = now;
	return true;
}

static void end_stuck(struct nodes *n, size_t place)
{
	for (size_t i = 0; i < NODES_LINKS_MAX; i++)
		if (is_stuck(n, n->links[i], place)) {
			n->links[i]->ended = true;
			rpc_interrupt(n->links[i]->rpc[place]);
		}
}

static enum dc_status ask(struct watch *w, size_t place, uint64_t *head,
			  struct dc_err *err)
{
	struct nodes *n = w->nodes;
	enum dc_status st = DC_OK;
	bool vetted;

	nodes_lock(n);
	vetted = n->node[place].vetted || !n->has_genesis;
	nodes_unlock(n);
	if (!vetted)
		st = nodes_vet(n, place, w->rpc[place], err);
	if (st == DC_OK)
		st = rpc_block_number(w->rpc[place], head, err);
	return st;
}

static void probe(struct watch *w, size_t place)
{
	struct nodes *n = w->nodes;
	struct dc_err why = DC_ERR_INIT;
	uint64_t head = 0;
	enum dc_status st = ask(w, place, &head, &why);

	nodes_lock(n);
	if (st == DC_OK) {
		w->failed[place] = 0;
		nodes_note_good(n, place);
		nodes_note_head(n, place, head);
	} else if (!n->node[place].foreign && !n->stopping) {
		w->failed[place]++;
		if (!anybody_stuck(n, place))
			nodes_note_bad(n, place, rpc_failure(w->rpc[place]),
				       &why);
		else if (w->failed[place] >= PROBES_FAILED)
			end_stuck(n, place);
	}
	nodes_unlock(n);
}

/* false: stop. */
static bool wait_a_tick(struct nodes *n)
{
	const struct timespec end = dc_clock_in(TICK_MS);
	bool go_on;

	nodes_lock(n);
	while (!n->stopping &&
	       pthread_cond_timedwait(&n->wake, &n->lock, &end) != ETIMEDOUT)
		;
	go_on = !n->stopping;
	nodes_unlock(n);
	return go_on;
}

static void *run(void *arg)
{
	struct watch *w = arg;

	while (wait_a_tick(w->nodes))
		for (size_t i = 0; i < w->nodes->n; i++) {
			bool due;

			nodes_lock(w->nodes);
			due = is_due(w->nodes, i) && !w->nodes->stopping;
			nodes_unlock(w->nodes);
			if (due)
				probe(w, i);
		}
	for (size_t i = 0; i < NODES_MAX; i++)
		rpc_free(w->rpc[i]);
	free(w);
	return NULL;
}

enum dc_status nodes_watch(struct nodes *n, struct dc_err *err)
{
	struct watch *w;
	enum dc_status st = DC_OK;
	int rc;

	if (n->n < 2 || n->watching)
		return DC_OK;
	w = dc_calloc(1, sizeof(*w));
	w->nodes = n;
	for (size_t i = 0; st == DC_OK && i < n->n; i++)
		st = nodes_connect(&w->rpc[i], n, i, PROBE_TIMEOUT_MS, err);
	rc = st == DC_OK ? pthread_create(&n->watcher, NULL, run, w) : 0;
	if (rc != 0)
		st = dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	if (st != DC_OK) {
		for (size_t i = 0; i < NODES_MAX; i++)
			rpc_free(w->rpc[i]);
		free(w);
		return st;
	}
	n->watching = true;
	return DC_OK;
}

/* It ends after its running question, which is short. */
void nodes_unwatch(struct nodes *n)
{
	if (!n->watching)
		return;
	nodes_lock(n);
	n->stopping = true;
	DC_CHECK(pthread_cond_signal(&n->wake) == 0);
	nodes_unlock(n);
	DC_CHECK(pthread_join(n->watcher, NULL) == 0);
	n->watching = false;
	n->stopping = false;
}
