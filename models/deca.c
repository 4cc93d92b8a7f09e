/*
 * The block that 0xDeCA10B's classifiers live in: a header, classes, and an
 * open-addressed table of cells with linear probing. Cells are made, never
 * taken out, as storage slots are.
 */
#include "config.h"

#include <string.h>

#include "base/i256.h"
#include "models/deca_private.h"
#include "models/deca_view.h"

/* The table is at most 3/4 full. */
#define SLOTS_MIN 16

static const struct deca_ops *const kinds[DECA_KINDS] = {
	[DECA_DENSE_PERCEPTRON] = &deca_dense_perceptron,
	[DECA_SPARSE_PERCEPTRON] = &deca_sparse_perceptron,
	[DECA_NAIVE_BAYES] = &deca_naive_bayes,
	[DECA_NEAREST_CENTROID] = &deca_nearest_centroid,
	[DECA_SPARSE_NEAREST_CENTROID] = &deca_sparse_nearest_centroid,
};

const struct deca_ops *deca_ops(enum deca_kind kind)
{
	return kinds[kind];
}

bool deca_kind_find(enum deca_kind *out, const char *name)
{
	for (int i = 0; i < DECA_KINDS; i++) {
		if (strcmp(kinds[i]->name, name) != 0)
			continue;
		*out = (enum deca_kind)i;
		return true;
	}
	return false;
}

const char *deca_reason_text(enum deca_reason reason)
{
	static const char *const texts[DECA_REASON_COUNT] = {
		[DECA_NO_ROOM] = "<no room>",
#define DECA_REASON_TEXT(name, text) [DECA_##name] = text,
		DECA_REASONS(DECA_REASON_TEXT)
#undef DECA_REASON_TEXT
	};

	return texts[reason];
}

enum deca_reason deca_reason_passed_on(enum deca_reason inner)
{
	return inner == DECA_INVALID_OPCODE ? DECA_REVERTED : inner;
}

struct u256 deca_count_limit(void)
{
	return u256_shl(u256_from_u64(1), 191);
}

/* A power of two with a quarter to spare; 0: too many. */
static uint64_t slots_for(uint64_t cells)
{
	uint64_t slots = SLOTS_MIN;

	if (cells > UINT64_C(1) << 40)
		return 0;
	while (slots / 4 * 3 < cells)
		slots *= 2;
	return slots;
}

size_t deca_model_size(struct deca_room room)
{
	uint64_t slots = slots_for(room.cells);
	size_t bytes;

	if (slots == 0
	    || __builtin_mul_overflow(slots, sizeof(struct deca_cell), &bytes)
	    || __builtin_add_overflow(
		       bytes, (size_t)room.classes * sizeof(struct deca_class),
		       &bytes)
	    || __builtin_add_overflow(bytes, sizeof(struct deca_model),
				      &bytes))
		return 0;
	return bytes;
}

struct deca_model *deca_model_init(void *block, enum deca_kind kind,
				   struct deca_room room)
{
	struct deca_model *m = block;

	memset(block, 0, deca_model_size(room));
	m->kind = kind;
	m->slots = slots_for(room.cells);
	m->room_classes = room.classes;
	return m;
}

struct deca_class *deca_classes(struct deca_model *m)
{
	return (struct deca_class *)(m + 1);
}

struct deca_cell *deca_cells(struct deca_model *m)
{
	return (struct deca_cell *)(deca_classes(m) + m->room_classes);
}

const struct deca_class *deca_class_at(const struct deca_model *m,
				       uint32_t klass)
{
	return (const struct deca_class *)(m + 1) + klass;
}

static const struct deca_cell *cells_of(const struct deca_model *m)
{
	return (const struct deca_cell *)deca_class_at(m, m->room_classes);
}

/* Fibonacci hashing of (class, index) mixed.
 * Source: Steele, Lea, Flood, Fast splittable PRNGs, 2014 (the mixer). */
static uint64_t first_slot(const struct deca_model *m, uint32_t klass,
			   uint64_t index)
{
	uint64_t h = index + (uint64_t)klass * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return (h ^ h >> 31) & (m->slots - 1);
}

/* The slot that holds the cell, or the free one where it would go. */
static uint64_t slot_of(const struct deca_model *m, uint32_t klass,
			uint64_t index)
{
	const struct deca_cell *cell = cells_of(m);
	uint64_t at = first_slot(m, klass, index);

	while (cell[at].used
	       && (cell[at].index != index || cell[at].klass != klass))
		at = (at + 1) & (m->slots - 1);
	return at;
}

const struct deca_cell *deca_cell_find(const struct deca_model *m,
				       uint32_t klass, uint64_t index)
{
	const struct deca_cell *cell = cells_of(m) + slot_of(m, klass, index);

	return cell->used ? cell : NULL;
}

/* The cell, made as 0 where there is none: deca_fits was asked before. */
static struct deca_cell *cell_make(struct deca_model *m, uint32_t klass,
				   uint64_t index)
{
	struct deca_cell *cell = deca_cells(m) + slot_of(m, klass, index);

	if (cell->used)
		return cell;
	DC_CHECK(m->n_cell < m->slots - 1);
	cell->used = 1;
	cell->klass = klass;
	cell->index = index;
	m->n_cell++;
	return cell;
}

__int128 deca_cell_value(const struct deca_cell *cell)
{
	if (cell == NULL)
		return 0;
	return (__int128)((unsigned __int128)cell->high << 64 | cell->low);
}

struct deca_number deca_number_get(const struct deca_model *m,
				   uint32_t klass, uint64_t index)
{
	const struct deca_cell *cell;

	if (m->layout == DECA_VIEW)
		return deca_view_get(m, klass, index);
	cell = deca_cell_find(m, klass, index);
	return cell == NULL ? (struct deca_number){ 0, 0 }
		: (struct deca_number){ cell->low, cell->high };
}

void deca_number_set(struct deca_model *m, uint32_t klass, uint64_t index,
		     struct deca_number number)
{
	struct deca_cell *cell;

	if (m->layout == DECA_VIEW) {
		deca_view_set(m, klass, index, number);
		return;
	}
	cell = cell_make(m, klass, index);
	cell->low = number.low;
	cell->high = number.high;
}

bool deca_fits(const struct deca_model *m, uint64_t n_cell, uint32_t n_class)
{
	uint64_t most = m->slots / 4 * 3;

	if (m->layout == DECA_VIEW)
		return n_class == 0;
	return n_cell <= most && m->n_cell <= most - n_cell
	       && n_class <= m->room_classes
	       && m->n_class <= m->room_classes - n_class;
}

/* dataCounts may be longer than the rows. */
static uint32_t classes_in_use(const struct deca_model *m)
{
	return m->n_count > m->n_class ? (uint32_t)m->n_count : m->n_class;
}

struct deca_room deca_model_room(const struct deca_model *m, uint64_t cells)
{
	return (struct deca_room){
		.classes = classes_in_use(m) + 1,
		.cells = m->n_cell + cells,
	};
}

struct deca_model *deca_model_move(void *block, struct deca_room room,
				   const struct deca_model *from)
{
	struct deca_model *m = deca_model_init(
		block, (enum deca_kind)from->kind, room);
	uint64_t slots = m->slots;
	const struct deca_cell *cell = cells_of(from);

	DC_CHECK(room.classes >= classes_in_use(from)
		 && room.cells >= from->n_cell);
	*m = *from;
	m->slots = slots;
	m->room_classes = room.classes;
	m->n_cell = 0;
	memcpy(deca_classes(m), deca_class_at(from, 0),
	       classes_in_use(from) * sizeof(struct deca_class));
	for (uint64_t i = 0; i < from->slots; i++)
		if (cell[i].used)
			*cell_make(m, cell[i].klass, cell[i].index) =
				cell[i];
	return m;
}

bool deca_classes_load(struct deca_model *m, const struct deca_class *klass,
		       uint32_t n_class, uint32_t n_count)
{
	uint32_t n = n_class > n_count ? n_class : n_count;

	if (n > m->room_classes)
		return false;
	memcpy(deca_classes(m), klass, n * sizeof(*klass));
	m->n_class = n_class;
	m->n_count = n_count;
	return true;
}

bool deca_cell_load(struct deca_model *m, const struct deca_cell *cell)
{
	struct deca_cell *to;

	if (!deca_fits(m, 1, 0))
		return false;
	to = cell_make(m, cell->klass, cell->index);
	to->low = cell->low;
	to->high = cell->high;
	return true;
}

const struct deca_cell *deca_cell_next(const struct deca_model *m,
				       uint64_t *at)
{
	const struct deca_cell *cell = cells_of(m);

	while (*at < m->slots)
		if (cell[(*at)++].used)
			return &cell[*at - 1];
	return NULL;
}

static bool row_complete(const struct deca_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->pair[i].given < 2)
			return false;
	return true;
}

/* Both elements of each pair, and room for them and so many further
 * classes. */
static enum deca_reason row_check(const struct deca_model *m,
				  const struct deca_row *row, uint32_t n_class)
{
	if (!row_complete(row))
		return DECA_INVALID_OPCODE;
	return deca_fits(m, row->n, n_class) ? DECA_DONE : DECA_NO_ROOM;
}

/* A class's count is read before its row. */
static enum deca_reason rows_check(const struct deca_model *m,
				   const struct deca_setup *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n_row; i++) {
		if (i >= s->n_count || !row_complete(&s->row[i]))
			return DECA_INVALID_OPCODE;
		n += s->row[i].n;
	}
	if (s->n_row > UINT32_MAX || !deca_fits(m, n, (uint32_t)s->n_row))
		return DECA_NO_ROOM;
	return DECA_DONE;
}

struct deca_class *deca_class_push(struct deca_model *m, struct u256 count)
{
	struct deca_class *c = deca_classes(m) + m->n_class++;

	*c = (struct deca_class){ .count = count };
	return c;
}

enum deca_reason deca_pairs_construct(struct deca_model *m,
				      const struct deca_setup *s,
				      deca_pairs_set *set)
{
	enum deca_reason r = rows_check(m, s);

	if (r != DECA_DONE)
		return r;
	m->n_names = s->n_names;
	for (uint32_t i = 0; i < s->n_row; i++) {
		(void)deca_class_push(m, s->count[i]);
		set(m, i, &s->row[i]);
	}
	return DECA_DONE;
}

enum deca_reason deca_pairs_extend(struct deca_model *m,
				   const struct deca_row *row, uint64_t at,
				   deca_pairs_set *set)
{
	enum deca_reason r;

	if (at >= m->n_class)
		return DECA_CLASS_NOT_ADDED;
	r = row_check(m, row, 0);
	if (r == DECA_DONE)
		set(m, (uint32_t)at, row);
	return r;
}

enum deca_reason deca_pairs_class(struct deca_model *m,
				  const struct deca_row *row,
				  struct u256 count, deca_pairs_set *set)
{
	enum deca_reason r = row_check(m, row, 1);

	if (r != DECA_DONE)
		return r;
	m->n_names++;
	(void)deca_class_push(m, count);
	set(m, m->n_class - 1, row);
	return DECA_DONE;
}

void deca_row_append(struct deca_model *m, uint32_t klass,
		     const struct deca_row *row)
{
	struct deca_class *c = deca_classes(m) + klass;

	for (size_t i = 0; i < row->n; i++)
		deca_number_set(m, klass, c->length++,
				deca_number_of(row->pair[i].value));
}

/* int128 products of int64 do not wrap, nor does their sum in 256 bits. */
struct u256 deca_square_sum(const int64_t *data, size_t n)
{
	struct u256 sum = U256_ZERO;

	for (size_t i = 0; i < n; i++)
		(void)u256_add_wrap(&sum, sum,
				    i256_from_i128((__int128)data[i]
						   * data[i]));
	return sum;
}

bool deca_norm_is_1(struct u256 square_sum)
{
	uint64_t one = UINT64_C(1000000000000000000);
	uint64_t offset = UINT64_C(100) * DECA_FLOAT;
	uint64_t sum;

	return u256_to_u64(&sum, square_sum) && one - offset < sum
	       && sum < one + offset;
}

enum deca_reason deca_norm_dense(struct u256 *out, const int64_t *data,
				 size_t n)
{
	*out = u256_sqrt(deca_square_sum(data, n));
	return DECA_DONE;
}

enum deca_reason deca_norm_none(struct u256 *out, const int64_t *data,
				size_t n)
{
	return DECA_NO_NORM;
}
