/* check_models_sample.c: the canonical form of packed samples. */

#include "config.h"

#include <string.h>

#include "models/sample.h"
#include "tests/unit/unit.h"

#define COLUMNS 1000

static struct sample_room room, other_room;

static bool
decode(struct sample *s, const uint8_t *bytes, size_t len)
{
	return sample_decode(s, &room, COLUMNS, bytes, len);
}

START_TEST(a_binary_sample_is_ascending_gaps)
{
	static const uint8_t bytes[] = { 1, 3, 0, 4, 0xe1, 0x07 };
	struct sample s;

	ck_assert(decode(&s, bytes, sizeof(bytes)));
	ck_assert_int_eq(s.kind, SAMPLE_BINARY);
	ck_assert_uint_eq(s.count, 3);
	ck_assert_uint_eq(s.index[0], 0);
	ck_assert_uint_eq(s.index[1], 5);
	ck_assert_uint_eq(s.index[2], 5 + 1 + 993);
	ck_assert_ptr_null(s.value);
}
END_TEST

START_TEST(a_sample_with_values_has_gap_and_zigzag_pairs)
{
	static const uint8_t bytes[] = { 2, 2, 7, 1, 0, 0x80, 0x01 };
	struct sample s;

	ck_assert(decode(&s, bytes, sizeof(bytes)));
	ck_assert_uint_eq(s.index[0], 7);
	ck_assert_int_eq(s.value[0], -1);
	ck_assert_uint_eq(s.index[1], 8);
	ck_assert_int_eq(s.value[1], 64);
}
END_TEST

START_TEST(a_dense_sample_has_a_value_for_each_column)
{
	static const uint8_t bytes[] = { 3, 2, 0, 2 };
	struct sample s;

	ck_assert(sample_decode(&s, &room, 2, bytes, sizeof(bytes)));
	ck_assert_ptr_null(s.index);
	ck_assert_int_eq(s.value[0], 0);
	ck_assert_int_eq(s.value[1], 1);
	ck_assert(!sample_decode(&s, &room, 3, bytes, sizeof(bytes)));
	ck_assert(!sample_decode(&s, &room, 1, bytes, sizeof(bytes)));
}
END_TEST

START_TEST(the_empty_sparse_sample_is_a_sample)
{
	static const uint8_t bytes[] = { 1, 0 };
	struct sample s;

	ck_assert(decode(&s, bytes, sizeof(bytes)));
	ck_assert_uint_eq(s.count, 0);
}
END_TEST

#define BYTES(...) \
	{ sizeof((const uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ } }

static const struct {
	size_t len;
	uint8_t bytes[16];
} broken[] = {
	{ 0, { 0 } },
	BYTES(1),			/* no count */
	BYTES(0, 0),			/* no such kind */
	BYTES(4, 0),
	BYTES(0x81, 0x00, 0),		/* kind, not shortest */
	BYTES(1, 0x80, 0x00),		/* count, not shortest */
	BYTES(1, 1),			/* cut off */
	BYTES(1, 1, 0x80),
	BYTES(1, 1, 0x80, 0x00),	/* gap, not shortest */
	BYTES(1, 1, 0, 0),		/* something follows */
	BYTES(1, 0, 0),
	BYTES(1, 1, 0xe8, 0x07),	/* 1000: no such column */
	BYTES(1, 2, 0xe7, 0x07, 0),	/* 999, 1000 */
	BYTES(1, 0xe9, 0x07),		/* more entries than columns */
	BYTES(1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
	BYTES(1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2),
	BYTES(2, 1, 0, 0),		/* a value of 0 */
	BYTES(2, 1, 0),			/* no value */
	/* 2^50 + 1 and -(2^50 + 1) */
	BYTES(2, 1, 0, 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x04),
	BYTES(2, 1, 0, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x04),
};

START_TEST(what_is_not_canonical_is_no_sample)
{
	struct sample s;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(broken); i++)
		ck_assert_msg(!decode(&s, broken[i].bytes, broken[i].len),
			      "broken[%zu] was taken", i);
}
END_TEST

START_TEST(the_largest_values_are_samples)
{
	static const uint8_t bytes[] = {
		2, 2, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x04,
		0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03
	};
	struct sample s;

	ck_assert(decode(&s, bytes, sizeof(bytes)));
	ck_assert_int_eq(s.value[0], SAMPLE_VALUE_MAX);
	ck_assert_int_eq(s.value[1], -SAMPLE_VALUE_MAX);
}
END_TEST

static void
random_sample(struct sample *s, uint64_t *state)
{
	uint32_t next = 0;
	uint32_t i;

	*s = (struct sample){
		.kind = (enum sample_kind)(1 + unit_random(state) % 3),
		.index = other_room.index,
		.value = other_room.value,
	};
	for (i = 0; i < COLUMNS; i++) {
		int64_t v = (int64_t)unit_random(state) >>
			(13 + unit_random(state) % 51);

		if (s->kind != SAMPLE_DENSE) {
			next += (uint32_t)(unit_random(state) % 40);
			if (next >= COLUMNS)
				break;
			v = v == 0 ? 1 : v;
		}
		other_room.index[i] = next++;
		other_room.value[i] = v;
	}
	s->count = i;
}

START_TEST(encoding_and_decoding_are_inverse)
{
	struct sample s, back;
	struct dc_buf b, again;
	uint64_t state = 3;
	int i;

	dc_buf_init(&b, 100000);
	dc_buf_init(&again, 100000);
	for (i = 0; i < 2000; i++) {
		random_sample(&s, &state);
		dc_buf_reset(&b);
		sample_encode(&b, &s);
		unit_require(decode(&back, b.data, b.len));
		unit_require(back.kind == s.kind && back.count == s.count);
		dc_buf_reset(&again);
		sample_encode(&again, &back);
		unit_require(again.len == b.len);
		unit_require(memcmp(again.data, b.data, b.len) == 0);
		/* no other length of it is a sample */
		unit_require(!decode(&back, b.data, b.len - 1));
	}
	dc_buf_clear(&again);
	dc_buf_clear(&b);
}
END_TEST

/* What decodes at all encodes to the bytes it came from. */
START_TEST(of_many_broken_samples_none_is_a_second_form)
{
	struct sample s;
	struct dc_buf b, again;
	uint64_t state = 4;
	size_t taken = 0;
	int i;

	dc_buf_init(&b, 100000);
	dc_buf_init(&again, 100000);
	for (i = 0; i < 20000; i++) {
		random_sample(&s, &state);
		dc_buf_reset(&b);
		sample_encode(&b, &s);
		b.data[unit_random(&state) % b.len] =
			(uint8_t)unit_random(&state);
		if (!decode(&s, b.data, b.len))
			continue;
		taken++;
		dc_buf_reset(&again);
		sample_encode(&again, &s);
		unit_require(again.len == b.len);
		unit_require(memcmp(again.data, b.data, b.len) == 0);
	}
	ck_assert_uint_gt(taken, 1000);
	dc_buf_clear(&again);
	dc_buf_clear(&b);
}
END_TEST

START_TEST(sorting_drops_repetitions)
{
	static uint32_t v[SAMPLE_COUNT_MAX];
	uint64_t state = 5;
	size_t n, i, kept;

	for (n = 0; n < SAMPLE_COUNT_MAX; n = n * 3 + 1) {
		for (i = 0; i < n; i++)
			v[i] = (uint32_t)(unit_random(&state) % (n + 1));
		kept = sample_sort_unique(v, n);
		unit_require(kept <= n && (n == 0 || kept > 0));
		for (i = 1; i < kept; i++)
			unit_require(v[i - 1] < v[i]);
	}
}
END_TEST

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Evenly, close together at either end, in few heaps, the last number. */
static uint32_t
index_drawn(unsigned how, uint64_t *state)
{
	uint64_t r = unit_random(state);

	switch (how) {
	case 0:
		return (uint32_t)(r >> 46);
	case 1:
		return (uint32_t)(r >> 46) >> (r % 18);
	case 2:
		return (1U << 20) - (uint32_t)(r % 3 == 0 ? r >> 50 : r >> 60);
	case 3:
		return (uint32_t)(r % 4) << 20 | (uint32_t)(r >> 55);
	case 4:
		return UINT32_MAX - (uint32_t)(r >> 54);
	default:
		return (uint32_t)r;
	}
}

START_TEST(sorting_is_what_qsort_does)
{
	static uint32_t v[3000], want[3000];
	uint64_t state = 6;
	size_t n, i, kept, n_want;

	for (n = 1; n < 3000; n += 1 + n / 20)
		for (unsigned how = 0; how < 60; how++) {
			for (i = 0; i < n; i++)
				want[i] = v[i] = index_drawn(how % 6, &state);
			qsort(want, n, sizeof(*want), ascending);
			for (i = n_want = 0; i < n; i++)
				if (i == 0 || want[i] != want[n_want - 1])
					want[n_want++] = want[i];
			kept = sample_sort_unique(v, n);
			unit_require(kept == n_want);
			unit_require(memcmp(v, want, kept * sizeof(*v)) == 0);
		}
}
END_TEST

UNIT_MAIN("models/sample",
	  a_binary_sample_is_ascending_gaps,
	  a_sample_with_values_has_gap_and_zigzag_pairs,
	  a_dense_sample_has_a_value_for_each_column,
	  the_empty_sparse_sample_is_a_sample,
	  what_is_not_canonical_is_no_sample,
	  the_largest_values_are_samples,
	  encoding_and_decoding_are_inverse,
	  of_many_broken_samples_none_is_a_second_form,
	  sorting_drops_repetitions,
	  sorting_is_what_qsort_does)
