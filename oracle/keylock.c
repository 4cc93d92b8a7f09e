/* A lock on a key file. */
#include "config.h"

#include "oracle/keylock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define STEP_MS 50

enum dc_status keylock_take(int *fd, const char *key_path, struct dc_err *err)
{
	const struct timespec step = { 0, STEP_MS * 1000000L };
	int why = EWOULDBLOCK;

	*fd = open(key_path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return dc_fail(err, DC_EIO, "key file %s: %s", key_path,
			       strerror(errno));
	for (int ms = 0; ms <= KEYLOCK_WAIT_MS; ms += STEP_MS) {
		if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
			return DC_OK;
		why = errno;
		if (why != EWOULDBLOCK && why != EINTR)
			break;
		(void)nanosleep(&step, NULL);
	}
	keylock_give(*fd);
	*fd = -1;
	if (why == EWOULDBLOCK)
		return dc_fail(err, DC_EBUSY, "key file %s: another decaid "
			       "signs with it", key_path);
	return dc_fail(err, DC_EIO, "key file %s: %s", key_path,
		       strerror(why));
}

void keylock_give(int fd)
{
	if (fd >= 0)
		(void)close(fd);	/* only read from */
}
