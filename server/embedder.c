/* Wishes for embeddings, and who may have them. */
#include "config.h"

#include "server/embedder_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/keccak.h"
#include "server/json_out.h"

#define VALUES_WAITING ((size_t)1 << 23)	/* for one service: 64 MiB */
#define DAY_MS ((int64_t)86400 * 1000)
#define COME_AGAIN_S 2

void embedder_lock(struct embedder *e)
{
	DC_CHECK(pthread_mutex_lock(&e->lock) == 0);
}

void embedder_unlock(struct embedder *e)
{
	DC_CHECK(pthread_mutex_unlock(&e->lock) == 0);
}

/* ---- its life ---- */

static void init_answered(struct embedder *e)
{

	dc_clock_cond_init(&e->answered);
}

enum dc_status embedder_new(struct embedder **out,
			    const struct embedder_options *o,
			    struct dc_err *err)
{
	struct embedder *e = dc_calloc(1, sizeof(*e));
	enum dc_status found = DC_OK;

	e->o = *o;
	e->day_began_ms = dc_clock_ms();
	e->cache = embedding_cache_new(EMBEDDER_CACHE_BYTES);
	DC_CHECK(pthread_mutex_init(&e->lock, NULL) == 0);
	init_answered(e);
	for (size_t i = 0; found == DC_OK && i < o->services->n; i++)
		found = embedder_service_add(e, &o->services->of[i], err);
	for (size_t i = 0; found == DC_OK && i < e->n; i++)
		found = embedder_service_start(&e->of[i], err);
	e->o.services = NULL;
	if (found != DC_OK) {
		embedder_free(e);
		return found;
	}
	*out = e;
	return DC_OK;
}

enum dc_status embedder_open(struct embedder **out,
			     const struct config_embeddings *services,
			     struct dc_err *err)
{
	const struct embedder_options o = { .services = services };

	*out = NULL;
	return services->n == 0 ? DC_OK : embedder_new(out, &o, err);
}

void embedder_free(struct embedder *e)
{
	if (e == NULL)
		return;
	embedder_lock(e);
	e->stopping = true;
	for (size_t i = 0; i < e->n; i++)
		DC_CHECK(pthread_cond_signal(&e->of[i].wanted) == 0);
	embedder_unlock(e);
	for (size_t i = 0; i < e->n; i++)
		embedding_client_stop(e->of[i].client);
	for (size_t i = 0; i < e->n; i++)
		if (e->of[i].running)
			DC_CHECK(pthread_join(e->of[i].thread, NULL) == 0);
	for (size_t i = 0; i < e->n; i++)
		embedder_service_clear(&e->of[i]);
	embedding_cache_free(e->cache);
	(void)pthread_cond_destroy(&e->answered);
	(void)pthread_mutex_destroy(&e->lock);
	free(e);
}

/* ---- wishing ---- */

static struct embedder_service *service_find(struct embedder *e,
					     const char *name)
{
	for (size_t i = 0; e != NULL && i < e->n; i++)
		if (strcmp(e->of[i].name, name) == 0)
			return &e->of[i];
	return NULL;
}

bool embedder_knows(const struct embedder *e, const struct model_spec *spec)
{
	for (size_t i = 0; e != NULL && i < e->n; i++)
		if (strcmp(e->of[i].name, spec->service) == 0)
			return true;
	return false;
}

enum dc_status embedder_check_text(const struct encoder_input *in,
				   struct dc_err *err)
{
	if (in->n == 0)
		return dc_fail(err, DC_EINVAL, "the text is empty");
	if (in->n > EMBEDDER_TEXT_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "text is over %zu bytes",
			       EMBEDDER_TEXT_BYTES_MAX);
	if (!json_is_utf8(in->text, in->n))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	return DC_OK;
}

/* n_text  out: how many texts there are */
static enum dc_status check_inputs(size_t *n_text,
				   const struct model_spec *spec,
				   const struct encoder_input *in, size_t n,
				   struct embedder_no *no, struct dc_err *err)
{
	size_t most = EMBEDDER_VALUES_MAX / encoder_dimension(spec);

	*n_text = 0;
	for (no->at = 0; no->at < n; no->at++) {
		if (in[no->at].kind != ENCODER_TEXT)
			continue;
		if (embedder_check_text(&in[no->at], err) != DC_OK)
			return DC_EINVAL;
		++*n_text;
	}
	return *n_text <= most ? DC_OK :
		dc_fail(err, DC_EINVAL, "at most %zu texts at once for an "
			"embedding of %u numbers", most,
			encoder_dimension(spec));
}

/* One text under one encoder; what the spec does with the answer is no part
 * of it. No name has a line feed. */
static void key_of(struct hash32 *key, const struct model_spec *spec,
		   const struct encoder_input *in)
{
	struct dc_buf b;

	dc_buf_init(&b, EMBEDDER_TEXT_BYTES_MAX + 512);
	dc_buf_printf(&b, "%s\n%s\n%u\n", spec->service, spec->service_model,
		      encoder_dimension(spec));
	dc_buf_append(&b, in->text, in->n);
	keccak256(key, b.data, b.len);
	dc_buf_clear(&b);
}

static enum dc_status busy(struct embedder_no *no, unsigned retry_after_s,
			   struct dc_err *err, const char *why)
{
	no->retry_after_s = retry_after_s;
	return dc_fail(err, DC_EBUSY, "%s", why);
}

/* May so many more be asked? Keeps (1), (2), (3). Under the lock. */
static enum dc_status check_room(struct embedder_service *s, size_t n,
				 uint32_t dimension, struct embedder_no *no,
				 struct dc_err *err)
{
	struct embedder *e = s->e;
	int64_t now = dc_clock_ms();

	if (now < s->rest_until_ms)
		return busy(no, 1 + (unsigned)((s->rest_until_ms - now) / 1000),
			    err, s->why.text);
	if (s->n_waiting + n > EMBEDDER_TEXTS_WAITING ||
	    s->values_waiting + n * dimension > VALUES_WAITING)
		return busy(no, COME_AGAIN_S, err, "too many texts wait");
	if (now - e->day_began_ms >= DAY_MS) {
		e->day_began_ms = now;
		e->day_texts = 0;
	}
	if (e->o.daily_texts > 0 && e->day_texts + n > e->o.daily_texts)
		return busy(no, 1 + (unsigned)((e->day_began_ms + DAY_MS -
						now) / 1000),
			    err, "the day's texts are used up");
	e->day_texts += n;
	return DC_OK;
}

static void want(struct embedder_service *s, struct embedding *x,
		 const struct model_spec *spec,
		 const struct encoder_input *in)
{
	x->state = EMBEDDING_WANTED;
	x->text = dc_malloc(in->n);
	memcpy(x->text, in->text, in->n);
	x->len = in->n;
	x->model = dc_strdup(spec->service_model);
	x->dimension = encoder_dimension(spec);
	embedding_cache_hold(s->e->cache, x);	/* keeps (5) */
	embedder_service_push(s, x);
}

/* Those that are known first: what cannot be asked for changes nothing. */
static enum dc_status wish_all(struct embedder_wish *w,
			       const struct model_spec *spec,
			       const struct encoder_input *const *text,
			       const struct hash32 *key,
			       struct embedder_no *no, struct dc_err *err)
{
	struct embedding_cache *cache = w->e->cache;
	size_t n_new = 0;

	for (size_t i = 0; i < w->n; i++) {
		w->of[i] = embedding_cache_get(cache, &key[i]);
		n_new += w->of[i] == NULL;
	}
	if (n_new > 0 && check_room(w->service, n_new,
				    encoder_dimension(spec), no, err) != DC_OK)
		return DC_EBUSY;
	w->e->count.kept += w->n - n_new;
	for (size_t i = 0; i < w->n; i++) {
		if (w->of[i] != NULL)
			continue;
		/* it may stand there twice */
		w->of[i] = embedding_cache_get(cache, &key[i]);
		if (w->of[i] != NULL)
			continue;
		w->of[i] = embedding_cache_add(cache, &key[i]);
		want(w->service, w->of[i], spec, text[i]);
	}
	if (n_new > 0)
		DC_CHECK(pthread_cond_signal(&w->service->wanted) == 0);
	return DC_OK;
}

static enum dc_status make_wish(struct embedder_wish **out,
				struct embedder_service *s,
				const struct model_spec *spec,
				const struct encoder_input *in, size_t n,
				size_t n_text, struct embedder_no *no,
				struct dc_err *err)
{
	struct embedder_wish *w = dc_calloc(1, sizeof(*w) + n_text *
					    sizeof(struct embedding *));
	const struct encoder_input **text =
		dc_calloc(n_text, sizeof(*text));
	struct hash32 *key = dc_calloc(n_text, sizeof(*key));
	enum dc_status found;

	w->e = s->e;
	w->service = s;
	for (size_t i = 0; i < n; i++) {
		if (in[i].kind != ENCODER_TEXT)
			continue;
		text[w->n] = &in[i];
		key_of(&key[w->n++], spec, &in[i]);
	}
	embedder_lock(s->e);
	found = wish_all(w, spec, text, key, no, err);
	embedder_unlock(s->e);
	free(text);
	free(key);
	if (found != DC_OK)
		embedder_leave(w);
	else
		*out = w;
	return found;
}

enum dc_status embedder_wish(struct embedder_wish **out, struct embedder *e,
			     const struct model_spec *spec,
			     const struct encoder_input *in, size_t n,
			     struct embedder_no *no, struct dc_err *err)
{
	struct embedder_service *s = service_find(e, spec->service);
	size_t n_text;

	*out = NULL;
	*no = (struct embedder_no){ .at = n };
	if (check_inputs(&n_text, spec, in, n, no, err) != DC_OK)
		return DC_EINVAL;
	if (n_text == 0)
		return DC_OK;
	if (s == NULL)
		return dc_fail(err, DC_EINVAL, "the service %s, which embeds "
			       "this model's texts, is not set here: give the "
			       "embedding as features", spec->service);
	return make_wish(out, s, spec, in, n, n_text, no, err);
}

/* ---- granting ---- */

static bool is_ready(const struct embedder_wish *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->of[i]->state == EMBEDDING_WANTED ||
		    w->of[i]->state == EMBEDDING_ASKED)
			return false;
	return true;
}

bool embedder_ready(void *wish)
{
	struct embedder_wish *w = wish;
	bool ready;

	embedder_lock(w->e);
	ready = is_ready(w);
	embedder_unlock(w->e);
	return ready;
}

bool embedder_wait(struct embedder_wish *w, unsigned ms)
{
	const struct timespec until = dc_clock_in(ms);
	bool ready;
	int rc = 0;

	embedder_lock(w->e);
	while (!(ready = is_ready(w)) && rc == 0)
		rc = pthread_cond_timedwait(&w->e->answered, &w->e->lock,
					    &until);
	embedder_unlock(w->e);
	return ready;
}

/* Under the lock. */
static enum dc_status grant_one(const struct embedder_wish *w,
				struct encoder_input *in,
				const struct embedding *x, struct dc_err *err)
{
	switch (x->state) {
	case EMBEDDING_THERE:
		*in = (struct encoder_input){ .kind = ENCODER_FEATURES,
					      .n = x->dimension,
					      .feature = x->value };
		return DC_OK;
	case EMBEDDING_REFUSED:
		return dc_fail(err, DC_EINVAL, "the service %s refuses this "
			       "text", w->service->name);
	case EMBEDDING_WANTED:
	case EMBEDDING_ASKED:
	case EMBEDDING_FAILED:
		break;
	}
	return dc_fail(err, DC_EBUSY, "service %s: %s", w->service->name,
		       w->service->why.text);
}

enum dc_status embedder_grant_text(const struct embedder_wish *w,
				   struct encoder_input *out, size_t i,
				   struct dc_err *err)
{
	enum dc_status found;

	DC_CHECK(i < w->n);
	embedder_lock(w->e);
	found = grant_one(w, out, w->of[i], err);
	embedder_unlock(w->e);
	return found;
}

enum dc_status embedder_grant(struct embedder_wish *w,
			      struct encoder_input *in, size_t n,
			      struct embedder_no *no, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	size_t k = 0;

	embedder_lock(w->e);
	*no = (struct embedder_no){ .retry_after_s = EMBEDDER_REST_S };
	if (w->service->rest_s > no->retry_after_s)
		no->retry_after_s = w->service->rest_s;
	for (no->at = 0; found == DC_OK && no->at < n; no->at++) {
		if (in[no->at].kind != ENCODER_TEXT)
			continue;
		DC_CHECK(k < w->n);
		found = grant_one(w, &in[no->at], w->of[k++], err);
		if (found != DC_OK)
			break;
	}
	embedder_unlock(w->e);
	return found;
}

void embedder_leave(void *wish)
{
	struct embedder_wish *w = wish;

	if (w == NULL)
		return;
	embedder_lock(w->e);
	for (size_t i = 0; i < w->n; i++)
		if (w->of[i] != NULL)
			embedding_cache_leave(w->e->cache, w->of[i]);
	embedder_unlock(w->e);
	free(w);
}

enum dc_status embedder_ask(struct embedder_wish **out, struct embedder *e,
			    const struct model_spec *spec,
			    struct encoder_input *in, size_t n,
			    struct dc_err *err)
{
	struct embedder_no no;
	enum dc_status found = embedder_wish(out, e, spec, in, n, &no, err);

	if (found != DC_OK || *out == NULL)
		return found;
	while (!embedder_wait(*out, 60000))
		;	/* a client gives up by itself */
	found = embedder_grant(*out, in, n, &no, err);
	if (found == DC_OK)
		return DC_OK;
	embedder_leave(*out);
	*out = NULL;
	return found;
}

void embedder_counters(struct embedder *e, struct embedder_counters *out)
{
	*out = (struct embedder_counters){ 0 };
	if (e == NULL)
		return;
	embedder_lock(e);
	*out = e->count;
	embedder_unlock(e);
}
