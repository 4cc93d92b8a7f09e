#ifndef DECAID_ORACLE_SLASHLOG_H
#define DECAID_ORACLE_SLASHLOG_H

/*
 * Slashing protection: the signer's own file of what it signed. A digest is
 * on disk before its signature exists; a second digest for one (chain, pool,
 * trainer, epoch) is refused, for ever. Rules, invariants and the file's
 * form are in slashlog.c. Thread: one.
 */

#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

struct slashlog;

/* What asks to be signed. */
struct slash_entry {
	struct addr20 pool, trainer;
	uint64_t epoch;
	uint32_t epoch_s;	/* length of an epoch of this trainer */
	struct hash32 digest;
};

/* Open or create; takes the file's lock for this process.
 * now_s    start of this signer: epochs that ended before it and are not
 *          recorded are refused, since an older copy of the file could
 *          have lost them
 * Errors: DC_EBUSY another process holds it, DC_EINVAL damaged or of
 * another chain (untouched then), DC_EIO. */
enum dc_status slashlog_open(struct slashlog **out, const char *path,
			     uint64_t chain_id, uint64_t now_s,
			     struct dc_err *err) DC_MUST_CHECK;
void slashlog_close(struct slashlog *l);

/* May it be signed? DC_OK: it is recorded, durably.
 * now_s    this moment
 * Errors: DC_EREFUSED never; DC_EBUSY the epoch has not ended by our clock;
 * DC_EIO the disk failed: nothing may be signed. */
enum dc_status slashlog_admit(struct slashlog *l, const struct slash_entry *e,
			      uint64_t now_s, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_SLASHLOG_H */
