/* Lists of contributions, page by page: what a walk over all rows finds. */

#include "config.h"

#include "tests/unit/sql_fixture.h"

#define BLOCKS 30
#define ROWS_MAX 4096

static struct sql_folder folder;
static struct sim sim = { .seed = 21, .time_s = 1700000000 };

/* All rows of a model, by id. */
struct rows {
	struct sql_contribution *is;
	uint32_t n;
};

static struct rows
rows_of(struct sql_db *db, int64_t model, struct dc_arena *arena)
{
	struct rows all = {
		.is = dc_arena_alloc(arena, ROWS_MAX * sizeof(*all.is))
	};

	MUST(sql_contributions_range(db, all.is, &all.n, ROWS_MAX, model, 0,
				     arena, err));
	ck_assert_uint_lt(all.n, ROWS_MAX);
	return all;
}

static bool
passes(const struct sql_contribution *c,
       const struct sql_contributions_filter *f)
{
	return (f->contributor == NULL ||
		addr20_equal(f->contributor, &c->is.contributor)) &&
	       (f->state < 0 || f->state == (int)c->now.state) &&
	       (f->label < 0 || f->label == (int64_t)c->is.label);
}

static bool
is_held(const struct sql_contribution *c)
{
	return c->now.state <= SQL_STATE_INVALID;
}

static struct sql_db *
filled(void)
{
	struct sql_db *db;
	int i;

	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	for (i = 0; i < BLOCKS; i++)
		sim_commit_block(db, &sim, 60, SIM_TRACKED);
	return db;
}

/* --- pages --------------------------------------------------------------- */

static void
check_pages(struct sql_db *db, const struct rows *all, int64_t model,
	    const struct sql_contributions_filter *f, uint32_t limit)
{
	struct dc_arena *arena = dc_arena_new(1 << 14);
	struct sql_contribution list[8];
	char next[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	struct sql_page page = { .limit = limit };
	uint32_t at = all->n, n, i;

	do {
		MUST(sql_contributions_page(db, list, &n, next, model, f,
					    &page, arena, err));
		for (i = 0; i < n; i++) {
			while (at > 0 && !passes(&all->is[at - 1], f))
				at--;
			ck_assert_uint_gt(at, 0);
			ck_assert_uint_eq(list[i].is.id, --at);
		}
		memcpy(after, next, sizeof(after));
		page.after = after;
	} while (next[0] != '\0');
	while (at > 0)
		ck_assert(!passes(&all->is[--at], f));
	dc_arena_free(arena);
}

START_TEST(pages_hold_what_passes_their_filter_newest_first)
{
	struct sql_db *db = filled();
	struct dc_arena *arena = dc_arena_new(1 << 20);

	for (uint32_t m = 0; m < sim.models; m++) {
		struct rows all = rows_of(db, sim.row[m], arena);

		for (uint64_t who = 0; who <= SIM_PEOPLE; who += 3)
			for (int f = 0; f < (SQL_STATES + 1) * 4; f++) {
				struct addr20 a = sim_addr(who);
				struct sql_contributions_filter filter = {
					who == SIM_PEOPLE ? NULL : &a,
					f / 4 - 1, f % 4 - 1
				};

				check_pages(db, &all, sim.row[m], &filter,
					    1 + (uint32_t)f % 7);
			}
	}
	dc_arena_free(arena);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

START_TEST(held_are_all_that_are_neither_refunded_nor_forfeited)
{
	struct sql_db *db = filled();
	struct dc_arena *arena = dc_arena_new(1 << 20);
	struct sql_contribution list[8];
	char next[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	struct rows all = rows_of(db, sim.row[0], arena);
	struct sql_page page = { .limit = 5 };
	uint32_t at = 0, n, i;

	do {
		MUST(sql_contributions_held(db, list, &n, next, sim.row[0],
					    &page, arena, err));
		for (i = 0; i < n; i++) {
			while (at < all.n && !is_held(&all.is[at]))
				at++;
			ck_assert_uint_eq(list[i].is.id, at++);
		}
		memcpy(after, next, sizeof(after));
		page.after = after;
	} while (next[0] != '\0');
	while (at < all.n)
		ck_assert(!is_held(&all.is[at++]));
	dc_arena_free(arena);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

/* --- one contributor ----------------------------------------------------- */

static void
check_held_by(struct sql_db *db, const struct rows *all, int64_t model,
	      const struct addr20 *who, struct dc_arena *arena)
{
	struct sql_contribution list[4];
	uint32_t at = 0, n, i;

	do {
		MUST(sql_contributions_held_by(db, list, &n, 4, model, who,
					       at, arena, err));
		for (i = 0; i < n; i++) {
			while (at < all->n &&
			       (!is_held(&all->is[at]) ||
				!addr20_equal(who,
					      &all->is[at].is.contributor)))
				at++;
			ck_assert_uint_eq(list[i].is.id, at++);
		}
	} while (n == 4);
	for (; at < all->n; at++)
		ck_assert(!is_held(&all->is[at]) ||
			  !addr20_equal(who, &all->is[at].is.contributor));
}

START_TEST(what_a_contributor_has_held_comes_by_id)
{
	struct sql_db *db = filled();
	struct dc_arena *arena = dc_arena_new(1 << 20);

	for (uint32_t m = 0; m < sim.models; m++) {
		struct rows all = rows_of(db, sim.row[m], arena);

		for (uint64_t who = 0; who < SIM_PEOPLE; who++) {
			struct addr20 a = sim_addr(who);

			check_held_by(db, &all, sim.row[m], &a, arena);
		}
	}
	dc_arena_free(arena);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

/* How many of everybody's rows are newer than c and its contributor's. */
static uint32_t
newer_than(const struct rows *all, const struct sql_contribution *c)
{
	uint32_t found = 0;

	for (uint32_t m = 0; m < sim.models; m++)
		for (uint32_t i = 0; i < all[m].n; i++) {
			const struct sql_contribution *o = &all[m].is[i];

			found += addr20_equal(&o->is.contributor,
					      &c->is.contributor) &&
				(o->log.block > c->log.block ||
				 (o->log.block == c->log.block &&
				  o->log.index > c->log.index));
		}
	return found;
}

START_TEST(the_newest_of_a_contributor_come_from_all_models)
{
	struct sql_db *db = filled();
	struct dc_arena *arena = dc_arena_new(1 << 20);
	struct sql_contribution list[9];
	struct rows all[SIM_MODELS];
	uint32_t n, i;

	for (uint32_t m = 0; m < sim.models; m++)
		all[m] = rows_of(db, sim.row[m], arena);
	for (uint64_t who = 0; who < SIM_PEOPLE; who++) {
		struct addr20 a = sim_addr(who);

		MUST(sql_contributions_recent(db, list, &n, 9, &a, arena,
					      err));
		ck_assert_uint_eq(n, 9);
		for (i = 0; i < n; i++)
			ck_assert_uint_eq(newer_than(all, &list[i]), i);
	}
	dc_arena_free(arena);
	sql_db_close(db);
	sql_folder_remove(&folder);
}
END_TEST

UNIT_MAIN("sql/contributions",
	  pages_hold_what_passes_their_filter_newest_first,
	  held_are_all_that_are_neither_refunded_nor_forfeited,
	  what_a_contributor_has_held_comes_by_id,
	  the_newest_of_a_contributor_come_from_all_models)
