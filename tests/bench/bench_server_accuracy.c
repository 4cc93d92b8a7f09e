/*
 * bench_server_accuracy.c: which model for which data. Each type that suits a
 * data set learns its train file once, in order, with the parameters that are
 * fixed for the kind of data, and is asked about its test file; beside that,
 * what scikit-learn 1.2.1 reaches: its best classifier in one online pass,
 * and logistic regression run to convergence.
 *
 *     make bench BENCHES=tests/bench/bench_server_accuracy [DATA_DIR=DIR]
 *
 * The data are no part of the project; without them this prints a line.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/recipe.h"
#include "server/trial.h"

/* Percent on test, from the data folder's README; target: what the best of
 * our types is to reach. 0: none is set. */
static const struct {
	const char *name;
	enum labelled_kind kind;
	double online, converged, target;
} sets[] = {
	{ "imdb", LABELLED_TEXT, 86.9, 88.3, 88.3 },
	{ "sms", LABELLED_TEXT, 98.3, 97.2, 98.3 },
	{ "covidnews", LABELLED_TEXT, 92.1, 94.0, 94.0 },
	{ "clickbait", LABELLED_TEXT, 96.6, 96.9, 97.0 },
	{ "offensive", LABELLED_TEXT, 95.0, 95.7, 95.7 },
	{ "agnews", LABELLED_TEXT, 88.2, 86.9, 88.2 },
	{ "liar", LABELLED_TEXT, 23.7, 24.9, 0 },
	{ "tictactoe", LABELLED_TABLE, 97.2, 97.9, 98.6 },
	{ "titanic", LABELLED_TABLE, 82.2, 82.2, 0 },
	{ "wisdm", LABELLED_TABLE, 78.8, 78.1, 79 },
	{ "occupancy", LABELLED_TABLE, 98.3, 98.9, 98.9 },
	{ "banknote", LABELLED_TABLE, 97.1, 97.6, 99.5 },
	{ "breastcancer", LABELLED_TABLE, 98.8, 98.8, 98.8 },
	{ "optdigits", LABELLED_TABLE, 93.9, 93.8, 97.0 },
};

struct bench_set {
	struct labelled train, test;
	struct labelled_classes classes;
};

static enum dc_status
set_load(struct bench_set *s, char paths[2][512], struct dc_err *err)
{
	enum dc_status st = labelled_load(&s->train, &s->classes, paths[0],
					  err);

	return st != DC_OK ? st
		: labelled_load(&s->test, &s->classes, paths[1], err);
}

/* Percent right on test; negative: it failed, and err says why. */
static double
type_run(const struct bench_set *s, const char *type, struct dc_err *err)
{
	struct trial t = { .n_learned = 0 };
	struct dc_buf text;
	double percent = -1;
	enum dc_status st;

	dc_buf_init(&text, 1 << 20);
	st = recipe_spec(&text, &s->train, &s->classes, type, NULL, err);
	if (st == DC_OK)
		st = trial_init(&t, &text, err);
	if (st == DC_OK)
		st = trial_learn(&t, &s->train, NULL, NULL, err);
	if (st == DC_OK)
		st = trial_ask(&t, &s->test, NULL, NULL, err);
	if (st == DC_OK)
		percent = (double)trial_share(trial_right(&t), t.n_asked) /
			1e7;
	dc_buf_clear(&text);
	trial_clear(&t);
	return percent;
}

/* A column is as wide as its type's name. */
static int
width_of(const char *type)
{
	size_t n = strlen(type);

	return n < 9 ? 9 : (int)n;
}

static void
head_print(enum labelled_kind kind)
{
	size_t i;

	printf("\n%-13s", kind == LABELLED_TEXT ? "texts" : "tables");
	for (i = 0; recipe_type(kind, NULL, i) != NULL; i++)
		printf(" %*s", width_of(recipe_type(kind, NULL, i)),
		       recipe_type(kind, NULL, i));
	printf(" | online converged | target\n");
}

/* One line of the table; whether the target is reached. */
static bool
set_run(size_t k, const char *folder)
{
	const char *end = sets[k].kind == LABELLED_TEXT ? "tsv" : "csv";
	struct bench_set s = { .classes = { 0, NULL } };
	struct dc_err err = DC_ERR_INIT;
	char paths[2][512];
	double best = 0;
	size_t i;

	snprintf(paths[0], 512, "%s/%s.train.%s.gz", folder, sets[k].name, end);
	snprintf(paths[1], 512, "%s/%s.test.%s.gz", folder, sets[k].name, end);
	if (set_load(&s, paths, &err) == DC_OK) {
		printf("%-13s", sets[k].name);
		for (i = 0; recipe_type(sets[k].kind, NULL, i) != NULL; i++) {
			const char *type = recipe_type(sets[k].kind, NULL, i);
			uint32_t most = model_find(type)->classes_max;
			double got = most != 0 && s.classes.n > most ? -1
				: type_run(&s, type, &err);

			if (got < 0)	/* it tells fewer classes apart */
				printf(" %*s", width_of(type), "-");
			else
				printf(" %*.2f", width_of(type), got);
			fflush(stdout);
			best = got > best ? got : best;
		}
		printf(" | %6.1f %9.1f | %6.1f%s\n", sets[k].online,
		       sets[k].converged, sets[k].target,
		       best >= sets[k].target ? "" : " not reached");
	}
	if (err.text[0] != '\0')
		printf("%s: %s\n", sets[k].name, err.text);
	labelled_clear(&s.train);
	labelled_clear(&s.test);
	labelled_classes_clear(&s.classes);
	return best >= sets[k].target;
}

int
main(void)
{
	const char *folder = getenv("DATA_DIR");
	unsigned reached = 0;
	size_t k;

	if (folder == NULL)
		folder = "../shared/data";
	if (access(folder, R_OK) != 0) {
		printf("no data in %s: set DATA_DIR\n", folder);
		return EXIT_SUCCESS;
	}
	printf("percent right on test after one pass over train\n");
	for (k = 0; k < DC_ARRAY_LEN(sets); k++) {
		if (k == 0 || sets[k].kind != sets[k - 1].kind)
			head_print(sets[k].kind);
		reached += set_run(k, folder);
	}
	printf("\ntargets reached: %u of %zu\n", reached,
	       DC_ARRAY_LEN(sets));
	return EXIT_SUCCESS;
}
