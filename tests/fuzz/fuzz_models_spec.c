/*
 * fuzz_models_spec.c: any text as a spec, a number and a text to encode: what
 * is a spec is written back the same, what is not has a reason; no text makes
 * the encoder fail but invalid UTF-8.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "models/encoder.h"
#include "models/fx9.h"
#include "models/spec.h"
#include "tests/fuzz/fuzz.h"

static struct sample_room room;

static void
fuzz_spec(const char *text, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct model_spec s;
	struct dc_buf b;

	if (spec_parse(&s, text, size, &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return;
	}
	dc_buf_init(&b, SPEC_BYTES_MAX);
	spec_format(&b, &s);
	DC_CHECK(!dc_buf_failed(&b) && b.len == size);
	DC_CHECK(memcmp(b.data, text, size) == 0);
	dc_buf_clear(&b);
	spec_clear(&s);
}

static void
fuzz_number(const char *text, size_t size)
{
	char again[FX9_TEXT_BYTES];
	int64_t v, w;

	if (fx9_parse(&v, text, size, NULL) != DC_OK)
		return;
	fx9_format(again, v);
	DC_CHECK(fx9_parse(&w, again, strlen(again), NULL) == DC_OK);
	DC_CHECK(v == w);
}

static void
fuzz_words(const char *text, size_t size)
{
	struct model_spec spec = {
		.columns = 1000, .encoder = encoder_find("murmur3-words")
	};
	struct encoder_input in = {
		.kind = ENCODER_TEXT, .n = size, .text = text
	};
	struct sample s;
	uint32_t i;

	if (encoder_encode(&s, &spec, &room, &in, NULL) != DC_OK)
		return;
	DC_CHECK(s.count <= size);
	for (i = 0; i < s.count; i++)
		DC_CHECK(s.index[i] < spec.columns &&
			 (i == 0 || s.index[i - 1] < s.index[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size != 0 ? (const char *)data : "";

	fuzz_spec(text, size);
	fuzz_number(text, size);
	fuzz_words(text, size);
	return 0;
}
