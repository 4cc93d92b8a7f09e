/*
 * fuzz_models_snapshot.c: any bytes as a snapshot. A hostile one has a root
 * that fits its cells, so after the bytes as they are the root and the spec
 * hash are put right and they are tried again: what is taken can be learned
 * from and comes out as it went in.
 *
 * The first byte picks the model; cells that are missing are 0.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "models/learner.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/learner_room.h"

#define SPEC(model) \
	"decaid 1\nmodel " model "\nencoder none\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\nclass c\n"

enum { AT_ROOT = 48 };	/* models/learner.c */

static struct sample_room room;

static void
fuzz_use(struct learner_room *r, const uint8_t *in, size_t size)
{
	static const uint8_t sample[] = { 1, 2, 0, 1 };
	struct lesson_input lesson = {
		sample, sizeof(sample), 1, NOVELTY_NEW, { { 0 } }
	};
	uint8_t *out = dc_malloc(size);
	struct learn_result got;

	learner_export(&r->l, out);
	DC_CHECK(memcmp(in, out, size) == 0);
	free(out);
	DC_CHECK(learner_accuracy_fx9(&r->l) <= DC_FX9_ONE);
	learner_learn(&r->l, &got, &lesson, &room);
	(void)learner_judge(&r->l, &lesson, got.lesson, &room);
}

static void
fuzz_forged(struct learner_room *r, const uint8_t *data, size_t size)
{
	size_t n = learner_snapshot_size(&r->spec), i;
	uint8_t *bytes = dc_malloc(n);
	struct hash32 root;

	/* the learner's own header, and the cells as they come */
	memset(r->cells, 0, r->l.n_cells * sizeof(*r->cells));
	for (i = 0; i < size && i / 8 < r->l.n_cells; i++)
		r->cells[i / 8] |= (int64_t)((uint64_t)data[i] << 8 * (i % 8));
	merkle_touch_all(&r->l.tree);
	learner_root(&r->l, &root);
	learner_export(&r->l, bytes);
	DC_CHECK(memcmp(bytes + AT_ROOT, root.b, sizeof(root.b)) == 0);
	if (learner_import(&r->l, bytes, n, &root, NULL) == DC_OK)
		fuzz_use(r, bytes, n);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const specs[] = {
		SPEC("naive-bayes columns=3 smoothing=1000000000"),
		SPEC("sparse-perceptron columns=3 learning-rate=1000000000"),
		SPEC("logistic columns=3 epsilon=1 learning-rate=1"),
		SPEC("hoeffding columns=3 grace=2 nodes=3 trees=2"),
		SPEC("passive-aggressive aggressiveness=1 columns=3 horizon=9"),
	};
	struct dc_err err = DC_ERR_INIT;
	struct learner_room r;

	if (size == 0)
		return 0;
	learner_room_init(&r, specs[data[0] % DC_ARRAY_LEN(specs)]);
	data++;
	size--;
	if (learner_import(&r.l, data, size, NULL, &err) == DC_OK) {
		DC_CHECK(size == learner_snapshot_size(&r.spec));
		fuzz_use(&r, data, size);
	} else {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		DC_CHECK(learner_count(&r.l, LEARNER_SEEN) == 0);
	}
	fuzz_forged(&r, data, size);
	learner_room_clear(&r);
	return 0;
}
