/* The price of the next deposit.
 * Source: StakeTrainer.sol _levelAt, _priceOf, _admit. */
#include "config.h"

#include "incentives/price.h"

static uint64_t level_full(const struct trainer_params *p)
{
	return (uint64_t)p->burst * p->window_s;
}

uint64_t price_level_at(const struct price_level *l,
			const struct trainer_params *p, uint64_t now_s)
{
	uint64_t fallen;

	if (now_s <= l->time_s)
		return l->level;
	if (__builtin_mul_overflow(now_s - l->time_s, p->burst, &fallen))
		return 0;
	return fallen < l->level ? l->level - fallen : 0;
}

/* floor + ceil((cap - floor) * level / (burst * window)). Amounts are below
 * 2^96 and levels below 2^64: nothing overflows. */
struct wei price_at(const struct price_level *l,
		    const struct trainer_params *p, uint64_t now_s)
{
	uint64_t level = price_level_at(l, p, now_s);
	struct wei range, price;
	struct u256 full = u256_from_u64(level_full(p)), q, r;

	if (level == 0 || !wei_sub(&range, p->cap_wei, p->floor_wei))
		return p->floor_wei;
	DC_CHECK(u256_mul(&q, range.v, u256_from_u64(level)));
	DC_CHECK(u256_divmod(&q, &r, q, full));
	if (!u256_is_zero(r))
		DC_CHECK(u256_add(&q, q, u256_from_u64(1)));
	DC_CHECK(wei_add(&price, p->floor_wei, (struct wei){ q }));
	return price;
}

void price_contribute(struct price_level *l, const struct trainer_params *p,
		      uint64_t now_s)
{
	uint64_t full = level_full(p);
	uint64_t level = price_level_at(l, p, now_s) + p->window_s;

	l->level = level < full ? level : full;
	l->time_s = now_s;
}
