/* check_base_status.c: error records, aborts and checked memory. */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/status.h"
#include "tests/unit/unit.h"

START_TEST(the_first_text_wins)
{
	struct dc_err err = DC_ERR_INIT;

	ck_assert_int_eq(dc_fail(&err, DC_EIO, "disk %d", 1), DC_EIO);
	ck_assert_int_eq(dc_fail(&err, DC_EINVAL, "later"), DC_EINVAL);
	ck_assert_int_eq(err.status, DC_EIO);
	ck_assert_str_eq(err.text, "disk 1");
}
END_TEST

START_TEST(a_cleared_error_takes_a_new_text)
{
	struct dc_err err = DC_ERR_INIT;

	(void)dc_fail(&err, DC_EIO, "old");
	dc_err_clear(&err);
	ck_assert_int_eq(err.status, DC_OK);
	ck_assert_str_eq(err.text, "");
	(void)dc_fail(&err, DC_EBUSY, "new");
	ck_assert_int_eq(err.status, DC_EBUSY);
	ck_assert_str_eq(err.text, "new");
}
END_TEST

START_TEST(nobody_need_listen)
{
	ck_assert_int_eq(dc_fail(NULL, DC_ECONFLICT, "x"), DC_ECONFLICT);
}
END_TEST

START_TEST(a_long_text_is_cut_and_ends_in_nul)
{
	struct dc_err err = DC_ERR_INIT;
	char longer[2 * DC_ERR_TEXT_BYTES];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	(void)dc_fail(&err, DC_EINVAL, "%s", longer);
	ck_assert_uint_eq(strlen(err.text), DC_ERR_TEXT_BYTES - 1);
}
END_TEST

START_TEST(each_status_has_a_name_of_its_own)
{
	int i, j;

	for (i = DC_OK; i <= DC_EREFUSED; i++) {
		ck_assert_str_ne(dc_status_name((enum dc_status)i), "unknown");
		for (j = DC_OK; j < i; j++)
			ck_assert_str_ne(dc_status_name((enum dc_status)i),
					 dc_status_name((enum dc_status)j));
	}
	ck_assert_str_eq(dc_status_name((enum dc_status)99), "unknown");
}
END_TEST

static volatile size_t huge = SIZE_MAX / 2;
static volatile bool wrong = false;

static void
ask_too_much(void)
{
	free(dc_malloc(huge));
}

static void
ask_too_many(void)
{
	free(dc_calloc(huge, 16));
}

static void
ask_a_product_that_overflows(void)
{
	free(dc_realloc_array(NULL, huge, 16));
}

static void
check_what_is_wrong(void)
{
	DC_CHECK(wrong);
}

static void
verify_what_is_wrong(void)
{
	DC_VERIFY(wrong);
}

START_TEST(the_program_ends_where_memory_does)
{
	ck_assert(unit_dies(ask_too_much));
	ck_assert(unit_dies(ask_too_many));
	ck_assert(unit_dies(ask_a_product_that_overflows));
}
END_TEST

START_TEST(check_aborts_always_and_verify_where_it_is_enabled)
{
	ck_assert(unit_dies(check_what_is_wrong));
#ifdef DC_ENABLE_VERIFY
	ck_assert(unit_dies(verify_what_is_wrong));
#else
	ck_assert(!unit_dies(verify_what_is_wrong));
#endif
}
END_TEST

START_TEST(memory_of_no_bytes_is_memory)
{
	void *a = dc_malloc(0), *b = dc_calloc(0, 8), *c = dc_calloc(8, 0);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_nonnull(c);
	free(a);
	free(b);
	free(c);
}
END_TEST

START_TEST(an_array_grows_shrinks_and_ends)
{
	uint32_t *a = dc_realloc_array(NULL, 4, sizeof(*a));

	a[0] = 1;
	a[3] = 4;
	a = dc_realloc_array(a, 4000, sizeof(*a));
	a[3999] = 9;
	ck_assert_uint_eq(a[0], 1);
	ck_assert_uint_eq(a[3], 4);
	a = dc_realloc_array(a, 0, sizeof(*a));
	ck_assert_ptr_null(a);
	ck_assert_ptr_null(dc_realloc_array(NULL, 4, 0));
}
END_TEST

START_TEST(cleared_memory_and_copies_are_what_they_say)
{
	static const struct {
		size_t n, size;
	} shapes[] = { { 8, 8 }, { 1, 1000000 }, { 1000000, 1 }, { 3, 7 } };
	char *copy = dc_strdup("text");
	size_t i, j;

	ck_assert_str_eq(copy, "text");
	free(copy);
	for (i = 0; i < DC_ARRAY_LEN(shapes); i++) {
		unsigned char *a = dc_calloc(shapes[i].n, shapes[i].size);

		for (j = 0; j < shapes[i].n * shapes[i].size; j++) {
			unit_require(a[j] == 0);
			a[j] = 0xff;
		}
		free(a);
	}
}
END_TEST

UNIT_MAIN("base/status",
	the_first_text_wins,
	a_cleared_error_takes_a_new_text,
	nobody_need_listen,
	a_long_text_is_cut_and_ends_in_nul,
	each_status_has_a_name_of_its_own,
	the_program_ends_where_memory_does,
	check_aborts_always_and_verify_where_it_is_enabled,
	memory_of_no_bytes_is_memory,
	an_array_grows_shrinks_and_ends,
	cleared_memory_and_copies_are_what_they_say)
