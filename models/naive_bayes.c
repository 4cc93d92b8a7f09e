/*
 * Multinomial naive Bayes in log space over the features that are present;
 * smoothed counts, any number of classes. oracle/PROTOCOL.md "Models".
 * Source: Manning, Raghavan, Schuetze, Introduction to Information
 * Retrieval, 2008, eq. 13.3 and 13.7.
 *
 * cells    n_class weights of samples, n_class sums of a class's features,
 *          then columns rows of n_class sums of one feature in one class; all
 *          fx9, in [0, COUNT_MAX]
 * derived  fx9_ln of (cell + its smoothing) for the classes and their sums,
 *          then that of all samples; then those of the first whole counts,
 *          which nearly all features have: predicting takes a logarithm only
 *          for fractions and for counts beyond them
 */
#include "config.h"

#include "models/fx9.h"
#include "models/model.h"
#include "models/rows.h"

enum { COLUMNS, SMOOTHING };

/* Counts stop here, so that smoothing still fits above them. */
#define COUNT_MAX (INT64_C(1) << 62)

/* Whole counts whose logarithm is kept: enough for the words that nearly all
 * texts of a small model have. */
#define SMALL_COUNTS 16384

/* 100 a cell; times the most columns, 2^24, that is 1.7 * 10^18 < 2^61. */
static const struct spec_param params[] = {
	{ "columns", 1, SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN },
	{ "smoothing", 1, 100 * DC_FX9_ONE },
};

static size_t cells(const struct model_spec *spec)
{
	return ((size_t)spec->columns + 2) * spec->n_class;
}

/* Where in derived they are; the logarithm of all samples is before. */
static size_t small_at(const struct model_spec *spec)
{
	return 2 * (size_t)spec->n_class + 1;
}

static size_t derived(const struct model_spec *spec)
{
	return small_at(spec) + SMALL_COUNTS;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	for (size_t i = 0; i < cells(spec); i++)
		if (cell[i] < 0 || cell[i] > COUNT_MAX)
			return false;
	return true;
}

static bool accepts(const struct sample *x)
{
	for (uint32_t i = 0; x->value && i < x->count; i++)
		if (x->value[i] < 0)
			return false;
	return true;
}

static int64_t ln_smoothed(int64_t count, uint64_t smoothing)
{
	return fx9_ln((uint64_t)count + smoothing);
}

/* All samples, each class smoothed. */
static void total_update(struct model *m)
{
	uint32_t n_class = m->spec->n_class;
	int64_t smoothing = m->spec->model_param[SMOOTHING];
	__int128 total = 0;

	for (uint32_t c = 0; c < n_class; c++)
		total += m->cells[c];
	if (total > COUNT_MAX)
		total = COUNT_MAX;
	m->derived[2 * n_class] =
		ln_smoothed((int64_t)total, (uint64_t)smoothing * n_class);
}

/* What turns a feature's count in a class into its logarithm. */
struct counts_ln {
	const int64_t *small_ln;
	uint64_t smoothing;
};

/* A multiple of 10^9 = 2^9 * 1953125 times the inverse of 1953125 modulo 2^64
 * is 2^9 times the quotient; any other number's comes out at 2^64 / 10^9 at
 * least, which is far above SMALL_COUNTS.
 * Source: Granlund, Montgomery, PLDI 1994, section 9. */
#define INVERSE UINT64_C(10252389860571520109)

static inline uint64_t whole_of(int64_t count)
{
	uint64_t turned = (uint64_t)count * INVERSE;

	return turned >> 9 | turned << 55;
}

static inline int64_t count_ln(const struct counts_ln *l, int64_t count)
{
	uint64_t whole = whole_of(count);

	if (__builtin_expect(whole < SMALL_COUNTS, 1))
		return l->small_ln[whole];
	return ln_smoothed(count, l->smoothing);
}

static struct counts_ln counts_ln_of(const struct model *m)
{
	return (struct counts_ln){
		m->derived + small_at(m->spec),
		(uint64_t)m->spec->model_param[SMOOTHING]
	};
}

/* The head of the cells: classes, and their sums, smoothed once a column. */
static void head_update(struct model *m, size_t i)
{
	uint64_t one = (uint64_t)m->spec->model_param[SMOOTHING];
	struct counts_ln l = counts_ln_of(m);

	m->derived[i] = i < m->spec->n_class ? count_ln(&l, m->cells[i]) :
		ln_smoothed(m->cells[i], one * m->spec->columns);
}

static void rebuild(struct model *m)
{
	size_t head = 2 * (size_t)m->spec->n_class;
	int64_t *small_ln = m->derived + small_at(m->spec);

	for (size_t k = 0; k < SMALL_COUNTS; k++)
		small_ln[k] = ln_smoothed((int64_t)k * DC_FX9_ONE, (uint64_t)
					  m->spec->model_param[SMOOTHING]);
	for (size_t i = 0; i < head; i++)
		head_update(m, i);
	total_update(m);
}

/* Two classes and a binary sample, what nearly everybody has: one pass that
 * sums, and where it studies also counts, as no row comes twice. */
struct pairs {
	struct counts_ln l;
	int64_t (*rows)[2];
	const uint32_t *index, *end;
	int64_t sum[2];
	uint32_t label;		/* from here on for PAIRS_STUDY */
	uint64_t *dirty;
	size_t first_row;	/* rows as long before these in dirty's block */
};

#define PAIRS_OF_LEAF (MODEL_LEAF_CELLS / 2)

enum pairs_do { PAIRS_ASK, PAIRS_STUDY };

static bool is_paired(const struct model_spec *spec, const struct sample *x)
{
	return spec->n_class == 2 && x->kind == SAMPLE_BINARY;
}

static struct pairs pairs_of(const struct model *m, const struct sample *x,
			     uint32_t label)
{
	return (struct pairs){
		.l = counts_ln_of(m),
		.rows = (int64_t (*)[2])m->cells + 2,	/* behind the head */
		.index = x->index, .end = x->index + x->count,
		.label = label, .dirty = m->dirty,
		.first_row = m->first_leaf * PAIRS_OF_LEAF + 2,
	};
}

/* Most are marked already where many samples are learned between two roots,
 * and what need not be written need not be waited for. */
static inline void pair_mark(const struct pairs *p, size_t row)
{
	size_t leaf = (p->first_row + row) / PAIRS_OF_LEAF;

	if (__builtin_expect(!(p->dirty[leaf / 64] >> leaf % 64 & 1), 0))
		p->dirty[leaf / 64] |= UINT64_C(1) << leaf % 64;
}

/* Returns false: a logarithm is not kept, and nothing is done. */
static inline __attribute__((always_inline)) bool
pair_take(struct pairs *p, size_t row, enum pairs_do what)
{
	int64_t *count = p->rows[row];
	uint64_t a = whole_of(count[0]), b = whole_of(count[1]);

	if (__builtin_expect((a | b) >= SMALL_COUNTS, 0))
		return false;
	p->sum[0] += p->l.small_ln[a];
	p->sum[1] += p->l.small_ln[b];
	if (what == PAIRS_STUDY) {
		count[p->label] += DC_FX9_ONE;	/* far from the end */
		pair_mark(p, row);
	}
	return true;
}

/* As many as have their logarithms kept: with no call in them the loops stay
 * in registers. */
static inline __attribute__((always_inline)) void
pairs_take(struct pairs *all, enum pairs_do what)
{
	struct pairs p = *all;
	const uint32_t *last = p.end - p.index > ROWS_AHEAD ?
		p.end - ROWS_AHEAD : p.index;

	for (; p.index < last && pair_take(&p, *p.index, what); p.index++)
		__builtin_prefetch(p.rows[p.index[ROWS_AHEAD]]);
	while (p.index < p.end && pair_take(&p, *p.index, what))
		p.index++;
	all->index = p.index;
	all->sum[0] = p.sum[0];
	all->sum[1] = p.sum[1];
}

/* The first entry that is left. */
static void pair_take_any(struct pairs *p, enum pairs_do what)
{
	size_t row = *p->index++;
	int64_t *count = p->rows[row], more;

	for (size_t c = 0; c < 2; c++)
		p->sum[c] += count_ln(&p->l, count[c]);
	if (what == PAIRS_STUDY) {
		more = count[p->label] + DC_FX9_ONE;
		count[p->label] = more > COUNT_MAX ? COUNT_MAX : more;
		pair_mark(p, row);
	}
}

static inline __attribute__((always_inline)) void
pairs_run(int64_t *out, struct pairs *p, enum pairs_do what)
{
	for (size_t i = 0; i < ROWS_AHEAD && p->index + i < p->end; i++)
		__builtin_prefetch(p->rows[p->index[i]]);
	for (pairs_take(p, what); p->index < p->end; pairs_take(p, what))
		pair_take_any(p, what);
	out[0] = p->sum[0];
	out[1] = p->sum[1];
}

/* Logarithms are below 2^36, entries at most 2^16. */
static void binary_sum(int64_t *out, const struct counts_ln *l,
		       const int64_t *rows, size_t n_class,
		       const struct sample *x)
{
	for (size_t c = 0; c < n_class; c++)
		out[c] = 0;
	for (uint32_t i = 0; i < x->count; i++) {
		const int64_t *row = rows + x->index[i] * n_class;

		for (size_t c = 0; c < n_class; c++)
			out[c] += count_ln(l, row[c]);
	}
}

/* One class; 2^36 (logarithm) * 2^50 (value) * 2^16 (entries). */
static int64_t values_sum(const struct counts_ln *l, const int64_t *rows,
			  size_t n_class, const struct sample *x)
{
	__int128 sum = 0;

	for (uint32_t i = 0; i < x->count; i++)
		sum += (__int128)count_ln(l, rows[rows_index(x, i) *
						  n_class]) * x->value[i];
	return fx9_cut(sum / DC_FX9_ONE);
}

/* out[c] = sum over features of weight * ln count, cut after the sum */
static void features_sum(int64_t *out, const struct model *m,
			 const struct sample *x)
{
	size_t n_class = m->spec->n_class;
	const int64_t *rows = m->cells + 2 * n_class;
	struct counts_ln l = counts_ln_of(m);

	if (is_paired(m->spec, x)) {
		struct pairs p = pairs_of(m, x, 0);

		pairs_run(out, &p, PAIRS_ASK);
	} else if (x->kind != SAMPLE_BINARY)
		for (size_t c = 0; c < n_class; c++)
			out[c] = values_sum(&l, rows + c, n_class, x);
	else
		binary_sum(out, &l, rows, n_class, x);
}

/* Weight of all features of x, fx9: below 2^67. */
static __int128 weight_of(const struct sample *x)
{
	__int128 sum = 0;

	if (x->kind == SAMPLE_BINARY)
		return (__int128)x->count * DC_FX9_ONE;
	for (uint32_t i = 0; i < x->count; i++)
		sum += x->value[i];
	return sum;
}

/* weight * ln: exact for a binary sample, else cut towards 0. */
static __int128 weighted(const struct sample *x, __int128 weight, int64_t ln)
{
	if (x->kind == SAMPLE_BINARY)
		return (__int128)x->count * ln;
	return weight * ln / DC_FX9_ONE;
}

/* score[c] = ln P(c) + sum over features of weight * ln P(feature | c): that
 * of ln count is in out already. */
static void scores_end(const struct model *m, int64_t *out,
		       const struct sample *x)
{
	uint32_t n_class = m->spec->n_class;
	const int64_t *class_ln = m->derived, *sum_ln = class_ln + n_class;
	int64_t total_ln = m->derived[2 * n_class];
	__int128 weight = weight_of(x);

	for (uint32_t c = 0; c < n_class; c++)
		out[c] = fx9_cut((__int128)out[c] -
				 weighted(x, weight, sum_ln[c]) +
				 class_ln[c] - total_ln);
}

static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	features_sum(out, m, x);
	scores_end(m, out, x);
}

/* A weight above 2^62 stops the cell as 2^62 does: their sum fits 64 bits. */
static inline void count_add(struct model *m, size_t i, int64_t weight)
{
	uint64_t sum = (uint64_t)m->cells[i] + (uint64_t)weight;

	DC_VERIFY(m->cells[i] >= 0 && m->cells[i] <= COUNT_MAX);
	DC_VERIFY(weight >= 0 && weight <= COUNT_MAX);
	m->cells[i] = sum > COUNT_MAX ? COUNT_MAX : (int64_t)sum;
	model_touch(m, i);
}

static int64_t count_of(__int128 weight)
{
	return weight > COUNT_MAX ? COUNT_MAX : (int64_t)weight;
}

/* One more of each entry, the cells from `first` on; what m says is read once,
 * as the compiler cannot know that cells do not hold it. */
static void ones_learn(struct model *m, const struct sample *x, size_t first,
		       size_t n_class)
{
	const size_t cell_of_leaf = m->first_leaf * MODEL_LEAF_CELLS + first;
	const uint32_t *index = x->index;
	int64_t *cell = m->cells + first;
	uint64_t *dirty = m->dirty;

	for (uint32_t k = 0; k < x->count; k++) {
		size_t i = index[k] * n_class;
		size_t leaf = (cell_of_leaf + i) / MODEL_LEAF_CELLS;
		int64_t sum = cell[i] + DC_FX9_ONE;

		DC_VERIFY(cell[i] >= 0 && cell[i] <= COUNT_MAX);
		cell[i] = sum > COUNT_MAX ? COUNT_MAX : sum;
		dirty[leaf / 64] |= UINT64_C(1) << (leaf % 64);
	}
}

/* The sample's class and the sum of its features. */
static void head_learn(struct model *m, const struct sample *x, uint32_t label)
{
	size_t n_class = m->spec->n_class;

	count_add(m, label, DC_FX9_ONE);
	head_update(m, label);
	count_add(m, n_class + label, count_of(weight_of(x)));
	head_update(m, n_class + label);
	total_update(m);
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	size_t n_class = m->spec->n_class;

	head_learn(m, x, label);
	if (x->kind == SAMPLE_BINARY) {
		ones_learn(m, x, 2 * n_class + label, n_class);
		return;
	}
	for (uint32_t k = 0; k < x->count; k++)
		count_add(m, (2 + rows_index(x, k)) * n_class + label,
			  x->value[k]);
}

static void study(struct model *m, int64_t *before, const struct sample *x,
		  uint32_t label)
{
	if (is_paired(m->spec, x)) {
		struct pairs p = pairs_of(m, x, label);

		pairs_run(before, &p, PAIRS_STUDY);
		scores_end(m, before, x);
		head_learn(m, x, label);
	} else {
		scores(m, before, x);
		learn(m, x, label, NULL);
	}
}

const struct model_ops model_naive_bayes = {
	.choice = { "naive-bayes", params, DC_ARRAY_LEN(params) },
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
