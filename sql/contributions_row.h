#ifndef DECAID_SQL_CONTRIBUTIONS_ROW_H
#define DECAID_SQL_CONTRIBUTIONS_ROW_H

/* How a contribution stands in its table. For sql/ alone. */

#include <stdint.h>

#include "base/arena.h"
#include "sql/contributions.h"
#include "sql/query.h"

#define SQL_ID_BITS 40	/* row = model << SQL_ID_BITS | id */
#define SQL_MAX_MODEL ((INT64_C(1) << (63 - SQL_ID_BITS)) - 1)

/* The row of contribution id of a model; both in range. */
int64_t sql_contribution_row(int64_t model, uint64_t id);

/* What readers select; sql_col_contribution takes it in this order. */
#define SQL_CONTRIBUTION_COLUMNS \
	"SELECT c.row, c.model, c.contributor, c.label, c.deposit_wei," \
	" c.block, c.log_index, c.time_s, c.tx, c.sample_hash," \
	" c.record_hash, c.valid, c.is_new, c.taught," \
	" coalesce(p.prediction, c.prediction), c.margin_fx9," \
	" coalesce(p.progressive_right, c.progressive_right)," \
	" coalesce(p.progressive_counted, c.progressive_counted)," \
	" c.state, c.verdict, c.verdict_epoch, c.paid_wei," \
	" c.settled_block, c.suspicion, s.bytes, b.hash"
#define SQL_CONTRIBUTION_JOINS \
	" CROSS JOIN blocks AS b ON b.number = c.block" \
	" LEFT JOIN predictions AS p ON p.row = c.row" \
	" LEFT JOIN samples AS s ON s.row = c.row "
#define SQL_CONTRIBUTION_FROM \
	SQL_CONTRIBUTION_COLUMNS " FROM contributions AS c" \
	SQL_CONTRIBUTION_JOINS

void sql_col_contribution(struct sql_query *q, struct sql_contribution *c,
			  struct dc_arena *arena);

#endif /* DECAID_SQL_CONTRIBUTIONS_ROW_H */
