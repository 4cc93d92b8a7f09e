#ifndef DECAID_MODELS_VERDICT_H
#define DECAID_MODELS_VERDICT_H

/*
 * Verdict rules: which models judge a contribution that they did not learn,
 * and what they say. A rule is one file, verdict_NAME.c, and one line in the
 * table of verdict.c. oracle/PROTOCOL.md "Verdict rules" says what each
 * computes; models/VERDICTS.md how well, and under which attacks.
 *
 * Beside the served model a learner keeps the rule's folds, models of the
 * same kind, and the rule's own cells. A contribution belongs to one group,
 * which says what folds learn it; the rule's opinion of it is a distance
 * from its label to the best other one, and the margin makes a verdict of
 * that.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "base/types.h"
#include "models/model.h"
#include "models/sample.h"
#include "models/spec.h"

#define VERDICT_FOLDS_MAX 16

/* Whether the same bytes were contributed to this trainer before. */
enum novelty { NOVELTY_REPEAT = 0, NOVELTY_NEW = 1 };

/* Whether the model, just before it learned a sample, was wrong about it or
 * unsure: only then did it teach anything. */
enum lesson { LESSON_NONE = 0, LESSON_TAUGHT = 1 };

/* One contribution before its judges. */
struct verdict_case {
	const struct model_spec *spec;
	const struct model *fold;	/* (folds of the spec) */
	const struct model *memory;	/* the rule's own cells */
	const struct sample *x;
	const struct hash32 *hash;	/* keccak of the sample's bytes */
	const struct addr20 *contributor;
	uint32_t label;
	unsigned group;			/* what group said */
};

/* Which models are asked whether the sample taught anything. */
enum verdict_teaches { VERDICT_TEACHES_SERVED, VERDICT_TEACHES_OWN_FOLD };

struct verdict_ops {
	struct spec_choice choice;
	unsigned credit_at, margin_at;	/* in the table of parameters */
	enum verdict_teaches teaches;

	/* How many models the rule keeps, at most VERDICT_FOLDS_MAX. */
	unsigned (*folds)(const struct model_spec *spec);

	/* How many cells of its own; NULL: none. The i-th of them is in
	 * [0, cell_most]. */
	size_t (*cells)(const struct model_spec *spec);
	int64_t (*cell_most)(const struct model_spec *spec, size_t i);

	/* As of a model (models/model.h): how many int64 that only make
	 * answers fast, and all of them from the cells; NULL: none. */
	size_t (*derived)(const struct model_spec *spec);
	void (*rebuild)(struct model *memory);

	/* The group, in [0, folds), of a case without one. */
	unsigned (*group)(const struct verdict_case *c);

	/* Whether a fold learns what belongs to a group. */
	bool (*learns)(unsigned fold, unsigned group);

	/* Whether the rule remembers a near-copy: then the case teaches
	 * nothing. Asked before learned, of what taught something otherwise;
	 * NULL: never. */
	bool (*repeats)(const struct verdict_case *c);

	/* It was learned: remember what the rule must; NULL: nothing.
	 * memory  c->memory, to be written */
	void (*learned)(struct model *memory, const struct verdict_case *c);

	/* Distance from the label's score to the best other one, fx9, cut.
	 * room  where x lies; may be overwritten */
	int64_t (*opinion)(const struct verdict_case *c,
			   struct sample_room *room);
};

/* Did the sample teach the model that said this before it learned?
 * before (n_class) */
enum lesson verdict_lesson(const struct model_spec *spec,
			   const int64_t *before, uint32_t label);

/* What an opinion comes to. */
enum verdict verdict_of(const struct model_spec *spec, int64_t opinion_fx9,
			enum novelty novelty, enum lesson lesson);

/* The rule of this name; NULL: there is none. */
const struct verdict_ops *verdict_find(const char *name);
const struct verdict_ops *verdict_at(size_t i);

/* "disagree", "abstain", "agree", "credit", "none". */
const char *verdict_name(enum verdict v);

/* For the rules. */

/* A bijection of 64 bits whose every bit depends on every other. */
uint64_t verdict_mix(uint64_t z);

/* A fold by the bytes, the same for the same bytes. */
unsigned verdict_group_by_hash(const struct verdict_case *c);

/* A fold by the smallest hash of the columns that are set: two samples that
 * share a part p of their columns are in one group with probability p. Dense
 * samples by their bytes. */
unsigned verdict_group_by_sketch(const struct verdict_case *c);

bool verdict_learns_own(unsigned fold, unsigned group);
bool verdict_learns_others(unsigned fold, unsigned group);

/* What one model says, as an opinion. */
int64_t verdict_ask(const struct verdict_case *c, const struct model *m,
		    const struct sample *x);

/* Every line of the table. */
extern const struct verdict_ops verdict_jury;
extern const struct verdict_ops verdict_k_fold;
extern const struct verdict_ops verdict_sketch_fold;
extern const struct verdict_ops verdict_support;
extern const struct verdict_ops verdict_two_fold;

#endif /* DECAID_MODELS_VERDICT_H */
