/* The demo's data: what is read, what is made, what is refused. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/demo_data.h"
#include "tests/unit/unit.h"

static const char dump[] =
	"Package: zeta\nDescription: a font of stars\nSection: fonts\n\n"
	"Package: alpha\nDescription: shoot the stars\n more text\n"
	"Section: contrib/games\n\n"
	"Package: beta\nDescription: shoot the stars\nSection: games\n\n"
	"Package: other\nDescription: a shell\nSection: shells\n\n"
	"Package: gamma\nSection: net\nDescription-en: a web server\n\n"
	"Package: delta\nSection: science\nDescription: find primes";

START_TEST(sections_are_read_by_name_and_equal_texts_count_once)
{
	struct dc_err err = DC_ERR_INIT;
	struct demo_set set;
	size_t i, n[4] = { 0 };

	ck_assert_int_eq(demo_sections_parse(&set, dump, sizeof(dump) - 1,
					     500, 1, 7, &err), DC_OK);
	ck_assert_uint_eq(set.n_class, 4);
	ck_assert_uint_eq(set.n_train, 3);
	ck_assert_uint_eq(set.n_holdout, 1);
	for (i = 0; i < set.n_train; i++)
		n[set.train[i].label]++;
	n[set.holdout[0].label]++;
	for (i = 0; i < 4; i++)
		ck_assert_uint_eq(n[i], 1);
	demo_set_clear(&set);
}
END_TEST

START_TEST(too_few_packages_are_told)
{
	struct dc_err err = DC_ERR_INIT;
	struct demo_set set;

	ck_assert_int_eq(demo_sections_parse(&set, dump, sizeof(dump) - 1,
					     500, 400, 7, &err),
			 DC_ENOTFOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "apt-get update"));
}
END_TEST

START_TEST(the_endgame_table_is_complete)
{
	struct demo_set set;
	size_t i, won = 0;

	demo_tictactoe_make(&set, 0, 1);
	ck_assert_uint_eq(set.n_train, 958);
	for (i = 0; i < set.n_train; i++)
		won += set.train[i].label;
	/* UCI 101: 626 positive, 332 negative */
	ck_assert_uint_eq(won, 626);
	demo_set_clear(&set);
}
END_TEST

START_TEST(a_seed_gives_the_same_order_and_another_does_not)
{
	struct demo_set a, b, c;
	size_t i, same = 0;

	demo_tictactoe_make(&a, 100, 1);
	demo_tictactoe_make(&b, 100, 1);
	demo_tictactoe_make(&c, 100, 2);
	for (i = 0; i < a.n_train; i++) {
		ck_assert_str_eq(a.train[i].input, b.train[i].input);
		same += !strcmp(a.train[i].input, c.train[i].input);
	}
	ck_assert_uint_lt(same, 100);
	demo_set_clear(&a);
	demo_set_clear(&b);
	demo_set_clear(&c);
}
END_TEST

static enum dc_status load_text(struct demo_set *set, const char *text,
				struct dc_err *err)
{
	char path[] = "/tmp/decaid-tsv-XXXXXX";
	int fd = mkstemp(path);
	enum dc_status found;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)),
			 (ssize_t)strlen(text));
	close(fd);
	found = demo_tsv_load(set, path, 3, err);
	unlink(path);
	return found;
}

START_TEST(a_file_of_ones_own_is_read)
{
	struct dc_err err = DC_ERR_INIT;
	struct demo_set set;
	char text[1024] = "";
	size_t len = 0;
	int i;

	for (i = 0; i < 30; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s\trow %d\r\n",
					i % 3 ? "ham" : "spam", i);
	ck_assert_int_eq(load_text(&set, text, &err), DC_OK);
	ck_assert_uint_eq(set.n_class, 2);
	ck_assert_str_eq(set.classes[0], "spam");
	ck_assert_uint_eq(set.n_train, 27);
	ck_assert_uint_eq(set.n_holdout, 3);
	ck_assert_ptr_null(strchr(set.train[0].input, '\r'));
	demo_set_clear(&set);
}
END_TEST

START_TEST(a_wrong_line_is_named)
{
	struct dc_err err = DC_ERR_INIT;
	struct demo_set set;

	ck_assert_int_eq(load_text(&set, "a\tb\nno tab here\n", &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "line 2"));
	dc_err_clear(&err);
	ck_assert_int_eq(load_text(&set, "a\tb\na\tc\n", &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "2 rows of 1 classes"));
}
END_TEST

UNIT_MAIN("server/demo_data",
	  sections_are_read_by_name_and_equal_texts_count_once,
	  too_few_packages_are_told, the_endgame_table_is_complete,
	  a_seed_gives_the_same_order_and_another_does_not,
	  a_file_of_ones_own_is_read, a_wrong_line_is_named)
