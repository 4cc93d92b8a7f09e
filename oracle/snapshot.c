/* Learners as files. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle/snapshot.h"

#define FOLDER "snapshots"
#define ASIDE ".part"

static enum dc_status path_of(char out[PATH_MAX], const char *data_dir,
			      const char *name, const char *suffix,
			      struct dc_err *err)
{
	int n = snprintf(out, PATH_MAX, "%s/" FOLDER "%s%s%s", data_dir,
			 *name != '\0' ? "/" : "", name, suffix);

	if (n < 0 || n >= PATH_MAX)
		return dc_fail(err, DC_EINVAL, "data directory: name too long");
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
		close(fd);
	return st;
}

enum dc_status snapshot_folder(const char *data_dir, struct dc_err *err)
{
	char path[PATH_MAX];
	enum dc_status st = path_of(path, data_dir, "", "", err);

	if (st != DC_OK)
		return st;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return failed(err, "make", path);
	return DC_OK;
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
		unlink(path);
	return st;
}

enum dc_status snapshot_write(char *name, const char *data_dir,
			      const struct hash32 *root, const uint8_t *in,
			      size_t len, struct dc_err *err)
{
	char path[PATH_MAX], aside[PATH_MAX], folder[PATH_MAX];
	struct stat have;
	enum dc_status st;

	hash32_format(root, name);
	st = path_of(path, data_dir, name, "", err);
	if (st == DC_OK)
		st = path_of(aside, data_dir, name, ASIDE, err);
	if (st == DC_OK)
		st = path_of(folder, data_dir, "", "", err);
	if (st != DC_OK)
		return st;
	if (stat(path, &have) == 0 && (size_t)have.st_size == len)
		return DC_OK;
	st = write_aside(aside, in, len, err);
	if (st != DC_OK)
		return st;
	if (rename(aside, path) != 0) {
		st = failed(err, "rename", aside);
		unlink(aside);
		return st;
	}
	return sync_folder(folder, err);
}

enum dc_status snapshot_map(const uint8_t **out, size_t *len,
			    const char *data_dir, const char *name,
			    struct dc_err *err)
{
	char path[PATH_MAX];
	struct stat have;
	void *at = MAP_FAILED;
	enum dc_status st = path_of(path, data_dir, name, "", err);
	int fd;

	if (st != DC_OK)
		return st;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return dc_fail(err, DC_ENOTFOUND, "no snapshot %s", path);
	if (fd < 0)
		return failed(err, "open", path);
	if (fstat(fd, &have) == 0 && have.st_size > 0)
		at = mmap(NULL, (size_t)have.st_size, PROT_READ, MAP_PRIVATE,
			  fd, 0);
	if (at == MAP_FAILED)
		st = failed(err, "map", path);
	close(fd);
	if (st != DC_OK)
		return st;
	*out = at;
	*len = (size_t)have.st_size;
	return DC_OK;
}

void snapshot_unmap(const uint8_t *in, size_t len)
{
	if (in != NULL)
		munmap((void *)(uintptr_t)in, len);
}

void snapshot_sweep(const char *data_dir,
		    bool (*keep)(void *user, const char *name), void *user)
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *dir;

	if (path_of(path, data_dir, "", "", NULL) != DC_OK)
		return;
	dir = opendir(path);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		/* only what this file wrote: 0x..., whole or aside */
		if (strncmp(e->d_name, "0x", 2) == 0 &&
		    !keep(user, e->d_name))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}
