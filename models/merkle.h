#ifndef DECAID_MODELS_MERKLE_H
#define DECAID_MODELS_MERKLE_H

/*
 * State roots (oracle/PROTOCOL.md "State"): a keccak-256 Merkle tree with 16
 * cells a leaf. Every node but the leaves is kept, a quarter of the cells'
 * bytes; writers mark leaves dirty and only those, the leaves beside them and
 * what stands above is hashed again, when somebody asks.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

#define MERKLE_LEAF_CELLS 16
#define MERKLE_LEVELS_MAX 40

struct merkle {
	const int64_t *cells;	/* borrowed */
	size_t n_cells;		/* a multiple of MERKLE_LEAF_CELLS, not 0 */
	unsigned n_level;	/* 1 when there is one leaf */
	size_t n_node[MERKLE_LEVELS_MAX];
	struct hash32 *node[MERKLE_LEVELS_MAX];	/* [0]: of a lone leaf */
	uint64_t *dirty[MERKLE_LEVELS_MAX];	/* a bit a node */
	uint64_t n_hashed;	/* leaves and nodes hashed so far */
};

/* What the tree is made of; a node's two children lie beside each other.
 * cell  (MERKLE_LEAF_CELLS)   child  (2)   top  the one node left at last */
void merkle_hash_leaf(struct hash32 *out, const int64_t *cell);
void merkle_hash_node(struct hash32 *out, const struct hash32 *child);
void merkle_hash_root(struct hash32 *out, const struct hash32 *spec,
		      size_t n_cells, const struct hash32 *top);

/* Bytes of memory that a tree over so many cells wants. */
size_t merkle_size(size_t n_cells);

/* A tree over cells, all of them dirty.
 * mem  (merkle_size(n_cells)) aligned for uint64_t
 * Owner: borrows cells and mem until it is used no more. */
void merkle_init(struct merkle *t, const int64_t *cells, size_t n_cells,
		 void *mem);

/* Everything changed. */
void merkle_touch_all(struct merkle *t);

/* The root under this spec hash; nothing is dirty afterwards.
 * Thread: one at a time, no writer of cells. */
void merkle_root(struct merkle *t, struct hash32 *out,
		 const struct hash32 *spec);

#endif /* DECAID_MODELS_MERKLE_H */
