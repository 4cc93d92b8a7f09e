/* Learners as files. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle/snapshot.h"
#include "oracle/whole_file.h"

#define FOLDER "snapshots"

static enum dc_status path_of(char out[PATH_MAX], const char *data_dir,
			      const char *name, struct dc_err *err)
{
	int n = snprintf(out, PATH_MAX, "%s/" FOLDER "%s%s", data_dir,
			 *name != '\0' ? "/" : "", name);

	if (n < 0 || n >= PATH_MAX)
		return dc_fail(err, DC_EINVAL, "data directory: name too long");
	return DC_OK;
}

enum dc_status snapshot_folder(const char *data_dir, struct dc_err *err)
{
	char path[PATH_MAX];
	enum dc_status st = path_of(path, data_dir, "", err);

	if (st != DC_OK)
		return st;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return dc_fail(err, DC_EIO, "make %s: %s", path,
			       strerror(errno));
	return DC_OK;
}

enum dc_status snapshot_write(char *name, const char *data_dir,
			      const struct hash32 *root, const uint8_t *in,
			      size_t len, struct dc_err *err)
{
	char path[PATH_MAX], folder[PATH_MAX];
	struct stat have;
	enum dc_status st;

	hash32_format(root, name);
	st = path_of(path, data_dir, name, err);
	if (st == DC_OK)
		st = path_of(folder, data_dir, "", err);
	if (st != DC_OK)
		return st;
	if (stat(path, &have) == 0 && (size_t)have.st_size == len)
		return DC_OK;
	return whole_file_write(folder, name, in, len, err);
}

enum dc_status snapshot_map(const uint8_t **out, size_t *len,
			    const char *data_dir, const char *name,
			    struct dc_err *err)
{
	char folder[PATH_MAX];
	enum dc_status st = path_of(folder, data_dir, "", err);

	return st == DC_OK ? whole_file_map(out, len, folder, name, err) : st;
}

void snapshot_unmap(const uint8_t *in, size_t len)
{
	whole_file_unmap(in, len);
}

void snapshot_sweep(const char *data_dir,
		    bool (*keep)(void *user, const char *name), void *user)
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *dir;

	if (path_of(path, data_dir, "", NULL) != DC_OK)
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
