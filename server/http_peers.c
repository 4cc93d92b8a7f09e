/*
 * How many connections an address has open. A table twice as large as there
 * can be connections, probed in a line: it is never full, and an address
 * whose last connection closes leaves no trace.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/random.h>

#include "server/http_internal.h"

struct peer {
	uint64_t key;		/* 0: free */
	unsigned n;
};

struct http_peers {
	pthread_mutex_t lock;
	unsigned limit;
	uint64_t seed;
	size_t mask;		/* room - 1, room a power of two */
	struct peer peer[];
};

struct http_peers *http_peers_new(unsigned limit, size_t most)
{
	struct http_peers *p;
	size_t room = 16;

	while (room < 2 * most)
		room *= 2;
	p = dc_calloc(1, sizeof(*p) + room * sizeof(p->peer[0]));
	DC_CHECK(pthread_mutex_init(&p->lock, NULL) == 0);
	DC_CHECK(getrandom(&p->seed, sizeof(p->seed), 0) == sizeof(p->seed));
	p->limit = limit;
	p->mask = room - 1;
	return p;
}

void http_peers_free(struct http_peers *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_destroy(&p->lock);	/* nobody holds it */
	free(p);
}

/* Where key is, or would be. */
static size_t place(const struct http_peers *p, uint64_t key)
{
	size_t i = key & p->mask;

	while (p->peer[i].key != 0 && p->peer[i].key != key)
		i = (i + 1) & p->mask;
	return i;
}

bool http_peers_allow(struct http_peers *p, const struct sockaddr *from)
{
	uint64_t key = http_address_key(from, p->seed);
	unsigned n;

	DC_CHECK(pthread_mutex_lock(&p->lock) == 0);
	n = p->peer[place(p, key)].n;
	DC_CHECK(pthread_mutex_unlock(&p->lock) == 0);
	return n < p->limit;
}

uint64_t http_peers_enter(struct http_peers *p, const struct sockaddr *from)
{
	uint64_t key = http_address_key(from, p->seed);
	struct peer *at;

	DC_CHECK(pthread_mutex_lock(&p->lock) == 0);
	at = &p->peer[place(p, key)];
	at->key = key;
	at->n++;
	DC_CHECK(pthread_mutex_unlock(&p->lock) == 0);
	return key;
}

/* Free place i, and move up whoever would not be found past the gap.
 * Source: Knuth, The Art of Computer Programming 3, 6.4, algorithm R. */
static void vacate(struct http_peers *p, size_t i)
{
	size_t gap = i;

	p->peer[gap] = (struct peer){ 0, 0 };
	for (i = (i + 1) & p->mask; p->peer[i].key != 0;
	     i = (i + 1) & p->mask) {
		size_t home = p->peer[i].key & p->mask;

		if (((i - home) & p->mask) < ((i - gap) & p->mask))
			continue;
		p->peer[gap] = p->peer[i];
		p->peer[i] = (struct peer){ 0, 0 };
		gap = i;
	}
}

void http_peers_leave(struct http_peers *p, uint64_t key)
{
	size_t i;

	DC_CHECK(pthread_mutex_lock(&p->lock) == 0);
	i = place(p, key);
	DC_CHECK(p->peer[i].n > 0);
	if (--p->peer[i].n == 0)
		vacate(p, i);
	DC_CHECK(pthread_mutex_unlock(&p->lock) == 0);
}
