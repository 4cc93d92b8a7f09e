/* check_server_scenario.c: what a scenario says, and what is wrong with it. */

#include "config.h"

#include <string.h>

#include "server/scenario.h"
#include "server/sim_run.h"
#include "tests/unit/unit.h"

#define TEXT_BYTES 2048

/* Line by line, so that a case can replace one. */
static const char *const good[] = {
	"decaid-scenario 1",
	"title A test   # with a comment",
	"unit gwei",
	"seed 3",
	"measure 6h",
	"data words columns=100 rows=400 held-out=100 seed=2",
	"start 0.25",
	"model naive-bayes columns=100 smoothing=1000000000",
	"encoder none",
	"verdict two-fold credit=1000000000 margin=1000000000",
	"class not this",
	"class this",
	"incentive deposit-refund-take weight=0.5 refund=2h take=5d",
	"agent A balance=10 deposit=0.4~0.1 wait=10m~30s when=accuracy-0.1",
	"agent B balance=9.000000001 deposit=1 wait=90 wrong=0.25 from=1d drift=12h",
	"agent C balance=5 calls=0.01 wait=1h",
};

/* The good scenario with line `at` (from 1) replaced. */
static void
compose(char text[TEXT_BYTES], size_t at, const char *line)
{
	size_t n = 0, i;

	for (i = 0; i < DC_ARRAY_LEN(good); i++)
		n += (size_t)snprintf(text + n, TEXT_BYTES - n, "%s\n",
				      i + 1 == at ? line : good[i]);
}

static enum dc_status
parse(struct scenario *s, const char *text, struct dc_err *err)
{
	return scenario_parse(s, "t.scenario", text, strlen(text), NULL, 0,
			      err);
}

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

START_TEST(every_value_arrives)
{
	struct dc_err err = DC_ERR_INIT;
	struct scenario s;
	char text[TEXT_BYTES];

	compose(text, 0, "");
	ck_assert_msg(parse(&s, text, &err) == DC_OK, "%s", err.text);
	ck_assert_str_eq(s.title, "A test   # with a comment");
	ck_assert_uint_eq(s.config.seed, 3);
	ck_assert_uint_eq(s.config.measure_s, 6 * 3600);
	ck_assert_uint_eq(s.data.n_row, 400);
	ck_assert_uint_eq(s.data.n_start, 100);
	ck_assert_uint_eq(s.config.rows.n, 300);
	ck_assert_uint_eq(s.config.n_held, 100);
	ck_assert_uint_eq(s.spec.n_class, 2);
	ck_assert_str_eq(s.spec.class_name[0], "not this");
	ck_assert_uint_eq(small(s.config.drt.weight_wei), 500000000);
	ck_assert_uint_eq(s.config.drt.refund_s, 7200);
	ck_assert_uint_eq(s.config.drt.take_s, 5 * 86400);
	ck_assert_uint_eq(s.config.n_agent, 3);
	ck_assert(s.agent[0].deposit_mean_wei == 400000000);
	ck_assert(s.agent[0].deposit_dev_wei == 100000000);
	ck_assert_uint_eq(s.agent[0].wait_mean_s, 600);
	ck_assert_uint_eq(s.agent[0].wait_dev_s, 30);
	ck_assert_int_eq(s.agent[0].if_accuracy_fx9, -100000000);
	ck_assert_uint_eq(small(s.agent[1].start_wei), 9000000001);
	ck_assert_int_eq(s.agent[1].if_accuracy_fx9, SIM_ALWAYS);
	ck_assert_int_eq(s.agent[1].wrong_fx9, 250000000);
	ck_assert_uint_eq(s.agent[1].from_s, 86400);
	ck_assert_uint_eq(s.agent[1].drift_s, 43200);
	ck_assert(s.agent[2].calls);
	ck_assert_uint_eq(small(s.agent[2].pays_wei), 10000000);
	scenario_clear(&s);
}
END_TEST

static const struct {
	size_t at;		/* the line that is replaced */
	const char *line, *error;
} wrong[] = {
	{ 1, "decaid-scenario 2", ":1: the first line is not" },
	{ 3, "unit ether", ":3: unit is wei, gwei or eth" },
	{ 4, "seed x", ":4: seed=x is not a whole number" },
	{ 4, "seed 1 2", ":4: seed takes one value" },
	{ 4, "sede 1", ":4: no such word 'sede'" },
	{ 4, "seed", ":4: nothing after 'seed'" },
	{ 4, "title again", ":4: a second title, the first is on line 2" },
	{ 5, "measure 6y", ":5: measure=6y is not a time" },
	{ 5, "measure 0", ":5: measure 0 never ends" },
	{ 6, "data pictures", ":6: no data 'pictures'" },
	{ 6, "data words columns=100 rows=400", ":6: data needs held-out=" },
	{ 6, "data words columns=0 rows=1 held-out=1", ":6: columns is from" },
	{ 6, "data words columns=101 rows=1 held-out=1",
	  ":6: the model has 100 columns" },
	{ 6, "data words columns=9 rows=9 held-out=9 x=1",
	  ":6: data does not take 'x=1'" },
	{ 7, "start 1.5", ":7: start is a part" },
	{ 7, "start 401", ":7: start is a part" },
	{ 8, "model oracle columns=100", ":8: " },
	{ 8, "model naive-bayes columns=100", ":8: expected smoothing=" },
	{ 8, "model deca-nearest-centroid columns=100",
	  ":6: deca-nearest-centroid takes no words, but dense rows" },
	{ 8, "# no model", ": no line 'model'" },
	{ 9, "encoder", ":9: nothing after 'encoder'" },
	{ 10, "verdict two-fold credit=1 margin=0", ":10: " },
	{ 12, "# no second class", "2 to 1024 lines of classes" },
	{ 12, "class not this", ":12: " },
	{ 13, "incentive luck", ":13: no incentive 'luck'" },
	{ 13, "incentive deposit-refund-take weight=0.0000000001",
	  ":13: weight=0.0000000001 is not an amount below 2^96 wei with " },
	{ 13, "incentive deposit-refund-take weight=79228162514264337594",
	  ":13: weight=79228162514264337594 is not an amount below 2^96" },
	{ 13, "incentive deposit-refund-take weight=1 take=1h",
	  ":13: take must be after refund" },
	{ 13, "incentive deposit-refund-take weight=1 retry=0",
	  ":13: retry=0 never ends" },
	{ 13, "incentive Stakeable64 weight=1 refund=9d any=1d",
	  ":13: any must be after refund" },
	{ 13, "incentive Stakeable64", ":13: incentive needs weight=" },
	{ 13, "incentive Points64 weight=1",
	  ":13: incentive does not take 'weight=1'" },
	{ 14, "agent B balance=1 deposit=1 wait=1",
	  ":15: a second agent 'B'" },
	{ 14, "agent A balance=1 wait=1", ":14: agent needs deposit=" },
	{ 14, "agent A balance=1 deposit=1~ wait=1", ":14: deposit=1~ is not" },
	{ 14, "agent A balance=1 deposit=0 wait=1", ":14: deposit=0 is not" },
	{ 14, "agent A balance=1 deposit=1 wait=1 wait=2",
	  ":14: 'wait=2' is there twice" },
	{ 14, "agent A balance=1 deposit=1 wait=1 when=accuracy*2",
	  ":14: when=accuracy*2 is not" },
	{ 14, "agent A balance=1 deposit=1 wait=1 wrong=1.1",
	  ":14: wrong is from 0 to 1" },
	{ 14, "agent balance=1 deposit=1 wait=1", ":14: an agent needs a" },
	{ 14, "agent A balance=99999999999999999999999999 deposit=1 wait=1",
	  ":14: balance=" },
};

START_TEST(every_error_names_its_line)
{
	char text[TEXT_BYTES];
	struct scenario s;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		struct dc_err err = DC_ERR_INIT;

		compose(text, wrong[i].at, wrong[i].line);
		ck_assert_msg(parse(&s, text, &err) == DC_EINVAL,
			      "wrong[%zu] was taken", i);
		ck_assert_msg(strncmp(err.text, "t.scenario", 10) == 0 &&
			      strstr(err.text, wrong[i].error) != NULL,
			      "wrong[%zu]: %s", i, err.text);
	}
}
END_TEST

START_TEST(settings_replace_values_of_the_lines_they_name)
{
	static const struct scenario_set set[] = {
		{ "deposit", "2" }, { "A.wait", "5m" }, { "seed", "77" },
		{ "incentive.refund", "1h" }, { "data.seed", "5" },
	};
	static const struct scenario_set none[] = { { "A.color", "red" } };
	struct dc_err err = DC_ERR_INIT;
	char text[TEXT_BYTES];
	struct scenario s;

	compose(text, 0, "");
	ck_assert_msg(scenario_parse(&s, "t", text, strlen(text), set,
				     DC_ARRAY_LEN(set), &err) == DC_OK,
		      "%s", err.text);
	ck_assert(s.agent[0].deposit_mean_wei == 2000000000);
	ck_assert(s.agent[1].deposit_mean_wei == 2000000000);
	ck_assert_uint_eq(s.agent[0].wait_mean_s, 300);
	ck_assert_uint_eq(s.agent[1].wait_mean_s, 90);
	ck_assert_uint_eq(s.config.seed, 77);
	ck_assert_uint_eq(s.config.drt.refund_s, 3600);
	scenario_clear(&s);
	ck_assert_int_eq(scenario_parse(&s, "t", text, strlen(text), none, 1,
					&err), DC_EINVAL);
	ck_assert_str_eq(err.text, "t: no line has 'A.color'");
}
END_TEST

/* One line of JSON, amounts exact in the unit. */
START_TEST(a_run_comes_out_as_json_and_the_same_each_time)
{
	struct dc_err err = DC_ERR_INIT;
	char text[TEXT_BYTES];
	struct sim_result r;
	struct scenario s;
	struct dc_buf out[2];
	const char *json;
	int i;

	compose(text, 0, "");
	for (i = 0; i < 2; i++) {
		ck_assert(parse(&s, text, &err) == DC_OK);
		sim_run(&r, &s, NULL, NULL);
		dc_buf_init(&out[i], 1 << 24);
		sim_result_json(&out[i], &r, &s, NULL);
		ck_assert(!dc_buf_failed(&out[i]));
		sim_result_clear(&r);
		scenario_clear(&s);
	}
	json = dc_buf_text(&out[0]);
	ck_assert_str_eq(json, dc_buf_text(&out[1]));
	ck_assert(strncmp(json, "{\"accuracy\":[[0,0.", 18) == 0);
	ck_assert_ptr_nonnull(strstr(json, "\"balances\":{\"A\":[[0,10],["));
	ck_assert_ptr_nonnull(strstr(json, "\"B\":[[0,9.000000001],["));
	ck_assert_ptr_eq(strchr(json, '\n') + 1, json + out[0].len);
	dc_buf_clear(&out[0]);
	dc_buf_clear(&out[1]);
}
END_TEST

#define FILE_SCENARIO(data) \
	"decaid-scenario 1\n" data "\nmodel naive-bayes\n" \
	"encoder murmur3-words\n" \
	"verdict jury credit=1 folds=3 known=0 margin=1 recent=0\n" \
	"incentive points\nagent A balance=1 deposit=1 wait=1m\n"

static void
file_write(char path[64], const char *text)
{
	int fd;

	snprintf(path, 64, "/tmp/scenario-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, strlen(text)),
			 (int)strlen(text));
	close(fd);
}

START_TEST(rows_come_from_files_with_their_classes)
{
	struct dc_err err = DC_ERR_INIT;
	char path[64], text[1024];
	struct scenario s;

	file_write(path, "cat\tsays meow\ndog\tsays woof\n"
		   "cat\tpurrs a lot\ndog\tfetches\ncow\tmoo\n");
	snprintf(text, sizeof(text), FILE_SCENARIO(
		"data file=%s held-out=0.4 seed=0"), path);
	ck_assert_msg(parse(&s, text, &err) == DC_OK, "%s", err.text);
	ck_assert_uint_eq(s.spec.n_class, 3);
	ck_assert_str_eq(s.spec.class_name[2], "cow");
	ck_assert_str_eq(s.spec.verdict->choice.name, "jury");
	ck_assert_uint_eq(s.data.n_row, 3);
	ck_assert_uint_eq(s.data.n_held, 2);
	ck_assert_uint_eq(s.data.row[2].label, 2);
	ck_assert_uint_eq(s.data.held_label[1], 1);
	ck_assert_uint_eq(s.data.held[0].count, 2);
	scenario_clear(&s);
	snprintf(text, sizeof(text), FILE_SCENARIO(
		"data file=%s held-out=1.5"), path);
	ck_assert_int_eq(parse(&s, text, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, ":2: held-out is a file"));
	dc_err_clear(&err);
	snprintf(text, sizeof(text), FILE_SCENARIO(
		"data file=%s\nclass x"), path);
	ck_assert_int_eq(parse(&s, text, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, ":3: the file says which"));
	dc_err_clear(&err);
	(void)unlink(path);
	ck_assert_int_eq(parse(&s, text, &err), DC_EIO);
	dc_err_clear(&err);
	file_write(path, "cat\tsays meow\ncat\tpurrs\n");
	snprintf(text, sizeof(text), FILE_SCENARIO("data file=%s"), path);
	ck_assert_int_eq(parse(&s, text, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, ": one class alone"));
	(void)unlink(path);
}
END_TEST

START_TEST(the_examples_are_scenarios)
{
	struct dc_err err = DC_ERR_INIT;
	const char *text;
	struct scenario s;
	size_t len;
	static const char *const names[] = { "attack", "market", "readme" };

	for (size_t i = 0; i < DC_ARRAY_LEN(names); i++) {
		text = scenario_example(names[i], &len);
		ck_assert_ptr_nonnull(text);
		ck_assert_msg(scenario_parse(&s, names[i], text, len, NULL, 0,
					     &err) == DC_OK, "%s", err.text);
		scenario_clear(&s);
	}
	ck_assert_ptr_null(scenario_example("read", &len));
	ck_assert_ptr_null(scenario_example("", &len));
}
END_TEST

UNIT_MAIN("server/scenario", every_value_arrives, every_error_names_its_line,
	  settings_replace_values_of_the_lines_they_name,
	  a_run_comes_out_as_json_and_the_same_each_time,
	  rows_come_from_files_with_their_classes,
	  the_examples_are_scenarios)
