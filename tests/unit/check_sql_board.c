/*
 * check_sql_board.c: leaderboards against a recount by the test itself, from
 * the list of all that was ever done.
 */

#include "config.h"

#include "tests/unit/sql_fixture.h"

#define PEOPLE_MAX 700
#define MODELS 2
#define DEEDS_MAX 20000
#define START_S UINT64_C(1700000000)

static struct sql_folder folder;
static struct sql_db *db;

/* From and to so many hours ago, by clocks that are so many seconds late;
 * from 0: always, to 0: now. The second four stood one window earlier. */
static const struct {
	uint64_t from_h, from_late_s, to_h, to_late_s;
} spans[] = {
	[SQL_WINDOW_ALL] = { 0, 0, 0, 0 },
	[SQL_WINDOW_DAY] = { 24, 0, 0, 0 },
	[SQL_WINDOW_WEEK] = { 168, 720, 0, 0 },
	[SQL_WINDOW_MONTH] = { 720, 1440, 0, 0 },
	[4 + SQL_WINDOW_ALL] = { 0, 0, 24, 360 },
	[4 + SQL_WINDOW_DAY] = { 48, 1080, 24, 1800 },
	[4 + SQL_WINDOW_WEEK] = { 336, 2160, 168, 2520 },
	[4 + SQL_WINDOW_MONTH] = { 1440, 2880, 720, 3240 }
};

/* --- a history, and what it comes to -------------------------------------- */

struct deed {
	uint32_t model, who;	/* model in [0, MODELS) */
	struct sql_contributor_delta d;
};

static struct deed deeds[DEEDS_MAX];
static size_t n_deeds;
static int64_t rows[MODELS];
static uint64_t seed, now_s, block;

static uint64_t below(uint64_t n)
{
	return unit_random(&seed) % n;
}

static void begin(uint64_t with_seed)
{
	struct sim s = { .seed = 1, .time_s = START_S };

	seed = with_seed;
	n_deeds = 0;
	now_s = START_S;
	block = 1;
	sql_folder_make(&folder);
	db = sql_open_chain(&folder, SQL_WRITER);
	MUST(sql_tx_begin(db, err));
	for (unsigned i = 0; i < MODELS; i++) {
		struct block_ref b = { .number = ++s.block,
				       .time_s = START_S };

		b.hash = b.parent = sim_hash(s.block, 1);
		MUST(sql_block_put(db, &b, err));
		MUST(sim_model(db, &s, err));
		rows[i] = s.row[i];
	}
	MUST(sql_boards_recount(db, now_s, err));
	MUST(sql_tx_commit(db, err));
	block = s.block;
}

static void end(void)
{
	sql_db_close(db);
	sql_folder_remove(&folder);
}

/* Somebody does something: now, or judged for an hour that is past. */
static void act(uint32_t people)
{
	struct deed *x = &deeds[n_deeds++];
	uint64_t kind = below(10), back = below(40) == 0 ? below(200) : 0;

	unit_require(n_deeds <= DEEDS_MAX);
	*x = (struct deed){ .model = (uint32_t)below(MODELS),
			    .who = (uint32_t)below(1 + below(people)) };
	x->d.block = ++block;
	x->d.log = (uint32_t)below(9);
	x->d.time_s = now_s - (now_s - START_S > back * 3600 ? back * 3600
							      : 0);
	if (kind < 6) {
		x->d.contributions = 1;
		x->d.deposited_wei = wei_from_u64(1 + below(5));
	} else if (kind < 8) {
		x->d.agreed = 1;
		x->d.karma = (int64_t)below(3);
	} else {
		x->d.earned_wei = wei_from_u64(below(1000));
		x->d.refunded_wei = wei_from_u64(below(3));
	}
}

/* The newest n deeds, told together. */
static void tell(size_t n)
{
	struct sql_deeds list[16];

	unit_require(n <= DC_ARRAY_LEN(list));
	for (size_t i = 0; i < n; i++) {
		const struct deed *x = &deeds[n_deeds - n + i];

		list[i] = (struct sql_deeds){ rows[x->model],
					      sim_addr(x->who), x->d };
	}
	MUST(sql_contributors_add(db, list, n, err));
}

/* Some deeds in one block after a while. */
static void live(uint32_t people, uint64_t most, uint64_t pause_s)
{
	now_s += below(pause_s + 1);
	MUST(sql_tx_begin(db, err));
	MUST(sql_boards_turn(db, now_s, err));
	for (uint64_t i = below(most + 1); i > 0;) {
		size_t n = 1 + below(i < 16 ? i : 16);

		for (size_t k = 0; k < n; k++)
			act(people);
		tell(n);
		i -= n;
	}
	MUST(sql_tx_commit(db, err));
}

struct standing {
	struct sql_contributor sums;
	uint64_t measure, first_block, first_log;
	bool there;
};

/* Who stands apart in what follows, none of them a competitor. */
static uint32_t apart[8];
static struct addr20 apart_at[8];
static size_t n_apart;

static void set_apart(const uint32_t *who, size_t n)
{
	unit_require(n <= DC_ARRAY_LEN(apart));
	for (size_t i = 0; i < n; i++) {
		apart[i] = who[i];
		apart_at[i] = sim_addr(who[i]);
	}
	n_apart = n;
}

static bool competes(uint32_t who)
{
	for (size_t i = 0; i < n_apart; i++)
		if (apart[i] == who)
			return false;
	return true;
}

/* Whether a deed counts in a span. */
static bool counts(const struct deed *x, int64_t model, unsigned span)
{
	uint64_t hour = x->d.time_s / 3600;
	uint64_t from = (now_s - spans[span].from_late_s) / 3600;
	uint64_t to = (now_s - spans[span].to_late_s) / 3600;

	return (model == SQL_ALL_MODELS || rows[x->model] == model) &&
	       (spans[span].to_h == 0 || hour + spans[span].to_h <= to) &&
	       (spans[span].from_h == 0 || hour + spans[span].from_h > from);
}

static uint64_t low_of(struct wei w)
{
	uint64_t v = 0;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

static uint64_t measure_of(const struct sql_contributor *c,
			   enum sql_board_by by)
{
	switch (by) {
	case SQL_BY_KARMA: return c->karma;
	case SQL_BY_CONTRIBUTIONS: return c->contributions;
	case SQL_BY_EARNED: return low_of(c->earned_wei);
	case SQL_BY_DEPOSITED: return low_of(c->deposited_wei);
	}
	return 0;
}

static void sum_up(struct standing *out, int64_t model, unsigned span)
{
	memset(out, 0, PEOPLE_MAX * sizeof(*out));
	for (size_t i = 0; i < n_deeds; i++) {
		const struct deed *x = &deeds[i];
		struct standing *s = &out[x->who];

		if (s->first_block == 0 &&
		    (model == SQL_ALL_MODELS || rows[x->model] == model)) {
			s->first_block = x->d.block;
			s->first_log = x->d.log;
		}
		if (!counts(x, model, span))
			continue;
		s->there |= x->d.karma || x->d.contributions ||
			    x->d.agreed ||
			    !u256_is_zero(x->d.earned_wei.v) ||
			    !u256_is_zero(x->d.refunded_wei.v) ||
			    spans[span].from_h == 0;
		s->sums.karma += (uint64_t)x->d.karma;
		s->sums.contributions += (uint64_t)x->d.contributions;
		s->sums.agreed += (uint64_t)x->d.agreed;
		unit_require(wei_add(&s->sums.deposited_wei,
				     s->sums.deposited_wei,
				     x->d.deposited_wei));
		unit_require(wei_add(&s->sums.earned_wei, s->sums.earned_wei,
				     x->d.earned_wei));
	}
}

static bool stands_before(const struct standing *a,
			  const struct standing *b)
{
	if (a->measure != b->measure)
		return a->measure > b->measure;
	if (a->first_block != b->first_block)
		return a->first_block < b->first_block;
	return a->first_log < b->first_log;
}

static uint64_t rank_of(const struct standing *all, uint32_t who)
{
	uint64_t rank = 1;

	if (!all[who].there)
		return 0;
	for (uint32_t i = 0; i < PEOPLE_MAX; i++)
		rank += all[i].there && competes(i) &&
			stands_before(&all[i], &all[who]);
	return rank;
}

static void measure_all(struct standing *all, enum sql_board_by by)
{
	for (uint32_t i = 0; i < PEOPLE_MAX; i++)
		all[i].measure = measure_of(&all[i].sums, by);
}

/* --- what the board says -------------------------------------------------- */

static struct sql_board_entry page[PEOPLE_MAX + 1];

/* The whole board, in pages of a few. */
static uint32_t read_board(const struct sql_board *b, uint32_t limit)
{
	char key[2][SQL_KEY_BYTES];
	struct sql_page p = { .limit = limit, .after = NULL };
	uint32_t n = 0, some;
	int turn = 0;

	do {
		MUST(sql_board_page(db, page + n, &some, key[turn], b, &p,
				    err));
		n += some;
		p.after = key[turn];
		turn = !turn;
	} while (*p.after != '\0');
	return n;
}

static uint32_t who_is(const struct addr20 *address)
{
	static struct addr20 of[PEOPLE_MAX];
	static bool made;

	for (uint32_t i = 0; !made && i < PEOPLE_MAX; i++)
		of[i] = sim_addr(i);
	made = true;
	for (uint32_t i = 0; i < PEOPLE_MAX; i++)
		if (addr20_equal(&of[i], address))
			return i;
	ck_abort_msg("a stranger on the board");
	return 0;
}

static void check_whole(const struct sql_board *b, const struct standing *all)
{
	struct sql_contributor whole;
	uint64_t karma = 0, deposited = 0;

	for (uint32_t i = 0; i < PEOPLE_MAX; i++) {
		karma += all[i].sums.karma;
		deposited += low_of(all[i].sums.deposited_wei);
	}
	MUST(sql_board_whole(db, &whole, b, err));
	ck_assert_uint_eq(whole.karma, karma);
	ck_assert_uint_eq(low_of(whole.deposited_wei), deposited);
}

static void check_entry(const struct sql_board *b,
			const struct sql_board_entry *e,
			const struct standing *now,
			const struct standing *then)
{
	uint32_t who = who_is(&e->who.address);

	unit_require(e->rank == rank_of(now, who));
	unit_require(e->previous_rank == rank_of(then, who));
	unit_require(measure_of(&e->who, b->by) == now[who].measure);
	unit_require(e->who.agreed == now[who].sums.agreed);
}

/* Those apart stand beside the board, best first. */
static void check_apart(const struct sql_board *b, const struct standing *now,
			const struct standing *then)
{
	struct sql_board_entry list[DC_ARRAY_LEN(apart)];
	uint32_t n, there = 0;

	for (size_t i = 0; i < n_apart; i++)
		there += now[apart[i]].there;
	MUST(sql_board_apart(db, list, &n, b, err));
	ck_assert_uint_eq(n, there);
	for (uint32_t i = 0; i < n; i++) {
		unit_require(!competes(who_is(&list[i].who.address)));
		unit_require(i == 0 || stands_before(
			&now[who_is(&list[i - 1].who.address)],
			&now[who_is(&list[i].who.address)]));
		check_entry(b, &list[i], now, then);
	}
}

static void check_board(const struct sql_board *b, uint32_t limit)
{
	static struct standing now[PEOPLE_MAX], then[PEOPLE_MAX];
	uint32_t n, there = 0;

	sum_up(now, b->model, b->window);
	sum_up(then, b->model, 4 + b->window);
	measure_all(now, b->by);
	measure_all(then, b->by);
	n = read_board(b, limit);
	for (uint32_t i = 0; i < PEOPLE_MAX; i++)
		there += now[i].there && competes(i);
	ck_assert_uint_eq(n, there);
	for (uint32_t i = 0; i < n; i++) {
		unit_require(page[i].rank == i + 1);
		check_entry(b, &page[i], now, then);
	}
	check_apart(b, now, then);
	check_whole(b, now);
}

static void check_all(uint32_t limit)
{
	MUST(sql_tx_begin_read(db, err));
	for (unsigned m = 0; m <= MODELS; m++)
		for (unsigned by = 0; by < 4; by++)
			for (unsigned w = 0; w < 4; w++) {
				struct sql_board b = {
					m == MODELS ? SQL_ALL_MODELS
						    : rows[m],
					(enum sql_board_by)by,
					(enum sql_board_window)w,
					apart_at, n_apart
				};

				check_board(&b, limit);
			}
	sql_tx_rollback(db);
}

/* --- the tests ------------------------------------------------------------ */

START_TEST(every_board_is_what_a_recount_of_all_deeds_gives)
{
	for (uint64_t round = 1; round <= 3; round++) {
		begin(round);
		for (unsigned i = 0; i < 24; i++) {
			live(40, 30, round == 1 ? 1800 : 40000);
			if (i % 8 == 7)
				check_all(round == 2 ? 7 : 500);
		}
		end();
	}
}
END_TEST

START_TEST(hundreds_in_one_board_are_ranked_across_its_marks)
{
	begin(11);
	for (unsigned i = 0; i < 16; i++)
		live(PEOPLE_MAX, 500, 7200);
	check_all(500);
	/* time alone empties the windows */
	for (unsigned i = 0; i < 70; i++)
		live(1, 0, 86400);
	check_all(500);
	end();
}
END_TEST

START_TEST(what_is_kept_equals_what_is_counted_anew)
{
	struct hash32 kept, counted;

	begin(5);
	for (unsigned i = 0; i < 20; i++) {
		live(200, 60, 40000);
		kept = sql_dump(folder.chain, SQL_DUMP_DATA);
		MUST(sql_tx_begin(db, err));
		MUST(sql_boards_recount(db, now_s, err));
		MUST(sql_tx_commit(db, err));
		counted = sql_dump(folder.chain, SQL_DUMP_DATA);
		ck_assert(hash32_equal(&kept, &counted));
	}
	check_all(500);
	end();
}
END_TEST

/* Block by block, a few minutes each: what moves on is one end at a time. */
START_TEST(every_step_of_an_hour_is_what_a_recount_gives)
{
	struct hash32 kept, counted;

	begin(14);
	for (unsigned i = 0; i < 30; i++)
		live(60, 30, 36000);
	for (unsigned i = 0; i < 44; i++) {
		live(60, 3, 0);
		now_s += 180;
		if (i % 11 == 0)
			check_all(500);
		MUST(sql_tx_begin(db, err));
		MUST(sql_boards_turn(db, now_s, err));
		MUST(sql_tx_commit(db, err));
		kept = sql_dump(folder.chain, SQL_DUMP_DATA);
		MUST(sql_tx_begin(db, err));
		MUST(sql_boards_recount(db, now_s, err));
		MUST(sql_tx_commit(db, err));
		counted = sql_dump(folder.chain, SQL_DUMP_DATA);
		ck_assert(hash32_equal(&kept, &counted));
	}
	end();
}
END_TEST

START_TEST(a_pause_of_years_is_counted_anew)
{
	begin(6);
	for (unsigned i = 0; i < 10; i++)
		live(50, 30, 3600);
	now_s += UINT64_C(2) * 365 * 86400;
	live(50, 30, 0);
	check_all(500);
	end();
}
END_TEST

START_TEST(boards_that_wait_say_so_and_are_right_afterwards)
{
	struct sql_board b = { .model = rows[0], .by = SQL_BY_KARMA };
	struct sql_page p = { .limit = 5, .after = NULL };
	char next[SQL_KEY_BYTES];
	uint32_t n;

	begin(7);
	live(50, 30, 3600);
	MUST(sql_tx_begin(db, err));
	MUST(sql_boards_suspend(db, err));
	MUST(sql_tx_commit(db, err));
	for (unsigned i = 0; i < 10; i++)
		live(50, 30, 36000);
	MUST_BE(DC_EBUSY, sql_board_page(db, page, &n, next, &b, &p, err));
	MUST_BE(DC_EBUSY, sql_board_search(db, page, &n, 5, &b, "0x00", err));
	MUST(sql_tx_begin(db, err));
	MUST(sql_boards_recount(db, now_s, err));
	MUST(sql_tx_commit(db, err));
	check_all(500);
	end();
}
END_TEST

START_TEST(a_search_finds_by_prefix_and_keeps_the_true_rank)
{
	struct sql_board b = { .by = SQL_BY_DEPOSITED,
			       .window = SQL_WINDOW_WEEK };
	static struct standing now[PEOPLE_MAX];
	struct sql_board_entry found[PEOPLE_MAX];
	char prefix[ADDR20_TEXT_BYTES];
	uint32_t n, whole;

	begin(8);
	b.model = rows[1];
	for (unsigned i = 0; i < 10; i++)
		live(300, 90, 3600);
	whole = read_board(&b, 500);
	sum_up(now, b.model, SQL_WINDOW_WEEK);
	measure_all(now, b.by);
	for (uint32_t i = 0; i < whole; i += 17) {
		addr20_format(&page[i].who.address, prefix);
		MUST(sql_board_search(db, found, &n, 5, &b, prefix, err));
		ck_assert_uint_eq(n, 1);
		ck_assert_uint_eq(found[0].rank, i + 1);
		ck_assert_uint_eq(found[0].previous_rank,
				  page[i].previous_rank);
		prefix[4] = '\0';
		MUST(sql_board_search(db, found, &n, PEOPLE_MAX, &b, prefix,
				      err));
		ck_assert_uint_ge(n, 1);
		for (uint32_t k = 0; k < n; k++) {
			ck_assert_uint_eq(found[k].who.address.b[0],
					  page[i].who.address.b[0]);
			ck_assert(k == 0 || found[k].rank > found[k - 1].rank);
			ck_assert_uint_eq(found[k].rank, rank_of(now,
				who_is(&found[k].who.address)));
		}
	}
	MUST_BE(DC_EINVAL, sql_board_search(db, found, &n, 5, &b, "0x1", err));
	MUST_BE(DC_EINVAL, sql_board_search(db, found, &n, 5, &b, "12345",
					    err));
	MUST_BE(DC_EINVAL, sql_board_search(db, found, &n, 5, &b, "0xzz12",
					    err));
	end();
}
END_TEST

START_TEST(baselines_stand_apart_and_take_nobodys_rank)
{
	/* the busiest, some of the rest, one who never comes */
	static const uint32_t who[] = { 0, 1, 2, 7, 23, PEOPLE_MAX - 1 };

	begin(12);
	for (unsigned i = 0; i < 24; i++) {
		live(40, 30, 20000);
		set_apart(who, i % 7);
		if (i % 6 == 5 || i == 13)
			check_all(i % 2 == 0 ? 3 : 500);
	}
	set_apart(who, DC_ARRAY_LEN(who));
	for (unsigned i = 0; i < 12; i++)
		live(600, 400, 7200);
	check_all(500);
	set_apart(NULL, 0);
	end();
}
END_TEST

START_TEST(a_search_finds_no_baseline_and_skips_it_in_ranks)
{
	static const uint32_t who[] = { 0, 3 };
	struct sql_board b = { .by = SQL_BY_DEPOSITED,
			       .window = SQL_WINDOW_WEEK };
	struct sql_board_entry found[4];
	char text[ADDR20_TEXT_BYTES];
	uint32_t n, whole;

	begin(13);
	for (unsigned i = 0; i < 10; i++)
		live(300, 90, 3600);
	set_apart(who, DC_ARRAY_LEN(who));
	b.apart = apart_at;
	b.n_apart = n_apart;
	whole = read_board(&b, 500);
	for (uint32_t i = 0; i < whole; i += 23) {
		addr20_format(&page[i].who.address, text);
		MUST(sql_board_search(db, found, &n, 4, &b, text, err));
		ck_assert_uint_eq(n, 1);
		ck_assert_uint_eq(found[0].rank, i + 1);
	}
	for (size_t i = 0; i < n_apart; i++) {
		addr20_format(&apart_at[i], text);
		MUST(sql_board_search(db, found, &n, 4, &b, text, err));
		ck_assert_uint_eq(n, 0);
	}
	set_apart(NULL, 0);
	end();
}
END_TEST

START_TEST(a_page_goes_on_from_its_place_while_people_move)
{
	struct sql_board b = { .by = SQL_BY_CONTRIBUTIONS,
			       .window = SQL_WINDOW_ALL };
	struct sql_page p = { .limit = 20, .after = NULL };
	char key[SQL_KEY_BYTES], other[SQL_KEY_BYTES];
	struct sql_board_entry first[20];
	uint32_t n, of;

	begin(9);
	b.model = rows[0];
	for (unsigned i = 0; i < 10; i++)
		live(200, 60, 3600);
	MUST(sql_board_page(db, first, &n, key, &b, &p, err));
	ck_assert_uint_eq(n, 20);
	for (unsigned i = 0; i < 5; i++)
		live(200, 60, 0);
	p.after = key;
	MUST(sql_board_page(db, page, &n, other, &b, &p, err));
	ck_assert_uint_gt(n, 0);
	/* nobody better than the place comes after it, and ranks are true */
	for (uint32_t i = 0; i < n; i++)
		ck_assert_uint_le(page[i].who.contributions,
				  first[19].who.contributions);
	of = page[0].rank > 0 ? (uint32_t)page[0].rank : 0;
	ck_assert_uint_ge(read_board(&b, 500), of + n - 1);
	ck_assert_uint_eq(page[of - 1].rank, of);
	b.by = SQL_BY_KARMA;
	MUST_BE(DC_EINVAL, sql_board_page(db, page, &n, other, &b, &p, err));
	end();
}
END_TEST

UNIT_MAIN("sql/board", every_board_is_what_a_recount_of_all_deeds_gives,
	  hundreds_in_one_board_are_ranked_across_its_marks,
	  what_is_kept_equals_what_is_counted_anew,
	  every_step_of_an_hour_is_what_a_recount_gives,
	  a_pause_of_years_is_counted_anew,
	  boards_that_wait_say_so_and_are_right_afterwards,
	  a_search_finds_by_prefix_and_keeps_the_true_rank,
	  baselines_stand_apart_and_take_nobodys_rank,
	  a_search_finds_no_baseline_and_skips_it_in_ranks,
	  a_page_goes_on_from_its_place_while_people_move)
