/* Replies of the REST interface, held against their description. */
#include "config.h"

#include <check.h>

#include "tests/unit/json_schema.h"
#include "tests/unit/rest_reply.h"

json_t *rest_parse(const struct http_answer *a)
{
	json_error_t why;
	json_t *found = json_loadb((const char *)a->body.data, a->body.len,
				   JSON_REJECT_DUPLICATES, &why);

	ck_assert_msg(found != NULL, "%s: %.*s", why.text, (int)a->body.len,
		      (const char *)a->body.data);
	return found;
}

void rest_holds_schema(const struct rest_fixture *f, const char *name,
		       const json_t *reply)
{
	const json_t *schema = json_object_get(json_object_get(
		json_object_get(f->openapi, "components"), "schemas"), name);
	char where[1024];

	ck_assert_msg(schema != NULL, "no schema %s", name);
	ck_assert_msg(json_schema_holds(f->openapi, schema, reply, where,
					sizeof(where)), "%s: %s", name, where);
}

json_t *rest_ok(const struct rest_fixture *f, const struct http_answer *a,
		const char *schema)
{
	json_t *reply = rest_parse(a);

	ck_assert_msg(a->status == 200, "%ld %.*s", a->status,
		      (int)a->body.len, (const char *)a->body.data);
	rest_holds_schema(f, schema, reply);
	return reply;
}

void rest_fails(const struct rest_fixture *f, const struct http_answer *a,
		long status, const char *detail)
{
	json_t *reply = rest_parse(a);

	ck_assert_msg(a->status == status, "%ld: %.*s", a->status,
		      (int)a->body.len, (const char *)a->body.data);
	rest_holds_schema(f, "Problem", reply);
	ck_assert_str_eq(rest_text_at(reply, "detail"), detail);
	json_decref(reply);
}

json_t *rest_at(const json_t *v, const char *key)
{
	json_t *found = json_object_get(v, key);

	ck_assert_msg(found != NULL, "no %s", key);
	return found;
}

json_int_t rest_int_at(const json_t *v, const char *key)
{
	ck_assert(json_is_integer(rest_at(v, key)));
	return json_integer_value(rest_at(v, key));
}

const char *rest_text_at(const json_t *v, const char *key)
{
	ck_assert(json_is_string(rest_at(v, key)));
	return json_string_value(rest_at(v, key));
}
