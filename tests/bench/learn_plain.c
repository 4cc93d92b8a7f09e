/* learn_plain.c: the rules as short C loops. */

#include "config.h"

#include "tests/bench/learn_plain.h"

#include <math.h>

#include "base/status.h"
#include "tests/bench/bench.h"

#define RATE 1000000000		/* of the perceptron, fx9 */
#define SMOOTHING .1
#define CURVE_MIN .001
#define MOST .7			/* aggressiveness */
#define HORIZON 80000

void
plain_perceptron(void *state, size_t n)
{
	struct plain_perceptron *p = state;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];
		uint32_t label = learn_label[i % LEARN_SAMPLES], said;
		int64_t s0 = p->bias[0], s1 = p->bias[1];

		for (size_t k = 0; k < LEARN_NONZERO; k++) {
			s0 += p->w[x[k]][0];
			s1 += p->w[x[k]][1];
		}
		said = s1 > s0;
		if (said == label)
			continue;
		p->bias[label] += RATE;
		p->bias[said] -= RATE;
		for (size_t k = 0; k < LEARN_NONZERO; k++) {
			p->w[x[k]][label] += RATE;
			p->w[x[k]][said] -= RATE;
		}
	}
}

/* AdaGrad on the log loss of samples of length one: a step of both weights
 * along the gradient g of the first. */
static inline void
adagrad(double *w, double g, double rate, double epsilon)
{
	w[2] += g * g;
	w[3] += g * g;
	w[0] -= rate * g / sqrt(w[2] + epsilon);
	w[1] += rate * g / sqrt(w[3] + epsilon);
}

static inline void
logistic_ask(const struct plain_logistic *p, double s[2], const uint32_t *x,
	     double u)
{
	s[0] = p->bias[0];
	s[1] = p->bias[1];
	for (size_t k = 0; k < LEARN_NONZERO; k++) {
		s[0] += p->w[x[k]][0];
		s[1] += p->w[x[k]][1];
	}
	s[0] *= u;
	s[1] *= u;
}

static inline void
logistic_learn(struct plain_logistic *p, const double s[2], const uint32_t *x,
	       uint32_t label, double u)
{
	double g = (1 / (1 + exp(s[1] - s[0])) - (label == 0)) * u;

	adagrad(p->bias, g, .5, .01);
	for (size_t k = 0; k < LEARN_NONZERO; k++)
		adagrad(p->w[x[k]], g, .5, .01);
}

void
plain_logistic(void *state, size_t n)
{
	struct plain_logistic *p = state;
	double u = 1 / sqrt(LEARN_NONZERO + 1), s[2];

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];

		logistic_ask(p, s, x, u);
		logistic_learn(p, s, x, learn_label[i % LEARN_SAMPLES], u);
	}
}

/* What the mean says, and the weights of now. */
static inline void
passive_ask(const struct plain_passive *p, double mean[2], double now[2],
	    const uint32_t *x, double u)
{
	double sum[4] = { p->bias[0], p->bias[1], p->bias[2], p->bias[3] };

	for (size_t k = 0; k < LEARN_NONZERO; k++)
		for (size_t c = 0; c < 4; c++)
			sum[c] += p->w[x[k]][c];
	for (size_t c = 0; c < 2; c++) {
		mean[c] = (sum[c] - sum[2 + c] / p->scale) * u;
		now[c] = sum[c] * u;
	}
}

static inline void
passive_move(double *w, const double step[2], double scale)
{
	w[0] += step[0];
	w[1] += step[1];
	w[2] += step[0] * scale;
	w[3] += step[1] * scale;
}

void
plain_passive(void *state, size_t n)
{
	struct plain_passive *p = state;
	double u = 1 / sqrt(LEARN_NONZERO + 1), mean[2], now[2], step[2];
	uint32_t right = 0;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];
		uint32_t label = learn_label[i % LEARN_SAMPLES];
		double k = (double)(p->n < HORIZON ? ++p->n : HORIZON);

		passive_ask(p, mean, now, x, u);
		right += (mean[1] > mean[0]) == label;
		for (uint32_t c = 0; c < 2; c++) {
			double y = c == label ? 1 : -1;

			step[c] = y * u * fmin(MOST, fmax(0, 1 - y * now[c]));
		}
		if (step[0] != 0 || step[1] != 0) {
			passive_move(p->bias, step, p->scale);
			for (size_t j = 0; j < LEARN_NONZERO; j++)
				passive_move(p->w[x[j]], step, p->scale);
		}
		p->scale *= (k + 8) / k;
	}
	bench_keep(&right);
}

void
plain_bayes_init(struct plain_bayes *b)
{
	for (size_t i = 0; i <= LEARN_COUNTS_MAX; i++)
		b->ln[i] = log((double)i + SMOOTHING);
}

static inline void
bayes_ask(const struct plain_bayes *b, double s[2], const uint32_t *x)
{
	double all = b->n[0] + b->n[1] + 2 * SMOOTHING;

	for (size_t c = 0; c < 2; c++)
		s[c] = log((b->n[c] + SMOOTHING) / all) - LEARN_NONZERO *
			log(b->sum[c] + LEARN_COLUMNS * SMOOTHING);
	for (size_t k = 0; k < LEARN_NONZERO; k++) {
		s[0] += b->ln[b->count[x[k]][0]];
		s[1] += b->ln[b->count[x[k]][1]];
	}
}

static inline void
bayes_learn(struct plain_bayes *b, const uint32_t *x, uint32_t label)
{
	b->n[label]++;
	b->sum[label] += LEARN_NONZERO;
	for (size_t k = 0; k < LEARN_NONZERO; k++)
		b->count[x[k]][label]++;
}

void
plain_bayes(void *state, size_t n)
{
	struct plain_bayes *b = state;
	uint32_t right = 0;
	double s[2];

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];
		uint32_t label = learn_label[i % LEARN_SAMPLES];

		bayes_ask(b, s, x);
		right += (s[1] > s[0]) == label;
		bayes_learn(b, x, label);
	}
	bench_keep(&right);
}

void
plain_bayes_logs(void *state, size_t n)
{
	const struct plain_bayes *b = state;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];
		double s[2];

		for (size_t c = 0; c < 2; c++)
			s[c] = log(b->n[c] + 1) -
				LEARN_NONZERO * log(b->sum[c] + LEARN_COLUMNS);
		for (size_t k = 0; k < LEARN_NONZERO; k++) {
			s[0] += log((double)(b->count[x[k]][0] + 1));
			s[1] += log((double)(b->count[x[k]][1] + 1));
		}
		sum += s[1] > s[0];
	}
	bench_keep(&sum);
}

/* What both say, and the sum by their shares. */
static inline void
blend_shares_learn(struct plain_blend *b, const double l[2], const double e[2],
		   uint32_t label)
{
	double t[2] = { 1 + b->share[0], .3 + b->share[1] };
	double g = 1 / (1 + exp((l[1] - l[0]) * t[0] + (e[1] - e[0]) * t[1])) -
		(label == 0);
	double q[2] = { g * (l[0] - l[1]), g * (e[0] - e[1]) };

	for (size_t k = 0; k < 2; k++) {
		b->squares[k] += q[k] * q[k];
		b->share[k] -= .1 * q[k] / sqrt(b->squares[k] + 1);
	}
}

void
plain_blend(void *state, size_t n)
{
	struct plain_blend *b = state;
	double u = 1 / sqrt(LEARN_NONZERO + 1), l[2], e[2];

	for (size_t i = 0; i < n; i++) {
		const uint32_t *x = learn_index[i % LEARN_SAMPLES];
		uint32_t label = learn_label[i % LEARN_SAMPLES];

		logistic_ask(&b->logistic, l, x, u);
		bayes_ask(&b->bayes, e, x);
		e[0] *= u;
		e[1] *= u;
		blend_shares_learn(b, l, e, label);
		logistic_learn(&b->logistic, l, x, label, u);
		bayes_learn(&b->bayes, x, label);
	}
}

void
plain_kalman_init(struct plain_kalman *k)
{
	for (size_t c = 0; c < 2; c++)
		for (size_t i = 0; i < LEARN_PLAIN_INPUTS; i++)
			k->p[c][i][i] = 1;
}

/* One class: k = P x, w += k (y - p) / (1 + h x'k), P -= k k' h / (1 + h x'k).
 * The upper triangle of P is enough. */
static void
kalman_class(double *w, double p[][LEARN_PLAIN_INPUTS], const double *x,
	     double y)
{
	double k[LEARN_PLAIN_INPUTS] = { 0 }, said = 0, spread = 0, h, d, z;

	for (size_t i = 0; i < LEARN_PLAIN_INPUTS; i++) {
		double sum = p[i][i] * x[i];

		for (size_t j = i + 1; j < LEARN_PLAIN_INPUTS; j++) {
			sum += p[i][j] * x[j];
			k[j] += p[i][j] * x[i];
		}
		k[i] += sum;
	}
	for (size_t i = 0; i < LEARN_PLAIN_INPUTS; i++) {
		said += w[i] * x[i];
		spread += k[i] * x[i];
	}
	z = 1 / (1 + exp(-said / sqrt(1 + .392699082 * spread)));
	h = z * (1 - z) < CURVE_MIN ? CURVE_MIN : z * (1 - z);
	d = 1 + h * spread;
	for (size_t i = 0; i < LEARN_PLAIN_INPUTS; i++) {
		double a = k[i] * h / d;

		w[i] += k[i] * (y - z) / d;
		for (size_t j = i; j < LEARN_PLAIN_INPUTS; j++)
			p[i][j] -= a * k[j];
	}
}

void
plain_kalman(void *state, size_t n)
{
	struct plain_kalman *k = state;
	double x[LEARN_PLAIN_INPUTS];

	for (size_t i = 0; i < n; i++) {
		size_t row = i % LEARN_TABLE_SAMPLES;

		x[0] = 1;
		for (size_t v = 0; v < LEARN_TABLE_COLUMNS; v++)
			x[1 + v] = (double)learn_table[row][v] * 1e-9;
		for (uint32_t c = 0; c < 2; c++)
			kalman_class(k->w[c], k->p[c], x,
				     learn_table_label[row] == c);
	}
}
