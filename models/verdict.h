#ifndef DECAID_MODELS_VERDICT_H
#define DECAID_MODELS_VERDICT_H

/*
 * Verdict rules: which models judge a contribution that they did not learn,
 * and what they say. A rule is one line in the table of verdict.c.
 * oracle/PROTOCOL.md "Two folds".
 */

#include <stddef.h>
#include <stdint.h>

#include "base/event.h"
#include "base/types.h"
#include "models/spec.h"

#define VERDICT_FOLDS_MAX 2

/* Whether the same bytes were contributed to this trainer before. */
enum novelty { NOVELTY_REPEAT = 0, NOVELTY_NEW = 1 };

/* Whether the served model, just before it learned a sample, was wrong about
 * it or unsure: only then did it teach anything. */
enum lesson { LESSON_NONE = 0, LESSON_TAUGHT = 1 };

struct verdict_ops {
	struct spec_choice choice;

	/* How many models the rule keeps besides the served one. */
	unsigned folds;

	/* Which of them learns the sample of this hash, which judges it. */
	unsigned (*fold_learns)(const struct hash32 *sample_hash);
	unsigned (*fold_judges)(const struct hash32 *sample_hash);

	/* before (n_class) the served model's scores before it learned */
	enum lesson (*lesson)(const struct model_spec *spec,
			      const int64_t *before, uint32_t label);

	/* judge (n_class) the judging model's scores */
	enum verdict (*judge)(const struct model_spec *spec,
			      const int64_t *judge, uint32_t label,
			      enum novelty novelty, enum lesson lesson);
};

/* The rule of this name; NULL: there is none. */
const struct verdict_ops *verdict_find(const char *name);
const struct verdict_ops *verdict_at(size_t i);

/* "disagree", "abstain", "agree", "credit", "none". */
const char *verdict_name(enum verdict v);

#endif /* DECAID_MODELS_VERDICT_H */
