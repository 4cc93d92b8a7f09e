/* accuracy.c: table holdout, and the running sums in contributions. */

#include "config.h"

#include "sql/accuracy.h"
#include "sql/contributions_row.h"
#include "sql/query.h"

uint64_t
sql_accuracy_fx9(uint64_t right, uint64_t counted)
{
	if (counted == 0)
		return 0;
	return (uint64_t)((unsigned __int128)right * (uint64_t)DC_FX9_ONE /
			  counted);
}

static const char SQL_HOLDOUT_INSERT[] =
	"INSERT INTO holdout (model, n, contribution, block, time_s, correct,"
	" counted) VALUES (?1, (SELECT coalesce(max(n) + 1, 0) FROM holdout"
	" WHERE model = ?1), ?2, ?3, ?4, ?5, ?6)";

enum dc_status
sql_holdout_insert(struct sql_db *db, int64_t model,
		   const struct sql_accuracy_point *p, struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_HOLDOUT_INSERT);
	sql_bind_i64(&q, model);
	sql_bind_u64(&q, p->contribution);
	sql_bind_u64(&q, p->block);
	sql_bind_u64(&q, p->time_s);
	sql_bind_u64(&q, p->right);
	sql_bind_u64(&q, p->counted);
	return sql_query_run(&q, err);
}

/* Both curves are rows numbered 0, 1, ...: ?1 the model's number 0 or the
 * model, ?2 which row. */
static const char SQL_PROGRESSIVE_LAST[] =
	"SELECT max(row) - ?1 FROM contributions"
	" WHERE row BETWEEN ?1 AND ?1 + ?2";
static const char SQL_PROGRESSIVE_POINT[] =
	"SELECT ?2, c.block, c.time_s,"
	" coalesce(p.progressive_right, c.progressive_right),"
	" coalesce(p.progressive_counted, c.progressive_counted)"
	" FROM contributions AS c LEFT JOIN predictions AS p ON p.row = c.row"
	" WHERE c.row = ?1 + ?2";
static const char SQL_HOLDOUT_LAST[] =
	"SELECT max(n) FROM holdout WHERE model = ?1 AND n <= ?2";
static const char SQL_HOLDOUT_POINT[] =
	"SELECT contribution, block, time_s, correct, counted FROM holdout"
	" WHERE model = ?1 AND n = ?2";

struct sql_curve {
	const char *last, *point;
	int64_t base;		/* ?1 */
};

/* How many rows a curve has. */
static enum dc_status
sql_curve_length(struct sql_db *db, uint64_t *length,
		 const struct sql_curve *curve, struct dc_err *err)
{
	struct sql_query q;

	*length = 0;
	sql_query_open(&q, db, curve->last);
	sql_bind_i64(&q, curve->base);
	sql_bind_u64(&q, SQL_MAX_ID);
	while (sql_query_row(&q))
		if (!sql_col_is_null(&q))
			*length = sql_col_u64(&q) + 1;
	return sql_query_close(&q, err);
}

static enum dc_status
sql_curve_point(struct sql_db *db, struct sql_accuracy_point *out,
		uint32_t *n, const struct sql_curve *curve, uint64_t which,
		struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, curve->point);
	sql_bind_i64(&q, curve->base);
	sql_bind_u64(&q, which);
	while (sql_query_row(&q)) {
		out[*n].contribution = sql_col_u64(&q);
		out[*n].block = sql_col_u64(&q);
		out[*n].time_s = sql_col_u64(&q);
		out[*n].right = sql_col_u64(&q);
		out[(*n)++].counted = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}

static enum dc_status
sql_curve_read(struct sql_db *db, struct sql_accuracy_point *out,
	       uint32_t *n, uint32_t max, const struct sql_curve *curve,
	       struct dc_err *err)
{
	uint64_t length, which, i;
	enum dc_status found;

	*n = 0;
	if (max < 2)
		return dc_fail(err, DC_EINVAL, "points: must be at least 2");
	found = sql_curve_length(db, &length, curve, err);
	for (i = 0; i < max && i < length && found == DC_OK; i++) {
		which = length <= max ? i : i * (length - 1) / (max - 1);
		found = sql_curve_point(db, out, n, curve, which, err);
	}
	return found;
}

enum dc_status
sql_accuracy_progressive(struct sql_db *db, struct sql_accuracy_point *out,
			 uint32_t *n, uint32_t max, int64_t model,
			 struct dc_err *err)
{
	const struct sql_curve curve = {
		SQL_PROGRESSIVE_LAST, SQL_PROGRESSIVE_POINT,
		sql_contribution_row(model, 0)
	};

	return sql_curve_read(db, out, n, max, &curve, err);
}

enum dc_status
sql_holdout_last(struct sql_db *db, struct sql_accuracy_point *out,
		 bool *found, int64_t model, struct dc_err *err)
{
	const struct sql_curve curve = {
		SQL_HOLDOUT_LAST, SQL_HOLDOUT_POINT, model
	};
	uint64_t length;
	uint32_t n = 0;
	enum dc_status status = sql_curve_length(db, &length, &curve, err);

	if (status == DC_OK && length > 0)
		status = sql_curve_point(db, out, &n, &curve, length - 1,
					 err);
	*found = n > 0;
	return status;
}

enum dc_status
sql_accuracy_holdout(struct sql_db *db, struct sql_accuracy_point *out,
		     uint32_t *n, uint32_t max, int64_t model,
		     struct dc_err *err)
{
	const struct sql_curve curve = {
		SQL_HOLDOUT_LAST, SQL_HOLDOUT_POINT, model
	};

	return sql_curve_read(db, out, n, max, &curve, err);
}
