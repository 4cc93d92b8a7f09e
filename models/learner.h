#ifndef DECAID_MODELS_LEARNER_H
#define DECAID_MODELS_LEARNER_H

/*
 * What the daemon holds for each trainer: the served model, the models that
 * its verdict rule keeps, and the counts behind its accuracy, in one flat
 * block of cells that is hashed as a whole.
 *
 *     header (16 cells) | served model | fold 0 | fold 1 ... | rule's memory
 *
 * each part zero-padded to a multiple of 16 cells. The order of calls to
 * learner_learn is the chain's; same calls, same block, same root.
 *
 *     cells = calloc(learner_cells(spec), 8);
 *     work = malloc(learner_work_size(spec));
 *     learner_init(&l, spec, cells, work);
 *
 * Thread: learner_predict, _judge and the getters may run in many threads
 * while nobody is in _learn, _root, _export, _import or _init.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "base/status.h"
#include "base/types.h"
#include "models/merkle.h"
#include "models/model.h"
#include "models/sample.h"
#include "models/spec.h"
#include "models/verdict.h"

#define LEARNER_MODELS_MAX (1 + VERDICT_FOLDS_MAX)

/* The header's cells; the rest of its 16 are 0. */
enum learner_count {
	LEARNER_SEEN = 0,	/* contributions, all of them */
	LEARNER_LEARNED = 1,	/* those with a valid sample */
	LEARNER_COUNTED = 2,	/* valid and new: they count for accuracy */
	LEARNER_RIGHT = 3,	/* of these, predicted before learned */
	LEARNER_HEADER_CELLS = 16
};

/* Fields are private; use the functions. */
struct learner {
	const struct model_spec *spec;
	int64_t *cells;
	size_t n_cells;
	unsigned n_model;
	struct model model[LEARNER_MODELS_MAX];	/* [0] is served */
	struct model memory;			/* the verdict rule's cells */
	struct merkle tree;
};

/* A contribution as models see it. */
struct lesson_input {
	const uint8_t *sample;
	size_t sample_len;
	uint32_t label;
	enum novelty novelty;
	struct addr20 contributor;
};

struct learn_result {
	bool valid;		/* canonical, taken by the model, label known */
	uint32_t predicted;	/* before learning; 0 unless valid */
	int64_t margin_fx9;	/* winner's lead over the second, >= 0 */
	enum lesson lesson;
};

/* int64 cells of the block, and bytes of working memory besides. */
size_t learner_cells(const struct model_spec *spec);
size_t learner_work_size(const struct model_spec *spec);

/* A learner that has learned nothing.
 * cells (learner_cells) and work (learner_work_size), both aligned for
 * int64_t, need not be cleared
 * Owner: borrows spec, cells and work. */
void learner_init(struct learner *l, const struct model_spec *spec,
		  int64_t *cells, void *work);

/* Scores of the served model.
 * scores (n_class) fx9   label  the winner
 * x      decoded for spec->columns
 * Returns false, nothing written: the model does not take such a sample. */
bool learner_predict(const struct learner *l, int64_t *scores,
		     uint32_t *label, const struct sample *x);

/* Predict, then learn: the served model, and the folds that learn it.
 * What is not valid changes the count of contributions alone. */
void learner_learn(struct learner *l, struct learn_result *out,
		   const struct lesson_input *in, struct sample_room *room);

/* The verdict, from folds that did not learn the sample. To be asked at the
 * end of the contribution's epoch, when all of it is learned.
 * lesson  what learner_learn said of this contribution */
enum verdict learner_judge(const struct learner *l,
			   const struct lesson_input *in, enum lesson lesson,
			   struct sample_room *room);

/* The parts of the block, in their order. */
enum learner_part {
	LEARNER_PART_HEADER, LEARNER_PART_MODEL, LEARNER_PART_FOLD,
	LEARNER_PART_MEMORY
};

/* Where a part's cells are: [*first, *first + *n) of the block, without the
 * zeros that fill it up.
 * fold  which one, 0 for the other parts
 * Returns false: a state of spec has no such part. */
bool learner_part_find(size_t *first, size_t *n,
		       const struct model_spec *spec, enum learner_part part,
		       unsigned fold) DC_MUST_CHECK;

/* State root of all that was learned; hashes what changed since the last. */
void learner_root(struct learner *l, struct hash32 *out);

uint64_t learner_count(const struct learner *l, enum learner_count which);

/* Progressive accuracy: LEARNER_RIGHT / LEARNER_COUNTED, fx9, rounded down;
 * 0 when nothing was counted. */
uint64_t learner_accuracy_fx9(const struct learner *l);

/* The whole state as bytes: a header of LEARNER_SNAPSHOT_HEADER_BYTES (magic,
 * spec hash, root, number of cells), then the cells, little-endian.
 * out (learner_snapshot_size) */
#define LEARNER_SNAPSHOT_HEADER_BYTES 128
size_t learner_snapshot_size(const struct model_spec *spec);
void learner_export(struct learner *l, uint8_t *out);

/* Where the cells are in such bytes, which are aligned for int64_t. */
static inline int64_t *learner_sealed_cells(uint8_t *out)
{
	return (int64_t *)(void *)(out + LEARNER_SNAPSHOT_HEADER_BYTES);
}

/* The same of cells that were copied to where they belong already, as a
 * learner has them: hashes all of them, and needs no learner.
 * out   (learner_snapshot_size) aligned for int64_t
 * work  (merkle_size(learner_cells(spec))) */
void learner_seal(uint8_t *out, const struct model_spec *spec, void *work);

/* Take in a snapshot. l was initialised with the same spec.
 * root  what it must have; NULL: what it claims itself
 * Errors: DC_EINVAL another spec, length, root, or cells that no learning
 *         leads to; l has learned nothing then. */
enum dc_status learner_import(struct learner *l, const uint8_t *in,
			      size_t len, const struct hash32 *root,
			      struct dc_err *err) DC_MUST_CHECK;

/* A snapshot for who writes and reads it himself: learner_export's bytes with
 * a checksum behind them, which finds what a disk spoilt without hashing.
 * out (learner_kept_size) */
size_t learner_kept_size(const struct model_spec *spec);
void learner_keep(struct learner *l, uint8_t *out);

/* Whether the checksum fits; *len is learner_export's part then. Bytes
 * without a checksum, of an older program, stay as they are.
 * Errors: DC_EINVAL "snapshot is damaged". */
enum dc_status learner_kept_check(const struct model_spec *spec,
				  const uint8_t *in, size_t *len,
				  struct dc_err *err) DC_MUST_CHECK;

/* Take in what learner_keep wrote, or learner_export. With a checksum nothing
 * is hashed: root is held against the one that the snapshot names, and all is
 * dirty afterwards, so that the next learner_root is that of these cells even
 * where somebody changed them and their checksum.
 * Errors: as learner_import and learner_kept_check. */
enum dc_status learner_restore(struct learner *l, const uint8_t *in,
			       size_t len, const struct hash32 *root,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_MODELS_LEARNER_H */
