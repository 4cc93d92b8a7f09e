/* Reading and comparing what a vector says, with the place of it. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i256.h"
#include "tests/golden/golden.h"

/* How much of a value a message shows. */
#define SHOWN 160

_Noreturn void golden_malformed(struct golden *g, const char *fmt, ...)
{
	char why[SHOWN * 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	(void)snprintf(g->text, sizeof(g->text), "malformed at %s: %s",
		       g->where, why);
	longjmp(g->out, 1);
}

_Noreturn void golden_differs(struct golden *g, const char *expected,
			      const char *found)
{
	(void)snprintf(g->text, sizeof(g->text),
		       "differs at %s: expected %.*s, found %.*s", g->where,
		       SHOWN, expected, SHOWN, found);
	longjmp(g->out, 1);
}

void golden_at(struct golden *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(g->where, sizeof(g->where), fmt, ap);
	va_end(ap);
}

const char *golden_place(struct golden *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(g->where, sizeof(g->where), fmt, ap);
	va_end(ap);
	return dc_arena_copy(g->arena, g->where, strlen(g->where) + 1);
}

json_t *golden_keep(struct golden *g, json_t *made)
{
	DC_CHECK(made != NULL && json_array_append_new(g->kept, made) == 0);
	return made;
}

json_t *golden_member(struct golden *g, const char *at,
			    json_t *object, const char *name)
{
	json_t *v = json_object_get(object, name);

	golden_at(g, "%s%s%s", at, *at ? "." : "", name);
	if (v == NULL)
		golden_malformed(g, "it is missing");
	return v;
}

json_t *golden_object(struct golden *g, json_t *v)
{
	if (!json_is_object(v))
		golden_malformed(g, "an object is expected");
	return v;
}

json_t *golden_array(struct golden *g, json_t *v)
{
	if (!json_is_array(v))
		golden_malformed(g, "an array is expected");
	return v;
}

const char *golden_string(struct golden *g, json_t *v)
{
	if (!json_is_string(v))
		golden_malformed(g, "a string is expected");
	return json_string_value(v);
}

bool golden_bool(struct golden *g, json_t *v)
{
	if (!json_is_boolean(v))
		golden_malformed(g, "true or false is expected");
	return json_is_true(v);
}

struct u256 golden_signed(struct golden *g, json_t *v)
{
	struct dc_err err = DC_ERR_INIT;
	struct u256 out;

	if (json_is_integer(v))
		return i256_from_i64(json_integer_value(v));
	if (!json_is_string(v))
		golden_malformed(g, "a whole number is expected");
	if (i256_parse(&out, json_string_value(v), &err) != DC_OK)
		golden_malformed(g, "%s", err.text);
	return out;
}

struct u256 golden_u256(struct golden *g, json_t *v)
{
	struct dc_err err = DC_ERR_INIT;
	struct u256 out;

	if (json_is_integer(v) && json_integer_value(v) >= 0)
		return u256_from_u64((uint64_t)json_integer_value(v));
	if (!json_is_string(v))
		golden_malformed(g, "a whole number, not negative, is expected");
	if (u256_parse(&out, json_string_value(v), &err) != DC_OK)
		golden_malformed(g, "%s", err.text);
	return out;
}

uint64_t golden_u64(struct golden *g, json_t *v, uint64_t most)
{
	uint64_t out;

	if (!u256_to_u64(&out, golden_u256(g, v)) || out > most)
		golden_malformed(g, "it is above %llu",
				 (unsigned long long)most);
	return out;
}

/* A signed number of up to 80 bits, the widest a classifier takes. */
__int128 golden_i80(struct golden *g, json_t *v)
{
	struct u256 a = golden_signed(g, v), limit;

	limit = u256_shl(u256_from_u64(1), 79);
	if (i256_compare(a, limit) >= 0
	    || i256_compare(a, i256_negate(limit)) < 0)
		golden_malformed(g, "it does not fit an int80");
	return (__int128)((unsigned __int128)a.w[1] << 64 | a.w[0]);
}

struct golden_data golden_data(struct golden *g, json_t *v)
{
	size_t n = json_array_size(golden_array(g, v));
	int64_t *out = dc_arena_alloc(g->arena, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++) {
		struct u256 a = golden_signed(g, json_array_get(v, i));

		if (u256_compare(a, i256_from_i64((int64_t)a.w[0])) != 0)
			golden_malformed(g, "[%zu] does not fit an int64", i);
		out[i] = (int64_t)a.w[0];
	}
	return (struct golden_data){ out, n };
}

void golden_same_u256(struct golden *g, json_t *expected,
		      struct u256 found)
{
	struct u256 a = golden_u256(g, expected);
	char want[U256_DECIMAL_BYTES], have[U256_DECIMAL_BYTES];

	g->checked++;
	if (u256_compare(a, found) == 0)
		return;
	u256_format(a, want);
	u256_format(found, have);
	golden_differs(g, want, have);
}

void golden_same_signed(struct golden *g, json_t *expected,
			struct u256 found)
{
	struct u256 a = golden_signed(g, expected);
	char want[I256_TEXT_BYTES], have[I256_TEXT_BYTES];

	g->checked++;
	if (u256_compare(a, found) == 0)
		return;
	i256_format(a, want);
	i256_format(found, have);
	golden_differs(g, want, have);
}

void golden_same_u64(struct golden *g, json_t *expected, uint64_t found)
{
	golden_same_u256(g, expected, u256_from_u64(found));
}

void golden_same_number(struct golden *g, uint64_t expected, uint64_t found)
{
	golden_same_u64(g, golden_keep(g, json_integer((json_int_t)expected)),
			found);
}

void golden_same_text(struct golden *g, const char *expected,
		      const char *found)
{
	g->checked++;
	if (strcmp(expected, found) != 0)
		golden_differs(g, expected, found);
}

void golden_same_bool(struct golden *g, json_t *expected, bool found)
{
	g->checked++;
	if (golden_bool(g, expected) != found)
		golden_differs(g, found ? "false" : "true",
			       found ? "true" : "false");
}

void golden_same_reason(struct golden *g, json_t *expected,
			enum deca_reason found)
{
	const char *want = "no revert";

	if (!json_is_null(expected))
		want = golden_string(g, expected);
	golden_same_text(g, want, found == DECA_DONE ? "no revert"
						     : deca_reason_text(found));
}

void golden_same_prediction(struct golden *g, json_t *expected,
			    enum deca_reason reason, uint64_t found)
{
	char have[U256_DECIMAL_BYTES];

	if (json_is_object(expected)) {
		json_t *words = json_object_get(expected, "revert");

		(void)golden_string(g, words);
		golden_same_reason(g, words, reason);
		return;
	}
	if (reason == DECA_DONE) {
		golden_same_u64(g, expected, found);
		return;
	}
	u256_format(golden_u256(g, expected), have);
	golden_differs(g, have, deca_reason_text(reason));
}
