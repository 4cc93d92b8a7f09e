/* models.c: tables models and model_totals. */

#include "config.h"

#include <string.h>

#include "sql/accuracy.h"
#include "sql/key.h"
#include "sql/models.h"
#include "sql/plan.h"
#include "sql/query.h"

static const char SQL_MODEL_INSERT[] =
	"INSERT INTO models (address, slug, owner, kind, origin, spec_hash,"
	" spec, type, features, name, description, encoder, pool, classes,"
	" max_sample_bytes, refund_wait_s, verdict_window_s, challenge_s,"
	" epoch_s, owner_claim_wait_s, any_claim_wait_s, fee_gwei, floor_wei,"
	" cap_wei, burst, window_s, reporter_share_bps, created_s, block,"
	" log_index, tx, followed)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,"
	" ?27, ?28, ?29, ?30, ?31, ?32) RETURNING model";

static void
sql_bind_params(struct sql_query *q, const struct trainer_params *p)
{
	sql_bind_addr(q, &p->pool);
	sql_bind_u64(q, p->classes);
	sql_bind_u64(q, p->max_sample_bytes);
	sql_bind_u64(q, p->refund_wait_s);
	sql_bind_u64(q, p->verdict_window_s);
	sql_bind_u64(q, p->challenge_s);
	sql_bind_u64(q, p->epoch_s);
	sql_bind_u64(q, p->owner_claim_wait_s);
	sql_bind_u64(q, p->any_claim_wait_s);
	sql_bind_u64(q, p->fee_gwei);
	sql_bind_wei(q, p->floor_wei);
	sql_bind_wei(q, p->cap_wei);
	sql_bind_u64(q, p->burst);
	sql_bind_u64(q, p->window_s);
	sql_bind_u64(q, p->reporter_share_bps);
}

static enum dc_status
sql_model_fixed_insert(struct sql_db *db, struct sql_model *m,
		       struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MODEL_INSERT);
	sql_bind_addr(&q, &m->is.trainer);
	sql_bind_text(&q, m->slug);
	sql_bind_addr(&q, &m->is.owner);
	sql_bind_i64(&q, m->is.kind);
	sql_bind_i64(&q, m->origin);
	sql_bind_hash(&q, &m->is.spec_hash);
	sql_bind_blob(&q, m->is.spec, m->is.spec_len);
	sql_bind_text(&q, m->type);
	sql_bind_u64(&q, m->features);
	sql_bind_text(&q, m->is.name);
	sql_bind_text(&q, m->is.description);
	sql_bind_text(&q, m->is.encoder);
	sql_bind_params(&q, &m->is.params);
	sql_bind_u64(&q, m->is.created_at_s);
	sql_bind_u64(&q, m->created.block);
	sql_bind_u64(&q, m->created.index);
	sql_bind_hash(&q, &m->created.tx);
	sql_bind_bool(&q, m->followed);
	while (sql_query_row(&q))
		m->row = sql_col_i64(&q);
	return sql_query_close(&q, err);
}

/* ?1 model, the rest in this order, contributors last. */
static const char SQL_TOTALS_INSERT[] =
	"INSERT INTO model_totals (model, count, judged, record_hash,"
	" held_wei, paid_out_wei, forfeited_wei, fees_wei,"
	" progressive_right, progressive_counted, accuracy_fx9,"
	" holdout_right, holdout_counted, karma, acc, carry_wei, level,"
	" level_s, has_checkpoint, checkpoint_epoch, checkpoint_count,"
	" checkpoint_judged, checkpoint_root, checkpoint_verdicts,"
	" checkpoint_block, checkpoint_s, has_root, root, root_count,"
	" contributors)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,"
	" ?27, ?28, ?29, 0)";
static const char SQL_TOTALS_UPDATE[] =
	"UPDATE model_totals SET count = ?2, judged = ?3, record_hash = ?4,"
	" held_wei = ?5, paid_out_wei = ?6, forfeited_wei = ?7,"
	" fees_wei = ?8, progressive_right = ?9, progressive_counted = ?10,"
	" accuracy_fx9 = ?11, holdout_right = ?12, holdout_counted = ?13,"
	" karma = ?14, acc = ?15, carry_wei = ?16, level = ?17,"
	" level_s = ?18, has_checkpoint = ?19, checkpoint_epoch = ?20,"
	" checkpoint_count = ?21, checkpoint_judged = ?22,"
	" checkpoint_root = ?23, checkpoint_verdicts = ?24,"
	" checkpoint_block = ?25, checkpoint_s = ?26, has_root = ?27,"
	" root = ?28, root_count = ?29 WHERE model = ?1";

static void
sql_bind_totals(struct sql_query *q, const struct sql_model_totals *t)
{
	sql_bind_u64(q, t->count);
	sql_bind_u64(q, t->judged);
	sql_bind_hash(q, &t->record_hash);
	sql_bind_wei(q, t->held_wei);
	sql_bind_wei(q, t->paid_out_wei);
	sql_bind_wei(q, t->forfeited_wei);
	sql_bind_wei(q, t->fees_wei);
	sql_bind_u64(q, t->progressive_right);
	sql_bind_u64(q, t->progressive_counted);
	sql_bind_u64(q, sql_accuracy_fx9(t->progressive_right,
					 t->progressive_counted));
	sql_bind_u64(q, t->holdout_right);
	sql_bind_u64(q, t->holdout_counted);
	sql_bind_u64(q, t->karma);
	sql_bind_u256(q, &t->acc);
	sql_bind_wei(q, t->carry_wei);
	sql_bind_u64(q, t->level);
	sql_bind_u64(q, t->level_time_s);
	sql_bind_bool(q, t->has_checkpoint);
	sql_bind_u64(q, t->checkpoint_epoch);
	sql_bind_u64(q, t->checkpoint_count);
	sql_bind_u64(q, t->checkpoint_judged);
	sql_bind_hash(q, &t->checkpoint_root);
	sql_bind_hash(q, &t->checkpoint_verdicts);
	sql_bind_u64(q, t->checkpoint_block);
	sql_bind_u64(q, t->checkpoint_accepted_s);
	sql_bind_bool(q, t->has_root);
	sql_bind_hash(q, &t->root);
	sql_bind_u64(q, t->root_count);
}

static enum dc_status
sql_totals_run(struct sql_db *db, const char *text, int64_t row,
	       const struct sql_model_totals *t, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, text);
	sql_bind_i64(&q, row);
	sql_bind_totals(&q, t);
	return sql_query_run(&q, err);
}

enum dc_status
sql_model_insert(struct sql_db *db, struct sql_model *m, struct dc_err *err)
{
	enum dc_status found;

	sql_must_write(db);
	found = sql_model_fixed_insert(db, m, err);
	if (found == DC_OK)
		found = sql_totals_run(db, SQL_TOTALS_INSERT, m->row,
				       &m->totals, err);
	return found;
}

enum dc_status
sql_model_totals_put(struct sql_db *db, int64_t row,
		     const struct sql_model_totals *t, struct dc_err *err)
{
	enum dc_status found;

	sql_must_write(db);
	found = sql_totals_run(db, SQL_TOTALS_UPDATE, row, t, err);
	if (found == DC_OK && sql_changes(db) == 0)
		found = dc_fail(err, DC_ENOTFOUND, "no such model");
	return found;
}

/* What every reader selects; sql_col_model takes it in this order. */
#define SQL_MODEL_COLUMNS \
	"SELECT m.model, m.address, m.slug, m.owner, m.kind, m.origin," \
	" m.followed, m.spec_hash, m.spec, m.type, m.features, m.name," \
	" m.description, m.encoder, m.pool, m.classes, m.max_sample_bytes," \
	" m.refund_wait_s, m.verdict_window_s, m.challenge_s, m.epoch_s," \
	" m.owner_claim_wait_s, m.any_claim_wait_s, m.fee_gwei," \
	" m.floor_wei, m.cap_wei, m.burst, m.window_s," \
	" m.reporter_share_bps, m.created_s, m.block, m.log_index, m.tx," \
	" b.hash, b.time_s, t.count, t.judged, t.record_hash, t.held_wei," \
	" t.paid_out_wei, t.forfeited_wei, t.fees_wei," \
	" t.progressive_right, t.progressive_counted, t.holdout_right," \
	" t.holdout_counted, t.karma, t.acc, t.carry_wei, t.level," \
	" t.level_s, t.has_checkpoint, t.checkpoint_epoch," \
	" t.checkpoint_count, t.checkpoint_judged, t.checkpoint_root," \
	" t.checkpoint_verdicts, t.checkpoint_block, t.checkpoint_s," \
	" t.has_root, t.root, t.root_count, t.contributors"
#define SQL_MODEL_JOIN \
	" JOIN blocks AS b ON b.number = m.block "

static void
sql_col_params(struct sql_query *q, struct trainer_params *p)
{
	sql_col_addr(q, &p->pool);
	p->classes = sql_col_u32(q);
	p->max_sample_bytes = sql_col_u32(q);
	p->refund_wait_s = sql_col_u32(q);
	p->verdict_window_s = sql_col_u32(q);
	p->challenge_s = sql_col_u32(q);
	p->epoch_s = sql_col_u32(q);
	p->owner_claim_wait_s = sql_col_u32(q);
	p->any_claim_wait_s = sql_col_u32(q);
	p->fee_gwei = sql_col_u64(q);
	p->floor_wei = sql_col_wei(q);
	p->cap_wei = sql_col_wei(q);
	p->burst = sql_col_u32(q);
	p->window_s = sql_col_u32(q);
	p->reporter_share_bps = (uint16_t)sql_col_u32(q);
}

static void
sql_col_created(struct sql_query *q, struct sql_model *m,
		struct dc_arena *arena)
{
	struct ev_model_created *e = &m->is;

	m->row = sql_col_i64(q);
	sql_col_addr(q, &e->trainer);
	m->slug = sql_col_text(q, arena);
	sql_col_addr(q, &e->owner);
	e->kind = (enum incentive_kind)sql_col_u32(q);
	m->origin = (enum sql_origin)sql_col_u32(q);
	m->followed = sql_col_bool(q);
	sql_col_hash(q, &e->spec_hash);
	e->spec = (const char *)sql_col_blob(q, &e->spec_len, arena);
	m->type = sql_col_text(q, arena);
	m->features = sql_col_u64(q);
	e->name = sql_col_text(q, arena);
	e->description = sql_col_text(q, arena);
	e->encoder = sql_col_text(q, arena);
	sql_col_params(q, &e->params);
	e->created_at_s = sql_col_u64(q);
	m->created.block = sql_col_u64(q);
	m->created.index = sql_col_u32(q);
	sql_col_hash(q, &m->created.tx);
	sql_col_hash(q, &m->created.block_hash);
	m->created.time_s = sql_col_u64(q);
}

static void
sql_col_totals(struct sql_query *q, struct sql_model_totals *t)
{
	t->count = sql_col_u64(q);
	t->judged = sql_col_u64(q);
	sql_col_hash(q, &t->record_hash);
	t->held_wei = sql_col_wei(q);
	t->paid_out_wei = sql_col_wei(q);
	t->forfeited_wei = sql_col_wei(q);
	t->fees_wei = sql_col_wei(q);
	t->progressive_right = sql_col_u64(q);
	t->progressive_counted = sql_col_u64(q);
	t->holdout_right = sql_col_u64(q);
	t->holdout_counted = sql_col_u64(q);
	t->karma = sql_col_u64(q);
	sql_col_u256(q, &t->acc);
	t->carry_wei = sql_col_wei(q);
	t->level = sql_col_u64(q);
	t->level_time_s = sql_col_u64(q);
	t->has_checkpoint = sql_col_bool(q);
	t->checkpoint_epoch = sql_col_u64(q);
	t->checkpoint_count = sql_col_u64(q);
	t->checkpoint_judged = sql_col_u64(q);
	sql_col_hash(q, &t->checkpoint_root);
	sql_col_hash(q, &t->checkpoint_verdicts);
	t->checkpoint_block = sql_col_u64(q);
	t->checkpoint_accepted_s = sql_col_u64(q);
	t->has_root = sql_col_bool(q);
	sql_col_hash(q, &t->root);
	t->root_count = sql_col_u64(q);
	t->contributors = sql_col_u64(q);
}

static void
sql_col_model(struct sql_query *q, struct sql_model *out,
	      struct dc_arena *arena)
{
	sql_col_created(q, out, arena);
	sql_col_totals(q, &out->totals);
}

static enum dc_status
sql_model_read(struct sql_query *q, struct sql_model *out, bool *found,
	       struct dc_arena *arena, struct dc_err *err)
{
	*found = false;
	while (sql_query_row(q)) {
		sql_col_model(q, out, arena);
		*found = true;
	}
	return sql_query_close(q, err);
}

#define SQL_MODEL_FROM \
	SQL_MODEL_COLUMNS " FROM models AS m JOIN model_totals AS t" \
	" ON t.model = m.model" SQL_MODEL_JOIN
static const char SQL_MODEL_GET[] = SQL_MODEL_FROM "WHERE m.address = ?1";
static const char SQL_MODEL_BY_SLUG[] = SQL_MODEL_FROM "WHERE m.slug = ?1";
static const char SQL_MODEL_BY_ROW[] = SQL_MODEL_FROM "WHERE m.model = ?1";

enum dc_status
sql_model_get(struct sql_db *db, struct sql_model *out, bool *found,
	      const struct addr20 *address, struct dc_arena *arena,
	      struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MODEL_GET);
	sql_bind_addr(&q, address);
	return sql_model_read(&q, out, found, arena, err);
}

enum dc_status
sql_model_by_slug(struct sql_db *db, struct sql_model *out, bool *found,
		  const char *slug, struct dc_arena *arena,
		  struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MODEL_BY_SLUG);
	sql_bind_text(&q, slug);
	return sql_model_read(&q, out, found, arena, err);
}

enum dc_status
sql_model_by_row(struct sql_db *db, struct sql_model *out, bool *found,
		 int64_t row, struct dc_arena *arena, struct dc_err *err)
{
	struct sql_query q;

	sql_query_open(&q, db, SQL_MODEL_BY_ROW);
	sql_bind_i64(&q, row);
	return sql_model_read(&q, out, found, arena, err);
}

/* Of a few bytes for each model, from one index. */
static const char SQL_MODELS_SUMS[] =
	SQL_WALKS
	"SELECT count(*), coalesce(sum(count), 0) FROM model_totals";

enum dc_status
sql_models_count(struct sql_db *db, uint64_t *models,
		 uint64_t *contributions, struct dc_err *err)
{
	struct sql_query q;

	*models = *contributions = 0;
	sql_query_open(&q, db, SQL_MODELS_SUMS);
	while (sql_query_row(&q)) {
		*models = sql_col_u64(&q);
		*contributions = sql_col_u64(&q);
	}
	return sql_query_close(&q, err);
}

/* Pages. One text an order: ?1 q, ?2 kind or -1, ?3 type, ?4 limit, and
 * from ?5 on the place after which the page starts. CROSS JOIN keeps
 * SQLite from walking another table first. */
#define SQL_MODELS_FILTER \
	" WHERE (?1 IS NULL OR instr(lower(m.name), lower(?1)) > 0" \
	" OR instr(lower(m.description), lower(?1)) > 0)" \
	" AND (?2 < 0 OR m.kind = ?2) AND (?3 IS NULL OR m.type = ?3) "
#define SQL_MODELS_BY_TOTALS(column) \
	SQL_MODEL_COLUMNS " FROM model_totals AS t" \
	" CROSS JOIN models AS m ON m.model = t.model" SQL_MODEL_JOIN \
	SQL_MODELS_FILTER "AND (t." column ", t.model) < (?5, ?6)" \
	" ORDER BY t." column " DESC, t.model DESC LIMIT ?4"
#define SQL_MODELS_BY_MODEL \
	SQL_MODEL_COLUMNS " FROM models AS m" \
	" CROSS JOIN model_totals AS t ON t.model = m.model" \
	SQL_MODEL_JOIN SQL_MODELS_FILTER

static const char SQL_MODELS_PAGE_NEW[] = SQL_MODELS_BY_MODEL
	"AND m.model < ?5 ORDER BY m.model DESC LIMIT ?4";
static const char SQL_MODELS_PAGE_OLD[] = SQL_MODELS_BY_MODEL
	"AND m.model > ?5 ORDER BY m.model LIMIT ?4";
static const char SQL_MODELS_PAGE_NAME[] = SQL_MODELS_BY_MODEL
	"AND (m.name, m.model) > (coalesce("
	"(SELECT name FROM models WHERE model = ?5), ''), ?5)"
	" ORDER BY m.name, m.model LIMIT ?4";
static const char SQL_MODELS_PAGE_ACCURACY[] =
	SQL_MODELS_BY_TOTALS("accuracy_fx9");
static const char SQL_MODELS_PAGE_COUNT[] = SQL_MODELS_BY_TOTALS("count");
static const char SQL_MODELS_PAGE_HELD[] = SQL_MODELS_BY_TOTALS("held_wei");

static const char *
sql_models_text(enum sql_models_sort sort)
{
	switch (sort) {
	case SQL_MODELS_NEW:
		return SQL_MODELS_PAGE_NEW;
	case SQL_MODELS_OLD:
		return SQL_MODELS_PAGE_OLD;
	case SQL_MODELS_ACCURACY:
		return SQL_MODELS_PAGE_ACCURACY;
	case SQL_MODELS_CONTRIBUTIONS:
		return SQL_MODELS_PAGE_COUNT;
	case SQL_MODELS_DEPOSITS:
		return SQL_MODELS_PAGE_HELD;
	case SQL_MODELS_NAME:
		return SQL_MODELS_PAGE_NAME;
	}
	dc_abort(__FILE__, __LINE__, "no such order");
}

/* The place of m in an order, or with m NULL the place before the first.
 * v[0] the model's row, v[1] or bytes what stands before it in the order. */
static void
sql_models_place(struct sql_key *key, enum sql_models_sort sort,
		 const struct sql_model *m)
{
	memset(key, 0, sizeof(*key));
	key->list = (char)('A' + (int)sort);
	key->n_numbers = 1;
	key->v[0] = m != NULL ? (uint64_t)m->row : INT64_MAX;
	switch (sort) {
	case SQL_MODELS_NEW:
		break;
	case SQL_MODELS_OLD:
	case SQL_MODELS_NAME:
		key->v[0] = m != NULL ? (uint64_t)m->row : 0;
		break;
	case SQL_MODELS_ACCURACY:
		key->n_numbers = 2;
		key->v[1] = m == NULL ? INT64_MAX : sql_accuracy_fx9(
			m->totals.progressive_right,
			m->totals.progressive_counted);
		break;
	case SQL_MODELS_CONTRIBUTIONS:
		key->n_numbers = 2;
		key->v[1] = m == NULL ? INT64_MAX : m->totals.count;
		break;
	case SQL_MODELS_DEPOSITS:
		key->n_bytes = 32;
		u256_to_be(m == NULL ? U256_MAX_ : m->totals.held_wei.v,
			   key->bytes);
		break;
	}
}

static void
sql_bind_models_page(struct sql_query *q, const struct sql_models_filter *f,
		     uint32_t limit, const struct sql_key *from)
{
	sql_bind_text(q, f->q);
	sql_bind_i64(q, f->kind);
	sql_bind_text(q, f->type);
	sql_bind_u64(q, limit);
	if (from->n_bytes != 0)
		sql_bind_blob(q, from->bytes, from->n_bytes);
	else if (from->n_numbers == 2)
		sql_bind_u64(q, from->v[1]);
	sql_bind_u64(q, from->v[0]);
}

enum dc_status
sql_models_page(struct sql_db *db, struct sql_model *out, uint32_t *n,
		char *next, const struct sql_models_filter *filter,
		const struct sql_page *page, struct dc_arena *arena,
		struct dc_err *err)
{
	struct sql_query q;
	struct sql_key key;
	enum dc_status found = sql_page_check(page, err);

	*n = 0;
	*next = '\0';
	sql_models_place(&key, filter->sort, NULL);
	if (found == DC_OK && page->after != NULL)
		found = sql_key_parse(&key, page->after, err);
	if (found != DC_OK)
		return found;
	sql_query_open(&q, db, sql_models_text(filter->sort));
	sql_bind_models_page(&q, filter, page->limit + 1, &key);
	while (sql_query_row(&q)) {
		if (*n == page->limit) {
			sql_models_place(&key, filter->sort, &out[*n - 1]);
			sql_key_format(&key, next);
			break;
		}
		sql_col_model(&q, &out[(*n)++], arena);
	}
	return sql_query_close(&q, err);
}
