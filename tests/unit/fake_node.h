#ifndef DECAID_TESTS_UNIT_FAKE_NODE_H
#define DECAID_TESTS_UNIT_FAKE_NODE_H

/*
 * An Ethereum node of a few methods for tests of sending: it takes signed
 * transactions as geth's pool does, and mines, drops and reorganises when
 * the test says so. Blocks carry transactions of one sender only. How it
 * fails is in fake_http.h; a chain with events is in fake_chain.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/types.h"
#include "tests/unit/fake_http.h"

#define FAKE_TXS 64
#define FAKE_DATA_BYTES 8192

struct fake_tx {
	struct hash32 hash;
	uint64_t nonce, fee, tip;
	uint64_t block;		/* 0: in the pool */
	bool gone;		/* replaced or dropped */
	bool success;
	struct addr20 to;
	size_t data_len;
	uint8_t data[FAKE_DATA_BYTES];
};

struct fake_node {
	struct fake_http http;
	uint64_t head;
	uint64_t fork;		/* in every block's hash */
	uint64_t base_fee, tip;
	uint64_t foreign;	/* nonces used up by others, in block 1 */
	const char *revert;	/* hex of what estimates revert with */
	const char *send_error;	/* message for the next send */
	uint64_t balance;	/* of everybody, wei */
	uint64_t sends;		/* eth_sendRawTransaction asked */
	uint64_t stake, total;	/* of any signer, of the pool; gwei */
	size_t n;
	struct fake_tx txs[FAKE_TXS];
};

/* At f->http.url. */
void fake_start(struct fake_node *f);
void fake_stop(struct fake_node *f);

/* Everything that is next in line into one block. */
void fake_mine(struct fake_node *f);

/* The last block goes; its transactions are forgotten. */
void fake_reorg(struct fake_node *f);

/* Nothing waits any more. */
void fake_drop_pool(struct fake_node *f);

/* The newest transaction that was sent. */
struct fake_tx *fake_last(struct fake_node *f);

#endif /* DECAID_TESTS_UNIT_FAKE_NODE_H */
