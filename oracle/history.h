#ifndef DECAID_ORACLE_HISTORY_H
#define DECAID_ORACLE_HISTORY_H

/*
 * What commands need of the past, read from the chain's logs alone: how a
 * model was made, and the contributions of a trainer as claims bring them
 * back. Nobody's word is taken: hashes of records are recomputed, and a
 * wrong one would be refused by the trainer anyway.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "base/status.h"
#include "oracle/abi_calls.h"
#include "oracle/rpc.h"

/* How a trainer was made.
 * out    texts and spec live in the arena
 * Errors: DC_ENOTFOUND the factory made no such trainer. */
enum dc_status history_model(struct ev_model_created *out, struct rpc *rpc,
			     const struct addr20 *factory,
			     const struct addr20 *trainer,
			     uint64_t from_block, struct dc_arena *arena,
			     struct dc_err *err) DC_MUST_CHECK;

struct history_item {
	struct claim claim;	/* late: the first late range that ends after */
	struct hash32 record;	/* rec[id], settled bit clear */
};

struct history {
	struct history_item *items;	/* (n), item i has id i */
	size_t n;
};

/* All contributions to a trainer up to the head.
 * Errors: DC_ECONFLICT ids with a gap (a node that drops logs); the node's. */
enum dc_status history_read(struct history *out, struct rpc *rpc,
			    const struct addr20 *trainer,
			    uint64_t from_block, struct dc_err *err)
	DC_MUST_CHECK;
void history_clear(struct history *h);

#endif /* DECAID_ORACLE_HISTORY_H */
