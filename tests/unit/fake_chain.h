#ifndef DECAID_TESTS_UNIT_FAKE_CHAIN_H
#define DECAID_TESTS_UNIT_FAKE_CHAIN_H

/*
 * A chain in memory, with branches, that a fake node serves: blocks built by
 * a script, holding the events that our contracts would emit, encoded as
 * they encode them, and the contracts' own record chains behind eth_call.
 * It can lie about any of it.
 *
 *     fake_chain_start(&c, 31337, 0);
 *     m = fake_chain_create(&c, INCENTIVE_POINTS, "sections");
 *     fake_chain_mine(&c);
 *     fake_chain_contribute(&c, m, 1, sample, len, label);
 *     fake_chain_mine(&c);
 *     fake_chain_fork(&c, 1);          what comes now is another branch
 */

#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "oracle/raw_log.h"
#include "tests/unit/fake_http.h"

#define FAKE_TRAINERS 8
#define FAKE_BLOCK_S 2	/* seconds from block to block */

struct fake_block {
	struct block_ref ref;
	struct fake_block *up;	/* its parent */
	struct raw_log *logs;
	size_t n_logs;
	uint64_t count[FAKE_TRAINERS];	/* totalSubmitted() after it */
	struct hash32 *records[FAKE_TRAINERS];	/* (count) rec(i) */
};

/* How it lies. Numbers are of blocks; 0: does not. */
struct fake_lies {
	uint64_t lag;		/* the head is that much older */
	uint64_t odd_parent;	/* that block's header names another parent */
	uint64_t drop, twice, swap;	/* a log of that block */
	uint64_t drops;		/* it is dropped so often; 0: always */
	uint64_t no_receipts;	/* it has no receipts either */
	uint64_t max_range;	/* eth_getLogs takes so many blocks at most */
	uint64_t max_logs;	/* and so many results */
	uint64_t chain_id;	/* says that it is this one */
	uint64_t other_genesis;	/* says that block 0 is another */
};

struct fake_chain;

/* What it was asked for. */
struct fake_asked {
	uint64_t widest;	/* range that was given */
	uint64_t refused;	/* ranges with too many logs */
};

/* An endpoint: it fails and lies on its own. */
struct fake_front {
	struct fake_http http;
	struct fake_chain *chain;
	struct fake_lies lies;
	struct fake_asked asked;
};

#define FAKE_FRONTS 3

struct fake_chain {
	struct fake_front front[FAKE_FRONTS];
	pthread_mutex_t lock;	/* after a front's */
	uint64_t chain_id, seed;
	struct fake_block **blocks;	/* all that were ever made */
	size_t n_blocks, room_blocks;
	struct fake_block *head;
	struct fake_block next;		/* what the next block will hold */
	uint64_t branch;		/* in every hash */
	size_t n_trainers;
	enum incentive_kind kinds[FAKE_TRAINERS];
	uint64_t depth;		/* final: so far below the head; 0: none */
	/* What contracts that are not ours answer to a call, {"result": ...}
	 * or {"error": {...}}; NULL: they revert. */
	json_t *(*call)(const struct addr20 *to, const uint8_t *data,
			size_t len);
};

struct addr20 fake_chain_factory(void);
struct addr20 fake_chain_pool(void);
struct addr20 fake_chain_trainer(size_t trainer);

/* Chains of one id and seed begin with the same block. Also starts to serve
 * it, at the url of each front. */
void fake_chain_start(struct fake_chain *c, uint64_t chain_id, uint64_t seed);
void fake_chain_stop(struct fake_chain *c);

/* The functions below lock against the server themselves. */

/* Into the next block: a new model; returns its number. */
size_t fake_chain_create(struct fake_chain *c, enum incentive_kind kind,
			 const char *name);

/* Into the next block: a contribution. */
void fake_chain_contribute(struct fake_chain *c, size_t trainer, unsigned who,
			   const uint8_t *sample, size_t len, uint32_t label);

/* Into the next block: anybody's log. Who emits and what, its data copied. */
void fake_chain_log(struct fake_chain *c, const struct raw_log *log);

/* The next block. */
void fake_chain_mine(struct fake_chain *c);

/* Go back to a block of this branch: others are mined on it. */
void fake_chain_fork(struct fake_chain *c, uint64_t number);

/* Another block made earlier is the head. */
void fake_chain_switch(struct fake_chain *c, struct fake_block *head);

void fake_front_lie(struct fake_front *front, struct fake_lies lies);
struct fake_asked fake_front_asked(struct fake_front *front);

/* The head as it is now. */
struct block_ref fake_chain_head(struct fake_chain *c);

#endif /* DECAID_TESTS_UNIT_FAKE_CHAIN_H */
