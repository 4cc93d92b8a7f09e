#ifndef DECAID_ORACLE_PEERS_H
#define DECAID_ORACLE_PEERS_H

/*
 * Signatures of the other operators. Each daemon shows what it signed and
 * collected under /v1/models/{model}/checkpoints/{epoch} of the endpoint that
 * its operator registered in the pool; here those are asked, so that one
 * daemon comes to hold a quorum. Nothing that a peer says is believed: a
 * signature counts for whoever made it over the digest that this daemon
 * computed itself.
 *
 * An endpoint is a stranger's text: only http and https, no redirect, at most
 * PEERS_BODY_BYTES in PEERS_TIMEOUT_MS, and never a link-local address, where
 * clouds keep their secrets. A peer that fails is asked again after 1 s, then
 * after twice as long each time, up to a minute.
 *
 * Thread: one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "oracle/ec.h"

#define PEERS_TIMEOUT_MS 3000
#define PEERS_BODY_BYTES ((size_t)1 << 20)
#define PEERS_ASKS_MAX 256	/* remembered at once; the oldest go */
#define PEERS_SIGNATURES_MAX 64	/* of one answer; more are not looked at */

struct peers;

/* One operator asked about one checkpoint. */
struct peers_ask {
	struct addr20 trainer;
	uint64_t epoch;
	struct hash32 digest;		/* as this daemon computed it */
	uint64_t operator_id;
};

/* What it answered. */
struct peers_answer {
	struct hash32 digest;		/* as the peer computed it */
	size_t n;
	uint8_t signature[PEERS_SIGNATURES_MAX][EC_SIGNATURE_BYTES];
};

struct peers *peers_new(void);
void peers_free(struct peers *p);

/* Ask unless that is under way, or its time has not come. Never waits.
 * endpoint  borrowed for the call */
void peers_ask(struct peers *p, const struct peers_ask *ask,
	       const char *endpoint);

/* Go on with what was asked, for at most wait_ms while something is under
 * way, and tell each answer.
 * take  must not call peers_* */
void peers_step(struct peers *p, unsigned wait_ms,
		void (*take)(void *user, const struct peers_ask *ask,
			     const struct peers_answer *answer), void *user);

/* An answer's body.
 * Errors: DC_EINVAL not such a document. */
enum dc_status peers_read(struct peers_answer *out, const char *text,
			  size_t len, struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_PEERS_H */
