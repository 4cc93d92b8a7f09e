#ifndef DECAID_TESTS_UNIT_CHAIN_DUMP_H
#define DECAID_TESTS_UNIT_CHAIN_DUMP_H

/*
 * What a daemon made of a chain, as text that two daemons which saw the same
 * chain have byte for byte, whatever happened to them on the way: each row
 * of each table that the chain determines, sorted, one a line. Left out are
 * the cursor, what is kept to undo, the list of snapshots and when it
 * measured, since those depend on when the daemon looked.
 */

#include "base/buf.h"
#include "oracle/registry.h"

/* Append the tables of DIR/chain.db. */
void chain_dump_tables(struct dc_buf *out, const char *dir);

/* Append a line with the hash of each learner's whole state. */
void chain_dump_learners(struct dc_buf *out, struct registry *registry);

/* Append a line with the hash of the bytes of each model's newest snapshot. */
void chain_dump_snapshots(struct dc_buf *out, const char *dir);

#endif /* DECAID_TESTS_UNIT_CHAIN_DUMP_H */
