/*
 * bench_server_text.c: from a file of texts to a model that has learned them:
 * read, cut into words, hashed, predicted, learned; one thread, one pass,
 * 100,000 texts of 66 words, 2^18 columns. Beside it Debian's fasttext on the
 * same texts, and how near one pass comes to where a solver that sees all rows
 * many times ends (Debian's liblinear-tools, logistic regression).
 *
 *     make bench BENCHES=tests/bench/bench_server_text
 *
 * Words are drawn from a seed by Zipf's law out of 200,000; the label is
 * drawn by the logistic of the sum of hidden weights, so that converged
 * logistic regression, at the best of several costs, is right about 71 % of
 * new rows. Targets: at least 0.971 of the share that liblinear gets right
 * (0.70 of 0.721), faster than fasttext. Vowpal Wabbit took 0.26 to 0.41 s
 * for as many on such a machine.
 * Exit status 1: a target is missed. Without a peer a line says so.
 */

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "models/encoder.h"
#include "server/recipe.h"
#include "server/trial.h"
#include "tests/bench/bench.h"

#define LEARNED 100000
#define ASKED 20000
#define WORDS 66
#define VOCABULARY 200000
#define COLUMNS (1 << 18)
#define STEEPNESS .5		/* of the labels' logistic */
#define ONE_PASS .971
#define ROUNDS 3

static uint32_t word[LEARNED + ASKED][WORDS];
static uint8_t label[LEARNED + ASKED];
static char folder[64] = "/tmp/decaid-bench-XXXXXX";
static unsigned n_missed;

/* In [0, 1). */
static double
next_share(uint64_t *state)
{
	return ldexp((double)(bench_random(state) >> 11), -53);
}

static bool
is_in(const uint32_t *row, size_t n, uint32_t w)
{
	for (size_t i = 0; i < n; i++)
		if (row[i] == w)
			return true;
	return false;
}

static void
rows_make(void)
{
	uint64_t state = 1;

	for (size_t i = 0; i < LEARNED + ASKED; i++) {
		double sum = 0;

		for (size_t k = 0; k < WORDS;) {
			uint32_t w = (uint32_t)pow(VOCABULARY,
						   next_share(&state));
			uint64_t hidden = w;

			if (is_in(word[i], k, w))
				continue;
			word[i][k++] = w;
			sum += 2 * next_share(&hidden) - 1;
		}
		label[i] = next_share(&state) <
			1 / (1 + exp(-STEEPNESS * sum));
	}
}

static char *
path_of(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *out = path[turn++ % 4];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

static const char *
name_of(char out[16], uint32_t w)
{
	(void)snprintf(out, 16, "w%u", w);
	return out;
}

enum form { FORM_OURS, FORM_FASTTEXT, FORM_LIBLINEAR };

static int
column_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The same columns as ours, from 1. */
static void
columns_print(FILE *f, const uint32_t *row)
{
	uint32_t column[WORDS];
	char name[16];

	for (size_t k = 0; k < WORDS; k++) {
		(void)name_of(name, row[k]);
		column[k] = encoder_murmur3(name, strlen(name), 0) % COLUMNS;
	}
	qsort(column, WORDS, sizeof(*column), column_order);
	for (size_t k = 0; k < WORDS; k++)
		if (k == 0 || column[k] != column[k - 1])
			(void)fprintf(f, " %u:1", column[k] + 1);
}

static void
rows_write(const char *name, enum form form, size_t from, size_t n)
{
	static const char *const before[] = { "", "__label__", "" };
	FILE *f = fopen(path_of(name), "w");
	char text[16];

	DC_CHECK(f);
	for (size_t i = from; i < from + n; i++) {
		(void)fprintf(f, "%s%d%s", before[form], label[i],
			      form == FORM_OURS ? "\t" : "");
		if (form == FORM_LIBLINEAR)
			columns_print(f, word[i]);
		for (size_t k = 0; k < WORDS && form != FORM_LIBLINEAR; k++)
			(void)fprintf(f, "%s%s", k > 0 || form != FORM_OURS ?
				      " " : "", name_of(text, word[i][k]));
		(void)fputc('\n', f);
	}
	DC_CHECK(fclose(f) == 0);
}

static double
cpu_s(int who)
{
	struct rusage r;

	DC_CHECK(getrusage(who, &r) == 0);
	return (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec * 1e-6 +
		(double)r.ru_stime.tv_sec + (double)r.ru_stime.tv_usec * 1e-6;
}

struct run {
	double seconds, right;	/* CPU; share of the asked rows */
};

/* File to model; then the rows that it has not seen. */
static struct run
ours_once(const char *type)
{
	struct labelled train, test;
	struct labelled_classes classes = { 0, NULL };
	struct trial t = { .n_learned = 0 };
	struct dc_err err = DC_ERR_INIT;
	double began = cpu_s(RUSAGE_SELF);
	struct dc_buf spec;
	struct run out;

	dc_buf_init(&spec, 1 << 20);
	DC_CHECK(labelled_load(&train, &classes, path_of("train.tsv"),
			       &err) == DC_OK);
	DC_CHECK(recipe_spec(&spec, &train, &classes, type, "murmur3-words",
			     &err) == DC_OK);
	DC_CHECK(trial_init(&t, &spec, &err) == DC_OK);
	DC_CHECK(trial_learn(&t, &train, NULL, NULL, &err) == DC_OK);
	out.seconds = cpu_s(RUSAGE_SELF) - began;
	DC_CHECK(labelled_load(&test, &classes, path_of("test.tsv"), &err) ==
		 DC_OK);
	DC_CHECK(trial_ask(&t, &test, NULL, NULL, &err) == DC_OK);
	out.right = (double)trial_right(&t) / ASKED;
	dc_buf_clear(&spec);
	trial_clear(&t);
	labelled_clear(&train);
	labelled_clear(&test);
	labelled_classes_clear(&classes);
	return out;
}

/* CPU seconds of a command that the shell runs; negative: it failed. */
static double
command_run(const char *command)
{
	double began = cpu_s(RUSAGE_CHILDREN);

	return system(command) == 0 ? cpu_s(RUSAGE_CHILDREN) - began : -1;
}

static double
fasttext_run(void)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "fasttext supervised -input "
		       "%s -output %s -thread 1 -epoch 1 -dim 10 -bucket 0 "
		       "-minCount 1 -verbose 0 >/dev/null 2>&1",
		       path_of("train.fasttext"), path_of("model"));
	return command_run(command);
}

/* Best of the rounds, by turns with the peer's.
 * peer  CPU seconds; negative: it is not there */
static void
ours_race(const char *type, double *fasttext, struct run *out)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct run r = ours_once(type);
		double peer = *fasttext < 0 ? -1 : fasttext_run();

		if (i == 0 || r.seconds < out->seconds)
			*out = r;
		if (peer >= 0 && peer < *fasttext)
			*fasttext = peer;
	}
}

/* Share right of `liblinear-predict`'s one line; negative: none. */
static double
liblinear_once(const char *cost)
{
	double right = -1;
	char command[512], line[128];
	FILE *f;

	(void)snprintf(command, sizeof(command), "liblinear-train -s 0 -c %s "
		       "-B 1 -q %s %s 2>/dev/null", cost, path_of("train.svm"),
		       path_of("model.svm"));
	if (command_run(command) < 0)
		return -1;
	(void)snprintf(command, sizeof(command), "liblinear-predict %s %s %s",
		       path_of("test.svm"), path_of("model.svm"),
		       path_of("said"));
	f = popen(command, "r");
	if (f == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Accuracy = %lf", &right) == 1)
			right /= 100;
	(void)pclose(f);
	return right;
}

/* The best of several costs, on the very rows that are asked. */
static double
liblinear_right(void)
{
	static const char *const costs[] = { "0.001", "0.003", "0.01", "0.1" };
	double best = -1;

	for (size_t i = 0; i < DC_ARRAY_LEN(costs); i++)
		best = fmax(best, liblinear_once(costs[i]));
	return best;
}

static void
type_print(const char *type, double converged)
{
	double fasttext = access("/usr/bin/fasttext", X_OK) == 0 ? 1e9 : -1;
	struct run r = { 0, 0 };

	ours_race(type, &fasttext, &r);
	printf("  decaid %-18s %6.3f s %8.0f samples/s", type, r.seconds,
	       LEARNED / r.seconds);
	if (fasttext >= 0)
		printf("  fasttext %.3f s: ratio %.2f", fasttext,
		       fasttext / r.seconds);
	printf("  right %.2f %%", 100 * r.right);
	if (converged > 0)
		printf(": %.3f of converged", r.right / converged);
	putchar('\n');
	n_missed += fasttext >= 0 && r.seconds > fasttext;
	if (strcmp(type, "blend") == 0 || strcmp(type, "logistic") == 0)
		n_missed += converged > 0 && r.right < ONE_PASS * converged;
}

int
main(void)
{
	static const char *const types[] = {
		"blend", "logistic", "naive-bayes", "passive-aggressive",
		"sparse-perceptron"
	};
	char remove_all[80];
	double converged;

	DC_CHECK(mkdtemp(folder));
	rows_make();
	rows_write("train.tsv", FORM_OURS, 0, LEARNED);
	rows_write("test.tsv", FORM_OURS, LEARNED, ASKED);
	rows_write("train.fasttext", FORM_FASTTEXT, 0, LEARNED);
	rows_write("train.svm", FORM_LIBLINEAR, 0, LEARNED);
	rows_write("test.svm", FORM_LIBLINEAR, LEARNED, ASKED);
	converged = liblinear_right();
	printf("text to learned, one thread: %d texts of %d words, %d columns"
	       "\n", LEARNED, WORDS, COLUMNS);
	if (converged < 0)
		printf("  liblinear-tools is not installed: one pass is "
		       "compared with nothing\n");
	else
		printf("  liblinear, converged: right %.2f %%; target: %.3f of "
		       "it after one pass, of blend and logistic\n",
		       100 * converged, ONE_PASS);
	if (access("/usr/bin/fasttext", X_OK) != 0)
		printf("  fasttext is not installed: not raced\n");
	for (size_t i = 0; i < DC_ARRAY_LEN(types); i++)
		type_print(types[i], converged);
	printf("  Vowpal Wabbit: 0.26 to 0.41 s, recorded on a machine of "
	       "this class\n");
	(void)snprintf(remove_all, sizeof(remove_all), "rm -r %s", folder);
	(void)command_run(remove_all);
	return n_missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
