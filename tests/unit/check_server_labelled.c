/* check_server_labelled.c: labelled data in all its forms. */

#include "config.h"

#include <string.h>
#include <zlib.h>

#include "server/labelled.h"
#include "tests/unit/unit.h"

static struct labelled set;
static struct labelled_classes classes;
static struct dc_err err;
static char path[] = "/tmp/decaid-labelled-XXXXXX";

static void
setup_file(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static enum dc_status
load_bytes(const char *text, size_t n, const char *mode)
{
	gzFile f = gzopen(path, mode);

	ck_assert_int_eq(gzwrite(f, text, (unsigned)n), (int)n);
	ck_assert_int_eq(gzclose(f), Z_OK);
	labelled_clear(&set);
	labelled_classes_clear(&classes);
	dc_err_clear(&err);
	return labelled_load(&set, &classes, path, &err);
}

static enum dc_status
load(const char *text)
{
	return load_bytes(text, strlen(text), "wbT");
}

static void
done(void)
{
	labelled_clear(&set);
	labelled_classes_clear(&classes);
	unlink(path);
}

START_TEST(lines_of_label_and_text)
{
	setup_file();
	ck_assert_int_eq(load("b\tone\ttwo\na\t\xe2\x80\xa8x\r\n\nb\t\n"
			      "c d\tlast"), DC_OK);
	ck_assert_int_eq(set.kind, LABELLED_TEXT);
	ck_assert_uint_eq(set.n, 4);
	ck_assert_uint_eq(classes.n, 3);
	ck_assert_str_eq(classes.name[0], "b");
	ck_assert_str_eq(classes.name[2], "c d");
	ck_assert_str_eq(set.row[0].text, "one\ttwo");
	ck_assert_str_eq(set.row[1].text, "\xe2\x80\xa8x\r");
	ck_assert_uint_eq(set.row[1].label, 1);
	ck_assert_uint_eq(set.row[2].label, 0);
	ck_assert_uint_eq(set.row[2].len, 0);
	ck_assert_uint_eq(set.row[3].line, 5);
	ck_assert_str_eq(set.row[3].text, "last");
	done();
}
END_TEST

START_TEST(tables_of_numbers)
{
	setup_file();
	ck_assert_int_eq(load("a,\"b,\"\"c\",label\r\n1,-2.5e1,yes\r\n"
			      "\"+.5\", 007 ,\"no, \"\r\n\r\n5.,-.25,yes"),
			 DC_OK);
	ck_assert_int_eq(set.kind, LABELLED_TABLE);
	ck_assert_uint_eq(set.n_column, 2);
	ck_assert_str_eq(set.column[1], "b,\"c");
	ck_assert_uint_eq(set.n, 3);
	ck_assert_int_eq(set.value[0], 1000000000);
	ck_assert_int_eq(set.value[1], -25000000000);
	ck_assert_int_eq(set.value[2], 500000000);
	ck_assert_int_eq(set.value[3], 7000000000);
	ck_assert_int_eq(set.value[4], 5000000000);
	ck_assert_int_eq(set.value[5], -250000000);
	ck_assert_str_eq(classes.name[1], "no,");
	ck_assert_uint_eq(set.row[2].label, 0);
	ck_assert_uint_eq(set.row[2].line, 5);
	done();
}
END_TEST

START_TEST(other_delimiters_and_the_label_anywhere)
{
	setup_file();
	ck_assert_int_eq(load("Label;x;y\nu;1;2\nv;3;4\n"), DC_OK);
	ck_assert_uint_eq(set.n_column, 2);
	ck_assert_int_eq(set.value[3], 4000000000);
	ck_assert_str_eq(classes.name[1], "v");
	ck_assert_int_eq(load("x\tlabel\n1\tu\n2\tv\n"), DC_OK);
	ck_assert_int_eq(set.kind, LABELLED_TABLE);
	ck_assert_int_eq(set.value[1], 2000000000);
	done();
}
END_TEST

START_TEST(a_table_of_one_text)
{
	setup_file();
	ck_assert_int_eq(load("text,label\n\"two\nlines, \"\"q\"\"\",a\n7,b\n"),
			 DC_OK);
	ck_assert_int_eq(set.kind, LABELLED_TEXT);
	ck_assert_str_eq(set.row[0].text, "two\nlines, \"q\"");
	ck_assert_str_eq(set.row[1].text, "7");
	ck_assert_uint_eq(set.row[1].line, 4);
	done();
}
END_TEST

START_TEST(between_tabs_a_quote_is_mostly_a_texts_own)
{
	static const char *const text[] = {
		"\"two\" of them", "\"never closed", "a quoted one",
		"with \"doubled\" ones", "\"\"odd", ""
	};

	setup_file();
	ck_assert_int_eq(load("label\ttext\na\t\"two\" of them\nb\t\"never"
			      " closed\r\na\t\"a quoted one\"\r\nb\t\"with "
			      "\"\"doubled\"\" ones\"\na\t\"\"odd\nb\t\"\"\n"),
			 DC_OK);
	ck_assert_uint_eq(set.n, DC_ARRAY_LEN(text));
	for (size_t i = 0; i < set.n; i++)
		ck_assert_str_eq(set.row[i].text, text[i]);
	done();
}
END_TEST

START_TEST(gzip_and_a_mark_of_byte_order)
{
	static const char text[] = "\xef\xbb\xbfx,label\n1,a\n2,b\n";

	setup_file();
	ck_assert_int_eq(load_bytes(text, sizeof(text) - 1, "wb9"), DC_OK);
	ck_assert_uint_eq(set.n, 2);
	ck_assert_str_eq(set.column[0], "x");
	done();
}
END_TEST

static const struct {
	const char *text, *says;
} bad[] = {
	{ "", ": the file is empty" },
	{ "nothing here\n", ":1: neither label<TAB>text nor a header with a "
	  "column called label" },
	{ "a\tb\nc\n", ":2: no tab between label and text" },
	{ "a\tb\n\tc\n", ":2: the label is empty" },
	{ "x,label\n", ": no rows" },
	{ "x,y,label\n1,2,a\n1,a\n", ":3: 2 fields, the header has 3" },
	{ "x,y,label\n1,2,a\n1,zwei,a\n", ":3: column y: 'zwei' is no number "
	  "between -9 and 9 billion" },
	{ "x,label\n1,a\n,a\n", ":3: column x: '' is no number between -9 and "
	  "9 billion" },
	{ "x,label\n1e10,a\n1,b\n1", ":4: 1 fields, the header has 2" },
	{ "x,label\n\"1,a\n", ":2: field 1: text after or without a closing "
	  "quote" },
	{ "x,label\n\"1\"2,a\n", ":2: field 1: text after or without a "
	  "closing quote" },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	size_t i;

	setup_file();
	for (i = 0; i < DC_ARRAY_LEN(bad); i++) {
		ck_assert_msg(load(bad[i].text) == DC_EINVAL, "bad[%zu]", i);
		ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
		ck_assert_str_eq(err.text + strlen(path), bad[i].says);
	}
	ck_assert_int_eq(load_bytes("a\tb\nc\td\0e\n", 10, "wbT"), DC_EINVAL);
	ck_assert_str_eq(err.text + strlen(path),
			 ":2: has a NUL byte: is it UTF-8?");
	ck_assert_int_eq(load_bytes("\xff\xfe" "a\0\t\0b\0", 8, "wb"),
			 DC_EINVAL);
	done();
	dc_err_clear(&err);
	ck_assert_int_eq(labelled_load(&set, &classes, "/no/such/file", &err),
			 DC_EIO);
	ck_assert_str_eq(err.text, "/no/such/file: No such file or directory");
	labelled_clear(&set);
}
END_TEST

START_TEST(a_cut_gzip_file_is_refused)
{
	uint64_t state = 1;
	char text[5000];
	size_t i;

	setup_file();
	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 50 == 49 ? '\n' : i % 50 == 1 ? '\t'
			: (char)('a' + unit_random(&state) % 26);
	ck_assert_int_eq(load_bytes(text, sizeof(text), "wb9"), DC_OK);
	ck_assert_int_eq(truncate(path, 300), 0);
	labelled_clear(&set);
	labelled_classes_clear(&classes);
	ck_assert_int_eq(labelled_load(&set, &classes, path, &err), DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "ends early"));
	done();
}
END_TEST

UNIT_MAIN("server/labelled",
	  lines_of_label_and_text,
	  tables_of_numbers,
	  other_delimiters_and_the_label_anywhere,
	  a_table_of_one_text,
	  between_tabs_a_quote_is_mostly_a_texts_own,
	  gzip_and_a_mark_of_byte_order,
	  what_is_wrong_is_told_with_its_place,
	  a_cut_gzip_file_is_refused)
