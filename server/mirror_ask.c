/* Questions to a mirror, in the numbers that its contract takes. */
#include "config.h"

#include "server/mirror_ask.h"

static const int64_t *data_of_indices(const struct mirror_ask *a,
				      const struct encoder_input *in)
{
	int64_t *v = dc_arena_alloc(a->r->arena, (in->n + 1) * sizeof(*v));

	for (size_t i = 0; i < in->n; i++)
		v[i] = (int64_t)in->index[i];
	return v;
}

static enum dc_status data_of_text(const int64_t **data, size_t *n,
				   struct mirror_ask *a,
				   const struct encoder_input *in,
				   struct dc_err *err)
{
	const size_t room = ENCODER_WORDS_MAX;
	enum dc_status st;

	if (a->number == NULL) {
		a->number = dc_arena_alloc(a->r->arena,
					   room * sizeof(*a->number));
		a->data = dc_arena_alloc(a->r->arena, room * sizeof(*a->data));
	}
	st = deca_encoder_text(a->number, n, a->encoder,
			       a->r->app->vocabulary, in, err);
	for (size_t i = 0; st == DC_OK && i < *n; i++)
		a->data[i] = a->number[i];
	*data = a->data;
	return st;
}

static enum dc_status data_of(const int64_t **data, size_t *n,
			      struct mirror_ask *a,
			      const struct encoder_input *in,
			      struct dc_err *err)
{
	*n = in->n;
	switch (in->kind) {
	case ENCODER_FEATURES:
		*data = in->feature;
		return DC_OK;
	case ENCODER_INDICES:
		*data = data_of_indices(a, in);
		return DC_OK;
	case ENCODER_TEXT:
	case ENCODER_IMAGE:
		break;
	}
	return data_of_text(data, n, a, in, err);
}

/* One input at a time, as the contract's predict takes it. */
static enum dc_status ask_one(uint64_t *label, struct mirror_ask *a,
			      const struct encoder_input *in,
			      struct dc_err *err)
{
	struct deca_prediction p = { .label = 0 };
	const int64_t *data;
	size_t n;
	enum dc_status st = data_of(&data, &n, a, in, err);

	if (st == DC_OK)
		st = mirrors_predict(a->r->app->mirrors, a->mirror, &p, data,
				     n, err);
	if (st == DC_OK && p.reason != DECA_DONE)
		st = dc_fail(err, DC_EINVAL, "the contract reverts: %s",
			     deca_reason_text(p.reason));
	*label = p.label;
	return st;
}

enum dc_status mirror_ask(struct mirror_ask *a, uint64_t *label,
			  const struct encoder_input *in, size_t n,
			  const char *list, struct dc_err *err)
{
	for (size_t k = 0; k < n; k++) {
		struct dc_err why = DC_ERR_INIT;
		enum dc_status st = ask_one(&label[k], a, &in[k], &why);

		if (st == DC_EBUSY)
			rest_later(a->r, 1, "%s", why.text);
		if (st == DC_EINVAL && list != NULL)
			return dc_fail(err, st, "%s[%zu]: %s", list, k,
				       why.text);
		if (st != DC_OK)
			return dc_fail(err, st, "%s", why.text);
	}
	return DC_OK;
}

enum dc_status mirror_ask_begin(struct mirror_ask *out, struct rest *r,
				struct dc_err *err)
{
	const struct registry_model *live;
	enum dc_status st;

	*out = (struct mirror_ask){ .r = r };
	st = rest_find_model(r, &out->model, &live, err);
	if (st != DC_OK)
		return st;
	if (!rest_is_mirror(&out->model) ||
	    !mirrors_find(r->app->mirrors, &out->mirror,
			  &out->model.is.trainer)) {
		rest_later(r, 1, "this model is not served here");
		return DC_EBUSY;
	}
	if (!mirrors_view(r->app->mirrors, out->mirror, r->arena,
			  &out->view)) {
		rest_later(r, 1, "this model is being read from the chain");
		return DC_EBUSY;
	}
	out->encoder = deca_encoder_find(out->model.is.encoder);
	return DC_OK;
}

const char *mirror_ask_class(const struct mirror_ask *a, uint64_t label)
{
	const struct deca_parts *parts = &a->view.parts;

	return label < parts->n_class ? parts->class_name[label] : "";
}
