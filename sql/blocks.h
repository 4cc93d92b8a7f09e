#ifndef DECAID_SQL_BLOCKS_H
#define DECAID_SQL_BLOCKS_H

/*
 * Which chain the file belongs to, which blocks were followed, what is
 * final. The newest block is the cursor: everything up to it is applied.
 * Other tables name a block by its number; its hash and time stand here,
 * so a block with events is never pruned.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "sql/db.h"

/* Remember the chain on the first call, compare later.
 * Errors: DC_EREFUSED the file holds another chain. */
enum dc_status sql_chain_bind(struct sql_db *db, uint64_t chain_id,
			      const struct hash32 *genesis,
			      struct dc_err *err) DC_MUST_CHECK;

/* found  false: not bound yet */
enum dc_status sql_chain_get(struct sql_db *db, uint64_t *chain_id,
			     struct hash32 *genesis, bool *found,
			     struct dc_err *err) DC_MUST_CHECK;

/* Insert a block before what happened in it. Not tracked by
 * sql_undo_track: the block is final and becomes the undo floor.
 * Errors: DC_ECONFLICT the number is there already. */
enum dc_status sql_block_put(struct sql_db *db, const struct block_ref *b,
			     struct dc_err *err) DC_MUST_CHECK;

/* found  false: not followed, or pruned */
enum dc_status sql_block_get(struct sql_db *db, struct block_ref *out,
			     bool *found, uint64_t number,
			     struct dc_err *err) DC_MUST_CHECK;

/* The newest block that is not above a number; found false: none. */
enum dc_status sql_block_up_to(struct sql_db *db, struct block_ref *out,
			       bool *found, uint64_t number,
			       struct dc_err *err) DC_MUST_CHECK;

/* The newest block; found false: nothing followed yet. */
enum dc_status sql_block_head(struct sql_db *db, struct block_ref *out,
			      bool *found, struct dc_err *err) DC_MUST_CHECK;

/* The highest number known to be final; 0 at first. Never falls. */
enum dc_status sql_finalized_put(struct sql_db *db, uint64_t number,
				 struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_finalized_get(struct sql_db *db, uint64_t *out,
				 struct dc_err *err) DC_MUST_CHECK;

/* Delete blocks below number in which nothing happened; the head stays. */
enum dc_status sql_blocks_prune(struct sql_db *db, uint64_t number,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_BLOCKS_H */
