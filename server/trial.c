/* Learning and asking off the chain. */
#include "config.h"

#include "server/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "base/types.h"
#include "models/encoder.h"
#include "server/embed_rows.h"

enum dc_status trial_init(struct trial *t, const struct dc_buf *spec,
			  struct dc_err *err)
{
	size_t leaves;
	enum dc_status st;

	*t = (struct trial){ .n_learned = 0 };
	dc_buf_init(&t->text, SPEC_BYTES_MAX + 1);
	dc_buf_append(&t->text, spec->data, spec->len);
	if (dc_buf_failed(&t->text))
		return dc_fail(err, DC_EINVAL, "so many classes and columns "
			       "do not fit a spec");
	st = spec_parse(&t->spec, dc_buf_text(&t->text), t->text.len, err);
	if (st != DC_OK)
		return st;
	leaves = t->spec.model->cells(&t->spec) / MODEL_LEAF_CELLS + 1;
	t->n_cell = leaves * MODEL_LEAF_CELLS;
	t->m = (struct model){
		.spec = &t->spec,
		.cells = dc_pages_new(t->n_cell, sizeof(int64_t)),
		.derived = dc_calloc(t->spec.model->derived(&t->spec) + 1,
				     sizeof(int64_t)),
		.dirty = dc_calloc(leaves / 64 + 1, sizeof(uint64_t)),
	};
	spec_start(&t->spec, t->m.cells);
	t->spec.model->rebuild(&t->m);
	t->confusion = dc_calloc((size_t)t->spec.n_class * t->spec.n_class,
				 sizeof(*t->confusion));
	t->room = dc_malloc(sizeof(*t->room));
	return DC_OK;
}

void trial_clear(struct trial *t)
{
	spec_clear(&t->spec);
	dc_buf_clear(&t->text);
	dc_pages_free(t->m.cells, t->n_cell, sizeof(int64_t));
	free(t->m.derived);
	free(t->m.dirty);
	free(t->confusion);
	free(t->room);
	free(t->feature_index);
	*t = (struct trial){ .n_learned = 0 };
}

/* Are its texts numbers already? */
static bool is_embedded(const struct trial *t, const struct labelled *d)
{
	return encoder_dimension(&t->spec) > 0 && d->value != NULL;
}

/* Row i as the model takes it; what is wrong is told with its place. */
static enum dc_status row_encode(struct sample *x, struct trial *t,
				 const struct labelled *d, size_t i,
				 struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct encoder_input in = { .kind = ENCODER_TEXT };
	enum dc_status st;

	if (d->kind == LABELLED_TEXT && !is_embedded(t, d)) {
		in.n = d->row[i].len;
		in.text = d->row[i].text;
	} else {
		in.kind = ENCODER_FEATURES;
		in.n = d->n_column;
		in.feature = d->value + i * d->n_column;
	}
	st = encoder_encode(x, &t->spec, t->room, &in, &why);
	if (st == DC_OK && !t->spec.model->accepts(x))
		st = dc_fail(&why, DC_EINVAL, "%s takes no such values",
			     t->spec.model->choice.name);
	if (st != DC_OK)
		return dc_fail(err, st, "%s:%zu: %s", d->path,
			       d->row[i].line, why.text);
	return DC_OK;
}

/* Rows [from, from + n) into their values. */
static enum dc_status embed_some(struct trial *t, struct labelled *d,
				 struct embedder *e, size_t from, size_t n,
				 struct dc_err *err)
{
	struct embed_row row[EMBED_ROWS];
	enum dc_status st;

	for (size_t i = 0; i < n; i++)
		row[i] = (struct embed_row){
			.text = d->row[from + i].text,
			.len = d->row[from + i].len, .why = DC_ERR_INIT
		};
	st = embed_rows(d->value + from * d->n_column, row, n, e, &t->spec,
			err);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		if (row[i].why.status != DC_OK)
			st = dc_fail(err, row[i].why.status, "%s:%zu: %s",
				     d->path, d->row[from + i].line,
				     row[i].why.text);
	return st;
}

enum dc_status trial_embed(struct trial *t, struct labelled *d,
			   struct embedder *e, trial_progress *tell,
			   void *data, struct dc_err *err)
{
	size_t dimension = encoder_dimension(&t->spec), step;
	enum dc_status st = DC_OK;

	if (dimension == 0 || d->kind != LABELLED_TEXT || is_embedded(t, d))
		return DC_OK;
	d->n_column = dimension;
	d->value = dc_calloc(d->n, dimension * sizeof(*d->value));
	step = embed_rows_most(&t->spec);
	for (size_t i = 0; st == DC_OK && i < d->n; i += step) {
		size_t n = d->n - i < step ? d->n - i : step;

		st = embed_some(t, d, e, i, n, err);
		if (st == DC_OK && tell != NULL)
			tell(data, i + n, d->n);
	}
	return st;
}

static void point_add(struct trial *t, size_t i, size_t n)
{
	if ((i + 1) * TRIAL_CURVE_POINTS / n == i * TRIAL_CURVE_POINTS / n)
		return;
	if (t->n_point < TRIAL_CURVE_POINTS)
		t->curve[t->n_point++] =
			(struct trial_point){ t->n_learned, t->n_right };
}

enum dc_status trial_learn(struct trial *t, const struct labelled *d,
			   trial_progress *tell, void *data,
			   struct dc_err *err)
{
	int64_t before[SPEC_CLASSES_MAX];
	struct sample x;

	for (size_t i = 0; i < d->n; i++) {
		uint32_t label = d->row[i].label;
		enum dc_status st = row_encode(&x, t, d, i, err);

		if (st != DC_OK)
			return st;
		model_study(&t->m, before, &x, label);
		t->n_right += model_best(before, t->spec.n_class) == label;
		t->n_learned++;
		point_add(t, i, d->n);
		if (tell != NULL)
			tell(data, i + 1, d->n);
	}
	return DC_OK;
}

enum dc_status trial_ask(struct trial *t, const struct labelled *d,
			 trial_progress *tell, void *data, struct dc_err *err)
{
	int64_t scores[SPEC_CLASSES_MAX];
	uint32_t n_class = t->spec.n_class;
	struct sample x;

	for (size_t i = 0; i < d->n; i++) {
		enum dc_status st = row_encode(&x, t, d, i, err);

		if (st != DC_OK)
			return st;
		t->spec.model->scores(&t->m, scores, &x);
		t->confusion[d->row[i].label * n_class +
			     model_best(scores, n_class)]++;
		t->n_asked++;
		if (tell != NULL)
			tell(data, i + 1, d->n);
	}
	return DC_OK;
}

size_t trial_right(const struct trial *t)
{
	size_t right = 0;

	for (size_t c = 0; c < t->spec.n_class; c++)
		right += t->confusion[c * t->spec.n_class + c];
	return right;
}

int64_t trial_share(uint64_t a, uint64_t b)
{
	return b == 0 ? 0 : (int64_t)((unsigned __int128)a * DC_FX9_ONE / b);
}

void trial_class_get(struct trial_class *out, const struct trial *t,
		     uint32_t label)
{
	size_t n = t->spec.n_class;

	*out = (struct trial_class){
		.right = t->confusion[label * n + label]
	};
	for (size_t c = 0; c < n; c++) {
		out->support += t->confusion[label * n + c];
		out->predicted += t->confusion[c * n + label];
	}
	out->precision = trial_share(out->right, out->predicted);
	out->recall = trial_share(out->right, out->support);
	out->f1 = trial_share(2 * out->right, out->predicted + out->support);
}
