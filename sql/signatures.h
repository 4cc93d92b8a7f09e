#ifndef DECAID_SQL_SIGNATURES_H
#define DECAID_SQL_SIGNATURES_H

/*
 * local.db: signatures of checkpoints that this daemon made or collected.
 * Slashing protection does not rest on it: the signer has a file of its own.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "sql/db.h"

#define SQL_SIGNATURE_BYTES 65	/* r, s, v */

struct sql_signature {
	uint64_t chain_id;
	struct addr20 pool, model;
	uint64_t epoch;
	struct addr20 signer;
	struct hash32 digest;
	uint8_t bytes[SQL_SIGNATURE_BYTES];
	uint64_t time_s;
};

/* The same one again is fine.
 * Errors: DC_ECONFLICT the signer signed another digest for this epoch. */
enum dc_status sql_signature_put(struct sql_db *db,
				 const struct sql_signature *s,
				 struct dc_err *err) DC_MUST_CHECK;

/* All for one checkpoint, in ascending order of signer, as the trainer
 * wants them.
 * out  (max)   n  how many */
enum dc_status sql_signatures_list(struct sql_db *db,
				   struct sql_signature *out, uint32_t *n,
				   uint32_t max, uint64_t chain_id,
				   const struct addr20 *pool,
				   const struct addr20 *model, uint64_t epoch,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_SIGNATURES_H */
