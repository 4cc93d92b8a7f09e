#ifndef DECAID_TESTS_UNIT_OUTBOX_FIXTURE_H
#define DECAID_TESTS_UNIT_OUTBOX_FIXTURE_H

/*
 * An operator's half of a daemon: chain.db as a script makes it, a signer, a
 * fake node that takes transactions, and the outbox between them.
 */

#include <time.h>

#include "base/hex.h"
#include "incentives/verdicts.h"
#include "oracle/abi_calls.h"
#include "oracle/eip712.h"
#include "oracle/keyguard.h"
#include "oracle/nodes.h"
#include "oracle/outbox.h"
#include "oracle/outbox_core.h"
#include "sql/signatures.h"
#include "tests/unit/fake_node.h"
#include "tests/unit/sql_fixture.h"

#define CHAIN 31337
#define EPOCH_S 1

/* Of the whole program. */
static struct {
	uint64_t now_s;			/* the outbox's clock */
	uint64_t day_cap_wei;		/* 0: none */
	char key_dir[64], key_paths[2][80], pass_path[80];
} world;

static inline uint64_t
test_clock(void)
{
	return world.now_s;
}

/* A daemon's two files, its signer, a node, and the outbox between them. */
struct fix {
	struct sql_folder folder;
	struct sql_db *chain;
	struct sql_model model;
	struct verdicts_chain verdicts;
	struct hash32 last_chain;
	uint64_t block, epoch;		/* the head, the newest epoch */
	struct fake_node node;
	struct nodes *nodes;
	struct signer *signer;
	struct outbox *box;
	char log_path[96];
};

static inline struct addr20
pool(void)
{
	return sim_addr(77);
}

/* --- keys and signer ----------------------------------------------------- */

static inline void
name_keys(const char *folder)
{
	snprintf(world.pass_path, sizeof(world.pass_path), "%s/pass", folder);
	for (size_t i = 0; i < 2; i++)
		snprintf(world.key_paths[i], sizeof(world.key_paths[i]),
			 "%s/key%zu", folder, i);
}

static inline bool
make_keys(void)
{
	struct keyguard *g = keyguard_new(NULL);
	struct keyslot slot;
	FILE *f;

	snprintf(world.key_dir, sizeof(world.key_dir), "%s",
		 "/tmp/decaid-check-outbox-XXXXXX");
	if (mkdtemp(world.key_dir) == NULL)
		return false;
	name_keys(world.key_dir);
	f = fopen(world.pass_path, "w");
	if (f == NULL || fputs("secret\n", f) < 0 || fclose(f) != 0)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (keyguard_random(g, &slot, NULL) != DC_OK ||
		    keyguard_save(g, slot, world.key_paths[i],
				  world.pass_path, KEYSTORE_LIGHT, NULL) !=
		    DC_OK)
			return false;
	keyguard_free(g);
	return true;
}

static inline struct signer_cfg
signer_settings(struct fix *x)
{
	static struct signer_rule rule;
	struct signer_cfg cfg = {
		.domain = { CHAIN, pool() }, .log_path = x->log_path,
		.fee_cap_wei = wei_from_u64(1000000),
		.tx_cap_wei = wei_from_u64(UINT64_MAX),
		.day_cap_wei = wei_from_u64(world.day_cap_wei > 0 ?
					    world.day_cap_wei : UINT64_MAX),
		.rules = &rule, .n_rules = 1,
	};

	rule.selector = abi_call_selector(CALL_CHECKPOINT);
	cfg.keys[SIGNER_CHECKPOINTS] = (struct signer_key_files){
		world.key_paths[0], world.pass_path };
	cfg.keys[SIGNER_SENDER] = (struct signer_key_files){ world.key_paths[1],
							     world.pass_path };
	snprintf(x->log_path, sizeof(x->log_path), "%s/sign.log",
		 x->folder.path);
	return cfg;
}

static inline struct signer *
start_signer(struct fix *x)
{
	struct signer_cfg cfg = signer_settings(x);
	struct signer *s = NULL;

	MUST(signer_start(&s, &cfg, err));
	return s;
}

/* --- chain.db ------------------------------------------------------------ */

static inline void
put_block(struct fix *x, uint64_t time_s)
{
	struct block_ref b = { .number = ++x->block, .time_s = time_s };

	b.hash = sim_hash(b.number, 1);
	b.parent = sim_hash(b.number - 1, 1);
	MUST(sql_block_put(x->chain, &b, err));
	MUST(sql_finalized_put(x->chain, x->block, err));
}

static inline void
put_model(struct fix *x)
{
	struct sql_model *m = &x->model;

	m->is.trainer = sim_addr(1000);
	m->is.owner = sim_addr(1);
	m->is.kind = INCENTIVE_STAKE;
	m->is.name = "sections";
	m->is.description = m->is.encoder = "";
	m->is.spec = "decaid 1\n";
	m->is.spec_len = 9;
	m->is.spec_hash = sim_hash(5, 5);
	m->is.params.pool = pool();
	m->is.params.epoch_s = EPOCH_S;
	m->slug = "sections-00000000";
	m->type = "naive-bayes";
	m->created.block = x->block;
	MUST(sql_model_insert(x->chain, m, err));
}

static inline void
put_contributions(struct fix *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t sample[2] = { 1, (uint8_t)i };
		struct sql_contribution c = {
			.model = x->model.row, .valid = true,
			.prediction_before = -1,
		};

		c.is.id = x->model.totals.count++;
		c.is.contributor = sim_addr(i);
		c.is.sample = sample;
		c.is.sample_len = sizeof(sample);
		c.log.block = x->block;
		c.log.index = (uint32_t)c.is.id;
		c.record_hash = sim_hash(c.is.id, 3);
		x->model.totals.record_hash = c.record_hash;
		c.now.verdict = VERDICT_NONE;
		MUST(sql_contribution_insert(x->chain, &c, err));
	}
}

static inline void
judge(struct fix *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct sql_settlement now = {
			.verdict = (enum verdict)(x->verdicts.judged % 4),
			.verdict_epoch = x->epoch,
		};

		MUST(sql_contribution_settle(x->chain, x->model.row,
					     x->verdicts.judged, &now, err));
		verdicts_append(&x->verdicts, now.verdict);
	}
}

/* What an epoch brings, and its checkpoint. Everything until its end is one
 * final block. */
static inline void
put_epoch(struct fix *x, uint64_t epoch, unsigned more, unsigned judged)
{
	struct sql_checkpoint row = { .computed = true };
	uint64_t before = x->verdicts.judged;
	struct hash32 v = x->verdicts.v;

	x->epoch = epoch;
	MUST(sql_tx_begin(x->chain, err));
	put_block(x, x->epoch);
	put_contributions(x, more);
	judge(x, judged);
	row.model = x->model.row;
	row.judged_before = before;
	row.chain_before = v;
	row.is = (struct checkpoint){
		.trainer = x->model.is.trainer,
		.spec = x->model.is.spec_hash, .epoch = x->epoch,
		.count = x->model.totals.count,
		.record_hash = x->model.totals.record_hash,
		.state_root = sim_hash(x->epoch, 9),
		.judged = x->verdicts.judged, .accuracy_fx9 = 500000000,
	};
	verdicts_hash(&row.is.verdicts_hash, &x->verdicts);
	MUST(sql_checkpoint_put(x->chain, &row, err));
	MUST(sql_model_totals_put(x->chain, x->model.row, &x->model.totals,
				  err));
	put_block(x, x->epoch + 1);
	MUST(sql_tx_commit(x->chain, err));
	x->node.head = x->node.head < x->block ? x->block : x->node.head;
}

/* The wall clock, by which the signer goes, has passed that second. */
static inline void
wait_past(uint64_t second)
{
	while ((uint64_t)time(NULL) <= second)
		(void)usleep(20000);
	world.now_s = (uint64_t)time(NULL);
}

/* A second of the wall clock that the signer may sign: it ends while we
 * wait. */
static inline void
close_epoch(struct fix *x, unsigned more, unsigned judged)
{
	put_epoch(x, (uint64_t)time(NULL), more, judged);
	wait_past(x->epoch);
}

/* The trainer took the checkpoint of an epoch; challenge_s ahead of now. */
static inline void
accept_epoch(struct fix *x, uint64_t epoch, uint64_t accepted_s)
{
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_model_totals *t = &x->model.totals;
	struct sql_checkpoint row;
	bool is_there;

	MUST(sql_tx_begin(x->chain, err));
	MUST(sql_checkpoint_get(x->chain, &row, &is_there, x->model.row,
				epoch, arena, err));
	ck_assert(is_there);
	row.accepted = true;
	row.log.block = x->block;
	MUST(sql_checkpoint_put(x->chain, &row, err));
	t->has_checkpoint = true;
	t->checkpoint_epoch = epoch;
	t->checkpoint_count = row.is.count;
	t->checkpoint_judged = row.is.judged;
	t->checkpoint_accepted_s = accepted_s;
	MUST(sql_model_totals_put(x->chain, x->model.row, t, err));
	MUST(sql_tx_commit(x->chain, err));
	dc_arena_free(arena);
}

/* --- the whole ----------------------------------------------------------- */

static inline struct outbox_config
box_settings(const struct fix *x, struct wei fee_cap_wei)
{
	return (struct outbox_config){
		.nodes = x->nodes, .chain_path = x->folder.chain,
		.local_path = x->folder.local, .chain_id = CHAIN,
		.pool = pool(), .signer = x->signer,
		.fee_cap_wei = fee_cap_wei,
	};
}

static inline void
open_box(struct fix *x, struct wei fee_cap_wei)
{
	const struct outbox_config config = box_settings(x, fee_cap_wei);

	MUST(outbox_new(&x->box, &config, err));
	x->box->clock_s = test_clock;
}

static inline void
open_nodes(struct fix *x)
{
	const struct nodes_config config = {
		.urls = x->node.http.url, .timeout_ms = 5000,
		.backoff_ms = 1, .chain_id = CHAIN,
	};

	MUST(nodes_new(&x->nodes, &config, err));
}

static inline struct fix *
setup(void)
{
	struct fix *x = dc_calloc(1, sizeof(*x));

	sql_folder_make(&x->folder);
	x->signer = start_signer(x);	/* before any thread */
	fake_start(&x->node);
	open_nodes(x);
	x->chain = sql_open_chain(&x->folder, SQL_WRITER);
	MUST(sql_tx_begin(x->chain, err));
	put_block(x, 1);
	put_model(x);
	MUST(sql_tx_commit(x->chain, err));
	world.now_s = (uint64_t)time(NULL);
	open_box(x, wei_from_u64(0));
	return x;
}

static inline void
teardown(struct fix *x)
{
	outbox_free(x->box);
	nodes_free(x->nodes);
	fake_stop(&x->node);
	signer_stop(x->signer);
	sql_db_close(x->chain);
	sql_folder_remove(&x->folder);
	free(x);
}

static inline void
step(struct fix *x)
{
	MUST(outbox_step(x->box, err));
}

/* Mine on the node, and let the follower see it final. */
static inline void
mine_final(struct fix *x)
{
	fake_mine(&x->node);
	MUST(sql_tx_begin(x->chain, err));
	while (x->block < x->node.head)
		put_block(x, x->epoch + 1);
	MUST(sql_tx_commit(x->chain, err));
}

static inline struct sql_tx_row
row_of(struct fix *x, uint64_t epoch)
{
	static struct dc_arena *arena;
	const struct sql_tx_key key = { CHAIN, x->model.is.trainer, epoch,
					SQL_TX_CHECKPOINT };
	struct sql_tx_row row;
	bool is_there;

	if (arena == NULL)
		arena = dc_arena_new(1 << 16);
	memset(&row, 0, sizeof(row));
	row.id = -1;
	MUST(sql_outbox_get(x->box->local, &row, &is_there, &key, arena,
			    err));
	return row;
}

static inline int
status_of(struct fix *x, uint64_t epoch)
{
	struct sql_tx_row row = row_of(x, epoch);

	return row.id < 0 ? -1 : (int)row.status;
}

#endif /* DECAID_TESTS_UNIT_OUTBOX_FIXTURE_H */
