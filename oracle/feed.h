#ifndef DECAID_ORACLE_FEED_H
#define DECAID_ORACLE_FEED_H

/*
 * What travels from the thread that fetches to the one that commits: batches
 * of blocks in the chain's order, in a bounded queue. A full queue makes the
 * fetcher wait, so memory stays bounded however far behind the pipeline is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "base/status.h"
#include "oracle/raw_log.h"

/* One block; logs are of ours and of nobody else, in the order of the chain.
 * parent is zero for a block whose header was not needed (FEED_FINAL). */
struct feed_block {
	struct block_ref ref;
	const struct raw_log *logs;
	size_t n_logs;
};

/* What the node says of a trainer, asked at the block before the batch. */
struct feed_audit {
	struct addr20 trainer;
	uint64_t count;		/* totalSubmitted() */
	struct hash32 record;	/* rec(count - 1), settled bit clear */
};

/* One of 0xDeCA10B's models, as its contracts describe it. */
struct feed_mirror {
	struct addr20 trainer, data_handler, incentive, classifier, owner;
	enum incentive_kind kind;
	uint32_t refund_wait_s, owner_claim_wait_s, any_claim_wait_s;
	struct wei cost_weight_wei;
	uint64_t last_update_s;		/* of the price */
	const char *type;		/* the classifier contract's name */
	const char *name, *description, *encoder;
	const uint8_t *class_names;	/* each followed by a zero byte */
	size_t class_names_len;
	uint32_t n_class;
	uint64_t features;		/* of a dense sample; 0: any */
};

/* Of the contribution in that log. */
struct feed_prediction {
	struct log_ref at;
	uint64_t label;			/* what it predicted */
};

enum feed_kind {
	FEED_HELLO,	/* first of all: which chain the node is on */
	FEED_FINAL,	/* blocks that stay; empty ones between are left out */
	FEED_LIVE,	/* blocks that a reorg may undo; none left out */
	FEED_REWIND,	/* everything above block[0] is undone: a reorg */
	FEED_AGAIN,	/* the same, since it was doubted: it comes again */
	FEED_ADOPT,	/* a mirror, and its logs so far: blocks that stay */
	FEED_PREDICTED,	/* what a mirror said of contributions before */
	FEED_HALT	/* following cannot go on: why */
};

struct feed_batch {
	enum feed_kind kind;
	struct dc_arena *arena;	/* everything below lives there */
	struct feed_block *blocks;
	size_t n_blocks;
	uint64_t finalized;	/* highest final block known when fetched */
	struct feed_audit *audits;
	size_t n_audits;
	uint64_t period_s;	/* of the pool; 0: not known */
	struct feed_mirror mirror;	/* FEED_ADOPT */
	struct addr20 trainer;		/* FEED_PREDICTED: of which mirror */
	const struct feed_prediction *predictions;
	size_t n_predictions;
	uint64_t chain_id;	/* FEED_HELLO */
	struct hash32 genesis;	/* FEED_HELLO */
	const char *why;	/* FEED_HALT */
	struct feed_batch *next;	/* of who holds several aside */
};

#define FEED_WHY_BYTES 256

/* What came cannot be all of the truth: a log was left out, or is another. */
struct feed_doubt {
	uint64_t block;		/* where it showed; the fault may be below */
	bool has_head;
	struct block_ref head;	/* the last block committed */
	char why[FEED_WHY_BYTES];
};

struct feed_batch *feed_batch_new(enum feed_kind kind);
void feed_batch_free(struct feed_batch *b);

struct feed;

/* room  batches that wait at most */
struct feed *feed_new(size_t room);
void feed_free(struct feed *f);

/* Hand b over, waiting for room. false: the feed is closed, b is freed. One
 * that is put while the taker doubts is dropped, and true. */
bool feed_put(struct feed *f, struct feed_batch *b);

/* The next batch, the caller's to free; NULL: the feed is closed (batches
 * that waited are dropped). */
struct feed_batch *feed_take(struct feed *f);

/* Whether a batch waits.  Thread: any, as with all of these. */
bool feed_ready(struct feed *f);

/* The taker's word to the other side: everything that waits, and whatever is
 * put from now on, is dropped until a FEED_AGAIN or a FEED_HALT comes; but
 * predictions, which depend on no other batch, are not. */
void feed_doubt(struct feed *f, const struct feed_doubt *doubt);

/* Whether that was said and not answered yet. */
bool feed_doubted(struct feed *f, struct feed_doubt *out);

/* A FEED_ADOPT that was dropped, the first of them: nobody else has what is
 * in it, so it can be put again. The caller's to free; NULL: none. */
struct feed_batch *feed_lost(struct feed *f);

/* Wakes both sides for good. */
void feed_close(struct feed *f);

#endif /* DECAID_ORACLE_FEED_H */
