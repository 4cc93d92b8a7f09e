/*
 * fuzz_server_infer_body.c: any bytes as the body of an inference request of
 * the Open Inference Protocol; what is taken is what jansson sees there. Up to
 * the first zero byte they are JSON, and what is behind it tensors.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>

#include "server/infer_body.h"
#include "server/predict_body.h"
#include "tests/fuzz/fuzz.h"

/* Elements, those of rows among them. */
static size_t
fuzz_count(const json_t *data)
{
	size_t n = 0, i;
	json_t *one;

	json_array_foreach(data, i, one)
		n += json_is_array(one) ? json_array_size(one) : 1;
	return n;
}

/* As many elements as the shape says. */
static size_t
fuzz_elements(const json_t *shape)
{
	size_t n = 1, i;
	json_t *one;

	json_array_foreach(shape, i, one)
		n *= (size_t)json_integer_value(one);
	return n;
}

static void
fuzz_compare(const struct infer_body *body, const char *text, size_t size)
{
	json_t *tree = json_loadb(text, size, 0, NULL);
	const json_t *inputs = json_object_get(tree, "inputs");
	const json_t *tensor = json_array_get(inputs, 0);

	DC_CHECK(tree != NULL && json_array_size(inputs) == 1);
	DC_CHECK(json_object_get(tensor, "data") == NULL ||
		 fuzz_count(json_object_get(tensor, "data")) ==
		 fuzz_elements(json_object_get(tensor, "shape")));
	DC_CHECK(strcmp(json_string_value(json_object_get(tensor, "name")),
			infer_input_name(body->input[0].kind)) == 0);
	DC_CHECK((body->id.p != NULL) ==
		 (json_object_get(tree, "id") != NULL));
	json_decref(tree);
}

/* Every byte that was read is readable. */
static void
fuzz_touch(const struct encoder_input *in)
{
	volatile uint64_t sum = 0;

	for (size_t i = 0; i < in->n; i++)
		if (in->kind == ENCODER_TEXT)
			sum += (uint8_t)in->text[i];
		else if (in->kind == ENCODER_INDICES)
			sum += in->index[i];
		else if (in->kind == ENCODER_IMAGE)
			sum += in->grey[i];
		else
			sum += (uint64_t)in->feature[i];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size != 0 ? (const char *)data : "";
	struct dc_arena *arena = dc_arena_new(4096);
	struct dc_err err = DC_ERR_INIT;
	const char *zero = size != 0 ? memchr(text, '\0', size) : NULL;
	size_t n_json = zero != NULL ? (size_t)(zero - text) : size;
	struct infer_body body;

	/* the zero itself is none of the body */
	if (zero != NULL && size - n_json > 1) {
		char *whole = dc_arena_alloc(arena, size);

		memcpy(whole, text, n_json);
		memcpy(whole + n_json, zero + 1, size - n_json - 1);
		text = whole;
	}
	size -= zero != NULL;
	if (infer_body_read(&body, arena, text, size, n_json, &err) !=
	    DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		dc_arena_free(arena);
		return 0;
	}
	DC_CHECK(body.n >= 1 && body.n <= PREDICT_INPUTS_MAX);
	DC_CHECK(body.n_outputs >= 1 && body.n_outputs <= INFER_OUTPUTS);
	fuzz_compare(&body, text, n_json);
	for (size_t i = 0; i < body.n; i++)
		fuzz_touch(&body.input[i]);
	dc_arena_free(arena);
	return 0;
}
