/* json_schema.c: is a document what a JSON Schema says? */
#include "config.h"

#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/json_schema.h"

struct checking {
	const json_t *doc;
	char *where;
	size_t room;
	char path[512];
};

static bool holds(struct checking *c, const json_t *schema, const json_t *v);

static bool wrong(struct checking *c, const char *what, const json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY);

	snprintf(c->where, c->room, "%s: %s: %.200s", c->path, what, text);
	free(text);
	return false;
}

/* "#/components/schemas/Model" */
static const json_t *follow(struct checking *c, const char *ref)
{
	const json_t *at = c->doc;
	char text[256], *rest = text, *part;

	ck_assert_int_eq(strncmp(ref, "#/", 2), 0);
	snprintf(text, sizeof(text), "%s", ref + 2);
	while ((part = strsep(&rest, "/")) != NULL)
		at = json_object_get(at, part);
	ck_assert_msg(at != NULL, "%s leads nowhere", ref);
	return at;
}

static bool is_type(const char *name, const json_t *v)
{
	if (strcmp(name, "object") == 0)
		return json_is_object(v);
	if (strcmp(name, "array") == 0)
		return json_is_array(v);
	if (strcmp(name, "string") == 0)
		return json_is_string(v);
	if (strcmp(name, "integer") == 0)
		return json_is_integer(v);
	if (strcmp(name, "number") == 0)
		return json_is_number(v);
	if (strcmp(name, "boolean") == 0)
		return json_is_boolean(v);
	if (strcmp(name, "null") == 0)
		return json_is_null(v);
	ck_abort_msg("no such type: %s", name);
}

static bool type_holds(const json_t *type, const json_t *v)
{
	bool found = false;
	const json_t *one;
	size_t i;

	if (json_is_string(type))
		return is_type(json_string_value(type), v);
	json_array_foreach(type, i, one)
		found = found || is_type(json_string_value(one), v);
	return type == NULL || found;
}

static bool enum_holds(const json_t *list, const json_t *v)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_equal(one, v))
			return true;
	return list == NULL;
}

static bool pattern_holds(const json_t *pattern, const json_t *v)
{
	regex_t re;
	bool found;

	if (pattern == NULL || !json_is_string(v))
		return true;
	ck_assert_int_eq(regcomp(&re, json_string_value(pattern),
				 REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&re, json_string_value(v), 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

static bool bounds_hold(const json_t *schema, const json_t *v)
{
	const json_t *least = json_object_get(schema, "minimum");
	const json_t *most = json_object_get(schema, "maximum");

	if (!json_is_number(v))
		return true;
	return (least == NULL ||
		json_number_value(v) >= json_number_value(least)) &&
	       (most == NULL ||
		json_number_value(v) <= json_number_value(most));
}

/* Check a part, its name on the path meanwhile. */
static bool part_holds(struct checking *c, const char *name,
		       const json_t *schema, const json_t *v)
{
	size_t len = strlen(c->path);
	bool found;

	snprintf(c->path + len, sizeof(c->path) - len, "/%s", name);
	found = holds(c, schema, v);
	c->path[len] = '\0';
	return found;
}

static bool object_holds(struct checking *c, const json_t *schema,
			 const json_t *v)
{
	const json_t *props = json_object_get(schema, "properties");
	const json_t *more = json_object_get(schema, "additionalProperties");
	const json_t *required = json_object_get(schema, "required");
	const json_t *one;
	const char *key;
	size_t i;

	json_array_foreach(required, i, one)
		if (json_object_get(v, json_string_value(one)) == NULL)
			return wrong(c, json_string_value(one), v);
	for (void *it = json_object_iter((json_t *)(uintptr_t)v); it != NULL;
	     it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
		key = json_object_iter_key(it);
		one = json_object_get(props, key);
		if (one == NULL && json_is_object(more))
			one = more;
		if (one == NULL)
			return wrong(c, "not described", v);
		if (!part_holds(c, key, one, json_object_iter_value(it)))
			return false;
	}
	return true;
}

static bool array_holds(struct checking *c, const json_t *schema,
			const json_t *v)
{
	const json_t *first = json_object_get(schema, "prefixItems");
	const json_t *items = json_object_get(schema, "items");
	const json_t *least = json_object_get(schema, "minItems");
	const json_t *most = json_object_get(schema, "maxItems");
	json_int_t n = (json_int_t)json_array_size(v);
	const json_t *one;
	size_t i;

	if ((least != NULL && n < json_integer_value(least)) ||
	    (most != NULL && n > json_integer_value(most)))
		return wrong(c, "wrong length", v);
	json_array_foreach(v, i, one) {
		const json_t *is = i < json_array_size(first) ?
			json_array_get(first, i) : items;
		char name[24];

		snprintf(name, sizeof(name), "%zu", i);
		if (is != NULL && !part_holds(c, name, is, one))
			return false;
	}
	return true;
}

static bool one_of_holds(struct checking *c, const json_t *list,
			 const json_t *v)
{
	const json_t *one;
	int n = 0;
	size_t i;

	json_array_foreach(list, i, one)
		n += holds(c, one, v);
	return n == 1;
}

static bool holds(struct checking *c, const json_t *schema, const json_t *v)
{
	const json_t *ref = json_object_get(schema, "$ref");
	const json_t *one_of = json_object_get(schema, "oneOf");

	if (ref != NULL)
		return holds(c, follow(c, json_string_value(ref)), v);
	if (one_of != NULL)
		return one_of_holds(c, one_of, v) ||
		       (c->where[0] != '\0' ? false :
			wrong(c, "more than one", v));
	if (!type_holds(json_object_get(schema, "type"), v))
		return wrong(c, "wrong type", v);
	if (!enum_holds(json_object_get(schema, "enum"), v))
		return wrong(c, "not in enum", v);
	if (!pattern_holds(json_object_get(schema, "pattern"), v))
		return wrong(c, "wrong pattern", v);
	if (!bounds_hold(schema, v))
		return wrong(c, "out of bounds", v);
	if (json_is_object(v))
		return object_holds(c, schema, v);
	return !json_is_array(v) || array_holds(c, schema, v);
}

bool json_schema_holds(const json_t *doc, const json_t *schema,
		       const json_t *value, char *where, size_t room)
{
	struct checking c = { doc, where, room, "" };

	where[0] = '\0';
	return holds(&c, schema, value);
}
