/* Files that do not grow for ever, and whether they are whole. */

#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "sql/growth.h"
#include "sql/integrity.h"
#include "sql/outbox.h"
#include "sql/signatures.h"
#include "tests/unit/sql_fixture.h"

#define KEEP 10

static struct sql_folder folder;

static uint64_t file_bytes(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

/* One block with n contributions of `bytes` bytes to model 1. */
static void contribute(struct sql_db *db, struct sim *s, unsigned n,
		       size_t bytes, enum sim_track track)
{
	struct block_ref b = { .number = ++s->block, .time_s = s->time_s };
	uint8_t *sample = dc_calloc(1, bytes);

	s->log = 0;
	b.hash = sim_hash(s->block, s->seed);
	MUST(sql_tx_begin(db, err));
	if (track == SIM_TRACKED)
		sql_undo_track(db, s->block);
	MUST(sql_block_put(db, &b, err));
	if (s->models == 0)
		MUST(sim_model(db, s, err));
	for (unsigned i = 0; i < n; i++) {
		struct sql_contribution c = {
			.model = s->row[0], .valid = true, .is_new = true,
			.now = { .verdict = VERDICT_NONE },
		};

		c.is.id = s->totals[0].count++;
		memcpy(sample, &c.is.id, sizeof(c.is.id));
		c.is.sample = sample;
		c.is.sample_len = bytes;
		keccak256(&c.sample_hash, sample, c.is.sample_len);
		c.log = sim_log(s);
		MUST(sql_contribution_insert(db, &c, err));
	}
	MUST(sql_model_totals_put(db, s->row[0], &s->totals[0], err));
	MUST(sql_tx_commit(db, err));
	free(sample);
}

static void put_checkpoint(struct sql_db *db, struct sim *s, uint64_t judged,
			   bool computed, enum sim_track track)
{
	struct sql_checkpoint c = {
		.model = s->row[0], .words = (const uint8_t *)"",
		.computed = computed, .accepted = !computed,
	};

	c.is.epoch = judged;
	c.is.judged = judged;
	MUST(sql_tx_begin(db, err));
	if (track == SIM_TRACKED)
		sql_undo_track(db, s->block);
	MUST(sql_checkpoint_put(db, &c, err));
	MUST(sql_tx_commit(db, err));
}

static void put_snapshot(struct sql_db *db, struct sim *s, uint64_t count)
{
	struct sql_snapshot snap = {
		.model = s->row[0], .block = s->block, .count = count,
		.file = "x",
	};

	MUST(sql_tx_begin(db, err));
	MUST(sql_snapshot_put(db, &snap, err));
	MUST(sql_tx_commit(db, err));
}

static void put_final(struct sql_db *db, uint64_t block)
{
	MUST(sql_tx_begin(db, err));
	MUST(sql_finalized_put(db, block, err));
	MUST(sql_undo_prune(db, block, err));
	MUST(sql_tx_commit(db, err));
}

static uint64_t prunable(struct sql_db *db, const struct sim *s,
			 uint64_t keep)
{
	uint64_t end = 99;

	MUST(sql_samples_prunable(db, &end, s->row[0], keep, err));
	return end;
}

static bool is_pruned(struct sql_db *db, const struct sim *s, uint64_t id)
{
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct sql_contribution c;
	bool found;

	MUST(sql_contribution_get(db, &c, &found, s->row[0], id, arena, err));
	ck_assert(found);
	ck_assert(!c.pruned || c.is.sample_len == 0);
	dc_arena_free(arena);
	return c.pruned;
}

START_TEST(only_what_is_old_judged_and_in_a_final_snapshot_may_go)
{
	struct sim s = { .seed = 1, .time_s = 1700000000 };
	struct sql_db *db;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	contribute(db, &s, 100, 40, SIM_TRACKED);
	ck_assert_uint_eq(prunable(db, &s, KEEP), 0);
	put_checkpoint(db, &s, 60, true, SIM_TRACKED);
	put_snapshot(db, &s, 80);
	ck_assert_uint_eq(prunable(db, &s, KEEP), 0);	/* can be undone */
	contribute(db, &s, 1, 40, SIM_TRACKED);
	put_final(db, s.block);
	ck_assert_uint_eq(prunable(db, &s, KEEP), 60);
	ck_assert_uint_eq(prunable(db, &s, 71), 30);
	ck_assert_uint_eq(prunable(db, &s, 0), 0);
	ck_assert_uint_eq(prunable(db, &s, 1000), 0);
	ck_assert_uint_eq(prunable(db, &s, UINT64_MAX), 0);
	/* Accepted from others, not computed here. */
	put_checkpoint(db, &s, 70, false, SIM_FINAL);
	ck_assert_uint_eq(prunable(db, &s, KEEP), 60);
	put_checkpoint(db, &s, 95, true, SIM_FINAL);
	ck_assert_uint_eq(prunable(db, &s, KEEP), 80);
	s.block++;
	put_snapshot(db, &s, 101);	/* above what is final */
	ck_assert_uint_eq(prunable(db, &s, KEEP), 80);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(pruning_takes_the_old_and_keeps_the_rest)
{
	struct sim s = { .seed = 2, .time_s = 1700000000 };
	uint64_t pruned, first;
	struct sql_db *db;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	contribute(db, &s, 100, 40, SIM_FINAL);
	MUST(sql_samples_first(db, &first, s.row[0], err));
	ck_assert_uint_eq(first, 0);
	MUST(sql_tx_begin(db, err));
	MUST(sql_samples_prune(db, &pruned, s.row[0], 0, 50, err));
	ck_assert_uint_eq(pruned, 50);
	MUST(sql_samples_prune(db, &pruned, s.row[0], 40, 60, err));
	ck_assert_uint_eq(pruned, 10);
	MUST(sql_samples_prune(db, &pruned, s.row[0], 70, 70, err));
	ck_assert_uint_eq(pruned, 0);
	MUST(sql_tx_commit(db, err));
	for (uint64_t id = 0; id < 100; id++)
		ck_assert_int_eq(is_pruned(db, &s, id), id < 60);
	MUST(sql_samples_first(db, &first, s.row[0], err));
	ck_assert_uint_eq(first, 60);
	MUST(sql_tx_begin(db, err));
	MUST(sql_samples_prune(db, &pruned, s.row[0], 0, 100, err));
	MUST(sql_tx_commit(db, err));
	MUST(sql_samples_first(db, &first, s.row[0], err));
	ck_assert_uint_eq(first, SQL_MAX_ID + 1);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(a_sample_is_never_changed_nor_deleted_where_that_can_be_undone)
{
	struct sim s = { .seed = 3, .time_s = 1700000000 };
	struct sql_db *db;
	uint64_t pruned;
	sqlite3 *h;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	contribute(db, &s, 20, 40, SIM_FINAL);
	MUST(sql_tx_begin(db, err));
	sql_undo_track(db, s.block + 1);
	MUST_BE(DC_EINVAL, sql_samples_prune(db, &pruned, s.row[0], 0, 10,
					     err));
	sql_tx_rollback(db);
	ck_assert(!is_pruned(db, &s, 0));
	sql_db_close(db);
	ck_assert_int_eq(sqlite3_open(folder.chain, &h), SQLITE_OK);
	ck_assert_int_ne(sqlite3_exec(h, "UPDATE samples SET bytes = x'01'",
				      NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(pruned_pages_are_given_back_a_few_at_a_time)
{
	struct sim s = { .seed = 4, .time_s = 1700000000 };
	struct sql_pages full, freed, less, none;
	struct sql_db *db;
	uint64_t pruned, bytes;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	contribute(db, &s, 8000, 1000, SIM_FINAL);
	MUST(sql_pages_get(db, &full, err));
	MUST(sql_tx_begin(db, err));
	MUST(sql_samples_prune(db, &pruned, s.row[0], 0, 7600,
			       err));
	MUST(sql_tx_commit(db, err));
	MUST(sql_pages_get(db, &freed, err));
	ck_assert_uint_eq(freed.total, full.total);
	ck_assert_uint_gt(freed.free, full.total / 2);
	MUST(sql_vacuum_some(db, 50, err));
	MUST(sql_pages_get(db, &less, err));
	ck_assert_uint_le(less.free, freed.free - 50);
	ck_assert_uint_ge(less.free, freed.free - 60);
	while (less.free > 0) {
		MUST(sql_vacuum_some(db, 50, err));
		MUST(sql_pages_get(db, &less, err));
	}
	MUST(sql_vacuum(db, err));
	MUST(sql_pages_get(db, &none, err));
	ck_assert_uint_eq(none.free, 0);
	sql_db_close(db);
	bytes = file_bytes(folder.chain);
	ck_assert_uint_lt(bytes, full.total * full.bytes / 2);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(a_journal_is_cut_when_it_was_long)
{
	struct sim s = { .seed = 5, .time_s = 1700000000 };
	char wal[128];
	struct sql_db *db;

	sql_folder_make(&folder);
	(void)snprintf(wal, sizeof(wal), "%s-wal", folder.chain);
	db = sql_open_chain(&folder, SQL_WRITER);
	/* One transaction that no checkpoint can cut in the middle. */
	contribute(db, &s, 12000, 8000, SIM_FINAL);
	ck_assert_uint_gt(file_bytes(wal), 80u << 20);
	for (unsigned i = 0; i < 4; i++)
		contribute(db, &s, 1, 40, SIM_FINAL);
	ck_assert_uint_le(file_bytes(wal), 64u << 20);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(a_backup_is_the_same_while_another_writes)
{
	struct sim s = { .seed = 7, .time_s = 1700000000 };
	struct sql_db *writer, *reader, *copy = NULL;
	struct hash32 before, after;
	char path[128], wal[136];
	struct stat st;

	sql_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "%s/copy.db", folder.path);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	writer = sql_open_chain(&folder, SQL_WRITER);
	for (unsigned i = 0; i < 10; i++)
		sim_commit_block(writer, &s, 30, SIM_TRACKED);
	before = sql_dump(folder.chain, SQL_DUMP_DATA);
	reader = sql_open_chain(&folder, SQL_READER);
	MUST(sql_tx_begin(writer, err));
	MUST(sim_block(writer, &s, 30, SIM_TRACKED, err));
	MUST(sql_db_backup(reader, path, err));
	MUST(sql_tx_commit(writer, err));
	MUST_BE(DC_EINVAL, sql_db_backup(reader, path, err));
	sql_db_close(reader);
	sql_db_close(writer);
	ck_assert_int_ne(stat(wal, &st), 0);	/* one file */
	MUST(sql_db_open(&copy, path, SQL_CHAIN, SQL_WRITER, err));
	sql_db_close(copy);
	after = sql_dump(path, SQL_DUMP_DATA);
	ck_assert(hash32_equal(&before, &after));
	sql_folder_remove(&folder);
}
END_TEST

static void count_text(void *user, const char *text)
{
	unsigned *n = user;

	ck_assert(text[0] != '\0');
	(*n)++;
}

START_TEST(a_whole_file_is_whole_and_a_spoilt_one_is_told)
{
	struct sim s = { .seed = 6, .time_s = 1700000000 };
	struct dc_err why = DC_ERR_INIT;
	struct sql_db *db;
	enum dc_status found;
	unsigned told = 0;
	uint64_t n;
	int fd;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	for (unsigned i = 0; i < 10; i++)
		sim_commit_block(db, &s, 30, SIM_FINAL);
	MUST(sql_vacuum(db, err));
	sql_db_close(db);
	db = sql_open_chain(&folder, SQL_READER);
	MUST(sql_integrity_check(db, &n, count_text, &told, err));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(told, 0);
	sql_db_close(db);

	fd = open(folder.chain, O_WRONLY);
	for (off_t at = 8192; at < 81920; at += 4096)
		ck_assert_int_eq(pwrite(fd, "spoilt by a bad disk", 20, at),
				 20);
	ck_assert_int_eq(close(fd), 0);
	db = sql_open_chain(&folder, SQL_READER);
	found = sql_integrity_check(db, &n, count_text, &told, &why);
	ck_assert(found == DC_EIO || n > 0);
	ck_assert_uint_eq(told, n);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

/* Of the empty blocks 2 to 4 the third was measured at. */
START_TEST(a_block_that_a_measurement_names_is_not_pruned)
{
	const enum sim_track track = _i == 0 ? SIM_FINAL : SIM_TRACKED;
	struct sim s = { .seed = 5, .time_s = 1700000000 };
	struct sql_accuracy_point p = { .block = 3, .right = 1, .counted = 2 };
	struct dc_err why = DC_ERR_INIT;
	struct sql_db *db;
	struct block_ref b;
	bool found;
	uint64_t n, told = 0;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	contribute(db, &s, 1, 8, track);
	for (unsigned i = 0; i < 4; i++)
		contribute(db, &s, 0, 8, track);
	MUST(sql_tx_begin(db, err));
	MUST(sql_holdout_insert(db, s.row[0], &p, err));
	ck_assert_int_eq(sql_blocks_prune(db, 5, &why), DC_OK);
	MUST(sql_tx_commit(db, err));
	for (uint64_t i = 1; i <= 5; i++) {
		MUST(sql_block_get(db, &b, &found, i, err));
		ck_assert_int_eq(found, i == 1 || i == 3 || i == 5);
	}
	MUST(sql_integrity_check(db, &n, count_text, &told, err));
	ck_assert_uint_eq(n, 0);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

/* --- local.db ------------------------------------------------------------- */

#define CHAIN 31337

static void put_row(struct sql_db *db, uint64_t target, uint64_t epoch,
		    enum sql_tx_kind kind, enum sql_tx_status status)
{
	struct sql_tx_row row = {
		.key = { CHAIN, sim_addr(target), epoch, kind },
		.sender = sim_addr(1), .to = sim_addr(target), .error = "",
		.data = (const uint8_t *)"", .raw = (const uint8_t *)"",
	};
	static uint64_t nonce;
	bool inserted;

	MUST(sql_outbox_insert(db, &row.id, &inserted, &row, err));
	row.status = status;
	row.has_nonce = true;
	row.nonce = nonce++;
	MUST(sql_outbox_update(db, &row, err));
}

static void put_signature(struct sql_db *db, uint64_t model, uint64_t epoch,
			  uint64_t signer)
{
	struct sql_signature s = {
		.chain_id = CHAIN, .pool = sim_addr(7),
		.model = sim_addr(model), .epoch = epoch,
		.signer = sim_addr(signer), .digest = sim_hash(epoch, model),
	};

	MUST(sql_signature_put(db, &s, err));
}

static bool has_row(struct sql_db *db, uint64_t target, uint64_t epoch,
		    enum sql_tx_kind kind)
{
	const struct sql_tx_key key = { CHAIN, sim_addr(target), epoch,
					kind };
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_tx_row row;
	bool found;

	MUST(sql_outbox_get(db, &row, &found, &key, arena, err));
	dc_arena_free(arena);
	return found;
}

static uint32_t signatures_of(struct sql_db *db, uint64_t model,
			      uint64_t epoch)
{
	const struct addr20 pool = sim_addr(7), who = sim_addr(model);
	struct sql_signature s[8];
	uint32_t n;

	MUST(sql_signatures_list(db, s, &n, 8, CHAIN, &pool, &who, epoch,
				 err));
	return n;
}

static void prune_local(struct sql_db *db, uint64_t keep, uint64_t rows,
			uint64_t signatures)
{
	uint64_t r, s;

	MUST(sql_tx_begin(db, err));
	MUST(sql_local_prune(db, &r, &s, keep, err));
	MUST(sql_tx_commit(db, err));
	ck_assert_uint_eq(r, rows);
	ck_assert_uint_eq(s, signatures);
}

START_TEST(of_transactions_and_signatures_the_newest_epochs_stay)
{
	struct sql_db *db;

	sql_folder_make(&folder);
	MUST(sql_db_open(&db, folder.local, SQL_LOCAL, SQL_WRITER, err));
	MUST(sql_tx_begin(db, err));
	for (uint64_t i = 1; i <= 20; i++) {	/* epochs have gaps */
		put_row(db, 100, 10 * i, SQL_TX_CHECKPOINT,
			i == 4 ? SQL_TX_SENT :
			i % 3 == 0 ? SQL_TX_FAILED : SQL_TX_FINAL);
		put_signature(db, 100, 10 * i, 1);
		put_signature(db, 100, 10 * i, 2);
		put_row(db, 100, 10 * i, SQL_TX_CLAIM, SQL_TX_FINAL);
	}
	/* of this one nothing succeeded but the second */
	for (uint64_t i = 1; i <= 20; i++)
		put_row(db, 101, i, SQL_TX_CHECKPOINT,
			i == 2 ? SQL_TX_FINAL : SQL_TX_DROPPED);
	for (uint64_t i = 1; i <= 5; i++)	/* few */
		put_row(db, 102, i, SQL_TX_CHECKPOINT, SQL_TX_FINAL);
	MUST(sql_tx_commit(db, err));

	prune_local(db, 20, 0, 0);
	prune_local(db, 8, 11 + 1, 2 * 12);
	for (uint64_t i = 1; i <= 20; i++) {
		ck_assert(has_row(db, 100, 10 * i, SQL_TX_CHECKPOINT) ==
			  (i > 12 || i == 4));
		ck_assert(has_row(db, 100, 10 * i, SQL_TX_CLAIM));
		ck_assert(has_row(db, 101, i, SQL_TX_CHECKPOINT) == (i >= 2));
		ck_assert_uint_eq(signatures_of(db, 100, 10 * i),
				  i > 12 ? 2 : 0);
	}
	ck_assert(has_row(db, 102, 1, SQL_TX_CHECKPOINT));
	prune_local(db, 8, 0, 0);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

UNIT_LOOP_MAIN("sql/growth",
	{ of_transactions_and_signatures_the_newest_epochs_stay, 1 },
	{ only_what_is_old_judged_and_in_a_final_snapshot_may_go, 1 },
	{ pruning_takes_the_old_and_keeps_the_rest, 1 },
	{ a_sample_is_never_changed_nor_deleted_where_that_can_be_undone,
	  1 },
	{ pruned_pages_are_given_back_a_few_at_a_time, 1 },
	{ a_journal_is_cut_when_it_was_long, 1 },
	{ a_backup_is_the_same_while_another_writes, 1 },
	{ a_whole_file_is_whole_and_a_spoilt_one_is_told, 1 },
	{ a_block_that_a_measurement_names_is_not_pruned, 2 })
