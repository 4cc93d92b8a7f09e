#ifndef DECAID_ORACLE_LOG_SCAN_H
#define DECAID_ORACLE_LOG_SCAN_H

/*
 * The answer to eth_getLogs as records: what rpc_logs.c does with the bytes,
 * apart from it so that it can be fuzzed and measured without a node.
 */

#include "base/arena.h"
#include "base/status.h"
#include "oracle/rpc.h"

/* What was asked for: an answer that is something else is wrong. */
struct log_bounds {
	const struct rpc_log_filter *filter;	/* NULL: any address */
	uint64_t from, to;
	const struct hash32 *block_hash;	/* NULL: any */
};

/* Read {"jsonrpc": .., "id": .., "result": [log, ..]}.
 * arena  takes the records and their data; in is not needed after
 * Errors: DC_EIO no such object, or logs that were not asked for, marked
 *     removed, doubled or out of order; err says what.
 * Thread: any. */
enum dc_status log_scan(struct rpc_logs *out, struct dc_arena *arena,
			const struct log_bounds *bounds, const char *in,
			size_t len, struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_LOG_SCAN_H */
