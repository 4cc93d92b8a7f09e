#ifndef DECAID_ORACLE_EIP712_H
#define DECAID_ORACLE_EIP712_H

/*
 * What operators sign, as EIP-712 digests. The domain is name "decaid",
 * version "1", the chain, and the pool as verifying contract.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/types.h"

/* Where a signature holds. */
struct eip712_domain {
	uint64_t chain_id;
	struct addr20 pool;
};

/* What an attester says: this model, in this state, calls this sample so. */
struct attestation {
	struct addr20 trainer;
	struct hash32 sample;		/* keccak of its bytes */
	struct hash32 state_root;	/* of an effective checkpoint */
	uint32_t label;
	uint64_t issued_s, expires_s;
};

/* Source: EIP-712, oracle/PROTOCOL.md "Epochs and checkpoints". */
void eip712_checkpoint_digest(struct hash32 *out,
			      const struct eip712_domain *domain,
			      const struct checkpoint *c);

/* hashStruct alone, without the domain: what the trainer commits to. */
void eip712_checkpoint_struct(struct hash32 *out, const struct checkpoint *c);

/* Type Attestation(address trainer,bytes32 sample,bytes32 stateRoot,
 * uint32 label,uint64 issued,uint64 expires), no line break in it. */
void eip712_attestation_digest(struct hash32 *out,
			       const struct eip712_domain *domain,
			       const struct attestation *a);

#endif /* DECAID_ORACLE_EIP712_H */
