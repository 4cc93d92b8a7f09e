#ifndef DECAID_ORACLE_OPERATOR_POST_H
#define DECAID_ORACLE_OPERATOR_POST_H

/* Parts of oracle/operator.c: quorum, and a checkpoint as call data. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "oracle/rpc.h"
#include "sql/checkpoints.h"
#include "sql/models.h"
#include "sql/signatures.h"

#define OPERATOR_SIGNERS_MAX 32	/* OperatorPool.sol: MAX_OPERATORS */

/* Do these signers carry strictly more than two thirds of the stake that
 * counts now, and the pool's minimum? Stakes are asked of the pool. */
enum dc_status operator_quorum(bool *out, struct rpc *rpc,
			       const struct addr20 *pool,
			       const struct sql_signature *sigs, uint32_t n,
			       struct dc_err *err) DC_MUST_CHECK;

/* V[judged / 128] of a checkpoint that was accepted, which its trainer commits
 * to beside it. */
enum dc_status operator_verdict_chain(struct hash32 *out, struct sql_db *db,
				      int64_t model,
				      const struct sql_checkpoint *c,
				      struct dc_err *err) DC_MUST_CHECK;

/* The transaction's data for a computed checkpoint, from chain.db.
 * out   appended to
 * sigs  (n) in ascending order of signer
 * Errors: DC_ECONFLICT the database does not explain the checkpoint's own
 * verdict hash: it must not be posted. */
enum dc_status operator_call_data(struct dc_buf *out, struct sql_db *chain,
				  const struct sql_model *model,
				  const struct sql_checkpoint *row,
				  const struct sql_signature *sigs,
				  uint32_t n, struct dc_arena *arena,
				  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_OPERATOR_POST_H */
