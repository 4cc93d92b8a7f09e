/* check_models_spec.c: specs have one form. */

#include "config.h"

#include <string.h>

#include "base/keccak.h"
#include "models/encoder.h"
#include "models/model.h"
#include "models/spec.h"
#include "models/verdict.h"
#include "tests/unit/unit.h"

#define MODEL "model naive-bayes columns=16384 smoothing=1000000000\n"
#define ENCODER "encoder murmur3-words\n"
#define VERDICT "verdict two-fold credit=1000000000 margin=2000000000\n"
#define HEAD "decaid 1\n" MODEL ENCODER VERDICT "sample packed\n"
#define CLASSES "class games\nclass science\n"

static const char published[] = HEAD CLASSES;	/* of oracle/PROTOCOL.md */

static enum dc_status
parse(struct model_spec *s, const char *text, struct dc_err *err)
{
	return spec_parse(s, text, strlen(text), err);
}

START_TEST(the_published_spec_is_read)
{
	struct hash32 hash;
	struct model_spec s;
	uint32_t label;

	ck_assert_int_eq(parse(&s, published, NULL), DC_OK);
	ck_assert_ptr_eq(s.model, &model_naive_bayes);
	ck_assert_ptr_eq(s.encoder, encoder_find("murmur3-words"));
	ck_assert_ptr_eq(s.verdict, verdict_find("two-fold"));
	ck_assert_uint_eq(s.columns, 16384);
	ck_assert_int_eq(s.model_param[1], 1000000000);
	ck_assert_int_eq(s.verdict_param[0], 1000000000);
	ck_assert_int_eq(s.verdict_param[1], 2000000000);
	ck_assert_uint_eq(s.n_class, 2);
	ck_assert_str_eq(s.class_name[0], "games");
	ck_assert_str_eq(s.class_name[1], "science");
	ck_assert(spec_class_find(&label, &s, "science"));
	ck_assert_uint_eq(label, 1);
	ck_assert(!spec_class_find(&label, &s, "net"));
	keccak256(&hash, published, strlen(published));
	ck_assert(hash32_equal(&hash, &s.hash));
	spec_clear(&s);
	spec_clear(&s);
}
END_TEST

static const char *const good[] = {
	HEAD CLASSES,
	"decaid 1\nmodel sparse-perceptron columns=27 learning-rate=1\n"
	"encoder none\nverdict two-fold credit=0 margin=1\nsample packed\n"
	"class x has won\nclass \xc3\xa9t\xc3\xa9\nclass \xf0\x9f\x90\xb6\n",
	"decaid 1\nmodel logistic columns=16777216 epsilon=1 "
	"learning-rate=1\nencoder ngrams chars-from=5 chars-to=5 words=2\n"
	VERDICT "sample packed\nclass a\nclass b\n",
	"decaid 1\nmodel naive-bayes columns=16777216 smoothing=1\n"
	"encoder ngrams chars-from=5 chars-to=5 words=2\n"
	VERDICT "sample packed\nclass a\nclass b\n",
};

START_TEST(what_is_read_is_written_the_same)
{
	struct model_spec s;
	struct dc_buf b;
	size_t i;

	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	for (i = 0; i < DC_ARRAY_LEN(good); i++) {
		ck_assert_int_eq(parse(&s, good[i], NULL), DC_OK);
		dc_buf_reset(&b);
		spec_format(&b, &s);
		ck_assert_str_eq(dc_buf_text(&b), good[i]);
		spec_clear(&s);
	}
	dc_buf_clear(&b);
}
END_TEST

static const struct {
	const char *text;
	const char *reason;
} bad[] = {
	{ "", "spec line 1: missing" },
	{ "decaid 1", "spec line 1: no newline at its end" },
	{ "decaid 2\n", "spec line 1: expected decaid 1" },
	{ "decaid 1 \n", "spec line 1: expected decaid 1" },
	{ "\xef\xbb\xbf" "decaid 1\n", "spec line 1: expected decaid 1" },
	{ "decaid 1\n", "spec line 2: missing" },
	{ "decaid 1\n\n", "spec line 2: expected model NAME" },
	{ "decaid 1\nmodel\n", "spec line 2: expected model NAME" },
	{ "decaid 1\nmodel \n", "spec line 2: expected model NAME" },
	{ "decaid 1\nmodel  naive-bayes\n",
	  "spec line 2: expected model NAME" },
	{ "decaid 1\nmodel naive_bayes columns=1 smoothing=1\n",
	  "spec line 2: unknown model" },
	{ "decaid 1\nmodel naive-bayes\n",
	  "spec line 2: expected columns=NUMBER" },
	{ "decaid 1\nmodel naive-bayes columns=0 smoothing=1\n",
	  "spec line 2: naive-bayes's columns=0 is not from 1 to " },
	{ "decaid 1\nmodel naive-bayes columns=010 smoothing=1\n",
	  "spec line 2: expected columns=NUMBER" },
	{ "decaid 1\nmodel naive-bayes columns=-1 smoothing=1\n",
	  "spec line 2: expected columns=NUMBER" },
	{ "decaid 1\nmodel naive-bayes columns=9223372036854775808 s",
	  "spec line 2: no newline at its end" },
	{ "decaid 1\nmodel naive-bayes columns=9223372036854775808 s\n",
	  "spec line 2: expected columns=NUMBER" },
	{ "decaid 1\nmodel naive-bayes smoothing=1 columns=1\n",
	  "spec line 2: expected columns=NUMBER" },
	{ "decaid 1\nmodel naive-bayes columns=1  smoothing=1\n",
	  "spec line 2: expected smoothing=NUMBER" },
	{ "decaid 1\nmodel naive-bayes columns=1 smoothing=1 \n",
	  "spec line 2: more than its parameters" },
	{ "decaid 1\nmodel naive-bayes columns=1 smoothing=1 a=1\n",
	  "spec line 2: more than its parameters" },
	{ "decaid 1\n" MODEL "encoder words\n",
	  "spec line 3: unknown encoder" },
	{ "decaid 1\n" MODEL "encoder murmur3-words columns=1\n",
	  "spec line 3: more than its parameters" },
	{ "decaid 1\n" MODEL VERDICT, "spec line 3: expected encoder NAME" },
	{ "decaid 1\n" MODEL ENCODER "verdict none\n",
	  "spec line 4: unknown verdict rule" },
	{ "decaid 1\n" MODEL ENCODER "verdict two-fold credit=1 margin=0\n",
	  "spec line 4: two-fold's margin=0 is not from 1 to " },
	{ "decaid 1\n" MODEL ENCODER VERDICT "sample raw\n",
	  "spec line 5: expected sample packed" },
	{ HEAD, "spec line 5: 2 to 1024 lines of classes must follow" },
	{ HEAD "class a\n",
	  "spec line 5: 2 to 1024 lines of classes must follow" },
	{ HEAD "class a\nclass b", "spec line 5: 2 to 1024 lines" },
	{ HEAD "class a\nclass b\nclass c", "spec line 8: no newline" },
	{ HEAD "class a\nlabel b\n", "spec line 7: expected class NAME" },
	{ HEAD "class a\nclass \n", "spec line 7: a class name has 1 to 64" },
	{ HEAD "class a\nclass a\n", "spec line 7: class is named twice" },
	{ HEAD "class a\nclass  a\n", "spec line 7: class name begins" },
	{ HEAD "class a\nclass b \n", "spec line 7: class name begins" },
	{ HEAD "class a\nclass b\tc\n", "spec line 7: class name has control" },
	{ HEAD "class a\nclass b\r\n", "spec line 7: class name has control" },
	{ HEAD "class a\nclass \x7f\n", "spec line 7: class name has control" },
	{ HEAD "class a\nclass b\xc2\x85\n",
	  "spec line 7: class name has control" },
	{ HEAD "class a\nclass b\xe2\x80\xa8\n",
	  "spec line 7: class name has control" },
	{ HEAD "class a\nclass b\xc2\n", "spec line 7: class name is not UTF" },
	{ HEAD "class a\nclass \xed\xa0\x80\n",
	  "spec line 7: class name is not UTF" },
	{ HEAD CLASSES "\n", "spec line 8: expected class NAME" },
	{ "decaid 1\nmodel naive-bayes columns=16777216 smoothing=1\n" ENCODER
	  VERDICT "sample packed\nclass a\nclass b\nclass c\n",
	  "spec: columns times classes is over 2^25" },
	{ "decaid 1\nmodel naive-bayes columns=8388000 smoothing=1\n" ENCODER
	  "verdict jury credit=1 folds=16 known=1 margin=1 recent=0\n"
	  "sample packed\nclass a\nclass b\n",
	  "spec: its folds are over 3 (2^26 + 4096) cells" },
};

START_TEST(anything_else_is_refused_with_line_and_reason)
{
	struct model_spec s;
	struct dc_err err;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(bad); i++) {
		dc_err_clear(&err);
		ck_assert_msg(parse(&s, bad[i].text, &err) == DC_EINVAL,
			      "bad[%zu] was taken", i);
		ck_assert_msg(strncmp(err.text, bad[i].reason,
				      strlen(bad[i].reason)) == 0,
			      "bad[%zu]: %s", i, err.text);
	}
}
END_TEST

START_TEST(a_nul_in_the_text_is_refused)
{
	char text[] = HEAD CLASSES;
	struct model_spec s;
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++) {
		char was = text[i];

		text[i] = '\0';
		unit_require(spec_parse(&s, text, sizeof(text) - 1, NULL) ==
			     DC_EINVAL);
		text[i] = was;
	}
}
END_TEST

static void
many_classes(struct dc_buf *b, unsigned n)
{
	unsigned i;

	dc_buf_reset(b);
	dc_buf_append_text(b, HEAD);
	for (i = 0; i < n; i++)
		dc_buf_printf(b, "class %064u\n", i);
}

START_TEST(there_are_at_most_1024_classes)
{
	struct model_spec s;
	struct dc_buf b;

	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	many_classes(&b, SPEC_CLASSES_MAX);
	ck_assert(!dc_buf_failed(&b));
	ck_assert_int_eq(spec_parse(&s, dc_buf_text(&b), b.len, NULL), DC_OK);
	ck_assert_uint_eq(s.n_class, SPEC_CLASSES_MAX);
	spec_clear(&s);
	many_classes(&b, SPEC_CLASSES_MAX + 1);
	ck_assert_int_eq(spec_parse(&s, dc_buf_text(&b), b.len, NULL),
			 DC_EINVAL);
	dc_buf_clear(&b);
}
END_TEST

/* Every single byte changed: refused, or another spec in its one form. */
START_TEST(no_second_form_is_taken)
{
	char text[] = HEAD CLASSES;
	struct model_spec s;
	struct dc_buf b;
	size_t i, taken = 0;
	int v;

	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	for (i = 0; i < sizeof(text) - 1; i++) {
		char was = text[i];

		for (v = 0; v < 256; v++) {
			text[i] = (char)v;
			if (spec_parse(&s, text, sizeof(text) - 1, NULL) !=
			    DC_OK)
				continue;
			taken++;
			dc_buf_reset(&b);
			spec_format(&b, &s);
			unit_require(strcmp(dc_buf_text(&b), text) == 0);
			spec_clear(&s);
		}
		text[i] = was;
	}
	ck_assert_uint_gt(taken, 500);
	dc_buf_clear(&b);
}
END_TEST

#define SCALED "decaid 1\nmodel logistic columns=2 epsilon=1 " \
	"learning-rate=1\nencoder scale clip=5000000000\n"
#define AFTER VERDICT "sample packed\n" CLASSES

START_TEST(scale_has_a_line_for_each_column)
{
	static const char text[] = SCALED "column center=-12 width=3\n"
		"column center=0 width=9000000000000000000\n" AFTER;
	static const char *const wrong[] = {
		SCALED AFTER,
		SCALED "column center=1 width=3\n" AFTER,
		SCALED "column center=1 width=3\ncolumn center=1 width=3\n"
			"column center=1 width=3\n" AFTER,
		SCALED "column center=-0 width=3\ncolumn center=1 width=3\n"
			AFTER,
		SCALED "column center=1 width=0\ncolumn center=1 width=3\n"
			AFTER,
		SCALED "column center=1 width=-3\ncolumn center=1 width=3\n"
			AFTER,
		SCALED "column center=01 width=3\ncolumn center=1 width=3\n"
			AFTER,
		SCALED "column center=1 width=3 \ncolumn center=1 width=3\n"
			AFTER,
		HEAD "column center=1 width=3\n" CLASSES,
	};
	struct model_spec s;
	struct dc_buf b;
	size_t i;

	ck_assert_int_eq(parse(&s, text, NULL), DC_OK);
	ck_assert_int_eq(s.column[0].center, -12);
	ck_assert_int_eq(s.column[0].width, 3);
	ck_assert_int_eq(s.column[1].width, 9000000000000000000);
	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	spec_format(&b, &s);
	ck_assert_str_eq(dc_buf_text(&b), text);
	dc_buf_clear(&b);
	spec_clear(&s);
	for (i = 0; i < DC_ARRAY_LEN(wrong); i++)
		ck_assert_msg(parse(&s, wrong[i], NULL) == DC_EINVAL,
			      "wrong[%zu]", i);
}
END_TEST

#define EMBEDDED "decaid 1\nmodel logistic columns=3 epsilon=1 " \
	"learning-rate=1\nencoder embedding dimension="

START_TEST(embedding_names_its_service_and_the_features_of_it)
{
	static const char *const taken[] = {
		EMBEDDED "3 normalize=0\nservice a b\n" AFTER,
		EMBEDDED "65536 normalize=1\nservice api.example.org "
			"bge-m3:latest\nfeatures 7 0 65535\n" AFTER,
	};
	static const char *const wrong[] = {
		EMBEDDED "3 normalize=0\n" AFTER,
		EMBEDDED "2 normalize=0\nservice a b\n" AFTER,
		EMBEDDED "65537 normalize=0\nservice a b\nfeatures 1 2 3\n"
			AFTER,
		EMBEDDED "3 normalize=2\nservice a b\n" AFTER,
		EMBEDDED "3 normalize=0\nservice a\n" AFTER,
		EMBEDDED "3 normalize=0\nservice a \n" AFTER,
		EMBEDDED "3 normalize=0\nservice  b\n" AFTER,
		EMBEDDED "3 normalize=0\nservice A b\n" AFTER,
		EMBEDDED "3 normalize=0\nservice a b c\n" AFTER,
		EMBEDDED "3 normalize=0\nservice a b\x7f\n" AFTER,
		EMBEDDED "3 normalize=0\nservice a b\nfeatures 0 1 2\n"
			AFTER,
		EMBEDDED "4 normalize=0\nservice a b\n" AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1\n" AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1 2 3\n"
			AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1 4\n"
			AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1 1\n"
			AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1 02\n"
			AFTER,
		EMBEDDED "4 normalize=0\nservice a b\nfeatures 0 1 2 \n"
			AFTER,
		HEAD "service a b\n" CLASSES,
	};
	struct model_spec s;
	struct dc_buf b;
	size_t i;

	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	for (i = 0; i < DC_ARRAY_LEN(taken); i++) {
		ck_assert_int_eq(parse(&s, taken[i], NULL), DC_OK);
		dc_buf_reset(&b);
		spec_format(&b, &s);
		ck_assert_str_eq(dc_buf_text(&b), taken[i]);
		if (i == 1) {
			ck_assert_str_eq(s.service, "api.example.org");
			ck_assert_str_eq(s.service_model, "bge-m3:latest");
			ck_assert_uint_eq(s.feature[0], 7);
			ck_assert_uint_eq(s.feature[2], 65535);
		}
		spec_clear(&s);
	}
	dc_buf_clear(&b);
	for (i = 0; i < DC_ARRAY_LEN(wrong); i++)
		ck_assert_msg(parse(&s, wrong[i], NULL) == DC_EINVAL,
			      "wrong[%zu]", i);
}
END_TEST

UNIT_MAIN("models/spec",
	  embedding_names_its_service_and_the_features_of_it,
	  scale_has_a_line_for_each_column,
	  the_published_spec_is_read,
	  what_is_read_is_written_the_same,
	  anything_else_is_refused_with_line_and_reason,
	  a_nul_in_the_text_is_refused,
	  there_are_at_most_1024_classes,
	  no_second_form_is_taken)
