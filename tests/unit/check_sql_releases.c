/*
 * Files that released decaids left are opened, upgraded, and mean the same;
 * files of a newer one, and of others, are refused untouched.
 *
 * tests/vectors/releases/VERSION/ has one of each kind as SQL. The newest
 * version's follows the schema until it is released:
 *
 *	DECAID_REMAKE=1 tests/unit/check_sql_releases
 *
 * writes it anew. Those of released versions are never written again; the
 * next release begins with a line in `releases` and a folder.
 */

#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "sql/outbox.h"
#include "sql/signatures.h"
#include "tests/unit/sql_fixture.h"

#ifndef TEST_RELEASES	/* the build says; else as seen from the top */
#define TEST_RELEASES "tests/vectors/releases"
#endif

#define TEXT_BYTES_MAX (1 << 22)

struct release {
	const char *version;
	uint32_t chain_schema, local_schema;	/* migrations it had */
};

/* Oldest first. */
static const struct release releases[] = {
	{ "0.1.0", 15, 3 },
};
#define NEWEST (&releases[DC_ARRAY_LEN(releases) - 1])

static struct sql_folder folder;

static const char *name_of(enum sql_file file)
{
	return file == SQL_CHAIN ? "chain" : "local";
}

static const char *path_in(const struct sql_folder *f, enum sql_file file)
{
	return file == SQL_CHAIN ? f->chain : f->local;
}

/* ---- a database as text, and back ---- */

static void fixture_path(char out[512], const struct release *r,
			 enum sql_file file)
{
	(void)snprintf(out, 512, "%s/%s/%s.sql", TEST_RELEASES, r->version,
		       name_of(file));
}

/* Append the first column of each row that a query yields, a line each. */
static void put_lines(struct dc_buf *b, sqlite3 *h, const char *query)
{
	sqlite3_stmt *s;
	int rc;

	ck_assert_msg(sqlite3_prepare_v2(h, query, -1, &s, NULL) ==
		      SQLITE_OK, "%s", sqlite3_errmsg(h));
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		dc_buf_append_text(b, (const char *)sqlite3_column_text(s, 0));
		dc_buf_append_text(b, "\n");
	}
	ck_assert_int_eq(rc, SQLITE_DONE);
	ck_assert_int_eq(sqlite3_finalize(s), SQLITE_OK);
}

/* Rows before indexes and triggers, so that reading it back fires none. */
static void dump(struct dc_buf *b, sqlite3 *h)
{
	static const char rows[] =
		"SELECT 'SELECT ''INSERT INTO ' || t.name || ' VALUES ('' ||' ||"
		" group_concat('quote(' || c.name || ')', ' || '', '' || ') ||"
		" ' || '');'' FROM ' || t.name FROM sqlite_schema AS t"
		" JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
		" GROUP BY t.name ORDER BY t.name";
	struct dc_buf queries;

	put_lines(b, h, "SELECT 'PRAGMA application_id = ' || application_id"
		  " || ';' FROM pragma_application_id");
	put_lines(b, h, "SELECT 'PRAGMA user_version = ' || user_version"
		  " || ';' FROM pragma_user_version");
	put_lines(b, h, "SELECT sql || ';' FROM sqlite_schema"
		  " WHERE type = 'table' ORDER BY name");
	dc_buf_init(&queries, TEXT_BYTES_MAX);
	put_lines(&queries, h, rows);
	for (char *q = (char *)(uintptr_t)dc_buf_text(&queries), *end;
	     *q != '\0'; q = end + 1) {
		end = strchr(q, '\n');
		*end = '\0';
		put_lines(b, h, q);
	}
	dc_buf_clear(&queries);
	put_lines(b, h, "SELECT sql || ';' FROM sqlite_schema WHERE type IN"
		  " ('index', 'trigger') AND sql IS NOT NULL ORDER BY name");
	ck_assert(!dc_buf_failed(b));
}

static void read_text(struct dc_buf *b, const char *path)
{
	char part[4096];
	FILE *f = fopen(path, "re");
	size_t n;

	ck_assert_msg(f != NULL, "%s is not there", path);
	dc_buf_init(b, TEXT_BYTES_MAX);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		dc_buf_append(b, part, n);
	ck_assert(!dc_buf_failed(b));
	ck_assert_int_eq(fclose(f), 0);
}

/* The file as that release left it. */
static void restore(const struct release *r, enum sql_file file)
{
	char path[512], *why = NULL;
	struct dc_buf text;
	sqlite3 *h;

	fixture_path(path, r, file);
	read_text(&text, path);
	ck_assert_int_eq(sqlite3_open(path_in(&folder, file), &h), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(h, "PRAGMA synchronous = OFF", NULL,
				      NULL, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(h, dc_buf_text(&text), NULL, NULL, &why) ==
		      SQLITE_OK, "%s: %s", path, why);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	dc_buf_clear(&text);
}

/* What a query says of a file, in lines. */
static char *ask(enum sql_file file, const char *query)
{
	struct dc_buf b;
	sqlite3 *h;
	size_t n;

	dc_buf_init(&b, TEXT_BYTES_MAX);
	ck_assert_int_eq(sqlite3_open_v2(path_in(&folder, file), &h,
					 SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	put_lines(&b, h, query);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	dc_buf_append_byte(&b, 0);
	return (char *)dc_buf_take(&b, &n);
}

/* ---- what a busy daemon leaves ---- */

static void make_chain(void)
{
	const struct hash32 genesis = sim_hash(0, 0);
	struct sim s = { .seed = 10, .time_s = 1700000000 };
	struct sql_snapshot snap = { .count = 3, .file = "a file",
		.has_neighbours = true };
	struct sql_db *db = sql_open_chain(&folder, SQL_WRITER);

	MUST(sql_tx_begin(db, err));
	MUST(sql_chain_bind(db, 31337, &genesis, err));
	MUST(sql_tx_commit(db, err));
	for (int i = 0; i < 6; i++)
		sim_commit_block(db, &s, 10, SIM_FINAL);
	for (int i = 0; i < 5; i++)
		sim_commit_block(db, &s, 10, SIM_TRACKED);
	snap.model = s.row[0];
	snap.block = s.block;
	MUST(sql_tx_begin(db, err));
	MUST(sql_snapshot_put(db, &snap, err));
	MUST(sql_finalized_put(db, 7, err));
	MUST(sql_undo_prune(db, 7, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);
}

static void put_transaction(struct sql_db *db, uint64_t n)
{
	const struct hash32 hashes[2] = { sim_hash(n, 1), sim_hash(n, 2) };
	struct sql_tx_row t = {
		.key = { 31337, sim_addr(n), n, SQL_TX_CHECKPOINT },
		.sender = sim_addr(1), .to = sim_addr(n),
		.data = (const uint8_t *)"data", .data_len = 4,
		.created_s = 1700000000 + n, .error = "",
		.status = (enum sql_tx_status)n, .hashes = hashes,
		.n_hashes = 2, .raw = (const uint8_t *)"raw", .raw_len = 3,
		.has_nonce = n > 0, .nonce = n,
	};
	bool inserted;

	MUST(sql_outbox_insert(db, &t.id, &inserted, &t, err));
	if (n > 0)
		MUST(sql_outbox_update(db, &t, err));
}

static void make_local(void)
{
	const struct addr20 sender = sim_addr(1);
	struct sql_signature sig = { .chain_id = 31337, .pool = sim_addr(77),
		.model = sim_addr(3), .epoch = 9, .signer = sim_addr(1),
		.digest = sim_hash(9, 9), .time_s = 1700000000 };
	struct sql_db *db = NULL;

	MUST(sql_db_open(&db, folder.local, SQL_LOCAL, SQL_WRITER, err));
	MUST(sql_tx_begin(db, err));
	for (uint64_t n = 0; n <= SQL_TX_FAILED; n++)
		put_transaction(db, n);
	MUST(sql_nonce_put(db, 31337, &sender, 5, err));
	MUST(sql_spend_add(db, 31337, &sender, 19675, wei_from_u64(12345),
			   err));
	MUST(sql_signature_put(db, &sig, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);
}

static void remake(enum sql_file file)
{
	struct dc_buf b;
	char path[512];
	sqlite3 *h;
	FILE *f;

	dc_buf_init(&b, TEXT_BYTES_MAX);
	dc_buf_printf(&b, "-- %s.db as decaid %s leaves it; made by "
		      "tests/unit/check_sql_releases.c.\n", name_of(file),
		      NEWEST->version);
	ck_assert_int_eq(sqlite3_open(path_in(&folder, file), &h), SQLITE_OK);
	dump(&b, h);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	fixture_path(path, NEWEST, file);
	f = fopen(path, "we");
	ck_assert_msg(f != NULL, "%s cannot be written", path);
	ck_assert_uint_eq(fwrite(b.data, 1, b.len, f), b.len);
	ck_assert_int_eq(fclose(f), 0);
	dc_buf_clear(&b);
}

START_TEST(the_newest_fixtures_are_remade_when_asked)
{
	if (getenv("DECAID_REMAKE") == NULL)
		return;
	sql_folder_make(&folder);
	make_chain();
	make_local();
	remake(SQL_CHAIN);
	remake(SQL_LOCAL);
	sql_folder_remove(&folder);
}
END_TEST

/* ---- upgrades ---- */

#define SCHEMA "SELECT name || ': ' || sql FROM sqlite_schema" \
	" WHERE sql IS NOT NULL ORDER BY name"

static void open_and_close(enum sql_file file)
{
	struct sql_db *db = NULL;

	MUST(sql_db_open(&db, path_in(&folder, file), file, SQL_WRITER, err));
	sql_db_close(db);
}

/* The schema of a file that this program makes. */
static char *schema_now(enum sql_file file)
{
	char *found;

	sql_folder_make(&folder);
	open_and_close(file);
	found = ask(file, SCHEMA);
	sql_folder_remove(&folder);
	return found;
}

/* "table rows" of each table that stands there now; tables are named by
 * the lines of `names`. */
static char *count_rows(enum sql_file file, const char *names)
{
	struct dc_buf query;
	char *found;
	size_t len;

	dc_buf_init(&query, 1 << 16);
	for (; *names != '\0'; names += len + 1) {
		len = strcspn(names, "\n");
		dc_buf_printf(&query, "%sSELECT '%.*s ' || count(*) FROM %.*s",
			      query.len > 0 ? " UNION ALL " : "", (int)len,
			      names, (int)len, names);
	}
	found = ask(file, dc_buf_text(&query));
	dc_buf_clear(&query);
	return found;
}

/* Opening r's file gives this program's schema, and loses no row. */
static void upgrade(const struct release *r, enum sql_file file)
{
	char *now = schema_now(file), *names, *before, *after;

	sql_folder_make(&folder);
	restore(r, file);
	names = ask(file, "SELECT name FROM sqlite_schema"
		    " WHERE type = 'table' ORDER BY name");
	before = count_rows(file, names);
	open_and_close(file);
	after = count_rows(file, names);
	ck_assert_str_eq(before, after);
	free(after);
	after = ask(file, SCHEMA);
	ck_assert_msg(strcmp(after, now) == 0, "%s.db of %s, upgraded, has "
		      "another schema than a new one. Is %s released? Then a "
		      "migration is missing; else DECAID_REMAKE=1",
		      name_of(file), r->version, r->version);
	free(after);
	free(before);
	free(names);
	free(now);
	sql_folder_remove(&folder);
}

START_TEST(every_released_file_is_upgraded_and_loses_nothing)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(releases); i++) {
		upgrade(&releases[i], SQL_CHAIN);
		upgrade(&releases[i], SQL_LOCAL);
	}
}
END_TEST

START_TEST(a_fixture_has_the_schema_that_its_release_had)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(releases); i++) {
		char want[32], *found;

		sql_folder_make(&folder);
		restore(&releases[i], SQL_CHAIN);
		restore(&releases[i], SQL_LOCAL);
		(void)snprintf(want, sizeof(want), "%u\n",
			       releases[i].chain_schema);
		found = ask(SQL_CHAIN, "PRAGMA user_version");
		ck_assert_str_eq(found, want);
		free(found);
		(void)snprintf(want, sizeof(want), "%u\n",
			       releases[i].local_schema);
		found = ask(SQL_LOCAL, "PRAGMA user_version");
		ck_assert_str_eq(found, want);
		free(found);
		sql_folder_remove(&folder);
	}
	ck_assert_uint_le(NEWEST->chain_schema, sql_db_schema(SQL_CHAIN));
	ck_assert_uint_le(NEWEST->local_schema, sql_db_schema(SQL_LOCAL));
}
END_TEST

/* Models, their contributions and samples, and the way back. */
START_TEST(an_upgraded_chain_is_read_and_rolled_back)
{
	struct sql_contribution c[32];
	struct dc_arena *arena;
	struct sql_db *db;
	uint64_t models, all, floor;
	uint32_t n;

	for (size_t i = 0; i < DC_ARRAY_LEN(releases); i++) {
		sql_folder_make(&folder);
		restore(&releases[i], SQL_CHAIN);
		db = sql_open_chain(&folder, SQL_WRITER);
		arena = dc_arena_new(1 << 14);
		MUST(sql_models_count(db, &models, &all, err));
		ck_assert_uint_gt(models, 0);
		ck_assert_uint_gt(all, 20);
		MUST(sql_contributions_range(db, c, &n, 32, 1, 0, arena,
					     err));
		ck_assert_uint_gt(n, 5);
		for (uint32_t k = 0; k < n; k++) {
			struct hash32 h;

			keccak256(&h, c[k].is.sample, c[k].is.sample_len);
			ck_assert(hash32_equal(&h, &c[k].sample_hash));
			ck_assert(!c[k].pruned);
		}
		MUST(sql_undo_floor(db, &floor, err));
		ck_assert_uint_eq(floor, 7);
		MUST(sql_tx_begin(db, err));
		MUST(sql_rollback_above(db, floor, err));
		MUST(sql_tx_commit(db, err));
		dc_arena_free(arena);
		sql_db_close(db);
		sql_folder_remove(&folder);
	}
}
END_TEST

/* ---- refused ---- */

static struct hash32 bytes_of(const char *path)
{
	char part[4096];
	struct keccak k;
	struct hash32 h;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	keccak_init(&k);
	while ((n = read(fd, part, sizeof(part))) > 0)
		keccak_update(&k, part, (size_t)n);
	ck_assert_int_eq(n, 0);
	keccak_final(&k, &h);
	ck_assert_int_eq(close(fd), 0);
	return h;
}

/* Neither writer nor reader take it; not a byte and no file changes. */
static void refused(enum sql_file file, const char *change, const char *word)
{
	const enum sql_access both[] = { SQL_WRITER, SQL_READER };
	const char *path = path_in(&folder, file);
	struct hash32 before, after;
	char wal[128];
	struct stat st;
	sqlite3 *h;

	ck_assert_int_eq(sqlite3_open(path, &h), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(h, change, NULL, NULL, NULL),
			 SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	before = bytes_of(path);
	for (size_t i = 0; i < DC_ARRAY_LEN(both); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct sql_db *db = NULL;

		ck_assert_int_eq(sql_db_open(&db, path, file, both[i], &err),
				 DC_EREFUSED);
		ck_assert_msg(strstr(err.text, word) != NULL, "%s", err.text);
	}
	after = bytes_of(path);
	ck_assert(hash32_equal(&before, &after));
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	ck_assert_int_ne(stat(wal, &st), 0);
}

START_TEST(a_newer_file_is_refused_untouched)
{
	sql_folder_make(&folder);
	restore(NEWEST, SQL_CHAIN);
	restore(NEWEST, SQL_LOCAL);
	refused(SQL_CHAIN, "PRAGMA user_version = 1000", "newer decaid");
	refused(SQL_LOCAL, "PRAGMA user_version = 1000", "newer decaid");
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(somebody_elses_file_is_refused_untouched)
{
	sql_folder_make(&folder);
	restore(NEWEST, SQL_CHAIN);
	restore(NEWEST, SQL_LOCAL);
	refused(SQL_CHAIN, "PRAGMA application_id = 7", "not the file");
	refused(SQL_LOCAL, "PRAGMA application_id = 1684236337",
		"not the file");	/* a chain.db under the other name */
	sql_folder_remove(&folder);
}
END_TEST

UNIT_MAIN("sql/releases", the_newest_fixtures_are_remade_when_asked,
	  every_released_file_is_upgraded_and_loses_nothing,
	  a_fixture_has_the_schema_that_its_release_had,
	  an_upgraded_chain_is_read_and_rolled_back,
	  a_newer_file_is_refused_untouched,
	  somebody_elses_file_is_refused_untouched)
