#ifndef DECAID_SQL_ACCURACY_H
#define DECAID_SQL_ACCURACY_H

/*
 * Accuracy over time. The progressive curve is kept in the contributions
 * themselves (running sums); only measurements on a held-out set have rows
 * of their own. Both are read thinned: N points are N look-ups, however
 * long the history is.
 */

#include <stdbool.h>
#include <stdint.h>

#include "sql/db.h"

struct sql_accuracy_point {
	uint64_t contribution;	/* id of the last one counted */
	uint64_t block;
	uint64_t time_s;
	uint64_t right, counted;
};

/* right / counted in fx9, rounded down; 0 when nothing was counted. */
uint64_t sql_accuracy_fx9(uint64_t right, uint64_t counted);

/* A measurement after contribution p->contribution. */
enum dc_status sql_holdout_insert(struct sql_db *db, int64_t model,
				  const struct sql_accuracy_point *p,
				  struct dc_err *err) DC_MUST_CHECK;

/* The newest measurement.
 * found  false: there is none */
enum dc_status sql_holdout_last(struct sql_db *db,
				struct sql_accuracy_point *out, bool *found,
				int64_t model,
				struct dc_err *err) DC_MUST_CHECK;

/* At most max points (at least 2), evenly spaced by contribution (by
 * measurement for the held-out set), first and last among them.
 * out  (max)   n  how many */
enum dc_status sql_accuracy_progressive(struct sql_db *db,
					struct sql_accuracy_point *out,
					uint32_t *n, uint32_t max,
					int64_t model,
					struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_accuracy_holdout(struct sql_db *db,
				    struct sql_accuracy_point *out,
				    uint32_t *n, uint32_t max, int64_t model,
				    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_ACCURACY_H */
