#ifndef DECAID_ORACLE_OUTBOX_H
#define DECAID_ORACLE_OUTBOX_H

/*
 * The daemon's own transactions, and the thread that makes and follows them:
 * it closes epochs as an operator (oracle/operator.h), keeps each
 * transaction as a row of local.db before it is bytes, and brings it to
 * finality through replacement, drops and reorgs. Only writer of local.db,
 * but for the texts there (sql/texts.h).
 *
 *     signer_start(&signer, ...);          before any thread
 *     outbox_new(&box, &config, &err);
 *     gateway_on_change(g, outbox_changed, box);
 *     outbox_start(box, &err);
 *     ...
 *     outbox_stop(box);
 *     outbox_free(box);
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "oracle/gateway.h"
#include "oracle/nodes.h"
#include "oracle/signer.h"

struct outbox;

struct outbox_config {
	struct nodes *nodes;		/* borrowed, outlives the outbox */
	const char *chain_path;		/* chain.db, read; must be there */
	const char *local_path;		/* local.db, made where missing */
	uint64_t chain_id;
	struct addr20 pool;
	struct signer *signer;		/* borrowed, outlives the outbox */
	struct wei fee_cap_wei;		/* a gas; zero: none but the signer's */
	unsigned poll_ms;		/* between looks; 0: 1000 */
	unsigned replace_s;		/* unmined that long: dearer; 0: 30 */
};

#define OUTBOX_TEXT_BYTES 256

struct outbox_status {
	bool signer_alive;
	uint64_t queued, sent, mined;	/* open rows */
	uint64_t signatures;		/* checkpoints signed since start */
	/* Gas, and value of what succeeded, of final transactions of the
	 * sender: on this UTC day, and ever. */
	struct wei spent_today_wei, spent_wei;
	/* Why the first of those that wait does, in our own words; "": none
	 * is held back. */
	char held_back[OUTBOX_TEXT_BYTES];
	char last_error[OUTBOX_TEXT_BYTES];	/* "" when all is well */
};

/* Opens both files; the strings of config are copied.
 * Errors: of sql_db_open. */
enum dc_status outbox_new(struct outbox **out,
			  const struct outbox_config *config,
			  struct dc_err *err) DC_MUST_CHECK;
void outbox_free(struct outbox *o);

enum dc_status outbox_start(struct outbox *o, struct dc_err *err)
	DC_MUST_CHECK;

/* Ends the thread, whatever it waits for; rows stay as they are. */
void outbox_stop(struct outbox *o);

/* A gateway_change_fn: look at once.  Thread: any. */
void outbox_changed(void *outbox, const struct gateway_change *change);

/* Thread: any. */
void outbox_status(struct outbox *o, struct outbox_status *out);

/* One look at everything, on the caller's thread; for tests and for who has
 * no thread to spare. Not while started.
 * Errors: the first that was met; the rest was done all the same. */
enum dc_status outbox_step(struct outbox *o, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_OUTBOX_H */
