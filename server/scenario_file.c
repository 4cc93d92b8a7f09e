/* Data of a scenario that comes from files. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "models/encoder.h"
#include "models/fx9.h"
#include "server/scenario_data.h"

#define BYTES_MAX ((size_t)1 << 31)

/* A path beside the scenario's own file. */
static const char *path_of(const struct scenario *s, const char *name)
{
	const char *slash = strrchr(s->path, '/');

	if (name[0] == '/' || slash == NULL)
		return name;
	return dc_arena_printf(s->arena, "%.*s/%s", (int)(slash - s->path),
			       s->path, name);
}

/* held-out=PART of the rows, or a file. */
static bool is_part(int64_t *part, const char *text)
{
	return fx9_parse(part, text, strlen(text), NULL) == DC_OK;
}

enum dc_status scenario_open_file(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	const char *file = scenario_value(line, "file");
	const char *held = scenario_value(line, "held-out");
	struct scenario_file *f;
	enum dc_status st;
	int64_t part;

	if (file == NULL)
		return DC_OK;
	if (s->limits != NULL)
		return scenario_fail(s, line, err, "no files are read here: "
				     "run this scenario with 'decaid "
				     "simulate'");
	f = dc_calloc(1, sizeof(*f));
	s->file = f;
	st = labelled_load(&f->train, &f->classes, path_of(s, file), err);
	if (st == DC_OK && f->classes.n < 2)
		return dc_fail(err, DC_EINVAL, "%s: one class alone",
			       f->train.path);
	if (st != DC_OK || held == NULL || is_part(&part, held))
		return st;
	st = labelled_load(&f->held, &f->classes, path_of(s, held), err);
	if (st == DC_OK)
		st = labelled_match(&f->train, &f->held, err);
	return st;
}

void scenario_close_file(struct scenario *s)
{
	if (s->file == NULL)
		return;
	labelled_clear(&s->file->train);
	labelled_clear(&s->file->held);
	labelled_classes_clear(&s->file->classes);
	free(s->file);
	s->file = NULL;
}

/* What the encoder makes of one row. */
static enum dc_status encode(struct sample *x, const struct scenario *s,
			     const struct labelled *d, size_t i,
			     struct sample_room *room, struct dc_err *err)
{
	const struct labelled_row *row = &d->row[i];
	struct encoder_input in = {
		.kind = d->kind == LABELLED_TEXT ? ENCODER_TEXT :
						   ENCODER_FEATURES,
		.n = d->kind == LABELLED_TEXT ? row->len : d->n_column,
		.text = row->text,
		.feature = d->value == NULL ? NULL :
			d->value + i * d->n_column,
	};
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = encoder_encode(x, &s->spec, room, &in, &why);

	if (st == DC_OK && !s->spec.model->accepts(x))
		st = dc_fail(&why, DC_EINVAL, "%s takes no such values",
			     s->spec.model->choice.name);
	return st == DC_OK ? st :
		dc_fail(err, DC_EINVAL, "%s:%zu: %s", d->path, row->line,
			why.text);
}

/* Rows order[0 .. n) of d, packed. */
static enum dc_status rows_pack(struct scenario *s, const struct labelled *d,
				const size_t *order, size_t n,
				struct sample_room *room, struct dc_err *err)
{
	struct scenario_data *out = &s->data;
	enum dc_status st = DC_OK;
	struct dc_buf b;
	size_t len;

	dc_buf_init(&b, BYTES_MAX);
	out->row = dc_calloc(n, sizeof(*out->row));
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct sim_row *row = &out->row[i];
		struct sample x;

		st = encode(&x, s, d, order[i], room, err);
		if (st != DC_OK)
			break;
		row->at = b.len;
		sample_encode(&b, &x);
		row->len = (uint32_t)(b.len - row->at);
		row->label = d->row[order[i]].label;
	}
	if (st == DC_OK && dc_buf_failed(&b))
		st = dc_fail(err, DC_EINVAL, "%s: too large", d->path);
	out->n_row = (uint32_t)n;
	out->bytes = dc_buf_take(&b, &len);
	return st;
}

/* Rows order[0 .. n) of d, decoded, to be measured with. */
static enum dc_status held_take(struct scenario *s, const struct labelled *d,
				const size_t *order, size_t n,
				struct sample_room *room, struct dc_err *err)
{
	struct scenario_data *out = &s->data;
	enum dc_status st = DC_OK;
	size_t at = 0, wide = 64;

	out->held = dc_calloc(n, sizeof(*out->held));
	out->held_label = dc_calloc(n, sizeof(*out->held_label));
	out->held_index = dc_calloc(wide, sizeof(*out->held_index));
	out->held_value = dc_calloc(wide, sizeof(*out->held_value));
	for (size_t i = 0; st == DC_OK && i < n; i++) {
		struct sample x;

		st = encode(&x, s, d, order[i], room, err);
		if (st != DC_OK)
			break;
		for (; at + x.count > wide; wide *= 2)
			;
		out->held_index = dc_realloc_array(out->held_index, wide,
						   sizeof(*out->held_index));
		out->held_value = dc_realloc_array(out->held_value, wide,
						   sizeof(*out->held_value));
		if (x.index != NULL)
			memcpy(out->held_index + at, x.index,
			       x.count * sizeof(*x.index));
		if (x.value != NULL)
			memcpy(out->held_value + at, x.value,
			       x.count * sizeof(*x.value));
		out->held_label[i] = d->row[order[i]].label;
		/* pointers follow when nothing moves any more */
		out->held[i] = x;
		at += x.count;
		out->n_held++;
	}
	at = 0;
	for (size_t i = 0; i < out->n_held; i++) {
		struct sample *x = &out->held[i];

		x->index = x->index == NULL ? NULL : out->held_index + at;
		x->value = x->value == NULL ? NULL : out->held_value + at;
		at += x->count;
	}
	return st;
}

/* 0 .. n - 1, shuffled; seed 0: as they stand. */
static size_t *order_make(size_t n, uint64_t seed)
{
	size_t *order = dc_calloc(n + 1, sizeof(*order));
	struct random r;

	random_seed(&r, seed);
	for (size_t i = 0; i < n; i++) {
		size_t j = seed == 0 ? i : random_below(&r, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	return order;
}

static enum dc_status part_of(size_t *out, const struct scenario *s,
			      const struct scenario_line *line, size_t n,
			      const char *text, struct dc_err *err)
{
	int64_t part;

	*out = 0;
	if (!is_part(&part, text))
		return DC_OK;
	if (part < 0 || part >= DC_FX9_ONE)
		return scenario_fail(s, line, err, "held-out is a file, or a "
				     "part of the rows below 1");
	*out = (size_t)((unsigned __int128)part * n / (uint64_t)DC_FX9_ONE);
	return DC_OK;
}

static enum dc_status fill(struct scenario *s, size_t n_held, size_t n_max,
			   uint64_t seed, struct dc_err *err)
{
	const struct scenario_file *f = s->file;
	struct sample_room *room = dc_malloc(sizeof(*room));
	size_t *order = order_make(f->train.n, seed), *all;
	size_t n = f->train.n - n_held;
	enum dc_status st;

	st = rows_pack(s, &f->train, order + n_held, n < n_max ? n : n_max,
		       room, err);
	if (st == DC_OK && n_held > 0)
		st = held_take(s, &f->train, order, n_held, room, err);
	else if (st == DC_OK && f->held.n > 0) {
		all = order_make(f->held.n, 0);
		st = held_take(s, &f->held, all, f->held.n, room, err);
		free(all);
	}
	free(order);
	free(room);
	return st;
}

enum dc_status scenario_take_file(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	static const char *const keys[] = {
		"file", "held-out", "rows", "seed", NULL
	};
	const char *held = scenario_value(line, "held-out");
	uint64_t n_max, seed;
	size_t n_held;
	enum dc_status st = scenario_keys(s, line, 1, keys, err);

	if (st == DC_OK)
		st = scenario_u64(&n_max, s, line, "rows", "1000000", err);
	if (st == DC_OK)
		st = scenario_u64(&seed, s, line, "seed", "1", err);
	if (st == DC_OK)
		st = part_of(&n_held, s, line, s->file->train.n,
			     held == NULL ? "0.2" : held, err);
	if (st != DC_OK)
		return st;
	if (n_max > SCENARIO_ROWS_MAX)
		return scenario_fail(s, line, err, "rows is at most %d",
				     SCENARIO_ROWS_MAX);
	return fill(s, n_held, n_max, seed, err);
}
