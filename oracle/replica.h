#ifndef DECAID_ORACLE_REPLICA_H
#define DECAID_ORACLE_REPLICA_H

/*
 * A learner of its own beside the live one, brought to what a model was after
 * any number of its contributions: from the newest snapshot that is not
 * later, or from nothing, by learning what chain.db has. It goes forward
 * from where it stands when it can.
 *
 * Each contribution's record is hashed on the way, so that what it learned
 * is what the chain's record says, whatever the database says.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "models/learner.h"
#include "sql/db.h"

struct replica;

/* data_dir is borrowed. bytes_max: what a learner and a copy of its cells
 * may take. Owner: the caller. */
struct replica *replica_new(const char *data_dir, size_t bytes_max);
void replica_free(struct replica *r);	/* NULL is fine */

/* Give the memory back; the next seek begins anew. */
void replica_forget(struct replica *r);

/* The model as it was after `count` contributions, the last of which left
 * the hash `record` (zero where there was none).
 * stop  while it works, true ends it
 * Errors: DC_ENOTFOUND no such model, or it cannot be had here: err, fit for
 *     strangers, says why; DC_ECONFLICT the chain went another way meanwhile;
 *     DC_EBUSY stopped; the database's. */
enum dc_status replica_seek(struct replica *r, struct sql_db *db,
			    const struct addr20 *trainer, uint64_t count,
			    const struct hash32 *record, atomic_bool *stop,
			    struct dc_err *err) DC_MUST_CHECK;

/* After a seek: the learner, whose root may be asked for, and all its cells
 * as they are now, copied (good until the next copy or seek). */
struct learner *replica_learner(struct replica *r);
const int64_t *replica_copy(struct replica *r);

/* Learn one contribution more, which leaves the hash `record`.
 * Errors: as replica_seek. */
enum dc_status replica_step(struct replica *r, struct sql_db *db,
			    const struct hash32 *record,
			    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_REPLICA_H */
