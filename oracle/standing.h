#ifndef DECAID_ORACLE_STANDING_H
#define DECAID_ORACLE_STANDING_H

/*
 * How far the gateway is, in one place under one lock: the fetch thread and
 * the pipeline write their parts, anybody reads the whole.
 */

#include "base/types.h"
#include "oracle/gateway.h"

struct standing;

struct standing *standing_new(void);
void standing_free(struct standing *s);

/* The node answered: its chain, its head, what is final. */
void standing_chain(struct standing *s, uint64_t chain_id);
void standing_node(struct standing *s, uint64_t head, uint64_t finalized);

/* The node's head as it last said; 0: it has not. */
uint64_t standing_head(struct standing *s);

/* None did, or the one chosen said no; until the next standing_node. */
void standing_node_error(struct standing *s, const char *text);

/* The database now stands at this block; counts of this commit.
 * Returns the new sequence number. */
uint64_t standing_commit(struct standing *s, uint64_t followed,
			 uint64_t followed_time_s, uint32_t events);
uint64_t standing_rewind(struct standing *s, uint64_t followed,
			 uint64_t followed_time_s);

/* The same, but no reorg: what a node had told was doubted. */
uint64_t standing_again(struct standing *s, uint64_t followed,
			uint64_t followed_time_s);

/* The last block committed; 0: none. */
uint64_t standing_followed(struct standing *s);

void standing_mismatch(struct standing *s);

/* Following has stopped for good; the first reason stays. */
void standing_halt(struct standing *s, const char *why);

void standing_get(struct standing *s, struct gateway_status *out);
uint64_t standing_sequence(struct standing *s);

#endif /* DECAID_ORACLE_STANDING_H */
