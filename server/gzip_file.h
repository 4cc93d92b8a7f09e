#ifndef DECAID_SERVER_GZIP_FILE_H
#define DECAID_SERVER_GZIP_FILE_H

/* Whole files that people bring, plain or gzip (RFC 1952). */

#include "base/buf.h"
#include "base/status.h"

/*
 * Append the content of the file to out, whose bound is the limit: what is
 * larger unpacked is not unpacked any further.
 *   DC_EIO      cannot be read, is not sound, or ends early
 *   DC_EINVAL   larger than out's bound
 * The error names the path; out holds part of the content then.
 */
enum dc_status gzip_file_read(struct dc_buf *out, const char *path,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_GZIP_FILE_H */
