/* The "incentive" line of a scenario. */
#include "config.h"

#include <string.h>

#include "server/scenario.h"

static enum dc_status take_drt(struct scenario *s,
			       const struct scenario_line *line,
			       struct dc_err *err)
{
	static const char *const keys[] = {
		"weight", "refund", "take", "retry", NULL
	};
	struct sim_config *c = &s->config;
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st == DC_OK)
		st = scenario_amount(&c->drt.weight_wei, s, line, "weight",
				     NULL, err);
	if (st == DC_OK)
		st = scenario_time(&c->drt.refund_s, s, line, "refund", "1d",
				   err);
	if (st == DC_OK)
		st = scenario_time(&c->drt.take_s, s, line, "take", "9d", err);
	if (st == DC_OK)
		st = scenario_time(&c->retry_s, s, line, "retry", "1d", err);
	if (st == DC_OK && c->drt.take_s <= c->drt.refund_s)
		return scenario_fail(s, line, err, "take must be after refund");
	if (st == DC_OK && c->retry_s == 0)
		return scenario_fail(s, line, err, "retry=0 never ends");
	c->incentive = &sim_incentive_drt;
	return st;
}

/* A time that a trainer keeps in 32 bits. */
static enum dc_status time32(uint32_t *out, const struct scenario *s,
			     const struct scenario_line *line,
			     const char *key, const char *initial,
			     struct dc_err *err)
{
	uint64_t v;
	enum dc_status st = scenario_time(&v, s, line, key, initial, err);

	if (st == DC_OK && v > UINT32_MAX)
		return scenario_fail(s, line, err, "%s is too long", key);
	*out = st == DC_OK ? (uint32_t)v : 0;
	return st;
}

/* Stakeable64, Points64: weight (Stakeable64 alone), refund, any, retry. */
static enum dc_status take_deca(struct scenario *s,
				const struct scenario_line *line,
				struct dc_err *err)
{
	static const char *const keys[] = {
		"refund", "any", "retry", "weight", NULL
	};
	static const char *const free_keys[] = {
		"refund", "any", "retry", NULL
	};
	struct sim_config *c = &s->config;
	enum deca_incentive_kind kind;
	struct deca_waits waits;
	struct wei weight = wei_from_u64(0);
	bool stakes;
	enum dc_status st;

	DC_CHECK(deca_incentive_kind_find(&kind, line->word[1]));
	stakes = kind == DECA_STAKEABLE;
	st = scenario_keys(s, line, 2, stakes ? keys : free_keys, err);
	if (st == DC_OK && stakes)
		st = scenario_amount(&weight, s, line, "weight", NULL, err);
	if (st == DC_OK)
		st = time32(&waits.refund_s, s, line, "refund", "1d", err);
	if (st == DC_OK)
		st = time32(&waits.any_claim_s, s, line, "any", "9d", err);
	if (st == DC_OK)
		st = scenario_time(&c->retry_s, s, line, "retry", "1d", err);
	if (st != DC_OK)
		return st;
	if (c->retry_s == 0)
		return scenario_fail(s, line, err, "retry=0 never ends");
	if (u256_bits(weight.v) > 80)
		return scenario_fail(s, line, err, "weight passes 2^80 wei");
	waits.owner_claim_s = waits.any_claim_s;	/* nobody owns it */
	if (waits.any_claim_s <= waits.refund_s ||
	    deca_incentive_construct(&c->deca, kind, waits, weight,
				     u256_from_u64(0)) != DECA_DONE)
		return scenario_fail(s, line, err, "any must be after refund");
	c->incentive = stakes ? &sim_incentive_stakeable
			      : &sim_incentive_points64;
	return DC_OK;
}

static enum dc_status waits_take(struct trainer_params *p,
				 const struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	const struct { uint32_t *to; const char *key, *initial; } times[] = {
		{ &p->refund_wait_s, "refund", "1d" },
		{ &p->verdict_window_s, "verdict", "7d" },
		{ &p->challenge_s, "challenge", "1h" },
		{ &p->epoch_s, "epoch", "1h" },
		{ &p->owner_claim_wait_s, "owner", "1d" },
		{ &p->any_claim_wait_s, "any", "2d" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(times); i++) {
		enum dc_status st = time32(times[i].to, s, line, times[i].key,
					   times[i].initial, err);

		if (st != DC_OK)
			return st;
	}
	if (p->epoch_s == 0)
		return scenario_fail(s, line, err, "epoch=0 never ends");
	return DC_OK;
}

static enum dc_status fee_take(struct trainer_params *p,
			       const struct scenario *s,
			       const struct scenario_line *line,
			       struct dc_err *err)
{
	struct wei fee;
	struct u256 gwei, rest;
	enum dc_status st = scenario_amount(&fee, s, line, "fee", "0", err);

	if (st != DC_OK)
		return st;
	DC_CHECK(u256_divmod(&gwei, &rest, fee.v, u256_from_u64(1000000000)));
	if (!u256_is_zero(rest) || !u256_to_u64(&p->fee_gwei, gwei))
		return scenario_fail(s, line, err,
				     "fee is not a number of gwei");
	return DC_OK;
}

/* floor, cap, burst, window, reporter, fee */
static enum dc_status price_take(struct trainer_params *p,
				 const struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	uint64_t burst, bps;
	enum dc_status st = scenario_amount(&p->floor_wei, s, line, "floor",
					    NULL, err);

	if (st == DC_OK)
		st = scenario_amount(&p->cap_wei, s, line, "cap", NULL, err);
	if (st == DC_OK)
		st = scenario_u64(&burst, s, line, "burst", "0", err);
	if (st == DC_OK)
		st = time32(&p->window_s, s, line, "window", "1h", err);
	if (st == DC_OK)
		st = scenario_u64(&bps, s, line, "reporter", "1000", err);
	if (st != DC_OK)
		return st;
	if (wei_compare(p->cap_wei, p->floor_wei) < 0)
		return scenario_fail(s, line, err, "cap is below floor");
	if (burst > UINT32_MAX || (burst > 0 && p->window_s == 0))
		return scenario_fail(s, line, err, "burst needs a window");
	if (bps > 10000)
		return scenario_fail(s, line, err,
				     "reporter is at most 10000");
	p->burst = (uint32_t)burst;
	p->reporter_share_bps = (uint16_t)bps;
	return fee_take(p, s, line, err);
}

static enum dc_status take_stake(struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	static const char *const keys[] = {
		"refund", "verdict", "challenge", "epoch", "owner", "any",
		"floor", "cap", "burst", "window", "reporter", "fee", NULL
	};
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st == DC_OK)
		st = waits_take(&s->config.trainer, s, line, err);
	if (st == DC_OK)
		st = price_take(&s->config.trainer, s, line, err);
	s->config.incentive = &sim_incentive_stake;
	return st;
}

static enum dc_status take_points(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	static const char *const keys[] = {
		"refund", "verdict", "challenge", "epoch", "owner", "any",
		NULL
	};
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st == DC_OK)
		st = waits_take(&s->config.trainer, s, line, err);
	s->config.incentive = &sim_incentive_points;
	return st;
}

static enum dc_status market_options(struct scenario *s,
				     const struct scenario_line *line,
				     struct dc_err *err)
{
	const char *by = scenario_value(line, "by");
	const char *scores = scenario_value(line, "scores");
	const char *stakes = scenario_value(line, "stakes");

	if (by != NULL && strcmp(by, "contributor") == 0)
		s->config.market_by = SIM_MARKET_BY_CONTRIBUTOR;
	else if (by != NULL && strcmp(by, "contribution") != 0)
		return scenario_fail(s, line, err, "by is contribution or "
				     "contributor");
	if (scores != NULL && strcmp(scores, "kept") == 0)
		s->config.market.scores = MARKET_SCORES_KEPT;
	else if (scores != NULL && strcmp(scores, "anew") != 0)
		return scenario_fail(s, line, err, "scores is anew or kept");
	s->config.incentive = &sim_incentive_market;
	if (stakes != NULL && strcmp(stakes, "offer") == 0)
		s->config.incentive = &sim_incentive_market_offers;
	else if (stakes != NULL && strcmp(stakes, "unit") != 0)
		return scenario_fail(s, line, err, "stakes is unit or offer");
	return DC_OK;
}

static enum dc_status take_market(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	static const char *const keys[] = {
		"unit", "rounds", "by", "scores", "stakes", "passes", "epoch",
		NULL
	};
	struct market_params *p = &s->config.market;
	uint64_t rounds, passes;
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st == DC_OK)
		st = scenario_amount(&p->unit_wei, s, line, "unit", NULL, err);
	if (st == DC_OK)
		st = scenario_u64(&rounds, s, line, "rounds", NULL, err);
	if (st == DC_OK)
		st = scenario_u64(&passes, s, line, "passes", "1000", err);
	if (st == DC_OK)
		st = time32(&s->config.trainer.epoch_s, s, line, "epoch", "1h",
			    err);
	if (st == DC_OK)
		st = market_options(s, line, err);
	if (st != DC_OK)
		return st;
	if (s->config.trainer.epoch_s == 0)
		return scenario_fail(s, line, err, "epoch=0 never ends");
	if (u256_is_zero(p->unit_wei.v))
		return scenario_fail(s, line, err, "unit is at least 1 wei");
	if (passes == 0 || passes > MARKET_PASSES_MAX)
		return scenario_fail(s, line, err, "passes is from 1 to %d",
				     MARKET_PASSES_MAX);
	p->max_passes = (uint32_t)passes;
	if (!u256_mul(&p->bounty_wei.v, p->unit_wei.v,
		      u256_from_u64(rounds)) ||
	    u256_bits(p->bounty_wei.v) > 96)
		return scenario_fail(s, line, err,
				     "the bounty passes 2^96 wei");
	return DC_OK;
}

enum dc_status scenario_take_incentive(struct scenario *s,
				       const struct scenario_line *line,
				       struct dc_err *err)
{
	enum deca_incentive_kind kind;

	if (strcmp(line->word[1], "deposit-refund-take") == 0)
		return take_drt(s, line, err);
	if (strcmp(line->word[1], "stake") == 0)
		return take_stake(s, line, err);
	if (strcmp(line->word[1], "points") == 0)
		return take_points(s, line, err);
	if (strcmp(line->word[1], "market") == 0)
		return take_market(s, line, err);
	if (deca_incentive_kind_find(&kind, line->word[1]))
		return take_deca(s, line, err);
	return scenario_fail(s, line, err, "no incentive '%s'; there are "
			     "stake, points, market, deposit-refund-take, "
			     "Stakeable64 and Points64", line->word[1]);
}
