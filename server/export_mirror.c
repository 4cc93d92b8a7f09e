/*
 * One of 0xDeCA10B's models as a file: its own model file as of the mirror's
 * block. A mapping cannot be listed: of the sparse
 * kinds the file has the numbers that are known here, and member "mirror"
 * says which these are, and whether the file makes the same contract again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/deca_kept.h"
#include "oracle/mirrors.h"
#include "server/deca_json.h"
#include "server/export_make.h"
#include "server/json_out.h"

/* The state alone, without numbers that are 0. m is freed. */
static void put_state(struct dc_buf *out, struct deca_model *m)
{
	const struct deca_kept kept = { .model = deca_model_shed(m, 0) };

	dc_buf_init(out, DECA_KEPT_BYTES_MAX);
	deca_kept_export(out, &kept);
	free(kept.model);
}

/* Whether the file, read, is that very state: a number of a sparse centroid
 * that is true at an older count is cut when it is written. */
static enum dc_status is_exact(bool *out, struct deca_model *m,
			       const struct dc_buf *json, struct dc_err *err)
{
	struct deca_file file;
	struct dc_buf state, again;
	enum dc_status st = deca_json_read(&file, (const char *)json->data,
					   json->len, err);

	put_state(&state, m);
	if (st == DC_OK) {
		put_state(&again, file.model);
		file.model = NULL;
		*out = state.len == again.len && !dc_buf_failed(&state) &&
			memcmp(state.data, again.data, state.len) == 0;
		dc_buf_clear(&again);
	}
	dc_buf_clear(&state);
	deca_file_clear(&file);
	return st;
}

static void put_where(struct json_out *j, const struct mirror_view *v,
		      uint64_t cells, bool exact)
{
	json_put_key(j, "mirror");
	json_put_open(j, '{');
	json_put_key(j, "trainer");
	json_put_address(j, &v->parts.trainer);
	json_put_key(j, "classifier");
	json_put_address(j, &v->parts.classifier);
	json_put_key(j, "block");
	json_put_u64(j, v->block.number);
	json_put_key(j, "block_hash");
	json_put_hash(j, &v->block.hash);
	json_put_key(j, "numbers");
	json_put_u64(j, cells);
	json_put_key(j, "exact");
	json_put_bool(j, exact);
	json_put_close(j, '}');
}

/* The file's JSON with one member more, which its readers pass over.
 * m  is freed */
static enum dc_status put_file(struct dc_buf *out, struct deca_model *m,
			       const struct mirror_view *v,
			       struct dc_err *err)
{
	const struct deca_file file = {
		.model = m, .class_name = v->parts.class_name,
		.n_class = (uint32_t)v->parts.n_class,
	};
	uint64_t cells = m->n_cell;
	bool exact = false;
	struct json_out j;
	enum dc_status st = deca_json_write(out, &file, err);

	if (st == DC_OK)
		st = is_exact(&exact, m, out, err);
	else
		free(m);
	if (st != DC_OK)
		return st;
	out->len--;	/* the closing brace */
	json_out_init(&j, out);
	j.comma = true;
	put_where(&j, v, cells, exact);
	dc_buf_append_byte(out, '}');
	return DC_OK;
}

enum dc_status export_mirror_put(struct dc_buf *out, struct mirrors *mirrors,
				 size_t mirror, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(4096);
	struct deca_model *model;
	struct mirror_view v;
	enum dc_status st;

	st = mirrors_model_copy(mirrors, mirror, &model, &v, arena, err);
	if (st == DC_OK)
		st = put_file(out, model, &v, err);
	dc_arena_free(arena);
	return st;
}
