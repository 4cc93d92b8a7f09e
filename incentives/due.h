#ifndef DECAID_INCENTIVES_DUE_H
#define DECAID_INCENTIVES_DUE_H

/*
 * What is to happen, by due time: a binary heap in the caller's storage.
 * Equal times come out in the order they went in, so that a run is the same
 * everywhere.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct due {
	uint64_t time_s;
	uint64_t order;		/* set by due_put */
	uint32_t kind;		/* the caller's */
	uint32_t who;
};

/* Zeroed fields but entry and room: empty. */
struct due_queue {
	struct due *entry;	/* (room) borrowed */
	size_t room;
	size_t n;
	uint64_t put;		/* how many were ever put */
};

/* Returns false, nothing put: it is full. */
bool due_put(struct due_queue *q, uint64_t time_s, uint32_t kind,
	     uint32_t who) DC_MUST_CHECK;

/* The earliest; false: there is none. */
bool due_take(struct due_queue *q, struct due *out);

#endif /* DECAID_INCENTIVES_DUE_H */
