/* The body of a predict request. */
#include "config.h"

#include <string.h>

#include "base/json_scan.h"
#include "models/fx9.h"
#include "models/sample.h"
#include "server/image.h"
#include "server/predict_body.h"

struct reading {
	struct json_scan s;
	struct dc_arena *arena;
	struct predict_body *out;
	size_t at;		/* which input, for errors */
	size_t pixels;		/* that may still come */
	struct dc_err *err;
};

static enum dc_status wrong(struct reading *r, const char *what)
{
	if (json_scan_failed(&r->s))
		return json_scan_error(&r->s, r->err);
	if (r->out->batch)
		return dc_fail(r->err, DC_EINVAL, "inputs[%zu]: %s", r->at,
			       what);
	return dc_fail(r->err, DC_EINVAL, "%s", what);
}

/* Among eight characters. A byte is 0 where a comma is; 0x7f more than its
 * lower seven bits leaves the highest bit clear only there.
 * Source: Hacker's Delight, 2nd edition, section 6-1. */
static size_t count_commas(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t word, others;

	memcpy(&word, p, sizeof(word));
	word ^= ',' * each;
	others = ((word & 0x7f * each) + 0x7f * each) | word;
	return (size_t)((~others >> 7 & each) * each >> 56);
}

/* How many elements the array of numbers that begins here has at most: one
 * more than commas before the first "]". */
static size_t count_bound(const struct json_scan *s)
{
	const char *end = memchr(s->p, ']', (size_t)(s->end - s->p));
	const char *p = s->p;
	size_t n = 1;

	if (end == NULL)
		end = s->end;
	for (; end - p >= (ptrdiff_t)sizeof(uint64_t); p += sizeof(uint64_t))
		n += count_commas(p);
	for (; p < end; p++)
		n += *p == ',';
	return n;
}

static enum dc_status read_indices(struct reading *r,
				   struct encoder_input *in)
{
	size_t room = count_bound(&r->s);
	uint64_t *index;
	bool found;

	if (room > SAMPLE_COUNT_MAX)
		return wrong(r, "too many indices");
	index = dc_arena_alloc(r->arena, room * sizeof(*index));
	in->kind = ENCODER_INDICES;
	in->index = index;
	in->n = 0;
	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		int64_t v;

		in->n += json_scan_small_run(&r->s, index + in->n,
					     room - in->n);
		if (!json_scan_i64(&r->s, &v) || v < 0)
			return wrong(r, "indices: not a whole number from 0 on");
		DC_CHECK(in->n < room);
		index[in->n++] = (uint64_t)v;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "indices: not an array");
	return DC_OK;
}

static enum dc_status read_features(struct reading *r,
				    struct encoder_input *in)
{
	size_t room = count_bound(&r->s);
	int64_t *feature;
	bool found;

	if (room > SAMPLE_COUNT_MAX)
		return wrong(r, "too many features");
	feature = dc_arena_alloc(r->arena, room * sizeof(*feature));
	in->kind = ENCODER_FEATURES;
	in->feature = feature;
	in->n = 0;
	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice text;

		if (!json_scan_number(&r->s, &text))
			return wrong(r, "features: not a number");
		DC_CHECK(in->n < room);
		if (fx9_parse(&feature[in->n], text.p, text.len, NULL) !=
		    DC_OK)
			return wrong(r, "features: a number is out of range");
		in->n++;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "features: not an array");
	return DC_OK;
}

bool predict_body_text(struct encoder_input *in, struct json_scan *s,
		       struct dc_arena *arena)
{
	struct json_slice text;
	char *decoded;

	if (!json_scan_string(s, &text))
		return false;
	in->kind = ENCODER_TEXT;
	in->text = text.p;
	in->n = text.len;
	if (text.escaped) {
		decoded = dc_arena_alloc(arena, text.len);
		json_slice_decode(decoded, &in->n, text);
		in->text = decoded;
	}
	return true;
}

static enum dc_status read_text(struct reading *r, struct encoder_input *in)
{
	return predict_body_text(in, &r->s, r->arena) ? DC_OK :
		wrong(r, "text: not a string");
}

static enum dc_status read_image(struct reading *r, struct encoder_input *in)
{
	struct dc_err why = DC_ERR_INIT;
	struct json_slice text;

	/* base64 has no letter that JSON must escape; "/" may be */
	if (!json_scan_string(&r->s, &text) || text.escaped)
		return wrong(r, "image: not a string of base64");
	if (image_input(in, r->arena, &r->pixels, text.p, text.len, &why) !=
	    DC_OK)
		return wrong(r, why.text);
	return DC_OK;
}

/* The member of an input, by its key. false: it is none. */
static bool read_input_member(struct reading *r, struct json_slice key,
			      struct encoder_input *in,
			      enum dc_status *status)
{
	if (json_slice_is(key, "text"))
		*status = read_text(r, in);
	else if (json_slice_is(key, "indices"))
		*status = read_indices(r, in);
	else if (json_slice_is(key, "features"))
		*status = read_features(r, in);
	else if (json_slice_is(key, "image"))
		*status = read_image(r, in);
	else
		return false;
	return true;
}

/* One element of "inputs". */
static enum dc_status read_input(struct reading *r, struct encoder_input *in)
{
	enum dc_status status;
	size_t members = 0;
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice key;

		if (!json_scan_key(&r->s, &key))
			return wrong(r, "not an object");
		if (!read_input_member(r, key, in, &status))
			return wrong(r, "a member that is not text, indices, "
				     "features or image");
		if (status != DC_OK)
			return status;
		members++;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "not an object");
	if (members != 1)
		return wrong(r, "not exactly one of text, indices, "
			     "features, image");
	return DC_OK;
}

static enum dc_status read_inputs(struct reading *r)
{
	struct predict_body *out = r->out;
	bool found;

	out->batch = true;
	out->n = 0;
	/* The room of all, in one piece: small beside a body of as many. */
	out->input = dc_arena_alloc(r->arena, PREDICT_INPUTS_MAX *
				    sizeof(*out->input));
	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		if (out->n == PREDICT_INPUTS_MAX)
			return dc_fail(r->err, DC_EINVAL,
				       "inputs: more than %d",
				       PREDICT_INPUTS_MAX);
		r->at = out->n;
		if (read_input(r, &out->input[out->n]) != DC_OK)
			return DC_EINVAL;
		out->n++;
	}
	if (!json_scan_close(&r->s))
		return dc_fail(r->err, DC_EINVAL, "inputs: %s", r->s.what);
	if (out->n == 0)
		return dc_fail(r->err, DC_EINVAL, "inputs: empty");
	return DC_OK;
}

/* One member of the body. */
static enum dc_status read_member(struct reading *r, size_t *inputs)
{
	struct predict_body *out = r->out;
	enum dc_status status;
	struct json_slice key;

	if (!json_scan_key(&r->s, &key))
		return wrong(r, "not an object");
	if (json_slice_is(key, "attest")) {
		if (!json_scan_bool(&r->s, &out->attest))
			return wrong(r, "attest: not true or false");
		return DC_OK;
	}
	if ((*inputs)++ > 0)
		return dc_fail(r->err, DC_EINVAL, "more than one of text, "
			       "indices, features, image, inputs");
	if (json_slice_is(key, "inputs"))
		return read_inputs(r);
	out->input = dc_arena_alloc(r->arena, sizeof(*out->input));
	out->n = 1;
	if (!read_input_member(r, key, out->input, &status))
		return dc_fail(r->err, DC_EINVAL, "a member that is not text, "
			       "indices, features, image, inputs or attest");
	return status;
}

enum dc_status predict_body_read(struct predict_body *out,
				 struct dc_arena *arena, const char *in,
				 size_t len, struct dc_err *err)
{
	struct reading r = { .arena = arena, .out = out, .err = err,
			     .pixels = IMAGE_BUDGET };
	size_t inputs = 0;
	bool found;

	memset(out, 0, sizeof(*out));
	json_scan_init(&r.s, in, len);
	for (found = json_scan_object(&r.s); found;
	     found = json_scan_more(&r.s))
		if (read_member(&r, &inputs) != DC_OK)
			return DC_EINVAL;
	if (!json_scan_close(&r.s) || !json_scan_end(&r.s))
		return json_scan_error(&r.s, err);
	if (inputs == 0)
		return dc_fail(err, DC_EINVAL,
			       "no text, indices, features, image or inputs");
	return DC_OK;
}
