/* Statements that read more the more is stored are told from those that
 * do not. */

#include "config.h"

#include "sql/plan.h"
#include "tests/unit/sql_fixture.h"

static struct sql_folder folder;
static sqlite3 *h;

/* What triggers ask. */
static void
no_block(sqlite3_context *x, int n, sqlite3_value **v)
{
	(void)n;
	(void)v;
	sqlite3_result_null(x);
}

static void
begin(void)
{
	sql_folder_make(&folder);
	sql_db_close(sql_open_chain(&folder, SQL_WRITER));
	ck_assert_int_eq(sqlite3_open(folder.chain, &h), SQLITE_OK);
	ck_assert_int_eq(sqlite3_create_function(h, "decaid_undo_block", 0,
						 SQLITE_UTF8 |
						 SQLITE_INNOCUOUS, NULL,
						 no_block, NULL, NULL),
			 SQLITE_OK);
}

static void
end(void)
{
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
	sql_folder_remove(&folder);
}

START_TEST(a_walk_and_a_sort_are_told)
{
	static const char *const walks[] = {
		"SELECT count(*) FROM contributions WHERE taught = 1",
		"SELECT row FROM contributions WHERE tx = ?1",
		"SELECT sum(valid) FROM contributions INDEXED BY"
		" contributions_by_place WHERE label = 1",
		/* an index finds them, and none has this order */
		"SELECT row FROM contributions WHERE model = ?1"
		" ORDER BY time_s LIMIT 5",
		"SELECT DISTINCT tx FROM contributions WHERE model = ?1",
		"DELETE FROM events WHERE tx = ?1",
		"UPDATE events SET karma = 0 WHERE kind = 3",
		"SELECT e.tx FROM blocks AS b JOIN events AS e"
		" ON e.block = b.number"
	};

	begin();
	for (size_t i = 0; i < DC_ARRAY_LEN(walks); i++)
		ck_assert_msg(sql_plan_walks(h, walks[i]), "%s", walks[i]);
	ck_assert(!sql_plan_walks(h, SQL_WALKS
				  "SELECT sum(valid) FROM contributions"));
	end();
}
END_TEST

START_TEST(what_an_index_finds_in_its_order_passes)
{
	static const char *const pass[] = {
		"SELECT finalized FROM progress",
		"SELECT number FROM blocks ORDER BY number DESC LIMIT 1",
		"SELECT row FROM contributions WHERE row = ?1",
		"SELECT row FROM contributions WHERE model = ?1 AND state = 2"
		" ORDER BY row DESC LIMIT 5",
		"SELECT row FROM (SELECT row FROM contributions"
		" WHERE model = ?1 AND state = 1 UNION ALL"
		" SELECT row FROM contributions WHERE model = ?1"
		" AND state = 2 ORDER BY row LIMIT 9) ORDER BY row",
		"INSERT INTO samples (row, bytes) VALUES (?1, ?2)",
		"DELETE FROM events WHERE block = ?1", "BEGIN"
	};

	begin();
	for (size_t i = 0; i < DC_ARRAY_LEN(pass); i++)
		ck_assert_msg(!sql_plan_walks(h, pass[i]), "%s", pass[i]);
	end();
}
END_TEST

UNIT_MAIN("sql/plan", a_walk_and_a_sort_are_told,
	  what_an_index_finds_in_its_order_passes)
