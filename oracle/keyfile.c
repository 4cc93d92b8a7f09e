/* The files around keys: key files and passphrase files as bytes on disk. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle/keystore.h"

static enum dc_status
file_failed(struct dc_err *err, const char *path, const char *what)
{
	return dc_fail(err, DC_EIO, "%s: %s: %s", path, what,
		       strerror(errno));
}

/* Up to room bytes; *len = room tells that there may be more. */
static enum dc_status
file_read(uint8_t *out, size_t *len, size_t room, const char *path,
	  struct dc_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum dc_status found = DC_OK;
	ssize_t got = 1;

	if (fd < 0)
		return file_failed(err, path, "cannot open");
	for (*len = 0; *len < room && got > 0; *len += (size_t)got) {
		got = read(fd, out + *len, room - *len);
		if (got < 0) {
			found = file_failed(err, path, "cannot read");
			break;
		}
	}
	(void)close(fd);	/* only read from */
	return found;
}

enum dc_status
keystore_file_read(struct dc_buf *out, const char *path, struct dc_err *err)
{
	uint8_t bytes[KEYSTORE_FILE_MAX_BYTES + 1];
	size_t len;
	enum dc_status found = file_read(bytes, &len, sizeof(bytes), path,
					 err);

	if (found != DC_OK)
		return found;
	if (len == sizeof(bytes))
		return dc_fail(err, DC_EINVAL, "%s: too large for a key file",
			       path);
	dc_buf_append(out, bytes, len);
	DC_CHECK(!dc_buf_failed(out));
	return DC_OK;
}

static enum dc_status
write_all(int fd, const char *path, const uint8_t *text, size_t len,
	  struct dc_err *err)
{
	while (len > 0) {
		ssize_t put = write(fd, text, len);

		if (put < 0)
			return file_failed(err, path, "cannot write");
		text += put;
		len -= (size_t)put;
	}
	if (fsync(fd) != 0)
		return file_failed(err, path, "cannot sync");
	return DC_OK;
}

/* Make the new name itself last. */
static enum dc_status
sync_directory(const char *path, struct dc_err *err)
{
	char *copy = dc_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum dc_status found = DC_OK;

	if (fd < 0 || fsync(fd) != 0)
		found = file_failed(err, path, "cannot sync its directory");
	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return found;
}

enum dc_status
keystore_file_write(const char *path, const uint8_t *text, size_t len,
		    struct dc_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum dc_status found;

	if (fd < 0 && errno == EEXIST)
		return dc_fail(err, DC_EREFUSED, "%s: is there already",
			       path);
	if (fd < 0)
		return file_failed(err, path, "cannot create");
	found = write_all(fd, path, text, len, err);
	if (close(fd) != 0 && found == DC_OK)
		found = file_failed(err, path, "cannot close");
	if (found == DC_OK)
		found = sync_directory(path, err);
	if (found != DC_OK)
		(void)unlink(path);
	return found;
}

enum dc_status
passphrase_read(struct passphrase *out, const char *path, struct dc_err *err)
{
	enum dc_status found;
	const uint8_t *end;

	found = file_read(out->bytes, &out->len, sizeof(out->bytes), path,
			  err);
	if (found != DC_OK)
		return found;
	end = memchr(out->bytes, '\n', out->len);
	if (end == NULL && out->len == sizeof(out->bytes))
		return dc_fail(err, DC_EINVAL,
			       "%s: first line is too long for a passphrase",
			       path);
	if (end != NULL)
		out->len = (size_t)(end - out->bytes);
	if (out->len > 0 && out->bytes[out->len - 1] == '\r')
		out->len--;
	return DC_OK;
}

void
passphrase_clear(struct passphrase *p)
{
	explicit_bzero(p, sizeof(*p));
}
