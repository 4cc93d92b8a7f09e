/*
 * Backups. Snapshots are copied before chain.db and looked through once more
 * after it: their files never change, so a row of the copied database finds
 * its file unless that was taken and swept away in between, and then the
 * model is learned anew from the stored contributions.
 */
#include "config.h"

#include "oracle/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle/data_dir.h"
#include "sql/blocks.h"
#include "sql/db.h"

#define COPY_BYTES 65536

struct backup {
	struct backup_report *report;
	const char *from;
	char to[PATH_MAX];		/* made aside */
};

static enum dc_status disk(const char *what, const char *path,
			   struct dc_err *err)
{
	return dc_fail(err, DC_EIO, "%s %s: %s", what, path, strerror(errno));
}

/* ---- files ---- */

static enum dc_status sync_path(const char *path, struct dc_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum dc_status found = DC_OK;

	if (fd < 0 || fsync(fd) != 0)
		found = disk("sync", path, err);
	if (fd >= 0)
		(void)close(fd);	/* only read from */
	return found;
}

static enum dc_status write_all(int fd, const char *in, size_t n,
				const char *path, struct dc_err *err)
{
	while (n > 0) {
		ssize_t put = write(fd, in, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return disk("write", path, err);
		in += put;
		n -= (size_t)put;
	}
	return DC_OK;
}

static enum dc_status copy_bytes(struct backup *b, int in, int out,
				 const char *path, struct dc_err *err)
{
	char part[COPY_BYTES];
	enum dc_status found = DC_OK;
	ssize_t n = 1;

	while (found == DC_OK && n != 0) {
		n = read(in, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return disk("read", path, err);
		found = write_all(out, part, (size_t)n, path, err);
		b->report->bytes += (uint64_t)n;
	}
	if (found == DC_OK && fsync(out) != 0)
		found = disk("sync", path, err);
	return found;
}

/* One snapshot; gone, or copied before: nothing. */
static enum dc_status copy_snapshot(struct backup *b, const char *from,
				    const char *to, struct dc_err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out;
	enum dc_status found = DC_OK;

	if (in < 0)
		return errno == ENOENT ? DC_OK : disk("open", from, err);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out >= 0) {
		found = copy_bytes(b, in, out, to, err);
		if (close(out) != 0 && found == DC_OK)
			found = disk("close", to, err);
		b->report->files++;
	} else if (errno != EEXIST) {
		found = disk("create", to, err);
	}
	(void)close(in);	/* only read from */
	return found;
}

/* What is being written has another name than a root's: 0x and 64 digits. */
static bool is_snapshot(const char *name)
{
	return strlen(name) == HASH32_TEXT_BYTES - 1 && name[0] == '0' &&
		name[1] == 'x';
}

/* As oracle/mirrors_keep.c names them; not what is being written. */
static bool is_mirror_state(const char *name)
{
	const char *end = strrchr(name, '.');

	return strcmp(name, "found") == 0 ||
		(end != NULL && (strcmp(end, ".head") == 0 ||
				 strcmp(end, ".final") == 0));
}

static enum dc_status copy_folder(struct backup *b, const char *folder,
				  bool (*wanted)(const char *name),
				  struct dc_err *err)
{
	char from[PATH_MAX], to[PATH_MAX], in[PATH_MAX], out[PATH_MAX];
	enum dc_status found;
	struct dirent *e;
	DIR *d;

	found = data_dir_path(from, b->from, folder, err);
	if (found == DC_OK)
		found = data_dir_path(to, b->to, folder, err);
	if (found != DC_OK)
		return found;
	if (mkdir(to, 0700) != 0 && errno != EEXIST)
		return disk("create", to, err);
	d = opendir(from);
	if (d == NULL)
		return errno == ENOENT ? DC_OK : disk("open", from, err);
	while (found == DC_OK && (e = readdir(d)) != NULL) {
		if (!wanted(e->d_name))
			continue;
		found = data_dir_path(in, from, e->d_name, err);
		if (found == DC_OK)
			found = data_dir_path(out, to, e->d_name, err);
		if (found == DC_OK)
			found = copy_snapshot(b, in, out, err);
	}
	(void)closedir(d);	/* only read from */
	return found == DC_OK ? sync_path(to, err) : found;
}

static enum dc_status copy_snapshots(struct backup *b, struct dc_err *err)
{
	return copy_folder(b, DATA_DIR_SNAPSHOTS, is_snapshot, err);
}

/* ---- databases ---- */

static enum dc_status copy_database(struct backup *b, enum sql_file file,
				    const char *name, struct dc_err *err)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct sql_db *db = NULL;
	enum dc_status found;
	struct stat st;
	bool any;

	found = data_dir_path(from, b->from, name, err);
	if (found == DC_OK)
		found = data_dir_path(to, b->to, name, err);
	if (found == DC_OK)
		found = sql_db_open(&db, from, file, SQL_READER, err);
	if (found == DC_OK)
		found = sql_db_backup(db, to, err);
	sql_db_close(db);
	db = NULL;
	if (found == DC_OK)
		found = sync_path(to, err);
	if (found == DC_OK && file == SQL_CHAIN) {
		found = sql_db_open(&db, to, file, SQL_READER, err);
		if (found == DC_OK)
			found = sql_block_head(db, &b->report->head, &any,
					       err);
		sql_db_close(db);
	}
	if (found == DC_OK && stat(to, &st) == 0) {
		b->report->bytes += (uint64_t)st.st_size;
		b->report->files++;
	}
	return found;
}

/* A daemon that signs nothing has no local.db. */
static enum dc_status copy_local(struct backup *b, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found = copy_database(b, SQL_LOCAL, DATA_DIR_LOCAL,
					     &why);

	if (found == DC_OK || found == DC_ENOTFOUND)
		return DC_OK;
	return dc_fail(err, found, "%s: %s", DATA_DIR_LOCAL, why.text);
}

static enum dc_status copy_all(struct backup *b, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found = copy_snapshots(b, err);

	if (found == DC_OK)	/* no newer than the database */
		found = copy_folder(b, DATA_DIR_MIRRORS, is_mirror_state,
				    err);
	if (found != DC_OK)
		return found;
	found = copy_database(b, SQL_CHAIN, DATA_DIR_CHAIN, &why);
	if (found != DC_OK)
		return dc_fail(err, found, "%s/%s: %s", b->from,
			       DATA_DIR_CHAIN, why.text);
	found = copy_local(b, err);
	if (found == DC_OK)
		found = copy_snapshots(b, err);
	return found == DC_OK ? sync_path(b->to, err) : found;
}

/* The folder that `to` is in. */
static enum dc_status sync_parent(const char *to, struct dc_err *err)
{
	char parent[PATH_MAX];
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", to);
	slash = strrchr(parent, '/');
	if (slash == NULL)
		return sync_path(".", err);
	slash[slash == parent] = '\0';
	return sync_path(parent, err);
}

enum dc_status backup_make(struct backup_report *out, const char *to,
			   const char *data_dir, struct dc_err *err)
{
	struct backup b = { .report = out, .from = data_dir };
	enum dc_status found;
	struct stat st;
	int n = snprintf(b.to, sizeof(b.to), "%s.part", to);

	memset(out, 0, sizeof(*out));
	if (n < 0 || (size_t)n >= sizeof(b.to))
		return dc_fail(err, DC_EINVAL, "%s: name too long", to);
	if (stat(to, &st) == 0)
		return dc_fail(err, DC_EINVAL, "%s is there already", to);
	if (mkdir(b.to, 0700) != 0 && errno == EEXIST)
		return dc_fail(err, DC_EINVAL, "%s is there: left by a backup "
			       "that did not end, or one is running", b.to);
	else if (stat(b.to, &st) != 0)
		return disk("create", b.to, err);
	found = copy_all(&b, err);
	if (found == DC_OK && rename(b.to, to) != 0)
		found = disk("rename", b.to, err);
	return found == DC_OK ? sync_parent(to, err) : found;
}
