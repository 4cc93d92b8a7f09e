#ifndef DECAID_SQL_GROWTH_H
#define DECAID_SQL_GROWTH_H

/*
 * What keeps the files from growing for ever. Raw samples are most of
 * chain.db, and the chain has them, too: those of old contributions that no
 * replay and no verdict needs any more are deleted, and the pages that this
 * frees are given back to the disk a few at a time.
 */

#include <stdint.h>

#include "sql/db.h"

/* Contributions [0, end) of model no longer need their samples here:
 *  - all but the newest `keep` (0: every one is kept, end is 0),
 *  - judged in a block that cannot be undone,
 *  - learned by a snapshot at or below the last final block.
 * A model that is not there has none. */
enum dc_status sql_samples_prunable(struct sql_db *db, uint64_t *end,
				    int64_t model, uint64_t keep,
				    struct dc_err *err) DC_MUST_CHECK;

/* The lowest contribution whose sample is here; SQL_MAX_ID + 1: none. */
enum dc_status sql_samples_first(struct sql_db *db, uint64_t *id,
				 int64_t model,
				 struct dc_err *err) DC_MUST_CHECK;

/* Delete the samples of contributions [from, to). For a writing transaction
 * that is not tracked: this cannot be undone but from the chain.
 * pruned  how many were there */
enum dc_status sql_samples_prune(struct sql_db *db, uint64_t *pruned,
				 int64_t model, uint64_t from, uint64_t to,
				 struct dc_err *err) DC_MUST_CHECK;

/* local.db: of each model, transactions for checkpoints that ended and
 * signatures are deleted but for those of the newest `keep` epochs, and but
 * for the newest transaction that is final and all after it. What protects
 * against a second signature is the signer's file, against a second
 * transaction the trainer, which takes rising epochs alone, and the nonce,
 * which stays. For a writing transaction.
 * transactions, signatures  how many went */
enum dc_status sql_local_prune(struct sql_db *db, uint64_t *transactions,
			       uint64_t *signatures, uint64_t keep,
			       struct dc_err *err) DC_MUST_CHECK;

#define SQL_KEEP_EPOCHS 1024	/* what a daemon keeps of them */

/* Pages of the file. */
struct sql_pages {
	uint64_t total, free;
	uint32_t bytes;		/* of one */
};

enum dc_status sql_pages_get(struct sql_db *db, struct sql_pages *out,
			     struct dc_err *err) DC_MUST_CHECK;

/* Give at most so many free pages back. Outside of transactions.
 * A file older than incremental vacuum keeps them until sql_vacuum. */
enum dc_status sql_vacuum_some(struct sql_db *db, uint32_t pages,
			       struct dc_err *err) DC_MUST_CHECK;

/* Build the file anew, without free pages, and empty its journal. Takes as
 * much free disk as the file has; a crash leaves the old file. */
enum dc_status sql_vacuum(struct sql_db *db, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SQL_GROWTH_H */
