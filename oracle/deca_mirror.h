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
 * (3) at was a block of the node's chain when it was set. A mirror whose
 *     block is gone goes on from an earlier state that was kept, if the chain
 *     has that one's block, and is read anew otherwise: at the last final
 *     block, so that nothing after it is missed, or at the newest where the
 *     node has dropped that one's state.
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
	uint64_t rereads;	/* read anew: a reorg, an AddClass, a state
				 * that the node has not got any more */
	uint64_t rewinds;	/* gone back to a kept state: a reorg */
	uint64_t audited;	/* predictions compared with the chain's */
	uint64_t differed;	/* of them, not the same */
	uint64_t unread;	/* cells that people asked about and that
				 * there was no room for */
	uint64_t unanswered;	/* asked, but the chain's predict took more
				 * than a call may */
};

/* Numbers of a model that a mirror keeps at most: some 160 MiB. */
#define DECA_MIRROR_CELLS_MAX (1 << 21)

/* A mirror's state after a block, as it can be gone on from. */
struct deca_kept {
	struct addr20 trainer, classifier;
	struct block_ref at;
	struct deca_mirror_stats stats;
	struct deca_model *model;
};

/* Kept states, the newest first: i is 0, 1, ...; false: there is none more.
 * Owner: out's model the caller's, free(). */
typedef bool (*deca_recall)(void *self, struct deca_kept *out, unsigned i);

/* Read at the block of that number; UINT64_MAX: the newest.
 * rpc    borrowed, until deca_mirror_ask names another
 * cells  numbers that are kept at most: a model of which contributions need
 *        more is DC_EINVAL, then and later */
enum dc_status deca_mirror_open(struct deca_mirror **out, struct rpc *rpc,
				const struct addr20 *trainer, uint64_t number,
				uint64_t cells,
				struct dc_err *err) DC_MUST_CHECK;
void deca_mirror_free(struct deca_mirror *mirror);

/* From the newest kept state whose block the node's chain has; what the
 * contracts are is read at the newest block. recall is asked again after a
 * reorg.
 * Errors: DC_ENOTFOUND none fits: it is to be opened. */
enum dc_status deca_mirror_resume(struct deca_mirror **out, struct rpc *rpc,
				  const struct addr20 *trainer,
				  uint64_t cells, deca_recall recall,
				  void *self,
				  struct dc_err *err) DC_MUST_CHECK;

/* Where states of it are kept from now on. */
void deca_mirror_recalls(struct deca_mirror *mirror, deca_recall recall,
			 void *self);

/* What there is to keep; borrowed, good until the next call. */
struct deca_kept deca_mirror_keep(const struct deca_mirror *mirror);

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

/* Forget the numbers, and read them as of the last final block, or the
 * newest where the node has dropped that one's state. */
enum dc_status deca_mirror_reread(struct deca_mirror *mirror,
				  const char *why,
				  struct dc_err *err) DC_MUST_CHECK;

/* No farther than this block, until another is named; at first UINT64_MAX.
 * final  the last block that no reorg takes; 0: none is known */
void deca_mirror_limit(struct deca_mirror *mirror, uint64_t number,
		       uint64_t final);

/* Whether the node's chain has that block. */
enum dc_status deca_mirror_on_chain(struct deca_mirror *mirror, bool *is,
				    const struct block_ref *block,
				    struct dc_err *err) DC_MUST_CHECK;

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

/* Read these cells now, so that later questions need no node; cells that
 * there is no room for stay unknown. */
enum dc_status deca_mirror_fetch(struct deca_mirror *mirror,
				 const struct deca_key *keys, size_t n,
				 struct dc_err *err) DC_MUST_CHECK;

/* What the model says of a sample at the mirror's block. */
enum dc_status deca_mirror_predict(struct deca_mirror *mirror,
				   struct deca_prediction *out,
				   const int64_t *data, size_t n,
				   struct dc_err *err) DC_MUST_CHECK;

/* Ask the chain's predict for n samples drawn with this seed, at the
 * mirror's block. What differs is asked again: one that stays is told in
 * where (DC_ERR_TEXT_BYTES), the first of them; "" if there is none. */
enum dc_status deca_mirror_audit(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed, char *where,
				 struct dc_err *err) DC_MUST_CHECK;

/* The same of one that is to be let in.
 * Errors: DC_ECONFLICT a difference, which err tells; DC_EINVAL not one of
 *     the samples was answered within its gas. */
enum dc_status deca_mirror_prove(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed,
				 struct dc_err *err) DC_MUST_CHECK;

/* Read every number that the mirror knows again.
 * n  how many were the same;  where  as above */
enum dc_status deca_mirror_compare(struct deca_mirror *mirror, uint64_t *n,
				   char *where,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_DECA_MIRROR_H */
