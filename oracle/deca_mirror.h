#ifndef DECAID_ORACLE_DECA_MIRROR_H
#define DECAID_ORACLE_DECA_MIRROR_H

/*
 * A mirror of one of 0xDeCA10B's deployed models: read at a block, then kept
 * by computing each AddData as the contract did. What the chain answers is
 * the judge: deca_mirror_audit asks its predict for random samples, and
 * deca_mirror_compare reads every number again.
 *
 * Invariants
 * (1) model is the classifier's state after block at, as far as it is known:
 *     a sparse cell that is not in the table has had no event since it was
 *     last asked for, so that its value at `at` is its value before.
 * (2) Strangers write these contracts: what one can make the mirror ask for,
 *     keep or send is bounded, and what goes beyond is DC_EINVAL.
 * (3) at was a block of the node's chain when it was set; a mirror whose
 *     block is gone is read anew, never rewound.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "incentives/deca_trainer.h"
#include "oracle/deca_abi.h"
#include "oracle/deca_read.h"

struct deca_mirror;

/* Something that happened, told while it is applied. at is borrowed. */
typedef void (*deca_told)(void *self, const struct deca_event *event,
			  const struct log_ref *at, uint64_t prediction);

struct deca_mirror_stats {
	uint64_t contributions;	/* taken in since it was read */
	uint64_t agreed_before;	/* of them: predicted right before */
	uint64_t refunds, reports;
	uint64_t rereads;	/* after a reorg or an AddClass */
	uint64_t audited;	/* predictions compared with the chain's */
	uint64_t differed;	/* of them, not the same */
};

/* Read at the block of that number; UINT64_MAX: the newest.
 * rpc  borrowed, until deca_mirror_ask names another */
enum dc_status deca_mirror_open(struct deca_mirror **out, struct rpc *rpc,
				const struct addr20 *trainer, uint64_t number,
				struct dc_err *err) DC_MUST_CHECK;
void deca_mirror_free(struct deca_mirror *mirror);

/* Ask this endpoint from now on. */
void deca_mirror_ask(struct deca_mirror *mirror, struct rpc *rpc);

const struct deca_parts *deca_mirror_parts(const struct deca_mirror *mirror);
const struct deca_model *deca_mirror_model(const struct deca_mirror *mirror);
const struct block_ref *deca_mirror_block(const struct deca_mirror *mirror);
struct deca_mirror_stats
deca_mirror_stats(const struct deca_mirror *mirror);

/* Go on to the node's newest block, at most so many blocks at a time.
 * moved  false: there was none
 * Errors: DC_ECONFLICT a contribution that the contract took reverts here,
 *     or the other way round: the mirror is wrong and says where. */
enum dc_status deca_mirror_advance(struct deca_mirror *mirror, bool *moved,
				   deca_told told, void *self,
				   struct dc_err *err) DC_MUST_CHECK;

/* No farther than this block, until another is named; at first UINT64_MAX. */
void deca_mirror_limit(struct deca_mirror *mirror, uint64_t number);

/* The logs of the blocks [*from, to], or of some of them, with the inputs of
 * claims, appended to out; *from is the next block then. For what was before
 * the mirror was read: nothing is computed.
 * out    its items are the caller's, to free; what they point to is in arena
 * Errors: DC_EINVAL more than a mirror's history may be. */
enum dc_status deca_mirror_gather(struct deca_mirror *mirror,
				  struct rpc_logs *out,
				  struct dc_arena *arena, uint64_t *from,
				  uint64_t to,
				  struct dc_err *err) DC_MUST_CHECK;

/* Read these cells now, so that later questions need no node. */
enum dc_status deca_mirror_fetch(struct deca_mirror *mirror,
				 const struct deca_key *keys, size_t n,
				 struct dc_err *err) DC_MUST_CHECK;

/* What the model says of a sample at the mirror's block. */
enum dc_status deca_mirror_predict(struct deca_mirror *mirror,
				   struct deca_prediction *out,
				   const int64_t *data, size_t n,
				   struct dc_err *err) DC_MUST_CHECK;

/* Ask the chain's predict for n samples drawn with this seed, at the
 * mirror's block. The first difference is told in where (DC_ERR_TEXT_BYTES),
 * "" if there is none. */
enum dc_status deca_mirror_audit(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed, char *where,
				 struct dc_err *err) DC_MUST_CHECK;

/* Read every number that the mirror knows again.
 * n  how many were the same;  where  as above */
enum dc_status deca_mirror_compare(struct deca_mirror *mirror, uint64_t *n,
				   char *where,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_DECA_MIRROR_H */
