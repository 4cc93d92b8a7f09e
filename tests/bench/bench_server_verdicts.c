/*
 * bench_server_verdicts.c: the verdict rules under attack, on real data, by
 * the simulator: what models/VERDICTS.md shows.
 *
 *     make bench BENCHES=tests/bench/bench_server_verdicts DATA_DIR=DIR
 *
 * DIR has NAME.train.tsv.gz or .csv.gz; without it there is a line that says
 * so. VERDICT_SEEDS runs each case so often. Arguments: a model type, for its
 * sets alone; and margins, in 10^-9, of a jury of six each in place of the
 * rules: how a type's margin is chosen. The details are of the last one.
 *
 *     tests/bench/bench_server_verdicts logistic 1500000000 2000000000
 */

#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/scenario.h"
#include "server/sim_run.h"

#define TEXT_BYTES 4096
#define THREADS 2

struct set {
	const char *name, *file;
	const char *model, *encoder;
	const char *margin, *credit, *known;
	unsigned rows, warm;
	const char *one_class;
	unsigned days;		/* that the rows take, about */
};

#define BAYES "naive-bayes columns=16384 smoothing=100000000"
#define LOGISTIC(columns) "logistic columns=" columns \
	" epsilon=10000000 learning-rate=500000000"
#define PASSIVE(columns) "passive-aggressive aggressiveness=700000000" \
	" columns=" columns " horizon=80000"

static const struct set sets[] = {
	{ "sms", "sms.train.tsv.gz", LOGISTIC("65536"), "murmur3-words",
	  "1500000000", "2000000000", "8", 3000, 800, "SPAM", 5 },
	{ "clickbait", "clickbait.train.tsv.gz", LOGISTIC("65536"),
	  "murmur3-words", "1500000000", "2000000000", "8", 6000, 2000,
	  "CLICKBAIT", 10 },
	{ "occupancy", "occupancy.train.csv.gz", LOGISTIC("5"), "scale",
	  "1500000000", "2000000000", "8", 3000, 800, "OCCUPIED", 5 },
	{ "sms", "sms.train.tsv.gz", BAYES, "murmur3-words", "5000000000",
	  "5000000000", "16", 3000, 800, "SPAM", 5 },
	{ "clickbait", "clickbait.train.tsv.gz", BAYES, "murmur3-words",
	  "5000000000", "5000000000", "16", 6000, 2000,
	  "CLICKBAIT", 10 },
	{ "sms", "sms.train.tsv.gz", PASSIVE("65536"), "murmur3-words",
	  "1600000000", "1500000000", "8", 3000, 800, "SPAM", 5 },
	{ "clickbait", "clickbait.train.tsv.gz", PASSIVE("65536"),
	  "murmur3-words", "1600000000", "1500000000", "8", 6000, 2000,
	  "CLICKBAIT", 10 },
	{ "occupancy", "occupancy.train.csv.gz", PASSIVE("5"), "scale",
	  "1600000000", "1500000000", "8", 3000, 800, "OCCUPIED", 5 },
};

/* %M is the margin of the set's model: one nat and a half of a calibrated
 * one, five of naive Bayes, which is surer of itself than it should be, and
 * whose folds are asked later, %K. The
 * last one is what the details are shown of. */
static const char *const rules[] = {
	"two-fold credit=%C margin=%M",
	"k-fold credit=%C folds=6 margin=%M",
	"sketch-fold credit=%C folds=6 margin=%M",
	"support credit=%C folds=6 margin=%M support=2",
	"jury credit=%C folds=4 known=%K margin=%M recent=8192",
	"jury credit=%C folds=10 known=%K margin=%M recent=8192",
	"jury credit=%C folds=6 known=%K margin=%M recent=8192",
};

/* wait: 15m is a row in six, 6m one in three. %C is the set's class, %D
 * its days, %P a third of them. */
static const struct attack {
	const char *name, *agent;
} attacks[] = {
	{ "plain flips", "wait=15m~5m wrong=1" },
	{ "words of his own", "wait=15m~5m wrong=1 private=5" },
	{ "exact copies", "wait=15m~5m wrong=1 copies=3" },
	{ "near copies, in all folds", "wait=15m~5m wrong=1 copies=3 near=1" },
	{ "good rows copied for karma", "wait=15m~5m copies=3" },
	{ "good rows nearly copied for karma",
	  "wait=15m~5m copies=3 near=1" },
	{ "near copies, two changes", "wait=15m~5m wrong=1 copies=3 near=2" },
	{ "good rows for karma, two changes",
	  "wait=15m~5m copies=3 near=2" },
	{ "slow drift", "wait=15m~5m wrong=1 drift=%Dd" },
	{ "one class", "wait=15m~5m wrong=1 class=%C" },
	{ "a third of the stake", "wait=6m~2m wrong=1" },
	{ "3 accounts, words of their own",
	  "wait=15m~5m wrong=1 private=5 accounts=3" },
	{ "3 accounts, words primed by good rows",
	  "wait=15m~5m wrong=1 private=5 accounts=3 prime=%Pd" },
	{ "3 accounts, the same rows",
	  "wait=15m~5m wrong=1 copies=2 accounts=3" },
	{ "12 accounts, words of their own",
	  "wait=15m~5m wrong=1 private=5 accounts=12" },
	{ "12 accounts, the same rows",
	  "wait=15m~5m wrong=1 copies=11 accounts=12" },
};

enum { N_SETS = DC_ARRAY_LEN(sets), N_RULES = DC_ARRAY_LEN(rules),
	N_ATTACKS = DC_ARRAY_LEN(attacks) };

/* What the arguments ask for. */
static const char *type;		/* NULL: every one */
static const char *const *margins;	/* NULL: the rules, each set's margin */
static size_t n_columns = N_RULES;	/* of a table: rules, or margins */

struct cell {
	struct sim_verdicts v;
	double cost;		/* of the attacker, in deposits a row */
	double drop;		/* of accuracy at the end, points */
	bool ran;
};

static struct cell cells[N_SETS][2][N_RULES][N_ATTACKS];	/* or margins */
static const char *dir;
static unsigned seeds = 2;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t next;

static bool
is_asked_for(const struct set *set)
{
	size_t n = strcspn(set->model, " ");

	return type == NULL || (strlen(type) == n &&
				strncmp(type, set->model, n) == 0);
}

/* Text with a set's own values for %C, %D, %P, %M and %K. A margin of NULL is
 * the set's. */
static void
fill(char *out, size_t room, const char *text, const struct set *set,
     bool is_rule, const char *margin)
{
	size_t n = 0;

	for (; *text != '\0' && n + 64 < room; text++)
		if (*text != '%')
			out[n++] = *text;
		else if (*++text == 'C')
			n += (size_t)snprintf(out + n, room - n, "%s",
					      is_rule ? set->credit :
					      set->one_class);
		else if (*text == 'M' || *text == 'K')
			n += (size_t)snprintf(out + n, room - n, "%s",
					      *text == 'K' ? set->known :
					      margin != NULL ? margin :
					      set->margin);
		else
			n += (size_t)snprintf(out + n, room - n, "%u",
					      *text == 'D' ? set->days :
					      (set->days + 2) / 3);
	out[n] = '\0';
}

static void
compose(char *out, const struct set *set, bool warm, size_t column,
	const struct attack *attack, unsigned seed)
{
	char agent[256], filled[256];

	fill(agent, sizeof(agent), attack->agent, set, false, NULL);
	if (margins != NULL)
		fill(filled, sizeof(filled), rules[N_RULES - 1], set, true,
		     margins[column]);
	else
		fill(filled, sizeof(filled), rules[column], set, true, NULL);
	snprintf(out, TEXT_BYTES, "decaid-scenario 1\nseed %u\n"
		 "data file=%s/%s held-out=0.2 rows=%u seed=%u\n"
		 "start %u\nmeasure 5d\nmodel %s\nencoder %s\nverdict %s\n"
		 "incentive stake floor=1000 cap=1000 refund=4h epoch=1h "
		 "challenge=10m reporter=1000\n"
		 "agent Honest balance=1000000000 deposit=1000 wait=3m~1m "
		 "accounts=20\n"
		 "agent Bad balance=1000000000 deposit=1000 %s\n",
		 seed, dir, set->file, set->rows + (warm ? set->warm : 0),
		 seed, warm ? set->warm : 0, set->model, set->encoder, filled,
		 agent);
}

static double
lost(const struct scenario *s, const struct sim_result *r)
{
	uint64_t start = 0, end = 0;

	DC_CHECK(u256_to_u64(&start, s->agent[1].start_wei.v));
	DC_CHECK(u256_to_u64(&end, r->account[1].balance_wei.v));
	if (r->account[1].n_contributed == 0)
		return 0;
	return ((double)start - (double)end) / 1000 /
		r->account[1].n_contributed;
}

static void
verdicts_add(struct sim_verdicts *to, const struct sim_verdicts *v)
{
	int i;

	for (i = 0; i < 4; i++) {
		to->right[i] += v->right[i];
		to->wrong[i] += v->wrong[i];
	}
	to->copies += v->copies;
	to->copies_credited += v->copies_credited;
}

static void
cell_run(struct cell *c, const struct set *set, bool warm, size_t column,
	 const struct attack *attack)
{
	char text[TEXT_BYTES];
	unsigned seed;

	for (seed = 1; seed <= seeds; seed++) {
		struct dc_err err = DC_ERR_INIT;
		struct scenario s;
		struct sim_result r;

		compose(text, set, warm, column, attack, seed);
		if (scenario_parse(&s, "bench", text, strlen(text), NULL, 0,
				   &err) != DC_OK) {
			fprintf(stderr, "%s\n", err.text);
			exit(EXIT_FAILURE);
		}
		sim_run(&r, &s, NULL, NULL);
		verdicts_add(&c->v, &r.verdicts);
		c->cost += lost(&s, &r) / seeds;
		c->drop += (double)(r.baseline_fx9 - r.accuracy[
			r.n_accuracy - 1].accuracy_fx9) / 1e7 / seeds;
		sim_result_clear(&r);
		scenario_clear(&s);
	}
	c->ran = true;
}

static void *
runner(void *unused)
{
	for (;;) {
		size_t i;

		pthread_mutex_lock(&lock);
		i = next++;
		pthread_mutex_unlock(&lock);
		if (i >= N_SETS * 2 * n_columns * N_ATTACKS)
			return NULL;
		size_t a = i % N_ATTACKS, k = i / N_ATTACKS % n_columns;
		size_t w = i / N_ATTACKS / n_columns % 2;
		size_t set = i / N_ATTACKS / n_columns / 2;

		if (is_asked_for(&sets[set]))
			cell_run(&cells[set][w][k][a], &sets[set], w == 1, k,
				 &attacks[a]);
	}
}

static double
part(const unsigned v[4], unsigned from, unsigned to)
{
	double all = v[0] + v[1] + v[2] + v[3], sum = 0;

	for (; from <= to; from++)
		sum += v[from];
	return all == 0 ? 0 : 100 * sum / all;
}

static void
row_print(const struct cell *c, const char *name)
{
	if (!c->ran)
		return;
	printf("| %s | %.1f | %.1f | ", name, part(c->v.right, 0, 0),
	       part(c->v.right, 3, 3));
	if (c->v.wrong[0] + c->v.wrong[1] + c->v.wrong[2] + c->v.wrong[3] == 0)
		printf("- | - | ");
	else
		printf("%.1f | %.1f | ", part(c->v.wrong, 2, 3),
		       part(c->v.wrong, 0, 0));
	if (c->v.copies == 0)
		printf("- | ");
	else
		printf("%.2f | ", 100.0 * c->v.copies_credited / c->v.copies);
	printf("%.2f | %.1f |\n", c->cost, c->drop);
}

/* "two-fold", "jury of 6", "margin 1.3" */
static void
column_print(size_t k)
{
	const char *rule = rules[k];
	const char *folds = strstr(rule, "folds=");

	if (margins != NULL) {
		printf("margin %g", strtod(margins[k], NULL) / 1e9);
		return;
	}
	printf("%.*s", (int)strcspn(rule, " "), rule);
	if (folds != NULL)
		printf(" of %.*s", (int)strspn(folds + 6, "0123456789"),
		       folds + 6);
}

/* Honest condemned / bad agreed / copies credited, of each rule. */
static void
cell_print(const struct cell *c)
{
	if (!c->ran)
		return;
	printf(" %.1f / ", part(c->v.right, 0, 0));
	if (c->v.wrong[0] + c->v.wrong[1] + c->v.wrong[2] + c->v.wrong[3] == 0)
		printf("-");
	else
		printf("%.1f", part(c->v.wrong, 2, 3));
	if (c->v.copies != 0)
		printf(" / %.2f", 100.0 * c->v.copies_credited / c->v.copies);
	printf(" |");
}

static void
title_print(size_t set, size_t w)
{
	printf("\n### %s, %.*s, from %s\n\n", sets[set].name,
	       (int)strcspn(sets[set].model, " "), sets[set].model,
	       w == 0 ? "an empty model" : "a warm one");
}

static void
matrix_print(size_t set, size_t w)
{
	size_t k, a;

	title_print(set, w);
	printf("| attack |");
	for (k = 0; k < n_columns; k++) {
		printf(" ");
		column_print(k);
		printf(" |");
	}
	printf("\n|---|");
	for (k = 0; k < n_columns; k++)
		printf("---|");
	for (a = 0; a < N_ATTACKS; a++) {
		printf("\n| %s |", attacks[a].name);
		for (k = 0; k < n_columns; k++)
			cell_print(&cells[set][w][k][a]);
	}
	printf("\n");
}

static void
details_print(size_t set, size_t w)
{
	size_t a;

	title_print(set, w);
	printf("| attack | honest condemned | honest credited | bad agreed "
	       "| bad condemned | copies credited | a row costs | accuracy "
	       "lost |\n|---|---|---|---|---|---|---|---|\n");
	for (a = 0; a < N_ATTACKS; a++)
		row_print(&cells[set][w][n_columns - 1][a], attacks[a].name);
}

static void
tables_print(void)
{
	size_t i, w;

	printf("## %s: honest rows condemned / bad rows agreed with / "
	       "copies credited, %%\n", margins == NULL ? "Every rule" :
	       "The jury of six by its margin");
	for (i = 0; i < N_SETS; i++)
		for (w = 0; w < 2 && is_asked_for(&sets[i]); w++)
			matrix_print(i, w);
	printf("\n## The jury of six");
	if (margins != NULL)
		printf(", margin %g", strtod(margins[n_columns - 1], NULL) / 1e9);
	printf("\n");
	for (i = 0; i < N_SETS; i++)
		for (w = 0; w < 2 && is_asked_for(&sets[i]); w++)
			details_print(i, w);
}

static void
arguments_read(int argc, char **argv)
{
	if (argc > 1)
		type = argv[1];
	if (argc > 2) {
		margins = (const char *const *)argv + 2;
		n_columns = (size_t)argc - 2;
	}
	if (n_columns > N_RULES) {
		fprintf(stderr, "at most %d margins\n", N_RULES);
		exit(EXIT_FAILURE);
	}
}

int
main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	size_t i;
	char path[512];

	arguments_read(argc, argv);
	dir = getenv("DATA_DIR") != NULL ? getenv("DATA_DIR")
					 : "../shared/data";
	if (getenv("VERDICT_SEEDS") != NULL)
		seeds = (unsigned)atoi(getenv("VERDICT_SEEDS"));
	snprintf(path, sizeof(path), "%s/%s", dir, sets[0].file);
	if (access(path, R_OK) != 0) {
		printf("skipped: no %s (DATA_DIR=DIR says where)\n", path);
		return EXIT_SUCCESS;
	}
	for (i = 0; i < THREADS; i++)
		DC_CHECK(pthread_create(&thread[i], NULL, runner, NULL) == 0);
	for (i = 0; i < THREADS; i++)
		DC_CHECK(pthread_join(thread[i], NULL) == 0);
	tables_print();
	return EXIT_SUCCESS;
}
