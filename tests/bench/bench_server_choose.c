/*
 * bench_server_choose.c: the parameters of server/recipe.c, chosen on rows of
 * the train files alone; no test file is opened here.
 *
 *     make bench BENCHES=tests/bench/bench_server_choose [DATA_DIR=DIR]
 *     ./tests/bench/bench_server_choose QUESTION ...
 *
 * For each kind of data (text, table) and each question, every alternative
 * is learned in one pass and asked about rows that it did not learn, on
 * every data set of the kind: five folds of each, in the file's order, where
 * it has at most FOLDED_MAX rows; else the last fifth of its first ROWS_MAX
 * rows. The highest mean over the sets wins, the first of equals. The encoder
 * is chosen first and then kept. `*`: the winner; `=`: what recipe.c has.
 * Logistic has one recipe, that of texts; `logistic-tables` shows what it
 * costs. A sweep over all takes about five minutes.
 *
 * TABLES=NAME,NAME,... ENCODER=LINE: those tables of DATA_DIR alone, with that
 * encoder until one is chosen; of tests/bench/wide_tables.py:
 *
 *     DATA_DIR=OUT_DIR TABLES=sms-unit,agnews-unit ENCODER=none \
 *         ./tests/bench/bench_server_choose logistic-tables passive-tables
 *
 * WRONG=20: so many percent of the labels that are learned are wrong, drawn at
 * random; those that are asked about are as they were.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/recipe.h"
#include "server/trial.h"
#include "tests/bench/labels_spoil.h"

#define FOLDS 5
#define FOLDED_MAX 1000
#define ROWS_MAX 7500
#define SETS_MAX 8
#define LINE 160

static const char *names[2][SETS_MAX] = {
	[LABELLED_TEXT] = { "imdb", "sms", "covidnews", "clickbait",
			    "offensive", "agnews", "liar" },
	[LABELLED_TABLE] = { "tictactoe", "titanic", "wisdm", "occupancy",
			     "banknote", "breastcancer", "optdigits" },
};

/* A question and the alternatives; "%u" stands for the columns. encoder NULL:
 * the one that was chosen. */
static const struct alternative {
	enum labelled_kind kind;
	const char *question, *model, *encoder;
	int is_ours;
} alternatives[] = {
#define TEXT(question, model, encoder, ours) \
	{ LABELLED_TEXT, question, model, encoder, ours }
#define TABLE(question, model, encoder, ours) \
	{ LABELLED_TABLE, question, model, encoder, ours }
#define BLEND(rate, smoothing) "blend columns=%u epsilon=10000000 " \
	"learning-rate=" rate " smoothing=" smoothing
#define LOGISTIC(epsilon, rate) "logistic columns=%u epsilon=" epsilon \
	" learning-rate=" rate
#define NGRAMS(from, to, words) "ngrams chars-from=" from " chars-to=" to \
	" words=" words
#define HOEFFDING(grace, nodes, trees) "hoeffding columns=%u grace=" grace \
	" nodes=" nodes " trees=" trees
#define PASSIVE(most) "passive-aggressive aggressiveness=" most \
	" columns=%u horizon=80000"
#define JUDGE BLEND("400000000", "50000000")
	TEXT("encoder", JUDGE, NGRAMS("0", "0", "1"), 0),
	TEXT("encoder", JUDGE, NGRAMS("0", "0", "2"), 0),
	TEXT("encoder", JUDGE, NGRAMS("3", "3", "2"), 0),
	TEXT("encoder", JUDGE, NGRAMS("4", "4", "1"), 0),
	TEXT("encoder", JUDGE, NGRAMS("4", "4", "2"), 0),
	TEXT("encoder", JUDGE, NGRAMS("5", "5", "2"), 1),
	TEXT("encoder", JUDGE, NGRAMS("3", "5", "2"), 0),
	TEXT("blend", BLEND("200000000", "50000000"), NULL, 0),
	TEXT("blend", BLEND("200000000", "100000000"), NULL, 0),
	TEXT("blend", BLEND("400000000", "20000000"), NULL, 0),
	TEXT("blend", BLEND("400000000", "50000000"), NULL, 0),
	TEXT("blend", BLEND("400000000", "100000000"), NULL, 1),
	TEXT("blend", BLEND("800000000", "50000000"), NULL, 0),
	TEXT("blend", BLEND("800000000", "100000000"), NULL, 0),
	TEXT("logistic", LOGISTIC("1000000", "500000000"), NULL, 0),
	TEXT("logistic", LOGISTIC("10000000", "250000000"), NULL, 0),
	TEXT("logistic", LOGISTIC("10000000", "500000000"), NULL, 1),
	TEXT("logistic", LOGISTIC("10000000", "1000000000"), NULL, 0),
	TEXT("logistic", LOGISTIC("100000000", "500000000"), NULL, 0),
	TEXT("logistic", LOGISTIC("100000000", "1000000000"), NULL, 0),
	TEXT("naive-bayes", "naive-bayes columns=%u smoothing=20000000",
	     NULL, 0),
	TEXT("naive-bayes", "naive-bayes columns=%u smoothing=50000000",
	     NULL, 0),
	TEXT("naive-bayes", "naive-bayes columns=%u smoothing=100000000",
	     NULL, 1),
	TEXT("naive-bayes", "naive-bayes columns=%u smoothing=300000000",
	     NULL, 0),
	TEXT("naive-bayes", "naive-bayes columns=%u smoothing=1000000000",
	     NULL, 0),
	TEXT("passive-aggressive", PASSIVE("500000000"), NULL, 0),
	TEXT("passive-aggressive", PASSIVE("700000000"), NULL, 1),
	TEXT("passive-aggressive", PASSIVE("1000000000"), NULL, 0),
	TABLE("scale", "kalman columns=%u variance=1000000000",
	      "scale clip=2000000000", 1),
	TABLE("scale", "kalman columns=%u variance=1000000000",
	      "scale clip=3000000000", 0),
	TABLE("scale", "kalman columns=%u variance=1000000000",
	      "scale clip=5000000000", 0),
	TABLE("scale", "kalman columns=%u variance=1000000000",
	      "scale clip=10000000000", 0),
	TABLE("kalman", "kalman columns=%u variance=30000000", NULL, 0),
	TABLE("kalman", "kalman columns=%u variance=100000000", NULL, 0),
	TABLE("kalman", "kalman columns=%u variance=300000000", NULL, 0),
	TABLE("kalman", "kalman columns=%u variance=1000000000", NULL, 1),
	TABLE("hoeffding", HOEFFDING("20", "63", "1"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("20", "63", "8"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("20", "31", "16"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("20", "63", "16"), NULL, 1),
	TABLE("hoeffding", HOEFFDING("10", "63", "16"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("40", "63", "16"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("20", "127", "16"), NULL, 0),
	TABLE("hoeffding", HOEFFDING("20", "63", "32"), NULL, 0),
	TABLE("logistic-tables", LOGISTIC("1000000", "500000000"), NULL, 0),
	TABLE("logistic-tables", LOGISTIC("10000000", "250000000"), NULL, 0),
	TABLE("logistic-tables", LOGISTIC("10000000", "500000000"), NULL, 1),
	TABLE("logistic-tables", LOGISTIC("10000000", "1000000000"), NULL, 0),
	TABLE("logistic-tables", LOGISTIC("100000000", "500000000"), NULL, 0),
	TABLE("passive-tables", PASSIVE("500000000"), NULL, 0),
	TABLE("passive-tables", PASSIVE("600000000"), NULL, 0),
	TABLE("passive-tables", PASSIVE("700000000"), NULL, 1),
	TABLE("passive-tables", PASSIVE("800000000"), NULL, 0),
	TABLE("passive-tables", PASSIVE("1000000000"), NULL, 0),
	TABLE("nearest", "nearest capacity=8192 columns=%u neighbours=1",
	      NULL, 0),
	TABLE("nearest", "nearest capacity=8192 columns=%u neighbours=2",
	      NULL, 0),
	TABLE("nearest", "nearest capacity=8192 columns=%u neighbours=3",
	      NULL, 1),
	TABLE("nearest", "nearest capacity=8192 columns=%u neighbours=5",
	      NULL, 0),
};

struct choose_set {
	struct labelled train;
	struct labelled_classes classes;
	size_t n;		/* rows that are used */
};

static struct choose_set sets[2][SETS_MAX];
static unsigned wrong;		/* percent of the labels that are learned */
/* Until one is chosen: what was, when all questions were asked. */
static const char *chosen_encoder[2] = {
	[LABELLED_TEXT] = NGRAMS("5", "5", "2"),
	[LABELLED_TABLE] = "scale clip=2000000000",
};

static bool
sets_load(enum labelled_kind kind, const char *folder)
{
	for (size_t i = 0; i < SETS_MAX && names[kind][i] != NULL; i++) {
		struct choose_set *s = &sets[kind][i];
		struct dc_err err = DC_ERR_INIT;
		static char path[2][SETS_MAX][512];

		(void)snprintf(path[kind][i], 512, "%s/%s.train.%s.gz",
			       folder, names[kind][i],
			       kind == LABELLED_TEXT ? "tsv" : "csv");
		if (labelled_load(&s->train, &s->classes, path[kind][i],
				  &err) != DC_OK) {
			printf("%s\n", err.text);
			return false;
		}
		s->n = s->train.n < ROWS_MAX ? s->train.n : ROWS_MAX;
	}
	return true;
}

/* Rows of the set, those in [from, to) or all others; a shallow copy. */
static struct labelled
part_make(const struct choose_set *s, size_t from, size_t to, bool inside)
{
	struct labelled part = s->train;
	size_t columns = part.n_column;

	part.n = 0;
	part.row = dc_calloc(s->n, sizeof(*part.row));
	if (s->train.value != NULL)
		part.value = dc_calloc(s->n * columns, sizeof(*part.value));
	for (size_t i = 0; i < s->n; i++) {
		if ((i >= from && i < to) != inside)
			continue;
		part.row[part.n] = s->train.row[i];
		if (s->train.value != NULL)
			memcpy(part.value + part.n * columns,
			       s->train.value + i * columns,
			       columns * sizeof(*part.value));
		part.n++;
	}
	return part;
}

static void
part_free(struct labelled *part)
{
	free(part->row);
	if (part->value != NULL)
		free(part->value);
}

/* How many of rows [from, to) are right after learning the others. */
static size_t
fold_right(const struct choose_set *s, const char *model, const char *encoder,
	   size_t from, size_t to)
{
	struct labelled learn = part_make(s, from, to, false);
	struct labelled ask = part_make(s, from, to, true);
	struct trial t = { .n_learned = 0 };
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf text;
	size_t right = 0;

	labels_spoil(&learn, s->classes.n, wrong);
	dc_buf_init(&text, 1 << 20);
	if (recipe_spec(&text, &learn, &s->classes, model, encoder, &err) ==
		    DC_OK && trial_init(&t, &text, &err) == DC_OK &&
	    trial_learn(&t, &learn, NULL, NULL, &err) == DC_OK &&
	    trial_ask(&t, &ask, NULL, NULL, &err) == DC_OK)
		right = trial_right(&t);
	else
		printf("%s: %s\n", model, err.text);
	dc_buf_clear(&text);
	trial_clear(&t);
	part_free(&learn);
	part_free(&ask);
	return right;
}

static double
set_percent(const struct choose_set *s, const char *model,
	    const char *encoder)
{
	size_t right = 0, folds = s->n <= FOLDED_MAX ? FOLDS : 1, asked = 0;

	for (size_t f = 0; f < folds; f++) {
		size_t k = folds == 1 ? FOLDS - 1 : f;
		size_t from = k * s->n / FOLDS, to = (k + 1) * s->n / FOLDS;

		right += fold_right(s, model, encoder, from, to);
		asked += to - from;
	}
	return 100 * (double)right / (double)asked;
}

/* With the columns in the place of "%u". */
static void
model_line(char out[LINE], const struct alternative *a,
	   const struct choose_set *s)
{
	size_t at = (size_t)(strstr(a->model, "%u") - a->model);
	unsigned columns = a->kind == LABELLED_TEXT ? 1U << 18 :
		(unsigned)s->train.n_column;

	(void)snprintf(out, LINE, "%.*s%u%s", (int)at, a->model, columns,
		       a->model + at + 2);
}

static double
mean_print(const struct alternative *a)
{
	const char *encoder = a->encoder ? a->encoder :
		chosen_encoder[a->kind];
	double sum = 0;
	size_t i;

	printf("%c %-66s", a->is_ours ? '=' : ' ', a->encoder ? a->encoder :
	       a->model);
	for (i = 0; i < SETS_MAX && names[a->kind][i] != NULL; i++) {
		const struct choose_set *s = &sets[a->kind][i];
		char model[LINE];
		double got;

		model_line(model, a, s);
		got = set_percent(s, model, encoder);
		printf(" %6.2f", got);
		(void)fflush(stdout);
		sum += got;
	}
	printf(" | %6.3f\n", sum / (double)i);
	return sum / (double)i;
}

/* Named on the command line, or none is. */
static bool
is_wanted(const char *question, char **names_wanted)
{
	if (*names_wanted == NULL)
		return true;
	for (; *names_wanted != NULL; names_wanted++)
		if (strcmp(*names_wanted, question) == 0)
			return true;
	return false;
}

/* One question from alternative i on; returns where the next one begins. */
static size_t
question_ask(size_t i)
{
	const struct alternative *first = &alternatives[i], *best = first;
	double most = 0;

	printf("\n%s: %s", first->kind == LABELLED_TEXT ? "texts" : "tables",
	       first->question);
	for (size_t k = 0; k < SETS_MAX && names[first->kind][k]; k++)
		printf("  %s", names[first->kind][k]);
	printf("\n");
	for (; i < DC_ARRAY_LEN(alternatives) &&
	       alternatives[i].kind == first->kind &&
	       strcmp(alternatives[i].question, first->question) == 0; i++) {
		double mean = mean_print(&alternatives[i]);

		if (mean > most) {
			most = mean;
			best = &alternatives[i];
		}
	}
	if (best->encoder != NULL)
		chosen_encoder[best->kind] = best->encoder;
	printf("* %s\n", best->encoder ? best->encoder : best->model);
	return i;
}

/* Other tables than those above, and no texts. */
static void
names_take(char *list)
{
	size_t n = 0;

	if (list == NULL)
		return;
	memset(names, 0, sizeof(names));
	while (list != NULL && n < SETS_MAX) {
		names[LABELLED_TABLE][n++] = list;
		list = strchr(list, ',');
		if (list != NULL)
			*list++ = '\0';
	}
	if (getenv("ENCODER") != NULL)
		chosen_encoder[LABELLED_TABLE] = getenv("ENCODER");
}

int
main(int argc, char **argv)
{
	const char *folder = getenv("DATA_DIR");

	if (folder == NULL)
		folder = "../shared/data";
	if (access(folder, R_OK) != 0) {
		printf("no data in %s: set DATA_DIR\n", folder);
		return EXIT_SUCCESS;
	}
	names_take(getenv("TABLES"));
	if (getenv("WRONG") != NULL)
		wrong = (unsigned)atoi(getenv("WRONG"));
	if (!sets_load(LABELLED_TEXT, folder) ||
	    !sets_load(LABELLED_TABLE, folder))
		return EXIT_FAILURE;
	(void)argc;
	for (size_t i = 0; i < DC_ARRAY_LEN(alternatives);)
		if (names[alternatives[i].kind][0] != NULL &&
		    is_wanted(alternatives[i].question, argv + 1))
			i = question_ask(i);
		else
			i++;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < SETS_MAX; i++) {
			labelled_clear(&sets[k][i].train);
			labelled_classes_clear(&sets[k][i].classes);
		}
	return EXIT_SUCCESS;
}
