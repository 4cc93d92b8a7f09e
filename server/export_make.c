/*
 * A model as a file: its whole state behind its spec's text, or what it
 * serves as one of 0xDeCA10B's model files; packed where that is asked for.
 */
#include "config.h"

#include "server/export_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "models/learner.h"
#include "server/model_file.h"

#define GZIP_LEVEL 1	/* a state is mostly zeros */
#define GZIP_STEP ((size_t)1 << 20)
#define HEAD_BYTES 64	/* "decaid state 1\nspec 123\n" */

/* ---- the state ---- */

static size_t head_put(char out[HEAD_BYTES], size_t spec_len)
{
	int n = snprintf(out, HEAD_BYTES, "decaid state 1\nspec %zu\n",
			 spec_len);

	DC_CHECK(n > 0 && n < HEAD_BYTES);
	return (size_t)n;
}

size_t export_state_bytes(const struct registry_model *m)
{
	size_t spec_len = registry_info(m)->created.spec_len;
	char head[HEAD_BYTES];

	return head_put(head, spec_len) + spec_len + registry_export_size(m);
}

/* The cells are copied to where they are sent from, which is aligned: what
 * stands before them begins somewhere behind the memory's beginning. */
static enum dc_status make_state(struct export_file *out,
				 const struct registry_model *m,
				 struct dc_err *err)
{
	const struct ev_model_created *is = &registry_info(m)->created;
	size_t state = registry_export_size(m), n, before;
	char head[HEAD_BYTES];
	uint8_t *memory, *at;
	enum dc_status st;

	n = head_put(head, is->spec_len);
	before = (n + is->spec_len + 15) / 16 * 16;
	memory = dc_malloc(before + state);
	st = registry_export(m, memory + before, NULL, err);
	if (st != DC_OK) {
		free(memory);
		return st;
	}
	at = memory + before - is->spec_len;
	memcpy(at, is->spec, is->spec_len);
	at -= n;
	memcpy(at, head, n);
	*out = (struct export_file){ memory, at, n + is->spec_len + state };
	return DC_OK;
}

/* ---- JSON ---- */

static enum dc_status model_json(struct dc_buf *out, const struct model *m,
				 struct dc_err *err)
{
	struct deca_file file;
	enum dc_status st = model_file_of(&file, m, err);

	if (st == DC_OK)
		st = deca_json_write(out, &file, err);
	deca_file_clear(&file);
	return st;
}

/* Of what it serves alone: neither counts nor folds. */
static enum dc_status put_json(struct dc_buf *out,
			       const struct registry_model *live,
			       struct dc_err *err)
{
	struct model m = { .spec = registry_info(live)->spec };
	size_t first, n;
	enum dc_status st;

	DC_CHECK(learner_part_find(&first, &n, m.spec, LEARNER_PART_MODEL,
				   0));
	m.cells = dc_malloc(n * sizeof(*m.cells));
	st = registry_copy(live, m.cells, first, n, NULL, err);
	if (st == DC_OK)
		st = model_json(out, &m, err);
	free(m.cells);
	return st;
}

static void file_take(struct export_file *out, struct dc_buf *b)
{
	out->memory = dc_buf_take(b, &out->len);
	out->bytes = out->memory;
}

static enum dc_status make_json(struct export_file *out,
				struct mirrors *mirrors,
				const struct export_question *q,
				struct dc_err *err)
{
	struct dc_buf b;
	enum dc_status st;

	dc_buf_init(&b, EXPORT_BYTES_MAX);
	st = q->model != NULL ? put_json(&b, q->model, err) :
		export_mirror_put(&b, mirrors, q->mirror, err);
	if (st == DC_OK && dc_buf_failed(&b))
		st = dc_fail(err, DC_EINVAL, "the file has over %zu bytes",
			     EXPORT_BYTES_MAX);
	if (st == DC_OK)
		file_take(out, &b);
	else
		dc_buf_clear(&b);
	return st;
}

/* ---- packing ---- */

/* All that deflate has to say to the input it was given.
 * Source: zlib's zpipe.c, for when it is called again. */
static bool pack_step(z_stream *z, struct dc_buf *out, int flush)
{
	uint8_t room[16 << 10];

	do {
		z->next_out = room;
		z->avail_out = sizeof(room);
		if (deflate(z, flush) == Z_STREAM_ERROR)
			return false;
		dc_buf_append(out, room, sizeof(room) - z->avail_out);
	} while (z->avail_out == 0);
	return true;
}

/* A step at a time, so that it can be stopped. */
static bool pack(z_stream *z, struct dc_buf *out,
		 const struct export_file *in, const atomic_bool *stop)
{
	size_t left = in->len;

	z->next_in = (Bytef *)(uintptr_t)in->bytes;	/* read only */
	do {
		size_t n = left < GZIP_STEP ? left : GZIP_STEP;

		z->avail_in = (uInt)n;
		left -= n;
		if (atomic_load(stop) ||
		    !pack_step(z, out, left > 0 ? Z_NO_FLUSH : Z_FINISH))
			return false;
	} while (left > 0);
	return !dc_buf_failed(out);
}

static enum dc_status compress_file(struct export_file *f,
				    const atomic_bool *stop,
				    struct dc_err *err)
{
	z_stream z = { .next_in = NULL };
	struct dc_buf b;
	bool packed;

	/* 15 bits of window, 16 more for gzip's frame */
	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return dc_fail(err, DC_EBUSY, "no memory to pack the file");
	dc_buf_init(&b, EXPORT_BYTES_MAX + GZIP_STEP);
	packed = pack(&z, &b, f, stop);
	(void)deflateEnd(&z);
	free(f->memory);
	*f = (struct export_file){ .memory = NULL };
	if (packed) {
		file_take(f, &b);
		return DC_OK;
	}
	dc_buf_clear(&b);
	return dc_fail(err, DC_EBUSY, "the file could not be packed");
}

/* ---- all of them ---- */

size_t export_most(const struct export_question *q)
{
	return q->format == EXPORT_STATE ? export_state_bytes(q->model) :
		EXPORT_BYTES_MAX;
}

enum dc_status export_make(struct export_file *out, struct mirrors *mirrors,
			   const struct export_question *q,
			   const atomic_bool *stop, struct dc_err *err)
{
	enum dc_status st = DC_EINVAL;

	*out = (struct export_file){ .memory = NULL };
	switch (q->format) {
	case EXPORT_STATE:
		st = make_state(out, q->model, err);
		break;
	case EXPORT_JSON:
		st = make_json(out, mirrors, q, err);
		break;
	}
	return st == DC_OK && q->gzip ? compress_file(out, stop, err) : st;
}
