/* Inputs from the command line. */
#include "config.h"

#include "server/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "models/encoder.h"
#include "server/base64.h"
#include "server/embedder.h"
#include "server/image.h"
#include "server/json_out.h"
#include "server/predict_body.h"

#define INPUT_MAX_BYTES (8 << 20)

/* Numbers are checked by who reads the JSON; here only their letters. */
static enum dc_status put_list(struct dc_buf *out, const char *key,
			       const char *list, struct dc_err *err)
{
	if (list[strspn(list, "0123456789+-.eE, ")] != '\0')
		return dc_fail(err, DC_EINVAL,
			       "--%s: numbers with commas between them", key);
	dc_buf_printf(out, "{\"%s\":[%s]}", key, list);
	return DC_OK;
}

static enum dc_status read_file(struct dc_buf *out, const char *path,
				struct dc_err *err)
{
	enum dc_status found = DC_OK;
	FILE *f = fopen(path, "rb");
	uint8_t part[4096];
	size_t n;

	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		dc_buf_append(out, part, n);
	if (ferror(f))
		found = dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	else if (dc_buf_failed(out))
		found = dc_fail(err, DC_EINVAL, "%s: more than %zu bytes",
				path, IMAGE_BYTES_MAX);
	(void)fclose(f);
	return found;
}

static enum dc_status put_image(struct dc_buf *out, const char *path,
				struct dc_err *err)
{
	struct dc_buf bytes;
	enum dc_status found;

	dc_buf_init(&bytes, IMAGE_BYTES_MAX);
	found = read_file(&bytes, path, err);
	if (found == DC_OK) {
		dc_buf_append_text(out, "{\"image\":\"");
		base64_put(out, bytes.data, bytes.len);
		dc_buf_append_text(out, "\"}");
	}
	dc_buf_clear(&bytes);
	return found;
}

enum dc_status input_json(struct dc_buf *out, const struct input_texts *in,
			  struct dc_err *err)
{
	int given = (in->text != NULL) + (in->features != NULL) +
		    (in->indices != NULL) + (in->image != NULL);
	struct json_out j;

	if (given != 1)
		return dc_fail(err, DC_EINVAL, "one of --text, --features, "
			       "--indices and --image is needed");
	if (in->image != NULL)
		return put_image(out, in->image, err);
	if (in->features != NULL)
		return put_list(out, "features", in->features, err);
	if (in->indices != NULL)
		return put_list(out, "indices", in->indices, err);
	json_out_init(&j, out);
	json_put_open(&j, '{');
	json_put_key(&j, "text");
	json_put_text(&j, in->text);
	json_put_close(&j, '}');
	return DC_OK;
}

static enum dc_status encode_input(struct dc_buf *out,
				   const struct model_spec *spec,
				   struct sample_room *room,
				   const struct encoder_input *in,
				   struct dc_err *err)
{
	struct sample sample;
	enum dc_status found = encoder_encode(&sample, spec, room, in, err);

	if (found == DC_OK)
		sample_encode(out, &sample);
	return found;
}

static enum dc_status encode_body(struct dc_buf *out,
				  const struct model_spec *spec,
				  struct sample_room *room,
				  const struct dc_buf *json,
				  struct dc_arena *arena, struct dc_err *err)
{
	struct predict_body body;
	enum dc_status found;

	found = predict_body_read(&body, arena, (const char *)json->data,
				  json->len, err);
	return found != DC_OK ? found :
		encode_input(out, spec, room, &body.input[0], err);
}

/* As it came: what is no UTF-8 is refused, not replaced. */
static enum dc_status encode_text(struct dc_buf *out,
				  const struct model_spec *spec,
				  struct sample_room *room, const char *text,
				  struct embedder *embedder,
				  struct dc_err *err)
{
	struct encoder_input in = { .kind = ENCODER_TEXT, .text = text,
				    .n = strlen(text) };
	struct embedder_wish *wish = NULL;
	enum dc_status found = DC_OK;

	if (encoder_dimension(spec) > 0)
		found = embedder_ask(&wish, embedder, spec, &in, 1, err);
	if (found == DC_OK)
		found = encode_input(out, spec, room, &in, err);
	embedder_leave(wish);
	return found;
}

static enum dc_status encode_list(struct dc_buf *out,
				  const struct model_spec *spec,
				  struct sample_room *room,
				  const struct input_texts *in,
				  struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct dc_buf json;
	enum dc_status found;

	dc_buf_init(&json, INPUT_MAX_BYTES);
	found = input_json(&json, in, err);
	if (found == DC_OK && dc_buf_failed(&json))
		found = dc_fail(err, DC_EINVAL, "the input is too long");
	if (found == DC_OK)
		found = encode_body(out, spec, room, &json, arena, err);
	dc_buf_clear(&json);
	dc_arena_free(arena);
	return found;
}

enum dc_status input_sample(struct dc_buf *out,
			    const struct model_spec *spec,
			    struct sample_room *room,
			    const struct input_texts *in,
			    struct embedder *embedder, struct dc_err *err)
{
	if (in->text != NULL && in->features == NULL &&
	    in->indices == NULL && in->image == NULL)
		return encode_text(out, spec, room, in->text, embedder, err);
	return encode_list(out, spec, room, in, err);
}

enum dc_status input_label(uint32_t *out, const struct model_spec *spec,
			   const char *text, struct dc_err *err)
{
	struct u256 v;
	uint64_t n;

	if (spec_class_find(out, spec, text))
		return DC_OK;
	if (u256_parse(&v, text, NULL) == DC_OK && u256_to_u64(&n, v) &&
	    n < spec->n_class) {
		*out = (uint32_t)n;
		return DC_OK;
	}
	return dc_fail(err, DC_EINVAL,
		       "label: no class of the model, nor its number");
}
