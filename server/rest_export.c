/*
 * GET /v1/models/{model}/export: the model as a file. format=decaid is the
 * whole state, whose root operators sign, behind its spec's text; format=json
 * what is served, as one of 0xDeCA10B's model files where that can say it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "models/learner.h"
#include "server/model_file.h"
#include "server/rest.h"

#define EXPORT_BYTES_MAX ((size_t)48 << 20)	/* less than a reply's most */

static const char *const formats[] = { "decaid", "json" };
enum { FORMAT_DECAID, FORMAT_JSON };

struct exporting {
	struct rest *r;
	const struct registry_model *live;
	uint8_t *state;		/* (size) of learner_export */
	size_t size;
};

static enum dc_status state_take(struct exporting *x)
{
	struct rest *r = x->r;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;

	x->size = registry_export_size(x->live);
	if (x->size > EXPORT_BYTES_MAX)
		return dc_fail(&r->err, DC_EINVAL, "the state has %zu bytes; "
			       "at most %zu are sent", x->size,
			       EXPORT_BYTES_MAX);
	x->state = dc_malloc(x->size);
	st = registry_export(x->live, x->state, NULL, &why);
	if (st != DC_OK)
		rest_later(r, 1, "the model is not ready: try again");
	return st;
}

static void put_state(struct exporting *x)
{
	const struct ev_model_created *is = &registry_info(x->live)->created;
	struct dc_buf *out = &x->r->rp->body;

	x->r->rp->type = "application/octet-stream";
	dc_buf_printf(out, "decaid state 1\nspec %zu\n", is->spec_len);
	dc_buf_append(out, is->spec, is->spec_len);
	dc_buf_append(out, x->state, x->size);
}

/* The served model stands first in a state's cells. */
static void cells_take(int64_t *cell, size_t n, const uint8_t *state)
{
	const uint8_t *p = state + LEARNER_SNAPSHOT_HEADER_BYTES +
		8 * LEARNER_HEADER_CELLS;

	for (size_t i = 0; i < n; i++, p += 8) {
		uint64_t v = 0;

		for (unsigned b = 0; b < 8; b++)
			v |= (uint64_t)p[b] << (8 * b);
		cell[i] = (int64_t)v;
	}
}

static enum dc_status put_json(struct exporting *x)
{
	const struct model_spec *spec = registry_info(x->live)->spec;
	size_t n = spec->model->cells(spec);
	struct dc_err why = DC_ERR_INIT;
	struct model m = { .spec = spec };
	struct deca_file file;
	struct dc_buf out;
	enum dc_status st;

	m.cells = dc_malloc(n * sizeof(*m.cells));
	cells_take(m.cells, n, x->state);
	dc_buf_init(&out, EXPORT_BYTES_MAX);
	st = model_file_of(&file, &m, &why);
	if (st == DC_OK)
		st = deca_json_write(&out, &file, &why);
	if (st == DC_OK)
		dc_buf_append(&x->r->rp->body, out.data, out.len);
	else
		st = dc_fail(&x->r->err, DC_EINVAL, "%s", why.text);
	deca_file_clear(&file);
	dc_buf_clear(&out);
	free(m.cells);
	return st;
}

static enum dc_status write_export(struct rest *r)
{
	const char *text = http_query(r->rq, "format");
	struct exporting x = { .r = r };
	unsigned format = FORMAT_DECAID;
	struct sql_model m;
	enum dc_status st;

	if (rest_find_model(r, &m, &x.live, &r->err) != DC_OK)
		return r->err.status;
	if (text != NULL &&
	    rest_choice(&format, text, "format", formats,
			DC_ARRAY_LEN(formats), &r->err) != DC_OK)
		return DC_EINVAL;
	if (rest_is_mirror(&m))
		return text == NULL || format == FORMAT_JSON ?
			rest_mirror_export(r, &m) :
			dc_fail(&r->err, DC_EINVAL, "format: a mirrored model "
				"is a contract's: json alone says it");
	if (x.live == NULL || registry_info(x.live)->spec == NULL)
		return dc_fail(&r->err, DC_ENOTFOUND, "the model is not "
			       "followed here");
	st = state_take(&x);
	if (st == DC_OK && format == FORMAT_JSON)
		st = put_json(&x);
	else if (st == DC_OK)
		put_state(&x);
	free(x.state);
	return st;
}

void rest_export(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_export(&r));
}
