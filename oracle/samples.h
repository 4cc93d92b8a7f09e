#ifndef DECAID_ORACLE_SAMPLES_H
#define DECAID_ORACLE_SAMPLES_H

/*
 * Pruned samples, had from the chain again. The database knows where each
 * one was and its hash, so nobody's word is taken.
 *
 * samples_fetch asks and waits; struct samples is for who must not wait: a
 * thread of its own fetches what was asked for, and keeps the last few.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "oracle/nodes.h"
#include "oracle/rpc.h"
#include "sql/contributions.h"

/* Fill in is.sample of the pruned ones among c, in the arena.
 * c  (n) of one trainer, in order of id
 * Errors: DC_ENOTFOUND the node does not have the log of one of them;
 *     DC_EIO it gives other bytes than were followed; the node's. */
enum dc_status samples_fetch(struct rpc *rpc, const struct addr20 *trainer,
			     struct sql_contribution *c, size_t n,
			     struct dc_arena *arena, struct dc_err *err)
	DC_MUST_CHECK;

struct samples;

#define SAMPLES_KEPT 64		/* fetched ones, or asked for */
#define SAMPLES_AGAIN_S 5	/* until one that failed is asked for again */

/* nodes is borrowed, and outlives it. Owner: the caller, samples_free. */
enum dc_status samples_new(struct samples **out, struct nodes *nodes,
			   struct dc_err *err) DC_MUST_CHECK;

/* Ends the thread, whatever it waits for. NULL is fine. */
void samples_free(struct samples *s);

/* The sample of a pruned contribution.
 * out  appended to
 * Errors: DC_EBUSY it is being fetched: ask again; DC_EIO, DC_ENOTFOUND the
 *     last try failed, err says why; another one follows.
 * Thread: any; never waits for the node. */
enum dc_status samples_get(struct samples *s, struct dc_buf *out,
			   const struct addr20 *trainer,
			   const struct sql_contribution *c,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_SAMPLES_H */
