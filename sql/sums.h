#ifndef DECAID_SQL_SUMS_H
#define DECAID_SQL_SUMS_H

/*
 * What contributors' deeds add up to, in a table or out of it. Signed: an
 * hour can take away what an earlier one gave. For sql/ alone.
 */

#include "sql/contributors.h"
#include "sql/query.h"

struct sql_sums {
	int64_t karma, contributions, agreed;
	struct wei deposited_wei, refunded_wei, earned_wei;
};

/* What readers select and writers bind, in this order. */
#define SQL_SUMS_COLUMNS \
	"karma, contributions, agreed, deposited_wei, refunded_wei, earned_wei"

void sql_col_sums(struct sql_query *q, struct sql_sums *s);
void sql_bind_sums(struct sql_query *q, const struct sql_sums *s);

struct sql_sums sql_sums_of_delta(const struct sql_contributor_delta *d);
struct sql_sums sql_sums_of(const struct sql_contributor *c);
bool sql_sums_are_zero(const struct sql_sums *s);

/* Errors: DC_EINVAL a sum leaves its range; s is undefined then. */
enum dc_status sql_sums_add(struct sql_sums *s, const struct sql_sums *d,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_sums_take(struct sql_sums *s, const struct sql_sums *d,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_SUMS_H */
