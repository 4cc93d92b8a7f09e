#ifndef DECAID_ORACLE_NODES_H
#define DECAID_ORACLE_NODES_H

/*
 * The endpoints that serve one chain, and which of them to ask next.
 *
 * One struct nodes holds what is known of each: its head, its failures, and
 * whether it is on our chain at all. Each thread that asks has a struct
 * node_link with connections of its own:
 *
 *     rpc = node_link_choose(link, &wait_ms, &err);
 *     if (rpc == NULL)
 *             wait that long, then choose again;
 *     ... a step, all of it with rpc ...
 *     node_link_good(link);  or  node_link_bad(link, &err);
 *
 * An endpoint is asked for its chain and genesis before its word counts, and
 * again when it was lost; one that is on another chain is not used. Of the
 * rest the first in the list is taken, unless it failed lately or its head
 * stays behind another's. One that fails is left alone for a while that
 * doubles, with jitter, or as long as it asks for; one that was caught in a
 * lie for ten minutes. With two endpoints or more a thread of its own looks
 * after those that are not in use, and ends a step that waits for an endpoint
 * which has stopped to answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "oracle/rpc.h"

#define NODES_MAX 8
#define NODES_LINKS_MAX 8	/* threads that ask: follower, outbox,
				 * samples, mirrors; the rest is room */
#define NODE_HOST_BYTES 128
#define NODE_WHY_BYTES DC_ERR_TEXT_BYTES

struct nodes;
struct node_link;

struct nodes_config {
	const char *urls;	/* http:// or https://, commas between */
	unsigned timeout_ms;	/* one request; 0: 30 s, 10 s with others */
	unsigned backoff_ms;	/* after a first failure; 0: 500 */
	uint64_t chain_id;	/* 0: whichever the first is on */
};

enum node_state {
	NODE_UNTRIED,
	NODE_GOOD,
	NODE_BEHIND,	/* its head stays behind another's */
	NODE_FAILING,
	NODE_LYING,	/* left out or changed logs: left alone for minutes */
	NODE_FOREIGN	/* on another chain: never used */
};

struct node_status {
	char host[NODE_HOST_BYTES];	/* host:port */
	enum node_state state;
	bool chosen;			/* by the thread that chose last */
	uint64_t head;
	uint64_t failures;		/* since the start */
	uint64_t lies;			/* of them: logs left out or changed */
	/* Of the last failure, or ""; our own words, since strangers may read
	 * it: what a node says can hold a key. The log has all of it. */
	char why[NODE_WHY_BYTES];
};

/* "good", "behind", ... */
const char *node_state_name(enum node_state state);

/* Errors: DC_EINVAL no url, too many, or one that is none. */
enum dc_status nodes_new(struct nodes **out,
			 const struct nodes_config *config,
			 struct dc_err *err) DC_MUST_CHECK;

/* All links of it are gone by then. */
void nodes_free(struct nodes *n);

/* What the chain must be, where it is known before anybody is asked. Before
 * the first link. */
void nodes_expect(struct nodes *n, uint64_t chain_id,
		  const struct hash32 *genesis);

/* The chain, once an endpoint was asked; false: none answered yet. */
bool nodes_identity(struct nodes *n, uint64_t *chain_id,
		    struct hash32 *genesis);

/* Every endpoint answered, and each is on another chain: why, of the first.
 * why  (DC_ERR_TEXT_BYTES) */
bool nodes_all_foreign(struct nodes *n, char *why);

/* In the order of the list; returns how many.
 * out  (NODES_MAX)   Thread: any. */
size_t nodes_status(struct nodes *n, struct node_status *out);

/* Start and end the thread that looks after them; nothing with one alone. */
enum dc_status nodes_watch(struct nodes *n, struct dc_err *err) DC_MUST_CHECK;
void nodes_unwatch(struct nodes *n);

enum dc_status node_link_new(struct node_link **out, struct nodes *n,
			     struct dc_err *err) DC_MUST_CHECK;
void node_link_free(struct node_link *l);

/* The endpoint to ask now, borrowed until the next choice.
 * wait_ms  when NULL is returned: not before that long
 * err      then: why there is none, for strangers to read */
struct rpc *node_link_choose(struct node_link *l, unsigned *wait_ms,
			     struct dc_err *err) DC_MUST_CHECK;

/* Which one that is: its place in the list. */
size_t node_link_place(const struct node_link *l);

/* The chosen one told its head. */
void node_link_head(struct node_link *l, uint64_t head);

/* The step went well, or what went wrong was not the endpoint's fault. */
void node_link_good(struct node_link *l);

/* It did not answer, or not what it should. */
void node_link_bad(struct node_link *l, const struct dc_err *why);

/* --- second opinions ----------------------------------------------------- */

/* Another endpoint that is well, to hold the chosen one's answers against;
 * NULL: there is none now. It has the turn from then on: good, bad, blame and
 * place are about it.
 * avoid  bits of places that will not do, beside that of who has the turn */
struct rpc *node_link_witness(struct node_link *l, unsigned avoid);

/* The one at that place has the turn (again). */
struct rpc *node_link_turn(struct node_link *l, size_t place);

/* The one that has the turn left out or changed logs. */
void node_link_blame(struct node_link *l, const struct dc_err *why);

/* Choose none of these from now on (bits of places). */
void node_link_avoid(struct node_link *l, unsigned places);

/* Bits of all places that are not known to be on another chain. */
unsigned nodes_places(struct nodes *n);

/* Why the chosen one failed last, for strangers to read; borrowed until the
 * next choice. */
const char *node_link_why(const struct node_link *l);

/* Whether the last call's failure speaks against the endpoint, and not
 * about what was asked of it. */
bool node_link_at_fault(const struct node_link *l);

/* What runs and all that comes later ends at once.  Thread: any. */
void node_link_stop(struct node_link *l);
void node_link_resume(struct node_link *l);

/* The first endpoint of a list that answers, for commands that do one thing
 * and end.
 * Errors: DC_EINVAL a wrong list; DC_EIO none answers. */
enum dc_status nodes_first(struct rpc **out, const char *urls,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_NODES_H */
