/* check_server_predict_body.c: bodies of predict requests, against jansson. */

#include "config.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "server/predict_body.h"
#include "tests/unit/unit.h"

static struct dc_arena *arena;

static enum dc_status read_body(struct predict_body *out, const char *text,
				size_t len, struct dc_err *err)
{
	if (arena == NULL)
		arena = dc_arena_new(4096);
	dc_arena_reset(arena);
	dc_err_clear(err);
	return predict_body_read(out, arena, text, len, err);
}

static void accept(struct predict_body *out, const char *text)
{
	struct dc_err err = DC_ERR_INIT;

	ck_assert_msg(read_body(out, text, strlen(text), &err) == DC_OK,
		      "%s: %s", text, err.text);
}

START_TEST(one_input_of_each_kind_is_read)
{
	struct predict_body b;

	accept(&b, " {\"text\" : \"win a prize\"} ");
	ck_assert(!b.batch && !b.attest);
	ck_assert_uint_eq(b.n, 1);
	ck_assert_int_eq(b.input[0].kind, ENCODER_TEXT);
	ck_assert_uint_eq(b.input[0].n, 11);
	ck_assert_mem_eq(b.input[0].text, "win a prize", 11);
	accept(&b, "{\"indices\":[5, 1,0 ],\"attest\":false}");
	ck_assert_int_eq(b.input[0].kind, ENCODER_INDICES);
	ck_assert_uint_eq(b.input[0].n, 3);
	ck_assert_uint_eq(b.input[0].index[0], 5);
	ck_assert_uint_eq(b.input[0].index[2], 0);
	accept(&b, "{\"attest\":true,\"features\":[1,-0.5,2.5e1]}");
	ck_assert(b.attest);
	ck_assert_int_eq(b.input[0].kind, ENCODER_FEATURES);
	ck_assert_int_eq(b.input[0].feature[1], -500000000);
	ck_assert_int_eq(b.input[0].feature[2], INT64_C(25000000000));
	accept(&b, "{\"indices\":[]}");
	ck_assert_uint_eq(b.input[0].n, 0);
}
END_TEST

START_TEST(escapes_are_decoded)
{
	struct predict_body b;

	accept(&b, "{\"te\\u0078t\":\"a\\n\\\"\\u00e9\\ud83d\\ude00\"}");
	ck_assert_uint_eq(b.input[0].n, 9);
	ck_assert_mem_eq(b.input[0].text, "a\n\"\xc3\xa9\xf0\x9f\x98\x80", 9);
}
END_TEST

START_TEST(a_batch_keeps_its_order_and_its_bound)
{
	struct dc_err err = DC_ERR_INIT;
	struct predict_body b;
	struct dc_buf text;

	accept(&b, "{\"inputs\":[{\"text\":\"a\"},{\"indices\":[7]}]}");
	ck_assert(b.batch);
	ck_assert_uint_eq(b.n, 2);
	ck_assert_int_eq(b.input[1].kind, ENCODER_INDICES);
	ck_assert_uint_eq(b.input[1].index[0], 7);
	for (int n = 1024; n <= 1025; n++) {
		dc_buf_init(&text, 1 << 20);
		dc_buf_append_text(&text, "{\"inputs\":[");
		for (int i = 0; i < n; i++)
			dc_buf_printf(&text, "%s{\"indices\":[%d]}",
				      i == 0 ? "" : ",", i);
		dc_buf_append_text(&text, "]}");
		ck_assert_int_eq(read_body(&b, (const char *)text.data,
					   text.len, &err),
				 n == 1024 ? DC_OK : DC_EINVAL);
		dc_buf_clear(&text);
	}
	ck_assert_str_eq(err.text, "inputs: more than 1024");
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "{}", "no text, indices, features, image or inputs" },
		{ "{\"attest\":true}", "no text, indices, features, "
				       "image or inputs" },
		{ "{\"text\":\"a\",\"text\":\"b\"}", "more than one of text, "
		  "indices, features, image, inputs" },
		{ "{\"text\":\"a\",\"inputs\":[]}", "more than one of text, "
		  "indices, features, image, inputs" },
		{ "{\"txt\":\"a\"}", "a member that is not text, indices, "
				     "features, image, inputs or attest" },
		{ "{\"inputs\":[]}", "inputs: empty" },
		{ "{\"inputs\":[{\"text\":\"a\"},{}]}", "inputs[1]: not "
		  "exactly one of text, indices, features, image" },
		{ "{\"inputs\":[{\"attest\":true}]}", "inputs[0]: a member "
		  "that is not text, indices, features or image" },
		{ "{\"indices\":[1,-1]}", "indices: not a whole number from "
					  "0 on" },
		{ "{\"features\":[1e30]}", "features: a number is out of "
					   "range" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct predict_body b;

		ck_assert_int_eq(read_body(&b, cases[i].text,
					   strlen(cases[i].text), &err),
				 DC_EINVAL);
		ck_assert_str_eq(err.text, cases[i].told);
	}
}
END_TEST

START_TEST(what_is_no_json_of_the_shape_is_refused)
{
	static const char *const cases[] = {
		"", " ", "null", "[]", "\"text\"", "{", "{\"text\"}",
		"{\"text\":}", "{\"text\":1}", "{\"text\":null}",
		"{\"text\":\"a\"", "{\"text\":\"a\"}x", "{\"text\":\"a\",}",
		"{text:\"a\"}", "{\"text\":\"\\x\"}", "{\"text\":\"\xff\"}",
		"{\"text\":\"a\nb\"}", "{\"indices\":{}}",
		"{\"indices\":[1.5]}", "{\"indices\":[\"1\"]}",
		"{\"indices\":[1,]}", "{\"indices\":[[1]]}",
		"{\"indices\":[1", "{\"indices\":[99999999999999999999]}",
		"{\"features\":[\"1\"]}", "{\"features\":[01]}",
		"{\"features\":[1.]}", "{\"features\":1}",
		"{\"attest\":1,\"text\":\"a\"}", "{\"inputs\":{}}",
		"{\"inputs\":[[]]}", "{\"inputs\":[{\"text\":\"a\"}",
		"{\"inputs\":[\"a\"]}",
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct predict_body b;

		ck_assert_msg(read_body(&b, cases[i], strlen(cases[i]),
					&err) == DC_EINVAL, "%s", cases[i]);
		ck_assert_str_ne(err.text, "");
	}
}
END_TEST

/* jansson's reading of one input agrees. */
static void same_input(const struct encoder_input *in, json_t *read)
{
	json_t *text = json_object_get(read, "text");
	json_t *list = json_object_get(read, "indices");

	if (text != NULL) {
		ck_assert_int_eq(in->kind, ENCODER_TEXT);
		ck_assert_uint_eq(in->n, json_string_length(text));
		ck_assert_mem_eq(in->text, json_string_value(text), in->n);
	} else if (list != NULL) {
		ck_assert_int_eq(in->kind, ENCODER_INDICES);
		ck_assert_uint_eq(in->n, json_array_size(list));
		for (size_t i = 0; i < in->n; i++)
			ck_assert_int_eq((json_int_t)in->index[i],
				json_integer_value(json_array_get(list, i)));
	} else {
		list = json_object_get(read, "features");
		ck_assert_uint_eq(in->n, json_array_size(list));
		for (size_t i = 0; i < in->n; i++) {
			double v = json_number_value(json_array_get(list, i));

			ck_assert_double_le(fabs((double)in->feature[i] / 1e9 -
						 v), 1e-9 + fabs(v) * 1e-12);
		}
	}
}

static void same(const struct predict_body *b, json_t *read)
{
	json_t *inputs = json_object_get(read, "inputs");

	if (!b->batch) {
		same_input(&b->input[0], read);
		return;
	}
	ck_assert_uint_eq(b->n, json_array_size(inputs));
	for (size_t i = 0; i < b->n; i++)
		same_input(&b->input[i], json_array_get(inputs, i));
}

static size_t mutate(char *out, uint64_t *seed)
{
	static const char *const seeds[] = {
		"{\"text\":\"hello \\u0041 w\\u00f6rld\",\"attest\":false}",
		"{\"inputs\":[{\"text\":\"a\"},{\"indices\":[1,2,30]}]}",
		"{\"features\":[1,-2.5,3e2,0.000000001]}",
		"{\"indices\":[0,17,4294967296]}",
		"{\"indices\":[5,12,999,1234567,12345678,0,70,80,90]}",
	};
	static const char bytes[] = "{}[]\",:\\u0-1.eE tn\n\x80\xff";
	const char *from = seeds[unit_random(seed) % DC_ARRAY_LEN(seeds)];
	size_t len = strlen(from), changes = unit_random(seed) % 4;

	memcpy(out, from, len);
	while (changes-- > 0) {
		size_t at = unit_random(seed) % len;

		out[at] = bytes[unit_random(seed) % (sizeof(bytes) - 1)];
		if (unit_random(seed) % 8 == 0)
			len = at + 1;
	}
	return len;
}

START_TEST(what_is_accepted_jansson_reads_alike)
{
	size_t accepted = 0;
	uint64_t seed = 3;

	for (int round = 0; round < 200000; round++) {
		struct dc_err err = DC_ERR_INIT;
		struct predict_body b;
		char text[128];
		size_t len = mutate(text, &seed);
		json_t *read;

		if (read_body(&b, text, len, &err) != DC_OK)
			continue;
		accepted++;
		read = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
		ck_assert_msg(read != NULL, "%.*s", (int)len, text);
		same(&b, read);
		json_decref(read);
	}
	ck_assert_uint_gt(accepted, 50000);
}
END_TEST

UNIT_MAIN("server/predict_body", one_input_of_each_kind_is_read,
	  escapes_are_decoded, a_batch_keeps_its_order_and_its_bound,
	  what_is_wrong_is_told_with_its_place,
	  what_is_no_json_of_the_shape_is_refused,
	  what_is_accepted_jansson_reads_alike)
