#ifndef DECAID_ORACLE_PIPELINE_CORE_H
#define DECAID_ORACLE_PIPELINE_CORE_H

/*
 * The inside of oracle/pipeline.h, shared by pipeline*.c alone. The
 * invariants that the code cites by number stand in pipeline.c.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "incentives/share.h"
#include "incentives/verdicts.h"
#include "oracle/abi_decaid.h"
#include "models/suspicion.h"
#include "oracle/ec.h"
#include "oracle/follow.h"
#include "oracle/pipeline.h"
#include "oracle/registry_write.h"
#include "oracle/tally.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"
#include "sql/db.h"
#include "sql/models.h"
#include "sql/snapshots.h"

#define PIPELINE_NEVER UINT64_MAX

/* A model of 0xDeCA10B's: what its contracts are, and what stops it. Such a
 * one is not `followed`: there is no learner, no verdict, no snapshot. */
struct pipe_mirror {
	struct dc_arena *texts;
	struct feed_mirror is;		/* texts in texts, but for classes */
	struct dc_buf class_names;
	char refusal[DC_ERR_TEXT_BYTES];	/* "": it is followed */
	uint64_t block;			/* of the last event */
	uint32_t block_events;		/* in it */
	struct pipe_model *model;	/* NULL: a reorg undid its row */
};

/* One model, as the database has it at the followed head, and what the
 * pipeline needs to go on from there. */
struct pipe_model {
	struct sql_model row;		/* texts borrowed from the registry */
	struct registry_model *live;	/* the entry, also of who is not */
	struct pipe_mirror *mirror;	/* NULL: one of ours */
	bool followed;
	bool dirty;			/* row.totals is not written yet */

	/* Verdicts as this daemon computed them, effective or not. */
	struct verdicts_chain judged;
	uint64_t computed_count;	/* of the last checkpoint computed */
	uint64_t unjudged_s;		/* time of contribution judged.judged */

	/* What its contributions are compared with; the block is ours. NULL
	 * where the model is not followed. */
	struct suspicion suspicion;
	void *suspicion_block;

	uint64_t taken_back;		/* one more than the highest id that
					 * was taken back unjudged, or 0 */
	uint64_t snapshot_count;	/* contributions in the newest file */
	uint64_t pruned;		/* samples below it are gone */
	uint64_t due_s;			/* when time alone does something */

	/* Rows held out of its data; NULL: it is not measured. */
	const struct holdout *holdout;
	uint64_t measured_count;	/* contributions at the last one */
};

struct pipeline {
	const struct gateway_config *config;
	struct feed *feed;
	struct registry *registry;
	struct standing *standing;
	struct sql_db *db;
	struct tally *tally;
	struct sample_room *room;
	struct dc_arena *scratch;	/* emptied after each block */
	struct dc_arena *start;		/* what pipeline_start_point gave */

	struct pipe_model **models;	/* in order of creation */
	size_t n_models, room_models;
	size_t bytes_live;		/* of all learners */
	uint64_t due_s;			/* the least of all models' */
	struct pipe_model *last;	/* of the last log */

	struct pipe_mirror *mirrors[FOLLOW_MIRRORS_MAX];
	size_t n_mirrors;

	struct block_ref head;		/* last block applied */
	bool has_head;
	uint64_t finalized;
	uint64_t prune_at;		/* when finalized gets there */

	struct ec *ec;
	uint64_t chain_id;		/* 0: nobody has said yet */
	uint64_t period_s;		/* of the pool; 0: not known yet */
	const struct raw_log *log;	/* the one that is taken in */

	uint64_t measure_us;	/* held-out rows: not before this clock time */

	/* The open transaction. */
	bool in_tx;
	uint64_t tx_from;		/* its first block */
	uint32_t tx_events;
	int64_t tx_began_ms;

	struct {
		gateway_change_fn *fn;
		void *user;
	} listeners[GATEWAY_LISTENERS_MAX];
	size_t n_listeners;
};

/* --- pipeline_event.c --------------------------------------------------- */

/* One log of ours. p->head is its block. */
enum dc_status pipe_log(struct pipeline *p, const struct raw_log *log,
			struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_model.c --------------------------------------------------- */

/* The model of a trainer; NULL: none that we know. */
struct pipe_model *pipe_find(struct pipeline *p, const struct addr20 *a);

/* Register a model that the chain created or the database holds. */
struct pipe_model *pipe_add_model(struct pipeline *p,
				  const struct ev_model_created *created,
				  const struct log_ref *at);

/* Bring all models to where the database is: at the start, and after a
 * rollback. */
enum dc_status pipe_load(struct pipeline *p, struct dc_err *err)
	DC_MUST_CHECK;
enum dc_status pipe_reload(struct pipeline *p, struct dc_err *err)
	DC_MUST_CHECK;

/* Write the totals of models that changed. */
enum dc_status pipe_put_totals(struct pipeline *p, struct dc_err *err)
	DC_MUST_CHECK;

/* Snapshots of models that learned at least this much since their last. */
enum dc_status pipe_snapshots(struct pipeline *p, uint64_t at_least,
			      struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_suspicion.c ------------------------------------------------ */

/* The memory of a followed model, empty; freed with the model. */
void pipe_suspicion_open(struct pipeline *p, struct pipe_model *m);
void pipe_suspicion_close(struct pipeline *p, struct pipe_model *m);
void pipe_suspicion_reset(struct pipe_model *m);

/* Compare a contribution with what came before it, and remember it; also
 * when it is learned again.
 * Returns millionths: 1000000 of what is not a valid sample. */
int32_t pipe_suspicion_see(struct pipeline *p, struct pipe_model *m,
			   const struct sql_contribution *c);

/* The memory as a file of its own, under its keccak; and back.
 * Errors: as for the learner's file; DC_EINVAL it holds something else. */
enum dc_status pipe_suspicion_save(struct pipeline *p, struct pipe_model *m,
				   struct sql_snapshot *row,
				   struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_suspicion_restore(struct pipeline *p,
				      struct pipe_model *m,
				      const struct sql_snapshot *row,
				      struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_holdout.c -------------------------------------------------- */

/* Ask for the rows held out of m's data.
 * Errors: those of the files; _created logs them and goes on. */
enum dc_status pipe_holdout_load(struct pipeline *p, struct pipe_model *m,
				 struct dc_err *err) DC_MUST_CHECK;
void pipe_holdout_created(struct pipeline *p, struct pipe_model *m);

/* Go on from the measurements in the database. */
enum dc_status pipe_holdout_resume(struct pipeline *p, struct pipe_model *m,
				   struct dc_err *err) DC_MUST_CHECK;

/* Measure the models that learned since they were measured; before the
 * totals of an open transaction are written. */
enum dc_status pipe_holdout_measure(struct pipeline *p,
				    struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_signers.c -------------------------------------------------- */

/* Count an accepted checkpoint for who signed it, and against who could
 * have; p->log is its log. */
enum dc_status pipe_signers(struct pipeline *p, const struct pipe_model *m,
			    const struct checkpoint *c, uint64_t accepted_s,
			    struct dc_err *err) DC_MUST_CHECK;
/* --- pipeline_mirror.c --------------------------------------------------- */

/* The mirror that one of these contracts belongs to; NULL: none. */
struct pipe_mirror *pipe_mirror_find(struct pipeline *p,
				     const struct addr20 *a);

/* One log of a mirror's. What no such contract emits stops the mirror, and
 * nothing else. */
enum dc_status pipe_mirror_log(struct pipeline *p, struct pipe_mirror *m,
			       const struct raw_log *log,
			       struct dc_err *err) DC_MUST_CHECK;

/* FEED_ADOPT and FEED_PREDICTED: a transaction each. */
enum dc_status pipe_mirror_adopt(struct pipeline *p,
				 const struct feed_batch *b,
				 struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_mirror_predicted(struct pipeline *p,
				     const struct feed_batch *b,
				     struct dc_err *err) DC_MUST_CHECK;

/* Insert the rows of mirrors that have none: in a block's transaction. */
enum dc_status pipe_mirrors_settle(struct pipeline *p,
				   struct dc_err *err) DC_MUST_CHECK;

/* From a row of the database; and again after a rollback. */
enum dc_status pipe_mirror_load(struct pipeline *p,
				const struct sql_model *row,
				struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_mirror_reload(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err) DC_MUST_CHECK;

void pipe_mirrors_free(struct pipeline *p);

/* --- pipeline_model.c (more) -------------------------------------------- */

void pipe_append(struct pipeline *p, struct pipe_model *m);

/* --- pipeline.c ---------------------------------------------------------- */

/* Commit what is open; begin, and end, a transaction of no block's. */
enum dc_status pipe_commit_open(struct pipeline *p,
				struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_aside_begin(struct pipeline *p,
				struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_aside_commit(struct pipeline *p, uint32_t events,
				 struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_claim.c --------------------------------------------------- */

enum dc_status pipe_refunded(struct pipeline *p, struct pipe_model *m,
			     const struct ev_refunded *ev,
			     const struct log_ref *at,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_reported(struct pipeline *p, struct pipe_model *m,
			     const struct ev_reported *ev,
			     const struct log_ref *at,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_late_claimed(struct pipeline *p, struct pipe_model *m,
				 const struct ev_late_claimed *ev,
				 const struct log_ref *at,
				 struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_rewards_claimed(struct pipeline *p, struct pipe_model *m,
				    const struct ev_rewards_claimed *ev,
				    const struct log_ref *at,
				    struct dc_err *err) DC_MUST_CHECK;

/* The chain did what our rules do not explain: said, counted, gone on. */
void pipe_mismatch(struct pipeline *p, const struct pipe_model *m,
		   const struct log_ref *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* --- pipeline_operator.c ------------------------------------------------ */

/* An event of the pool; kinds from EVENT_OPERATOR_JOINED on. */
enum dc_status pipe_operator(struct pipeline *p, const struct addr20 *pool,
			     const struct abi_event *ev,
			     const struct log_ref *at,
			     struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_prune.c --------------------------------------------------- */

/* Now and then, outside of transactions: delete samples that nothing needs
 * any more, give free pages back. */
enum dc_status pipe_prune(struct pipeline *p, struct dc_err *err)
	DC_MUST_CHECK;

/* Samples of m that were pruned, for a replay.
 * c  (n) in order of id; their samples in the arena */
enum dc_status pipe_refetch(struct pipeline *p, const struct pipe_model *m,
			    struct sql_contribution *c, size_t n,
			    struct dc_arena *arena,
			    struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_epoch.c --------------------------------------------------- */

/* What time alone brings, up to and including now_s: verdicts that take
 * effect, epochs that end. Before the events of the block of that time. */
enum dc_status pipe_time(struct pipeline *p, uint64_t now_s,
			 struct dc_err *err) DC_MUST_CHECK;

/* When the model's time comes next; to be called when what it depends on
 * has changed. */
void pipe_due(struct pipeline *p, struct pipe_model *m);

/* Verdicts as computed up to the last checkpoint row: for pipe_load. */
enum dc_status pipe_load_verdicts(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err) DC_MUST_CHECK;

/* Set m->unjudged_s from the database. */
enum dc_status pipe_load_unjudged(struct pipeline *p, struct pipe_model *m,
				  struct dc_err *err) DC_MUST_CHECK;

/* --- pipeline_accepted.c ------------------------------------------------ */

/* When the last accepted checkpoint takes effect; PIPELINE_NEVER: it judged
 * nothing, or has. */
uint64_t pipe_effect_due(const struct pipe_model *m);

/* The last accepted checkpoint is effective from now on. */
enum dc_status pipe_take_effect(struct pipeline *p, struct pipe_model *m,
				struct dc_err *err) DC_MUST_CHECK;

/* What this daemon would have signed for the epoch: its newest checkpoint
 * that is not later. An epoch that was empty here is no row.
 * found  false: none was computed */
enum dc_status pipe_own_checkpoint(struct pipeline *p,
				   const struct pipe_model *m,
				   struct sql_checkpoint *out, bool *found,
				   uint64_t epoch,
				   struct dc_err *err) DC_MUST_CHECK;

enum dc_status pipe_accepted(struct pipeline *p, struct pipe_model *m,
			     const struct ev_checkpoint_accepted *ev,
			     const struct log_ref *at,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status pipe_refuted(struct pipeline *p, struct pipe_model *m,
			    uint64_t epoch, const struct log_ref *at,
			    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_PIPELINE_CORE_H */
