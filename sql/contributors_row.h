#ifndef DECAID_SQL_CONTRIBUTORS_ROW_H
#define DECAID_SQL_CONTRIBUTORS_ROW_H

/* How a contributor stands in its table. For sql/ alone. */

#include "sql/contributors.h"
#include "sql/query.h"

/* What readers select; sql_col_contributor takes it in this order. */
#define SQL_CONTRIBUTOR_COLUMNS \
	"SELECT model, address, karma, contributions, agreed," \
	" deposited_wei, refunded_wei, earned_wei, first_block, first_log," \
	" first_s, last_s, paid_acc, owed_wei FROM contributors "

void sql_col_contributor(struct sql_query *q, struct sql_contributor *c);

#endif /* DECAID_SQL_CONTRIBUTORS_ROW_H */
