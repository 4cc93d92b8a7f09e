#ifndef DECAID_SQL_CHECKPOINTS_H
#define DECAID_SQL_CHECKPOINTS_H

/*
 * Checkpoints, a row for each (model, epoch) that this daemon computed or
 * saw accepted, and the late ranges that belong to them. Whether one was
 * signed or sent is in local.db.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

enum sql_checkpoint_status {
	SQL_CHECKPOINT_COMPUTED, SQL_CHECKPOINT_SIGNED, SQL_CHECKPOINT_SENT,
	SQL_CHECKPOINT_MINED, SQL_CHECKPOINT_EFFECTIVE, SQL_CHECKPOINT_FINAL
};

struct sql_checkpoint {
	int64_t model;
	/* As accepted where it was, else as computed. */
	struct checkpoint is;
	uint64_t judged_before;		/* its verdicts: [before, judged) */
	const uint8_t *words;		/* 32 bytes each, from before / 128 */
	uint32_t n_words;
	struct hash32 chain_before;	/* V[judged_before / 128] */

	bool computed;			/* this daemon computed the epoch */
	bool accepted;			/* the trainer took one */
	bool differs;			/* both, and they are not the same */
	bool refuted;
	struct log_ref log;		/* where accepted; zero before */
	uint64_t effective_s;		/* accepted time + challenge; or 0 */
};

/* Insert or replace the whole row. */
enum dc_status sql_checkpoint_put(struct sql_db *db,
				  const struct sql_checkpoint *c,
				  struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_checkpoint_get(struct sql_db *db,
				  struct sql_checkpoint *out, bool *found,
				  int64_t model, uint64_t epoch,
				  struct dc_arena *arena,
				  struct dc_err *err) DC_MUST_CHECK;

/* The newest that was accepted and not refuted, with epoch < below. */
enum dc_status sql_checkpoint_last(struct sql_db *db,
				   struct sql_checkpoint *out, bool *found,
				   int64_t model, uint64_t below,
				   struct dc_arena *arena,
				   struct dc_err *err) DC_MUST_CHECK;

/* Newest first (see page.h). */
enum dc_status sql_checkpoints_page(struct sql_db *db,
				    struct sql_checkpoint *out, uint32_t *n,
				    char *next, int64_t model,
				    const struct sql_page *page,
				    struct dc_arena *arena,
				    struct dc_err *err) DC_MUST_CHECK;

/* Computed, mined, effective or final, as the chain shows it; signed and
 * sent are for the reader of local.db to say.
 * now_s  the chain's time   finalized  highest final block */
enum sql_checkpoint_status
sql_checkpoint_status(const struct sql_checkpoint *c, uint64_t now_s,
		      uint64_t finalized);
const char *sql_checkpoint_status_name(enum sql_checkpoint_status status);

/* Contributions [from, to) were judged by a late checkpoint. */
struct sql_late_range {
	int64_t model;
	uint64_t index;			/* place in the trainer's list */
	uint64_t from, to;
	uint64_t accepted_s;
};

enum dc_status sql_late_range_insert(struct sql_db *db,
				     const struct sql_late_range *r,
				     struct dc_err *err) DC_MUST_CHECK;

/* A refuted checkpoint takes its range along. */
enum dc_status sql_late_range_delete(struct sql_db *db, int64_t model,
				     uint64_t index,
				     struct dc_err *err) DC_MUST_CHECK;

/* The first range with to > id; found false: out->index is the length of
 * the list, everything else zero. */
enum dc_status sql_late_range_find(struct sql_db *db,
				   struct sql_late_range *out, bool *found,
				   int64_t model, uint64_t id,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_CHECKPOINTS_H */
