/*
 * bench_models_state.c: what the state of a model of 2^20 weights costs: to
 * restore, to hash after one contribution, to hold.
 *
 *     make bench BENCHES=tests/bench/bench_models_state
 *
 * Targets: a snapshot of 2^20 weights in less than 50 ms; the root after one
 * contribution of 60 features at most a hundredth of a new tree's hashes;
 * memory at most 1.3 times the state's bytes. A learner has folds beside the
 * served model: "2^20 cells" is a learner with as many cells in all, "2^20
 * weights" one whose served model alone has them.
 */

#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/bench/bench.h"
#include "tests/unit/learner_room.h"

#define FEATURES 60
#define LESSONS 20000
#define ROUNDS 7

#define SPEC(model) \
	"decaid 1\nmodel " model "\nencoder none\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\n"

static const struct subject {
	const char *name, *spec;
	uint32_t columns;
} subjects[] = {
	{ "naive-bayes, 2^20 cells", SPEC("naive-bayes columns=174752 "
	  "smoothing=1000000000"), 174752 },
	{ "naive-bayes, 2^20 weights", SPEC("naive-bayes columns=524286 "
	  "smoothing=1000000000"), 524286 },
	{ "logistic, 2^20 cells", SPEC("logistic columns=87376 "
	  "epsilon=10000000 learning-rate=500000000"), 87376 },
	{ "logistic, 2^20 weights", SPEC("logistic columns=524287 "
	  "epsilon=10000000 learning-rate=500000000"), 524287 },
	{ "sparse-perceptron, 2^20 weights", SPEC("sparse-perceptron "
	  "columns=524287 learning-rate=1000000000"), 524287 },
	{ "passive-aggressive, 2^20 cells", SPEC("passive-aggressive "
	  "aggressiveness=700000000 columns=87372 horizon=80000"), 87372 },
	{ "passive-aggressive, 2^20 weights", SPEC("passive-aggressive "
	  "aggressiveness=700000000 columns=524287 horizon=80000"), 524287 },
	{ "blend, 2^20 weights", SPEC("blend columns=524286 epsilon=10000000 "
	  "learning-rate=500000000 smoothing=1000000000"), 524286 },
	{ "blend, 2^20 cells", SPEC("blend columns=58240 epsilon=10000000 "
	  "learning-rate=500000000 smoothing=1000000000"), 58240 },
};

static uint64_t dice = 1;

static double
now_ms(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
learn_one(struct learner_room *r, uint32_t columns)
{
	static struct sample_room room;
	uint32_t index[FEATURES];
	uint8_t bytes[FEATURES * 4 + 8];
	struct learn_result got;
	struct lesson_input in = { .sample = bytes, .novelty = NOVELTY_NEW };
	size_t n;

	for (n = 0; n < FEATURES;) {
		for (; n < FEATURES; n++)
			index[n] = (uint32_t)(bench_random(&dice) % columns);
		n = sample_sort_unique(index, FEATURES);
	}
	in.label = (uint32_t)(bench_random(&dice) % 2);
	in.sample_len = learner_room_binary(bytes, sizeof(bytes), index,
					    FEATURES);
	learner_learn(&r->l, &got, &in, &room);
	DC_CHECK(got.valid);
}

/* How a snapshot is written, and taken in. */
struct way {
	size_t (*size)(const struct model_spec *spec);
	void (*out)(struct learner *l, uint8_t *out);
	enum dc_status (*in)(struct learner *l, const uint8_t *in, size_t len,
			     const struct hash32 *root, struct dc_err *err);
};

/* As the daemon does at its start: the checksum shows that the cells are
 * whole. For somebody else's snapshot the root must. */
static const struct way
by_checksum = { learner_kept_size, learner_keep, learner_restore },
by_root = { learner_snapshot_size, learner_export, learner_import };

static double
restore_ms(struct learner_room *r, const struct way *way)
{
	size_t len = way->size(&r->spec);
	uint8_t *bytes = dc_malloc(len);
	double best = 1e9;

	way->out(&r->l, bytes);
	for (int i = 0; i < ROUNDS; i++) {
		struct dc_err err = DC_ERR_INIT;
		double from = now_ms(), took;

		DC_CHECK(way->in(&r->l, bytes, len, NULL, &err) == DC_OK);
		took = now_ms() - from;
		best = took < best ? took : best;
	}
	free(bytes);
	return best;
}

/* What no restoring that checks the root can be faster than: the tree's
 * hashes. */
static double
hashing_ms(struct learner_room *r)
{
	struct hash32 root;
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double from = now_ms(), took;

		merkle_touch_all(&r->l.tree);
		learner_root(&r->l, &root);
		took = now_ms() - from;
		best = took < best ? took : best;
	}
	return best;
}

/* Whatever a learner takes; large tables are no part of malloc's count. */
static size_t
held_by(const struct learner_room *r, size_t before)
{
	size_t cells = 8 * r->l.n_cells;
	size_t held = mallinfo2().hblkhd + mallinfo2().uordblks - before;

	return cells < PAGES_LARGE_BYTES ? held : held + cells;
}

static void
measure(const struct subject *s)
{
	size_t before = mallinfo2().hblkhd + mallinfo2().uordblks, held;
	struct learner_room r;
	uint64_t full, one;
	struct hash32 root;
	double ms, import, hashing;

	learner_room_init(&r, s->spec);
	held = held_by(&r, before);
	for (int i = 0; i < LESSONS; i++)
		learn_one(&r, s->columns);
	ms = restore_ms(&r, &by_checksum);
	import = restore_ms(&r, &by_root);
	hashing = hashing_ms(&r);
	merkle_touch_all(&r.l.tree);
	full = r.l.tree.n_hashed;
	learner_root(&r.l, &root);
	full = r.l.tree.n_hashed - full;
	learn_one(&r, s->columns);
	one = r.l.tree.n_hashed;
	learner_root(&r.l, &root);
	one = r.l.tree.n_hashed - one;
	printf("%-32s %8zu cells  restored in %5.1f ms, "
	       "with its root checked in %5.1f (hashes alone %.1f)  root after one: %5llu of %7llu hashes, 1/%.0f  memory %.3f\n",
	       s->name, r.l.n_cells, ms,
	       import, hashing,
	       (unsigned long long)one, (unsigned long long)full,
	       (double)full / (double)one,
	       (double)held / (8 * (double)r.l.n_cells));
	learner_room_clear(&r);
}

int
main(void)
{
	printf("targets: 50 ms, 1/100, 1.3; CPU time, best of %d\n", ROUNDS);
	for (size_t i = 0; i < DC_ARRAY_LEN(subjects); i++)
		measure(&subjects[i]);
	return 0;
}
