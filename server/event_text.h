#ifndef DECAID_SERVER_EVENT_TEXT_H
#define DECAID_SERVER_EVENT_TEXT_H

/* One event of the chain as the text of a Server-Sent Event. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "oracle/registry.h"
#include "sql/db.h"
#include "sql/events.h"

/* Append one event.
 * db  a reader; what the event refers to is looked up */
enum dc_status event_text_append(struct dc_buf *out,
				 const struct sql_event *e,
				 struct registry *registry,
				 struct sql_db *db, struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;

/* A block was followed to its end. */
void event_text_block(struct dc_buf *out, const struct block_ref *b);

/* Blocks above this one were undone: ask again. */
void event_text_reorg(struct dc_buf *out, uint64_t block);

#endif /* DECAID_SERVER_EVENT_TEXT_H */
