#ifndef DECAID_ORACLE_CCIP_H
#define DECAID_ORACLE_CCIP_H

/*
 * What oracle/contracts/src/PredictionReader.sol asks a gateway (ERC-3668),
 * and what it is answered. PROTOCOL.md "Attested predictions".
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/status.h"
#include "base/types.h"
#include "oracle/ec.h"
#include "oracle/eip712.h"

struct ccip_question {
	struct addr20 trainer;
	const uint8_t *sample;	/* packed; borrowed from the call data */
	size_t sample_len;
};

/* Call data of attestedPrediction(address,bytes), in its one canonical form.
 * Errors: DC_EINVAL what is wrong. */
enum dc_status ccip_read(struct ccip_question *out, const uint8_t *in,
			 size_t len, struct dc_err *err) DC_MUST_CHECK;

/* Append the ABI-encoded Prediction: one operator's word.
 * c      the checkpoint whose state answers
 * chain  V[judged / 128] of c */
void ccip_write(struct dc_buf *out, const struct attestation *is,
		const struct ec_signature *sig, const struct checkpoint *c,
		const struct hash32 *chain);

#endif /* DECAID_ORACLE_CCIP_H */
