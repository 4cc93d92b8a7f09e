#ifndef DECAID_ORACLE_GATEWAY_H
#define DECAID_ORACLE_GATEWAY_H

/*
 * The following half of the daemon behind one door: it opens the data
 * directory, brings the models back from their snapshots, follows the chain
 * in two threads of its own (fetch and pipeline) and tells how far it is.
 *
 *     gateway_open(&g, &config, &err);     models live, as of the last stop
 *     gateway_on_change(g, wake_my_loop, me);
 *     gateway_start(g, &err);
 *     ...
 *     gateway_stop(g);      threads ended, snapshots taken
 *     gateway_close(g);
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "models/holdout.h"
#include "oracle/nodes.h"
#include "oracle/registry.h"

struct gateway;

/* Which blocks can no longer be reorganised. */
enum gateway_finality_kind {
	GATEWAY_FINALIZED,	/* the node's tag "finalized" */
	GATEWAY_SAFE,		/* the node's tag "safe" */
	GATEWAY_DEPTH		/* depth blocks below the head */
};

struct gateway_finality {
	enum gateway_finality_kind kind;
	uint64_t depth;
};

enum gateway_models_kind {
	GATEWAY_MODELS_ALL,
	GATEWAY_MODELS_LIST,	/* those trainers */
	GATEWAY_MODELS_OWNER	/* those of these owners */
};

struct gateway_models {
	enum gateway_models_kind kind;
	const struct addr20 *who;
	size_t n;
	uint64_t max_models;	/* 0: no bound */
	uint64_t max_bytes;	/* of all learners; 0: GATEWAY_MODELS_BYTES */
};

#define GATEWAY_MODELS_BYTES (UINT64_C(4) << 30)

/* The rows that were held out of a model's data, packed for its spec, or
 * NULL in out: none were. Asked once for each model that is followed, on the
 * thread of gateway_open or the pipeline's.
 * Owner: user's, good until gateway_close.
 * Errors: any; gateway_open fails with it, later it is logged and the model
 *     is not measured. */
typedef enum dc_status gateway_holdout_fn(void *user,
					  const struct holdout **out,
					  const struct addr20 *trainer,
					  const struct model_spec *spec,
					  struct dc_err *err);

struct gateway_config {
	const char *rpc_url;	/* one, or several with commas between */
	const char *data_dir;	/* exists; one process at a time */
	uint64_t chain_id;	/* 0: whatever the node says first */
	struct addr20 factory;
	struct addr20 pool;
	uint64_t start_block;	/* the factory's; nothing is before it */
	struct gateway_finality finality;
	struct gateway_models models;
	unsigned poll_ms;	/* between looks for a new head; 0: 1000 */
	uint64_t snapshot_every;	/* contributions; 0: 100000 */
	uint64_t keep_samples;	/* of a model's newest contributions; 0: all */
	unsigned rpc_timeout_ms;	/* 0: as of oracle/nodes.h */
	gateway_holdout_fn *holdout;	/* NULL: no model is measured */
	void *holdout_user;
};

#define GATEWAY_TEXT_BYTES 256

struct gateway_status {
	uint64_t chain_id;	/* 0: the node has not answered yet */
	uint64_t head;		/* of the node */
	uint64_t followed;	/* last block committed; 0: none */
	uint64_t followed_time_s;	/* its time, the chain's */
	uint64_t finalized;
	uint64_t lag_blocks;	/* head - followed */
	uint64_t seconds_since_node;	/* since the node last answered */
	uint64_t seconds_since_head;	/* since it last had a new head */
	uint64_t seconds_behind;	/* how long followed < head; 0: even */
	uint64_t reorgs;	/* since the start of the process */
	uint64_t doubts;	/* times that blocks were asked for again */
	uint64_t events;	/* logs of ours committed, since then */
	uint64_t mismatches;	/* amounts that our rules do not explain */
	uint64_t sequence;	/* see gateway_sequence */
	bool halted;		/* following stopped for good: a person */
	char halted_why[GATEWAY_TEXT_BYTES];	/* must look; "" otherwise */
	char last_error[GATEWAY_TEXT_BYTES];	/* of the node; "" when fine */
	size_t n_nodes;		/* in the order of the configuration */
	struct node_status nodes[NODES_MAX];
};

/* Open chain.db and bring every model to where the database is.
 * The strings and arrays of config are copied.
 * Errors: DC_EBUSY another process has the directory; DC_EREFUSED the
 *     database belongs to another chain, factory or newer program; DC_EIO,
 *     DC_EINVAL disk. */
enum dc_status gateway_open(struct gateway **out,
			    const struct gateway_config *config,
			    struct dc_err *err) DC_MUST_CHECK;

/* What a commit changed. */
struct gateway_change {
	uint64_t sequence;
	uint64_t from_block;	/* first and last block committed; */
	uint64_t to_block;	/* from > to: rolled back to to_block */
	uint32_t events;	/* logs of ours in them */
};

/* Called on the pipeline's thread after each commit, and once with the same
 * sequence when following halts; it must not block or call back in here but
 * for gateway_status. At most GATEWAY_LISTENERS_MAX, before gateway_start. */
#define GATEWAY_LISTENERS_MAX 8
typedef void gateway_change_fn(void *user, const struct gateway_change *c);
void gateway_on_change(struct gateway *g, gateway_change_fn *fn, void *user);

/* Start the threads. An unreachable node is no error: it is retried. */
enum dc_status gateway_start(struct gateway *g,
			     struct dc_err *err) DC_MUST_CHECK;

/* End the threads, whatever they wait for, and take snapshots. */
void gateway_stop(struct gateway *g);
void gateway_close(struct gateway *g);

/* Thread: any. */
void gateway_status(struct gateway *g, struct gateway_status *out);
struct registry *gateway_registry(struct gateway *g);

/* The endpoints, for who asks them as well; live until gateway_close. */
struct nodes *gateway_nodes(struct gateway *g);

/* For oracle/mirrors.h. Both batches are taken.  Thread: any, once the
 * gateway runs.
 * _adopt  a FEED_ADOPT, see follow_adopt; false: not now, it stays yours
 * _tell   a FEED_PREDICTED */
struct feed_batch;
bool gateway_adopt(struct gateway *g, struct feed_batch *b) DC_MUST_CHECK;
void gateway_tell(struct gateway *g, struct feed_batch *b);

/* Rises with every commit, never falls while the process lives: for ETags
 * and for who polls.  Thread: any. */
uint64_t gateway_sequence(struct gateway *g);

#endif /* DECAID_ORACLE_GATEWAY_H */
