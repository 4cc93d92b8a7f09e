#ifndef DECAID_INCENTIVES_PRICE_H
#define DECAID_INCENTIVES_PRICE_H

/*
 * The price of the next deposit: a level that contributions raise and seconds
 * lower. oracle/PROTOCOL.md "Price". Time never runs backwards here: a time
 * before the level's own counts as no time gone by.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/types.h"

/* Zeroed: nothing was ever contributed. */
struct price_level {
	uint64_t level;		/* [0, burst * window_s] */
	uint64_t time_s;	/* when it was that */
};

/* What it has sunk to by now_s. */
uint64_t price_level_at(const struct price_level *l,
			const struct trainer_params *p, uint64_t now_s);

/* Price at now_s, rounded up: the contract is favoured. */
struct wei price_at(const struct price_level *l,
		    const struct trainer_params *p, uint64_t now_s);

/* One contribution at now_s. */
void price_contribute(struct price_level *l, const struct trainer_params *p,
		      uint64_t now_s);

#endif /* DECAID_INCENTIVES_PRICE_H */
