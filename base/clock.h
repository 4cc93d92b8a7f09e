#ifndef DECAID_BASE_CLOCK_H
#define DECAID_BASE_CLOCK_H

/*
 * Time that never goes back (CLOCK_MONOTONIC), for whoever waits: a change of
 * the machine's date neither wakes anybody nor lets anybody sleep on.
 * Thread: any.
 */

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment before the process began. */
int64_t dc_clock_ms(void);

/* A condition whose waits go by this clock.  Owner: the caller,
 * pthread_cond_destroy(). */
void dc_clock_cond_init(pthread_cond_t *cond);

/* The moment so many milliseconds from now, as pthread_cond_timedwait takes
 * it from such a condition. */
struct timespec dc_clock_in(unsigned ms);

#endif /* DECAID_BASE_CLOCK_H */
