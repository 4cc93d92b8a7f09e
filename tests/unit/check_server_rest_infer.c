/* check_server_rest_infer.c: the Open Inference Protocol says what the
 * project's own routes say. */

#include "config.h"

#include <string.h>

#include "server/base64.h"
#include "server/infer_private.h"
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

/* ---- tensors behind the JSON ---- */

#define TENSOR(name, type, shape, data) "{\"inputs\":[{\"name\":\"" name \
	"\",\"datatype\":\"" type "\",\"shape\":" shape ",\"data\":" data "}]}"

#define BINARY(name, type, shape, size) "{\"inputs\":[{\"name\":\"" name \
	"\",\"datatype\":\"" type "\",\"shape\":" shape "," \
	"\"parameters\":{\"binary_data_size\":" size "}}]"

/* Post JSON and bytes behind it. */
static const struct http_answer *ask_binary(const struct registry_model *m,
					    const char *json,
					    const void *bytes, size_t n)
{
	static char body[4096], line[100];
	const char *const headers[] = {
		"Content-Type: application/octet-stream", line, NULL
	};
	size_t n_json = strlen(json);

	memcpy(body, json, n_json);
	if (n > 0)
		memcpy(body + n_json, bytes, n);
	snprintf(line, sizeof(line), "Inference-Header-Content-Length: %zu",
		 n_json);
	return http_client_do(f.client, "POST", path_of(m, "/v2", "/infer"),
			      headers, body, n_json + n);
}

/* The same answer as by JSON alone. */
static void answers_alike(const struct registry_model *m, const char *json,
			  const void *bytes, size_t n, const char *plain)
{
	json_t *here = rest_ok(&f, ask_binary(m, json, bytes, n),
			       "InferReply");
	json_t *there = infer(m, plain);

	ck_assert(json_equal(here, there));
	json_decref(here);
	json_decref(there);
}

START_TEST(tensors_behind_the_json_are_those_in_it)
{
	static const uint8_t texts[] = "\6\0\0\0genome\13\0\0\0plot matrix";
	static const float numbers[9] = { 1, -1, 0, 0.5f, 0, 0, -2.25f, 0, 1 };
	static const int16_t places[] = { 0, 8, -1, 3, 4, 5 };
	static const uint8_t bytes[9] = { 0, 0, 3, 0, 255, 0, 0, 0, 1 };

	rest_fixture_start(&f, 1);
	answers_alike(f.sections, BINARY("text", "BYTES", "[2]", "25") "}",
		      texts, sizeof(texts) - 1, TENSOR("text", "BYTES", "[2]",
		      "[\"genome\",\"plot matrix\"]"));
	answers_alike(f.board, BINARY("features", "FP32", "[1,9]", "36") "}",
		      numbers, sizeof(numbers), TENSOR("features", "FP32",
		      "[1,9]", "[1,-1,0,0.5,0,0,-2.25,0,1]"));
	answers_alike(f.board, BINARY("indices", "INT16", "[2,3]", "12") "}",
		      places, sizeof(places), TENSOR("indices", "INT16",
		      "[2,3]", "[0,8,-1,3,4,5]"));
	answers_alike(f.board, BINARY("features", "UINT8", "[1,9]", "9") "}",
		      bytes, sizeof(bytes), TENSOR("features", "UINT8",
		      "[1,9]", "[0,0,3,0,255,0,0,0,1]"));
	rest_fixture_stop(&f);
}
END_TEST

static const char pixels[] = "decaid 1\n"
	"model logistic columns=12 epsilon=1 learning-rate=1\n"
	"encoder pixels height=3 width=4\n"
	"verdict two-fold credit=1 margin=1\nsample packed\n"
	"class no\nclass yes\n";

/* A picture: base64 in JSON, the file's bytes behind it. */
START_TEST(a_picture_is_a_tensor_too)
{
	uint8_t file[2000];
	struct registry_model *m;
	char json[4000], plain[4000];
	struct dc_buf text;
	FILE *in;
	size_t n;

	in = fopen(TEST_JPEG, "rb");
	ck_assert_ptr_nonnull(in);
	n = fread(file, 1, sizeof(file) - 4, in);
	fclose(in);
	ck_assert(n > 0 && n < sizeof(file) - 4);
	dc_buf_init(&text, sizeof(plain));
	base64_put(&text, file, n);
	rest_fixture_start(&f, 1);
	m = rest_fixture_add(&f, "Pictures", pixels);
	takes(m, "image", "BYTES", 0);
	snprintf(plain, sizeof(plain), TENSOR("image", "BYTES", "[1]",
					      "[\"%s\"]"),
		 dc_buf_text(&text));
	snprintf(json, sizeof(json), BINARY("image", "BYTES", "[1]", "%zu")
		 "}", n + 4);
	memmove(file + 4, file, n);
	for (size_t i = 0; i < 4; i++)
		file[i] = (uint8_t)(n >> (8 * i));
	answers_alike(m, json, file, n + 4, plain);
	dc_buf_clear(&text);
	rest_fixture_stop(&f);
}
END_TEST

/* What stands behind the JSON of an answer, n_json of whose bytes that is. */
static json_t *split(const struct http_answer *a, const uint8_t **behind,
		     size_t *n)
{
	char text[32];
	size_t n_json;
	json_t *reply;

	ck_assert_int_eq(a->status, 200);
	ck_assert_str_eq(http_answer_header(a, "Content-Type", text,
					    sizeof(text)),
			 "application/octet-stream");
	n_json = strtoul(http_answer_header(a,
			 "Inference-Header-Content-Length", text,
			 sizeof(text)), NULL, 10);
	reply = json_loadb((const char *)a->body.data, n_json, 0, NULL);
	ck_assert_ptr_nonnull(reply);
	rest_holds_schema(&f, "InferReply", reply);
	*behind = a->body.data + n_json;
	*n = a->body.len - n_json;
	return reply;
}

static json_int_t size_of(const json_t *reply, size_t i)
{
	return rest_int_at(rest_at(json_array_get(rest_at(reply, "outputs"),
						  i), "parameters"),
			   "binary_data_size");
}

START_TEST(outputs_go_behind_the_json_where_they_are_asked_to)
{
	static const char plain[] = TENSOR("text", "BYTES", "[2]",
					   "[\"genome\",\"puzzle\"]");
	json_t *reply, *own;
	const uint8_t *p;
	double score;
	size_t n;

	rest_fixture_start(&f, 1);
	own = infer(f.sections, plain);
	reply = split(ask(f.sections, "{\"inputs\":[{\"name\":\"text\","
			  "\"datatype\":\"BYTES\",\"shape\":[2],"
			  "\"data\":[\"genome\",\"puzzle\"]}],"
			  "\"parameters\":{\"binary_data_output\":true}}"),
		      &p, &n);
	ck_assert_int_eq(size_of(reply, 0), 16);
	ck_assert_int_eq(p[0], json_integer_value(json_array_get(
				 data_of(own, "label", 2), 0)));
	ck_assert_int_eq(p[8], json_integer_value(json_array_get(
				 data_of(own, "label", 2), 1)));
	p += 16;
	ck_assert_int_eq(size_of(reply, 1), 8 + 5 + 15);
	ck_assert_int_eq(memcmp(p, "\17\0\0\0\"science\" & <b>\5\0\0\0games",
				28), 0);
	p += 28;
	ck_assert_int_eq(size_of(reply, 2), 32);
	ck_assert_uint_eq(n, 16 + 28 + 32);
	for (size_t i = 0; i < 4; i++) {
		memcpy(&score, p + 8 * i, 8);
		ck_assert_double_eq(score, json_number_value(json_array_get(
				    data_of(own, "scores", 4), i)));
	}
	json_decref(reply);
	/* one of them; what an output says counts more */
	reply = split(ask(f.sections, "{\"parameters\":"
			  "{\"binary_data_output\":true},\"inputs\":[{"
			  "\"name\":\"text\",\"datatype\":\"BYTES\","
			  "\"shape\":[1],\"data\":[\"genome\"]}],"
			  "\"outputs\":[{\"name\":\"class\",\"parameters\":"
			  "{\"binary_data\":false}},{\"name\":\"label\"}]}"),
		      &p, &n);
	ck_assert_uint_eq(n, 8);
	data_of(reply, "class", 1);
	json_decref(reply);
	json_decref(own);
	rest_fixture_stop(&f);
}
END_TEST

static const struct {
	const char *json, *bytes;
	size_t n;
	const char *detail;
} wrong_binary[] = {
	{ BINARY("text", "BYTES", "[1]", "6") "}", "\1\0\0\0a", 5,
	  "inputs[0].parameters.binary_data_size: 5 bytes stand behind the "
	  "JSON" },
	{ BINARY("text", "BYTES", "[1]", "-1") "}", "", 0,
	  "inputs[0].parameters.binary_data_size: 0 bytes stand behind the "
	  "JSON" },
	{ BINARY("text", "BYTES", "[1]", "1.5") "}", "", 0,
	  "an integer is expected at byte 93" },
	{ BINARY("text", "BYTES", "[1]", "5") "}", "\2\0\0\0a", 5,
	  "inputs[0].data: element 0: longer than what is there" },
	{ BINARY("text", "BYTES", "[2]", "5") "}", "\1\0\0\0a", 5,
	  "inputs[0].data: fewer elements than its shape has" },
	{ BINARY("text", "BYTES", "[2]", "9") "}", "\1\0\0\0abcde", 9,
	  "inputs[0].data: element 1: longer than what is there" },
	{ BINARY("text", "BYTES", "[1]", "7") "}", "\1\0\0\0a\0\0", 7,
	  "inputs[0]: 2 bytes behind its last element" },
	{ BINARY("text", "BYTES", "[1]", "5") "}", "\1\0\0\0\xff", 5,
	  "inputs[0].data[0]: text is not UTF-8" },
	{ BINARY("features", "FP32", "[1,2]", "12") "}",
	  "\0\0\0\0\0\0\0\0\0\0\0\0", 12,
	  "inputs[0]: 12 bytes, its shape has 8" },
	{ BINARY("features", "FP32", "[1,2]", "4") "}", "\0\0\0\0", 4,
	  "inputs[0].data: fewer elements than its shape has" },
	{ BINARY("features", "FP32", "[1,1]", "4") "}", "\0\0\x80\x7f", 4,
	  "inputs[0].data: element 0: out of range" },
	{ BINARY("indices", "INT8", "[1,1]", "1") "}", "\xfe", 1,
	  "inputs[0].data: element 0: not a whole number from -1 on" },
	{ TENSOR("text", "BYTES", "[1]", "[\"a\"]"), "abc", 3,
	  "inputs[0].parameters.binary_data_size: 3 bytes stand behind the "
	  "JSON" },
	{ "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\","
	  "\"shape\":[1],\"data\":[\"a\"],\"parameters\":"
	  "{\"binary_data_size\":0}}]}", "", 0,
	  "inputs[0]: data and binary_data_size" },
};

START_TEST(what_is_wrong_behind_the_json_is_told_too)
{
	static const char *const headers[] = {
		"Content-Type: application/octet-stream",
		"Inference-Header-Content-Length: 99", NULL
	};

	rest_fixture_start(&f, 1);
	for (size_t i = 0; i < DC_ARRAY_LEN(wrong_binary); i++)
		rest_fails(&f, ask_binary(f.sections, wrong_binary[i].json,
					  wrong_binary[i].bytes,
					  wrong_binary[i].n), 400,
			   wrong_binary[i].detail);
	rest_fails(&f, http_client_do(f.client, "POST",
				      path_of(f.sections, "/v2", "/infer"),
				      headers, "{}", 2), 400,
		   "Inference-Header-Content-Length: not a whole number in "
		   "[1, 2]");
	/* no other route takes bytes */
	rest_fails(&f, http_client_do(f.client, "POST",
				      path_of(f.sections, "/v1", "/predict"),
				      headers, "{}", 2), 415,
		   "the body must be application/json");
	rest_fixture_stop(&f);
}
END_TEST

/* ---- numbers as they lie there ---- */

static void is_fx9(const char *name, const void *bits, bool fits, int64_t v)
{
	const struct json_slice type = { .p = name, .len = strlen(name) };
	const struct infer_type *t = infer_type_find(type);
	int64_t out = 0;

	ck_assert_ptr_nonnull(t);
	ck_assert_msg(infer_number_fx9(&out, t, bits) == fits, "%s %lld",
		      name, (long long)v);
	if (fits)
		ck_assert_int_eq(out, v);
}

static void double_is(double x, bool fits, int64_t v)
{
	is_fx9("FP64", &x, fits, v);
	x = -x;
	is_fx9("FP64", &x, fits, -v);
}

START_TEST(numbers_are_rounded_exactly)
{
	static const uint16_t half[] = { 0x3c00, 0x2e66, 0x0001, 0x7c00,
					 0x7bff };
	static const float single[] = { 0.1f, 16777216.0f, 1e-45f };
	static const int64_t whole[] = { 9223372036, 9223372037, -1 };
	uint64_t top = UINT64_MAX;

	double_is(0, true, 0);
	double_is(1, true, 1000000000);
	double_is(0.1, true, 100000000);
	double_is(0.5e-9, true, 1);	/* the double is a little above */
	double_is(0.49999e-9, true, 0);
	double_is(0.0000152587890625, true, 15259);	/* 2^-16: 15258.79 */
	double_is(0.001953125, true, 1953125);		/* 2^-9 */
	double_is(0.0009765625, true, 976563);	/* 2^-10: 976562.5 */
	double_is(5e-324, true, 0);
	double_is(9223372036.5, true, 9223372036500000000);
	double_is(9223372036.9, false, 0);
	double_is(1e300, false, 0);
	double_is(strtod("inf", NULL), false, 0);
	double_is(strtod("nan", NULL), false, 0);
	is_fx9("FP16", &half[0], true, 1000000000);
	is_fx9("FP16", &half[1], true, 99975586);	/* 0.0999755859375 */
	is_fx9("FP16", &half[2], true, 60);		/* 2^-24: 59.6 */
	is_fx9("FP16", &half[3], false, 0);
	is_fx9("FP16", &half[4], true, 65504000000000);
	is_fx9("FP32", &single[0], true, 100000001);	/* 0.100000001490 */
	is_fx9("FP32", &single[1], true, 16777216000000000);
	is_fx9("FP32", &single[2], true, 0);
	is_fx9("INT64", &whole[0], true, 9223372036000000000);
	is_fx9("INT64", &whole[1], false, 0);
	is_fx9("INT8", &whole[2], true, -1000000000);
	is_fx9("UINT8", &whole[2], true, 255000000000);
	is_fx9("UINT16", &whole[2], true, 65535000000000);
	is_fx9("UINT64", &top, false, 0);
}
END_TEST

/* ---- what is wrong ---- */

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
	  "inputs[0].name: not text, features, indices or image" },
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
	  tensors_behind_the_json_are_those_in_it,
	  a_picture_is_a_tensor_too,
	  outputs_go_behind_the_json_where_they_are_asked_to,
	  what_is_wrong_behind_the_json_is_told_too,
	  numbers_are_rounded_exactly,
	  what_is_wrong_is_told_with_its_place, the_encoder_has_the_last_word)
