#ifndef DECAID_ORACLE_OPERATOR_GATHER_H
#define DECAID_ORACLE_OPERATOR_GATHER_H

/* Part of oracle/operator.c: the signatures of one checkpoint. */

#include "oracle/outbox_core.h"
#include "sql/checkpoints.h"
#include "sql/models.h"
#include "sql/signatures.h"

/* What is known of them; ours is made where it is missing, and operators
 * whose signature is missing are asked, for operator_hear to store.
 * sigs  (OPERATOR_SIGNERS_MAX), in ascending order of signer */
enum dc_status operator_gather(struct outbox *o, const struct sql_model *m,
			       const struct sql_checkpoint *c,
			       struct sql_signature *sigs, uint32_t *n,
			       struct dc_err *err) DC_MUST_CHECK;

void operator_free(struct refusals *r);

/* Take what peers answer; waits a moment while one is asked. */
void operator_hear(struct outbox *o);

#endif /* DECAID_ORACLE_OPERATOR_GATHER_H */
