/*
 * bench_models_learn.c: learning and predicting, one sample at a time,
 * against plain C loops that do the same arithmetic and nothing else, in
 * memory of the same kind: 100,000 samples, 2^18 columns, 66 non-zero.
 *
 *     make bench BENCHES=tests/bench/bench_models_learn
 */

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/learner.h"
#include "tests/bench/bench.h"
#include "tests/unit/learner_room.h"

#define SAMPLES 100000
#define COLUMNS (1 << 18)
#define NONZERO 66
#define N_CLASS 2
#define RATE 1000000000

/* Labels come from a hidden linear model, so that there is something to
 * learn. */
static uint32_t (*index_of)[NONZERO];
static uint32_t *label_of;

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
data_make(void)
{
	uint64_t state = 1;
	int64_t sum;
	size_t i, n;

	index_of = dc_calloc(SAMPLES, sizeof(*index_of));
	label_of = dc_calloc(SAMPLES, sizeof(*label_of));
	for (i = 0; i < SAMPLES; i++) {
		for (n = 0; n < NONZERO;) {
			for (; n < NONZERO; n++) {
				uint64_t r = next_random(&state);

				/* words are not evenly frequent */
				index_of[i][n] = (uint32_t)
					((r >> 32) % COLUMNS >> (r % 8));
			}
			n = sample_sort_unique(index_of[i], NONZERO);
		}
		sum = 0;
		for (n = 0; n < NONZERO; n++) {
			uint64_t hidden = index_of[i][n];

			sum += (int64_t)(next_random(&hidden) % 201) - 100;
		}
		label_of[i] = sum > 0;
	}
}

static struct sample
sample_at(size_t i)
{
	return (struct sample){
		SAMPLE_BINARY, NONZERO, index_of[i % SAMPLES], NULL
	};
}

/* What a person would write: two weight vectors side by side. */
struct plain {
	int64_t (*w)[N_CLASS];
	int64_t bias[N_CLASS];
};

static void
plain_perceptron(void *data, size_t n)
{
	struct plain *p = data;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = index_of[i % SAMPLES];
		uint32_t label = label_of[i % SAMPLES], said;
		int64_t s0 = p->bias[0], s1 = p->bias[1];

		for (size_t k = 0; k < NONZERO; k++) {
			s0 += p->w[x[k]][0];
			s1 += p->w[x[k]][1];
		}
		said = s1 > s0;
		if (said == label)
			continue;
		p->bias[label] += RATE;
		p->bias[said] -= RATE;
		for (size_t k = 0; k < NONZERO; k++) {
			p->w[x[k]][label] += RATE;
			p->w[x[k]][said] -= RATE;
		}
	}
}

static void
ours_learn(void *data, size_t n)
{
	struct learner_room *r = data;
	struct model *m = &r->l.model[0];
	int64_t before[N_CLASS];

	for (size_t i = 0; i < n; i++) {
		struct sample x = sample_at(i);

		r->spec.model->scores(m, before, &x);
		r->spec.model->learn(m, &x, label_of[i % SAMPLES], before);
	}
}

static void
ours_predict(void *data, size_t n)
{
	struct learner_room *r = data;
	int64_t scores[N_CLASS];
	uint32_t label, sum = 0;

	for (size_t i = 0; i < n; i++) {
		struct sample x = sample_at(i);

		DC_CHECK(learner_predict(&r->l, scores, &label, &x));
		sum += label;
	}
	bench_keep(&sum);
}

/* Two weight vectors, two of squares, in floating point, as one would write
 * AdaGrad on the log loss of samples of length one. */
struct plain_logistic {
	double (*w)[2 * N_CLASS];
	double bias[N_CLASS], squares[N_CLASS];
};

static void
plain_adagrad(void *data, size_t n)
{
	struct plain_logistic *p = data;
	double u = 1 / sqrt(NONZERO + 1), p1, g;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = index_of[i % SAMPLES];
		double s0 = p->bias[0], s1 = p->bias[1];

		for (size_t k = 0; k < NONZERO; k++) {
			s0 += p->w[x[k]][0];
			s1 += p->w[x[k]][1];
		}
		p1 = 1 / (1 + exp((s0 - s1) * u));
		g = (p1 - label_of[i % SAMPLES]) * u;
		for (size_t k = 0; k < NONZERO; k++) {
			double *w = p->w[x[k]];

			w[2] += g * g;
			w[3] += g * g;
			w[0] += .5 * g / sqrt(w[2] + .01);
			w[1] -= .5 * g / sqrt(w[3] + .01);
		}
		p->squares[0] += g * g;
		p->squares[1] += g * g;
		p->bias[0] += .5 * g / sqrt(p->squares[0] + .01);
		p->bias[1] -= .5 * g / sqrt(p->squares[1] + .01);
	}
}

/* The usual way: counts, and a logarithm a feature and class. */
struct counts {
	double (*w)[N_CLASS];
	double n[N_CLASS], t[N_CLASS];
};

static void
plain_bayes_fill(struct counts *c)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		c->n[label_of[i]]++;
		c->t[label_of[i]] += NONZERO;
		for (size_t k = 0; k < NONZERO; k++)
			c->w[index_of[i][k]][label_of[i]]++;
	}
}

static void
plain_bayes_predict(void *data, size_t n)
{
	struct counts *c = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = index_of[i % SAMPLES];
		double s[N_CLASS];

		for (size_t k = 0; k < N_CLASS; k++)
			s[k] = log(c->n[k] + 1) -
				NONZERO * log(c->t[k] + COLUMNS);
		for (size_t k = 0; k < NONZERO; k++) {
			s[0] += log(c->w[x[k]][0] + 1);
			s[1] += log(c->w[x[k]][1] + 1);
		}
		sum += s[1] > s[0];
	}
	bench_keep(&sum);
}

/* The whole way of a contribution: bytes, served model, fold, header. */
static uint8_t (*packed)[4 * NONZERO];
static size_t *packed_len;

static void
packed_make(void)
{
	packed = dc_calloc(SAMPLES, sizeof(*packed));
	packed_len = dc_calloc(SAMPLES, sizeof(*packed_len));
	for (size_t i = 0; i < SAMPLES; i++)
		packed_len[i] = learner_room_binary(packed[i],
						    sizeof(packed[i]),
						    index_of[i], NONZERO);
}

static void
ours_contribute(void *data, size_t n)
{
	static struct sample_room room;
	struct learner_room *r = data;
	struct learn_result got;

	for (size_t i = 0; i < n; i++) {
		struct lesson_input in = {
			packed[i % SAMPLES], packed_len[i % SAMPLES],
			label_of[i % SAMPLES], NOVELTY_NEW, { { 0 } }
		};

		learner_learn(&r->l, &got, &in, &room);
	}
	bench_keep(&got);
}

#define SPEC(model) \
	"decaid 1\nmodel " model "=1000000000\nencoder none\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\n"
#define LOGISTIC SPEC("logistic columns=262144 epsilon=10000000 " \
		      "learning-rate")
#define BLEND SPEC("blend columns=262144 epsilon=10000000 " \
		   "learning-rate=500000000 smoothing")
#define PERCEPTRON SPEC("sparse-perceptron columns=262144 learning-rate")
#define BAYES SPEC("naive-bayes columns=262144 smoothing")

static void
perceptron_race(void)
{
	struct plain plain = { .bias = { 0 } };
	struct learner_room r;
	struct bench_rival rivals[] = {
		{ "decaid sparse-perceptron", ours_learn, &r, 0 },
		{ "plain C loop", plain_perceptron, &plain, 0 },
	};

	plain.w = dc_pages_new(COLUMNS, sizeof(*plain.w));
	learner_room_init(&r, PERCEPTRON);
	bench_race(rivals, 2, 20, SAMPLES);
	printf("perceptron: predict and learn; target: at least 0.67\n");
	bench_print(rivals, 2, "samples", 0);
	learner_room_clear(&r);
	dc_pages_free(plain.w, COLUMNS, sizeof(*plain.w));
}

static void
logistic_race(void)
{
	struct plain_logistic plain = { .bias = { 0 } };
	struct learner_room a, b;
	struct bench_rival rivals[] = {
		{ "decaid logistic", ours_learn, &a, 0 },
		{ "plain C loop, floating point", plain_adagrad, &plain, 0 },
		{ "decaid blend", ours_learn, &b, 0 },
	};

	plain.w = dc_pages_new(COLUMNS, sizeof(*plain.w));
	learner_room_init(&a, LOGISTIC);
	learner_room_init(&b, BLEND);
	bench_race(rivals, 3, 5, SAMPLES);
	printf("logistic regression: predict and learn; target: at least "
	       "0.67\n");
	bench_print(rivals, 3, "samples", 0);
	learner_room_clear(&a);
	learner_room_clear(&b);
	dc_pages_free(plain.w, COLUMNS, sizeof(*plain.w));
}

static void
bayes_race(void)
{
	struct counts counts = { .n = { 0 } };
	struct learner_room r;
	struct bench_rival rivals[] = {
		{ "decaid naive-bayes", ours_predict, &r, 0 },
		{ "plain C, a log a feature", plain_bayes_predict, &counts, 0 },
	};

	counts.w = dc_pages_new(COLUMNS, sizeof(*counts.w));
	plain_bayes_fill(&counts);
	learner_room_init(&r, BAYES);
	ours_learn(&r, SAMPLES);
	bench_race(rivals, 2, 10, SAMPLES);
	printf("naive Bayes: predict\n");
	bench_print(rivals, 2, "samples", 0);
	learner_room_clear(&r);
	dc_pages_free(counts.w, COLUMNS, sizeof(*counts.w));
}

static void
contribute_race(void)
{
	struct learner_room a, b;
	struct bench_rival rivals[] = {
		{ "naive-bayes", ours_contribute, &a, 0 },
		{ "sparse-perceptron", ours_contribute, &b, 0 },
	};

	learner_room_init(&a, BAYES);
	learner_room_init(&b, PERCEPTRON);
	bench_race(rivals, 2, 5, SAMPLES);
	printf("a contribution: bytes to served model and fold\n");
	bench_print(rivals, 2, "contributions", 0);
	learner_room_clear(&a);
	learner_room_clear(&b);
}

/* scikit-learn on the same rows: what it prints of itself. */
static struct {
	const char *name;
	double one_by_one, in_batches;	/* samples/s; 0: not told */
} peers[] = {
	{ "Perceptron", 0, 0 }, { "SGDClassifier-log", 0, 0 },
	{ "MultinomialNB", 0, 0 },
};

#define PEER_SAMPLES 20000

static bool
peer_rows_write(char path[64])
{
	int fd;
	FILE *f;

	(void)snprintf(path, 64, "/tmp/decaid-bench-XXXXXX");
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL)
		return false;
	for (size_t i = 0; i < PEER_SAMPLES; i++) {
		(void)fprintf(f, "%u", label_of[i]);
		for (size_t k = 0; k < NONZERO; k++)
			(void)fprintf(f, " %u", index_of[i][k]);
		(void)fputc('\n', f);
	}
	return fclose(f) == 0;
}

static void
peer_line_take(const char *line)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(peers); i++) {
		size_t n = strlen(peers[i].name);
		double rate;

		if (strncmp(line, peers[i].name, n) != 0 || line[n] != '/')
			continue;
		if (sscanf(line + n, "/100 %lf", &rate) == 1)
			peers[i].in_batches = rate;
		else if (sscanf(line + n, "/1 %lf", &rate) == 1)
			peers[i].one_by_one = rate;
	}
}

/* False: Debian's python3-sklearn is not there. */
static bool
peers_run(void)
{
	const char *top = getenv("srcdir");
	char command[512], line[128], path[64];
	FILE *out = NULL;

	if (peer_rows_write(path)) {
		(void)snprintf(command, sizeof(command), "/usr/bin/python3 "
			       "%s/tests/bench/sklearn_learn.py %s %d "
			       "2>/dev/null", top ? top : ".", path, COLUMNS);
		out = popen(command, "r");
	}
	while (out != NULL && fgets(line, sizeof(line), out) != NULL)
		peer_line_take(line);
	if (out != NULL)
		(void)pclose(out);
	(void)remove(path);
	return peers[0].one_by_one > 0;
}

static void
peers_race(void)
{
	struct learner_room r[3];
	struct bench_rival rivals[] = {
		{ "sparse-perceptron", ours_learn, &r[0], 0 },
		{ "logistic", ours_learn, &r[1], 0 },
		{ "naive-bayes", ours_learn, &r[2], 0 },
	};

	printf("scikit-learn partial_fit, predict and learn; target: at least "
	       "500 times one by one\n");
	if (!peers_run()) {
		printf("  python3-sklearn is not installed: not measured\n");
		return;
	}
	learner_room_init(&r[0], PERCEPTRON);
	learner_room_init(&r[1], LOGISTIC);
	learner_room_init(&r[2], BAYES);
	bench_race(rivals, 3, 5, PEER_SAMPLES);
	for (size_t i = 0; i < 3; i++) {
		double rate = 1e9 / rivals[i].best_ns;

		printf("  decaid %-18s %8.0f samples/s  %s one by one %5.0f: "
		       "ratio %.0f; in batches of 100 %6.0f: ratio %.1f\n",
		       rivals[i].name, rate, peers[i].name,
		       peers[i].one_by_one, rate / peers[i].one_by_one,
		       peers[i].in_batches, rate / peers[i].in_batches);
		learner_room_clear(&r[i]);
	}
}

int
main(void)
{
	data_make();
	packed_make();
	printf("%d samples, %d columns, %d non-zero, %d classes\n", SAMPLES,
	       COLUMNS, NONZERO, N_CLASS);
	perceptron_race();
	logistic_race();
	bayes_race();
	contribute_race();
	peers_race();
	free(index_of);
	free(label_of);
	free(packed);
	free(packed_len);
	return EXIT_SUCCESS;
}
