/* The pull accumulator.  Source: Shares.sol. */
#include "config.h"

#include "incentives/share.h"

#define ACC_BITS 128
#define WEI_BITS 88
#define KARMA_BITS 40

/* inc = (pot << 32) / K;  acc += inc;  carry = pot - ceil(inc * K / 2^32) */
static bool pot_divide(struct share_pool *p, struct u256 pot)
{
	struct u256 all = u256_from_u64(p->karma), inc, shared;

	if (u256_bits(pot) > 256 - 32 ||
	    !u256_divmod(&inc, NULL, u256_shl(pot, 32), all))
		return false;
	DC_CHECK(u256_mul(&shared, inc, all));	/* at most pot << 32 */
	DC_CHECK(u256_add(&shared, shared, u256_from_u64(UINT32_MAX)));
	DC_CHECK(u256_sub(&p->carry_wei.v, pot, u256_shr(shared, 32)));
	return u256_add(&p->acc, p->acc, inc);
}

bool share_forfeit(struct share_pool *p, struct wei amount)
{
	struct share_pool next = *p;

	if (!wei_add(&next.carry_wei, p->carry_wei, amount))
		return false;
	if (p->karma != 0 && !pot_divide(&next, next.carry_wei.v))
		return false;
	if (u256_bits(next.acc) > ACC_BITS ||
	    u256_bits(next.carry_wei.v) > WEI_BITS)
		return false;
	*p = next;
	return true;
}

/* owed += (karma * (acc - paidAcc)) >> 32: 40 and 128 bits, so it fits. */
struct wei share_owed(const struct share_pool *p,
		      const struct share_account *a)
{
	struct u256 grown, part;
	struct wei owed;

	DC_CHECK(u256_sub(&grown, p->acc, a->paid_acc));
	DC_CHECK(u256_mul(&part, grown, u256_from_u64(a->karma)));
	DC_CHECK(wei_add(&owed, a->owed_wei,
			 (struct wei){ u256_shr(part, 32) }));
	return owed;
}

bool share_karma_add(struct share_pool *p, struct share_account *a,
		     uint64_t karma)
{
	struct wei owed = share_owed(p, a);

	if (u256_bits(owed.v) > WEI_BITS || karma >> KARMA_BITS != 0 ||
	    (p->karma + karma) >> KARMA_BITS != 0)
		return false;
	a->owed_wei = owed;
	a->paid_acc = p->acc;
	a->karma += karma;
	p->karma += karma;
	DC_VERIFY(a->karma <= p->karma);
	return true;
}

struct wei share_claim(const struct share_pool *p, struct share_account *a)
{
	struct wei owed = share_owed(p, a);

	a->owed_wei = wei_from_u64(0);
	a->paid_acc = p->acc;
	return owed;
}
