/* The answer of an inference request: tensors in JSON, or behind it. */
#include "config.h"

#include "server/infer_reply.h"

#include <stdlib.h>
#include <string.h>

#include "models/fx9.h"
#include "server/json_out.h"

static void put_element(struct json_out *j, const struct infer_reply *is,
			enum infer_output what, size_t i)
{
	switch (what) {
	case INFER_LABEL:
		json_put_u64(j, is->label[i]);
		break;
	case INFER_CLASS:
		json_put_text(j, is->class_name[i]);
		break;
	case INFER_SCORES:
	case INFER_OUTPUTS:
	default:
		for (uint32_t k = 0; k < is->n_score; k++)
			json_put_fx9_exact(j, is->scores[i * is->n_score + k]);
	}
}

/* ---- behind the JSON ---- */

static void append_u64(struct dc_buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		dc_buf_append_byte(b, (uint8_t)(v >> (8 * i)));
}

/* The double nearest to a score. */
static void append_score(struct dc_buf *b, int64_t score)
{
	char text[FX9_TEXT_BYTES];
	uint64_t bits;
	double v;

	fx9_format(text, score);
	v = strtod(text, NULL);
	memcpy(&bits, &v, sizeof(bits));
	append_u64(b, bits, sizeof(bits));
}

static void append_element(struct dc_buf *b, const struct infer_reply *is,
			   enum infer_output what, size_t i)
{
	const char *name = is->class_name[i];

	switch (what) {
	case INFER_LABEL:
		append_u64(b, is->label[i], 8);
		break;
	case INFER_CLASS:
		append_u64(b, strlen(name), 4);
		dc_buf_append_text(b, name);
		break;
	case INFER_SCORES:
	case INFER_OUTPUTS:
	default:
		for (uint32_t k = 0; k < is->n_score; k++)
			append_score(b, is->scores[i * is->n_score + k]);
	}
}

/* ---- an output ---- */

static void put_data(struct json_out *j, const struct infer_reply *is,
		     enum infer_output what)
{
	json_put_key(j, "data");
	json_put_open(j, '[');
	for (size_t i = 0; i < is->n; i++)
		put_element(j, is, what, i);
	json_put_close(j, ']');
}

/* behind  what goes behind the JSON, appended to */
static void put_binary(struct json_out *j, struct dc_buf *behind,
		       const struct infer_reply *is, enum infer_output what)
{
	size_t before = behind->len;

	for (size_t i = 0; i < is->n; i++)
		append_element(behind, is, what, i);
	json_put_key(j, "parameters");
	json_put_open(j, '{');
	json_put_key(j, "binary_data_size");
	json_put_u64(j, behind->len - before);
	json_put_close(j, '}');
}

static void put_output(struct json_out *j, struct dc_buf *behind,
		       const struct infer_reply *is, enum infer_output what,
		       bool binary)
{
	static const char *const types[] = {
		[INFER_LABEL] = "INT64", [INFER_CLASS] = "BYTES",
		[INFER_SCORES] = "FP64",
	};

	json_put_open(j, '{');
	json_put_key(j, "name");
	json_put_text(j, infer_output_name(what));
	json_put_key(j, "datatype");
	json_put_text(j, types[what]);
	json_put_key(j, "shape");
	json_put_open(j, '[');
	json_put_u64(j, is->n);
	if (what == INFER_SCORES)
		json_put_u64(j, is->n_score);
	json_put_close(j, ']');
	if (binary)
		put_binary(j, behind, is, what);
	else
		put_data(j, is, what);
	json_put_close(j, '}');
}

/* ---- all of it ---- */

/* A client's id as it wrote it. */
static void put_id(struct json_out *j, struct json_slice id,
		   struct dc_arena *arena)
{
	char *text = dc_arena_alloc(arena, id.len + 1);
	size_t n;

	json_slice_decode(text, &n, id);
	json_put_key(j, "id");
	json_put_text_n(j, text, n);
}

/* The state that was asked goes as the protocol's parameters. */
static void put_all(struct json_out *j, struct dc_buf *behind,
		    const struct infer_reply *is,
		    const struct infer_body *body, struct dc_arena *arena)
{
	json_put_open(j, '{');
	json_put_key(j, "model_name");
	json_put_text(j, is->slug);
	if (body->id.p != NULL)
		put_id(j, body->id, arena);
	json_put_key(j, "parameters");
	json_put_open(j, '{');
	json_put_key(j, "block");
	json_put_u64(j, is->block);
	json_put_key(j, "contributions");
	json_put_u64(j, is->contributions);
	json_put_close(j, '}');
	json_put_key(j, "outputs");
	json_put_open(j, '[');
	for (size_t i = 0; i < body->n_outputs; i++)
		put_output(j, behind, is, body->output[i], body->binary[i]);
	json_put_close(j, ']');
	json_put_close(j, '}');
}

void infer_reply_write(struct http_reply *rp, const struct infer_reply *is,
		       const struct infer_body *body, struct dc_arena *arena)
{
	struct dc_buf behind;
	struct json_out j;

	dc_buf_init(&behind, rp->body.bound);
	json_out_init(&j, &rp->body);
	put_all(&j, &behind, is, body, arena);
	if (behind.len > 0) {
		rp->json_len = rp->body.len;
		rp->type = "application/octet-stream";
		dc_buf_append(&rp->body, behind.data, behind.len);
	}
	dc_buf_clear(&behind);
}
