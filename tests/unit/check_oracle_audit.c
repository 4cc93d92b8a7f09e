/* What is wrong in a data directory is found and named; a backup is whole or
 * not there; a directory and a key file have one user. */

#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "incentives/record.h"
#include "oracle/audit.h"
#include "oracle/backup.h"
#include "oracle/data_dir.h"
#include "oracle/keylock.h"
#include "sql/growth.h"
#include "tests/unit/sql_fixture.h"

#define CONTRIBUTIONS 12

static struct sql_folder folder;

/* A model of one contract's life, with records as the contract makes them. */
static void make(void)
{
	struct sim s = { .seed = 3, .time_s = 1700000000, .block = 1 };
	struct block_ref b = { .number = 1, .hash = sim_hash(1, 3),
			       .time_s = s.time_s };
	struct sql_db *db = sql_open_chain(&folder, SQL_WRITER);
	struct sql_model_totals *t = &s.totals[0];
	uint8_t sample[20] = { 0 };

	MUST(sql_tx_begin(db, err));
	MUST(sql_block_put(db, &b, err));
	MUST(sim_model(db, &s, err));
	for (uint8_t i = 0; i < CONTRIBUTIONS; i++) {
		struct sql_contribution c = { .model = s.row[0],
			.valid = true, .is_new = true,
			.now = { .verdict = VERDICT_NONE } };
		struct record r;

		sample[0] = i;
		c.is = (struct ev_contributed){ .id = i,
			.contributor = sim_addr(i), .label = i % 3,
			.deposit_wei = wei_from_u64(100 + i),
			.sample = sample, .sample_len = sizeof(sample) };
		c.log = sim_log(&s);
		keccak256(&c.sample_hash, sample, sizeof(sample));
		record_from_event(&r, &c.is, c.log.time_s);
		record_hash(&c.record_hash, &t->record_hash, &r);
		c.progressive_counted = i + 1u;
		c.progressive_right = i / 2;
		if (i == 4) {
			c.now.state = SQL_STATE_REFUNDED;
			c.now.settled_block = 1;
		} else {
			ck_assert(wei_add(&t->held_wei, t->held_wei,
					  c.is.deposit_wei));
		}
		MUST(sql_contribution_insert(db, &c, err));
		t->record_hash = c.record_hash;
		t->count++;
		t->progressive_counted = c.progressive_counted;
		t->progressive_right = c.progressive_right;
	}
	MUST(sql_model_totals_put(db, s.row[0], t, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);
}

/* Change the file behind decaid's back: triggers go first. */
static void tamper(const char *sql)
{
	static const char *const triggers[] = { "contributions_fixed",
		"contributions_undo_update", "contributions_kept",
		"samples_fixed", "samples_kept", "model_totals_fixed",
		"model_totals_undo_update" };
	char *why = NULL;
	sqlite3 *h;

	ck_assert_int_eq(sqlite3_open(folder.chain, &h), SQLITE_OK);
	for (size_t i = 0; i < DC_ARRAY_LEN(triggers); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "DROP TRIGGER %s",
			       triggers[i]);
		ck_assert_int_eq(sqlite3_exec(h, text, NULL, NULL, NULL),
				 SQLITE_OK);
	}
	ck_assert_msg(sqlite3_exec(h, sql, NULL, NULL, &why) == SQLITE_OK,
		      "%s: %s", sql, why);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
}

struct told {
	unsigned n;
	size_t len;
	char all[4096];
};

static void take_text(void *user, const char *text)
{
	struct told *t = user;

	t->n++;
	if (t->len < sizeof(t->all))
		t->len += (size_t)snprintf(t->all + t->len,
					   sizeof(t->all) - t->len, "%s\n",
					   text);
}

static struct audit_report audit(struct told *t)
{
	struct sql_db *db = sql_open_chain(&folder, SQL_READER);
	struct audit_report r;

	memset(t, 0, sizeof(*t));
	MUST(audit_chain(&r, db, folder.path, take_text, t, err));
	ck_assert_uint_eq(r.wrong, t->n);
	sql_db_close(db);
	return r;
}

START_TEST(what_was_changed_is_found_and_named)
{
	static const struct {
		const char *sql, *word;
	} cases[] = {
		{ "SELECT 1", NULL },
		{ "UPDATE contributions SET label = 2 WHERE row & 255 = 3",
		  "contribution 3 does not make its record" },
		{ "UPDATE contributions SET deposit_wei = zeroblob(32)"
		  " WHERE row & 255 = 0", "contribution 0 does not" },
		{ "UPDATE samples SET bytes = x'07' WHERE row & 255 = 5",
		  "the sample of contribution 5 is not that of its hash" },
		{ "DELETE FROM contributions WHERE row & 255 = 6",
		  "contribution 7 where 6 should be" },
		{ "DELETE FROM contributions WHERE row & 255 = 11",
		  "11 contributions, counted as 12" },
		{ "UPDATE model_totals SET held_wei = zeroblob(32)",
		  "deposits held" },
		{ "UPDATE model_totals SET progressive_right = 1",
		  "accuracy is not" },
		{ "UPDATE model_totals SET record_hash = zeroblob(32)",
		  "the last record" },
		{ "UPDATE contributions SET block = 9 WHERE row & 255 = 1",
		  "contribution" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct audit_report r;
		struct told t;

		sql_folder_make(&folder);
		make();
		tamper(cases[i].sql);
		r = audit(&t);
		ck_assert_uint_eq(r.models, 1);
		ck_assert_uint_eq(r.pruned, 0);
		if (cases[i].word == NULL)
			ck_assert_msg(t.n == 0, "%s", t.all);
		else
			ck_assert_msg(strstr(t.all, cases[i].word) != NULL,
				      "%s: %s", cases[i].sql, t.all);
		sql_folder_remove(&folder);
	}
}
END_TEST

START_TEST(pruned_samples_are_counted_and_are_no_fault)
{
	struct audit_report r;
	struct sql_db *db;
	struct told t;
	uint64_t n;

	sql_folder_make(&folder);
	make();
	db = sql_open_chain(&folder, SQL_WRITER);
	MUST(sql_tx_begin(db, err));
	MUST(sql_samples_prune(db, &n, 1, 0, 5, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);
	r = audit(&t);
	ck_assert_msg(t.n == 0, "%s", t.all);
	ck_assert_uint_eq(r.pruned, 5);
	ck_assert_uint_eq(r.contributions, CONTRIBUTIONS);
	sql_folder_remove(&folder);
}
END_TEST

/* ---- backups ---- */

static void put_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static bool is_there(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0;
}

START_TEST(a_backup_has_all_but_the_signers_file)
{
	static const char root[] = "0x00000000000000000000000000000000"
		"00000000000000000000000000000000";
	struct backup_report r;
	char to[128], snapshots[160];

	sql_folder_make(&folder);
	make();
	put_file(folder.path, DATA_DIR_SIGNER, "signed");
	put_file(folder.path, "lock", "");
	(void)snprintf(snapshots, sizeof(snapshots), "%s/snapshots",
		       folder.path);
	ck_assert_int_eq(mkdir(snapshots, 0700), 0);
	put_file(snapshots, root, "state");
	put_file(snapshots, "0x12.new", "not yet whole");
	(void)snprintf(to, sizeof(to), "%s/backup", folder.path);
	MUST(backup_make(&r, to, folder.path, err));
	ck_assert_uint_eq(r.head.number, 1);
	ck_assert_uint_eq(r.files, 2);
	ck_assert(is_there(to, DATA_DIR_CHAIN));
	ck_assert(!is_there(to, DATA_DIR_SIGNER));
	ck_assert(!is_there(to, DATA_DIR_LOCAL));
	ck_assert(!is_there(to, "lock"));
	(void)snprintf(snapshots, sizeof(snapshots), "%s/snapshots", to);
	ck_assert(is_there(snapshots, root));
	ck_assert(!is_there(snapshots, "0x12.new"));
	MUST_BE(DC_EINVAL, backup_make(&r, to, folder.path, err));
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(a_backup_that_failed_is_not_taken_for_one)
{
	struct backup_report r;
	char to[128];

	sql_folder_make(&folder);
	(void)snprintf(to, sizeof(to), "%s/backup", folder.path);
	MUST_BE(DC_ENOTFOUND, backup_make(&r, to, folder.path, err));
	ck_assert(!is_there(folder.path, "backup"));
	ck_assert(is_there(folder.path, "backup.part"));
	make();
	MUST_BE(DC_EINVAL, backup_make(&r, to, folder.path, err));
	ck_assert(!is_there(folder.path, "backup"));
	sql_folder_remove(&folder);
}
END_TEST

/* ---- locks ---- */

static void in_child(int (*fn)(const char *), const char *path, int expected)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(fn(path));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), expected);
}

static int take_dir(const char *path)
{
	int fd;

	return (int)data_dir_lock(&fd, path, NULL);
}

static int take_key(const char *path)
{
	int fd;

	return (int)keylock_take(&fd, path, NULL);
}

START_TEST(a_directory_and_a_key_file_have_one_user)
{
	char key[96];
	int fd;

	sql_folder_make(&folder);
	(void)snprintf(key, sizeof(key), "%s/key.json", folder.path);
	MUST(data_dir_lock(&fd, folder.path, err));
	in_child(take_dir, folder.path, DC_EBUSY);
	data_dir_unlock(fd);
	in_child(take_dir, folder.path, DC_OK);
	MUST(data_dir_lock(&fd, folder.path, err));	/* it went with it */
	data_dir_unlock(fd);

	MUST_BE(DC_EIO, keylock_take(&fd, key, err));
	put_file(folder.path, "key.json", "{}");
	MUST(keylock_take(&fd, key, err));
	in_child(take_key, key, DC_EBUSY);
	keylock_give(fd);
	in_child(take_key, key, DC_OK);
	sql_folder_remove(&folder);
}
END_TEST

UNIT_MAIN("oracle/audit", what_was_changed_is_found_and_named,
	  pruned_samples_are_counted_and_are_no_fault,
	  a_backup_has_all_but_the_signers_file,
	  a_backup_that_failed_is_not_taken_for_one,
	  a_directory_and_a_key_file_have_one_user)
