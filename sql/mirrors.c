/* mirrors.c: table mirrors, and what is special about their contributions. */

#include "config.h"

#include <string.h>

#include "sql/contributions_row.h"
#include "sql/mirrors.h"
#include "sql/plan.h"
#include "sql/query.h"

static const char SQL_MIRROR_INSERT[] =
	"INSERT INTO mirrors (model, data_handler, incentive, classifier,"
	" cost_weight_wei, class_names, refusal)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

enum dc_status
sql_mirror_insert(struct sql_db *db, const struct sql_mirror *m,
		  struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_MIRROR_INSERT);
	sql_bind_i64(&q, m->model);
	sql_bind_addr(&q, &m->data_handler);
	sql_bind_addr(&q, &m->incentive);
	sql_bind_addr(&q, &m->classifier);
	sql_bind_wei(&q, m->cost_weight_wei);
	sql_bind_blob(&q, m->class_names, m->class_names_len);
	sql_bind_text(&q, m->refusal);
	return sql_query_run(&q, err);
}

static const char SQL_MIRROR_GET[] =
	"SELECT model, data_handler, incentive, classifier, cost_weight_wei,"
	" class_names, refusal FROM mirrors WHERE model = ?1";

enum dc_status
sql_mirror_get(struct sql_db *db, struct sql_mirror *out, bool *found,
	       int64_t model, struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_MIRROR_GET);
	sql_bind_i64(&q, model);
	while (sql_query_row(&q)) {
		out->model = sql_col_i64(&q);
		sql_col_addr(&q, &out->data_handler);
		sql_col_addr(&q, &out->incentive);
		sql_col_addr(&q, &out->classifier);
		out->cost_weight_wei = sql_col_wei(&q);
		out->class_names = sql_col_blob(&q, &out->class_names_len,
						arena);
		out->refusal = sql_col_text(&q, arena);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_MIRROR_PUT[] =
	"UPDATE mirrors SET class_names = ?2, refusal = ?3 WHERE model = ?1";

enum dc_status
sql_mirror_put(struct sql_db *db, const struct sql_mirror *m,
	       struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_MIRROR_PUT);
	sql_bind_i64(&q, m->model);
	sql_bind_blob(&q, m->class_names, m->class_names_len);
	sql_bind_text(&q, m->refusal);
	return sql_query_run(&q, err);
}

/* There are few of them (MIRRORS_MAX). */
static const char SQL_MIRRORS_LISTED[] =
	SQL_WALKS
	"SELECT m.model FROM mirrors AS r CROSS JOIN models AS m"
	" ON m.model = r.model WHERE r.refusal = '' AND m.address > ?1"
	" ORDER BY m.address";

enum dc_status
sql_mirrors_listed(struct sql_db *db, int64_t *out, uint32_t *n, uint32_t max,
		   const struct addr20 *after, uint64_t *more,
		   struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	*more = 0;
	sql_query_open(&q, db, SQL_MIRRORS_LISTED);
	if (after != NULL)
		sql_bind_addr(&q, after);
	else
		sql_bind_blob(&q, "", 0);
	while (sql_query_row(&q)) {
		if (*n < max)
			out[(*n)++] = sql_col_i64(&q);
		else
			++*more;
	}
	return sql_query_close(&q, err);
}

const char *
sql_mirror_class(const struct sql_mirror *m, uint64_t label)
{
	const uint8_t *at = m->class_names;
	size_t left = m->class_names_len;

	while (left > 0) {
		const uint8_t *end = memchr(at, '\0', left);

		if (end == NULL)
			return NULL;
		if (label-- == 0)
			return (const char *)at;
		left -= (size_t)(end + 1 - at);
		at = end + 1;
	}
	return NULL;
}

/* First 8 bytes, as the index of samples has them. */
static int64_t
sql_entry_index(const struct hash32 *h)
{
	uint64_t key = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		key = key << 8 | h->b[i];
	return (int64_t)key;
}

static const char SQL_ENTRY_GET[] = SQL_CONTRIBUTION_FROM
	"WHERE c.model = ?1 AND c.sample_key = ?2 AND c.is_new = 1"
	" AND c.sample_hash = ?3 ORDER BY c.row DESC LIMIT 1";

enum dc_status
sql_entry_get(struct sql_db *db, struct sql_contribution *out, bool *found,
	      int64_t model, const struct hash32 *key, struct dc_arena *arena,
	      struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_ENTRY_GET);
	sql_bind_i64(&q, model);
	sql_bind_i64(&q, sql_entry_index(key));
	sql_bind_hash(&q, key);
	while (sql_query_row(&q)) {
		sql_col_contribution(&q, out, arena);
		*found = true;
	}
	return sql_query_close(&q, err);
}

#define SQL_AT_FROM \
	" FROM contributions AS c JOIN blocks AS b ON b.number = c.block" \
	" WHERE c.block = ?1 AND c.log_index = ?2 AND c.model = ?3" \
	" AND b.hash = ?4"
static const char SQL_CONTRIBUTION_AT[] = "SELECT c.row" SQL_AT_FROM;
static const char SQL_CONTRIBUTION_UNSAID[] =
	"SELECT c.row, c.label" SQL_AT_FROM
	" AND NOT EXISTS (SELECT 1 FROM predictions AS p WHERE p.row = c.row)";

static void
sql_open_at(struct sql_query *q, struct sql_db *db, const char *text,
	    int64_t model, const struct log_ref *at)
{
	sql_query_open(q, db, text);
	sql_bind_u64(q, at->block);
	sql_bind_u64(q, at->index);
	sql_bind_i64(q, model);
	sql_bind_hash(q, &at->block_hash);
}

enum dc_status
sql_contribution_at(struct sql_db *db, uint64_t *id, bool *found,
		    int64_t model, const struct log_ref *at,
		    struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_open_at(&q, db, SQL_CONTRIBUTION_AT, model, at);
	while (sql_query_row(&q)) {
		*id = sql_col_u64(&q) & SQL_MAX_ID;
		*found = true;
	}
	return sql_query_close(&q, err);
}

enum dc_status
sql_contribution_unsaid(struct sql_db *db, uint64_t *id, uint32_t *label,
			bool *found, int64_t model, const struct log_ref *at,
			struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_open_at(&q, db, SQL_CONTRIBUTION_UNSAID, model, at);
	while (sql_query_row(&q)) {
		*id = sql_col_u64(&q) & SQL_MAX_ID;
		*label = sql_col_u32(&q);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_CONTRIBUTION_PREDICTED[] =
	"INSERT INTO predictions (row, prediction, progressive_right,"
	" progressive_counted) VALUES (?1, ?2, ?3, ?4)";

enum dc_status
sql_contribution_predicted(struct sql_db *db, int64_t model, uint64_t id,
			   int64_t prediction, uint64_t right,
			   uint64_t counted, struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_CONTRIBUTION_PREDICTED);
	sql_bind_i64(&q, sql_contribution_row(model, id));
	sql_bind_i64(&q, prediction);
	sql_bind_u64(&q, right);
	sql_bind_u64(&q, counted);
	return sql_query_run(&q, err);
}

static const char SQL_PREDICTED_SUMS[] =
	"SELECT progressive_right, progressive_counted FROM predictions"
	" WHERE row BETWEEN ?1 AND ?2 ORDER BY row DESC LIMIT 1";

enum dc_status
sql_predicted_sums(struct sql_db *db, uint64_t *right, uint64_t *counted,
		   int64_t model, struct dc_err *err)
{
	struct sql_query q;

	*right = *counted = 0;
	sql_query_open(&q, db, SQL_PREDICTED_SUMS);
	sql_bind_i64(&q, sql_contribution_row(model, 0));
	sql_bind_i64(&q, sql_contribution_row(model, SQL_MAX_ID));
	while (sql_query_row(&q)) {
		*right = sql_col_u64(&q);
		*counted = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}

/* --- until it is final --- */

static const char SQL_SAID_PUT[] =
	"INSERT INTO said (block, log_index, block_hash, prediction)"
	" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

enum dc_status
sql_said_put(struct sql_db *db, const struct log_ref *at, int64_t prediction,
	     struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_SAID_PUT);
	sql_bind_u64(&q, at->block);
	sql_bind_u64(&q, at->index);
	sql_bind_hash(&q, &at->block_hash);
	sql_bind_i64(&q, prediction);
	return sql_query_run(&q, err);
}

static const char SQL_SAID_GET[] =
	"SELECT prediction FROM said"
	" WHERE block = ?1 AND log_index = ?2 AND block_hash = ?3";

enum dc_status
sql_said_get(struct sql_db *db, int64_t *prediction, bool *found,
	     const struct log_ref *at, struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_SAID_GET);
	sql_bind_u64(&q, at->block);
	sql_bind_u64(&q, at->index);
	sql_bind_hash(&q, &at->block_hash);
	while (sql_query_row(&q)) {
		*prediction = sql_col_i64(&q);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_SAID_PRUNE[] = "DELETE FROM said WHERE block <= ?1";

enum dc_status
sql_said_prune(struct sql_db *db, uint64_t final, struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_SAID_PRUNE);
	sql_bind_u64(&q, final);
	return sql_query_run(&q, err);
}
