/* Reading whole files, plain or gzip. */
#include "config.h"

#include "server/gzip_file.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#define CHUNK_BYTES 65536

static enum dc_status take_all(struct dc_buf *out, gzFile f, const char *path,
			       struct dc_err *err)
{
	char chunk[CHUNK_BYTES];
	int n, code;

	while ((n = gzread(f, chunk, sizeof(chunk))) > 0 &&
	       !dc_buf_failed(out))
		dc_buf_append(out, chunk, (size_t)n);
	(void)gzerror(f, &code);
	if (n < 0 || code == Z_BUF_ERROR)
		return dc_fail(err, DC_EIO, "%s: %s", path,
			       code == Z_ERRNO ? strerror(errno) :
			       code == Z_BUF_ERROR ? "the gzip file ends early"
			       : "not a sound gzip file");
	if (dc_buf_failed(out))
		return dc_fail(err, DC_EINVAL, "%s: over %zu bytes", path,
			       out->bound);
	return DC_OK;
}

enum dc_status gzip_file_read(struct dc_buf *out, const char *path,
			      struct dc_err *err)
{
	enum dc_status st;
	gzFile f;

	errno = 0;
	f = gzopen(path, "rbe");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path,
			       errno != 0 ? strerror(errno) : "out of memory");
	st = take_all(out, f, path, err);
	if (gzclose_r(f) != Z_OK && st == DC_OK)
		st = dc_fail(err, DC_EIO, "%s: the gzip file ends early",
			     path);
	return st;
}
