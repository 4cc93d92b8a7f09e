#ifndef DECAID_ORACLE_PROVER_H
#define DECAID_ORACLE_PROVER_H

/*
 * Proofs of what a model's state was (models/proof.h), for who must not wait:
 * a thread of its own learns the model again up to where it is asked about,
 * and keeps the last proofs.
 *
 * What strangers ask for costs one thread of low priority that rests three
 * times as long as it worked, one replica of bounded size, and
 * PROVER_KEPT_BYTES of proofs; nothing is asked of the live model.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "models/merkle.h"

#define PROVER_KEPT 64			/* proofs made, or asked for */
#define PROVER_KEPT_BYTES ((size_t)32 << 20)
#define PROVER_LEAVES_MAX 4096		/* of one update */
#define PROVER_AGAIN_S 5		/* until one that failed is retried */

enum proof_kind {
	PROOF_CELL,	/* the leaf of one cell after `count` contributions */
	PROOF_UPDATE	/* what contribution `count - 1` changed */
};

struct proof_question {
	struct addr20 trainer;
	enum proof_kind kind;
	uint64_t count;
	struct hash32 record;	/* rec[count - 1]; zero where count is 0 */
	struct hash32 record_before;	/* PROOF_UPDATE: rec[count - 2] */
	size_t cell;		/* PROOF_CELL: in the whole state */
};

struct proof_leaf {
	size_t at;
	int64_t before[MERKLE_LEAF_CELLS];	/* PROOF_UPDATE */
	int64_t after[MERKLE_LEAF_CELLS];
};

/* To be read only. */
struct proof {
	struct proof_question of;
	struct hash32 spec;
	size_t n_cells;
	struct hash32 root_before;		/* PROOF_UPDATE */
	struct hash32 root;
	struct proof_leaf *leaf;		/* (n_leaf), ascending */
	size_t n_leaf;
	struct hash32 *sibling;			/* (n_sibling) */
	size_t n_sibling;
};

struct prover;

/* chain_path, data_dir are borrowed. bytes_max: for the replica.
 * Errors: DC_EIO no thread. */
enum dc_status prover_new(struct prover **out, const char *chain_path,
			  const char *data_dir, size_t bytes_max,
			  struct dc_err *err) DC_MUST_CHECK;

/* Ends the thread, whatever it does. NULL is fine. No proof is out. */
void prover_free(struct prover *p);

/* The proof; prover_give it back.
 * Errors: DC_EBUSY it is being made, or too many are: ask again;
 *     DC_EINVAL the state has no such cell; DC_ENOTFOUND it cannot be made
 *     here, err, fit for strangers, says why; else the last try failed, and
 *     another one follows.
 * Thread: any; never waits for the proof. */
enum dc_status prover_take(struct prover *p, const struct proof **out,
			   const struct proof_question *q,
			   struct dc_err *err) DC_MUST_CHECK;
void prover_give(struct prover *p, const struct proof *proof);

#endif /* DECAID_ORACLE_PROVER_H */
