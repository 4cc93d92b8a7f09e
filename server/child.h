#ifndef DECAID_SERVER_CHILD_H
#define DECAID_SERVER_CHILD_H

/*
 * Programs that the demo starts and must end: what they print goes to a
 * file, they die with us, a Ctrl-C reaches us alone, and stopping them waits
 * until they are gone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/status.h"

#define CHILD_PATH_BYTES 512

/* Zeroed: nothing runs. */
struct child {
	pid_t pid;
	char log[CHILD_PATH_BYTES];
};

/* Run argv[0] (looked up in PATH) in folder dir; standard output and error
 * are written to the file log.
 * argv  ends in NULL
 * Errors: DC_EIO no process, or the program cannot be run; err names it. */
enum dc_status child_start(struct child *out, const char *const *argv,
			   const char *dir, const char *log,
			   struct dc_err *err) DC_MUST_CHECK;

/* Wait until the child has printed a line that holds mark; what follows mark
 * up to the line's end is copied to rest (may be NULL).
 * Errors: DC_EIO the child ended before, or rest is too small; DC_EBUSY
 *     timeout_ms passed. */
enum dc_status child_wait_line(struct child *c, const char *mark, char *rest,
			       size_t rest_bytes, unsigned timeout_ms,
			       struct dc_err *err) DC_MUST_CHECK;

/* Print the last lines that it printed, whether it runs or not. */
void child_tell(const struct child *c, FILE *out);

/* Whether it still runs; reaps it when it does not. */
bool child_alive(struct child *c);

/* SIGTERM; SIGKILL after grace_ms. Gone when this returns. */
void child_stop(struct child *c, unsigned grace_ms);

#endif /* DECAID_SERVER_CHILD_H */
