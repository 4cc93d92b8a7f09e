/* check_server_rest_infer.c: the Open Inference Protocol says what the
 * project's own routes say. */

#include "config.h"

#include <string.h>

#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

/* A path of a model's; good until the next call. */
static const char *path_of(const struct registry_model *m, const char *stem,
			   const char *tail)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/models/%s%s", stem,
		 registry_info(m)->slug, tail);
	return path;
}

static const struct http_answer *ask(const struct registry_model *m,
				     const char *body)
{
	return http_client_post(f.client, path_of(m, "/v2", "/infer"), body);
}

static json_t *infer(const struct registry_model *m, const char *body)
{
	return rest_ok(&f, ask(m, body), "InferReply");
}

static json_t *get(const char *path, const char *schema)
{
	return rest_ok(&f, http_client_get(f.client, path), schema);
}

/* Output of this name, held against its shape; borrowed. */
static json_t *data_of(const json_t *reply, const char *name, size_t n)
{
	json_t *one;
	size_t i;

	json_array_foreach(rest_at(reply, "outputs"), i, one)
		if (strcmp(rest_text_at(one, "name"), name) == 0) {
			ck_assert_uint_eq(json_array_size(rest_at(one,
						"data")), n);
			return rest_at(one, "data");
		}
	ck_abort_msg("no output %s", name);
	return NULL;
}

/* ---- the server and its models ---- */

START_TEST(the_server_says_that_it_lives_and_is_ready)
{
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = get("/v2", "InferServer");
	ck_assert_str_eq(rest_text_at(reply, "name"), "decaid");
	json_decref(reply);
	reply = get("/v2/health/live", "InferLive");
	ck_assert(json_is_true(rest_at(reply, "live")));
	json_decref(reply);
	reply = get("/v2/health/ready", "InferReady");
	ck_assert(json_is_true(rest_at(reply, "ready")));
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_server_that_does_not_follow_is_not_ready)
{
	const struct http_answer *a;
	json_t *reply;

	rest_fixture_start(&f, 1);
	f.status.halted = true;
	a = http_client_get(f.client, "/v2/health/ready");
	ck_assert_int_eq(a->status, 503);
	reply = rest_parse(a);
	rest_holds_schema(&f, "Problem", reply);
	ck_assert_str_eq(rest_text_at(reply, "error"),
			 rest_text_at(reply, "detail"));
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

static void takes(const struct registry_model *m, const char *name,
		  const char *type, int columns)
{
	json_t *reply = get(path_of(m, "/v2", ""), "InferModel");
	json_t *in = json_array_get(rest_at(reply, "inputs"), 0);
	json_t *shape = rest_at(in, "shape");

	ck_assert_str_eq(rest_text_at(reply, "name"), registry_info(m)->slug);
	ck_assert_str_eq(rest_text_at(in, "name"), name);
	ck_assert_str_eq(rest_text_at(in, "datatype"), type);
	ck_assert_int_eq(json_integer_value(json_array_get(shape, 0)), -1);
	ck_assert_uint_eq(json_array_size(shape), columns == 0 ? 1 : 2);
	if (columns != 0)
		ck_assert_int_eq(json_integer_value(json_array_get(shape, 1)),
				 columns);
	json_decref(reply);
}

START_TEST(a_model_says_what_it_takes)
{
	json_t *reply;

	rest_fixture_start(&f, 1);
	takes(f.sections, "text", "BYTES", 0);
	takes(f.board, "features", "FP64", 9);
	reply = get(path_of(f.board, "/v2", "/ready"), "InferModelReady");
	ck_assert(json_is_true(rest_at(reply, "ready")));
	json_decref(reply);
	rest_fails(&f, http_client_get(f.client, "/v2/models/none-1"), 404,
		   "no such model");
	rest_fixture_stop(&f);
}
END_TEST

/* ---- inference ---- */

/* The prediction for the same input on the project's own route. */
static void same_as_predict(const struct registry_model *m, const char *body,
			    const json_t *reply, size_t i)
{
	json_t *own = rest_ok(&f, http_client_post(f.client,
			path_of(m, "/v1", "/predict"), body), "PredictReply");
	size_t n_class = json_object_size(rest_at(own, "scores"));
	size_t n = json_array_size(data_of(reply, "label", json_array_size(
			rest_at(json_array_get(rest_at(reply, "outputs"), 0),
				"data"))));
	const json_t *scores = data_of(reply, "scores", n * n_class);
	const char *class_name;
	json_t *score;
	size_t k = 0;

	ck_assert_int_eq(json_integer_value(json_array_get(
				data_of(reply, "label", n), i)),
			 rest_int_at(own, "label"));
	ck_assert_str_eq(json_string_value(json_array_get(
				data_of(reply, "class", n), i)),
			 rest_text_at(own, "class"));
	json_object_foreach(rest_at(own, "scores"), class_name, score) {
		double exact = strtod(json_string_value(score), NULL) / 1e9;

		ck_assert_double_eq_tol(json_number_value(json_array_get(
				scores, i * n_class + k++)), exact, 1e-9);
	}
	json_decref(own);
}

START_TEST(texts_are_answered_in_order_as_on_the_own_route)
{
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = infer(f.sections, "{\"id\":\"a \\\"1\\\"\",\"inputs\":[{"
		      "\"data\":[\"genome matrix\",\"puzzle\\u0020level\"],"
		      "\"name\":\"text\",\"shape\":[2],"
		      "\"datatype\":\"BYTES\"}]}");
	ck_assert_str_eq(rest_text_at(reply, "id"), "a \"1\"");
	ck_assert_str_eq(rest_text_at(reply, "model_name"),
			 registry_info(f.sections)->slug);
	ck_assert_int_eq(rest_int_at(rest_at(reply, "parameters"),
				     "contributions"), REST_SECTIONS);
	same_as_predict(f.sections, "{\"text\":\"genome matrix\"}", reply, 0);
	same_as_predict(f.sections, "{\"text\":\"puzzle level\"}", reply, 1);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

#define BOARD_ROWS "{\"features\":[1,-1,0,1,-1,0,1,0.5,1]}"

START_TEST(features_may_lie_flat_or_in_rows)
{
	static const char head[] = "{\"inputs\":[{\"name\":\"features\","
		"\"datatype\":\"FP64\",\"shape\":[2,9],\"data\":";
	static const char *const data[] = {
		"[1,-1,0,1,-1,0,1,0.5,1,0,0,0,0,0,0,0,0,1]}]}",
		"[[1,-1,0,1,-1,0,1,0.5,1],[0,0,0,0,0,0,0,0,1]]}]}",
	};
	char body[256];
	json_t *reply;

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(data); i++) {
		snprintf(body, sizeof(body), "%s%s", head, data[i]);
		reply = infer(f.board, body);
		same_as_predict(f.board, BOARD_ROWS, reply, 0);
		same_as_predict(f.board, "{\"features\":[0,0,0,0,0,0,0,0,1]}",
				reply, 1);
		json_decref(reply);
	}
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(indices_of_a_shorter_row_are_filled)
{
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = infer(f.board, "{\"inputs\":[{\"name\":\"indices\","
		      "\"datatype\":\"INT64\",\"shape\":[2,3],"
		      "\"data\":[[0,8,-1],[3,4,5]]}]}");
	same_as_predict(f.board, "{\"indices\":[0,8]}", reply, 0);
	same_as_predict(f.board, "{\"indices\":[3,4,5]}", reply, 1);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(only_the_outputs_asked_for_are_sent)
{
	json_t *reply;

	rest_fixture_start(&f, 1);
	reply = infer(f.sections, "{\"inputs\":[{\"name\":\"text\","
		      "\"datatype\":\"BYTES\",\"shape\":[1,1],"
		      "\"data\":[\"genome\"]}],"
		      "\"outputs\":[{\"name\":\"class\"}]}");
	ck_assert_uint_eq(json_array_size(rest_at(reply, "outputs")), 1);
	data_of(reply, "class", 1);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

/* ---- what is wrong ---- */

#define TENSOR(name, type, shape, data) "{\"inputs\":[{\"name\":\"" name \
	"\",\"datatype\":\"" type "\",\"shape\":" shape ",\"data\":" data "}]}"

static const struct {
	const char *body, *detail;
} wrong[] = {
	{ "[]", "an object is expected at byte 0" },
	{ "{\"inputs\":[]}", "inputs: no tensor" },
	{ "{}", "inputs: no tensor" },
	{ "{\"input\":[]}", "a member that is not id, parameters, inputs or "
	  "outputs" },
	{ "{\"inputs\":[{\"name\":\"text\"}]}",
	  "inputs[0]: name, shape, datatype or data is missing" },
	{ "{\"inputs\":[{},{}]}", "inputs: more than one tensor" },
	{ TENSOR("words", "BYTES", "[1]", "[\"a\"]"),
	  "inputs[0].name: not text, features or indices" },
	{ TENSOR("text", "FP32", "[1]", "[\"a\"]"),
	  "inputs[0].datatype: text is BYTES" },
	{ TENSOR("features", "BYTES", "[1,9]", "[1]"),
	  "inputs[0].datatype: features are numbers" },
	{ TENSOR("indices", "FP64", "[1,9]", "[1]"),
	  "inputs[0].datatype: indices are integers" },
	{ TENSOR("text", "BYTES", "[0]", "[]"),
	  "inputs[0].shape: not a whole number from 1 on" },
	{ TENSOR("text", "BYTES", "[1,1,1]", "[\"a\"]"),
	  "inputs[0].shape: more than two dimensions" },
	{ TENSOR("text", "BYTES", "[1,2]", "[\"a\",\"b\"]"),
	  "inputs[0].shape: text has one column" },
	{ TENSOR("text", "BYTES", "[1025]", "[\"a\"]"),
	  "inputs[0].shape: more than 1024 rows" },
	{ TENSOR("features", "FP64", "[9]", "[1]"),
	  "inputs[0].shape: a row for each input is needed" },
	{ TENSOR("features", "FP64", "[1024,60000]", "[1]"),
	  "inputs[0].data: fewer elements than its shape has" },
	{ TENSOR("text", "BYTES", "[2]", "[\"a\"]"),
	  "inputs[0].data: fewer elements than its shape has" },
	{ TENSOR("text", "BYTES", "[1]", "[\"a\",\"b\"]"),
	  "inputs[0].data: more elements than its shape has" },
	{ TENSOR("text", "BYTES", "[2]", "[\"a\",1]"),
	  "inputs[0].data: element 1: not a string" },
	{ TENSOR("features", "INT32", "[1,2]", "[1,1.5]"),
	  "inputs[0].data: element 1: not an integer, as its datatype says" },
	{ TENSOR("features", "FP64", "[1,2]", "[1,1e300]"),
	  "inputs[0].data: element 1: out of range" },
	{ TENSOR("features", "FP64", "[2,2]", "[[1,2],[3]]"),
	  "inputs[0].data: a row of another length than its shape says" },
	{ TENSOR("indices", "INT64", "[1,2]", "[1,-2]"),
	  "inputs[0].data: element 1: not a whole number from -1 on" },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++)
		rest_fails(&f, ask(f.sections, wrong[i].body), 400,
			   wrong[i].detail);
	rest_fails(&f, http_client_post(f.client, "/v2/models/none-1/infer",
					"{}"), 404, "no such model");
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_encoder_has_the_last_word)
{
	const struct http_answer *a;
	json_t *reply;

	rest_fixture_start(&f, 1);
	a = ask(f.sections, TENSOR("features", "FP64", "[1,2]", "[1,2]"));
	ck_assert_int_eq(a->status, 400);
	reply = rest_parse(a);
	ck_assert_int_eq(strncmp(rest_text_at(reply, "error"),
				 "inputs[0].data[0]: ", 19), 0);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest_infer", the_server_says_that_it_lives_and_is_ready,
	  a_server_that_does_not_follow_is_not_ready,
	  a_model_says_what_it_takes,
	  texts_are_answered_in_order_as_on_the_own_route,
	  features_may_lie_flat_or_in_rows,
	  indices_of_a_shorter_row_are_filled,
	  only_the_outputs_asked_for_are_sent,
	  what_is_wrong_is_told_with_its_place, the_encoder_has_the_last_word)
