/* check_base_arena.c: pieces are aligned, apart, and gone after a reset. */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "tests/unit/unit.h"

#define PIECES 2000

START_TEST(pieces_of_every_size_are_aligned_and_do_not_overlap)
{
	unsigned char *piece[PIECES];
	size_t size[PIECES], i, j, sum = 0;
	struct dc_arena *a = dc_arena_new(1);
	uint64_t state = 1;

	for (i = 0; i < PIECES; i++) {
		size[i] = unit_random(&state) % (i % 100 == 0 ? 9000 : 60);
		sum += size[i];
		piece[i] = dc_arena_alloc(a, size[i]);
		unit_require((uintptr_t)piece[i] % _Alignof(max_align_t) == 0);
		memset(piece[i], (int)(i & 0xff), size[i]);
	}
	for (i = 0; i < PIECES; i++)
		for (j = 0; j < size[i]; j++)
			unit_require(piece[i][j] == (i & 0xff));
	ck_assert_uint_eq(dc_arena_used(a), sum);
	dc_arena_free(a);
}
END_TEST

START_TEST(pieces_of_no_bytes_are_pieces_of_their_own)
{
	struct dc_arena *a = dc_arena_new(0);
	void *first = dc_arena_alloc(a, 0);
	void *second = dc_arena_alloc(a, 0);

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_ne(first, second);
	ck_assert_ptr_nonnull(dc_arena_copy(a, NULL, 0));
	ck_assert_uint_eq(dc_arena_used(a), 0);
	dc_arena_free(a);
}
END_TEST

/* After a warm-up round the kept chunk holds a whole round: the same
 * addresses come back and nothing more is asked of malloc. */
START_TEST(a_reset_keeps_the_largest_chunk_for_the_next_round)
{
	struct dc_arena *a = dc_arena_new(256);
	void *first, *again;
	int i;

	for (i = 0; i < 100; i++)
		memset(dc_arena_alloc(a, 100), i, 100);
	dc_arena_reset(a);
	ck_assert_uint_eq(dc_arena_used(a), 0);
	first = dc_arena_alloc(a, 3000);
	dc_arena_reset(a);
	again = dc_arena_alloc(a, 3000);
	ck_assert_ptr_eq(first, again);
	ck_assert_uint_eq((uintptr_t)again % _Alignof(max_align_t), 0);
	dc_arena_free(a);
}
END_TEST

START_TEST(a_piece_may_be_larger_than_any_chunk)
{
	struct dc_arena *a = dc_arena_new(256);
	unsigned char *big = dc_arena_alloc(a, 1000000);

	memset(big, 1, 1000000);
	memset(dc_arena_alloc(a, 10), 2, 10);
	ck_assert_uint_eq(big[999999], 1);
	dc_arena_free(a);
}
END_TEST

START_TEST(copies_and_texts_live_in_the_arena)
{
	struct dc_arena *a = dc_arena_new(256);
	char in[] = "bytes", longer[5000];
	char *copy, *text;

	copy = dc_arena_copy(a, in, sizeof(in));
	in[0] = 'B';
	ck_assert_str_eq(copy, "bytes");
	text = dc_arena_printf(a, "%s/%d", in, 7);
	ck_assert_str_eq(text, "Bytes/7");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	text = dc_arena_printf(a, "<%s>", longer);
	ck_assert_uint_eq(strlen(text), sizeof(longer) + 1);
	ck_assert_int_eq(text[strlen(text) - 1], '>');
	dc_arena_free(a);
}
END_TEST

static void
ask_too_much(void)
{
	struct dc_arena *a = dc_arena_new(256);
	volatile size_t huge = SIZE_MAX;
	volatile void *piece = dc_arena_alloc(a, huge);

	(void)piece;
}

START_TEST(a_size_that_overflows_ends_the_program)
{
	ck_assert(unit_dies(ask_too_much));
	dc_arena_free(NULL);
}
END_TEST

UNIT_MAIN("base/arena",
	pieces_of_every_size_are_aligned_and_do_not_overlap,
	pieces_of_no_bytes_are_pieces_of_their_own,
	a_reset_keeps_the_largest_chunk_for_the_next_round,
	a_piece_may_be_larger_than_any_chunk,
	copies_and_texts_live_in_the_arena,
	a_size_that_overflows_ends_the_program)
