/*
 * Averaged passive-aggressive: each class against the rest. A weight stays
 * where the margin is wide enough and else moves as far as it must, but never
 * further than `aggressiveness`: one wrong label does little. What answers is
 * a mean of the weights over time, the later ones heavier, which wrong labels
 * hardly move. Columns of any number, sparse or dense.
 * oracle/PROTOCOL.md "Models".
 * Source: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer, JMLR 7, 2006, fig. 1
 * (PA-I), on samples of length one with a bias as one feature more; the mean
 * is polynomial-decay averaging, Shamir, Zhang, ICML 2013, eq. 4, with eta 7.
 *
 * The mean is not kept but what it lags behind: with B = 8 / (k + 8) the share
 * of the k-th sample, w' the mean, D what a weight w moves,
 *
 *     w - w'  becomes  (1 - B) (w - w' + D)
 *
 * so lag = M (w - w') grows by M D, and M by 1 / (1 - B): a weight that a
 * sample does not move costs nothing. Before M grows out of its range it and
 * every lag are divided, each time that k has grown by half.
 *
 * cells    k, which ends at `horizon`, M - 1 in units of 2^-32, zeros to 16;
 *          then for the bias and each column n_class weights, fx9 within
 *          WEIGHT_MAX of 0, and n_class lags, fx9 within ROWS_CELL_MAX of 0
 * derived  nothing
 */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"

enum { AGGRESSIVENESS, COLUMNS, HORIZON };

enum { HEAD_COUNT, HEAD_SCALE, HEAD_CELLS = MODEL_LEAF_CELLS };

/* Both the weight and its mean, which lies between weights, are this near 0,
 * so a lag is within 2 WEIGHT_MAX SCALE_MAX of it, less what is rounded. */
#define WEIGHT_MAX (INT64_C(1) << 40)

/* M is in [1, SCALE_MAX), here in units of 2^-32. */
#define SCALE_ONE (INT64_C(1) << 32)
#define SCALE_MAX 32
_Static_assert(2 * WEIGHT_MAX * SCALE_MAX == ROWS_CELL_MAX,
	       "a lag is a cell that can be summed");

/* eta + 1: the k-th sample has a share of 8 / (k + 8). */
#define DECAY 8

/* Aggressiveness ends at 8: a step times a value of the sample, which is at
 * most 1, is at most 8 10^18, below 2^63. */
static const struct spec_param params[] = {
	{ "aggressiveness", 1, 8 * DC_FX9_ONE },
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "horizon", 1, 1000000000 },
};

static size_t row_cells(const struct model_spec *spec)
{
	return 2 * (size_t)spec->n_class;
}

static size_t row_first(const struct model_spec *spec, size_t row)
{
	return HEAD_CELLS + row * row_cells(spec);
}

static size_t cells(const struct model_spec *spec)
{
	return row_first(spec, (size_t)spec->columns + 1);
}

static size_t derived(const struct model_spec *spec)
{
	return 0;
}

static bool head_valid(const struct model_spec *spec, const int64_t *cell)
{
	for (size_t i = HEAD_SCALE + 1; i < HEAD_CELLS; i++)
		if (cell[i] != 0)
			return false;
	return cell[HEAD_COUNT] >= 0 &&
		cell[HEAD_COUNT] <= spec->model_param[HORIZON] &&
		cell[HEAD_SCALE] >= 0 &&
		cell[HEAD_SCALE] < (SCALE_MAX - 1) * SCALE_ONE;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	size_t each = row_cells(spec), n = cells(spec);

	for (size_t i = HEAD_CELLS; i < n; i++) {
		bool is_weight = (i - HEAD_CELLS) % each < spec->n_class;
		int64_t max = is_weight ? WEIGHT_MAX : ROWS_CELL_MAX;

		if (cell[i] < -max || cell[i] > max)
			return false;
	}
	return head_valid(spec, cell);
}

static void rebuild(struct model *m)
{
}

static bool accepts(const struct sample *x)
{
	return true;
}

static int64_t clamp(int64_t v, int64_t max)
{
	return v > max ? max : v < -max ? -max : v;
}

/* 2^32 M, in [2^32, 2^37). */
static int64_t scale_of(const struct model *m)
{
	return SCALE_ONE + m->cells[HEAD_SCALE];
}

/* v / by, cut; by at least 2. Most fit 64 bits, which are divided faster. */
static inline int64_t divide_cut(__int128 v, int64_t by)
{
	int64_t low = (int64_t)v;

	return low == v ? low / by : fx9_cut(v / by);
}

/* What the mean says, and the weights of now.
 * mean, now (n_class) fx9; now may be NULL   length  model_length(x)
 * A sum is below 2^63 and a bias below 2^47: with 2^32 before it is divided,
 * or 10^9, below 2^97. */
static void ask(const struct model *m, int64_t *mean, int64_t *now,
		const struct sample *x, int64_t length)
{
	uint32_t n_class = m->spec->n_class;
	const int64_t *bias = m->cells + row_first(m->spec, 0);
	int64_t sum[2 * SPEC_CLASSES_MAX], scale = scale_of(m);

	rows_sum(sum, m->cells + row_first(m->spec, 1), row_cells(m->spec),
		 2 * n_class, x);
	for (uint32_t c = 0; c < n_class; c++) {
		__int128 said = (__int128)sum[c] + bias[c];
		__int128 lag = (__int128)sum[n_class + c] + bias[n_class + c];

		lag = lag * SCALE_ONE / scale;
		mean[c] = divide_cut((said - lag) * DC_FX9_ONE, length);
		if (now)
			now[c] = divide_cut(said * DC_FX9_ONE, length);
	}
}

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	ask(m, out, NULL, x, (int64_t)model_length(x));
}

/* How far a weight goes, and its lag when nothing stops the weight. */
struct pull {
	int64_t step, lag;
};

/* What a step adds to a lag: it is below 2^42, as twice a weight is, and M
 * below 2^37. */
static int64_t lag_of(int64_t step, int64_t scale)
{
	return (int64_t)((__int128)step * scale >> 32);
}

/* pull (n_class) along a (normalised) value u of the sample, in
 * [-10^9, 10^9].  Returns whether one moves a weight. */
static bool pulls_make(struct pull *pull, const struct model *m,
		       const int64_t *push, int64_t u)
{
	int64_t scale = scale_of(m);
	bool any = false;

	for (uint32_t c = 0; c < m->spec->n_class; c++) {
		pull[c].step = push[c] * u / DC_FX9_ONE;
		pull[c].lag = lag_of(pull[c].step, scale);
		any |= pull[c].step != 0;
	}
	return any;
}

static void weight_pull(int64_t *weight, int64_t *lag, const struct pull *p,
			int64_t scale)
{
	int64_t before = *weight;

	*weight = clamp(before + p->step, WEIGHT_MAX);
	*lag = clamp(*lag + lag_of(*weight - before, scale), ROWS_CELL_MAX);
}

/* Not 0 where v is not in [-max, max), max a power of two. */
static inline uint64_t is_beyond(int64_t v, int64_t max)
{
	return (uint64_t)(v + max) & ~(2 * (uint64_t)max - 1);
}

/* One row by pulls of which one moves a weight; nothing is stopped but in the
 * rarest. */
static void row_pull(struct model *m, size_t row, const struct pull *pull)
{
	size_t n_class = m->spec->n_class, at = row_first(m->spec, row);
	int64_t *weight = m->cells + at, *lag = weight + n_class;
	int64_t scale = scale_of(m);
	uint64_t beyond = 0;

	for (size_t c = 0; c < n_class; c++)
		beyond |= is_beyond(weight[c] + pull[c].step, WEIGHT_MAX) |
			is_beyond(lag[c] + pull[c].lag, ROWS_CELL_MAX);
	if (__builtin_expect(beyond != 0, 0))
		for (size_t c = 0; c < n_class; c++)
			weight_pull(&weight[c], &lag[c], &pull[c], scale);
	else
		for (size_t c = 0; c < n_class; c++) {
			weight[c] += pull[c].step;
			lag[c] += pull[c].lag;
		}
	model_touch_all(m, at, 2 * n_class);
}

/* Both weights of a row of two classes, or both lags: every processor adds
 * them at once, which compilers do not see. Unsigned, as sums wrap. */
typedef uint64_t two __attribute__((vector_size(16)));

static inline two two_add(int64_t *cell, two by)
{
	two v;

	memcpy(&v, cell, sizeof(v));
	v += by;
	memcpy(cell, &v, sizeof(v));
	return v;
}

/* Adds to the rows of a sample of ones as if nothing stopped a weight. Returns
 * whether nothing did; the sums are then what row_pull makes. A row that is
 * there again and again is still far from 2^63. A row is in one leaf. */
static bool twos_add(struct model *m, const struct sample *x, two step,
		     two lag)
{
	const uint64_t w = WEIGHT_MAX, l = ROWS_CELL_MAX;
	int64_t *rows = m->cells + row_first(m->spec, 1);
	two beyond_w = { 0 }, beyond_l = { 0 };
	struct model here = *m;		/* no store to a row changes it */

	for (uint32_t i = 0; i < x->count; i++) {
		int64_t *row = rows + 4 * (size_t)x->index[i];

		beyond_w |= two_add(row, step) + w;	/* as is_beyond */
		beyond_l |= two_add(row + 2, lag) + l;
		model_touch(&here, (size_t)(row - m->cells));
	}
	return ((beyond_w[0] | beyond_w[1]) & ~(2 * w - 1)) == 0 &&
		((beyond_l[0] | beyond_l[1]) & ~(2 * l - 1)) == 0;
}

/* Returns whether they are pulled; else no cell has changed. */
static bool twos_pull(struct model *m, const struct sample *x,
		      const struct pull *pull)
{
	two step = { (uint64_t)pull[0].step, (uint64_t)pull[1].step };
	two lag = { (uint64_t)pull[0].lag, (uint64_t)pull[1].lag };

	if (!twos_add(m, x, step, lag)) {
		(void)twos_add(m, x, -step, -lag);
		return false;
	}
	return true;
}

/* Ones, each row the same; row 0 is the bias. */
static void rows_pull_ones(struct model *m, const struct sample *x,
			   const struct pull *pull)
{
	if (m->spec->n_class == 2 && x->index && twos_pull(m, x, pull))
		return;
	for (uint32_t i = 0; i < x->count; i++)
		row_pull(m, 1 + rows_index(x, i), pull);
}

/* How far each class moves along the sample: what is missing to a margin of
 * 1, at most the aggressiveness, since the length is 1; 0 is nothing.
 * push (n_class) in [-8 10^9, 8 10^9]   Returns whether one moves. */
static bool pushes(int64_t *push, const struct model *m, const int64_t *now,
		   uint32_t label)
{
	int64_t most = m->spec->model_param[AGGRESSIVENESS];
	bool any = false;

	for (uint32_t c = 0; c < m->spec->n_class; c++) {
		int64_t margin = c == label ? now[c] : fx9_sub(0, now[c]);
		int64_t missing = margin >= DC_FX9_ONE ? 0
			: margin <= DC_FX9_ONE - most ? most
			: DC_FX9_ONE - margin;

		push[c] = c == label ? missing : -missing;
		any |= missing != 0;
	}
	return any;
}

/* M and every lag over SCALE_MAX, cut towards 0. */
static void lags_divide(struct model *m)
{
	size_t n_class = m->spec->n_class, n = cells(m->spec);

	m->cells[HEAD_SCALE] = scale_of(m) / SCALE_MAX - SCALE_ONE;
	for (size_t at = HEAD_CELLS; at < n; at += 2 * n_class) {
		int64_t *lag = m->cells + at + n_class;
		int64_t any = 0;

		for (size_t c = 0; c < n_class; c++) {
			any |= lag[c];
			lag[c] /= SCALE_MAX;
		}
		if (any != 0)
			model_touch_all(m, at, 2 * n_class);
	}
}

/* The sample takes its share of the mean: M (k + 8) / k, below 2^37 times 9
 * before the division, times 10^9 + 8. After it M is below 9 SCALE_MAX. */
static void share_take(struct model *m)
{
	int64_t k = m->cells[HEAD_COUNT], scale;

	if (k < m->spec->model_param[HORIZON])
		k++;
	scale = (int64_t)((__int128)scale_of(m) * (k + DECAY) / k);
	m->cells[HEAD_COUNT] = k;
	m->cells[HEAD_SCALE] = scale - SCALE_ONE;
	if (scale >= SCALE_MAX * SCALE_ONE)
		lags_divide(m);
	model_touch(m, HEAD_COUNT);
}

static void rows_learn(struct model *m, const struct sample *x,
		       const int64_t *push, int64_t length)
{
	struct pull pull[SPEC_CLASSES_MAX];
	int64_t one = DC_FX9_ONE * DC_FX9_ONE / length;

	if (pulls_make(pull, m, push, one)) {
		row_pull(m, 0, pull);
		if (!x->value)
			rows_pull_ones(m, x, pull);
	}
	for (uint32_t i = 0; x->value && i < x->count; i++) {
		int64_t u = (int64_t)((__int128)x->value[i] * DC_FX9_ONE /
				      length);

		if (pulls_make(pull, m, push, u))
			row_pull(m, 1 + rows_index(x, i), pull);
	}
}

static void study(struct model *m, int64_t *before, const struct sample *x,
		  uint32_t label)
{
	int64_t now[SPEC_CLASSES_MAX], push[SPEC_CLASSES_MAX];
	int64_t length;

	if (x->index)		/* they come while the root is taken */
		rows_fetch_first(m->cells + row_first(m->spec, 1),
				 row_cells(m->spec), x);
	length = (int64_t)model_length(x);
	ask(m, before, now, x, length);
	if (pushes(push, m, now, label))
		rows_learn(m, x, push, length);
	share_take(m);
}

/* The mean's scores do not tell what the weights of now say. */
static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	int64_t said[SPEC_CLASSES_MAX];

	(void)before;
	study(m, said, x, label);
}

const struct model_ops model_passive_aggressive = {
	.choice = { "passive-aggressive", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_NOTHING,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
	.study = study,
};
