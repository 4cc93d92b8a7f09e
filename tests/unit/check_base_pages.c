/* check_base_pages.c: tables are zeroed and theirs from end to end, whatever
 * their size. */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "base/pages.h"
#include "tests/unit/unit.h"

/* Around where tables become large, and where huge pages and pages end. */
static const size_t sizes[] = {
	1, 8, 4096, PAGES_LARGE_BYTES - 1, PAGES_LARGE_BYTES,
	PAGES_LARGE_BYTES + 1, PAGES_LARGE_BYTES + 4096,
	2 * PAGES_LARGE_BYTES - 1, 2 * PAGES_LARGE_BYTES,
	3 * PAGES_LARGE_BYTES + 65537,
};

START_TEST(a_table_is_zeroed_aligned_and_writable_to_its_end)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(sizes); i++) {
		unsigned char *p = dc_pages_new(sizes[i], 1);

		ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < sizes[i]; k++)
			unit_require(p[k] == 0);
		memset(p, 0xff, sizes[i]);
		dc_pages_free(p, sizes[i], 1);
	}
}
END_TEST

START_TEST(tables_do_not_overlap)
{
	unsigned char *p[DC_ARRAY_LEN(sizes)];

	for (size_t i = 0; i < DC_ARRAY_LEN(sizes); i++) {
		p[i] = dc_pages_new(sizes[i], 1);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			unit_require(p[i][k] == i + 1);
		dc_pages_free(p[i], sizes[i], 1);
	}
}
END_TEST

START_TEST(nothing_is_given_back_as_nothing)
{
	void *none = dc_pages_new(0, 8);

	ck_assert_ptr_nonnull(none);
	dc_pages_free(none, 0, 8);
	dc_pages_free(NULL, 0, 8);
	dc_pages_free(NULL, PAGES_LARGE_BYTES, 8);
}
END_TEST

UNIT_MAIN("base/pages",
	a_table_is_zeroed_aligned_and_writable_to_its_end,
	tables_do_not_overlap,
	nothing_is_given_back_as_nothing)
