/* decaid incentive preview: see what numbers mean before they are frozen. */
#include "config.h"

#include <string.h>

#include "server/preview.h"
#include "server/trainer_options.h"
#include "server/wallet.h"

#define TEXT_BYTES_MAX 65536

struct preview_texts {
	const char *incentive, *weight;
	struct trainer_texts trainer;
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

static enum dc_status read_amounts(struct preview *p,
				   const struct preview_texts *t,
				   struct dc_err *err)
{
	enum dc_status st = trainer_prices_read(&p->params, &t->trainer, err);

	if (st == DC_OK)
		st = option_wei(&p->cost_weight_wei, "--cost-weight",
				t->weight, err);
	if (st != DC_OK)
		return st;
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
		st = trainer_waits_read(&p.params, &t->trainer, &err);
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
		.incentive = "stake", .weight = "1000000000000000",
	};
	struct cmd_option options[TRAINER_OPTIONS + 2] = {
		[0] = { "incentive", "KIND", "stake, points, Stakeable64 or "
			"Points64 [stake]", &t.incentive },
		[TRAINER_OPTIONS + 1] = { "cost-weight", "WEI",
			"of Stakeable64 [10^15]", &t.weight },
	};
	struct cmd_line line;
	int found;

	trainer_options(options + 1, &t.trainer);
	found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options), argc,
			  argv);
	if (found >= 0)
		return found;
	found = line.n_args == 0 ? preview(&line, &t)
				 : cmd_usage(&line, "no arguments are taken");
	cmd_line_clear(&line);
	return found;
}
