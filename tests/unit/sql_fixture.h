#ifndef DECAID_TESTS_UNIT_SQL_FIXTURE_H
#define DECAID_TESTS_UNIT_SQL_FIXTURE_H

/*
 * What the tests of sql/ share: a folder that goes away, connections that
 * must open, a dump of a file, and a chain of random blocks that touches
 * every table of chain.db.
 */

#include <ftw.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/keccak.h"
#include "sql/accuracy.h"
#include "sql/blocks.h"
#include "sql/board.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"
#include "sql/contributors.h"
#include "sql/db.h"
#include "sql/events.h"
#include "sql/models.h"
#include "sql/operators.h"
#include "sql/snapshots.h"
#include "sql/undo.h"
#include "tests/unit/unit.h"

struct sql_folder {
	char path[64];
	char chain[96];
	char local[96];
};

static inline void
sql_folder_make(struct sql_folder *f)
{
	(void)snprintf(f->path, sizeof(f->path), "/tmp/decaid-sql-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->path));
	(void)snprintf(f->chain, sizeof(f->chain), "%s/chain.db", f->path);
	(void)snprintf(f->local, sizeof(f->local), "%s/local.db", f->path);
}

static inline int
sql_folder_unlink(const char *path, const struct stat *st, int type,
		  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
sql_folder_remove(const struct sql_folder *f)
{
	ck_assert_int_eq(nftw(f->path, sql_folder_unlink, 8,
			      FTW_DEPTH | FTW_PHYS), 0);
}

static inline struct sql_db *
sql_open_chain(const struct sql_folder *f, enum sql_access access)
{
	struct sql_db *db = NULL;

	MUST(sql_db_open(&db, f->chain, SQL_CHAIN, access, err));
	return db;
}

/* A hash over every row of every table but `progress`, `board_marks` (they
 * depend on the way, and are checked elsewhere) and, unless asked, the undo
 * tables. */
static inline void
sql_dump_table(sqlite3 *h, struct keccak *k, const char *table)
{
	char text[128];
	sqlite3_stmt *s;
	int rc, i;

	(void)snprintf(text, sizeof(text), "SELECT * FROM %s", table);
	ck_assert_int_eq(sqlite3_prepare_v2(h, text, -1, &s, NULL), SQLITE_OK);
	keccak_update(k, table, strlen(table));
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		for (i = 0; i < sqlite3_column_count(s); i++) {
			const int type = sqlite3_column_type(s, i);
			const void *p = sqlite3_column_blob(s, i);
			const int n = sqlite3_column_bytes(s, i);

			keccak_update(k, &type, sizeof(type));
			keccak_update(k, &n, sizeof(n));
			if (n != 0)
				keccak_update(k, p, (size_t)n);
		}
	ck_assert_int_eq(rc, SQLITE_DONE);
	ck_assert_int_eq(sqlite3_finalize(s), SQLITE_OK);
}

enum sql_dump { SQL_DUMP_DATA, SQL_DUMP_UNDO };

static inline struct hash32
sql_dump(const char *path, enum sql_dump what)
{
	struct keccak k;
	struct hash32 found;
	sqlite3 *h;
	sqlite3_stmt *s;
	int rc;

	ck_assert_int_eq(sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY,
					 NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(h, what == SQL_DUMP_DATA
		? "SELECT name FROM sqlite_schema WHERE type = 'table'"
		  " AND name NOT GLOB 'undo_*' AND name <> 'progress'"
		  " AND name <> 'board_marks'"
		  " ORDER BY name"
		: "SELECT name FROM sqlite_schema WHERE type = 'table'"
		  " AND name GLOB 'undo_*' ORDER BY name",
		-1, &s, NULL), SQLITE_OK);
	keccak_init(&k);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		sql_dump_table(h, &k,
			       (const char *)sqlite3_column_text(s, 0));
	ck_assert_int_eq(rc, SQLITE_DONE);
	keccak_final(&k, &found);
	ck_assert_int_eq(sqlite3_finalize(s), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	return found;
}

/* Values made from numbers. */
static inline struct hash32
sim_hash(uint64_t a, uint64_t b)
{
	const uint64_t in[2] = { a, b };
	struct hash32 found;

	keccak256(&found, in, sizeof(in));
	return found;
}

static inline struct addr20
sim_addr(uint64_t n)
{
	const struct hash32 h = sim_hash(n, 20);
	struct addr20 found;

	memcpy(found.b, h.b, sizeof(found.b));
	return found;
}

#define SIM_MODELS 6
#define SIM_PEOPLE 24
#define SIM_OPERATORS 5

/* A chain being made: copied to remember a height, put back to return to
 * it. Every random decision comes from seed. */
struct sim {
	uint64_t seed;
	uint64_t block, time_s;
	uint32_t log;
	uint64_t contributions;
	uint32_t models;
	int64_t row[SIM_MODELS];
	struct sql_model_totals totals[SIM_MODELS];
	uint64_t late[SIM_MODELS];
};

static inline uint64_t
sim_below(struct sim *s, uint64_t n)
{
	return unit_random(&s->seed) % n;
}

static inline struct log_ref
sim_log(struct sim *s)
{
	struct log_ref log = { .block = s->block, .index = s->log++,
			       .time_s = s->time_s };

	log.block_hash = sim_hash(s->block, s->seed);
	log.tx = sim_hash(s->block, s->log);
	return log;
}

static inline enum dc_status
sim_event(struct sql_db *db, struct sim *s, enum sql_event_kind kind,
	  int64_t model, uint64_t ref, struct dc_err *err)
{
	struct sql_event e = { .kind = kind, .model = model, .ref = ref };

	e.log = sim_log(s);
	e.account = sim_addr(sim_below(s, SIM_PEOPLE));
	e.amount_wei = wei_from_u64(sim_below(s, 1000));
	return sql_event_insert(db, &e, err);
}

static inline enum dc_status
sim_model(struct sql_db *db, struct sim *s, struct dc_err *err)
{
	char slug[32], name[32];
	struct sql_model m;
	enum dc_status found;

	memset(&m, 0, sizeof(m));
	(void)snprintf(slug, sizeof(slug), "model-%u", s->models);
	(void)snprintf(name, sizeof(name), "%c model",
		       (int)('a' + sim_below(s, 26)));
	m.is.trainer = sim_addr(1000 + s->models);
	m.is.owner = sim_addr(1);
	m.is.kind = (enum incentive_kind)(s->models % 2);
	m.is.name = name;
	m.is.description = "of tests";
	m.is.encoder = "none";
	m.is.spec = "decaid 1\n";
	m.is.spec_len = 9;
	m.is.params.pool = sim_addr(77);
	m.is.params.fee_gwei = UINT64_MAX;
	m.is.params.cap_wei = wei_from_u64(UINT64_MAX);
	m.slug = slug;
	m.followed = true;
	m.type = s->models % 3 != 0 ? "naive-bayes" : "perceptron";
	m.created = sim_log(s);
	found = sql_model_insert(db, &m, err);
	if (found == DC_OK) {
		s->row[s->models] = m.row;
		s->totals[s->models++] = m.totals;
	}
	return found;
}

static inline enum dc_status
sim_contribute(struct sql_db *db, struct sim *s, uint32_t m,
	       struct dc_err *err)
{
	uint8_t sample[24];
	struct sql_contribution c;
	struct sql_contributor_delta d = { .contributions = 1 };
	struct sql_model_totals *t = &s->totals[m];
	enum dc_status found;

	memset(&c, 0, sizeof(c));
	memset(sample, (int)sim_below(s, 200), sizeof(sample));
	c.model = s->row[m];
	c.is.id = t->count;
	c.is.contributor = sim_addr(sim_below(s, SIM_PEOPLE));
	c.is.label = (uint32_t)sim_below(s, 3);
	c.is.deposit_wei = wei_from_u64(1 + sim_below(s, 1u << 30));
	c.is.sample = sample;
	c.is.sample_len = sim_below(s, sizeof(sample));
	c.log = sim_log(s);
	keccak256(&c.sample_hash, sample, c.is.sample_len);
	c.record_hash = sim_hash(t->count, s->seed);
	c.valid = true;
	found = sql_sample_seen(db, &c.is_new, c.model, &c.sample_hash, err);
	if (found != DC_OK)
		return found;
	c.is_new = !c.is_new;
	c.prediction_before = (int64_t)sim_below(s, 4) - 1;
	t->progressive_counted += c.is_new ? 1 : 0;
	t->progressive_right += c.is_new ? sim_below(s, 2) : 0;
	c.progressive_right = t->progressive_right;
	c.progressive_counted = t->progressive_counted;
	c.now.verdict = VERDICT_NONE;
	found = sql_contribution_insert(db, &c, err);
	t->count++;
	s->contributions++;
	d.deposited_wei = c.is.deposit_wei;
	d.block = c.log.block;
	d.log = c.log.index;
	d.time_s = c.log.time_s;
	if (found == DC_OK)
		found = sql_contributor_add(db, c.model, &c.is.contributor,
					    &d, err);
	return found;
}

/* Judge, refund or forfeit a random one; its contributor gains. */
static inline enum dc_status
sim_settle(struct sql_db *db, struct sim *s, uint32_t m, struct dc_err *err)
{
	struct sql_settlement now = { .verdict = VERDICT_AGREE };
	struct sql_contributor_delta d = { .agreed = 1 };
	struct addr20 who = sim_addr(sim_below(s, SIM_PEOPLE));
	struct u256 acc = u256_from_u64(sim_below(s, 99));
	uint64_t id;
	enum dc_status found;

	if (s->totals[m].count == 0)
		return DC_OK;
	id = sim_below(s, s->totals[m].count);
	now.state = (enum sql_state)sim_below(s, SQL_STATES);
	now.verdict_epoch = s->block / 4;
	now.paid_wei = wei_from_u64(sim_below(s, 100));
	now.settled_block = now.state >= SQL_STATE_REFUNDED ? s->block : 0;
	found = sql_contribution_settle(db, s->row[m], id, &now, err);
	d.karma = (int64_t)sim_below(s, 3);
	d.earned_wei = now.paid_wei;
	d.block = s->block;
	d.log = s->log;
	d.time_s = s->time_s;
	if (found == DC_OK)
		found = sim_event(db, s, SQL_EVENT_REFUND, s->row[m], id, err);
	if (found == DC_OK)
		found = sql_contributor_add(db, s->row[m], &who, &d, err);
	if (found == DC_OK)
		found = sql_contributor_owe(db, s->row[m], &who, &acc,
					    now.paid_wei, err);
	return found;
}

static inline enum dc_status
sim_checkpoint(struct sql_db *db, struct sim *s, uint32_t m,
	       struct dc_err *err)
{
	uint8_t words[64] = { 1, 2, 3 };
	struct sql_checkpoint c;
	enum dc_status found;

	memset(&c, 0, sizeof(c));
	c.model = s->row[m];
	c.is.epoch = s->block / 4;
	c.is.count = s->totals[m].count;
	c.is.state_root = sim_hash(s->block, s->seed);
	c.words = words;
	c.n_words = (uint32_t)sim_below(s, 3);
	c.computed = true;
	c.accepted = sim_below(s, 2) == 0;
	if (c.accepted) {
		c.log = sim_log(s);
		c.effective_s = s->time_s + 30;
	}
	found = sql_checkpoint_put(db, &c, err);
	if (found == DC_OK)
		found = sim_event(db, s, SQL_EVENT_CHECKPOINT, c.model,
				  c.is.epoch, err);
	return found;
}

static inline enum dc_status
sim_rest(struct sql_db *db, struct sim *s, uint32_t m, struct dc_err *err)
{
	struct sql_late_range r = { .model = s->row[m],
		.index = s->late[m], .from = s->late[m] * 10,
		.to = s->late[m] * 10 + 10, .accepted_s = s->time_s };
	struct sql_accuracy_point p = { .contribution = s->block,
		.block = s->block, .time_s = s->time_s, .right = 1,
		.counted = 1 + sim_below(s, 9) };
	struct sql_operator o;
	enum dc_status found = DC_OK;

	memset(&o, 0, sizeof(o));
	o.pool = sim_addr(77);
	o.id = sim_below(s, SIM_OPERATORS);
	o.owner = o.signer = o.attester = o.sender = sim_addr(500 + o.id);
	o.endpoint = "https://operator.example/";
	o.bond_wei = wei_from_u64(sim_below(s, 1000));
	switch (sim_below(s, 4)) {
	case 0:
		found = sql_late_range_insert(db, &r, err);
		s->late[m]++;
		break;
	case 1:
		if (s->late[m] > 0)
			found = sql_late_range_delete(db, s->row[m],
						      --s->late[m], err);
		break;
	case 2:
		found = sql_holdout_insert(db, s->row[m], &p, err);
		break;
	default:
		found = sql_operator_put(db, &o, err);
		break;
	}
	return found;
}

/* Leaderboards are counted at first and kept from then on. */
static inline enum dc_status
sim_boards(struct sql_db *db, struct sim *s, struct dc_err *err)
{
	bool kept;
	enum dc_status found = sql_boards_kept(db, &kept, err);

	if (found != DC_OK)
		return found;
	return kept ? sql_boards_turn(db, s->time_s, err)
		    : sql_boards_recount(db, s->time_s, err);
}

enum sim_track { SIM_TRACKED, SIM_FINAL };

/* One more block with up to `most` happenings, in the open transaction.
 * After a failure s is to be put back by the caller. */
static inline enum dc_status
sim_block(struct sql_db *db, struct sim *s, uint64_t most,
	  enum sim_track track, struct dc_err *err)
{
	struct block_ref b;
	const uint64_t events = most == 0 ? 0 : sim_below(s, most + 1);
	enum dc_status found;
	uint64_t i;
	uint32_t m;

	s->block++;
	s->time_s += 1 + sim_below(s, 1200);
	s->log = 0;
	b.number = s->block;
	b.hash = sim_hash(s->block, s->seed);
	b.parent = sim_hash(s->block - 1, 0);
	b.time_s = s->time_s;
	if (track == SIM_TRACKED)
		sql_undo_track(db, s->block);
	found = sql_block_put(db, &b, err);
	if (found == DC_OK)
		found = sim_boards(db, s, err);
	if (found == DC_OK && s->models < SIM_MODELS &&
	    (s->models == 0 || sim_below(s, 8) == 0))
		found = sim_model(db, s, err);
	for (i = 0; i < events && found == DC_OK; i++) {
		const uint64_t what = sim_below(s, 100);

		m = (uint32_t)sim_below(s, s->models);
		if (what < 55)
			found = sim_contribute(db, s, m, err);
		else if (what < 85)
			found = sim_settle(db, s, m, err);
		else if (what < 92)
			found = sim_checkpoint(db, s, m, err);
		else
			found = sim_rest(db, s, m, err);
	}
	for (m = 0; m < s->models && found == DC_OK; m++) {
		struct sql_model_totals *t = &s->totals[m];

		t->held_wei = wei_from_u64(sim_below(s, 1u << 30));
		t->level = UINT64_MAX - s->block;
		found = sql_model_totals_put(db, s->row[m], t, err);
	}
	return found;
}

/* The same in a transaction of its own, which must succeed. */
static inline void
sim_commit_block(struct sql_db *db, struct sim *s, uint64_t most,
		 enum sim_track track)
{
	MUST(sql_tx_begin(db, err));
	MUST(sim_block(db, s, most, track, err));
	MUST(sql_tx_commit(db, err));
}

#endif /* DECAID_TESTS_UNIT_SQL_FIXTURE_H */
