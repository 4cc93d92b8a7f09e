/*
 * What is known of each endpoint, and which is the best. Invariants are in
 * nodes_core.h.
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/nodes_core.h"

#define TIMEOUT_ALONE_MS 30000
#define TIMEOUT_MS 10000	/* where another can be asked instead */
#define BACKOFF_FIRST_MS 500
#define BACKOFF_LAST_MS 30000
#define RETRY_AFTER_MOST_S 600
#define FOREIGN_MS 60000	/* until one on another chain is asked again */
/* A head may be a block behind for the time that blocks travel. */
#define BEHIND_MS 10000
#define DEMERITS 4		/* of one failure */
#define DEMERITS_MOST 40
#define DEMERIT_MS 5000		/* one is forgotten in that time */
#define BEHIND_POINTS 1000
#define LYING_MS 600000	/* until one that lied is asked again */

uint64_t nodes_now_ms(void)
{
	return (uint64_t)dc_clock_ms();
}

void nodes_lock(struct nodes *n)
{
	DC_CHECK(pthread_mutex_lock(&n->lock) == 0);
}

void nodes_unlock(struct nodes *n)
{
	DC_CHECK(pthread_mutex_unlock(&n->lock) == 0);
}

const char *node_state_name(enum node_state state)
{
	switch (state) {
	case NODE_UNTRIED: return "untried";
	case NODE_GOOD: return "good";
	case NODE_BEHIND: return "behind";
	case NODE_FAILING: return "failing";
	case NODE_LYING: return "lying";
	case NODE_FOREIGN: return "foreign";
	}
	return "unknown";
}

/* --- life --------------------------------------------------------------- */

static enum dc_status add_url(struct nodes *n, const char *url, size_t len,
			      struct dc_err *err)
{
	struct node *node = &n->node[n->n];

	if (n->n == NODES_MAX)
		return dc_fail(err, DC_EINVAL, "rpc: more than %d endpoints",
			       NODES_MAX);
	node->url = dc_calloc(len + 1, 1);
	memcpy(node->url, url, len);
	n->n++;
	return rpc_host(node->host, sizeof(node->host), node->url, err);
}

static enum dc_status add_urls(struct nodes *n, const char *urls,
			       struct dc_err *err)
{
	enum dc_status st = DC_OK;

	while (st == DC_OK) {
		size_t len = strcspn(urls, ",");

		st = add_url(n, urls, len, err);
		if (urls[len] == '\0')
			break;
		urls += len + 1;
	}
	return st;
}

static unsigned usual_timeout(const struct nodes *n)
{
	if (n->config.timeout_ms > 0)
		return n->config.timeout_ms;
	return n->n > 1 ? TIMEOUT_MS : TIMEOUT_ALONE_MS;
}

enum dc_status nodes_new(struct nodes **out,
			 const struct nodes_config *config,
			 struct dc_err *err)
{
	struct nodes *n = dc_calloc(1, sizeof(*n));
	enum dc_status st;

	n->config = *config;
	n->config.urls = NULL;
	DC_CHECK(pthread_mutex_init(&n->lock, NULL) == 0);
	dc_clock_cond_init(&n->wake);
	if (getrandom(&n->dice, sizeof(n->dice), 0) != sizeof(n->dice))
		n->dice = nodes_now_ms();	/* jitter, no secret */
	st = add_urls(n, config->urls, err);
	if (st != DC_OK) {
		nodes_free(n);
		return st;
	}
	n->timeout_ms = usual_timeout(n);
	if (config->chain_id != 0) {
		n->chain_id = config->chain_id;
		n->has_identity = true;
	}
	for (size_t i = 0; n->n > 1 && i < n->n; i++)
		dc_log(DC_LOG_INFO, "oracle", "node %zu is %s", i + 1,
		       n->node[i].host);
	*out = n;
	return DC_OK;
}

void nodes_free(struct nodes *n)
{
	if (n == NULL)
		return;
	nodes_unwatch(n);
	for (size_t i = 0; i < n->n; i++)
		free(n->node[i].url);
	(void)pthread_cond_destroy(&n->wake);
	(void)pthread_mutex_destroy(&n->lock);
	free(n);
}

enum dc_status nodes_connect(struct rpc **out, const struct nodes *n,
			     size_t place, unsigned timeout_ms,
			     struct dc_err *err)
{
	char name[32];
	const struct rpc_config config = {
		.url = n->node[place].url,
		.timeout_ms = timeout_ms > 0 ? timeout_ms : n->timeout_ms,
		.name = name,
	};

	/* a number, no address: its texts are shown to strangers */
	snprintf(name, sizeof(name), "node %zu", place + 1);
	return rpc_new(out, &config, err);
}

/* --- identity ----------------------------------------------------------- */

void nodes_expect(struct nodes *n, uint64_t chain_id,
		  const struct hash32 *genesis)
{
	nodes_lock(n);
	n->chain_id = chain_id;
	n->genesis = *genesis;
	n->has_identity = n->has_genesis = true;
	nodes_unlock(n);
}

bool nodes_identity(struct nodes *n, uint64_t *chain_id,
		    struct hash32 *genesis)
{
	bool known;

	nodes_lock(n);
	known = n->has_identity && n->has_genesis;
	*chain_id = n->chain_id;
	*genesis = n->genesis;
	nodes_unlock(n);
	return known;
}

unsigned nodes_places(struct nodes *n)
{
	unsigned places = 0;

	nodes_lock(n);
	for (size_t i = 0; i < n->n; i++)
		if (!n->node[i].foreign)
			places |= 1u << i;
	nodes_unlock(n);
	return places;
}

bool nodes_all_foreign(struct nodes *n, char *why)
{
	bool all = true;

	nodes_lock(n);
	for (size_t i = 0; i < n->n; i++)
		all = all && n->node[i].foreign;
	memcpy(why, n->node[0].why, DC_ERR_TEXT_BYTES);
	nodes_unlock(n);
	return all;
}

/* Keeps (3). Whether it is ours; err says what is not. */
static bool compare(struct nodes *n, uint64_t id,
		    const struct hash32 *genesis, struct dc_err *err)
{
	char ours[HASH32_TEXT_BYTES], theirs[HASH32_TEXT_BYTES];

	if (n->has_identity && n->chain_id != id) {
		(void)dc_fail(err, DC_EREFUSED, "the node is on chain %"
			      PRIu64 ", not on %" PRIu64, id, n->chain_id);
		return false;
	}
	if (n->has_genesis && !hash32_equal(&n->genesis, genesis)) {
		hash32_format(&n->genesis, ours);
		hash32_format(genesis, theirs);
		(void)dc_fail(err, DC_EREFUSED, "the node's chain %" PRIu64
			      " begins with %.18s..., not with %.18s...", id,
			      theirs, ours);
		return false;
	}
	n->chain_id = id;
	n->genesis = *genesis;
	n->has_identity = n->has_genesis = true;
	return true;
}

static void note_foreign(struct nodes *n, size_t place, const char *why)
{
	struct node *node = &n->node[place];

	node->failures++;
	node->not_before_ms = nodes_now_ms() + FOREIGN_MS;
	if (!node->foreign || strcmp(node->why, why) != 0)
		dc_log(DC_LOG_BROKEN, "oracle", "node %zu (%s) is not used: "
		       "%s", place + 1, node->host, why);
	node->foreign = true;
	snprintf(node->why, sizeof(node->why), "%s", why);
}

/* Keeps (2). */
enum dc_status nodes_vet(struct nodes *n, size_t place, struct rpc *rpc,
			 struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct block_ref genesis;
	uint64_t id = 0;
	enum dc_status st = rpc_chain_id(rpc, &id, &why);
	bool ours;

	if (st == DC_OK)
		st = rpc_block(rpc, &genesis, rpc_at_number(0), &why);
	if (st != DC_OK)
		return dc_fail(err, st, "%s", why.text);
	nodes_lock(n);
	ours = compare(n, id, &genesis.hash, &why);
	if (ours) {
		n->node[place].vetted = true;
		n->node[place].foreign = false;
	} else {
		note_foreign(n, place, why.text);
	}
	nodes_unlock(n);
	return ours ? DC_OK : dc_fail(err, DC_ECONFLICT, "%s", why.text);
}

/* --- what they did ------------------------------------------------------ */

void nodes_note_head(struct nodes *n, size_t place, uint64_t head)
{
	struct node *node = &n->node[place];

	node->head = head;
	node->asked_ms = nodes_now_ms();
	if (head >= n->best_head) {
		n->best_head = head;
		node->even_ms = nodes_now_ms();
	}
}

/* An endpoint that nobody has asked lately is not behind for that. */
bool nodes_is_behind(const struct nodes *n, size_t place)
{
	const struct node *node = &n->node[place];

	return node->tried && node->head < n->best_head &&
		nodes_now_ms() - node->even_ms >= BEHIND_MS;
}

void nodes_note_good(struct nodes *n, size_t place)
{
	struct node *node = &n->node[place];

	if (node->streak > 0)
		dc_log(DC_LOG_INFO, "oracle", "node %zu (%s) answers again",
		       place + 1, node->host);
	if (!node->tried)	/* nothing is known of its past */
		node->even_ms = nodes_now_ms();
	node->tried = true;
	node->streak = 0;
	node->lied = false;
	node->why[0] = node->said[0] = '\0';
}

/* Half of it to the whole, evenly: those who failed together do not come
 * back together.  Source: Marsaglia 2003, xorshift64. */
static uint64_t jitter(struct nodes *n, uint64_t ms)
{
	n->dice ^= n->dice << 13;
	n->dice ^= n->dice >> 7;
	n->dice ^= n->dice << 17;
	return ms / 2 + n->dice % (ms / 2 + 1);
}

static unsigned demerits_now(struct node *node)
{
	uint64_t now = nodes_now_ms();
	uint64_t gone = (now - node->demerits_ms) / DEMERIT_MS;

	if (gone == 0)
		return node->demerits;
	node->demerits = gone > node->demerits ? 0 :
		node->demerits - (unsigned)gone;
	node->demerits_ms += gone * DEMERIT_MS;
	return node->demerits;
}

/* In our own words. */
static void short_why(char out[NODE_WHY_BYTES], const struct rpc_failure *f,
		      const struct dc_err *why)
{
	static const char *const texts[] = {
		[RPC_FAULT_NONE] = "",
		[RPC_FAULT_UNREACHABLE] = "it does not answer",
		[RPC_FAULT_HTTP] = "it answers with an HTTP error",
		[RPC_FAULT_BUSY] = "it asks to slow down",
		[RPC_FAULT_MALFORMED] = "its answer is malformed",
		[RPC_FAULT_TOO_LARGE] = "its answer is too large",
		[RPC_FAULT_INTERRUPTED] = "it has stopped to answer",
		[RPC_FAULT_RANGE] = "it refuses the range of blocks",
		[RPC_FAULT_UNKNOWN_BLOCK] = "it has not got a block",
		[RPC_FAULT_REVERTED] = "it refuses a call",
		[RPC_FAULT_SPENT] = "it gives a call up",
		[RPC_FAULT_NONCE_TOO_LOW] = "it refuses a transaction",
		[RPC_FAULT_ALREADY_KNOWN] = "it refuses a transaction",
		[RPC_FAULT_UNDERPRICED] = "it refuses a transaction",
		[RPC_FAULT_FUNDS] = "it refuses a transaction",
		[RPC_FAULT_OTHER] = "it answers with an error",
	};
	const char *text = texts[f->fault];

	if (f->http_status != 0 && f->http_status != 200)
		snprintf(out, NODE_WHY_BYTES, "%s (%ld)", text,
			 f->http_status);
	else
		snprintf(out, NODE_WHY_BYTES, "%s",
			 *text != '\0' ? text : why->text);
}

/* Whether something else may answer there next time. One that says no in
 * its own words is who it was. */
static bool may_be_another(enum rpc_fault fault)
{
	switch (fault) {
	case RPC_FAULT_NONE:	/* its answers did not fit together */
	case RPC_FAULT_UNREACHABLE:
	case RPC_FAULT_HTTP:
	case RPC_FAULT_MALFORMED:
	case RPC_FAULT_INTERRUPTED:
		return true;
	case RPC_FAULT_BUSY:
	case RPC_FAULT_TOO_LARGE:
	case RPC_FAULT_RANGE:
	case RPC_FAULT_UNKNOWN_BLOCK:
	case RPC_FAULT_REVERTED:
	case RPC_FAULT_SPENT:
	case RPC_FAULT_NONCE_TOO_LOW:
	case RPC_FAULT_ALREADY_KNOWN:
	case RPC_FAULT_UNDERPRICED:
	case RPC_FAULT_FUNDS:
	case RPC_FAULT_OTHER:
		return false;
	}
	return true;
}

void nodes_note_bad(struct nodes *n, size_t place,
		    const struct rpc_failure *f, const struct dc_err *why)
{
	struct node *node = &n->node[place];
	unsigned retry_after_s = f->retry_after_s;
	uint64_t ms = n->config.backoff_ms > 0 ? n->config.backoff_ms :
		BACKOFF_FIRST_MS;
	unsigned i;

	for (i = 0; i < node->streak && ms < BACKOFF_LAST_MS; i++)
		ms *= 2;
	ms = jitter(n, ms < BACKOFF_LAST_MS ? ms : BACKOFF_LAST_MS);
	if (retry_after_s > RETRY_AFTER_MOST_S)
		retry_after_s = RETRY_AFTER_MOST_S;
	if (ms < (uint64_t)retry_after_s * 1000)
		ms = (uint64_t)retry_after_s * 1000;
	node->tried = true;
	if (may_be_another(f->fault))
		node->vetted = false;		/* keeps (2) */
	node->not_before_ms = nodes_now_ms() + ms;
	node->demerits = demerits_now(node) + DEMERITS;
	if (node->demerits > DEMERITS_MOST)
		node->demerits = DEMERITS_MOST;
	if (node->demerits == DEMERITS)
		node->demerits_ms = nodes_now_ms();
	node->failures++;
	node->streak++;
	if (strcmp(node->said, why->text) != 0)
		dc_log(DC_LOG_UNUSUAL, "oracle", "node %zu (%s): %s",
		       place + 1, node->host, why->text);
	memcpy(node->said, why->text, sizeof(node->said));
	short_why(node->why, f, why);
}

void nodes_note_lie(struct nodes *n, size_t place, const struct dc_err *why)
{
	const struct rpc_failure none = { .fault = RPC_FAULT_NONE };
	struct node *node = &n->node[place];

	nodes_note_bad(n, place, &none, why);
	node->lies++;
	node->lied = true;
	node->not_before_ms = nodes_now_ms() + LYING_MS;
}

/* --- the best ----------------------------------------------------------- */

/* Fewer are better: the place in the list, what failed lately, and last of
 * all who is behind. */
static unsigned points(struct nodes *n, size_t place)
{
	return (unsigned)place + demerits_now(&n->node[place]) +
		(nodes_is_behind(n, place) ? BEHIND_POINTS : 0);
}

size_t nodes_best(struct nodes *n, unsigned avoid, unsigned *wait_ms)
{
	uint64_t now = nodes_now_ms(), first = now + BACKOFF_LAST_MS;
	size_t best = n->n;
	unsigned least = 0;

	for (size_t i = 0; i < n->n; i++) {
		const struct node *node = &n->node[i];
		unsigned its = points(n, i);

		if ((avoid >> i & 1) != 0)
			continue;
		if (node->not_before_ms > now) {
			if (node->not_before_ms < first)
				first = node->not_before_ms;
			continue;
		}
		/* equal ones: who was chosen stays */
		if (best == n->n || its < least ||
		    (its == least && i == n->chosen)) {
			best = i;
			least = its;
		}
	}
	*wait_ms = best < n->n ? 0 : (unsigned)(first - now);
	return best;
}

static enum node_state state_of(const struct nodes *n, size_t place)
{
	const struct node *node = &n->node[place];

	if (node->foreign)
		return NODE_FOREIGN;
	if (node->lied)
		return NODE_LYING;
	if (node->streak > 0)
		return NODE_FAILING;
	if (!node->tried)
		return NODE_UNTRIED;
	return nodes_is_behind(n, place) ? NODE_BEHIND : NODE_GOOD;
}

size_t nodes_status(struct nodes *n, struct node_status *out)
{
	nodes_lock(n);
	for (size_t i = 0; i < n->n; i++) {
		const struct node *node = &n->node[i];

		out[i].state = state_of(n, i);
		out[i].chosen = i == n->chosen;
		out[i].head = node->head;
		out[i].failures = node->failures;
		out[i].lies = node->lies;
		memcpy(out[i].host, node->host, sizeof(out[i].host));
		memcpy(out[i].why, node->why, sizeof(out[i].why));
	}
	nodes_unlock(n);
	return n->n;
}
