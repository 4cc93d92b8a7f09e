/*
 * Tensors behind the JSON of an inference request: little-endian numbers one
 * after the other, or BYTES, each behind its length in four bytes.
 *
 * Source: Triton Inference Server, docs/protocol/extension_binary_data.md.
 */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "server/image.h"
#include "server/infer_private.h"

#define LENGTH_BYTES 4

/* ---- numbers ---- */

const struct infer_type *infer_type_find(struct json_slice name)
{
	static const struct infer_type types[] = {
		{ "INT8", INFER_SIGNED, 1 }, { "INT16", INFER_SIGNED, 2 },
		{ "INT32", INFER_SIGNED, 4 }, { "INT64", INFER_SIGNED, 8 },
		{ "UINT8", INFER_UNSIGNED, 1 },
		{ "UINT16", INFER_UNSIGNED, 2 },
		{ "UINT32", INFER_UNSIGNED, 4 },
		{ "UINT64", INFER_UNSIGNED, 8 },
		{ "FP16", INFER_FLOAT, 2 }, { "FP32", INFER_FLOAT, 4 },
		{ "FP64", INFER_FLOAT, 8 },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(types); i++)
		if (json_slice_is(name, types[i].name))
			return &types[i];
	return NULL;
}

static uint64_t bits_of(const uint8_t *in, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)in[i] << (8 * i);
	return v;
}

bool infer_number_i64(int64_t *out, const struct infer_type *t,
		      const uint8_t *in)
{
	unsigned free_bits = 64 - 8 * t->bytes;
	uint64_t v = bits_of(in, t->bytes);

	if (t->number == INFER_SIGNED) {
		*out = (int64_t)(v << free_bits) >> free_bits;
		return true;
	}
	*out = (int64_t)v;
	return v <= INT64_MAX;
}

/* (-1)^sign m 2^shift, m below 2^53, in units of 10^-9.
 * Source: IEEE 754-2008, 3.4. */
static bool scale(int64_t *out, bool negative, uint64_t m, int shift)
{
	unsigned __int128 v = (unsigned __int128)m * DC_FX9_ONE;

	if (m == 0)
		shift = 0;
	if (shift > 44)	/* 2^83 times that overflows, and so does the result */
		return false;
	if (shift >= 0)
		v <<= shift;
	else if (shift < -100)
		v = 0;
	else
		v = (v + ((unsigned __int128)1 << (-shift - 1))) >> -shift;
	if (v > INT64_MAX)
		return false;
	*out = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool float_fx9(int64_t *out, uint64_t bits, unsigned bytes)
{
	unsigned n_fraction = bytes == 2 ? 10 : bytes == 4 ? 23 : 52;
	unsigned n_exponent = 8 * bytes - 1 - n_fraction;
	uint64_t most = (UINT64_C(1) << n_exponent) - 1;
	uint64_t exponent = bits >> n_fraction & most;
	uint64_t m = bits & ((UINT64_C(1) << n_fraction) - 1);

	if (exponent == most)	/* infinite, or no number */
		return false;
	if (exponent == 0)
		exponent = 1;
	else
		m |= UINT64_C(1) << n_fraction;
	return scale(out, bits >> (8 * bytes - 1) != 0, m,
		     (int)exponent - (int)(most / 2) - (int)n_fraction);
}

bool infer_number_fx9(int64_t *out, const struct infer_type *t,
		      const uint8_t *in)
{
	int64_t v;

	if (t->number == INFER_FLOAT)
		return float_fx9(out, bits_of(in, t->bytes), t->bytes);
	return infer_number_i64(&v, t, in) &&
		!__builtin_mul_overflow(v, DC_FX9_ONE, out);
}

/* ---- elements ---- */

size_t infer_binary_most(const struct infer_tensor *t)
{
	return t->n_binary / (t->type != NULL ? t->type->bytes :
			      LENGTH_BYTES);
}

static enum dc_status read_index(struct infer_reading *r,
				 struct encoder_input *in, const uint8_t *p)
{
	size_t row = r->at / r->columns;
	int64_t v;

	if (!infer_number_i64(&v, r->tensor.type, p) || v < -1)
		return infer_wrong_element(r, "not a whole number from -1 on");
	if (v >= 0)	/* -1 only fills the row */
		r->index[row * r->columns + in->n++] = (uint64_t)v;
	return DC_OK;
}

static enum dc_status read_feature(struct infer_reading *r,
				   struct encoder_input *in, const uint8_t *p)
{
	if (!infer_number_fx9(&r->feature[r->at], r->tensor.type, p))
		return infer_wrong_element(r, "out of range");
	in->n++;
	return DC_OK;
}

static enum dc_status read_numbers(struct infer_reading *r)
{
	const struct infer_tensor *t = &r->tensor;
	size_t n = r->rows * r->columns;
	enum dc_status st = DC_OK;

	if (t->n_binary != n * t->type->bytes)
		return dc_fail(r->err, DC_EINVAL, "inputs[0]: %zu bytes, its "
			       "shape has %zu", t->n_binary,
			       n * t->type->bytes);
	for (; st == DC_OK && r->at < n; r->at++) {
		struct encoder_input *in =
			&r->out->input[r->at / r->columns];
		const uint8_t *p = t->binary + r->at * t->type->bytes;

		st = r->kind == ENCODER_INDICES ? read_index(r, in, p) :
			read_feature(r, in, p);
	}
	return st;
}

/* A text as it is; a picture as the file's bytes. */
static enum dc_status read_one(struct infer_reading *r,
			       struct encoder_input *in, const uint8_t *p,
			       size_t len)
{
	struct dc_err why = DC_ERR_INIT;

	if (r->kind == ENCODER_TEXT) {
		in->text = (const char *)p;
		in->n = len;
		return DC_OK;
	}
	return image_take(in, r->arena, &r->pixels, p, len, &why) == DC_OK ?
		DC_OK : infer_wrong_element(r, why.text);
}

static enum dc_status read_bytes(struct infer_reading *r)
{
	const uint8_t *p = r->tensor.binary;
	size_t left = r->tensor.n_binary;

	for (; r->at < r->rows; r->at++) {
		size_t len;

		if (left < LENGTH_BYTES)
			return infer_wrong_element(r, "is missing");
		len = (size_t)bits_of(p, LENGTH_BYTES);
		p += LENGTH_BYTES;
		left -= LENGTH_BYTES;
		if (len > left)
			return infer_wrong_element(r, "longer than what is "
						   "there");
		if (read_one(r, &r->out->input[r->at], p, len) != DC_OK)
			return DC_EINVAL;
		p += len;
		left -= len;
	}
	return left == 0 ? DC_OK :
		dc_fail(r->err, DC_EINVAL, "inputs[0]: %zu bytes behind its "
			"last element", left);
}

enum dc_status infer_binary_read(struct infer_reading *r)
{
	return r->tensor.type != NULL ? read_numbers(r) : read_bytes(r);
}
