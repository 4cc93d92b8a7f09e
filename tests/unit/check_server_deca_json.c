/* check_server_deca_json.c: 0xDeCA10B's model files, read and written. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/i256.h"
#include "models/deca_view.h"
#include "server/model_file.h"
#include "server/trial.h"
#include "tests/unit/unit.h"

#define SHARED "../shared/data/0xdeca10b/"

static enum dc_status read_text(struct deca_file *f, const char *text,
				struct dc_err *err)
{
	*err = (struct dc_err)DC_ERR_INIT;
	return deca_json_read(f, text, strlen(text), err);
}

static void refuses(const char *text, const char *words)
{
	struct dc_err err;
	struct deca_file f;

	ck_assert_int_eq(read_text(&f, text, &err), DC_EINVAL);
	ck_assert_msg(strstr(err.text, words) != NULL, "'%s' of %s", err.text,
		      text);
	deca_file_clear(&f);
}

static void takes(struct deca_file *f, const char *text, enum deca_kind kind)
{
	struct dc_err err;

	ck_assert_msg(read_text(f, text, &err) == DC_OK, "%s: %s", text,
		      err.text);
	ck_assert_uint_eq(f->model->kind, kind);
	ck_assert_uint_eq(f->n_class, 2);
}

static __int128 cell(const struct deca_file *f, uint32_t klass, uint64_t i)
{
	return deca_cell_value(deca_cell_find(f->model, klass, i));
}

/* A file, its model of ours, the file of that, and its model again: the same
 * spec and cells. */
static void goes_round(const struct deca_file *f)
{
	struct dc_err err = DC_ERR_INIT;
	struct trial a, b;
	struct dc_buf json;
	struct deca_file again;

	dc_buf_init(&json, 1 << 22);
	ck_assert_msg(trial_import(&a, f, NULL, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_msg(trial_put_json(&json, &a, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_msg(deca_json_read(&again, (const char *)json.data,
				     json.len, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_msg(trial_import(&b, &again, NULL, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_str_eq(dc_buf_text(&a.text), dc_buf_text(&b.text));
	ck_assert_int_eq(memcmp(a.m.cells, b.m.cells,
				8 * a.spec.model->cells(&a.spec)), 0);
	ck_assert_uint_eq(a.n_feature_index, b.n_feature_index);
	deca_file_clear(&again);
	dc_buf_clear(&json);
	trial_clear(&a);
	trial_clear(&b);
}

#define DENSE "\"classifications\":[\"a\",\"b\"],\"weights\":[1,-2.5]," \
	"\"intercept\":-0.25"
#define BAYES "{\"type\":\"naive bayes\",\"classifications\":[\"a\",\"b\"]," \
	"\"classCounts\":[3,4],\"featureCounts\":[[[0,2],[7,1]],[[1,5]]]," \
	"\"totalNumFeatures\":9"
#define SPARSE_CENTROIDS "{\"type\":\"sparse nearest centroid classifier\"," \
	"\"centroids\":{\"a\":{\"centroid\":{\"4\":0.5,\"0\":1}," \
	"\"dataCount\":2},\"b\":{\"centroid\":{},\"dataCount\":1}}}"
#define CENTROIDS(type, key) "{\"type\":\"" type "\",\"" key "\":{\"x\":{" \
	"\"centroid\":[0.6,-0.8],\"dataCount\":2},\"2\":{\"centroid\":" \
	"[1,0],\"dataCount\":3}}}"

START_TEST(all_seven_types_are_read_and_go_round)
{
	struct deca_file f;

	takes(&f, "{\"type\":\"perceptron\"," DENSE "}",
	      DECA_DENSE_PERCEPTRON);
	ck_assert(cell(&f, 0, 1) == -2500000000);
	ck_assert_uint_eq(f.model->learning_rate, 500000000);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, "{\"type\":\"Dense Perceptron\"," DENSE
	      ",\"learningRate\":0.1,\"featureIndices\":[7,3]}",
	      DECA_DENSE_PERCEPTRON);
	ck_assert_uint_eq(f.feature_index[1], 3);
	ck_assert_uint_eq(f.model->learning_rate, 100000000);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, "{\"type\":\"sparse perceptron\"," DENSE
	      ",\"sparseWeights\":{\"1\":9,\"1337\":0.000000001}}",
	      DECA_SPARSE_PERCEPTRON);
	ck_assert(cell(&f, 0, 1) == 9000000000);
	ck_assert(cell(&f, 0, 1337) == 1);
	ck_assert_uint_eq(f.columns, 1338);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, "{\"type\":\"sparse perceptron\",\"classifications\":"
	      "[\"a\",\"b\"],\"weights\":[0,0.5],\"intercept\":0,"
	      "\"featureIndices\":[7,3]}",
	      DECA_SPARSE_PERCEPTRON);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, BAYES ",\"smoothingFactor\":0.5}", DECA_NAIVE_BAYES);
	ck_assert(cell(&f, 0, 7) == 1);
	ck_assert_uint_eq(deca_class_at(f.model, 1)->total.w[0], 5);
	ck_assert_uint_eq(f.model->smoothing, 500000000);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, CENTROIDS("nearest centroid classifier", "centroids"),
	      DECA_NEAREST_CENTROID);
	goes_round(&f);
	deca_file_clear(&f);
	takes(&f, CENTROIDS("dense nearest centroid classifier", "intents"),
	      DECA_NEAREST_CENTROID);
	/* as Object.entries orders them: numbers first */
	ck_assert_str_eq(f.class_name[0], "2");
	ck_assert_str_eq(f.class_name[1], "x");
	ck_assert(cell(&f, 1, 1) == -800000000);
	goes_round(&f);
	deca_file_clear(&f);

	takes(&f, SPARSE_CENTROIDS, DECA_SPARSE_NEAREST_CENTROID);
	ck_assert_uint_eq(deca_cell_find(f.model, 0, 4)->high, 2);
	goes_round(&f);
	deca_file_clear(&f);
}
END_TEST

START_TEST(defaults_and_older_spellings_are_the_dashboards)
{
	struct deca_file f;

	takes(&f, BAYES "}", DECA_NAIVE_BAYES);
	ck_assert_uint_eq(f.model->smoothing, 1000000000);
	deca_file_clear(&f);
	takes(&f, BAYES ",\"smoothingFactor\":0}", DECA_NAIVE_BAYES);
	ck_assert_uint_eq(f.model->smoothing, 1000000000);
	deca_file_clear(&f);
	takes(&f, "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	      "\"weights\":[1],\"bias\":2,\"learningRate\":0}",
	      DECA_DENSE_PERCEPTRON);
	ck_assert_uint_eq(f.model->intercept.w[0], 2000000000);
	ck_assert_uint_eq(f.model->learning_rate, 500000000);
	deca_file_clear(&f);
}
END_TEST

/* Math.round: halves up, of the product as a double. */
START_TEST(numbers_are_rounded_as_javascript_does)
{
	struct deca_file f;

	takes(&f, "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	      "\"weights\":[1.5e-9,-1.5e-9,-0.5e-9,4e14,-6.04e14,"
	      "0.49999999999999994e-9],\"intercept\":0}",
	      DECA_DENSE_PERCEPTRON);
	ck_assert(cell(&f, 0, 0) == 2);
	ck_assert(cell(&f, 0, 1) == -1);
	ck_assert(cell(&f, 0, 2) == 0);
	ck_assert(cell(&f, 0, 3) == (__int128)4e23);
	ck_assert(cell(&f, 0, 4) < -(__int128)603000000000000 * 1000000000);
	ck_assert(cell(&f, 0, 5) == 0);
	deca_file_clear(&f);
}
END_TEST

/* A file, and words of what is said about it. */
static const char *const wrong[][2] = {
	{ "", "line 1" },
	{ "[]", "not a JSON object" },
	{ "{}", "type: missing" },
	{ "{\"type\":7}", "type: not a text" },
	{ "{\"type\":\"svm\"}", "'svm' is none of 0xDeCA10B's seven" },
	{ "{\"type\":\"perceptron\",\"type\":\"perceptron\"}",
	  "duplicate" },
	{ "{\"type\":\"perceptron\"," DENSE ",\"weights\":[1]}",
	  "duplicate" },
	{ "{\"type\":\"perceptron\",\"weights\":[NaN]}", "line 1" },
	{ "{\"type\":\"perceptron\",\"weights\":[1e999]}", "line 1" },
	{ "{\"type\":\"perceptron\"}", "classifications: missing" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\"]}",
	  "classifications: 1 classes" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",1]}",
	  "classifications[1]: not a text" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\","
	  "\"c\"]}", "a perceptron has 2, not 3" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	  "\"weights\":[1,null]}", "weights[1]: not a number" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	  "\"weights\":[6.1e14],\"intercept\":0}",
	  "weights[0]: 6.1e+14 times 10^9 is no int80" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	  "\"weights\":[],\"intercept\":0}", "there are none" },
	{ "{\"type\":\"perceptron\",\"classifications\":[\"a\",\"b\"],"
	  "\"weights\":[1]}", "intercept: missing" },
	{ "{\"type\":\"perceptron\"," DENSE ",\"learningRate\":5}",
	  "learningRate: 5 times 10^9 is no uint32" },
	{ "{\"type\":\"perceptron\"," DENSE ",\"learningRate\":-1}",
	  "learningRate: -1 times 10^9 is no uint32" },
	{ "{\"type\":\"perceptron\"," DENSE
	  ",\"featureIndices\":[1]}",
	  "featureIndices: 1 of them for 2 weights" },
	{ "{\"type\":\"perceptron\"," DENSE
	  ",\"featureIndices\":[1,1.5]}", "featureIndices[1]: 1.5" },
	{ "{\"type\":\"perceptron\"," DENSE ",\"sparseWeights\":{}}",
	  "not of a dense model" },
	{ "{\"type\":\"sparse perceptron\"," DENSE
	  ",\"sparseWeights\":{\"-1\":2}}",
	  "sparseWeights.-1: the key is no feature" },
	{ "{\"type\":\"sparse perceptron\"," DENSE
	  ",\"sparseWeights\":{\"4294967296\":2}}", "no feature" },
	{ "{\"type\":\"sparse perceptron\"," DENSE
	  ",\"sparseWeights\":[1]}", "sparseWeights: not an object" },
	{ BAYES ",\"classCounts\":[1]}", "duplicate" },
	{ "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	  "\"b\"],\"classCounts\":[1],\"featureCounts\":[]}",
	  "classCounts: 1 of them for 2 classifications" },
	{ "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	  "\"b\"],\"classCounts\":[1,2],\"featureCounts\":[[],[[1]]],"
	  "\"totalNumFeatures\":1}",
	  "featureCounts[1][0]: not [feature, count]" },
	{ "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	  "\"b\"],\"classCounts\":[1,-2],\"featureCounts\":[[],[]],"
	  "\"totalNumFeatures\":1}", "classCounts[1]: -2 is no whole" },
	{ "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	  "\"b\"],\"classCounts\":[1,2],\"featureCounts\":[[],"
	  "[[1,4294967296]]],\"totalNumFeatures\":1}",
	  "featureCounts[1][0]" },
	{ "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	  "\"b\"],\"classCounts\":[1,2],\"featureCounts\":[[],[]]}",
	  "totalNumFeatures: missing" },
	{ "{\"type\":\"nearest centroid classifier\"}",
	  "centroids: missing" },
	{ "{\"type\":\"nearest centroid classifier\",\"centroids\":{"
	  "\"a\":{\"centroid\":[1],\"dataCount\":1},\"b\":{"
	  "\"centroid\":[1,2],\"dataCount\":1}}}",
	  "centroids.b.centroid: 2 dimensions, expected 1" },
	{ "{\"type\":\"nearest centroid classifier\",\"centroids\":{"
	  "\"a\":{\"centroid\":[1e10],\"dataCount\":1},\"b\":{"
	  "\"centroid\":[1],\"dataCount\":1}}}",
	  "centroids.a.centroid[0]: 1e+10 times 10^9 is no int64" },
	{ "{\"type\":\"nearest centroid classifier\",\"centroids\":{"
	  "\"a\":{\"centroid\":[1]},\"b\":3}}",
	  "centroids.a.dataCount: missing" },
	{ "{\"type\":\"sparse nearest centroid classifier\","
	  "\"centroids\":{\"a\":{\"centroid\":{\"0\":-1},"
	  "\"dataCount\":1},\"b\":3}}",
	  "centroids.a.centroid.0: -1 times 10^9 is no uint64" },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	struct dc_buf deep;

	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++)
		refuses(wrong[i][0], wrong[i][1]);
	dc_buf_init(&deep, 1 << 20);
	for (unsigned i = 0; i < 100000; i++)
		dc_buf_append_byte(&deep, '[');
	refuses(dc_buf_text(&deep), "depth");
	dc_buf_clear(&deep);
}
END_TEST

START_TEST(names_that_no_spec_can_say_are_refused)
{
	struct dc_err err;
	struct deca_file f;
	struct trial t;

	takes(&f, "{\"type\":\"perceptron\",\"classifications\":[\"a\\n\","
	      "\"b\"],\"weights\":[1],\"intercept\":0}",
	      DECA_DENSE_PERCEPTRON);
	err = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(trial_import(&t, &f, NULL, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "spec line"));
	trial_clear(&t);
	deca_file_clear(&f);
}
END_TEST

/* A spec's model with some cells set. */
static void model_of(struct trial *t, const char *line)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf spec;

	dc_buf_init(&spec, 1000);
	dc_buf_printf(&spec, "decaid 1\nmodel %s\nencoder none\nverdict "
		      "two-fold credit=1 margin=1\nsample packed\nclass a\n"
		      "class b\n", line);
	ck_assert_msg(trial_init(t, &spec, &err) == DC_OK, "%s", err.text);
	dc_buf_clear(&spec);
}

static void writes(const struct trial *t, const char *json)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;

	dc_buf_init(&out, 100000);
	ck_assert_msg(trial_put_json(&out, t, &err) == DC_OK, "%s", err.text);
	ck_assert_str_eq(dc_buf_text(&out), json);
	dc_buf_clear(&out);
}

static void cannot_write(const struct trial *t, const char *words)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;

	dc_buf_init(&out, 100000);
	ck_assert_int_eq(trial_put_json(&out, t, &err), DC_EINVAL);
	ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
	dc_buf_clear(&out);
}

START_TEST(our_perceptron_and_naive_bayes_are_said_where_they_can_be)
{
	struct trial t;

	model_of(&t, "sparse-perceptron columns=3 learning-rate=1000000000");
	t.m.cells[0] = -500000000;
	t.m.cells[1] = 500000000;
	t.m.cells[2 + 4] = 250000000;
	t.m.cells[2 + 5] = -250000000;
	writes(&t, "{\"type\":\"sparse perceptron\",\"classifications\":"
	       "[\"a\",\"b\"],\"weights\":[],\"sparseWeights\":{\"2\":-0.5},"
	       "\"intercept\":1,\"learningRate\":2}");
	/* as a list, up to the first 0 */
	t.m.cells[2 + 0] = 500000000;
	t.m.cells[2 + 1] = -500000000;
	writes(&t, "{\"type\":\"sparse perceptron\",\"classifications\":"
	       "[\"a\",\"b\"],\"weights\":[-1],\"sparseWeights\":"
	       "{\"2\":-0.5},\"intercept\":1,\"learningRate\":2}");
	trial_clear(&t);

	model_of(&t, "naive-bayes columns=2 smoothing=1000000000");
	t.m.cells[1] = 2 * DC_FX9_ONE;		/* n[b] */
	t.m.cells[3] = 3 * DC_FX9_ONE;		/* t[b] */
	t.m.cells[4 + 3] = 3 * DC_FX9_ONE;	/* w[1][b] */
	writes(&t, "{\"type\":\"naive bayes\",\"classifications\":[\"a\","
	       "\"b\"],\"classCounts\":[0,2],\"featureCounts\":[[],[[1,3]]],"
	       "\"totalNumFeatures\":2,\"smoothingFactor\":1}");
	t.m.cells[4 + 3] -= 1;
	cannot_write(&t, "no whole number");
	trial_clear(&t);
}
END_TEST

START_TEST(what_the_json_cannot_say_is_an_error)
{
	struct trial t;

	model_of(&t, "logistic columns=3 epsilon=1 learning-rate=1");
	cannot_write(&t, "it has no type for logistic");
	trial_clear(&t);

	model_of(&t, "deca-sparse-perceptron columns=3 learning-rate=0");
	cannot_write(&t, "a learningRate of 0 is read as the default");
	trial_clear(&t);

	model_of(&t, "deca-sparse-perceptron columns=3 learning-rate=1");
	t.m.cells[2 + 2] = (INT64_C(1) << 55) + 1;
	cannot_write(&t, "the weight of class 0, feature 1");
	trial_clear(&t);

	model_of(&t, "deca-naive-bayes columns=3 features=3 smoothing=1");
	t.m.cells[0] = INT64_MAX;
	cannot_write(&t, "the count of class 0 is over 2^53");
	t.m.cells[0] = 0;
	t.m.cells[1] = 7;
	cannot_write(&t, "class 0 counts 7 features in all, but 0");
	trial_clear(&t);
}
END_TEST

/* A trained model saved as ours keeps its list of features. */
START_TEST(feature_indices_are_kept_with_the_model)
{
	char path[] = "check_deca_json.XXXXXX";
	struct dc_err err = DC_ERR_INIT;
	struct deca_file f;
	struct trial a, b;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	takes(&f, "{\"type\":\"perceptron\"," DENSE
	      ",\"featureIndices\":[7,4000000000]}", DECA_DENSE_PERCEPTRON);
	ck_assert_int_eq(trial_import(&a, &f, NULL, &err), DC_OK);
	ck_assert_int_eq(trial_save(&a, path, &err), DC_OK);
	ck_assert_msg(trial_load(&b, path, &err) == DC_OK, "%s", err.text);
	ck_assert_uint_eq(b.n_feature_index, 2);
	ck_assert_uint_eq(b.feature_index[1], 4000000000);
	ck_assert_int_eq(memcmp(a.m.cells, b.m.cells, 8 * 6), 0);
	unlink(path);
	trial_clear(&a);
	trial_clear(&b);
	deca_file_clear(&f);
}
END_TEST

/* The dashboard cut an embedding to them; where one is named, so do we. */
START_TEST(feature_indices_choose_of_an_embedding)
{
	const struct model_import how = {
		.encoder = "embedding=here,small,512" };
	struct dc_err err = DC_ERR_INIT;
	struct deca_file f;
	struct trial t;

	takes(&f, "{\"type\":\"perceptron\"," DENSE
	      ",\"featureIndices\":[7,511]}", DECA_DENSE_PERCEPTRON);
	ck_assert_msg(trial_import(&t, &f, &how, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_uint_eq(t.spec.columns, 2);
	ck_assert_str_eq(t.spec.service, "here");
	ck_assert_uint_eq(t.spec.feature[0], 7);
	ck_assert_uint_eq(t.spec.feature[1], 511);
	trial_clear(&t);
	deca_file_clear(&f);
}
END_TEST

START_TEST(the_originals_files_go_round)
{
	static const char *const names[] = {
		"imdb-sentiment-model", "classifier-perceptron-400",
		"vpa-classifier-centroids"
	};

	if (access(SHARED, R_OK) != 0) {
		printf("skipped: no " SHARED "\n");
		return;
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(names); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct deca_file f;
		char path[200];

		snprintf(path, sizeof(path), SHARED "%s.json.gz", names[i]);
		ck_assert_msg(deca_json_load(&f, path, &err) == DC_OK, "%s",
			      err.text);
		goes_round(&f);
		deca_file_clear(&f);
	}
}
END_TEST

UNIT_MAIN("server/deca-json",
	  all_seven_types_are_read_and_go_round,
	  defaults_and_older_spellings_are_the_dashboards,
	  numbers_are_rounded_as_javascript_does,
	  what_is_wrong_is_told_with_its_place,
	  names_that_no_spec_can_say_are_refused,
	  our_perceptron_and_naive_bayes_are_said_where_they_can_be,
	  what_the_json_cannot_say_is_an_error,
	  feature_indices_are_kept_with_the_model,
	  feature_indices_choose_of_an_embedding,
	  the_originals_files_go_round)
