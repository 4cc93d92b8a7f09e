#ifndef DECAID_MODELS_PROOF_H
#define DECAID_MODELS_PROOF_H

/*
 * Proofs of what a state root says (oracle/PROTOCOL.md "Proofs"): some leaves
 * of the tree and the hashes beside their ways to the top. Whoever has the
 * root needs nothing else to believe the leaves; and where the same hashes
 * lead from other leaves to another root, nothing but those leaves changed.
 *
 * Leaves are named by their places in the tree, ascending, all different.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/types.h"
#include "models/merkle.h"

/* The hashes beside the ways of n leaves: level by level from the leaves up,
 * each level from the left; none for a node that is promoted.
 * out  (room) the first of them; NULL with room 0
 * at   (n, n >= 1) the leaves; used up
 * Returns how many there are, at most n times the levels. Nothing may be
 * dirty in t. */
size_t proof_siblings(const struct merkle *t, struct hash32 *out, size_t room,
		      size_t *at, size_t n);

/* The root that leaves and siblings lead to.
 * at       (n, n >= 1) where the leaves are    hash  (n) of each of them
 *          (merkle_hash_leaf); both used up
 * sibling  (n_sibling) as proof_siblings gives them
 * Returns false: not a proof for a tree over n_cells (places not ascending or
 * outside of it, siblings that lack or are left over); root is undefined. */
bool proof_root(struct hash32 *root, const struct hash32 *spec,
		size_t n_cells, size_t *at, struct hash32 *hash, size_t n,
		const struct hash32 *sibling,
		size_t n_sibling) DC_MUST_CHECK;

/* Leaves that were marked since the last root and are not what they were.
 * out     (room) ascending     before  all cells as they were then
 * Returns how many there are, which may be more than room. */
size_t proof_changed(const struct merkle *t, size_t *out, size_t room,
		     const int64_t *before);

#endif /* DECAID_MODELS_PROOF_H */
