#ifndef DECAID_ORACLE_AUDIT_H
#define DECAID_ORACLE_AUDIT_H

/*
 * chain.db held against itself: what can be recomputed from its rows is. The
 * hash chain of each model's records ends where the contract's did, so a
 * row that was lost or changed shows, whoever did it.
 */

#include <stdint.h>

#include "base/status.h"
#include "sql/db.h"

/* Something is wrong; text says what and where. */
typedef void audit_tell(void *user, const char *text);

struct audit_report {
	uint64_t models, contributions;
	uint64_t pruned;	/* of them: samples that are not here */
	uint64_t wrong;		/* how often `tell` was called */
};

/* Look through what SQLite says, then of each followed model: ids, records,
 * samples' hashes, accuracy, deposits held, its newest snapshot.
 * Errors: the database's, when it cannot be read further. */
enum dc_status audit_chain(struct audit_report *out, struct sql_db *db,
			   const char *data_dir, audit_tell *tell,
			   void *user, struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_AUDIT_H */
