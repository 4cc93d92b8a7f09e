/* ModelParams, both ways. */
#include "config.h"

#include "oracle/abi_params.h"

#define PRICE_BITS 96

void
abi_put_params(struct abi_out *t, const struct trainer_params *p)
{
	abi_put_addr(t, &p->pool);
	abi_put_u64(t, p->classes);
	abi_put_u64(t, p->max_sample_bytes);
	abi_put_u64(t, p->refund_wait_s);
	abi_put_u64(t, p->verdict_window_s);
	abi_put_u64(t, p->challenge_s);
	abi_put_u64(t, p->epoch_s);
	abi_put_u64(t, p->owner_claim_wait_s);
	abi_put_u64(t, p->any_claim_wait_s);
	abi_put_u64(t, p->fee_gwei);
	abi_put_wei(t, p->floor_wei);
	abi_put_wei(t, p->cap_wei);
	abi_put_u64(t, p->burst);
	abi_put_u64(t, p->window_s);
	abi_put_u64(t, p->reporter_share_bps);
}

static struct wei
get_price(struct abi_in *in)
{
	struct wei v = abi_get_wei(in);

	if (u256_bits(v.v) > PRICE_BITS)
		abi_in_fail(in, "price over 96 bits");
	return v;
}

void
abi_get_params(struct trainer_params *p, struct abi_in *in)
{
	p->pool = abi_get_addr(in);
	p->classes = abi_get_u32(in);
	p->max_sample_bytes = abi_get_u32(in);
	p->refund_wait_s = abi_get_u32(in);
	p->verdict_window_s = abi_get_u32(in);
	p->challenge_s = abi_get_u32(in);
	p->epoch_s = abi_get_u32(in);
	p->owner_claim_wait_s = abi_get_u32(in);
	p->any_claim_wait_s = abi_get_u32(in);
	p->fee_gwei = abi_get_u64(in);
	p->floor_wei = get_price(in);
	p->cap_wei = get_price(in);
	p->burst = abi_get_u32(in);
	p->window_s = abi_get_u32(in);
	p->reporter_share_bps = (uint16_t)abi_get_uint(in, 16);
}
