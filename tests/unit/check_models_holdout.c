/* check_models_holdout.c: accuracy on rows that are never learned. */

#include "config.h"

#include "models/holdout.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

static const char spec[] =
	"decaid 1\nmodel naive-bayes columns=64 smoothing=1000000000\n"
	"encoder none\nverdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\nclass a\nclass b\n";

static struct sample_room room;
static uint8_t bytes[2][16];
static size_t len[2];

/* Row of a label: column 3 stands for class 0, column 40 for class 1. */
static struct holdout_row row_of(unsigned column, uint32_t label)
{
	const uint32_t index[2] = { 3, 40 };

	for (unsigned i = 0; i < 2; i++)
		len[i] = learner_room_binary(bytes[i], sizeof(bytes[i]),
					     &index[i], 1);
	return (struct holdout_row){ bytes[column], len[column], label };
}

static void learn(struct learner_room *r, unsigned column, uint32_t label)
{
	struct holdout_row row = row_of(column, label);
	struct lesson_input in = { row.sample, row.len, row.label,
				   NOVELTY_NEW, { { 0 } } };
	struct learn_result result;

	learner_learn(&r->l, &result, &in, &room);
	ck_assert(result.valid);
}

START_TEST(right_answers_are_counted_and_nothing_is_learned)
{
	struct holdout_row rows[4];
	struct holdout held = { rows, 4 };
	struct hash32 before, after;
	struct learner_room r;

	rows[0] = row_of(0, 0);
	rows[1] = row_of(1, 1);
	rows[2] = row_of(1, 0);	/* labelled wrong by who held it out */
	rows[3] = row_of(0, 0);
	learner_room_init(&r, spec);
	ck_assert_uint_eq(holdout_right(&held, &r.l, &room), 3); /* ties: 0 */
	for (int i = 0; i < 5; i++) {
		learn(&r, 0, 0);
		learn(&r, 1, 1);
	}
	learner_root(&r.l, &before);
	ck_assert_uint_eq(holdout_right(&held, &r.l, &room), 3);
	rows[2].label = 1;
	ck_assert_uint_eq(holdout_right(&held, &r.l, &room), 4);
	learner_root(&r.l, &after);
	ck_assert(hash32_equal(&before, &after));
	ck_assert_uint_eq(learner_count(&r.l, LEARNER_SEEN), 10);
	learner_room_clear(&r);
}
END_TEST

START_TEST(a_row_that_is_no_sample_counts_as_wrong)
{
	static const uint8_t broken[] = { 1, 200 };
	struct holdout_row rows[2] = { { broken, sizeof(broken), 0 } };
	struct holdout held = { rows, 2 };
	struct learner_room r;

	rows[1] = row_of(0, 0);
	learner_room_init(&r, spec);
	ck_assert_uint_eq(holdout_right(&held, &r.l, &room), 1);
	learner_room_clear(&r);
}
END_TEST

UNIT_MAIN("models/holdout", right_answers_are_counted_and_nothing_is_learned,
	  a_row_that_is_no_sample_counts_as_wrong)
