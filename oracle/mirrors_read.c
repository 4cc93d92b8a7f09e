/* What other threads ask of the mirrors. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/mirrors_core.h"

static void lock(struct mirrored *s)
{
	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct mirrored *s)
{
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
}

uint64_t mirrors_sequence(struct mirrors *m)
{
	return m == NULL ? 0 : atomic_load(&m->sequence);
}

bool mirrors_find(struct mirrors *m, size_t *out,
		  const struct addr20 *trainer)
{
	size_t n = m == NULL ? 0 : atomic_load(&m->n);

	for (size_t i = 0; i < n; i++)
		if (addr20_equal(&m->of[i]->trainer, trainer)) {
			*out = i;
			return true;
		}
	return false;
}

bool mirrors_view(struct mirrors *m, size_t i, struct dc_arena *arena,
		  struct mirror_view *out)
{
	struct mirrored *s = m->of[i];
	bool is_read;

	lock(s);
	is_read = s->is_read;
	if (is_read) {
		*out = s->view;
		mirrors_copy_texts(&out->parts, arena);
		out->is_live = s->is_live;
	}
	out->refusal = dc_arena_copy(arena, s->refusal,
				     strlen(s->refusal) + 1);
	unlock(s);
	return is_read;
}

/* Ask the thread for cells; what does not fit is asked for another time. */
static void want(struct mirrored *s, const struct deca_key *keys, size_t n)
{
	if (s->wanted == NULL)
		s->wanted = dc_calloc(MIRROR_KEYS_MAX, sizeof(*keys));
	if (n > MIRROR_KEYS_MAX - s->n_wanted)
		n = MIRROR_KEYS_MAX - s->n_wanted;
	memcpy(s->wanted + s->n_wanted, keys, n * sizeof(*keys));
	s->n_wanted += n;
}

/* s is locked. keys (classes * n + 1) scratch
 * Errors: DC_EBUSY some are asked for now. */
static enum dc_status predict(struct mirrored *s, struct deca_prediction *out,
			      struct deca_key *keys, const int64_t *data,
			      size_t n, struct dc_err *err)
{
	size_t missing = deca_keys_missing(keys, s->model, data, n);

	if (missing > 0) {
		want(s, keys, missing);
		return dc_fail(err, DC_EBUSY, "some of these features are "
			       "being read from the chain");
	}
	out->reason = deca_ops((enum deca_kind)s->model->kind)->predict(
		s->model, &out->label, data, n);
	return DC_OK;
}

/* s is locked. */
static enum dc_status may_be_asked(const struct mirrored *s, size_t n,
				   struct dc_err *err)
{
	if (!s->is_live)
		return dc_fail(err, DC_EBUSY, "this model is not served: %s",
			       s->refusal[0] != '\0' ? s->refusal
			       : "it is being read from the chain");
	if (n > MIRRORS_SAMPLE_MAX / s->model->n_class)
		return dc_fail(err, DC_EINVAL, "more numbers than this model "
			       "is asked about");
	return DC_OK;
}

enum dc_status mirrors_predict(struct mirrors *m, size_t i,
			       struct deca_prediction *out,
			       const int64_t *data, size_t n,
			       struct dc_err *err)
{
	struct mirrored *s = m->of[i];
	struct deca_key *keys = NULL;
	enum dc_status st;
	bool rang = false;

	lock(s);
	st = may_be_asked(s, n, err);
	if (st == DC_OK) {
		keys = dc_calloc((size_t)s->model->n_class * n + 1,
				 sizeof(*keys));
		st = predict(s, out, keys, data, n, err);
		rang = st == DC_EBUSY;
	}
	unlock(s);
	free(keys);
	if (rang)
		mirrors_ring(m);
	return st;
}

enum dc_status mirrors_know(struct mirrors *m, size_t i, uint64_t n,
			    struct dc_err *err)
{
	struct mirrored *s = m->of[i];
	struct deca_key *keys = NULL;
	size_t missing = 0;
	enum dc_status st;

	lock(s);
	st = may_be_asked(s, (size_t)n, err);
	if (st == DC_OK) {
		keys = dc_calloc((size_t)(s->model->n_class * n) + 1,
				 sizeof(*keys));
		for (uint64_t k = 0; k < n; k++)
			missing += deca_keys_missing(keys + missing, s->model,
						     &(int64_t){ (int64_t)k },
						     1);
		if (missing > 0)
			want(s, keys, missing);
	}
	unlock(s);
	free(keys);
	if (missing == 0)
		return st;
	mirrors_ring(m);
	return dc_fail(err, DC_EBUSY, "some of these features are being read "
		       "from the chain");
}

enum dc_status mirrors_model_copy(struct mirrors *m, size_t i,
				  struct deca_model **out,
				  struct mirror_view *view,
				  struct dc_arena *arena, struct dc_err *err)
{
	struct mirrored *s = m->of[i];
	enum dc_status st = DC_OK;

	lock(s);
	if (s->is_live) {
		*out = mirrors_copy_model(s->model);
		*view = s->view;
		mirrors_copy_texts(&view->parts, arena);
	} else {
		st = dc_fail(err, DC_EBUSY, "this model is not served: %s",
			     s->refusal[0] != '\0' ? s->refusal
			     : "it is being read from the chain");
	}
	unlock(s);
	return st;
}

static void add_stats(struct deca_mirror_stats *sum,
		      const struct deca_mirror_stats *s)
{
	sum->contributions += s->contributions;
	sum->agreed_before += s->agreed_before;
	sum->refunds += s->refunds;
	sum->reports += s->reports;
	sum->rereads += s->rereads;
	sum->rewinds += s->rewinds;
	sum->audited += s->audited;
	sum->differed += s->differed;
	sum->unread += s->unread;
	sum->unanswered += s->unanswered;
}

static void add_one(struct mirrors_totals *out, struct mirrored *s,
		    uint64_t followed)
{
	uint64_t block;

	lock(s);
	out->refused += s->refusal[0] != '\0';
	out->live += s->is_live;
	out->reading += !s->is_live && s->refusal[0] == '\0';
	if (s->is_read) {
		add_stats(&out->stats, &s->view.stats);
		out->cells += s->model->n_cell;
	}
	block = s->view.block.number;
	if (s->is_live && block < followed &&
	    followed - block > out->behind_blocks)
		out->behind_blocks = followed - block;
	unlock(s);
}

void mirrors_totals(struct mirrors *m, struct mirrors_totals *out)
{
	size_t n = m == NULL ? 0 : atomic_load(&m->n);
	struct gateway_status status;

	*out = (struct mirrors_totals){ .live = 0 };
	if (m == NULL)
		return;
	gateway_status(m->gateway, &status);
	for (size_t i = 0; i < n; i++)
		add_one(out, m->of[i], status.followed);
	out->found = atomic_load(&m->found);
	out->turned_away = atomic_load(&m->turned_away);
}
