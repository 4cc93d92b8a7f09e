#ifndef DECAID_SERVER_EMBEDDING_CACHE_H
#define DECAID_SERVER_EMBEDDING_CACHE_H

/*
 * Texts and their embeddings, so that one text is not paid for twice. What
 * nobody holds is kept until others need its room, the longest unused first;
 * what somebody holds stays.
 *
 * Thread: one at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

enum embedding_state {
	EMBEDDING_WANTED,	/* nobody asked the service yet */
	EMBEDDING_ASKED,
	EMBEDDING_THERE,
	EMBEDDING_REFUSED,	/* the service does not take this text */
	EMBEDDING_FAILED	/* and out of the cache */
};

struct embedding {
	/* Its owner's, under its lock. */
	enum embedding_state state;
	char *text, *model;	/* while wanted or asked; freed with it */
	size_t len;
	uint32_t dimension;
	int64_t *value;		/* (dimension) fx9, once THERE */
	struct embedding *next_wanted;
	/* The cache's. */
	struct hash32 key;
	unsigned held;
	bool cached;
	struct embedding *next, *newer, *older;
};

struct embedding_cache;

/* bytes_max  of all values that nobody holds */
struct embedding_cache *embedding_cache_new(size_t bytes_max);
void embedding_cache_free(struct embedding_cache *c);

/* The embedding of this key, held once more; NULL: there is none. */
struct embedding *embedding_cache_get(struct embedding_cache *c,
				      const struct hash32 *key);

/* A new one, held once. Owner: the cache. */
struct embedding *embedding_cache_add(struct embedding_cache *c,
				      const struct hash32 *key);

/* It is found no more, and goes with its last holder. */
void embedding_cache_drop(struct embedding_cache *c, struct embedding *e);

/* Hold, and let go. */
void embedding_cache_hold(struct embedding_cache *c, struct embedding *e);
void embedding_cache_leave(struct embedding_cache *c, struct embedding *e);

#endif /* DECAID_SERVER_EMBEDDING_CACHE_H */
