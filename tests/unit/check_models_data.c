/*
 * check_models_data.c: one pass over real data, from words to accuracy.
 *
 * The data sets are no part of the project; where they are not beside the
 * source folder the tests say so and pass.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "models/encoder.h"
#include "models/learner.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

#define DATA "../shared/data"
#define ROW_BYTES 65536

static struct sample_room room;
static char row[ROW_BYTES];

struct data_set {
	const char *name;
	const char *classes;	/* lines of the spec */
};

static const struct data_set sms = { "sms", "class HAM\nclass SPAM\n" };
static const struct data_set clickbait = {
	"clickbait", "class CLICKBAIT\nclass NEWS\n"
};
static const struct data_set agnews = {
	"agnews",
	"class Business\nclass Sci/Tech\nclass Sports\nclass World\n"
};

static FILE *
data_open(const struct data_set *set, const char *part)
{
	const char *srcdir = getenv("srcdir");
	char path[512], command[600];

	snprintf(path, sizeof(path), "%s/" DATA "/%s.%s.tsv.gz",
		 srcdir != NULL ? srcdir : ".", set->name, part);
	if (access(path, R_OK) != 0) {
		printf("skipped: no %s\n", path);
		return NULL;
	}
	snprintf(command, sizeof(command), "gzip -dc '%s'", path);
	return popen(command, "r");
}

/* The next row, encoded; false at the end. */
static bool
data_row(FILE *f, const struct model_spec *spec, struct sample *x,
	 uint32_t *label)
{
	struct encoder_input in = { .kind = ENCODER_TEXT };
	char *tab;

	if (fgets(row, sizeof(row), f) == NULL)
		return false;
	tab = strchr(row, '\t');
	ck_assert_ptr_nonnull(tab);
	*tab = '\0';
	ck_assert_msg(spec_class_find(label, spec, row), "class %s", row);
	in.text = tab + 1;
	in.n = strlen(in.text);
	ck_assert_int_eq(encoder_encode(x, spec, &room, &in, NULL), DC_OK);
	return true;
}

static void
learn_all(struct learner_room *r, FILE *f)
{
	static struct sample_room decoded;
	struct learn_result got;
	struct sample x;
	struct dc_buf b;
	uint32_t label;

	dc_buf_init(&b, ROW_BYTES);
	while (data_row(f, &r->spec, &x, &label)) {
		struct lesson_input in = { .novelty = NOVELTY_NEW };

		dc_buf_reset(&b);
		sample_encode(&b, &x);
		in.sample = b.data;
		in.sample_len = b.len;
		in.label = label;
		learner_learn(&r->l, &got, &in, &decoded);
		unit_require(got.valid);
	}
	dc_buf_clear(&b);
	pclose(f);
}

static unsigned
right_in_10000(struct learner_room *r, FILE *f)
{
	int64_t scores[SPEC_CLASSES_MAX];
	unsigned n = 0, right = 0;
	uint32_t label, said;
	struct sample x;

	while (data_row(f, &r->spec, &x, &label)) {
		unit_require(learner_predict(&r->l, scores, &said, &x));
		right += said == label;
		n++;
	}
	pclose(f);
	return right * 10000 / n;
}

/* Accuracy on the held-out part after one pass, at least `least`. */
static void
data_check(const struct data_set *set, const char *model, unsigned least)
{
	FILE *train = data_open(set, "train"), *test = NULL;
	struct learner_room r;
	char text[1024];
	unsigned right;

	if (train != NULL)
		test = data_open(set, "test");
	if (train == NULL || test == NULL)
		return;
	snprintf(text, sizeof(text),
		 "decaid 1\nmodel %s=1000000000\nencoder murmur3-words\n"
		 "verdict two-fold credit=1000000000 margin=2000000000\n"
		 "sample packed\n%s", model, set->classes);
	learner_room_init(&r, text);
	learn_all(&r, train);
	right = right_in_10000(&r, test);
	printf("%-10s %-50s %5.2f%%, progressive %5.2f%%\n", set->name, model,
	       right / 100.0, (double)learner_accuracy_fx9(&r.l) / 1e7);
	ck_assert_uint_ge(right, least);
	learner_room_clear(&r);
}

#define BAYES "naive-bayes columns=262144 smoothing"
#define PERCEPTRON "sparse-perceptron columns=262144 learning-rate"

/* What scikit-learn's MultinomialNB reaches on the same files with words
 * hashed to 2^18 columns, less two points for another splitting of words:
 * 94.0, 96.2, 88.2. */
START_TEST(naive_bayes_reaches_what_others_reach)
{
	data_check(&sms, BAYES, 9200);
	data_check(&clickbait, BAYES, 9420);
	data_check(&agnews, BAYES, 8620);
}
END_TEST

/* With as many columns as words that matter: 98.0 (1,000 columns). */
START_TEST(naive_bayes_with_few_columns_does_better_on_short_texts)
{
	data_check(&sms, "naive-bayes columns=16384 smoothing", 9600);
}
END_TEST

/* scikit-learn's Perceptron after one pass: 94.1, 94.3. On four classes it
 * keeps one against the rest for each and reaches 77.6; ours moves the two
 * classes in question alone. */
START_TEST(the_perceptron_reaches_what_others_reach)
{
	data_check(&sms, PERCEPTRON, 9210);
	data_check(&clickbait, PERCEPTRON, 9230);
	data_check(&agnews, PERCEPTRON, 7200);
}
END_TEST

UNIT_MAIN("models/data",
	  naive_bayes_reaches_what_others_reach,
	  naive_bayes_with_few_columns_does_better_on_short_texts,
	  the_perceptron_reaches_what_others_reach)
