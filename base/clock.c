/* clock.c: the monotonic clock. */

#include "config.h"

#include "base/clock.h"
#include "base/status.h"

static struct timespec
clock_now(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return t;
}

int64_t
dc_clock_ms(void)
{
	const struct timespec t = clock_now();

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
dc_clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	DC_CHECK(pthread_condattr_init(&attr) == 0);
	DC_CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	DC_CHECK(pthread_cond_init(cond, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
}

struct timespec
dc_clock_in(unsigned ms)
{
	struct timespec t = clock_now();

	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}
