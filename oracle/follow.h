#ifndef DECAID_ORACLE_FOLLOW_H
#define DECAID_ORACLE_FOLLOW_H

/*
 * The thread that follows the chain: asks a node for what is new, and feeds
 * it, checked and in order, to the pipeline. It keeps nothing on disk; where
 * to begin is told to it.
 */

#include "oracle/feed.h"
#include "oracle/gateway.h"
#include "oracle/nodes.h"
#include "oracle/standing.h"

struct follow;

/* A trainer whose logs are wanted. */
struct follow_trainer {
	struct addr20 address;
	uint64_t created_block;
};

/* Where to go on.
 * blocks  ascending and without gaps, from one that cannot be undone to the
 *         last one committed; none: from config->start_block on */
/* A model of 0xDeCA10B's whose logs are wanted too. */
struct follow_mirror {
	struct addr20 trainer, incentive, classifier;
};

#define FOLLOW_MIRRORS_MAX 64

struct follow_start {
	const struct block_ref *blocks;
	size_t n_blocks;
	uint64_t finalized;
	const struct follow_trainer *trainers;
	size_t n_trainers;
	const struct follow_mirror *mirrors;
	size_t n_mirrors;	/* at most FOLLOW_MIRRORS_MAX */
};

/* config and nodes are borrowed until follow_free; start is copied. */
enum dc_status follow_new(struct follow **out,
			  const struct gateway_config *config,
			  const struct follow_start *start,
			  struct nodes *nodes, struct feed *feed,
			  struct standing *standing,
			  struct dc_err *err) DC_MUST_CHECK;
void follow_free(struct follow *f);

/* Follow one more mirror from the last final block on, everything above
 * which is fed again; before it goes the batch, completed by the logs that it
 * lacks.
 * b   a FEED_ADOPT with its blocks in [start_block, b->finalized]; taken
 * false: there is another that waits, b stays the caller's.  Thread: any. */
bool follow_adopt(struct follow *f, struct feed_batch *b) DC_MUST_CHECK;

/* Run until follow_stop, a halt, or until the feed is closed. */
void follow_run(struct follow *f);

/* Thread: any; whatever the run waits for ends. */
void follow_stop(struct follow *f);

/* Whether the policy wants this model; NULL, or why not.  Thread: any. */
const char *follow_policy(const struct gateway_models *policy,
			  const struct addr20 *trainer,
			  const struct addr20 *owner);

#endif /* DECAID_ORACLE_FOLLOW_H */
