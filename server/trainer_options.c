/* Options of the commands that take a trainer's waits and prices. */
#include "config.h"

#include <string.h>

#include "server/trainer_options.h"
#include "server/wallet.h"

void trainer_options(struct cmd_option out[TRAINER_OPTIONS],
		     struct trainer_texts *t)
{
	const struct cmd_option options[TRAINER_OPTIONS] = {
		{ "refund-wait", "SECONDS", "wait until a verdict [3600]",
		  &t->refund_wait },
		{ "verdict-window", "SECONDS", "how long a verdict counts in "
		  "full [604800]", &t->window },
		{ "challenge", "SECONDS", "challenge time of checkpoints [0]",
		  &t->challenge },
		{ "epoch", "SECONDS", "length of an epoch [600]", &t->epoch },
		{ "owner-claim-wait", "SECONDS", "wait of the owner's late "
		  "claim [604800]", &t->owner_wait },
		{ "any-claim-wait", "SECONDS", "wait of anybody's late claim "
		  "[2592000]", &t->any_wait },
		{ "fee-gwei", "NUMBER", "the pool's part of each judged "
		  "deposit [0]", &t->fee_gwei },
		{ "floor", "WEI", "least deposit [10^15]", &t->floor },
		{ "cap", "WEI", "dearest deposit [the least]", &t->cap },
		{ "burst", "NUMBER", "contributions that lift the price to "
		  "the cap; 0 fixes it [0]", &t->burst },
		{ "price-window", "SECONDS", "in so much time [3600]",
		  &t->price_window },
		{ "reporter-share-bps", "NUMBER", "reporter's part of a "
		  "forfeit, in ten thousandths [1000]", &t->reporter_bps },
	};

	*t = (struct trainer_texts){
		.refund_wait = "3600", .window = "604800", .challenge = "0",
		.epoch = "600", .owner_wait = "604800",
		.any_wait = "2592000", .fee_gwei = "0",
		.floor = "1000000000000000", .burst = "0",
		.price_window = "3600", .reporter_bps = "1000",
	};
	memcpy(out, options, sizeof(options));
}

/* A number that a trainer keeps in 32 bits. */
struct number32 {
	uint32_t *to;
	const char *name, *text;
};

static enum dc_status numbers_read(const struct number32 *list, size_t n,
				   struct dc_err *err)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t v;
		enum dc_status st = option_u64(&v, list[i].name, list[i].text,
					       UINT32_MAX, err);

		if (st != DC_OK)
			return st;
		*list[i].to = (uint32_t)v;
	}
	return DC_OK;
}

enum dc_status trainer_waits_read(struct trainer_params *p,
				  const struct trainer_texts *t,
				  struct dc_err *err)
{
	const struct number32 waits[] = {
		{ &p->refund_wait_s, "--refund-wait", t->refund_wait },
		{ &p->verdict_window_s, "--verdict-window", t->window },
		{ &p->challenge_s, "--challenge", t->challenge },
		{ &p->epoch_s, "--epoch", t->epoch },
		{ &p->owner_claim_wait_s, "--owner-claim-wait",
		  t->owner_wait },
		{ &p->any_claim_wait_s, "--any-claim-wait", t->any_wait },
	};

	return numbers_read(waits, DC_ARRAY_LEN(waits), err);
}

enum dc_status trainer_prices_read(struct trainer_params *p,
				   const struct trainer_texts *t,
				   struct dc_err *err)
{
	const struct number32 rises[] = {
		{ &p->burst, "--burst", t->burst },
		{ &p->window_s, "--price-window", t->price_window },
	};
	uint64_t bps = 0;
	enum dc_status st;

	if ((st = option_u64(&p->fee_gwei, "--fee-gwei", t->fee_gwei,
			     UINT64_MAX, err)) != DC_OK ||
	    (st = option_wei(&p->floor_wei, "--floor", t->floor,
			     err)) != DC_OK ||
	    (st = option_wei(&p->cap_wei, "--cap", t->cap != NULL
			     ? t->cap : t->floor, err)) != DC_OK ||
	    (st = numbers_read(rises, DC_ARRAY_LEN(rises), err)) != DC_OK ||
	    (st = option_u64(&bps, "--reporter-share-bps", t->reporter_bps,
			     10000, err)) != DC_OK)
		return st;
	p->reporter_share_bps = (uint16_t)bps;
	return DC_OK;
}
