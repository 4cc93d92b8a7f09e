#ifndef DECAID_ORACLE_SIGNER_DESK_H
#define DECAID_ORACLE_SIGNER_DESK_H

/*
 * What the signer child does with a request: check it against its limits and
 * its log, and sign. No process, no socket here. Shared by signer*.c and
 * their tests.
 */

#include <stddef.h>
#include <stdint.h>

#include "oracle/keyguard.h"
#include "oracle/signer.h"
#include "oracle/signer_wire.h"
#include "oracle/signlog.h"

struct signer_desk;

/* What the clock says; the desk asks for nothing itself. */
struct signer_now {
	uint64_t unix_s;
	uint64_t steady_ms;	/* never goes back */
};

/* Load keys and open the log.
 * cfg  borrowed for the desk's life */
enum dc_status signer_desk_new(struct signer_desk **out,
			       const struct signer_cfg *cfg,
			       struct signer_now now, struct dc_err *err)
	DC_MUST_CHECK;
void signer_desk_free(struct signer_desk *d);

/* Answer that the desk is ready, with the addresses of its keys. */
void signer_desk_ready(const struct signer_desk *d,
		       struct signer_reply *reply);

/* Answer a packet, whatever is in it. */
void signer_desk_answer(struct signer_desk *d, struct signer_reply *reply,
			const uint8_t *packet, size_t len,
			struct signer_now now);

#endif /* DECAID_ORACLE_SIGNER_DESK_H */
