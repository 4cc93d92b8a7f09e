#ifndef DECAID_ORACLE_BACKUP_H
#define DECAID_ORACLE_BACKUP_H

/*
 * A copy of a data directory that a daemon may go on using: both databases,
 * each as of one moment, the snapshots of models and the states of mirrors.
 * To restore, copy the backup to where the data directory was.
 *
 * The signer's file is never copied: from an older one a signer could
 * contradict what it signed since. Without it a signer signs only epochs
 * that end after its start, which is always safe.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/status.h"

struct backup_report {
	struct block_ref head;		/* as of; zero: nothing was followed */
	uint64_t files, bytes;
};

/* Copy data_dir to a new directory `to`: made aside, synced, renamed, so that
 * it is whole or not there.
 * Errors: DC_EINVAL `to` is there, or a name is too long; DC_ENOTFOUND no
 *     chain.db in data_dir; DC_EREFUSED that is of another decaid; DC_EIO the
 *     disk. What was begun is left as TO.part, and said. */
enum dc_status backup_make(struct backup_report *out, const char *to,
			   const char *data_dir,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_BACKUP_H */
