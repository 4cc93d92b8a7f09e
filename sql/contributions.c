/* contributions.c: table contributions. */

#include "config.h"

#include <string.h>

#include "sql/contributions.h"
#include "sql/contributions_row.h"
#include "sql/query.h"

static const char *const sql_state_names[SQL_STATES] = {
	[SQL_STATE_PENDING] = "pending",
	[SQL_STATE_DISAGREE] = "disagree",
	[SQL_STATE_ABSTAIN] = "abstain",
	[SQL_STATE_AGREE] = "agree",
	[SQL_STATE_CREDIT] = "credit",
	[SQL_STATE_INVALID] = "invalid",
	[SQL_STATE_REFUNDED] = "refunded",
	[SQL_STATE_FORFEITED] = "forfeited"
};

const char *
sql_state_name(enum sql_state state)
{
	DC_CHECK((unsigned)state < SQL_STATES);
	return sql_state_names[state];
}

bool
sql_state_parse(enum sql_state *out, const char *name)
{
	unsigned i;

	for (i = 0; i < SQL_STATES; i++)
		if (strcmp(name, sql_state_names[i]) == 0) {
			*out = (enum sql_state)i;
			return true;
		}
	return false;
}

int64_t
sql_contribution_row(int64_t model, uint64_t id)
{
	DC_CHECK(model > 0 && model <= SQL_MAX_MODEL && id <= SQL_MAX_ID);
	return model << SQL_ID_BITS | (int64_t)id;
}

/* First 8 bytes of a hash, as the index of samples has them. */
static int64_t
sql_sample_key(const struct hash32 *h)
{
	uint64_t key = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		key = key << 8 | h->b[i];
	return (int64_t)key;
}

static const char SQL_CONTRIBUTION_INSERT[] =
	"INSERT INTO contributions (row, model, contributor, label,"
	" deposit_wei, block, log_index, time_s, tx, sample_hash, sample_key,"
	" record_hash, valid, is_new, taught, prediction, margin_fx9,"
	" progressive_right, progressive_counted, state, verdict,"
	" verdict_epoch, paid_wei, settled_block, suspicion)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,"
	" ?25)";
static const char SQL_SAMPLE_INSERT[] =
	"INSERT INTO samples (row, bytes) VALUES (?1, ?2)";

static void
sql_bind_settlement(struct sql_query *q, const struct sql_settlement *s)
{
	sql_bind_i64(q, s->state);
	sql_bind_i64(q, s->verdict);
	sql_bind_u64(q, s->verdict_epoch);
	sql_bind_wei(q, s->paid_wei);
	sql_bind_u64(q, s->settled_block);
}

static enum dc_status
sql_sample_insert(struct sql_db *db, const struct sql_contribution *c,
		  struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_SAMPLE_INSERT);
	sql_bind_i64(&q, sql_contribution_row(c->model, c->is.id));
	sql_bind_blob(&q, c->is.sample, c->is.sample_len);
	return sql_query_run(&q, err);
}

enum dc_status
sql_contribution_insert(struct sql_db *db, const struct sql_contribution *c,
			struct dc_err *err)
{
	struct sql_query q;
	enum dc_status found;

	sql_must_write(db);
	if (c->is.id > SQL_MAX_ID || c->model > SQL_MAX_MODEL)
		return dc_fail(err, DC_EINVAL, "contribution out of range");
	sql_query_open(&q, db, SQL_CONTRIBUTION_INSERT);
	sql_bind_i64(&q, sql_contribution_row(c->model, c->is.id));
	sql_bind_i64(&q, c->model);
	sql_bind_addr(&q, &c->is.contributor);
	sql_bind_u64(&q, c->is.label);
	sql_bind_wei(&q, c->is.deposit_wei);
	sql_bind_u64(&q, c->log.block);
	sql_bind_u64(&q, c->log.index);
	sql_bind_u64(&q, c->log.time_s);
	sql_bind_hash(&q, &c->log.tx);
	sql_bind_hash(&q, &c->sample_hash);
	sql_bind_i64(&q, sql_sample_key(&c->sample_hash));
	sql_bind_hash(&q, &c->record_hash);
	sql_bind_bool(&q, c->valid);
	sql_bind_bool(&q, c->is_new);
	sql_bind_bool(&q, c->taught);
	sql_bind_i64(&q, c->prediction_before);
	sql_bind_i64(&q, c->margin_fx9);
	sql_bind_u64(&q, c->progressive_right);
	sql_bind_u64(&q, c->progressive_counted);
	sql_bind_settlement(&q, &c->now);
	if (c->suspicion_ppm < 0)
		sql_bind_null(&q);
	else
		sql_bind_i64(&q, c->suspicion_ppm);
	found = sql_query_run(&q, err);
	return found == DC_OK ? sql_sample_insert(db, c, err) : found;
}

/* Names no column of an index, so that none is touched: half the work of
 * settling, for every contribution. */
static const char SQL_CONTRIBUTION_JUDGE[] =
	"UPDATE contributions SET verdict = ?1, verdict_epoch = ?2"
	" WHERE row = ?3";
static const char SQL_CONTRIBUTION_SETTLE[] =
	"UPDATE contributions SET state = ?1, verdict = ?2,"
	" verdict_epoch = ?3, paid_wei = ?4, settled_block = ?5"
	" WHERE row = ?6";

/* Run an update of one contribution. */
static enum dc_status
sql_contribution_update(struct sql_query *q, struct dc_err *err)
{
	enum dc_status found = sql_query_run(q, err);

	if (found == DC_OK && sql_changes(q->db) == 0)
		found = dc_fail(err, DC_ENOTFOUND, "no such contribution");
	return found;
}

enum dc_status
sql_contribution_judge(struct sql_db *db, int64_t model, uint64_t id,
		       enum verdict verdict, uint64_t epoch,
		       struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_CONTRIBUTION_JUDGE);
	sql_bind_i64(&q, verdict);
	sql_bind_u64(&q, epoch);
	sql_bind_i64(&q, sql_contribution_row(model, id));
	return sql_contribution_update(&q, err);
}

enum dc_status
sql_contribution_settle(struct sql_db *db, int64_t model, uint64_t id,
			const struct sql_settlement *s, struct dc_err *err)
{
	struct sql_query q;

	sql_must_write(db);
	sql_query_open(&q, db, SQL_CONTRIBUTION_SETTLE);
	sql_bind_settlement(&q, s);
	sql_bind_i64(&q, sql_contribution_row(model, id));
	return sql_contribution_update(&q, err);
}

void
sql_col_contribution(struct sql_query *q, struct sql_contribution *c,
		     struct dc_arena *arena)
{
	bool unknown;

	c->is.id = sql_col_u64(q) & SQL_MAX_ID;
	c->model = sql_col_i64(q);
	sql_col_addr(q, &c->is.contributor);
	c->is.label = sql_col_u32(q);
	c->is.deposit_wei = sql_col_wei(q);
	c->log.block = sql_col_u64(q);
	c->log.index = sql_col_u32(q);
	c->log.time_s = sql_col_u64(q);
	sql_col_hash(q, &c->log.tx);
	sql_col_hash(q, &c->sample_hash);
	sql_col_hash(q, &c->record_hash);
	c->valid = sql_col_bool(q);
	c->is_new = sql_col_bool(q);
	c->taught = sql_col_bool(q);
	c->prediction_before = sql_col_i64(q);
	c->margin_fx9 = sql_col_i64(q);
	c->progressive_right = sql_col_u64(q);
	c->progressive_counted = sql_col_u64(q);
	c->now.state = (enum sql_state)sql_col_u32(q);
	c->now.verdict = (enum verdict)sql_col_u32(q);
	c->now.verdict_epoch = sql_col_u64(q);
	c->now.paid_wei = sql_col_wei(q);
	c->now.settled_block = sql_col_u64(q);
	unknown = sql_col_is_null(q);
	c->suspicion_ppm = (int32_t)sql_col_i64(q);
	if (unknown)
		c->suspicion_ppm = -1;
	c->pruned = sql_col_is_null(q);
	c->is.sample = sql_col_blob(q, &c->is.sample_len, arena);
	sql_col_hash(q, &c->log.block_hash);
}

static const char SQL_CONTRIBUTION_GET[] =
	SQL_CONTRIBUTION_FROM "WHERE c.row = ?1";

enum dc_status
sql_contribution_get(struct sql_db *db, struct sql_contribution *out,
		     bool *found, int64_t model, uint64_t id,
		     struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	if (id > SQL_MAX_ID)
		return DC_OK;
	sql_query_open(&q, db, SQL_CONTRIBUTION_GET);
	sql_bind_i64(&q, sql_contribution_row(model, id));
	while (sql_query_row(&q)) {
		sql_col_contribution(&q, out, arena);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_SAMPLE_SEEN[] =
	"SELECT 1 FROM contributions WHERE model = ?1 AND sample_key = ?2"
	" AND is_new = 1 AND sample_hash = ?3 LIMIT 1";

enum dc_status
sql_sample_seen(struct sql_db *db, bool *seen, int64_t model,
		const struct hash32 *sample_hash, struct dc_err *err)
{
	struct sql_query q;

	*seen = false;
	sql_query_open(&q, db, SQL_SAMPLE_SEEN);
	sql_bind_i64(&q, model);
	sql_bind_i64(&q, sql_sample_key(sample_hash));
	sql_bind_hash(&q, sample_hash);
	while (sql_query_row(&q))
		*seen = true;
	return sql_query_close(&q, err);
}

#define SQL_IN_RANGE "WHERE c.row BETWEEN ?1 AND ?2 ORDER BY c.row LIMIT ?3"
static const char SQL_CONTRIBUTIONS_RANGE[] =
	SQL_CONTRIBUTION_FROM SQL_IN_RANGE;
static const char SQL_CONTRIBUTIONS_JUDGED[] =
	"SELECT c.row, c.model, c.contributor, c.label, c.time_s, c.is_new,"
	" c.taught, s.bytes FROM contributions AS c"
	" LEFT JOIN samples AS s ON s.row = c.row " SQL_IN_RANGE;

static void
sql_open_range(struct sql_query *q, struct sql_db *db, const char *text,
	       uint32_t max, int64_t model, uint64_t from)
{
	sql_query_open(q, db, text);
	sql_bind_i64(q, sql_contribution_row(model, from));
	sql_bind_i64(q, sql_contribution_row(model, SQL_MAX_ID));
	sql_bind_u64(q, max);
}

enum dc_status
sql_contributions_range(struct sql_db *db, struct sql_contribution *out,
			uint32_t *n, uint32_t max, int64_t model,
			uint64_t from, struct dc_arena *arena,
			struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	if (from > SQL_MAX_ID)
		return DC_OK;
	sql_open_range(&q, db, SQL_CONTRIBUTIONS_RANGE, max, model, from);
	while (sql_query_row(&q))
		sql_col_contribution(&q, &out[(*n)++], arena);
	return sql_query_close(&q, err);
}

static void
sql_col_judged(struct sql_query *q, struct sql_contribution *c,
	       struct dc_arena *arena)
{
	memset(c, 0, sizeof(*c));
	c->is.id = sql_col_u64(q) & SQL_MAX_ID;
	c->model = sql_col_i64(q);
	sql_col_addr(q, &c->is.contributor);
	c->is.label = sql_col_u32(q);
	c->log.time_s = sql_col_u64(q);
	c->is_new = sql_col_bool(q);
	c->taught = sql_col_bool(q);
	c->pruned = sql_col_is_null(q);
	c->is.sample = sql_col_blob(q, &c->is.sample_len, arena);
}

enum dc_status
sql_contributions_judged(struct sql_db *db, struct sql_contribution *out,
			 uint32_t *n, uint32_t max, int64_t model,
			 uint64_t from, struct dc_arena *arena,
			 struct dc_err *err)
{
	struct sql_query q;

	*n = 0;
	if (from > SQL_MAX_ID)
		return DC_OK;
	sql_open_range(&q, db, SQL_CONTRIBUTIONS_JUDGED, max, model, from);
	while (sql_query_row(&q))
		sql_col_judged(&q, &out[(*n)++], arena);
	return sql_query_close(&q, err);
}

static const char SQL_CONTRIBUTION_TIME[] =
	"SELECT time_s FROM contributions WHERE row = ?1";

static enum dc_status
sql_contribution_time(struct sql_db *db, uint64_t *time_s, bool *found,
		      int64_t model, uint64_t id, struct dc_err *err)
{
	struct sql_query q;

	*found = false;
	sql_query_open(&q, db, SQL_CONTRIBUTION_TIME);
	sql_bind_i64(&q, sql_contribution_row(model, id));
	while (sql_query_row(&q)) {
		*time_s = sql_col_u64(&q);
		*found = true;
	}
	return sql_query_close(&q, err);
}

static const char SQL_CONTRIBUTIONS_LAST[] =
	"SELECT row FROM contributions WHERE row BETWEEN ?1 AND ?2"
	" ORDER BY row DESC LIMIT 1";

static enum dc_status
sql_contributions_end(struct sql_db *db, uint64_t *end, int64_t model,
		      struct dc_err *err)
{
	struct sql_query q;

	*end = 0;
	sql_query_open(&q, db, SQL_CONTRIBUTIONS_LAST);
	sql_bind_i64(&q, sql_contribution_row(model, 0));
	sql_bind_i64(&q, sql_contribution_row(model, SQL_MAX_ID));
	while (sql_query_row(&q))
		*end = (sql_col_u64(&q) & SQL_MAX_ID) + 1;
	return sql_query_close(&q, err);
}

/* Ids are in the order of time, so it is a binary search: those below low
 * are before, those from high on are not. */
enum dc_status
sql_contributions_before(struct sql_db *db, uint64_t *count, int64_t model,
			 uint64_t before_s, struct dc_err *err)
{
	uint64_t low = 0, high, middle, time_s = 0;
	bool there;
	enum dc_status found = sql_contributions_end(db, &high, model, err);

	while (found == DC_OK && low < high) {
		middle = low + (high - low) / 2;
		found = sql_contribution_time(db, &time_s, &there, model,
					      middle, err);
		if (found == DC_OK && !there)
			found = dc_fail(err, DC_EIO,
					"sql: a contribution is missing");
		if (time_s < before_s)
			low = middle + 1;
		else
			high = middle;
	}
	*count = low;
	return found;
}
