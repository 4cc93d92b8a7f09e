/* One thread's way to the endpoints. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/nodes_core.h"

/* --- life --------------------------------------------------------------- */

static void register_link(struct nodes *n, struct node_link *l)
{
	size_t i = 0;

	nodes_lock(n);
	while (i < NODES_LINKS_MAX && n->links[i] != NULL)
		i++;
	DC_CHECK(i < NODES_LINKS_MAX);
	n->links[i] = l;
	nodes_unlock(n);
}

static void unregister_link(struct nodes *n, const struct node_link *l)
{
	nodes_lock(n);
	for (size_t i = 0; i < NODES_LINKS_MAX; i++)
		if (n->links[i] == l)
			n->links[i] = NULL;
	nodes_unlock(n);
}

enum dc_status node_link_new(struct node_link **out, struct nodes *n,
			     struct dc_err *err)
{
	struct node_link *l = dc_calloc(1, sizeof(*l));
	enum dc_status st = DC_OK;

	l->nodes = n;
	atomic_init(&l->stopped, false);
	for (size_t i = 0; st == DC_OK && i < n->n; i++)
		st = nodes_connect(&l->rpc[i], n, i, 0, err);
	register_link(n, l);
	if (st != DC_OK) {
		node_link_free(l);
		return st;
	}
	*out = l;
	return DC_OK;
}

void node_link_free(struct node_link *l)
{
	if (l == NULL)
		return;
	unregister_link(l->nodes, l);
	for (size_t i = 0; i < NODES_MAX; i++)
		rpc_free(l->rpc[i]);
	free(l);
}

void node_link_stop(struct node_link *l)
{
	atomic_store(&l->stopped, true);
	for (size_t i = 0; i < l->nodes->n; i++)
		rpc_interrupt(l->rpc[i]);
}

void node_link_resume(struct node_link *l)
{
	atomic_store(&l->stopped, false);
}

size_t node_link_place(const struct node_link *l)
{
	return l->place;
}

/* --- choosing ----------------------------------------------------------- */

/* What the watcher's interruption left is cleared; a stop is not. */
static void begin_step(struct node_link *l, size_t place)
{
	nodes_lock(l->nodes);
	l->place = place;
	l->busy = true;
	l->ended = false;
	l->busy_ms = nodes_now_ms();
	rpc_resume(l->rpc[place]);
	nodes_unlock(l->nodes);
	if (atomic_load(&l->stopped))
		rpc_interrupt(l->rpc[place]);
}

static void tell_change(const struct node_link *l, size_t from, size_t to)
{
	struct nodes *n = l->nodes;
	const struct node *was = &n->node[from];
	const char *why = was->why[0] != '\0' ? was->why :
		(l->avoid >> from & 1) != 0 ? "what it told is doubted" :
		nodes_is_behind(n, from) ? "its head stays behind" :
		"the one before it in the list is well again";

	dc_log(DC_LOG_UNUSUAL, "oracle", "node %zu (%s) takes over from node "
	       "%zu (%s): %s", to + 1, n->node[to].host, from + 1, was->host,
	       why);
}

static void note_choice(struct node_link *l)
{
	struct nodes *n = l->nodes;

	nodes_lock(n);
	if (l->place != n->chosen)
		tell_change(l, n->chosen, l->place);
	n->chosen = l->place;
	nodes_unlock(n);
}

/* Which of the reasons for there being none to tell. */
static void tell_none(struct nodes *n, struct dc_err *err)
{
	const char *why = "";

	dc_err_clear(err);
	for (size_t i = 0; i < n->n; i++)
		if (!n->node[i].foreign || *why == '\0')
			why = n->node[i].why;
	(void)dc_fail(err, DC_EIO, "%s", *why != '\0' ? why :
		      "no node may be asked yet");
}

static void leave(struct node_link *l)
{
	nodes_lock(l->nodes);
	l->busy = false;
	nodes_unlock(l->nodes);
}

static bool vet(struct node_link *l)
{
	struct nodes *n = l->nodes;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = DC_OK;
	bool vetted;

	nodes_lock(n);
	vetted = n->node[l->place].vetted;
	nodes_unlock(n);
	if (!vetted)
		st = nodes_vet(n, l->place, l->rpc[l->place], &why);
	if (st == DC_OK)
		return true;
	if (st == DC_ECONFLICT)
		leave(l);
	else
		node_link_bad(l, &why);
	return false;
}

struct rpc *node_link_choose(struct node_link *l, unsigned *wait_ms,
			     struct dc_err *err)
{
	struct nodes *n = l->nodes;

	while (!atomic_load(&l->stopped)) {
		size_t place;

		nodes_lock(n);
		place = nodes_best(n, l->avoid, wait_ms);
		if (place == n->n)
			tell_none(n, err);
		nodes_unlock(n);
		if (place == n->n)
			return NULL;
		begin_step(l, place);
		if (vet(l)) {
			note_choice(l);
			return l->rpc[place];
		}
	}
	*wait_ms = 0;
	(void)dc_fail(err, DC_EBUSY, "stopped");
	return NULL;
}

/* --- second opinions ---------------------------------------------------- */

struct rpc *node_link_witness(struct node_link *l, unsigned avoid)
{
	struct nodes *n = l->nodes;
	size_t chosen = l->place;
	unsigned wait_ms;

	avoid |= 1u << chosen | l->avoid;
	while (!atomic_load(&l->stopped)) {
		size_t place;
		bool behind;

		nodes_lock(n);
		place = nodes_best(n, avoid, &wait_ms);
		behind = place < n->n && nodes_is_behind(n, place);
		nodes_unlock(n);
		if (place == n->n || behind)
			break;
		begin_step(l, place);
		if (vet(l))
			return l->rpc[place];
		avoid |= 1u << place;
	}
	begin_step(l, chosen);
	return NULL;
}

struct rpc *node_link_turn(struct node_link *l, size_t place)
{
	begin_step(l, place);
	return l->rpc[place];
}

void node_link_blame(struct node_link *l, const struct dc_err *why)
{
	nodes_lock(l->nodes);
	l->busy = false;
	nodes_note_lie(l->nodes, l->place, why);
	nodes_unlock(l->nodes);
}

void node_link_avoid(struct node_link *l, unsigned places)
{
	l->avoid = places;
}

/* --- how it went -------------------------------------------------------- */

void node_link_head(struct node_link *l, uint64_t head)
{
	nodes_lock(l->nodes);
	nodes_note_head(l->nodes, l->place, head);
	nodes_unlock(l->nodes);
}

void node_link_good(struct node_link *l)
{
	nodes_lock(l->nodes);
	l->busy = false;
	nodes_note_good(l->nodes, l->place);
	nodes_unlock(l->nodes);
}

void node_link_bad(struct node_link *l, const struct dc_err *why)
{
	nodes_lock(l->nodes);
	l->busy = false;
	if (!atomic_load(&l->stopped))
		nodes_note_bad(l->nodes, l->place,
			       rpc_failure(l->rpc[l->place]), why);
	memcpy(l->why, l->nodes->node[l->place].why, sizeof(l->why));
	nodes_unlock(l->nodes);
}

const char *node_link_why(const struct node_link *l)
{
	return l->why;
}

bool node_link_at_fault(const struct node_link *l)
{
	switch (rpc_failure(l->rpc[l->place])->fault) {
	case RPC_FAULT_UNREACHABLE:
	case RPC_FAULT_HTTP:
	case RPC_FAULT_BUSY:
	case RPC_FAULT_MALFORMED:
	case RPC_FAULT_TOO_LARGE:
	case RPC_FAULT_INTERRUPTED:
	case RPC_FAULT_UNKNOWN_BLOCK:
	case RPC_FAULT_OTHER:
		return true;
	case RPC_FAULT_NONE:
	case RPC_FAULT_RANGE:
	case RPC_FAULT_REVERTED:
	case RPC_FAULT_SPENT:
	case RPC_FAULT_NONCE_TOO_LOW:
	case RPC_FAULT_ALREADY_KNOWN:
	case RPC_FAULT_UNDERPRICED:
	case RPC_FAULT_FUNDS:
		return false;
	}
	return false;
}

/* --- commands ----------------------------------------------------------- */

enum dc_status nodes_first(struct rpc **out, const char *urls,
			   struct dc_err *err)
{
	const struct nodes_config config = { .urls = urls };
	struct dc_err why = DC_ERR_INIT;
	struct nodes *n;
	struct rpc *rpc = NULL;
	uint64_t id;
	enum dc_status st = nodes_new(&n, &config, err);

	if (st != DC_OK)
		return st;
	for (size_t i = 0; i < n->n; i++) {
		const struct rpc_config one = { .url = n->node[i].url };

		st = rpc_new(&rpc, &one, &why);
		if (st != DC_OK || n->n == 1)
			break;
		st = rpc_chain_id(rpc, &id, &why);
		if (st == DC_OK)
			break;
		rpc_free(rpc);
		rpc = NULL;
	}
	nodes_free(n);
	if (st != DC_OK)
		return dc_fail(err, st, "%s", why.text);
	*out = rpc;
	return DC_OK;
}
