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

enum dc_status scenario_take_incentive(struct scenario *s,
				       const struct scenario_line *line,
				       struct dc_err *err)
{
	if (strcmp(line->word[1], "deposit-refund-take") == 0)
		return take_drt(s, line, err);
	return scenario_fail(s, line, err, "no incentive '%s'; there is "
			     "deposit-refund-take", line->word[1]);
}
