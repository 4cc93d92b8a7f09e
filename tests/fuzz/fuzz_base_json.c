/*
 * fuzz_base_json.c: any bytes through the JSON scanner, twice: passed over,
 * and read value by value. Both must agree, with each other and with jansson.
 */

#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_scan.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_decode(struct json_slice a)
{
	char *out = dc_malloc(a.len + 1);
	size_t n;

	json_slice_decode(out, &n, a);
	DC_CHECK(n <= a.len);
	DC_CHECK(a.escaped || n == a.len);
	DC_CHECK(memchr(out, '\0', n) == NULL);
	out[n] = '\0';
	DC_CHECK(json_slice_is(a, out));
	free(out);
}

static void fuzz_read(struct json_scan *s);

static void
fuzz_read_object(struct json_scan *s)
{
	struct json_slice key;
	bool found;

	for (found = json_scan_object(s); found; found = json_scan_more(s)) {
		if (json_scan_key(s, &key))
			fuzz_decode(key);
		fuzz_read(s);
	}
	(void)(json_scan_close(s) || json_scan_failed(s));
}

static void
fuzz_read_array(struct json_scan *s)
{
	bool found;

	for (found = json_scan_array(s); found; found = json_scan_more(s))
		fuzz_read(s);
	(void)(json_scan_close(s) || json_scan_failed(s));
}

static void
fuzz_read(struct json_scan *s)
{
	struct json_slice slice;
	bool truth;

	switch (json_scan_kind(s)) {
	case JSON_KIND_OBJECT:
		fuzz_read_object(s);
		return;
	case JSON_KIND_ARRAY:
		fuzz_read_array(s);
		return;
	case JSON_KIND_STRING:
		if (json_scan_string(s, &slice))
			fuzz_decode(slice);
		return;
	case JSON_KIND_NUMBER:
		(void)json_scan_number(s, &slice);
		return;
	case JSON_KIND_BOOL:
		(void)json_scan_bool(s, &truth);
		return;
	case JSON_KIND_NULL:
		(void)json_scan_null(s);
		return;
	case JSON_KIND_BAD:
		break;
	}
	(void)json_scan_skip(s);	/* fails, and says why */
}

/* jansson goes deeper, and loses a NUL behind a number or a word. */
static void
fuzz_compare(const char *text, size_t size, const struct json_scan *s)
{
	json_t *tree;

	if (memchr(text, '\0', size) != NULL)
		DC_CHECK(json_scan_failed(s));
	if (s->depth == JSON_SCAN_MAX_DEPTH || memchr(text, '\0', size))
		return;
	tree = json_loadb(text, size, JSON_DECODE_ANY, NULL);
	DC_CHECK((tree != NULL) == !json_scan_failed(s));
	json_decref(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct json_scan skipped, s;
	const char *text = size != 0 ? (const char *)data : "";

	json_scan_init(&skipped, text, size);
	DC_CHECK((json_scan_skip(&skipped) && json_scan_end(&skipped))
		 == !json_scan_failed(&skipped));
	DC_CHECK(skipped.p >= text && skipped.p <= text + size);
	DC_CHECK((json_scan_error(&skipped, &err) == DC_OK)
		 == (err.text[0] == '\0'));

	json_scan_init(&s, text, size);
	fuzz_read(&s);
	DC_CHECK(json_scan_end(&s) == !json_scan_failed(&s));
	DC_CHECK(s.what == skipped.what && s.p == skipped.p);
	fuzz_compare(text, size, &s);
	return 0;
}
