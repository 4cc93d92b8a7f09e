/*
 * Hoeffding trees: a leaf is split once it has seen enough to be sure which
 * column parts its classes best. One tree, or several that each learn every
 * sample a random number of times and vote. For tables whose classes no line
 * parts. oracle/PROTOCOL.md "Models".
 * Source: Domingos, Hulten, KDD 2000 (the tree); Gama, Rocha, Medas, KDD 2003
 * (naive Bayes in the leaves) and Holmes, Kirkby, Pfahringer, ECML 2005 (for
 * as long as it is right more often than the majority); Oza, Russell, AISTATS
 * 2001 (online bagging), where a sample counts twice in the mean (Bifet,
 * Holmes, Pfahringer, ECML 2010, who raise it to 6).
 *
 * cells    how many samples were learned, zeros up to 16; then the trees. A
 *          tree: its number of nodes and the nodes, zeros up to a multiple of
 *          16, then a slot for each leaf that it may have. A node is 4 cells:
 *          column + 1 (0: a leaf), the last bin that goes to the first child,
 *          the first child, the slot of a leaf. A slot: enum slot_cell, zeros
 *          up to a multiple of 16, then for each column and class BINS counts
 * derived  logarithms of small counts
 */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "models/model.h"
#include "models/softmax.h"

enum { COLUMNS, GRACE, NODES, TREES };

#define COLUMNS_MAX 1024
#define NODES_MAX 4095
#define TREES_MAX 64

/* Values are counted in bins of 1/4 from -2 to 2, the ends open. */
#define BINS 16
#define BIN_WIDTH (DC_FX9_ONE / 4)

/* A leaf that has this weight learns no more: 2^32, of which twice, times
 * 10^9, still has a logarithm. */
#define COUNT_MAX (INT64_C(1) << 32)

/* Beside each count of naive Bayes, 0.1, and of a majority; fx9. */
#define SMOOTHING (DC_FX9_ONE / 10)

/* What is added to the mean vote before its logarithm: 0.001. */
#define VOTE_LEAST (DC_FX9_ONE / 1000)

/* Sure is 95 %: ln(1 / 0.05) / 2, fx9. Columns that are alike within 0.6 bit
 * are a tie: (0.6 ln 2)^2, fx9. */
#define HALF_LOG INT64_C(1497866137)
#define TIE_SQUARE INT64_C(172963085)

enum node_cell { NODE_COLUMN, NODE_BIN, NODE_CHILD, NODE_SLOT, NODE_CELLS };

/* Weight since the leaf was last looked at; how often the majority and how
 * often Bayes was right; then C weights of classes from before the leaf was
 * one, and C since. */
enum slot_cell { SLOT_SINCE, SLOT_MAJORITY, SLOT_BAYES, SLOT_CLASSES };

/* Counts below it have their logarithms in derived: of the count, and of it
 * with SMOOTHING, fx9. */
#define LN_COUNTS 4096
enum { LN_PLAIN = 0, LN_SMOOTH = LN_COUNTS, DERIVED = 2 * LN_COUNTS };

static const struct spec_param params[] = {
	{ "columns", 1, COLUMNS_MAX },
	{ "grace", 1, 1000000 },
	{ "nodes", 1, NODES_MAX },
	{ "trees", 1, TREES_MAX },
};

/* --- where things are --- */

static size_t padded(size_t n)
{
	return (n + MODEL_LEAF_CELLS - 1) / MODEL_LEAF_CELLS *
		MODEL_LEAF_CELLS;
}

static size_t slot_head(const struct model_spec *spec)
{
	return padded(SLOT_CLASSES + 2 * (size_t)spec->n_class);
}

static size_t slot_cells(const struct model_spec *spec)
{
	return slot_head(spec) +
		(size_t)spec->columns * spec->n_class * BINS;
}

static size_t nodes_cells(const struct model_spec *spec)
{
	return padded(1 + (size_t)spec->model_param[NODES] * NODE_CELLS);
}

/* Leaves of a tree with so many nodes: all but the ones with two children. */
static size_t leaves_of(size_t nodes)
{
	return (nodes + 1) / 2;
}

static size_t tree_cells(const struct model_spec *spec)
{
	return nodes_cells(spec) + slot_cells(spec) *
		leaves_of((size_t)spec->model_param[NODES]);
}

static size_t cells(const struct model_spec *spec)
{
	return MODEL_LEAF_CELLS + tree_cells(spec) *
		(size_t)spec->model_param[TREES];
}

static size_t derived(const struct model_spec *spec)
{
	return DERIVED;
}

/* Places of cells in m->cells. */
static size_t tree_at(const struct model_spec *spec, size_t tree)
{
	return MODEL_LEAF_CELLS + tree * tree_cells(spec);
}

static size_t node_at(size_t tree, int64_t node)
{
	return tree + 1 + (size_t)node * NODE_CELLS;
}

static size_t slot_at(const struct model_spec *spec, size_t tree, int64_t slot)
{
	return tree + nodes_cells(spec) + (size_t)slot * slot_cells(spec);
}

/* BINS counts of a class in a column. */
static size_t counts_at(const struct model_spec *spec, size_t slot, size_t v,
			size_t c)
{
	return slot + slot_head(spec) + (v * spec->n_class + c) * BINS;
}

/* --- which cells a snapshot may hold --- */

static bool within(const int64_t *cell, size_t n, int64_t max)
{
	bool wrong = false;

	for (size_t i = 0; i < n; i++)
		wrong |= cell[i] < 0 || cell[i] > max;
	return !wrong;
}

/* Every node but the first is a child once, of a node before it; every slot
 * is a leaf's once. seen (NODES_MAX + 1) of both. */
static bool node_valid(const struct model_spec *spec, const int64_t *node,
		       int64_t i, int64_t n, uint8_t *seen)
{
	enum { CHILD = 1, SLOT = 2 };

	if (node[NODE_COLUMN] == 0) {
		if (node[NODE_BIN] != 0 || node[NODE_CHILD] != 0 ||
		    node[NODE_SLOT] < 0 || node[NODE_SLOT] > n / 2 ||
		    seen[node[NODE_SLOT]] & SLOT)
			return false;
		seen[node[NODE_SLOT]] |= SLOT;
		return true;
	}
	if (node[NODE_COLUMN] < 0 || node[NODE_COLUMN] > spec->columns ||
	    node[NODE_BIN] < 0 || node[NODE_BIN] > BINS - 2 ||
	    node[NODE_CHILD] <= i || node[NODE_CHILD] > n - 2 ||
	    node[NODE_CHILD] % 2 != 1 || node[NODE_SLOT] != 0 ||
	    seen[node[NODE_CHILD]] & CHILD)
		return false;
	seen[node[NODE_CHILD]] |= CHILD;
	return true;
}

static int64_t sum_of(const int64_t *count, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += count[i];
	return sum;
}

/* Each column has counted what the classes have. */
static bool slot_valid(const struct model_spec *spec, const int64_t *slot)
{
	size_t n_class = spec->n_class, head = SLOT_CLASSES + 2 * n_class;
	const int64_t *own = slot + SLOT_CLASSES + n_class;
	const int64_t *count = slot + slot_head(spec);

	if (!within(slot, head, COUNT_MAX) ||
	    !within(slot + head, slot_head(spec) - head, 0) ||
	    sum_of(own, n_class) > COUNT_MAX)
		return false;
	for (size_t v = 0; v < spec->columns; v++)
		for (size_t c = 0; c < n_class; c++, count += BINS)
			if (!within(count, BINS, COUNT_MAX) ||
			    sum_of(count, BINS) != own[c])
				return false;
	return true;
}

/* A tree that has learned nothing is zeros: it has no node yet, and then
 * one leaf. */
static bool tree_valid(const struct model_spec *spec, const int64_t *tree)
{
	int64_t most = spec->model_param[NODES], n = tree[0];
	uint8_t seen[NODES_MAX + 1] = { 0 };
	size_t used = 1 + (size_t)(n < 0 ? 0 : n) * NODE_CELLS;

	if (n < 0 || n > most || (n != 0 && n % 2 != 1) ||
	    !within(tree + used, nodes_cells(spec) - used, 0))
		return false;
	for (int64_t i = 0; i < n; i++)
		if (!node_valid(spec, tree + node_at(0, i), i, n, seen))
			return false;
	for (size_t s = 0; s < leaves_of((size_t)most); s++) {
		const int64_t *slot = tree + slot_at(spec, 0, (int64_t)s);

		if (s < leaves_of((size_t)n) && n > 0
		    ? !slot_valid(spec, slot)
		    : !within(slot, slot_cells(spec), 0))
			return false;
	}
	return true;
}

static bool cells_valid(const struct model_spec *spec, const int64_t *cell)
{
	if (cell[0] < 0 || cell[0] > MODEL_COUNT_MAX ||
	    !within(cell + 1, MODEL_LEAF_CELLS - 1, 0))
		return false;
	for (int64_t t = 0; t < spec->model_param[TREES]; t++)
		if (!tree_valid(spec, cell + tree_at(spec, (size_t)t)))
			return false;
	return true;
}

static void rebuild(struct model *m)
{
	for (uint64_t i = 0; i < LN_COUNTS; i++) {
		m->derived[LN_PLAIN + i] = i == 0 ? 0 : fx9_ln(i);
		m->derived[LN_SMOOTH + i] =
			fx9_ln(i * (uint64_t)DC_FX9_ONE + SMOOTHING);
	}
}

static bool accepts(const struct sample *x)
{
	return true;
}

/* ln(count), 0 for 0; and ln(10^9 count + SMOOTHING); fx9. */
static int64_t ln_plain(const struct model *m, int64_t count)
{
	return count < LN_COUNTS ? m->derived[LN_PLAIN + count]
		: fx9_ln((uint64_t)count);
}

static int64_t ln_smooth(const struct model *m, int64_t count)
{
	return count < LN_COUNTS ? m->derived[LN_SMOOTH + count]
		: fx9_ln((uint64_t)count * (uint64_t)DC_FX9_ONE + SMOOTHING);
}

/* --- asking --- */

static uint8_t bin_of(int64_t value)
{
	int64_t bin = BINS / 2 + value / BIN_WIDTH -
		(value < 0 && value % BIN_WIDTH != 0);

	return (uint8_t)(bin < 0 ? 0 : bin > BINS - 1 ? BINS - 1 : bin);
}

/* The bin of each column; what x does not name is 0. */
static void bins_of(uint8_t bin[COLUMNS_MAX], const struct model *m,
		    const struct sample *x)
{
	memset(bin, bin_of(0), m->spec->columns);
	for (uint32_t i = 0; i < x->count; i++)
		bin[x->index ? x->index[i] : i] =
			bin_of(x->value ? x->value[i] : DC_FX9_ONE);
}

/* The leaf that a sample comes to: its node. */
static int64_t leaf_of(const struct model *m, size_t tree, const uint8_t *bin)
{
	int64_t i = 0;

	for (;;) {
		const int64_t *node = m->cells + node_at(tree, i);

		if (node[NODE_COLUMN] == 0)
			return i;
		i = node[NODE_CHILD] +
			(bin[node[NODE_COLUMN] - 1] > node[NODE_BIN]);
	}
}

/* What the leaf saw of class c, before and since it became one. */
static int64_t class_count(const struct model *m, size_t slot, size_t c)
{
	const int64_t *count = m->cells + slot + SLOT_CLASSES + c;

	return count[0] + count[m->spec->n_class];
}

/* Shares of the classes, fx9; all alike in a leaf that saw nothing. */
static void majority(const struct model *m, size_t slot, int64_t *p)
{
	size_t n_class = m->spec->n_class;
	__int128 sum = 0;

	for (size_t c = 0; c < n_class; c++)
		sum += class_count(m, slot, c) * (__int128)DC_FX9_ONE +
			SMOOTHING;
	for (size_t c = 0; c < n_class; c++)
		p[c] = (int64_t)((class_count(m, slot, c) *
				  (__int128)DC_FX9_ONE + SMOOTHING) *
				 DC_FX9_ONE / sum);
}

/* ln of the share, and of each column's bin within the class. Counts since
 * the leaf was one are the sum of each column's bins. */
static void bayes(const struct model *m, size_t slot, const uint8_t *bin,
		  int64_t *p)
{
	size_t n_class = m->spec->n_class, columns = m->spec->columns;
	int64_t said[SPEC_CLASSES_MAX];

	for (size_t c = 0; c < n_class; c++) {
		int64_t own = m->cells[slot + SLOT_CLASSES + n_class + c];
		uint64_t whole = (uint64_t)own * (uint64_t)DC_FX9_ONE +
			BINS * (uint64_t)SMOOTHING;

		said[c] = ln_smooth(m, class_count(m, slot, c)) -
			(int64_t)columns * fx9_ln(whole);
	}
	for (size_t v = 0; v < columns; v++)
		for (size_t c = 0; c < n_class; c++)
			said[c] += ln_smooth(m, m->cells[bin[v] +
				counts_at(m->spec, slot, v, c)]);
	softmax(p, said, (uint32_t)n_class);
}

/* p (n_class) what a tree says, fx9. */
static void tree_ask(const struct model *m, size_t tree, const uint8_t *bin,
		     int64_t *p)
{
	int64_t leaf = leaf_of(m, tree, bin);
	size_t slot = slot_at(m->spec, tree,
			      m->cells[node_at(tree, leaf) + NODE_SLOT]);

	if (m->cells[slot + SLOT_BAYES] > m->cells[slot + SLOT_MAJORITY])
		bayes(m, slot, bin, p);
	else
		majority(m, slot, p);
}

/* The logarithm of the mean vote. */
static void scores(const struct model *m, int64_t *out, const struct sample *x)
{
	int64_t p[SPEC_CLASSES_MAX], trees = m->spec->model_param[TREES];
	uint8_t bin[COLUMNS_MAX];

	bins_of(bin, m, x);
	memset(out, 0, m->spec->n_class * sizeof(*out));
	for (int64_t t = 0; t < trees; t++) {
		tree_ask(m, tree_at(m->spec, (size_t)t), bin, p);
		for (size_t c = 0; c < m->spec->n_class; c++)
			out[c] += p[c];
	}
	for (size_t c = 0; c < m->spec->n_class; c++)
		out[c] = fx9_ln((uint64_t)(out[c] / trees + VOTE_LEAST)) -
			fx9_ln((uint64_t)(DC_FX9_ONE + VOTE_LEAST));
}

/* --- learning --- */

static void count_up(struct model *m, size_t cell, int64_t by)
{
	m->cells[cell] += by;
	model_touch(m, cell);
}

/* n ln(n), fx9. */
static __int128 n_ln_n(const struct model *m, int64_t n)
{
	return (__int128)n * ln_plain(m, n);
}

/* The sum of n ln(n) less that of the classes: n times their entropy. */
static __int128 disorder(const struct model *m, const int64_t *count)
{
	__int128 inner = 0;
	int64_t n = 0;

	for (size_t c = 0; c < m->spec->n_class; c++) {
		n += count[c];
		inner += n_ln_n(m, count[c]);
	}
	return n_ln_n(m, n) - inner;
}

/* Where to part a leaf, and what that gains: entropy times weight, fx9. */
struct cut {
	int64_t column, bin;
	__int128 gain;
};

/* Move a bin's counts from right to left; returns their sum. */
static int64_t bin_move(const struct model *m, size_t slot, size_t v,
			size_t bin, int64_t *left, int64_t *right)
{
	int64_t n = 0;

	for (size_t c = 0; c < m->spec->n_class; c++) {
		int64_t count = m->cells[counts_at(m->spec, slot, v, c) + bin];

		left[c] += count;
		right[c] -= count;
		n += count;
	}
	return n;
}

/* The best place within one column; both sides get at least 1 % of n.
 * all (n_class) weight of the classes, n their sum
 * before  their disorder */
static struct cut column_cut(const struct model *m, size_t slot, size_t v,
			     const int64_t *all, int64_t n, __int128 before)
{
	int64_t left[SPEC_CLASSES_MAX] = { 0 }, right[SPEC_CLASSES_MAX];
	struct cut best = { (int64_t)v, 0, 0 };
	int64_t low = 0;

	memcpy(right, all, m->spec->n_class * sizeof(*right));
	for (size_t bin = 0; bin + 1 < BINS; bin++) {
		__int128 gain;
		int64_t moved = bin_move(m, slot, v, bin, left, right);

		low += moved;
		if (moved == 0 || low < (n + 99) / 100 ||
		    n - low < (n + 99) / 100)
			continue;
		gain = before - disorder(m, left) - disorder(m, right);
		if (gain > best.gain)
			best = (struct cut){ (int64_t)v, (int64_t)bin, gain };
	}
	return best;
}

/* Hoeffding's bound on what a gain that was seen can be wrong by, with R =
 * ln(n_class): e = R sqrt(ln(1 / 0.05) / 2 n). Sure: the best is ahead of the
 * second by more, or e is so small that it does not matter which is taken.
 * Gains are below 2^36, n at most 2^32, R^2 below 2^66. */
static bool is_sure(const struct model *m, __int128 ahead, int64_t n)
{
	int64_t range = fx9_ln(m->spec->n_class);
	__int128 square = (__int128)range * range / DC_FX9_ONE * HALF_LOG;
	int64_t gap = (int64_t)(ahead / n);

	return (__int128)gap * gap / DC_FX9_ONE * n > square / DC_FX9_ONE ||
		square / DC_FX9_ONE < (__int128)TIE_SQUARE * n;
}

/* A new leaf with what came to its side before, in an empty slot. */
static void leaf_make(struct model *m, size_t tree, int64_t node, int64_t slot,
		      const int64_t *classes)
{
	size_t at = node_at(tree, node);
	size_t to = slot_at(m->spec, tree, slot) + SLOT_CLASSES;

	memset(m->cells + at, 0, NODE_CELLS * sizeof(*m->cells));
	m->cells[at + NODE_SLOT] = slot;
	memcpy(m->cells + to, classes, m->spec->n_class * sizeof(*classes));
	model_touch_all(m, at, NODE_CELLS);
	model_touch_all(m, to, m->spec->n_class);
}

/* The leaf becomes a node with two; the first takes its slot. */
static void leaf_part(struct model *m, size_t tree, int64_t leaf,
		      const struct cut *cut)
{
	size_t at = node_at(tree, leaf);
	int64_t old = m->cells[at + NODE_SLOT], child = m->cells[tree];
	size_t slot = slot_at(m->spec, tree, old);
	int64_t left[SPEC_CLASSES_MAX] = { 0 }, right[SPEC_CLASSES_MAX];

	memcpy(right, m->cells + slot + SLOT_CLASSES + m->spec->n_class,
	       m->spec->n_class * sizeof(*right));
	for (int64_t bin = 0; bin <= cut->bin; bin++)
		(void)bin_move(m, slot, (size_t)cut->column, (size_t)bin, left,
			       right);
	memset(m->cells + slot, 0, slot_cells(m->spec) * sizeof(*m->cells));
	model_touch_all(m, slot, slot_cells(m->spec));
	m->cells[at + NODE_COLUMN] = cut->column + 1;
	m->cells[at + NODE_BIN] = cut->bin;
	m->cells[at + NODE_CHILD] = child;
	m->cells[at + NODE_SLOT] = 0;
	model_touch_all(m, at, NODE_CELLS);
	leaf_make(m, tree, child, old, left);
	leaf_make(m, tree, child + 1, (child + 1) / 2, right);
	count_up(m, tree, 2);
}

/* Part the leaf, if it is sure where. */
static void leaf_look(struct model *m, size_t tree, int64_t leaf, size_t slot)
{
	const int64_t *all = m->cells + slot + SLOT_CLASSES + m->spec->n_class;
	int64_t n = sum_of(all, m->spec->n_class);
	__int128 before = disorder(m, all), second = 0;
	struct cut best = { 0, 0, 0 };

	if (m->cells[tree] + 2 > m->spec->model_param[NODES])
		return;
	for (size_t v = 0; v < m->spec->columns; v++) {
		struct cut cut = column_cut(m, slot, v, all, n, before);

		if (cut.gain > best.gain) {
			second = best.gain;
			best = cut;
		} else if (cut.gain > second) {
			second = cut.gain;
		}
	}
	if (best.gain > 0 && is_sure(m, best.gain - second, n))
		leaf_part(m, tree, leaf, &best);
}

/* Who would have been right. */
static void leaf_judge(struct model *m, size_t slot, const uint8_t *bin,
		       uint32_t label)
{
	int64_t p[SPEC_CLASSES_MAX];

	majority(m, slot, p);
	if (model_best(p, m->spec->n_class) == label)
		count_up(m, slot + SLOT_MAJORITY, 1);
	bayes(m, slot, bin, p);
	if (model_best(p, m->spec->n_class) == label)
		count_up(m, slot + SLOT_BAYES, 1);
}

static void tree_learn(struct model *m, size_t tree, const uint8_t *bin,
		       uint32_t label, int64_t weight)
{
	size_t n_class = m->spec->n_class, slot, own;
	int64_t leaf = leaf_of(m, tree, bin);

	if (m->cells[tree] == 0)	/* the first leaf is there now */
		count_up(m, tree, 1);
	slot = slot_at(m->spec, tree,
		       m->cells[node_at(tree, leaf) + NODE_SLOT]);
	own = slot + SLOT_CLASSES + n_class;
	if (sum_of(m->cells + own, n_class) + weight > COUNT_MAX)
		return;
	leaf_judge(m, slot, bin, label);
	count_up(m, own + label, weight);
	for (size_t v = 0; v < m->spec->columns; v++)
		count_up(m, counts_at(m->spec, slot, v, label) + bin[v],
			 weight);
	count_up(m, slot + SLOT_SINCE, weight);
	if (m->cells[slot + SLOT_SINCE] < m->spec->model_param[GRACE])
		return;
	m->cells[slot + SLOT_SINCE] = 0;
	leaf_look(m, tree, leaf, slot);
}

/* How often tree t of several learns sample n: Poisson's distribution of mean
 * 2, by the upper half of a mixed number (Steele, Lea, Flood, OOPSLA 2014).
 * most[k] = floor(2^32 times the chance of k or fewer) */
static int64_t times_of(uint64_t n, uint64_t t)
{
	static const uint32_t most[] = {
		581260615, 1743781846, 2906303077, 3681317231, 4068824308,
		4223827139, 4275494749, 4290256923, 4293947467, 4294767588,
	};
	uint64_t z = (n * TREES_MAX + t) * UINT64_C(0x9e3779b97f4a7c15);
	int64_t k = 0;

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z = (z ^ z >> 31) >> 32;
	while (k < (int64_t)DC_ARRAY_LEN(most) && z >= most[k])
		k++;
	return k;
}

static void learn(struct model *m, const struct sample *x, uint32_t label,
		  const int64_t *before)
{
	int64_t trees = m->spec->model_param[TREES];
	uint8_t bin[COLUMNS_MAX];

	if (m->cells[0] == MODEL_COUNT_MAX)
		return;
	count_up(m, 0, 1);
	bins_of(bin, m, x);
	for (int64_t t = 0; t < trees; t++) {
		int64_t weight = trees == 1 ? 1 :
			times_of((uint64_t)m->cells[0], (uint64_t)t);

		if (weight > 0)
			tree_learn(m, tree_at(m->spec, (size_t)t), bin, label,
				   weight);
	}
}

const struct model_ops model_hoeffding = {
	.choice = { "hoeffding", params, DC_ARRAY_LEN(params) },
	.learn_needs = MODEL_NEEDS_NOTHING,
	.cells = cells,
	.derived = derived,
	.cells_valid = cells_valid,
	.rebuild = rebuild,
	.accepts = accepts,
	.scores = scores,
	.learn = learn,
};
