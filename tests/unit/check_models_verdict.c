/* check_models_verdict.c: the two-fold rule, every case of it. */

#include "config.h"

#include <string.h>

#include "models/model.h"
#include "models/verdict.h"
#include "tests/unit/unit.h"

#define CREDIT 500
#define MARGIN 1000

static struct model_spec
spec_of(uint32_t n_class)
{
	struct model_spec s = {
		.verdict = verdict_find("two-fold"),
		.verdict_param = { CREDIT, MARGIN },
		.n_class = n_class,
	};

	ck_assert_ptr_nonnull(s.verdict);
	return s;
}

START_TEST(a_sample_trains_one_fold_and_is_judged_by_the_other)
{
	const struct verdict_ops *rule = verdict_find("two-fold");
	struct model_spec spec = spec_of(2);
	struct hash32 hash = { { 0 } };
	struct verdict_case c = { .spec = &spec, .hash = &hash };
	unsigned b;

	ck_assert_uint_eq(rule->folds(&spec), 2);
	for (b = 0; b < 256; b++) {
		hash.b[31] = (uint8_t)b;
		ck_assert_uint_eq(rule->group(&c), b & 1);
	}
	ck_assert(rule->learns(0, 0) && rule->learns(1, 1));
	ck_assert(!rule->learns(0, 1) && !rule->learns(1, 0));
}
END_TEST

static enum verdict
expected(int64_t m, enum novelty novelty, enum lesson lesson)
{
	if (m <= -MARGIN)
		return VERDICT_DISAGREE;
	if (m < MARGIN)
		return VERDICT_ABSTAIN;
	return novelty == NOVELTY_NEW && lesson == LESSON_TAUGHT
		? VERDICT_CREDIT : VERDICT_AGREE;
}

static void
judge_all(const struct model_spec *spec, const int64_t *scores,
	  uint32_t label, int64_t m)
{
	int n, l;

	for (n = NOVELTY_REPEAT; n <= NOVELTY_NEW; n++)
		for (l = LESSON_NONE; l <= LESSON_TAUGHT; l++)
			ck_assert_int_eq(
				verdict_of(spec, model_margin(
						scores, spec->n_class, label),
					   (enum novelty)n, (enum lesson)l),
				expected(m, (enum novelty)n, (enum lesson)l));
}

START_TEST(margin_novelty_and_lesson_decide_together)
{
	static const int64_t m[] = {
		INT64_MIN / 2, -MARGIN - 1, -MARGIN, -MARGIN + 1, -1, 0, 1,
		MARGIN - 1, MARGIN, MARGIN + 1, INT64_MAX / 2
	};
	struct model_spec spec = spec_of(3);
	uint32_t label;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(m); i++)
		for (label = 0; label < 3; label++) {
			int64_t scores[3] = { 70, 70, 70 };

			scores[(label + 1) % 3] = 69;	/* not the best other */
			scores[label] = 70 + m[i];
			judge_all(&spec, scores, label, m[i]);
		}
}
END_TEST

START_TEST(the_widest_scores_do_not_overflow)
{
	struct model_spec spec = spec_of(2);
	const int64_t scores[2] = { INT64_MIN, INT64_MAX };

	judge_all(&spec, scores, 0, INT64_MIN);
	judge_all(&spec, scores, 1, INT64_MAX);
}
END_TEST

START_TEST(a_sample_teaches_where_the_model_was_wrong_or_unsure)
{
	struct model_spec spec = spec_of(3);
	static const struct {
		int64_t scores[3];
		uint32_t label;
		enum lesson lesson;
	} cases[] = {
		{ { 0, 0, 0 }, 0, LESSON_TAUGHT },
		{ { 0, 0, 0 }, 1, LESSON_TAUGHT },	/* 0 was predicted */
		{ { 0, CREDIT - 1, 0 }, 1, LESSON_TAUGHT },
		{ { 0, CREDIT, 0 }, 1, LESSON_NONE },
		{ { 1, CREDIT, 0 }, 1, LESSON_TAUGHT },
		{ { 0, 9 * CREDIT, 0 }, 1, LESSON_NONE },
		{ { 0, 9 * CREDIT, 0 }, 2, LESSON_TAUGHT },
	};
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++)
		ck_assert_int_eq(verdict_lesson(&spec, cases[i].scores,
						cases[i].label),
				 cases[i].lesson);
	spec.verdict_param[0] = 0;	/* no credit for being unsure */
	ck_assert_int_eq(verdict_lesson(&spec, cases[0].scores, 0),
			 LESSON_NONE);
	ck_assert_int_eq(verdict_lesson(&spec, cases[1].scores, 1),
			 LESSON_TAUGHT);
}
END_TEST

START_TEST(verdicts_have_the_names_of_the_interface)
{
	ck_assert_str_eq(verdict_name(VERDICT_DISAGREE), "disagree");
	ck_assert_str_eq(verdict_name(VERDICT_ABSTAIN), "abstain");
	ck_assert_str_eq(verdict_name(VERDICT_AGREE), "agree");
	ck_assert_str_eq(verdict_name(VERDICT_CREDIT), "credit");
	ck_assert_str_eq(verdict_name(VERDICT_NONE), "none");
	ck_assert_ptr_null(verdict_find("three-fold"));
	ck_assert_ptr_nonnull(verdict_at(0));
	ck_assert_ptr_null(verdict_at(99));
}
END_TEST

UNIT_MAIN("models/verdict",
	  a_sample_trains_one_fold_and_is_judged_by_the_other,
	  margin_novelty_and_lesson_decide_together,
	  the_widest_scores_do_not_overflow,
	  a_sample_teaches_where_the_model_was_wrong_or_unsure,
	  verdicts_have_the_names_of_the_interface)
