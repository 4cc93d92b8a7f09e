/* Deposit, refund, take. */
#include "config.h"

#include "incentives/drt.h"

/* floor(sqrt(v)).  Source: Newton; falls until it is right. */
static uint64_t root_of(uint64_t v)
{
	uint64_t x = v, y = v / 2 + v % 2;

	while (y < x) {
		x = y;
		y = (x + v / x) / 2;
	}
	return x;
}

bool drt_price(struct wei *out, const struct drt_params *p, uint64_t since_s)
{
	struct u256 q;

	if (since_s == 0)
		return false;
	DC_CHECK(u256_divmod(&q, NULL, p->weight_wei.v,
			     u256_from_u64(root_of(since_s))));
	*out = u256_is_zero(q) ? wei_from_u64(1) : (struct wei){ q };
	return true;
}

static uint64_t age(const struct drt_record *r, uint64_t now_s)
{
	return now_s > r->time_s ? now_s - r->time_s : 0;
}

enum claim_reason drt_refund(const struct drt_params *p,
			     const struct drt_record *r, uint32_t predicted,
			     uint64_t now_s)
{
	if (u256_is_zero(r->left_wei.v))
		return CLAIM_SETTLED;
	if (age(r, now_s) <= p->refund_s)
		return CLAIM_WAITING;
	return predicted == r->label ? CLAIM_ALLOWED : CLAIM_BAD_DATA;
}

static struct wei part_of(const struct drt_record *r, uint64_t good,
			  uint64_t good_all)
{
	struct u256 part;

	DC_CHECK(u256_muldiv(&part, r->deposit_wei.v, u256_from_u64(good),
			     u256_from_u64(good_all)));
	if (u256_is_zero(part) || u256_compare(part, r->left_wei.v) > 0)
		return r->left_wei;
	return (struct wei){ part };
}

enum claim_reason drt_report(struct wei *pays, const struct drt_params *p,
			     const struct drt_record *r, uint32_t predicted,
			     uint64_t good, uint64_t good_all,
			     uint64_t now_s)
{
	if (u256_is_zero(r->left_wei.v))
		return CLAIM_SETTLED;
	if (age(r, now_s) <= p->refund_s)
		return CLAIM_WAITING;
	if (predicted == r->label)
		return CLAIM_GOOD_DATA;
	if (good == 0)
		return CLAIM_NO_KARMA;
	*pays = part_of(r, good, good_all);
	return CLAIM_ALLOWED;
}

enum claim_reason drt_take(const struct drt_params *p,
			   const struct drt_record *r, uint64_t now_s)
{
	if (u256_is_zero(r->left_wei.v))
		return CLAIM_SETTLED;
	return age(r, now_s) >= p->take_s ? CLAIM_ALLOWED : CLAIM_ANY_WAIT;
}
