/*
 * bench_sql_board.c: leaderboards of a million contributions by a hundred
 * thousand contributors over 60 days: a page of 100 with former ranks, a
 * search, and a contribution, against the limit of 5 ms a page and against
 * asking SQLite for the sums.
 *
 *     make bench BENCHES=tests/bench/bench_sql_board
 */

#include "config.h"

#include <ftw.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/keccak.h"
#include "sql/blocks.h"
#include "sql/board.h"
#include "sql/db.h"
#include "sql/models.h"
#include "sql/query.h"
#include "sql/undo.h"
#include "tests/bench/bench.h"

#define CONTRIBUTIONS 1000000
#define CONTRIBUTORS 100000
#define START_S UINT64_C(1700000000)
#define DAYS 60
#define LIMIT_MS 5.0
#define ROUNDS 9

static char folder[256], path[280];
static struct sql_db *db;
static int64_t model;
static uint64_t seed = 1;

static void must(enum dc_status st, const struct dc_err *err)
{
	if (st == DC_OK)
		return;
	fprintf(stderr, "bench_sql_board: %s\n", err->text);
	exit(1);
}
#define MUST(call) do { struct dc_err e_ = DC_ERR_INIT, *err = &e_; \
	must((call), err); } while (0)

static uint64_t dice(uint64_t n)
{
	return bench_random(&seed) % n;
}

static double cpu_ms(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct addr20 address(uint64_t n)
{
	struct hash32 h;
	struct addr20 a;

	keccak256(&h, &n, sizeof(n));
	memcpy(a.b, h.b, sizeof(a.b));
	return a;
}

/* Contribution i: some do much, most do little. */
static struct sql_contributor_delta deed(uint64_t i, struct addr20 *who)
{
	struct sql_contributor_delta d = {
		.contributions = 1, .block = 2 + i,
		.time_s = START_S + (i < CONTRIBUTIONS ? i : CONTRIBUTIONS) *
			  DAYS * 86400 / CONTRIBUTIONS,
		.karma = dice(3) == 0, .agreed = 1,
		.deposited_wei = wei_from_u64(1000000 + dice(1000000)),
		.earned_wei = wei_from_u64(dice(4) == 0 ? dice(100000) : 0)
	};

	*who = address(dice(1 + dice(CONTRIBUTORS)));
	return d;
}

static void contribute(uint64_t i)
{
	struct addr20 who;
	struct sql_contributor_delta d = deed(i, &who);

	MUST(sql_contributor_add(db, model, &who, &d, err));
}

static void make_model(void)
{
	struct block_ref b = { .number = 1,
			       .time_s = START_S + DAYS * 86400 };
	struct sql_model m;

	memset(&m, 0, sizeof(m));
	m.is.name = m.is.description = m.is.encoder = m.slug = m.type = "m";
	m.is.spec = "s";
	m.is.spec_len = 1;
	m.created.block = 1;
	MUST(sql_block_put(db, &b, err));
	MUST(sql_model_insert(db, &m, err));
	model = m.row;
}

/* All deeds in one table, then what they sum up to: the same rows as one
 * contribution after the other makes, in a tenth of the time. */
static void run(const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db->h, text, NULL, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "bench_sql_board: %s\n", why);
	exit(1);
}

static void bind_wei(sqlite3_stmt *s, int at, struct wei w)
{
	uint8_t be[32];

	u256_to_be(w.v, be);
	sqlite3_bind_blob(s, at, be, sizeof(be), SQLITE_TRANSIENT);
}

static void write_deeds(void)
{
	sqlite3_stmt *s;

	DC_CHECK(sqlite3_prepare_v2(db->h, "INSERT INTO temp.deeds VALUES "
		"(?1, ?2, ?3, ?4, ?5, ?6)", -1, &s, NULL) == SQLITE_OK);
	for (uint64_t i = 0; i < CONTRIBUTIONS; i++) {
		struct addr20 who;
		struct sql_contributor_delta d = deed(i, &who);

		sqlite3_bind_blob(s, 1, who.b, sizeof(who.b),
				  SQLITE_TRANSIENT);
		sqlite3_bind_int64(s, 2, (int64_t)d.block);
		sqlite3_bind_int64(s, 3, (int64_t)d.time_s);
		sqlite3_bind_int64(s, 4, d.karma);
		bind_wei(s, 5, d.deposited_wei);
		bind_wei(s, 6, d.earned_wei);
		DC_CHECK(sqlite3_step(s) == SQLITE_DONE);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
}

#define SUMS " sum(karma), count(*), count(*), decaid_wei_sum(deposited)," \
	" zeroblob(32), decaid_wei_sum(earned)"
#define SUMS_INTO " karma, contributions, agreed, deposited_wei," \
	" refunded_wei, earned_wei"

static void fill(void)
{
	run("CREATE TEMP TABLE deeds (address BLOB, block INTEGER,"
	    " time_s INTEGER, karma INTEGER, deposited BLOB, earned BLOB)");
	MUST(sql_tx_begin(db, err));
	make_model();
	write_deeds();
	run("INSERT INTO activity (model, hour, address," SUMS_INTO ")"
	    " SELECT 1, time_s / 3600, address," SUMS
	    " FROM temp.deeds GROUP BY 2, 3");
	run("INSERT INTO contributors (model, address," SUMS_INTO ", last_s,"
	    " first_block, first_log, first_s, paid_acc, owed_wei)"
	    " SELECT m.column1, address," SUMS ", max(time_s), min(block), 0,"
	    " min(time_s), zeroblob(32), zeroblob(32)"
	    " FROM (VALUES (0), (1)) AS m CROSS JOIN temp.deeds"
	    " GROUP BY 1, 2");
	MUST(sql_tx_commit(db, err));
	run("DROP TABLE temp.deeds");
	DC_CHECK(model == 1);
}

/* The rate of a backlog, on contributions that are dropped again. */
static void backlog(void)
{
	const uint64_t n = CONTRIBUTIONS / 100;
	double began = cpu_ms();

	MUST(sql_tx_begin(db, err));
	for (uint64_t i = 0; i < n; i++)
		contribute(CONTRIBUTIONS + i);
	printf("following a backlog, boards waiting: %.1f us a contribution\n",
	       (cpu_ms() - began) * 1e3 / (double)n);
	sql_tx_rollback(db);
}

static void count_anew(void)
{
	double began = cpu_ms();

	MUST(sql_tx_begin(db, err));
	MUST(sql_boards_recount(db, START_S + DAYS * 86400, err));
	MUST(sql_tx_commit(db, err));
	printf("counting all boards anew: %.1f s\n",
	       (cpu_ms() - began) / 1e3);
}

/* Two hours, a block every 12 seconds, in each of which windows may move. */
static void pass(void)
{
	double worst = 0, all = 0;

	for (uint64_t t = 12; t <= 7200; t += 12) {
		double began = cpu_ms(), took;

		MUST(sql_tx_begin(db, err));
		MUST(sql_boards_turn(db, START_S + DAYS * 86400 + t, err));
		MUST(sql_tx_commit(db, err));
		took = cpu_ms() - began;
		worst = took > worst ? took : worst;
		all += took;
	}
	printf("an hour passes: %.0f ms, at most %.0f ms of it in one block\n",
	       all / 2, worst);
}

/* 200 contributions of as many people in a block. */
static void keep(void)
{
	double began = cpu_ms();

	for (uint64_t k = 0; k < 10; k++) {
		MUST(sql_tx_begin(db, err));
		for (uint64_t i = 0; i < 200; i++)
			contribute(CONTRIBUTIONS + k * 200 + i);
		MUST(sql_tx_commit(db, err));
	}
	printf("kept with each block: %.0f us a contribution\n",
	       (cpu_ms() - began) * 1e3 / 2000);
	MUST(sql_tx_begin(db, err));
	sql_undo_track(db, 2);
	MUST(sql_block_put(db, &(struct block_ref){ .number = 2, .time_s =
		START_S + DAYS * 86400 }, err));
	for (uint64_t i = 0; i < 200; i++)
		contribute(CONTRIBUTIONS + 5000 + i);
	MUST(sql_tx_commit(db, err));
	began = cpu_ms();
	MUST(sql_tx_begin(db, err));
	MUST(sql_rollback_above(db, 1, err));
	MUST(sql_tx_commit(db, err));
	printf("a block of 200 undone: %.0f ms\n", cpu_ms() - began);
	pass();
}

static struct sql_board_entry page[100];

/* The best of some rounds. */
static double page_ms(const struct sql_board *b, const char *after, char *next)
{
	struct sql_page p = { .limit = 100,
			      .after = after == NULL || *after == '\0' ? NULL
									: after
	};
	double best = 1e9;
	uint32_t n;

	for (int i = 0; i < ROUNDS; i++) {
		double began = cpu_ms(), took;

		MUST(sql_tx_begin_read(db, err));
		MUST(sql_board_page(db, page, &n, next, b, &p, err));
		sql_tx_rollback(db);
		took = cpu_ms() - began;
		best = took < best ? took : best;
	}
	return best;
}

/* Half way down, by the key of a page that ends there. */
static void middle_of(const struct sql_board *b, char *key)
{
	char other[SQL_KEY_BYTES];
	struct sql_page p = { .limit = SQL_PAGE_MAX, .after = NULL };
	static struct sql_board_entry list[SQL_PAGE_MAX];
	uint32_t n;

	*key = '\0';
	for (int i = 0; i < 90; i++) {
		MUST(sql_board_page(db, list, &n, other, b, &p, err));
		if (*other == '\0')
			return;
		memcpy(key, other, SQL_KEY_BYTES);
		p.after = key;
	}
}

static double search_ms(const struct sql_board *b)
{
	char text[ADDR20_TEXT_BYTES];
	struct addr20 who = address(77);
	double best = 1e9;
	uint32_t n;

	addr20_format(&who, text);
	for (int i = 0; i < ROUNDS; i++) {
		double began = cpu_ms(), took;

		MUST(sql_tx_begin_read(db, err));
		MUST(sql_board_search(db, page, &n, 100, b, text, err));
		sql_tx_rollback(db);
		took = cpu_ms() - began;
		best = took < best ? took : best;
	}
	return best;
}

/* What it costs who keeps no boards. */
static double asked_ms(void)
{
	static const char text[] =
		"SELECT address, sum(karma) AS k FROM activity"
		" WHERE model = 1 AND hour > ?1 GROUP BY address"
		" ORDER BY k DESC LIMIT 100";
	double began;
	sqlite3 *h;
	sqlite3_stmt *s;

	DC_CHECK(sqlite3_open(path, &h) == SQLITE_OK);
	DC_CHECK(sqlite3_prepare_v2(h, text, -1, &s, NULL) == SQLITE_OK);
	sqlite3_bind_int64(s, 1, (int64_t)(START_S + DAYS * 86400) / 3600 -
			   720);
	began = cpu_ms();
	while (sqlite3_step(s) == SQLITE_ROW)
		;
	began = cpu_ms() - began;
	sqlite3_finalize(s);
	sqlite3_close(h);
	return began;
}

static void tell_board(struct sql_board b, const char *name)
{
	char next[SQL_KEY_BYTES], key[SQL_KEY_BYTES];
	double top = page_ms(&b, NULL, next), middle;

	middle_of(&b, key);
	middle = page_ms(&b, key, next);
	printf("%-22s page of 100: %.2f ms, half way down %.2f ms, search "
	       "%.2f ms: %.2f of the limit\n", name, top, middle,
	       search_ms(&b), (top > middle ? top : middle) / LIMIT_MS);
}

static int remove_one(const char *name, const struct stat *s, int kind,
		      struct FTW *at)
{
	(void)s, (void)kind, (void)at;
	return remove(name);
}

int main(void)
{
	static const char *const windows[] = { "all", "24h", "7d", "30d" };
	static const char *const by[] = { "karma", "contributions", "earned",
					  "deposited" };
	char name[64], next[SQL_KEY_BYTES];
	struct sql_board b;

	(void)snprintf(folder, sizeof(folder), "%s/decaid-bench-XXXXXX",
		       getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	DC_CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/chain.db", folder);
	MUST(sql_db_open(&db, path, SQL_CHAIN, SQL_WRITER, err));
	fill();
	backlog();
	count_anew();
	keep();
	for (unsigned k = 0; k < 4; k++)
		for (unsigned w = 0; w < 4; w++) {
			b = (struct sql_board){
				.model = model, .by = (enum sql_board_by)k,
				.window = (enum sql_board_window)w
			};
			(void)snprintf(name, sizeof(name), "%s %s", by[k],
				       windows[w]);
			tell_board(b, name);
		}
	b = (struct sql_board){ .model = model, .by = SQL_BY_KARMA,
				.window = SQL_WINDOW_MONTH };
	printf("asking for the sums instead: %.0f ms, %.0f times the page\n",
	       asked_ms(), asked_ms() / page_ms(&b, NULL, next));
	sql_db_close(db);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
