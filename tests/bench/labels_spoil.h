#ifndef DECAID_TESTS_BENCH_LABELS_SPOIL_H
#define DECAID_TESTS_BENCH_LABELS_SPOIL_H

/*
 * Contributors err and lie: labelled rows of which a share is labelled wrong,
 * the same ones on every machine.
 */

#include <stdint.h>

#include "server/labelled.h"
#include "tests/bench/bench.h"

/* Each row's label becomes, with that chance in percent, another one, any. */
static inline void
labels_spoil(struct labelled *d, uint32_t n_class, unsigned percent)
{
	uint64_t state = 1;

	for (size_t i = 0; i < d->n; i++) {
		uint64_t r = bench_random(&state);
		uint32_t *label = &d->row[i].label;

		if ((r >> 32) % 100 < percent)
			*label = (uint32_t)((*label + 1 +
					     (r & UINT32_MAX) %
					     (n_class - 1)) % n_class);
	}
}

#endif /* DECAID_TESTS_BENCH_LABELS_SPOIL_H */
