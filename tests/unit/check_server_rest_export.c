/* check_server_rest_export.c: a model taken away as a file is the model. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "models/encoder.h"
#include "server/trial.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

static const struct http_answer *export(const char *model, const char *query)
{
	char path[256];

	snprintf(path, sizeof(path), "/v1/models/%s/export%s", model, query);
	return http_client_get(f.client, path);
}

static const char *slug_of(const struct registry_model *m)
{
	return registry_info(m)->slug;
}

/* The body as a file, loaded; the path is gone then. */
static enum dc_status load(struct trial *t, const void *bytes, size_t len,
			   struct dc_err *err)
{
	char path[] = "check_export.XXXXXX";
	int fd = mkstemp(path);
	enum dc_status st;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	st = trial_load(t, path, err);
	unlink(path);
	return st;
}

/* Its scores of a text, here and behind the daemon. */
static void answers_alike(const struct trial *t,
			  const struct registry_model *m, const char *text)
{
	struct encoder_input in = { .kind = ENCODER_TEXT, .text = text,
				    .n = strlen(text) };
	int64_t here[SPEC_CLASSES_MAX], there[SPEC_CLASSES_MAX];
	struct dc_err err = DC_ERR_INIT;
	uint32_t label;
	struct sample x;

	ck_assert_int_eq(encoder_encode(&x, &t->spec, t->room, &in, &err),
			 DC_OK);
	t->spec.model->scores(&t->m, here, &x);
	ck_assert_int_eq(registry_predict(m, there, &label, NULL, &x, 1,
					  &err), DC_OK);
	ck_assert_int_eq(memcmp(here, there, t->spec.n_class * 8), 0);
}

START_TEST(a_state_is_the_model_that_the_daemon_serves)
{
	struct dc_err err = DC_ERR_INIT;
	const struct http_answer *a;
	struct trial t;

	rest_fixture_start(&f, 1);
	a = export(slug_of(f.sections), "");
	ck_assert_int_eq(a->status, 200);
	ck_assert_msg(load(&t, a->body.data, a->body.len, &err) == DC_OK,
		      "%s", err.text);
	answers_alike(&t, f.sections, "a game of cards");
	trial_clear(&t);
	rest_fixture_stop(&f);
}
END_TEST

/* Any bit of its cells: the root is another. */
START_TEST(a_state_that_was_changed_on_the_way_is_refused)
{
	struct dc_err err = DC_ERR_INIT;
	const struct http_answer *a;
	struct trial t;

	rest_fixture_start(&f, 1);
	a = export(slug_of(f.sections), "?format=decaid");
	ck_assert_int_eq(a->status, 200);
	a->body.data[a->body.len - 100] ^= 1;
	ck_assert_int_eq(load(&t, a->body.data, a->body.len, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "another root"));
	trial_clear(&t);
	err = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(load(&t, a->body.data, a->body.len - 1, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "ends early"));
	trial_clear(&t);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(the_json_counts_what_was_contributed)
{
	struct dc_err err = DC_ERR_INIT;
	json_t *reply, *v;
	json_int_t n = 0;
	struct trial t;
	char *text;
	size_t i;

	rest_fixture_start(&f, 1);
	reply = rest_ok(&f, export(slug_of(f.sections), "?format=json"),
			"ModelFile");
	ck_assert_str_eq(rest_text_at(reply, "type"), "naive bayes");
	json_array_foreach(rest_at(reply, "classCounts"), i, v)
		n += json_integer_value(v);
	ck_assert_int_gt(n, 0);
	ck_assert_int_le(n, REST_SECTIONS);
	text = json_dumps(reply, 0);
	ck_assert_msg(load(&t, text, strlen(text), &err) == DC_OK, "%s",
		      err.text);
	trial_clear(&t);
	free(text);
	json_decref(reply);
	rest_fixture_stop(&f);
}
END_TEST

START_TEST(what_cannot_be_exported_says_why)
{
	char address[ADDR20_TEXT_BYTES];

	rest_fixture_start(&f, 1);
	rest_fails(&f, export(slug_of(f.sections), "?format=onnx"), 400,
		   "format: not one of: decaid, json");
	addr20_format(&f.unknown_at, address);
	rest_fails(&f, export(address, ""), 404,
		   "the model is not followed here");
	rest_fails(&f, export("none-such", ""), 404, "no such model");
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest-export", a_state_is_the_model_that_the_daemon_serves,
	  a_state_that_was_changed_on_the_way_is_refused,
	  the_json_counts_what_was_contributed,
	  what_cannot_be_exported_says_why)
