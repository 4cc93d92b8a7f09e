#ifndef DECAID_ORACLE_SIGNLOG_H
#define DECAID_ORACLE_SIGNLOG_H

/*
 * The signer's own file of what it signed and what it spent. A checkpoint's
 * digest is on disk before its signature exists; a second digest for one
 * (chain, pool, trainer, epoch) is refused, for ever, also by an older copy
 * of the file. Invariants and the file's form: signlog.c. Thread: one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

struct signlog;

/* A checkpoint that asks to be signed. */
struct sign_entry {
	struct addr20 pool, trainer;
	uint64_t epoch;
	uint32_t epoch_s;	/* length of an epoch of this trainer */
	struct hash32 digest;
};

/* A transaction that asks to be signed; of two with one nonce on one day
 * the dearer counts, since only one of them can be mined. */
struct sign_spend {
	uint64_t day;		/* Unix time / 86400 */
	uint64_t nonce;
	struct wei cost_wei;	/* at worst */
};

/* Open or create; takes the file's lock for this process.
 * now_s  start of this signer: epochs that ended before it and are not
 *        recorded are refused, since this file may be an older copy
 * Errors: DC_EBUSY another process holds it; DC_EINVAL damaged, of another
 * chain or of a newer program (untouched then); DC_EIO. */
enum dc_status signlog_open(struct signlog **out, const char *path,
			    uint64_t chain_id, uint64_t now_s,
			    struct dc_err *err) DC_MUST_CHECK;
void signlog_close(struct signlog *l);

/* May it be signed? DC_OK: it is recorded, durably.
 * Errors: DC_EREFUSED never; DC_EBUSY the epoch has not ended by our clock;
 * DC_EIO the disk failed: sign nothing. */
enum dc_status signlog_admit(struct signlog *l, const struct sign_entry *e,
			     uint64_t now_s, struct dc_err *err)
	DC_MUST_CHECK;

/* What is recorded, epochs of a trainer rising. */
typedef void signlog_each_fn(void *user, const struct sign_entry *e);
void signlog_each(const struct signlog *l, signlog_each_fn *fn, void *user);

/* Take over what was signed elsewhere, so that it is not contradicted here:
 * an epoch above the highest recorded of its trainer is recorded, durably; one
 * below need not be, since nothing new is ever signed there. So what counts
 * is the maximum of both files, and entries must come with epochs rising.
 * *taken  it was recorded
 * Errors: DC_ECONFLICT the same epoch with another digest is recorded here:
 * two checkpoints were signed; or epochs of another length. DC_EIO. */
enum dc_status signlog_adopt(struct signlog *l, const struct sign_entry *e,
			     bool *taken, struct dc_err *err) DC_MUST_CHECK;

/* May it be spent? DC_OK: it is recorded.
 * cap_wei  of all transactions of that day
 * Errors: DC_EREFUSED the day's sum would pass the cap; DC_EIO. */
enum dc_status signlog_spend(struct signlog *l, const struct sign_spend *s,
			     struct wei cap_wei, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_SIGNLOG_H */
