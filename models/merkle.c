/* The tree behind state roots: all nodes kept, dirty paths hashed again. */
#include "config.h"

#include "models/merkle.h"

#include <string.h>

#include "base/keccak.h"

enum { TAG_LEAF = 0, TAG_NODE = 1, TAG_ROOT = 2 };

#define LEAF_BYTES (MERKLE_LEAF_CELLS * 8)

static size_t words_of(size_t bits)
{
	return (bits + 63) / 64;
}

size_t merkle_size(size_t n_cells)
{
	size_t n = n_cells / MERKLE_LEAF_CELLS, bytes = 0;

	for (;; n = (n + 1) / 2) {
		bytes += n * sizeof(struct hash32) + words_of(n) * 8;
		if (n == 1)
			return bytes;
	}
}

void merkle_init(struct merkle *t, const int64_t *cells, size_t n_cells,
		 void *mem)
{
	size_t n = n_cells / MERKLE_LEAF_CELLS;
	uint64_t *words = mem;
	struct hash32 *nodes;
	unsigned l;

	DC_CHECK(n > 0 && n_cells % MERKLE_LEAF_CELLS == 0);
	*t = (struct merkle){ .cells = cells, .n_cells = n_cells };
	for (l = 0;; n = (n + 1) / 2) {
		DC_CHECK(l < MERKLE_LEVELS_MAX);
		t->n_node[l] = n;
		t->dirty[l] = words;
		words += words_of(n);
		l++;
		if (n == 1)
			break;
	}
	t->n_level = l;
	nodes = (struct hash32 *)words;
	for (l = 0; l < t->n_level; l++) {
		t->node[l] = nodes;
		nodes += t->n_node[l];
		memset(t->dirty[l], 0, words_of(t->n_node[l]) * 8);
	}
	merkle_touch_all(t);
}

void merkle_touch_all(struct merkle *t)
{
	size_t n = t->n_node[0];

	memset(t->dirty[0], 0xff, n / 64 * 8);
	if (n % 64 != 0)
		t->dirty[0][n / 64] = (UINT64_C(1) << (n % 64)) - 1;
}

static void le64_put(uint8_t out[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

void merkle_hash_leaf(struct hash32 *out, const int64_t *cell)
{
	uint8_t in[1 + LEAF_BYTES];

	in[0] = TAG_LEAF;
	for (size_t i = 0; i < MERKLE_LEAF_CELLS; i++)
		le64_put(in + 1 + 8 * i, (uint64_t)cell[i]);
	keccak256(out, in, sizeof(in));
}

void merkle_hash_node(struct hash32 *out, const struct hash32 *child)
{
	uint8_t in[1 + 2 * sizeof(struct hash32)];

	in[0] = TAG_NODE;
	memcpy(in + 1, child, 2 * sizeof(struct hash32));
	keccak256(out, in, sizeof(in));
}

void merkle_hash_root(struct hash32 *out, const struct hash32 *spec,
		      size_t n_cells, const struct hash32 *top)
{
	uint8_t in[1 + 32 + 8 + 32];

	in[0] = TAG_ROOT;
	memcpy(in + 1, spec->b, 32);
	for (unsigned i = 0; i < 8; i++)
		in[33 + i] = (uint8_t)((uint64_t)n_cells >> (56 - 8 * i));
	memcpy(in + 41, top->b, 32);
	keccak256(out, in, sizeof(in));
}

static void leaf_hash(struct merkle *t, size_t j)
{
	merkle_hash_leaf(&t->node[0][j], t->cells + j * MERKLE_LEAF_CELLS);
	t->n_hashed++;
}

static void node_hash(struct merkle *t, unsigned level, size_t j)
{
	const struct hash32 *below = t->node[level - 1] + 2 * j;

	if (2 * j + 1 == t->n_node[level - 1]) {
		t->node[level][j] = below[0];	/* odd and last: promoted */
		return;
	}
	merkle_hash_node(&t->node[level][j], below);
	t->n_hashed++;
}

/* Hash the dirty nodes of a level and pass the mark to their parents. */
static void level_update(struct merkle *t, unsigned level)
{
	uint64_t *parents = level + 1 < t->n_level ? t->dirty[level + 1] : NULL;

	for (size_t w = 0; w < words_of(t->n_node[level]); w++) {
		for (uint64_t bits = t->dirty[level][w]; bits != 0;
		     bits &= bits - 1) {
			size_t j = w * 64 + (size_t)__builtin_ctzll(bits);

			if (level == 0)
				leaf_hash(t, j);
			else
				node_hash(t, level, j);
			if (parents)
				parents[j / 128] |= UINT64_C(1) << (j / 2 % 64);
		}
		t->dirty[level][w] = 0;
	}
}

void merkle_root(struct merkle *t, struct hash32 *out,
		 const struct hash32 *spec)
{
	for (unsigned level = 0; level < t->n_level; level++)
		level_update(t, level);
	merkle_hash_root(out, spec, t->n_cells, t->node[t->n_level - 1]);
	t->n_hashed++;
}
