/* Held-out rows: from files to packed samples. */
#include "config.h"

#include "server/holdouts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "server/dataset.h"

#define FILE_BYTES_MAX ((size_t)256 << 20)	/* unpacked */

struct one {
	struct addr20 model;
	char *path;
	struct holdout is;	/* n 0: not read yet */
	struct holdout_row *row;
	size_t room;
	struct dc_arena *arena;	/* the samples */
};

struct holdouts {
	struct embedder *embedder;
	size_t n;
	struct one one[CONFIG_HOLDOUTS_MAX];
};

/* --- at the start -------------------------------------------------------- */

/* How many rows a file has; no more is known without a spec. */
static enum dc_status count_row(void *user, const struct dataset_row *row,
				struct dc_err *err)
{
	size_t *n = user;

	(void)row;
	if (++*n > HOLDOUT_ROWS_MAX)
		return dc_fail(err, DC_EINVAL, "more than %d rows",
			       HOLDOUT_ROWS_MAX);
	return DC_OK;
}

static enum dc_status look_at(const char *path, struct dc_err *err)
{
	size_t n = 0;
	const struct dataset_options o = {
		.path = path, .bytes_max = FILE_BYTES_MAX, .fn = count_row,
		.user = &n
	};
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = dataset_read(&o, &why);

	if (st == DC_OK && n == 0)
		st = dc_fail(&why, DC_EINVAL, "%s: has no rows", path);
	return st == DC_OK ? st : dc_fail(err, st, "holdout: %s", why.text);
}

enum dc_status holdouts_open(struct holdouts **out,
			     const struct config_holdouts *config,
			     struct embedder *embedder, struct dc_err *err)
{
	struct holdouts *h = dc_calloc(1, sizeof(*h));
	enum dc_status st = DC_OK;

	h->embedder = embedder;

	for (; h->n < config->n && st == DC_OK; h->n++) {
		struct one *one = &h->one[h->n];

		one->model = config->of[h->n].model;
		one->path = dc_strdup(config->of[h->n].path);
		st = look_at(one->path, err);
	}
	if (st == DC_OK)
		*out = h;
	else
		holdouts_free(h);
	return st;
}

static void one_clear(struct one *one)
{
	free(one->path);
	free(one->row);
	dc_arena_free(one->arena);
}

void holdouts_free(struct holdouts *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n; i++)
		one_clear(&h->one[i]);
	free(h);
}

/* --- with a spec --------------------------------------------------------- */

struct taking {
	struct one *one;
	const struct dataset_options *from;
	struct sample_room *room;
	struct dc_buf sample;
};

static void keep_row(struct taking *t, uint32_t label)
{
	struct one *one = t->one;

	if (one->is.n == one->room) {
		one->room = one->room == 0 ? 256 : 2 * one->room;
		one->row = dc_realloc_array(one->row, one->room,
					    sizeof(*one->row));
	}
	one->row[one->is.n++] = (struct holdout_row){
		.sample = dc_arena_copy(one->arena, t->sample.data,
					t->sample.len),
		.len = t->sample.len, .label = label
	};
}

static enum dc_status take_row(void *user, const struct dataset_row *row,
			       struct dc_err *err)
{
	struct taking *t = user;
	uint32_t label = 0;
	enum dc_status st;

	if (t->one->is.n == HOLDOUT_ROWS_MAX)
		return dc_fail(err, DC_EINVAL, "more than %d rows",
			       HOLDOUT_ROWS_MAX);
	dc_buf_reset(&t->sample);
	st = input_label(&label, t->from->spec, row->label, err);
	if (st == DC_OK)
		st = dataset_sample(&t->sample, t->from, t->room, row, err);
	if (st == DC_OK && dc_buf_failed(&t->sample))
		st = dc_fail(err, DC_EINVAL, "the input is too long");
	if (st == DC_OK)
		keep_row(t, label);
	return st;
}

static enum dc_status read_one(struct one *one, const struct model_spec *spec,
			       struct embedder *embedder, struct dc_err *err)
{
	struct taking t = { .one = one };
	const struct dataset_options o = {
		.path = one->path, .bytes_max = FILE_BYTES_MAX, .spec = spec,
		.embedder = embedder, .fn = take_row, .user = &t
	};
	enum dc_status st;

	t.from = &o;
	dc_arena_free(one->arena);
	one->arena = dc_arena_new(1 << 16);
	one->is.n = 0;
	t.room = dc_malloc(sizeof(*t.room));
	dc_buf_init(&t.sample, DATASET_LINE_BYTES_MAX);
	st = dataset_read(&o, err);
	dc_buf_clear(&t.sample);
	free(t.room);
	if (st == DC_OK && one->is.n == 0)
		st = dc_fail(err, DC_EINVAL, "%s: has no rows", one->path);
	if (st != DC_OK)
		one->is.n = 0;
	one->is.row = one->row;
	return st;
}

enum dc_status holdouts_take(void *user, const struct holdout **out,
			     const struct addr20 *model,
			     const struct model_spec *spec,
			     struct dc_err *err)
{
	struct holdouts *h = user;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = DC_OK;
	size_t i = 0;

	*out = NULL;
	while (i < h->n && !addr20_equal(&h->one[i].model, model))
		i++;
	if (i == h->n)
		return DC_OK;
	/* a trainer's address is made with its spec: once read, good */
	if (h->one[i].is.n == 0)
		st = read_one(&h->one[i], spec, h->embedder, &why);
	if (st != DC_OK)
		return dc_fail(err, st, "holdout: %s", why.text);
	*out = &h->one[i].is;
	dc_log(DC_LOG_INFO, "holdout", "%zu rows of %s measure a model",
	       h->one[i].is.n, h->one[i].path);
	return DC_OK;
}
