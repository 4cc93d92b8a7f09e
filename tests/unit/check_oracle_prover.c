/* check_oracle_prover.c: what a model was, proven beside the daemon: at any
 * count, in any order, across reorganisations, and refused where the database
 * is not what the chain says. */

#include "config.h"

#include "models/proof.h"
#include "oracle/prover.h"
#include "sql/contributions.h"
#include "tests/unit/follow_fixture.h"

#define BYTES_MAX ((size_t)64 << 20)

/* A followed chain and a prover beside it. */
struct bench {
	struct fake_chain chain;
	struct follower f;
	struct prover *prover;
	struct sql_db *db;
	struct dc_arena *arena;
	struct sql_model m;
};

static void
bench_start(struct bench *b, uint64_t seed, size_t blocks,
	    uint64_t snapshot_every, size_t bytes_max)
{
	struct addr20 at = fake_chain_trainer(0);
	bool found;

	follow_chain(&b->chain, seed, blocks);
	follower_start(&b->f, b->chain.front[0].http.url, FOLLOW_NEVER);
	if (snapshot_every > 0) {
		follower_close(&b->f);
		b->f.snapshot_every = snapshot_every;
		follower_open(&b->f);
	}
	follower_catch_up(&b->f, &b->chain);
	b->db = sql_open_chain(&b->f.folder, SQL_READER);
	b->arena = dc_arena_new(1 << 16);
	MUST(sql_model_get(b->db, &b->m, &found, &at, b->arena, err));
	ck_assert(found && b->m.totals.count > 12);
	MUST(prover_new(&b->prover, b->f.folder.chain, b->f.folder.path,
			bytes_max, err));
}

static void
bench_stop(struct bench *b)
{
	prover_free(b->prover);
	dc_arena_free(b->arena);
	sql_db_close(b->db);
	follower_end(&b->f);
	fake_chain_stop(&b->chain);
}

static struct hash32
record_of(struct bench *b, uint64_t id)
{
	struct sql_contribution c;
	bool found;

	MUST(sql_contribution_get(b->db, &c, &found, b->m.row, id, b->arena,
				  err));
	ck_assert(found);
	return c.record_hash;
}

static struct proof_question
question(struct bench *b, enum proof_kind kind, uint64_t count)
{
	struct proof_question q = { .trainer = b->m.is.trainer, .kind = kind,
				    .count = count };

	if (count > 0)
		q.record = record_of(b, count - 1);
	if (count > 1)
		q.record_before = record_of(b, count - 2);
	return q;
}

/* Asked until it is no more being made. */
static enum dc_status
ask(struct bench *b, const struct proof **out, const struct proof_question *q,
    struct dc_err *err)
{
	const int64_t end = follow_now_ms() + FOLLOW_WAIT_MS;
	enum dc_status st;

	for (;;) {
		*err = (struct dc_err)DC_ERR_INIT;
		*out = NULL;
		st = prover_take(b->prover, out, q, err);
		if (st != DC_EBUSY)
			return st;
		ck_assert(follow_now_ms() < end);
		(void)usleep(500);
	}
}

static const struct proof *
must_ask(struct bench *b, const struct proof_question *q)
{
	struct dc_err why = DC_ERR_INIT;
	const struct proof *p;
	enum dc_status st = ask(b, &p, q, &why);

	ck_assert_msg(st == DC_OK, "%s", why.text);
	return p;
}

/* The root that a proof's leaves lead to. */
static struct hash32
root_of(const struct proof *p, bool after)
{
	size_t *at = dc_calloc(p->n_leaf, sizeof(*at));
	struct hash32 *hash = dc_calloc(p->n_leaf, sizeof(*hash)), root;

	for (size_t i = 0; i < p->n_leaf; i++) {
		at[i] = p->leaf[i].at;
		merkle_hash_leaf(&hash[i], after ? p->leaf[i].after :
				 p->leaf[i].before);
	}
	ck_assert(proof_root(&root, &p->spec, p->n_cells, at, hash, p->n_leaf,
			     p->sibling, p->n_sibling));
	free(at);
	free(hash);
	return root;
}

/* What the chain of all updates says the root after `count` is; and each of
 * them begins where the one before it ended. */
static void
check_all(struct bench *b)
{
	struct proof_question q = question(b, PROOF_CELL, 0);
	const struct proof *p = must_ask(b, &q);
	struct hash32 root = p->root, at;

	prover_give(b->prover, p);
	for (uint64_t n = 1; n <= b->m.totals.count; n++) {
		q = question(b, PROOF_UPDATE, n);
		p = must_ask(b, &q);
		ck_assert(p->n_leaf > 0);
		at = root_of(p, false);
		ck_assert(hash32_equal(&at, &root));
		ck_assert(hash32_equal(&at, &p->root_before));
		root = root_of(p, true);
		ck_assert(hash32_equal(&root, &p->root));
		prover_give(b->prover, p);
	}
	q = question(b, PROOF_CELL, b->m.totals.count);
	p = must_ask(b, &q);
	ck_assert(hash32_equal(&p->root, &root));
	prover_give(b->prover, p);
}

/* The root of the model as it was saved when it had learned all. */
static struct hash32
live_root(struct bench *b)
{
	const struct registry_model *m = registry_find(
		gateway_registry(b->f.gateway), &b->m.is.trainer);
	size_t len = registry_export_size(m);
	uint8_t *bytes = dc_malloc(len);
	struct registry_as_of as_of;
	struct hash32 root;

	MUST(registry_export(m, bytes, &as_of, err));
	ck_assert_uint_eq(as_of.contributions, b->m.totals.count);
	memcpy(root.b, bytes + 48, 32);
	free(bytes);
	return root;
}

START_TEST(updates_lead_from_nothing_to_the_models_root)
{
	struct proof_question q;
	const struct proof *p;
	struct hash32 live;
	struct bench b;

	bench_start(&b, 1, 12, 0, BYTES_MAX);
	check_all(&b);
	live = live_root(&b);
	q = question(&b, PROOF_CELL, b.m.totals.count);
	p = must_ask(&b, &q);
	ck_assert(hash32_equal(&p->root, &live));
	prover_give(b.prover, p);
	bench_stop(&b);
}
END_TEST

START_TEST(any_order_and_any_snapshot_give_the_same)
{
	struct hash32 root[64];
	uint64_t dice = 3;
	struct bench b;

	bench_start(&b, 2, 14, 5, BYTES_MAX);
	ck_assert_uint_lt(b.m.totals.count, 64);
	for (int turn = 0; turn < 3; turn++) {
		uint64_t count = b.m.totals.count;

		/* forward, backward, anyhow, each in a prover of its own */
		for (uint64_t i = 0; i <= count; i++) {
			uint64_t n = turn == 0 ? i : turn == 1 ? count - i :
				unit_random(&dice) % (count + 1);
			struct proof_question q = question(&b, PROOF_CELL, n);
			const struct proof *p = must_ask(&b, &q);

			if (turn == 0)
				root[n] = p->root;
			ck_assert(hash32_equal(&root[n], &p->root));
			prover_give(b.prover, p);
		}
		prover_free(b.prover);
		MUST(prover_new(&b.prover, b.f.folder.chain, b.f.folder.path,
				BYTES_MAX, err));
	}
	bench_stop(&b);
}
END_TEST

START_TEST(a_reorg_is_followed_and_the_old_branch_refused)
{
	struct dc_err why = DC_ERR_INIT;
	struct proof_question old, same;
	const struct proof *p;
	uint64_t dice = 77;
	struct bench b;
	bool found;

	bench_start(&b, 4, 10, 0, BYTES_MAX);
	old = question(&b, PROOF_CELL, b.m.totals.count);
	same = question(&b, PROOF_CELL, 1);
	prover_give(b.prover, must_ask(&b, &old));
	fake_chain_fork(&b.chain, 5);
	follow_blocks(&b.chain, &dice, 12, 3);
	follower_catch_up(&b.f, &b.chain);
	MUST(sql_model_by_row(b.db, &b.m, &found, b.m.row, b.arena, err));
	check_all(&b);
	prover_give(b.prover, must_ask(&b, &same));
	/* what was proven stays proven; another leaf of that state is not */
	prover_give(b.prover, must_ask(&b, &old));
	old.cell = 40;
	ck_assert_int_eq(ask(&b, &p, &old, &why), DC_ECONFLICT);
	check_all(&b);
	bench_stop(&b);
}
END_TEST

/* What the triggers ask for: nothing is journaled. */
static void
no_undo(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	(void)argv;
	sqlite3_result_null(ctx);
}

static void
exec_sql(struct bench *b, const char *text)
{
	sqlite3 *h;

	ck_assert_int_eq(sqlite3_open_v2(b->f.folder.chain, &h,
					 SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	ck_assert_int_eq(sqlite3_create_function(h, "decaid_undo_block", 0,
		SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, no_undo, NULL, NULL),
		SQLITE_OK);
	ck_assert_msg(sqlite3_exec(h, text, NULL, NULL, NULL) == SQLITE_OK,
		      "%s", sqlite3_errmsg(h));
	sqlite3_close(h);
}

START_TEST(a_row_that_was_changed_is_found_out)
{
	struct dc_err why = DC_ERR_INIT;
	struct proof_question q;
	const struct proof *p;
	struct bench b;

	bench_start(&b, 5, 16, 0, BYTES_MAX);
	follower_close(&b.f);		/* nobody else writes now */
	q = question(&b, PROOF_CELL, 3);
	prover_give(b.prover, must_ask(&b, &q));
	exec_sql(&b, "DROP TRIGGER contributions_fixed;"
		 "UPDATE contributions SET label = 1 - label WHERE "
		 "row & 0xffffffffff = 4 AND label < 2");
	q = question(&b, PROOF_CELL, 8);
	/* another branch, or a lie: both are no state of this chain */
	ck_assert_int_eq(ask(&b, &p, &q, &why), DC_ECONFLICT);
	follower_open(&b.f);
	bench_stop(&b);
}
END_TEST

START_TEST(what_cannot_be_proven_says_why)
{
	struct dc_err why = DC_ERR_INIT;
	struct proof_question q;
	const struct proof *p;
	struct bench b;

	bench_start(&b, 6, 16, 0, 1000);
	q = question(&b, PROOF_CELL, 2);
	ck_assert_int_eq(ask(&b, &p, &q, &why), DC_ENOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "proof-memory"));
	prover_free(b.prover);
	MUST(prover_new(&b.prover, b.f.folder.chain, b.f.folder.path,
			BYTES_MAX, err));
	q.cell = 1 << 20;
	ck_assert_int_eq(ask(&b, &p, &q, &why), DC_EINVAL);
	q.trainer.b[0] ^= 1;
	q.cell = 0;
	ck_assert_int_eq(ask(&b, &p, &q, &why), DC_ENOTFOUND);
	ck_assert_str_eq(why.text, "no such model");
	bench_stop(&b);
}
END_TEST

/* More than there are places: some are told to come again, all are made. */
START_TEST(a_flood_of_questions_is_answered_in_the_end)
{
	bool busy = false;
	struct bench b;

	bench_start(&b, 7, 30, 0, BYTES_MAX);
	for (size_t i = 0; i < 3 * PROVER_KEPT; i++) {
		struct dc_err why = DC_ERR_INIT;
		const struct proof *p = NULL;
		struct proof_question q = question(&b, PROOF_CELL,
						   i % 40);

		q.cell = 16 * (i / 40);
		if (prover_take(b.prover, &p, &q, &why) != DC_OK)
			busy |= strstr(why.text, "many proofs") != NULL;
		prover_give(b.prover, p);
	}
	ck_assert(busy);
	for (size_t i = 0; i < 3 * PROVER_KEPT; i++) {
		struct proof_question q = question(&b, PROOF_CELL, i % 40);
		const struct proof *p, *twice;

		q.cell = 16 * (i / 40);
		p = must_ask(&b, &q);
		q.cell += 5;		/* of the same leaf: the same proof */
		twice = must_ask(&b, &q);
		ck_assert_ptr_eq(p, twice);
		prover_give(b.prover, p);
		prover_give(b.prover, twice);
	}
	bench_stop(&b);
}
END_TEST

UNIT_MAIN("oracle/prover",
	  updates_lead_from_nothing_to_the_models_root,
	  any_order_and_any_snapshot_give_the_same,
	  a_reorg_is_followed_and_the_old_branch_refused,
	  a_row_that_was_changed_is_found_out,
	  what_cannot_be_proven_says_why,
	  a_flood_of_questions_is_answered_in_the_end)
