/* Requests to embedding services, and their answers. */
#include "config.h"

#include "server/embedding_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_scan.h"
#include "models/fx9.h"
#include "server/json_out.h"

/* Of a number with what stands between two of them, indented; of what stands
 * beside the numbers. */
#define NUMBER_BYTES 40
#define ROW_BYTES 512
#define FRAME_BYTES ((size_t)64 << 10)

void embedding_body_put(struct dc_buf *out, const char *model,
			const struct embedding_text *text, size_t n)
{
	struct json_out j;

	json_out_init(&j, out);
	json_put_open(&j, '{');
	json_put_key(&j, "model");
	json_put_text(&j, model);
	json_put_key(&j, "input");
	json_put_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		json_put_text_n(&j, text[i].p, text[i].len);
	json_put_close(&j, ']');
	json_put_key(&j, "encoding_format");
	json_put_text(&j, "float");
	json_put_close(&j, '}');
}

size_t embedding_body_max(size_t n, uint32_t dimension)
{
	return FRAME_BYTES + n * (ROW_BYTES + (size_t)dimension *
				  NUMBER_BYTES);
}

struct reading {
	struct json_scan s;
	int64_t *out, *row;	/* row: before its index is known */
	bool *there;
	size_t n, at;
	uint32_t dimension;
	struct dc_err *err;
};

static enum dc_status wrong(struct reading *r, const char *what)
{
	if (json_scan_failed(&r->s))
		return json_scan_error(&r->s, r->err);
	return dc_fail(r->err, DC_EINVAL, "data[%zu]: %s", r->at, what);
}

static enum dc_status read_numbers(struct reading *r)
{
	uint32_t k = 0;
	bool found;

	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice text;

		if (!json_scan_number(&r->s, &text))
			return wrong(r, "embedding: not a number");
		if (k == r->dimension)
			return wrong(r, "embedding: more numbers than the "
				     "dimension");
		if (fx9_parse(&r->row[k++], text.p, text.len, NULL) != DC_OK)
			return wrong(r, "embedding: a number is out of range");
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "embedding: not an array");
	return k == r->dimension ? DC_OK :
		wrong(r, "embedding: fewer numbers than the dimension");
}

static enum dc_status read_member(struct reading *r, int64_t *index,
				  bool *has_row)
{
	struct json_slice key;

	if (!json_scan_key(&r->s, &key))
		return wrong(r, "not an object");
	if (json_slice_is(key, "index"))
		return *index < 0 && json_scan_i64(&r->s, index) &&
			*index >= 0 ? DC_OK : wrong(r, "index");
	if (json_slice_is(key, "embedding")) {
		if (*has_row)
			return wrong(r, "embedding: twice");
		*has_row = true;
		return read_numbers(r);
	}
	return json_scan_skip(&r->s) ? DC_OK : wrong(r, "not an object");
}

static enum dc_status read_one(struct reading *r)
{
	int64_t index = -1;
	bool found, has_row = false;

	if (r->at == r->n)
		return wrong(r, "more embeddings than texts");
	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s))
		if (read_member(r, &index, &has_row) != DC_OK)
			return DC_EINVAL;
	if (!json_scan_close(&r->s))
		return wrong(r, "not an object");
	if (index < 0 || (uint64_t)index >= r->n || !has_row)
		return wrong(r, "no index, or no embedding");
	if (r->there[index])
		return wrong(r, "an index that was there before");
	r->there[index] = true;
	memcpy(r->out + (size_t)index * r->dimension, r->row,
	       r->dimension * sizeof(*r->row));
	r->at++;
	return DC_OK;
}

static enum dc_status read_data(struct reading *r)
{
	bool found;

	if (r->at > 0)
		return wrong(r, "data: twice");
	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s))
		if (read_one(r) != DC_OK)
			return DC_EINVAL;
	return json_scan_close(&r->s) ? DC_OK : wrong(r, "not an array");
}

static enum dc_status read_answer(struct reading *r)
{
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice key;

		if (!json_scan_key(&r->s, &key))
			return wrong(r, "not an object");
		if (json_slice_is(key, "data")) {
			if (read_data(r) != DC_OK)
				return DC_EINVAL;
		} else if (!json_scan_skip(&r->s)) {
			return wrong(r, "not an object");
		}
	}
	if (!json_scan_close(&r->s) || !json_scan_end(&r->s))
		return json_scan_error(&r->s, r->err);
	return r->at == r->n ? DC_OK :
		dc_fail(r->err, DC_EINVAL, "%zu embeddings of %zu texts",
			r->at, r->n);
}

enum dc_status embedding_body_read(int64_t *out, size_t n, uint32_t dimension,
				   const char *in, size_t len,
				   struct dc_err *err)
{
	struct reading r = {
		.out = out, .n = n, .dimension = dimension, .err = err,
		.row = dc_calloc(dimension, sizeof(*r.row)),
		.there = dc_calloc(n, sizeof(*r.there)),
	};
	enum dc_status st;

	json_scan_init(&r.s, in, len);
	st = read_answer(&r);
	free(r.row);
	free(r.there);
	return st;
}
