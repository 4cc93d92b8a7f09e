/* Kept states of mirrors: what is read is what was written, bit for bit, and
 * nothing else is taken. */
#include "config.h"

#include <string.h>

#include "oracle/deca_kept.h"
#include "tests/unit/sql_fixture.h"

#define BYTES_MAX (1 << 22)

static struct u256 random_u256(uint64_t *seed)
{
	struct u256 v;

	for (size_t i = 0; i < DC_ARRAY_LEN(v.w); i++)
		v.w[i] = unit_random(seed);
	return v;
}

/* Numbers that no contract may have as well: all widths are kept whole. */
static struct deca_model *random_model(enum deca_kind kind, uint64_t *seed)
{
	const struct deca_room room = { 8, 512 };
	struct deca_model *m = deca_model_init(
		dc_malloc(deca_model_size(room)), kind, room);
	uint32_t n = 1 + (uint32_t)(unit_random(seed) % 5), n_count;
	struct deca_class klass[8];

	n_count = kind == DECA_NEAREST_CENTROID ?
		(uint32_t)(unit_random(seed) % 7) : 0;
	for (size_t k = 0; k < DC_ARRAY_LEN(klass); k++)
		klass[k] = (struct deca_class){
			random_u256(seed), random_u256(seed),
			unit_random(seed) % 100
		};
	m->n_names = unit_random(seed);
	m->learning_rate = (uint32_t)unit_random(seed);
	m->smoothing = (uint32_t)unit_random(seed);
	m->intercept = random_u256(seed);
	m->total_features = random_u256(seed);
	ck_assert(deca_classes_load(m, klass, n, n_count));
	for (size_t i = unit_random(seed) % 200; i > 0; i--) {
		const struct deca_cell cell = {
			.klass = (uint32_t)(unit_random(seed) % n),
			.index = unit_random(seed) >> unit_random(seed) % 64,
			.low = unit_random(seed), .high = unit_random(seed),
		};

		ck_assert(deca_cell_load(m, &cell));
	}
	return m;
}

static struct deca_kept random_kept(enum deca_kind kind, uint64_t *seed)
{
	struct deca_kept k = { .model = random_model(kind, seed) };

	for (size_t i = 0; i < 20; i++) {
		k.trainer.b[i] = (uint8_t)unit_random(seed);
		k.classifier.b[i] = (uint8_t)unit_random(seed);
	}
	k.at.number = unit_random(seed);
	k.at.time_s = unit_random(seed);
	for (size_t i = 0; i < 32; i++)
		k.at.hash.b[i] = (uint8_t)unit_random(seed);
	k.stats = (struct deca_mirror_stats){
		.contributions = unit_random(seed),
		.agreed_before = unit_random(seed),
		.refunds = unit_random(seed), .reports = unit_random(seed),
		.rereads = unit_random(seed), .rewinds = unit_random(seed),
		.audited = unit_random(seed), .differed = unit_random(seed),
		.unanswered = unit_random(seed),
	};
	return k;
}

static void check_same_cells(const struct deca_model *a,
			     const struct deca_model *b)
{
	const struct deca_cell *cell, *other;
	uint64_t at = 0;

	ck_assert_uint_eq(a->n_cell, b->n_cell);
	while ((cell = deca_cell_next(a, &at)) != NULL) {
		other = deca_cell_find(b, cell->klass, cell->index);
		ck_assert_ptr_nonnull(other);
		ck_assert_uint_eq(cell->low, other->low);
		ck_assert_uint_eq(cell->high, other->high);
	}
}

static void check_same(const struct deca_kept *a, const struct deca_kept *b)
{
	const struct deca_model *m = a->model, *n = b->model;
	uint32_t classes = m->n_count > m->n_class ? (uint32_t)m->n_count
						     : m->n_class;

	ck_assert(addr20_equal(&a->trainer, &b->trainer));
	ck_assert(addr20_equal(&a->classifier, &b->classifier));
	ck_assert_uint_eq(a->at.number, b->at.number);
	ck_assert(hash32_equal(&a->at.hash, &b->at.hash));
	ck_assert_uint_eq(a->at.time_s, b->at.time_s);
	ck_assert_mem_eq(&a->stats, &b->stats, sizeof(a->stats));
	ck_assert_uint_eq(m->kind, n->kind);
	ck_assert_uint_eq(m->n_class, n->n_class);
	ck_assert_uint_eq(m->n_names, n->n_names);
	ck_assert_uint_eq(m->n_count, n->n_count);
	ck_assert_uint_eq(m->learning_rate, n->learning_rate);
	ck_assert_uint_eq(m->smoothing, n->smoothing);
	ck_assert_int_eq(u256_compare(m->intercept, n->intercept), 0);
	ck_assert_int_eq(u256_compare(m->total_features, n->total_features),
			 0);
	ck_assert_mem_eq(deca_class_at(m, 0), deca_class_at(n, 0),
			 classes * sizeof(struct deca_class));
	check_same_cells(m, n);
}

static void write_kept(struct dc_buf *out, const struct deca_kept *kept)
{
	dc_buf_init(out, BYTES_MAX);
	deca_kept_export(out, kept);
	ck_assert(!dc_buf_failed(out));
}

START_TEST(a_state_is_read_as_it_was_written)
{
	uint64_t seed = 4;

	for (int i = 0; i < 100; i++) {
		struct deca_kept kept = random_kept(
			(enum deca_kind)(i % DECA_KINDS), &seed), again;
		struct dc_buf out, twice;

		write_kept(&out, &kept);
		MUST(deca_kept_import(&again, out.data, out.len, err));
		check_same(&kept, &again);
		/* the table has another size now: the bytes have not */
		write_kept(&twice, &again);
		ck_assert_uint_eq(out.len, twice.len);
		ck_assert_mem_eq(out.data, twice.data, out.len);
		dc_buf_clear(&out);
		dc_buf_clear(&twice);
		free(kept.model);
		free(again.model);
	}
}
END_TEST

/* Whatever a disk does to it. */
START_TEST(a_byte_that_is_lost_or_another_is_refused)
{
	uint64_t seed = 5;
	struct deca_kept kept = random_kept(DECA_NAIVE_BAYES, &seed), again;
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;

	write_kept(&out, &kept);
	for (size_t i = 0; i < out.len; i++) {
		uint8_t *whole = dc_malloc(i + 1);

		memcpy(whole, out.data, i);	/* so that ASan sees past it */
		unit_require(deca_kept_import(&again, whole, i, &err) ==
			     DC_EINVAL);
		free(whole);
		out.data[i] ^= 0x10;
		unit_require(deca_kept_import(&again, out.data, out.len,
					      &err) == DC_EINVAL);
		out.data[i] ^= 0x10;
		dc_err_clear(&err);
	}
	dc_buf_append_byte(&out, 0);
	unit_require(deca_kept_import(&again, out.data, out.len, &err) ==
		     DC_EINVAL);
	dc_buf_clear(&out);
	free(kept.model);
}
END_TEST

/* With a hash that fits: lengths are held against what is there. */
START_TEST(a_file_that_says_more_than_it_has_is_refused)
{
	static const size_t counts[] = { 208, 212, 216 + 7, 224 + 6,
					 232 + 6 };
	uint64_t seed = 6;
	struct deca_kept kept = random_kept(DECA_SPARSE_NEAREST_CENTROID,
					    &seed), again;
	struct dc_buf out;

	write_kept(&out, &kept);
	for (size_t i = 0; i < DC_ARRAY_LEN(counts); i++) {
		uint8_t *b = out.data + counts[i];
		struct hash32 hash;

		if (i == 2)
			continue;	/* names are only a number */
		*b ^= 0x40;
		keccak256(&hash, out.data + 48, out.len - 48);
		memcpy(out.data + 16, hash.b, 32);
		MUST_BE(DC_EINVAL, deca_kept_import(&again, out.data, out.len,
						    err));
		*b ^= 0x40;
	}
	dc_buf_clear(&out);
	free(kept.model);
}
END_TEST

START_TEST(zeros_are_shed_and_nothing_else)
{
	uint64_t seed = 7;
	struct deca_kept kept = random_kept(DECA_SPARSE_PERCEPTRON, &seed);
	struct deca_model *m = kept.model, *less;
	uint64_t n = m->n_cell;

	for (uint64_t i = 0; i < 100; i++) {
		const struct deca_cell zero = { .index = UINT64_MAX - i };

		ck_assert(deca_cell_load(m, &zero));
	}
	kept.model = deca_model_move(dc_malloc(deca_model_size(
			(struct deca_room){ 9, 1000 })),
			(struct deca_room){ 9, 1000 }, m);
	less = deca_model_shed(m, 10);
	ck_assert_uint_eq(less->n_cell, n);
	ck_assert_ptr_null(deca_cell_find(less, 0, UINT64_MAX));
	ck_assert_uint_eq(less->learning_rate, kept.model->learning_rate);
	ck_assert_mem_eq(deca_class_at(less, 0), deca_class_at(kept.model, 0),
			 less->n_class * sizeof(struct deca_class));
	free(less);
	free(kept.model);
}
END_TEST

UNIT_MAIN("oracle/deca_kept", a_state_is_read_as_it_was_written,
	  a_byte_that_is_lost_or_another_is_refused,
	  a_file_that_says_more_than_it_has_is_refused,
	  zeros_are_shed_and_nothing_else)
