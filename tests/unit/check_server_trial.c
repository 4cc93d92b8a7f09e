/* check_server_trial.c: learning and asking off the chain. */

#include "config.h"

#include <string.h>

#include "server/recipe.h"
#include "server/trial.h"
#include "server/trial_tell.h"
#include "tests/unit/unit.h"

static struct labelled set;
static struct labelled_classes classes;

/* Points left and right of a line, and words that tell about as much. */
static void
set_make(enum labelled_kind kind, size_t n)
{
	static const char *const words[] = { "alpha beta", "gamma delta" };
	uint64_t state = 4;
	size_t i;

	set = (struct labelled){ .kind = kind, .path = "made", .n = n };
	set.n_column = kind == LABELLED_TABLE ? 2 : 0;
	set.row = dc_calloc(n, sizeof(*set.row));
	set.value = dc_calloc(2 * n, sizeof(*set.value));
	for (i = 0; i < n; i++) {
		int64_t x = (int64_t)(unit_random(&state) % 1000000);
		int64_t y = (int64_t)(unit_random(&state) % 1000000);

		set.row[i].label = x > y;
		set.row[i].line = i + 1;
		set.row[i].text = words[x > y];
		set.row[i].len = strlen(words[x > y]);
		set.value[2 * i] = x * 1000;
		set.value[2 * i + 1] = y * 1000000;
	}
	classes.name = dc_realloc_array(NULL, 2, sizeof(*classes.name));
	classes.name[0] = dc_strdup("left");
	classes.name[1] = dc_strdup("right");
	classes.n = 2;
}

static void
set_clear(void)
{
	labelled_clear(&set);
	labelled_classes_clear(&classes);
}

static void
trial_make(struct trial *t, const char *type)
{
	struct dc_buf text;

	dc_buf_init(&text, 1 << 16);
	ck_assert_int_eq(recipe_spec(&text, &set, &classes, type, NULL, NULL),
			 DC_OK);
	ck_assert_int_eq(trial_init(t, &text, NULL), DC_OK);
	dc_buf_clear(&text);
}

START_TEST(each_recipe_learns_what_it_is_for)
{
	enum labelled_kind kind;
	struct trial t;
	size_t i;

	for (kind = LABELLED_TEXT; kind <= LABELLED_TABLE; kind++) {
		set_make(kind, 400);
		for (i = 0; recipe_type(kind, 0, NULL, i) != NULL; i++) {
			trial_make(&t, recipe_type(kind, 0, NULL, i));
			ck_assert_int_eq(trial_learn(&t, &set, NULL, NULL,
						     NULL), DC_OK);
			ck_assert_uint_eq(t.n_learned, 400);
			ck_assert_uint_eq(t.n_point, TRIAL_CURVE_POINTS);
			ck_assert_uint_eq(t.curve[t.n_point - 1].n, 400);
			ck_assert_int_eq(trial_ask(&t, &set, NULL, NULL,
						   NULL), DC_OK);
			ck_assert_uint_ge(trial_right(&t), 360);
			trial_clear(&t);
		}
		set_clear();
	}
}
END_TEST

START_TEST(what_is_too_wide_for_kalman_is_given_to_another)
{
	ck_assert_str_eq(recipe_type(LABELLED_TABLE, 512, NULL, 0), "kalman");
	ck_assert_str_eq(recipe_type(LABELLED_TABLE, 513, NULL, 0),
			 "passive-aggressive");
	ck_assert_str_eq(recipe_type(LABELLED_TEXT, 0, NULL, 0), "blend");
	ck_assert_str_eq(recipe_type(LABELLED_TEXT, 0, "embedding=a,b,3", 0),
			 "passive-aggressive");
}
END_TEST

/* The spec's rule replaced by the one that a deployed model gets. */
static void
rule_check(const char *type)
{
	const char *own = "verdict two-fold credit=1000000000 "
			  "margin=2000000000\n";
	struct dc_buf text, other;
	struct trial t;
	const char *at;

	dc_buf_init(&text, 1 << 16);
	dc_buf_init(&other, 1 << 16);
	ck_assert_int_eq(recipe_spec(&text, &set, &classes, type, NULL, NULL),
			 DC_OK);
	at = strstr(dc_buf_text(&text), own);
	ck_assert_ptr_nonnull(at);
	dc_buf_append(&other, text.data, (size_t)(at - dc_buf_text(&text)));
	dc_buf_printf(&other, "verdict %s\n%s", recipe_verdict(type),
		      at + strlen(own));
	ck_assert_msg(trial_init(&t, &other, NULL) == DC_OK, "%s: %s", type,
		      recipe_verdict(type));
	trial_clear(&t);
	dc_buf_clear(&text);
	dc_buf_clear(&other);
}

START_TEST(each_type_has_a_rule_that_a_spec_takes)
{
	enum labelled_kind kind;
	const char *type;
	size_t i;

	for (kind = LABELLED_TEXT; kind <= LABELLED_TABLE; kind++) {
		set_make(kind, 10);
		for (i = 0; (type = recipe_type(kind, 0, NULL, i)) != NULL; i++)
			rule_check(type);
		set_clear();
	}
	ck_assert_str_eq(recipe_verdict("passive-aggressive"),
			 "jury credit=1500000000 folds=6 known=8 "
			 "margin=1600000000 recent=8192");
	ck_assert_ptr_nonnull(recipe_verdict("no such type"));
}
END_TEST

START_TEST(figures_of_a_class_are_the_textbooks)
{
	struct trial_class k;
	struct trial t;

	set_make(LABELLED_TEXT, 10);
	trial_make(&t, NULL);
	t.confusion[0] = 6;	/* left as left */
	t.confusion[1] = 2;	/* left as right */
	t.confusion[2] = 1;	/* right as left */
	t.confusion[3] = 3;
	t.n_asked = 12;
	trial_class_get(&k, &t, 0);
	ck_assert_uint_eq(k.support, 8);
	ck_assert_int_eq(k.precision, 857142857);
	ck_assert_int_eq(k.recall, 750000000);
	ck_assert_int_eq(k.f1, 800000000);
	ck_assert_uint_eq(trial_right(&t), 9);
	ck_assert_int_eq(trial_share(1, 0), 0);
	trial_clear(&t);
	set_clear();
}
END_TEST

START_TEST(a_saved_model_answers_the_same)
{
	char path[] = "/tmp/decaid-trial-XXXXXX";
	struct trial a, b;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	set_make(LABELLED_TABLE, 300);
	trial_make(&a, NULL);
	ck_assert_int_eq(trial_learn(&a, &set, NULL, NULL, NULL), DC_OK);
	ck_assert_int_eq(trial_save(&a, path, NULL), DC_OK);
	ck_assert_int_eq(trial_load(&b, path, NULL), DC_OK);
	ck_assert_int_eq(trial_ask(&a, &set, NULL, NULL, NULL), DC_OK);
	ck_assert_int_eq(trial_ask(&b, &set, NULL, NULL, NULL), DC_OK);
	ck_assert_mem_eq(a.confusion, b.confusion, 4 * sizeof(uint64_t));
	ck_assert_str_eq(b.spec.class_name[1], "right");
	trial_clear(&b);
	ck_assert_int_eq(truncate(path, 60), 0);
	ck_assert_int_eq(trial_load(&b, path, NULL), DC_EINVAL);
	trial_clear(&b);
	trial_clear(&a);
	set_clear();
	unlink(path);
}
END_TEST

START_TEST(a_row_that_the_model_does_not_take_is_told)
{
	struct dc_err err = DC_ERR_INIT;
	struct trial t;

	set_make(LABELLED_TEXT, 5);
	trial_make(&t, NULL);
	set.row[3].text = "\xff";
	set.row[3].len = 1;
	ck_assert_int_eq(trial_learn(&t, &set, NULL, NULL, &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "made:4: text is not UTF-8");
	trial_clear(&t);
	set_clear();
}
END_TEST

START_TEST(unknown_types_are_refused)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf text;

	set_make(LABELLED_TABLE, 5);
	dc_buf_init(&text, 1 << 16);
	ck_assert_int_eq(recipe_spec(&text, &set, &classes, "oracle", NULL,
				     &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "--type: no model 'oracle'");
	dc_buf_clear(&text);
	set_clear();
}
END_TEST

UNIT_MAIN("server/trial",
	  each_recipe_learns_what_it_is_for,
	  what_is_too_wide_for_kalman_is_given_to_another,
	  each_type_has_a_rule_that_a_spec_takes,
	  figures_of_a_class_are_the_textbooks,
	  a_saved_model_answers_the_same,
	  a_row_that_the_model_does_not_take_is_told,
	  unknown_types_are_refused)
