/* The body of an inference request: first where its parts lie, then, since
 * members come in any order, the data by the tensor's name and shape. */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "models/sample.h"
#include "server/image.h"
#include "server/infer_private.h"
#include "server/predict_body.h"

static const char *const input_names[] = {
	[ENCODER_TEXT] = "text", [ENCODER_INDICES] = "indices",
	[ENCODER_FEATURES] = "features", [ENCODER_IMAGE] = "image",
};

static const char *const output_names[] = {
	[INFER_LABEL] = "label", [INFER_CLASS] = "class",
	[INFER_SCORES] = "scores",
};

const char *infer_input_name(enum encoder_input_kind kind)
{
	return input_names[kind];
}

const char *infer_output_name(enum infer_output output)
{
	return output_names[output];
}

static enum dc_status wrong(struct infer_reading *r, const char *what)
{
	if (json_scan_failed(&r->s))
		return json_scan_error(&r->s, r->err);
	return dc_fail(r->err, DC_EINVAL, "%s", what);
}

/* ---- the frame ---- */

static enum dc_status read_shape(struct infer_reading *r)
{
	struct infer_tensor *t = &r->tensor;
	bool found;

	t->n_shape = 0;
	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		int64_t size;

		if (!json_scan_i64(&r->s, &size) || size < 1)
			return wrong(r, "inputs[0].shape: not a whole number "
				     "from 1 on");
		if (t->n_shape == INFER_DIMENSIONS_MAX)
			return wrong(r, "inputs[0].shape: more than two "
				     "dimensions");
		t->shape[t->n_shape++] = (uint64_t)size;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "inputs[0].shape: not an array");
	return DC_OK;
}

/* Of its parameters one says something here. */
static enum dc_status read_tensor_parameters(struct infer_reading *r)
{
	struct infer_tensor *t = &r->tensor;
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice key;

		if (!json_scan_key(&r->s, &key))
			return wrong(r, "inputs[0].parameters: not an object");
		if (!json_slice_is(key, "binary_data_size")) {
			if (!json_scan_skip(&r->s))
				return wrong(r, "inputs[0].parameters");
			continue;
		}
		if (!json_scan_i64(&r->s, &t->binary_size))
			return wrong(r, "inputs[0].parameters."
				     "binary_data_size: not a whole number");
		t->has_binary = true;
	}
	return json_scan_close(&r->s) ? DC_OK :
		wrong(r, "inputs[0].parameters: not an object");
}

static enum dc_status read_tensor_member(struct infer_reading *r,
					 struct json_slice key)
{
	struct infer_tensor *t = &r->tensor;

	if (json_slice_is(key, "shape"))
		return read_shape(r);
	if (json_slice_is(key, "name"))
		return json_scan_string(&r->s, &t->name) ? DC_OK :
			wrong(r, "inputs[0].name: not a string");
	if (json_slice_is(key, "datatype"))
		return json_scan_string(&r->s, &t->datatype) ? DC_OK :
			wrong(r, "inputs[0].datatype: not a string");
	if (json_slice_is(key, "data")) {
		t->data = r->s;
		t->has_data = true;
	} else if (json_slice_is(key, "parameters")) {
		return read_tensor_parameters(r);
	} else {
		return wrong(r, "inputs[0]: a member that is not name, shape, "
			     "datatype, parameters or data");
	}
	return json_scan_skip(&r->s) ? DC_OK : wrong(r, "inputs[0]");
}

static enum dc_status read_tensor(struct infer_reading *r)
{
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice key;

		if (!json_scan_key(&r->s, &key))
			return wrong(r, "inputs[0]: not an object");
		if (read_tensor_member(r, key) != DC_OK)
			return DC_EINVAL;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "inputs[0]: not an object");
	return DC_OK;
}

static enum dc_status read_inputs(struct infer_reading *r)
{
	bool found;

	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		if (r->n_tensors++ > 0)
			return wrong(r, "inputs: more than one tensor");
		if (read_tensor(r) != DC_OK)
			return DC_EINVAL;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "inputs: not an array");
	return DC_OK;
}

static enum dc_status add_output(struct infer_reading *r,
				 struct json_slice name, bool binary)
{
	struct infer_body *out = r->out;

	for (unsigned k = 0; k < INFER_OUTPUTS; k++) {
		if (!json_slice_is(name, output_names[k]))
			continue;
		for (size_t i = 0; i < out->n_outputs; i++)
			if (out->output[i] == k)
				return wrong(r, "outputs: one twice");
		out->binary[out->n_outputs] = binary;
		out->output[out->n_outputs++] = (enum infer_output)k;
		return DC_OK;
	}
	return dc_fail(r->err, DC_EINVAL, "outputs[%zu]: not one of label, "
		       "class, scores", out->n_outputs);
}

/* Members of which one, a boolean of that name, says something here.
 * said  whether there is one; as it was, where there is none */
static enum dc_status read_flag(struct infer_reading *r, bool *flag,
				bool *said, const char *name,
				const char *where)
{
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		struct json_slice key;

		if (!json_scan_key(&r->s, &key))
			return wrong(r, where);
		if (!json_slice_is(key, name)) {
			if (!json_scan_skip(&r->s))
				return wrong(r, where);
			continue;
		}
		if (!json_scan_bool(&r->s, flag))
			return wrong(r, where);
		*said = true;
	}
	return json_scan_close(&r->s) ? DC_OK : wrong(r, where);
}

static enum dc_status read_output(struct infer_reading *r)
{
	struct json_slice key, name = { .p = NULL };
	bool found, binary = false, said = false;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s)) {
		if (!json_scan_key(&r->s, &key))
			return wrong(r, "outputs: not objects");
		if (json_slice_is(key, "name")) {
			if (!json_scan_string(&r->s, &name))
				return wrong(r, "outputs: a name that is no "
					     "string");
		} else if (json_slice_is(key, "parameters")) {
			if (read_flag(r, &binary, &said, "binary_data",
				      "outputs: parameters that are none") !=
			    DC_OK)
				return DC_EINVAL;
		} else if (!json_scan_skip(&r->s)) {
			return wrong(r, "outputs");
		}
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "outputs: not objects");
	if (name.p == NULL)
		return wrong(r, "outputs: one without a name");
	r->says[r->out->n_outputs % INFER_OUTPUTS] = said;
	return add_output(r, name, binary);
}

static enum dc_status read_outputs(struct infer_reading *r)
{
	bool found;

	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s))
		if (read_output(r) != DC_OK)
			return DC_EINVAL;
	if (!json_scan_close(&r->s))
		return wrong(r, "outputs: not an array");
	return DC_OK;
}

static enum dc_status read_member(struct infer_reading *r)
{
	struct json_slice key;
	bool said;

	if (!json_scan_key(&r->s, &key))
		return wrong(r, "not an object");
	if (json_slice_is(key, "inputs"))
		return read_inputs(r);
	if (json_slice_is(key, "outputs"))
		return read_outputs(r);
	if (json_slice_is(key, "id"))
		return json_scan_string(&r->s, &r->out->id) ? DC_OK :
			wrong(r, "id: not a string");
	if (json_slice_is(key, "parameters"))
		return read_flag(r, &r->all_binary, &said,
				 "binary_data_output",
				 "parameters: not an object, or "
				 "binary_data_output is no boolean");
	return wrong(r, "a member that is not id, parameters, inputs or "
		     "outputs");
}

static enum dc_status read_frame(struct infer_reading *r)
{
	bool found;

	for (found = json_scan_object(&r->s); found;
	     found = json_scan_more(&r->s))
		if (read_member(r) != DC_OK)
			return DC_EINVAL;
	if (!json_scan_close(&r->s) || !json_scan_end(&r->s))
		return json_scan_error(&r->s, r->err);
	if (r->n_tensors == 0)
		return wrong(r, "inputs: no tensor");
	return DC_OK;
}

/* ---- what the tensor is ---- */

/* In the JSON, or all that stands behind it. */
static enum dc_status find_data(struct infer_reading *r)
{
	const struct infer_tensor *t = &r->tensor;

	if (t->name.p == NULL || t->datatype.p == NULL || t->n_shape == 0 ||
	    (!t->has_data && !t->has_binary))
		return wrong(r, "inputs[0]: name, shape, datatype or data is "
			     "missing");
	if (t->has_data && t->has_binary)
		return wrong(r, "inputs[0]: data and binary_data_size");
	if ((uint64_t)t->binary_size != t->n_binary)
		return dc_fail(r->err, DC_EINVAL, "inputs[0].parameters."
			       "binary_data_size: %zu bytes stand behind the "
			       "JSON", t->n_binary);
	return DC_OK;
}

/* The kind by the name, if the datatype suits it. */
static enum dc_status find_kind(struct infer_reading *r)
{
	struct infer_tensor *t = &r->tensor;

	if (find_data(r) != DC_OK)
		return DC_EINVAL;
	t->type = infer_type_find(t->datatype);
	if (json_slice_is(t->name, "text") || json_slice_is(t->name, "image")) {
		bool text = json_slice_is(t->name, "text");

		r->kind = text ? ENCODER_TEXT : ENCODER_IMAGE;
		return json_slice_is(t->datatype, "BYTES") ? DC_OK :
			wrong(r, text ? "inputs[0].datatype: text is BYTES" :
			      "inputs[0].datatype: image is BYTES");
	}
	if (json_slice_is(t->name, "features")) {
		r->kind = ENCODER_FEATURES;
		return t->type != NULL ? DC_OK :
			wrong(r, "inputs[0].datatype: features are numbers");
	}
	if (json_slice_is(t->name, "indices")) {
		r->kind = ENCODER_INDICES;
		return t->type != NULL && t->type->number != INFER_FLOAT ?
			DC_OK : wrong(r, "inputs[0].datatype: indices are "
				      "integers");
	}
	return wrong(r, "inputs[0].name: not text, features, indices or "
		     "image");
}

/* Rows and columns. What the data cannot fill is refused before room is
 * made for it: every element takes two bytes at least. */
static enum dc_status find_shape(struct infer_reading *r)
{
	const struct infer_tensor *t = &r->tensor;
	size_t most = t->has_binary ? infer_binary_most(t) :
		(size_t)(t->data.end - t->data.p) / 2;

	if (t->n_shape == 1 && t->type != NULL)
		return wrong(r, "inputs[0].shape: a row for each input is "
			     "needed");
	if (t->shape[0] > PREDICT_INPUTS_MAX)
		return dc_fail(r->err, DC_EINVAL, "inputs[0].shape: more than "
			       "%d rows", PREDICT_INPUTS_MAX);
	if (t->n_shape == 2 && t->shape[1] > SAMPLE_COUNT_MAX)
		return wrong(r, "inputs[0].shape: too many columns");
	r->rows = (size_t)t->shape[0];
	r->columns = t->n_shape == 2 ? (size_t)t->shape[1] : 1;
	if ((r->kind == ENCODER_TEXT || r->kind == ENCODER_IMAGE) &&
	    r->columns != 1)
		return wrong(r, r->kind == ENCODER_TEXT ?
			     "inputs[0].shape: text has one column" :
			     "inputs[0].shape: image has one column");
	if (r->rows * r->columns > most)
		return wrong(r, "inputs[0].data: fewer elements than its "
			     "shape has");
	return DC_OK;
}

static void make_room(struct infer_reading *r)
{
	struct encoder_input *in = dc_arena_alloc(r->arena,
						  r->rows * sizeof(*in));
	size_t n = r->rows * r->columns;

	if (r->kind == ENCODER_INDICES)
		r->index = dc_arena_alloc(r->arena, n * sizeof(*r->index));
	if (r->kind == ENCODER_FEATURES)
		r->feature = dc_arena_alloc(r->arena, n * sizeof(*r->feature));
	memset(in, 0, r->rows * sizeof(*in));
	for (size_t i = 0; i < r->rows; i++) {
		in[i].kind = r->kind;
		if (r->index != NULL)
			in[i].index = r->index + i * r->columns;
		if (r->feature != NULL)
			in[i].feature = r->feature + i * r->columns;
	}
	r->out->n = r->rows;
	r->out->input = in;
}

/* ---- the data ---- */

/* That it is JSON was seen already: what fails here is of another kind. */
enum dc_status infer_wrong_element(struct infer_reading *r, const char *what)
{
	return dc_fail(r->err, DC_EINVAL, "inputs[0].data: element %zu: %s",
		       r->at, what);
}

static enum dc_status read_text(struct infer_reading *r,
				struct encoder_input *in)
{
	return predict_body_text(in, &r->s, r->arena) ? DC_OK :
		infer_wrong_element(r, "not a string");
}

static enum dc_status read_image(struct infer_reading *r,
				 struct encoder_input *in)
{
	struct dc_err why = DC_ERR_INIT;
	struct json_slice text;

	if (!json_scan_string(&r->s, &text) || text.escaped)
		return infer_wrong_element(r, "not a string of base64");
	if (image_input(in, r->arena, &r->pixels, text.p, text.len, &why) !=
	    DC_OK)
		return infer_wrong_element(r, why.text);
	return DC_OK;
}

/* -1 only fills the row. */
static enum dc_status read_index(struct infer_reading *r,
				 struct encoder_input *in)
{
	size_t row = r->at / r->columns;
	int64_t v;

	if (!json_scan_i64(&r->s, &v) || v < -1)
		return infer_wrong_element(r, "not a whole number from -1 on");
	if (v >= 0)
		r->index[row * r->columns + in->n++] = (uint64_t)v;
	return DC_OK;
}

static bool has_point(struct json_slice number)
{
	for (size_t i = 0; i < number.len; i++)
		if (strchr(".eE", number.p[i]) != NULL)
			return true;
	return false;
}

static enum dc_status read_feature(struct infer_reading *r,
				   struct encoder_input *in)
{
	struct json_slice text;

	if (!json_scan_number(&r->s, &text))
		return infer_wrong_element(r, "not a number");
	if (r->tensor.type->number != INFER_FLOAT && has_point(text))
		return infer_wrong_element(r, "not an integer, as its datatype "
				     "says");
	if (fx9_parse(&r->feature[r->at], text.p, text.len, NULL) != DC_OK)
		return infer_wrong_element(r, "out of range");
	in->n++;
	return DC_OK;
}

static enum dc_status read_element(struct infer_reading *r)
{
	struct encoder_input *in;
	enum dc_status status;

	if (r->at == r->rows * r->columns)
		return wrong(r, "inputs[0].data: more elements than its shape "
			     "has");
	in = &r->out->input[r->at / r->columns];
	switch (r->kind) {
	case ENCODER_TEXT:
		status = read_text(r, in);
		break;
	case ENCODER_INDICES:
		status = read_index(r, in);
		break;
	case ENCODER_IMAGE:
		status = read_image(r, in);
		break;
	case ENCODER_FEATURES:
	default:
		status = read_feature(r, in);
	}
	r->at++;
	return status;
}

static enum dc_status read_row(struct infer_reading *r)
{
	size_t before = r->at;
	bool found;

	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s))
		if (read_element(r) != DC_OK)
			return DC_EINVAL;
	if (!json_scan_close(&r->s))
		return wrong(r, "inputs[0].data: a row that is no array");
	if (r->at != before + r->columns)
		return wrong(r, "inputs[0].data: a row of another length than "
			     "its shape says");
	return DC_OK;
}

static enum dc_status read_rows(struct infer_reading *r)
{
	bool found;

	for (found = json_scan_array(&r->s); found;
	     found = json_scan_more(&r->s)) {
		bool row = json_scan_kind(&r->s) == JSON_KIND_ARRAY;

		if ((row ? read_row(r) : read_element(r)) != DC_OK)
			return DC_EINVAL;
	}
	if (!json_scan_close(&r->s))
		return wrong(r, "inputs[0].data: not an array");
	return DC_OK;
}

static enum dc_status read_data(struct infer_reading *r)
{
	r->s = r->tensor.data;
	if (read_rows(r) != DC_OK)
		return DC_EINVAL;
	if (r->at != r->rows * r->columns)
		return wrong(r, "inputs[0].data: fewer elements than its "
			     "shape has");
	return DC_OK;
}

/* All outputs where none are named. */
static void find_outputs(struct infer_reading *r)
{
	struct infer_body *out = r->out;

	out->named = out->n_outputs > 0;
	if (!out->named)
		for (unsigned k = 0; k < INFER_OUTPUTS; k++)
			out->output[out->n_outputs++] = (enum infer_output)k;
	for (size_t i = 0; i < out->n_outputs; i++)
		if (!r->says[i])
			out->binary[i] = r->all_binary;
}

enum dc_status infer_body_read(struct infer_body *out, struct dc_arena *arena,
			       const char *in, size_t len, size_t n_json,
			       struct dc_err *err)
{
	struct infer_reading r = {
		.arena = arena, .out = out, .err = err,
		.pixels = IMAGE_BUDGET, .tensor = {
			.binary = (const uint8_t *)in + n_json,
			.n_binary = len - n_json,
		},
	};

	DC_CHECK(n_json <= len);
	memset(out, 0, sizeof(*out));
	json_scan_init(&r.s, in, n_json);
	if (read_frame(&r) != DC_OK || find_kind(&r) != DC_OK ||
	    find_shape(&r) != DC_OK)
		return DC_EINVAL;
	make_room(&r);
	if ((r.tensor.has_binary ? infer_binary_read(&r) : read_data(&r)) !=
	    DC_OK)
		return DC_EINVAL;
	find_outputs(&r);
	return DC_OK;
}
