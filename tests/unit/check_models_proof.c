/* check_models_proof.c: proofs lead to the root, and lies do not. */

#include "config.h"

#include <string.h>

#include "models/proof.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

#define LEAVES_MAX 40
#define CELLS_MAX (LEAVES_MAX * MERKLE_LEAF_CELLS)

static int64_t cells[CELLS_MAX];
static const struct hash32 spec = { { 0xab, 0xcd } };

struct case_room {
	struct merkle t;
	void *mem;
	struct hash32 root;
	size_t at[LEAVES_MAX];
	struct hash32 hash[LEAVES_MAX];
	struct hash32 sibling[LEAVES_MAX * 8];
	size_t n, n_sibling;
};

static void
tree_make(struct case_room *r, size_t n_leaf)
{
	memset(r, 0, sizeof(*r));
	r->mem = dc_malloc(merkle_size(n_leaf * MERKLE_LEAF_CELLS));
	merkle_init(&r->t, cells, n_leaf * MERKLE_LEAF_CELLS, r->mem);
	merkle_root(&r->t, &r->root, &spec);
}

/* A proof of the leaves that are set in the mask. */
static void
prove(struct case_room *r, uint64_t mask)
{
	size_t used[LEAVES_MAX];

	r->n = 0;
	for (size_t j = 0; j < r->t.n_node[0]; j++)
		if (mask >> j & 1)
			r->at[r->n++] = j;
	memcpy(used, r->at, sizeof(used));
	r->n_sibling = proof_siblings(&r->t, r->sibling,
				      DC_ARRAY_LEN(r->sibling), used, r->n);
	unit_require(r->n_sibling <= DC_ARRAY_LEN(r->sibling));
	for (size_t i = 0; i < r->n; i++)
		merkle_hash_leaf(&r->hash[i],
				 cells + r->at[i] * MERKLE_LEAF_CELLS);
}

/* The proof as it stands in r, which stays. */
static bool
leads(const struct case_room *r, struct hash32 *root, size_t n_cells)
{
	struct hash32 hash[LEAVES_MAX];
	size_t at[LEAVES_MAX];

	memcpy(hash, r->hash, sizeof(hash));
	memcpy(at, r->at, sizeof(at));
	return proof_root(root, &spec, n_cells, at, hash, r->n, r->sibling,
			  r->n_sibling);
}

static bool
holds(const struct case_room *r)
{
	struct hash32 root;

	return leads(r, &root, r->t.n_cells) && hash32_equal(&root, &r->root);
}

static void
cells_fill(uint64_t seed)
{
	for (size_t i = 0; i < CELLS_MAX; i++)
		cells[i] = (int64_t)unit_random(&seed);
}

START_TEST(any_leaves_of_small_trees_lead_to_the_root)
{
	struct case_room r;

	cells_fill(1);
	for (size_t n = 1; n <= 11; n++) {
		tree_make(&r, n);
		for (uint64_t mask = 1; mask < UINT64_C(1) << n; mask++) {
			prove(&r, mask);
			unit_require(holds(&r));
			if (mask == (UINT64_C(1) << n) - 1)
				unit_require(r.n_sibling == 0);
		}
		free(r.mem);
	}
}
END_TEST

START_TEST(some_leaves_of_larger_trees_do_too)
{
	uint64_t dice = 2;
	struct case_room r;

	cells_fill(3);
	for (size_t n = 12; n <= LEAVES_MAX; n++) {
		tree_make(&r, n);
		for (int i = 0; i < 40; i++) {
			uint64_t mask = unit_random(&dice) &
				((UINT64_C(1) << n) - 1);

			if (i % 2)	/* few of them */
				mask &= unit_random(&dice) &
					unit_random(&dice);
			if (mask == 0)
				mask = 1;
			prove(&r, mask);
			unit_require(holds(&r));
		}
		free(r.mem);
	}
}
END_TEST

START_TEST(what_is_changed_leads_elsewhere)
{
	uint64_t dice = 4;
	struct case_room r;

	cells_fill(5);
	tree_make(&r, 29);
	for (int i = 0; i < 400; i++) {
		size_t k;

		prove(&r, (unit_random(&dice) & unit_random(&dice) &
			   0x1fffffff) | 1);
		k = unit_random(&dice) % r.n;
		r.hash[k].b[i % 32] ^= 1;
		unit_require(!holds(&r));
		r.hash[k].b[i % 32] ^= 1;
		if (r.n_sibling == 0)
			continue;
		k = unit_random(&dice) % r.n_sibling;
		r.sibling[k].b[i % 32] ^= 1;
		unit_require(!holds(&r));
	}
	free(r.mem);
}
END_TEST

START_TEST(what_is_no_proof_is_refused)
{
	struct hash32 root;
	struct case_room r;

	cells_fill(6);
	tree_make(&r, 13);
	prove(&r, 0x0a10);
	ck_assert(holds(&r));
	r.n_sibling--;
	ck_assert(!leads(&r, &root, r.t.n_cells));
	r.n_sibling += 2;
	ck_assert(!leads(&r, &root, r.t.n_cells));
	r.n_sibling--;
	ck_assert(!leads(&r, &root, r.t.n_cells + 1));
	ck_assert(!leads(&r, &root, 11 * MERKLE_LEAF_CELLS));
	ck_assert(!leads(&r, &root, 0));
	r.at[1] = r.at[0];		/* twice */
	ck_assert(!leads(&r, &root, r.t.n_cells));
	r.at[1] = r.at[0] - 1;		/* not ascending */
	ck_assert(!leads(&r, &root, r.t.n_cells));
	prove(&r, 0x1000);
	r.at[0] = 13;			/* outside */
	ck_assert(!leads(&r, &root, r.t.n_cells));
	r.at[0] = SIZE_MAX;
	ck_assert(!leads(&r, &root, r.t.n_cells));
	r.n = 0;
	ck_assert(!leads(&r, &root, r.t.n_cells));
	free(r.mem);
}
END_TEST

static const char jury[] =
	"decaid 1\n"
	"model logistic columns=100 epsilon=1000000000 "
	"learning-rate=500000000\n"
	"encoder none\n"
	"verdict jury credit=1000000000 folds=3 known=5 margin=2000000000 "
	"recent=50\n"
	"sample packed\n"
	"class a\n"
	"class b\n";

START_TEST(one_lessons_leaves_lead_from_root_to_root)
{
	static struct sample_room room;
	struct learner_room r;
	struct hash32 root, after, hash[64];
	struct hash32 sibling[64 * 16];
	uint64_t dice = 7;
	int64_t *before;

	learner_room_init(&r, jury);
	before = dc_calloc(r.l.n_cells, sizeof(*before));
	learner_root(&r.l, &root);
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t index[3] = { i % 30, 30 + i % 7, 40 + i % 60 };
		struct lesson_input in = { .label = i % 2,
			.novelty = NOVELTY_NEW, .contributor =
			{ { (uint8_t)(unit_random(&dice) % 9) } } };
		size_t at[64], used[64], n, n_sibling;
		struct learn_result result;
		uint8_t bytes[32];

		in.sample = bytes;
		in.sample_len = learner_room_binary(bytes, sizeof(bytes),
						    index, 3);
		memcpy(before, r.cells, r.l.n_cells * sizeof(*before));
		learner_learn(&r.l, &result, &in, &room);
		unit_require(result.valid);
		n = proof_changed(&r.l.tree, at, 64, before);
		unit_require(n > 2 && n <= 64);
		learner_root(&r.l, &after);
		memcpy(used, at, sizeof(used));
		n_sibling = proof_siblings(&r.l.tree, sibling,
					   DC_ARRAY_LEN(sibling), used, n);
		for (int side = 0; side < 2; side++) {
			const int64_t *of = side == 0 ? before : r.cells;
			struct hash32 found;

			for (size_t k = 0; k < n; k++)
				merkle_hash_leaf(&hash[k], of + 16 * at[k]);
			memcpy(used, at, sizeof(used));
			unit_require(proof_root(&found, &r.spec.hash,
						r.l.n_cells, used, hash, n,
						sibling, n_sibling));
			unit_require(hash32_equal(&found, side == 0 ? &root :
						  &after));
		}
		root = after;
	}
	free(before);
	learner_room_clear(&r);
}
END_TEST

START_TEST(the_parts_lie_side_by_side_and_fill_the_state)
{
	struct learner_room r;
	size_t first, n, end = 0;

	learner_room_init(&r, jury);
	for (unsigned i = 0; i < 6; i++) {
		enum learner_part part = i == 0 ? LEARNER_PART_HEADER :
			i == 1 ? LEARNER_PART_MODEL : i < 5 ?
			LEARNER_PART_FOLD : LEARNER_PART_MEMORY;

		ck_assert(learner_part_find(&first, &n, &r.spec, part,
					    part == LEARNER_PART_FOLD ? i - 2 :
					    0));
		ck_assert_uint_eq(first, end);
		end = (first + n + 15) / 16 * 16;
	}
	ck_assert_uint_eq(end, r.l.n_cells);
	ck_assert_uint_eq(n, 3 * 2 + 1 + 50 * 12);	/* counts, rows */
	ck_assert(!learner_part_find(&first, &n, &r.spec, LEARNER_PART_FOLD,
				     3));
	ck_assert(!learner_part_find(&first, &n, &r.spec,
				     LEARNER_PART_MODEL, 1));
	learner_room_clear(&r);
}
END_TEST

UNIT_MAIN("models/proof",
	  any_leaves_of_small_trees_lead_to_the_root,
	  some_leaves_of_larger_trees_do_too,
	  what_is_changed_leads_elsewhere,
	  what_is_no_proof_is_refused,
	  one_lessons_leaves_lead_from_root_to_root,
	  the_parts_lie_side_by_side_and_fill_the_state)
