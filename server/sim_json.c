/* A run as JSON: what is known while it goes on, and its result. */
#include "config.h"

#include <string.h>

#include "models/verdict.h"
#include "server/json_out.h"
#include "server/sim_run.h"

/* Digits of the amount with a point before the unit's decimals, zeros after
 * the last other digit left out. */
void sim_amount_text(struct dc_buf *b, const struct scenario *s,
		     struct wei amount)
{
	char digits[WEI_TEXT_BYTES];
	size_t n, whole, end;

	wei_format(amount, digits);
	n = strlen(digits);
	whole = n > s->decimals ? n - s->decimals : 0;
	if (whole == 0)
		dc_buf_append_byte(b, '0');
	dc_buf_append(b, digits, whole);
	for (end = n; end > whole && digits[end - 1] == '0';)
		end--;
	if (end == whole)
		return;
	dc_buf_append_byte(b, '.');
	for (size_t zeros = n; zeros < s->decimals; zeros++)
		dc_buf_append_byte(b, '0');
	dc_buf_append(b, digits + whole, end - whole);
}

static void amount_put(struct json_out *j, const struct scenario *s,
		       struct wei amount)
{
	if (j->comma)
		dc_buf_append_byte(j->b, ',');
	sim_amount_text(j->b, s, amount);
	j->comma = true;
}

static void series_put(struct json_out *j, const struct sim_series *from,
		       const struct scenario *s)
{
	json_put_open(j, '[');
	for (size_t i = 0; i < from->n; i++) {
		json_put_open(j, '[');
		json_put_u64(j, from->point[i].time_s);
		amount_put(j, s, from->point[i].balance_wei);
		json_put_close(j, ']');
	}
	json_put_close(j, ']');
}

static const char *role_name(enum sim_role role)
{
	switch (role) {
	case SIM_HONEST: return "honest";
	case SIM_CARELESS: return "careless";
	case SIM_ATTACKER: return "attacker";
	case SIM_CALLER: return "caller";
	}
	return "";
}

static void account_put(struct json_out *j, const struct sim_account *a,
			const struct sim_agent *who, const struct scenario *s)
{
	json_put_open(j, '{');
	json_put_key(j, "role");
	json_put_text(j, role_name(sim_role(who)));
	json_put_key(j, "contributions");
	json_put_u64(j, a->n_contributed);
	json_put_key(j, "wrong");
	json_put_u64(j, a->n_wrong);
	json_put_key(j, "refunded");
	json_put_u64(j, a->good);
	json_put_key(j, "deposited");
	amount_put(j, s, a->deposited_wei);
	json_put_key(j, "received");
	amount_put(j, s, a->received_wei);
	json_put_close(j, '}');
}

static void counts_put(struct json_out *j, const unsigned count[4])
{
	json_put_open(j, '{');
	for (unsigned v = 0; v < 4; v++) {
		json_put_key(j, verdict_name((enum verdict)v));
		json_put_u64(j, count[v]);
	}
	json_put_close(j, '}');
}

/* Of rows with their true label, and of the others. */
static void verdicts_put(struct json_out *j, const struct sim_verdicts *v)
{
	json_put_open(j, '{');
	json_put_key(j, "right");
	counts_put(j, v->right);
	json_put_key(j, "wrong");
	counts_put(j, v->wrong);
	json_put_key(j, "copies");
	json_put_u64(j, v->copies);
	json_put_key(j, "copies_credited");
	json_put_u64(j, v->copies_credited);
	json_put_close(j, '}');
}

void sim_line_json(struct dc_buf *b, const struct sim_result *so_far,
		   const struct sim *s, const struct scenario *scenario,
		   unsigned permille)
{
	struct json_out j;

	json_out_init(&j, b);
	json_put_open(&j, '{');
	json_put_key(&j, "t");
	json_put_u64(&j, s->now_s);
	json_put_key(&j, "accuracy");
	json_put_fx9(&j, s->accuracy_fx9);
	json_put_key(&j, "contributions");
	json_put_u64(&j, s->n_entry);
	json_put_key(&j, "unclaimed");
	json_put_u64(&j, s->n_open);
	json_put_key(&j, "done");
	json_put_fx9(&j, (int64_t)permille * (DC_FX9_ONE / 1000));
	json_put_key(&j, "baseline");
	json_put_fx9(&j, so_far->baseline_fx9);
	json_put_key(&j, "balances");
	json_put_open(&j, '{');
	for (uint32_t i = 0; i < so_far->n_agent; i++) {
		json_put_key_text(&j, scenario->agent[i].name);
		amount_put(&j, scenario, s->room.account[i].balance_wei);
	}
	json_put_close(&j, '}');
	json_put_close(&j, '}');
	dc_buf_append_byte(b, '\n');
}

void sim_result_json(struct dc_buf *b, const struct sim_result *r,
		     const struct scenario *s, const char *label)
{
	struct json_out j;

	json_out_init(&j, b);
	json_put_open(&j, '{');
	if (label != NULL) {
		json_put_key(&j, "run");
		json_put_text(&j, label);
	}
	json_put_key(&j, "accuracy");
	json_put_open(&j, '[');
	for (size_t i = 0; i < r->n_accuracy; i++) {
		json_put_open(&j, '[');
		json_put_u64(&j, r->accuracy[i].time_s);
		json_put_fx9(&j, r->accuracy[i].accuracy_fx9);
		json_put_close(&j, ']');
	}
	json_put_close(&j, ']');
	json_put_key(&j, "balances");
	json_put_open(&j, '{');
	for (uint32_t i = 0; i < r->n_agent; i++) {
		json_put_key_text(&j, s->agent[i].name);
		series_put(&j, &r->balance[i], s);
	}
	json_put_close(&j, '}');
	json_put_key(&j, "contributions");
	json_put_u64(&j, r->n_contribution);
	json_put_key(&j, "baseline");
	json_put_fx9(&j, r->baseline_fx9);
	json_put_key(&j, "lowest");
	json_put_fx9(&j, r->lowest_fx9);
	json_put_key(&j, "rows");
	json_put_u64(&j, r->n_row);
	json_put_key(&j, "end");
	json_put_u64(&j, r->end_s);
	json_put_key(&j, "verdicts");
	verdicts_put(&j, &r->verdicts);
	json_put_key(&j, "agents");
	json_put_open(&j, '{');
	for (uint32_t i = 0; i < r->n_agent; i++) {
		json_put_key_text(&j, s->agent[i].name);
		account_put(&j, &r->account[i], &s->agent[i], s);
	}
	json_put_close(&j, '}');
	json_put_close(&j, '}');
	dc_buf_append_byte(b, '\n');
}
