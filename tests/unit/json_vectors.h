#ifndef DECAID_TESTS_UNIT_JSON_VECTORS_H
#define DECAID_TESTS_UNIT_JSON_VECTORS_H

/*
 * Test vectors of others, tests/vectors/NAME.json: {"source", "cases": []}.
 * Bytes stand there as 0x-hex.
 */

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/types.h"
#include "tests/unit/unit.h"

/* The cases of a file, kept until the test program ends. */
static inline json_t *
vectors_load(const char *name)
{
	/* In reach for the whole run, so that no leak is reported. */
	static json_t *kept[1024];
	static size_t n_kept;
	const char *dir = getenv("srcdir");
	char path[1024];
	json_error_t where;
	json_t *root;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s.json",
		 dir != NULL ? dir : ".", name);
	root = json_load_file(path, 0, &where);
	ck_assert_msg(root != NULL, "%s: %s", path, where.text);
	ck_assert_uint_lt(n_kept, DC_ARRAY_LEN(kept));
	kept[n_kept++] = root;
	ck_assert(json_array_size(json_object_get(root, "cases")) > 0);
	return json_object_get(root, "cases");
}

static inline const char *
vectors_text(json_t *c, const char *key)
{
	const char *text = json_string_value(json_object_get(c, key));

	ck_assert_msg(text != NULL, "no %s", key);
	return text;
}

/* The case with that name. */
static inline json_t *
vectors_named(const char *file, const char *name)
{
	json_t *cases = vectors_load(file);

	for (size_t i = 0; i < json_array_size(cases); i++)
		if (strcmp(vectors_text(json_array_get(cases, i), "name"),
			   name) == 0)
			return json_array_get(cases, i);
	ck_abort_msg("%s.json: no case %s", file, name);
	return NULL;
}

/* 0x-hex to bytes, an odd digit count read as a number.
 * out  initialized; emptied first */
static inline void
vectors_hex(struct dc_buf *out, const char *text)
{
	size_t n;
	char even[2] = { '0', '0' };
	uint8_t byte;

	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	n = strlen(text);
	dc_buf_reset(out);
	if (n % 2 == 1) {
		even[1] = *text++;
		ck_assert_int_eq(hex_decode(&byte, 1, even, NULL), DC_OK);
		dc_buf_append_byte(out, byte);
	}
	for (; *text != '\0'; text += 2) {
		ck_assert_int_eq(hex_decode(&byte, 1, text, NULL), DC_OK);
		dc_buf_append_byte(out, byte);
	}
	ck_assert(!dc_buf_failed(out));
}

static inline void
vectors_bytes(uint8_t *out, size_t n, json_t *c, const char *key)
{
	struct dc_buf buf;

	dc_buf_init(&buf, 1 << 20);
	vectors_hex(&buf, vectors_text(c, key));
	ck_assert_uint_le(buf.len, n);
	memset(out, 0, n);
	if (buf.len > 0)
		memcpy(out + n - buf.len, buf.data, buf.len);
	dc_buf_clear(&buf);
}

static inline struct u256
vectors_u256(json_t *c, const char *key)
{
	uint8_t be[32];

	vectors_bytes(be, sizeof(be), c, key);
	return u256_from_be(be);
}

static inline uint64_t
vectors_u64(json_t *c, const char *key)
{
	uint64_t v = 0;

	ck_assert(u256_to_u64(&v, vectors_u256(c, key)));
	return v;
}

#endif /* DECAID_TESTS_UNIT_JSON_VECTORS_H */
