#ifndef DECAID_SERVER_DEPLOY_H
#define DECAID_SERVER_DEPLOY_H

/*
 * Bringing contracts onto a chain: pool, factory, models, and an operator's
 * joining. Each sends a transaction, waits for its receipt and tells what
 * came to be; `decaid deploy`, `decaid operator` and the demo share them.
 */

#include "base/status.h"
#include "base/types.h"
#include "oracle/abi_calls.h"
#include "oracle/chainclient.h"

/* Who deploys, through what, and how long a receipt is waited for. */
struct deploy {
	struct chainclient *client;
	struct rpc *rpc;
	struct keyslot from;
	unsigned timeout_ms;
};

/* out      the new contract
 * receipt  block and gas
 * Errors: DC_EREFUSED reverted or cannot be paid; DC_EIO, DC_EBUSY node. */
enum dc_status deploy_pool(const struct deploy *d, struct addr20 *out,
			   struct rpc_receipt *receipt,
			   const struct pool_rules *rules,
			   struct dc_err *err) DC_MUST_CHECK;
enum dc_status deploy_factory(const struct deploy *d, struct addr20 *out,
			      struct rpc_receipt *receipt,
			      const struct factory_minimums *minimums,
			      struct dc_err *err) DC_MUST_CHECK;

enum dc_status deploy_reader(const struct deploy *d, struct addr20 *out,
			     struct rpc_receipt *receipt,
			     const struct reader_rules *rules,
			     struct dc_err *err) DC_MUST_CHECK;

/* out  the new trainer, from the factory's event */
enum dc_status deploy_model(const struct deploy *d, struct addr20 *out,
			    struct rpc_receipt *receipt,
			    const struct addr20 *factory,
			    const struct model_call *model,
			    struct dc_err *err) DC_MUST_CHECK;

/* id  the operator's, from the pool's event */
enum dc_status deploy_operator(const struct deploy *d, uint64_t *id,
			       struct rpc_receipt *receipt,
			       const struct addr20 *pool,
			       const struct join_call *join,
			       struct wei bond_wei, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SERVER_DEPLOY_H */
