#ifndef DECAID_BASE_CLOCK_H
#define DECAID_BASE_CLOCK_H

/*
 * Time that never goes back (CLOCK_MONOTONIC), for whoever waits: a change of
 * the machine's date neither wakes anybody nor lets anybody sleep on.
 * Thread: any.
 */

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment before the process began. */
int64_t dc_clock_ms(void);

/* The moment so many milliseconds from now, as pthread_cond_timedwait takes
 * it from a condition whose attribute is CLOCK_MONOTONIC. */
struct timespec dc_clock_in(unsigned ms);

#endif /* DECAID_BASE_CLOCK_H */
