/* The bytes of the signer's file (signlog_file.h). */
#include "config.h"

#include "oracle/signlog_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/keccak.h"
#include "base/log.h"

#define HEADER_BYTES 64
#define MAGIC "decaid-sign-log\n"
#define MAGIC_BYTES 16
#define FILE_VERSION 1
#define CHECK_BYTES 8
#define READ_RECORDS 512	/* at a time */
#define ASIDE ".new"

static enum dc_status
io_failed(struct dc_err *err, const char *what)
{
	return dc_fail(err, DC_EIO, "signer's log: %s: %s", what,
		       strerror(errno));
}

/* --- bytes --------------------------------------------------------------- */

static void
put_be(uint8_t *out, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static uint64_t
get_be(const uint8_t *in, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | in[i];
	return v;
}

/* Over the chain and the place too: nothing can be moved or spliced. */
static void
check_of(uint8_t out[CHECK_BYTES], const struct signlog_file *f,
	 uint64_t place, const uint8_t *in, size_t n)
{
	uint8_t where[16];
	struct hash32 h;
	struct keccak k;

	put_be(where, f->chain_id, 8);
	put_be(where + 8, place, 8);
	keccak_init(&k);
	keccak_update(&k, where, sizeof(where));
	keccak_update(&k, in, n);
	keccak_final(&k, &h);
	memcpy(out, h.b, CHECK_BYTES);
}

static void
header_bytes(uint8_t out[HEADER_BYTES], const struct signlog_file *f)
{
	memset(out, 0, HEADER_BYTES);
	memcpy(out, MAGIC, MAGIC_BYTES);
	put_be(out + 16, FILE_VERSION, 4);
	put_be(out + 20, f->chain_id, 8);
	check_of(out + HEADER_BYTES - CHECK_BYTES, f, 0, out,
		 HEADER_BYTES - CHECK_BYTES);
}

static void
entry_bytes(uint8_t *out, const struct sign_entry *e)
{
	memcpy(out, e->pool.b, 20);
	memcpy(out + 20, e->trainer.b, 20);
	put_be(out + 40, e->epoch, 8);
	put_be(out + 48, e->epoch_s, 4);
	memcpy(out + 52, e->digest.b, 32);
}

static void
entry_read(struct sign_entry *e, const uint8_t *in)
{
	memcpy(e->pool.b, in, 20);
	memcpy(e->trainer.b, in + 20, 20);
	e->epoch = get_be(in + 40, 8);
	e->epoch_s = (uint32_t)get_be(in + 48, 4);
	memcpy(e->digest.b, in + 52, 32);
}

static void
record_bytes(uint8_t out[SIGNLOG_RECORD_BYTES], const struct signlog_file *f,
	     uint64_t place, const struct signlog_record *r)
{
	memset(out, 0, SIGNLOG_RECORD_BYTES);
	put_be(out, r->kind, 4);
	switch (r->kind) {
	case SIGNLOG_CHECKPOINT:
		entry_bytes(out + 4, &r->u.entry);
		break;
	case SIGNLOG_SPEND:
		put_be(out + 4, r->u.spend.day, 8);
		put_be(out + 12, r->u.spend.nonce, 8);
		u256_to_be(r->u.spend.cost_wei.v, out + 20);
		break;
	}
	check_of(out + SIGNLOG_RECORD_BYTES - CHECK_BYTES, f, place, out,
		 SIGNLOG_RECORD_BYTES - CHECK_BYTES);
}

static bool
record_read(struct signlog_record *r, const struct signlog_file *f,
	    uint64_t place, const uint8_t in[SIGNLOG_RECORD_BYTES])
{
	uint8_t check[CHECK_BYTES];
	uint64_t kind = get_be(in, 4);

	check_of(check, f, place, in, SIGNLOG_RECORD_BYTES - CHECK_BYTES);
	if (memcmp(check, in + SIGNLOG_RECORD_BYTES - CHECK_BYTES,
		   CHECK_BYTES) != 0)
		return false;
	if (kind == SIGNLOG_CHECKPOINT) {
		r->kind = SIGNLOG_CHECKPOINT;
		entry_read(&r->u.entry, in + 4);
		return true;
	}
	r->kind = SIGNLOG_SPEND;
	r->u.spend.day = get_be(in + 4, 8);
	r->u.spend.nonce = get_be(in + 12, 8);
	r->u.spend.cost_wei.v = u256_from_be(in + 20);
	return kind == SIGNLOG_SPEND;
}

/* --- writing ------------------------------------------------------------- */

static bool
write_at(int fd, const uint8_t *in, size_t n, uint64_t place)
{
	while (n > 0) {
		ssize_t put = pwrite(fd, in, n, (off_t)place);

		if (put < 0)
			return false;
		in += put;
		n -= (size_t)put;
		place += (uint64_t)put;
	}
	return true;
}

/* A failed write is taken back, so that the next one finds its place; a
 * failed sync ends it: the kernel may have dropped what it could not write,
 * and would say so only once. */
static enum dc_status
append_bytes(struct signlog_file *f, const uint8_t *in, size_t n,
	     struct dc_err *err)
{
	enum dc_status found;

	if (f->broken)
		return dc_fail(err, DC_EIO, "signer's log: an earlier write "
			       "is lost; restart when the disk is well");
	if (!write_at(f->fd, in, n, f->bytes)) {
		found = io_failed(err, "cannot write");
		if (ftruncate(f->fd, (off_t)f->bytes) != 0)
			f->broken = true;
		return found;
	}
	if (fdatasync(f->fd) != 0) {
		f->broken = true;
		return io_failed(err, "cannot sync");
	}
	f->bytes += n;
	return DC_OK;
}

enum dc_status
signlog_file_append(struct signlog_file *f, const struct signlog_record *r,
		    struct dc_err *err)
{
	uint8_t bytes[SIGNLOG_RECORD_BYTES];

	record_bytes(bytes, f, f->bytes, r);
	return append_bytes(f, bytes, sizeof(bytes), err);
}

static enum dc_status
sync_directory(const char *path, struct dc_err *err)
{
	char *copy = dc_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum dc_status found = DC_OK;

	if (fd < 0 || fsync(fd) != 0)
		found = io_failed(err, "cannot sync its directory");
	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return found;
}

/* --- opening ------------------------------------------------------------- */

static enum dc_status
lock_file(const struct signlog_file *f, const char *path, struct dc_err *err)
{
	struct stat mine, there;

	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			return dc_fail(err, DC_EBUSY, "signer's log %s: "
				       "another process signs with it", path);
		return io_failed(err, "cannot lock");
	}
	/* It may have been replaced between our open and our lock. */
	if (fstat(f->fd, &mine) != 0 || stat(path, &there) != 0)
		return io_failed(err, "cannot stat");
	if (mine.st_ino != there.st_ino || mine.st_dev != there.st_dev)
		return dc_fail(err, DC_EBUSY, "signer's log %s: another "
			       "process signs with it", path);
	return DC_OK;
}

static enum dc_status
begin_file(struct signlog_file *f, const char *path, struct dc_err *err)
{
	uint8_t header[HEADER_BYTES];
	enum dc_status found;

	f->bytes = 0;
	if (ftruncate(f->fd, 0) != 0)
		return io_failed(err, "cannot truncate");
	header_bytes(header, f);
	found = append_bytes(f, header, sizeof(header), err);
	if (found == DC_OK)
		found = sync_directory(path, err);
	return found;
}

static enum dc_status
check_header(struct signlog_file *f, const char *path, struct dc_err *err)
{
	uint8_t got[HEADER_BYTES], want[HEADER_BYTES];
	uint64_t chain;

	if (pread(f->fd, got, sizeof(got), 0) != (ssize_t)sizeof(got))
		return io_failed(err, "cannot read");
	if (memcmp(got, MAGIC, MAGIC_BYTES) != 0)
		return dc_fail(err, DC_EINVAL, "%s is no signer's log", path);
	if (get_be(got + 16, 4) != FILE_VERSION)
		return dc_fail(err, DC_EINVAL, "%s is of a newer decaid",
			       path);
	chain = get_be(got + 20, 8);
	if (chain != f->chain_id)
		return dc_fail(err, DC_EINVAL, "%s is of chain %llu, not %llu",
			       path, (unsigned long long)chain,
			       (unsigned long long)f->chain_id);
	header_bytes(want, f);
	if (memcmp(got, want, sizeof(got)) != 0)
		return dc_fail(err, DC_EINVAL, "%s has a damaged header",
			       path);
	f->bytes = HEADER_BYTES;
	return DC_OK;
}

/* n records that stand at f->bytes; last: they are the file's end, and the
 * last of them may be torn. */
static enum dc_status
visit_records(struct signlog_file *f, const uint8_t *in, size_t n, bool last,
	      signlog_visit visit, void *user, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	for (size_t i = 0; found == DC_OK && i < n; i++) {
		struct signlog_record r;

		if (record_read(&r, f, f->bytes,
				in + i * SIGNLOG_RECORD_BYTES)) {
			found = visit(user, &r, err);
			f->bytes += SIGNLOG_RECORD_BYTES;
			continue;
		}
		if (!last || i + 1 < n)
			return dc_fail(err, DC_EINVAL, "signer's log: record "
				       "at byte %llu is damaged",
				       (unsigned long long)f->bytes);
	}
	return found;
}

static enum dc_status
read_records(struct signlog_file *f, uint64_t size, signlog_visit visit,
	     void *user, struct dc_err *err)
{
	uint64_t end = size - (size - HEADER_BYTES) % SIGNLOG_RECORD_BYTES;
	size_t room = READ_RECORDS * SIGNLOG_RECORD_BYTES;
	uint8_t *bytes = dc_malloc(room);
	enum dc_status found = DC_OK;

	for (uint64_t at = f->bytes; found == DC_OK && at < end;) {
		size_t n = end - at < room ? (size_t)(end - at) : room;

		if (pread(f->fd, bytes, n, (off_t)at) != (ssize_t)n) {
			found = io_failed(err, "cannot read");
			break;
		}
		at += n;
		found = visit_records(f, bytes, n / SIGNLOG_RECORD_BYTES,
				      at == end, visit, user, err);
	}
	free(bytes);
	return found;
}

/* Nothing was signed on a record that is not whole: signlog.c (1). */
static enum dc_status
cut_torn(struct signlog_file *f, uint64_t size, struct dc_err *err)
{
	if (f->bytes == size)
		return DC_OK;
	dc_log(DC_LOG_UNUSUAL, "signer", "cut a torn record of %llu bytes "
	       "off the log", (unsigned long long)(size - f->bytes));
	if (ftruncate(f->fd, (off_t)f->bytes) != 0 || fdatasync(f->fd) != 0)
		return io_failed(err, "cannot cut a torn record");
	return DC_OK;
}

static enum dc_status
open_locked(struct signlog_file *f, const char *path, signlog_visit visit,
	    void *user, struct dc_err *err)
{
	enum dc_status found;
	struct stat st;

	if (fstat(f->fd, &st) != 0)
		return io_failed(err, "cannot stat");
	if (st.st_size < HEADER_BYTES)	/* died while it was made */
		return begin_file(f, path, err);
	found = check_header(f, path, err);
	if (found == DC_OK)
		found = read_records(f, (uint64_t)st.st_size, visit, user,
				     err);
	if (found == DC_OK)
		found = cut_torn(f, (uint64_t)st.st_size, err);
	return found;
}

enum dc_status
signlog_file_open(struct signlog_file *f, const char *path,
		  uint64_t chain_id, signlog_visit visit, void *user,
		  struct dc_err *err)
{
	enum dc_status found;

	*f = (struct signlog_file){ .chain_id = chain_id, .spare_fd = -1,
				    .dir_fd = -1 };
	f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0)
		return dc_fail(err, DC_EIO, "signer's log %s: %s", path,
			       strerror(errno));
	found = lock_file(f, path, err);
	if (found == DC_OK)
		found = open_locked(f, path, visit, user, err);
	if (found != DC_OK)
		signlog_file_close(f);
	return found;
}

void
signlog_file_close(struct signlog_file *f)
{
	const int fds[] = { f->fd, f->spare_fd, f->dir_fd };

	for (size_t i = 0; i < DC_ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);	/* all is synced; unlocks */
	free(f->name);
	f->name = NULL;
	f->fd = f->spare_fd = f->dir_fd = -1;
}

/* --- replacing ----------------------------------------------------------- */

static enum dc_status
fill_new(struct signlog_file *f, const struct signlog_record *r, size_t n,
	 struct dc_err *err)
{
	size_t size = HEADER_BYTES + n * SIGNLOG_RECORD_BYTES;
	uint8_t *bytes = dc_malloc(size);
	enum dc_status found;

	header_bytes(bytes, f);
	for (size_t i = 0; i < n; i++) {
		uint64_t place = HEADER_BYTES + i * SIGNLOG_RECORD_BYTES;

		record_bytes(bytes + place, f, place, &r[i]);
	}
	found = append_bytes(f, bytes, size, err);
	free(bytes);
	return found;
}

enum dc_status
signlog_file_spare(struct signlog_file *f, const char *path,
		   struct dc_err *err)
{
	char *copy = dc_strdup(path), *other = dc_strdup(path);
	char aside[NAME_MAX + 1];
	int n;

	f->name = dc_strdup(basename(other));
	f->dir_fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	free(other);
	n = snprintf(aside, sizeof(aside), "%s" ASIDE, f->name);
	if (n < 0 || (size_t)n >= sizeof(aside))
		return dc_fail(err, DC_EINVAL, "signer's log: a name too "
			       "long for a second one beside it");
	if (f->dir_fd >= 0)
		f->spare_fd = openat(f->dir_fd, aside, O_RDWR | O_CREAT |
				     O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->spare_fd < 0 || flock(f->spare_fd, LOCK_EX | LOCK_NB) != 0)
		return io_failed(err, "cannot make a second one beside it");
	return DC_OK;
}

/* Both names are there before and after, whenever it dies. */
static enum dc_status
exchange(const struct signlog_file *f, struct dc_err *err)
{
	char aside[NAME_MAX + 1];

	snprintf(aside, sizeof(aside), "%s" ASIDE, f->name);
	if (renameat2(f->dir_fd, aside, f->dir_fd, f->name,
		      RENAME_EXCHANGE) == 0)
		return DC_OK;
	return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP ?
		dc_fail(err, DC_EREFUSED, "signer's log: the file system "
			"cannot exchange two files") :
		io_failed(err, "cannot exchange");
}

enum dc_status
signlog_file_replace(struct signlog_file *f, const struct signlog_record *r,
		     size_t n, struct dc_err *err)
{
	struct signlog_file fresh = *f;
	enum dc_status found = DC_OK;

	if (f->spare_fd < 0 || f->broken)
		return dc_fail(err, DC_EREFUSED, "signer's log: nowhere to "
			       "write a shorter one");
	fresh.fd = f->spare_fd;
	fresh.spare_fd = f->fd;
	fresh.bytes = 0;
	if (ftruncate(fresh.fd, 0) != 0)
		found = io_failed(err, "cannot empty the second one");
	if (found == DC_OK)
		found = fill_new(&fresh, r, n, err);
	if (found == DC_OK)
		found = exchange(&fresh, err);
	if (found != DC_OK)
		return found;
	*f = fresh;
	if (fsync(f->dir_fd) != 0) {
		f->broken = true;
		return io_failed(err, "cannot sync its directory");
	}
	return DC_OK;
}
