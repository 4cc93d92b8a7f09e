/* check_server_rest_predict.c: predictions over REST, one and many. */

#include "config.h"

#include <string.h>

#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

/* Short names here, where they are on every line. */
#define at rest_at
#define int_at rest_int_at
#define text_at rest_text_at

static void fails(const struct http_answer *a, long status,
		  const char *detail)
{
	rest_fails(&f, a, status, detail);
}

/* Of the model of sections; good until the next call. */
static const struct http_answer *ask(const char *body)
{
	static char path[512];

	snprintf(path, sizeof(path), "/v1/models/%s/predict",
		 registry_info(f.sections)->slug);
	return http_client_post(f.client, path, body);
}

static json_t *predict(const char *body)
{
	return rest_ok(&f, ask(body), "PredictReply");
}

START_TEST(a_prediction_says_what_the_learner_says)
{
	json_t *reply, *scores;

	rest_fixture_start(&f, 1);
	reply = predict("{\"text\":\"Genome MATRIX plot\"}");
	ck_assert_int_eq(int_at(reply, "label"), 1);
	ck_assert_str_eq(text_at(reply, "class"), "\"science\" & <b>");
	scores = at(reply, "scores");
	ck_assert_uint_eq(json_object_size(scores), 2);
	ck_assert_int_gt(strtoll(text_at(scores, "\"science\" & <b>"), NULL,
				 10), strtoll(text_at(scores, "games"), NULL,
					      10));
	ck_assert_int_eq(int_at(at(reply, "as_of"), "contributions"),
			 REST_SECTIONS);
	json_decref(reply);
	reply = predict("{\"text\":\"play arcade\"}");
	ck_assert_int_eq(int_at(reply, "label"), 0);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_batch_answers_in_order_as_one_by_one)
{
	json_t *batch, *one, *list;

	rest_fixture_start(&f, 1);
	batch = predict("{\"inputs\":[{\"text\":\"genome\"},"
			"{\"text\":\"puzzle level\"},{\"text\":\"\"}]}");
	list = at(batch, "predictions");
	ck_assert_uint_eq(json_array_size(list), 3);
	one = predict("{\"text\":\"puzzle level\"}");
	ck_assert(json_equal(at(json_array_get(list, 1), "scores"),
			     at(one, "scores")));
	ck_assert_int_eq(int_at(json_array_get(list, 0), "label"), 1);
	ck_assert_int_eq(int_at(json_array_get(list, 1), "label"), 0);
	json_decref(one);
	json_decref(batch);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_full_batch_is_answered_and_a_larger_one_refused)
{
	const struct http_answer *a;
	struct dc_buf body;
	json_t *reply;

	rest_fixture_start(&f, 1);
	for (int n = 1024; n <= 1025; n++) {
		dc_buf_init(&body, 1 << 20);
		dc_buf_append_text(&body, "{\"inputs\":[");
		for (int i = 0; i < n; i++)
			dc_buf_printf(&body, "%s{\"text\":\"word%d play\"}",
				      i == 0 ? "" : ",", i);
		dc_buf_append_text(&body, "]}");
		a = ask(dc_buf_text(&body));
		dc_buf_clear(&body);
		if (n == 1024) {
			reply = rest_ok(&f, a, "PredictReply");
			ck_assert_uint_eq(json_array_size(at(reply,
						"predictions")), 1024);
			json_decref(reply);
		} else {
			fails(a, 400, "inputs: more than 1024");
		}
	}
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_the_encoder_does_not_take_is_told_with_its_place)
{
	char path[128], address[ADDR20_TEXT_BYTES];
	const struct http_answer *a;

	rest_fixture_start(&f, 1);
	a = ask("{\"inputs\":[{\"text\":\"a\"},{\"features\":[1]}]}");
	ck_assert_int_eq(a->status, 400);
	ck_assert_ptr_nonnull(memmem(a->body.data, a->body.len,
				     "inputs[1]: ", 11));
	fails(ask("{\"text\":\"a\",\"attest\":true}"), 400,
	      "attest: this daemon does not attest");
	fails(http_client_post(f.client, "/v1/models/none-1/predict",
			       "{\"text\":\"a\"}"), 404, "no such model");
	addr20_format(&f.board_at, address);
	snprintf(path, sizeof(path), "/v1/models/%s/predict", address);
	a = http_client_post(f.client, path,
			     "{\"features\":[1,-1,0,1,-1,0,1,0.5,1e0]}");
	ck_assert_int_eq(a->status, 200);
	a = http_client_post(f.client, path, "{\"indices\":[9]}");
	ck_assert_int_eq(a->status, 400);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(a_learner_that_goes_on_is_asked_meanwhile)
{
	json_t *reply;

	rest_fixture_start(&f, 2);
	for (unsigned i = 1; i <= 20; i++) {
		rest_fixture_contribute(&f, REST_HEAD + i);
		reply = predict("{\"text\":\"genome\"}");
		ck_assert_int_eq(int_at(at(reply, "as_of"), "contributions"),
				 REST_SECTIONS + i);
		ck_assert_int_eq(int_at(at(reply, "as_of"), "block"),
				 REST_HEAD + i);
		json_decref(reply);
	}
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest_predict",
	  a_prediction_says_what_the_learner_says,
	  a_batch_answers_in_order_as_one_by_one,
	  a_full_batch_is_answered_and_a_larger_one_refused,
	  what_the_encoder_does_not_take_is_told_with_its_place,
	  a_learner_that_goes_on_is_asked_meanwhile)
