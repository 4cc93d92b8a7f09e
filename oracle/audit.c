/* The database held against itself. */
#include "config.h"

#include "oracle/audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/keccak.h"
#include "incentives/deca_trainer.h"
#include "incentives/record.h"
#include "models/learner.h"
#include "oracle/snapshot.h"
#include "sql/contributions.h"
#include "sql/integrity.h"
#include "sql/models.h"
#include "sql/snapshots.h"

#define CHUNK 256	/* contributions read at once */
#define PAGE 32		/* models read at once */

struct audit {
	struct audit_report *report;
	struct sql_db *db;
	const char *data_dir;
	audit_tell *tell;
	void *user;
};

/* What the rows of one model add up to. */
struct sums {
	uint64_t next;			/* the id that must come */
	struct hash32 record;		/* of the one before it */
	struct wei held_wei;
	uint64_t right, counted;	/* as the last row has them */
};

static void say(struct audit *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct audit *a, const char *fmt, ...)
{
	char text[DC_ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->report->wrong++;
	a->tell(a->user, text);
}

static void complaint(void *user, const char *text)
{
	struct audit *a = user;

	a->report->wrong++;
	a->tell(a->user, text);
}

/* ---- contributions ---- */

static bool is_held(const struct sql_contribution *c)
{
	return c->now.state != SQL_STATE_REFUNDED &&
		c->now.state != SQL_STATE_FORFEITED;
}

/* The entry of a mirror's contract: its key is made from all that it says,
 * but for a label beyond what a row has room for. */
static void look_at_entry(struct audit *a, const struct sql_model *m,
			  struct sums *s, const struct sql_contribution *c)
{
	size_t n = c->is.sample_len / 8;
	int64_t *data = dc_calloc(n + 1, sizeof(*data));
	struct deca_ref ref = {
		.data = data, .n = n, .label = c->is.label,
		.added_s = u256_from_u64(c->log.time_s),
		.author = c->is.contributor
	};
	struct hash32 key;

	for (size_t i = 0; i < n * 8; i++)
		data[i / 8] = (int64_t)((uint64_t)data[i / 8] << 8 |
					c->is.sample[i]);
	deca_entry_key(&key, &ref);
	free(data);
	if (c->is.label < UINT32_MAX && !hash32_equal(&key, &c->sample_hash))
		say(a, "%s: contribution %" PRIu64 " does not make its "
		    "entry's key", m->slug, c->is.id);
	s->record = c->record_hash;
	if (c->now.state == SQL_STATE_PENDING &&
	    !(wei_add(&s->held_wei, s->held_wei, c->is.deposit_wei) &&
	      wei_sub(&s->held_wei, s->held_wei, c->now.paid_wei)))
		say(a, "%s: contribution %" PRIu64 " paid more than it had",
		    m->slug, c->is.id);
	if (c->prediction_before >= 0) {
		s->right = c->progressive_right;
		s->counted = c->progressive_counted;
	}
	a->report->contributions++;
}

static void look_at(struct audit *a, const struct sql_model *m,
		    struct sums *s, const struct sql_contribution *c)
{
	struct hash32 hash;
	struct record r;

	if (c->is.id != s->next)
		say(a, "%s: contribution %" PRIu64 " where %" PRIu64
		    " should be", m->slug, c->is.id, s->next);
	s->next = c->is.id + 1;
	if (m->origin == SQL_ORIGIN_0XDECA10B) {
		look_at_entry(a, m, s, c);
		return;
	}
	if (c->pruned) {
		a->report->pruned++;
	} else {
		keccak256(&hash, c->is.sample, c->is.sample_len);
		if (!hash32_equal(&hash, &c->sample_hash))
			say(a, "%s: the sample of contribution %" PRIu64
			    " is not that of its hash", m->slug, c->is.id);
	}
	r = (struct record){ .contributor = c->is.contributor,
		.time_s = c->log.time_s, .deposit_wei = c->is.deposit_wei,
		.label = c->is.label, .sample_hash = c->sample_hash };
	record_hash(&hash, &s->record, &r);
	if (!hash32_equal(&hash, &c->record_hash))
		say(a, "%s: contribution %" PRIu64 " does not make its record",
		    m->slug, c->is.id);
	s->record = c->record_hash;
	if (is_held(c) && !wei_add(&s->held_wei, s->held_wei,
				   c->is.deposit_wei))
		say(a, "%s: deposits above 2^256", m->slug);
	s->right = c->progressive_right;
	s->counted = c->progressive_counted;
	a->report->contributions++;
}

static enum dc_status add_up(struct audit *a, const struct sql_model *m,
			     struct sums *s, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c[CHUNK];
	enum dc_status found = DC_OK;
	uint32_t n = CHUNK;

	while (found == DC_OK && n == CHUNK) {
		dc_arena_reset(arena);
		found = sql_contributions_range(a->db, c, &n, CHUNK, m->row,
						s->next, arena, err);
		for (uint32_t i = 0; found == DC_OK && i < n; i++)
			look_at(a, m, s, &c[i]);
	}
	dc_arena_free(arena);
	return found;
}

static void compare(struct audit *a, const struct sql_model *m,
		    const struct sums *s)
{
	const struct sql_model_totals *t = &m->totals;

	if (s->next != t->count)
		say(a, "%s: %" PRIu64 " contributions, counted as %" PRIu64,
		    m->slug, s->next, t->count);
	if (!hash32_equal(&s->record, &t->record_hash))
		say(a, "%s: the last record is not that of its totals",
		    m->slug);
	/* a claim that names no entry leaves a mirror's held here */
	if (m->origin == SQL_ORIGIN_DECAID &&
	    wei_compare(s->held_wei, t->held_wei) != 0)
		say(a, "%s: deposits held are not the sum of those held",
		    m->slug);
	if (s->right != t->progressive_right ||
	    s->counted != t->progressive_counted)
		say(a, "%s: accuracy is not that of the last contribution",
		    m->slug);
}

/* ---- snapshots ---- */

static enum dc_status import(const struct model_spec *spec,
			     const struct sql_snapshot *s,
			     const uint8_t *bytes, size_t len,
			     struct dc_err *err)
{
	int64_t *cells = dc_calloc(learner_cells(spec), sizeof(*cells));
	void *work = dc_malloc(learner_work_size(spec));
	struct learner l;
	enum dc_status found;

	learner_init(&l, spec, cells, work);
	found = learner_kept_check(spec, bytes, &len, err);
	if (found == DC_OK)
		found = learner_import(&l, bytes, len, &s->root, err);
	if (found == DC_OK && learner_count(&l, LEARNER_SEEN) != s->count)
		found = dc_fail(err, DC_EINVAL, "it learned from another "
				"number of contributions");
	free(work);
	free(cells);
	return found;
}

/* Does the newest file hold what its row says? */
static enum dc_status check_snapshot(struct audit *a,
				     const struct sql_model *m,
				     struct dc_arena *arena,
				     struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct model_spec spec = { 0 };
	const uint8_t *bytes = NULL;
	struct sql_snapshot s;
	size_t len = 0;
	bool any;
	enum dc_status found;

	found = sql_snapshot_newest(a->db, &s, &any, m->row, INT64_MAX, arena,
				    err);
	if (found != DC_OK || !any)
		return found;
	found = spec_parse(&spec, m->is.spec, m->is.spec_len, &why);
	if (found == DC_OK)
		found = snapshot_map(&bytes, &len, a->data_dir, s.file, &why);
	if (found == DC_OK)
		found = import(&spec, &s, bytes, len, &why);
	snapshot_unmap(bytes, len);
	spec_clear(&spec);
	if (found != DC_OK)
		say(a, "%s: the snapshot of block %" PRIu64 ": %s", m->slug,
		    s.block, why.text);
	return DC_OK;
}

/* ---- the whole ---- */

static enum dc_status check_model(struct audit *a, const struct sql_model *m,
				  struct dc_arena *arena, struct dc_err *err)
{
	struct sums s = { 0 };
	enum dc_status found;

	a->report->models++;
	if (!m->followed)
		return DC_OK;
	found = add_up(a, m, &s, err);
	if (found != DC_OK)
		return found;
	compare(a, m, &s);
	return m->origin == SQL_ORIGIN_0XDECA10B ? DC_OK :
		check_snapshot(a, m, arena, err);
}

static enum dc_status check_models(struct audit *a, struct dc_err *err)
{
	const struct sql_models_filter filter = { .kind = -1,
						  .sort = SQL_MODELS_OLD };
	char key[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	struct sql_page page = { .limit = PAGE };
	enum dc_status found;
	uint32_t n;

	do {
		struct dc_arena *arena = dc_arena_new(1 << 16);
		struct sql_model rows[PAGE];

		found = sql_models_page(a->db, rows, &n, key, &filter, &page,
					arena, err);
		for (uint32_t i = 0; found == DC_OK && i < n; i++)
			found = check_model(a, &rows[i], arena, err);
		dc_arena_free(arena);
		(void)snprintf(after, sizeof(after), "%s", key);
		page.after = after;
	} while (found == DC_OK && key[0] != '\0');
	return found;
}

enum dc_status audit_chain(struct audit_report *out, struct sql_db *db,
			   const char *data_dir, audit_tell *tell,
			   void *user, struct dc_err *err)
{
	struct audit a = { out, db, data_dir, tell, user };
	enum dc_status found;
	uint64_t n;

	*out = (struct audit_report){ 0 };
	found = sql_tx_begin_read(db, err);	/* one view of all of it */
	if (found != DC_OK)
		return found;
	found = sql_integrity_check(db, &n, complaint, &a, err);
	if (found == DC_OK)
		found = check_models(&a, err);
	sql_tx_rollback(db);
	return found;
}
