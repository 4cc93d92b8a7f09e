#ifndef DECAID_SERVER_CLIENT_H
#define DECAID_SERVER_CLIENT_H

/*
 * What commands that ask a daemon's REST interface share: one request, and
 * what its refusal means.
 */

#include <jansson.h>

#include "base/buf.h"
#include "base/status.h"
#include "server/cmd.h"

#define CLIENT_URL "http://127.0.0.1:8560"	/* a daemon as it comes */
#define CLIENT_REPLY_BYTES_MAX (8 << 20)

/* GET base and path, or POST body there (NULL: GET). Slashes at base's end
 * do not count.
 * reply  appended to, initialised with CLIENT_REPLY_BYTES_MAX
 * root   the reply as JSON; NULL unless DC_OK
 * Errors: DC_EINVAL base too long; DC_EIO no answer, or no JSON; DC_EBUSY,
 *	DC_EREFUSED what the daemon's problem document says. */
enum dc_status client_ask(struct dc_buf *reply, json_t **root,
			  const char *base, const char *path,
			  const struct dc_buf *body,
			  struct dc_err *err) DC_MUST_CHECK;

/* The whole of a command that GETs one thing and tells it, or what failed.
 * tell  gets the reply as it came and as JSON; returns the exit code */
int client_tell(const struct cmd_line *line, const char *base,
		const char *path,
		int (*tell)(const struct cmd_line *line,
			    const struct dc_buf *reply, const json_t *root));

#endif /* DECAID_SERVER_CLIENT_H */
