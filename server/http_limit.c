/*
 * How many requests an address may make: a token bucket each, in a table of
 * fixed size whose least recently seen entries make room.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "server/http_internal.h"

#define SETS 1024
#define WAYS 4

struct bucket {
	uint64_t key;		/* 0: free */
	int64_t seen_ms;
	uint64_t milli;		/* tokens, thousandths */
};

struct http_limit {
	pthread_mutex_t lock;
	uint64_t per_second;
	uint64_t seed;		/* so that nobody can aim at a set */
	struct bucket set[SETS][WAYS];
};

struct http_limit *http_limit_new(unsigned per_second)
{
	struct http_limit *l = dc_calloc(1, sizeof(*l));

	DC_CHECK(pthread_mutex_init(&l->lock, NULL) == 0);
	DC_CHECK(getrandom(&l->seed, sizeof(l->seed), 0) == sizeof(l->seed));
	l->per_second = per_second;
	return l;
}

void http_limit_free(struct http_limit *l)
{
	if (l == NULL)
		return;
	(void)pthread_mutex_destroy(&l->lock);	/* nobody holds it */
	free(l);
}

/* The part of an address that one subscriber has: all of an IPv4 one, also
 * where it comes over an IPv6 socket, and the first half of an IPv6 one. */
static uint64_t subscriber(const struct sockaddr *from)
{
	union {
		const struct sockaddr *any;
		const struct sockaddr_in *v4;
		const struct sockaddr_in6 *v6;
	} a = { from };
	uint32_t v4;
	uint64_t k;

	if (from->sa_family != AF_INET6)
		return a.v4->sin_addr.s_addr;
	if (IN6_IS_ADDR_V4MAPPED(&a.v6->sin6_addr)) {
		memcpy(&v4, a.v6->sin6_addr.s6_addr + 12, sizeof(v4));
		return v4;
	}
	memcpy(&k, a.v6->sin6_addr.s6_addr, sizeof(k));
	return k;
}

bool http_address_is_local(const struct sockaddr *from)
{
	union {
		const struct sockaddr *any;
		const struct sockaddr_in6 *v6;
	} a = { from };
	uint8_t first;

	if (from->sa_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&a.v6->sin6_addr))
		return IN6_IS_ADDR_LOOPBACK(&a.v6->sin6_addr);
	first = (uint8_t)(ntohl((uint32_t)subscriber(from)) >> 24);
	return first == 127;
}

/* Source: MurmurHash3's 64-bit finalizer. */
uint64_t http_address_key(const struct sockaddr *from, uint64_t seed)
{
	uint64_t k = subscriber(from) ^ seed;

	k = (k ^ (k >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	k = (k ^ (k >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	k ^= k >> 33;
	return k == 0 ? 1 : k;
}

/* This key's bucket, or the set's oldest made its own. */
static struct bucket *find_bucket(struct http_limit *l, uint64_t key,
				  int64_t now_ms)
{
	struct bucket *set = l->set[key % SETS], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].key == 0 || set[i].seen_ms < oldest->seen_ms)
			oldest = &set[i];
	}
	*oldest = (struct bucket){ key, now_ms, l->per_second * 1000 };
	return oldest;
}

bool http_limit_take(struct http_limit *l, const struct sockaddr *from,
		     int64_t now_ms)
{
	uint64_t key = http_address_key(from, l->seed);
	struct bucket *b;
	bool found = false;

	DC_CHECK(pthread_mutex_lock(&l->lock) == 0);
	b = find_bucket(l, key, now_ms);
	if (now_ms > b->seen_ms) {
		/* ms * tokens/s = thousandths of a token */
		uint64_t gone = (uint64_t)(now_ms - b->seen_ms);

		if (gone > 1000)
			gone = 1000;
		b->milli += gone * l->per_second;
		if (b->milli > l->per_second * 1000)
			b->milli = l->per_second * 1000;
		b->seen_ms = now_ms;
	}
	if (b->milli >= 1000) {
		b->milli -= 1000;
		found = true;
	}
	DC_CHECK(pthread_mutex_unlock(&l->lock) == 0);
	return found;
}
