#ifndef DECAID_ORACLE_FEED_FILL_H
#define DECAID_ORACLE_FEED_FILL_H

/* Logs of a range made into the blocks of a batch. */

#include "oracle/feed.h"
#include "oracle/rpc.h"

/* Logs by block; each block has its reference but for what its logs do not
 * tell (feed_fill_times).
 * logs  in the order of the chain; borrowed by the batch
 * last  a block that is in the batch in any case; NULL: none */
void feed_fill(struct feed_batch *b, const struct raw_log *logs, size_t n,
	       const struct block_ref *last);

/* Headers of the blocks whose logs came without their time.
 * Errors: DC_EIO a header and the logs do not fit together; the node's. */
enum dc_status feed_fill_times(struct feed_batch *b, struct rpc *rpc,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_FEED_FILL_H */
