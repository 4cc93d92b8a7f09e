#ifndef DECAID_SERVER_SIGNING_H
#define DECAID_SERVER_SIGNING_H

/*
 * The signing half of the daemon: the signer's process, where a key is
 * configured, and the outbox, where that of checkpoints is.
 *
 *	signing_fork(&s, config, &err);		no thread, no socket yet
 *	signing_open(s, gateway, ..., &err);	the gateway is open
 *	signing_start(s, &err);
 *	...
 *	signing_free(s);
 */

#include "base/status.h"
#include "base/types.h"
#include "oracle/gateway.h"
#include "oracle/outbox.h"
#include "server/conf.h"

struct signing;

/* Does this configuration sign? */
bool signing_wanted(const struct config *c);

/* Fork the signer, which reads its keys.
 * Errors: DC_EINVAL a setting that signing needs is missing; the signer's. */
enum dc_status signing_fork(struct signing **out, const struct config *c,
			    struct dc_err *err) DC_MUST_CHECK;

/* Where checkpoints are signed: open the outbox (it makes local.db) and let
 * the gateway wake it.
 * c  borrowed for this call */
enum dc_status signing_open(struct signing *s, const struct config *c,
			    struct gateway *gateway, const char *chain_path,
			    const char *local_path, struct dc_err *err)
	DC_MUST_CHECK;

enum dc_status signing_start(struct signing *s,
			     struct dc_err *err) DC_MUST_CHECK;

/* Ends the thread and the process. NULL is taken. */
void signing_free(struct signing *s);

/* The address that checkpoints are signed with; zero: none are. */
struct addr20 signing_address(const struct signing *s);

/* The process, for oracle/attester.h; NULL: it holds no attester's key. */
struct signer *signing_attests(const struct signing *s);

/* Borrowed; NULL before signing_open, and where nothing is sent. */
struct outbox *signing_outbox(const struct signing *s);

#endif /* DECAID_SERVER_SIGNING_H */
