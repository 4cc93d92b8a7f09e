/* Going back above finality: what was is again, row by row. */

#include "config.h"

#include "tests/unit/sql_fixture.h"

#define HEIGHTS 60

static struct sql_folder folder;

/* Random blocks, then random rollbacks and other blocks on top; after each
 * rollback the file is what it was at that height. */
static void
walk(uint64_t seed, unsigned rounds)
{
	static struct sim at[HEIGHTS + 1];
	static struct hash32 data[HEIGHTS + 1], undo[HEIGHTS + 1];
	struct sim s = { .seed = seed, .time_s = 1700000000 };
	struct sql_db *db;
	struct hash32 now;
	unsigned r;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	for (r = 0; r < rounds; r++) {
		at[s.block] = s;
		data[s.block] = sql_dump(folder.chain, SQL_DUMP_DATA);
		undo[s.block] = sql_dump(folder.chain, SQL_DUMP_UNDO);
		if (s.block == HEIGHTS ||
		    (s.block > 0 && sim_below(&s, 5) == 0)) {
			const uint64_t back = sim_below(&s, s.block + 1);
			const uint64_t salt = s.seed;

			MUST(sql_tx_begin(db, err));
			MUST(sql_rollback_above(db, back, err));
			MUST(sql_tx_commit(db, err));
			now = sql_dump(folder.chain, SQL_DUMP_DATA);
			ck_assert_msg(hash32_equal(&now, &data[back]),
				      "seed %u round %u: not what it was",
				      (unsigned)seed, r);
			now = sql_dump(folder.chain, SQL_DUMP_UNDO);
			ck_assert(hash32_equal(&now, &undo[back]));
			s = at[back];
			s.seed = salt;	/* another chain from here */
		} else {
			sim_commit_block(db, &s, 30, SIM_TRACKED);
		}
	}
	sql_db_close(db);
	sql_folder_remove(&folder);
}

START_TEST(a_rollback_restores_every_table_row_by_row)
{
	uint64_t seed;

	for (seed = 1; seed <= 4; seed++)
		walk(seed, 120);
}
END_TEST

START_TEST(a_chain_with_a_reorg_gives_the_bytes_of_the_straight_one)
{
	struct sim s = { .seed = 9, .time_s = 1700000000 }, fork;
	struct sql_db *db;
	struct hash32 straight, bent;
	int i;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	for (i = 0; i < 20; i++)
		sim_commit_block(db, &s, 30, SIM_TRACKED);
	fork = s;
	for (i = 0; i < 8; i++)
		sim_commit_block(db, &s, 30, SIM_TRACKED);
	straight = sql_dump(folder.chain, SQL_DUMP_DATA);
	MUST(sql_tx_begin(db, err));
	MUST(sql_rollback_above(db, 20, err));
	MUST(sql_tx_commit(db, err));
	s = fork;
	s.seed = 4711;
	for (i = 0; i < 5; i++)	/* the branch that loses */
		sim_commit_block(db, &s, 30, SIM_TRACKED);
	MUST(sql_tx_begin(db, err));
	MUST(sql_rollback_above(db, 20, err));
	for (s = fork, i = 0; i < 8; i++)	/* in the same transaction */
		MUST(sim_block(db, &s, 30, SIM_TRACKED, err));
	MUST(sql_tx_commit(db, err));
	bent = sql_dump(folder.chain, SQL_DUMP_DATA);
	ck_assert(hash32_equal(&straight, &bent));
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(final_blocks_are_written_without_undo_and_kept)
{
	struct sim s = { .seed = 3, .time_s = 1700000000 };
	struct sql_db *db;
	struct hash32 before, after, none;
	uint64_t floor;
	int i;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	none = sql_dump(folder.chain, SQL_DUMP_UNDO);
	for (i = 0; i < 10; i++)
		sim_commit_block(db, &s, 30, SIM_FINAL);
	after = sql_dump(folder.chain, SQL_DUMP_UNDO);
	ck_assert(hash32_equal(&none, &after));
	before = sql_dump(folder.chain, SQL_DUMP_DATA);
	for (i = 0; i < 3; i++)
		sim_commit_block(db, &s, 30, SIM_TRACKED);
	MUST(sql_undo_floor(db, &floor, err));
	ck_assert_uint_eq(floor, 10);
	MUST(sql_tx_begin(db, err));
	MUST_BE(DC_EREFUSED, sql_rollback_above(db, 9, err));
	MUST(sql_rollback_above(db, 10, err));
	MUST(sql_tx_commit(db, err));
	after = sql_dump(folder.chain, SQL_DUMP_DATA);
	ck_assert(hash32_equal(&before, &after));
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(pruned_undo_refuses_what_it_forgot_and_does_the_rest)
{
	struct sim s = { .seed = 5, .time_s = 1700000000 };
	struct sql_db *db;
	struct hash32 at_15 = { { 0 } }, now;
	int i;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	for (i = 0; i < 20; i++) {
		if (s.block == 15)
			at_15 = sql_dump(folder.chain, SQL_DUMP_DATA);
		sim_commit_block(db, &s, 30, SIM_TRACKED);
	}
	MUST(sql_tx_begin(db, err));
	MUST(sql_undo_prune(db, 12, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);	/* a restart changes nothing */
	db = sql_open_chain(&folder, SQL_WRITER);
	MUST(sql_tx_begin(db, err));
	MUST_BE(DC_EREFUSED, sql_rollback_above(db, 11, err));
	MUST(sql_rollback_above(db, 15, err));
	MUST(sql_tx_commit(db, err));
	now = sql_dump(folder.chain, SQL_DUMP_DATA);
	ck_assert(hash32_equal(&now, &at_15));
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

/* One number from a query over the schema. */
static int
number(sqlite3 *h, const char *text)
{
	sqlite3_stmt *s;
	int found;

	ck_assert_msg(sqlite3_prepare_v2(h, text, -1, &s, NULL) == SQLITE_OK,
		      "%s", sqlite3_errmsg(h));
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	found = sqlite3_column_int(s, 0);
	ck_assert_int_eq(sqlite3_finalize(s), SQLITE_OK);
	return found;
}

START_TEST(every_column_is_kept_for_undo_or_may_not_change)
{
	struct sql_db *db;
	sqlite3 *h;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	ck_assert_int_eq(sqlite3_open(folder.chain, &h), SQLITE_OK);
	/* Tables without undo are these and no others. */
	ck_assert_int_eq(number(h,
		"SELECT count(*) FROM sqlite_schema AS t WHERE type = 'table'"
		" AND name NOT GLOB 'undo_*' AND name NOT IN ('binding',"
		" 'progress', 'blocks', 'snapshots', 'samples',"
		" 'predictions', 'said')"
		" AND name NOT GLOB 'board_*' AND NOT EXISTS (SELECT 1"
		" FROM sqlite_schema WHERE name = 'undo_' || t.name)"), 0);
	/* Each column stands in undo_X or in the trigger X_fixed. */
	ck_assert_int_eq(number(h,
		"SELECT count(*) FROM sqlite_schema AS t"
		" JOIN pragma_table_xinfo(t.name) AS c"
		" WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM"
		" sqlite_schema WHERE name = 'undo_' || t.name)"
		" AND c.hidden = 0 AND NOT EXISTS (SELECT 1 FROM"
		" pragma_table_info('undo_' || t.name) AS u"
		" WHERE u.name = c.name) AND NOT EXISTS (SELECT 1 FROM"
		" sqlite_schema AS g WHERE g.name = t.name || '_fixed'"
		" AND replace(replace(replace(g.sql, char(10), ' '), char(9),"
		" ' '), ',', ' ') GLOB '* ' || c.name || ' *')"), 0);
	/* Each table with former values has its triggers. */
	ck_assert_int_eq(number(h,
		"SELECT count(*) FROM sqlite_schema AS u WHERE type = 'table'"
		" AND name GLOB 'undo_*' AND (SELECT count(*) FROM"
		" sqlite_schema WHERE type = 'trigger' AND tbl_name ="
		" substr(u.name, 6)) <> 3 + EXISTS (SELECT 1 FROM"
		" pragma_table_info(u.name) WHERE pk = 0"
		" AND name <> 'existed')"), 0);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

UNIT_MAIN("sql/undo", a_rollback_restores_every_table_row_by_row,
	  a_chain_with_a_reorg_gives_the_bytes_of_the_straight_one,
	  final_blocks_are_written_without_undo_and_kept,
	  pruned_undo_refuses_what_it_forgot_and_does_the_rest,
	  every_column_is_kept_for_undo_or_may_not_change)
