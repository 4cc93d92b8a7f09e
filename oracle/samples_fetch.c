/* Samples out of the logs that brought them. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/keccak.h"
#include "oracle/abi_decaid.h"
#include "oracle/samples.h"

static enum dc_status lacking(const struct sql_contribution *c,
			      struct dc_err *err)
{
	return dc_fail(err, DC_ENOTFOUND, "the sample of contribution %"
		       PRIu64 " was pruned, and the node does not have the "
		       "log that brought it (block %" PRIu64 ", log %" PRIu32
		       ")", c->is.id, c->log.block, c->log.index);
}

/* What the log says must be what was followed. */
static enum dc_status take(struct sql_contribution *c,
			   const struct raw_log *log, struct dc_arena *arena,
			   struct dc_err *err)
{
	struct abi_event e;
	struct hash32 hash;
	enum dc_status found;

	found = abi_event_decode(&e, log->topics, log->n_topics, log->data,
				 log->data_len, arena, err);
	if (found == DC_OK && e.kind != EVENT_CONTRIBUTED)
		found = lacking(c, err);
	if (found != DC_OK)
		return found;
	keccak256(&hash, e.u.contributed.sample, e.u.contributed.sample_len);
	if (!hash32_equal(&hash, &c->sample_hash))
		return dc_fail(err, DC_EIO, "the node gives another sample "
			       "of contribution %" PRIu64 " than was followed",
			       c->is.id);
	c->is.sample = e.u.contributed.sample;
	c->is.sample_len = e.u.contributed.sample_len;
	return DC_OK;
}

static int by_place(const struct sql_contribution *c,
		    const struct log_ref *at)
{
	if (c->log.block != at->block)
		return c->log.block < at->block ? -1 : 1;
	return (c->log.index > at->index) - (c->log.index < at->index);
}

/* Both lists are in the order of the chain. */
static enum dc_status match(struct sql_contribution *c, size_t n,
			    const struct rpc_logs *logs,
			    struct dc_arena *arena, struct dc_err *err)
{
	size_t i = 0;
	enum dc_status found = DC_OK;

	for (size_t k = 0; found == DC_OK && k < n; k++) {
		if (!c[k].pruned)
			continue;
		while (i < logs->n && by_place(&c[k], &logs->items[i].at) > 0)
			i++;
		if (i == logs->n || by_place(&c[k], &logs->items[i].at) != 0)
			return lacking(&c[k], err);
		found = take(&c[k], &logs->items[i], arena, err);
	}
	return found;
}

static bool too_much(const struct rpc *rpc)
{
	enum rpc_fault fault = rpc_failure(rpc)->fault;

	return fault == RPC_FAULT_RANGE || fault == RPC_FAULT_TOO_LARGE;
}

enum dc_status samples_fetch(struct rpc *rpc, const struct addr20 *trainer,
			     struct sql_contribution *c, size_t n,
			     struct dc_arena *arena, struct dc_err *err)
{
	const struct rpc_log_filter filter = {
		.addresses = trainer, .n_addresses = 1,
		.topic0 = abi_event_topic(EVENT_CONTRIBUTED), .n_topic0 = 1,
	};
	struct dc_err why = DC_ERR_INIT;
	struct rpc_logs logs;
	enum dc_status found;

	while (n > 0 && !c[0].pruned) {
		c++;
		n--;
	}
	while (n > 0 && !c[n - 1].pruned)
		n--;
	if (n == 0)
		return DC_OK;
	found = rpc_logs_range(rpc, &logs, arena, &filter, c[0].log.block,
			       c[n - 1].log.block, &why);
	if (found == DC_OK)
		return match(c, n, &logs, arena, err);
	if (n == 1 || !too_much(rpc))
		return dc_fail(err, found, "%s", why.text);
	found = samples_fetch(rpc, trainer, c, n / 2, arena, err);
	return found == DC_OK ? samples_fetch(rpc, trainer, c + n / 2,
					      n - n / 2, arena, err) : found;
}
