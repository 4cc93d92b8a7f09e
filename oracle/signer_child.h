#ifndef DECAID_ORACLE_SIGNER_CHILD_H
#define DECAID_ORACLE_SIGNER_CHILD_H

/* The life of the signer process. Shared by signer*.c alone. */

#include "oracle/signer.h"

/* Shut the world out, load keys, say ready, answer until the socket ends.
 * socket_fd  the child's end of the pair */
_Noreturn void signer_child_run(const struct signer_cfg *cfg, int socket_fd);

/* No new files, sockets or programs from now on: system calls outside a
 * short list fail with EPERM. Where the kernel cannot, a line in the log
 * says so. */
void signer_sandbox(void);

#endif /* DECAID_ORACLE_SIGNER_CHILD_H */
