#ifndef DECAID_SQL_UNDO_H
#define DECAID_SQL_UNDO_H

/*
 * Going back. Above finality, every first change of a row in a block leaves
 * the row's former values in a table undo_X beside X, written by triggers,
 * so that no function of sql/ can forget it. Rolling back puts, for each
 * row changed above the block, its earliest kept values back.
 *
 * What is final is written without tracking and costs nothing extra; it can
 * not be undone, and undo says so instead of leaving a half-restored file.
 */

#include <stdint.h>

#include "base/status.h"
#include "sql/db.h"

/* Until this transaction ends, what changes belongs to block. A transaction
 * may hold several blocks in ascending order: call it before each. */
void sql_undo_track(struct sql_db *db, uint64_t block);

/* The state after block is put back: rows of every table, the followed
 * head too. One writing transaction must be open.
 * Errors: DC_EREFUSED block is below what can be undone. */
enum dc_status sql_rollback_above(struct sql_db *db, uint64_t block,
				  struct dc_err *err) DC_MUST_CHECK;

/* Blocks up to and including final can no longer be undone; their kept
 * values are deleted. */
enum dc_status sql_undo_prune(struct sql_db *db, uint64_t final,
			      struct dc_err *err) DC_MUST_CHECK;

/* The lowest block that sql_rollback_above takes. */
enum dc_status sql_undo_floor(struct sql_db *db, uint64_t *out,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_UNDO_H */
