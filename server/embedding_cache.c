/* Embeddings by the hash of what they are of; least use goes first. */
#include "config.h"

#include "server/embedding_cache.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 8192
#define ENTRY_BYTES (sizeof(struct embedding) + 32)

/* Those that nobody holds stand in a list from oldest to newest. */
struct embedding_cache {
	size_t bytes, bytes_max;
	struct embedding *oldest, *newest;
	struct embedding *bucket[BUCKETS];
};

struct embedding_cache *embedding_cache_new(size_t bytes_max)
{
	struct embedding_cache *c = dc_calloc(1, sizeof(*c));

	c->bytes_max = bytes_max;
	return c;
}

static void embedding_free(struct embedding *e)
{
	free(e->text);
	free(e->model);
	free(e->value);
	free(e);
}

void embedding_cache_free(struct embedding_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		struct embedding *next;

		for (struct embedding *e = c->bucket[i]; e != NULL; e = next) {
			next = e->next;
			DC_CHECK(e->held == 0);
			embedding_free(e);
		}
	}
	free(c);
}

/* A hash that strangers cannot aim is not needed: keccak is one. */
static struct embedding **bucket_of(struct embedding_cache *c,
				    const struct hash32 *key)
{
	return &c->bucket[(key->b[0] | (size_t)key->b[1] << 8) % BUCKETS];
}

static size_t bytes_of(const struct embedding *e)
{
	return ENTRY_BYTES + (size_t)e->dimension * sizeof(*e->value);
}

/* ---- the list of those that nobody holds ---- */

static void list_remove(struct embedding_cache *c, struct embedding *e)
{
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	e->older = e->newer = NULL;
	c->bytes -= bytes_of(e);
}

static void list_append(struct embedding_cache *c, struct embedding *e)
{
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
	c->bytes += bytes_of(e);
}

static void table_remove(struct embedding_cache *c, struct embedding *e)
{
	struct embedding **at = bucket_of(c, &e->key);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->cached = false;
}

static void make_room(struct embedding_cache *c)
{
	while (c->bytes > c->bytes_max) {
		struct embedding *e = c->oldest;

		list_remove(c, e);
		table_remove(c, e);
		embedding_free(e);
	}
}

/* ---- what others see ---- */

struct embedding *embedding_cache_get(struct embedding_cache *c,
				      const struct hash32 *key)
{
	struct embedding *e = *bucket_of(c, key);

	while (e != NULL && !hash32_equal(&e->key, key))
		e = e->next;
	if (e != NULL)
		embedding_cache_hold(c, e);
	return e;
}

struct embedding *embedding_cache_add(struct embedding_cache *c,
				      const struct hash32 *key)
{
	struct embedding **at = bucket_of(c, key);
	struct embedding *e = dc_calloc(1, sizeof(*e));

	e->key = *key;
	e->held = 1;
	e->cached = true;
	e->next = *at;
	*at = e;
	return e;
}

void embedding_cache_drop(struct embedding_cache *c, struct embedding *e)
{
	DC_CHECK(e->held > 0);
	if (e->cached)
		table_remove(c, e);
}

void embedding_cache_hold(struct embedding_cache *c, struct embedding *e)
{
	if (e->held++ == 0)
		list_remove(c, e);
}

void embedding_cache_leave(struct embedding_cache *c, struct embedding *e)
{
	DC_CHECK(e->held > 0);
	if (--e->held > 0)
		return;
	if (!e->cached) {
		embedding_free(e);
		return;
	}
	list_append(c, e);
	make_room(c);
}
