/* Previews of incentives. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/json_out.h"
#include "server/preview.h"

#define TEXT_BYTES_MAX 65536

/* Gas of a report, an account's later ones (tests/bench/gas.mjs), and a
 * price of gas that Ethereum often has. */
#define REPORT_GAS 60000
#define GAS_PRICE_WEI UINT64_C(10000000000)

#define EPOCH_LEAST_S 2		/* ModelFactory.sol: MIN_EPOCH_S */

static const uint64_t moments_s[] = {
	1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400
};

struct wei preview_deposit(const struct preview *p, uint64_t since_s,
			   uint64_t before)
{
	struct price_level level = { 0, 0 };
	struct deca_incentive deca;
	struct wei cost = wei_from_u64(0);

	switch (p->kind) {
	case PREVIEW_STAKE:
		for (; before > 0; before--)
			price_contribute(&level, &p->params, 1);
		return price_at(&level, &p->params, 1 + since_s);
	case PREVIEW_STAKEABLE64:
		deca = (struct deca_incentive){
			.kind = DECA_STAKEABLE,
			.cost_weight_wei = p->cost_weight_wei,
		};
		if (deca_incentive_cost(&cost, &deca, u256_from_u64(since_s))
		    != DECA_DONE)
			cost = wei_from_u64(0);
		return cost;
	case PREVIEW_POINTS:
	case PREVIEW_POINTS64:
		return cost;
	}
	dc_abort(__FILE__, __LINE__, "kind of preview out of range");
}

/* "0.01 ETH": as many digits as there are. */
static void ether_put(struct dc_buf *b, struct wei w)
{
	char digits[WEI_TEXT_BYTES], padded[WEI_TEXT_BYTES + 20];
	size_t n, end;

	wei_format(w, digits);
	n = strlen(digits);
	memset(padded, '0', sizeof(padded));
	if (n < 19) {
		memcpy(padded + 19 - n, digits, n);
		n = 19;
	} else
		memcpy(padded, digits, n);
	for (end = n; end > n - 18 && padded[end - 1] == '0';)
		end--;
	dc_buf_append(b, padded, n - 18);
	if (end > n - 18) {
		dc_buf_append_byte(b, '.');
		dc_buf_append(b, padded + n - 18, end - (n - 18));
	}
	dc_buf_append_text(b, " ETH");
}

static void time_put(struct dc_buf *b, uint64_t s)
{
	static const struct { uint64_t s; const char *name; } units[] = {
		{ 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	while (s < units[i].s && i + 1 < DC_ARRAY_LEN(units))
		i++;
	while (s % units[i].s != 0)
		i++;
	dc_buf_printf(b, "%" PRIu64 " %s%s", s / units[i].s, units[i].name,
		      s / units[i].s == 1 ? "" : "s");
}

static const char *kind_name(enum preview_kind kind)
{
	switch (kind) {
	case PREVIEW_STAKE:
		return "stake";
	case PREVIEW_POINTS:
		return "points";
	case PREVIEW_STAKEABLE64:
		return "Stakeable64";
	case PREVIEW_POINTS64:
		return "Points64";
	}
	return "";
}

struct warnings {
	char **out;
	size_t n;
};

static void warn(struct warnings *w, struct dc_buf *b)
{
	if (w->n < PREVIEW_WARNINGS_MAX)
		w->out[w->n++] = dc_strdup(dc_buf_text(b));
	dc_buf_reset(b);
}

static void warn_deposits(struct warnings *w, struct dc_buf *b,
			  const struct preview *p)
{
	struct wei second = preview_deposit(p, 1, 1);
	struct wei day = preview_deposit(p, 86400, 1);
	struct wei dear = { u256_from_u64(UINT64_C(100000000000000000)) };

	if (p->kind == PREVIEW_STAKEABLE64 && wei_compare(second, dear) > 0) {
		dc_buf_append_text(b, "One second after a contribution the "
				   "next deposit is ");
		ether_put(b, second);
		dc_buf_append_text(b, ", a day after it ");
		ether_put(b, day);
		dc_buf_append_text(b, ": a contribution a block keeps others "
				   "out, at no cost to who sends them.");
		warn(w, b);
	}
	if (p->kind == PREVIEW_STAKE && p->params.burst == 0) {
		dc_buf_append_text(b, "The price never rises: a flood of rows "
				   "costs no more a row than a trickle.");
		warn(w, b);
	}
	if (p->kind == PREVIEW_STAKE && p->params.burst > 0 &&
	    wei_compare(p->params.cap_wei, p->params.floor_wei) <= 0) {
		dc_buf_append_text(b, "The cap is not above the floor, so "
				   "that the burst changes nothing.");
		warn(w, b);
	}
}

/* Whether pointing at bad data is worth the gas. */
static void warn_reports(struct warnings *w, struct dc_buf *b,
			 const struct preview *p)
{
	struct wei gas = wei_from_u64(REPORT_GAS * GAS_PRICE_WEI), part;

	if (p->kind != PREVIEW_STAKE)
		return;
	DC_CHECK(u256_muldiv(&part.v, p->params.floor_wei.v,
			     u256_from_u64(p->params.reporter_share_bps),
			     u256_from_u64(10000)));
	if (wei_compare(part, gas) < 0) {
		dc_buf_append_text(b, "A report of the least deposit earns ");
		ether_put(b, part);
		dc_buf_append_text(b, ", less than its gas at 10 gwei (");
		ether_put(b, gas);
		dc_buf_append_text(b, "): nobody but karma's holders gains by "
				   "reporting.");
		warn(w, b);
	}
	if (p->params.reporter_share_bps == 10000) {
		dc_buf_append_text(b, "Reporters take all of a forfeit: who "
				   "gave good data earns nothing by it.");
		warn(w, b);
	}
}

static struct wei fee_of(const struct preview *p)
{
	return (struct wei){ u256_from_u128((unsigned __int128)
					    p->params.fee_gwei * 1000000000) };
}

static void warn_fees(struct warnings *w, struct dc_buf *b,
		      const struct preview *p)
{
	if (p->kind != PREVIEW_STAKE || p->params.fee_gwei == 0 ||
	    wei_compare(fee_of(p), p->params.floor_wei) != 0)
		return;
	dc_buf_append_text(b, "The fee takes all of the least deposit: good "
			   "data is paid for, not refunded.");
	warn(w, b);
}

static void warn_waits(struct warnings *w, struct dc_buf *b,
		       const struct preview *p)
{
	const struct trainer_params *t = &p->params;

	if (p->kind == PREVIEW_STAKEABLE64 || p->kind == PREVIEW_POINTS64) {
		dc_buf_append_text(b, "The owner's earlier claim never "
				   "happens: a wired incentive belongs to its "
				   "trainer contract.");
		warn(w, b);
		return;
	}
	if (t->epoch_s > 0 && t->verdict_window_s < 2 * t->epoch_s) {
		dc_buf_append_text(b, "The verdict window is shorter than two "
				   "epochs: one that the operators miss lets "
				   "condemned rows go free.");
		warn(w, b);
	}
	if (t->challenge_s == 0) {
		dc_buf_append_text(b, "With no challenge time a checkpoint "
				   "takes effect at once: it can be slashed "
				   "for, but not undone.");
		warn(w, b);
	}
	if (t->any_claim_wait_s < t->owner_claim_wait_s) {
		dc_buf_append_text(b, "Anybody may claim late before the "
				   "owner may.");
		warn(w, b);
	}
}

/* What ModelFactory.sol reverts with, whatever minimums a factory has. */
static void warn_refused(struct warnings *w, struct dc_buf *b,
			 const struct preview *p)
{
	const struct trainer_params *t = &p->params;
	bool stake = p->kind == PREVIEW_STAKE;
	const struct { bool is; const char *what, *error; } refusals[] = {
		{ stake && wei_compare(t->cap_wei, t->floor_wei) < 0,
		  "the cap is below the floor", "WrongPrice" },
		{ stake && wei_compare(fee_of(p), t->floor_wei) > 0,
		  "the fee is above the floor", "WrongPrice" },
		{ t->epoch_s < EPOCH_LEAST_S,
		  "an epoch is at least 2 seconds", "WaitTooShort" },
		{ t->verdict_window_s <= (uint64_t)t->epoch_s + t->challenge_s,
		  "an epoch and the challenge time do not fit into the verdict "
		  "window", "WindowTooShort" },
	};

	if (p->kind != PREVIEW_STAKE && p->kind != PREVIEW_POINTS)
		return;
	for (size_t i = 0; i < DC_ARRAY_LEN(refusals); i++)
		if (refusals[i].is) {
			dc_buf_printf(b, "Every factory refuses this model "
				      "with %s: %s.", refusals[i].error,
				      refusals[i].what);
			warn(w, b);
		}
}

size_t preview_warnings(char *out[PREVIEW_WARNINGS_MAX],
			const struct preview *p)
{
	struct warnings w = { out, 0 };
	struct dc_buf b;

	dc_buf_init(&b, TEXT_BYTES_MAX);
	warn_refused(&w, &b, p);
	warn_deposits(&w, &b, p);
	warn_reports(&w, &b, p);
	warn_fees(&w, &b, p);
	warn_waits(&w, &b, p);
	dc_buf_clear(&b);
	return w.n;
}

static void deposits_text(struct dc_buf *b, const struct preview *p)
{
	uint64_t burst = p->params.burst;

	dc_buf_append_text(b, "after the last contribution  deposit");
	if (p->kind == PREVIEW_STAKE && burst > 1)
		dc_buf_printf(b, "                     after %" PRIu64 " at once",
			      burst);
	dc_buf_append_byte(b, '\n');
	for (size_t i = 0; i < DC_ARRAY_LEN(moments_s); i++) {
		size_t start = b->len, mid;

		time_put(b, moments_s[i]);
		while (b->len < start + 29)
			dc_buf_append_byte(b, ' ');
		mid = b->len;
		ether_put(b, preview_deposit(p, moments_s[i], 1));
		if (p->kind == PREVIEW_STAKE && burst > 1) {
			while (b->len < mid + 28)
				dc_buf_append_byte(b, ' ');
			ether_put(b, preview_deposit(p, moments_s[i], burst));
		}
		dc_buf_append_byte(b, '\n');
	}
}

static void wait_line(struct dc_buf *b, const char *what, uint64_t s)
{
	dc_buf_printf(b, "%s ", what);
	time_put(b, s);
	dc_buf_append_byte(b, '\n');
}

static bool is_ours(const struct preview *p)
{
	return p->kind == PREVIEW_STAKE || p->kind == PREVIEW_POINTS;
}

static void waits_text(struct dc_buf *b, const struct preview *p)
{
	const struct trainer_params *t = &p->params;
	uint64_t late = is_ours(p) ? (uint64_t)t->refund_wait_s +
		t->verdict_window_s : 0;

	if (is_ours(p)) {
		wait_line(b, "judged at the end of the epoch after",
			  t->refund_wait_s);
		wait_line(b, "taken back at the latest after",
			  t->refund_wait_s + (uint64_t)t->epoch_s +
			  t->challenge_s);
		wait_line(b, "taken back without a verdict after", late);
	} else
		wait_line(b, "refund or report after", t->refund_wait_s);
	wait_line(b, "the owner's late claim after",
		  late + t->owner_claim_wait_s);
	wait_line(b, "anybody's late claim after", late + t->any_claim_wait_s);
}

static void shares_text(struct dc_buf *b, const struct preview *p)
{
	unsigned bps = p->params.reporter_share_bps;

	if (p->kind == PREVIEW_STAKEABLE64)
		dc_buf_append_text(b, "of a bad deposit, a reporter's part: "
				   "good data of his / good data of all\n");
	if (p->kind != PREVIEW_STAKE)
		return;
	dc_buf_printf(b, "of a bad deposit, less the fee: the reporter %u.%02u"
		      " %%, all who hold karma %u.%02u %%\n", bps / 100,
		      bps % 100, (10000 - bps) / 100, (10000 - bps) % 100);
	dc_buf_printf(b, "fee of each judged deposit: %" PRIu64 " gwei\n",
		      p->params.fee_gwei);
}

void preview_text(struct dc_buf *b, const struct preview *p)
{
	char *warnings[PREVIEW_WARNINGS_MAX];
	size_t n = preview_warnings(warnings, p);

	dc_buf_printf(b, "%s\n\n", kind_name(p->kind));
	if (p->kind == PREVIEW_STAKE || p->kind == PREVIEW_STAKEABLE64)
		deposits_text(b, p);
	else
		dc_buf_append_text(b, "no deposits: karma alone\n");
	dc_buf_append_byte(b, '\n');
	waits_text(b, p);
	shares_text(b, p);
	b->len--;	/* the last line's end is the printer's */
	for (size_t i = 0; i < n; i++) {
		dc_buf_printf(b, "\n%swarning: %s", i == 0 ? "\n" : "",
			      warnings[i]);
		free(warnings[i]);
	}
}

void preview_json(struct dc_buf *b, const struct preview *p)
{
	char *warnings[PREVIEW_WARNINGS_MAX];
	size_t n = preview_warnings(warnings, p);
	struct json_out j;

	json_out_init(&j, b);
	json_put_open(&j, '{');
	json_put_key(&j, "incentive");
	json_put_text(&j, kind_name(p->kind));
	json_put_key(&j, "deposits");
	json_put_open(&j, '[');
	for (size_t i = 0; i < DC_ARRAY_LEN(moments_s); i++) {
		json_put_open(&j, '{');
		json_put_key(&j, "since_s");
		json_put_u64(&j, moments_s[i]);
		json_put_key(&j, "deposit_wei");
		json_put_wei(&j, preview_deposit(p, moments_s[i], 1));
		json_put_key(&j, "after_burst_wei");
		json_put_wei(&j, preview_deposit(p, moments_s[i],
						 p->params.burst));
		json_put_close(&j, '}');
	}
	json_put_close(&j, ']');
	json_put_key(&j, "warnings");
	json_put_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_put_text(&j, warnings[i]);
		free(warnings[i]);
	}
	json_put_close(&j, ']');
	json_put_close(&j, '}');
}
