/* check_base_buf.c: buffers grow, keep to their bound, and fail once. */

#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "tests/unit/unit.h"

START_TEST(what_is_appended_stands_in_order)
{
	struct dc_buf b;

	dc_buf_init(&b, 1000);
	ck_assert_str_eq(dc_buf_text(&b), "");
	dc_buf_append_text(&b, "a=");
	dc_buf_printf(&b, "%d,%s", 42, "b");
	dc_buf_append_byte(&b, ';');
	dc_buf_append_hex(&b, (const uint8_t *)"\x00\xff", 2);
	dc_buf_append(&b, "zzz", 1);
	dc_buf_append(&b, NULL, 0);
	dc_buf_append_hex(&b, NULL, 0);
	dc_buf_printf(&b, "%s", "");
	ck_assert_str_eq(dc_buf_text(&b), "a=42,b;00ffz");
	ck_assert_uint_eq(b.len, strlen("a=42,b;00ffz"));
	ck_assert(!dc_buf_failed(&b));
	dc_buf_clear(&b);
	ck_assert_uint_eq(b.len, 0);
}
END_TEST

static void
fill_by_byte(struct dc_buf *b)
{
	dc_buf_append_byte(b, 'x');
}

static void
fill_by_text(struct dc_buf *b)
{
	dc_buf_append_text(b, "xyz");
}

static void
fill_by_printf(struct dc_buf *b)
{
	dc_buf_printf(b, "%d", 1234567);
}

static void
fill_by_hex(struct dc_buf *b)
{
	dc_buf_append_hex(b, (const uint8_t *)"\x01\x02", 2);
}

/* Every bound up to 300, by each way of appending: full to the last whole
 * piece, then failed, then unchanged. */
START_TEST(no_append_passes_the_bound)
{
	static const struct {
		void (*fill)(struct dc_buf *b);
		size_t bytes;
	} ways[] = {
		{ fill_by_byte, 1 }, { fill_by_text, 3 },
		{ fill_by_printf, 7 }, { fill_by_hex, 4 },
	};
	struct dc_buf b;
	size_t bound, i;

	for (i = 0; i < DC_ARRAY_LEN(ways); i++) {
		for (bound = 0; bound <= 300; bound++) {
			dc_buf_init(&b, bound);
			while (!dc_buf_failed(&b))
				ways[i].fill(&b);
			unit_require(b.len == bound - bound % ways[i].bytes);
			ways[i].fill(&b);
			dc_buf_append_byte(&b, '!');
			unit_require(b.len == bound - bound % ways[i].bytes);
			unit_require(strlen(dc_buf_text(&b)) == b.len);
			dc_buf_clear(&b);
		}
	}
}
END_TEST

START_TEST(a_reset_buffer_forgets_content_and_failure)
{
	struct dc_buf b;

	dc_buf_init(&b, 4);
	dc_buf_append_text(&b, "12345");
	ck_assert(dc_buf_failed(&b));
	dc_buf_reset(&b);
	ck_assert(!dc_buf_failed(&b));
	dc_buf_append_text(&b, "1234");
	ck_assert_str_eq(dc_buf_text(&b), "1234");
	dc_buf_clear(&b);
}
END_TEST

START_TEST(taken_memory_belongs_to_the_taker)
{
	struct dc_buf b;
	uint8_t *data;
	size_t len = 77;

	dc_buf_init(&b, 100);
	dc_buf_append_text(&b, "mine");
	data = dc_buf_take(&b, &len);
	ck_assert_uint_eq(len, 4);
	ck_assert_mem_eq(data, "mine", 4);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.bound, 100);
	dc_buf_append_text(&b, "other");
	ck_assert_str_eq(dc_buf_text(&b), "other");
	ck_assert_mem_eq(data, "mine", 4);
	dc_buf_clear(&b);
	free(data);
}
END_TEST

START_TEST(a_large_buffer_grows_by_doubling)
{
	struct dc_buf b;
	size_t moved = 0, room = 0, i;

	dc_buf_init(&b, SIZE_MAX);
	for (i = 0; i < 1000000; i++) {
		dc_buf_append_byte(&b, (uint8_t)i);
		moved += b.room != room;
		room = b.room;
	}
	ck_assert_uint_eq(b.len, 1000000);
	for (i = 0; i < b.len; i++)
		unit_require(b.data[i] == (uint8_t)i);
	ck_assert_uint_lt(moved, 20);
	dc_buf_clear(&b);
}
END_TEST

START_TEST(room_that_is_expected_is_there_and_changes_nothing)
{
	struct dc_buf b;
	size_t room;

	dc_buf_init(&b, 1000);
	dc_buf_append_text(&b, "ab");
	dc_buf_expect(&b, 500);
	ck_assert_str_eq(dc_buf_text(&b), "ab");
	room = b.room;
	ck_assert_uint_gt(room, 502);
	for (int i = 0; i < 500; i++)
		dc_buf_append_byte(&b, 'x');
	ck_assert_uint_eq(b.room, room);
	dc_buf_expect(&b, SIZE_MAX);	/* more than may come */
	ck_assert(!dc_buf_failed(&b));
	ck_assert_uint_le(b.room, 2048);
	for (int i = 0; i < 498; i++)
		dc_buf_append_byte(&b, 'x');
	ck_assert(!dc_buf_failed(&b));
	dc_buf_append_byte(&b, 'x');
	ck_assert(dc_buf_failed(&b));
	dc_buf_expect(&b, 10);
	ck_assert_uint_eq(b.len, 1000);
	dc_buf_clear(&b);
}
END_TEST

UNIT_MAIN("base/buf",
	what_is_appended_stands_in_order,
	no_append_passes_the_bound,
	a_reset_buffer_forgets_content_and_failure,
	taken_memory_belongs_to_the_taker,
	a_large_buffer_grows_by_doubling,
	room_that_is_expected_is_there_and_changes_nothing)
