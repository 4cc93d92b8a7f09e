/* check_server_holdouts.c: files with rows that owners held out. */

#include "config.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "server/holdouts.h"
#include "tests/unit/unit.h"

#define SPEC(encoder) \
	"decaid 1\nmodel naive-bayes columns=8 smoothing=1000000000\n" \
	"encoder " encoder "\nverdict two-fold credit=1000000000 " \
	"margin=2000000000\nsample packed\nclass ham\nclass spam\n"

static char path[64];

static void set_up(struct config *c, struct model_spec *spec,
		   const char *encoder_text, const char *end)
{
	struct dc_err err = DC_ERR_INIT;
	char setting[128];

	(void)snprintf(path, sizeof(path), "/tmp/decaid-holdout-%d%s",
		       (int)getpid(), end);
	(void)snprintf(setting, sizeof(setting), "0x5aAeb6053F3E94C9b9A09f33"
		       "669435E7Ef1BeAed=%s", path);
	config_init(c);
	ck_assert_int_eq(config_set(c, config_key_find("holdout"), setting,
				    &err), DC_OK);
	ck_assert_int_eq(spec_parse(spec, encoder_text, strlen(encoder_text),
				    &err), DC_OK);
}

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void clear(struct config *c, struct model_spec *spec)
{
	(void)unlink(path);
	config_clear(c);
	spec_clear(spec);
}

/* What a file of that text holds, opened and taken as the daemon does. */
static void check_rows(const char *spec_text, const char *end,
		       const char *text, size_t n, const char *labels)
{
	struct dc_err err = DC_ERR_INIT;
	const struct holdout *held = NULL, *again = NULL;
	struct addr20 other = { { 1 } };
	struct model_spec spec;
	struct holdouts *h;
	struct config c;

	set_up(&c, &spec, spec_text, end);
	put(text);
	ck_assert_msg(holdouts_open(&h, &c.holdouts, NULL, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_int_eq(holdouts_take(h, &held, &other, &spec, &err), DC_OK);
	ck_assert_ptr_null(held);
	ck_assert_msg(holdouts_take(h, &held, &c.holdouts.of[0].model, &spec,
				    &err) == DC_OK, "%s", err.text);
	ck_assert_uint_eq(held->n, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(held->row[i].label,
				  (uint32_t)(labels[i] - '0'));
	ck_assert_int_eq(holdouts_take(h, &again, &c.holdouts.of[0].model,
				       &spec, &err), DC_OK);
	ck_assert_ptr_eq(held, again);
	holdouts_free(h);
	clear(&c, &spec);
}

START_TEST(texts_indices_and_numbers_are_read_as_the_encoder_takes_them)
{
	check_rows(SPEC("murmur3-words"), ".tsv", "ham\tsee you, at\tten\r\n"
		   "\nspam\tfree money\n1\tcall now", 3, "011");
	check_rows(SPEC("none"), ".tsv", "spam\t0,3,7\nham\t1\n", 2, "10");
	check_rows(SPEC("none"), ".csv", "a,b,c,d,e,f,g,h,label\n"
		   "1,0,2.5,0,0,0,0,1,ham\n0,0,0,0,0,0,0,0.5,1\n", 2, "01");
}
END_TEST

START_TEST(a_gzip_file_is_read_as_well)
{
	struct dc_err err = DC_ERR_INIT;
	const struct holdout *held = NULL;
	struct model_spec spec;
	struct holdouts *h;
	struct config c;
	gzFile f;

	set_up(&c, &spec, SPEC("murmur3-words"), ".tsv.gz");
	f = gzopen(path, "wb");
	ck_assert_int_gt(gzputs(f, "ham\thello\nspam\tbuy\n"), 0);
	ck_assert_int_eq(gzclose(f), Z_OK);
	ck_assert_int_eq(holdouts_open(&h, &c.holdouts, NULL, &err), DC_OK);
	ck_assert_int_eq(holdouts_take(h, &held, &c.holdouts.of[0].model,
				       &spec, &err), DC_OK);
	ck_assert_uint_eq(held->n, 2);
	holdouts_free(h);
	clear(&c, &spec);
}
END_TEST

/* What is told of a file: at the start, or once the model is known. */
static void check_refused(const char *spec_text, const char *end,
			  const char *text, const char *told)
{
	struct dc_err err = DC_ERR_INIT;
	const struct holdout *held = NULL;
	struct holdouts *h = NULL;
	struct model_spec spec;
	struct config c;
	char whole[256];

	set_up(&c, &spec, spec_text, end);
	put(text);
	if (holdouts_open(&h, &c.holdouts, NULL, &err) == DC_OK)
		ck_assert_int_eq(holdouts_take(h, &held,
					       &c.holdouts.of[0].model,
					       &spec, &err), DC_EINVAL);
	(void)snprintf(whole, sizeof(whole), "holdout: %s%s", path, told);
	ck_assert_str_eq(err.text, whole);
	ck_assert_ptr_null(held);
	holdouts_free(h);
	clear(&c, &spec);
}

START_TEST(what_is_wrong_is_told_with_file_and_line)
{
	check_refused(SPEC("murmur3-words"), ".tsv", "ham\tx\nno tab\n",
		      ":2: not label<TAB>input");
	check_refused(SPEC("murmur3-words"), ".tsv", "\ttext\n",
		      ":1: the label is empty");
	check_refused(SPEC("murmur3-words"), ".tsv", "ham\tx\n\neggs\ty\n",
		      ":3: label: no class of the model, nor its number");
	check_refused(SPEC("murmur3-words"), ".tsv", "ham\t\xff\n",
		      ":1: text is not UTF-8");
	check_refused(SPEC("murmur3-words"), ".csv", "a,label\n1,ham\n",
		      ":2: this model takes a text");
	check_refused(SPEC("none"), ".tsv", "ham\t1,8\n",
		      ":1: indices[1] is not below 8");
	check_refused(SPEC("none"), ".csv", "1,2,ham\n",
		      ":1: column names are needed, the last of them label");
	check_refused(SPEC("none"), ".csv", "a,label\n1,ham\n",
		      ":2: 1 features, expected 8");
	check_refused(SPEC("none"), ".csv", "a,label\n", ": has no rows");
	check_refused(SPEC("none"), ".tsv", "\n\n", ": has no rows");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named_at_the_start)
{
	struct dc_err err = DC_ERR_INIT;
	struct holdouts *h = NULL;
	struct model_spec spec;
	struct config c;

	set_up(&c, &spec, SPEC("none"), ".tsv");
	ck_assert_int_eq(holdouts_open(&h, &c.holdouts, NULL, &err),
			 DC_ENOTFOUND);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
	clear(&c, &spec);
}
END_TEST

START_TEST(more_rows_than_one_measurement_may_ask_are_refused)
{
	struct dc_err err = DC_ERR_INIT;
	struct holdouts *h = NULL;
	struct model_spec spec;
	struct config c;
	FILE *f;

	set_up(&c, &spec, SPEC("murmur3-words"), ".tsv");
	f = fopen(path, "w");
	for (int i = 0; i <= HOLDOUT_ROWS_MAX; i++)
		ck_assert_int_gt(fprintf(f, "ham\tword%d\n", i), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(holdouts_open(&h, &c.holdouts, NULL, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, ":10001: more than 10000"));
	clear(&c, &spec);
}
END_TEST

UNIT_MAIN("server/holdouts",
	  texts_indices_and_numbers_are_read_as_the_encoder_takes_them,
	  a_gzip_file_is_read_as_well,
	  what_is_wrong_is_told_with_file_and_line,
	  a_file_that_is_not_there_is_named_at_the_start,
	  more_rows_than_one_measurement_may_ask_are_refused)
