/*
 * bench_server_suspicion.c: how well suspicion finds flipped labels, and what
 * it costs beside learning. Each file in its order, a label in ten
 * flipped to another one of the classes: average precision of the ranking by
 * suspicion, of the half that came later, and of chance; microseconds a row,
 * and as a part of what one pass of the recommended model takes.
 *
 * The parameters (votes, postings, weights) were chosen on the train files;
 * the test files were asked once, afterwards.
 *
 *     make bench BENCHES=tests/bench/bench_server_suspicion [DATA_DIR=DIR]
 *     tests/bench/bench_server_suspicion sms.test.tsv clickbait.test.tsv
 *
 * The data are no part of the project; without them this prints a line.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/encoder.h"
#include "models/learner.h"
#include "models/suspicion.h"
#include "server/recipe.h"
#include "tests/bench/bench.h"

#define SEEDS 3

static const char *const sets[] = {
	"sms.train.tsv", "clickbait.train.tsv", "covidnews.train.tsv",
	"offensive.train.tsv", "agnews.train.tsv", "liar.train.tsv",
	"imdb.train.tsv", "tictactoe.train.csv", "titanic.train.csv",
	"wisdm.train.csv", "occupancy.train.csv", "banknote.train.csv",
	"breastcancer.train.csv", "optdigits.train.csv",
	"sms.test.tsv", "clickbait.test.tsv",
};

struct entry {
	uint32_t ppm;
	bool flipped;
};

struct run {
	struct labelled data;
	struct labelled_classes classes;
	struct model_spec spec;
	struct sample_room *room;
	struct entry *entry;		/* (data.n) */
	double precision, later, chance, see_s, learn_s;
};

static double cpu_s(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_suspicion(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->ppm < y->ppm) - (x->ppm > y->ppm);
}

/* Source: Manning, Raghavan, Schuetze 2008, 8.4. */
static double precision_of(const struct entry *from, size_t n)
{
	struct entry *list = dc_calloc(n + 1, sizeof(*list));
	double sum = 0;
	size_t hits = 0;

	memcpy(list, from, n * sizeof(*list));
	qsort(list, n, sizeof(*list), by_suspicion);
	for (size_t i = 0; i < n; i++)
		if (list[i].flipped)
			sum += (double)++hits / (double)(i + 1);
	free(list);
	return hits == 0 ? 0 : sum / (double)hits;
}

static bool encode(struct run *r, size_t i, struct sample *x)
{
	struct encoder_input in = { .kind = ENCODER_TEXT,
				    .text = r->data.row[i].text,
				    .n = r->data.row[i].len };
	struct dc_err err = DC_ERR_INIT;

	if (r->data.kind == LABELLED_TABLE)
		in = (struct encoder_input){
			.kind = ENCODER_FEATURES, .n = r->data.n_column,
			.feature = r->data.value + i * r->data.n_column
		};
	return encoder_encode(x, &r->spec, r->room, &in, &err) == DC_OK;
}

/* One row: suspected, then learned, each timed. */
static void row(struct run *r, size_t i, uint64_t *seed, struct suspicion *s,
		struct learner *l, struct sample_room *decoded)
{
	uint32_t label = r->data.row[i].label, n = r->classes.n;
	struct addr20 who = { { (uint8_t)(bench_random(seed) % 50) } };
	struct suspicion_case c = { .label = label, .contributor = &who };
	struct lesson_input in = { .novelty = NOVELTY_NEW };
	struct learn_result got;
	struct sample x;
	struct dc_buf b;
	double began;

	if (!encode(r, i, &x))
		return;
	r->entry[i].flipped = bench_random(seed) % 10 == 0;
	if (r->entry[i].flipped)
		c.label = (label + 1 +
			   (uint32_t)(bench_random(seed) % (n - 1))) % n;
	c.x = &x;
	began = cpu_s();
	r->entry[i].ppm = suspicion_see(s, &c);
	r->see_s += cpu_s() - began;
	dc_buf_init(&b, 1 << 22);
	sample_encode(&b, &x);
	in.sample = b.data;
	in.sample_len = b.len;
	in.label = c.label;
	began = cpu_s();
	learner_learn(l, &got, &in, decoded);
	r->learn_s += cpu_s() - began;
	dc_buf_clear(&b);
}

static void once(struct run *r, uint64_t seed)
{
	struct sample_room *decoded = dc_malloc(sizeof(*decoded));
	int64_t *cells = dc_calloc(learner_cells(&r->spec), 8);
	void *work = dc_malloc(learner_work_size(&r->spec));
	void *block = dc_malloc(suspicion_size(&r->spec));
	size_t n = r->data.n;
	struct suspicion s;
	struct learner l;

	suspicion_init(&s, &r->spec, block);
	learner_init(&l, &r->spec, cells, work);
	for (size_t i = 0; i < n; i++)
		row(r, i, &seed, &s, &l, decoded);
	r->precision += precision_of(r->entry, n) / SEEDS;
	r->later += precision_of(r->entry + n / 2, n - n / 2) / SEEDS;
	for (size_t i = 0; i < n; i++)
		r->entry[i].ppm =
			(uint32_t)(bench_random(&seed) % SUSPICION_ONE);
	r->chance += precision_of(r->entry, n) / SEEDS;
	free(block);
	free(work);
	free(cells);
	free(decoded);
}

static void tell(const struct run *r, const char *name)
{
	double rows = (double)r->data.n * SEEDS;

	printf("%-22s %6zu rows %2u classes: %.3f (later half %.3f, chance "
	       "%.3f); %.1f us a row, %.2f of learning it\n", name,
	       r->data.n, r->classes.n, r->precision, r->later, r->chance,
	       r->see_s / rows * 1e6, r->see_s / r->learn_s);
	fflush(stdout);
}

static void set_run(const char *folder, const char *name)
{
	struct run r = { .room = dc_malloc(sizeof(*r.room)) };
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf text;
	char path[512];
	enum dc_status st;

	(void)snprintf(path, sizeof(path), "%s/%s.gz", folder, name);
	dc_buf_init(&text, 1 << 20);
	st = labelled_load(&r.data, &r.classes, path, &err);
	if (st == DC_OK)
		st = recipe_spec(&text, &r.data, &r.classes, NULL, NULL, &err);
	if (st == DC_OK)
		st = spec_parse(&r.spec, dc_buf_text(&text), text.len, &err);
	if (st == DC_OK) {
		r.entry = dc_calloc(r.data.n + 1, sizeof(*r.entry));
		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			once(&r, seed);
		tell(&r, name);
	} else {
		printf("%s: %s\n", name, err.text);
	}
	free(r.entry);
	spec_clear(&r.spec);
	dc_buf_clear(&text);
	labelled_clear(&r.data);
	labelled_classes_clear(&r.classes);
	free(r.room);
}

/* argv  the sets; none: all */
int main(int argc, char **argv)
{
	const char *folder = getenv("DATA_DIR");

	if (folder == NULL)
		folder = "../shared/data";
	if (access(folder, R_OK) != 0) {
		printf("bench_server_suspicion: skipped: no %s\n", folder);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		set_run(folder, argv[i]);
	for (size_t i = 0; argc < 2 && i < DC_ARRAY_LEN(sets); i++)
		set_run(folder, sets[i]);
	return 0;
}
