#ifndef DECAID_ORACLE_OUTBOX_CORE_H
#define DECAID_ORACLE_OUTBOX_CORE_H

/* The inside of oracle/outbox.h, shared by outbox*.c and operator*.c. */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "oracle/outbox.h"
#include "oracle/rpc.h"
#include "sql/db.h"
#include "sql/outbox.h"

#define OUTBOX_OPEN_MAX 256	/* rows looked at in one step */

struct ec;
struct peers;
struct refusals;

struct outbox {
	struct outbox_config config;	/* strings owned */
	struct node_link *link;
	struct rpc *rpc;		/* of this step */
	struct sql_db *chain, *local;
	struct dc_arena *arena;		/* emptied before each step */
	uint64_t (*clock_s)(void);	/* Unix time; tests have their own */
	uint64_t now_s;			/* of this step */
	uint64_t finalized;		/* highest final block */
	uint64_t prune_s;		/* old rows go then */

	/* rows of this step; their blobs live in the arena */
	struct sql_tx_row open[OUTBOX_OPEN_MAX];
	uint32_t n_open;

	struct rpc_fees fees;		/* of this step, once asked */
	bool has_fees;
	/* of operator_gather.c: */
	struct refusals *refusals;
	struct peers *peers;
	struct ec *ec;
	uint64_t signatures;

	pthread_t thread;
	bool running;
	pthread_mutex_t lock;		/* over what follows */
	pthread_cond_t wake;
	bool stopping, woken;
	struct outbox_status status;
};

/* Insert a row if its key is absent, at once. One that is there and ended
 * without success OUTBOX_AGAIN_S ago or longer begins anew with this data. */
#define OUTBOX_AGAIN_S 60
enum dc_status outbox_enqueue(struct outbox *o, const struct sql_tx_row *row,
			      struct dc_err *err) DC_MUST_CHECK;

/* Bring one row as far as it goes now. What the node or a limit says about
 * it is told in the row and is no error here.
 * Errors: node or disk failed: leave the rest for later. */
enum dc_status outbox_row_step(struct outbox *o, struct sql_tx_row *row,
			       struct dc_err *err) DC_MUST_CHECK;

/* Fees for a new transaction.
 * Errors: DC_EREFUSED the base fee is over the cap; DC_EIO, DC_EBUSY. */
enum dc_status outbox_fees_new(struct outbox *o, struct wei *fee_wei,
			       struct wei *tip_wei, struct dc_err *err)
	DC_MUST_CHECK;

/* Fees that nodes accept in place of the row's: the new ones or at least
 * 10 % more on both.
 * Errors: as above, DC_EREFUSED also: over the cap. */
enum dc_status outbox_fees_replace(struct outbox *o,
				   const struct sql_tx_row *row,
				   struct wei *fee_wei, struct wei *tip_wei,
				   struct dc_err *err) DC_MUST_CHECK;

/* The sender can pay for the row at that fee a gas, at worst, beside what
 * else of it is on its way.
 * Errors: DC_EREFUSED it cannot; DC_EIO, DC_EBUSY the node. */
enum dc_status outbox_funds_check(struct outbox *o,
				  const struct sql_tx_row *row,
				  struct wei fee_wei, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_OUTBOX_CORE_H */
