#ifndef DECAID_ORACLE_SNAPSHOT_H
#define DECAID_ORACLE_SNAPSHOT_H

/*
 * Learners as files, DIR/snapshots/ROOT: the bytes of learner_keep under
 * the name of their state root; and what suspicions are computed from, the
 * bytes of suspicion_export, under the name of their keccak. A file is whole
 * or not there: it is written aside, synced, renamed, and the folder synced.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

#define SNAPSHOT_NAME_BYTES HASH32_TEXT_BYTES

/* Make the folder where it is missing.
 * Errors: DC_EIO. */
enum dc_status snapshot_folder(const char *data_dir,
			       struct dc_err *err) DC_MUST_CHECK;

/* Write one; a file of that root that is there already stays.
 * name  (SNAPSHOT_NAME_BYTES) what it is called
 * Errors: DC_EIO. */
enum dc_status snapshot_write(char *name, const char *data_dir,
			      const struct hash32 *root, const uint8_t *in,
			      size_t len, struct dc_err *err) DC_MUST_CHECK;

/* Map one for reading; snapshot_unmap gives it back.
 * Errors: DC_ENOTFOUND no such file; DC_EIO. */
enum dc_status snapshot_map(const uint8_t **out, size_t *len,
			    const char *data_dir, const char *name,
			    struct dc_err *err) DC_MUST_CHECK;
void snapshot_unmap(const uint8_t *in, size_t len);

/* Delete the files that `keep` does not want: what crashes, reorgs and
 * newer snapshots leave behind. Failing is no error: it is tried again. */
void snapshot_sweep(const char *data_dir,
		    bool (*keep)(void *user, const char *name), void *user);

#endif /* DECAID_ORACLE_SNAPSHOT_H */
