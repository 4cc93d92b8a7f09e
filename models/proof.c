/* Leaves, the hashes beside their ways up, and the root that they give. */
#include "config.h"

#include "models/proof.h"

#include <string.h>

/* Whether leaf i of n and the next one are the two children of one node. */
static bool is_pair(const size_t *at, size_t i, size_t n)
{
	return at[i] % 2 == 0 && i + 1 < n && at[i + 1] == at[i] + 1;
}

/* Leaves' hashes are not kept. */
static void node_at(struct hash32 *out, const struct merkle *t,
		    unsigned level, size_t j)
{
	if (level == 0)
		merkle_hash_leaf(out, t->cells + j * MERKLE_LEAF_CELLS);
	else
		*out = t->node[level][j];
}

size_t proof_siblings(const struct merkle *t, struct hash32 *out, size_t room,
		      size_t *at, size_t n)
{
	size_t found = 0;

	DC_CHECK(n > 0);
	for (unsigned level = 0; level + 1 < t->n_level; level++) {
		size_t up = 0;

		for (size_t i = 0; i < n; i++) {
			size_t beside = at[i] ^ 1, parent = at[i] / 2;

			if (is_pair(at, i, n)) {
				i++;
			} else if (beside < t->n_node[level]) {
				if (found < room)
					node_at(&out[found], t, level, beside);
				found++;
			}
			at[up++] = parent;
		}
		n = up;
	}
	return found;
}

/* Hashes of a proof on their way up. */
struct climb {
	size_t *at;
	struct hash32 *hash;
	size_t n;		/* of both */
	size_t width;		/* nodes of this level in the tree */
	const struct hash32 *sibling;
	size_t n_sibling, used;
};

/* One node of the next level from entry i, and from i + 1 where that is its
 * other child. */
static bool climb_one(struct climb *c, size_t i, size_t up)
{
	bool left = c->at[i] % 2 == 0;
	struct hash32 child[2];

	if (is_pair(c->at, i, c->n)) {
		merkle_hash_node(&child[0], &c->hash[i]);
	} else if ((c->at[i] ^ 1) < c->width) {
		if (c->used == c->n_sibling)
			return false;
		child[left ? 0 : 1] = c->hash[i];
		child[left ? 1 : 0] = c->sibling[c->used++];
		merkle_hash_node(&child[0], child);
	} else {
		child[0] = c->hash[i];		/* odd and last: promoted */
	}
	c->at[up] = c->at[i] / 2;
	c->hash[up] = child[0];
	return true;
}

static bool climb_level(struct climb *c)
{
	size_t up = 0;

	for (size_t i = 0; i < c->n; i++) {
		bool pair = is_pair(c->at, i, c->n);

		if (!climb_one(c, i, up++))
			return false;
		i += pair;
	}
	c->n = up;
	c->width = (c->width + 1) / 2;
	return true;
}

static bool is_ascending(const size_t *at, size_t n, size_t end)
{
	for (size_t i = 1; i < n; i++)
		if (at[i] <= at[i - 1])
			return false;
	return n > 0 && at[n - 1] < end;
}

bool proof_root(struct hash32 *root, const struct hash32 *spec,
		size_t n_cells, size_t *at, struct hash32 *hash, size_t n,
		const struct hash32 *sibling, size_t n_sibling)
{
	struct climb c = { at, hash, n, n_cells / MERKLE_LEAF_CELLS,
			   sibling, n_sibling, 0 };

	if (n_cells % MERKLE_LEAF_CELLS != 0 ||
	    !is_ascending(at, n, c.width))
		return false;
	while (c.width > 1)
		if (!climb_level(&c))
			return false;
	if (c.used != n_sibling)
		return false;
	merkle_hash_root(root, spec, n_cells, &hash[0]);
	return true;
}

size_t proof_changed(const struct merkle *t, size_t *out, size_t room,
		     const int64_t *before)
{
	size_t found = 0;

	for (size_t j = 0; j < t->n_node[0]; j++) {
		size_t cell = j * MERKLE_LEAF_CELLS;

		if (j % 64 == 0 && t->dirty[0][j / 64] == 0) {
			j += 63;
			continue;
		}
		if ((t->dirty[0][j / 64] >> (j % 64) & 1) == 0 ||
		    memcmp(before + cell, t->cells + cell,
			   MERKLE_LEAF_CELLS * sizeof(*before)) == 0)
			continue;
		if (found < room)
			out[found] = j;
		found++;
	}
	return found;
}
