#ifndef DECAID_ORACLE_DECA_CLAIMS_H
#define DECAID_ORACLE_DECA_CLAIMS_H

/*
 * 0xDeCA10B's Refund and Report name a recipient and no sample: which
 * contribution was claimed, the input of their transaction says, where it
 * called the trainer itself.
 */

#include "oracle/deca_abi.h"
#include "oracle/rpc.h"

/* Fetch the input of each claim's transaction: one question a transaction,
 * in batches; the inputs live in the arena. A transaction that the node does
 * not have, or a node that serves none, leaves claims without.
 * logs  (n) of mirrored contracts, and of others, whose logs are not looked
 *       at; in the order of the chain */
enum dc_status deca_claims_fetch(struct rpc *rpc, struct raw_log *logs,
				 size_t n, struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;

/* Fill in what a claim's input says; nothing where it is none of this
 * trainer's, or somebody else's. */
void deca_claim_join(struct deca_event *event, const struct raw_log *log,
		     const struct addr20 *trainer, struct dc_arena *arena);

#endif /* DECAID_ORACLE_DECA_CLAIMS_H */
