/* Texts in, numbers out, in another order. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "models/encoder.h"
#include "tests/unit/fake_embeddings.h"

int64_t fake_embeddings_value(const char *text, size_t len, uint32_t k)
{
	return (int32_t)encoder_murmur3(text, len, k);
}

/* The same number in one of three spellings. */
static void put_number(struct dc_buf *out, int64_t v, uint32_t k)
{
	long long a = v < 0 ? -(long long)v : (long long)v;
	const char *sign = v < 0 ? "-" : "";

	if (k % 3 == 0)
		dc_buf_printf(out, "%s%lld.%09lld", sign, a / 1000000000,
			      a % 1000000000);
	else if (k % 3 == 1)
		dc_buf_printf(out, "%s%llde-9", sign, a);
	else
		dc_buf_printf(out, "%s%lld.%09lld4999", sign, a / 1000000000,
			      a % 1000000000);
}

static void put_embedding(struct dc_buf *out, const json_t *text, size_t index,
			  unsigned dimension)
{
	dc_buf_append_text(out, "{\"object\":\"embedding\",\"embedding\":[");
	for (uint32_t k = 0; k < dimension; k++) {
		if (k > 0)
			dc_buf_append_text(out, ", ");
		put_number(out, fake_embeddings_value(json_string_value(text),
						      json_string_length(text),
						      k), k);
	}
	dc_buf_printf(out, "],\"index\":%zu}", index);
}

static char *answer(void *user, const char *body)
{
	struct fake_embeddings *f = user;
	json_t *in = json_loads(body, JSON_ALLOW_NUL, NULL);
	json_t *texts = json_object_get(in, "input");
	size_t n = json_array_size(texts), len;
	struct dc_buf out;

	DC_CHECK(n > 0);
	f->texts += n;
	dc_buf_init(&out, (size_t)64 << 20);
	dc_buf_append_text(&out, "{\"object\":\"list\",\"data\":[");
	for (size_t i = n; i-- > 0;) {
		put_embedding(&out, json_array_get(texts, i), i,
			      f->dimension);
		if (i > 0)
			dc_buf_append_byte(&out, ',');
	}
	dc_buf_append_text(&out, "],\"model\":\"small\"}");
	dc_buf_append_byte(&out, '\0');
	json_decref(in);
	return (char *)dc_buf_take(&out, &len);
}

void fake_embeddings_start(struct fake_embeddings *f, unsigned dimension)
{
	memset(f, 0, sizeof(*f));
	f->dimension = dimension;
	fake_http_start_raw(&f->http, answer, f);
}

void fake_embeddings_stop(struct fake_embeddings *f)
{
	fake_http_stop(&f->http);
}
