/* check_models_merkle.c: state roots, whole and bit by bit. */

#include "config.h"

#include <string.h>

#include "base/keccak.h"
#include "models/merkle.h"
#include "tests/unit/unit.h"

#define LEAVES_MAX 130
#define CELLS_MAX (LEAVES_MAX * MERKLE_LEAF_CELLS)

static int64_t cells[CELLS_MAX];
static const struct hash32 spec = { { 0xab, 0xcd } };

struct tree_room {
	struct merkle t;
	void *mem;
};

static void
tree_room_init(struct tree_room *r, size_t n_cells)
{
	r->mem = dc_malloc(merkle_size(n_cells));
	merkle_init(&r->t, cells, n_cells, r->mem);
}

static void
hash_tagged(struct hash32 *out, uint8_t tag, const void *in, size_t n)
{
	struct keccak k;

	keccak_init(&k);
	keccak_update(&k, &tag, 1);
	keccak_update(&k, in, n);
	keccak_final(&k, out);
}

/* The page's formulas, level by level, nothing kept. */
static void
root_plainly(struct hash32 *out, size_t n_leaf)
{
	struct hash32 level[LEAVES_MAX];
	uint8_t top[32 + 8 + 32] = { 0 };
	size_t n, i, b;

	for (i = 0; i < n_leaf; i++) {
		uint8_t leaf[128];

		for (b = 0; b < sizeof(leaf); b++)
			leaf[b] = (uint8_t)((uint64_t)cells[16 * i + b / 8] >>
					    8 * (b % 8));
		hash_tagged(&level[i], 0, leaf, sizeof(leaf));
	}
	for (n = n_leaf; n > 1; n = (n + 1) / 2)
		for (i = 0; i < n; i += 2)
			if (i + 1 < n)
				hash_tagged(&level[i / 2], 1, &level[i], 64);
			else
				level[i / 2] = level[i];
	memcpy(top, spec.b, 32);
	top[38] = (uint8_t)(n_leaf * 16 >> 8);
	top[39] = (uint8_t)(n_leaf * 16);
	memcpy(top + 40, level[0].b, 32);
	hash_tagged(out, 2, top, sizeof(top));
}

static void
cells_fill(uint64_t seed)
{
	size_t i;

	for (i = 0; i < CELLS_MAX; i++)
		cells[i] = (int64_t)unit_random(&seed);
}

START_TEST(the_root_is_the_protocols)
{
	struct hash32 want, got;
	struct tree_room r;
	size_t n;

	cells_fill(1);
	for (n = 1; n <= LEAVES_MAX; n++) {
		tree_room_init(&r, n * MERKLE_LEAF_CELLS);
		merkle_root(&r.t, &got, &spec);
		root_plainly(&want, n);
		ck_assert(hash32_equal(&want, &got));
		free(r.mem);
	}
}
END_TEST

START_TEST(what_was_marked_is_hashed_and_nothing_else)
{
	struct hash32 want, got;
	struct tree_room r;
	uint64_t state = 2, before;
	size_t n = 77, j;
	int i;

	cells_fill(3);
	tree_room_init(&r, n * MERKLE_LEAF_CELLS);
	merkle_root(&r.t, &got, &spec);
	for (i = 0; i < 300; i++) {
		j = unit_random(&state) % n;
		cells[16 * j + unit_random(&state) % 16]++;
		r.t.dirty[0][j / 64] |= UINT64_C(1) << (j % 64);
		before = r.t.n_hashed;
		if (i % 3 == 0)
			continue;	/* several at a time, too */
		merkle_root(&r.t, &got, &spec);
		root_plainly(&want, n);
		unit_require(hash32_equal(&want, &got));
		unit_require(r.t.n_hashed - before <= 2 * (8 + 1) + 1);
	}
	before = r.t.n_hashed;
	merkle_root(&r.t, &got, &spec);
	ck_assert_uint_le(r.t.n_hashed - before, 1);
	free(r.mem);
}
END_TEST

START_TEST(a_cell_that_changes_unmarked_does_not_change_the_root)
{
	struct hash32 before, after;
	struct tree_room r;

	cells_fill(4);
	tree_room_init(&r, CELLS_MAX);
	merkle_root(&r.t, &before, &spec);
	cells[5]++;
	merkle_root(&r.t, &after, &spec);
	ck_assert(hash32_equal(&before, &after));
	merkle_touch_all(&r.t);
	merkle_root(&r.t, &after, &spec);
	ck_assert(!hash32_equal(&before, &after));
	free(r.mem);
}
END_TEST

START_TEST(the_root_names_spec_and_size)
{
	static const struct hash32 other = { { 0xab, 0xce } };
	struct hash32 a, b, c;
	struct tree_room r;

	memset(cells, 0, sizeof(cells));
	tree_room_init(&r, 2 * MERKLE_LEAF_CELLS);
	merkle_root(&r.t, &a, &spec);
	merkle_root(&r.t, &b, &other);
	ck_assert(!hash32_equal(&a, &b));
	free(r.mem);
	tree_room_init(&r, 3 * MERKLE_LEAF_CELLS);
	merkle_root(&r.t, &c, &spec);
	ck_assert(!hash32_equal(&a, &c));
	free(r.mem);
}
END_TEST

UNIT_MAIN("models/merkle",
	  the_root_is_the_protocols,
	  what_was_marked_is_hashed_and_nothing_else,
	  a_cell_that_changes_unmarked_does_not_change_the_root,
	  the_root_names_spec_and_size)
