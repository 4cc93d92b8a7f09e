/*
 * Replies that are sent again without their handler. A loop keeps the
 * libmicrohttpd responses of GETs, headers and all, in sets of a few, by
 * target, encoding and state; one of another state is never sent and makes
 * room for its successor. A stranger who asks a thousand addresses pushes
 * others out of their sets, and costs them their handler once.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "server/http_internal.h"

#define SETS 64
#define WAYS 4
#define OVERHEAD_BYTES 2048	/* of a response beside its body */

/* One libmicrohttpd response. Its X-Request-Id is exchanged before each
 * use: libmicrohttpd writes the header block while it queues the response,
 * on this thread, so no two uses see each other's. */
struct http_form {
	struct MHD_Response *response;	/* NULL: none */
	char id[HTTP_ID_BYTES];
};

struct kept {
	uint64_t key, state, used;
	char *target;			/* NULL: free; not NUL-terminated */
	size_t len, bytes;
	bool gzip;
	char etag[HTTP_ETAG_BYTES];
	struct http_form whole, unchanged;	/* 200 and 304 */
};

struct http_cache {
	uint64_t seed, clock;
	size_t bytes, bytes_max;
	struct kept set[SETS][WAYS];
};

struct http_cache *http_cache_new(size_t bytes_max, uint64_t seed)
{
	struct http_cache *cache = dc_calloc(1, sizeof(*cache));

	cache->bytes_max = bytes_max;
	cache->seed = seed;
	return cache;
}

static void drop_form(struct http_form *f)
{
	if (f->response != NULL)
		MHD_destroy_response(f->response);
	f->response = NULL;
	f->id[0] = '\0';
}

static void drop(struct http_cache *cache, struct kept *k)
{
	cache->bytes -= k->bytes;
	drop_form(&k->whole);
	drop_form(&k->unchanged);
	free(k->target);
	memset(k, 0, sizeof(*k));
}

void http_cache_free(struct http_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t w = 0; w < WAYS; w++)
			drop(cache, &cache->set[i][w]);
	free(cache);
}

uint64_t http_state_fixed(void *app)
{
	(void)app;
	return 0;
}

/* Source: Fowler, Noll, Vo, FNV-1a 64. */
static uint64_t target_key(const struct http_cache *cache, const char *target,
			   size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ cache->seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)target[i]) * UINT64_C(0x100000001b3);
	return h ^ (h >> 32);
}

void http_cache_ask(struct http_connection *c)
{
	const struct http_options *o = &c->loop->server->o;
	http_state *state = c->route != NULL ? c->route->state :
			    o->fallback_state;
	struct http_asked *a = &c->asked;

	a->kept = c->refusal == 0 && c->method == HTTP_GET &&
		  state != NULL && c->target_len > 0;
	if (!a->kept)
		return;
	a->state = state(o->app);
	a->key = target_key(c->loop->cache, c->target, c->target_len);
	a->gzip = http_accepts_gzip(http_header(&c->rq, "Accept-Encoding"));
}

static bool is_asked(const struct kept *k, const struct http_connection *c)
{
	return k->key == c->asked.key && k->gzip == c->asked.gzip &&
	       k->len == c->target_len && k->target != NULL &&
	       memcmp(k->target, c->target, k->len) == 0;
}

static struct kept *find(struct http_cache *cache,
			 const struct http_connection *c)
{
	struct kept *set = cache->set[c->asked.key % SETS];

	for (size_t w = 0; w < WAYS; w++)
		if (is_asked(&set[w], c))
			return &set[w];
	return NULL;
}

enum MHD_Result http_form_send(struct http_form *f, unsigned status,
			       struct http_connection *c)
{
	static const char name[] = "X-Request-Id";

	if (f->id[0] != '\0')
		DC_CHECK(MHD_del_response_header(f->response, name, f->id) ==
			 MHD_YES);
	memcpy(f->id, c->rq.id, sizeof(f->id));
	if (MHD_add_response_header(f->response, name, f->id) != MHD_YES) {
		f->id[0] = '\0';	/* no memory: it is closed */
		return MHD_NO;
	}
	return http_queue(c, status, f->response);
}

bool http_cache_send(struct http_connection *c, enum MHD_Result *found)
{
	struct http_cache *cache = c->loop->cache;
	struct kept *k = find(cache, c);
	unsigned status = 200;
	struct http_form *f;

	if (k == NULL || k->state != c->asked.state)
		return false;
	f = &k->whole;
	if (http_tag_listed(http_header(&c->rq, "If-None-Match"), k->etag)) {
		f = &k->unchanged;
		status = 304;
	}
	if (f->response == NULL)
		return false;
	k->used = ++cache->clock;
	*found = http_form_send(f, status, c);
	atomic_fetch_add_explicit(&c->loop->kept, 1, memory_order_relaxed);
	return true;
}

/* ---- keeping ---- */

static bool is_older(const struct kept *a, const struct kept *b)
{
	return a->target == NULL || (b->target != NULL && a->used < b->used);
}

/* The least recently used of all but spare. */
static struct kept *oldest(struct http_cache *cache, const struct kept *spare)
{
	struct kept *found = NULL;

	for (size_t i = 0; i < SETS * WAYS; i++) {
		struct kept *k = &cache->set[i / WAYS][i % WAYS];

		if (k != spare && k->target != NULL &&
		    (found == NULL || k->used < found->used))
			found = k;
	}
	return found;
}

/* This request's entry, or the one of its set that makes room for it. */
static struct kept *choose(struct http_cache *cache,
			   const struct http_connection *c)
{
	struct kept *set = cache->set[c->asked.key % SETS];
	struct kept *k = find(cache, c);

	if (k != NULL)
		return k;
	k = &set[0];
	for (size_t w = 1; w < WAYS; w++)
		if (is_older(&set[w], k))
			k = &set[w];
	return k;
}

/* The entry for a reply of this tag: empty, or with its other form. */
static struct kept *claim(struct http_cache *cache,
			  const struct http_connection *c, const char *etag)
{
	struct kept *k = choose(cache, c);

	if (is_asked(k, c) && k->state == c->asked.state &&
	    http_tag_listed(etag, k->etag))
		return k;
	drop(cache, k);
	k->target = dc_malloc(c->target_len);
	memcpy(k->target, c->target, c->target_len);
	k->len = c->target_len;
	k->key = c->asked.key;
	k->gzip = c->asked.gzip;
	k->state = c->asked.state;
	return k;
}

struct http_form *http_cache_keep(struct http_connection *c,
				  const struct http_reply *rp,
				  size_t body_len, struct MHD_Response *r)
{
	struct http_cache *cache = c->loop->cache;
	size_t bytes = body_len + OVERHEAD_BYTES;
	struct kept *k, *old;
	struct http_form *f;

	if (!c->asked.kept || bytes > cache->bytes_max / 4)
		return NULL;
	k = claim(cache, c, rp->etag);
	f = rp->status == 304 ? &k->unchanged : &k->whole;
	drop_form(f);
	f->response = r;
	memcpy(k->etag, rp->etag, sizeof(k->etag));
	k->used = ++cache->clock;
	k->bytes += bytes;
	cache->bytes += bytes;
	while (cache->bytes > cache->bytes_max &&
	       (old = oldest(cache, k)) != NULL)
		drop(cache, old);
	return f;
}
