#ifndef DECAID_ORACLE_OPERATOR_H
#define DECAID_ORACLE_OPERATOR_H

/*
 * An operator's duty, on the outbox's thread: sign the newest final epoch of
 * each model of the pool, and when signatures make a quorum and the
 * checkpoint before is effective, queue the transaction that posts it.
 */

#include "base/status.h"
#include "oracle/outbox_core.h"

/* One look at all models.
 * Errors: disk or node failed; the models after that were still looked at,
 * the first error is told. */
enum dc_status operator_step(struct outbox *o, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_OPERATOR_H */
