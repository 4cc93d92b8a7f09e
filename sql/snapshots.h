#ifndef DECAID_SQL_SNAPSHOTS_H
#define DECAID_SQL_SNAPSHOTS_H

/*
 * Which files hold which learner state. A snapshot's row is written after
 * its file is safe on disk; a row whose file is gone is deleted by who
 * finds that. Rolling back deletes the rows above the block, not the files.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"

struct sql_snapshot {
	int64_t model;
	uint64_t block;
	struct hash32 block_hash;
	uint64_t count;			/* contributions learned */
	struct hash32 root;
	const char *file;		/* name below the snapshot folder */
	bool has_neighbours;		/* false: of an older program */
	struct hash32 neighbours;	/* keccak, and name, of the other file:
					 * what suspicions come from */
};

/* Insert or replace (model, block). */
enum dc_status sql_snapshot_put(struct sql_db *db,
				const struct sql_snapshot *s,
				struct dc_err *err) DC_MUST_CHECK;

/* The newest of model with block <= at_most; found false: none. */
enum dc_status sql_snapshot_newest(struct sql_db *db,
				   struct sql_snapshot *out, bool *found,
				   int64_t model, uint64_t at_most,
				   struct dc_arena *arena,
				   struct dc_err *err) DC_MUST_CHECK;

/* The oldest of model while another one with block <= keep_at is newer: to
 * be deleted with its file. */
enum dc_status sql_snapshot_stale(struct sql_db *db, struct sql_snapshot *out,
				  bool *found, int64_t model,
				  uint64_t keep_at, struct dc_arena *arena,
				  struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_snapshot_delete(struct sql_db *db, int64_t model,
				   uint64_t block,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_SNAPSHOTS_H */
