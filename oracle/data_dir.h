#ifndef DECAID_ORACLE_DATA_DIR_H
#define DECAID_ORACLE_DATA_DIR_H

/*
 * A data directory: what is in it and who has it. One process at a time
 * writes there; others may read its databases meanwhile.
 */

#include <limits.h>

#include "base/status.h"

#define DATA_DIR_CHAIN "chain.db"
#define DATA_DIR_LOCAL "local.db"
#define DATA_DIR_SIGNER "signer.log"	/* the signer's own: never copied */
#define DATA_DIR_SNAPSHOTS "snapshots"
#define DATA_DIR_MIRRORS "mirrors"

/* DIR/NAME.  Errors: DC_EINVAL it is too long. */
enum dc_status data_dir_path(char out[PATH_MAX], const char *dir,
			     const char *name, struct dc_err *err)
	DC_MUST_CHECK;

/* Take the directory, which exists, for this process; the kernel gives it
 * back with the process, however that ends, and a child does not inherit it.
 * fd  -1 unless DC_OK; for data_dir_unlock
 * Errors: DC_EBUSY another process has it; DC_EIO. */
enum dc_status data_dir_lock(int *fd, const char *dir,
			     struct dc_err *err) DC_MUST_CHECK;

/* -1 is fine. */
void data_dir_unlock(int fd);

#endif /* DECAID_ORACLE_DATA_DIR_H */
