#ifndef DECAID_ORACLE_ATTESTER_H
#define DECAID_ORACLE_ATTESTER_H

/*
 * Predictions that a contract can check: what a model's effective checkpoint
 * says of a sample, signed by the operator's attester (oracle/PROTOCOL.md
 * "Attested predictions"). A thread of its own brings a replica of the model
 * to the checkpoint, asks it, and has the signer sign; whoever wishes never
 * waits for it.
 *
 * What strangers can make the operator pay:
 *
 * (1) per_s signatures a second, a second's worth at once. The signer's
 *     process holds to the same rate.
 * (2) ATTESTER_WISHES wishes of ATTESTER_WAITING_BYTES together.
 * (3) bytes_max for the states of all models; those longest unused go.
 * (4) What was signed for a state and a sample is given again, unsigned anew,
 *     until half its time is over: ATTESTER_KEPT of them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "models/spec.h"
#include "oracle/ec.h"
#include "oracle/eip712.h"
#include "oracle/signer.h"

#define ATTESTER_WISHES 64
#define ATTESTER_WAITING_BYTES ((size_t)32 << 20)
#define ATTESTER_STATES 16		/* models at once */
#define ATTESTER_KEPT 4096

struct attester;
struct attester_wish;	/* the samples of one request */

struct attester_options {
	struct signer *signer;	/* holds SIGNER_ATTESTATIONS; borrowed */
	const char *chain_path, *data_dir;	/* borrowed */
	size_t bytes_max;
	uint32_t per_s;		/* [1, ...) */
	uint32_t holds_s;	/* how long an attestation holds */
	/* Some wish is ready; may be NULL. Does not wait.
	 * Thread: the attester's. */
	void (*ring)(void *user);
	void *user;
};

/* An effective checkpoint, as who wishes read it. */
struct attester_state {
	struct addr20 trainer;
	uint64_t epoch, count;		/* count > 0 */
	struct hash32 record;		/* rec[count - 1] */
	struct hash32 root;
	uint64_t block;			/* of contribution count - 1 */
	uint64_t now_s;			/* the chain's time: issued */
	struct addr20 owner;		/* the operator; carried along */
};

struct attester_sample {
	const uint8_t *bytes;		/* packed */
	size_t len;
};

/* More than why a wish is not granted. */
struct attester_no {
	bool rate;		/* DC_EBUSY: over (1), not only busy */
	unsigned retry_after_s;
	size_t at, n;		/* DC_EINVAL: which sample of them; n: all */
};

/* What came of a wish, in its order. Borrowed from it. */
struct attester_answer {
	struct attester_state of;
	size_t n;
	const struct attestation *is;		/* (n) */
	const struct ec_signature *signature;	/* (n) */
	const int64_t *scores;			/* (n, n_class) fx9 */
};

/* Errors: DC_EIO no thread. */
enum dc_status attester_new(struct attester **out,
			    const struct attester_options *o,
			    struct dc_err *err) DC_MUST_CHECK;

/* Ends whatever is under way. Every wish must be gone. NULL is taken. */
void attester_free(struct attester *a);

/* Whose signatures these are. Borrowed. */
const struct addr20 *attester_address(const struct attester *a);

/* Wish for attestations.
 * x     (n), n > 0; copied
 * spec  the model's
 * no    when it fails
 * Errors, fit for strangers: DC_EINVAL more than (1) lets through at once;
 *     DC_ENOTFOUND the model is larger than bytes_max; DC_EBUSY.
 * Thread: any. */
enum dc_status attester_wish(struct attester_wish **out, struct attester *a,
			     const struct attester_state *of,
			     const struct model_spec *spec,
			     const struct attester_sample *x, size_t n,
			     struct attester_no *no,
			     struct dc_err *err) DC_MUST_CHECK;

/* Whether it was granted, or failed.  Thread: any. */
bool attester_ready(void *wish);

/* The same, in at most so many milliseconds. */
bool attester_wait(struct attester_wish *w, unsigned ms);

/* Take what was granted. Only when it is ready.
 * Errors: DC_EINVAL the model does not take a sample, no->at says which;
 *     DC_ENOTFOUND the state cannot be had here, err, fit for strangers, says
 *     why; DC_EBUSY, DC_ECONFLICT later perhaps; DC_EIO, DC_EREFUSED the
 *     signer or the database, err says why to the operator alone. */
enum dc_status attester_grant(const struct attester_wish *w,
			      struct attester_answer *out,
			      struct attester_no *no,
			      struct dc_err *err) DC_MUST_CHECK;

/* Done with it. NULL is taken. */
void attester_leave(void *wish);

struct attester_counters {
	uint64_t made;		/* signatures */
	uint64_t kept;		/* given again */
	uint64_t refused;	/* wishes over (1) */
	uint64_t failures;	/* wishes that failed otherwise */
};

/* NULL is taken: zeros.  Thread: any. */
void attester_counters(struct attester *a, struct attester_counters *out);

#endif /* DECAID_ORACLE_ATTESTER_H */
