/* The threads that ask embedding services. */
#include "config.h"

#include "server/embedder_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define BATCH_VALUES ((size_t)1 << 18)
#define BATCH_BYTES ((size_t)1 << 20)
#define KEY_BYTES_MAX 4096

/* ---- a service's thread ---- */

void embedder_service_push(struct embedder_service *s, struct embedding *x)
{
	x->next_wanted = NULL;
	*s->last = x;
	s->last = &x->next_wanted;
	s->n_waiting++;
	s->values_waiting += x->dimension;
}

static struct embedding *queue_pop(struct embedder_service *s)
{
	struct embedding *x = s->first;

	s->first = x->next_wanted;
	if (s->first == NULL)
		s->last = &s->first;
	s->n_waiting--;
	s->values_waiting -= x->dimension;
	return x;
}

/* What one request asks for. */
struct batch {
	size_t n;
	struct embedding *of[EMBEDDING_BATCH_MAX];
	struct embedding_text text[EMBEDDING_BATCH_MAX];
	bool taken[EMBEDDING_BATCH_MAX];
	int64_t *value;		/* (n, dimension) */
};

static void batch_fill(struct embedder_service *s, struct batch *b)
{
	const char *model = s->first->model;
	uint32_t dimension = s->first->dimension;
	size_t bytes = 0;

	b->n = 0;
	while (s->first != NULL && b->n < EMBEDDING_BATCH_MAX &&
	       s->first->dimension == dimension &&
	       strcmp(s->first->model, model) == 0 &&
	       (b->n == 0 || ((b->n + 1) * dimension <= BATCH_VALUES &&
			      bytes + s->first->len <= BATCH_BYTES))) {
		struct embedding *x = queue_pop(s);

		x->state = EMBEDDING_ASKED;
		bytes += x->len;
		b->text[b->n] = (struct embedding_text){ x->text, x->len };
		b->of[b->n++] = x;
	}
	b->value = dc_malloc(b->n * dimension * sizeof(*b->value));
}

/* It is there, or will never be: its text is of no use any more. */
static void settle(struct embedder *e, struct embedding *x,
		   enum embedding_state state)
{
	x->state = state;
	free(x->text);
	free(x->model);
	x->text = x->model = NULL;
	if (state != EMBEDDING_THERE)
		embedding_cache_drop(e->cache, x);
	embedding_cache_leave(e->cache, x);	/* keeps (5) */
}

static void take_values(struct embedder *e, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct embedding *x = b->of[i];
		size_t bytes = x->dimension * sizeof(*x->value);

		if (b->taken[i]) {
			x->value = dc_malloc(bytes);
			memcpy(x->value, b->value + i * x->dimension, bytes);
		}
		settle(e, x, b->taken[i] ? EMBEDDING_THERE :
					   EMBEDDING_REFUSED);
	}
}

/* Whoever waits for it is told now: keeps (3). */
static void rest(struct embedder_service *s, struct batch *b,
		 const struct dc_err *why)
{
	s->e->count.failures++;
	s->why = *why;
	if (s->rest_s > 0)
		s->rest_s *= 2;
	else
		s->rest_s = s->e->o.rest_s > 0 ? s->e->o.rest_s :
						 EMBEDDER_REST_S;
	if (s->rest_s > EMBEDDER_REST_MAX_S || why->status == DC_EREFUSED)
		s->rest_s = EMBEDDER_REST_MAX_S;
	s->rest_until_ms = dc_clock_ms() + (int64_t)s->rest_s * 1000;
	for (size_t i = 0; i < b->n; i++)
		settle(s->e, b->of[i], EMBEDDING_FAILED);
	while (s->first != NULL)
		settle(s->e, queue_pop(s), EMBEDDING_FAILED);
	if (!s->e->stopping)
		dc_log(DC_LOG_UNUSUAL, "embedding", "service=%s rest_s=%u: %s",
		       s->name, s->rest_s, why->text);
}

/* More than one text, and it takes none: that is no text's fault. */
static bool takes_none(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->taken[i])
			return false;
	return b->n > 1;
}

static void ask_batch(struct embedder_service *s, struct batch *b)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;

	batch_fill(s, b);
	embedder_unlock(s->e);
	found = embedding_client_ask(s->client, b->value, b->taken,
				     b->of[0]->model, b->of[0]->dimension,
				     b->text, b->n, &why);
	if (found == DC_OK && takes_none(b))
		found = dc_fail(&why, DC_EREFUSED, "every text is refused: "
				"has it this model?");
	embedder_lock(s->e);
	s->e->count.texts += b->n;
	if (found == DC_OK) {
		s->e->count.requests++;
		s->rest_s = 0;
		take_values(s->e, b);
	} else {
		rest(s, b, &why);
	}
	free(b->value);
	if (s->e->o.ring != NULL)
		s->e->o.ring(s->e->o.user);
	DC_CHECK(pthread_cond_broadcast(&s->e->answered) == 0);
}

static void *run(void *arg)
{
	struct embedder_service *s = arg;
	struct batch *b = dc_malloc(sizeof(*b));

	embedder_lock(s->e);
	while (!s->e->stopping) {
		if (s->first == NULL) {
			DC_CHECK(pthread_cond_wait(&s->wanted, &s->e->lock) ==
				 0);
			continue;
		}
		ask_batch(s, b);
	}
	embedder_unlock(s->e);
	free(b);
	return NULL;
}

/* ---- its life ---- */

/* The first line of a file, without what ends it. */
static enum dc_status read_key(char key[KEY_BYTES_MAX], const char *path,
			       struct dc_err *err)
{
	FILE *f = fopen(path, "re");
	enum dc_status found = DC_OK;

	if (f == NULL)
		return dc_fail(err, errno == ENOENT ? DC_ENOTFOUND : DC_EIO,
			       "embedding-key: %s: %s", path,
			       strerror(errno));
	if (fgets(key, KEY_BYTES_MAX, f) == NULL)
		key[0] = '\0';
	key[strcspn(key, "\r\n")] = '\0';
	for (const char *p = key; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f)
			found = DC_EINVAL;
	if (key[0] == '\0' || found != DC_OK)
		found = dc_fail(err, DC_EINVAL, "embedding-key: %s: its first "
				"line is no key", path);
	(void)fclose(f);	/* only read from */
	return found;
}

enum dc_status embedder_service_add(struct embedder *e,
				  const struct config_embedding *c,
				  struct dc_err *err)
{
	struct embedder_service *s = &e->of[e->n];
	char key[KEY_BYTES_MAX] = "";
	struct embedding_client_options o = {
		.url = c->url, .key = key, .timeout_ms = e->o.timeout_ms,
		.pause_ms = e->o.pause_ms,
	};
	enum dc_status found = DC_OK;

	if (c->url == NULL)
		return dc_fail(err, DC_EINVAL, "embedding-key: %s: no such "
			       "service is set", c->name);
	if (c->key_file != NULL)
		found = read_key(key, c->key_file, err);
	if (found != DC_OK)
		return found;
	s->e = e;
	s->name = dc_strdup(c->name);
	s->last = &s->first;
	s->client = embedding_client_new(&o);
	explicit_bzero(key, sizeof(key));
	DC_CHECK(pthread_cond_init(&s->wanted, NULL) == 0);
	e->n++;
	return DC_OK;
}

enum dc_status embedder_service_start(struct embedder_service *s,
				      struct dc_err *err)
{
	int rc = pthread_create(&s->thread, NULL, run, s);

	if (rc != 0)
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	s->running = true;
	return DC_OK;
}

/* What still waits is nobody's any more. */
void embedder_service_clear(struct embedder_service *s)
{
	while (s->first != NULL)
		settle(s->e, queue_pop(s), EMBEDDING_FAILED);
	embedding_client_free(s->client);
	(void)pthread_cond_destroy(&s->wanted);
	free(s->name);
}
