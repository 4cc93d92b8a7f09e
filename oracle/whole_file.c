/* Files that are whole or not there. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle/whole_file.h"

static enum dc_status path_of(char out[PATH_MAX], const char *folder,
			      const char *name, const char *suffix,
			      struct dc_err *err)
{
	int n = snprintf(out, PATH_MAX, "%s/%s%s", folder, name, suffix);

	if (n < 0 || n >= PATH_MAX)
		return dc_fail(err, DC_EINVAL, "%s: name too long", folder);
	return DC_OK;
}

static enum dc_status failed(struct dc_err *err, const char *what,
			     const char *path)
{
	return dc_fail(err, DC_EIO, "%s %s: %s", what, path, strerror(errno));
}

/* A rename is on disk once its folder is. */
static enum dc_status sync_folder(const char *path, struct dc_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum dc_status st = DC_OK;

	if (fd < 0 || fsync(fd) != 0)
		st = failed(err, "sync", path);
	if (fd >= 0)
		(void)close(fd);	/* nothing was written to it */
	return st;
}

static enum dc_status write_all(int fd, const uint8_t *in, size_t len,
				const char *path, struct dc_err *err)
{
	ssize_t n;

	for (; len > 0; in += n, len -= (size_t)n) {
		n = write(fd, in, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return failed(err, "write", path);
	}
	if (fsync(fd) != 0)
		return failed(err, "sync", path);
	return DC_OK;
}

static enum dc_status write_aside(const char *path, const uint8_t *in,
				  size_t len, struct dc_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum dc_status st;

	if (fd < 0)
		return failed(err, "open", path);
	st = write_all(fd, in, len, path, err);
	if (close(fd) != 0 && st == DC_OK)
		st = failed(err, "close", path);
	if (st != DC_OK)
		(void)unlink(path);
	return st;
}

static enum dc_status put_in_place(const char *folder, const char *from,
				   const char *to, struct dc_err *err)
{
	if (rename(from, to) == 0)
		return sync_folder(folder, err);
	if (errno == ENOENT)
		return dc_fail(err, DC_ENOTFOUND, "no file %s", from);
	return failed(err, "rename", from);
}

enum dc_status whole_file_write(const char *folder, const char *name,
				const uint8_t *in, size_t len,
				struct dc_err *err)
{
	char path[PATH_MAX], aside[PATH_MAX];
	enum dc_status st = path_of(path, folder, name, "", err);

	if (st == DC_OK)
		st = path_of(aside, folder, name, WHOLE_FILE_ASIDE, err);
	if (st == DC_OK)
		st = write_aside(aside, in, len, err);
	if (st != DC_OK)
		return st;
	st = put_in_place(folder, aside, path, err);
	if (st != DC_OK)
		(void)unlink(aside);
	return st;
}

enum dc_status whole_file_rename(const char *folder, const char *name,
				 const char *to, struct dc_err *err)
{
	char path[PATH_MAX], other[PATH_MAX];
	enum dc_status st = path_of(path, folder, name, "", err);

	if (st == DC_OK)
		st = path_of(other, folder, to, "", err);
	return st == DC_OK ? put_in_place(folder, path, other, err) : st;
}

enum dc_status whole_file_map(const uint8_t **out, size_t *len,
			      const char *folder, const char *name,
			      struct dc_err *err)
{
	char path[PATH_MAX];
	struct stat have;
	void *at = MAP_FAILED;
	enum dc_status st = path_of(path, folder, name, "", err);
	int fd;

	if (st != DC_OK)
		return st;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return dc_fail(err, DC_ENOTFOUND, "no file %s", path);
	if (fd < 0)
		return failed(err, "open", path);
	if (fstat(fd, &have) == 0 && have.st_size > 0)
		at = mmap(NULL, (size_t)have.st_size, PROT_READ, MAP_PRIVATE,
			  fd, 0);
	if (at == MAP_FAILED)
		st = failed(err, "map", path);
	(void)close(fd);	/* only read from */
	if (st != DC_OK)
		return st;
	*out = at;
	*len = (size_t)have.st_size;
	return DC_OK;
}

void whole_file_unmap(const uint8_t *in, size_t len)
{
	if (in != NULL)
		(void)munmap((void *)(uintptr_t)in, len);
}
