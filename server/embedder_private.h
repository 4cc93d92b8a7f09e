#ifndef DECAID_SERVER_EMBEDDER_PRIVATE_H
#define DECAID_SERVER_EMBEDDER_PRIVATE_H

/*
 * What embedder.c (wishes) and embedder_service.c (the threads that fulfil
 * them) share.
 *
 * (4) All of struct embedder, and of an embedding beside its value, is changed
 *     under the lock only; a service is asked without it. An embedding that
 *     is ASKED is changed by its service's thread alone.
 * (5) Each embedding is held once by each wish for it, and once by the queue
 *     until it is answered.
 */

#include <pthread.h>

#include "server/embedder.h"
#include "server/embedding_cache.h"
#include "server/embedding_client.h"

struct embedder_service {
	struct embedder *e;
	char *name;
	struct embedding_client *client;
	pthread_t thread;
	bool running;
	pthread_cond_t wanted;
	struct embedding *first, **last;	/* who waits, in order */
	size_t n_waiting, values_waiting;
	int64_t rest_until_ms;
	unsigned rest_s;			/* 0: it is well */
	struct dc_err why;			/* it was last not */
};

struct embedder {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool stopping;
	struct embedding_cache *cache;
	struct embedder_options o;
	int64_t day_began_ms;
	uint64_t day_texts;
	struct embedder_counters count;
	size_t n;
	struct embedder_service of[CONFIG_EMBEDDINGS_MAX];
};

struct embedder_wish {
	struct embedder *e;
	struct embedder_service *service;
	size_t n;
	struct embedding *of[];
};

void embedder_lock(struct embedder *e);
void embedder_unlock(struct embedder *e);

/* A service that the settings name, into the next place of e; its thread. */
enum dc_status embedder_service_add(struct embedder *e,
				    const struct config_embedding *c,
				    struct dc_err *err) DC_MUST_CHECK;
enum dc_status embedder_service_start(struct embedder_service *s,
				      struct dc_err *err) DC_MUST_CHECK;

/* What still waits is nobody's any more. Its thread has ended. */
void embedder_service_clear(struct embedder_service *s);

/* One more waits. Under the lock. */
void embedder_service_push(struct embedder_service *s, struct embedding *x);

#endif /* DECAID_SERVER_EMBEDDER_PRIVATE_H */
