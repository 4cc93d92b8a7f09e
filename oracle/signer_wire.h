#ifndef DECAID_ORACLE_SIGNER_WIRE_H
#define DECAID_ORACLE_SIGNER_WIRE_H

/*
 * Messages between the daemon and its signer child, which is a fork of it:
 * records in this machine's own layout, each a packet of a SOCK_SEQPACKET
 * pair, checked by version and exact length. Shared by signer*.c alone.
 */

#include <stdint.h>

#include "base/event.h"
#include "oracle/eip712.h"
#include "oracle/signer.h"

#define SIGNER_WIRE_VERSION 1
#define SIGNER_DATA_MAX_BYTES (96 * 1024)	/* call data of one request */

enum signer_ask {
	SIGNER_ASK_CHECKPOINT = 1,
	SIGNER_ASK_ATTESTATION = 2,
	SIGNER_ASK_TX = 3
};

struct signer_ask_checkpoint {
	struct checkpoint c;
	uint32_t epoch_s;
};

/* The chain is the signer's own; data_len bytes of call data follow the
 * request in its packet. */
struct signer_ask_tx {
	uint64_t nonce, gas;
	struct wei tip_wei, fee_wei, value_wei;
	struct addr20 to;
	uint32_t data_len;
};

struct signer_request {
	uint32_t version;
	uint32_t ask;		/* enum signer_ask */
	union {
		struct signer_ask_checkpoint checkpoint;
		struct attestation attestation;
		struct signer_ask_tx tx;
	} u;
};

/* The first packet from the child is one too: its keys, or what failed. */
struct signer_reply {
	uint32_t version;
	uint32_t status;	/* enum dc_status */
	char text[DC_ERR_TEXT_BYTES];
	union {
		struct ec_signature signature;
		struct {
			uint8_t held[SIGNER_ROLES];
			struct addr20 addresses[SIGNER_ROLES];
		} ready;
	} u;
};

#endif /* DECAID_ORACLE_SIGNER_WIRE_H */
