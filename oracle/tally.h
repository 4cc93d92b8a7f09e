#ifndef DECAID_ORACLE_TALLY_H
#define DECAID_ORACLE_TALLY_H

/*
 * What contributors did, summed in memory until it is written: one row a
 * contributor, model and hour instead of one an event.
 */

#include <stddef.h>

#include "base/types.h"
#include "sql/contributors.h"
#include "sql/db.h"

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t);

/* Add d; block, log and time_s of the first event in the hour stay.
 * Errors: DC_EINVAL a sum passes 2^256. */
enum dc_status tally_add(struct tally *t, int64_t model,
			 const struct addr20 *who,
			 const struct sql_contributor_delta *d,
			 struct dc_err *err) DC_MUST_CHECK;

/* How many rows it would write. */
size_t tally_count(const struct tally *t);

/* Write everything, in the order in which it came first, and forget it. */
enum dc_status tally_flush(struct tally *t, struct sql_db *db,
			   struct dc_err *err) DC_MUST_CHECK;

/* Forget it: the transaction is rolled back. */
void tally_drop(struct tally *t);

#endif /* DECAID_ORACLE_TALLY_H */
