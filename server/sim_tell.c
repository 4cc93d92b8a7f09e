/* Telling people about runs: progress, and tables at the end. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/sim_tell.h"

#define JSON_BYTES_MAX ((size_t)1 << 30)
#define BAR_WIDTH 40

/* Whoever reads them looks on: each is written at once. */
static void line_tell(struct sim_telling *how, const struct sim_result *so_far,
		      const struct sim *s, unsigned permille)
{
	struct dc_buf b;

	if (permille < how->next_permille)
		return;
	how->next_permille = how->every_permille == 0 ? 0
		: permille + how->every_permille;
	dc_buf_init(&b, JSON_BYTES_MAX);
	sim_line_json(&b, so_far, s, how->scenario, permille);
	fputs(dc_buf_text(&b), stdout);
	(void)fflush(stdout);	/* the last line tells whether all went well */
	dc_buf_clear(&b);
}

static void bar_put(unsigned permille)
{
	int full = (int)(permille * BAR_WIDTH / 1000);

	fprintf(stderr, "\r[%.*s%*s]", full,
		"########################################", BAR_WIDTH - full,
		"");
}

static void bar_tell(const struct sim *s, unsigned permille)
{
	bar_put(permille);
	fprintf(stderr, " day %llu, accuracy %d.%d %% ",
		(unsigned long long)(s->now_s / 86400),
		(int)(s->accuracy_fx9 / 10000000),
		(int)(s->accuracy_fx9 / 1000000 % 10));
}

void sim_tell(void *data, const struct sim_result *so_far,
	      const struct sim *s, unsigned permille)
{
	struct sim_telling *how = data;

	if (how->lines)
		line_tell(how, so_far, s, permille);
	if (how->bar)
		bar_tell(s, permille);
}

void sim_tell_runs(size_t done, size_t all)
{
	bar_put((unsigned)(done * 1000 / all));
	fprintf(stderr, " %zu of %zu runs ", done, all);
}

static void percent(char out[16], int64_t fx9)
{
	(void)snprintf(out, 16, "%d.%d %%", (int)(fx9 / 10000000),
		       (int)(fx9 / 1000000 % 10));
}

/* For people: with six decimals at most, the rest cut; JSON has them all. */
#define DECIMALS_SHOWN 6

static void amount_shown(struct dc_buf *b, const struct scenario *s,
			 struct wei amount)
{
	size_t from = b->len, point;

	sim_amount_text(b, s, amount);
	for (point = from; point < b->len && b->data[point] != '.'; point++)
		;
	if (b->len > point + 1 + DECIMALS_SHOWN)
		b->len = point + 1 + DECIMALS_SHOWN;
}

/* The agents as a table. */
void sim_summary(FILE *f, const struct sim_result *r,
			  const struct scenario *s)
{
	char first[16], last[16], low[16], base[16];
	struct dc_buf b;

	percent(first, r->accuracy[0].accuracy_fx9);
	percent(last, r->accuracy[r->n_accuracy - 1].accuracy_fx9);
	percent(low, r->lowest_fx9);
	percent(base, r->baseline_fx9);
	fprintf(f, "%s\n%u of %u rows contributed in %llu days\n"
		"accuracy %s at first, %s at the end, %s at the lowest; "
		"%s trained with all rows as they are\n\n", s->title,
		r->n_contribution, r->n_row,
		(unsigned long long)(r->end_s / 86400), first, last, low,
		base);
	fprintf(f, "%-16s %14s %14s %13s %9s %9s\n", "agent", "start", "end",
		"contributions", "wrong", "karma");
	for (uint32_t i = 0; i < r->n_agent; i++) {
		const struct sim_account *a = &r->account[i];

		fprintf(f, "%-16s", s->agent[i].name);
		dc_buf_init(&b, 256);
		amount_shown(&b, s, s->agent[i].start_wei);
		fprintf(f, " %14s", dc_buf_text(&b));
		dc_buf_reset(&b);
		amount_shown(&b, s, a->balance_wei);
		fprintf(f, " %14s %13u %9u %9llu\n", dc_buf_text(&b),
			a->n_contributed, a->n_wrong,
			(unsigned long long)a->good);
		dc_buf_clear(&b);
	}
}

/* "-3", "12.5": end less start. */
static void gain_put(struct dc_buf *b, const struct sim_sweep_run *r,
		     enum sim_role whose)
{
	const struct scenario *s = &r->scenario;
	struct wei start = wei_from_u64(0), end = start, size;
	bool loss;

	for (uint32_t i = 0; i < s->config.n_agent; i++) {
		if (sim_role(&s->agent[i]) != whose)
			continue;
		DC_CHECK(wei_add(&start, start, s->agent[i].start_wei));
		DC_CHECK(wei_add(&end, end, r->result.account[i].balance_wei));
	}
	loss = wei_compare(end, start) < 0;
	DC_CHECK(loss ? wei_sub(&size, start, end)
		      : wei_sub(&size, end, start));
	dc_buf_append_text(b, loss ? "-" : "");
	amount_shown(b, s, size);
}

static void gain_print(FILE *f, const struct sim_sweep_run *r,
		       enum sim_role whose)
{
	struct dc_buf b;

	dc_buf_init(&b, 256);
	gain_put(&b, r, whose);
	fprintf(f, " %18s", dc_buf_text(&b));
	dc_buf_clear(&b);
}

void sim_sweep_table(FILE *f, const struct sim_sweep *s)
{
	int wide = 8;

	for (size_t i = 0; i < s->n_run; i++)
		if ((int)strlen(s->run[i].label) > wide)
			wide = (int)strlen(s->run[i].label);
	fprintf(f, "%-*s %18s %18s %9s %9s %9s %13s\n", wide, "run",
		"attackers", "honest", "accuracy", "lowest", "baseline",
		"contributions");
	for (size_t i = 0; i < s->n_run; i++) {
		const struct sim_result *r = &s->run[i].result;
		char last[16], low[16], base[16];

		percent(last, r->accuracy[r->n_accuracy - 1].accuracy_fx9);
		percent(low, r->lowest_fx9);
		percent(base, r->baseline_fx9);
		fprintf(f, "%-*s", wide, s->run[i].label);
		gain_print(f, &s->run[i], SIM_ATTACKER);
		gain_print(f, &s->run[i], SIM_HONEST);
		fprintf(f, " %9s %9s %9s %13u\n", last, low, base,
			r->n_contribution);
	}
}
