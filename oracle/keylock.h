#ifndef DECAID_ORACLE_KEYLOCK_H
#define DECAID_ORACLE_KEYLOCK_H

/*
 * One signer a key file: two that sign or send with one key get into each
 * other's way. The lock is the kernel's, on the file itself, and goes with
 * the process. A copy of the file is another file; what protects from
 * slashing there is said in oracle/signlog.c, (4).
 */

#include "base/status.h"

#define KEYLOCK_WAIT_MS 3000	/* for one that is just ending */

/* fd  -1 unless DC_OK; keylock_give takes it
 * Errors: DC_EBUSY another process has it; DC_EIO. */
enum dc_status keylock_take(int *fd, const char *key_path,
			    struct dc_err *err) DC_MUST_CHECK;

/* -1 is fine. */
void keylock_give(int fd);

#endif /* DECAID_ORACLE_KEYLOCK_H */
