/*
 * One trainer's models in one block: who learns what, who judges it, and the
 * block as bytes.
 */
#include "config.h"

#include "models/learner.h"

#include <endian.h>
#include <string.h>
#include <xxhash.h>

#include "base/keccak.h"
#include "models/fx9.h"

static size_t padded(size_t cells)
{
	return (cells + MERKLE_LEAF_CELLS - 1) / MERKLE_LEAF_CELLS *
		MERKLE_LEAF_CELLS;
}

static unsigned models_of(const struct model_spec *spec)
{
	return 1 + spec->verdict->folds(spec);
}

static size_t memory_of(const struct model_spec *spec)
{
	return spec->verdict->cells == NULL ? 0 : spec->verdict->cells(spec);
}

static size_t memory_derived(const struct model_spec *spec)
{
	return spec->verdict->derived == NULL ? 0
		: spec->verdict->derived(spec);
}

size_t learner_cells(const struct model_spec *spec)
{
	return LEARNER_HEADER_CELLS +
		models_of(spec) * padded(spec->model->cells(spec)) +
		padded(memory_of(spec));
}

bool learner_part_find(size_t *first, size_t *n,
		       const struct model_spec *spec, enum learner_part part,
		       unsigned fold)
{
	size_t model = spec->model->cells(spec);

	switch (part) {
	case LEARNER_PART_HEADER:
		*first = 0;
		*n = LEARNER_HEADER_CELLS;
		return fold == 0;
	case LEARNER_PART_MODEL:
		*first = LEARNER_HEADER_CELLS;
		*n = model;
		return fold == 0;
	case LEARNER_PART_FOLD:
		*first = LEARNER_HEADER_CELLS + (1 + fold) * padded(model);
		*n = model;
		return fold < spec->verdict->folds(spec);
	case LEARNER_PART_MEMORY:
		*first = LEARNER_HEADER_CELLS +
			models_of(spec) * padded(model);
		*n = memory_of(spec);
		return fold == 0 && *n > 0;
	}
	return false;
}

size_t learner_work_size(const struct model_spec *spec)
{
	size_t derived = models_of(spec) * spec->model->derived(spec) +
		memory_derived(spec);

	return derived * sizeof(int64_t) + merkle_size(learner_cells(spec));
}

/* All that follows from the cells. */
static void rebuild(struct learner *l)
{
	for (unsigned i = 0; i < l->n_model; i++)
		l->spec->model->rebuild(&l->model[i]);
	if (l->spec->verdict->rebuild != NULL)
		l->spec->verdict->rebuild(&l->memory);
}

/* The state of nothing learned: zeros and the spec's start, the same for the
 * served model and each fold, and what follows from them. */
static void clear(struct learner *l)
{
	memset(l->cells, 0, l->n_cells * sizeof(*l->cells));
	for (unsigned i = 0; i < l->n_model; i++)
		spec_start(l->spec, l->model[i].cells);
	rebuild(l);
	merkle_touch_all(&l->tree);
}

void learner_init(struct learner *l, const struct model_spec *spec,
		  int64_t *cells, void *work)
{
	size_t each = padded(spec->model->cells(spec));
	size_t derived = spec->model->derived(spec);
	size_t at = LEARNER_HEADER_CELLS;
	int64_t *room = work;

	*l = (struct learner){
		.spec = spec,
		.cells = cells,
		.n_cells = learner_cells(spec),
		.n_model = models_of(spec),
	};
	merkle_init(&l->tree, cells, l->n_cells,
		    room + l->n_model * derived + memory_derived(spec));
	for (unsigned i = 0; i < l->n_model; i++, at += each)
		l->model[i] = (struct model){
			.spec = spec,
			.cells = cells + at,
			.derived = room + i * derived,
			.dirty = l->tree.dirty[0],
			.first_leaf = at / MERKLE_LEAF_CELLS,
		};
	l->memory = (struct model){
		.spec = spec,
		.cells = cells + at,
		.derived = room + l->n_model * derived,
		.dirty = l->tree.dirty[0],
		.first_leaf = at / MERKLE_LEAF_CELLS,
	};
	clear(l);
}

bool learner_predict(const struct learner *l, int64_t *scores,
		     uint32_t *label, const struct sample *x)
{
	const struct model_ops *ops = l->spec->model;

	if (!ops->accepts(x))
		return false;
	ops->scores(&l->model[0], scores, x);
	*label = model_best(scores, l->spec->n_class);
	return true;
}

static bool input_decode(const struct learner *l, struct sample *x,
			 const struct lesson_input *in,
			 struct sample_room *room)
{
	return in->label < l->spec->n_class &&
		sample_decode(x, room, l->spec->columns, in->sample,
			      in->sample_len) &&
		l->spec->model->accepts(x);
}

static void count_up(struct learner *l, enum learner_count which)
{
	l->cells[which]++;
	l->tree.dirty[0][0] |= 1;	/* the header is leaf 0 */
}

/* What the served model said before it learned. */
static void served_said(struct learner *l, struct learn_result *out,
			const struct lesson_input *in, const int64_t *before)
{
	uint32_t n_class = l->spec->n_class;

	out->valid = true;
	out->predicted = model_best(before, n_class);
	out->margin_fx9 = model_margin(before, n_class, out->predicted);
	out->lesson = verdict_lesson(l->spec, before, in->label);
	if (in->novelty == NOVELTY_REPEAT)
		return;
	count_up(l, LEARNER_COUNTED);
	if (out->predicted == in->label)
		count_up(l, LEARNER_RIGHT);
}

static void case_open(struct verdict_case *c, const struct learner *l,
		      const struct lesson_input *in, const struct sample *x,
		      struct hash32 *hash)
{
	keccak256(hash, in->sample, in->sample_len);
	*c = (struct verdict_case){
		.spec = l->spec,
		.fold = l->model + 1,
		.memory = &l->memory,
		.x = x,
		.hash = hash,
		.contributor = &in->contributor,
		.label = in->label,
	};
	c->group = l->spec->verdict->group(c);
}

/* One fold learns; its scores before are needed by some models, and by some
 * rules for what was a lesson. */
static void fold_learn(struct model *fold, const struct verdict_case *c,
		       struct learn_result *out, enum verdict_teaches teaches)
{
	const struct model_ops *ops = c->spec->model;
	int64_t before[SPEC_CLASSES_MAX];

	if (ops->learn_needs == MODEL_NEEDS_NOTHING &&
	    teaches != VERDICT_TEACHES_OWN_FOLD) {
		ops->learn(fold, c->x, c->label, NULL);
		return;
	}
	model_study(fold, before, c->x, c->label);
	if (teaches == VERDICT_TEACHES_OWN_FOLD &&
	    verdict_lesson(c->spec, before, c->label) == LESSON_NONE)
		out->lesson = LESSON_NONE;
}

static void folds_learn(struct learner *l, const struct lesson_input *in,
			const struct sample *x, struct learn_result *out)
{
	const struct verdict_ops *rule = l->spec->verdict;
	struct verdict_case c;
	struct hash32 hash;

	case_open(&c, l, in, x, &hash);
	for (unsigned f = 0; f + 1 < l->n_model; f++)
		if (rule->learns(f, c.group))
			fold_learn(&l->model[1 + f], &c, out, rule->teaches);
	if (out->lesson == LESSON_TAUGHT && rule->repeats != NULL &&
	    rule->repeats(&c))
		out->lesson = LESSON_NONE;
	if (rule->learned != NULL)
		rule->learned(&l->memory, &c);
}

void learner_learn(struct learner *l, struct learn_result *out,
		   const struct lesson_input *in, struct sample_room *room)
{
	int64_t before[SPEC_CLASSES_MAX];
	struct sample x;

	*out = (struct learn_result){ .valid = false };
	count_up(l, LEARNER_SEEN);
	if (!input_decode(l, &x, in, room))
		return;
	count_up(l, LEARNER_LEARNED);
	model_study(&l->model[0], before, &x, in->label);
	served_said(l, out, in, before);
	folds_learn(l, in, &x, out);
}

enum verdict learner_judge(const struct learner *l,
			   const struct lesson_input *in, enum lesson lesson,
			   struct sample_room *room)
{
	struct verdict_case c;
	struct hash32 hash;
	struct sample x;

	if (!input_decode(l, &x, in, room))
		return VERDICT_DISAGREE;
	case_open(&c, l, in, &x, &hash);
	return verdict_of(l->spec, l->spec->verdict->opinion(&c, room),
			  in->novelty, lesson);
}

void learner_root(struct learner *l, struct hash32 *out)
{
	merkle_root(&l->tree, out, &l->spec->hash);
}

uint64_t learner_count(const struct learner *l, enum learner_count which)
{
	return (uint64_t)l->cells[which];
}

uint64_t learner_accuracy_fx9(const struct learner *l)
{
	unsigned __int128 right = learner_count(l, LEARNER_RIGHT);
	uint64_t counted = learner_count(l, LEARNER_COUNTED);

	return counted == 0 ? 0
		: (uint64_t)(right * (uint64_t)DC_FX9_ONE / counted);
}

/* Offsets in a snapshot; the bytes from END to the cells are 0. */
enum { AT_MAGIC = 0, AT_SPEC = 16, AT_ROOT = 48, AT_CELLS = 80, AT_END = 88 };

#define CHECKSUM_BYTES 8
#define CHECKSUM_SEED 0

static const char magic[16] = "decaid state 1\n";

static void le64_put(uint8_t *out, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t le64_get(const uint8_t *in)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)in[i] << (8 * i);
	return v;
}

size_t learner_snapshot_size(const struct model_spec *spec)
{
	return LEARNER_SNAPSHOT_HEADER_BYTES + 8 * learner_cells(spec);
}

static void header_put(uint8_t *out, const struct model_spec *spec,
		       const struct hash32 *root)
{
	memset(out, 0, LEARNER_SNAPSHOT_HEADER_BYTES);
	memcpy(out + AT_MAGIC, magic, sizeof(magic));
	memcpy(out + AT_SPEC, spec->hash.b, 32);
	memcpy(out + AT_ROOT, root->b, 32);
	le64_put(out + AT_CELLS, learner_cells(spec));
}

void learner_export(struct learner *l, uint8_t *out)
{
	struct hash32 root;

	learner_root(l, &root);
	header_put(out, l->spec, &root);
	out += LEARNER_SNAPSHOT_HEADER_BYTES;
	for (size_t i = 0; i < l->n_cells; i++)
		le64_put(out + 8 * i, (uint64_t)l->cells[i]);
}

void learner_seal(uint8_t *out, const struct model_spec *spec, void *work)
{
	int64_t *cell = learner_sealed_cells(out);
	size_t n = learner_cells(spec);
	struct hash32 root;
	struct merkle tree;

	merkle_init(&tree, cell, n, work);
	merkle_root(&tree, &root, &spec->hash);
	header_put(out, spec, &root);
	for (size_t i = 0; i < n; i++)	/* nothing on most machines */
		cell[i] = (int64_t)htole64((uint64_t)cell[i]);
}

static enum dc_status header_check(const struct learner *l, const uint8_t *in,
				   size_t len, struct dc_err *err)
{
	if (len < LEARNER_SNAPSHOT_HEADER_BYTES ||
	    memcmp(in + AT_MAGIC, magic, sizeof(magic)) != 0)
		return dc_fail(err, DC_EINVAL, "not a snapshot");
	if (memcmp(in + AT_SPEC, l->spec->hash.b, 32) != 0)
		return dc_fail(err, DC_EINVAL, "snapshot of another spec");
	if (le64_get(in + AT_CELLS) != l->n_cells ||
	    len != learner_snapshot_size(l->spec))
		return dc_fail(err, DC_EINVAL, "snapshot has another length");
	for (size_t i = AT_END; i < LEARNER_SNAPSHOT_HEADER_BYTES; i++)
		if (in[i] != 0)
			return dc_fail(err, DC_EINVAL,
				       "snapshot has a longer header");
	return DC_OK;
}

static bool counts_valid(const int64_t *cell)
{
	for (unsigned i = LEARNER_RIGHT + 1; i < LEARNER_HEADER_CELLS; i++)
		if (cell[i] != 0)
			return false;
	return cell[LEARNER_RIGHT] >= 0 &&
		cell[LEARNER_RIGHT] <= cell[LEARNER_COUNTED] &&
		cell[LEARNER_COUNTED] <= cell[LEARNER_LEARNED] &&
		cell[LEARNER_LEARNED] <= cell[LEARNER_SEEN] &&
		cell[LEARNER_SEEN] <= MODEL_COUNT_MAX;
}

static bool memory_valid(const struct learner *l)
{
	size_t n = memory_of(l->spec);

	for (size_t i = 0; i < padded(n); i++)
		if (l->memory.cells[i] < 0 || l->memory.cells[i] >
		    (i < n ? l->spec->verdict->cell_most(l->spec, i) : 0))
			return false;
	return true;
}

/* Every cell is one that learning can lead to. */
static bool cells_valid(const struct learner *l)
{
	size_t n = l->spec->model->cells(l->spec);

	if (!counts_valid(l->cells))
		return false;
	for (unsigned i = 0; i < l->n_model; i++) {
		const int64_t *cells = l->model[i].cells;

		if (!l->spec->model->cells_valid(l->spec, cells))
			return false;
		for (size_t j = n; j < padded(n); j++)
			if (cells[j] != 0)
				return false;
	}
	return memory_valid(l);
}

/* How a snapshot shows that its cells are those of its root. */
enum shown { SHOWN_BY_ROOT, SHOWN_BY_CHECKSUM };

static enum dc_status cells_take(struct learner *l, const uint8_t *in,
				 const struct hash32 *root, enum shown how,
				 struct dc_err *err)
{
	struct hash32 has;

	memcpy(l->cells, in + LEARNER_SNAPSHOT_HEADER_BYTES, 8 * l->n_cells);
	for (size_t i = 0; i < l->n_cells; i++)	/* nothing on most machines */
		l->cells[i] = (int64_t)le64toh((uint64_t)l->cells[i]);
	merkle_touch_all(&l->tree);
	memcpy(has.b, in + AT_ROOT, sizeof(has.b));
	if (how == SHOWN_BY_ROOT)
		learner_root(l, &has);
	if (memcmp(in + AT_ROOT, has.b, 32) != 0 ||
	    (root && !hash32_equal(root, &has)))
		return dc_fail(err, DC_EINVAL, "snapshot has another root");
	if (!cells_valid(l))
		return dc_fail(err, DC_EINVAL,
			       "snapshot has cells out of range");
	return DC_OK;
}

static enum dc_status take(struct learner *l, const uint8_t *in, size_t len,
			   const struct hash32 *root, enum shown how,
			   struct dc_err *err)
{
	enum dc_status st = header_check(l, in, len, err);

	if (st == DC_OK)
		st = cells_take(l, in, root, how, err);
	if (st != DC_OK) {
		clear(l);
		return st;
	}
	rebuild(l);
	return DC_OK;
}

enum dc_status learner_import(struct learner *l, const uint8_t *in,
			      size_t len, const struct hash32 *root,
			      struct dc_err *err)
{
	return take(l, in, len, root, SHOWN_BY_ROOT, err);
}

size_t learner_kept_size(const struct model_spec *spec)
{
	return learner_snapshot_size(spec) + CHECKSUM_BYTES;
}

void learner_keep(struct learner *l, uint8_t *out)
{
	size_t len = learner_snapshot_size(l->spec);

	learner_export(l, out);
	le64_put(out + len, XXH64(out, len, CHECKSUM_SEED));
}

enum dc_status learner_kept_check(const struct model_spec *spec,
				  const uint8_t *in, size_t *len,
				  struct dc_err *err)
{
	size_t own = learner_snapshot_size(spec);

	if (*len != learner_kept_size(spec))
		return DC_OK;
	if (le64_get(in + own) != XXH64(in, own, CHECKSUM_SEED))
		return dc_fail(err, DC_EINVAL, "snapshot is damaged");
	*len = own;
	return DC_OK;
}

enum dc_status learner_restore(struct learner *l, const uint8_t *in,
			       size_t len, const struct hash32 *root,
			       struct dc_err *err)
{
	size_t own = len;
	enum dc_status st = learner_kept_check(l->spec, in, &own, err);

	if (st != DC_OK) {
		clear(l);
		return st;
	}
	return take(l, in, own, root, own < len ? SHOWN_BY_CHECKSUM :
		    SHOWN_BY_ROOT, err);
}
