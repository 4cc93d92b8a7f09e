/* decaid incentive preview: see what numbers mean before they are frozen. */
#include "config.h"

#include <string.h>

#include "server/preview.h"
#include "server/wallet.h"

#define TEXT_BYTES_MAX 65536

struct preview_texts {
	const char *incentive, *refund_wait, *window, *challenge, *epoch;
	const char *owner_wait, *any_wait, *fee_gwei, *floor, *cap, *burst;
	const char *price_window, *reporter_bps, *weight;
};

static enum dc_status read_kind(enum preview_kind *out, const char *name,
				struct dc_err *err)
{
	static const struct { const char *name; enum preview_kind kind; }
	kinds[] = {
		{ "stake", PREVIEW_STAKE }, { "points", PREVIEW_POINTS },
		{ "Stakeable64", PREVIEW_STAKEABLE64 },
		{ "Points64", PREVIEW_POINTS64 },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*out = kinds[i].kind;
			return DC_OK;
		}
	return dc_fail(err, DC_EINVAL, "--incentive: none of stake, points, "
		       "Stakeable64, Points64");
}

static enum dc_status read_numbers(struct trainer_params *p,
				   const struct preview_texts *t,
				   struct dc_err *err)
{
	const struct {
		uint32_t *to;
		const char *name, *text;
	} numbers[] = {
		{ &p->refund_wait_s, "--refund-wait", t->refund_wait },
		{ &p->verdict_window_s, "--verdict-window", t->window },
		{ &p->challenge_s, "--challenge", t->challenge },
		{ &p->epoch_s, "--epoch", t->epoch },
		{ &p->owner_claim_wait_s, "--owner-claim-wait",
		  t->owner_wait },
		{ &p->any_claim_wait_s, "--any-claim-wait", t->any_wait },
		{ &p->burst, "--burst", t->burst },
		{ &p->window_s, "--price-window", t->price_window },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(numbers); i++) {
		uint64_t v;
		enum dc_status st = option_u64(&v, numbers[i].name,
					       numbers[i].text, UINT32_MAX,
					       err);

		if (st != DC_OK)
			return st;
		*numbers[i].to = (uint32_t)v;
	}
	return DC_OK;
}

static enum dc_status read_amounts(struct preview *p,
				   const struct preview_texts *t,
				   struct dc_err *err)
{
	uint64_t bps;
	enum dc_status st;

	if ((st = option_wei(&p->params.floor_wei, "--floor", t->floor,
			     err)) != DC_OK ||
	    (st = option_wei(&p->params.cap_wei, "--cap", t->cap != NULL
			     ? t->cap : t->floor, err)) != DC_OK ||
	    (st = option_wei(&p->cost_weight_wei, "--cost-weight", t->weight,
			     err)) != DC_OK ||
	    (st = option_u64(&p->params.fee_gwei, "--fee-gwei", t->fee_gwei,
			     UINT64_MAX, err)) != DC_OK ||
	    (st = option_u64(&bps, "--reporter-share-bps", t->reporter_bps,
			     10000, err)) != DC_OK)
		return st;
	p->params.reporter_share_bps = (uint16_t)bps;
	if (u256_bits(p->params.floor_wei.v) > 96 ||
	    u256_bits(p->params.cap_wei.v) > 96)
		return dc_fail(err, DC_EINVAL, "--floor and --cap are below "
			       "2^96 wei");
	if (u256_bits(p->cost_weight_wei.v) > 80)
		return dc_fail(err, DC_EINVAL,
			       "--cost-weight is below 2^80 wei");
	if (p->params.burst > 0 && p->params.window_s == 0)
		return dc_fail(err, DC_EINVAL, "--burst wants a window");
	if (p->params.burst > 1000000)
		return dc_fail(err, DC_EINVAL, "--burst: too many to show");
	return DC_OK;
}

static int preview(const struct cmd_line *line, const struct preview_texts *t)
{
	struct preview p = { .kind = PREVIEW_STAKE };
	struct dc_err err = DC_ERR_INIT;
	enum dc_status st = read_kind(&p.kind, t->incentive, &err);
	struct dc_buf b;

	if (st == DC_OK)
		st = read_numbers(&p.params, t, &err);
	if (st == DC_OK)
		st = read_amounts(&p, t, &err);
	if (st != DC_OK)
		return cmd_fail(line, &err);
	dc_buf_init(&b, TEXT_BYTES_MAX);
	if (line->json)
		preview_json(&b, &p);
	else
		preview_text(&b, &p);
	return wallet_print(&b);
}

int cmd_incentive_preview(const struct command *self, int argc, char **argv)
{
	struct preview_texts t = {
		.incentive = "stake", .refund_wait = "3600",
		.window = "604800", .challenge = "0", .epoch = "600",
		.owner_wait = "604800", .any_wait = "2592000",
		.fee_gwei = "0", .floor = "1000000000000000", .burst = "0",
		.price_window = "3600", .reporter_bps = "1000",
		.weight = "1000000000000000",
	};
	const struct cmd_option options[] = {
		{ "incentive", "KIND", "stake, points, Stakeable64 or "
		  "Points64 [stake]", &t.incentive },
		{ "refund-wait", "SECONDS", "wait until a verdict [3600]",
		  &t.refund_wait },
		{ "verdict-window", "SECONDS", "how long a verdict counts in "
		  "full [604800]", &t.window },
		{ "challenge", "SECONDS", "challenge time of checkpoints [0]",
		  &t.challenge },
		{ "epoch", "SECONDS", "length of an epoch [600]", &t.epoch },
		{ "owner-claim-wait", "SECONDS", "wait of the owner's late "
		  "claim [604800]", &t.owner_wait },
		{ "any-claim-wait", "SECONDS", "wait of anybody's late claim "
		  "[2592000]", &t.any_wait },
		{ "fee-gwei", "NUMBER", "the pool's part of each judged "
		  "deposit [0]", &t.fee_gwei },
		{ "floor", "WEI", "least deposit [10^15]", &t.floor },
		{ "cap", "WEI", "dearest deposit [the least]", &t.cap },
		{ "burst", "NUMBER", "contributions that lift the price to "
		  "the cap; 0 fixes it [0]", &t.burst },
		{ "price-window", "SECONDS", "in so much time [3600]",
		  &t.price_window },
		{ "reporter-share-bps", "NUMBER", "reporter's part of a "
		  "forfeit, in ten thousandths [1000]", &t.reporter_bps },
		{ "cost-weight", "WEI", "of Stakeable64 [10^15]", &t.weight },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	found = line.n_args == 0 ? preview(&line, &t)
				 : cmd_usage(&line, "no arguments are taken");
	cmd_line_clear(&line);
	return found;
}
