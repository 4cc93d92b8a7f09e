/* The tree behind state roots: all nodes kept, dirty paths hashed again. */
#include "config.h"

#include "models/merkle.h"

#include <endian.h>
#include <string.h>

#include "base/keccak.h"

enum { TAG_LEAF = 0, TAG_NODE = 1, TAG_ROOT = 2 };

#define LEAF_BYTES (MERKLE_LEAF_CELLS * 8)
#define LEAF_MESSAGE (1 + LEAF_BYTES)
#define NODE_MESSAGE (1 + 2 * sizeof(struct hash32))
#define FOUR 4			/* hashed at once: base/keccak.h */

static size_t words_of(size_t bits)
{
	return (bits + 63) / 64;
}

/* Whether the hashes of a level with n nodes are kept. */
static bool is_kept(unsigned level, size_t n)
{
	return level > 0 || n == 1;
}

size_t merkle_size(size_t n_cells)
{
	size_t n = n_cells / MERKLE_LEAF_CELLS, bytes = 0;

	for (unsigned l = 0;; l++, n = (n + 1) / 2) {
		bytes += words_of(n) * 8;
		if (is_kept(l, n))
			bytes += n * sizeof(struct hash32);
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
		memset(t->dirty[l], 0, words_of(t->n_node[l]) * 8);
		if (!is_kept(l, t->n_node[l]))
			continue;
		t->node[l] = nodes;
		nodes += t->n_node[l];
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

static void leaf_message(uint8_t out[LEAF_MESSAGE], const int64_t *cell)
{
	uint64_t word[MERKLE_LEAF_CELLS];

	for (size_t i = 0; i < MERKLE_LEAF_CELLS; i++)
		word[i] = htole64((uint64_t)cell[i]);
	out[0] = TAG_LEAF;
	memcpy(out + 1, word, LEAF_BYTES);
}

static void node_message(uint8_t out[NODE_MESSAGE],
			 const struct hash32 *child)
{
	out[0] = TAG_NODE;
	memcpy(out + 1, child, 2 * sizeof(struct hash32));
}

void merkle_hash_leaf(struct hash32 *out, const int64_t *cell)
{
	uint8_t in[LEAF_MESSAGE];

	leaf_message(in, cell);
	keccak256(out, in, sizeof(in));
}

void merkle_hash_node(struct hash32 *out, const struct hash32 *child)
{
	uint8_t in[NODE_MESSAGE];

	node_message(in, child);
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

/* Hashes of four leaves that are not next to each other. */
static void leaves_hash(struct hash32 *out, const struct merkle *t,
			const size_t *leaf)
{
	uint8_t in[FOUR * LEAF_MESSAGE];

	for (size_t k = 0; k < FOUR; k++)
		leaf_message(in + k * LEAF_MESSAGE,
			     t->cells + leaf[k] * MERKLE_LEAF_CELLS);
	keccak256_four(out, in, LEAF_MESSAGE);
}

/* Both children of node j, which has both.
 * room  (2) for leaves, which are not kept */
static const struct hash32 *children(struct merkle *t, unsigned level,
				     size_t j, struct hash32 *room)
{
	if (level > 1)
		return t->node[level - 1] + 2 * j;
	for (size_t k = 0; k < 2; k++)
		merkle_hash_leaf(&room[k], t->cells + (2 * j + k) *
				 MERKLE_LEAF_CELLS);
	t->n_hashed += 2;
	return room;
}

/* Four nodes with two children each. */
static void four_hash(struct merkle *t, unsigned level, const size_t *j)
{
	struct hash32 leaf[2 * FOUR], node[FOUR];
	uint8_t in[FOUR * NODE_MESSAGE];

	if (level == 1) {
		leaves_hash(leaf, t, (size_t[]){ 2 * j[0], 2 * j[0] + 1,
						 2 * j[1], 2 * j[1] + 1 });
		leaves_hash(leaf + FOUR, t,
			    (size_t[]){ 2 * j[2], 2 * j[2] + 1,
					2 * j[3], 2 * j[3] + 1 });
		t->n_hashed += 2 * FOUR;
	}
	for (size_t k = 0; k < FOUR; k++)
		node_message(in + k * NODE_MESSAGE, level == 1 ? leaf + 2 * k :
			     t->node[level - 1] + 2 * j[k]);
	keccak256_four(node, in, NODE_MESSAGE);
	for (size_t k = 0; k < FOUR; k++)
		t->node[level][j[k]] = node[k];
	t->n_hashed += FOUR;
}

/* A node with one child, the last of an odd number: promoted. */
static void promote(struct merkle *t, unsigned level, size_t j)
{
	if (level > 1) {
		t->node[level][j] = t->node[level - 1][2 * j];
		return;
	}
	merkle_hash_leaf(&t->node[level][j],
			 t->cells + 2 * j * MERKLE_LEAF_CELLS);
	t->n_hashed++;
}

/* Nodes of a level that wait to be hashed together. */
struct waiting {
	size_t j[FOUR];
	size_t n;
};

static void flush(struct merkle *t, unsigned level, struct waiting *w)
{
	struct hash32 room[2];

	if (w->n == FOUR)
		four_hash(t, level, w->j);
	else
		for (size_t k = 0; k < w->n; k++, t->n_hashed++)
			merkle_hash_node(&t->node[level][w->j[k]],
					 children(t, level, w->j[k], room));
	w->n = 0;
}

static void node_update(struct merkle *t, unsigned level, size_t j,
			struct waiting *w)
{
	t->dirty[level][j / 64] |= UINT64_C(1) << (j % 64);
	if (2 * j + 1 == t->n_node[level - 1]) {
		promote(t, level, j);
		return;
	}
	w->j[w->n++] = j;
	if (w->n == FOUR)
		flush(t, level, w);
}

/* Hash the nodes of a level that have a dirty child; they are dirty then,
 * and their children are not. */
static void level_update(struct merkle *t, unsigned level)
{
	uint64_t *below = t->dirty[level - 1];
	struct waiting w = { .n = 0 };

	for (size_t i = 0; i < words_of(t->n_node[level - 1]); i++) {
		/* the left one's bit of each pair */
		uint64_t pairs = (below[i] | below[i] >> 1) &
			UINT64_C(0x5555555555555555);

		below[i] = 0;
		for (; pairs != 0; pairs &= pairs - 1)
			node_update(t, level, i * 32 +
				    (size_t)__builtin_ctzll(pairs) / 2, &w);
	}
	flush(t, level, &w);
}

void merkle_root(struct merkle *t, struct hash32 *out,
		 const struct hash32 *spec)
{
	unsigned top = t->n_level - 1;

	if (top == 0 && t->dirty[0][0] != 0) {
		merkle_hash_leaf(&t->node[0][0], t->cells);
		t->n_hashed++;
	}
	for (unsigned level = 1; level <= top; level++)
		level_update(t, level);
	t->dirty[top][0] = 0;
	merkle_hash_root(out, spec, t->n_cells, t->node[top]);
	t->n_hashed++;
}
