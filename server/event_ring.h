#ifndef DECAID_SERVER_EVENT_RING_H
#define DECAID_SERVER_EVENT_RING_H

/*
 * The newest events of the chain as finished text of Server-Sent Events,
 * made once and read by all streams. The ring fills itself from chain.db
 * when a reader has read all of it; a reader that is further behind than the
 * ring reaches reads the database itself, so none falls off.
 *
 * A place in the order is (block, log index); an event's id is
 * "block-index-kind". The end of a block is (block, UINT32_MAX).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/arena.h"
#include "oracle/registry.h"
#include "sql/db.h"

struct event_ring;

struct event_place {
	uint64_t block;
	uint32_t index;
};

/* Where one reader is. */
struct event_cursor {
	struct event_place at;		/* all up to here was told */
	uint64_t generation;		/* rollbacks told; 0: new */
	int64_t model;			/* row; 0: all */
	bool placed;			/* at is set */
};

struct event_ring *event_ring_new(struct registry *registry);
void event_ring_free(struct event_ring *ring);

/* Blocks above this one were undone.  Thread: any, never blocks. */
void event_ring_rolled_back(struct event_ring *ring, uint64_t block);

/* "12-3-refund" is (12, 3); false: no such id. */
bool event_place_parse(struct event_place *out, const char *id);

/* Append what is new to the reader, at most about 64 KiB.
 * db   the calling thread's reader, no transaction open
 * Nothing appended: the reader has everything. A cursor that is not placed
 * starts at the followed head.
 * Thread: any. */
enum dc_status event_ring_read(struct event_ring *ring,
			       struct event_cursor *c, struct dc_buf *out,
			       struct sql_db *db, struct dc_arena *arena,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_EVENT_RING_H */
