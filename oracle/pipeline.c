/*
 * pipeline.c: from batches of logs to committed blocks.
 *
 * Invariants:
 *  (1) chain.db holds whole blocks: what a block did, its models' totals and
 *      the cursor are in one transaction, and nothing else commits it.
 *  (2) Contributions of a trainer have consecutive ids, and each record
 *      hash is made from the one before it. Where the chain says otherwise
 *      (an id, a checkpoint's count, an audit), the node lies or fails: the
 *      open transaction is rolled back, and the follower is told, which asks
 *      another endpoint or halts.
 *  (3) Events count only from the contract that may emit them: models from
 *      the factory, operators from the pool, the rest from trainers that
 *      are followed.
 *  (4) What is stored, judged and rooted depends on the order of the chain
 *      and its times alone: not on batches, commits, restarts, reorgs or the
 *      clock of this machine. Measurements on held-out rows are the one
 *      exception: this daemon's own, signed by nobody.
 *  (5) Time between two blocks costs as much as what happens in it: epochs
 *      that are empty are stepped over, not walked through.
 *  (6) A snapshot's files are safe before their row is; a learner, and what
 *      suspicions are computed from, are the newest usable snapshot and the
 *      stored contributions after it. So a crash at any point loses at most
 *      the open transaction, and the chain has it.
 *  (7) After a failure the learners in memory may be ahead of the database:
 *      nothing is committed any more, and readers are told of the halt.
 */

#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/pipeline_core.h"
#include "oracle/snapshot.h"
#include "sql/blocks.h"
#include "sql/board.h"
#include "sql/mirrors.h"
#include "sql/undo.h"

/* One transaction of final blocks. */
#define TX_EVENTS 10000
#define TX_MS 250
#define SNAPSHOT_EVERY 100000
#define SNAPSHOT_LEAST 100
/* Farther behind the node's head, and with more contributors than that in a
 * transaction, leaderboards wait. */
#define NEAR_BLOCKS 256
#define BACKLOG_ENTRIES 1000
/* Blocks in which nothing happened are deleted this far below final. */
#define PRUNE_EVERY 256

/* --- transactions ------------------------------------------------------- */

static enum dc_status begin(struct pipeline *p, uint64_t block,
			    struct dc_err *err)
{
	enum dc_status st;

	if (p->in_tx)
		return DC_OK;
	st = sql_tx_begin(p->db, err);
	if (st != DC_OK)
		return st;
	p->in_tx = true;
	p->tx_from = block;
	p->tx_events = 0;
	p->tx_began_ms = dc_clock_ms();
	return DC_OK;
}

static void abandon(struct pipeline *p)
{
	if (p->in_tx)
		sql_tx_rollback(p->db);
	p->in_tx = false;
	tally_drop(p->tally);
}

static void tell(struct pipeline *p, const struct gateway_change *change)
{
	size_t i;

	for (i = 0; i < p->n_listeners; i++)
		p->listeners[i].fn(p->listeners[i].user, change);
}

/* What is known to be final of what is here. */
static enum dc_status put_final(struct pipeline *p, uint64_t finalized,
				struct dc_err *err)
{
	uint64_t final = finalized < p->head.number ? finalized :
		p->head.number;
	enum dc_status st;

	if (!p->has_head || final <= p->finalized)
		return DC_OK;
	st = sql_finalized_put(p->db, final, err);
	if (st == DC_OK)
		st = sql_undo_prune(p->db, final, err);
	if (st == DC_OK)
		st = sql_said_prune(p->db, final, err);
	if (st == DC_OK && final / PRUNE_EVERY > p->finalized / PRUNE_EVERY)
		st = sql_blocks_prune(p->db, final, err);
	p->finalized = final;
	return st;
}

/* What contributors did, written. With a backlog of many the leaderboards do
 * not keep up: they are counted when it is through. */
static enum dc_status flush_tally(struct pipeline *p, struct dc_err *err)
{
	bool near = standing_head(p->standing) <= p->head.number + NEAR_BLOCKS;
	bool kept;
	enum dc_status st = sql_boards_kept(p->db, &kept, err);

	if (st == DC_OK && kept && !near &&
	    tally_count(p->tally) > BACKLOG_ENTRIES) {
		st = sql_boards_suspend(p->db, err);
		kept = false;
	}
	if (st == DC_OK)
		st = tally_flush(p->tally, p->db, err);
	if (st == DC_OK && !kept && near)
		st = sql_boards_recount(p->db, p->head.time_s, err);
	return st;
}

/* Keeps (1). */
static enum dc_status commit(struct pipeline *p, uint64_t finalized,
			     struct dc_err *err)
{
	struct gateway_change change;
	enum dc_status st;

	if (!p->in_tx)
		return DC_OK;
	st = flush_tally(p, err);
	if (st == DC_OK)
		st = pipe_holdout_measure(p, err);
	if (st == DC_OK)
		st = pipe_put_totals(p, err);
	if (st == DC_OK)
		st = put_final(p, finalized, err);
	if (st != DC_OK)
		return st;
	p->in_tx = false;
	st = sql_tx_commit(p->db, err);
	if (st != DC_OK)
		return st;
	change.from_block = p->tx_from;
	change.to_block = p->head.number;
	change.events = p->tx_events;
	change.sequence = standing_commit(p->standing, p->head.number,
					  p->head.time_s, p->tx_events);
	tell(p, &change);
	return DC_OK;
}

/* --- beside the blocks --------------------------------------------------- */

enum dc_status pipe_commit_open(struct pipeline *p, struct dc_err *err)
{
	return commit(p, p->head.number, err);
}

enum dc_status pipe_aside_begin(struct pipeline *p, struct dc_err *err)
{
	return begin(p, p->head.number, err);
}

/* What is final did not change by this. */
enum dc_status pipe_aside_commit(struct pipeline *p, uint32_t events,
				 struct dc_err *err)
{
	p->tx_events = events;
	return commit(p, p->finalized, err);
}

/* --- blocks ------------------------------------------------------------- */

enum track { TRACK_FINAL, TRACK_LIVE };

static enum dc_status apply_block(struct pipeline *p,
				  const struct feed_block *b,
				  enum track track, struct dc_err *err)
{
	enum dc_status st;
	size_t i;

	if (p->has_head && b->ref.number <= p->head.number)
		return dc_fail(err, DC_ECONFLICT, "block fed twice");
	st = begin(p, b->ref.number, err);
	if (st != DC_OK)
		return st;
	if (track == TRACK_LIVE)
		sql_undo_track(p->db, b->ref.number);
	st = sql_block_put(p->db, &b->ref, err);
	if (st == DC_OK)	/* before what is done in it counts */
		st = sql_boards_turn(p->db, b->ref.time_s, err);
	if (st == DC_OK)
		st = pipe_time(p, b->ref.time_s, err);
	p->head = b->ref;
	p->has_head = true;
	if (st == DC_OK)
		st = pipe_mirrors_settle(p, err);
	for (i = 0; st == DC_OK && i < b->n_logs; i++)
		st = pipe_log(p, &b->logs[i], err);
	dc_arena_reset(p->scratch);
	return st;
}

/* When its time comes next depends on where the head is: epochs whose end
 * has passed are closed, empty ones with them. */
static void renew_due(struct pipeline *p)
{
	size_t i;

	if (p->head.time_s < p->due_s)
		return;
	p->due_s = PIPELINE_NEVER;
	for (i = 0; i < p->n_models; i++)
		if (p->models[i]->followed)
			pipe_due(p, p->models[i]);
}

static enum dc_status one_block(struct pipeline *p,
				const struct feed_block *b, enum track track,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = apply_block(p, b, track, &why);

	if (st != DC_OK)
		return dc_fail(err, st, "block %" PRIu64 ": %s",
			       b->ref.number, why.text);
	renew_due(p);
	return DC_OK;
}

static bool tx_is_full(const struct pipeline *p)
{
	return p->in_tx && (p->tx_events >= TX_EVENTS ||
			    dc_clock_ms() - p->tx_began_ms >= TX_MS);
}

static enum dc_status final_blocks(struct pipeline *p,
				   const struct feed_batch *b,
				   struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t i;

	for (i = 0; st == DC_OK && i < b->n_blocks; i++) {
		st = one_block(p, &b->blocks[i], TRACK_FINAL, err);
		if (st == DC_OK && tx_is_full(p))
			st = commit(p, p->head.number, err);
	}
	if (st == DC_OK && !feed_ready(p->feed))
		st = commit(p, p->head.number, err);
	return st;
}

/* Keeps (2): the contract's own word, at the block applied last. */
static enum dc_status check_audit(struct pipeline *p,
				  const struct feed_audit *a,
				  struct dc_err *err)
{
	const struct pipe_model *m = pipe_find(p, &a->trainer);

	if (m == NULL || !m->followed)
		return DC_OK;
	if (m->row.totals.count == a->count &&
	    (a->count == 0 ||
	     hash32_equal(&m->row.totals.record_hash, &a->record)))
		return DC_OK;
	return dc_fail(err, DC_ECONFLICT, "block %" PRIu64 ": %s has %" PRIu64
		       " contributions, of which %" PRIu64 " came%s: the node "
		       "drops or changes logs", p->head.number, m->row.slug,
		       a->count, m->row.totals.count,
		       m->row.totals.count == a->count ?
		       " with other records" : "");
}

static enum dc_status live_blocks(struct pipeline *p,
				  const struct feed_batch *b,
				  struct dc_err *err)
{
	enum dc_status st = commit(p, p->head.number, err);
	size_t i;

	for (i = 0; st == DC_OK && i < b->n_audits; i++)
		st = check_audit(p, &b->audits[i], err);
	for (i = 0; st == DC_OK && i < b->n_blocks; i++) {
		st = one_block(p, &b->blocks[i], TRACK_LIVE, err);
		if (st == DC_OK)
			st = commit(p, b->finalized, err);
	}
	return st;
}

static enum dc_status rewind_to(struct pipeline *p,
				const struct feed_batch *b,
				struct dc_err *err)
{
	struct gateway_change change = { .events = 0 };
	uint64_t to = b->blocks[0].ref.number;
	enum dc_status st = commit(p, b->finalized, err);

	change.from_block = p->head.number;
	if (st == DC_OK)
		st = sql_tx_begin(p->db, err);
	if (st != DC_OK)
		return st;
	st = sql_rollback_above(p->db, to, err);
	st = sql_tx_end(p->db, st, err);
	if (st == DC_OK)
		st = pipe_reload(p, err);
	dc_arena_reset(p->scratch);
	if (st != DC_OK)
		return st;
	change.to_block = p->has_head ? p->head.number : 0;
	change.sequence = (b->kind == FEED_AGAIN ? standing_again :
			   standing_rewind)(p->standing, change.to_block,
					    p->has_head ? p->head.time_s : 0);
	tell(p, &change);
	return DC_OK;
}

/* Keeps (2). What is committed is right as far as it goes: back to it, and
 * the follower decides. */
static enum dc_status doubt(struct pipeline *p, struct dc_err *err)
{
	struct feed_doubt d = { .block = p->head.number };
	enum dc_status st;

	snprintf(d.why, sizeof(d.why), "%.*s", (int)sizeof(d.why) - 1,
		 err->text);
	dc_err_clear(err);
	abandon(p);
	st = pipe_reload(p, err);
	dc_arena_reset(p->scratch);
	d.has_head = p->has_head;
	d.head = p->head;
	if (st == DC_OK)
		feed_doubt(p->feed, &d);
	return st;
}

static enum dc_status hello(struct pipeline *p, const struct feed_batch *b,
			    struct dc_err *err)
{
	enum dc_status st = sql_tx_begin(p->db, err);

	if (st != DC_OK)
		return st;
	p->chain_id = b->chain_id;
	st = sql_chain_bind(p->db, b->chain_id, &b->genesis, err);
	return sql_tx_end(p->db, st, err);
}

static enum dc_status take(struct pipeline *p, const struct feed_batch *b,
			   struct dc_err *err)
{
	if (b->period_s != 0)
		p->period_s = b->period_s;
	switch (b->kind) {
	case FEED_HELLO:
		return hello(p, b, err);
	case FEED_FINAL:
		return final_blocks(p, b, err);
	case FEED_LIVE:
		return live_blocks(p, b, err);
	case FEED_REWIND:
	case FEED_AGAIN:
		return rewind_to(p, b, err);
	case FEED_ADOPT:
		return pipe_mirror_adopt(p, b, err);
	case FEED_PREDICTED:
		return pipe_mirror_predicted(p, b, err);
	case FEED_HALT:
		return dc_fail(err, DC_EREFUSED, "%s", b->why);
	}
	dc_abort(__FILE__, __LINE__, "batch kind out of range");
}

/* --- the thread --------------------------------------------------------- */

/* Keeps (7). */
static void halt(struct pipeline *p, const char *why)
{
	struct gateway_change change = {
		.from_block = p->head.number, .to_block = p->head.number
	};

	abandon(p);
	standing_halt(p->standing, why);
	change.sequence = standing_sequence(p->standing);
	feed_close(p->feed);
	tell(p, &change);
}

/* Samples can go once a snapshot has learned from them: who keeps few takes
 * snapshots more often. */
static uint64_t snapshot_every(const struct gateway_config *c)
{
	uint64_t every = c->snapshot_every > 0 ? c->snapshot_every :
		SNAPSHOT_EVERY;

	if (c->keep_samples > 0 && c->keep_samples < every)
		every = c->keep_samples > SNAPSHOT_LEAST ? c->keep_samples :
			SNAPSHOT_LEAST;
	return every;
}

void pipeline_run(struct pipeline *p)
{
	uint64_t every = snapshot_every(p->config);
	struct feed_batch *b;
	struct dc_err err = DC_ERR_INIT;
	enum dc_status st = DC_OK;

	while (st == DC_OK && (b = feed_take(p->feed)) != NULL) {
		st = take(p, b, &err);
		if (st == DC_ECONFLICT &&
		    (b->kind == FEED_LIVE || b->kind == FEED_FINAL))
			st = doubt(p, &err);
		feed_batch_free(b);
		if (st == DC_OK && !p->in_tx)
			st = pipe_snapshots(p, every, &err);
		if (st == DC_OK && !p->in_tx)
			st = pipe_prune(p, &err);
	}
	if (st == DC_OK)
		st = commit(p, p->head.number, &err);
	if (st == DC_OK)
		st = pipe_snapshots(p, 1, &err);
	if (st != DC_OK)
		halt(p, err.text);
}

/* --- its life ----------------------------------------------------------- */

static enum dc_status open_database(struct pipeline *p, struct dc_err *err)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/chain.db",
			 p->config->data_dir);

	if (n < 0 || (size_t)n >= sizeof(path))
		return dc_fail(err, DC_EINVAL, "data directory: name too "
			       "long");
	return sql_db_open(&p->db, path, SQL_CHAIN, SQL_WRITER, err);
}

enum dc_status pipeline_new(struct pipeline **out,
			    const struct gateway_config *config,
			    struct feed *feed, struct registry *registry,
			    struct standing *standing, struct dc_err *err)
{
	struct pipeline *p = dc_calloc(1, sizeof(*p));
	enum dc_status st;

	p->config = config;
	p->feed = feed;
	p->registry = registry;
	p->standing = standing;
	p->tally = tally_new();
	p->room = dc_malloc(sizeof(*p->room));
	p->scratch = dc_arena_new(1 << 16);
	p->start = dc_arena_new(1 << 12);
	p->due_s = PIPELINE_NEVER;
	p->ec = ec_new(err);
	st = p->ec != NULL ? snapshot_folder(config->data_dir, err) : DC_EIO;
	if (st == DC_OK)
		st = open_database(p, err);
	if (st == DC_OK)
		st = pipe_load(p, err);
	if (st != DC_OK) {
		pipeline_free(p);
		return st;
	}
	if (p->has_head)
		standing_commit(standing, p->head.number, p->head.time_s, 0);
	*out = p;
	return DC_OK;
}

void pipeline_free(struct pipeline *p)
{
	size_t i;

	if (p == NULL)
		return;
	abandon(p);
	sql_db_close(p->db);
	ec_free(p->ec);
	for (i = 0; i < p->n_models; i++) {
		pipe_suspicion_close(p, p->models[i]);
		free(p->models[i]);
	}
	free(p->models);
	pipe_mirrors_free(p);
	tally_free(p->tally);
	free(p->room);
	dc_arena_free(p->scratch);
	dc_arena_free(p->start);
	free(p);
}

/* The blocks that a reorg can go back through: from what cannot be undone
 * any more to the head. */
static enum dc_status start_blocks(struct pipeline *p,
				   struct follow_start *out,
				   struct dc_err *err)
{
	struct block_ref *blocks;
	uint64_t from, number;
	bool found;
	enum dc_status st = sql_undo_floor(p->db, &from, err);

	if (st != DC_OK || !p->has_head)
		return st;
	if (from < p->config->start_block)
		from = p->config->start_block;
	blocks = dc_arena_alloc(p->start, (p->head.number - from + 1) *
				sizeof(*blocks));
	for (number = from; number <= p->head.number; number++) {
		st = sql_block_get(p->db, &blocks[number - from], &found,
				   number, err);
		if (st == DC_OK && !found)
			st = dc_fail(err, DC_EREFUSED, "block %" PRIu64
				     " is missing from chain.db: does the "
				     "start block fit?", number);
		if (st != DC_OK)
			return st;
	}
	out->blocks = blocks;
	out->n_blocks = (size_t)(p->head.number - from + 1);
	return DC_OK;
}

static void start_mirrors(struct pipeline *p, struct follow_start *out)
{
	struct follow_mirror *m = dc_arena_alloc(
		p->start, (p->n_mirrors + 1) * sizeof(*m));

	for (size_t i = 0; i < p->n_mirrors; i++)
		m[i] = (struct follow_mirror){ p->mirrors[i]->is.trainer,
					       p->mirrors[i]->is.incentive,
					       p->mirrors[i]->is.classifier };
	out->mirrors = m;
	out->n_mirrors = p->n_mirrors;
}

enum dc_status pipeline_start_point(struct pipeline *p,
				    struct follow_start *out,
				    struct dc_err *err)
{
	struct follow_trainer *trainers;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->finalized = p->finalized;
	trainers = dc_arena_alloc(p->start, (p->n_models + 1) *
				  sizeof(*trainers));
	for (i = 0; i < p->n_models; i++)
		if (p->models[i]->followed)
			trainers[out->n_trainers++] = (struct follow_trainer){
				.address = p->models[i]->row.is.trainer,
				.created_block =
					p->models[i]->row.created.block
			};
	out->trainers = trainers;
	start_mirrors(p, out);
	return start_blocks(p, out, err);
}

enum dc_status pipeline_bound(struct pipeline *p, bool *bound,
			      uint64_t *chain_id, struct hash32 *genesis,
			      struct dc_err *err)
{
	return sql_chain_get(p->db, chain_id, genesis, bound, err);
}

void pipeline_on_change(struct pipeline *p, gateway_change_fn *fn, void *user)
{
	DC_CHECK(p->n_listeners < GATEWAY_LISTENERS_MAX);
	p->listeners[p->n_listeners].fn = fn;
	p->listeners[p->n_listeners].user = user;
	p->n_listeners++;
}
