/* How far the gateway is. */

#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/standing.h"

/* Times are seconds of the monotonic clock. */
struct standing {
	pthread_mutex_t lock;
	struct gateway_status now;	/* ages and lag are made on reading */
	uint64_t started_s;
	uint64_t node_s;	/* last answer */
	uint64_t head_s;	/* last new head */
	uint64_t even_s;	/* followed was last at the head */
};

static uint64_t now_s(void)
{
	return (uint64_t)dc_clock_ms() / 1000;
}

static void lock(struct standing *s)
{
	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct standing *s)
{
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
}

struct standing *standing_new(void)
{
	struct standing *s = dc_calloc(1, sizeof(*s));

	DC_CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	s->started_s = s->node_s = s->head_s = s->even_s = now_s();
	return s;
}

void standing_free(struct standing *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void standing_chain(struct standing *s, uint64_t chain_id)
{
	lock(s);
	s->now.chain_id = chain_id;
	unlock(s);
}

void standing_node(struct standing *s, uint64_t head, uint64_t finalized)
{
	lock(s);
	s->node_s = now_s();
	if (head != s->now.head)
		s->head_s = s->node_s;
	s->now.head = head;
	if (finalized > s->now.finalized)
		s->now.finalized = finalized;
	if (s->now.followed >= head)
		s->even_s = s->node_s;
	s->now.last_error[0] = '\0';
	unlock(s);
}

void standing_node_error(struct standing *s, const char *text)
{
	lock(s);
	snprintf(s->now.last_error, sizeof(s->now.last_error), "%s", text);
	unlock(s);
}

static uint64_t moved(struct standing *s, uint64_t followed,
		      uint64_t followed_time_s)
{
	s->now.followed = followed;
	s->now.followed_time_s = followed_time_s;
	if (followed >= s->now.head)
		s->even_s = now_s();
	return ++s->now.sequence;
}

uint64_t standing_commit(struct standing *s, uint64_t followed,
			 uint64_t followed_time_s, uint32_t events)
{
	uint64_t sequence;

	lock(s);
	s->now.events += events;
	sequence = moved(s, followed, followed_time_s);
	unlock(s);
	return sequence;
}

uint64_t standing_rewind(struct standing *s, uint64_t followed,
			 uint64_t followed_time_s)
{
	uint64_t sequence;

	lock(s);
	s->now.reorgs++;
	sequence = moved(s, followed, followed_time_s);
	unlock(s);
	return sequence;
}

uint64_t standing_again(struct standing *s, uint64_t followed,
			uint64_t followed_time_s)
{
	uint64_t sequence;

	lock(s);
	s->now.doubts++;
	sequence = moved(s, followed, followed_time_s);
	unlock(s);
	return sequence;
}

uint64_t standing_followed(struct standing *s)
{
	uint64_t followed;

	lock(s);
	followed = s->now.followed;
	unlock(s);
	return followed;
}

void standing_mismatch(struct standing *s)
{
	lock(s);
	s->now.mismatches++;
	unlock(s);
}

void standing_halt(struct standing *s, const char *why)
{
	bool first;

	lock(s);
	first = !s->now.halted;
	if (first) {
		s->now.halted = true;
		snprintf(s->now.halted_why, sizeof(s->now.halted_why), "%s",
			 why);
		s->now.sequence++;
	}
	unlock(s);
	if (first)
		dc_log(DC_LOG_BROKEN, "oracle", "following halted: %s", why);
}

void standing_get(struct standing *s, struct gateway_status *out)
{
	uint64_t now = now_s();

	lock(s);
	*out = s->now;
	out->seconds_since_node = now - s->node_s;
	out->seconds_since_head = now - s->head_s;
	out->lag_blocks = out->head > out->followed ?
		out->head - out->followed : 0;
	out->seconds_behind = out->lag_blocks > 0 ? now - s->even_s : 0;
	unlock(s);
}

uint64_t standing_head(struct standing *s)
{
	uint64_t head;

	lock(s);
	head = s->now.head;
	unlock(s);
	return head;
}

uint64_t standing_sequence(struct standing *s)
{
	uint64_t sequence;

	lock(s);
	sequence = s->now.sequence;
	unlock(s);
	return sequence;
}
