#ifndef DECAID_INCENTIVES_RECORD_H
#define DECAID_INCENTIVES_RECORD_H

/*
 * The record chain: what one storage slot of a trainer says of contribution i
 * and of all before it. oracle/PROTOCOL.md "Records".
 */

#include <stdint.h>

#include "base/event.h"
#include "base/types.h"

/* The six fields that claimants bring back, less the hash before. */
struct record {
	struct addr20 contributor;
	uint64_t time_s;
	struct wei deposit_wei;
	uint32_t label;
	struct hash32 sample_hash;	/* keccak of the sample's bytes */
};

/* The record of a contribution mined at time_s. */
void record_from_event(struct record *out, const struct ev_contributed *ev,
		       uint64_t time_s);

/* rec[i] from rec[i - 1]; before the first that is zero. Bit 0 is clear. */
void record_hash(struct hash32 *out, const struct hash32 *previous,
		 const struct record *r);

#endif /* DECAID_INCENTIVES_RECORD_H */
