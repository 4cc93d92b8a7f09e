/* The data directory's names and its lock. */
#include "config.h"

#include "oracle/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum dc_status data_dir_path(char out[PATH_MAX], const char *dir,
			     const char *name, struct dc_err *err)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PATH_MAX ? DC_OK :
		dc_fail(err, DC_EINVAL, "data directory: name too long");
}

enum dc_status data_dir_lock(int *fd, const char *dir, struct dc_err *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	enum dc_status found = data_dir_path(path, dir, "lock", err);
	int why;

	*fd = -1;
	if (found != DC_OK)
		return found;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return dc_fail(err, DC_EIO, "open %s: %s", path,
			       strerror(errno));
	if (fcntl(*fd, F_SETLK, &lock) == 0)
		return DC_OK;
	why = errno;
	data_dir_unlock(*fd);
	*fd = -1;
	if (why == EAGAIN || why == EACCES)
		return dc_fail(err, DC_EBUSY, "another decaid uses %s", dir);
	return dc_fail(err, DC_EIO, "lock %s: %s", path, strerror(why));
}

void data_dir_unlock(int fd)
{
	if (fd >= 0)
		(void)close(fd);	/* nothing was written */
}
